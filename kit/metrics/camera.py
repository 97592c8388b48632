"""The camera's moves, as a metric: the segments are its text and its events."""

import math

from kit.decode import ClipFacts
from kit.metrics.base import ONE_FRAME, Look, Metric, Reading
from kit.metrics.cuts import is_break

_HELD = 0.02  # grey levels of mean difference: a frame held by a codec


class _Camera:
    def __init__(self, facts: ClipFacts) -> None:  # noqa: ARG002
        # kit.camera reads this package's flow, so it is not imported with it.
        from kit.camera.follow import Follower

        self._follower = Follower()

    def see(self, look: Look) -> None:
        if look.before is None:
            return
        held = look.repeats or look.difference < _HELD
        dark = look.black or look.before.black
        self._follower.add(look.flow, look.seconds, held=held, broken=dark or is_break(look))

    def result(self, end: float) -> Reading:  # noqa: ARG002
        motion = self._follower.motion()
        if motion is None:
            return ONE_FRAME
        known = [segment for segment in motion.segments if segment.word != "unsure"]
        moving = _covered([(segment.start, segment.end) for segment in known if segment.moves])
        whole = _covered([(segment.start, segment.end) for segment in known])
        return Reading(
            moving / whole if whole > 0 else math.nan,
            str(motion),
            [(segment.start, segment.end) for segment in motion.segments],
            self._follower.speeds(),
        )


def _covered(spans: list[tuple[float, float]]) -> float:
    """How many seconds lie in one span or more."""
    total, at = 0.0, -math.inf
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, at))
        at = max(at, end)
    return total


CAMERA = Metric(
    name="camera_motion",
    version=4,
    unit="share of time",
    dimension="prompt_adherence",
    better=None,
    label="Camera",
    meaning=(
        "What the camera does and when, in the kit's camera words: how far the picture goes (widths, heights, scale, "
        "degrees), and the share of the textured picture that agrees. The number is the share of the time in which it "
        "moves. A move comes to 2 % of the long edge at least; 'unsure' where the picture can't tell. Where less than "
        "two thirds of the picture agree, a lesser move beside a larger one is not told."
    ),
    not_meaning=(
        "Not how the camera was built: a pan and a sideways travel are one word, as are a zoom and a dolly. A camera "
        "that turns after a walking subject counts as tracking it, and an orbit before a flat or far background looks "
        "like that or like a pan. What fills the frame and moves as a whole can't be told from a moving camera."
    ),
    source=(
        "The kit's own: similarity with four parameters by annealed Tukey weights on block-wise Lucas-Kanade flow, "
        "settled over windows of 0.75 s and by how long each place keeps to the camera, cut into straight pieces by "
        "dynamic programming."
    ),
    watcher=_Camera,
)
