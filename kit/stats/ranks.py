"""Rank correlation and Cliff's delta: what two series, or two groups, have in common in order alone."""

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray


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
