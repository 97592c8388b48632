"""How uncertain a win rate is when prompts and raters are both samples: variance components and their freedom.

A vote of rater r on prompt p is rate + P_p + R_r + E_pr: what the prompt's clips do, the rater's own taste for one
of the models, and all the rest. The rate over all votes then has the variance

    prompt * sum N_p^2 / N^2  +  rater * sum N_r^2 / N^2  +  vote * sum W_pr^2 / N^2

with W_pr votes in a cell, N_p, N_r and N of a prompt, a rater and in all. More prompts shrink the first and last terms,
never the second. With every rater on every prompt this is the quasi-F of Clark (1973, "The language-as-fixed-effect
fallacy", J. Verbal Learning and Verbal Behavior 12:335-359).

The three components are estimated by moments, which needs neither balance nor any shape: sums of squares within
prompts, within raters and within cells are set equal to what they are on average (Henderson 1953, method I,
Biometrics 9:226-252). With every rater on every prompt that is the analysis of variance.

Three raters say next to nothing of how far raters differ: one dimension alone would either claim too much or nothing.
So the raters' share is learnt from all dimensions of a study together, and starts from what is published (`taste`). The
degrees of freedom that this is worth follow Satterthwaite (1946, Biometrics Bulletin 2:110-114).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kit.stats.counts import Grid

# On 303 raters with 15 pairs each, standard errors clustered by rater are 20% to 41% wider than without: raters' tastes are
# 3% to 7% of a vote's variance. The start lies in the lower half and counts as much as three raters on one dimension do:
# the study's own raters soon outweigh it.
PUBLISHED_SHARE = 0.04
PUBLISHED_FREEDOM = 2.0


class Components(NamedTuple):
    """Variance of one vote in units of the win rate squared: shared within a prompt, within a rater, and the rest.

    `prompt` and `vote` are not below zero. `rater` may be, by chance: it is an unbiased estimate that is averaged over
    dimensions before it is used.
    """

    prompt: float
    rater: float
    vote: float

    @property
    def share(self) -> float:
        """The raters' variance as a part of the others'; 0 where there is no other."""
        rest = self.prompt + self.vote
        return self.rater / rest if rest > 0 else 0.0


class Taste(NamedTuple):
    """How far raters differ, as a part of the other variance of a vote, and the degrees of freedom that is known with."""

    share: float
    freedom: float


class Spread(NamedTuple):
    """The variance of a win rate: from prompts and single votes, and from raters; and its degrees of freedom."""

    prompts: float
    raters: float
    freedom: float

    @property
    def variance(self) -> float:
        """Of the win rate, both together."""
        return self.prompts + self.raters


def effective(counts: NDArray[np.int64]) -> float:
    """Return how many equal groups are worth these: (sum N)^2 / sum N^2, from 1 to their number."""
    total = float(counts.sum())
    return total * total / float((counts.astype(float) ** 2).sum()) if total else 0.0


def components(cells: Grid) -> Components:
    """Estimate the components from a Grid with at least one vote.

    With one rater, `rater` is 0: it cannot be seen. Where a design cannot tell two components apart (each prompt seen by
    one rater), their sum is split evenly, which leaves the variance of the rate as it is.
    """
    votes = cells.votes.astype(float)
    total, prompts, raters = votes.sum(), votes.sum(axis=1), votes.sum(axis=0)
    left = cells.net / 2.0 + (0.5 - cells.win_rate) * votes
    seen = [(left.sum(axis=1) ** 2).sum(), (left.sum(axis=0) ** 2).sum(), (left**2).sum()]
    squares = [(prompts**2).sum(), (raters**2).sum(), (votes**2).sum()]

    def moment(one: int, two: int, within: float, cross: float) -> float:
        """What variance 1 shared within partition `two` adds to the squared residual sums over partition `one`.

        `within` is the sum of squared votes that two groups share, `cross` the same sum with each group's votes.
        """
        return float(within - 2.0 * cross / total + squares[one] * squares[two] / total**2)

    by_cell = squares[2]
    pr = moment(0, 1, by_cell, prompts @ votes @ raters)
    pc = moment(0, 2, by_cell, prompts @ (votes**2).sum(axis=1))
    rc = moment(1, 2, by_cell, raters @ (votes**2).sum(axis=0))
    system = np.array(
        [
            [moment(0, 0, squares[0], (prompts**3).sum()), pr, pc],
            [pr, moment(1, 1, squares[1], (raters**3).sum()), rc],
            [pc, rc, moment(2, 2, by_cell, (votes**3).sum())],
        ]
    )
    prompt, rater, vote = np.linalg.lstsq(system, np.array(seen), rcond=1e-9)[0]
    return Components(max(0.0, float(prompt)), float(rater), max(0.0, float(vote)))


def taste(grids: Sequence[Grid], parts: Sequence[Components]) -> Taste:
    """Learn from all grids of one study how far raters differ; see the module's text.

    Each grid counts with its effective number of raters less one. Raters who favour one model do so on more than one
    dimension: with K dimensions whose rater effects go together by T (the mean of their products over the mean of their
    squares), K times freedom are worth K / (1 + (K - 1) T^2) times.
    """
    freedom = [max(0.0, effective(cells.votes.sum(axis=0)) - 1.0) for cells in grids]
    own = sum(f * part.share for f, part in zip(freedom, parts, strict=True))
    known = sum(freedom)
    if known > 0:
        whole = known
        known /= 1.0 + (sum(f > 0 for f in freedom) - 1) * _together(grids, parts) ** 2
        own *= known / whole
    worth = known + PUBLISHED_FREEDOM
    return Taste((own + PUBLISHED_FREEDOM * PUBLISHED_SHARE) / worth, worth)


def _together(grids: Sequence[Grid], parts: Sequence[Components]) -> float:
    """How far the raters' leanings on one dimension are those on the others, about -1 to 1; 0 where nothing is known."""
    names = sorted({rater for cells in grids for rater in cells.raters})
    place = {rater: i for i, rater in enumerate(names)}
    leaning = []
    for cells, part in zip(grids, parts, strict=True):
        scale = part.prompt + part.vote
        if len(cells.raters) < 2 or scale <= 0:
            continue
        rates = cells.net.sum(axis=0) / (2.0 * cells.votes.sum(axis=0))
        row = np.zeros(len(names))
        row[[place[rater] for rater in cells.raters]] = (rates - rates.mean()) / np.sqrt(scale)
        leaning.append(row)
    if len(leaning) < 2:
        return 0.0
    rows = np.array(leaning)
    squares = float((rows**2).sum())
    if squares == 0:
        return 0.0
    return float(((rows.sum(axis=0) ** 2).sum() - squares) / ((len(rows) - 1) * squares))


