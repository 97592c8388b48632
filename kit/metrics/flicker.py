"""Flicker: brightness that goes up and down from frame to frame, as published and with the motion taken out."""

import math
import statistics
from typing import Any

import numpy as np

from kit.decode import ClipFacts
from kit.metrics.base import BRIDGE, ONE_FRAME, Look, Metric, PairWatcher, Reading, mean, spans
from kit.metrics.cuts import is_break
from kit.metrics.track import Track

_KEPT = 0.75  # of the blocks: the worst quarter is where things are covered, uncovered, or move apart
_SEEN = 2.0  # grey levels of swing that make an event
_AGAINST = 3.0  # times the clip's median


def _published(look: Look) -> float:
    return (255 - look.difference) / 255


def _watch_published(facts: ClipFacts) -> PairWatcher:  # noqa: ARG001
    return PairWatcher(_published)


class _Compensated:
    """Half the change of each block's brightness step: a fade's steps are alike and give 0, a swing's are opposed."""

    def __init__(self, facts: ClipFacts) -> None:  # noqa: ARG002
        self._step: np.ndarray[Any, np.dtype[np.float32]] | None = None
        self._gap = 0.0
        self._frames = 0
        self._series = Track()

    def see(self, look: Look) -> None:
        self._frames += 1
        if look.before is None or is_break(look):
            self._step = None
            return
        earlier = self._step
        # One zero stands for all blocks of two equal frames, which need no flow.
        self._step = step = look.flow.step if look.difference > 0 else np.zeros(1, np.float32)
        self._gap = look.seconds - look.before.seconds
        if earlier is None:
            return
        swing = np.sort(np.abs(step.astype(np.float64) - earlier) / 2)
        self._series.append((look.seconds, float(swing[: max(1, round(_KEPT * len(swing)))].mean())))

    def result(self, end: float) -> Reading:  # noqa: ARG002
        if self._frames < 2:
            return ONE_FRAME
        if not self._series:
            return Reading(math.nan, "no three frames of one shot to compare")
        usual = statistics.median(value for _, value in self._series)
        over = max(_SEEN, _AGAINST * usual)
        events = spans(self._series, over, before=self._gap, bridge=BRIDGE)
        return Reading(mean(self._series), events=events, series=self._series)


FLICKER = Metric(
    name="flicker",
    version=2,
    unit="share",
    dimension="artifacts",
    better="higher",
    label="Flicker (published formula)",
    meaning=(
        "(255 - mean absolute difference of successive frames) / 255, mean over the clip, on gray pictures of "
        "320 pixels: 1 is no change at all."
    ),
    not_meaning=(
        "Only meaningful where little moves: motion lowers it just as flicker does, and a frozen clip gets the best "
        "value. Read it beside the motion amount."
    ),
    source="VBench, temporal flickering (Huang et al., CVPR 2024).",
    watcher=_watch_published,
)

FLICKER_COMPENSATED = Metric(
    name="flicker_compensated",
    version=2,
    unit="grey levels",
    dimension="artifacts",
    better="lower",
    label="Flicker with motion taken out",
    meaning=(
        "How far the brightness of a place swings up and down from frame to frame, its motion undone, without the "
        "worst quarter of the places (covered or uncovered), mean over the clip: a steady fade gives 0. The times "
        "given are where it passes both 2 grey levels and three times the clip's median."
    ),
    not_meaning=(
        "Lights that blink because the prompt asks for it count. Flicker of less than a quarter of the picture is left "
        "out. No published agreement with people."
    ),
    source="The kit's own; block-wise Lucas-Kanade flow.",
    watcher=_Compensated,
)
