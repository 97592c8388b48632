"""Ranks with intervals that hold for all models at once.

A model's rank lies between 1 + the number of models shown to be stronger and the number of models less those shown
to be weaker, where all differences of two models are tested together: their largest |difference / standard error| is
compared with that of draws from the estimates' own distribution (Mogstad, Romano, Shaikh and Wilhelm 2024, "Inference
for ranks with applications to mobility across neighbourhoods and academic achievement across countries", Review of
Economic Studies 91:476-518). With probability `level` every true rank lies in its interval. Where nothing is shown,
each interval is from first to last.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kit.stats.ties import Floats


class Ranks(NamedTuple):
    """Ranks of models, 1 the strongest, equal strengths sharing the better rank; each of shape (models,)."""

    rank: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]


def pairs(n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the two places of every pair of n things."""
    one, two = np.triu_indices(n, 1)
    return np.asarray(one, dtype=np.int64), np.asarray(two, dtype=np.int64)


def contrasts(n: int, size: int) -> Floats:
    """Return a row for every pair of n models: 1 for the first and -1 for the second; shape (pairs, size)."""
    one, two = pairs(n)
    made = np.zeros((len(one), size))
    rows = np.arange(len(one))
    made[rows, one], made[rows, two] = 1.0, -1.0
    return made


def student_draws(covariance: Floats, freedom: float, *, draws: int, seed: int) -> Floats:
    """Draw `draws` deviations from a multivariate Student distribution, shape (draws, size)."""
    values, vectors = np.linalg.eigh(covariance)
    rng = np.random.default_rng([seed, 7])
    normal = rng.standard_normal((draws, len(values))) @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
    scale: NDArray[np.float64] = np.ones((draws, 1))
    if np.isfinite(freedom):
        scale = np.sqrt(freedom / rng.chisquare(freedom, size=(draws, 1)))
    return np.asarray(normal * scale, dtype=np.float64)


def critical(deviations: Floats, errors: Floats, level: float) -> float:
    """Return the `level` quantile of the largest |difference / error| of drawn deviations, shape (draws, models)."""
    one, two = pairs(deviations.shape[1])
    scale = np.where(errors > 0, errors, np.inf)
    largest = np.zeros(len(deviations))
    for start in range(0, len(deviations), 500):
        block = deviations[start : start + 500]
        largest[start : start + 500] = (np.abs(block[:, one] - block[:, two]) / scale).max(axis=1)
    return float(np.quantile(largest, level))


def rank_sets(strengths: Floats, errors: Floats, beyond: float) -> Ranks:
    """Return ranks and their intervals.

    `strengths` has shape (models,), `errors` (of the difference of each pair, in the order of `pairs`) (pairs,);
    a difference of more than `beyond` errors is shown. An error that is NaN shows nothing.
    """
    n = len(strengths)
    one, two = pairs(n)
    apart = strengths[one] - strengths[two]
    with np.errstate(invalid="ignore"):
        above, below = apart > beyond * errors, -apart > beyond * errors
    better = np.bincount(one[below], minlength=n) + np.bincount(two[above], minlength=n)
    worse = np.bincount(one[above], minlength=n) + np.bincount(two[below], minlength=n)
    # Strengths that differ by rounding alone are equal.
    rank = 1 + (strengths[:, None] < strengths - 1e-7).sum(axis=1)
    return Ranks(rank.astype(np.int64), (1 + better).astype(np.int64), (n - worse).astype(np.int64))
