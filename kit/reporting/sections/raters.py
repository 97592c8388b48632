"""Each rater with the others, with themselves on repeats, and with known answers."""

from typing import Any

from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import coefficient, number, share
from kit.reporting.sections.phrases import plural
from kit.reporting.tables import Cell, Table, column, table

MOST_OPEN = 12  # raters up to which their table stands open
MOST_ROWS = 120  # rows of the table by dimension


def part(material: Material) -> dict[str, Any] | None:
    """The part of a section; None where no rater of this kind has voted."""
    frame = material.comparison.raters
    if frame.empty:
        return None
    whole = rows_of(frame[frame["dimension"].isna()])
    each = rows_of(
        frame[frame["dimension"].notna() & (frame["n_votes"] + frame["repeats_of"] + frame["known_of"] > 0)]
    )
    lines, repeated, checked = [], any(r.repeats_of for r in whole), any(r.known_of for r in whole)
    if repeated:
        lines.append("A repeat is a pair shown again with its sides swapped: the same answer counts.")
    if checked:
        lines.append(
            "A known answer is a clip beside its own degraded copy: to prefer the clip is right, to prefer the copy wrong, "
            "and the rest are ties."
        )
    without = [
        what for what, known in (("pair shown twice", repeated), ("known answer", checked)) if not known
    ]
    if without:
        lines.append(
            f"No {' and no '.join(without)} is recorded, so {_unknown(repeated, checked)} not known. Blind rating with "
            "kit rate shows both, once there are enough pairs."
        )
    lines.append("Nobody is left out of the page for what stands here.")
    main = _table(
        whole,
        "Raters over all dimensions, each share with its 95% interval where the prompts are enough",
        None,
        repeated,
        checked,
    )
    folded = []
    if len(each) > len(whole) and len(each) <= MOST_ROWS:
        by = _table(each, "Raters by dimension", material, repeated, checked)
        folded.append(
            {
                "summary": f"By dimension ({plural(len(each), 'row')})",
                "lines": [],
                "plots": [],
                "tables": [by],
            }
        )
    if len(whole) > MOST_OPEN:
        folded.insert(
            0,
            {
                "summary": f"Every rater ({plural(len(whole), 'row')})",
                "lines": [],
                "plots": [],
                "tables": [main],
            },
        )
    return {
        "anchor": "raters",
        "title": "The raters",
        "lines": lines,
        "plots": [],
        "tables": [main] if len(whole) <= MOST_OPEN else [],
        "folded": folded,
    }


def _unknown(repeated: bool, checked: bool) -> str:
    if not repeated and not checked:
        return "how steady and how attentive raters were is"
    return "how steady raters were is" if not repeated else "how attentive they were is"


def _table(rows: list[Any], caption: str, material: Material | None, repeated: bool, checked: bool) -> Table:
    shown: list[list[Cell]] = []
    for row in rows:
        where = f"{row.rater}, {row.dimension}" if material else str(row.rater)
        own: list[Cell] = [row.rater]
        if material:
            own.append(material.dimension_title(row.dimension))
        hits = row.agree * row.agree_of if row.agree_of else 0
        own += [
            number(row.n_votes, "count"),
            share(
                round(hits),
                row.agree_of,
                low=row.agree_low,
                high=row.agree_high,
                source=f"raters {where}: others",
            ),
        ]
        if material:
            own.append(coefficient(row.alpha_without, source=f"raters {where}: alpha of the others"))
        if repeated:
            own.append(
                share(
                    row.repeats_same,
                    row.repeats_of,
                    low=row.repeats_low,
                    high=row.repeats_high,
                    source=f"raters {where}: repeats",
                )
            )
        if checked:
            own.append(
                share(
                    row.known_right,
                    row.known_of,
                    low=row.known_low,
                    high=row.known_high,
                    source=f"raters {where}: known answers",
                )
            )
            own.append(number(row.known_wrong, "count"))
        shown.append(own)  # fmt: skip
    columns = [
        column("rater", "Rater"), *([column("dimension", "Dimension")] if material else []),
        column("votes", "Votes", "number"), column("agree", "Same choice as another", "number"),
        *([column("without", "Alpha of the others", "number")] if material else []),
        *([column("repeats", "Same on a repeat", "number")] if repeated else []),
        *([column("known", "Known answer right", "number"), column("wrong", "Wrong", "number")] if checked else []),
    ]  # fmt: skip
    return table(caption, columns, shown)
