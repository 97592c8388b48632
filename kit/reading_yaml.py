"""YAML as plain data with the line of every value, so that a fault can name the line.

Safe loading only: maps, lists, strings, numbers, booleans and null. Repeated keys are refused (plain YAML lets the
last one win, silently). Aliases are followed, but the whole may not unfold to more than `NODE_LIMIT` values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from kit.cells import show
from kit.errors import BadInput, Fault
from kit.reading import read_text

NODE_LIMIT = 100_000
DEPTH_LIMIT = 20

# libyaml is ten times faster and comes with most builds of PyYAML.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Dates and YAML's merge and value signs are text to us, as they are written.
_AS_WRITTEN = {"timestamp", "merge", "value"}
_KINDS: dict[type[yaml.Node], set[str]] = {
    yaml.MappingNode: {"map"},
    yaml.SequenceNode: {"seq"},
    yaml.ScalarNode: {"str", "int", "float", "bool", "null"} | _AS_WRITTEN,
}


@dataclass(frozen=True)
class Located:
    """`data` as `yaml.safe_load` would give it; `lines` maps a path such as ('prompts', 2, 'text') to its line."""

    data: Any
    lines: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)


def read_yaml(path: Path | str, *, error: type[BadInput]) -> Located:
    """Read a YAML file. Raises `error` with every fault that the form of the file shows."""
    return parse_yaml(read_text(path, error=error), where=str(path), error=error)


def parse_yaml(text: str, *, where: str, error: type[BadInput]) -> Located:
    """Read YAML text; `where` names it in faults. Raises `error`."""
    try:
        _refuse_depth(text, where, error)
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            walk = _Walk(loader, where)
            data = walk.value(root, ()) if root is not None else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as bad:
        mark = bad.problem_mark or bad.context_mark
        reason = ", ".join(part for part in (bad.context, bad.problem) if part)
        place = f"character {mark.column + 1}" if mark else None
        raise error([Fault(where, f"not YAML: {reason}", mark.line + 1 if mark else None, place)]) from None
    except yaml.reader.ReaderError as bad:
        line = text.count("\n", 0, bad.position) + 1
        raise error(
            [
                Fault(
                    where,
                    f"the character U+{_code(bad.character):04X} may not stand in YAML; take it out",
                    line,
                )
            ]
        ) from None
    except RecursionError:
        raise error([Fault(where, "it is nested too deeply")]) from None
    if root is None:
        raise error([Fault(where, "there is nothing in the file but comments", 1)])
    if walk.faults:
        raise error(walk.faults)
    return Located(data, walk.lines)


def _refuse_depth(text: str, where: str, error: type[BadInput]) -> None:
    """Refuse deep nesting before anything recurses over it: libyaml's composer would end the whole process."""
    depth = 0
    line: int | None = None
    try:
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                line = event.start_mark.line + 1 if event.start_mark else None
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEPTH_LIMIT:
                break
    except yaml.MarkedYAMLError as bad:
        # Some builds of libyaml have a limit of their own, and give up before an event of that depth comes.
        if "nesting depth" not in str(bad.problem):
            raise
        depth, line = DEPTH_LIMIT + 1, bad.problem_mark.line + 1 if bad.problem_mark else line
    if depth > DEPTH_LIMIT:
        raise error([Fault(where, f"lists and maps are nested more than {DEPTH_LIMIT} deep", line)])


def _code(character: Any) -> int:
    return character if isinstance(character, int) else ord(character[:1])


def _kind(node: yaml.Node) -> str:
    return str(node.tag.removeprefix("tag:yaml.org,2002:"))


class _Walk:
    def __init__(self, loader: Any, where: str) -> None:
        self._loader, self._where, self._nodes = loader, where, 0
        self.faults: list[Fault] = []
        self.lines: dict[tuple[str | int, ...], int] = {}

    def value(self, node: yaml.Node, path: tuple[str | int, ...]) -> Any:
        self._nodes += 1
        self.lines[path] = node.start_mark.line + 1
        if self._nodes > NODE_LIMIT or len(path) > DEPTH_LIMIT:
            if self._nodes <= NODE_LIMIT or self._nodes == NODE_LIMIT + 1:
                limit = (
                    f"more than {NODE_LIMIT:,} values" if self._nodes > NODE_LIMIT else "nested too deeply"
                )
                self._fault(node, f"{limit}; is an alias (*) used inside itself or too often?")
            # Nothing more is followed, so that what an alias bomb costs is bounded.
            self._nodes = NODE_LIMIT + 1
            return None
        if not self._plain(node):
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [
                self.value(child, (*path, i))
                for i, child in enumerate(node.value)
                if self._nodes <= NODE_LIMIT
            ]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: tuple[str | int, ...]) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key_node, child in node.value:
            if self._nodes > NODE_LIMIT:
                break
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(key_node, "a key must be one word, not a list or map")
                continue
            if not self._plain(key_node):
                continue
            key = self._scalar(key_node)
            if key in result:
                before = self.lines[(*path, key)]
                self._fault(
                    key_node, f"the key {show(key)} is there twice (first in line {before}); remove one"
                )
                continue
            result[key] = self.value(child, (*path, key))
            # The key's line is where an editor should jump to, also for a text that begins on the next line.
            self.lines[(*path, key)] = key_node.start_mark.line + 1
        return result

    def _plain(self, node: yaml.Node) -> bool:
        if _kind(node) in _KINDS[type(node)]:
            return True
        self._fault(node, f"the tag {show(node.tag)} is not allowed; write a plain value")
        return False

    def _scalar(self, node: yaml.Node) -> Any:
        kind = _kind(node)
        if kind in _AS_WRITTEN:
            return node.value
        try:
            return self._loader.construct_object(node)
        except (ValueError, LookupError):  # what PyYAML's constructors raise, e.g. for '!!bool perhaps'
            self._fault(node, f"{show(node.value)} cannot be read as {kind}; put it in quotes if it is text")
            return None

    def _fault(self, node: yaml.Node, problem: str) -> None:
        self.faults.append(Fault(self._where, problem, node.start_mark.line + 1))
