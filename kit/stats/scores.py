"""Scores from 1 to 5, compared within prompts."""

from collections.abc import Sequence

import pandas as pd

from kit.stats.bootstrap import mean_interval
from kit.stats.counts import frame, pairs_of

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
            ends = mean_interval(
                difference, bounds=(LOWEST - HIGHEST, HIGHEST - LOWEST), draws=draws, seed=seed
            )
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
                }
            )
    return frame(rows, SCORE_COLUMNS)
