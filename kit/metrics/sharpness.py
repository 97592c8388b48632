"""Sharpness: how much fine brightness detail a frame has."""

import numpy as np
from numpy.typing import NDArray

from kit.decode import ClipFacts
from kit.metrics.base import NOTHING, Look, Metric, Reading, mean

_PER_SECOND = 4
_STRIP = 64  # rows at a time: what fits in a core's cache is several times as fast


def laplacian_variance(luma: NDArray[np.uint8]) -> float:
    """Variance of the 4-neighbour Laplacian over the inner pixels of (h, w) uint8, in squared code values.

    Whole-number sums, so the same on every machine. 0 for pictures under 3 x 3.
    """
    height, width = luma.shape
    if height < 3 or width < 3:
        return 0.0
    total = squares = 0
    for top in range(0, height - 2, _STRIP):
        part = luma[top : top + _STRIP + 2].astype(np.int16)
        inner = part[1:-1, 1:-1]
        detail = part[:-2, 1:-1] + part[2:, 1:-1]
        detail += part[1:-1, :-2]
        detail += part[1:-1, 2:]
        detail -= inner * np.int16(4)
        total += int(detail.sum(dtype=np.int64))
        wide = detail.astype(np.int32)
        squares += int((wide * wide).sum(dtype=np.int64))
    count = (height - 2) * (width - 2)
    return float(squares / count - (total / count) ** 2)


class _Sharpness:
    def __init__(self, facts: ClipFacts) -> None:  # noqa: ARG002
        self._series: list[tuple[float, float]] = []

    def see(self, look: Look) -> None:
        # The k-th sample is the first frame at or after k/4 seconds, whatever the frame rate.
        if look.seconds < len(self._series) / _PER_SECOND - 1e-6:
            return
        # Codes from 16 to 235 are stretched to 0 to 255, so that both ways of storing a picture agree.
        stretch = 1.0 if look.frame.full_range else (255 / 219) ** 2
        self._series.append((look.seconds, laplacian_variance(look.frame.luma) * stretch))

    def result(self, end: float) -> Reading:  # noqa: ARG002
        return Reading(mean(self._series), series=self._series) if self._series else NOTHING


SHARPNESS = Metric(
    name="sharpness",
    version=1,
    unit="grey levels squared",
    dimension="video_resolution",
    better=None,
    label="Sharpness",
    meaning=(
        "Variance of the Laplacian of the brightness at full size, mean over up to four frames a second: "
        "more fine detail gives more."
    ),
    not_meaning=(
        "Not quality, and not comparable across prompts or frame sizes: noise, grain and artifacts count as detail, "
        "and on generated video it went slightly against people's ratings. Compare models on the same prompt only."
    ),
    source="Pech-Pacheco et al., ICPR 2000 (variance of the Laplacian).",
    watcher=_Sharpness,
)
