"""Warping: what of the picture's structure its motion does not explain."""

import math
import statistics

import numpy as np

from kit.decode import ClipFacts
from kit.metrics.base import BRIDGE, Look, Metric, Reading, mean, spans
from kit.metrics.cuts import is_break
from kit.metrics.track import Track

_AGAINST = 2.0  # times the clip's median
_LEAST = 0.1  # share of the contrast


class _Warping:
    def __init__(self, facts: ClipFacts) -> None:  # noqa: ARG002
        self._gap = 0.0
        self._series = Track()

    def see(self, look: Look) -> None:
        if look.before is None or is_break(look):
            return
        self._gap = look.seconds - look.before.seconds
        self._series.append((look.seconds, _unexplained(look)))

    def result(self, end: float) -> Reading:  # noqa: ARG002
        if not self._series:
            return Reading(math.nan, "no two frames of one shot to compare")
        usual = statistics.median(value for _, value in self._series)
        over = max(_LEAST, _AGAINST * usual)
        events = spans(self._series, over, before=self._gap, bridge=BRIDGE)
        return Reading(mean(self._series), events=events, series=self._series)


def _unexplained(look: Look) -> float:
    if look.difference == 0:
        return 0.0
    detail = float(look.flow.detail.mean(dtype=np.float64))
    # One grey level beside the contrast: a picture without any has nothing that could warp.
    return float(look.flow.structure.mean(dtype=np.float64)) / (detail + 1)


WARPING = Metric(
    name="warping",
    version=1,
    unit="share of contrast",
    dimension="artifacts",
    better="lower",
    label="Warping (motion-compensated residual)",
    meaning=(
        "Mean absolute difference of successive frames after the motion and the brightness step of each block are "
        "undone, as a share of the blocks' contrast, mean over the clip, on gray pictures of 320 pixels. "
        "The times given are where it passes twice the clip's median."
    ),
    not_meaning=(
        "Water, smoke, hair and turning things change shape by nature and count too, and noise does. Fast motion and a "
        "low frame rate raise it: read it beside the motion amount. No published agreement with people."
    ),
    source="After the usual warping error (Lai et al., ECCV 2018), with block-wise Lucas-Kanade flow.",
    watcher=_Warping,
)
