"""Spatial and temporal information, SI and TI, after ITU-T P.910."""

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

    def at(dy: int, dx: int) -> NDArray[np.int16]:
        part = luma[dy : height - 2 + dy : step, dx : width - 2 + dx : step]
        return part.astype(np.int16)

    corners = {(y, x): at(y, x) for y in range(3) for x in range(3) if (y, x) != (1, 1)}
    right = (
        corners[0, 2] + 2 * corners[1, 2] + corners[2, 2] - corners[0, 0] - 2 * corners[1, 0] - corners[2, 0]
    )
    down = (
        corners[2, 0] + 2 * corners[2, 1] + corners[2, 2] - corners[0, 0] - 2 * corners[0, 1] - corners[0, 2]
    )
    return float(np.hypot(right.astype(np.float64), down.astype(np.float64)).std())


def temporal(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> float:
    """Standard deviation of the difference of two pictures over about 16,000 points, in codes."""
    height, width = after.shape
    step = lattice(height, width, _POINTS)
    difference = after[::step, ::step].astype(np.int16) - before[::step, ::step]
    return float(difference.std(dtype=np.float64))


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

    def see(self, look: Look) -> None:
        if look.before is not None and look.before.frame.luma.shape == look.frame.luma.shape:
            difference = temporal(look.before.frame.luma, look.frame.luma)
            self._series.append((look.seconds, difference * look.stretch))

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
