"""Measurements: what programs found in the same clips, by dimension; what the files say of themselves comes last."""

from collections.abc import Sequence
from typing import Any

from kit.reporting.figures import Figures
from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import number
from kit.reporting.plots import metric_plots
from kit.reporting.sections.clips import (
    BESIDE,
    FACTS,
    MOTION,
    by_dimension,
    label_of,
    left_out,
    metrics_in_order,
    unit_of,
)
from kit.reporting.sections.missing import note
from kit.reporting.sections.votes import correlation_tables, few_votes
from kit.reporting.tables import Cell, Column, Table, column, table
from kit.stats.measured import clip_values

FEW = 8  # metrics up to which their plots are shown without a click

_WHAT = (
    "A measurement finds faults of one kind; it does not judge a clip. Each name leads to what it means and to what it "
    "does not."
)
_NO_SCORE = (
    "There is no overall score: the measurements have different units and find different faults, and nobody knows how "
    "they ought to be weighed against one another. Read them a dimension at a time."
)
_DELTA = (
    "Cliff's delta says how much more often a value of the first model is the larger one than the smaller, every prompt "
    "against every other: from \u22121 (never larger) to 1 (always), 0 where neither has more. Intervals need six prompts."
)
_STILL = (
    "A still picture is perfectly stable: read stability with the amount of motion beside it, never alone."
)


def section(material: Material, figures: Figures) -> dict[str, Any]:
    """The data of the section."""
    metrics = metrics_in_order(material)
    measured = not material.measurements.empty
    votes = correlation_tables(material)
    missing = [] if measured else [note("Nothing has been measured yet.", "kit measure STUDY")]
    if left_out(material):
        missing.append(
            note("Stability is left out: it rewards stillness, and motion was not measured.", "kit measure STUDY")
        )  # fmt: skip
    return {
        "id": "measurements",
        "template": "measurements",
        "heading": "Measurements",
        "missing": missing,
        "lines": [_WHAT, _NO_SCORE, *([_DELTA] if len(material.models) > 1 else []), *few_votes(material)]
        if measured
        else [],
        "groups": [_group(material, figures, group, votes) for group in by_dimension(material, metrics)],
        "open_parts": sum(material.metrics[m].dimension != FACTS for m in metrics if m in material.metrics)
        <= FEW,
    }


def _group(
    material: Material, figures: Figures, group: tuple[str, str, list[str]], votes: dict[str, list[Cell]]
) -> dict[str, Any]:
    name, title, metrics = group
    pairs = _pairs(material, title, metrics)
    two = len(material.models) == 2
    medians = None if two and pairs is not None else _medians(material, title, metrics)
    parts = (_part(material, figures, metric) for metric in metrics if metric not in BESIDE)
    return {
        "id": name,
        "anchor": f"measured-in-{name}",
        "title": title,
        "lines": [_STILL] if BESIDE & set(metrics) else [],
        "tables": [t for t in (medians, pairs if two else None) if t is not None],
        "more": None if two else pairs,
        "votes": None if name == FACTS else _votes(material, title, metrics, votes),
        "parts": [part for part in parts if part is not None],
    }


def _part(material: Material, figures: Figures, metric: str) -> dict[str, Any] | None:
    """A metric's plot; stability stands with the motion amount. None where there is nothing to see."""
    together = (
        [metric, *sorted(BESIDE & set(material.measurements["metric"]))] if metric == MOTION else [metric]
    )
    found = [one for name in together if (one := _metric(material, figures, name)) is not None]
    if not found:
        return None
    return {
        "title": found[0]["says"] if len(found) == 1 else "Motion amount, and stability beside it",
        "metrics": found,
    }


