"""A row a prompt: what was chosen, measured and spent on it."""

from collections.abc import Sequence
from typing import Any

from kit.reporting.main_metrics import main_metrics
from kit.reporting.material import Group, Material
from kit.reporting.numbers import Number, number
from kit.reporting.pair_votes import PairKey, PairVotes
from kit.reporting.sections import camera
from kit.reporting.sections.clips import label_of, metrics_in_order, unit_of
from kit.reporting.sections.phrases import listed
from kit.reporting.tables import Cell, Column, column, table

MOST_COLUMNS = 2  # models up to which each has columns of its own

NO_BREAK = "\u00a0"
_WORDS = {"met": "as asked"}


def section(material: Material) -> dict[str, Any] | None:
    """The data of the section; None where the study has nothing to show in it."""
    groups = material.groups
    if len({group.prompt_id for group in groups}) < 2:
        return None
    voted = [d for d in material.rubric.ids if any(key.dimension == d for key in material.pair_votes)]
    metrics = _metrics(material)
    columns, makers = _columns(material, groups, voted, metrics)
    if {c["key"] for c in columns} <= {"take"}:
        return None
    rows = [[_title(material, group), *(make(group) for make in makers)] for group in groups]
    result = table(
        _caption(groups, [c["key"] for c in columns]), [column("prompt", "Prompt"), *columns], rows
    )
    result["row_help"] = [material.prompt_anchors[group.prompt_id] for group in groups]
    return {
        "id": "per_prompt",
        "template": "per_prompt",
        "heading": "Prompt by prompt",
        "lines": _lines(material, voted, metrics),
        "table": result,
    }


def _columns(
    material: Material, groups: Sequence[Group], voted: Sequence[str], metrics: Sequence[str]
) -> tuple[list[Column], list[Any]]:
    """The columns after the first, and what makes a cell of each from a group."""
    found: list[tuple[Column, Any]] = []
    if _takes(groups):
        found.append((column("take", "Take", "number"), lambda group: number(group.take, "count")))
    for d in voted:
        name = material.dimension_title(d)
        found.append((column(f"votes_{d}", name), lambda group, d=d: _vote_cell(material, group, d)))
    if len(material.models) == 2:
        found += [
            (
                column(f"measured_{m}", _difference_label(material, m), "number"),
                lambda group, m=m: _difference(material, group, m),
            )
            for m in metrics
        ]
    elif len(material.models) > MOST_COLUMNS:
        found += [
            (
                column(f"measured_{m}", f"{label_of(material, m)}, lowest to highest"),
                lambda group, m=m: _lowest_to_highest(material, group, m),
            )
            for m in metrics
        ]
    if any(camera.clip_checks(material, group) for group in groups):
        found.append((column("camera", "Camera check"), lambda group: _camera(material, group)))
    for key, name, unit in (("seconds", "Made in", "s"), ("cost_usd", "Price", "usd")):
        if not any(_known(row, key) for group in groups for row in group.rows):
            continue
        if len(material.models) <= MOST_COLUMNS:
            found += [
                (
                    column(f"{key}_{i}", f"{name}, {model}", "number"),
                    lambda group, key=key, unit=unit, model=model: _spent(group, key, unit, model),
                )
                for i, model in enumerate(material.models)
            ]
        else:
            label = "Price, all clips" if key == "cost_usd" else "Made in, slowest"
            found.append(
                (column(key, label, "number"), lambda group, key=key, unit=unit: _in_all(group, key, unit))
            )
    return [c for c, _ in found], [make for _, make in found]


def _title(material: Material, group: Group) -> str:
    return material.prompt_titles[group.prompt_id]


def _takes(groups: Sequence[Group]) -> bool:
    """Whether a prompt has several rows."""
    return len(groups) > len({group.prompt_id for group in groups})


def _metrics(material: Material) -> list[str]:
    """One measurement a dimension that has a number, those of the camera left to its check."""
    measured = [m for m in metrics_in_order(material) if m != "camera_motion"]
    return [m for d in material.rubric.ids for m in main_metrics(d, measured, most=1)]


def _caption(groups: Sequence[Group], keys: Sequence[str]) -> str:
    what = "prompt and take" if _takes(groups) else "prompt"
    told = [
        words
        for start, words in (
            ("votes_", "who was preferred by how many votes"),
            ("measured_", "what was measured"),
            ("camera", "what the camera check found"),
            ("seconds", "how long the clips took"),
            ("cost_usd", "what they cost"),
        )
        if any(key.startswith(start) for key in keys)
    ]
    return f"A row a {what}" + (f": {listed(told)}" if told else "")


def _lines(material: Material, voted: Sequence[str], metrics: Sequence[str]) -> list[str]:
    lines = []
    if voted:
        who = "the model with more votes" if len(material.models) == 2 else "the model with the largest share"
        lines.append(
            f"Under each dimension stands {who} on that prompt, with its votes and all that were cast on its clips. So few "
            "votes are an observation, not a finding: those stand above, with their intervals."
        )
    if metrics and len(material.models) == 2:
        a, b = material.models
        names = listed([f"{label_of(material, m)}{_in(unit_of(material, m))}" for m in metrics])
        lines.append(f"Differences are {a} less {b}: {names}.")
    return lines


