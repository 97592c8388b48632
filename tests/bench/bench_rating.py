"""A thousand pairs in one queue: whether the thousandth answer takes longer than the tenth, and what a start takes."""

import statistics
import time
from pathlib import Path
from typing import Any

from kit.importing import new_clip
from kit.rating import BlindMedia, RatingOptions, RatingSession
from kit.storage.config import StudyConfig
from kit.storage.records import NewRequest
from kit.study import Study
from kit.testing import tiny_clip

PAIRS = 1_000
MODELS = ("sandbox-quick", "sandbox-steady")
WINDOW = 20


def filled(folder: Path) -> Study:
    """A study of a thousand prompts and two models, which share two clips."""
    study = Study.create(folder / "study", StudyConfig("Bench", MODELS))
    files = [folder / f"{i}.mp4" for i in range(2)]
    for i, file in enumerate(files):
        tiny_clip(file, take=i + 1)
    clips = [new_clip(file) for file in files]
    requests = [
        NewRequest(f"p{i}", f"Words of {i}.", model, 1, "imported", clip.clip)
        for i in range(PAIRS)
        for model, clip in zip(MODELS, clips, strict=True)
    ]
    study.store_clips(zip(files, clips, strict=True), requests)
    return study


def timed(session: RatingSession, op: str, data: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    """Seconds, and the answer."""
    began = time.perf_counter()
    told = session.ask(op, data)
    return time.perf_counter() - began, told


def bench_rating(tmp_path: Path) -> None:
    """Prints the times of the first and the last answers and items, of a first and a late start, and their ratios."""
    with filled(tmp_path) as study:
        media = BlindMedia(study, study.rating.secret())
        session = RatingSession(study, rater="mira", options=RatingOptions(), media=media)
        first, start = timed(session, "start", {})
        dimensions = [d["id"] for d in start["dimensions"]]
        saves, items = [], []
        for position in range(PAIRS):
            for dimension in dimensions:
                seconds, told = timed(
                    session,
                    "save",
                    {
                        "token": f"{position:06}-{dimension}",
                        "position": position,
                        "step": "vote",
                        "dimension": dimension,
                        "choice": "left",
                        "seconds": 1,
                        "watched": {"through": True, "plays": 1, "mode": "side"},
                    },
                )
                saves.append(seconds)
            seconds, _ = timed(session, "item", {"position": told["position"]})
            items.append(seconds)
        undo, _ = timed(session, "undo", {"token": "take-it-back"})
        late = RatingSession(study, rater="mira", options=RatingOptions(), media=media)
        again, _ = timed(late, "start", {})
        summary, _ = timed(late, "summary", {})
        media.close()

    def ends(times: list[float]) -> str:
        # The tenth, and the last one, each as the median of those around it.
        early, last = statistics.median(times[5 : 5 + WINDOW]), statistics.median(times[-WINDOW:])
        return f"{1000 * early:.1f} ms at the tenth, {1000 * last:.1f} ms at the last ({last / early:.2f} x)"

    print(f"\n{PAIRS} pairs, {len(saves)} votes: save {ends(saves)}; item {ends(items)}")
    print(
        f"first start {first:.2f} s, start after {PAIRS} pairs {again:.2f} s ({again / first:.2f} x), "
        f"undo {1000 * undo:.1f} ms, summary {summary:.2f} s"
    )
