"""Three and more models on one scale a dimension, with ranks no more precise than their intervals."""

import math
from typing import Any

from kit.leading import lead_of, sentence
from kit.plots import strength_plot
from kit.plots.strengths import ordered, ranks
from kit.reporting.figures import Figures
from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import coefficient, number
from kit.reporting.sections import sides
from kit.reporting.sections.phrases import listed, plural
from kit.reporting.tables import Cell, Table, column, table

_READING = (
    "A model's strength is fitted to all votes on a dimension at once (Bradley and Terry), so that models which were never "
    "shown side by side are compared by way of others. The order in a table is that of the estimates; a rank is given as "
    "far as the votes allow, and the ranks of a dimension hold together at 95%. Who leads is said by the stricter rule "
    "under Method, which corrects for every pair and dimension."
)


def section(material: Material, figures: Figures) -> dict[str, Any] | None:
    """The data of the section; None below three models, where a win rate says it all, and without votes."""
    frame = material.comparison.strengths
    voted = [d for d in material.comparison.dimensions if frame.loc[frame["dimension"] == d, "n_votes"].sum()]
    if len(material.models) < 3 or not voted:
        return None
    found = {"anchor": "fits", "title": "What the fits say", **_fits(material, voted)}
    side = {"anchor": "sides", "title": "Left or right", **sides.part(material)}
    return {
        "id": "leaderboards",
        "template": "leaderboards",
        "heading": "Leaderboards",
        "missing": [],
        "lines": [_READING],
        "dimensions": [_dimension(material, d, i, figures) for i, d in enumerate(voted, start=1)],
        "parts": [found, side],
    }


def anchor(dimension: str) -> str:
    """The id on the page of a dimension's leaderboard."""
    return f"leaderboard-{dimension}"


def _dimension(material: Material, name: str, place: int, figures: Figures) -> dict[str, Any]:
    title = material.dimension_title(name)
    comparison = material.comparison
    lead = lead_of(comparison.verdicts, name, material.models)
    rows = ordered(comparison, name)
    lines = [sentence(lead, title.lower(), rater_kind=comparison.rater_kind or "person")]
    if not lead.shown and any(row["rank_low"] > 1 for row in rows):
        lines.append(
            f"The ranks below tell some of them apart, being corrected within this dimension alone; the verdicts, corrected for all "
            f"{plural(int(comparison.wins['family'].max()), 'comparison')} of the study, do not."
        )
    if any(row["model"] == lead.leader and row["rank_high"] > 1 for row in rows):
        lines.append(
            "The ranks below do not say as much: they come from one fit of all models, which is less sure here than the tests of "
            "its pairs."
        )
    silent = [row["model"] for row in rows if not row["group"]]
    if silent:
        lines.append(f"No votes here on {listed(silent)}.")
    return {
        "id": name,
        "anchor": anchor(name),
        "title": title,
        "sentences": lines,
        "plot": figures.add(
            strength_plot(comparison, name, title=title), f"strengths-{place}", table=_board(title, rows)
        ),
        "matrix": _matrix(material, name, title, [row["model"] for row in rows if row["group"]]),
    }


def _board(title: str, rows: list[dict[str, Any]]) -> Table:
    many = len({row["group"] for row in rows if row["group"]}) > 1
    # Where all models have the same, the caption says it once, and the table fits beside the plot.
    counts = {(row["n_votes"], row["n_prompts"], row["n_raters"]) for row in rows}
    same = counts.pop() if len(counts) == 1 else None
    listing: list[list[Cell]] = []
    for row in rows:
        n, source = int(row["n_votes"]), f"strengths {row['dimension']}, interval {row['interval_kind']}"
        place = number(row["rank"], low=row["rank_low"], high=row["rank_high"], n=n, source=source)
        # Nowhere does the page show a rank without its interval.
        place["text"] = ranks(row["rank_low"], row["rank_high"]) or place["text"]
        place.pop("interval", None)
        group: list[Cell] = [number(row["group"] or None, "count")] if many else []
        listing.append(
            [
                row["model"],
                *group,
                place,
                coefficient(
                    row["strength"], low=row["low"], high=row["high"], n=n, source=source, signed=True
                ),
                number(
                    row["chance"], "rate", low=row["chance_low"], high=row["chance_high"], n=n, source=source
                ),
                *(
                    []
                    if same
                    else [number(row[key], "count") for key in ("n_votes", "n_prompts", "n_raters")]
                ),
            ]
        )
    columns = [
        column("model", "Model"), *([column("group", "Group", "number")] if many else []),
        column("rank", "Rank", "number"), column("strength", "Strength", "number"),
        column("chance", "Preferred to the others", "number"),
    ]  # fmt: skip
    if not same:
        columns += [column(key, key.capitalize(), "number") for key in ("votes", "prompts", "raters")]
    caption = f"{title}: ranks, strengths and the chance to be preferred, with 95% intervals"
    if same:
        votes, prompts, raters = same
        caption += (
            f". Each model: {plural(votes, 'vote')}, {plural(prompts, 'prompt')}, {plural(raters, 'rater')}"
        )
    return table(caption, columns, listing)


