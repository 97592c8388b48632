"""Votes of one dimension as whole numbers: which models met, who won, who stood left, on which prompt, by whom.

A pairwise vote is a contest. Many votes are alike (same two models, same side), so fits work on `lines`, the
different kinds of contest, with the number of wins, ties and losses on each; covariances go back to single votes.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

WIN, TIE, LOSS = 0, 1, 2
_CHOICES = pd.Index(["a", "b", "tie", "both_good", "both_bad"], dtype=object)
_OUTCOMES = np.array([WIN, LOSS, TIE, TIE, TIE], dtype=np.int64)


class Contests(NamedTuple):
    """Votes of one dimension. `models` is how many there are; numbers of models are places in that order.

    Each vote, shape (votes,): `line` (its kind of contest), `outcome` (WIN of the line's `one`, TIE or LOSS), `prompt`
    and `rater` (numbers from 0 without gaps). Each kind, shape (lines,): `one` < `two` (models) and `side` (1 where
    `one` stood left, -1 where `two` did, 0 where it is not known).
    """

    models: int
    line: NDArray[np.int64]
    outcome: NDArray[np.int64]
    prompt: NDArray[np.int64]
    rater: NDArray[np.int64]
    one: NDArray[np.int64]
    two: NDArray[np.int64]
    side: NDArray[np.int64]

    def counts(self, weight: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Votes by outcome and line, shape (3, lines), each vote counting as its `weight`, shape (votes,), or once."""
        size = 3 * len(self.one)
        flat = np.bincount(self.outcome * len(self.one) + self.line, weights=weight, minlength=size)
        return flat.reshape(3, -1).astype(float)

    @property
    def once_a_prompt(self) -> NDArray[np.float64]:
        """Weights that let each prompt count once for each pair of models, however many votes it has; (votes,)."""
        pair = self.one * self.models + self.two
        _, cell, size = np.unique(
            self.prompt * self.models**2 + pair[self.line], return_inverse=True, return_counts=True
        )
        return np.asarray(1.0 / size[cell], dtype=np.float64)

    @property
    def prompts(self) -> int:
        """How many prompts were voted on."""
        return int(self.prompt.max()) + 1 if len(self.prompt) else 0

    @property
    def raters(self) -> int:
        """How many raters voted."""
        return int(self.rater.max()) + 1 if len(self.rater) else 0


def _places(names: pd.Series, index: pd.Index) -> NDArray[np.int64]:
    return np.asarray(index.get_indexer(pd.Index(names.to_numpy(dtype=object))), dtype=np.int64)


def _numbered(names: pd.Series) -> NDArray[np.int64]:
    # Sorted by name, so that the order of the rows changes nothing.
    return np.asarray(pd.factorize(names.astype(str), sort=True)[0], dtype=np.int64)


def contests_of(votes: pd.DataFrame, models: Sequence[str], dimension: str) -> Contests:
    """Number the votes of one dimension.

    `votes` are oriented (see `kit.stats.counts.orient`); `left_model` may be missing, wholly or in places.
    """
    part = votes if votes.empty else votes[votes["dimension"] == dimension]
    if part.empty:
        none = np.zeros(0, dtype=np.int64)
        return Contests(len(models), none, none, none, none, none, none, none)
    place = pd.Index(list(models), dtype=object)
    one, two = (_places(part[name], place) for name in ("model_a", "model_b"))
    side = np.zeros(len(part), dtype=np.int64)
    if "left_model" in part:
        # What is no model, or is missing, has the place -1 and equals neither.
        left = _places(part["left_model"], place)
        side = (left == one).astype(np.int64) - (left == two)
    kinds, line = np.unique((one * len(models) + two) * 3 + side + 1, return_inverse=True)
    pair = kinds // 3
    return Contests(
        models=len(models),
        line=np.asarray(line, dtype=np.int64),
        outcome=_OUTCOMES[_places(part["choice"], _CHOICES)],
        prompt=_numbered(part["prompt_id"]),
        rater=_numbered(part["rater"]),
        one=pair // len(models),
        two=pair % len(models),
        side=kinds % 3 - 1,
    )
