"""Prompt suites: an ordered, named set of texts to film, with what each stresses and what to check.

A suite is YAML (`name`, `title`, `prompts: [...]`), or CSV or JSONL with one prompt a row and the fields of `Prompt`
as columns; in CSV the lists (camera, checks, tags) are separated by ';', so an item there cannot hold one. Only `text`
is required. White space around a text is dropped. The same text twice is refused, since repeats are takes of one
prompt; texts that differ in their negative prompt are two prompts.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from kit.cells import id_cell, name_cell, nearest, one_of, show, text_cell
from kit.errors import BadSuite, Fault
from kit.reading import read_table
from kit.reading_yaml import read_yaml
from kit.rubric import DEFAULT

CAMERA_WORDS = (
    "static",
    "pan_left",
    "pan_right",
    "tilt_up",
    "tilt_down",
    "zoom_in",
    "zoom_out",
    "roll_cw",
    "roll_ccw",
    "orbit",
    "track",
)
FORMATS = ("vbench", "vbench2", "fetv")
SLUG_LIMIT = 48

_SUITE_KEYS = ("name", "title", "prompts")
_LISTS = ("camera", "checks", "tags")
_PROMPT_KEYS = ("id", "text", "title", "stresses", "negative_prompt", *_LISTS)
_TABLES = {".csv", ".jsonl", ".ndjson"}
_YAML = {".yaml", ".yml"}
_PUBLISHED = {".json", ".jsonl", ".ndjson", ".txt"}
DataPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Prompt:
    """One text to film.

    `stresses` is the dimension that it tests most, or None; `camera` holds camera words in the order in which the
    moves happen; `checks` are claims that can be answered yes or no on a clip.
    """

    id: str
    text: str
    title: str = ""
    stresses: str | None = None
    negative_prompt: str = ""
    camera: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suite:
    """An ordered set of prompts with unique ids."""

    name: str
    title: str
    prompts: tuple[Prompt, ...]

    def __getitem__(self, prompt_id: str) -> Prompt:
        """The prompt with this id; KeyError names the nearest one."""
        for prompt in self.prompts:
            if prompt.id == prompt_id:
                return prompt
        raise KeyError(f"unknown prompt {show(prompt_id)}{nearest(prompt_id, [p.id for p in self.prompts])}")

    def to_data(self) -> dict[str, Any]:
        """Plain data (maps, lists, strings) that `from_data` turns back into an equal suite; empty fields left out."""
        prompts = []
        for prompt in self.prompts:
            fields = {key: getattr(prompt, key) for key in _PROMPT_KEYS}
            prompts.append({k: list(v) if isinstance(v, tuple) else v for k, v in fields.items() if v})
        return {"name": self.name, "title": self.title, "prompts": prompts}

    @classmethod
    def from_data(
        cls,
        data: Any,
        where: str,
        *,
        dimensions: Sequence[str] | None = DEFAULT.ids,
        lines: Mapping[DataPath, int] | None = None,
        default_name: str = "suite",
    ) -> "Suite":
        """A suite from plain data as YAML gives it; raises BadSuite with every fault.

        `dimensions` are the ids that `stresses` may name (None: any). `lines` maps paths in the data to lines of the
        file (see kit.reading_yaml). `default_name` is used if the data has no name.
        """
        faults: list[Fault] = []
        reader = _Reader(where, dimensions, faults)
        lines = lines or {}
        if not isinstance(data, Mapping):
            problem = f"a suite is a map with the keys {', '.join(_SUITE_KEYS)}; found {show(data)}"
            raise BadSuite([Fault(where, problem, lines.get(()))])
        for key in data:
            if key not in _SUITE_KEYS:
                line = lines.get((key,))
                hint = nearest(str(key), _SUITE_KEYS)
                faults.append(
                    Fault(where, f"unknown key {show(key)}{hint}; known: {', '.join(_SUITE_KEYS)}", line)
                )
        name = default_name
        if data.get("name") is not None:
            name = reader.value(data["name"], id_cell, lines.get(("name",)), "name") or name
        title = name
        if data.get("title") is not None:
            title = reader.value(data["title"], name_cell, lines.get(("title",)), "title") or name
        listed = data.get("prompts")
        if not isinstance(listed, Sequence) or isinstance(listed, str) or not listed:
            problem = f"a list of at least one prompt is needed, found {show(listed)}; write prompts: [{{text: ...}}]"
            raise BadSuite(
                [*faults, Fault(where, problem, lines.get(("prompts",), lines.get(())), "prompts")]
            )
        places: list[dict[Any, int]] = [{} for _ in listed]
        for path, line in lines.items():
            if len(path) == 3 and path[0] == "prompts" and isinstance(path[1], int):
                places[path[1]][path[2]] = line
        items = [
            _Item(item, lines.get(("prompts", i)), f"prompt {i + 1}, ", places[i])
            for i, item in enumerate(listed)
        ]
        return cls(name, title, reader.prompts(items))


@dataclass(frozen=True)
class _Item:
    """One prompt's fields as found, and where they stand."""

    data: Any
    line: int | None
    prefix: str = ""
    places: Mapping[Any, int] | None = None

    def at(self, key: str) -> tuple[int | None, str]:
        return (self.places or {}).get(key, self.line), self.prefix + key


