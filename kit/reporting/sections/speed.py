"""Speed and cost of generation, failures and refusals counted in."""

import math
from typing import Any

from kit.reporting.figures import Figures
from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import Number, number, share
from kit.reporting.plots import generation_plots, phase_plots
from kit.reporting.sections.missing import note
from kit.reporting.sections.phrases import listed, plural
from kit.reporting.tables import Cell, Table, column, table
from kit.stats.bootstrap import MIN_PROMPTS


def section(material: Material, figures: Figures) -> dict[str, Any]:
    """The data of the section."""
    speed, cost = rows_of(material.comparison.speed), rows_of(material.comparison.cost)
    timed, priced = any(row.n_timed for row in speed), any(row.n_priced for row in cost)
    asked = any(row.n_failed or row.n_open for row in speed)
    missing = []
    if not timed:
        missing.append(note("How long these clips took to make is not recorded. "
                            "A manifest gives it in the column 'seconds' (wall time of generation)."))  # fmt: skip
    if not priced:
        missing.append(
            note("What these clips cost is not recorded. A manifest gives it in the column 'cost_usd'.")
        )
    tables = [_outcomes(speed)] if asked else []
    tables += [_times(speed)] if timed else []
    tables += [_prices(cost)] if priced else []
    drawn = [figures.add(plot, f"speed-{i}") for i, plot in enumerate(generation_plots(material), start=1)]
    phases = [figures.add(plot, f"phase-{i}") for i, plot in enumerate(phase_plots(material), start=1)]
    folded = [{"summary": "Queue and processing of every clip", "lines": [], "plots": phases, "tables": []}]
    parts = [
        {
            "anchor": "speed-plots", "title": "Every clip", "lines": [], "plots": drawn, "tables": [],
            "folded": folded if phases else [],
        }
    ]  # fmt: skip
    return {
        "id": "speed",
        "template": "plain",
        "heading": "Speed and cost",
        "missing": missing,
        "lines": sentences(material),
        "tables": tables,
        "parts": parts if drawn or phases else [],
    }


def sentences(material: Material) -> list[str]:
    """How many requests failed, and what the medians leave out."""
    rows = [row for row in rows_of(material.comparison.speed) if row.n_requests]
    said = []
    failed = [row for row in rows if row.n_failed]
    for row in failed:
        ended = int(row.n_failed + row.n_done)
        refused = f", {int(row.n_refused):,} of them refused by the provider's rules" if row.n_refused else ""
        said.append(
            f"{row.model}: {int(row.n_failed):,} of {plural(ended, 'request')} ended without a clip{refused}."
        )
    if rows and not failed and any(row.n_timed for row in rows):
        said.append("No request ended without a clip.")
    waiting = [f"{int(row.n_open):,} to {row.model}" for row in rows if row.n_open]
    if waiting:
        said.append(f"Requests that have not ended yet, and are in no median: {listed(waiting)}.")
    few = [row.model for row in rows if row.n_timed and row.interval_kind == "none"]
    if few:
        said.append(
            f"The median time of {listed(few)} has no interval: that takes {MIN_PROMPTS} prompts or more, which do not all take "
            "the same."
        )
    return said


def median_time(row: Any) -> Number:
    """The median wall time of a row of `Comparison.speed`."""
    return number(
        row.median_seconds,
        "s",
        low=row.low,
        high=row.high,
        n=int(row.n_timed),
        source="speed: median_seconds",
    )


def median_price(row: Any) -> Number:
    """The median price of a row of `Comparison.cost`."""
    return number(
        row.median_usd,
        "usd",
        low=row.median_low,
        high=row.median_high,
        n=int(row.n_priced),
        source="cost: median_usd",
    )


def price_of_a_clip(row: Any) -> Number:
    """What was spent, failed requests too, over the finished clips, of a row of `Comparison.cost`."""
    return number(
        row.usd_per_clip, "usd", low=row.per_clip_low, high=row.per_clip_high, n=int(row.n_done),
        source="cost: usd_per_clip",
    )  # fmt: skip


def _outcomes(rows: list[Any]) -> Table:
    shown: list[list[Cell]] = []
    for row in rows:
        ended = int(row.n_done + row.n_failed)
        lost = share(
            row.n_failed, ended, low=row.failed_low, high=row.failed_high, source="speed: failed_share"
        )
        shown.append(
            [
                row.model,
                number(row.n_requests, "count"),
                number(row.n_done, "count"),
                lost,
                number(row.n_refused, "count"),
                number(row.n_open, "count"),
            ]
        )
    columns = [
        column("model", "Model"), column("requests", "Requests", "number"), column("done", "Gave a clip", "number"),
        column("failed", "Ended without a clip", "number"), column("refused", "Of these refused", "number"),
        column("open", "Not ended yet", "number"),
    ]  # fmt: skip
    return table("What became of the requests; the share that failed is of those that ended", columns, shown)


def _times(rows: list[Any]) -> Table:
    split = any(row.n_queue or row.n_processing for row in rows)
    lost = any(row.n_failed for row in rows)
    shown: list[list[Cell]] = []
    for row in rows:
        line: list[Cell] = [row.model, median_time(row)]
        if lost:
            line.append(_counting_failed(row))
        if split:
            line += [
                number(row.queue_seconds, "s", low=row.queue_low, high=row.queue_high, n=int(row.n_queue), source="speed: queue_seconds"),
                number(
                    row.processing_seconds, "s", low=row.processing_low, high=row.processing_high,
                    n=int(row.n_processing), source="speed: processing_seconds",
                ),
            ]  # fmt: skip
        shown.append([*line, number(row.n_timed, "count"), number(row.n_prompts, "count")])
    columns = [column("model", "Model"), column("wall", "From request to clip", "number")]
    columns += [column("counting", "Counting the failed", "number")] if lost else []
    columns += (
        [column("queue", "In the queue", "number"), column("processing", "Processing", "number")]
        if split
        else []
    )
    columns += [column("timed", "Clips timed", "number"), column("prompts", "Prompts", "number")]
    caption = "Median times, with 95% intervals, prompts resampled"
    if lost:
        caption += ". Counting the failed, each of them took longer than any clip"
    return table(caption, columns, shown)


def _counting_failed(row: Any) -> Cell:
    if math.isnan(row.median_counting_failed):
        return "no clip" if row.n_failed and row.n_failed >= row.n_done else None
    return number(
        row.median_counting_failed,
        "s",
        n=int(row.n_done + row.n_failed),
        source="speed: median_counting_failed",
    )


def _prices(rows: list[Any]) -> Table:
    shown: list[list[Cell]] = [
        [
            row.model,
            median_price(row),
            price_of_a_clip(row),
            number(row.total_usd, "usd", n=int(row.n_priced), source="cost: total_usd"),
            number(row.n_priced, "count"),
            number(row.n_done, "count"),
        ]
        for row in rows
    ]  # fmt: skip
    columns = [
        column("model", "Model"), column("price", "Median of a request", "number"),
        column("per_clip", "Of a finished clip", "number"), column("total", "Spent", "number"),
        column("priced", "Requests priced", "number"), column("done", "Clips", "number"),
    ]  # fmt: skip
    caption = (
        "Prices in US dollars, with 95% intervals, prompts resampled. That of a finished clip is all that was spent, failed "
        "requests too, over the clips that came of it; it takes a price for every request"
    )
    return table(caption, columns, shown)
