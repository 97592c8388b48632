"""Rank correlation and Cliff's delta: what two series, or two groups, have in common in order alone."""

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from kit.stats.bootstrap import MIN_PROMPTS, percentile_interval, resamples
from kit.stats.exact import NO_INTERVAL, Interval

Floats = NDArray[np.float64]


def spearman(one: ArrayLike, two: ArrayLike) -> float:
    """Spearman's rank correlation of two series of one length, -1 to 1, ties at their mean rank.

    Pairs with a value that is not finite are left out. 0 where one of the two never changes: it says nothing of the
    other. NaN below three pairs.
    """
    first, second = np.asarray(one, dtype=float), np.asarray(two, dtype=float)
    usable = np.isfinite(first) & np.isfinite(second)
    if int(usable.sum()) < 3:
        return math.nan
    ranks = [pd.Series(values[usable]).rank().to_numpy() for values in (first, second)]
    away = [rank - rank.mean() for rank in ranks]
    spread = math.sqrt(float((away[0] ** 2).sum() * (away[1] ** 2).sum()))
    return float((away[0] * away[1]).sum()) / spread if spread > 0 else 0.0


def spearman_interval(
    one: ArrayLike, two: ArrayLike, clusters: ArrayLike, *, draws: int = 2000, seed: int = 0
) -> Interval:
    """95% interval of `spearman` for two series of finite values, shape (n,), resampling whole `clusters` (prompts).

    'none' below six clusters.
    """
    cluster, prompts = pd.factorize(np.asarray(clusters, dtype=object), sort=True)
    if len(prompts) < MIN_PROMPTS:
        return NO_INTERVAL
    first, second = np.asarray(one, dtype=float), np.asarray(two, dtype=float)
    drawn = [
        _weighted(first, second, block[:, cluster])
        for block in resamples(len(prompts), draws=draws, seed=seed)
    ]
    values = np.concatenate(drawn)
    ends = percentile_interval(values[np.isfinite(values)], len(prompts))
    return Interval(max(-1.0, ends.low), min(1.0, ends.high), ends.kind)


def _weighted(one: Floats, two: Floats, times: Floats) -> Floats:
    """Spearman's correlation of the rows of each draw, given how often each row was drawn (draws, rows)."""
    away = [_ranks(values, times) - (times.sum(axis=1, keepdims=True) + 1) / 2 for values in (one, two)]
    above = (times * away[0] * away[1]).sum(axis=1)
    below = np.sqrt((times * away[0] ** 2).sum(axis=1) * (times * away[1] ** 2).sum(axis=1))
    # Where one of the two never changes in a draw, as in `spearman`.
    found: Floats = np.divide(above, below, out=np.zeros_like(above), where=below > 0)
    return found


def _ranks(values: Floats, times: Floats) -> Floats:
    """Mean rank of each row's value among all drawn rows, shape (draws, rows)."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    in_order = np.argsort(group, kind="stable")
    sizes = np.add.reduceat(times[:, in_order], np.cumsum(counts) - counts, axis=1)
    ranks: Floats = (np.cumsum(sizes, axis=1) - sizes + (sizes + 1) / 2)[:, group]
    return ranks


def cliffs_delta(one: ArrayLike, two: ArrayLike) -> float:
    """Cliff's delta (1993): share of all pairs in which `one` is larger, minus the share in which `two` is; -1 to 1.

    NaN where a group is empty. Values that are not finite are left out.
    """
    first, second = _finite(one), _finite(two)
    if not first.size or not second.size:
        return math.nan
    ordered = np.sort(second)
    below = int(np.searchsorted(ordered, first, side="left").sum(dtype=np.int64))
    above = int((second.size - np.searchsorted(ordered, first, side="right")).sum(dtype=np.int64))
    return (below - above) / (first.size * second.size)


def _finite(values: ArrayLike) -> NDArray[np.float64]:
    numbers = np.asarray(values, dtype=np.float64)
    return np.asarray(numbers[np.isfinite(numbers)], dtype=np.float64)
