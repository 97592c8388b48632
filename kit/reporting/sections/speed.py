"""Speed and cost of generation, failures counted in."""

from typing import Any

from kit.reporting.figures import Figures
from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import number
from kit.reporting.plots import generation_plots
from kit.reporting.sections.missing import note
from kit.reporting.tables import Cell, column, table


def section(material: Material, figures: Figures) -> dict[str, Any]:
    """The data of the section."""
    speed = rows_of(material.comparison.speed)
    cost = {row.model: row for row in rows_of(material.comparison.cost)}
    timed, priced = any(r.n_timed for r in speed), any(r.n_priced for r in cost.values())
    missing = []
    if not timed:
        missing.append(note("How long these clips took to make is not recorded. "
                            "A manifest gives it in the column 'seconds' (wall time of generation)."))  # fmt: skip
    if not priced:
        missing.append(
            note("What these clips cost is not recorded. A manifest gives it in the column 'cost_usd'.")
        )
    rows: list[list[Cell]] = []
    for row in speed:
        price = cost[row.model]
        rows.append(
            [
                row.model,
                number(row.n_requests, "count"),
                number(row.n_failed, "count"),
                number(
                    row.median_seconds, "s", low=row.low, high=row.high, n=int(row.n_timed), source="requests"
                ),
                number(row.n_timed, "count"),
                number(price.median_usd, "usd", n=int(price.n_priced), source="requests"),
                number(price.usd_per_clip, "usd", n=int(price.n_done), source="requests"),
                number(price.total_usd, "usd", n=int(price.n_priced), source="requests"),
            ]
        )
    columns = [
        column("model", "Model"), column("requests", "Requests", "number"), column("failed", "Failed", "number"),
        column("seconds", "Median time", "number"), column("timed", "Timed", "number"),
        column("price", "Median price", "number"), column("per_clip", "Price of a finished clip", "number"),
        column("total", "Spent", "number"),
    ]  # fmt: skip
    drawn = [figures.add(plot, f"speed-{i}") for i, plot in enumerate(generation_plots(material), start=1)]
    parts = [{"anchor": "speed-plots", "title": "Every clip", "lines": [], "plots": drawn, "tables": []}]
    return {
        "id": "speed",
        "template": "plain",
        "heading": "Speed and cost",
        "missing": missing,
        "lines": [],
        "tables": [table("Wall time from request to clip, and price in US dollars", columns, rows)]
        if timed or priced
        else [],
        "parts": parts if drawn else [],
    }
