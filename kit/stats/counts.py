"""What was chosen: votes counted by dimension and pair of models, and by prompt and rater."""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kit.errors import BadParameter

CHOICES = ("a", "b", "tie", "both_good", "both_bad")
_MIRROR = {"a": "b", "b": "a", "tie": "tie", "both_good": "both_good", "both_bad": "both_bad"}
_NET = {"a": 1, "b": -1, "tie": 0, "both_good": 0, "both_bad": 0}

COUNT_COLUMNS = {
    "dimension": "str",
    "model_a": "str",
    "model_b": "str",
    "n_votes": "int64",
    "a": "int64",
    "b": "int64",
    "tie": "int64",
    "both_good": "int64",
    "both_bad": "int64",
    "n_raters": "int64",
    "n_prompts": "int64",
    "win_rate": "float64",
    "net_win_rate": "float64",
}


class Grid(NamedTuple):
    """Votes of one dimension and one pair of models, added up by prompt and rater.

    `net` and `votes` are whole numbers of shape (prompts, raters): wins of a minus wins of b, and votes cast. Takes
    of a prompt are added together, since they belong to the same prompt. Prompts and raters are sorted by name, so
    the order of the rows they came from does not matter.
    """

    prompts: tuple[str, ...]
    raters: tuple[str, ...]
    net: NDArray[np.int64]
    votes: NDArray[np.int64]

    @property
    def prompt_net(self) -> NDArray[np.int64]:
        """Wins of a minus wins of b on each prompt, shape (prompts,)."""
        return np.asarray(self.net.sum(axis=1), dtype=np.int64)

    @property
    def prompt_votes(self) -> NDArray[np.int64]:
        """Votes on each prompt, shape (prompts,), at least 1."""
        return np.asarray(self.votes.sum(axis=1), dtype=np.int64)

    @property
    def prompt_rates(self) -> NDArray[np.float64]:
        """Win rate of a on each prompt, ties as halves, shape (prompts,), 0..1."""
        return 0.5 + self.prompt_net / (2.0 * self.prompt_votes)

    @property
    def win_rate(self) -> float:
        """Win rate of a over all votes, ties as halves; NaN without votes."""
        votes = int(self.votes.sum())
        return 0.5 + int(self.net.sum()) / (2 * votes) if votes else math.nan


def pairs_of(models: Sequence[str]) -> list[tuple[str, str]]:
    """Return every pair of models, the first named first."""
    return list(combinations(models, 2))


def orient(votes: pd.DataFrame, models: Sequence[str]) -> pd.DataFrame:
    """Return the votes with model_a before model_b in the order of `models`, choices mirrored where they were not.

    Votes on models that are not in `models` are left out. Raises BadParameter for a choice that is none of CHOICES.
    """
    if votes.empty:
        return votes
    choices = votes["choice"].astype(object)
    unknown = sorted({str(c) for c in choices} - set(CHOICES))
    if unknown:
        raise BadParameter(f"unknown choice {unknown[0]!r}; a vote is one of {', '.join(CHOICES)}")
    place = {model: i for i, model in enumerate(models)}
    first = votes["model_a"].map(place).to_numpy(dtype=float, na_value=math.nan)
    second = votes["model_b"].map(place).to_numpy(dtype=float, na_value=math.nan)
    turned = first > second
    oriented = votes.assign(
        model_a=np.where(turned, votes["model_b"], votes["model_a"]),
        model_b=np.where(turned, votes["model_a"], votes["model_b"]),
        choice=np.where(turned, choices.map(_MIRROR), choices),
    )
    known = ~(np.isnan(first) | np.isnan(second)) & (first != second)
    kept: pd.DataFrame = oriented[known].reset_index(drop=True)
    return kept


def grid(votes: pd.DataFrame, dimension: str, model_a: str, model_b: str) -> Grid:
    """Add up the votes of one dimension and pair. `votes` are oriented (see `orient`)."""
    part = votes
    if not votes.empty:
        chosen = (
            (votes["dimension"] == dimension) & (votes["model_a"] == model_a) & (votes["model_b"] == model_b)
        )
        part = votes[chosen]
    if part.empty:
        none = np.zeros((0, 0), dtype=np.int64)
        return Grid((), (), none, none)
    prompt_of, prompts = pd.factorize(part["prompt_id"].astype(str), sort=True)
    rater_of, raters = pd.factorize(part["rater"].astype(str), sort=True)
    net = np.zeros((len(prompts), len(raters)), dtype=np.int64)
    cast = np.zeros_like(net)
    np.add.at(net, (prompt_of, rater_of), part["choice"].map(_NET).to_numpy(dtype=np.int64))
    np.add.at(cast, (prompt_of, rater_of), 1)
    return Grid(tuple(prompts), tuple(raters), net, cast)


def count_votes(votes: pd.DataFrame, models: Sequence[str], dimensions: Sequence[str]) -> pd.DataFrame:
    """Count the votes, one row for each dimension and pair of models, whether anybody voted or not.

    Columns: dimension, model_a, model_b; n_votes; a, b, tie, both_good, both_bad (votes of each choice); n_raters;
    n_prompts; win_rate (of model_a, ties as halves: (a + ties / 2) / n_votes, 0..1); net_win_rate (share won minus
    share lost: (a - b) / n_votes, -1..1; Movie Gen, arXiv 2410.13720). Rates are NaN without votes.
    """
    votes = orient(votes, models)
    rows = []
    for dimension in dimensions:
        for model_a, model_b in pairs_of(models):
            part = votes
            if not votes.empty:
                part = votes[
                    (votes["dimension"] == dimension)
                    & (votes["model_a"] == model_a)
                    & (votes["model_b"] == model_b)
                ]
            n = len(part)
            by_choice = {c: int((part["choice"] == c).sum()) if n else 0 for c in CHOICES}
            net = by_choice["a"] - by_choice["b"]
            rows.append(
                {
                    "dimension": dimension,
                    "model_a": model_a,
                    "model_b": model_b,
                    "n_votes": n,
                    **by_choice,
                    "n_raters": int(part["rater"].nunique()) if n else 0,
                    "n_prompts": int(part["prompt_id"].nunique()) if n else 0,
                    "win_rate": 0.5 + net / (2 * n) if n else math.nan,
                    "net_win_rate": net / n if n else math.nan,
                }
            )
    return frame(rows, COUNT_COLUMNS)


def frame(rows: Sequence[dict[str, object]], columns: dict[str, str]) -> pd.DataFrame:
    """Make a frame with exactly these columns and types, in this order, also when there are no rows."""
    # Made of plain objects first: pandas would guess strings, and turn a missing name into NaN.
    made = pd.DataFrame(list(rows), columns=list(columns), dtype=object)
    return made.astype({name: "object" if kind == "str" else kind for name, kind in columns.items()})