class _Reader:
    def __init__(self, where: str, dimensions: Sequence[str] | None, faults: list[Fault]) -> None:
        self._where, self._dimensions, self._faults = where, dimensions, faults

    def _fault(self, problem: str, line: int | None, column: str) -> None:
        self._faults.append(Fault(self._where, problem, line, column))

    def value(self, value: Any, reader: Any, line: int | None, column: str) -> str:
        if not isinstance(value, str):
            self._fault(f"a text is needed, found {show(value)}; put it in quotes if it is one", line, column)
            return ""
        try:
            return str(reader(value.strip()))
        except ValueError as bad:
            self._fault(str(bad), line, column)
            return ""

    def prompts(self, items: Sequence[_Item]) -> tuple[Prompt, ...]:
        """The prompts; raises BadSuite if this or anything before found a fault."""
        drafts = [(item, draft) for item in items if (draft := self._draft(item)) is not None]
        self._refuse_twins(drafts)
        if self._faults:
            raise BadSuite(sorted(self._faults, key=lambda fault: fault.line or 0))
        taken = {draft["id"] for _, draft in drafts if draft["id"]}
        prompts = []
        for _, draft in drafts:
            prompt_id = draft["id"] or free_id(draft["text"], taken)
            taken.add(prompt_id)
            prompts.append(Prompt(**{**draft, "id": prompt_id}))
        return tuple(prompts)

    def _refuse_twins(self, drafts: Sequence[tuple[_Item, dict[str, Any]]]) -> None:
        ids: dict[str, str] = {}
        texts: dict[tuple[str, str], str] = {}
        for position, (item, draft) in enumerate(drafts, start=1):
            here = f"line {item.line}" if item.line is not None else f"prompt {position}"
            if draft["id"]:
                first = ids.setdefault(draft["id"], here)
                if first != here:
                    line, column = item.at("id")
                    self._fault(
                        f"the id {draft['id']!r} is there twice (first in {first}); rename one", line, column
                    )
            if draft["text"]:
                first = texts.setdefault((draft["text"], draft["negative_prompt"]), here)
                if first != here:
                    problem = f"the same text as in {first}; remove one (for repeats, ask for more takes of one prompt)"
                    self._fault(problem, *item.at("text"))

    def _draft(self, item: _Item) -> dict[str, Any] | None:
        data = item.data
        if not isinstance(data, Mapping):
            hint = "; write '- text: ...'" if isinstance(data, str) else ""
            column = item.prefix.rstrip(", ") or "prompt"
            self._fault(
                f"a prompt is a map with at least the key text; found {show(data)}{hint}", item.line, column
            )
            return None
        for key in data:
            if key not in _PROMPT_KEYS:
                line, column = item.at(str(key))
                problem = f"unknown field {show(key)}{nearest(str(key), _PROMPT_KEYS)}; known: {', '.join(_PROMPT_KEYS)}"
                self._fault(problem, line, column)
        given = {key: data[key] for key in _PROMPT_KEYS if data.get(key) is not None}
        if "text" not in given or (isinstance(given["text"], str) and not given["text"].strip()):
            self._fault("the text is missing or empty; write what is to be filmed", *item.at("text"))
            given["text"] = ""
        draft: dict[str, Any] = {"id": "", "stresses": None, "negative_prompt": "", "title": ""}
        for key, reader in (
            ("id", id_cell),
            ("text", text_cell),
            ("title", name_cell),
            ("negative_prompt", text_cell),
        ):
            if key in given:
                draft[key] = self.value(given[key], reader, *item.at(key)) if given[key] != "" else ""
        if given.get("stresses"):
            draft["stresses"] = self.value(given["stresses"], self._dimension, *item.at("stresses")) or None
        for key in _LISTS:
            draft[key] = self._list(given.get(key, []), item, key)
        return draft

    def _dimension(self, value: str) -> str:
        return value if self._dimensions is None else one_of(value, self._dimensions, "dimension")

    def _list(self, value: Any, item: _Item, key: str) -> tuple[str, ...]:
        line, column = item.at(key)
        if not isinstance(value, Sequence) or isinstance(value, str):
            hint = f"; write {key}: [{value}]" if isinstance(value, str) and len(value) <= 40 else ""
            self._fault(f"a list is needed, found {show(value)}{hint}", line, column)
            return ()
        reader = (lambda word: one_of(word, CAMERA_WORDS, "camera word")) if key == "camera" else _list_item
        return tuple(self.value(entry, reader, line, column) for entry in value)


