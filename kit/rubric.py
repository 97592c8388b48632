"""What raters are asked: the dimensions of a comparison, with wording and anchors.

The default rubric asks one question at a time, each with a definition and angles to look from, as T2VHE does
(Zhang et al., NeurIPS 2024), and files content and camera under prompt adherence only, as the benchmarks do: what is
missing or moves the wrong way is not an artefact. The wording is our own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kit.canonical import digest
from kit.cells import nearest, show, text_cell
from kit.errors import BadConfig, BadInput, Fault

LOWEST, HIGHEST = 1, 5
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_KEYS = ("name", "version", "dimensions")
_DIMENSION_KEYS = ("id", "title", "question", "look_at", "anchors")
DataPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Dimension:
    """One thing to judge. `anchors` says what a score of 1 to 5 stands for; not every score needs one."""

    id: str
    title: str
    question: str
    look_at: tuple[str, ...] = ()
    anchors: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rubric:
    """An ordered list of dimensions; `version` goes up when wording changes."""

    name: str
    version: int
    dimensions: tuple[Dimension, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the dimensions, in order."""
        return tuple(d.id for d in self.dimensions)

    def __getitem__(self, dimension: str) -> Dimension:
        """The dimension with this id; KeyError names the nearest one."""
        for found in self.dimensions:
            if found.id == dimension:
                return found
        raise KeyError(f"unknown dimension {show(dimension)}{nearest(dimension, self.ids)}")

    def to_data(self) -> dict[str, Any]:
        """Plain data that `from_data` turns back into an equal rubric."""
        dimensions = [
            {
                "id": d.id,
                "title": d.title,
                "question": d.question,
                "look_at": list(d.look_at),
                "anchors": {score: d.anchors[score] for score in sorted(d.anchors)},
            }
            for d in self.dimensions
        ]
        return {"name": self.name, "version": self.version, "dimensions": dimensions}

    def fingerprint(self) -> str:
        """SHA-256 (hex) of the whole wording: equal only for equal rubrics."""
        return digest(self.to_data())

    @classmethod
    def from_data(
        cls,
        data: Any,
        where: str,
        *,
        lines: Mapping[DataPath, int] | None = None,
        at: DataPath = (),
        error: type[BadInput] = BadConfig,
    ) -> "Rubric":
        """A rubric from plain data, e.g. the `rubric:` of study.yaml; raises `error` with every fault.

        `lines` and `at` are the lines of a YAML file and the path of the rubric in it (see kit.reading_yaml).
        """
        reader = _Reader(where, lines or {}, at)
        rubric = reader.rubric(data)
        if reader.faults:
            raise error(reader.faults)
        assert rubric is not None
        return rubric


class _Reader:
    def __init__(self, where: str, lines: Mapping[DataPath, int], at: DataPath) -> None:
        self._where, self._lines, self._at = where, lines, at
        self.faults: list[Fault] = []

    def _fault(self, path: DataPath, problem: str) -> None:
        full = (*self._at, *path)
        # A value that is missing has no line of its own: name the line of what it is missing from.
        line = next(
            (self._lines[full[:n]] for n in range(len(full), -1, -1) if full[:n] in self._lines), None
        )
        # Positions in a list count from 1 for people; the scores of anchors are keys and stay as they are.
        words = [
            f"no. {part + 1}" if isinstance(part, int) and full[i - 1] != "anchors" else str(part)
            for i, part in enumerate(full)
        ]
        place = ", ".join(words)
        self.faults.append(Fault(self._where, problem, line, place or None))

    def _keys(self, data: Mapping[Any, Any], path: DataPath, known: Sequence[str]) -> None:
        for key in data:
            if key not in known:
                hint = nearest(str(key), known)
                self._fault((*path, str(key)), f"unknown key {show(key)}{hint}; known: {', '.join(known)}")

    def _text(self, data: Mapping[Any, Any], path: DataPath, key: str, default: str | None = None) -> str:
        value = data.get(key, default)
        if not isinstance(value, str) or not value.strip():
            found = "it is missing" if key not in data else f"found {show(value)}"
            self._fault(
                (*path, key), f"a text is needed, {found}; write one (in quotes if it looks like a number)"
            )
            return ""
        return self._clean(value, (*path, key))

    def _clean(self, value: str, path: DataPath) -> str:
        try:
            return text_cell(value.strip(), limit=2_000)
        except ValueError as bad:
            self._fault(path, str(bad))
            return ""

    def rubric(self, data: Any) -> Rubric | None:
        if not isinstance(data, Mapping):
            self._fault((), f"a rubric is a map with the keys {', '.join(_KEYS)}; found {show(data)}")
            return None
        self._keys(data, (), _KEYS)
        name = self._text(data, (), "name")
        version = data.get("version", 1)
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            self._fault(("version",), f"a whole number from 1 is needed, found {show(version)}")
            version = 1
        listed = data.get("dimensions")
        if not isinstance(listed, Sequence) or isinstance(listed, str) or not listed:
            self._fault(("dimensions",), f"a list of at least one dimension is needed, found {show(listed)}")
            return None
        dimensions: list[Dimension] = []
        for i, item in enumerate(listed):
            dimension = self._dimension(item, ("dimensions", i))
            if dimension is None:
                continue
            if dimension.id and dimension.id in [d.id for d in dimensions]:
                self._fault(("dimensions", i, "id"), f"the id {dimension.id!r} is there twice; rename one")
            dimensions.append(dimension)
        return Rubric(name, version, tuple(dimensions))

    def _dimension(self, data: Any, path: DataPath) -> Dimension | None:
        if not isinstance(data, Mapping):
            self._fault(
                path, f"a dimension is a map with the keys {', '.join(_DIMENSION_KEYS)}; found {show(data)}"
            )
            return None
        self._keys(data, path, _DIMENSION_KEYS)
        name = self._text(data, path, "id")
        if name and not _ID.fullmatch(name):
            problem = f"{show(name)} is no id: 1 to 40 of a-z 0-9 _, beginning with a letter"
            self._fault((*path, "id"), problem)
        title = self._text(data, path, "title", default=name.replace("_", " ").capitalize() or "?")
        question = self._text(data, path, "question")
        return Dimension(name, title, question, self._look_at(data, path), self._anchors(data, path))

    def _look_at(self, data: Mapping[Any, Any], path: DataPath) -> tuple[str, ...]:
        listed = data.get("look_at", [])
        if not isinstance(listed, Sequence) or isinstance(listed, str):
            self._fault((*path, "look_at"), f"a list of texts is needed, found {show(listed)}")
            return ()
        found = []
        for i, item in enumerate(listed):
            if isinstance(item, str) and item.strip():
                found.append(self._clean(item, (*path, "look_at", i)))
            else:
                self._fault((*path, "look_at", i), f"a text is needed, found {show(item)}")
        return tuple(found)

    def _anchors(self, data: Mapping[Any, Any], path: DataPath) -> dict[int, str]:
        given = data.get("anchors", {})
        if not isinstance(given, Mapping):
            self._fault((*path, "anchors"), f"a map from score to text is needed, found {show(given)}")
            return {}
        found: dict[int, str] = {}
        for key, text in given.items():
            # JSON has no whole numbers as keys, so '3' is as good as 3.
            score = int(key) if isinstance(key, str) and key in {"1", "2", "3", "4", "5"} else key
            at = (*path, "anchors", key if isinstance(key, int | str) else str(key))
            if not isinstance(score, int) or isinstance(score, bool) or not LOWEST <= score <= HIGHEST:
                self._fault(at, f"a score is a whole number from {LOWEST} to {HIGHEST}, found {show(key)}")
            elif score in found:
                self._fault(at, f"the score {score} is there twice; remove one")
            elif not isinstance(text, str) or not text.strip():
                self._fault(at, f"a text is needed, found {show(text)}")
            else:
                found[score] = self._clean(text, at)
        return {score: found[score] for score in sorted(found)}


