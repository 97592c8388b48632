"""Rank correlations between people, judges and measurements, each saying at which level it is taken.

Section `votes` answers, pair by pair, whether a measurement follows the votes, and stands beside the measurements. Here
is what it leaves out: votes with scores and judges with people; and measurements at model level, which takes three models.
With two models a clip's share of votes is the other's turned round, so that measurements with the votes compared would
only be that answer again, mixed over prompts: they are left out.
"""

from collections.abc import Sequence
from typing import Any

from kit.comparison import RATER_KINDS
from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import coefficient, number
from kit.reporting.sections.clips import metrics_in_order
from kit.reporting.tables import Cell, Table, column, table

LEVELS = ("clip", "model")
_METRIC = "metric "
_READING = (
    "At clip level every clip counts; at model level each model's mean does. The two are not the same: means hide what "
    "differs from clip to clip, so what orders models alike may say little of a single clip."
)
_CHANCE = "Of so many numbers some are large by chance."


def parts(material: Material) -> list[dict[str, Any]]:
    """The parts of a section; none where no two sources spoke of the same clips."""
    frame = material.rank_correlations
    known = [row for row in rows_of(frame) if not _said_elsewhere(material, row)]
    raters = [row for row in known if not row.two.startswith(_METRIC) and row.correlation == row.correlation]
    measured = [row for row in known if row.two.startswith(_METRIC) and row.correlation == row.correlation]
    if not raters and not measured:
        return []
    lines = [_READING]
    if len(material.models) < 3:
        lines.append("Model level takes three models, so here is clip level alone.")
    elif len(material.models) < 5:
        lines.append(
            f"{len(material.models)} models can be ordered in so few ways that a correlation at model level is often large "
            "by chance."
        )
    folded = [_by_source(material, source, measured) for source in dict.fromkeys(row.one for row in measured)]
    return [
        {
            "anchor": "correlations",
            "title": "Rank correlations",
            "lines": lines,
            "plots": [],
            "tables": [_of_raters(material, raters)] if raters else [],
            "folded": folded,
        }
    ]


def name_of(source: str, rater_kind: str | None) -> str:
    """A source of `kit.stats.associations.clip_opinions` in the page's words; a judge's name as it was given."""
    who, _, what = source.rpartition(": ")
    if who == "people":
        who = RATER_KINDS["simulated" if rater_kind == "simulated" else "person"]
    return f"{what.capitalize()} of {who}"


def _inside(name: str) -> str:
    """The name inside a sentence: whoever it names keeps their capitals."""
    return name[:1].lower() + name[1:]


def _said_elsewhere(material: Material, row: Any) -> bool:
    if len(material.models) > 2 or not row.two.startswith(_METRIC) or not row.one.endswith(": votes"):
        return False
    return bool(row.one.startswith("judge ")) == (material.comparison.rater_kind == "judge")


def _levels(material: Material) -> Sequence[str]:
    return LEVELS if len(material.models) > 2 else LEVELS[:1]


def _cell(row: Any) -> Cell:
    if row is None:
        return None
    source = f"rank correlation at {row.level} level: {row.one} and {row.two}, {row.n_prompts} prompts"
    return coefficient(row.correlation, low=row.low, high=row.high, n=int(row.n), source=source, signed=True)


def _of_raters(material: Material, rows: list[Any]) -> Table:
    levels = _levels(material)
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        found.setdefault((row.one, row.two, row.dimension), {})[row.level] = row
    kind = material.comparison.rater_kind
    place = {name: i for i, name in enumerate(material.rubric.ids)}
    found = dict(sorted(found.items(), key=lambda item: (*item[0][:2], place.get(item[0][2], len(place)))))
    listed: list[list[Cell]] = []
    for (one, two, dimension), at in found.items():
        line: list[Cell] = [
            f"{name_of(one, kind)} and {_inside(name_of(two, kind))}",
            material.dimension_title(dimension),
        ]
        for level in levels:
            line += [_cell(at.get(level)), number(at[level].n if level in at else None, "count")]
        listed.append(line)
    columns = [column("who", "Between"), column("dimension", "Dimension")]
    for level in levels:
        columns += [
            column(level, f"At {level} level", "number"),
            column(f"n_{level}", f"{level.capitalize()}s", "number"),
        ]
    return table("Spearman's rank correlation with its 95% interval, prompts resampled", columns, listed)


def _by_source(material: Material, source: str, rows: list[Any]) -> dict[str, Any]:
    name = name_of(source, material.comparison.rater_kind)
    tables = []
    for level in _levels(material):
        own = [row for row in rows if row.one == source and row.level == level]
        if own:
            tables.append(_of_metrics(material, name, level, own))
    return {
        "summary": f"{name} and measurements, {' and '.join(f'at {level} level' for level in _levels(material))}",
        "lines": [_CHANCE],
        "plots": [],
        "tables": tables,
    }


def _of_metrics(material: Material, name: str, level: str, rows: list[Any]) -> Table:
    dimensions = [d for d in material.rubric.ids if any(row.dimension == d for row in rows)]
    at = {(row.two.removeprefix(_METRIC), row.dimension): row for row in rows}
    listed: list[list[Cell]] = []
    for metric in metrics_in_order(material):
        found = [at.get((metric, dimension)) for dimension in dimensions]
        known = [row for row in found if row is not None]
        if known:
            label = material.metrics[metric].label if metric in material.metrics else metric
            listed.append([label, *map(_cell, found), number(max(int(row.n) for row in known), "count")])
    columns = [
        column("metric", "Measurement"),
        *(column(d, material.dimension_title(d), "number") for d in dimensions),
        column("n", f"{level.capitalize()}s", "number"),
    ]
    return table(
        f"At {level} level: {_inside(name)} and each measurement, Spearman's rank correlation",
        columns,
        listed,
    )
