"""Whether measurements follow the study's own votes: correlations, and the warning where there are too few prompts."""

from typing import Any

from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import coefficient, number
from kit.reporting.sections.phrases import plural
from kit.reporting.tables import Cell
from kit.stats.metric_votes import FEW

_WHOSE = {"person": "", "simulated": "simulated ", "judge": "judges' "}


def correlation_tables(material: Material) -> dict[str, list[Cell]]:
    """The cells of each metric's row: a correlation for each dimension with votes, then the number of pairs."""
    frame = material.correlations
    voted = [d for d in material.rubric.ids if d in set(material.cast["dimension"])]
    found: dict[str, dict[str, Any]] = {}
    for row in rows_of(frame[frame["correlation"].notna()]):
        found.setdefault(row.metric, {})[row.dimension] = row
    return {
        metric: [
            *(_cell(rows.get(dimension)) for dimension in voted),
            number(max(row.n_pairs for row in rows.values()), "count"),
        ]
        for metric, rows in found.items()
    }


def few_votes(material: Material) -> list[str]:
    """The warning that no measurement can be said to follow these votes; nothing where there are enough, or none."""
    frame = material.correlations
    if frame.empty:
        return []
    most = int(frame["n_prompts"].max())
    if most >= FEW:
        return []
    whose = _WHOSE.get(material.comparison.rater_kind or "", "")
    text = (
        f"How far each follows the {whose}votes of this study is under each table. With {plural(most, 'prompt')} that is too "
        f"few to say that any of them follows people: at least {FEW} are needed for an interval that is of use, and of "
        "so many numbers some correlate by chance."
    )
    return [text]


def _cell(row: Any) -> Cell:
    if row is None:
        return None
    return coefficient(
        row.correlation, low=row.low, high=row.high, n=int(row.n_pairs), signed=True,
        source=f"{row.metric}@{row.version} against votes on {row.dimension}, {plural(int(row.n_prompts), 'prompt')}",
    )  # fmt: skip
