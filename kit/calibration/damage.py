"""Six kinds of damage at five strengths, done on purpose to the pictures of a clip.

Each kind is what its name says and as little else as can be: what a metric makes of it is then known to come from
it. The same piece, kind and strength give the same pictures. Strength 0 is the piece as it is.
"""

import math
from collections.abc import Callable
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.calibration.pieces import Picture, Piece, Plane, through
from kit.errors import BadParameter

Floats = NDArray[np.float32]

STRENGTHS = (1, 2, 3, 4, 5)

_BLUR = (0.5, 0.9, 1.4, 2.2, 3.5)  # sigma in pixels
_NOISE = (2.0, 4.0, 7.0, 12.0, 20.0)  # sigma in codes of the brightness, fresh in every frame
_CRF = (27, 33, 39, 45, 51)  # x264's quality, most providers being at 17 to 28
_FLICKER = (0.015, 0.03, 0.06, 0.12, 0.2)  # share of the brightness
_HELD = (0.12, 0.24, 0.36, 0.48, 0.6)  # share of the frames
_WARP = (0.0015, 0.003, 0.006, 0.012, 0.02)  # shares of the short side


def damage(piece: Piece, kind: str, strength: int) -> Piece:
    """The piece with one kind of damage at a strength from 0 (none) to 5.

    Raises BadParameter for another kind or strength.
    """
    if kind not in KINDS or strength not in {0, *STRENGTHS}:
        raise BadParameter(
            f"damage {kind!r} at {strength}: expected one of {', '.join(KINDS)} at a strength from 0 to 5"
        )
    return KINDS[kind](piece, strength - 1) if strength else piece


def _blur(piece: Piece, level: int) -> Piece:
    sigma = _BLUR[level]
    return piece.showing(
        Picture(smooth(p.y, sigma), smooth(p.u, sigma / 2), smooth(p.v, sigma / 2)) for p in piece.pictures
    )


def smooth(plane: Plane, sigma: float) -> Plane:
    """A plane (h, w) uint8 blurred by a Gaussian of `sigma` pixels, edges repeated."""
    reach = max(1, math.ceil(3 * sigma))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2).astype(np.float32)
    weights /= weights.sum()
    picture = plane.astype(np.float32)
    for axis in (0, 1):
        wide = np.pad(picture, [(reach, reach) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
        length = picture.shape[axis]
        picture = np.zeros_like(picture)
        for i, weight in enumerate(weights):
            picture += weight * (wide[i : i + length] if axis == 0 else wide[:, i : i + length])
    return _codes(picture)


def _noise(piece: Piece, level: int) -> Piece:
    random = np.random.default_rng(0)
    return piece.showing(
        p._replace(y=_codes(p.y + _NOISE[level] * random.standard_normal(p.y.shape, dtype=np.float32)))
        for p in piece.pictures
    )


def _compression(piece: Piece, level: int) -> Piece:
    # As a provider would, x264's own deblocking on. Its macroblock tree is off, since it reads memory that nobody
    # has set where a side is no multiple of 16: other bytes on every other run.
    options = {"crf": str(_CRF[level]), "preset": "veryfast", "x264-params": "mbtree=0:threads=1"}
    return through(piece, options=options)


def _flicker(piece: Piece, level: int) -> Piece:
    rate = min(7.0, float(piece.fps) / 3)

    def lit(index: int, picture: Picture) -> Picture:
        gain = 1 + _FLICKER[level] * math.sin(2 * math.pi * rate * index / float(piece.fps) + 0.6)
        return picture._replace(y=_codes(16 + (picture.y.astype(np.float32) - 16) * np.float32(gain)))

    return piece.showing(lit(i, p) for i, p in enumerate(piece.pictures))


def _drops(piece: Piece, level: int) -> Piece:
    """One freeze in the middle, and single frames dropped before and after it, each shown as the frame before.

    Together as many as the strength says; in a piece so short that this gives no freeze of a quarter of a second,
    that freeze, and at least one single frame more with each strength.
    """
    count = len(piece.pictures)
    held = max(1, round(_HELD[level] * count))
    # More than half of it in one hold, long enough to be seen as a freeze; the rest one by one.
    run = min(count - 2, max(math.ceil(0.25 * float(piece.fps)), math.ceil(0.6 * held)))
    start = max(1, (count - run) // 2)
    gone = set(range(start, start + run))
    # Apart from one another and from the freeze, which they would lengthen; those nearest to it first, on either side.
    before, after = range(start - 2, 0, -2), range(start + run + 1, count, 2)
    others = [i for pair in zip_longest(before, after) for i in pair if i is not None]
    gone.update(others[: max(level, held - run)])
    shown: list[Picture] = []
    for index, picture in enumerate(piece.pictures):
        shown.append(shown[-1] if index in gone else picture)
    return piece.showing(shown)


def _warping(piece: Piece, level: int) -> Piece:
    """The picture wobbles like jelly: waves an eighth of the short side long whose phase runs through time."""
    height, width = piece.size
    short = min(height, width)
    far = _WARP[level] * short
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    k = np.float32(2 * math.pi / (short / 8))

    def bent(index: int, picture: Picture) -> Picture:
        turn = np.float32(2 * math.pi * 2.3 * index / float(piece.fps))
        dx = far * (np.sin(k * y + turn) + np.sin(0.7 * k * (x + y) - 1.3 * turn + 1)) / 2
        dy = far * (np.sin(k * x - 0.8 * turn + 2) + np.sin(0.6 * k * (x - y) + 1.1 * turn)) / 2
        half = (dx[::2, ::2] / 2, dy[::2, ::2] / 2)
        return Picture(_moved(picture.y, dx, dy), *(_moved(p, *half) for p in picture[1:]))

    return piece.showing(bent(i, p) for i, p in enumerate(piece.pictures))


def _moved(plane: Plane, dx: Floats, dy: Floats) -> Plane:
    """Each pixel from (x + dx, y + dy) by Catmull-Rom interpolation, which keeps detail where bilinear would blur."""
    height, width = plane.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = np.clip(x + dx, 0, width - 1), np.clip(y + dy, 0, height - 1)
    left, top = np.floor(u).astype(np.intp), np.floor(v).astype(np.intp)
    across, down = _catmull_rom(u - left), _catmull_rom(v - top)
    out = np.zeros(plane.shape, np.float32)
    for i in range(4):
        row = np.clip(top + i - 1, 0, height - 1)
        for j in range(4):
            out += down[i] * across[j] * plane[row, np.clip(left + j - 1, 0, width - 1)]
    return _codes(out)


def _catmull_rom(t: Any) -> tuple[Floats, ...]:
    t = np.asarray(t, dtype=np.float32)
    return (
        0.5 * (-(t**3) + 2 * t**2 - t),
        0.5 * (3 * t**3 - 5 * t**2 + 2),
        0.5 * (-3 * t**3 + 4 * t**2 + t),
        0.5 * (t**3 - t**2),
    )


def _codes(values: Floats) -> Plane:
    return np.clip(np.rint(values), 1, 254).astype(np.uint8)


KINDS: dict[str, Callable[[Piece, int], Piece]] = {
    "blur": _blur,
    "noise": _noise,
    "compression": _compression,
    "flicker": _flicker,
    "drops": _drops,
    "warping": _warping,
}
