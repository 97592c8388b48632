"""Weights of metrics fitted on a study's own votes, for whoever insists on one number, with what that is worth.

The kit has no composite score: fitted weights change sign from one set of models to the next (EvalCrafter's do). What
is fitted here holds for the study's own models and prompts at best, and the cross-validated error says whether it
holds even there.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kit.stats.counts import frame
from kit.stats.metric_votes import paired

Floats = NDArray[np.float64]

FEWEST_PROMPTS = 12  # prompts below which nothing is fitted
_PER_METRIC = 3  # prompts for each metric, at least
_RIDGES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0)  # times the number of pairs / 10

WEIGHT_COLUMNS = {"metric": "str", "weight": "float64", "unit_change": "float64", "same_sign": "float64"}


@dataclass(frozen=True, eq=False)
class Weights:
    """What a fit gave.

    `table` has a row for each metric: weight (change of the net vote, -1 to 1, for one standard deviation of the
    difference), unit_change (the same for one unit of the metric), same_sign (share of the folds in which the weight
    has the sign it has here). `error` is the mean squared error of the net vote on prompts left out, `baseline` that
    of always saying "no difference", `right` the share of decided pairs on left-out prompts whose winner is named
    rightly (NaN without any). `sentence` says what it is worth. Where there are too few votes the table is empty,
    the numbers are NaN, and the sentence says why.
    """

    table: pd.DataFrame
    n_prompts: int
    n_pairs: int
    error: float
    baseline: float
    right: float
    sentence: str


def fit_weights(
    measurements: pd.DataFrame,
    requests: pd.DataFrame,
    votes: pd.DataFrame,
    models: Sequence[str],
    *,
    dimension: str,
    metrics: Sequence[str],
) -> Weights:
    """Ridge regression of the net vote on paired differences of `metrics`, prompts left out one at a time.

    No intercept: swapping the two clips must swap the answer. The ridge is chosen inside each fold, on its own
    prompts alone. Only pairs for which every metric has a value are used.
    """
    table = paired(measurements, requests, votes, models, dimension)
    missing = [name for name in metrics if name not in table.columns]
    own = table.dropna(subset=list(metrics)) if not missing else table.iloc[:0]
    prompts = own["prompt_id"].nunique()
    needed = max(FEWEST_PROMPTS, _PER_METRIC * len(metrics))
    if missing or not metrics or prompts < needed:
        return _refused(prompts, len(own), needed, metrics=metrics, missing=missing, dimension=dimension)
    x, y = own[list(metrics)].to_numpy(dtype=float), own["net"].to_numpy(dtype=float)
    group = pd.factorize(own["prompt_id"], sort=True)[0]
    scale = np.sqrt((x**2).mean(axis=0))
    x = x / np.where(scale > 0, scale, 1.0)
    weights = _fit(x, y, _best_ridge(x, y, group))
    guesses, signs = np.zeros(len(y)), np.zeros(len(metrics))
    for prompt in range(prompts):
        kept = group != prompt
        fold = _fit(x[kept], y[kept], _best_ridge(x[kept], y[kept], group[kept]))
        guesses[~kept] = x[~kept] @ fold
        signs += np.sign(fold) == np.sign(weights)
    error, baseline = float(((guesses - y) ** 2).mean()), float((y**2).mean())
    decided = y != 0
    right = float((np.sign(guesses[decided]) == np.sign(y[decided])).mean()) if decided.any() else math.nan
    rows: list[dict[str, object]] = [
        {"metric": name, "weight": w, "unit_change": w / s if s > 0 else math.nan, "same_sign": k / prompts}
        for name, w, s, k in zip(metrics, weights.tolist(), scale.tolist(), signs.tolist(), strict=True)
    ]
    sentence = _worth(error, baseline, right, prompts)
    return Weights(frame(rows, WEIGHT_COLUMNS), prompts, len(own), error, baseline, right, sentence)


def _fit(x: Floats, y: Floats, ridge: float) -> Floats:
    gram = x.T @ x + ridge * len(y) / 10 * np.eye(x.shape[1])
    return np.asarray(np.linalg.solve(gram, x.T @ y), dtype=float)


def _best_ridge(x: Floats, y: Floats, group: NDArray[np.intp]) -> float:
    """The ridge with the least error on prompts left out, among a few."""
    errors = []
    for ridge in _RIDGES:
        total = 0.0
        for prompt in np.unique(group):
            out = group == prompt
            total += float(((x[out] @ _fit(x[~out], y[~out], ridge) - y[out]) ** 2).sum())
        errors.append(total)
    return _RIDGES[int(np.argmin(errors))]


def _refused(
    prompts: int,
    pairs: int,
    needed: int,
    *,
    metrics: Sequence[str],
    missing: Sequence[str],
    dimension: str,
) -> Weights:
    if missing:
        why = f"There are no pairs with votes on {dimension} and a value of {', '.join(missing)}"
    elif not metrics:
        why = "No metric was named"
    else:
        why = (
            f"{prompts} prompt{'s' if prompts != 1 else ''} with votes on {dimension}: at least {needed} are needed to "
            f"fit {len(metrics)} weight{'s' if len(metrics) != 1 else ''}"
        )
    empty = frame([], WEIGHT_COLUMNS)
    return Weights(empty, prompts, pairs, math.nan, math.nan, math.nan, why + ", so nothing was fitted.")


def _worth(error: float, baseline: float, right: float, prompts: int) -> str:
    named = (
        f" and name {right:.0%} of the decided pairs rightly (guessing: 50%)" if math.isfinite(right) else ""
    )
    if error >= baseline:
        return (
            f"On prompts left out these weights do worse than saying 'no difference' throughout{named}: they hold "
            "nothing that could be used."
        )
    return (
        f"On prompts left out these weights explain {1 - error / baseline:.0%} of the votes' variation{named}, from "
        f"{prompts} prompts of these models only: for other models or prompts they say nothing."
    )
