"""Structural similarity of two small gray pictures.

Source: Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural
similarity", IEEE Trans. Image Processing 13(4), 2004, equation 13, with K1 = 0.01, K2 = 0.03 and L = 255, on square
8 x 8 windows (as in the paper's section III-B) set 4 pixels apart in both directions, all pixels weighing the same.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_C1 = (0.01 * 255) ** 2
_C2 = (0.03 * 255) ** 2


class Sums(NamedTuple):
    """A picture and, for each 8 x 8 window, its mean, the square of that, and its variance."""

    picture: NDArray[np.int32]
    mean: NDArray[np.float64]
    square: NDArray[np.float64]
    variance: NDArray[np.float64]


def sums(gray: NDArray[np.uint8]) -> Sums:
    """What one picture (h, w) uint8 brings to every comparison. A picture under 8 pixels is one window."""
    picture = gray.astype(np.int32)
    size = _window_size(picture)
    mean = _windows(picture) / size
    square = mean * mean
    return Sums(picture, mean, square, _windows(picture * picture) / size - square)


def ssim(one: Sums, two: Sums) -> float:
    """Mean similarity over the windows, from -1 to 1; exactly 1 for equal pictures. Both must be of one size."""
    product = one.mean * two.mean
    covariance = _windows(one.picture * two.picture) / _window_size(one.picture) - product
    above = (2 * product + _C1) * (2 * covariance + _C2)
    below = (one.square + two.square + _C1) * (one.variance + two.variance + _C2)
    above /= below
    return float(above.mean())


def _window_size(picture: NDArray[np.int32]) -> int:
    return 64 if min(picture.shape) >= 8 else picture.size


def _windows(values: NDArray[np.int32]) -> NDArray[np.int64]:
    """Sums over the windows: whole numbers, so that the order of adding can't matter."""
    height, width = values.shape
    if min(height, width) < 8:
        return np.full((1, 1), values.sum(), dtype=np.int64)
    even = values[: height // 4 * 4, : width // 4 * 4]
    rows = even[0::4] + even[1::4] + even[2::4] + even[3::4]
    cells = rows[:, 0::4] + rows[:, 1::4] + rows[:, 2::4] + rows[:, 3::4]
    tall = cells[:-1] + cells[1:]
    windows = tall[:, :-1] + tall[:, 1:]
    return np.asarray(windows, dtype=np.int64)
