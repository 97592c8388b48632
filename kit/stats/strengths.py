"""Three and more models on one scale a dimension: strengths, their intervals, and ranks with intervals.

Read `contests`, `design`, `ties`, `bradley_terry` (the fit), `clustered`, `strength_draws` (intervals), `rank_sets`
and `placing` (what is fitted when) in that order. Here their numbers become frames and sentences.

Votes of one kind of rater only belong here: people, judges and simulated raters are never pooled.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kit.errors import BadParameter
from kit.stats.contests import TIE, Contests, contests_of
from kit.stats.counts import frame, orient
from kit.stats.placing import Placing, centred, place
from kit.stats.separation import notes_on
from kit.stats.ties import FAMILIES, Floats
from kit.stats.win_matrix import MATRIX_COLUMNS, matrix_rows

Whole = NDArray[np.int64]
INTERVALS = ("clustered", "bootstrap")
STRENGTH_COLUMNS = {
    "dimension": "str",
    "model": "str",
    "n_votes": "int64",
    "n_prompts": "int64",
    "n_raters": "int64",
    "win_rate": "float64",
    "group": "int64",
    "method": "str",
    "strength": "float64",
    "std_error": "float64",
    "low": "float64",
    "high": "float64",
    "interval_kind": "str",
    "chance": "float64",
    "chance_low": "float64",
    "chance_high": "float64",
    "rank": "float64",
    "rank_low": "float64",
    "rank_high": "float64",
}
FIT_COLUMNS = {
    "dimension": "str",
    "n_votes": "int64",
    "n_ties": "int64",
    "ties": "str",
    "method": "str",
    "groups": "int64",
    "deviance": "float64",
    "freedom": "float64",
    "n_sided": "int64",
    "side": "float64",
    "side_error": "float64",
    "side_low": "float64",
    "side_high": "float64",
    "tie": "float64",
    "tie_low": "float64",
    "tie_high": "float64",
}
LIKELY, REDUCED, NOTHING = "maximum likelihood", "bias-reduced", "none"


class Ranked(NamedTuple):
    """Frames `strengths`, `fits` and `win_matrix`, and in `notes` plain sentences on what cannot be estimated."""

    strengths: pd.DataFrame
    fits: pd.DataFrame
    win_matrix: pd.DataFrame
    notes: tuple[str, ...]


def _check(models: Sequence[str], ties: str, interval: str, draws: int, level: float) -> None:
    if len(set(models)) != len(models):
        raise BadParameter("a model is named twice; name each once")
    if ties not in FAMILIES:
        raise BadParameter(f"unknown model of ties {ties!r}; it is one of {', '.join(FAMILIES)}")
    if interval not in INTERVALS:
        raise BadParameter(f"unknown kind of interval {interval!r}; it is one of {', '.join(INTERVALS)}")
    if interval == "bootstrap" and ties != "half":
        raise BadParameter(f"bootstrap intervals are made with ties as halves, not with {ties!r}")
    if draws < 100 or not 0 < level < 1:
        raise BadParameter(f"draws must be at least 100 and 0 < level < 1; got {draws} and {level}")


def rank_models(
    votes: pd.DataFrame,
    models: Sequence[str],
    dimensions: Sequence[str],
    *,
    ties: str = "half",
    interval: str = "clustered",
    level: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> Ranked:
    """Place `models` on one scale for each of `dimensions`, from votes of one kind of rater.

    `ties` is 'half', 'davidson' or 'rao_kupper' (`kit.stats.ties`); `interval` 'clustered' or 'bootstrap' (of `draws`
    resampled studies, with 'half'), at `level`. `left_model` of the votes, where it is known, gives a term for the
    side. Raises BadParameter for a choice, model of ties or kind of interval that does not exist.

    `strengths` has one row each a dimension and model: n_votes, n_prompts, n_raters, win_rate (over all its votes,
    ties as halves); group (from 1: models joined by votes; strengths and ranks compare within a group; 0 without
    votes); method ('maximum likelihood', 'bias-reduced' or 'none'; see `kit.stats.placing`); strength (log-odds, mean
    zero within a group) with std_error, low, high and interval_kind ('clustered', 'bootstrap', 'trials' or 'none');
    chance (of being preferred to the other models of the group, on average, ties as halves, no side; 0..1) with
    chance_low and chance_high; rank within the group (1 is strongest) with rank_low and rank_high, which hold for all
    its models together at `level`. NaN or None where there is nothing to compute from.

    `fits` has one row a dimension: n_votes, n_ties; ties (the model of ties used); method; groups (of two models and
    more); deviance, freedom (residual; a test of fit only for independent votes); n_sided (votes whose left model is
    known); side (log-odds in favour of the left) with side_error, side_low, side_high; tie (Davidson's nu or Rao and
    Kupper's theta) with tie_low, tie_high. NaN where the fit has no such term.

    `win_matrix` has one row each a dimension, model and opponent: n_votes, wins, ties, losses; win_rate (ties as
    halves); expected (the same by the fit; NaN across groups).
    """
    _check(models, ties, interval, draws, level)
    oriented = orient(votes, models)
    rows: dict[str, list[dict[str, object]]] = {"strengths": [], "fits": [], "matrix": []}
    notes: list[str] = []
    for dimension in dimensions:
        contests = contests_of(oriented, models, dimension)
        placed = None
        if len(contests.outcome):
            placed = place(contests, ties=ties, interval=interval, draws=draws, seed=seed)
            notes += notes_on(placed, dimension, models)
        rows["strengths"] += _strengths(placed, contests, dimension, models, level=level, seed=seed)
        rows["fits"].append(_fit(placed, contests, dimension, ties, level))
        rows["matrix"] += matrix_rows(placed, contests, dimension, models)
    return Ranked(
        frame(rows["strengths"], STRENGTH_COLUMNS),
        frame(rows["fits"], FIT_COLUMNS),
        frame(rows["matrix"], MATRIX_COLUMNS),
        tuple(notes),
    )


def strengths(
    votes: pd.DataFrame,
    models: Sequence[str],
    dimensions: Sequence[str],
    *,
    ties: str = "half",
    interval: str = "clustered",
    level: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Return only the frame `strengths` of `rank_models`, which takes the same arguments."""
    ranked = rank_models(
        votes, models, dimensions, ties=ties, interval=interval, level=level, draws=draws, seed=seed
    )
    return ranked.strengths


def _method(placed: Placing | None) -> str:
    if placed is None:
        return NOTHING
    return REDUCED if placed.made.reduced else LIKELY


def _strengths(
    placed: Placing | None,
    contests: Contests,
    dimension: str,
    models: Sequence[str],
    *,
    level: float,
    seed: int,
) -> list[dict[str, object]]:
    n = len(models)
    numbers = {name: np.full(n, math.nan) for name, kind in STRENGTH_COLUMNS.items() if kind == "float64"}
    group = np.zeros(n, dtype=np.int64)
    if placed is not None:
        own = placed.ends(centred(placed.design, len(placed.made.parameters)), level)
        shared = [g for g in range(placed.design.groups) if len(placed.design.members(g)) > 1]
        for number, g in enumerate(shared, start=1):
            inside = placed.design.members(g)
            group[inside] = number
            mean, around = placed.chances(g, level)
            ranks = placed.ranks(g, level, seed)
            for name, values in (
                ("strength", placed.made.strengths[inside]),
                ("std_error", own.error[inside]),
                ("low", own.low[inside]),
                ("high", own.high[inside]),
                ("chance", mean),
                ("chance_low", around.low),
                ("chance_high", around.high),
                ("rank", ranks.rank),
                ("rank_low", ranks.low),
                ("rank_high", ranks.high),
            ):
                numbers[name][inside] = values
    seen = _seen(contests)
    numbers["win_rate"] = seen.pop("win_rate")
    return [
        {
            "dimension": dimension,
            "model": model,
            **{name: int(values[m]) for name, values in seen.items()},
            "group": int(group[m]),
            "method": _method(placed) if group[m] else NOTHING,
            "interval_kind": placed.kind if placed is not None and group[m] else "none",
            **{name: float(values[m]) for name, values in numbers.items()},
        }
        for m, model in enumerate(models)
    ]


def _seen(contests: Contests) -> dict[str, Floats | Whole]:
    """Votes, prompts and raters of each model, and its win rate; each of shape (models,)."""
    n = contests.models
    one, two = contests.one[contests.line], contests.two[contests.line]
    both = np.concatenate([one, two])
    share = 1.0 - contests.outcome / 2.0
    votes = np.bincount(both, minlength=n)
    won = np.bincount(both, weights=np.concatenate([share, 1 - share]), minlength=n)

    def different(of: Whole) -> Whole:
        kinds = np.unique(np.concatenate([of, of]) * n + both) if len(both) else both
        return np.bincount(kinds % n, minlength=n) if n else both

    with np.errstate(invalid="ignore"):
        rate = np.where(votes > 0, won / np.maximum(votes, 1), math.nan)
    return {
        "n_votes": votes,
        "n_prompts": different(contests.prompt),
        "n_raters": different(contests.rater),
        "win_rate": rate,
    }


def _fit(
    placed: Placing | None, contests: Contests, dimension: str, ties: str, level: float
) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(
        (name for name, kind in FIT_COLUMNS.items() if kind == "float64"), math.nan
    )
    row |= {
        "dimension": dimension,
        "n_votes": len(contests.outcome),
        "n_ties": int((contests.outcome == TIE).sum()),
        "ties": ties,
        "method": _method(placed),
        "groups": 0,
        "n_sided": int((contests.side[contests.line] != 0).sum()),
    }
    if placed is None:
        return row
    made = placed.made
    sizes = np.bincount(placed.design.group)
    row |= {"ties": made.family, "groups": int((sizes > 1).sum())}
    row |= {"deviance": made.deviance, "freedom": float(made.freedom)}
    last = np.eye(len(made.parameters))
    if not math.isnan(made.side):
        at = contests.models
        ends = placed.ends(last[[at]], level)
        row |= {"side": made.side, "side_error": float(ends.error[0])}
        row |= {"side_low": float(ends.low[0]), "side_high": float(ends.high[0])}
    if not math.isnan(made.tie):
        ends = placed.ends(last[[-1]], level)
        row |= {"tie": math.exp(made.tie)}
        row |= {"tie_low": math.exp(ends.low[0]), "tie_high": math.exp(ends.high[0])}
    return row
