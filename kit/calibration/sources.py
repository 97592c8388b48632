"""Clips to calibrate with: rendered ones without faults, and real ones where a folder holds some."""

import os
from collections.abc import Iterator
from pathlib import Path

from kit.calibration.pieces import Piece, cut_out
from kit.sandbox import render

_PROMPTS = (
    "A river at dawn with fog over the water.",
    "A tower above the city at night.",
    "A cat walks through a garden in the morning.",
    "A red car drives down a street.",
    "A boat on the sea at sunset, the camera pans left.",
    "A girl with an umbrella walks in the rain.",
    "Snow falls on a village, the camera zooms in.",
    "A train crosses a bridge over a valley.",
)
_MODEL = "sandbox-steady"
_SUFFIXES = {".mp4", ".webm", ".mkv", ".mov"}


def pieces(
    scratch: Path,
    *,
    clips: str | os.PathLike[str] | None = None,
    rendered: int = 5,
    real: int = 9,
    width: int = 640,
    height: int = 360,
    seconds: float = 2.0,
) -> Iterator[Piece]:
    """`rendered` clips of the sandbox and up to `real` of a folder, one of each of its subfolders in turn.

    `scratch` is a folder for the rendered files. Pieces are the middle of the picture, at most `width` x `height`.
    """
    for index in range(rendered):
        file = _clean(scratch, index, seconds=seconds, width=width, height=height)
        yield cut_out(file, width=width, height=height, seconds=seconds)
    if clips is not None:
        for file in chosen(Path(clips), real):
            yield cut_out(file, width=width, height=height, seconds=seconds)


def chosen(folder: Path, many: int) -> list[Path]:
    """Up to `many` clips of a folder and its subfolders: the first of each subfolder, then the second of each."""
    groups: dict[Path, list[Path]] = {}
    for file in sorted(folder.rglob("*")):
        if file.suffix.lower() in _SUFFIXES:
            groups.setdefault(file.parent, []).append(file)
    deepest = max((len(group) for group in groups.values()), default=0)
    in_turn = [group[i] for i in range(deepest) for group in groups.values() if i < len(group)]
    return in_turn[:many]


def _clean(scratch: Path, index: int, *, seconds: float, width: int, height: int) -> Path:
    """A rendered clip without faults in its pictures; which take has none is seen on a tiny one."""
    prompt = _PROMPTS[index % len(_PROMPTS)]
    out = scratch / f"rendered-{index}.mp4"
    first = 1 + 20 * (index // len(_PROMPTS))
    for take in range(first, first + 20):
        truth = render(prompt, model=_MODEL, take=take, out=out, seconds=0.2, width=64, height=64, fps=10)
        if all(fault.kind in {"camera", "action"} for fault in truth.faults):
            break
    render(
        prompt, model=_MODEL, take=take, out=out, seconds=seconds, width=width, height=height, fps=24, crf=18
    )
    return out
