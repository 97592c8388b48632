"""Studies of many clips, made in seconds: a few tiny films, each copied under many hashes, measured by a formula."""

import hashlib
import itertools
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kit.importing import new_clip
from kit.metrics import Measurement, registry
from kit.storage.config import StudyConfig
from kit.storage.records import NewClip, NewRequest, NewVote
from kit.study import Study
from kit.suite import Prompt, Suite

DIMENSIONS = ("prompt_adherence", "video_realism", "video_resolution", "artifacts")
MOVES = ("pan_left", "pan_right", "zoom_in", "tilt_up")
# Those of the kit's metrics that give a curve which a player shows, on usual clips.
CURVES = {
    *("camera_motion", "motion_amount", "stability", "stability_first", "motion_smoothness", "exposure"),
    *("sharpness", "flicker_compensated", "warping", "sudden_changes"),
}
SECONDS, RATE = 5, 24  # of the curves: those of a usual clip, though the films are shorter


def with_hash_of_its_own(film: bytes, number: int) -> bytes:
    """The same film with other bytes: a `free` box after the rest, which players skip."""
    return film + struct.pack(">I4sQ", 16, b"free", number)


def metrics_of(names: Sequence[str], seed: int) -> list[Measurement]:
    """As many numbers, curves and marks as a measured clip has; reproducible, and of no meaning."""
    random = np.random.default_rng(seed)
    times = np.arange(SECONDS * RATE) / RATE
    found = []
    for name in names:
        metric = registry()[name]
        base = random.random()
        series = np.column_stack([times, base + 0.1 * random.random(len(times))]).astype(np.float32)
        curve = series if name in CURVES else None
        if name == "camera_motion":
            move = MOVES[seed % len(MOVES)]
            text = f"static, 0.00-1.00 s, sure 0.99; {move} 0.300 widths, 1.00-{SECONDS}.00 s, sure 0.97"
            found.append(Measurement(name, metric.version, 0.8, text, metric.unit, (), curve))
            continue
        events = ((1.0, 1.5), (3.0, 3.25)) if name in {"freezes", "cuts"} else ()
        found.append(Measurement(name, metric.version, float(base), None, metric.unit, events, curve))
    return found


def many_clips(
    folder: Path,
    make_clip: Callable[..., Path],
    *,
    prompts: int,
    models: int = 2,
    raters: int = 3,
    metrics: Sequence[str] | None = None,
    every: int = 1,
    **clip: Any,
) -> Study:
    """A study of `prompts` x `models` clips with votes of `raters` on every dimension, on every `every`-th prompt.

    `metrics` are the names of those that are said to have been measured, all of the kit's where it is None. `clip`
    goes to `make_clip`. The first model is preferred by the first rater, the second by the second, and so on in turn
    with the prompt, so that there are unanimous pairs and split ones.
    """
    names = [f"model-{chr(97 + i)}" for i in range(models)]
    suite = Suite(
        name="many",
        title="Many prompts",
        prompts=tuple(
            Prompt(
                id=f"p{i:03}",
                text=f"A paper boat number {i} drifts down a stream past mossy stones; the camera pans left. "
                "Morning light, shallow depth of field, ripples where the boat touches the reeds.",
                title=f"Paper boat {i}",
                stresses=DIMENSIONS[i % 4],
                camera=(MOVES[i % 4],),
                checks=(f"Boat {i} stays afloat", "The camera goes the right way", "Ripples follow the boat"),
                tags=("water",) if i % 2 else ("water", "paper"),
            )
            for i in range(prompts)
        ),
    )
    study = Study.create(folder, StudyConfig(title="Many prompts", models=tuple(names), suite=suite), now=lambda: "2026-11-22T12:00:00.000Z")  # fmt: skip
    made = folder.parent / f"{folder.name}-films"
    made.mkdir()
    films = []
    for i in range(4):
        path = make_clip(made / f"{i}.mp4", seed=i, **({"frames": 6} | clip))
        films.append((path.read_bytes(), new_clip(path)))
    rows: list[tuple[Path, NewClip]] = []
    requests = []
    for i, (prompt, model) in enumerate(itertools.product(suite.prompts, names)):
        film, facts = films[i % 4]
        data = with_hash_of_its_own(film, i)
        path = made / f"clip-{i}.mp4"
        path.write_bytes(data)
        rows.append((path, replace(facts, clip=hashlib.sha256(data).hexdigest(), bytes=len(data))))
        requests.append(
            NewRequest(
                prompt_id=prompt.id,
                prompt=prompt.text,
                model=model,
                take=1,
                provider="import",
                clip=rows[-1][1].clip,
                seconds=20 + i % 7,
                cost_usd=0.25 + 0.01 * (i % 3),
            )
        )
    study.store_clips(rows, requests)
    wanted = list(registry()) if metrics is None else list(metrics)
    for i, (_, clip_row) in enumerate(rows):
        study.add_measurements(clip_row.clip, metrics_of(wanted, i))
    study.add_votes(
        [
            NewVote(
                prompt_id=prompt.id, model_a=a, model_b=b, take=1, dimension=dimension,
                choice=("a", "b", "both_good")[(i * (j + 1) + k) % 3], rater=f"rater-{j + 1}",
                note="the water looks smoother" if i % 10 == 0 and j == 0 else None,
                created_at="2026-11-20T08:00:00Z",
            )
            for i, prompt in enumerate(suite.prompts)
            if i % every == 0
            for a, b in itertools.combinations(names, 2)
            for k, dimension in enumerate(DIMENSIONS)
            for j in range(raters)
        ]
    )  # fmt: skip
    return study
