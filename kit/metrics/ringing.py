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
    shares = [share for way in (pictures, pictures.swapaxes(1, 2)) if len(share := _shares(way))]
    found = np.concatenate(shares) if shares else np.zeros(0)
    return float(np.median(found)) if len(found) >= _LEAST else None


def _shares(way: Tiles) -> NDArray[np.float64]:
    size = way.shape[2]
    if size < 2 * _FAR + 4:
        return np.zeros(0)
    slope = np.abs(way[:, :, 2:] - way[:, :, :-2])
    tile, row, column = np.nonzero(slope[:, :, _FAR - 1 : size - _FAR - 1] > _EDGE)
    column += _FAR - 1
    # A ridge of the slope: the edge is counted once.
    here = slope[tile, row, column]
    ridge = (here > slope[tile, row, column - 1]) & (here >= slope[tile, row, column + 1])
    tile, row, column = tile[ridge], row[ridge], column[ridge]
    if len(tile) > _MOST:
        keep = np.linspace(0, len(tile) - 1, _MOST).astype(np.intp)
        tile, row, column = tile[keep], row[keep], column[keep]
    centre = column + 1
    away = np.arange(_NEAR, _FAR)
    sides = [
        way[tile[:, None], row[:, None], centre[:, None] + sign * away].astype(np.float64) for sign in (-1, 1)
    ]
    quiet = np.minimum(*(_ripple(side) for side in sides))
    height = np.abs(sides[0].mean(axis=1) - sides[1].mean(axis=1))
    real = height > _EDGE / 2
    return np.asarray(quiet[real] / height[real])


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
