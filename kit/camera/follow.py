"""Following the camera through a clip: pairs of frames in, its motion out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from kit.camera.background import Blocks, settled
from kit.camera.belonging import belonging
from kit.camera.contest import contested, doubted, unpulled
from kit.camera.depth import deepened
from kit.camera.estimate import Similarity, fit
from kit.camera.faint import listened
from kit.camera.labelling import labelled
from kit.camera.path import Path, Step, path
from kit.camera.segments import Motion, Segment
from kit.metrics.flow import Flow

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST = 6000  # pairs: four minutes at 24 frames a second, kept in about 12 MB; what comes later is `unsure`


class Follower:
    """Takes in the flow of one pair of frames after the other."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        # Only what is looked at again: a whole Flow is more than twice as large.
        self._displacement: list[NDArray[np.float32]] = []
        self._confidence: list[NDArray[np.float32]] = []
        self._first: Flow | None = None
        self._before: Similarity | None = None
        self._line: Path | None = None
        self._last = 0.0

    def add(self, flow: Flow, end: float, *, held: bool = False, broken: bool = False) -> None:
        """The next pair, whose later frame is shown at `end` seconds.

        `held` says that the later frame repeats the earlier one, `broken` that no motion explains the step (a cut).
        """
        start, self._last = self._last, end
        if len(self._steps) >= _MOST:
            return
        flow = listened(flow)
        pair = fit(flow, self._before)
        # A start that was wrong once must not be handed on; where nothing agrees, the next pair begins anew.
        self._before = pair.motion if pair.tells and not broken else None
        self._steps.append(Step(start, end, pair, held, pair.tells and not broken and not held))
        self._first = self._first or flow
        self._displacement.append(flow.displacement)
        self._confidence.append(flow.confidence)

    def motion(self) -> Motion | None:
        """What the camera did; None where there was no pair."""
        first = self._first
        if first is None:
            return None
        blocks = Blocks(
            first.positions,
            np.array(self._displacement),
            np.array(self._confidence),
            np.array([step.end for step in self._steps]),
            (first.width, first.height),
        )
        usable = np.array([step.usable for step in self._steps])
        own = [step.pair for step in self._steps]
        pairs = belonging(own, settled(own, blocks, usable), blocks, usable)
        steps = [step._replace(pair=pair) for step, pair in zip(self._steps, pairs, strict=True)]
        self._line = path(steps, first.width, first.height)
        told = [step.usable or step.held for step in steps]
        motion = labelled(self._line, _inliers(steps), told)
        segments = unpulled(deepened(motion.segments, blocks, usable))
        segments = doubted(segments, contested(pairs, blocks, usable))
        if self._last > self._steps[-1].end:
            segments = (*segments, Segment("unsure", self._steps[-1].end, self._last))
        return Motion(segments, motion.shake)

    def speeds(self) -> list[tuple[float, float]]:
        """(seconds, how fast the picture moves on average in long edges a second) of each pair; after `motion`."""
        if self._line is None:
            return []
        step = np.diff(self._line.places, axis=0)
        speed = np.sqrt((step**2).sum(axis=1)) / np.maximum(np.diff(self._line.times), 1e-6)
        return list(zip(self._line.times[1:].tolist(), speed.tolist(), strict=True))


def _inliers(steps: Sequence[Step]) -> list[float]:
    return [1.0 if step.held else step.pair.inliers for step in steps]