DEFAULT = Rubric(
    name="four-dimensions",
    version=1,
    dimensions=(
        Dimension(
            "prompt_adherence",
            "Prompt adherence",
            "Which clip shows more of what the prompt asks for?",
            (
                "Subjects: everybody and everything named is there, in the right number and with the right looks.",
                "Actions: what should happen happens, in the order asked for.",
                "Camera: it moves, or stays still, as asked.",
                "Setting and style: place, time of day, weather and look are as asked.",
                "Anything missing and any wrong camera move counts here, and only here.",
            ),
            {
                1: "Hardly anything of the prompt is there.",
                2: "The main subject is there, most of the rest is missing or wrong.",
                3: "About half is as asked; an action or a camera move is missing or wrong.",
                4: "All but a small detail is as asked.",
                5: "Everything asked for is there, and nothing contradicts the prompt.",
            },
        ),
        Dimension(
            "video_realism",
            "Video realism",
            "Which clip could more easily pass for real footage, or for the style it was asked to have?",
            (
                "Light: shadows, reflections and highlights agree with one another.",
                "Material: skin, cloth, metal, glass and water look like what they are.",
                "Motion: people, animals and things move with weight and at a believable speed.",
                "Physics: things fall, flow, collide and break as they do in the world.",
                "Judge what is shown, not what is missing from the prompt.",
            ),
            {
                1: "Plainly synthetic from the first moment.",
                2: "Synthetic for most of the clip.",
                3: "Believable at a glance; light, material or motion gives it away.",
                4: "Believable, but for a moment or a detail.",
                5: "Could pass for the real thing from beginning to end.",
            },
        ),
        Dimension(
            "video_resolution",
            "Video resolution",
            "Which clip has more fine detail, and holds it steadier?",
            (
                "At 1:1, pixel for pixel: hair, leaves, fabric, letters and edges are clear rather than smeared.",
                "Fine detail stays the same from frame to frame instead of shimmering or boiling.",
                "Moving parts keep their detail as far as motion blur allows.",
                "Blocks, banding and sharpening halos count against it; a blurred background that is meant does not.",
            ),
            {
                1: "Blurred or blocky throughout.",
                2: "Soft; fine detail is mostly lost.",
                3: "Clear in the large; fine detail is soft or unsteady.",
                4: "Detailed and steady, with a weak spot.",
                5: "Crisp at 1:1 and steady throughout.",
            },
        ),
        Dimension(
            "artifacts",
            "Artifacts",
            "Which clip has fewer visible faults of generation?",
            (
                "Warping: faces, hands and things bend, melt or grow into one another.",
                "Extra or missing limbs, fingers or parts.",
                "Flicker: brightness or texture jumps although nothing in the scene changes.",
                "Popping: things appear, vanish or turn into others.",
                "Garbled letters and signs.",
                "Better means fewer and smaller faults. Missing content and camera moves belong to prompt adherence.",
            ),
            {
                1: "Gross faults for most of the clip.",
                2: "A gross fault, or many small ones.",
                3: "Several small faults that one notices at once.",
                4: "A small fault that one has to look for.",
                5: "No visible fault.",
            },
        ),
    ),
)
