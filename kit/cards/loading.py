"""Model cards from folders: the kit's own first, then the user's, where a later card replaces an earlier by its id.

A folder holds one YAML file a model, and may hold `providers/NAME.yaml` with what is the same for all models of that
provider; each card's own words about the provider are laid upon it. A card may say `extends: ID`: it then starts from
that card (the earlier one, if it has the same id) and states what is different; null takes something away.
"""

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from kit.cards.card import PROVIDERS, Card
from kit.cards.document import Node, Section, merged, read_node
from kit.cards.offers import faults_of
from kit.cards.parsing import CARD_KEYS, SCHEMA, parse_card
from kit.cells import nearest, show
from kit.errors import BadCard, BadInput, BadParameter, Fault

BUNDLED = Path(__file__).with_name("data")
_SUFFIXES = {".yaml", ".yml"}


class Cards(Mapping[str, Card]):
    """Model cards by id, in the order of the files; an unknown id raises BadParameter with the nearest one."""

    def __init__(self, cards: Mapping[str, Card]) -> None:
        self._cards = dict(cards)

    def __getitem__(self, card_id: str) -> Card:
        if card_id not in self._cards:
            hint = nearest(card_id, self._cards, ask="did you mean")
            known = ", ".join(self._cards)
            raise BadParameter(
                [Fault("models", f"there is no card for {show(card_id)}{hint}; known: {known}")]
            )
        return self._cards[card_id]

    def get(self, card_id: str, default: Any = None) -> Any:
        """The card, or `default` if there is none."""
        return self._cards.get(card_id, default)

    def __contains__(self, card_id: object) -> bool:
        return card_id in self._cards

    def __iter__(self) -> Iterator[str]:
        return iter(self._cards)

    def __len__(self) -> int:
        return len(self._cards)


def own_folders(study: Path | None) -> list[Path]:
    """The folder `cards` of a study's folder, where there is one: cards that travel with the study."""
    folder = None if study is None else study / "cards"
    return [folder] if folder is not None and folder.is_dir() else []


def load_cards(*folders: Path | str) -> Cards:
    """The bundled cards and those of the folders; raises BadCard with every fault of every file, by file and line."""
    if not folders:
        return _bundled()
    return _load(tuple(Path(folder) for folder in (BUNDLED, *folders)))


@cache
def _bundled() -> Cards:
    return _load((BUNDLED,))


def _load(folders: tuple[Path, ...]) -> Cards:
    faults: list[Fault] = []
    known: dict[str, Node] = {}
    providers: dict[str, Node] = {}
    for folder in folders:
        if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
            faults.append(Fault(str(folder), "there is no such folder of model cards, or it cannot be read"))
            continue
        for name, node in _provider_nodes(folder / "providers", faults).items():
            providers[name] = merged(providers[name], node) if name in providers else node
        known.update(_Folder(_card_nodes(folder, faults), known, faults).resolved())
    cards: dict[str, Card] = {}
    for card_id, node in known.items():
        card = _parsed(node, providers, faults)
        if card is not None:
            cards[card_id] = card
    if faults:
        raise BadCard(list(dict.fromkeys(faults)))
    return Cards(cards)


def _parsed(node: Node, providers: Mapping[str, Node], faults: list[Fault]) -> Card | None:
    found: list[Fault] = []
    card = parse_card(node, providers, found)
    if not found:
        # Whether the parts fit one another can only be asked once each of them is whole.
        line = node.value["defaults"].line if "defaults" in node.value else node.line
        found = faults_of(card, node.where, line)
    faults.extend(found)
    return None if found else card


@cache
def _bundled_node(path: Path) -> Node:
    """The kit's own files do not change while it runs, and are read once, however many folders are tried."""
    return read_node(path)


def _files(folder: Path) -> list[Path]:
    found = (p for p in folder.iterdir() if p.suffix.lower() in _SUFFIXES and not p.name.startswith("."))
    # By name without the ending, so that kling-3.0 comes before kling-3.0-omni.
    return sorted(found, key=lambda p: (p.stem, p.suffix))


def _read(path: Path, faults: list[Fault]) -> Node | None:
    try:
        node = _bundled_node(path) if path.is_relative_to(BUNDLED) else read_node(path)
    except BadInput as bad:
        faults.extend(bad.faults or [Fault(str(path), str(bad))])
        return None
    if not isinstance(node.value, dict):
        keys = ", ".join(CARD_KEYS)
        faults.append(
            Fault(str(path), f"a card is a map with the keys {keys}; found {show(node.plain())}", node.line)
        )
        return None
    return node


def _provider_nodes(folder: Path, faults: list[Fault]) -> dict[str, Node]:
    found = {}
    for path in _files(folder) if folder.is_dir() else []:
        node = _read(path, faults)
        if node is None:
            continue
        top = Section(node, "", faults)
        name = top.choice("provider", PROVIDERS, PROVIDERS[0])
        if name != path.stem:
            top.fault("provider", f"the file of the provider {name!r} must be named {name}.yaml")
        if top.values.get("schema", node).value != SCHEMA:
            top.fault("schema", f"write schema: {SCHEMA}; this kit reads no other")
        found[name] = node
    return found


def _card_nodes(folder: Path, faults: list[Fault]) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for path in _files(folder):
        node = _read(path, faults)
        if node is None:
            continue
        top = Section(node, "", faults)
        card_id = top.text("id")
        if card_id in found:
            top.fault(
                "id", f"the id {show(card_id)} is there twice (first in {found[card_id].where}); rename one"
            )
            continue
        found[card_id] = node
    return found


class _Folder:
    """The cards of one folder, put together with those that they extend."""

    def __init__(self, nodes: Mapping[str, Node], earlier: Mapping[str, Node], faults: list[Fault]) -> None:
        self._nodes, self._earlier, self._faults = nodes, earlier, faults
        self._done: dict[str, Node | None] = {}
        self._open: list[str] = []

    def resolved(self) -> dict[str, Node]:
        whole = {card_id: self._resolve(card_id) for card_id in self._nodes}
        return {card_id: node for card_id, node in whole.items() if node is not None}

    def _resolve(self, card_id: str) -> Node | None:
        if card_id in self._done:
            return self._done[card_id]
        node = self._nodes[card_id]
        self._open.append(card_id)
        self._done[card_id] = self._extended(card_id, node, Section(node, "", self._faults))
        self._open.pop()
        return self._done[card_id]

    def _extended(self, card_id: str, node: Node, top: Section) -> Node | None:
        if "extends" not in top:
            return node
        base_id = top.text("extends")
        if base_id in self._open and base_id != card_id:
            top.fault("extends", f"it goes round in a circle: {' -> '.join([*self._open, base_id])}")
            return None
        if base_id != card_id and base_id in self._nodes:
            base = self._resolve(base_id)
        else:
            base = self._earlier.get(base_id)
            if base is None:
                there = sorted({*self._nodes, *self._earlier} - {card_id})
                top.fault("extends", f"there is no card {show(base_id)}{nearest(base_id, there)} to extend")
        if base is None:
            return None
        # A card stands for itself: what it is called is never inherited.
        own = {key: value for key, value in base.value.items() if key not in {"id", "extends"}}
        return merged(Node(own, base.where, base.line), node)
