"""What the models can do by their cards, and what was held constant between them."""

from collections.abc import Sequence
from typing import Any

from kit.cards import Card, Cards, Settings, held_constant
from kit.cards.capabilities import capability_table
from kit.reporting.material import Material, rows_of
from kit.reporting.sections.missing import note
from kit.reporting.tables import Table, column, table

IMPORTED = "import"


def section(material: Material, cards: Cards) -> dict[str, Any]:
    """The data of the section."""
    known = _known(material.models, cards)
    unknown = [model for model in material.models if model not in known]
    missing = []
    if unknown:
        missing.append(note(f"No card states what these models can do: {', '.join(unknown)}."))
    parts = [
        {"anchor": "capabilities", "title": "What they can do", "lines": [], "plots": [], "tables": [_capabilities(known, cards)]},
        {"anchor": "constant", "title": "What was held constant", "plots": [], **_constant(material, known)},
    ]  # fmt: skip
    return {
        "id": "models",
        "template": "plain",
        "heading": "The models",
        "missing": missing,
        "lines": [],
        "tables": [],
        "parts": parts if known else parts[1:],
    }


def _known(models: Sequence[str], cards: Cards) -> dict[str, Card]:
    """The card of each model that has one: by its id, or by its title in any case."""
    by_title = {card.title.casefold(): card for card in cards.values()}
    found = {model: cards.get(model) or by_title.get(model.casefold()) for model in models}
    return {model: card for model, card in found.items() if card is not None}


def _capabilities(known: dict[str, Card], cards: Cards) -> Table:
    frame = capability_table([card.id for card in known.values()], cards) if known else None
    columns = [column("capability", "Capability"), *(column(f"m{i}", m) for i, m in enumerate(known))]
    rows = [] if frame is None else [[str(name), *map(str, cells)] for name, *cells in frame.itertuples()]
    return table("By the models' cards, each fact with its certainty", columns, rows)


def _constant(material: Material, known: dict[str, Card]) -> dict[str, Any]:
    filmed = [row for row in rows_of(material.requests) if row.provider != IMPORTED and row.model in known]
    lines = []
    if len(filmed) < len(material.requests):
        lines.append("Of imported clips it is not recorded with which settings they were made.")
    tables = []
    asked = {str(sorted(row.settings.items())): row.settings for row in filmed}
    for settings in asked.values():
        via = {known[row.model].id: row.provider for row in filmed}
        cards = [card for card in known.values() if card.id in via]
        held = held_constant(cards, Settings.from_data(settings, "settings"), via)
        tables.append(
            table(
                "The same for all of them",
                [column("setting", "Setting"), column("value", "Value"), column("note", "Note")],
                [[_words(h.setting), h.value, h.note] for h in held.same],
            )
        )
        if held.differences:
            columns = [column("setting", "Setting"), *(column(f"m{i}", c.title) for i, c in enumerate(cards))]
            rows = [[_words(d.setting), *(d.values[c.id] for c in cards), d.note] for d in held.differences]
            tables.append(table("Not the same", [*columns, column("note", "Note")], rows))
    return {"lines": lines, "tables": tables}


def _words(setting: str) -> str:
    return setting.replace("_", " ")
