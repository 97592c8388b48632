"""Measurements compared within prompts."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kit.stats.bootstrap import median_interval
from kit.stats.counts import frame, pairs_of
from kit.stats.ranks import cliffs_delta

MEASURED_COLUMNS = {
    "metric": "str",
    "version": "int64",
    "unit": "str",
    "model_a": "str",
    "model_b": "str",
    "n_prompts": "int64",
    "n_pairs": "int64",
    "median_a": "float64",
    "median_b": "float64",
    "median_difference": "float64",
    "low": "float64",
    "high": "float64",
    "interval_kind": "str",
    "a_higher": "int64",
    "b_higher": "int64",
    "cliffs_delta": "float64",
}
_POINTS = ["prompt_id", "model", "take", "clip", "metric", "version", "unit", "value"]


def clip_values(measurements: pd.DataFrame, requests: pd.DataFrame, models: Sequence[str]) -> pd.DataFrame:
    """Return one row for each numeric measurement of each request's clip.

    Columns: prompt_id, model, take, clip, metric, version, unit, value. Only finite numbers, only the newest version of
    each metric, sorted by metric, prompt, model, take and clip. Models not in `models` are left out.
    """
    if measurements.empty or requests.empty:
        return pd.DataFrame(columns=_POINTS)
    numbers = measurements[np.isfinite(pd.to_numeric(measurements["value"], errors="coerce").astype(float))]
    numbers = numbers[numbers["version"] == numbers.groupby("metric")["version"].transform("max")]
    filmed = requests[requests["clip"].notna() & requests["model"].isin(list(models))]
    joined = filmed[["prompt_id", "model", "take", "clip"]].merge(
        numbers[["clip", "metric", "version", "unit", "value"]], on="clip"
    )
    ordered = joined.sort_values(["metric", "prompt_id", "model", "take", "clip"], kind="stable")
    return ordered[_POINTS].reset_index(drop=True)


def compare_measurements(
    measurements: pd.DataFrame,
    requests: pd.DataFrame,
    models: Sequence[str],
    *,
    draws: int = 5000,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare numeric metrics by pair of models, on prompts and takes that both have; metrics in order of name.

    Columns: metric, version, unit; model_a, model_b; n_prompts; n_pairs (prompt x take); median_a, median_b and
    median_difference (a minus b), medians over prompts, takes averaged within a prompt; low, high, interval_kind: 95%
    interval of the median difference (`kit.stats.bootstrap.median_interval`, none below six prompts); a_higher,
    b_higher: prompts on which the model's value is the larger; cliffs_delta: over the prompts' values, not paired, how
    much more often a value of a is the larger than one of b (-1 to 1; `kit.stats.ranks`). The median of differences need not be the difference
    of medians. A larger number is not a better clip: what a metric means is the metric's own to say.
    """
    points = clip_values(measurements, requests, models)
    rows: list[dict[str, object]] = []
    for metric, part in points.groupby("metric", sort=True):
        wide = part.pivot_table(index=["prompt_id", "take"], columns="model", values="value", aggfunc="mean")
        units = part["unit"].dropna()
        for model_a, model_b in pairs_of(models):
            if model_a not in wide or model_b not in wide:
                continue
            pairs = wide[[model_a, model_b]].dropna()
            if pairs.empty:
                continue
            prompts = pairs.groupby("prompt_id").mean()
            difference = (prompts[model_a] - prompts[model_b]).to_numpy(dtype=float)
            ends = median_interval(difference, draws=draws, seed=seed)
            rows.append(
                {
                    "metric": metric,
                    "version": int(part["version"].iloc[0]),
                    "unit": str(units.iloc[0]) if len(units) else "",
                    "model_a": model_a,
                    "model_b": model_b,
                    "n_prompts": len(prompts),
                    "n_pairs": len(pairs),
                    "median_a": float(prompts[model_a].median()),
                    "median_b": float(prompts[model_b].median()),
                    "median_difference": float(np.median(difference)),
                    "low": ends.low,
                    "high": ends.high,
                    "interval_kind": ends.kind,
                    "a_higher": int((difference > 0).sum()),
                    "b_higher": int((difference < 0).sum()),
                    "cliffs_delta": cliffs_delta(prompts[model_a], prompts[model_b]),
                }
            )
    return frame(rows, MEASURED_COLUMNS)
