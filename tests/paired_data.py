"""Paired comparisons that have been published with their results, and simulated ones whose truth is known.

- CITATIONS: citations among four journals of statistics (Stigler 1994, "Citation patterns in the journals of
  statistics and probability", Statistical Science 9:94-108; Agresti 2002, "Categorical Data Analysis", 2nd edition,
  p. 448). A citation is a win of the cited journal.
- BASEBALL: games of seven teams of the American League's Eastern Division, 1987 (Agresti 2002, p. 437).
- PUDDINGS: preferences among six brands of chocolate pudding (Davidson 1970, JASA 65:317-328, example 2).
- FLAVOURS: flavour strength of nine gels (Springall 1973, Applied Statistics 22:59-68, section 7).
"""

import math
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from kit.stats.bradley_terry import fit
from kit.stats.contests import LOSS, TIE, WIN, Contests, contests_of
from kit.stats.counts import orient
from kit.stats.design import design_of
from kit.stats.distributions import normal_cdf
from kit.stats.placing import expected

JOURNALS = ("Biometrika", "Comm Statist", "JASA", "JRSS-B")
# One, other, wins of one, wins of the other.
CITATIONS = (
    ("Biometrika", "Comm Statist", 730, 33),
    ("Biometrika", "JASA", 498, 320),
    ("Biometrika", "JRSS-B", 221, 284),
    ("Comm Statist", "JASA", 68, 813),
    ("Comm Statist", "JRSS-B", 17, 276),
    ("JASA", "JRSS-B", 142, 325),
)
TEAMS = ("Baltimore", "Boston", "Cleveland", "Detroit", "Milwaukee", "New York", "Toronto")
# Wins at home and away, a row for each home team, against the others in the order of TEAMS.
_AT_HOME = {
    "Milwaukee": ((6, 0), (6, 1), (4, 2), (4, 3), (4, 3), (4, 2)),
    "Detroit": ((4, 3), (6, 0), (6, 1), (3, 3), (4, 3), (4, 2)),
    "Toronto": ((6, 0), (4, 3), (4, 2), (4, 3), (2, 5), (2, 4)),
    "New York": ((6, 1), (4, 3), (4, 2), (5, 1), (3, 3), (2, 5)),
    "Boston": ((6, 0), (5, 2), (2, 5), (5, 1), (4, 2), (3, 3)),
    "Cleveland": ((2, 4), (4, 2), (3, 3), (2, 5), (4, 3), (3, 4)),
    "Baltimore": ((1, 6), (3, 4), (1, 5), (2, 5), (2, 4), (1, 6)),
}
BASEBALL = tuple(
    (home, away, *won)
    for home, games in _AT_HOME.items()
    for away, won in zip((t for t in TEAMS if t != home), games, strict=True)
)
BRANDS = ("1", "2", "3", "4", "5", "6")
# One, other, preferred one, preferred the other, no preference.
PUDDINGS = (
    ("1", "2", 19, 22, 16), ("1", "3", 16, 19, 12), ("2", "3", 19, 19, 10), ("1", "4", 18, 23, 13),
    ("2", "4", 23, 19, 9), ("3", "4", 19, 20, 15), ("1", "5", 13, 19, 18), ("2", "5", 16, 20, 12),
    ("3", "5", 16, 15, 17), ("4", "5", 17, 14, 16), ("1", "6", 18, 21, 12), ("2", "6", 22, 20, 12),
    ("3", "6", 13, 18, 10), ("4", "6", 14, 19, 18), ("5", "6", 11, 21, 12),
)  # fmt: skip
GELS = tuple("123456789")
_WON = (
    *(2, 0, 5, 2, 0, 12, 13, 10, 6, 17, 9, 8, 24, 16, 15, 22, 14, 11),
    *(24, 22, 17, 3, 2, 12, 10, 8, 5, 20, 15, 13, 27, 19, 18, 2, 2, 6),
)
_LOST = (
    *(16, 21, 10, 15, 22, 3, 9, 12, 11, 2, 6, 12, 2, 3, 2, 2, 4, 4),
    *(1, 0, 2, 14, 18, 6, 6, 9, 11, 0, 2, 5, 1, 1, 2, 13, 21, 8),
)
_TIED = (
    *(7, 1, 10, 7, 2, 9, 5, 3, 5, 7, 8, 6, 0, 5, 7, 4, 5, 7),
    *(3, 3, 6, 9, 4, 5, 6, 11, 9, 2, 5, 9, 0, 5, 2, 8, 5, 8),
)
# The published wins are of the column's gel over the row's.
FLAVOURS = tuple(
    (GELS[col], GELS[row], won, lost, tied)
    for (row, col), won, lost, tied in zip(
        ((r, c) for r in range(9) for c in range(r + 1, 9)), _WON, _LOST, _TIED, strict=True
    )
)


