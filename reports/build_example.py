"""Builds `reports/example`: a small sandbox study and the report made from it. Run by `make example`.

The clips are small and short, so that study and report together stay a few hundred kilobytes. The report is built
again from the study that is there; the study itself is only filmed where it is missing.
"""

import shutil
import sys
from pathlib import Path

from kit.demo import Shot, film
from kit.reporting import ReportFiles, report
from kit.sandbox import MODELS
from kit.simulate import simulated_votes
from kit.storage.config import StudyConfig
from kit.study import Study
from kit.suite import load

SIZE, SECONDS, RATERS = (320, 180), 2.0, 5


def filming_day() -> str:
    """The time stamp of everything in the example."""
    return "2026-11-22T12:00:00.000Z"


def make_study(folder: Path) -> None:
    """Film, measure and rate the study."""
    suite = load("article-four")
    config = StudyConfig(
        title="Example: two sandbox models on four prompts", models=tuple(MODELS), suite=suite
    )
    with Study.create(folder, config, now=filming_day) as study:
        shots = [Shot(prompt, model, 1, SECONDS, *SIZE) for prompt in suite.prompts for model in MODELS]
        # One process: clips are then stored, and listed, in the same order every time.
        film(study, shots, jobs=1)
        study.measure()
        study.add_votes(simulated_votes(study, raters=RATERS))


def build(folder: Path) -> ReportFiles:
    """The report in `folder`, from the study in `folder/study`."""
    if not Study.exists(folder / "study"):
        make_study(folder / "study")
    return report(folder / "study", out=folder, name="example")


if __name__ == "__main__":
    place = Path(sys.argv[1])
    if "--film" in sys.argv:
        shutil.rmtree(place / "study", ignore_errors=True)
    print(build(place).html)
