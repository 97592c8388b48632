"""How the picture moves from one frame to the next: block-wise Lucas-Kanade in numpy, all blocks at once.

Method: Lucas and Kanade, "An iterative image registration technique", IJCAI 1981, in the inverse compositional form
of Baker and Matthews, IJCV 56(3), 2004, from coarse to fine over a pyramid, for translations of square blocks on a
grid of about 112. Every block starts from the better of "stands still" and the shift that
phase correlation (Kuglin and Hines, 1975) finds for the whole picture, so that fast pans are followed too.
"""

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_LEVELS = 4
_BLOCK = (16, 12, 12, 12)  # block edge in pixels of each level, the finest first
_STEPS = (1, 2, 2, 2)
_BLOCKS = 112  # about as many in a picture of any shape: 14 x 8 in 16:9
_SMALL = 24  # pixels of the short side below which no further level is made
_MARGIN = 20  # how far, in pixels of a level, a block may leave the picture before it is held back
_PAD = _MARGIN + max(_BLOCK) + 2
_TEXTURE = 4.0  # smaller eigenvalue of the mean structure tensor, in (grey levels/px)^2, that counts half


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


class Level(NamedTuple):
    """One level of a pyramid: the picture's size, it with a margin all round (edges repeated), and its blocks.

    `spectrum` is that of the windowed picture, for the coarsest level only.
    """

    width: int
    height: int
    picture: Floats
    blocks: "Blocks"
    spectrum: NDArray[np.complex64] | None


class Blocks(NamedTuple):
    """What the n blocks of one level hold, to be found again in a later picture.

    A block of s x s pixels is a row of s (s + 2) - 2 numbers: its rows one after the other with two columns in between
    that say nothing, so that neighbours of all pixels are taken by shifting whole rows of memory. They are 0 in
    `slopes` (n, 2, l) and anything in `content` (n, l). `corner` (n, 2) is a block's first pixel, `level_slope` (n, 2)
    the means of its slopes, and `xx`, `xy`, `yy` (n,) are sums of products of them.
    """

    size: int
    corner: Floats
    content: Floats
    slopes: Floats
    level_slope: Floats
    xx: Floats
    xy: Floats
    yy: Floats


def pyramid(gray: NDArray[np.uint8]) -> tuple[Level, ...]:
    """The levels of a small gray picture (h, w) uint8, the finest first; blurred a little against noise."""
    height, width = gray.shape
    pictures = [_blur(gray.astype(np.float32))]
    while len(pictures) < _LEVELS and min(pictures[-1].shape) >= _SMALL:
        high, wide = pictures[-1].shape
        even = pictures[-1][: high // 2 * 2, : wide // 2 * 2]
        rows = even[0::2] + even[1::2]
        pictures.append((rows[:, 0::2] + rows[:, 1::2]) * np.float32(0.25))
    top = len(pictures) - 1
    levels = []
    for number, picture in enumerate(pictures):
        wide = _padded(picture, _PAD)
        blocks = _blocks(wide, _corners(width, height, number), _BLOCK[number])
        spectrum = _spectrum(picture) if number == top else None
        levels.append(Level(picture.shape[1], picture.shape[0], wide, blocks, spectrum))
    return tuple(levels)


def flow(before: tuple[Level, ...], after: tuple[Level, ...]) -> Flow:
    """The motion from one picture to the next, given their `pyramid`s (of the same size). About 1 ms for 320x180."""
    positions = _grid(before[0].width, before[0].height)
    top = len(before) - 1
    displacement = np.zeros_like(positions)
    for level in range(top, -1, -1):
        scale = np.float32(2**level)
        search = _Search(before[level], after[level])
        moved = displacement / scale
        if level == top:
            shift = _whole_shift(before[top], after[top])
            if shift.any():
                moved = search.better(moved, np.broadcast_to(shift, moved.shape))
        for _ in range(_STEPS[level]):
            moved = search.improve(moved)
        displacement = moved * scale
    return search.finish(positions, displacement)


def _blur(picture: Floats) -> Floats:
    """The binomial 1-2-1 in both directions, edges repeated."""
    padded = _padded(picture, 1)
    rows = padded[:-2] + padded[2:]
    rows += padded[1:-1]
    rows += padded[1:-1]
    blurred: Floats = rows[:, :-2] + rows[:, 2:]
    blurred += rows[:, 1:-1]
    blurred += rows[:, 1:-1]
    blurred *= np.float32(1 / 16)
    return blurred


def _padded(picture: Floats, by: int) -> Floats:
    """The picture with its edges repeated; written out, as np.pad takes longer than the rest of a level."""
    height, width = picture.shape
    wide = np.empty((height + 2 * by, width + 2 * by), dtype=np.float32)
    wide[by:-by, by:-by] = picture
    wide[by:-by, :by] = picture[:, :1]
    wide[by:-by, -by:] = picture[:, -1:]
    wide[:by] = wide[by]
    wide[-by:] = wide[-by - 1]
    return wide


@functools.lru_cache(maxsize=8)
def _grid(width: int, height: int) -> Floats:
    """Centres (n, 2) of the blocks, in pixels of the finest level."""
    spacing = max(float(_BLOCK[0]), (width * height / _BLOCKS) ** 0.5)
    columns, rows = max(1, round(width / spacing)), max(1, round(height / spacing))
    x = (np.arange(columns) + 0.5) * width / columns - 0.5
    y = (np.arange(rows) + 0.5) * height / rows - 0.5
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2).astype(np.float32)
    grid.setflags(write=False)
    return grid


