"""How far raters agree: with each other, with themselves, with known answers; and judges with people."""

import math
from typing import Any

from kit.comparison import RATER_KINDS
from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import Number, coefficient, number
from kit.reporting.sections import opinions, raters, sides
from kit.reporting.sections.missing import note
from kit.reporting.sections.phrases import listed
from kit.reporting.tables import Cell, Table, column, table
from kit.stats.bootstrap import MIN_PROMPTS

MEANS = (
    "Alpha (Krippendorff's) is 1 where raters agree in full and 0 where they agree no more than chance would have them. "
    "Agreement is not being right: raters can share a mistake, and they can differ because they want different things. "
    "It says how much one more rater could change the result, and which question is read in more than one way."
)
_HELD = (
    "A judge is held against the choice that most people made on the same pair; pairs on which people were split evenly "
    "are left out, which flatters the judge. Kappa is 1 for full agreement and 0 for that of chance. A judge's vote is "
    "counted as a person's nowhere on this page."
)
_UNHELD = "Judges voted, and people voted on none of the same pairs, so nothing says whether these judges see what people see."
RATE = "kit rate STUDY --rater NAME"


def section(material: Material) -> dict[str, Any] | None:
    """The data of the section; None where nobody has voted or scored."""
    comparison = material.comparison
    if comparison.rater_kind is None or (material.votes.empty and material.scores.empty):
        return None
    found = comparison.agreement
    parts = [
        raters.part(material),
        *([_judges(material)] if len(comparison.judges) or _unheld(material) else []),
        *(
            [{"anchor": "sides", "title": "Left or right", **sides.part(material)}]
            if len(material.models) == 2
            else []
        ),
        *opinions.parts(material),
    ]
    return {
        "id": "agreement",
        "template": "plain",
        "heading": "Agreement",
        "missing": [note(text, RATE) for text in lacking(material)],
        "lines": [*sentences(material), *([MEANS] if len(found) else [])],
        "tables": [_alphas(material)] if len(found) else [],
        "parts": [part for part in parts if part is not None],
    }


def lacking(material: Material) -> list[str]:
    """Why agreement among the raters cannot be told, where it cannot."""
    comparison = material.comparison
    if len(comparison.agreement):
        return []
    names = {row.rater for frame in (material.cast, _scored(material)) for row in rows_of(frame)}
    if not names:
        return [f"Among {RATER_KINDS[comparison.rater_kind or 'person']} nobody has voted or scored."]
    if len(names) == 1:
        one = {"person": "person", "simulated": "simulated rater", "judge": "judge"}[
            comparison.rater_kind or "person"
        ]
        return [f"All of it comes from one {one}, so how far others would agree is not known."]
    return ["No pair or clip was rated by two raters, so how far they agree is not known."]


def sentences(material: Material) -> list[str]:
    """On which dimensions raters agree more than chance would have them, by the choice they made."""
    rows = [
        row for row in rows_of(material.comparison.agreement) if row.of == "votes" and row.level == "nominal"
    ]
    if not rows:
        return []
    who = RATER_KINDS[material.comparison.rater_kind or "person"].capitalize()
    more = [row for row in rows if row.low > 0]
    unknown = [row for row in rows if math.isnan(row.low)]
    rest = [row for row in rows if row not in more and row not in unknown]
    said = []
    if more:
        said.append(f"{who} agree more than chance would have them on {_titles(material, more)}.")
    if rest:
        said.append(f"More agreement than chance is not shown on {_titles(material, rest)}.")
    few = [row for row in unknown if row.n_prompts < MIN_PROMPTS]
    if few:
        said.append(
            f"Whether {who[:1].lower()}{who[1:]} agree more than chance would have them on {_titles(material, few)} cannot be said: an interval "
            f"takes {MIN_PROMPTS} prompts that two raters rated."
        )
    alike = [row for row in unknown if row not in few and math.isnan(row.alpha)]
    if alike:
        said.append(
            f"Every choice on {_titles(material, alike)} was the same, so there was nothing to disagree on."
        )
    return said


