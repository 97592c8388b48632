"""Every model against every other: what was chosen, and what the fitted strengths expect."""

import math
from collections.abc import Sequence

import numpy as np

from kit.stats.contests import LOSS, TIE, WIN, Contests
from kit.stats.placing import Placing, expected

MATRIX_COLUMNS = {
    "dimension": "str",
    "model": "str",
    "opponent": "str",
    "n_votes": "int64",
    "wins": "int64",
    "ties": "int64",
    "losses": "int64",
    "win_rate": "float64",
    "expected": "float64",
}


def matrix_rows(
    placed: Placing | None, contests: Contests, dimension: str, models: Sequence[str]
) -> list[dict[str, object]]:
    """Return a row for every model and opponent of one dimension, in the order of the models."""
    n = len(models)
    place = contests.one * n + contests.two
    counts = np.array([np.bincount(place, weights=row, minlength=n * n) for row in contests.counts()])
    counts = np.rint(counts).astype(np.int64).reshape(3, n, n)
    # Wins of the one are losses of the other.
    counts = counts + counts[::-1].transpose(0, 2, 1)
    votes = counts.sum(axis=0)
    fitted = np.full((n, n), math.nan)
    if placed is not None:
        made, group = placed.made, placed.design.group
        apart = made.strengths[:, None] - made.strengths
        tie = 0.0 if math.isnan(made.tie) else made.tie
        fitted = np.where(group[:, None] == group, expected(made.family, apart, tie), math.nan)
    return [
        {
            "dimension": dimension,
            "model": model,
            "opponent": opponent,
            "n_votes": int(votes[i, j]),
            "wins": int(counts[WIN, i, j]),
            "ties": int(counts[TIE, i, j]),
            "losses": int(counts[LOSS, i, j]),
            "win_rate": (counts[WIN, i, j] + counts[TIE, i, j] / 2) / votes[i, j]
            if votes[i, j]
            else math.nan,
            "expected": float(fitted[i, j]),
        }
        for i, model in enumerate(models)
        for j, opponent in enumerate(models)
        if i != j
    ]
