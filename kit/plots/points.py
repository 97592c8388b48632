"""Every clip as a point, one column a model: the common form of measurements, times and prices."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from kit.plots.style import LINE, axis, figure, marks, numbers, safe, short, titled

_WIDEST = 0.3


def _spread(part: pd.DataFrame) -> dict[Any, float]:
    """Return a sideways place for each row, by prompt and take and never by chance, so that points part."""
    ordered = part.sort_values(["prompt_id", "take"], kind="stable").index
    n = len(ordered)
    return {row: 0.0 if n < 2 else _WIDEST * (2 * i / (n - 1) - 1) for i, row in enumerate(ordered)}


def _pair_lines(points: pd.DataFrame, models: Sequence[str]) -> go.Scatter | None:
    """Join the two models' clips of the same prompt and take with a faint line."""
    x: list[float | None] = []
    y: list[float | None] = []
    for _, part in points.groupby(["prompt_id", "take"], sort=True):
        ends = [part[part["model"] == m]["value"].mean() for m in models]
        if not pd.isna(ends).any():
            x += [0.0, 1.0, None]
            y += [*numbers(ends), None]
    if not x:
        return None
    return go.Scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": LINE, "width": 1},
        hoverinfo="skip",
        showlegend=False,
        name="same prompt",
    )


def points_figure(
    points: pd.DataFrame,
    models: Sequence[str],
    *,
    label: str,
    unit: str,
    paired: bool,
    from_zero: bool = False,
) -> go.Figure:
    """Draw `points` (columns prompt_id, model, take, value), one column a model, with a bar at each median.

    Two models with `paired` get a line for each prompt and take that both have; their points then stand exactly above
    the model's name, where the lines end. Otherwise points are spread sideways by prompt. `from_zero` makes the scale start at 0.
    """
    lines = _pair_lines(points, models) if paired and len(models) == 2 else None
    traces: list[Any] = [lines] if lines is not None else []
    bars = []
    for i, (model, (colour, symbol)) in enumerate(zip(models, marks(len(models)), strict=True)):
        part = points[points["model"] == model]
        if part.empty:
            continue
        aside = dict.fromkeys(part.index, 0.0) if lines is not None else _spread(part)
        traces.append(
            go.Scatter(
                x=numbers([i + aside[row] for row in part.index]),
                y=numbers(list(part["value"])),
                mode="markers",
                marker={"color": colour, "symbol": symbol, "size": 9, "opacity": 0.8},
                name=safe(model, longest=40),
                text=[
                    f"{safe(model)}<br>{safe(p)}, take {int(t)}<br>{short(float(v))} {safe(unit)}".rstrip()
                    for p, t, v in zip(part["prompt_id"], part["take"], part["value"], strict=True)
                ],
                hoverinfo="text",
            )
        )
        (middle,) = numbers([part["value"].median()])
        bars.append(
            {
                "type": "line",
                "x0": i - 0.38,
                "x1": i + 0.38,
                "y0": middle,
                "y1": middle,
                "line": {"color": colour, "width": 2},
            }
        )
    axis_title = safe(f"{label}, {unit}" if unit else label)
    return figure(
        traces,
        height=340,
        xaxis=axis(
            range=[-0.6, len(models) - 0.4],
            tickvals=list(range(len(models))),
            ticktext=[safe(m, longest=40) for m in models],
            showgrid=False,
        ),
        yaxis=axis(title=titled(axis_title), rangemode="tozero" if from_zero else "normal"),
        showlegend=False,
        shapes=bars,
    )