def _metric(material: Material, figures: Figures, metric: str) -> dict[str, Any] | None:
    """A metric's plot; a sentence where every clip gave the same value, so that there is nothing to see."""
    own = material.measurements[material.measurements["metric"] == metric]
    values = own["value"].dropna()
    known = material.metrics.get(metric)
    # What the file says of itself has tables only.
    if values.empty or (known is not None and known.dimension == FACTS):
        return None
    same = len(set(values)) == 1
    label = label_of(material, metric)
    lines = [known.meaning] if known is not None and not same else []
    says = label
    if same:
        says = f"{label}: {number(values.iloc[0], unit_of(material, metric))['text']} on every clip"
    if known is not None and known.calibration:
        lines.append(f"What its calibration found: {known.calibration}")
    plots = [
        figures.add(p, f"{metric}-{i}") for i, p in enumerate([] if same else metric_plots(material, metric), start=1)
    ]  # fmt: skip
    return {
        "anchor": f"measured-{metric}",
        "title": label,
        "says": str(plots[0]["title"]) if plots else says,
        "lines": lines if not same else [f"{says}.", *lines],
        "plots": plots,
    }


def _medians(material: Material, title: str, metrics: Sequence[str]) -> Table | None:
    """One row a metric, one column a model: the median over prompts, takes averaged within a prompt."""
    points = clip_values(material.measurements, material.requests, material.models)
    shown = [m for m in metrics if not points.empty and m in set(points["metric"])]
    if not shown:
        return None
    rows: list[list[Cell]] = []
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
    return _with_help(material, table(f"{title}: median over prompts", columns, rows), shown)


def _pairs(material: Material, title: str, metrics: Sequence[str]) -> Table | None:
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
        column("cliffs_delta", "Cliff's delta", "number"),
        column("higher", "Higher, first / second", "number"),
        column("n_prompts", "Prompts", "number"),
    ]
    caption = (
        f"{title}: medians over prompts, the median difference within prompts ({first} minus {second}) with its 95% "
        "interval, Cliff's delta, and on how many prompts each is higher"
    )
    return _with_help(material, table(caption, columns, rows), [row.metric for row in found])


def _pair(material: Material, row: Any, *, many: bool) -> list[Cell]:
    source = f"{row.metric}@{row.version}: {row.model_a} against {row.model_b}"
    unit = row.unit if isinstance(row.unit, str) else ""
    n = int(row.n_prompts)
    difference = number(
        row.median_difference, unit, low=row.low, high=row.high, n=n, source=source, signed=True, bare=True
    )
    higher = number(row.a_higher, "count", n=n, source=source)
    higher["text"] = f"{row.a_higher} / {row.b_higher}"
    delta = number(row.cliffs_delta, n=n, source=source, signed=True)
    if delta["value"] is not None:
        delta["text"] = f"{row.cliffs_delta:+.2f}".replace("-", "\u2212").replace("+0.00", "0.00")
    return [
        label_of(material, row.metric),
        *([f"{row.model_a} against {row.model_b}"] if many else []),
        number(row.median_a, unit, bare=True, source=source),
        number(row.median_b, unit, bare=True, source=source),
        difference,
        unit,
        delta,
        higher,
        number(n, "count"),
    ]


def _votes(
    material: Material, title: str, metrics: Sequence[str], votes: dict[str, list[Cell]]
) -> Table | None:
    shown = [metric for metric in metrics if metric in votes]
    if not shown:
        return None
    voted = [d for d in material.rubric.ids if d in set(material.cast["dimension"])]
    columns = [
        column("metric", "Measurement"),
        *(column(d, f"Votes on {material.dimension_title(d).lower()}", "number") for d in voted),
        column("pairs", "Pairs", "number"),
    ]
    caption = (
        f"{title}: does a measurement follow the votes? Spearman's correlation over pairs of clips between the difference "
        "in the measurement and what was chosen, with its 95% interval (none below six prompts). Above 0, the clip with "
        "the larger value tends to be preferred"
    )
    if few_votes(material):
        caption += ". Too few prompts to say that any of these follows people"
    return _with_help(
        material,
        table(caption, columns, [[label_of(material, metric), *votes[metric]] for metric in shown]),
        shown,
    )


def _with_help(material: Material, result: Table, metrics: Sequence[str]) -> Table:
    result["row_help"] = [f"metric-{m}" if m in material.metrics else "" for m in metrics]
    return result
