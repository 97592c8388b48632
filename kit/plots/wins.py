"""Who was preferred, with intervals."""

import math
from typing import Any

import plotly.graph_objects as go

from kit.comparison import Comparison
from kit.plots.style import FAINT, INK, Plot, axis, figure, marks, nothing, number, numbers, safe, titled
from kit.stats.verdict import BETTER, NO_VOTES
from kit.wording import dimension_words, interval, percent

_TABLE = [
    "dimension",
    "model_a",
    "model_b",
    "win_rate",
    "low",
    "high",
    "interval_kind",
    "n_votes",
    "n_prompts",
    "n_raters",
]


def _title(comparison: Comparison) -> str:
    verdicts = comparison.verdicts[comparison.verdicts["verdict"] != NO_VOTES]
    if verdicts.empty:
        return "No votes"
    pairs = verdicts.groupby(["model_a", "model_b"]).ngroups
    what = "dimension" if pairs == 1 else "comparison"
    total = len(verdicts)
    shown = verdicts[verdicts["verdict"] == BETTER]
    if shown.empty:
        if total == 1:
            return f"No difference shown on the one {what} voted on"
        return f"No difference shown on any of {total} {what}s"
    if pairs > 1:
        return f"A difference shown in {len(shown)} of {total} {what}s"
    models = list(dict.fromkeys(shown["better"]))
    said = [f"{m} better on {int((shown['better'] == m).sum())} of {total}" for m in models]
    return ", ".join(said) + f" {what}{'s' if total > 1 else ''}"


def _hover(row: dict[str, Any]) -> str:
    ends = interval(row["low"], row["high"]) if not math.isnan(row["low"]) else "not estimable"
    lines = [
        f"{safe(row['model_a'])} against {safe(row['model_b'])}",
        f"{safe(dimension_words(row['dimension']))}: {percent(row['win_rate'])}, 95% interval {ends}",
        f"{row['n_votes']} votes, {row['n_prompts']} prompts, {row['n_raters']} raters",
    ]
    return "<br>".join(lines)


def win_plot(comparison: Comparison) -> Plot:
    """Draw the win rate of each pair's first model, by dimension, with its 95% interval and the line of a tie.

    One trace a pair. Dimensions stand in their order from the top; several pairs share a dimension's band. Rows
    without votes are left out; a single prompt gives a point without an interval.
    """
    wins = comparison.wins[comparison.wins["n_votes"] > 0]
    table = wins[_TABLE].reset_index(drop=True)
    title = _title(comparison)
    if wins.empty:
        return nothing(table, title, "Nobody has voted on these models yet.")
    rows = [{str(k): v for k, v in row.items()} for row in wins.to_dict("records")]
    dimensions = [d for d in comparison.dimensions if d in set(wins["dimension"])]
    pairs = list(dict.fromkeys((row["model_a"], row["model_b"]) for row in rows))
    place = {d: i for i, d in enumerate(dimensions)}
    step = 0.7 / len(pairs)
    traces = []
    for i, (pair, (colour, symbol)) in enumerate(zip(pairs, marks(len(pairs)), strict=True)):
        own = [row for row in rows if (row["model_a"], row["model_b"]) == pair]
        shift = (i - (len(pairs) - 1) / 2) * step
        up = [0.0 if math.isnan(r["high"]) else 100 * (r["high"] - r["win_rate"]) for r in own]
        down = [0.0 if math.isnan(r["low"]) else 100 * (r["win_rate"] - r["low"]) for r in own]
        traces.append(
            go.Scatter(
                x=numbers([100 * r["win_rate"] for r in own]),
                y=numbers([place[r["dimension"]] + shift for r in own]),
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": numbers(up),
                    "arrayminus": numbers(down),
                    "color": colour,
                    "thickness": 2,
                    "width": 5,
                },
                mode="markers",
                marker={"color": colour, "symbol": symbol, "size": 11},
                name=f"{safe(pair[0], longest=30)} against {safe(pair[1], longest=30)}",
                text=[_hover(r) for r in own],
                hoverinfo="text",
            )
        )
    bottom = len(dimensions) - 0.5
    tie = {
        "type": "line",
        "x0": 50,
        "x1": 50,
        "y0": -0.5,
        "y1": bottom,
        "line": {"color": INK, "width": 1, "dash": "dash"},
    }
    first, second = (safe(m, longest=22) for m in pairs[0])
    ends = f"← {second} preferred   {first} preferred →<br>win rate, %"
    made = figure(
        traces,
        height=90 + max(56, 26 * len(pairs)) * len(dimensions),
        xaxis=axis(
            range=[0, 100],
            tickvals=[0, 25, 50, 75, 100],
            title=titled(ends if len(pairs) == 1 else "win rate of the first model named, %"),
        ),
        yaxis=axis(
            range=[bottom, -0.5],
            tickvals=list(range(len(dimensions))),
            ticktext=[safe(dimension_words(d), longest=40) for d in dimensions],
            gridcolor="rgba(0,0,0,0)",
        ),
        shapes=[tie, *_bands(len(dimensions) if len(pairs) > 1 else 0)],
    )
    caption = (
        "Share of votes for the first model named, ties counted as halves, with its 95% interval. Where an interval "
        "crosses the dashed line at 50%, the votes do not tell the models apart. An interval that stays on one side is "
        "not yet a claim: the verdict also corrects for the number of comparisons."
    )
    alt = title + ". " + " ".join(_said(row) for row in rows)
    return Plot(made, table, title, caption, alt)


def _bands(count: int) -> list[dict[str, Any]]:
    """Return faint lines between dimensions, so that the pairs of one are read together."""
    line = {"color": FAINT, "width": 1}
    return [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": i - 0.5, "y1": i - 0.5, "line": line}
        for i in range(1, count)
    ]


def _said(row: dict[str, Any]) -> str:
    ends = f", 95% interval {interval(row['low'], row['high'])}" if number(row["low"]) is not None else ""
    return (
        f"{dimension_words(row['dimension'])}: {row['model_a']} {percent(row['win_rate'])} against {row['model_b']}"
        f"{ends}, {row['n_votes']} votes."
    )
