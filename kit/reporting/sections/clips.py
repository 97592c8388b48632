"""Per prompt: its text and checks, the clips in one player, what they measure side by side."""

import math
from collections.abc import Sequence
from typing import Any

from kit.player_data import clip_data
from kit.reporting.main_metrics import first_metrics
from kit.reporting.material import Group, Material, rows_of
from kit.reporting.numbers import NONE, number
from kit.reporting.packing import MANY_CLIPS
from kit.reporting.sections import camera, delivered, filters
from kit.reporting.sections.missing import note
from kit.reporting.tables import Cell, Table, column, table

# Of one measurement over time: enough for a plot as wide as the page, and for its course where a page has many.
CURVE_POINTS, FEW_POINTS = 60, 16

MOST_OPEN = 16  # metrics up to which the tables are shown without a click
FACTS = "facts"
MOTION = "motion_amount"
BESIDE = frozenset({"stability", "stability_first"})  # never shown without the amount of motion
DIMENSIONS = {
    "prompt_adherence": "Prompt adherence",
    "video_realism": "Video realism",
    "video_resolution": "Video resolution",
    "artifacts": "Artifacts",
    "other": "Other measurements",
    "facts": "What the files say",
}


def section(material: Material) -> dict[str, Any]:
    """The data of the section."""
    groups: dict[str, list[Group]] = {}
    for group in material.groups:
        groups.setdefault(group.prompt_id, []).append(group)
    marks = {
        row.prompt_id: filters.marks_of(material, row, groups.get(row.prompt_id, []))
        for row in rows_of(material.prompts)
    }
    return {
        "id": "clips",
        "template": "clips",
        "heading": "All pairs" if len(material.models) == 2 else "All clips",
        "missing": [] if groups else [note("There are no clips yet.", "kit import STUDY clips.csv")],
        "filters": filters.choices(material, marks),
        "prompts": [
            _prompt(material, i, row, groups.get(row.prompt_id, []), marks[row.prompt_id])
            for i, row in enumerate(rows_of(material.prompts), start=1)
        ],
        "open_tables": len(material.groups) <= 8 and len(metrics_in_order(material)) <= MOST_OPEN,
    }


def _prompt(
    material: Material, position: int, row: Any, groups: list[Group], marks: list[str]
) -> dict[str, Any]:
    stresses = row.stresses if isinstance(row.stresses, str) and row.stresses else None
    return {
        "id": row.prompt_id,
        "anchor": material.prompt_anchors[row.prompt_id],
        "position": position,
        "title": row.title or row.prompt_id,
        "text": row.text or "",
        "negative_prompt": row.negative_prompt or "",
        "stresses": material.dimension_title(stresses) if stresses else "",
        "camera": [camera.WORDS.get(word, word) for word in row.camera],
        "checks": list(row.checks),
        "tags": list(row.tags),
        "marks": marks,
        "takes": [_take(material, group, many=len(groups) > 1) for group in groups],
    }


def _take(material: Material, group: Group, *, many: bool) -> dict[str, Any]:
    present = {row.model for row in group.rows}
    heading = f"Take {group.take}"
    settings = ", ".join(f"{key} {value}" for key, value in sorted(group.settings.items()))
    if settings:
        heading += f" ({settings})"
    return {
        "take": group.take,
        "heading": heading if many or settings or group.take != 1 else "",
        "players": [[shown_clip(material, row) for row in rows] for rows in group.players],
        "anchors": [material.players[group.prompt_id, rows[0].clip] for rows in group.players],
        "camera": camera.clip_checks(material, group),
        "camera_caption": f"The camera in {material.prompt_titles[group.prompt_id]}: asked and measured, in seconds",
        "unplayable": [
            r.model for r in group.rows if r.clip in material.clip and not material.clip[r.clip].browser_plays
        ],
        "missing": [model for model in material.models if model not in present],
        "faults": [
            {"model": row.model, "reason": material.faults[row.clip][1]}
            for row in group.rows
            if row.clip in material.faults
        ],
        "notes": [{"model": row.model, "note": row.notes} for row in group.rows if row.notes],
        "not_as_asked": delivered.misses(material, group),
        "tables": [*measured(material, group), *delivered.tables(material, group)],
    }


