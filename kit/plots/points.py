"""Every clip as a point, one column a model: the common form of measurements, times and prices."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from kit.plots.style import LINE, axis, figure, marks, numbers, safe, short, titled

_WIDEST = 0.3
MANY = 60  # points of a model beyond which they are drawn small and see-through over the band of their middle half


def _spread(part: pd.DataFrame) -> dict[Any, float]:
    """Return a sideways place for each row, by prompt and take and never by chance, so that points part."""
    ordered = part.sort_values(["prompt_id", "take"], kind="stable").index
    n = len(ordered)
    return {row: 0.0 if n < 2 else _WIDEST * (2 * i / (n - 1) - 1) for i, row in enumerate(ordered)}


def _pair_lines(points: pd.DataFrame, models: Sequence[str]) -> go.Scatter | None:
    """Join the two models' clips of the same prompt and take with a faint line."""
    wide = points.pivot_table(
        index=["prompt_id", "take"], columns="model", values="value", aggfunc="mean", sort=True
    )
    # More lines than this hide the points and one another.
    if len(wide) > MANY or any(model not in wide for model in models):
        return None
    x: list[float | None] = []
    y: list[float | None] = []
    for ends in wide[list(models)].dropna().to_numpy(dtype=float):
        x += [0.0, 1.0, None]
        y += [*numbers(list(ends)), None]
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


def _hover(part: pd.DataFrame, model: str, unit: str, *, many: bool) -> dict[str, Any]:
    """What a point says: model, prompt, take, value. Of many points only what differs is written for each."""
    whose = [f"{safe(p)}, take {int(t)}" for p, t in zip(part["prompt_id"], part["take"], strict=True)]
    if many:
        said = f"{safe(model)}<br>%{{text}}<br>%{{y}} {safe(unit)}".rstrip()
        return {"text": whose, "hovertemplate": f"{said}<extra></extra>"}
    values = [f"{short(float(v))} {safe(unit)}".rstrip() for v in part["value"]]
    text = [f"{safe(model)}<br>{one}<br>{value}" for one, value in zip(whose, values, strict=True)]
    return {"text": text, "hoverinfo": "text"}


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
    the model's name, where the lines end. Otherwise points are spread sideways by prompt. Where a model has more than
    `MANY` points there are no lines, and a band shows where the middle half of them lie. `from_zero` makes the scale
    start at 0.
    """
    lines = _pair_lines(points, models) if paired and len(models) == 2 else None
    traces: list[Any] = [lines] if lines is not None else []
    bars: list[dict[str, Any]] = []
    for i, (model, (colour, symbol)) in enumerate(zip(models, marks(len(models)), strict=True)):
        part = points[points["model"] == model]
        if part.empty:
            continue
        many = len(part) > MANY
        aside = dict.fromkeys(part.index, 0.0) if lines is not None else _spread(part)
        traces.append(
            go.Scatter(
                x=numbers([round(i + aside[row], 2 if many else 6) for row in part.index]),
                y=numbers(list(part["value"]), digits=4 if many else 6),
                mode="markers",
                marker={
                    "color": colour,
                    "symbol": symbol,
                    "size": 5 if many else 9,
                    "opacity": 0.7 if many else 0.8,
                },
                name=safe(model, longest=40),
                **_hover(part, model, unit, many=many),
            )
        )
        low, middle, high = numbers(list(part["value"].quantile([0.25, 0.5, 0.75])))
        if many:
            bars.append(
                {
                    "type": "rect",
                    "x0": i - 0.38,
                    "x1": i + 0.38,
                    "y0": low,
                    "y1": high,
                    "line": {"width": 0},
                    "fillcolor": colour,
                    "opacity": 0.14,
                    "layer": "below",
                }
            )
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
