"""What the models can do by their cards."""

from collections.abc import Sequence
from typing import Any

from kit.cards import Card, Cards
from kit.cards.capabilities import capability_table
from kit.reporting.material import Material
from kit.reporting.sections.missing import note
from kit.reporting.tables import Table, column, table


def section(material: Material, cards: Cards) -> dict[str, Any]:
    """The data of the section."""
    known = known_cards(material.models, cards)
    unknown = [model for model in material.models if model not in known]
    missing = []
    if unknown:
        missing.append(note(f"No card states what these models can do: {', '.join(unknown)}."))
    able = {
        "anchor": "capabilities", "title": "What they can do", "lines": [], "plots": [],
        "tables": [_capabilities(known, cards)],
    }  # fmt: skip
    return {
        "id": "models",
        "template": "plain",
        "heading": "The models",
        "missing": missing,
        "lines": [],
        "tables": [],
        "parts": [able] if known else [],
    }


def known_cards(models: Sequence[str], cards: Cards) -> dict[str, Card]:
    """The card of each model that has one: by its id, or by its title in any case."""
    by_title = {card.title.casefold(): card for card in cards.values()}
    found = {model: cards.get(model) or by_title.get(model.casefold()) for model in models}
    return {model: card for model, card in found.items() if card is not None}


def _capabilities(known: dict[str, Card], cards: Cards) -> Table:
    frame = capability_table([card.id for card in known.values()], cards) if known else None
    columns = [column("capability", "Capability"), *(column(f"m{i}", m) for i, m in enumerate(known))]
    rows = [] if frame is None else [[str(name), *map(str, cells)] for name, *cells in frame.itertuples()]
    return table("By the models' cards, each fact with its certainty", columns, rows)
