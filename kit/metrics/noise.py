"""Noise: the grain of the smoothest places."""

import math

import numpy as np
from numpy.typing import NDArray

from kit.decode import ClipFacts
from kit.metrics.base import Look, Metric, TileWatcher
from kit.metrics.native import Tiles

_BLOCK = 16
_SMOOTHEST = 0.2  # of the blocks
_READS = 0.88  # of pure noise, blocks of 16 x 16 differ by chance, and their smoothest fifth holds this share of it
_MARGIN = 4  # codes from the ends of the range within which noise is cut off


def noise_level(pictures: Tiles, *, low: int = 16, high: int = 235) -> float | None:
    """Standard deviation of the noise in pictures (n, t, t), in codes; None without a block to read it from.

    Immerkær's mask takes out all that is linear; of blocks of 16 x 16 the smoothest fifth is believed. `low` and
    `high` are the codes of black and white.
    """
    edge = pictures.shape[-1] // _BLOCK * _BLOCK
    if edge < _BLOCK:
        return None
    part = np.ascontiguousarray(pictures[:, :edge, :edge])
    strength, level = _block_means(_masked(part)), _block_means(part)
    usable = strength[(level > low + _MARGIN) & (level < high - _MARGIN)]
    if not usable.size:
        return None
    count = max(1, round(_SMOOTHEST * usable.size))
    smoothest = float(np.partition(usable, count - 1)[:count].mean())
    return smoothest * math.sqrt(math.pi / 2) / 6 / _READS


def _masked(pictures: Tiles) -> Tiles:
    """What the mask gives, without its sign; at the edges of each picture (n, t, t) what it gives beside them.

    Worked out along one stretch of memory, which numpy goes through in one go, edges and all.
    """
    edge = pictures.shape[1]
    flat = pictures.reshape(-1)
    down = _second(flat, edge)
    strength = np.empty_like(pictures)
    strength.reshape(-1)[edge + 1 : -edge - 1] = np.abs(_second(down, 1))
    strength[:, :, 0], strength[:, :, -1] = strength[:, :, 1], strength[:, :, -2]
    strength[:, 0], strength[:, -1] = strength[:, 1], strength[:, -2]
    return strength


def _second(flat: NDArray[np.int16], by: int) -> NDArray[np.int16]:
    second: NDArray[np.int16] = flat[: -2 * by] + flat[2 * by :]
    second -= flat[by:-by]
    second -= flat[by:-by]
    return second


def _block_means(pictures: NDArray[np.int16]) -> NDArray[np.float64]:
    """Means of blocks of 16 x 16 whose numbers are from 0 to 4095, so that the sum of 16 of them fits two bytes."""
    count, edge, _ = pictures.shape
    rows = pictures.view(np.uint16).reshape(-1, _BLOCK, edge)
    while rows.shape[1] > 1:
        half = rows.shape[1] // 2
        rows = rows[:, :half] + rows[:, half:]
    sums = rows.reshape(count, edge // _BLOCK, edge // _BLOCK, _BLOCK).sum(axis=3, dtype=np.uint32)
    return np.asarray(sums / _BLOCK**2, dtype=np.float64)


def _noise(look: Look) -> float | None:
    low, high = (0, 255) if look.frame.full_range else (16, 235)
    level = noise_level(look.tiles, low=low, high=high)
    return None if level is None else level * look.stretch


def _watch(facts: ClipFacts) -> TileWatcher:  # noqa: ARG001
    return TileWatcher(_noise)


NOISE = Metric(
    name="noise",
    version=2,
    unit="grey levels",
    dimension="artifacts",
    better="lower",
    label="Noise",
    meaning=(
        "Standard deviation of the grain in the smoothest fifth of the picture (places cut off at black or white left "
        "out), on up to 240 tiles of 32 x 32 at full size, mean over up to two frames a second."
    ),
    not_meaning=(
        "Grain that was asked for counts, and a picture that is textured all over reads as noisy. A codec that smooths "
        "grain away lowers it without making the picture better. No agreement with people was found."
    ),
    source="Immerkær, Computer Vision and Image Understanding 64(2), 1996, on the smoothest blocks.",
    watcher=_watch,
)
