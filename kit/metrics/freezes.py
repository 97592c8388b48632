"""Freezes: one picture held, told from slow motion and from what a codec does to a picture that stands still.

A still that was compressed is not the same in every frame: the first frames of it are refined, and a new key frame
codes it afresh. Such a change comes once and then stays away, is spread over the picture, and is not what moving the
picture would give. Slow motion changes little from frame to frame, but goes on, and is what moving the picture gives:
its differences lie where the picture has slopes, and follow them.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kit.decode import ClipFacts
from kit.metrics.base import NOTHING, ONE_FRAME, Look, Metric, Reading

Gray = NDArray[np.int16]

# Grey levels of the small gray picture, in the mean, and in the mean over a part of 20 x 20.
_CELL = 20
_SAME_MEAN, _SAME_CELL = 0.25, 1.5  # FFmpeg's freezedetect at its default of -60 dB, and a local limit
# A part may differ by more where the whole does, since coding spreads what it changes and a moving thing does not.
_STEP_MEAN, _STEP_SLOPE = 0.5, 1.5
_STAND_MEAN, _STAND_SLOPE = 3.0, 2.5
_AFRESH_MEAN, _AFRESH_CELL = 4.5, 11.0
_MOVED = (
    0.35  # share of the difference that a shift explains; codecs gave up to 0.25, slow pans 0.33 and more
)
_MOVED_PART, _MOVED_PART_BY = 0.5, 4.0  # the same in one part, and root mean square of what is explained
_BRIGHTER = 0.5  # of the whole picture: a fade
_ADDS_UP = 0.6  # of all steps together: refining goes one way, snow and grain come and go
_FREEZE = 0.2  # seconds
_STILL = 0.9  # share of the clip


class _Change(NamedTuple):
    """How two pictures differ: absolute difference in the mean and in the part with most of it, in grey levels."""

    mean: float
    worst: float


class _Hold(NamedTuple):
    """Frames that show one picture: when the first and the last of them begin, and when the next picture begins.

    `afresh` says that the next picture may be the same one, coded anew.
    """

    start: float
    last: float
    end: float
    frames: int
    afresh: bool

    @property
    def long(self) -> bool:
        """Every frame is shown for a while; only what is held longer than its own time counts as frozen."""
        return self.last - self.start >= _FREEZE - 1e-6

    def passing(self, following: float) -> bool:
        """Whether it is a long one, and the picture that begins at `following` seconds may be the same, coded anew."""
        return self.long and self.afresh and self.end == following


class _Freezes:
    """A freeze starts with the frame that is held and ends when another is shown (or with the clip).

    Frames are compared with the one before and with the one that began the hold: what moves slowly adds up.
    """

    def __init__(self, facts: ClipFacts) -> None:  # noqa: ARG002
        self._anchor: Gray | None = None
        self._since = 0.0
        self._last = 0.0
        self._held = 0
        self._steps = 0.0
        self._frames = 0
        self._holds: list[_Hold] = []

    def see(self, look: Look) -> None:
        self._frames += 1
        if self._anchor is None or look.before is None:
            self._begin(look)
        elif not self._goes_on(look):
            # Whether the picture was coded anew is worth asking only where it stood before.
            stood = self._held > 1 or (self._holds and self._holds[-1].passing(self._since))
            self._close(look.seconds, afresh=bool(stood) and _coded_afresh(look))
            self._begin(look)
        else:
            self._held += 1
        self._last = look.seconds

    def _begin(self, look: Look) -> None:
        self._anchor, self._since, self._held, self._steps = look.signed, look.seconds, 1, 0.0

    def _goes_on(self, look: Look) -> bool:
        assert self._anchor is not None
        if look.difference >= _STEP_MEAN:
            return False
        step = _change(look.distance)
        if step.worst >= _SAME_CELL + _STEP_SLOPE * step.mean:
            return False
        self._steps += step.mean
        return _stands(self._anchor, look.signed, self._steps)

    def _close(self, end: float, *, afresh: bool) -> None:
        if self._held > 1 or afresh:
            self._holds.append(_Hold(self._since, self._last, end, self._held, afresh))

    def result(self, end: float) -> Reading:
        if self._frames < 2:
            return ONE_FRAME if self._frames else NOTHING
        self._close(end, afresh=False)
        self._held = 0
        spans = _joined(self._holds)
        share = min(1.0, math.fsum(b - a for a, b in spans) / end) if end > 0 else 0.0
        count = f"{len(spans)} freeze" + ("" if len(spans) == 1 else "s")
        return Reading(share, "still throughout" if share >= _STILL else count, spans)


def _joined(holds: list[_Hold]) -> list[tuple[float, float]]:
    """The freezes: long holds, with one short hold before, after and between them where the picture was coded anew.

    One only, since one short hold after the other is a low frame rate; and of two frames or more at the ends.
    """
    spans: list[tuple[float, float]] = []
    for i, hold in enumerate(holds):
        if not hold.long:
            continue
        before, last = _linked(holds, i - 1), _linked(holds, i - 2)
        start = hold.start
        if (before is not None and before.long) or (before is not None and last is not None and last.long):
            start = spans.pop()[0]
        elif before is not None and before.frames > 1:
            start = before.start
        after = holds[i + 1] if _linked(holds, i) is not None else None
        spans.append((start, after.end if after is not None and after.frames > 1 else hold.end))
    return spans


def _linked(holds: list[_Hold], i: int) -> _Hold | None:
    """Hold i, where the one after it may show the same picture."""
    if i < 0 or i + 1 >= len(holds) or not holds[i].afresh or holds[i].end != holds[i + 1].start:
        return None
    return holds[i]


def _change(distance: Gray) -> _Change:
    total = int(distance.sum(dtype=np.int64))
    worst = float((_sums(distance, np.int32) / _areas(*distance.shape)).max()) if total else 0.0
    return _Change(total / distance.size, worst)


def _stands(anchor: Gray, gray: Gray, steps: float) -> bool:
    """Whether two pictures are one, but for what a codec does to it while it stands.

    `steps` is the sum of the mean differences from frame to frame between them.
    """
    change = _change(np.abs(gray - anchor))
    if change.mean < _SAME_MEAN and change.worst < _SAME_CELL:
        return True
    if change.mean >= _STAND_MEAN or change.worst >= _SAME_CELL + _STAND_SLOPE * change.mean:
        return False
    if change.mean < _ADDS_UP * steps:
        return False
    brighter = abs(int(gray.sum(dtype=np.int64)) - int(anchor.sum(dtype=np.int64))) / gray.size
    if brighter >= _BRIGHTER:
        return False
    explained, whole, areas = _shifted(anchor, gray)
    if explained.sum() >= _MOVED * whole.sum():
        return False
    moved = explained >= _MOVED_PART * np.maximum(whole, 0.1 * areas)
    return not bool((moved & (explained >= _MOVED_PART_BY**2 * areas)).any())


def _coded_afresh(look: Look) -> bool:
    """Whether a picture may be the one before in another coding: no more than that, and not moved."""
    assert look.before is not None
    if look.difference >= _AFRESH_MEAN or _change(look.distance).worst >= _AFRESH_CELL:
        return False
    explained, whole, _ = _shifted(look.before.signed, look.signed)
    return bool(explained.sum() < _MOVED * whole.sum())


def _shifted(one: Gray, two: Gray) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """For each part: squares of the difference that its best small shift explains, all of them, and its pixels.

    The least squares fit of Lucas and Kanade (1981) on slopes of the mean of both pictures.
    """
    difference = (two - one).astype(np.float32)
    middle = (one + two).astype(np.float32) / 2
    down, across = (np.asarray(slope, np.float32) for slope in np.gradient(middle))
    areas = _areas(*one.shape)
    a, b, d = (_sums(p, np.float32) for p in (across * across, across * down, down * down))
    u, v = _sums(across * difference, np.float32), _sums(down * difference, np.float32)
    # A little more than nothing on the diagonal: a flat part explains nothing.
    a, d = a + np.float32(0.5) * areas, d + np.float32(0.5) * areas
    explained: NDArray[np.float32] = (d * u * u - np.float32(2) * b * u * v + a * v * v) / (a * d - b * b)
    return explained, _sums(difference * difference, np.float32), areas


def _sums(picture: NDArray[np.generic], dtype: type) -> NDArray[np.float32]:
    """Sums over parts of 20 x 20, those at the edges being smaller."""
    height, width = picture.shape
    rows = np.add.reduceat(picture, np.arange(0, height, _CELL), axis=0, dtype=dtype)
    return np.asarray(np.add.reduceat(rows, np.arange(0, width, _CELL), axis=1), np.float32)


def _areas(height: int, width: int) -> NDArray[np.float32]:
    tall, wide = (np.diff(np.append(np.arange(0, n, _CELL), n)) for n in (height, width))
    return np.asarray(tall[:, None] * wide[None, :], np.float32)


FREEZES = Metric(
    name="freezes",
    version=3,
    unit="share of time",
    dimension="artifacts",
    better="lower",
    label="Freezes",
    meaning=(
        "Share of the clip's time in which one picture is held for 0.2 s or longer beyond its own time. Gray pictures "
        "of 320 pixels count as one picture where they differ by under 0.25 grey levels in the mean and under 1.5 in "
        "every 20 x 20 part, or by somewhat more that is spread as coding spreads it and is not what a shift gives. "
        "A freeze goes on where the same picture is coded anew. A clip held for 90 % of its time or more is called "
        "'still throughout'."
    ),
    not_meaning=(
        "Not proof of a fault: a scene may be still because the prompt asks for it, and a black lead-in counts. "
        "Coarse compression holds pictures itself, where little moves; and at the coarsest (x264 at a CRF of 34) half a "
        "second of standing still is often missed and a whole one found up to 0.4 s late. A tripwire; look at the times given."
    ),
    source=(
        "Rule of FFmpeg's freezedetect (-60 dB), with a shorter time and a local limit; the kit's own test for "
        "compressed stills, with the fit of Lucas and Kanade (1981)."
    ),
    watcher=_Freezes,
)
