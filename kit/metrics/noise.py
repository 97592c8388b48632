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
    part = pictures[:, :edge, :edge]
    rows = part[:, :-2] + part[:, 2:]
    rows -= part[:, 1:-1] * np.int16(2)
    mask = rows[:, :, :-2] + rows[:, :, 2:]
    mask -= rows[:, :, 1:-1] * np.int16(2)
    strength = _block_means(np.pad(np.abs(mask), ((0, 0), (1, 1), (1, 1)), mode="edge"))
    level = _block_means(part)
    usable = strength[(level > low + _MARGIN) & (level < high - _MARGIN)]
    if not usable.size:
        return None
    count = max(1, round(_SMOOTHEST * usable.size))
    smoothest = float(np.partition(usable, count - 1)[:count].mean())
    return smoothest * math.sqrt(math.pi / 2) / 6 / _READS


def _block_means(pictures: NDArray[np.int16]) -> NDArray[np.float64]:
    count, edge, _ = pictures.shape
    blocks = pictures.reshape(count, edge // _BLOCK, _BLOCK, edge // _BLOCK, _BLOCK)
    return np.asarray(blocks.sum(axis=(2, 4), dtype=np.int32) / _BLOCK**2, dtype=np.float64)


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
