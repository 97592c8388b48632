"""What was asked of a model against what came: length, shape, size, shots, sound."""

from typing import Any

from kit.reporting.material import Group, Material
from kit.reporting.numbers import NONE, number
from kit.reporting.sections.phrases import plural
from kit.reporting.tables import Cell, Table, column, table
from kit.stats.exact import wilson

_LABELS = {
    "duration": "Length",
    "aspect_ratio": "Aspect ratio",
    "size": "Size of the short side",
    "shots": "Shots",
    "audio": "Sound",
}


def tables(material: Material, group: Group) -> list[Table]:
    """One table of a group: a row a setting, a column a model; none where nothing was asked."""
    rows = _by_setting(material, group)
    if not rows:
        return []
    columns = [
        column("setting", "Setting"),
        column("asked", "Asked"),
        *(column(f"m{i}", row.model) for i, row in enumerate(group.rows)),
    ]
    cells = [
        [_label(setting), asked, *(_cell(found.get(row.clip)) for row in group.rows)]
        for (setting, asked), found in rows.items()
    ]
    title = material.prompt_titles[group.prompt_id]
    return [table(f"{title}: what was asked, and what came", columns, cells)]


def misses(material: Material, group: Group) -> list[dict[str, str]]:
    """What did not come as asked, by model, in words."""
    return [
        {"model": row.model, "text": f"{_label(one.setting)}: {one.asked} asked for, {one.found} came"}
        for row in group.rows
        for one in material.delivered.get((group.prompt_id, row.request, row.clip), ())
        if one.met is False
    ]


def finding(material: Material) -> dict[str, Any] | None:
    """Settings as asked, counted by model, and the clips that are not. None where no clip has settings."""
    rows = [
        (row.model, group, one)
        for group in material.groups
        for row in group.rows
        for one in material.delivered.get((group.prompt_id, row.request, row.clip), ())
    ]
    told = [(model, group, one) for model, group, one in rows if one.met is not None]
    if not told:
        return None
    wrong = [(model, group, one) for model, group, one in told if one.met is False]
    models = [model for model in material.models if any(model == m for m, _, _ in told)]
    clips = len({(group.prompt_id, one.request) for _, group, one in told})
    text = (
        f"Of {plural(len(told), 'setting')} asked for in {plural(clips, 'clip')}, "
        + ("all came as asked." if not wrong else f"{len(wrong)} did not come as asked.")
    )  # fmt: skip
    return {
        "title": "What was asked, and what came",
        "sentences": [text],
        "counts": _counts(told, models),
        "misses": _misses(material, wrong) if wrong else None,
        "notes": [
            "Lengths may differ by 0.35 s, shapes by 2 %, the short side by 3 %; one shot where none were named."
        ],
    }


def _by_setting(material: Material, group: Group) -> dict[tuple[str, str], dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in group.rows:
        for one in material.delivered.get((group.prompt_id, row.request, row.clip), ()):
            found.setdefault((one.setting, one.asked), {})[row.clip] = one
    return found


def _cell(one: Any) -> Cell:
    if one is None or one.met is None:
        return "not known" if one is not None else NONE
    if not one.met:
        return f"{one.found}, not as asked"
    return f"{one.found} ({one.asked})" if one.setting == "aspect_ratio" else str(one.found)


def _label(setting: str) -> str:
    return _LABELS.get(setting, setting.replace("_", " "))


def _counts(told: list[tuple[str, Group, Any]], models: list[str]) -> Table:
    settings = [s for s in _LABELS if any(one.setting == s for _, _, one in told)]
    rows: list[list[Cell]] = []
    for setting in settings:
        cells: list[Cell] = [_label(setting)]
        for model in models:
            own = [bool(one.met) for m, _, one in told if m == model and one.setting == setting]
            ends = wilson(sum(own), len(own))
            share = number(
                sum(own) / len(own) if own else None, "rate", low=ends.low, high=ends.high, n=len(own),
                source=f"asked {setting}: {model}, Wilson's interval",
            )  # fmt: skip
            share["text"] = f"{sum(own)} of {len(own)}" if own else NONE
            cells.append(share)
        rows.append(cells)
    columns = [column("setting", "Setting"), *(column(f"m{i}", m, "number") for i, m in enumerate(models))]
    return table(
        "Clips that came as asked, by setting and model, with the 95% interval of their share (Wilson)",
        columns,
        rows,
    )


def _misses(material: Material, wrong: list[tuple[str, Group, Any]]) -> Table:
    columns = [
        column("prompt", "Prompt"), column("model", "Model"), column("take", "Take", "number"),
        column("setting", "Setting"), column("asked", "Asked"), column("found", "Came"),
    ]  # fmt: skip
    return table(
        "Clips that did not come as asked",
        columns,
        [
            [
                material.prompt_titles[group.prompt_id],
                model,
                number(group.take, "count"),
                _label(one.setting),
                str(one.asked),
                str(one.found),
            ]
            for model, group, one in wrong
        ],
    )
