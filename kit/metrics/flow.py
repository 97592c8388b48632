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
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_LEVELS = 4
_BLOCK = (16, 12, 12, 12)  # block edge in pixels of each level, the finest first
_STEPS = (1, 2, 2, 2)
_BLOCKS = 112  # about as many in a picture of any shape: 14 x 8 in 16:9
_MARGIN = 20  # how far, in pixels of a level, a block may leave the picture before it is held back
_PAD = _MARGIN + max(_BLOCK) + 1
_TEXTURE = 4.0  # smaller eigenvalue of the mean structure tensor, in (grey levels/px)^2, that counts half


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Motion of n blocks between two small gray pictures, in pixels of these pictures.

    `positions` (n, 2) are the blocks' centres (x, y) in the earlier picture, `displacement` (n, 2) how far each
    block's content has gone in the later one (x to the right, y down). `confidence` (n,) runs from 0 to 1: texture
    enough to tell, a good match, and not out of the picture. `residual` (n,) is the mean absolute difference that
    is left after the motion is undone, in grey levels, brightness changes included. `mismatch` is one number for
    the pair: the share of all blocks' contrast that motion and a change of brightness don't explain (0 same
    content, about 1 another picture). `width` and `height` are the pictures' size.
    """

    positions: Floats
    displacement: Floats
    confidence: Floats
    residual: Floats
    mismatch: float
    width: int
    height: int


class Level(NamedTuple):
    """One level of a pyramid: the picture's size, and it and its slopes with a margin all round (edges repeated)."""

    width: int
    height: int
    picture: Floats
    slope_x: Floats
    slope_y: Floats


def pyramid(gray: NDArray[np.uint8]) -> tuple[Level, ...]:
    """The levels of a small gray picture (h, w) uint8, the finest first; blurred a little against noise."""
    picture = _blur(gray.astype(np.float32))
    levels = [_level(picture)]
    for _ in range(1, _LEVELS):
        height, width = picture.shape
        if min(height, width) < 24:
            break
        even = picture[: height // 2 * 2, : width // 2 * 2]
        rows = even[0::2] + even[1::2]
        picture = (rows[:, 0::2] + rows[:, 1::2]) * np.float32(0.25)
        levels.append(_level(picture))
    return tuple(levels)


def flow(before: tuple[Level, ...], after: tuple[Level, ...]) -> Flow:
    """The motion from one picture to the next, given their `pyramid`s (of the same size). About 2 ms for 320x180."""
    positions = _grid(before[0].width, before[0].height)
    top = len(before) - 1
    displacement = np.zeros_like(positions)
    for level in range(top, -1, -1):
        scale = np.float32(2**level)
        # Pixel centres lie at whole numbers, so halving a picture moves them by half a pixel.
        centres = (positions + np.float32(0.5)) / scale - np.float32(0.5)
        blocks = _Blocks(before[level], after[level], centres, _BLOCK[level])
        moved = displacement / scale
        if level == top:
            shift = _whole_shift(before[top], after[top])
            if shift.any():
                moved = blocks.better(moved, np.broadcast_to(shift, moved.shape))
        for _ in range(_STEPS[level]):
            moved = blocks.improve(moved)
        displacement = moved * scale
    return blocks.finish(positions, displacement)


def _blur(picture: Floats) -> Floats:
    """The binomial 1-2-1 in both directions, edges repeated."""
    padded = _padded(picture, 1)
    rows = padded[:-2] + padded[2:] + 2 * padded[1:-1]
    blurred: Floats = (rows[:, :-2] + rows[:, 2:] + 2 * rows[:, 1:-1]) * np.float32(1 / 16)
    return blurred


def _level(picture: Floats) -> Level:
    height, width = picture.shape
    wide = _padded(picture, _PAD)
    slope_x = np.zeros_like(wide)
    slope_y = np.zeros_like(wide)
    np.subtract(wide[:, 2:], wide[:, :-2], out=slope_x[:, 1:-1])
    np.subtract(wide[2:], wide[:-2], out=slope_y[1:-1])
    slope_x *= np.float32(0.5)
    slope_y *= np.float32(0.5)
    return Level(width, height, wide, slope_x, slope_y)


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


def _grid(width: int, height: int) -> Floats:
    spacing = max(float(_BLOCK[0]), (width * height / _BLOCKS) ** 0.5)
    columns, rows = max(1, round(width / spacing)), max(1, round(height / spacing))
    x = (np.arange(columns) + 0.5) * width / columns - 0.5
    y = (np.arange(rows) + 0.5) * height / rows - 0.5
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2).astype(np.float32)


@functools.lru_cache(maxsize=8)
def _window(height: int, width: int) -> Floats:
    return np.outer(np.hanning(height + 2)[1:-1], np.hanning(width + 2)[1:-1]).astype(np.float32)


