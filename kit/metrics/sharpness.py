"""Sharpness: how much fine brightness detail a frame has, and how steady it stays through the clip."""

import math
import statistics

import numpy as np
from numpy.typing import NDArray

from kit.decode import ClipFacts
from kit.metrics.base import NOTHING, ONE_FRAME, Look, Metric, Reading, SampleWatcher, spans
from kit.metrics.native import Sampler, lattice
from kit.metrics.track import Track

_POINTS = 32_768
_LEAST = 4  # samples from which anything can be said of steadiness
_SOFT = 0.6  # of the sharpness of the frames around: softer than this is an event
_AROUND = 1.0  # seconds on either side
_MOVES = 0.1  # short sides a second that set a moving frame apart from a resting one


def detail_variance(luma: NDArray[np.uint8]) -> float:
    """Variance of the 4-neighbour Laplacian at about 32,000 inner points of (h, w) uint8, in squared code values.

    All inner points of a picture up to 32,000. Whole-number sums, so the same on every machine. 0 under 3 x 3.
    """
    height, width = luma.shape
    if min(height, width) < 3:
        return 0.0
    step = lattice(height, width, _POINTS)

    def at(dy: int, dx: int) -> NDArray[np.int16]:
        return luma[1 + dy : height - 1 + dy : step, 1 + dx : width - 1 + dx : step].astype(np.int16)

    detail = at(-1, 0) + at(1, 0) + at(0, -1) + at(0, 1) - 4 * at(0, 0)
    wide = detail.astype(np.int32)
    total, squares = int(detail.sum(dtype=np.int64)), int((wide * wide).sum(dtype=np.int64))
    return float(squares / detail.size - (total / detail.size) ** 2)


def sharpness(look: Look) -> float:
    """Variance of the Laplacian of a frame at full size, in squared grey levels."""
    return look.shared("sharpness", lambda: detail_variance(look.frame.luma) * look.stretch**2)


class _Steadiness:
    """How much sharpness varies; None of it is asked of black frames, which have none."""

    def __init__(self, facts: ClipFacts) -> None:  # noqa: ARG002
        self._sampler = Sampler()
        self._series = Track()

    def see(self, look: Look) -> None:
        if self._sampler.due(look.seconds) and not look.black:
            # The root is in grey levels: half the contrast of all detail halves it.
            self._series.append((look.seconds, math.sqrt(sharpness(look))))

    def result(self, end: float) -> Reading:  # noqa: ARG002
        values = [value for _, value in self._series]
        if len(values) < _LEAST:
            return Reading(math.nan, f"fewer than {_LEAST} frames to compare")
        middle = statistics.fmean(values)
        share = statistics.pstdev(values) / middle if middle > 0 else 0.0
        # Each value against the typical one around it: a slow change of scene is no loss of sharpness.
        relative = [
            (at, 1 - value / near if (near := self._near(at)) > 0 else 0.0) for at, value in self._series
        ]
        return Reading(share, events=spans(relative, 1 - _SOFT), series=self._series)

    def _near(self, seconds: float) -> float:
        return statistics.median(v for at, v in self._series if abs(at - seconds) <= _AROUND)


class _InMotion:
    """Compares the sharpness of the frames that move with that of those that rest."""

    def __init__(self, facts: ClipFacts) -> None:  # noqa: ARG002
        self._sampler = Sampler()
        self._found: list[tuple[float, float]] = []
        self._frames = 0

    def see(self, look: Look) -> None:
        self._frames += 1
        if not self._sampler.due(look.seconds) or look.before is None or look.black:
            return
        gap = look.seconds - look.before.seconds
        if gap > 0:
            moved = np.hypot(*look.flow.displacement.T.astype(np.float64))
            speed = float(np.median(moved)) / min(look.frame.gray.shape) / gap
            self._found.append((speed, math.sqrt(sharpness(look))))

    def result(self, end: float) -> Reading:  # noqa: ARG002
        if self._frames < 2:
            return ONE_FRAME if self._frames else NOTHING
        fast = [value for speed, value in self._found if speed >= _MOVES]
        slow = [value for speed, value in self._found if speed < _MOVES]
        if len(fast) < 2 or len(slow) < 2:
            return Reading(math.nan, "the clip has no frames of both kinds: moving and at rest")
        rest = statistics.median(slow)
        text = f"{len(fast)} moving frames against {len(slow)} at rest"
        return Reading(statistics.median(fast) / rest if rest > 0 else math.nan, text)


SHARPNESS = Metric(
    name="sharpness",
    version=2,
    unit="grey levels squared",
    dimension="video_resolution",
    better=None,
    label="Sharpness",
    meaning=(
        "Variance of the Laplacian of the brightness at full size, at about 32,000 points, mean over up to four frames "
        "a second: more fine detail gives more."
    ),
    not_meaning=(
        "Not quality, and not comparable across prompts or frame sizes: noise, grain and artifacts count as detail, "
        "and on generated video it went slightly against people's ratings. Compare models on the same prompt only."
    ),
    source="Pech-Pacheco et al., ICPR 2000 (variance of the Laplacian).",
    watcher=lambda facts: SampleWatcher(sharpness),  # noqa: ARG005
)

STEADINESS = Metric(
    name="sharpness_variation",
    version=1,
    unit="share",
    dimension="video_resolution",
    better="lower",
    label="Variation of sharpness",
    meaning=(
        "Standard deviation of the root of sharpness through the clip, as a share of its mean: 0 is equally sharp "
        "throughout. The times given are where it falls under 60 % of the typical value within a second around."
    ),
    not_meaning="Not softness: an evenly soft clip gets 0. A camera that moves to another part of a scene raises it.",
    source="The kit's own.",
    watcher=_Steadiness,
)

IN_MOTION = Metric(
    name="sharpness_in_motion",
    version=1,
    unit="ratio",
    dimension="video_resolution",
    better=None,
    label="Sharpness in motion against at rest",
    meaning=(
        "Root of sharpness of the frames whose typical place moves by a tenth of the short side a second or more, "
        "over that of the frames at rest (medians): below 1, motion costs detail."
    ),
    not_meaning=(
        "Not a fault by itself: cameras blur what moves. Clips that move or rest throughout have no value, and what "
        "is shown while moving is another part of the scene."
    ),
    source="The kit's own.",
    watcher=_InMotion,
)
