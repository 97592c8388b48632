"""Spatial and temporal information, SI and TI, after ITU-T P.910."""

import math

import numpy as np
from numpy.typing import NDArray

from kit.decode import ClipFacts
from kit.metrics.base import NOTHING, ONE_FRAME, Look, Metric, Reading, mean
from kit.metrics.native import Sampler, lattice
from kit.metrics.track import Track

_POINTS = 16_384  # of a picture, on an even lattice
_SOURCE = (
    "ITU-T P.910, section 7.8: Sobel and frame difference at full size, brightness stretched to full range as "
    "FFmpeg's siti does (edition of 2021 and later; the older one took the codes as they are). "
    "The mean over time is given, and the maximum of the older editions in the text."
)


def spatial(luma: NDArray[np.uint8]) -> float:
    """Standard deviation of the Sobel magnitude over about 16,000 points of (h, w) uint8, in codes; 0 under 3 x 3."""
    height, width = luma.shape
    if min(height, width) < 3:
        return 0.0
    step = lattice(height, width, _POINTS)
    # Whole rows first: to pick every few pixels of a row takes longer than to work on all of them.
    above, here, below = (luma[y : height - 2 + y : step].astype(np.int16) for y in range(3))
    down = below - above
    above += below
    here *= np.int16(2)
    above += here
    left, middle, right = (slice(x, width - 2 + x, step) for x in range(3))
    across = (above[:, right] - above[:, left]).astype(np.float64)
    across *= across
    along = (down[:, left] + np.int16(2) * down[:, middle] + down[:, right]).astype(np.float64)
    along *= along
    across += along
    return float(np.sqrt(across, out=across).std())


def points(luma: NDArray[np.uint8]) -> NDArray[np.int16]:
    """About 16,000 pixels of a picture (h, w) uint8."""
    height, width = luma.shape
    step = lattice(height, width, _POINTS)
    return luma[::step, ::step].astype(np.int16)


def temporal(before: NDArray[np.int16], after: NDArray[np.int16]) -> float:
    """Standard deviation of the difference of two pictures' `points`, in codes; from sums of whole numbers."""
    difference = (after - before).astype(np.int32)
    total = int(difference.sum(dtype=np.int64))
    difference *= difference
    squares = int(difference.sum(dtype=np.int64))
    return math.sqrt(difference.size * squares - total * total) / difference.size


class _Spatial:
    def __init__(self, facts: ClipFacts) -> None:  # noqa: ARG002
        self._sampler = Sampler()
        self._series = Track()

    def see(self, look: Look) -> None:
        if self._sampler.due(look.seconds):
            self._series.append((look.seconds, spatial(look.frame.luma) * look.stretch))

    def result(self, end: float) -> Reading:  # noqa: ARG002
        return _reading(self._series) if self._series else NOTHING


class _Temporal:
    def __init__(self, facts: ClipFacts) -> None:  # noqa: ARG002
        self._series = Track()
        self._before: NDArray[np.int16] | None = None

    def see(self, look: Look) -> None:
        before, self._before = self._before, points(look.frame.luma)
        if before is not None and before.shape == self._before.shape:
            self._series.append((look.seconds, temporal(before, self._before) * look.stretch))

    def result(self, end: float) -> Reading:  # noqa: ARG002
        return _reading(self._series) if self._series else ONE_FRAME


def _reading(series: Track) -> Reading:
    return Reading(mean(series), f"maximum {max(value for _, value in series):.4g}", series=series)


SI = Metric(
    name="spatial_information",
    version=1,
    unit="SI",
    dimension="video_resolution",
    better=None,
    label="Spatial information (SI)",
    meaning=(
        "Standard deviation of the Sobel-filtered brightness, mean over up to four frames a second, from about "
        "16,000 points a frame: how much detail and edges there are to show."
    ),
    not_meaning="How difficult the scene is to code, not quality: noise and blocks raise it, blur lowers it.",
    source=_SOURCE,
    watcher=_Spatial,
)

TI = Metric(
    name="temporal_information",
    version=1,
    unit="TI",
    dimension="video_realism",
    better=None,
    label="Temporal information (TI)",
    meaning=(
        "Standard deviation of the difference to the frame before, mean over all frames, from about 16,000 points a "
        "frame: how much changes."
    ),
    not_meaning=(
        "How difficult the scene is to code, not quality: motion, flicker and cuts all raise it, and a higher frame "
        "rate lowers it."
    ),
    source=_SOURCE,
    watcher=_Temporal,
)