@functools.lru_cache(maxsize=32)
def _corners(width: int, height: int, level: int) -> NDArray[np.intp]:
    """The blocks' first pixels (n, 2) in one level of a picture of this size.

    Content is taken at whole pixels of the earlier picture; only the later one is interpolated.
    """
    # Pixel centres lie at whole numbers, so halving a picture moves them by half a pixel.
    centres = (_grid(width, height) + np.float32(0.5)) / np.float32(2**level) - np.float32(0.5)
    corners: NDArray[np.intp] = np.rint(centres - np.float32((_BLOCK[level] - 1) / 2)).astype(np.intp)
    corners.setflags(write=False)
    return corners


@functools.lru_cache(maxsize=8)
def _mask(size: int) -> Floats:
    """1 for the numbers of a block's row that are its pixels, 0 for those in between (l,)."""
    mask = np.zeros((size, size + 2), np.float32)
    mask[:, :size] = 1
    return mask.ravel()[: size * (size + 2) - 2]


def _blocks(picture: Floats, corner: NDArray[np.intp], size: int) -> Blocks:
    row, mask = size + 2, _mask(size)
    length = len(mask)
    around = _windows(picture, row, row)[corner[:, 1] + (_PAD - 1), corner[:, 0] + (_PAD - 1)]
    flat = around.reshape(len(corner), -1)
    slopes = np.empty((len(corner), 2, length), np.float32)
    np.subtract(flat[:, row + 2 : row + 2 + length], flat[:, row : row + length], out=slopes[:, 0])
    np.subtract(flat[:, 2 * row + 1 : 2 * row + 1 + length], flat[:, 1 : 1 + length], out=slopes[:, 1])
    slopes *= mask * np.float32(0.5)
    xx, xy, yy = (np.vecdot(slopes[:, i], slopes[:, j]) for i, j in ((0, 0), (0, 1), (1, 1)))
    content = flat[:, row + 1 : row + 1 + length]
    return Blocks(size, corner.astype(np.float32), content, slopes, _mean(slopes, size), xx, xy, yy)


@functools.lru_cache(maxsize=8)
def _window(height: int, width: int) -> Floats:
    return np.outer(np.hanning(height + 2)[1:-1], np.hanning(width + 2)[1:-1]).astype(np.float32)


