"""One study with everything that an export has to carry."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kit.importing import new_clip
from kit.metrics import Measurement
from kit.storage.records import NewRequest, NewScore, NewVote
from kit.study import Study

NOTE = '=HYPERLINK("http://x.invalid","a, \'b\'")\r\nsecond line\ttab 🎬 \u202eabc'


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Iterator[Study]:
    """Two prompts, two models; votes by two people, a judge and a simulated rater; scores; measurements."""
    folder = tmp_path_factory.mktemp("export")
    study = Study(folder / "study", now=lambda: "2026-11-22T12:00:00.000Z")
    for i in range(4):
        path = make_clip(folder / f"{i}.mp4", seed=i, frames=6)
        clip = new_clip(path)
        request = NewRequest(
            prompt_id=f"p{i // 2}", prompt=f"Prompt <{i // 2}> & more", model=("alpha", "beta")[i % 2], take=1,
            provider="import", clip=clip.clip,
        )  # fmt: skip
        study.store_clips([(path, clip)], [request])
        found = [
            Measurement("sharpness", 1, 5.25 + i, None, "grey levels", ((0.5, 1.25),), None),
            Measurement("audio", 2, float("nan"), "no", None, (), None),
        ]
        study.add_measurements(clip.clip, found)

    def vote(prompt: str, choice: str, rater: str, kind: str = "person", **more: object) -> NewVote:
        return NewVote(
            prompt_id=prompt, model_a="alpha", model_b="beta", take=1, dimension=str(more.pop("dimension", "artifacts")),
            choice=choice, rater=rater, rater_kind=kind, **more,
        )  # fmt: skip

    study.add_votes(
        [
            vote("p0", "a", "r1", note=NOTE, seconds=4.5, left_model="beta"),
            vote("p0", "tie", "r1", dimension="video_realism", seconds=2.25),
            vote("p0", "both_bad", "-r2"),
            vote("p1", "b", "gpt", "judge"),
            vote("p1", "both_good", "s1", "simulated"),
        ]
    )
    study.add_scores(
        [
            NewScore(
                prompt_id="p0", model="beta", take=1, dimension="artifacts", score=4, rater="r1", rater_kind="person",
                note="@sum(1)",
            )
        ]
    )  # fmt: skip
    yield study
    study.close()
