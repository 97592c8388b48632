"""Whether the clip on one side gained by standing there, by the fits of `kit.stats.strengths`."""

import math
from typing import Any

from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import coefficient, number
from kit.reporting.sections.phrases import listed
from kit.reporting.tables import Cell, column, table


def part(material: Material) -> dict[str, Any]:
    """Lines and a table on the advantage of the left, for a part of a section."""
    fits = [row for row in rows_of(material.comparison.fits) if row.n_votes]
    known = [row for row in fits if not math.isnan(row.side)]
    rows: list[list[Cell]] = []
    for fit in known:
        source = f"fits {fit.dimension}: side"
        rows.append(
            [
                material.dimension_title(fit.dimension),
                number(_rate(fit.side), "rate", low=_rate(fit.side_low), high=_rate(fit.side_high), n=int(fit.n_sided), source=source),
                coefficient(fit.side, low=fit.side_low, high=fit.side_high, n=int(fit.n_sided), source=source, signed=True),
                number(fit.n_sided, "count"),
                number(fit.n_votes, "count"),
            ]
        )  # fmt: skip
    columns = [
        column("dimension", "Dimension"), column("rate", "Left chosen between equals", "number"),
        column("side", "Advantage, log-odds", "number"), column("sided", "Side known", "number"),
        column("votes", "Votes", "number"),
    ]  # fmt: skip
    caption = "How often the clip on the left would be chosen if both were as good, ties as halves, with 95% intervals"
    tables = [table(caption, columns, rows)] if rows else []
    return {"lines": sentences(material), "plots": [], "tables": tables}


def sentences(material: Material) -> list[str]:
    """What may be said of the sides."""
    fits = [row for row in rows_of(material.comparison.fits) if row.n_votes]
    if not fits:
        return []
    sided = [row for row in fits if row.n_sided]
    if not sided:
        return [
            "Which clip stood on the left is not recorded, so an advantage of one side cannot be ruled out."
        ]
    known = [row for row in sided if not math.isnan(row.side)]
    if not known:
        return [
            "The votes of known side are too few, or too much on one side, to tell its advantage from the models'."
        ]
    found = {
        "left": [row for row in known if row.side_low > 0],
        "right": [row for row in known if row.side_high < 0],
    }
    said = []
    for side, rows in found.items():
        if rows:
            names = listed([material.dimension_title(row.dimension).lower() for row in rows])
            said.append(f"The clip on the {side} was chosen more often than its model explains on {names}.")
    if said and len(known) > 1:
        said.append(f"Each of {len(known)} intervals may exclude a half by chance, one time in twenty.")
    if said:
        return said
    if all(math.isnan(row.side_low) for row in known):
        return ["Whether a side had an advantage cannot be said: a single prompt gives no interval."]
    return ["No advantage of a side is shown."]


def _rate(odds: float) -> float:
    return 1 / (1 + math.exp(-odds)) if not math.isnan(odds) else math.nan
