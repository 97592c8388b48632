"""Card files as trees that remember where every value stands, so that a card put together of several files can too."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from kit.cards.spelling import CERTAINTIES, Certainty, Fact
from kit.cells import NOT_TEXT, nearest, show
from kit.errors import BadCard, Fault
from kit.reading_yaml import Located, read_yaml

TEXT_LIMIT = 2_000
FACT_KEYS = ("value", "certainty", "source", "note")

T = TypeVar("T")


@dataclass(frozen=True)
class Node:
    """A value and where it stands; `value` is a scalar, a list of nodes, or a dict of nodes."""

    value: Any
    where: str
    line: int | None = None

    def plain(self) -> Any:
        """The value without its places, as JSON would have it."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, list) else self.value


def read_node(path: Path) -> Node:
    """Read a YAML file; raises BadCard with every fault of its form."""
    return _noded(read_yaml(path, error=BadCard), str(path))


def _noded(located: Located, where: str) -> Node:
    faults: list[Fault] = []

    def node(data: Any, path: tuple[str | int, ...]) -> Node:
        line = located.lines.get(path)
        if isinstance(data, dict):
            faults.extend(
                Fault(where, f"the key {show(key)} is not read as text; put it in quotes", line)
                for key in data
                if not isinstance(key, str)
            )
            return Node({str(k): node(v, (*path, k)) for k, v in data.items()}, where, line)
        if isinstance(data, list):
            return Node([node(v, (*path, i)) for i, v in enumerate(data)], where, line)
        if isinstance(data, float) and not math.isfinite(data):
            faults.append(Fault(where, f"{data} is no number that can be sent; write a finite one", line))
        return Node(data, where, line)

    root = node(located.data, ())
    if faults:
        raise BadCard(faults)
    return root


def merged(base: Node, over: Node) -> Node:
    """`over` laid upon `base`: maps are joined key by key, null removes a key, lists and facts are replaced whole.

    A fact (a map with `value`) is never joined: a new value must not keep the old one's certainty and source.
    """
    if not isinstance(base.value, dict) or not isinstance(over.value, dict):
        return over
    if "value" in base.value or "value" in over.value:
        return over
    joined = dict(base.value)
    for key, node in over.value.items():
        if node.value is None:
            joined.pop(key, None)
        else:
            joined[key] = merged(joined[key], node) if key in joined else node
    return Node(joined, over.where, over.line)