def _list_item(value: str) -> str:
    if not value:
        raise ValueError("an item of the list is empty; fill it in or take it out")
    return text_cell(value, limit=1_000)


def slug(text: str, *, limit: int = SLUG_LIMIT) -> str:
    """An id made from a text: its ASCII letters and digits in lower case, cut at a word to `limit` characters.

    A text that has few of those (another script, only signs) gets 'prompt-' and 10 digits of its SHA-256 instead.
    """
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", folded)
    kept = sum(map(len, words))
    if kept < 2 or kept * 2 < sum(character.isalnum() for character in text):
        return f"prompt-{hashlib.sha256(text.encode()).hexdigest()[:10]}"
    joined = "-".join(words)
    if len(joined) <= limit:
        return joined
    cut = joined[: limit + 1].rpartition("-")[0]
    return cut or joined[:limit]


def free_id(text: str, taken: Iterable[str]) -> str:
    """The slug of a text, with 6 digits of its SHA-256 (and a number, if need be) where the slug is taken."""
    taken = set(taken)
    plain = slug(text)
    if plain not in taken:
        return plain
    marked = f"{plain[: SLUG_LIMIT - 7].rstrip('-')}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"
    candidate, number = marked, 2
    while candidate in taken:
        candidate, number = f"{marked}-{number}", number + 1
    return candidate


def bundled() -> list[str]:
    """The names of the suites that come with the kit, sorted."""
    return sorted(Path(entry.name).stem for entry in _bundle().iterdir() if entry.name.endswith(".yaml"))


def _bundle() -> resources.abc.Traversable:
    return resources.files("kit") / "suites"


def load(
    name_or_path: str | Path,
    *,
    format: str | None = None,  # noqa: A002
    dimensions: Sequence[str] | None = DEFAULT.ids,
) -> Suite:
    """A suite by the name of a bundled one, or from a file (.yaml, .yml, .csv, .jsonl, or a benchmark's prompt file).

    `format` is 'vbench', 'vbench2' or 'fetv' for a published prompt file whose kind cannot be seen from its contents;
    most can (see kit.suite_formats). `dimensions` are the ids that `stresses` may name (None: any).
    Raises BadSuite with every fault of the file, or with the nearest bundled names.
    """
    from kit import suite_formats

    if format is not None and format not in FORMATS:
        problem = f"unknown format {show(format)}{nearest(format, FORMATS)}; known: {', '.join(FORMATS)}"
        raise BadSuite([Fault(str(name_or_path), problem)])
    if isinstance(name_or_path, str) and format is None and name_or_path in bundled():
        with resources.as_file(_bundle() / f"{name_or_path}.yaml") as path:
            return _load_yaml(path, dimensions)
    path = Path(name_or_path)
    suffix = path.suffix.lower()
    if (
        isinstance(name_or_path, str)
        and not suffix
        and not re.search(r"[/\\]", name_or_path)
        and not _exists(path)
    ):
        known = bundled()
        problem = f"there is no bundled suite of this name{nearest(name_or_path, known)}; bundled: {', '.join(known)}; "
        raise BadSuite(
            [Fault(show(name_or_path), problem + "or give the path of a .yaml, .csv or .jsonl file")]
        )
    if format is None and suffix in _YAML:
        return _load_yaml(path, dimensions)
    if format is not None or suffix in _PUBLISHED:
        published = suite_formats.read(path, format=format, dimensions=dimensions)
        if published is not None:
            return published
    if suffix in _TABLES:
        return _load_table(path, dimensions)
    raise BadSuite([Fault(str(path), _unknown_kind(path))])


def _unknown_kind(path: Path) -> str:
    if path.is_dir():
        return "this is a directory; give the path of a suite's file, or the name of a bundled suite"
    return (
        "this is no suite that the kit knows: .yaml, .csv and .jsonl are its own kinds; prompt files of "
        f"{', '.join(FORMATS)} are .json, .jsonl or .txt (name the kind with format=...)"
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _load_yaml(path: Path, dimensions: Sequence[str] | None) -> Suite:
    located = read_yaml(path, error=BadSuite)
    return Suite.from_data(
        located.data, str(path), dimensions=dimensions, lines=located.lines, default_name=slug(path.stem)
    )


def _load_table(path: Path, dimensions: Sequence[str] | None) -> Suite:
    table = read_table(
        path, required=["text"], optional=[k for k in _PROMPT_KEYS if k != "text"], error=BadSuite
    )
    faults = list(table.faults)
    reader = _Reader(table.where, dimensions, faults)
    items = []
    for row in table.rows:
        data = {**row.values, **row.extra}
        if path.suffix.lower() == ".csv":
            for key in set(_LISTS) & data.keys():
                data[key] = [part.strip() for part in data[key].split(";") if part.strip()]
        items.append(_Item(data, row.line))
    name = slug(path.stem)
    return Suite(name, name, reader.prompts(items))