def votes_from(table: Iterable[Sequence[object]], *, left: bool = False) -> pd.DataFrame:
    """Votes, each on a prompt of its own by one rater, from rows (one, other, won, lost[, tied]).

    `left` says that `one` stood left.
    """
    rows = []
    for one, two, won, lost, *tied in table:
        counted = (("a", won), ("b", lost), ("tie", tied[0] if tied else 0))
        rows += [(one, two, choice, one if left else None) for choice, n in counted for _ in range(int(n))]
    made = pd.DataFrame(rows, columns=["model_a", "model_b", "choice", "left_model"])
    return made.assign(prompt_id=[f"p{i:05}" for i in range(len(made))], rater="r", dimension="d", take=1)


def contests_from(
    table: Iterable[Sequence[object]], models: Sequence[str], *, left: bool = False
) -> Contests:
    """The same as `votes_from`, numbered."""
    return contests_of(orient(votes_from(table, left=left), models), models, "d")


class Ladder:
    """Simulated studies in which all raters vote on all pairs of models on all prompts, or on a `share` of them.

    A latent preference past .3 either way is a choice, else a tie. Its parts, as standard deviations: what a prompt's
    clip does for each model (`clip`), each rater's taste for each model (`taste`), for it on one prompt (.2), and 1
    for the vote. `side` is what the left gains. A taste of .14 is about 3% of a vote's other variance.
    """

    cut, both = 0.3, 0.2

    def __init__(
        self, strengths: Sequence[float], *, clip: float = 0.35, taste: float = 0.14, side: float = 0.15
    ):
        self.strengths = np.asarray(strengths, dtype=float)
        self.clip, self.taste, self.side = clip, taste, side
        self.models = [f"m{i}" for i in range(len(self.strengths))]

    def votes(self, rng: np.random.Generator, prompts: int, raters: int, share: float = 1.0) -> pd.DataFrame:
        """One study."""
        n = len(self.models)
        one, two = np.triu_indices(n, 1)
        p, r, pair = (a.ravel() for a in np.indices((prompts, raters, len(one))))
        kept = rng.random(len(p)) < share
        p, r, pair = p[kept], r[kept], pair[kept]
        worth = (
            self.strengths
            + self.clip * rng.normal(size=(prompts, n))[p]
            + self.taste * rng.normal(size=(raters, n))[r]
            + self.both * rng.normal(size=(prompts, raters, n))[p, r]
        )
        i, j, v = one[pair], two[pair], np.arange(len(p))
        side = rng.choice([-1, 1], size=len(p))
        latent = worth[v, i] - worth[v, j] + self.side * side + rng.normal(size=len(p))
        names = np.array(self.models)
        return pd.DataFrame(
            {
                "prompt_id": np.char.add("p", p.astype(str)),
                "model_a": names[i],
                "model_b": names[j],
                "take": 1,
                "dimension": "d",
                "choice": np.where(latent > self.cut, "a", np.where(latent < -self.cut, "b", "both_bad")),
                "rater": np.char.add("r", r.astype(str)),
                "left_model": np.where(side > 0, names[i], names[j]),
            }
        )

    def truth(self, ties: str = "half") -> tuple[np.ndarray, np.ndarray, float]:
        """What a study of all prompts and raters there are would find: strengths, chances and the side's gain.

        The model is fitted to the exact probabilities of the outcomes, each outcome of each kind once.
        """
        n = len(self.models)
        one, two = (np.tile(a, 2) for a in np.triu_indices(n, 1))
        side = np.repeat([-1, 1], len(one) // 2)
        spread = math.sqrt(1 + 2 * (self.clip**2 + self.taste**2 + self.both**2))
        apart = self.strengths[one] - self.strengths[two] + self.side * side
        won = np.array([normal_cdf((d - self.cut) / spread) for d in apart])
        lost = np.array([normal_cdf((-d - self.cut) / spread) for d in apart])
        none = np.zeros(3 * len(one), dtype=np.int64)
        lines, outcomes = np.tile(np.arange(len(one)), 3), np.repeat([WIN, TIE, LOSS], len(one))
        contests = Contests(n, lines, outcomes, none, none, one, two, side)
        weight = np.concatenate([won, 1 - won - lost, lost])
        made = fit(contests, design_of(contests), family=ties, weight=weight)
        tie = 0.0 if math.isnan(made.tie) else made.tie
        chances = expected(ties, made.strengths[:, None] - made.strengths, tie)
        return made.strengths, (chances.sum(axis=1) - 0.5) / (n - 1), made.side