def shown_clip(material: Material, row: Any) -> dict[str, Any]:
    """What the page's players show of a clip, by its row of `study.requests`."""
    facts = material.clip.get(row.clip)
    if facts is None:
        return {"clip": row.clip, "model": row.model, "plays": False}
    return {
        "clip": row.clip,
        "model": row.model,
        "take": int(row.take),
        "width": int(facts.width),
        "height": int(facts.height),
        "fps": number(facts.fps, "fps"),
        "seconds": number(facts.seconds, "s"),
        "frames": number(facts.frames, "count"),
        "bytes": number(facts.bytes, "bytes"),
        "codec": facts.codec,
        "suffix": facts.suffix,
        "audio": bool(facts.has_audio),
        "sandbox": bool(facts.sandbox),
        "plays": bool(facts.browser_plays),
        "over_time": _over_time(material, row.clip),
    }


def _over_time(material: Material, clip: str) -> Any:
    """Marks and curves of a clip's time line; where a page has many clips, one curve a dimension, and coarser."""
    rows = material.measured_of.get(clip)
    if rows is None:
        return None
    if len(material.refs) <= MANY_CLIPS:
        return clip_data(rows, points=CURVE_POINTS)
    kept = [row if row.metric in first_metrics() else row._replace(series=None) for row in rows]
    return clip_data(kept, points=FEW_POINTS)


def measured(material: Material, group: Group) -> list[Table]:
    """What was measured of these clips, by dimension, and what their files say: a row a metric, a column a model."""
    found = by_dimension(material, metrics_in_order(material))
    title = material.prompt_titles[group.prompt_id]
    tables = (
        _side_by_side(material, group, f"{title}: what was measured", [g for g in found if g[0] != FACTS]),
        _side_by_side(material, group, f"{title}: what the files say", [g for g in found if g[0] == FACTS]),
    )
    return [t for t in tables if t is not None]


def _side_by_side(
    material: Material, group: Group, caption: str, parts: Sequence[tuple[str, str, list[str]]]
) -> Table | None:
    wanted = {row.clip for row in group.rows}
    values = material.measured
    shown: list[str] = []
    heads: dict[str, str] = {}
    for _, title, metrics in parts:
        own = [metric for metric in metrics if any((clip, metric) in values for clip in wanted)]
        if own:
            heads[str(len(shown))] = title
            shown += own
    if not shown:
        return None
    rows: list[list[Cell]] = [
        [label_of(material, m), *(cell_of(values.get((r.clip, m))) for r in group.rows), unit_of(material, m)]
        for m in shown
    ]
    columns = [
        column("metric", "Measurement"),
        *(column(f"m{i}", r.model, "number") for i, r in enumerate(group.rows)),
        column("unit", "Unit", "unit"),
    ]
    result = table(caption, columns, rows)
    result["row_help"] = [f"metric-{m}" if m in material.metrics else "" for m in shown]
    if len(heads) > 1:
        result["row_groups"] = heads
    return result


def metrics_in_order(material: Material) -> list[str]:
    """The metrics that were measured, in the registry's order, then others by name.

    Stability is left out where the amount of motion was not measured: it rewards stillness, and is never read alone.
    """
    found = material.metrics_measured - left_out(material)
    return [*(name for name in material.metrics if name in found), *sorted(found - set(material.metrics))]


def left_out(material: Material) -> set[str]:
    """Metrics of stability that stand without the amount of motion."""
    found = material.metrics_measured
    return set() if MOTION in found else set(found & BESIDE)


def by_dimension(material: Material, metrics: Sequence[str]) -> list[tuple[str, str, list[str]]]:
    """Id, title and metrics of each dimension that has any, then of what this kit does not know, then of file facts."""
    titles = {name: title for name, title in DIMENSIONS.items() if name not in {"other", "facts"}}
    titles = {
        name: material.dimension_title(name) if name in material.rubric.ids else title
        for name, title in titles.items()
    }
    groups: dict[str, list[str]] = {name: [] for name in DIMENSIONS}
    for metric in metrics:
        known = material.metrics.get(metric)
        groups[known.dimension if known is not None and known.dimension in groups else "other"].append(metric)
    return [(name, titles.get(name, DIMENSIONS[name]), own) for name, own in groups.items() if own]


def label_of(material: Material, metric: str) -> str:
    """A metric's label; its name where the registry does not know it (measured by another version of the kit)."""
    known = material.metrics.get(metric)
    return known.label if known is not None else metric


def unit_of(material: Material, metric: str) -> str:
    """A metric's unit as a table names it once a row."""
    known = material.metrics.get(metric)
    return known.unit if known is not None else ""


def cell_of(row: Any) -> Cell:
    """One measurement as a cell; text results as they are."""
    if row is None:
        return NONE
    if row.text and not row.unit:
        return str(row.text)
    if row.value is not None and not math.isnan(row.value):
        return number(
            row.value, row.unit or "", bare=True, source=f"{row.metric}@{row.version} {row.clip[:12]}"
        )
    return row.text or NONE
