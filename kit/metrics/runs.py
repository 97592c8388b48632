"""Runs of frames of a kind: black, repeated, frozen."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kit.decode import ClipFacts
from kit.metrics.base import NOTHING, ONE_FRAME, Look, Metric, Reading

# A frame held by a codec differs by next to nothing anywhere. A slow movement in a small place (steam, eyes)
# is small in the mean but not in its own part of the picture, so both are asked for.
_HELD_MEAN = 0.25  # grey levels; FFmpeg's freezedetect default of -60 dB
_HELD_CELL = 1.5  # grey levels, mean over a cell of 20 x 20
_CELL = 20
_FREEZE = 0.2  # seconds
_STILL = 0.9  # share of the clip


class _Runs:
    """Collects the spans in which a test on each frame holds; a span ends when the next frame is shown."""

    def __init__(self, test: Callable[[Look], bool]) -> None:
        self._test = test
        self._open: float | None = None
        self._spans: list[tuple[float, float]] = []
        self.hits = 0
        self.frames = 0

    def see(self, look: Look) -> None:
        self.frames += 1
        if self._test(look):
            self.hits += 1
            self._open = look.seconds if self._open is None else self._open
        elif self._open is not None:
            self._spans.append((self._open, look.seconds))
            self._open = None

    def spans(self, end: float) -> list[tuple[float, float]]:
        return self._spans if self._open is None else [*self._spans, (self._open, end)]


class _Share:
    """The share of frames for which a test holds."""

    def __init__(self, test: Callable[[Look], bool]) -> None:
        self._runs = _Runs(test)

    def see(self, look: Look) -> None:
        self._runs.see(look)

    def result(self, end: float) -> Reading:
        runs = self._runs
        if not runs.frames:
            return NOTHING
        return Reading(runs.hits / runs.frames, f"{runs.hits} of {runs.frames} frames", runs.spans(end))


def held(anchor: NDArray[np.int16], gray: NDArray[np.int16]) -> bool:
    """Whether two small gray pictures (h, w) are one picture but for what a codec does to it."""
    distance = np.abs(gray - anchor)
    total = int(distance.sum(dtype=np.int64))
    if total >= _HELD_MEAN * distance.size:
        return False
    return total == 0 or bool(_cell_means(distance).max() < _HELD_CELL)


def _cell_means(distance: NDArray[np.int16]) -> NDArray[np.float64]:
    height, width = distance.shape
    tops, lefts = np.arange(0, height, _CELL), np.arange(0, width, _CELL)
    sums = np.add.reduceat(np.add.reduceat(distance, tops, axis=0, dtype=np.int32), lefts, axis=1)
    tall, wide = np.diff(np.append(tops, height)), np.diff(np.append(lefts, width))
    means: NDArray[np.float64] = sums / (tall[:, None] * wide[None, :])
    return means


class _Freezes:
    """A freeze starts with the frame that is held and ends when another is shown (or with the clip).

    Frames are compared with the one that began the hold, not with the one before: what moves slowly adds up.
    """

    def __init__(self, facts: ClipFacts) -> None:  # noqa: ARG002
        self._anchor: NDArray[np.int16] | None = None
        self._since = 0.0
        self._last = 0.0
        self._frames = 0
        self._spans: list[tuple[float, float]] = []

    def see(self, look: Look) -> None:
        self._frames += 1
        if self._anchor is None or not held(self._anchor, look.signed):
            self._close(look.seconds)
            self._anchor, self._since = look.signed, look.seconds
        self._last = look.seconds

    def _close(self, end: float) -> None:
        # Every frame is shown for a while; only what is held longer than its own time counts as frozen.
        if self._last - self._since >= _FREEZE - 1e-6:
            self._spans.append((self._since, end))

    def result(self, end: float) -> Reading:
        if self._frames < 2:
            return ONE_FRAME if self._frames else NOTHING
        self._close(end)
        self._since = self._last = end
        share = min(1.0, math.fsum(b - a for a, b in self._spans) / end) if end > 0 else 0.0
        count = f"{len(self._spans)} freeze" + ("" if len(self._spans) == 1 else "s")
        return Reading(share, "still throughout" if share >= _STILL else count, self._spans)


def _watch_black(facts: ClipFacts) -> _Share:  # noqa: ARG001
    return _Share(lambda look: look.black)


def _watch_repeats(facts: ClipFacts) -> _Share:  # noqa: ARG001
    return _Share(lambda look: look.repeats)


FREEZES = Metric(
    name="freezes",
    version=2,
    unit="share of time",
    dimension="artifacts",
    better="lower",
    label="Freezes",
    meaning=(
        "Share of the clip's time in which the picture is held for 0.2 s or longer beyond its own time: "
        "gray pictures of 320 pixels differ from the first one held by under 0.25 grey levels in the mean and under 1.5 in every 20 x 20 part. "
        "A clip held for 90 % of its time or more is called 'still throughout'."
    ),
    not_meaning=(
        "Not proof of a fault: a scene may be still because the prompt asks for it, and a black lead-in counts. "
        "A tripwire; look at the times given."
    ),
    source="Rule of FFmpeg's freezedetect (-60 dB), with a shorter time and a local limit.",
    watcher=_Freezes,
)

DUPLICATES = Metric(
    name="duplicate_frames",
    version=1,
    unit="share of frames",
    dimension="artifacts",
    better="lower",
    label="Duplicate frames",
    meaning="Share of the frames whose decoded brightness is the same in every pixel as that of the frame before.",
    not_meaning=(
        "Not all repeats: a repeat that was coded anew differs a little (see freezes). A clip raised to a higher "
        "frame rate by repeating shows here, which is no fault of the picture."
    ),
    source="The kit's own.",
    watcher=_watch_repeats,
)

BLACK = Metric(
    name="black_frames",
    version=2,
    unit="share of frames",
    dimension="artifacts",
    better="lower",
    label="Black frames",
    meaning="Share of the frames in which at least 98 % of the pixels lie below a tenth of the brightness range.",
    not_meaning="Not proof of a fault: a night scene or a fade that was asked for counts. Look at the times given.",
    source="Defaults of FFmpeg's blackdetect, on gray pictures of 320 pixels.",
    watcher=_watch_black,
)
