"""What must be read at the clip's own size, read on points or on tiles of a few frames a second.

Scaling a picture down hides blocks, noise and softness. Reading every pixel of a 1080p clip costs more than decoding
it. So what needs only a pixel's nearest neighbours (sharpness, SI, TI) is read at points of an even lattice, and what
needs a neighbourhood on tiles spread evenly: at most 240 of 32 x 32, all of a picture up to 640 x 384 and an eighth
of 1080p, or 60 of 64 x 64. Points are read on up to four frames a second, tiles on up to two: with four, the values of
32 real clips of 2 to 6 s differ by 3 % (noise, ringing), 4 % (blockiness) and 12 % (banding) in the median, which is 0.03
to 0.12 of the standard deviation between the clips, and by up to 0.8 of it in the worst case. Where detail sits in one corner of a picture, tiles miss
some: on frames of three real HD clips their variance of the Laplacian is 0.84 to 1.3 times the whole frame's (that of points
0.97 to 1.03; `tests/metrics/test_native.py`). The same places are read in every frame, so that a series shows the
clip and not the choice of places.
"""

import functools
import math

import numpy as np
from numpy.typing import NDArray

TILE, MOST = 32, 240  # pixels, a multiple of every codec's block; and how many
LARGE, FEW = 64, 60
PER_SECOND, TILES_PER_SECOND = 4, 2
_GRID = 16  # corners lie on multiples of this, so that a codec's grid has the same phase in every tile

Tiles = NDArray[np.int16]


class Sampler:
    """Says which frames to look at: the k-th sample is the first frame at or after k/rate seconds."""

    def __init__(self, per_second: float = PER_SECOND) -> None:
        self._per_second = per_second
        self._taken = 0

    def due(self, seconds: float) -> bool:
        """Whether the frame at this time is one of the samples."""
        if seconds < self._taken / self._per_second - 1e-6:
            return False
        self._taken += 1
        return True


def lattice(height: int, width: int, points: int) -> int:
    """Distance in pixels of the points of a lattice that has about so many in a picture, or somewhat fewer.

    It is odd, so that the points fall on all phases of a codec's blocks in turn.
    """
    step = max(1, math.isqrt(max(1, height * width // points)))
    return step if step % 2 else step + 1


def tiles(luma: NDArray[np.uint8], edge: int = TILE, most: int = MOST) -> Tiles:
    """Tiles of a brightness plane (h, w) uint8 as (n, t, t) int16; t is `edge`, or a smaller picture's short side."""
    edge = min(edge, *luma.shape)
    tops, lefts = corners(*luma.shape, edge, most)
    return np.stack([luma[y : y + edge, x : x + edge] for y in tops for x in lefts]).astype(np.int16)


@functools.lru_cache(maxsize=8)
def corners(height: int, width: int, edge: int, most: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Rows and columns at which at most `most` tiles begin, in a picture of this size that holds one at least."""
    rows, columns = height // edge, width // edge
    if rows * columns > most:
        shrink = math.sqrt(most / (rows * columns))
        rows, columns = max(1, int(rows * shrink)), max(1, int(columns * shrink))
        rows, columns = min(rows, most // columns or 1), min(columns, most // rows or 1)
    return _spread(height, rows, edge), _spread(width, columns, edge)


def _spread(length: int, count: int, edge: int) -> tuple[int, ...]:
    room = length - count * edge
    gaps = [room * (2 * i + 1) / (2 * count) + i * edge for i in range(count)]
    step = _GRID if edge >= _GRID else 1
    return tuple(int(gap) // step * step for gap in gaps)


def stretch(*, full_range: bool) -> float:
    """What turns differences of codes into grey levels: codes from 16 to 235 are stretched to 0 to 255."""
    return 1.0 if full_range else 255 / 219
