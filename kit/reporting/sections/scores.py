"""Scores of 1 to 5: means and differences within prompts."""

from typing import Any

from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import number
from kit.reporting.tables import Cell, column, table


def section(material: Material) -> dict[str, Any] | None:
    """The data of the section; None where nobody has scored."""
    if material.scores.empty:
        return None
    rows: list[list[Cell]] = []
    for row in rows_of(material.comparison.scores):
        source = f"scores {row.dimension}: {row.model_a} against {row.model_b}"
        rows.append(
            [
                material.dimension_title(row.dimension),
                f"{row.model_a} against {row.model_b}",
                number(row.mean_a, source=source),
                number(row.mean_b, source=source),
                number(
                    row.mean_difference,
                    low=row.low,
                    high=row.high,
                    n=int(row.n_prompts),
                    source=source,
                    signed=True,
                ),
                number(row.n_scores, "count"),
                number(row.n_prompts, "count"),
                number(row.n_raters, "count"),
            ]
        )
    columns = [
        column("dimension", "Dimension"), column("pair", "Pair"),
        column("mean_a", "Mean of first", "number"), column("mean_b", "Mean of second", "number"),
        column("difference", "Difference", "number"), column("n_scores", "Scores", "number"),
        column("n_prompts", "Prompts", "number"), column("n_raters", "Raters", "number"),
    ]  # fmt: skip
    tables = [
        table(
            "Scores from 1 (poor) to 5 (excellent), compared on prompts that both models filmed",
            columns,
            rows,
        )
    ]
    return {
        "id": "scores",
        "template": "plain",
        "heading": "Scores",
        "missing": [],
        "lines": [
            "Scores are averaged over raters within a prompt, then compared prompt by prompt.",
            "The difference is the first model's mean minus the second's.",
        ],
        "tables": tables if rows else [],
        "parts": [],
    }
