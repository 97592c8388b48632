"""What depth tells about a move: a camera that goes round its subject, or travels along with it.

A similarity can't say whether the camera turned or went somewhere. Where the scene has depth, the blocks' own paths can:

- `orbit`: the picture slides sideways, and what is far (towards the upper edge) slides against what is near (towards
  the lower edge), or at least three times as far; or it slides behind a subject that stays in place, and the far part
  slides 1.3 times as far as the near part. Round a subject the far side follows the camera, the near side goes against it.
- `track`: the picture slides, grows or shrinks behind a subject that stays in place in the middle of the frame, and it
  is no orbit.
- `zoom_in` and `zoom_out` also where the far half of the picture stands still (a sky, a distant coast) but the near
  half grows or shrinks as a whole about a point within the frame: a dolly, told with half the confidence.
- Anything else keeps its plain word. A pan and a truck sideways, a zoom and a dolly are the same word in any case.

What stays unknown: whether a camera that keeps a walking subject in the middle travels with it or turns after it (both
are `track` here, with the direction); an orbit before a flat or a far background (it looks like such a track, or a pan);
an orbit over or under the subject. Upper is far only where the camera looks along the ground, as it mostly does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kit.camera.background import Blocks
from kit.camera.estimate import SURE, about_middle, best_fit, displaced
from kit.camera.labelling import LEAST_MOVE
from kit.camera.segments import Segment

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_STILL = 0.3  # of what the background does around: a block that moves less stays in place
_SEEN = 0.04  # of the long edge: background that moves less shows nobody who doesn't
_CLEAR = 0.4  # confidence on average: flat blocks look still, whatever they do
_SUBJECT = (
    3  # blocks (2.7 % of the picture); one more where the picture grows, since far things hardly do either
)
_GROWN = 0.02
_AGAINST = 0.35  # near part's slide over the far part's, below which it's an orbit without a subject seen
_BEHIND = 0.77  # the same with a subject in place
_GAIN = 0.1  # of the picture: what a slide that depends on depth has to explain more than one that doesn't
_KNOWN = 0.25  # of the blocks have to be seen
_SHEAR = 0.4  # of the slide's slope from top to bottom: a roll has as much from left to right in the other direction
_NEAR_HALF = 12  # blocks below the middle of the frame
_TOGETHER = 0.4  # of them agree
_DRIFT = 0.05  # of the width: clouds and water drift by less before a still camera, in a usual clip


@dataclass(frozen=True, slots=True)
class _Span:
    """The blocks' sums over a segment.

    Places `p` from the middle and displacements `moved`, in pixels, also by thirds of the time (`parts`, (3, n, 2));
    which are `known`, and which have texture enough to show that they stand still (`clear`).
    """

    p: Floats
    moved: Floats
    parts: Floats
    known: Flags
    clear: Flags
    rows: int
    columns: int
    size: tuple[int, int]

    @property
    def long_edge(self) -> int:
        return max(self.size)


def deepened(segments: Sequence[Segment], blocks: Blocks, usable: Flags) -> tuple[Segment, ...]:
    """The segments with `orbit` and `track` where depth shows them."""
    found = list(segments)
    for segment in sorted(segments, key=lambda s: -s.size):
        if segment not in found or segment.word in {"unsure", "orbit", "track"}:
            continue
        span = _span(segment, blocks, usable)
        if span is None:
            continue
        better = _orbit(segment, span) or _track(segment, span) or _dolly(segment, span)
        if better is not None:
            found = [
                better if s is segment else s for s in found if s is segment or not _same_time(s, segment)
            ]
    return tuple(found)


def _same_time(one: Segment, other: Segment) -> bool:
    shared = min(one.end, other.end) - max(one.start, other.start)
    return one.word not in {"static", "unsure"} and shared >= 0.5 * (one.end - one.start)


def _span(segment: Segment, blocks: Blocks, usable: Flags) -> _Span | None:
    chosen = usable & (blocks.times > segment.start + 1e-6) & (blocks.times <= segment.end + 1e-6)
    rows, columns = blocks.grid
    if np.count_nonzero(chosen) < 6 or min(rows, columns) < 4:
        return None
    moved, known = blocks.summed(chosen)
    order = np.cumsum(chosen) - 1
    third = np.minimum(order * 3 // (order[-1] + 1), 2)
    parts = np.array([blocks.summed(chosen & (third == k))[0] for k in range(3)])
    p = about_middle(blocks.positions, blocks.size)
    # Marks of services and players stand still in the corners.
    corner = (np.abs(p[:, 0]) > 0.25 * blocks.size[0]) & (np.abs(p[:, 1]) > 0.3 * blocks.size[1])
    seen = blocks.confidence[chosen]
    clear = (seen * (seen >= SURE)).sum(axis=0) >= _CLEAR * np.maximum((seen >= SURE).sum(axis=0), 1)
    return _Span(p, moved, parts, known & ~corner, clear, rows, columns, blocks.size)


def _in_place(span: _Span, around: Floats, *, least: int = _SUBJECT, seen: float = _SEEN) -> Flags:
    """Blocks of a subject that stays in place, in every third of the time, while what is `around` (n, 2) moves.

    None where it's no compact thing.
    """
    far = np.hypot(*around.T)
    middle = (np.abs(span.p[:, 0]) < 0.36 * span.size[0]) & (span.p[:, 1] > -0.4 * span.size[1])
    # What crosses a place on its way may stand still there on average, but not all the time.
    own = np.hypot(span.parts[..., 0], span.parts[..., 1]).sum(axis=0)
    found = span.known & span.clear & middle & (own < _STILL * far) & (far >= seen * span.long_edge)
    # The far end of a street stands still as well; a subject reaches below the middle.
    low = found & (span.p[:, 1] > 0)
    if np.count_nonzero(low) < least or np.count_nonzero(found) > 0.35 * np.count_nonzero(span.known):
        return np.zeros_like(found)
    return found if span.p[low, 0].std() < 0.13 * span.size[0] else np.zeros_like(found)


def _row_slide(span: _Span) -> Floats:
    """What the rest of its row slides, for each block (n, 2): the row's median, and nothing up or down."""
    row = np.repeat(np.arange(span.rows), span.columns)
    around = np.zeros((len(row), 2))
    for k in range(span.rows):
        members = span.known & (row == k)
        if np.count_nonzero(members) >= 3:
            around[row == k, 0] = np.median(span.moved[members, 0])
    return around


