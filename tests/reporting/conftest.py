"""Small studies of clips made here, under made-up names."""

import csv
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from kit.metrics import Measurement
from kit.reporting import Page, schema
from kit.rubric import DEFAULT, Rubric
from kit.storage.config import StudyConfig
from kit.study import Study
from kit.suite import Suite

SECTIONS = (
    *("answer", "models", "findings", "examples", "clips", "per_prompt", "leaderboards", "agreement"),
    *("measurements", "speed_and_cost", "recommendation", "scope", "method", "provenance"),
)
Builder = Callable[..., Study]


def whole_page(study: Any, **options: Any) -> Page:
    """A page with every section."""
    page = Page(study, **{"draws": 200, **options})
    for section in SECTIONS:
        getattr(page, section)()
    return page


@pytest.fixture(scope="session", autouse=True)
def _every_report_keeps_to_the_schema() -> Iterator[None]:
    """Whatever page a test here builds, its NAME.json is held against the schema."""
    validator = Draft202012Validator(schema())
    document = Page.document

    def checked(page: Page) -> dict[str, Any]:
        data = document(page)
        fault = best_match(validator.iter_errors(data))
        assert fault is None, f"{fault.json_path}: {fault.message[:500]}"
        return data

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Page, "document", checked)
        yield


@pytest.fixture(scope="session")
def whole() -> Callable[..., Page]:
    """Gives `whole_page` to tests."""
    return whole_page


def write_csv(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """A CSV file of these rows."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> list[Path]:
    """Sixteen different clips of half a second."""
    folder = tmp_path_factory.mktemp("pictures")
    return [make_clip(folder / f"{i}.mp4", seed=i, frames=6) for i in range(16)]


@pytest.fixture(scope="session")
def build(pictures: list[Path]) -> Builder:
    """Makes a study in a folder: `prompts` x `models`, with votes, scores and measurements where asked for."""

    def make(
        folder: Path,
        *,
        models: Sequence[str] = ("first-model", "second-model"),
        prompts: Sequence[tuple[str, str]] = (("river", "A river at dawn."), ("tower", "A tower in fog.")),
        votes: bool = True,
        scores: bool = True,
        measured: bool = True,
        skip: Sequence[tuple[str, str]] = (),
        title: str = "Two made-up models",
        note: str = "smoother water",
        timed: bool = True,
        suite: Suite | None = None,
        rubric: Rubric = DEFAULT,
    ) -> Study:
        config = StudyConfig(title=title, models=tuple(models), suite=suite, rubric=rubric)
        study = Study.create(folder, config, now=lambda: "2026-11-22T12:00:00.000Z")
        stock = iter(pictures)
        rows = []
        for (prompt_id, text), model in itertools.product(prompts, models):
            if (prompt_id, model) in skip:
                continue
            clip = next(stock)
            row = {"file": clip.name, "prompt": text, "prompt_id": prompt_id, "model": model}
            rows.append(row | ({"seconds": 20 + len(rows) * 1.5, "cost_usd": 0.25} if timed else {}))
        manifest = write_csv(pictures[0].parent / f"{folder.name}-{abs(hash(folder))}.csv", rows)
        study.import_clips(manifest, add=True)
        side = folder.parent
        if votes:
            cast = [
                {
                    "prompt_id": prompt_id,
                    "model_a": models[0],
                    "model_b": models[1],
                    "take": 1,
                    "dimension": dimension,
                    "choice": ("a", "b", "both_good")[(i + j) % 3],
                    "rater": f"r{j}",
                    "note": note if j == 0 else "",
                    "created_at": "2026-11-20T08:00:00Z",
                }
                for i, (prompt_id, _) in enumerate(prompts)
                for j in range(3)
                for dimension in ("prompt_adherence", "artifacts")
            ]
            study.import_votes(write_csv(side / f"{folder.name}-votes.csv", cast))
        if scores:
            given = [
                {
                    "prompt_id": prompt_id,
                    "model": model,
                    "take": 1,
                    "dimension": "video_realism",
                    "score": 2 + i % 4,
                    "rater": "r1",
                    "created_at": "2026-11-20T08:00:00Z",
                }
                for (prompt_id, _), (i, model) in itertools.product(prompts, enumerate(models))
            ]
            study.import_scores(write_csv(side / f"{folder.name}-scores.csv", given))
        if measured:
            # Stored rather than measured: what the page shows is the same, and each test saves a second.
            for i, clip in enumerate(study.clips["clip"]):
                study.add_measurements(
                    clip,
                    [
                        Measurement("sharpness", 1, 10.25 + i, None, "grey levels squared", (), None),
                        Measurement("cuts", 1, 0.0, None, "cuts", (), None),
                    ],
                )
        return study

    return make


@pytest.fixture(scope="session")
def usual(tmp_path_factory: pytest.TempPathFactory, build: Builder) -> Path:
    """The folder of a study with everything in it; tests only read it."""
    folder = tmp_path_factory.mktemp("studies") / "usual"
    build(folder).close()
    return folder
