"""Motion amount: how fast the fastest parts of the picture move."""

import numpy as np
from numpy.typing import NDArray

from kit.decode import ClipFacts
from kit.metrics.base import ONE_FRAME, Look, Metric, Reading, mean
from kit.metrics.cuts import is_break
from kit.metrics.track import Track

_WINDOW = 1 / 8  # seconds: motion is looked at about eight times a second
_TOP = 0.05
_SURE = 0.3  # blocks less sure than this count as standing still
# VBench calls a step of 1/8 s moving above 6 pixels at a short side of 256.
_FAST = 6 / 256 / _WINDOW
_SHARE = 4 / 16


class _Motion:
    def __init__(self, facts: ClipFacts) -> None:
        gap = 1 / facts.fps if facts.fps > 0 else _WINDOW
        # A step is closed by the frame nearest to 1/8 s after its start.
        self._enough = _WINDOW - gap / 2
        self._start = 0.0
        self._sum: NDArray[np.float32] | None = None
        self._series = Track()
        self._frames = 0

    def see(self, look: Look) -> None:
        self._frames += 1
        if look.before is None:
            return
        if is_break(look):
            # The motion across a cut is that of no thing; the next step starts after it.
            self._sum, self._start = None, look.seconds
            return
        if look.repeats:
            moved = np.zeros((1, 2), np.float32)
        else:
            sure = look.flow.confidence >= _SURE
            moved = look.flow.displacement * sure[:, None]
        self._sum = moved if self._sum is None else self._sum + moved
        elapsed = look.seconds - self._start
        if elapsed >= self._enough and elapsed > 0:
            height, width = look.frame.gray.shape
            self._series.append((look.seconds, _top(self._sum) / min(height, width) / elapsed))
            self._sum, self._start = None, look.seconds

    def result(self, end: float) -> Reading:  # noqa: ARG002
        if not self._series:
            return (
                ONE_FRAME
                if self._frames < 2
                else Reading(float("nan"), "no two frames of one shot to compare")
            )
        fast = sum(value > _FAST for _, value in self._series)
        # VBench asks for a quarter of the frames it looked at, of which there is one more than steps.
        moving = fast >= max(1, round(_SHARE * (len(self._series) + 1)))
        return Reading(mean(self._series), "moving" if moving else "still", series=self._series)


def _top(moved: NDArray[np.float32]) -> float:
    """Mean length of the longest 5 % of the moves (n, 2), at least one, in pixels."""
    lengths = np.sort(np.hypot(moved[:, 0].astype(np.float64), moved[:, 1].astype(np.float64)))
    return float(lengths[-max(1, round(_TOP * len(lengths))) :].mean())


MOTION = Metric(
    name="motion_amount",
    version=2,
    unit="short sides/s",
    dimension="video_realism",
    better=None,
    label="Motion amount",
    meaning=(
        "Speed of the fastest 5 % of the picture, camera and things together, in shares of the short side a second; "
        "1 crosses the short side in one second. Net motion over steps of an eighth of a second. "
        "'moving' when at least a quarter of the steps are faster than 0.1875, else 'still'."
    ),
    not_meaning="Not quality: much motion is neither good nor bad, and it says nothing of whether it was asked for.",
    source=(
        "Rule of VBench's dynamic degree (Huang et al., CVPR 2024): top 5 % of the flow, 6 px at 256, 8 frames/s; "
        "here with block-wise Lucas-Kanade flow in place of RAFT."
    ),
    watcher=_Motion,
)
