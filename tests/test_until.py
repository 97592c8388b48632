"""A study as it was on an earlier day."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.comparison import compare
from kit.errors import BadParameter
from kit.metrics import Measurement
from kit.study import Study
from kit.until import StudyUntil, moment_of


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Study:
    """Clips of two prompts stored on 10 November, of a third on the 20th; votes before, between and after."""
    folder = tmp_path_factory.mktemp("until")
    moment = ["2026-11-10T12:00:00.000Z"]
    study = Study(folder / "study", now=lambda: moment[0])

    def write(name: str, rows: list[dict]) -> Path:
        with (folder / name).open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return folder / name

    def clips(prompts: str, first: int) -> list[dict]:
        found = []
        for i, (prompt, model) in enumerate((p, m) for p in prompts for m in ("alpha", "beta")):
            path = make_clip(folder / f"{prompt}{model}.mp4", seed=first + i, frames=6)
            found.append({"file": path.name, "prompt": f"A {prompt}.", "prompt_id": prompt, "model": model})
        return found

    def vote(prompt: str, choice: str, when: str, rater: str = "r1") -> dict:
        return {
            "prompt_id": prompt, "model_a": "alpha", "model_b": "beta", "take": 1, "dimension": "artifacts",
            "choice": choice, "rater": rater, "created_at": when,
        }  # fmt: skip

    study.import_clips(write("a.csv", clips("pq", 0)))
    study.import_votes(
        write("v1.csv", [vote("p", "a", "2026-11-11T10:00:00Z"), vote("q", "a", "2026-11-12T23:59:59Z")])
    )
    moment[0] = "2026-11-20T12:00:00.000Z"
    study.import_clips(write("b.csv", clips("r", 8)), add=True)
    study.import_votes(
        write("v2.csv", [vote("p", "b", "2026-11-21T10:00:00+02:00"), vote("r", "b", "2026-11-21T10:00:00Z")])
    )
    for clip in study.clips["clip"]:
        study.add_measurements(clip, [Measurement("cuts", 1, 0.0, None, "cuts", (), None)])
    yield study
    study.close()


@pytest.mark.parametrize(
    ("until", "clips", "choices"),
    [
        ("2026-11-09", 0, {}),
        ("2026-11-11", 4, {"p": "a"}),
        ("2026-11-12T20:00:00Z", 4, {"p": "a"}),
        ("2026-11-12", 4, {"p": "a", "q": "a"}),
        ("2026-11-20", 6, {"p": "a", "q": "a"}),
        ("2026-11-21T08:30:00Z", 6, {"p": "b", "q": "a"}),
        ("2026-11-30", 6, {"p": "b", "q": "a", "r": "b"}),
    ],
)
def test_what_stood_then(study: Study, until: str, clips: int, choices: dict) -> None:
    """Votes in the revision of that moment, clips that were stored, measurements of those clips; a day counts whole."""
    then = StudyUntil(study, until)
    assert len(then.clips) == len(then.requests) == len(then.measurements) == clips
    assert dict(zip(then.votes["prompt_id"], then.votes["choice"], strict=True)) == choices
    assert len(then.pairs()) == clips // 2


def test_it_has_a_fingerprint_of_its_own(study: Study) -> None:
    """Two moments with the same votes and clips are the same state; the last day is the study as it is."""
    one, two = (StudyUntil(study, day).fingerprint() for day in ("2026-11-13", "2026-11-14"))
    assert one == two != study.fingerprint()
    assert StudyUntil(study, "2027-01-01").fingerprint() == study.fingerprint()


def test_it_compares_like_any_study(study: Study) -> None:
    """What is found of the first week rests on the votes of the first week."""
    wins = compare(StudyUntil(study, "2026-11-13"), draws=100).wins.set_index("dimension")
    assert (wins.loc["artifacts", "n_votes"], wins.loc["artifacts", "win_rate"]) == (2, 1.0)


def test_a_clip_that_was_voted_on_was_there(tmp_path: Path, make_clip: Callable[..., Path]) -> None:
    """Clips brought in after the votes on them (a study put together later) belong to the day of the votes."""
    make_clip(tmp_path / "a.mp4", seed=1, frames=6)
    make_clip(tmp_path / "b.mp4", seed=2, frames=6)
    (tmp_path / "c.csv").write_text("file,prompt,model,prompt_id\na.mp4,X.,alpha,x\nb.mp4,X.,beta,x\n")
    (tmp_path / "v.csv").write_text(
        "prompt_id,model_a,model_b,dimension,choice,rater,created_at\nx,alpha,beta,artifacts,a,r1,2026-03-01T10:00:00Z\n"
    )
    with Study(tmp_path / "study", now=lambda: "2026-11-10T12:00:00.000Z") as study:
        study.import_clips(tmp_path / "c.csv")
        study.import_votes(tmp_path / "v.csv")
        assert len(StudyUntil(study, "2026-03-01").pairs()) == 1
        assert len(StudyUntil(study, "2026-02-28").clips) == 0


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2026-11-01T10:00:00", "01.11.2026", ""])
def test_what_is_no_day_is_refused(text: str) -> None:
    """The error shows how a day and a moment are written."""
    with pytest.raises(BadParameter, match="2026-11-01T14:05:00Z"):
        moment_of(text)
