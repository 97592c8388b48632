"""What slides past over a segment: the blocks' sums that depth is read from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kit.camera.background import Blocks
from kit.camera.estimate import SURE, about_middle
from kit.camera.segments import Segment

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_CLEAR = 0.3  # confidence on average: flat blocks look still, whatever they do
_TOGETHER_IN_ROW = 0.3  # of a row's blocks have to slide alike
_ALIKE = 0.5  # of a slide: what others may differ, since a row has depth too
_STEADY = 0.1  # of the whole slide, in each third of the time: a move may start and end softly


@dataclass(frozen=True, slots=True)
class Span:
    """The blocks' sums over a segment.

    Places `p` from the middle and displacements `moved`, in pixels, also by thirds of the time (`parts`, (3, n, 2));
    which are `seen` and `known` (not in the corners), and which have texture enough to show that they stand still (`clear`).
    """

    p: Floats
    moved: Floats
    parts: Floats
    seen: Flags
    known: Flags
    clear: Flags
    rows: int
    columns: int
    size: tuple[int, int]

    @property
    def long_edge(self) -> int:
        """In pixels."""
        return max(self.size)


def span_of(segment: Segment, blocks: Blocks, usable: Flags) -> Span | None:
    """The sums over a segment's `usable` pairs (T,); None with fewer than six, or a grid of fewer than 4 x 4 blocks."""
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
    return Span(p, moved, parts, known, known & ~corner, clear, rows, columns, blocks.size)


def row_slide(span: Span) -> Floats:
    """What the rest of its row slides, for each block (n, 2): what most of the row does, and nothing up or down.

    0 where less than a third of the row goes that way, where it doesn't reach to the frame's left and right, or where
    it doesn't go in every third of the time: a thing that crosses a row slides part of it for a while.
    """
    row = np.repeat(np.arange(span.rows), span.columns)
    around = np.zeros((len(row), 2))
    side = 0.25 * span.size[0]
    for k in range(span.rows):
        members = np.flatnonzero(span.seen & (row == k))
        if len(members) < 3:
            continue
        slide, agree = _most_common(span.moved[members, 0])
        x = span.p[members, 0]
        wide = all((agree & out).any() or not out.any() for out in (x < -side, x > side))
        with_it = span.parts[:, members[agree], 0] * np.sign(slide)
        steady = (np.median(with_it, axis=1) >= _STEADY * abs(slide)).all()
        if wide and steady and agree.mean() >= _TOGETHER_IN_ROW:
            around[row == k, 0] = slide
    return around


def _most_common(slides: Floats) -> tuple[float, Flags]:
    """What the largest number of these (n,) agree on, within 3 pixels or half, and which do (n,)."""
    reach = np.maximum(3.0, _ALIKE * np.abs(slides))
    near = np.abs(slides[None, :] - slides[:, None]) <= reach[:, None]
    count = near.sum(axis=1)
    # Of equally many, those in the middle.
    best = int((count - 1e-3 * np.abs(slides - np.median(slides)) / reach).argmax())
    return float(np.median(slides[near[best]])), near[best]