def _matrix(material: Material, dimension: str, title: str, models: list[str]) -> Table | None:
    """Win rate of the row's model against the column's, strongest first."""
    if len(models) < 2:
        return None
    rates: dict[tuple[str, str], Cell] = {}
    wins = material.comparison.wins
    for win in rows_of(wins[(wins["dimension"] == dimension) & (wins["n_votes"] > 0)]):
        n, source = int(win.n_votes), f"votes {dimension}, interval {win.interval_kind}"
        pair = win.model_a, win.model_b
        rates[pair] = number(win.win_rate, "rate", low=win.low, high=win.high, n=n, source=source)
        rates[pair[::-1]] = number(
            1 - win.win_rate, "rate", low=1 - win.high, high=1 - win.low, n=n, source=source
        )
    columns = [
        column("model", "Row against column"),
        *(column(f"m{i}", m, "number") for i, m in enumerate(models)),
    ]
    rows = [[one, *(rates.get((one, other)) for other in models)] for one in models]
    return table(f"{title}: win rate of the row's model against the column's, ties as halves", columns, rows)


def _fits(material: Material, voted: list[str]) -> dict[str, Any]:
    comparison = material.comparison
    # These alone begin so; `kit.stats.separation` writes them.
    lines = [said for said in comparison.missing if said.startswith("On ")]
    if not lines:
        lines.append(
            "Votes join all models on every dimension voted on, and every strength has a finite estimate."
        )
    rows: list[list[Cell]] = []
    for fit in rows_of(comparison.fits[comparison.fits["dimension"].isin(voted)]):
        apart, pair = _furthest(material, fit.dimension)
        rows.append(
            [
                material.dimension_title(fit.dimension),
                f"{fit.method}, ties as halves"
                if fit.ties == "half"
                else f"{fit.method}, ties by {fit.ties}",
                number(fit.n_votes, "count"),
                number(fit.n_ties, "count"),
                number(fit.groups, "count"),
                number(100 * apart, "points", source=f"win_matrix {fit.dimension}: seen less expected"),
                pair,
            ]
        )
    columns = [
        column("dimension", "Dimension"), column("method", "Fit"), column("votes", "Votes", "number"),
        column("ties", "Of these ties", "number"), column("groups", "Groups of joined models", "number"),
        column("apart", "Largest gap", "number"), column("pair", "Between"),
    ]  # fmt: skip
    caption = (
        "One scale for all models. The largest gap is that between the win rate of a pair and what the scale expects of "
        "it: large gaps say that models beat each other in a circle, or that few votes were cast on a pair"
    )
    return {"lines": lines, "plots": [], "tables": [table(caption, columns, rows)]}


def _furthest(material: Material, dimension: str) -> tuple[float, str | None]:
    matrix = material.comparison.win_matrix
    own = matrix[(matrix["dimension"] == dimension) & matrix["win_rate"].notna() & matrix["expected"].notna()]
    if own.empty:
        return math.nan, None
    row = own.iloc[int((own["win_rate"] - own["expected"]).abs().to_numpy().argmax())]
    pair = f"{row['model']} and {row['opponent']}, {plural(int(row['n_votes']), 'vote')}"
    return abs(float(row["win_rate"]) - float(row["expected"])), pair
