"""The votes on one pair of clips, counted: what example pairs, filter and the table by prompt are made from."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

import pandas as pd

DISPUTED = Fraction(1, 3)  # of those who took a side, at least so many took the other one


class PairKey(NamedTuple):
    """One pair of clips on one dimension; the models in the study's order."""

    prompt_id: str
    take: int
    dimension: str
    model_a: str
    model_b: str


@dataclass
class PairVotes:
    """How many chose either clip, how many neither, and what they wrote: (rater, note) in the order of the votes."""

    a: int = 0
    b: int = 0
    ties: int = 0
    notes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def n(self) -> int:
        """All votes."""
        return self.a + self.b + self.ties

    @property
    def lead(self) -> int:
        """Votes for the first model less those for the second."""
        return self.a - self.b

    @property
    def share(self) -> Fraction:
        """Share of the votes that went to the first model, ties as halves."""
        return Fraction(2 * self.a + self.ties, 2 * self.n)

    @property
    def disputed(self) -> bool:
        """Whether at least a third of those who took a side took the other one."""
        return min(self.a, self.b) > 0 and Fraction(min(self.a, self.b), self.a + self.b) >= DISPUTED


def pair_votes(cast: pd.DataFrame) -> dict[PairKey, PairVotes]:
    """The votes by pair and dimension, from a frame of oriented votes (`kit.study.Study.votes`), in their order."""
    found: dict[PairKey, PairVotes] = {}
    if cast.empty:
        return found
    rows: list[Any] = list(cast.itertuples(index=False))
    for row in rows:
        key = PairKey(row.prompt_id, int(row.take), row.dimension, row.model_a, row.model_b)
        votes = found.setdefault(key, PairVotes())
        if row.choice == "a":
            votes.a += 1
        elif row.choice == "b":
            votes.b += 1
        else:
            votes.ties += 1
        if isinstance(row.note, str) and row.note.strip():
            votes.notes.append((row.rater, row.note))
    return found


def together(votes: Iterable[PairVotes]) -> PairVotes:
    """Several counts as one, without their notes."""
    total = PairVotes()
    for one in votes:
        total.a += one.a
        total.b += one.b
        total.ties += one.ties
    return total
