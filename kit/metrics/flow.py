"""How the picture moves from one frame to the next: block-wise Lucas-Kanade in numpy, all blocks at once.

Method: Lucas and Kanade, "An iterative image registration technique", IJCAI 1981, in the inverse compositional form
of Baker and Matthews, IJCV 56(3), 2004, from coarse to fine over a pyramid, for translations of square blocks on a
grid of about 112. Every block starts from the better of "stands still" and the shift that
phase correlation (Kuglin and Hines, 1975) finds for the whole picture, so that fast pans are followed too.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kit.metrics.pyramid import (
    BLOCK,
    MARGIN,
    Floats,
    Level,
    around_of,
    blocks_of,
    cut,
    grid,
    length_of,
    mask,
    mean_of,
    pyramid,
)

__all__ = ["TEXTURE", "Flow", "Level", "blocks_at", "difference_of", "displacements", "flow", "pyramid"]

_STEPS = (1, 2, 2, 2)
TEXTURE = 4.0  # smaller eigenvalue of the mean structure tensor, in (grey levels/px)^2, that counts half


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Motion of n blocks between two small gray pictures, in pixels of these pictures.

    `positions` (n, 2) are the blocks' centres (x, y) in the earlier picture, `displacement` (n, 2) how far each
    block's content has gone in the later one (x to the right, y down). `confidence` (n,) runs from 0 to 1: texture
    enough to tell, a good match, and not out of the picture. `residual` (n,) is the mean absolute difference that
    is left after the motion is undone, in grey levels, brightness changes included; it splits into `step` (n,), the
    change of the block's mean brightness, signed, and `structure` (n,), the mean absolute difference that is left
    without it and without a change of contrast by up to a third. `detail` (n,) is the contrast of the two (root mean square, grey levels). `match` (n,) runs from 0
    (another content) to 1 (the same). `mismatch` is one number for the pair: the share of all blocks' contrast that
    motion and a change of brightness don't explain (0 same content, about 1 another picture). `width` and `height`
    are the pictures' size.
    """

    positions: Floats
    displacement: Floats
    confidence: Floats
    residual: Floats
    step: Floats
    structure: Floats
    detail: Floats
    match: Floats
    mismatch: float
    width: int
    height: int


def flow(before: tuple[Level, ...], after: tuple[Level, ...]) -> Flow:
    """The motion from one picture to the next, given their `pyramid`s (of the same size). About 0.7 ms for 320x180."""
    positions, displacement, finest = _followed(before, after)
    return finest.finish(positions, displacement)


def displacements(before: tuple[Level, ...], after: tuple[Level, ...]) -> tuple[Floats, Floats]:
    """The `positions` and the `displacement` of the flow between two pictures, without what it explains."""
    positions, displacement, finest = _followed(before, after)
    return positions, finest.reached(displacement)


def _followed(before: tuple[Level, ...], after: tuple[Level, ...]) -> tuple[Floats, Floats, "_Search"]:
    """Positions and displacements of the blocks (n, 2), and the search of the finest level."""
    top = len(before) - 1
    search = _Search(before[top], after[top])
    moved = search.start(_whole_shift(before[top], after[top]))
    for level in range(top, -1, -1):
        if level < top:
            search = _Search(before[level], after[level])
            moved *= np.float32(2)
        for _ in range(_STEPS[level]):
            moved = search.improve(moved)
    return grid(before[0].width, before[0].height), moved, search