def alpha_range(material: Material) -> tuple[Number, Number] | None:
    """The lowest and the highest nominal alpha of the votes over the dimensions; of the scores where nobody voted."""
    frame = material.comparison.agreement
    for of, level in (("votes", "nominal"), ("scores", "ordinal")):
        own = [
            _alpha(row)
            for row in rows_of(frame[(frame["of"] == of) & (frame["level"] == level)])
            if not math.isnan(row.alpha)
        ]
        if own:
            return min(own, key=_value), max(own, key=_value)
    return None


def _value(one: Number) -> float:
    return float(one["value"] or 0.0)


def _alpha(row: Any) -> Number:
    return coefficient(
        row.alpha,
        low=row.low,
        high=row.high,
        n=int(row.n_units),
        source=f"agreement {row.dimension}, {row.of}, {row.level}",
    )


def _titles(material: Material, rows: list[Any]) -> str:
    return listed([material.dimension_title(row.dimension).lower() for row in rows])


def _alphas(material: Material) -> Table:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows_of(material.comparison.agreement):
        found.setdefault((row.dimension, row.of), {})[row.level] = row
    both = len({of for _, of in found}) > 1
    rows: list[list[Cell]] = []
    for (dimension, of), levels in found.items():
        exact = levels.get("nominal")
        row = exact if exact is not None else levels["ordinal"]
        kind: list[Cell] = [of] if both else []
        rows.append(
            [
                material.dimension_title(dimension),
                *kind,
                None if exact is None else _alpha(exact),
                _alpha(levels["ordinal"]) if "ordinal" in levels else None,
                number(row.raw, "rate", low=row.raw_low, high=row.raw_high, n=int(row.n_ratings), source=f"agreement {dimension}, {of}"),
                number(row.n_units, "count"),
                number(row.n_ratings, "count"),
                number(row.n_raters, "count"),
                number(row.n_prompts, "count"),
            ]
        )  # fmt: skip
    units = "Clips" if {of for _, of in found} == {"scores"} else "Clips or pairs" if both else "Pairs"
    columns = [
        column("dimension", "Dimension"), *([column("of", "Of")] if both else []),
        column("nominal", "Alpha, same choice", "number"), column("ordinal", "Alpha, as a scale", "number"),
        column("raw", "Same answer", "number"), column("units", f"{units} rated twice or more", "number"),
        column("ratings", "Ratings of them", "number"), column("raters", "Raters", "number"),
        column("prompts", "Prompts", "number"),
    ]  # fmt: skip
    return table(
        "Agreement among raters, with 95% intervals where the prompts are enough. As a scale, a tie of any kind lies between the two models; same answer "
        "is the share of all pairs of ratings of one thing that are equal",
        columns,
        rows,
    )


def _scored(material: Material) -> Any:
    scores = material.scores
    return scores if scores.empty else scores[scores["rater_kind"] == material.comparison.rater_kind]


def _unheld(material: Material) -> bool:
    """Whether judges voted."""
    return bool(len(material.votes) and (material.votes["rater_kind"] == "judge").any())


def _judges(material: Material) -> dict[str, Any]:
    rows: list[list[Cell]] = []
    for row in rows_of(material.comparison.judges):
        n, source = int(row.n_pairs), f"judges {row.judge}, {row.dimension}"
        rows.append(
            [
                row.judge,
                material.dimension_title(row.dimension),
                coefficient(row.kappa, low=row.low, high=row.high, n=n, source=source),
                coefficient(
                    row.weighted_kappa, low=row.weighted_low, high=row.weighted_high, n=n, source=source
                ),
                number(row.accuracy, "rate", n=n, source=source),
                number(row.chance, "rate", n=n, source=source),
                number(n, "count"),
                number(row.n_undecided, "count"),
                number(row.n_prompts, "count"),
            ]
        )
    columns = [
        column("judge", "Judge"), column("dimension", "Dimension"), column("kappa", "Kappa", "number"),
        column("weighted", "Kappa, as a scale", "number"), column("same", "Same choice", "number"),
        column("chance", "By chance", "number"), column("pairs", "Pairs", "number"),
        column("undecided", "Left out", "number"), column("prompts", "Prompts", "number"),
    ]  # fmt: skip
    lines = [_HELD if rows else _UNHELD]
    caption = "Each judge against people, with 95% intervals"
    return {
        "anchor": "judges",
        "title": "Judges against people",
        "lines": lines,
        "plots": [],
        "tables": [table(caption, columns, rows)] if rows else [],
    }
