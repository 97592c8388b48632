"""Banding: contours in what should be a smooth slope."""

import numpy as np

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
    if pictures.shape[-1] <= 2 * _PLATEAU:
        return 0.0
    total = 0
    for way in (pictures, pictures.swapaxes(1, 2)):
        step = way[:, :, 1:] - way[:, :, :-1]
        flat = step == 0
        # Runs of four flat steps are five equal pixels.
        run = flat[:, :, :-3] & flat[:, :, 1:-2]
        run &= flat[:, :, 2:-1]
        run &= flat[:, :, 3:]
        reach = _PLATEAU - 1
        height = np.abs(step[:, :, reach:-reach])
        found = run[:, :, : height.shape[2]] & run[:, :, reach + 1 : reach + 1 + height.shape[2]]
        found &= (height > 1) & (height <= _MOST)
        total += int((height[found] - 1).sum(dtype=np.int64))
    return 1000 * total / (2 * pictures.size)


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
