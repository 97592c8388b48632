"""Sudden appearance and disappearance: parts of the picture that are not found again from one frame to the next."""

import math
import statistics
from array import array

import numpy as np

from kit.decode import ClipFacts
from kit.metrics.base import Look, Metric, Reading
from kit.metrics.cuts import is_break
from kit.metrics.track import Track

_LOST = 0.5  # of a block's contrast, at least, is left unexplained
_DETAIL = 6.0  # grey levels of contrast, in either frame, that a block needs to be something at all
_NEIGHBOURS = 5  # steps on either side
_BLOCKS = 1.5  # blocks above the neighbours' usual number that make a moment stand out
_AGAINST = 2.5  # times that number


class _Survival:
    """Counts the blocks lost at each step, and the steps that stand out from those around.

    A thing that pops up or goes takes its blocks along in one step; water or a crowd loses some at every step.
    """

    def __init__(self, facts: ClipFacts) -> None:  # noqa: ARG002
        self._lost = Track()
        self._before = array("d")
        self._blocks = 1

    def see(self, look: Look) -> None:
        if look.before is None or is_break(look):
            return
        count = 0.0
        if look.difference > 0:
            flow = look.flow
            self._blocks = len(flow.match)
            # Softly, so that a block at the border of being lost is no whole one.
            badness = np.clip((_LOST + 0.15 - flow.match) / 0.3, 0, 1)
            count = float((badness * (flow.detail > _DETAIL)).sum(dtype=np.float64))
        self._lost.append((look.seconds, count))
        self._before.append(look.before.seconds)

    def result(self, end: float) -> Reading:  # noqa: ARG002
        if not self._lost:
            return Reading(math.nan, "no two frames of one shot to compare")
        counts = [count for _, count in self._lost]
        steps = zip(self._before, self._lost, strict=True)
        moments = [(before, at) for i, (before, (at, _)) in enumerate(steps) if _stands_out(counts, i)]
        series = [(at, 1 - count / self._blocks) for at, count in self._lost]
        word = "moment" if len(moments) == 1 else "moments"
        return Reading(float(len(moments)), f"{len(moments)} {word}" if moments else "none", moments, series)


def _stands_out(counts: list[float], index: int) -> bool:
    near = counts[max(0, index - _NEIGHBOURS) : index] + counts[index + 1 : index + 1 + _NEIGHBOURS]
    if not near:
        return False
    usual = statistics.median(near)
    here = counts[index]
    peak = all(here >= count for count in counts[max(0, index - 1) : index + 2])
    return peak and here >= usual + _BLOCKS and here >= _AGAINST * usual


SURVIVAL = Metric(
    name="sudden_changes",
    version=1,
    unit="moments",
    dimension="artifacts",
    better="lower",
    label="Sudden appearance or disappearance",
    meaning=(
        "Moments at which parts of the picture are not found again in the next frame, at least twice and a half as many "
        "as within five frames around, cuts left out; on gray pictures of 320 pixels in about 112 blocks. "
        "The series is the share of the picture that survives each step."
    ),
    not_meaning=(
        "Things that are covered, splash, blink, beat like wings or rush through count too; what is smaller than a "
        "fifteenth of the width, or fades in slowly, is missed. A tripwire; look at the times given."
    ),
    source="The kit's own: block-wise Lucas-Kanade match with a neighbour ratio.",
    watcher=_Survival,
)
