"""Three and more models on the scale of one dimension."""

import math
from typing import Any

import plotly.graph_objects as go

from kit.comparison import Comparison
from kit.leading import lead_of, short
from kit.plots.style import COLOURS, FAINT, INK, Plot, axis, figure, nothing, numbers, safe, titled
from kit.wording import dimension_words, interval, percent

_TABLE = [
    *("dimension", "group", "model", "rank", "rank_low", "rank_high", "strength", "low", "high"),
    *("interval_kind", "chance", "chance_low", "chance_high", "n_votes", "n_prompts", "n_raters"),
]


def ranks(low: float, high: float) -> str:
    """Return a rank as precise as its interval: '2', or '1 to 3'; '' where there is none."""
    if math.isnan(low) or math.isnan(high):
        return ""
    return f"{low:.0f}" if low == high else f"{low:.0f} to {high:.0f}"


def ordered(comparison: Comparison, dimension: str) -> list[dict[str, Any]]:
    """Return the rows of `strengths` of one dimension: by group, the strongest first, models without votes last."""
    own = comparison.strengths[comparison.strengths["dimension"] == dimension]
    rows = [{str(k): v for k, v in row.items()} for row in own.to_dict("records")]
    return sorted(rows, key=lambda r: (r["group"] == 0, r["group"], -r["strength"] if r["group"] else 0.0))


def strength_plot(comparison: Comparison, dimension: str, *, title: str | None = None) -> Plot:
    """Draw the strength (log-odds, 0 the mean of the models) of each model on one dimension with its 95% interval.

    Models stand by strength from the top, in groups where votes do not join them all; `title` names the dimension.
    The plot's title names a leader only where the verdicts on pairs do.
    """
    name = title or dimension_words(dimension)
    found = ordered(comparison, dimension)
    rows = [row for row in found if row["group"]]
    own = comparison.strengths[comparison.strengths["dimension"] == dimension]
    table = own[_TABLE].reset_index(drop=True)
    lead = lead_of(comparison.verdicts, dimension, comparison.models)
    said = short(lead) + (
        "" if lead.leader or not lead.shown else f", {lead.shown} of {lead.pairs} pairs told apart"
    )
    heading = f"{name}: {said}"
    if not rows:
        return nothing(table, heading, "No votes join two models here.")
    many = len({row["group"] for row in rows}) > 1
    up, down = (
        [0.0 if math.isnan(row[end]) else sign * (row[end] - row["strength"]) for row in rows]
        for end, sign in (("high", 1), ("low", -1))
    )
    points = go.Scatter(
        x=numbers([row["strength"] for row in rows]),
        y=list(range(len(rows))),
        error_x={
            "type": "data", "symmetric": False, "array": numbers(up), "arrayminus": numbers(down),
            "color": COLOURS[0], "thickness": 2, "width": 5,
        },
        mode="markers",
        marker={"color": COLOURS[0], "symbol": "circle", "size": 11},
        text=[_hover(row) for row in rows],
        hoverinfo="text",
    )  # fmt: skip
    labels = [safe(row["model"], longest=26) + (f" (group {row['group']})" if many else "") for row in rows]
    bottom = len(rows) - 0.5
    middle = {
        "type": "line",
        "x0": 0,
        "x1": 0,
        "y0": -0.5,
        "y1": bottom,
        "line": {"color": INK, "width": 1, "dash": "dash"},
    }
    apart = [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": i - 0.5, "y1": i - 0.5, "line": {"color": FAINT, "width": 1}}
        for i in range(1, len(rows))
        if rows[i]["group"] != rows[i - 1]["group"]
    ]  # fmt: skip
    made = figure(
        [points],
        height=96 + 34 * len(rows),
        xaxis=axis(title=titled("strength, log-odds")),
        yaxis=axis(
            range=[bottom, -0.5], tickvals=list(range(len(rows))), ticktext=labels, gridcolor="rgba(0,0,0,0)"
        ),
        shapes=[middle, *apart],
    )
    return Plot(made, table, heading, _caption(rows, many=many), f"{heading}. " + " ".join(map(_said, rows)))


def _caption(rows: list[dict[str, Any]], *, many: bool) -> str:
    text = (
        "Strength by votes against all other models, with 95% intervals; 0 (dashed) is the mean. A model that is 1 above "
        "another is preferred to it in 73% of votes, ties as halves."
    )
    if many:
        text += " Strengths and ranks can be compared within a group only."
    if all(math.isnan(row["low"]) for row in rows):
        text += " A single prompt gives no interval."
    return text


def _hover(row: dict[str, Any]) -> str:
    ends = "no interval" if math.isnan(row["low"]) else f"95% interval {row['low']:.2f} to {row['high']:.2f}"
    place = ranks(row["rank_low"], row["rank_high"])
    return "<br>".join(
        [
            safe(row["model"]),
            f"strength {row['strength']:.2f}, {ends}",
            *([f"rank {place}"] if place else []),
            f"{row['n_votes']} votes, {row['n_prompts']} prompts, {row['n_raters']} raters",
        ]
    )


def _said(row: dict[str, Any]) -> str:
    ends = "" if math.isnan(row["low"]) else f" ({row['low']:.2f} to {row['high']:.2f})"
    chance = "" if math.isnan(row["chance"]) else f", preferred to the others in {percent(row['chance'])}"
    if chance and not math.isnan(row["chance_low"]):
        chance += f" ({interval(row['chance_low'], row['chance_high'])})"
    place = ranks(row["rank_low"], row["rank_high"])
    rank = f", rank {place}" if place else ""
    return f"{row['model']}: strength {row['strength']:.2f}{ends}{chance}{rank}, {row['n_votes']} votes."
