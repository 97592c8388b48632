"""How long clips took to make, and what they cost."""

from collections.abc import Sequence

import pandas as pd

from kit.comparison import Comparison
from kit.plots.points import points_figure
from kit.plots.style import Plot, nothing, short

_COLUMNS = ["prompt_id", "model", "take", "value"]


def _points(requests: pd.DataFrame, models: Sequence[str], column: str, *, done_only: bool) -> pd.DataFrame:
    if requests.empty:
        return pd.DataFrame(columns=_COLUMNS)
    values = pd.to_numeric(requests[column], errors="coerce").astype("float64")
    kept = values.notna() & requests["model"].isin(list(models))
    if done_only:
        kept &= requests["state"] == "done"
    points = requests[kept].assign(value=values[kept])
    ordered = points.sort_values(["prompt_id", "take", "model", "value"], kind="stable")
    return ordered[_COLUMNS].reset_index(drop=True)


def _plot(
    points: pd.DataFrame,
    models: Sequence[str],
    *,
    name: str,
    label: str,
    unit: str,
    column: str,
    caption: str,
) -> Plot:
    table = points.rename(columns={"value": column})
    if points.empty:
        return nothing(table, f"{name}: not known", caption)
    medians = [(m, points.loc[points["model"] == m, "value"]) for m in models]
    said = [f"{short(float(v.median()))} {unit} for {m}" for m, v in medians if len(v)]
    title = f"Median {label}: " + ", ".join(said)
    made = points_figure(points, models, label=label, unit=unit, paired=False, from_zero=True)
    counts = ", ".join(
        f"{m} {len(v)}, {short(float(v.min()))} to {short(float(v.max()))}" for m, v in medians if len(v)
    )
    return Plot(made, table, title, caption, f"{title}. Points and range in {unit}: {counts}.")


def speed_plot(comparison: Comparison, requests: pd.DataFrame) -> Plot:
    """Draw the generation time (wall clock, seconds) of every finished request, one column a model."""
    failed = comparison.speed[comparison.speed["n_failed"] > 0] if len(comparison.speed) else comparison.speed
    lost = "".join(
        f" {row.n_failed} of {row.n_requests} requests to {row.model} failed." for row in failed.itertuples()
    )
    return _plot(
        _points(requests, comparison.models, "seconds", done_only=True),
        comparison.models,
        name="Generation time",
        label="generation time",
        unit="s",
        column="seconds",
        caption=f"Each point is a clip, from request to file; the bar is the median.{lost}",
    )


PHASES = {
    "queue": ("Time in the queue", "time in the queue", "waiting at the provider before filming began"),
    "processing": (
        "Time of processing",
        "time of processing",
        "filming, from its begin to its end at the provider",
    ),
}


def phase_plot(comparison: Comparison, requests: pd.DataFrame, phase: str) -> Plot:
    """Draw one part of the generation time, 'queue' or 'processing', of every finished request that has it."""
    name, label, what = PHASES[phase]
    return _plot(
        _points(requests, comparison.models, f"{phase}_seconds", done_only=True),
        comparison.models,
        name=name,
        label=label,
        unit="s",
        column="seconds",
        caption=f"Each point is a clip: seconds spent {what}; the bar is the median.",
    )


def cost_plot(comparison: Comparison, requests: pd.DataFrame) -> Plot:
    """Draw the price (US dollars) of every request with a known one, failed ones too, one column a model."""
    totals = [(str(r.model), float(str(r.total_usd))) for r in comparison.cost.itertuples() if r.n_priced]
    said = " ".join(f"{model}: {short(total)} USD in all." for model, total in totals)
    return _plot(
        _points(requests, comparison.models, "cost_usd", done_only=False),
        comparison.models,
        name="Cost",
        label="price",
        unit="USD",
        column="cost_usd",
        caption=f"Each point is a request, the bar is the median. {said}".strip(),
    )