def _spectrum(picture: Floats) -> NDArray[np.complex64]:
    """With a window against edge effects."""
    windowed = (picture - picture.mean()) * _window(*picture.shape)
    return np.asarray(np.fft.rfft2(windowed), dtype=np.complex64)


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
        self._blocks = before.blocks
        size = before.blocks.size
        self._size = size
        self._least = np.float32(1 - _MARGIN - size)
        self._most = np.array([before.width, before.height], np.float32) + np.float32(_MARGIN - 1)
        self._later = _windows(after.picture, size + 1, size + 2)
        # Damping keeps blocks without texture where they are.
        damping = np.float32(0.5 * size**2)
        xx, xy, yy = self._blocks.xx + damping, self._blocks.xy, self._blocks.yy + damping
        inverse = np.array([[yy, -xy], [-xy, xx]]) / (xx * yy - xy * xy)
        self._inverse: Floats = inverse.astype(np.float32)

    def _moved(self, moved: Floats) -> tuple[Floats, Floats]:
        """The later picture's blocks (n, l) at the moved places, and the move held within the margin."""
        corner = self._blocks.corner
        wanted = np.minimum(np.maximum(corner + moved, self._least), self._most)
        return _interpolated(self._later, wanted, self._size), wanted - corner

    def improve(self, moved: Floats) -> Floats:
        """One Gauss-Newton step of every block; a change of brightness of the whole block is allowed for."""
        window, moved = self._moved(moved)
        window -= self._blocks.content
        along = np.vecdot(self._blocks.slopes, window[:, None])
        along -= self._blocks.level_slope * np.vecdot(window, _mask(self._size))[:, None]
        step = (self._inverse[0] * along[:, 0] + self._inverse[1] * along[:, 1]).T
        reach = np.float32(self._size / 4)
        better: Floats = moved - np.minimum(np.maximum(step, -reach), reach)
        return better

    def better(self, one: Floats, two: Floats) -> Floats:
        """Of two guesses for every block, the one that leaves less."""
        left = []
        for guess in (one, two):
            error = _centred(self._moved(guess)[0] - self._blocks.content, self._size)
            left.append(np.vecdot(error, error))
        return np.where((left[1] < left[0])[:, None], two, one)

    def finish(self, positions: Floats, displacement: Floats) -> Flow:
        """What the motion explains, at the finest level."""
        window, displacement = self._moved(displacement)
        blocks, size = self._blocks, self._size
        change = window - blocks.content
        step = _mean(change, size)
        residual = _mean(np.abs(change, out=change), size)
        window, content = _centred(window, size), _centred(blocks.content, size)
        difference = window - content
        unexplained = np.vecdot(difference, difference)
        # One grey level of noise is no evidence that two flat blocks differ.
        floor = np.float32(size**2)
        own = np.vecdot(content, content)
        contrast = np.float32(0.5) * (own + np.vecdot(window, window)) + floor
        match = np.clip(1 - unexplained / contrast, 0, 1)
        # A change of light scales a block's contrast too; beyond a third it is another content.
        gain: Floats = np.clip(
            (np.vecdot(window, content) + floor) / (own + floor), np.float32(0.75), np.float32(4 / 3)
        )
        rest: Floats = window - gain[:, None] * content
        half = np.float32(0.5) * (blocks.xx + blocks.yy)
        spread = np.sqrt((np.float32(0.5) * (blocks.xx - blocks.yy)) ** 2 + blocks.xy**2)
        weakest = np.maximum(half - spread, 0) / floor
        # A block that has left the picture in part was compared with repeated edges.
        reached = blocks.corner + displacement
        last = [self._level.width - size, self._level.height - size]
        inside = np.all((reached >= -1) & (reached <= np.add(last, 1)), axis=1)
        left = np.vecdot(rest, rest)
        return Flow(
            positions=positions,
            displacement=displacement,
            confidence=(match * weakest / (weakest + np.float32(_TEXTURE)) * inside).astype(np.float32),
            residual=residual,
            step=step,
            structure=_mean(np.abs(rest, out=rest), size),
            detail=np.sqrt(np.maximum(contrast - floor, 0) / floor),
            match=np.clip(1 - left / contrast, 0, 1),
            mismatch=float(unexplained.sum(dtype=np.float64) / contrast.sum(dtype=np.float64)),
            width=self._level.width,
            height=self._level.height,
        )


def _windows(picture: Floats, rows: int, columns: int) -> Floats:
    """All windows (., ., rows, columns) of a picture, not copied; as_strided() costs as much as using them."""
    height, width = picture.shape
    shape = (height - rows + 1, width - columns + 1, rows, columns)
    return np.ndarray(shape, np.float32, picture, 0, picture.strides * 2)


def _interpolated(windows: Floats, corner: Floats, size: int) -> Floats:
    """Blocks (n, l) as in `Blocks`, whose first pixels lie at `corner` (n, 2), from `_windows` of size + 1 and + 2."""
    whole = np.floor(corner)
    part = corner - whole
    at = whole.astype(np.intp) + _PAD
    window = windows[at[:, 1], at[:, 0]].reshape(len(corner), -1)
    # Right first, then down: two interpolations of whole blocks, since all pixels of a block move alike.
    right = window[:, 1:] - window[:, :-1]
    right *= part[:, :1]
    right += window[:, :-1]
    row, length = size + 2, size * (size + 2) - 2
    down = right[:, row : row + length] - right[:, :length]
    down *= part[:, 1:]
    down += right[:, :length]
    return down


def _mean(rows: Floats, size: int) -> Floats:
    means: Floats = np.vecdot(rows, _mask(size)) * np.float32(1 / size**2)
    return means


def _centred(rows: Floats, size: int) -> Floats:
    centred: Floats = rows - _mean(rows, size)[..., None]
    centred *= _mask(size)
    return centred


def blocks_at(level: Level, positions: Floats) -> Floats:
    """The finest level's blocks (n, l) centred at positions (n, 2), interpolated, edges repeated outside."""
    size = _BLOCK[0]
    most = np.array([level.width, level.height], np.float32) + np.float32(_MARGIN - 1)
    corner = np.clip(positions - np.float32((size - 1) / 2), np.float32(1 - _MARGIN - size), most)
    return _interpolated(_windows(level.picture, size + 1, size + 2), corner, size)


def difference_of(one: Floats, other: Floats) -> float:
    """Mean absolute difference between two sets of `blocks_at` (n, l)."""
    return float(_mean(np.abs(one - other), _BLOCK[0]).mean(dtype=np.float64))
