"""Krippendorff's alpha: how far raters agree beyond what their scales alone would give, missing ratings allowed.

alpha = 1 - D_o / D_e (Krippendorff 2011, "Computing Krippendorff's alpha-reliability"). Each unit that m >= 2 raters
rated adds 1 / (m - 1) for every ordered pair of its ratings to a table of coincidences o[c, k]; n[c] are its margins, n
its sum. With the squared distance d[c, k] of two values

    alpha = 1 - (n - 1) * sum o[c, k] d[c, k] / sum n[c] n[k] d[c, k].

1 is full agreement, 0 what chance gives, below 0 less than that. Where all ratings are alike nothing could have been
disagreed on, and alpha is NaN.
"""

import math
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from kit.errors import BadParameter
from kit.stats.bootstrap import MIN_PROMPTS, percentile_interval, resamples
from kit.stats.exact import NO_INTERVAL, Interval

Floats = NDArray[np.float64]
Level = Literal["nominal", "ordinal", "interval"]

_DRAWS = 500  # resampled tables held at once


class Agreement(NamedTuple):
    """Alpha with its interval, and raw agreement with its own.

    `raw` is the share of pairs of ratings of one unit that are equal, 0..1, each unit counting as often as it was rated.
    `n_units` are units with two ratings or more, `n_ratings` the ratings of those. NaN where nothing can be said.
    """

    alpha: float
    ends: Interval
    raw: float
    raw_ends: Interval
    n_units: int
    n_ratings: int


def _distances(level: Level, values: Floats, margins: Floats) -> Floats:
    """Squared distances of all values, shape (draws or 1, values, values); `margins` has shape (draws, values)."""
    size = len(values)
    if level == "nominal":
        return (1.0 - np.eye(size))[None]
    if level == "interval":
        return ((values[:, None] - values[None, :]) ** 2)[None]
    # sum of n[g] from c to k, less half of n[c] and n[k]: the difference of mid-ranks, squared.
    middle = np.cumsum(margins, axis=1) - margins / 2.0
    squared: Floats = (middle[:, :, None] - middle[:, None, :]) ** 2
    return squared


def _alphas(tables: Floats, level: Level, values: Floats) -> Floats:
    """Alpha of each table of coincidences, shape (draws, values, values); NaN where all ratings are alike."""
    margins = tables.sum(axis=2)
    total = margins.sum(axis=1)
    distance = _distances(level, values, margins)
    seen = (tables * distance).sum(axis=(1, 2))
    chance = np.einsum("dc,dk,dck->d", margins, margins, np.broadcast_to(distance, tables.shape))
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(chance > 0, 1.0 - (total - 1.0) * seen / chance, math.nan)
    return found


def _coincidences(counts: Floats) -> Floats:
    """The table of each unit, shape (units, values, values), from how often each value was given in it; 0 for one rating."""
    rated = counts.sum(axis=1)
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(counts.shape[1])
    found: Floats = pairs / np.maximum(1.0, rated - 1.0)[:, None, None]
    return found


def nominal_without(units: ArrayLike, raters: ArrayLike, values: ArrayLike) -> dict[str, float]:
    """Return, for each rater by name, nominal alpha of the ratings of all others; one rating a rater and unit."""
    of_unit, _ = pd.factorize(np.asarray(units), sort=True)
    of_value, scale = pd.factorize(np.asarray(values, dtype=object), sort=True)
    of_rater, names = pd.factorize(np.asarray(raters, dtype=object), sort=True)
    if not len(of_unit):
        return {}
    counts = np.zeros((int(of_unit.max()) + 1, len(scale)))
    np.add.at(counts, (of_unit, of_value), 1.0)
    tables = _coincidences(counts)
    whole = tables.sum(axis=0)
    numbers = np.arange(len(scale), dtype=float)
    found = {}
    for i, name in enumerate(names):
        own = np.flatnonzero(of_rater == i)
        seen = of_unit[own]
        less = counts[seen].copy()
        less[np.arange(len(own)), of_value[own]] -= 1.0
        left = whole - tables[seen].sum(axis=0) + _coincidences(less).sum(axis=0)
        # Sums that cancel leave dust, which is no agreement.
        left = np.where(np.abs(left) < 1e-9, 0.0, left)
        found[str(name)] = float(_alphas(left[None], "nominal", numbers)[0]) if left.any() else math.nan
    return found