class Section:
    """One map of a card, read strictly: each method returns the value or notes a fault and returns a stand-in."""

    def __init__(self, node: Node, at: str, faults: list[Fault], known: Sequence[str] | None = None) -> None:
        self.node, self.at, self.faults = node, at, faults
        self.values: Mapping[str, Node] = {}
        if not isinstance(node.value, dict):
            self.fault(None, f"a map is needed, found {show(node.plain())}")
            return
        # A key that holds null counts as not there, but must be a known one all the same.
        self.values = {key: child for key, child in node.value.items() if child.value is not None}
        for key in node.value if known is not None else ():
            if key not in (known or ()):
                problem = (
                    f"unknown key {show(key)}{nearest(key, known or ())}; known: {', '.join(known or ())}"
                )
                self.fault(key, problem)

    def fault(self, key: str | None, problem: str) -> None:
        """Note that the value of `key` (None: the whole map) is wrong."""
        node = self.values.get(key, self.node) if key is not None else self.node
        self.faults.append(Fault(node.where, problem, node.line, self._place(key)))

    def _place(self, key: str | None) -> str | None:
        return ".".join(part for part in (self.at, key) if part) or None

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def text(self, key: str, default: str | None = None) -> str:
        """A text of at most 2,000 characters; a fault if it is missing and there is no default."""
        if key not in self and default is not None:
            return default
        value = self.values[key].value if key in self.values else None
        if not isinstance(value, str) or not value.strip():
            found = f"found {show(self.values[key].plain())}" if key in self.values else "it is missing"
            self.fault(key, f"a text is needed, {found}; write one, in quotes if it looks like a number")
            return "?"
        if len(value) > TEXT_LIMIT or NOT_TEXT.search(value):
            self.fault(key, f"it has control characters or is longer than {TEXT_LIMIT:,} characters")
        return value.strip()

    def maybe(self, key: str) -> str | None:
        """A text, or None if there is none."""
        return self.text(key) if key in self else None

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        value = self.values[key].value if key in self else default
        if not isinstance(value, bool):
            self.fault(key, f"true or false is needed, found {show(self.values[key].plain())}")
            return default
        return value

    def number(self, key: str, low: float, high: float) -> float | None:
        """A number from `low` to `high`, None if there is none."""
        if key not in self:
            return None
        value = self.values[key].value
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            self.fault(
                key, f"a number from {low:g} to {high:g} is needed, found {show(self.values[key].plain())}"
            )
            return None
        return value

    def whole(self, key: str, low: int, high: int) -> int | None:
        """A whole number from `low` to `high`, None if there is none."""
        value = self.number(key, low, high)
        if value is not None and not isinstance(value, int):
            self.fault(key, f"a whole number is needed, found {show(value)}")
            return None
        return value

    def choice(self, key: str, known: Sequence[str], default: str) -> str:
        """One of the known words."""
        value = self.values[key].value if key in self else default
        if value not in known:
            hint = nearest(str(value), known)
            self.fault(key, f"unknown word {show(value)}{hint}; known: {', '.join(known)}")
            return default
        return str(value)

    def nodes(self, key: str) -> list[Node]:
        """The items of a list, none if there is no list."""
        value = self.values[key].value if key in self else []
        if not isinstance(value, list):
            self.fault(key, f"a list is needed, found {show(self.values[key].plain())}")
            return []
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        return self._items(
            key, lambda v: isinstance(v, str) and bool(v.strip()), "a text, in quotes if need be,"
        )

    def wholes(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers from 1."""
        return self._items(
            key, lambda v: isinstance(v, int) and not isinstance(v, bool) and v > 0, "a whole number"
        )

    def _items(self, key: str, good: Callable[[Any], bool], what: str) -> tuple[Any, ...]:
        found = []
        for node in self.nodes(key):
            if good(node.value):
                found.append(node.value)
            else:
                problem = f"{what} is needed in the list, found {show(node.plain())}"
                self.faults.append(Fault(node.where, problem, node.line, self._place(key)))
        return tuple(found)

    def section(self, key: str, known: Sequence[str] | None = None) -> "Section":
        """The map under `key`; an empty one if there is none."""
        node = self.values[key] if key in self else Node({}, self.node.where, self.node.line)
        return Section(node, self._place(key) or "", self.faults, known)

    def named(self, known: Sequence[str] | None = None) -> Iterator[tuple[str, "Section"]]:
        """Every map in this one, by its key."""
        for key in self.values:
            yield key, self.section(key, known)

    def sections(self, key: str, known: Sequence[str]) -> Iterator["Section"]:
        """The maps of the list under `key`."""
        for i, node in enumerate(self.nodes(key), start=1):
            yield Section(node, f"{self._place(key)}, no. {i}", self.faults, known)

    def plain_map(self, key: str) -> dict[str, Any]:
        """The map under `key` as plain data, for constants that are sent as they stand."""
        return {name: node.plain() for name, node in self.section(key).values.items()}

    def certainty(self) -> Certainty:
        """The mark under `certainty`; a fault if it is missing."""
        if "certainty" not in self:
            self.fault(None, f"how certain is this? write certainty: one of {', '.join(CERTAINTIES)}")
            return "unconfirmed"
        word = self.choice("certainty", CERTAINTIES, "unconfirmed")
        return next(c for c in CERTAINTIES if c == word)

    def fact(self, key: str, parse: Callable[["Section"], T], missing: T) -> Fact[T]:
        """`{value, certainty, source, note}`; `parse` reads `value` from the section. `missing` if there is no fact.

        What is stated must say by whom: a value that is confirmed, derived or third_party needs a source.
        """
        if key not in self:
            return Fact(missing)
        section = self.section(key, FACT_KEYS)
        if not section.values:
            return Fact(missing)
        certainty = section.certainty()
        source = section.text("source", "")
        if certainty != "unconfirmed" and not source:
            section.fault("source", f"{certainty} by whom? name the source")
        value = parse(section) if "value" in section else missing
        return Fact(value, certainty, source, section.text("note", ""))
