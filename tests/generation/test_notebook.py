"""A run in a notebook cell, whose kernel has an event loop running, and by `await` in the next one."""

from pathlib import Path

import nbformat
import papermill
import pytest

from kit.study import Study
from kit.testing import sandbox_server

CELLS = (
    "import kit\nstudy = kit.Study('study')",
    "options = dict(models=['sandbox-quick'], settings={'duration': 1, 'aspect_ratio': '16:9', 'mode': 'draft'})",
    "summary = study.generate(prompts=['steaming-cup'], **options)\nassert summary.ok, summary",
    "summary = await study.agenerate(prompts=['rain-umbrella'], **options)\nassert summary.ok, summary",
    "assert (await study.agenerate(prompts=['rain-umbrella'], **options)).done == 0",
)


def test_a_run_in_a_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both faces film from papermill's kernel, and the progress that is saved holds no widget."""
    from kit.storage.config import StudyConfig
    from kit.suite import load

    monkeypatch.chdir(tmp_path)
    Study.create("study", StudyConfig(suite=load("article-four"))).close()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, tmp_path / "in.ipynb")
    with sandbox_server(any_model=False, schedule={"*": [0, 0]}) as server:
        monkeypatch.setenv("KIT_SANDBOX_URL", server.url())
        papermill.execute_notebook("in.ipynb", "out.ipynb", progress_bar=False, log_output=False)
        assert len(server.journal().created) == 2
    with Study.open("study") as study:
        assert list(study.ledger.frame()["state"]) == ["done", "done"]
    saved = (tmp_path / "out.ipynb").read_text(encoding="utf-8")
    assert "sandbox-quick" in saved
    assert "widget-view" not in saved
    assert len(saved) < 60_000