def krippendorff(
    units: ArrayLike,
    raters: ArrayLike,
    values: ArrayLike,
    *,
    level: Level = "nominal",
    clusters: ArrayLike | None = None,
    draws: int = 5000,
    seed: int = 0,
) -> Agreement:
    """Return alpha and raw agreement of ratings given as three columns of one length: unit, rater, value.

    Values are numbers for 'interval', things in sorted order for 'ordinal', and any for 'nominal'. Missing values
    (None, NaN) are left out; of two ratings of one unit by one rater the last counts. The 95% intervals resample whole
    `clusters` of units (prompts), units themselves unless given, and are 'none' below six clusters or with 0 draws; those of alpha are
    moved by twice the draws' bias. Raises
    BadParameter for an unknown level, or interval values that are no numbers.
    """
    if level not in {"nominal", "ordinal", "interval"}:
        raise BadParameter(f"unknown level {level!r}; it is nominal, ordinal or interval")
    table = pd.DataFrame({"unit": units, "rater": raters, "value": values})
    table["cluster"] = table["unit"] if clusters is None else np.asarray(clusters)
    table = table[table["value"].notna()].drop_duplicates(["unit", "rater"], keep="last")
    table = table[table.groupby("unit")["rater"].transform("size") >= 2]
    if table.empty:
        return Agreement(math.nan, NO_INTERVAL, math.nan, NO_INTERVAL, 0, 0)
    of_value, scale = pd.factorize(table["value"], sort=True)
    try:
        numbers = (
            np.asarray(scale, dtype=float) if level == "interval" else np.arange(len(scale), dtype=float)
        )
    except (TypeError, ValueError):
        raise BadParameter("alpha at interval level needs numbers as values") from None
    of_unit, n_units = pd.factorize(table["unit"])[0], table["unit"].nunique()
    counts = np.zeros((n_units, len(scale)))
    np.add.at(counts, (of_unit, of_value), 1.0)
    tables = _coincidences(counts)
    owner = np.zeros(n_units, dtype=np.intp)
    of_cluster, names = pd.factorize(table["cluster"], sort=True)
    owner[of_unit] = of_cluster
    by_cluster = np.zeros((len(names), *tables.shape[1:]))
    np.add.at(by_cluster, owner, tables)
    whole = by_cluster.sum(axis=0)[None]
    ends, raw_ends = _ends(by_cluster, level, numbers, draws=draws, seed=seed)
    return Agreement(
        float(_alphas(whole, level, numbers)[0]),
        ends,
        float(np.trace(whole[0]) / whole.sum()),
        raw_ends,
        n_units,
        len(table),
    )


def _ends(
    by_cluster: Floats, level: Level, values: Floats, *, draws: int, seed: int
) -> tuple[Interval, Interval]:
    n, size = by_cluster.shape[:2]
    if n < MIN_PROMPTS or draws == 0:
        return NO_INTERVAL, NO_INTERVAL
    flat = by_cluster.reshape(n, -1)
    alphas, raws = [], []
    for block in resamples(n, draws=draws, seed=seed):
        for start in range(0, len(block), _DRAWS):
            tables = (block[start : start + _DRAWS] @ flat).reshape(-1, size, size)
            alphas.append(_alphas(tables, level, values))
            raws.append(np.trace(tables, axis1=1, axis2=2) / tables.sum(axis=(1, 2)))
    alpha, raw = np.concatenate(alphas), np.concatenate(raws)
    known = alpha[np.isfinite(alpha)]
    found = NO_INTERVAL
    if len(known) and float(np.ptp(known)) > 0:
        # Few prompts vary less than all do, which lowers alpha in every draw below the estimate, and the estimate below
        # the truth by as much again: both are given back.
        lower = float(known.mean()) - float(_alphas(by_cluster.sum(axis=0)[None], level, values)[0])
        ends = percentile_interval(known - 2.0 * lower, n)
        found = Interval(ends.low, min(1.0, ends.high), ends.kind)
    return found, percentile_interval(raw, n) if float(np.ptp(raw)) > 0 else NO_INTERVAL
