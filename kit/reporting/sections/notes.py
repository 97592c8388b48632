"""What raters wrote on a dimension: how many notes, one of them by a stated rule, and the list."""

from collections.abc import Sequence
from typing import Any

from kit.reporting.material import Material, rows_of
from kit.reporting.sections.phrases import plural

LONGEST_QUOTE = 240  # characters: a longer note is read in the list
KINDS = {"simulated": "simulated", "judge": "a judge"}


def notes_on(material: Material, dimension: str) -> list[dict[str, str]]:
    """What raters wrote, in the order of the prompts, each with who wrote it: judges and simulated raters as such."""
    titles = material.prompt_titles
    place = {p: i for i, p in enumerate(titles)}
    votes = material.votes
    rows = [
        row
        for row in rows_of(votes[votes["dimension"] == dimension])
        if isinstance(row.note, str) and row.note.strip()
    ]
    rows.sort(
        key=lambda r: (place.get(r.prompt_id, len(place)), r.take, r.model_a, r.model_b, r.rater, r.note)
    )
    many = len(material.models) > 2
    return [
        {
            "note": row.note,
            "rater": row.rater,
            "kind": row.rater_kind,
            "by": "" if row.rater_kind == "person" else KINDS[row.rater_kind],
            "prompt": titles.get(row.prompt_id, row.prompt_id),
            "pair": f"{row.model_a} against {row.model_b}" if many else "",
        }
        for row in rows
    ]


def quoted(material: Material, found: Sequence[dict[str, str]]) -> dict[str, Any] | None:
    """How many notes the compared raters wrote, and the longest that fits; None where they wrote none."""
    own = [one for one in found if one["kind"] == material.comparison.rater_kind]
    if not own:
        return None
    short = [one for one in own if len(one["note"]) <= LONGEST_QUOTE]
    said = f"{plural(len(own), 'note')} on this by {plural(len({o['rater'] for o in own}), 'rater')}"
    if not short:
        return {"lead": f"{said}, listed below.", "quote": None}
    rule = "" if len(own) == 1 else f"; the longest of up to {LONGEST_QUOTE} characters"
    return {"lead": f"{said}{rule}:", "quote": max(short, key=lambda one: len(one["note"]))}
