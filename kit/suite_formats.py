"""The prompt files that video benchmarks publish, read as suites. None of their prompts come with the kit.

- `vbench`: VBench (Huang et al., CVPR 2024), `VBench_full_info.json`: a list of {prompt_en, dimension: [...],
  auxiliary_info}; also the files of one dimension, `<dimension>.txt` with a prompt a line.
- `vbench2`: VBench-2.0 (Zheng et al., 2025), `VBench2_full_info.json` and `meta_info/<Dimension>.json`: the same list
  with capitalised dimensions, one or a list; `VBench2_full_text_info.json`: {text: {caption, dimension}}; and
  `prompt/<Dimension>.txt`. The wanted camera move of Camera_Motion becomes `camera`.
- `fetv`: FETV (Liu et al., NeurIPS 2023 D&B), `fetv_data.json`: one JSON object a line, with prompt, major content,
  attribute control and prompt complexity.

Their own categories are kept as tags, 'vbench:color' and so on. `stresses` is the first category which has a
counterpart among the four dimensions; the choice of counterparts is ours and none of the benchmarks' doing. Entries
with the same text become one prompt with the categories of all. Questions that VBench-2.0 asks its judge are not taken
over as checks, since the wanted answer is not stated in every case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kit.cells import ID_PATTERN, show, text_cell
from kit.errors import BadSuite, Fault
from kit.reading import jsonl_objects, parse_json, read_text
from kit.suite import CAMERA_WORDS, Suite, slug

_TITLES = {"vbench": "VBench prompts", "vbench2": "VBench-2.0 prompts", "fetv": "FETV prompts"}

_ADHERENCE, _REALISM, _RESOLUTION, _ARTIFACTS = (
    *("prompt_adherence", "video_realism"),
    *("video_resolution", "artifacts"),
)
# None: no counterpart (taste, variety, amount of motion).
VBENCH: Mapping[str, str | None] = {
    "subject_consistency": _ARTIFACTS,
    "background_consistency": _ARTIFACTS,
    "temporal_flickering": _ARTIFACTS,
    "motion_smoothness": _REALISM,
    "dynamic_degree": None,
    "aesthetic_quality": None,
    "imaging_quality": _RESOLUTION,
    "object_class": _ADHERENCE,
    "multiple_objects": _ADHERENCE,
    "human_action": _ADHERENCE,
    "color": _ADHERENCE,
    "spatial_relationship": _ADHERENCE,
    "scene": _ADHERENCE,
    "temporal_style": _ADHERENCE,
    "appearance_style": _ADHERENCE,
    "overall_consistency": _ADHERENCE,
}
VBENCH2: Mapping[str, str | None] = {
    "Camera_Motion": _ADHERENCE,
    "Complex_Landscape": _ADHERENCE,
    "Complex_Plot": _ADHERENCE,
    "Composition": _ADHERENCE,
    "Diversity": None,
    "Dynamic_Attribute": _ADHERENCE,
    "Dynamic_Spatial_Relationship": _ADHERENCE,
    "Human_Anatomy": _ARTIFACTS,
    "Human_Clothes": _ARTIFACTS,
    "Human_Identity": _ARTIFACTS,
    "Human_Interaction": _ADHERENCE,
    "Instance_Preservation": _ARTIFACTS,
    "Material": _REALISM,
    "Mechanics": _REALISM,
    "Motion_Order_Understanding": _ADHERENCE,
    "Motion_Rationality": _REALISM,
    "Multi-View_Consistency": _ARTIFACTS,
    "Thermotics": _REALISM,
}
# FETV's attribute control is what a prompt pins down; its fluid motion and change of light ask for physics.
_FETV_REALISM = {"fluid motions", "light change"}
_FETV_ASPECTS = ("major content", "attribute control")


@dataclass
class _Draft:
    """One prompt as it is put together from the entries which share its text."""

    text: str
    line: int | None
    id: str = ""
    tags: list[str] = field(default_factory=list)
    stresses: str | None = None
    camera: list[str] = field(default_factory=list)


class _Refused(ValueError):
    """What is wrong with an entry, and with which key."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(problem)
        self.key = key


def read(
    path: Path,
    *,
    format: str | None,  # noqa: A002
    dimensions: Sequence[str] | None,
) -> Suite | None:
    """The suite in a published prompt file, or None if it is of none of these kinds and no `format` was named.

    Raises BadSuite with every fault. A counterpart that is not among `dimensions` is left out of `stresses`.
    """
    where = str(path)
    text = read_text(path, error=BadSuite)
    if path.suffix.lower() == ".txt":
        kind = format or ("vbench" if path.stem in VBENCH else "vbench2" if path.stem in VBENCH2 else None)
        lines = text.splitlines()
        entries = [
            (n, {"prompt_en": line, "dimension": path.stem})
            for n, line in enumerate(lines, 1)
            if line.strip()
        ]
        name = f"{kind}-{slug(path.stem)}"
    else:
        entries = _entries(text, where, named=format)
        kind = format or _kind(entries)
        name = str(kind)
    if kind is None:
        return None
    return _suite(entries, kind, name, where, dimensions)


