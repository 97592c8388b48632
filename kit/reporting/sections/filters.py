"""What the pairs of a page can be filtered by: a mark for each thing known of a prompt, and the choices that go with it."""

from collections.abc import Iterable, Sequence
from typing import Any

from kit.reporting.material import Group, Material
from kit.reporting.pair_votes import together
from kit.reporting.sections import camera

LEAST_PROMPTS = 4  # below that there is nothing to look for

Option = tuple[str, str, str]  # a mark, its label, and the heading under which it stands ("" for none)

_CAMERA = {
    "met": "as asked",
    "reversed": "the opposite way",
    "missing": "a move missing",
    "extra": "a move that nobody asked for",
    "unsure": "cannot be told",
    "not measured": "not measured",
}


def choices(material: Material, marks: dict[str, list[str]]) -> list[dict[str, Any]]:
    """The fields of the filter, each with the options that fit some prompts and not all; `marks` by prompt id."""
    if len(marks) < LEAST_PROMPTS:
        return []
    count = {mark: 0 for own in marks.values() for mark in own}
    for own in marks.values():
        for mark in own:
            count[mark] += 1
    fields = (
        ("stresses", "Stresses", _stresses(material)),
        ("tag", "Tag", _tags(material)),
        ("votes", "Votes", _votes(material)),
        ("camera", "Camera check", [(f"c-{i}", _CAMERA[v], "") for i, v in enumerate(_CAMERA)]),
        ("clips", "Clips", _clips(material)),
    )
    found = []
    for name, label, options in fields:
        kept = [o for o in options if 0 < count.get(o[0], 0) < len(marks)]
        if kept:
            found.append({"name": name, "label": label, "groups": _grouped(kept, count)})
    return found


def marks_of(material: Material, row: Any, groups: Sequence[Group]) -> list[str]:
    """The marks of one prompt: words of letters, digits and dashes, which stand in the page's markup."""
    dimensions = {name: i for i, name in enumerate(material.rubric.ids)}
    found = [f"s-{dimensions[row.stresses]}"] if row.stresses in dimensions else []
    found += [f"t-{material.tags[tag]}" for tag in row.tags]
    found += _vote_marks(material, row.prompt_id)
    verdicts = {check["verdict"] for group in groups for check in camera.clip_checks(material, group)}
    found += [f"c-{i}" for i, verdict in enumerate(_CAMERA) if verdict in verdicts]
    there = {r.model for group in groups for r in group.rows}
    found += [f"m-{i}" for i, model in enumerate(material.models) if model not in there]
    if any(r.clip in material.faults for group in groups for r in group.rows):
        found.append("faulty")
    return found


def _vote_marks(material: Material, prompt_id: str) -> list[str]:
    found: list[str] = []
    models = {model: i for i, model in enumerate(material.models)}
    for dimension in material.rubric.ids:
        d = material.rubric.ids.index(dimension)
        for a, b in material.votes_on[prompt_id].get(dimension, {}):
            votes = together(material.votes_on[prompt_id][dimension][a, b])
            if votes.lead:
                found.append(f"v-{d}-{models[a if votes.lead > 0 else b]}")
            else:
                found.append(f"v-{d}-level")
            if votes.disputed:
                found.append(f"v-{d}-disputed")
    return sorted(set(found)) or ["v-none"]


def _stresses(material: Material) -> list[Option]:
    return [(f"s-{i}", material.dimension_title(d), "") for i, d in enumerate(material.rubric.ids)]


def _tags(material: Material) -> list[Option]:
    return [(f"t-{i}", tag, "") for tag, i in material.tags.items()]


def _votes(material: Material) -> list[Option]:
    found: list[Option] = []
    for d, dimension in enumerate(material.rubric.ids):
        title = material.dimension_title(dimension)
        found += [(f"v-{d}-{i}", f"more votes for {model}", title) for i, model in enumerate(material.models)]
        found.append((f"v-{d}-level", "as many for either", title))
        found.append((f"v-{d}-disputed", "disputed: a third or more took the other side", title))
    return [*found, ("v-none", "no votes", "Any dimension")]


def _clips(material: Material) -> list[Option]:
    missing = [(f"m-{i}", f"none from {model}", "") for i, model in enumerate(material.models)]
    return [*missing, ("faulty", "one could not be decoded whole", "")]


def _grouped(options: Iterable[Option], count: dict[str, int]) -> list[dict[str, Any]]:
    """Options under their headings, in order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for mark, label, heading in options:
        found.setdefault(heading, []).append({"mark": mark, "label": label, "prompts": count[mark]})
    return [{"heading": heading, "options": own} for heading, own in found.items()]