def _in(unit: str) -> str:
    return f" ({unit})" if unit else ""


def _vote_cell(material: Material, group: Group, dimension: str) -> Cell:
    """'A, 4 of 5': the model that is ahead, sorted by how far the first model is ahead of the rest."""
    won: dict[str, int] = {}
    cast: dict[str, int] = {}
    ties = 0
    models = [row.model for row in group.rows]
    for i, a in enumerate(models):
        for b in models[i + 1 :]:
            votes = material.pair_votes.get(PairKey(group.prompt_id, group.take, dimension, a, b))
            if votes is None:
                continue
            _count(votes, a, b, won, cast)
            ties += votes.ties
    if not cast:
        return None
    source = f"votes {dimension}: {group.prompt_id}, take {group.take}"
    share = {model: won[model] / cast[model] for model in cast}
    best = max(share.values())
    ahead = [model for model in models if share.get(model) == best]
    first = models[0]
    worth = share[ahead[0]]
    if len(models) == 2:
        other = models[1]
        worth = (won[first] - won[other]) / cast[first]
    result = number(worth, "share", n=cast[ahead[0]], source=source, signed=True)
    result["text"] = (
        f"{ahead[0]}, {_of(won[ahead[0]], cast[ahead[0]])}"
        if len(ahead) == 1
        else _level(ahead, won, cast, ties)
    )
    return result


def _count(votes: PairVotes, a: str, b: str, won: dict[str, int], cast: dict[str, int]) -> None:
    for model, own in ((a, votes.a), (b, votes.b)):
        won[model] = won.get(model, 0) + own
        cast[model] = cast.get(model, 0) + votes.n


def _level(ahead: Sequence[str], won: dict[str, int], cast: dict[str, int], ties: int) -> str:
    own, whole = won[ahead[0]], cast[ahead[0]]
    if not own:
        return f"neither, {_of(ties, ties)}" if len(cast) == 2 else f"all {ties} tied"
    return f"level, {_of(own, whole)} each"


def _of(part: int, whole: int) -> str:
    """'3 of 5', kept on one line."""
    return f"{part}{NO_BREAK}of{NO_BREAK}{whole}"


def _difference_label(material: Material, metric: str) -> str:
    return f"{label_of(material, metric)}, difference"


def _difference(material: Material, group: Group, metric: str) -> Cell:
    values = _by_model(material, group, metric)
    if len(values) < 2:
        return None
    a, b = (values[m] for m in material.models)
    unit = unit_of(material, metric)
    return number(
        a - b,
        unit,
        signed=True,
        bare=True,
        source=f"{metric}: {group.prompt_id}, take {group.take}, {material.models[0]} less {material.models[1]}",
    )


def _lowest_to_highest(material: Material, group: Group, metric: str) -> Cell:
    """'0.12 (A) to 0.55 (C)', sorted by how far they are apart: the values themselves stand under each pair."""
    values = _by_model(material, group, metric)
    if len(values) < 2:
        return None
    low, high = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    unit = unit_of(material, metric)
    ends = [f"{number(values[m], unit, bare=True)['text']} ({m})" for m in (low, high)]
    source = f"{metric}: {group.prompt_id}, take {group.take}, {high} less {low}"
    result = number(values[high] - values[low], unit, source=source)
    result["text"] = " to ".join(ends)
    return result


def _by_model(material: Material, group: Group, metric: str) -> dict[str, float]:
    """The mean of a measurement over each model's clips of a row; without models for which it has no number."""
    values: dict[str, list[float]] = {}
    for row in group.rows:
        found = material.measured.get((row.clip, metric))
        value = number(found.value)["value"] if found is not None else None
        if value is not None:
            values.setdefault(row.model, []).append(float(value))
    return {model: sum(own) / len(own) for model, own in values.items()}


def _camera(material: Material, group: Group) -> Cell:
    checks = camera.clip_checks(material, group)
    if not checks:
        return None
    if len(checks) > MOST_COLUMNS:
        met = sum(check["verdict"] == "met" for check in checks)
        return f"{_of(met, len(checks))} as asked"
    words = [_WORDS.get(check["verdict"], check["verdict"]) for check in checks]
    if len(set(words)) == 1:
        return f"both {words[0]}" if len(words) == 2 else words[0]
    return "; ".join(f"{check['model']}: {word}" for check, word in zip(checks, words, strict=True))


def _known(row: Any, key: str) -> bool:
    return number(getattr(row, key))["value"] is not None


def _spent(group: Group, key: str, unit: str, model: str) -> Cell:
    for row in group.rows:
        if row.model == model and _known(row, key):
            return number(getattr(row, key), unit, source=f"request {row.request[:12]}")
    return None


def _in_all(group: Group, key: str, unit: str) -> Cell:
    values = [float(getattr(row, key)) for row in group.rows if _known(row, key)]
    if not values:
        return None
    total: Number = number(
        sum(values) if key == "cost_usd" else max(values),
        unit,
        n=len(values),
        source=f"{key}: {group.prompt_id}, take {group.take}",
    )
    return total
