"""What the near half of the picture says, where the far half hides a move.

A sky, a distant coast or a far wall hardly moves when the camera travels, and may cover more of the picture than what is
near. Then the fit says `static`, though all of the near half goes by. Told with half the confidence:

- `zoom_in`, `zoom_out`: the near half grows or shrinks as a whole about a point within the frame (a dolly).
- a pan or a tilt: the near half slides as a whole, and the far half does a little the same way.
- `unsure`: the near half slides far as a whole, and the far half stands. A river before a still camera looks like that.
  Or none of it stands still, whatever way it goes.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kit.camera.estimate import best_fit
from kit.camera.labelling import LEAST_MOVE
from kit.camera.segments import Segment
from kit.camera.sliding import Span

Floats = NDArray[np.float64]

_BLOCKS = 12  # below the middle of the frame
_TOGETHER = (
    0.3  # of them agree on growth: clouds, water and subjects go their own ways, and near things grow by more
)
_WIDE = 0.6  # of the width: how far apart they lie
_NOT_NARROW = 0.25  # the same where the far half plainly goes the same way,
_PLAINLY = 0.08  # this share of it or more
_SLIDES = 0.08  # of the long edge: clouds and water drift by less before a still camera, in a usual clip
_ONE_WAY = 0.6  # of the near half's blocks slide alike,
_NONE = 0.02  # of the near half's blocks that stand: with fewer no camera is called still; and
_MOVED = 0.05  # of the long edge, from which a block doesn't stand
_LIKE = 0.5  # which is within this share of their median
_ALONG = 1.5  # pixels that the far half has to go the same way,
_EXACT = 0.5  # and the spread of its blocks as a share of that
_SLIGHT = 0.05  # of the long edge: a slide of the far half that the near half may overrule


def near_half(segment: Segment, span: Span) -> Segment | None:
    """A rest (or a slight slide) as what the near half does; None where that is nothing else."""
    near = span.known & (span.p[:, 1] > 0)
    slight = segment.word.startswith(("pan", "tilt")) and segment.size < _SLIGHT
    if not (segment.word == "static" or slight) or np.count_nonzero(near) < _BLOCKS:
        return None
    p, d = span.p[near], span.moved[near]
    fit, close = best_fit(
        p, d, np.ones(len(p)), np.array([[*np.median(d, axis=0), 0.0, 0.0], [0.0] * 4]), blur=3.0
    )
    growth = float(np.log(np.hypot(1 + fit[2], fit[3])))
    arm = 0.245 * float(np.hypot(*span.size))
    inside = np.abs(fit[:2]) < 0.4 * np.array(span.size) * abs(growth)
    large = arm * abs(growth) >= LEAST_MOVE * span.long_edge
    if inside.all() and large and close.mean() >= _TOGETHER and _wide(p[close], span, _WIDE):
        return replace(
            segment,
            word="zoom_in" if growth > 0 else "zoom_out",
            amount=float(np.exp(growth)),
            unit="x",
            confidence=segment.confidence * float(close.mean()) * 0.5,
            size=arm * abs(growth) / span.long_edge,
        )
    return _slid(segment, span, p, d)


def _wide(p: Floats, span: Span, share: float) -> bool:
    return bool(len(p) and np.ptp(p[:, 0]) >= share * span.size[0])


def _slid(segment: Segment, span: Span, p: Floats, d: Floats) -> Segment | None:
    """A rest as a pan or a tilt, or as `unsure` where the far half stands, if the near half at p goes one way, d."""
    if segment.word != "static":
        return None
    shift = np.median(d, axis=0)
    # What is nearer slides further, so not all of the near half goes equally far; and a subject may cross it meanwhile.
    alike = np.abs(d - shift) <= _LIKE * np.abs(shift)
    far_enough = np.abs(shift) >= _SLIDES * span.long_edge
    axis = int((alike.mean(axis=0) * far_enough).argmax())
    net, same = float(shift[axis]), alike[:, axis]
    if not far_enough[axis] or same.mean() < _ONE_WAY:
        none = (np.hypot(*d.T) < _MOVED * span.long_edge).mean() < _NONE
        return Segment("unsure", segment.start, segment.end) if none else None
    far = span.moved[span.known & (span.p[:, 1] < 0), axis] * np.sign(net)
    along = float(np.median(far)) if len(far) >= _BLOCKS else 0.0
    if along < _ALONG or float(np.median(np.abs(far - along))) > _EXACT * along:
        return Segment("unsure", segment.start, segment.end) if _wide(p[same], span, _WIDE) else None
    if not _wide(p[same], span, _WIDE if along < _PLAINLY * abs(net) else _NOT_NARROW):
        return None
    word = ("pan_left", "pan_right") if axis == 0 else ("tilt_up", "tilt_down")
    return replace(
        segment,
        word=word[net < 0],
        amount=abs(net) / span.size[axis],
        unit="widths" if axis == 0 else "heights",
        confidence=segment.confidence * float(same.mean()) * 0.5,
        size=abs(net) / span.long_edge,
    )
