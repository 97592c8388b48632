"""Measurements by metric: what programs found in the same clips."""

from typing import Any

from kit.reporting.figures import Figures
from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import number
from kit.reporting.plots import metric_plots
from kit.reporting.sections.clips import label_of, metrics_in_order, unit_of
from kit.reporting.sections.missing import note
from kit.reporting.tables import Cell, Column, Table, column, table
from kit.stats.measured import clip_values


def section(material: Material, figures: Figures) -> dict[str, Any]:
    """The data of the section."""
    metrics = metrics_in_order(material, facts=False)
    measured = not material.measurements.empty
    pairs = _pairs(material, metrics)
    two = len(material.models) == 2
    medians = None if two and pairs is not None else _medians(material, metrics)
    tables = [t for t in (medians, pairs if two else None) if t is not None]
    lines = [
        "A measurement finds faults of one kind; it does not judge a clip.",
        "Each name leads to what it means and to what it does not.",
    ]
    return {
        "id": "measurements",
        "template": "plain",
        "heading": "Measurements",
        "missing": [] if measured else [note("Nothing has been measured yet.", "kit measure STUDY")],
        "lines": [" ".join(lines)] if measured else [],
        "tables": tables,
        "more": None if two else pairs,
        "parts": [part for metric in metrics if (part := _part(material, figures, metric)) is not None],
    }


def _part(material: Material, figures: Figures, metric: str) -> dict[str, Any] | None:
    """A metric's plot; a sentence where every clip gave the same value, so that there is nothing to see."""
    own = material.measurements[material.measurements["metric"] == metric]
    values = own["value"].dropna()
    if values.empty:
        return None
    known = material.metrics.get(metric)
    same = len(set(values)) == 1
    unit = unit_of(material, metric)
    lines = [known.meaning] if known is not None and not same else []
    if same:
        lines.append(f"{number(values.iloc[0], unit)['text']} on every clip.")
    if known is not None and known.calibration:
        lines.append(f"What its calibration found: {known.calibration}")
    plots = [] if same else metric_plots(material, metric)
    return {
        "anchor": f"measured-{metric}",
        "title": label_of(material, metric),
        "lines": lines,
        "plots": [figures.add(p, f"{metric}-{i}") for i, p in enumerate(plots, start=1)],
        "tables": [],
    }


def _medians(material: Material, metrics: list[str]) -> Table | None:
    """One row a metric, one column a model: the median over prompts, takes averaged within a prompt."""
    points = clip_values(material.measurements, material.requests, material.models)
    if points.empty:
        return None
    rows: list[list[Cell]] = []
    shown = [m for m in metrics if m in set(points["metric"])]
    for metric in shown:
        unit = unit_of(material, metric)
        own = points[points["metric"] == metric]
        cells: list[Cell] = []
        for model in material.models:
            prompts = own[own["model"] == model].groupby("prompt_id")["value"].mean()
            cells.append(
                number(prompts.median(), unit, bare=True, n=len(prompts), source=f"{metric}: {model}")
            )
        rows.append([label_of(material, metric), *cells, unit])
    columns = [
        column("metric", "Measurement"),
        *(column(f"m{i}", model, "number") for i, model in enumerate(material.models)),
        column("unit", "Unit", "unit"),
    ]
    return _with_help(material, table("Median over prompts", columns, rows), shown)


def _pairs(material: Material, metrics: list[str]) -> Table | None:
    order = {metric: i for i, metric in enumerate(metrics)}
    found = [row for row in rows_of(material.comparison.measured) if row.metric in order]
    found.sort(key=lambda r: order[r.metric])
    if not found:
        return None
    many = len(material.models) > 2
    rows = [_pair(material, row, many=many) for row in found]
    first, second = ("first", "second") if many else material.models[:2]
    columns: list[Column] = [column("metric", "Measurement")]
    if many:
        columns.append(column("pair", "Pair"))
    columns += [
        column("median_a", f"Median, {first}", "number"),
        column("median_b", f"Median, {second}", "number"),
        column("difference", "Median difference", "number"),
        column("unit", "Unit", "unit"),
        column("a_higher", f"Prompts where {first} is higher", "number"),
        column("b_higher", f"Prompts where {second} is higher", "number"),
        column("n_prompts", "Prompts", "number"),
    ]
    caption = "Every pair: medians over prompts" if many else "Medians over prompts"
    result = table(f"{caption}, and the difference within prompts with its 95% interval", columns, rows)
    return _with_help(material, result, [row.metric for row in found])


def _pair(material: Material, row: Any, *, many: bool) -> list[Cell]:
    source = f"{row.metric}@{row.version}: {row.model_a} against {row.model_b}"
    unit = row.unit if isinstance(row.unit, str) else ""
    difference = number(
        row.median_difference,
        unit,
        low=row.low,
        high=row.high,
        n=int(row.n_prompts),
        source=source,
        signed=True,
        bare=True,
    )
    return [
        label_of(material, row.metric),
        *([f"{row.model_a} against {row.model_b}"] if many else []),
        number(row.median_a, unit, bare=True, source=source),
        number(row.median_b, unit, bare=True, source=source),
        difference,
        unit,
        number(row.a_higher, "count"),
        number(row.b_higher, "count"),
        number(row.n_prompts, "count"),
    ]


def _with_help(material: Material, result: Table, metrics: list[str]) -> Table:
    result["row_help"] = [f"metric-{m}" if m in material.metrics else "" for m in metrics]
    return result