def spread(cells: Grid, part: Components, known: Taste) -> Spread:
    """Return the variance of the win rate of a Grid of two prompts or more, with its degrees of freedom.

    The raters' share is that of `known`, or halfway to the grid's own where that is larger. With a single rater it is 0:
    the rate is then about that rater. Freedom lies between 1 and the effective number of prompts less one.
    """
    votes = cells.votes.astype(float)
    squared_total = votes.sum() ** 2
    by_prompt, by_rater, by_cell = (
        float((sums**2).sum() / squared_total) for sums in (votes.sum(axis=1), votes.sum(axis=0), votes)
    )
    prompts = part.prompt * by_prompt + part.vote * by_cell
    most = max(1.0, effective(cells.votes.sum(axis=1)) - 1.0)
    share = max(known.share, (known.share + part.share) / 2.0)
    if len(cells.raters) < 2 or share <= 0:
        return Spread(prompts, 0.0, most)
    raters = share * (part.prompt + part.vote) * by_rater
    noise = part.vote * by_cell
    left = max(1, int((cells.votes > 0).sum()) - len(cells.prompts) - len(cells.raters) + 1)
    doubt = prompts**2 / most + (raters + noise) ** 2 / known.freedom + noise**2 / left
    freedom = (prompts + raters) ** 2 / doubt if doubt > 0 else most
    return Spread(prompts, raters, float(min(most, max(1.0, freedom))))
