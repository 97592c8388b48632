"""Blockiness: steps on the grid by which a codec cuts its picture."""

import numpy as np
from numpy.typing import NDArray

from kit.decode import ClipFacts
from kit.metrics.base import Look, Metric, TileWatcher
from kit.metrics.native import Tiles

_PERIOD = 8
_CAP = 24  # codes: a larger step is an edge of the scene


def blockiness(pictures: Tiles) -> float | None:
    """How much larger steps are on the lines of an 8 x 8 grid, as a share of the mean step; None under 16 x 16.

    `pictures` are tiles (n, t, t) whose corners all lie at the same place of the grid. A step counts by what it is
    above its two neighbours across the line. Of the eight phases that the grid may have in either direction, the one
    that stands out most from their median is taken, so that a picture that was cropped or moved is read alike.
    """
    if pictures.shape[-1] < 2 * _PERIOD:
        return None
    lines = pictures.shape[0] * pictures.shape[1]
    stands_out = steps = 0.0
    for step in _steps(np.ascontiguousarray(pictures)):
        above = 2 * step[1:-1] - step[:-2] - step[2:]
        by_phase = _by_phase(above / lines / 2)
        stands_out += float(by_phase.max() - np.median(by_phase)) / 2
        # Whole periods only, so that each phase has its share in both.
        whole = len(above) // _PERIOD * _PERIOD
        steps += float(step[1 : 1 + whole].sum() / (lines * whole)) / 2
    # A hundredth of a code: a picture without any step has no blocks either.
    return stands_out / (steps + 0.01)


def _steps(pictures: Tiles) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sums (t - 1,) of all steps on each line of the tiles: on the upright ones, and on the level ones."""
    edge = pictures.shape[1]
    flat = pictures.reshape(-1)
    step = np.zeros_like(pictures)
    along = step.reshape(-1)
    # A step across the end of a row is no step; its column is left out.
    np.minimum(np.abs(flat[1:] - flat[:-1]), np.int16(_CAP), out=along[:-1])
    upright = _total(step).sum(axis=0)[:-1]
    np.minimum(np.abs(flat[edge:] - flat[:-edge]), np.int16(_CAP), out=along[:-edge])
    return upright, _total(step).sum(axis=1)[:-1]


def _total(step: Tiles) -> NDArray[np.int64]:
    """Sum of all tiles; in two bytes where it fits, as it does for what one frame gives."""
    small = len(step) * _CAP <= np.iinfo(np.int16).max
    total: NDArray[np.int64] = step.sum(axis=0, dtype=np.int16 if small else np.int64).astype(np.int64)
    return total


def _by_phase(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    whole = columns[: len(columns) // _PERIOD * _PERIOD]
    means: NDArray[np.float64] = whole.reshape(-1, _PERIOD).mean(axis=0)
    return means


def _watch(facts: ClipFacts) -> TileWatcher:  # noqa: ARG001
    return TileWatcher(_of)


def _of(look: Look) -> float | None:
    return None if look.black else blockiness(look.tiles)


BLOCKINESS = Metric(
    name="blockiness",
    version=2,
    unit="share of the mean step",
    dimension="artifacts",
    better="lower",
    label="Blockiness",
    meaning=(
        "How much larger brightness steps are on the lines of an 8 x 8 grid than beside them, as a share of the mean "
        "step, wherever the grid lies; on up to 240 tiles of 32 x 32 at full size, mean over up to two frames a second."
    ),
    not_meaning=(
        "The last codec's doing rather than the model's, as a rule. Noise hides blocks and scaling moves them off "
        "their grid: 0 is not proof of a gentle codec."
    ),
    source="The kit's own, after Wang, Bovik and Evans, ICIP 2000, and Wang, Sheikh and Bovik, ICIP 2002.",
    watcher=_watch,
)
