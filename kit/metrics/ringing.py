"""Ringing: ripples beside strong edges."""

import math

import numpy as np
from numpy.typing import NDArray

from kit.decode import ClipFacts
from kit.metrics.base import Look, Metric, Reading, TileWatcher
from kit.metrics.native import Tiles

_EDGE = 40  # codes across two pixels that make an edge strong
_NEAR, _FAR = 3, 9  # pixels from the edge between which ripples are looked for
_LEAST = 50  # edge points from which a number is given
_MOST = 20_000


def ringing(pictures: Tiles) -> float | None:
    """Typical ripple on the quieter side of strong edges, as a share of their height; None with few such edges.

    `pictures` (n, t, t) are read along rows and columns. The ripple is the standard deviation of the six pixels
    between 3 and 9 from the edge after a straight line through them is taken out.
    """
    edge = pictures.shape[2]
    if edge < 2 * _FAR + 4:
        return None
    tiles = np.ascontiguousarray(pictures)
    found = np.concatenate([_shares(tiles, 1), _shares(tiles, edge)])
    return float(np.median(found)) if len(found) >= _LEAST else None


def _shares(pictures: Tiles, by: int) -> NDArray[np.float64]:
    """The ripple beside each strong edge as a share of its height, along lines whose pixels lie `by` apart in memory."""
    flat = pictures.reshape(-1)
    slope = np.zeros_like(flat)
    # Of the two pixels beside; what is read across the end of a line is not looked at.
    np.abs(flat[2 * by :] - flat[: -2 * by], out=slope[by:-by])
    strong = slope.reshape(pictures.shape) > _EDGE
    line = strong if by == 1 else strong.swapaxes(1, 2)
    line[:, :, :_FAR] = line[:, :, -_FAR:] = False
    at = np.flatnonzero(strong)
    # A ridge of the slope: the edge is counted once.
    here = slope[at]
    at = at[(here > slope[at - by]) & (here >= slope[at + by])]
    if len(at) > _MOST:
        at = _by_lines(at, by)[np.linspace(0, len(at) - 1, _MOST).astype(np.intp)]
    away = by * np.arange(_NEAR, _FAR)
    sides = [flat[at[:, None] + sign * away].astype(np.float64) for sign in (-1, 1)]
    quiet = np.minimum(*(_ripple(side) for side in sides))
    height = np.abs(sides[0].mean(axis=1) - sides[1].mean(axis=1))
    real = height > _EDGE / 2
    return np.asarray(quiet[real] / height[real])


def _by_lines(at: NDArray[np.intp], by: int) -> NDArray[np.intp]:
    """Places in memory in the order of the lines: columns, where the pixels of a line lie a whole row apart."""
    if by == 1:
        return at
    tile, place = np.divmod(at, by * by)
    row, column = np.divmod(place, by)
    return at[np.argsort((tile * by + column) * by + row)]


def _ripple(side: NDArray[np.float64]) -> NDArray[np.float64]:
    at = np.arange(side.shape[1]) - (side.shape[1] - 1) / 2
    level = side - side.mean(axis=1, keepdims=True)
    slope = level @ at / (at @ at)
    rest = level - slope[:, None] * at
    return np.asarray(np.sqrt((rest * rest).mean(axis=1)))


def _of(look: Look) -> float | None:
    return ringing(look.tiles)


def _watch(facts: ClipFacts) -> TileWatcher:  # noqa: ARG001
    return TileWatcher(_of, nothing=Reading(math.nan, "too few strong edges to tell"))


RINGING = Metric(
    name="ringing",
    version=2,
    unit="share of the edge",
    dimension="artifacts",
    better="lower",
    label="Ringing",
    meaning=(
        "Ripple between 3 and 9 pixels from strong edges, on their quieter side, as a share of the edge's height; "
        "median over the edges, on up to 240 tiles of 32 x 32 at full size, mean over up to two frames a second."
    ),
    not_meaning=(
        "Texture beside an edge reads as ringing, and so does noise; compare models on the same prompt only. "
        "Sharpening and some enlarging filters ring too. No agreement with people was found."
    ),
    source="The kit's own, after Marziliano et al., Signal Processing: Image Communication 19(2), 2004.",
    watcher=_watch,
)
