"""Hard cuts: where one shot ends and another begins between two frames."""

import math
import statistics
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kit.decode import ClipFacts
from kit.metrics.base import ONE_FRAME, Look, Metric, Reading

_MISMATCH = 0.5  # share of the contrast that motion doesn't explain
_AGAINST = 2.2  # times as much as the neighbours' median
_DIFFERS = 1.25  # times the neighbours' median of the plain difference
_NEIGHBOURS = 4  # pairs of frames on either side
_LEAST = 6.0  # grey levels of mean difference
_RETURN = 3  # frames within which a flash gives the old picture back


def is_break(look: Look) -> bool:
    """Whether motion fails to explain the step from the frame before, whatever the reason: cut, flash, chaos."""
    return look.before is not None and look.difference >= _LEAST and look.flow.mismatch >= _MISMATCH


class _Step(NamedTuple):
    """From one frame to the next."""

    seconds: float
    difference: float
    mismatch: float
    candidate: bool


class _Waiting(NamedTuple):
    """A candidate whose old picture may yet come back."""

    step: int
    gray: NDArray[np.uint8]
    difference: float


class _Cuts:
    def __init__(self, facts: ClipFacts) -> None:  # noqa: ARG002
        self._steps: list[_Step] = []
        self._waiting: list[_Waiting] = []
        self._flashes: set[int] = set()
        self._frames = 0

    def see(self, look: Look) -> None:
        self._frames += 1
        if look.before is None:
            return
        index = len(self._steps)
        self._flash(look, index)
        # From or to black is a fade, a lead-in or a lead-out: the black frames' metric tells of it.
        candidate = is_break(look) and not look.black and not look.before.black
        mismatch = look.flow.mismatch if look.difference > 0 else 0.0
        self._steps.append(_Step(look.seconds, look.difference, mismatch, candidate))
        if candidate:
            self._waiting.append(_Waiting(index, look.before.frame.gray, look.difference))

    def _flash(self, look: Look, index: int) -> None:
        self._waiting = [one for one in self._waiting if index - one.step <= _RETURN]
        for one in self._waiting:
            back = np.abs(look.frame.gray.astype(np.int16) - one.gray).mean()
            if back < 0.5 * one.difference:
                # Both the way out and the way back are no cuts.
                self._flashes.update(range(one.step, index + 1))

    def result(self, end: float) -> Reading:  # noqa: ARG002
        if self._frames < 2:
            return ONE_FRAME
        times = [self._steps[i].seconds for i in range(len(self._steps)) if self._is_cut(i)]
        return Reading(
            float(len(times)),
            "no cut" if not times else f"{len(times)} cut{'s' if len(times) > 1 else ''}",
            [(at, at) for at in times],
        )

    def _is_cut(self, index: int) -> bool:
        step = self._steps[index]
        if not step.candidate or index in self._flashes:
            return False
        near = (
            self._steps[max(0, index - _NEIGHBOURS) : index]
            + self._steps[index + 1 : index + 1 + _NEIGHBOURS]
        )
        if not near:
            return True
        return step.mismatch >= _AGAINST * statistics.median(
            one.mismatch for one in near
        ) and step.difference >= _DIFFERS * statistics.median(one.difference for one in near)


CUTS = Metric(
    name="cuts",
    version=2,
    unit="cuts",
    dimension="artifacts",
    better="lower",
    label="Hard cuts",
    meaning=(
        "Number of places where a frame can't be explained by the motion of the one before, stands out from its "
        "neighbours at least twofold, and the old picture does not come back within 3 frames."
    ),
    not_meaning=(
        "Not a fault where the prompt asks for several shots; dissolves and cuts to or from black are not counted. "
        "A tripwire; look at the times given."
    ),
    source="The kit's own: block-wise Lucas-Kanade mismatch with a neighbour ratio.",
    watcher=_Cuts,
)


class _Shots(_Cuts):
    """One more than the cuts."""

    def result(self, end: float) -> Reading:
        cuts = super().result(end)
        if math.isnan(cuts.value):
            return Reading(1.0, "1 shot") if self._frames else cuts
        count = int(cuts.value) + 1
        return Reading(float(count), "1 shot" if count == 1 else f"{count} shots", cuts.events)


SHOTS = Metric(
    name="shots",
    version=1,
    unit="shots",
    dimension="prompt_adherence",
    better=None,
    label="Shots",
    meaning="Number of shots: one more than the hard cuts, whose times are given.",
    not_meaning=(
        "Not a quality: read it against what was asked for (one shot, unless the prompt or the settings say more). "
        "Dissolves and cuts to or from black are not counted."
    ),
    source="The kit's own; see hard cuts.",
    watcher=_Shots,
)
