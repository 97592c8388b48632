"""Scores from 1 to 5, compared within prompts."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kit.stats.bootstrap import mean_interval
from kit.stats.counts import frame, pairs_of
from kit.stats.exact import signed_ranks

LOWEST, HIGHEST = 1.0, 5.0

SCORE_COLUMNS = {
    "dimension": "str",
    "model_a": "str",
    "model_b": "str",
    "n_prompts": "int64",
    "n_scores": "int64",
    "n_raters": "int64",
    "mean_a": "float64",
    "mean_b": "float64",
    "mean_difference": "float64",
    "low": "float64",
    "high": "float64",
    "interval_kind": "str",
    "centred_difference": "float64",
    "centred_low": "float64",
    "centred_high": "float64",
    "n_level": "int64",
    "p_signed_ranks": "float64",
    "signed_ranks_method": "str",
}


def compare_scores(
    scores: pd.DataFrame,
    models: Sequence[str],
    dimensions: Sequence[str],
    *,
    draws: int = 5000,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare scores by dimension and pair of models; one row for each that was scored on a shared prompt.

    Columns: dimension, model_a, model_b; n_prompts (prompts on which both models were scored); n_scores, n_raters on
    those prompts; mean_a, mean_b (mean over prompts of the mean score, raters and takes averaged within a prompt);
    mean_difference (a minus b, -4..4) with low, high and interval_kind: the 95% interval of
    `kit.stats.bootstrap.mean_interval`, which resamples prompts; raters are taken as they are.

    Two looks at whether that depends on how it is taken: centred_difference with centred_low, centred_high is the same
    with each rater's own mean over both models taken off first, so that a stern rater who saw more of one model does
    not tip it (where the two disagree, raters use the scale differently and saw different clips; NaN where no
    rater scored both models); p_signed_ranks is the exact two-sided p of Wilcoxon's signed ranks over prompts
    (`kit.stats.exact.signed_ranks`; signed_ranks_method says how it was found), the n_level prompts without a difference left out.
    """
    rows: list[dict[str, object]] = []
    if scores.empty:
        return frame(rows, SCORE_COLUMNS)
    # Sorted first, so that sums do not depend on the order in which scores came in.
    ordered = scores.sort_values(["dimension", "prompt_id", "model", "score", "rater"], kind="stable")
    for dimension in dimensions:
        part = ordered[ordered["dimension"] == dimension]
        means = part.pivot_table(index="prompt_id", columns="model", values="score", aggfunc="mean")
        for model_a, model_b in pairs_of(models):
            if model_a not in means or model_b not in means:
                continue
            both = means[[model_a, model_b]].dropna()
            if both.empty:
                continue
            used = part[part["prompt_id"].isin(both.index) & part["model"].isin([model_a, model_b])]
            difference = (both[model_a] - both[model_b]).to_numpy(dtype=float)
            within = (LOWEST - HIGHEST, HIGHEST - LOWEST)
            ends = mean_interval(difference, bounds=within, draws=draws, seed=seed)
            centred = _centred(used, model_a, model_b)
            about = mean_interval(centred, bounds=within, draws=draws, seed=seed)
            ranks = signed_ranks(np.round(difference, 9), seed=seed)
            rows.append(
                {
                    "dimension": dimension,
                    "model_a": model_a,
                    "model_b": model_b,
                    "n_prompts": len(both),
                    "n_scores": len(used),
                    "n_raters": int(used["rater"].nunique()),
                    "mean_a": float(both[model_a].mean()),
                    "mean_b": float(both[model_b].mean()),
                    "mean_difference": float(difference.mean()),
                    "low": ends.low,
                    "high": ends.high,
                    "interval_kind": ends.kind,
                    "centred_difference": float(centred.mean()) if len(centred) else math.nan,
                    "centred_low": about.low,
                    "centred_high": about.high,
                    "n_level": len(difference) - ranks.n,
                    "p_signed_ranks": ranks.p,
                    "signed_ranks_method": ranks.method,
                }
            )
    return frame(rows, SCORE_COLUMNS)


def _centred(used: pd.DataFrame, model_a: str, model_b: str) -> NDArray[np.float64]:
    """The prompts' differences after each rater's mean has been taken off, raters of both models alone."""
    by_rater = used.pivot_table(index="rater", columns="model", values="score", aggfunc="mean")
    if model_a not in by_rater or model_b not in by_rater:
        return np.zeros(0)
    # The mean of the two models' means, so that a rater who saw more of one is not measured by that one.
    means = by_rater[[model_a, model_b]].dropna().mean(axis=1)
    own = used[used["rater"].isin(means.index)]
    off = own.assign(score=own["score"] - own["rater"].map(means))
    wide = off.pivot_table(index="prompt_id", columns="model", values="score", aggfunc="mean")
    if model_a not in wide or model_b not in wide:
        return np.zeros(0)
    both = wide[[model_a, model_b]].dropna()
    return np.asarray(both[model_a] - both[model_b], dtype=float)