def _whole_shift(before: Level, after: Level) -> Floats:
    """The whole picture's shift (x, y) in whole pixels by phase correlation, with a window against edge effects."""
    width, height = before.width, before.height
    window = _window(height, width)
    one, two = (level.picture[_PAD:-_PAD, _PAD:-_PAD] for level in (before, after))
    cross = np.fft.rfft2((two - two.mean()) * window) * np.conj(np.fft.rfft2((one - one.mean()) * window))
    peak = np.fft.irfft2(cross / (np.abs(cross) + 1e-6), s=(height, width))
    y, x = divmod(int(peak.argmax()), width)
    return np.array([x - width if x > width // 2 else x, y - height if y > height // 2 else y], np.float32)


class _Blocks:
    """All n blocks of one level: the earlier picture's content, and windows of the later one to compare with.

    Blocks are kept as rows of n x (size * size).
    """

    def __init__(self, before: Level, after: Level, centres: Floats, size: int) -> None:
        self._size = size
        self._level = before
        self._most = np.array([before.width, before.height], np.float32) + np.float32(_MARGIN - 1)
        # Content is taken at whole pixels of the earlier picture; only the later one is interpolated.
        corner = np.rint(centres - np.float32((size - 1) / 2)).astype(np.intp)
        self._corner = corner.astype(np.float32)
        at = corner + _PAD
        self._raw, self._slope_x, self._slope_y = (
            self._rows(_windows(layer, size)[at[:, 1], at[:, 0]])
            for layer in (before.picture, before.slope_x, before.slope_y)
        )
        self._content = _centred(self._raw)
        self._xx = _dot(self._slope_x, self._slope_x)
        self._xy = _dot(self._slope_x, self._slope_y)
        self._yy = _dot(self._slope_y, self._slope_y)
        self._later = _windows(after.picture, size + 1)

    def _rows(self, windows: Floats) -> Floats:
        return windows.reshape(len(windows), self._size**2)

    def _moved(self, moved: Floats) -> tuple[Floats, Floats]:
        """The later picture's windows at the moved blocks, interpolated, and the move held within the margin."""
        wanted = np.clip(self._corner + moved, np.float32(1 - _MARGIN - self._size), self._most)
        whole = np.floor(wanted)
        part = (wanted - whole)[:, :, None, None]
        at = whole.astype(np.intp) + _PAD
        window = self._later[at[:, 1], at[:, 0]]
        # Right first, then down: two interpolations of whole blocks, since all pixels of a block move alike.
        right = window[:, :, 1:] - window[:, :, :-1]
        right *= part[:, 0]
        right += window[:, :, :-1]
        down = right[:, 1:] - right[:, :-1]
        down *= part[:, 1]
        down += right[:, :-1]
        return self._rows(down), wanted - self._corner

    def improve(self, moved: Floats) -> Floats:
        """One Gauss-Newton step of every block; a change of brightness of the whole block is allowed for."""
        window, moved = self._moved(moved)
        error = _centred(window)
        error -= self._content
        right = _dot(self._slope_x, error)
        down = _dot(self._slope_y, error)
        # Damping keeps blocks without texture where they are.
        damping = np.float32(0.5 * self._size**2)
        xx, yy = self._xx + damping, self._yy + damping
        scale = 1 / (xx * yy - self._xy**2)
        step = np.stack(
            [(yy * right - self._xy * down) * scale, (xx * down - self._xy * right) * scale], axis=1
        )
        return moved - np.clip(step, -self._size / 4, self._size / 4)

    def better(self, one: Floats, two: Floats) -> Floats:
        """Of two guesses for every block, the one that leaves less."""
        left = []
        for guess in (one, two):
            error = _centred(self._moved(guess)[0]) - self._content
            left.append(_dot(error, error))
        return np.where((left[1] < left[0])[:, None], two, one)

    def finish(self, positions: Floats, displacement: Floats) -> Flow:
        """What the motion explains, at the finest level."""
        window, displacement = self._moved(displacement)
        residual = np.abs(window - self._raw).mean(axis=1, dtype=np.float32)
        window = _centred(window)
        difference = window - self._content
        unexplained = _dot(difference, difference)
        # One grey level of noise is no evidence that two flat blocks differ.
        floor = np.float32(self._size**2)
        contrast = np.float32(0.5) * (_dot(self._content, self._content) + _dot(window, window)) + floor
        match = np.clip(1 - unexplained / contrast, 0, 1)
        half = np.float32(0.5) * (self._xx + self._yy)
        spread = np.sqrt((np.float32(0.5) * (self._xx - self._yy)) ** 2 + self._xy**2)
        weakest = np.maximum(half - spread, 0) / floor
        # A block that has left the picture in part was compared with repeated edges.
        reached = self._corner + displacement
        last = [self._level.width - self._size, self._level.height - self._size]
        inside = np.all((reached >= -1) & (reached <= np.add(last, 1)), axis=1)
        return Flow(
            positions=positions,
            displacement=displacement,
            confidence=(match * weakest / (weakest + np.float32(_TEXTURE)) * inside).astype(np.float32),
            residual=residual,
            mismatch=float(unexplained.sum(dtype=np.float64) / contrast.sum(dtype=np.float64)),
            width=self._level.width,
            height=self._level.height,
        )


def _windows(picture: Floats, size: int) -> Floats:
    """All size x size windows of a picture, without copying; sliding_window_view() costs more than using it."""
    height, width = picture.shape
    shape = (height - size + 1, width - size + 1, size, size)
    return as_strided(picture, shape, picture.strides * 2, writeable=False)


def _centred(rows: Floats) -> Floats:
    means = np.add.reduce(rows, axis=1, keepdims=True) * np.float32(1 / rows.shape[1])
    return np.asarray(rows - means, dtype=np.float32)


def _dot(one: Floats, two: Floats) -> Floats:
    products: Floats = np.einsum("ni,ni->n", one, two)
    return products