def _orbit(segment: Segment, span: _Span) -> Segment | None:
    """The segment as an orbit, where it is one."""
    family = segment.word.partition("_")[0]
    if family in {"tilt", "zoom"} or segment.end - segment.start < 0.5:
        return None
    subject = _in_place(span, _row_slide(span))
    use = span.known & ~subject
    if np.count_nonzero(use) < _KNOWN * len(use):
        return None
    fit, gain = _sheared(span.p[use], span.moved[use])
    middle, slope = _profile(span, use)
    far, near = middle - 0.4 * span.size[1] * slope, middle + 0.4 * span.size[1] * slope
    least = (_DRIFT if family == "static" else LEAST_MOVE) * span.long_edge
    turns = -float(fit[1, 1]) * np.sign(slope) > _SHEAR * abs(slope)
    if abs(far) < least or abs(far) <= abs(near) or turns:
        return None
    if near / far > (_BEHIND if subject.any() else _AGAINST) or (gain < _GAIN and not subject.any()):
        return None
    return replace(
        segment,
        word="orbit",
        amount=abs(far - near) / span.size[0],
        unit="widths",
        direction="right" if far > 0 else "left",
        size=max(segment.size, abs(far) / span.long_edge),
    )


def _profile(span: _Span, use: Flags) -> tuple[float, float]:
    """How the slide depends on height: in the middle of the frame, and per pixel down, by a line through the rows' medians."""
    row = np.repeat(np.arange(span.rows), span.columns)
    found = [
        (
            float(span.p[row == k, 1][0]),
            float(np.median(span.moved[use & (row == k), 0])),
            np.count_nonzero(use & (row == k)),
        )
        for k in range(span.rows)
        if np.count_nonzero(use & (row == k)) >= 3
    ]
    if len(found) < 4:
        return 0.0, 0.0
    y, slide, count = (np.array(column, dtype=float) for column in zip(*found, strict=True))
    slope, middle = np.polyfit(y, slide, 1, w=np.sqrt(count))
    return float(middle), float(slope)


