"""Rank correlations between people, judges and metrics, each at the level it is taken at.

The level matters more than the metric: means over prompts hide what differs from clip to clip, so a metric that orders four models
as people do (.9 and more is common) may say little of a single clip (.2 to .5 for the same metrics). A number without its
level is no number.
"""

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kit.stats.bootstrap import MIN_PROMPTS, percentile_interval, resamples
from kit.stats.counts import frame, orient
from kit.stats.exact import NO_INTERVAL, Interval
from kit.stats.measured import clip_values
from kit.stats.ranks import spearman, spearman_interval

PEOPLE, JUDGE, METRIC = "people", "judge", "metric"

SOURCE_COLUMNS = {
    "kind": "str",
    "source": "str",
    "dimension": "str",
    "prompt_id": "str",
    "model": "str",
    "take": "int64",
    "value": "float64",
}
CORRELATION_COLUMNS = {
    "one": "str",
    "two": "str",
    "dimension": "str",
    "level": "str",
    "n": "int64",
    "n_prompts": "int64",
    "n_models": "int64",
    "correlation": "float64",
    "low": "float64",
    "high": "float64",
    "interval_kind": "str",
}
_CLIP = ["prompt_id", "model", "take"]
_NET = {"a": 1.0, "b": -1.0}


def clip_opinions(
    *,
    votes: pd.DataFrame,
    scores: pd.DataFrame,
    measurements: pd.DataFrame,
    requests: pd.DataFrame,
    models: Sequence[str],
    dimensions: Sequence[str],
    people: str = "person",
) -> pd.DataFrame:
    """Return what each source says of each clip, one row a source, dimension and clip.

    Columns: kind ('people', 'judge', 'metric'); source ('people: votes', 'people: scores', 'judge NAME: votes', 'judge NAME: scores',
    or 'metric NAME'); dimension (None for metrics); prompt_id, model, take; value: of votes, those for the clip less those against,
    over all votes on it (-1..1); of scores, their mean (1..5); of metrics, the measurement in its unit. `people` is
    the kind of rater meant ('person', or 'simulated' for a lesson).
    """
    parts = []
    cast = orient(votes, models)
    if not cast.empty:
        net = cast["choice"].map(_NET).fillna(0.0).astype(float)
        sides = [
            cast.assign(model=cast[side], value=net * sign)
            for side, sign in (("model_a", 1.0), ("model_b", -1.0))
        ]
        parts += _by_rater(pd.concat(sides, ignore_index=True), "votes", dimensions, people)
    if not scores.empty:
        given = scores[scores["model"].isin(list(models))].rename(columns={"score": "value"})
        parts += _by_rater(given, "scores", dimensions, people)
    points = clip_values(measurements, requests, models)
    if not points.empty:
        means = points.groupby(["metric", *_CLIP], sort=True)["value"].mean().reset_index()
        parts.append(
            means.assign(kind=METRIC, source="metric " + means["metric"], dimension=None)[
                list(SOURCE_COLUMNS)
            ]
        )
    rows = [row for part in parts for row in part.to_dict("records")]
    return frame([{str(k): v for k, v in row.items()} for row in rows], SOURCE_COLUMNS)


def _by_rater(given: pd.DataFrame, of: str, dimensions: Sequence[str], people: str) -> list[pd.DataFrame]:
    """Means by clip: of all people together, and of each judge."""
    found = []
    for kind, wanted in ((PEOPLE, people), (JUDGE, "judge")):
        part = given[(given["rater_kind"] == wanted) & given["dimension"].isin(list(dimensions))]
        if part.empty:
            continue
        names = "people" if kind == PEOPLE else "judge " + part["rater"].astype(str)
        part = part.assign(kind=kind, source=names)
        part = part.assign(source=part["source"] + f": {of}")
        means = part.groupby(["kind", "source", "dimension", *_CLIP], sort=True)["value"].mean()
        found.append(means.reset_index()[list(SOURCE_COLUMNS)])
    return found


def rank_correlations(
    opinions: pd.DataFrame, *, among_metrics: bool = False, draws: int = 2000, seed: int = 0
) -> pd.DataFrame:
    """Correlate any two sources of `clip_opinions`, on each dimension, at clip level and at model level.

    Two rows a pair of sources: level 'clip' (n clips that both speak of) and 'model' (n models; each model's mean over the prompts
    and takes that both speak of). Columns: one, two; dimension (None between two metrics, which are left out unless
    `among_metrics`); level; n; n_prompts; n_models; correlation (Spearman's, NaN below three); low, high, interval_kind (95%,
    prompts resampled, models as they are; 'none' below six prompts). Three models have but four possible correlations, and
    two have none. Many pairs are looked at at once: some will correlate by chance.
    """
    rows: list[dict[str, object]] = []
    kinds = (
        opinions.drop_duplicates("source").set_index("source")["kind"]
        if len(opinions)
        else pd.Series(dtype=object)
    )
    dimensions = [d for d in dict.fromkeys(opinions["dimension"]) if isinstance(d, str)]
    wide = {
        source: part.set_index(["dimension", *_CLIP])["value"]
        if kinds[source] != METRIC
        else part.set_index(_CLIP)["value"]
        for source, part in opinions.groupby("source", sort=False)
    }
    # A given order, whatever order the rows came in: people, judges, metrics, by name.
    ranked = sorted(wide, key=lambda s: ((PEOPLE, JUDGE, METRIC).index(kinds[s]), str(s)))
    for one, two in combinations(ranked, 2):
        both_metrics = kinds[one] == METRIC and kinds[two] == METRIC
        if both_metrics and not among_metrics:
            continue
        for dimension in [None] if both_metrics else dimensions:
            pair = [_on(wide[s], dimension, metric=kinds[s] == METRIC) for s in (one, two)]
            joined = pd.concat(pair, axis=1, join="inner", keys=["one", "two"]).dropna().sort_index()
            if len(joined):
                key = {"one": one, "two": two, "dimension": dimension}
                rows += [key | row for row in _both_levels(joined.reset_index(), draws=draws, seed=seed)]
    return frame(rows, CORRELATION_COLUMNS)


