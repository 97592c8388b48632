"""Cohen's kappa: how far two raters agree beyond chance, and a judge with people."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from kit.errors import BadParameter
from kit.stats.bootstrap import MIN_PROMPTS, percentile_interval, resamples
from kit.stats.counts import CHOICES, frame, orient
from kit.stats.exact import NO_INTERVAL, Interval

Floats = NDArray[np.float64]

JUDGE_COLUMNS = {
    "judge": "str",
    "dimension": "str",
    "n_pairs": "int64",
    "n_prompts": "int64",
    "n_undecided": "int64",
    "accuracy": "float64",
    "chance": "float64",
    "kappa": "float64",
    "low": "float64",
    "high": "float64",
    "interval_kind": "str",
    "weighted_kappa": "float64",
    "weighted_low": "float64",
    "weighted_high": "float64",
}
_UNIT = ["dimension", "prompt_id", "model_a", "model_b", "take"]
_ORDER = {"a": 0, "tie": 1, "both_good": 1, "both_bad": 1, "b": 2}


class Kappa(NamedTuple):
    """Kappa with its 95% interval; the agreement seen and that of chance, both 0..1 (weighted where kappa is)."""

    kappa: float
    ends: Interval
    seen: float
    chance: float


def linear(size: int) -> Floats:
    """Disagreement weights |i - j| / (size - 1) for ordered categories, shape (size, size)."""
    at = np.arange(size)
    return np.asarray(np.abs(at[:, None] - at[None, :]) / max(1, size - 1), dtype=float)


def _kappas(tables: Floats, weights: Floats) -> Floats:
    """Kappa of each table, shape (draws, k, k); NaN where chance alone gives full agreement."""
    total = tables.sum(axis=(1, 2))
    seen = (tables * weights).sum(axis=(1, 2)) / total
    chance = np.einsum("di,dj,ij->d", tables.sum(axis=2), tables.sum(axis=1), weights) / total**2
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(chance > 0, 1.0 - seen / chance, math.nan)
    return found


def cohen(
    one: ArrayLike,
    two: ArrayLike,
    categories: Sequence[object],
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    draws: int = 5000,
    seed: int = 0,
) -> Kappa:
    """Return kappa of two raters' categories, shape (n,) each.

    kappa = 1 - sum w p / sum w e, with p the shares of the table of both, e those of its margins multiplied, and w
    the `weights` of disagreement, shape (k, k), zero on the diagonal: all ones unless given (Cohen 1960, Educational and
    Psychological Measurement 20:37-46), else weighted kappa (Cohen 1968, Psychological Bulletin 70:213-220; `linear` for ordered
    categories). The interval resamples whole `clusters` (prompts), or single things without, and is 'none' below six.
    Raises BadParameter for a category that is not in `categories`, or columns of different length.
    """
    place = {name: i for i, name in enumerate(categories)}
    pairs = [list(np.asarray(column, dtype=object)) for column in (one, two)]
    unknown = [str(value) for column in pairs for value in column if value not in place]
    if unknown or len(pairs[0]) != len(pairs[1]):
        raise BadParameter(
            f"unknown category {unknown[0]!r}; known: {', '.join(map(str, categories))}"
            if unknown
            else f"two raters of {len(pairs[0])} and {len(pairs[1])} things; each must have rated all"
        )
    size, number = len(place), len(pairs[0])
    if not number:
        return Kappa(math.nan, NO_INTERVAL, math.nan, math.nan)
    weigh = 1.0 - np.eye(size) if weights is None else np.asarray(weights, dtype=float)
    owner = (
        np.arange(number)
        if clusters is None
        else pd.factorize(np.asarray(clusters, dtype=object), sort=True)[0]
    )
    tables = np.zeros((int(owner.max()) + 1, size, size))
    rows, columns = (np.array([place[v] for v in column], dtype=np.intp) for column in pairs)
    np.add.at(tables, (owner.astype(np.intp), rows, columns), 1.0)
    whole = tables.sum(axis=0)
    shares = whole / number
    top = float(weigh.max()) or 1.0
    by_chance = float(shares.sum(axis=1) @ weigh @ shares.sum(axis=0))
    return Kappa(
        float(_kappas(whole[None], weigh)[0]),
        _ends(tables, weigh, draws=draws, seed=seed),
        1.0 - float((shares * weigh).sum()) / top,
        1.0 - by_chance / top,
    )


def _ends(tables: Floats, weights: Floats, *, draws: int, seed: int) -> Interval:
    n, size = tables.shape[:2]
    if n < MIN_PROMPTS:
        return NO_INTERVAL
    flat = tables.reshape(n, -1)
    drawn = np.concatenate(
        [
            _kappas((rows @ flat).reshape(-1, size, size), weights)
            for rows in resamples(n, draws=draws, seed=seed)
        ]
    )
    known = drawn[np.isfinite(drawn)]
    return percentile_interval(known, n) if len(known) and float(np.ptp(known)) > 0 else NO_INTERVAL


def judge_agreement(
    votes: pd.DataFrame,
    models: Sequence[str],
    dimensions: Sequence[str],
    *,
    draws: int = 5000,
    seed: int = 0,
) -> pd.DataFrame:
    """Hold each judge against people: one row a judge and dimension with pairs of clips that both voted on.

    `votes` holds votes of rater_kind 'person' and 'judge'; other kinds are left out, and no two are pooled. People's
    answer on a pair is the choice that most of them made.

    Columns: judge, dimension; n_pairs (pairs with an answer of both) on n_prompts; n_undecided (pairs left out, since two
    choices came first among people: leaving them out flatters the judge); accuracy (share of pairs with the same
    choice, ties by kind), chance (the same if both chose at random as often as they do), kappa with low, high,
    interval_kind (95%, prompts resampled); weighted_kappa with weighted_low, weighted_high: a, tie of any kind and b as a scale,
    linear weights.
    """
    rows: list[dict[str, object]] = []
    known = orient(votes, models)
    judged = known[known["rater_kind"] == "judge"] if len(known) else known
    if judged.empty:
        return frame(rows, JUDGE_COLUMNS)
    people = _most(known[known["rater_kind"] == "person"])
    for judge, cast in judged.groupby("rater", sort=True):
        own = cast.drop_duplicates(_UNIT, keep="last").set_index(_UNIT)["choice"].rename("judge")
        both = own.to_frame().join(people.rename("people"), how="inner").sort_index().reset_index()
        for dimension in dimensions:
            part = both[both["dimension"] == dimension]
            if part.empty:
                continue
            decided = part[part["people"] != ""]
            found, weighted = _held(decided, draws=draws, seed=seed)
            rows.append(
                {
                    "judge": judge,
                    "dimension": dimension,
                    "n_pairs": len(decided),
                    "n_prompts": decided["prompt_id"].nunique(),
                    "n_undecided": len(part) - len(decided),
                    "accuracy": found.seen,
                    "chance": found.chance,
                    "kappa": found.kappa,
                    "low": found.ends.low,
                    "high": found.ends.high,
                    "interval_kind": found.ends.kind,
                    "weighted_kappa": weighted.kappa,
                    "weighted_low": weighted.ends.low,
                    "weighted_high": weighted.ends.high,
                }
            )
    return frame(rows, JUDGE_COLUMNS)


def _most(votes: pd.DataFrame) -> pd.Series:
    """For each pair and dimension the choice made most often, '' where two come first."""
    counts = votes.groupby([*_UNIT, "choice"]).size().rename("times").reset_index("choice")
    first = counts[counts["times"] == counts.groupby(_UNIT)["times"].transform("max")]
    alone = first.groupby(_UNIT)["choice"].transform("size") == 1
    return first["choice"].where(alone, "")[~first.index.duplicated()]


def _held(decided: pd.DataFrame, *, draws: int, seed: int) -> tuple[Kappa, Kappa]:
    prompts = decided["prompt_id"].to_numpy()
    found = cohen(decided["people"], decided["judge"], CHOICES, clusters=prompts, draws=draws, seed=seed)
    one, two = (decided[name].map(_ORDER) for name in ("people", "judge"))
    return found, cohen(one, two, range(3), weights=linear(3), clusters=prompts, draws=draws, seed=seed)
