"""Calibration to look at: matrices and curves as plotly figures, and all of it as one HTML page."""

import html
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go

from kit.metrics import registry

Part = tuple[str, str, "pd.DataFrame | go.Figure"]

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;font-size:.85rem}td,th{padding:.2rem .6rem;border-bottom:1px solid #ddd;"
    "text-align:right}th{text-align:left}h2{margin-top:2.5rem}"
)


def heat(wide: pd.DataFrame, title: str, *, limit: float = 1.0) -> go.Figure:
    """A matrix of numbers around 0 as colours, with each number in its cell; colours end at `limit` either way."""
    known = registry()
    names = [known[name].label if name in known else str(name) for name in wide.index]
    figure = go.Figure(
        go.Heatmap(
            z=wide.to_numpy(dtype=float),
            x=[str(column) for column in wide.columns],
            y=names,
            zmin=-limit,
            zmax=limit,
            colorscale="RdBu",
            reversescale=True,
            texttemplate="%{z:.2f}",
            hovertemplate="%{y}, %{x}: %{z:.3f}<extra></extra>",
            xgap=1,
            ygap=1,
        )
    )
    figure.update_yaxes(autorange="reversed")
    figure.update_layout(title=title, height=160 + 24 * len(wide), margin={"l": 260}, template="plotly_white")
    return figure


def confusion(table: pd.DataFrame, title: str) -> go.Figure:
    """How often each truth (rows) was measured as what (columns): counts in the cells, shares of the row as colours."""
    total = table.sum(axis=1).clip(lower=1)
    figure = go.Figure(
        go.Heatmap(
            z=table.div(total, axis=0).to_numpy(dtype=float),
            x=[str(column) for column in table.columns],
            y=[str(word) for word in table.index],
            text=table.to_numpy(dtype=int),
            zmin=0,
            zmax=1,
            colorscale="Blues",
            texttemplate="%{text}",
            hovertemplate="%{y} measured as %{x}: %{text}, %{z:.1%}<extra></extra>",
            xgap=1,
            ygap=1,
        )
    )
    figure.update_yaxes(autorange="reversed", title="true")
    figure.update_xaxes(title="measured")
    figure.update_layout(
        title=title, height=180 + 26 * len(table), margin={"l": 110}, template="plotly_white"
    )
    return figure


def curves(rows: pd.DataFrame, metric: str, kind: str) -> go.Figure:
    """One metric against the strength of one damage, a line for each clip."""
    known = registry()
    part = rows[(rows["metric"] == metric) & (rows["kind"] == kind)]
    figure = go.Figure()
    for clip, own in part.groupby("clip", sort=False):
        figure.add_scatter(x=own["strength"], y=own["value"], name=str(clip)[:40], mode="lines+markers")
    label, unit = (known[metric].label, known[metric].unit) if metric in known else (metric, "")
    figure.update_layout(
        title=f"{label} against {kind}", xaxis_title=f"strength of {kind}", yaxis_title=unit, height=420,
        template="plotly_white",
    )  # fmt: skip
    return figure


def save(path: Path, title: str, parts: Sequence[Part]) -> Path:
    """Write a page by itself: a heading, a sentence, and a table or a figure for each part."""
    body = [f"<h1>{html.escape(title)}</h1>"]
    first = True
    for heading, text, thing in parts:
        body.append(f"<h2>{html.escape(heading)}</h2><p>{html.escape(text)}</p>")
        if isinstance(thing, pd.DataFrame):
            body.append(thing.to_html(index=False, border=0, float_format=lambda value: f"{value:.3g}"))
        else:
            body.append(thing.to_html(full_html=False, include_plotlyjs=first))
            first = False
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )
    path.write_text(page, encoding="utf-8")
    return path
