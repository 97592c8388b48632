"""Studies to be rated: small real clips, on SQLite in a folder and on a real PostgreSQL server."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from kit.importing import new_clip
from kit.rating import BlindMedia, RatingOptions, RatingSession
from kit.storage.config import StudyConfig
from kit.storage.records import NewRequest
from kit.study import Study
from kit.suite import Prompt, Suite


@pytest.fixture(scope="session")
def small_clips(tmp_path_factory, make_clip) -> list[Path]:
    """Twelve clips of a few frames each."""
    folder = tmp_path_factory.mktemp("small")
    return [make_clip(folder / f"{i}.mp4", seed=i, frames=3) for i in range(12)]


@pytest.fixture
def fill() -> Callable[..., None]:
    """Puts clips into a study: one a prompt and model, taken from the files in turn."""

    def put(study: Study, files: Sequence[Path], prompts: Sequence[str], models: Sequence[str]) -> None:
        clips = [new_clip(file) for file in files]
        requests = []
        for i, prompt_id in enumerate(prompts):
            for j, model in enumerate(models):
                clip = clips[(i * len(models) + j) % len(clips)].clip
                requests.append(NewRequest(prompt_id, f"Words of {i}.", model, 1, "imported", clip))
        study.store_clips(zip(files, clips, strict=True), requests)

    return put


@pytest.fixture(params=["sqlite", "postgresql"])
def rated(request, tmp_path, small_clips, fill) -> Iterator[Callable[..., Study]]:
    """Makes a study with clips, on either database; the first two prompts have checks."""
    made: list[Study] = []

    def make(
        prompts: int = 4, models: Sequence[str] = ("alpha", "beta"), files: Sequence[Path] = ()
    ) -> Study:
        ids = [f"p{i}" for i in range(prompts)]
        suite = Suite(
            "s",
            "Suite",
            tuple(
                Prompt(p, f"Words of {i}.", checks=("It is red.", "It moves.") if i < 2 else ())
                for i, p in enumerate(ids)
            ),
        )
        config = StudyConfig("Trial", tuple(models), suite=suite, clips=str(tmp_path / "clips"))
        place = tmp_path / "study" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
        study = Study.create(place, config)
        fill(study, files or small_clips, ids, models)
        made.append(study)
        return study

    yield make
    for study in made:
        study.close()


@pytest.fixture
def session_of() -> Iterator[Callable[..., RatingSession]]:
    """Starts sessions, and closes what they made."""
    opened: list[BlindMedia] = []

    def start(study: Study, rater: str = "mira", **options: object) -> RatingSession:
        media = BlindMedia(study, study.rating.secret())
        opened.append(media)
        return RatingSession(study, rater=rater, options=RatingOptions(**options), media=media)

    yield start
    for media in opened:
        media.close()
