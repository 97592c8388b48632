"""One metric, every clip shown."""

from collections.abc import Sequence

import pandas as pd

from kit.plots.points import MANY, points_figure
from kit.plots.style import Plot, nothing, short
from kit.stats.counts import pairs_of
from kit.stats.measured import clip_values, compare_measurements


def _title(label: str, compared: pd.DataFrame, points: pd.DataFrame, models: Sequence[str]) -> str:
    """Say on how many prompts a value was higher for two models; for more, give the medians."""
    if len(models) == 2 and len(compared) == 1:
        row = compared.iloc[0]
        a, b, n = int(row["a_higher"]), int(row["b_higher"]), int(row["n_prompts"])
        if a == b == 0:
            return (
                f"{label}: the same on all of {n} prompts"
                if n > 1
                else f"{label}: the same on the one prompt"
            )
        if a == b:
            return f"{label}: each model higher on {a} of {n} prompts"
        model, higher = (row["model_a"], a) if a > b else (row["model_b"], b)
        return f"{label}: higher for {model} on {higher} of {n} {'prompt' if n == 1 else 'prompts'}"
    medians = [(m, points.loc[points["model"] == m, "value"].median()) for m in models]
    return f"{label}: median " + ", ".join(f"{short(float(v))} for {m}" for m, v in medians if not pd.isna(v))


def measurement_plot(
    measurements: pd.DataFrame,
    requests: pd.DataFrame,
    metric: str,
    models: Sequence[str],
    *,
    label: str | None = None,
    meaning: str = "",
) -> Plot:
    """Draw one numeric metric: a point a clip, a bar at each model's median, lines between pairs of two models.

    `label` names the metric where its id does not read well, and `meaning` (a sentence or two, such as what a higher
    value does not mean) opens the caption. A metric without a number on these models' clips gives a plot that says so.
    """
    name = label or metric.replace("_", " ")
    own = measurements[measurements["metric"] == metric] if not measurements.empty else measurements
    points = clip_values(own, requests, models)
    table = points.drop(columns=["metric"])
    if points.empty:
        return nothing(table, f"{name}: not measured", meaning)
    # The least draws allowed: only counts are read from it, no interval.
    compared = compare_measurements(own, requests, models, draws=100) if pairs_of(models) else points[:0]
    title = _title(name, compared, points, models)
    units = points["unit"].dropna()
    made = points_figure(
        points, models, label=name, unit=str(units.iloc[0]) if len(units) else "", paired=True
    )
    reading = "Each point is a clip; the bar is the median."
    crowded = points["model"].value_counts().max() > MANY
    if crowded:
        reading += " The band holds the middle half of a model's clips."
    elif len(models) == 2:
        reading += " A line joins the two models' clips of the same prompt and take."
    caption = f"{meaning} {reading}".strip()
    counts = ", ".join(f"{int((points['model'] == m).sum())} by {m}" for m in models)
    ends = f"{short(float(points['value'].min()))} to {short(float(points['value'].max()))}"
    return Plot(made, table, title, caption, f"{title}. Clips: {counts}. Values from {ends}.")
