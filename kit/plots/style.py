"""How every figure looks, and how text from outside gets into one safely."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

# Blue, vermilion, green, purple after Okabe and Ito (2008), told apart by all common kinds of colour blindness; then
# a dark ochre and a grey. All keep a contrast of 3 or more on white and on near-black. Symbols differ as well.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#A67C00", "#7F7F7F")
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x", "cross")
INK = "#767676"  # text and axes: 4.5 on white, 4.1 on near-black
FAINT = "rgba(118,118,118,0.25)"  # grid
LINE = "rgba(118,118,118,0.5)"  # lines between paired points


@dataclass(frozen=True, eq=False)
class Plot:
    """A figure and all that must stand beside it.

    `table` holds the plotted numbers; `title` says what they say; `caption` says how to read them; `alt` is the text
    for whoever does not see the figure. The three texts are plain: escape them where they are shown. Text inside the
    figure is escaped already.
    """

    figure: go.Figure
    table: pd.DataFrame
    title: str
    caption: str
    alt: str

    def to_json(self) -> str:
        """Return the figure as JSON, the same bytes for the same numbers whatever else is installed."""
        return str(self.figure.to_json(engine="json"))


def safe(text: object, *, longest: int = 60) -> str:
    """Return text from outside so that plotly shows it as it is.

    Plotly reads <b>, <a href> and others, &entities;, $formulas$ and %{fields} in text. Those signs become entities;
    line breaks, control and direction signs become spaces; what is longer than `longest` is cut with an ellipsis.
    """
    plain = "".join(
        " " if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp", "Cs"} else c for c in str(text)
    )
    plain = " ".join(plain.split())
    if len(plain) > longest:
        plain = plain[: longest - 1] + "…"
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("$", "&#36;"), ("%{", "&#37;{")):
        plain = plain.replace(sign, entity)
    return plain


def number(value: object, digits: int = 6) -> float | None:
    """Return a float rounded to so many significant digits; None for NaN, infinity and nothing."""
    found = math.nan if value is None or value is pd.NA else float(str(value))
    return float(f"{found:.{digits}g}") if math.isfinite(found) else None


def numbers(values: Sequence[object], digits: int = 6) -> list[float | None]:
    """Return each value as `number` does: plain lists, so that the JSON holds numbers and no packed bytes."""
    return [number(v, digits) for v in values]


def short(value: float) -> str:
    """Return a number with three significant digits, for reading."""
    if not math.isfinite(value):
        return "not known"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def marks(places: int) -> list[tuple[str, str]]:
    """Return a colour and a symbol for each of so many models; they repeat after six."""
    return [(COLOURS[i % len(COLOURS)], SYMBOLS[i % len(SYMBOLS)]) for i in range(places)]


def titled(text: str) -> dict[str, Any]:
    """Return an axis title no larger than the rest; `text` is safe already."""
    return {"text": text, "font": {"size": 13}}


def axis(**more: Any) -> dict[str, Any]:
    """Return an axis in our look: thin lines, no box, no zero line."""
    return {
        "color": INK,
        "gridcolor": FAINT,
        "linecolor": FAINT,
        "zeroline": False,
        "automargin": True,
        "fixedrange": True,
        "ticks": "",
    } | more


def figure(
    traces: Sequence[Any], *, height: int, xaxis: dict[str, Any], yaxis: dict[str, Any], **more: Any
) -> go.Figure:
    """Return a figure with our layout only: plotly's own look is left out, the background is see-through."""
    layout: dict[str, Any] = {
        "template": go.layout.Template(),
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "inherit", "size": 13, "color": INK},
        "height": height,
        "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
        "hovermode": "closest",
        "hoverlabel": {"align": "left", "namelength": -1},
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
        "showlegend": len(traces) > 1,
        "colorway": list(COLOURS),
        "xaxis": xaxis,
        "yaxis": yaxis,
    }
    return go.Figure(data=list(traces), layout=layout | more)


def nothing(table: pd.DataFrame, title: str, caption: str) -> Plot:
    """Return a plot without data that says so."""
    hidden = axis(visible=False)
    note = {"text": safe(title), "showarrow": False, "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}
    made = figure([], height=120, xaxis=hidden, yaxis=hidden, annotations=[note])
    return Plot(made, table, title, caption, title)
