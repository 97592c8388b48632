"""Banding: contours in what should be a smooth slope."""

import numpy as np
from numpy.typing import NDArray

from kit.decode import ClipFacts
from kit.metrics.base import Look, Metric, TileWatcher
from kit.metrics.native import Tiles

_PLATEAU = 5  # pixels on either side that are all of one value
_MOST = 6  # codes: a higher step is an edge of the scene


def banding(pictures: Tiles) -> float:
    """Height of all contours per pixel of (n, t, t), in codes a thousand pixels.

    A contour is a step of 2 to 6 codes between two plateaus of 5 pixels without any change, along rows or columns.
    Steps of one code are what eight bits do to any slope; of higher ones, what is above one code counts.
    """
    edge = pictures.shape[-1]
    if edge <= 2 * _PLATEAU:
        return 0.0
    flat = np.ascontiguousarray(pictures).reshape(-1)
    along, down = (_contours(flat, by).reshape(pictures.shape) for by in (1, edge))
    # What was read across the end of a row or of a tile is left out.
    reach = _PLATEAU - 1
    total = along[:, :, reach : edge - _PLATEAU].sum(dtype=np.int64)
    total += down[:, reach : edge - _PLATEAU].sum(dtype=np.int64)
    return 1000 * int(total) / (2 * pictures.size)


def _contours(flat: NDArray[np.int16], by: int) -> NDArray[np.int16]:
    """What each step of a stretch of memory to the number `by` further on is above one code, 0 where no contour is.

    One stretch, since numpy goes through it in one go.
    """
    step = flat[by:] - flat[:-by]
    level = step == 0
    # Runs of four flat steps are five equal pixels.
    pairs = level[:-by] & level[by:]
    run = pairs[: -2 * by] & pairs[2 * by :]
    reach = _PLATEAU - 1
    height = np.abs(step[reach * by : -reach * by])
    found = run[: len(height)] & run[_PLATEAU * by :]
    found &= height > 1
    found &= height <= _MOST
    above = np.zeros_like(flat)
    np.multiply(height - np.int16(1), found, out=above[reach * by : reach * by + len(height)])
    return above


def _of(look: Look) -> float:
    return banding(look.tiles) * look.stretch


def _watch(facts: ClipFacts) -> TileWatcher:  # noqa: ARG001
    return TileWatcher(_of)


BANDING = Metric(
    name="banding",
    version=2,
    unit="grey levels/1000 px",
    dimension="artifacts",
    better="lower",
    label="Banding",
    meaning=(
        "Contours between plateaus of one brightness at least five pixels wide, 2 to 6 codes high: the height above "
        "one code, summed, per thousand pixels, on up to 240 tiles of 32 x 32 at full size, mean over up to two frames "
        "a second."
    ),
    not_meaning=(
        "Flat graphics and cartoons are made of plateaus and count; the least noise hides banding from this measure, "
        "often from the eye too. No agreement with people was found on generated video."
    ),
    source="The kit's own, a small relative of CAMBI (Tandon et al., PCS 2021).",
    watcher=_watch,
)