def _on(values: pd.Series, dimension: str | None, *, metric: bool) -> pd.Series:
    if metric:
        return values
    if dimension not in values.index.get_level_values(0):
        return values.droplevel(0).iloc[:0]
    return values.xs(dimension, level=0)


def _both_levels(joined: pd.DataFrame, *, draws: int, seed: int) -> list[dict[str, object]]:
    one, two, prompts = joined["one"], joined["two"], joined["prompt_id"]
    models = joined.groupby("model", sort=True)[["one", "two"]].mean()
    of_clips = (
        spearman_interval(one, two, prompts, draws=draws, seed=seed) if len(joined) >= 3 else NO_INTERVAL
    )
    shared = {"n_prompts": prompts.nunique(), "n_models": len(models)}
    found = (
        ("clip", len(joined), spearman(one, two), of_clips),
        (
            "model",
            len(models),
            spearman(models["one"], models["two"]),
            _model_interval(joined, draws=draws, seed=seed),
        ),
    )
    return [
        shared
        | {
            "level": level,
            "n": n,
            "correlation": value,
            "low": ends.low,
            "high": ends.high,
            "interval_kind": ends.kind,
        }
        for level, n, value, ends in found
    ]


def _model_interval(joined: pd.DataFrame, *, draws: int, seed: int) -> Interval:
    """Prompts resampled, each model's mean and the ranks taken anew."""
    of_prompt, prompts = pd.factorize(joined["prompt_id"], sort=True)
    of_model, models = pd.factorize(joined["model"], sort=True)
    if len(prompts) < MIN_PROMPTS or len(models) < 3:
        return NO_INTERVAL
    sums = np.zeros((3, len(prompts), len(models)))
    for i, values in enumerate(
        (joined["one"].to_numpy(float), joined["two"].to_numpy(float), np.ones(len(joined)))
    ):
        np.add.at(sums[i], (of_prompt, of_model), values)
    found = []
    for block in resamples(len(prompts), draws=draws, seed=seed):
        one, two, count = (block @ part for part in sums)
        whole = (count > 0).all(axis=1)
        found.append(_row_spearman(one[whole] / count[whole], two[whole] / count[whole]))
    values = np.concatenate(found)
    if not len(values) or float(np.ptp(values)) == 0:
        return NO_INTERVAL
    ends = percentile_interval(values, len(prompts))
    return Interval(max(-1.0, ends.low), min(1.0, ends.high), ends.kind)


def _row_spearman(one: NDArray[np.float64], two: NDArray[np.float64]) -> NDArray[np.float64]:
    """Spearman's correlation of each row of two tables; 0 where a row never changes."""
    away = [ranks - ranks.mean(axis=1, keepdims=True) for ranks in (_mid_ranks(one), _mid_ranks(two))]
    above = (away[0] * away[1]).sum(axis=1)
    below = np.sqrt((away[0] ** 2).sum(axis=1) * (away[1] ** 2).sum(axis=1))
    return np.asarray(np.divide(above, below, out=np.zeros_like(above), where=below > 0), dtype=float)


def _mid_ranks(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean rank of each value in its row: how many are smaller, and half of those equal."""
    smaller = (rows[:, None, :] < rows[:, :, None]).sum(axis=2)
    equal = (rows[:, None, :] == rows[:, :, None]).sum(axis=2)
    return np.asarray(smaller + (equal + 1) / 2, dtype=float)


def sentence(row: "pd.Series | dict[str, object]") -> str:
    """Say one row of `rank_correlations` in words, its level first; names are as given, so escape it where it is shown."""
    level, n = str(row["level"]), int(str(row["n"]))
    value, low, high = (float(str(row[name])) for name in ("correlation", "low", "high"))
    where = f"over {n} {level}{'' if n == 1 else 's'}"
    who = f"{row['one']} and {row['two']}"
    if isinstance(row["dimension"], str):
        who += f" on {row['dimension'].replace('_', ' ')}"
    if math.isnan(value):
        return f"At {level} level, {where}, nothing can be said of {who}."
    ends = "no interval" if math.isnan(low) else f"95% interval {low:.2f} to {high:.2f}"
    return f"At {level} level, {where}, the rank correlation of {who} is {value:.2f} ({ends})."
