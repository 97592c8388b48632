"""A small gray picture made ready for following it: its pyramid, and the blocks of each level."""

import functools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Sums = NDArray[np.uint16] | NDArray[np.uint32]

_LEVELS = 4
BLOCK = (16, 12, 12, 12)  # block edge in pixels of each level, the finest first
_BLOCKS = 112  # about as many in a picture of any shape: 14 x 8 in 16:9
_SMALL = 24  # pixels of the short side below which no further level is made
MARGIN = 20  # how far, in pixels of a level, a block may leave the picture before it is held back
_PAD = MARGIN + max(BLOCK) + 2


class Level(NamedTuple):
    """One level of a pyramid: the picture's size, it with a margin all round (edges repeated), and where its blocks lie.

    Blocks are of `size` x `size` pixels, the first pixels of the n blocks at `corner` (n, 2). `spectrum` is that of the
    windowed picture, for the coarsest level only.
    """

    width: int
    height: int
    picture: Floats
    size: int
    corner: NDArray[np.intp]
    spectrum: NDArray[np.complex64] | None


class Blocks(NamedTuple):
    """What the n blocks of one level hold, to be found again in a later picture.

    `around` (n, (s + 2)^2) holds each block of s x s pixels with one pixel on all sides, row after row. From its first
    pixel on, a block is l = s (s + 2) - 2 numbers: its rows one after the other with two columns in between that say
    nothing. So the neighbours of all pixels of all blocks are one stretch of memory, moved by a few numbers, which
    numpy goes through in one go. What says nothing is 0 in `slopes` (2, n, l). `corner` (n, 2) is a block's first
    pixel, `level_slope` (2, n) the means of its slopes, and `xx`, `xy`, `yy` (n,) are sums of products of them.
    """

    size: int
    corner: Floats
    around: Floats
    slopes: Floats
    level_slope: Floats
    xx: Floats
    xy: Floats
    yy: Floats


def pyramid(gray: NDArray[np.uint8]) -> tuple[Level, ...]:
    """The levels of a small gray picture (h, w) uint8, the finest first; blurred a little against noise."""
    height, width = gray.shape
    sums: list[Sums] = [_blurred(gray)]
    while len(sums) < _LEVELS and min(sums[-1].shape) >= _SMALL:
        # Two halvings fit two bytes: 16 * 4 * 4 * 255.
        sums.append(_halved(sums[-1] if len(sums) < 3 else sums[-1].astype(np.uint32)))
    top = len(sums) - 1
    levels = []
    for number, whole in enumerate(sums):
        unit = np.float32(1 / (16 * 4**number))
        picture = _padded(whole, unit)
        spectrum = _spectrum(np.multiply(whole, unit, dtype=np.float32)) if number == top else None
        corner = _corners(width, height, number)
        levels.append(Level(whole.shape[1], whole.shape[0], picture, BLOCK[number], corner, spectrum))
    return tuple(levels)