def _whole_shift(before: Level, after: Level) -> Floats:
    """The whole picture's shift (x, y) in whole pixels by phase correlation."""
    assert before.spectrum is not None
    assert after.spectrum is not None
    width, height = before.width, before.height
    cross = after.spectrum * np.conj(before.spectrum)
    peak = np.fft.irfft2(cross / (np.abs(cross) + 1e-6), s=(height, width))
    y, x = divmod(int(peak.argmax()), width)
    return np.array([x - width if x > width // 2 else x, y - height if y > height // 2 else y], np.float32)


class _Search:
    """The blocks of one level of the earlier picture, looked for in the later one."""

    def __init__(self, before: Level, after: Level) -> None:
        self._level = before
        self._after = after
        self._blocks = blocks_of(before)
        size = before.size
        self._size = size
        self._least = np.float32(1 - MARGIN - size)
        self._most = np.array([before.width, before.height], np.float32) + np.float32(MARGIN - 1)
        # Damping keeps blocks without texture where they are.
        damping = np.float32(0.5 * size**2)
        xx, xy, yy = self._blocks.xx + damping, self._blocks.xy, self._blocks.yy + damping
        inverse = np.array([[yy, -xy], [-xy, xx]]) / (xx * yy - xy * xy)
        self._inverse: Floats = inverse.astype(np.float32)

    def _moved(self, moved: Floats) -> tuple[Floats, Floats]:
        """The later picture's blocks at the moved places as by `_interpolated`, and the move held within the margin."""
        corner = self._blocks.corner
        wanted = self._held(corner + moved)
        return _interpolated(self._after.picture, wanted, self._size), wanted - corner

    def _held(self, corner: Floats) -> Floats:
        held: Floats = np.minimum(np.maximum(corner, self._least), self._most)
        return held

    def improve(self, moved: Floats) -> Floats:
        """One Gauss-Newton step of every block; a change of brightness of the whole block is allowed for."""
        window, moved = self._moved(moved)
        change = self._change(window)[:, : length_of(self._size)]
        along = np.vecdot(self._blocks.slopes, change)
        along -= self._blocks.level_slope * np.vecdot(change, mask(self._size))
        step = (self._inverse[0] * along[0] + self._inverse[1] * along[1]).T
        reach = np.float32(self._size / 4)
        better: Floats = moved - np.minimum(np.maximum(step, -reach), reach)
        return better

    def _change(self, window: Floats) -> Floats:
        """What a window holds in place of the blocks' content; in place."""
        flat, first = window.reshape(-1), self._size + 3
        flat[:-first] -= self._blocks.around.reshape(-1)[first:]
        return window

    def start(self, shift: Floats) -> Floats:
        """For every block the better first guess: that it stands still, or goes as the whole picture, whole pixels."""
        blocks, size = self._blocks, self._size
        still = np.zeros_like(blocks.corner)
        if not shift.any():
            return still
        moved = self._held(blocks.corner + shift).astype(np.intp)
        left = []
        for around in (around_of(self._after), cut(self._after.picture, moved - 1, size)):
            error = _centred((around - blocks.around)[:, size + 3 :], size)
            left.append(_squares(error, size))
        return np.where((left[1] < left[0])[:, None], shift, still)

    def reached(self, moved: Floats) -> Floats:
        """The moves held within the margin."""
        return self._held(self._blocks.corner + moved) - self._blocks.corner

    def finish(self, positions: Floats, displacement: Floats) -> Flow:
        """What the motion explains, at the finest level."""
        window, displacement = self._moved(displacement)
        blocks, size = self._blocks, self._size
        change = self._change(window.copy())
        step = mean_of(change, size)
        residual = mean_of(np.abs(change, out=change), size)
        window, content = _centred(window, size), _centred(blocks.around[:, size + 3 :], size)
        unexplained = _squares(window - content, size)
        # One grey level of noise is no evidence that two flat blocks differ.
        floor = np.float32(size**2)
        own = _squares(content, size)
        contrast = np.float32(0.5) * (own + _squares(window, size)) + floor
        match = _within(1 - unexplained / contrast, 0, 1)
        # A change of light scales a block's contrast too; beyond a third it is another content.
        gain = _within((_products(window, content, size) + floor) / (own + floor), 3 / 4, 4 / 3)
        content *= gain[:, None]
        rest = np.subtract(window, content, out=window)
        weakest = self._weakest()
        left = _squares(rest, size)
        return Flow(
            positions=positions,
            displacement=displacement,
            confidence=(
                match * weakest / (weakest + np.float32(TEXTURE)) * self._inside(displacement)
            ).astype(np.float32),
            residual=residual,
            step=step,
            structure=mean_of(np.abs(rest, out=rest), size),
            detail=np.sqrt(np.maximum(contrast - floor, 0) / floor),
            match=_within(1 - left / contrast, 0, 1),
            mismatch=float(unexplained.sum(dtype=np.float64) / contrast.sum(dtype=np.float64)),
            width=self._level.width,
            height=self._level.height,
        )

    def _weakest(self) -> Floats:
        """Smaller eigenvalue of each block's mean structure tensor (n,)."""
        blocks = self._blocks
        half = np.float32(0.5) * (blocks.xx + blocks.yy)
        spread = np.sqrt((np.float32(0.5) * (blocks.xx - blocks.yy)) ** 2 + blocks.xy**2)
        weakest: Floats = np.maximum(half - spread, 0) / np.float32(self._size**2)
        return weakest

    def _inside(self, displacement: Floats) -> NDArray[np.bool_]:
        """Which blocks have not left the picture in part (n,): those were compared with repeated edges."""
        x, y = (self._blocks.corner + displacement).T
        wide, high = self._level.width - self._size + 1, self._level.height - self._size + 1
        return np.asarray((x >= -1) & (x <= wide) & (y >= -1) & (y <= high))


def _interpolated(picture: Floats, corner: Floats, size: int) -> Floats:
    """Blocks whose first pixels lie at `corner` (n, 2) of a padded picture: the first l of each row (n, (size + 2)^2)."""
    whole = np.floor(corner)
    part = corner - whole
    window = cut(picture, whole.astype(np.intp), size)
    # Right first, then down: two interpolations of whole blocks, since all pixels of a block move alike.
    right = _towards(window, 1, part[:, :1])
    return _towards(right, size + 2, part[:, 1:])


def _towards(rows: Floats, by: int, part: Floats) -> Floats:
    """From every number the part (n, 1) of the way to the one `by` numbers on; the last ones of all stay."""
    there = np.empty_like(rows)
    flat, out = rows.reshape(-1), there.reshape(-1)
    np.subtract(flat[by:], flat[:-by], out=out[:-by])
    out[-by:] = 0
    there *= part
    out += flat
    return there


def _centred(rows: Floats, size: int) -> Floats:
    """The blocks without their mean, and 0 between their rows: the first l of (n, size (size + 2))."""
    row = size + 2
    centred: Floats = rows[:, : size * row] - mean_of(rows, size)[:, None]
    between = centred.reshape(-1, row)[:, size:]
    between[...] = 0
    return centred


def _products(one: Floats, two: Floats, size: int) -> Floats:
    length = length_of(size)
    products: Floats = np.vecdot(one[:, :length], two[:, :length])
    return products


def _squares(rows: Floats, size: int) -> Floats:
    return _products(rows, rows, size)


def _within(values: Floats, low: float, high: float) -> Floats:
    """np.clip(), which takes longer than all else here does with as few numbers."""
    held: Floats = np.minimum(np.maximum(values, np.float32(low)), np.float32(high))
    return held


def blocks_at(level: Level, positions: Floats) -> Floats:
    """The finest level's blocks centred at positions (n, 2), as by `_interpolated`, edges repeated outside."""
    size = BLOCK[0]
    most = np.array([level.width, level.height], np.float32) + np.float32(MARGIN - 1)
    corner = np.clip(positions - np.float32((size - 1) / 2), np.float32(1 - MARGIN - size), most)
    return _interpolated(level.picture, corner, size)


def difference_of(one: Floats, other: Floats) -> float:
    """Mean absolute difference between two sets of `blocks_at` (n, .)."""
    return float(mean_of(np.abs(one - other), BLOCK[0]).mean(dtype=np.float64))