def _entries(text: str, where: str, *, named: str | None) -> list[tuple[int, Any]]:
    """The entries with a number each: of the line in JSONL, of the place in the list (from 1) otherwise."""
    try:
        data = parse_json(text)
    except ValueError as bad:
        objects, faults = jsonl_objects(text, where)
        if faults and (named or not _kind(objects)):
            raise BadSuite(faults if objects else [Fault(where, str(bad))]) from None
        if faults:
            raise BadSuite(faults) from None
        return list(objects)
    if isinstance(data, Mapping) and not {"prompt", "prompt_en"} & data.keys():
        # {text: {caption, dimension}}; the keys are cut short, the captions are whole.
        listed: list[Any] = [
            {"prompt_en": value.get("caption", key), "dimension": value.get("dimension", [])}
            if isinstance(value, Mapping)
            else value
            for key, value in data.items()
        ]
    else:
        listed = data if isinstance(data, list) else [data]
    return list(enumerate(listed, start=1))


def _kind(entries: Sequence[tuple[int, Any]]) -> str | None:
    maps = [entry for _, entry in entries if isinstance(entry, Mapping)]
    if any("prompt" in entry and "major content" in entry for entry in maps):
        return "fetv"
    if any("prompt_en" in entry and "dimension" in entry for entry in maps):
        named = {name for entry in maps for name in _names(entry.get("dimension"))}
        return "vbench2" if named & VBENCH2.keys() else "vbench"
    return None


def _suite(
    entries: Sequence[tuple[int, Any]], kind: str, name: str, where: str, dimensions: Sequence[str] | None
) -> Suite:
    drafts: dict[str, _Draft] = {}
    faults: list[Fault] = []
    for number, entry in entries:
        try:
            draft = (_fetv if kind == "fetv" else _vbench)(entry, kind, number)
        except _Refused as bad:
            faults.append(Fault(where, str(bad), None, f"entry {number}, {bad.key}"))
            continue
        known = drafts.setdefault(draft.text, draft)
        if known is not draft:
            known.tags += [tag for tag in draft.tags if tag not in known.tags]
            known.stresses = known.stresses or draft.stresses
            known.camera = known.camera or draft.camera
    if not entries:
        faults.append(Fault(where, "there is no prompt in it"))
    if faults:
        raise BadSuite(faults)
    used: set[str] = set()
    prompts = []
    for draft in drafts.values():
        fields: dict[str, Any] = {"text": draft.text, "tags": draft.tags, "camera": draft.camera}
        if draft.id and draft.id not in used:
            used.add(draft.id)
            fields["id"] = draft.id
        if draft.stresses and (dimensions is None or draft.stresses in dimensions):
            fields["stresses"] = draft.stresses
        prompts.append(fields)
    data = {"name": name, "title": _TITLES[kind], "prompts": prompts}
    return Suite.from_data(data, where, dimensions=dimensions)


def _names(value: Any) -> list[str]:
    """The category names of a field that holds one, a list of them, or null."""
    if value is None:
        return []
    return (
        [value]
        if isinstance(value, str)
        else [v for v in value if isinstance(v, str)]
        if isinstance(value, list)
        else []
    )


def _text(entry: Any, key: str, kind: str) -> str:
    if not isinstance(entry, Mapping):
        raise _Refused(
            key, f"an entry of a {kind} file is an object with the key {key!r}; found {show(entry)}"
        )
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _Refused(key, f"a text is needed in an entry of a {kind} file, found {show(value)}")
    try:
        return text_cell(value.strip())
    except ValueError as bad:
        raise _Refused(key, str(bad)) from None


def _vbench(entry: Any, kind: str, number: int) -> _Draft:
    draft = _Draft(_text(entry, "prompt_en", kind), number)
    named = _names(entry.get("dimension"))
    if not named:
        raise _Refused(
            "dimension", f"one name or a list of names is needed, found {show(entry.get('dimension'))}"
        )
    draft.tags = [f"{kind}:{name}" for name in dict.fromkeys(named)]
    counterparts = [{**VBENCH, **VBENCH2}.get(name) for name in named]
    draft.stresses = next((found for found in counterparts if found), None)
    wanted = entry.get("auxiliary_info")
    if "Camera_Motion" in named and isinstance(wanted, str):
        word = {"orbits": "orbit"}.get(wanted, wanted)
        if word in CAMERA_WORDS:
            draft.camera = [word]
        else:
            draft.tags.append(f"{kind}:camera:{wanted}")
    return draft


def _fetv(entry: Any, kind: str, number: int) -> _Draft:
    draft = _Draft(_text(entry, "prompt", kind), number)
    found: dict[str, list[str]] = {}
    for aspect in _FETV_ASPECTS:
        sides = entry.get(aspect) or {}
        if not isinstance(sides, Mapping):
            raise _Refused(
                aspect, f"an object with the keys spatial and temporal is needed, found {show(sides)}"
            )
        found[aspect] = [name for side in ("spatial", "temporal") for name in _names(sides.get(side))]
    complexity = _names(entry.get("prompt complexity"))
    named = [
        *found["major content"],
        *found["attribute control"],
        *(f"complexity {name}" for name in complexity),
    ]
    draft.tags = [f"fetv:{name}" for name in dict.fromkeys(named)]
    if found["attribute control"]:
        draft.stresses = _ADHERENCE
    elif _FETV_REALISM & set(found["major content"]):
        draft.stresses = _REALISM
    video_id = str(entry.get("video_id", ""))
    draft.id = video_id if ID_PATTERN.fullmatch(video_id) else ""
    return draft