def _blurred(gray: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """The binomial 1-2-1 in both directions, edges repeated, times 16: whole numbers of two bytes lose nothing."""
    height, width = gray.shape
    row = width + 2
    wide = np.empty((height + 2, row), np.uint16)
    wide[1:-1, 1:-1] = gray
    _repeat_edges(wide, 1)
    # As one stretch of memory, which numpy goes through in one go; the sums across the ends of rows are left out.
    flat = wide.reshape(-1)
    down = flat[: -2 * row] + flat[2 * row :]
    down += flat[row:-row]
    down += flat[row:-row]
    across = np.zeros_like(down)
    np.add(down[:-2], down[2:], out=across[:-2])
    across[:-2] += down[1:-1]
    across[:-2] += down[1:-1]
    return across.reshape(height, row)[:, :width]


def _halved(sums: Sums) -> Sums:
    """Sums of 2 x 2 numbers each; the odd row or column at the end is left out."""
    high, wide = sums.shape
    even = sums[: high // 2 * 2, : wide // 2 * 2]
    rows = even[0::2] + even[1::2]
    return rows[:, 0::2] + rows[:, 1::2]


def _padded(sums: Sums, unit: np.float32) -> Floats:
    """Sums times `unit` as a picture with its edges repeated; written out, as np.pad takes longer than all the rest."""
    height, width = sums.shape
    wide = np.empty((height + 2 * _PAD, width + 2 * _PAD), np.float32)
    np.multiply(sums, unit, out=wide[_PAD:-_PAD, _PAD:-_PAD], dtype=np.float32)
    _repeat_edges(wide, _PAD)
    return wide


def _repeat_edges(wide: NDArray[np.generic], by: int) -> None:
    """Fill the margin of a picture, `by` pixels on all sides; in place."""
    wide[by:-by, :by] = wide[by:-by, by : by + 1]
    wide[by:-by, -by:] = wide[by:-by, -by - 1 : -by]
    wide[:by] = wide[by]
    wide[-by:] = wide[-by - 1]


@functools.lru_cache(maxsize=8)
def grid(width: int, height: int) -> Floats:
    """Centres (n, 2) of the blocks, in pixels of the finest level."""
    spacing = max(float(BLOCK[0]), (width * height / _BLOCKS) ** 0.5)
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
    centres = (grid(width, height) + np.float32(0.5)) / np.float32(2**level) - np.float32(0.5)
    corners: NDArray[np.intp] = np.rint(centres - np.float32((BLOCK[level] - 1) / 2)).astype(np.intp)
    corners.setflags(write=False)
    return corners


@functools.lru_cache(maxsize=8)
def mask(size: int) -> Floats:
    """1 for the numbers of a block's row that are its pixels, 0 for those in between (l,)."""
    mask = np.zeros((size, size + 2), np.float32)
    mask[:, :size] = 1
    return mask.ravel()[: size * (size + 2) - 2]


def length_of(size: int) -> int:
    """The l of a block of this size."""
    return size * (size + 2) - 2


def around_of(level: Level) -> Floats:
    """The blocks with one pixel on all sides (n, (s + 2)^2)."""
    return cut(level.picture, level.corner - 1, level.size)


def blocks_of(level: Level) -> Blocks:
    """The blocks of a level, not kept with it: to read them from far memory takes as long as to make them."""
    size = level.size
    row, length = size + 2, length_of(size)
    around = around_of(level)
    flat = around.reshape(-1)
    wide = np.empty((2, *around.shape), np.float32)
    across, down = wide.reshape(2, -1)
    np.subtract(flat[2:], flat[:-2], out=across[1:-1])
    np.subtract(flat[2 * row :], flat[: -2 * row], out=down[row:-row])
    down[:row] = down[-row:] = 0
    columns = wide.reshape(-1, row)
    columns[:, 0] = columns[:, -1] = 0
    wide *= np.float32(0.5)
    slopes = wide[:, :, row + 1 : row + 1 + length]
    xx, xy, yy = (np.vecdot(slopes[i], slopes[j]) for i, j in ((0, 0), (0, 1), (1, 1)))
    return Blocks(size, level.corner.astype(np.float32), around, slopes, mean_of(slopes, size), xx, xy, yy)


@functools.lru_cache(maxsize=8)
def _window(height: int, width: int) -> Floats:
    return np.outer(np.hanning(height + 2)[1:-1], np.hanning(width + 2)[1:-1]).astype(np.float32)


def _spectrum(picture: Floats) -> NDArray[np.complex64]:
    """With a window against edge effects."""
    windowed = (picture - picture.mean()) * _window(*picture.shape)
    return np.asarray(np.fft.rfft2(windowed), dtype=np.complex64)


def cut(picture: Floats, corner: NDArray[np.intp], size: int) -> Floats:
    """Squares of size + 2 pixels whose first ones lie at `corner` (n, 2) of a padded picture, a row (n, .) each."""
    height, width = picture.shape
    row = size + 2
    # All windows of the picture, not copied; as_strided() costs as much as using them.
    shape = (height - row + 1, width - row + 1, row, row)
    windows: Floats = np.ndarray(shape, np.float32, picture, 0, picture.strides * 2)
    return windows[corner[:, 1] + _PAD, corner[:, 0] + _PAD].reshape(len(corner), -1)


def mean_of(rows: Floats, size: int) -> Floats:
    """Mean pixel of blocks that are the first l numbers of rows (., l or more)."""
    means: Floats = np.vecdot(rows[..., : length_of(size)], mask(size)) * np.float32(1 / size**2)
    return means