def _dolly(segment: Segment, span: _Span) -> Segment | None:
    """A rest as a zoom, where the far half of the picture hides that the near half grows or shrinks as a whole."""
    near = span.known & (span.p[:, 1] > 0)
    if segment.word != "static" or np.count_nonzero(near) < _NEAR_HALF:
        return None
    p, d = span.p[near], span.moved[near]
    fit, close = best_fit(
        p, d, np.ones(len(p)), np.array([[*np.median(d, axis=0), 0.0, 0.0], [0.0] * 4]), blur=3.0
    )
    growth = float(np.log(np.hypot(1 + fit[2], fit[3])))
    arm = 0.245 * float(np.hypot(*span.size))
    inside = np.abs(fit[:2]) < 0.4 * np.array(span.size) * abs(growth)
    wide = np.ptp(p[close, 0]) >= 0.6 * span.size[0] if close.any() else False
    if (
        close.mean() < _TOGETHER
        or not wide
        or not inside.all()
        or arm * abs(growth) < LEAST_MOVE * span.long_edge
    ):
        return None
    return replace(
        segment,
        word="zoom_in" if growth > 0 else "zoom_out",
        amount=float(np.exp(growth)),
        unit="x",
        confidence=segment.confidence * float(close.mean()) * 0.5,
        size=arm * abs(growth) / span.long_edge,
    )


def _sheared(p: Floats, d: Floats) -> tuple[Floats, float]:
    """A robust affine fit (3, 2) to displacements d (n, 2) at p (n, 2): rows of constant, x and y.

    And how much more of the blocks (0 to 1) agree with it than with the best similarity.
    """
    weight = np.ones(len(p))
    alike, _ = best_fit(p, d, weight, np.array([[*np.median(d, axis=0), 0.0, 0.0], [0.0] * 4]), blur=3.0)
    error = np.hypot(*(d - displaced(alike[None], p)[0]).T)
    reach = 3.0 + 0.15 * np.hypot(*d.T)
    ground = np.column_stack([np.ones(len(p)), p])
    fit = np.zeros((3, 2))
    for wide in (6.0, 3.0, 2.0, 1.5, 1.5):
        root = np.sqrt(weight)[:, None]
        fit = np.linalg.lstsq(ground * root, d * root, rcond=None)[0]
        left = np.hypot(*(d - ground @ fit).T)
        weight = np.clip(1 - (left / (wide * reach)) ** 2, 0, None) ** 2 + 1e-6
    return fit, float((left <= reach).mean() - (error <= reach).mean())


def _track(segment: Segment, span: _Span) -> Segment | None:
    """The segment as the camera's travel with a subject, where one stays in place."""
    family = segment.word.partition("_")[0]
    if segment.end - segment.start < 0.5:
        return None
    if family == "pan":
        subject = _in_place(span, _row_slide(span))
        direction = segment.word.partition("_")[2]
    elif family == "zoom":
        subject = _in_place(span, (segment.amount - 1) * span.p, least=_SUBJECT + 1, seen=_GROWN)
        direction = segment.word.partition("_")[2]
    else:
        return None
    if not subject.any():
        return None
    return replace(segment, word="track", direction=direction)
