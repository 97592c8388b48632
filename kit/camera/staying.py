"""What stays in place before a background that slides past, grows or shrinks: the subject that a camera goes along with."""

import numpy as np
from numpy.typing import NDArray

from kit.camera.sliding import Span

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_COMPACT = 0.13  # of the width: how far a subject's blocks may lie from their mean (standard deviation)
_MOST = 0.35  # of the blocks that are seen: more is no subject

# Before a background that slides:
_STILL = 0.45  # of what the background does around: a block that moves less stays in place
SEEN = 0.04  # of the long edge: background that moves less shows nobody who doesn't
_SUBJECT = 3  # blocks (2.7 % of the picture)
_ON_AVERAGE = 0.4  # as _STILL, over the whole time, in the middle of the subject's blocks
_STILLER = 0.28  # the same where the blocks are few, of which some may stand still by chance
_STANDS = 0.2  # of what is around: the stillest block of a subject moves less
_SLIM = 2  # blocks: a slim figure,
_STANDS_SLIM = 0.25  # whose stillest block moves less than this share of its row
_LIKE_ROW = 0.15  # of a row's slide: blocks of a plain row differ by less,
_PLAIN_ROW = 0.6  # and that many of its other blocks do

# Before a background that grows or shrinks; far things hardly do that either:
_GROWN = 0.02  # of the long edge: the same as SEEN
_SUBJECT_IN_GROWTH = 4  # blocks
_KEEPS = (
    -0.6,
    0.35,
)  # of the growth around: what a subject may go towards the picture's middle, and away from it,
_HARDLY = 0.28  # and, in the middle of its blocks, either way
_SWAYS = 0.8  # of the growth, in the three thirds of the time together: a subject's gait, along the growth
_SWINGS = 1.0  # and in any direction
_GROWS = 0.6  # of the growth: a subject's row grows more than this


def in_place(span: Span, around: Floats) -> Flags:
    """Blocks of a subject that stays in place, in every third of the time, while what is `around` (n, 2) slides.

    None where it's no compact thing.
    """
    far = np.hypot(*around.T)
    # What crosses a place on its way may stand still there on average, but not all the time.
    own = _paths(span)
    found: Flags = _may_be(span) & (far >= SEEN * span.long_edge) & (own < _STILL * far)
    # The far end of a street stands still as well; a subject reaches below the middle.
    low = found & (span.p[:, 1] > 0)
    if np.count_nonzero(found) > _MOST * np.count_nonzero(span.known):
        return np.zeros_like(found)
    if np.count_nonzero(low) >= _SUBJECT:
        sways = _STILLER if np.count_nonzero(found) == _SUBJECT else _ON_AVERAGE
        net = np.median(np.hypot(*span.moved[found].T) / far[found])
        # Of a subject some block shows nothing but it.
        stands = (own[found] / far[found]).min() < _STANDS
        if _compact(span, low) and stands and net < sways:
            return found
    return _figure(span, low, around)


def same_size(span: Span, growth: float) -> Flags:
    """Blocks of a subject that keeps its size while its rows grow by `growth` (the scale's logarithm) or shrink.

    A flat ground grows alike through a row, and so does the far end of a street where it fills one. The subject may
    sway, as somebody does who walks.
    """
    around = growth * span.p
    far = np.maximum(np.hypot(*around.T), 1e-6)
    along = (span.parts * (around / far[:, None])).sum(axis=2)
    net, swing = along.sum(axis=0) / far, np.abs(along).sum(axis=0) / far
    still = (net > _KEEPS[0]) & (net < _KEEPS[1]) & (swing < _SWAYS) & (_paths(span) < _SWINGS * far)
    row = np.repeat(np.arange(span.rows), span.columns)
    for k in range(span.rows):
        rest = (row == k) & span.known & ~still
        if np.count_nonzero(rest) < 3 or np.median(net[rest]) < _GROWS:
            still[row == k] = False
    place = _may_be(span) & (span.p[:, 1] > 0) & (far >= _GROWN * span.long_edge)
    found = _together(place & still, span.columns)
    count = np.count_nonzero(found)
    if not _SUBJECT_IN_GROWTH <= count <= _MOST * np.count_nonzero(span.known) or not _compact(span, found):
        return np.zeros_like(found)
    return found if np.median(np.abs(net[found])) < _HARDLY else np.zeros_like(found)


def _may_be(span: Span) -> Flags:
    """Blocks that can tell, where a subject stands: not at the frame's sides, nor at its upper edge."""
    middle = (np.abs(span.p[:, 0]) < 0.36 * span.size[0]) & (span.p[:, 1] > -0.4 * span.size[1])
    return np.asarray(span.known & span.clear & middle)


def _paths(span: Span) -> Floats:
    """How far each block went in the three thirds of the time together (n,), in pixels."""
    return np.asarray(np.hypot(span.parts[..., 0], span.parts[..., 1]).sum(axis=0))


def _compact(span: Span, found: Flags) -> bool:
    return bool(span.p[found, 0].std() < _COMPACT * span.size[0])


def _figure(span: Span, low: Flags, around: Floats) -> Flags:
    """Of blocks below the middle, two or more that touch and stand still in rows that slide as one: a slim figure.

    All blocks of such a row go equally far, so that one which doesn't is no chance.
    """
    far = np.hypot(*around.T)
    rest = span.seen & ~low
    like = rest & (np.abs(span.moved[:, 0] - around[:, 0]) <= _LIKE_ROW * far)
    count = [flags.reshape(span.rows, span.columns).sum(axis=1) for flags in (like, rest)]
    plain = np.repeat(count[0] >= _PLAIN_ROW * count[1], span.columns)
    found = _together(low & plain, span.columns)
    slim = np.count_nonzero(found) >= _SLIM and np.ptp(span.p[found, 0]) <= 2.5 * span.size[0] / span.columns
    stands = slim and (_paths(span)[found] / far[found]).min() < _STANDS_SLIM
    return found if stands else np.zeros_like(found)


def _together(found: Flags, columns: int) -> Flags:
    """The largest group of found blocks (n,) that touch, if only at their corners."""
    left, largest = set(np.flatnonzero(found).tolist()), set[int]()
    while left:
        group, edge = set[int](), {min(left)}
        while edge:
            group |= edge
            left -= edge
            edge = {b for b in left if any(_touch(a, b, columns) for a in edge)}
        largest = max(largest, group, key=len)
    out = np.zeros_like(found)
    out[list(largest)] = True
    return out


def _touch(one: int, other: int, columns: int) -> bool:
    return abs(one // columns - other // columns) <= 1 and abs(one % columns - other % columns) <= 1
