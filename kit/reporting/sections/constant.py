"""What was held constant between the models, by the settings as each was really asked."""

from typing import Any

from kit.cards import Card, Settings, held_constant
from kit.reporting.material import Material, rows_of
from kit.reporting.sections.phrases import listed
from kit.reporting.tables import Table, column, table

IMPORTED = "import"


def constant(material: Material, known: dict[str, Card]) -> dict[str, Any]:
    """Lines and tables; `known` are the cards of the models that have one."""
    requests = material.requests
    filmed = [
        row for row in rows_of(requests) if row.model in known and row.provider in known[row.model].providers
    ]
    lines: list[str] = []
    if (requests["provider"] == IMPORTED).any():
        lines.append("Of imported clips it is not recorded with which settings they were made.")
    told = {(row.model, row.provider) for row in filmed}
    strange = {
        row.model
        for row in rows_of(requests)
        if row.provider != IMPORTED and (row.model, row.provider) not in told
    }
    if strange:
        names = listed(sorted(strange))
        lines.append(
            f"What was asked of {names} is not set beside the rest: no card covers the provider that was used."
        )
    tables: list[Table] = []
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
