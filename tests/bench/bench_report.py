"""A report against papermill running an empty notebook in the same run."""

import time
from pathlib import Path

import nbformat
import papermill

from kit.demo import Shot, film
from kit.reporting import report
from kit.sandbox import MODELS
from kit.simulate import simulated_votes
from kit.storage.config import StudyConfig
from kit.study import Study
from kit.suite import load


def bench_report(tmp_path: Path) -> None:
    """Prints both times and their ratio for four prompts filmed small by two sandbox models."""
    empty = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("pass")])
    empty.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(empty, tmp_path / "empty.ipynb")
    suite = load("article-four")
    with Study.create(tmp_path / "study", StudyConfig(suite=suite, models=tuple(MODELS))) as study:
        film(study, [Shot(p, m, 1, 2.0, 320, 180) for p in suite.prompts for m in MODELS], jobs=2)
        study.measure()
        study.add_votes(simulated_votes(study))
    times = []
    for run in range(3):
        began = time.perf_counter()
        papermill.execute_notebook(
            tmp_path / "empty.ipynb", tmp_path / "out.ipynb", progress_bar=False, log_output=False
        )
        middle = time.perf_counter()
        report(tmp_path / "study", out=tmp_path / f"reports-{run}")
        times.append((middle - began, time.perf_counter() - middle))
    bare, kit = (min(column) for column in zip(*times, strict=True))
    print(f"\nempty notebook {bare:.2f} s, report {kit:.2f} s ({kit / bare:.1f} x)")
