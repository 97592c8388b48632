"""Covariance of estimated strengths when votes come in clusters: prompts, which share clips, and raters, with tastes.

Prompts. The sandwich (Huber 1967; Liang and Zeger 1986) sums scores over whole prompts before squaring. Its plain form
is too small with few clusters, so each prompt's influence is taken by leaving it out in one Newton step,
(I - I_g)^-1 s_g: the jackknife form 'CR3' (Bell and McCaffrey 2002, "Bias reduction in standard errors for linear
regression with multi-stage samples", Survey Methodology 28:169-181). A prompt without which some model could not be
placed is taken by I^-1 s_g instead, and so are all where there are very many, since the two then agree.

Raters. They are crossed with prompts, and what they add is V_raters - V_cells, where cells are the votes of one rater
on one prompt (Cameron, Gelbach and Miller 2011, "Robust inference with multiway clustering", Journal of Business &
Economic Statistics 29:238-249). From three raters that is nearly nothing to go by, for any one model. So a variance of
taste, the same for all models, is estimated by moments over all of them: a rater whose tastes are t moves the estimate
by I^-1 I_r t, so variance v of each taste adds v I^-1 (sum I_r I_r) I^-1. It starts from what is published, as for win
rates (`kit.stats.variance`), and what the raters of one contrast show by themselves counts the more, the more there
are. Degrees of freedom for Student's t follow Satterthwaite (1946). With one rater nothing is added, and the interval
is about that rater.
"""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from kit.stats.bradley_terry import Fit
from kit.stats.contests import Contests
from kit.stats.laplacian import Meetings, gram
from kit.stats.ties import Floats
from kit.stats.variance import PUBLISHED_FREEDOM, PUBLISHED_SHARE

_CELLS = 8_000_000  # of informations of single clusters held at once: 64 MB
# How many raters' worth the common variance of taste counts for against what one contrast shows by itself.
_STEADY = 10.0
# A taste's variance on the log-odds scale. A rater's leanings are 4% of a vote's other variance, as published (see
# `kit.stats.variance`): 2 v (p q)^2 = .04 p q, with p q = 1/4.
PUBLISHED_TASTE = 2.0 * PUBLISHED_SHARE
_ODD = 1e3  # an influence of this many log-odds is a matrix without inverse


class Covariance(NamedTuple):
    """Covariances of the parameters of a fit, each square.

    `prompts`: over prompts. `raters`: what raters add by themselves, without bias but by chance perhaps negative;
    `taste`: what they add by the common variance of taste, known with `freedom` degrees. Both zero with one rater.
    `n_prompts` and `n_raters` are the numbers of clusters, raters by their effective number.
    """

    prompts: Floats
    raters: Floats
    taste: Floats
    freedom: float
    n_prompts: int
    n_raters: float

    @property
    def _own(self) -> float:
        """How much what raters show on one contrast counts, 0..1."""
        return (self.n_raters - 1) / (self.n_raters - 1 + _STEADY)

    @property
    def total(self) -> Floats:
        """The whole covariance, with what is negative in the raters' part cut off."""
        values, vectors = np.linalg.eigh(self._own * self.raters + (1 - self._own) * self.taste)
        added = (vectors * np.maximum(values, 0.0)) @ vectors.T
        return np.asarray(self.prompts + added, dtype=np.float64)

    def spread(self, contrasts: ArrayLike) -> tuple[Floats, Floats]:
        """Return standard errors and degrees of freedom of contrasts, given as rows of shape (n, parameters)."""
        rows = np.asarray(contrasts, dtype=float)
        prompts, raters, taste = (
            np.einsum("np,pq,nq->n", rows, part, rows, optimize=True)
            for part in (self.prompts, self.raters, self.taste)
        )
        # Where prompts cancel out, rounding may leave a little less than nothing.
        prompts = np.maximum(0.0, prompts)
        added = np.maximum(0.0, self._own * raters + (1 - self._own) * taste)
        total = prompts + added
        known = self.n_raters - 1 + min(_STEADY, self.freedom)
        doubt = prompts**2 / max(1, self.n_prompts - 1) + added**2 / max(1.0, known)
        with np.errstate(divide="ignore", invalid="ignore"):
            freedom = np.where(doubt > 0, total**2 / doubt, math.nan)
        return np.sqrt(total), freedom


class _Parts(NamedTuple):
    """Of each vote: slopes and (sign turned) second derivatives by d and by the tie parameter."""

    by_d: Floats
    by_t: Floats
    dd: Floats
    dt: Floats
    tt: Floats


def _of_votes(made: Fit, contests: Contests) -> _Parts:
    _, *parts = made.slopes(contests)
    return _Parts(*(part[contests.outcome, contests.line] for part in parts))


def _meetings(made: Fit, contests: Contests, cluster: NDArray[np.int64], n: int) -> Meetings:
    one, two, side = (a[contests.line] for a in (contests.one, contests.two, contests.side))
    return Meetings(
        contests.models, one, two, None if math.isnan(made.side) else side, cluster=cluster, clusters=n
    )


def _scores(made: Fit, contests: Contests, parts: _Parts, cluster: NDArray[np.int64], n: int) -> Floats:
    """Sum the scores of each cluster; shape (clusters, parameters)."""
    meetings = _meetings(made, contests, cluster, n)
    rows = meetings.rows(parts.by_d)
    return rows if math.isnan(made.tie) else np.column_stack([rows, meetings.totals(parts.by_t)])


def _informations(made: Fit, contests: Contests, parts: _Parts, cluster: NDArray[np.int64], n: int) -> Floats:
    """Sum the informations of each cluster; shape (clusters, parameters, parameters)."""
    meetings = _meetings(made, contests, cluster, n)
    inner = meetings.squares(parts.dd)
    if math.isnan(made.tie):
        return inner
    whole = np.empty((n, meetings.width + 1, meetings.width + 1))
    whole[:, :-1, :-1] = inner
    whole[:, -1, :-1] = whole[:, :-1, -1] = meetings.rows(parts.dt)
    whole[:, -1, -1] = meetings.totals(parts.tt)
    return whole


def _influences(
    made: Fit, contests: Contests, parts: _Parts, cluster: NDArray[np.int64], n: int
) -> tuple[Floats, float]:
    """Return how far leaving out each cluster moves the parameters, and the factor of their sum of squares."""
    scores = _scores(made, contests, parts, cluster, n)
    plain = np.asarray(np.linalg.solve(made.information, scores.T).T, dtype=np.float64)
    if n * made.information.size > _CELLS:
        return plain, n / (n - 1)
    left = made.information - _informations(made, contests, parts, cluster, n)
    moved = np.empty_like(plain)
    try:
        moved[:] = np.linalg.solve(left, scores[:, :, None])[:, :, 0]
    except np.linalg.LinAlgError:
        for g in range(n):
            try:
                moved[g] = np.linalg.solve(left[g], scores[g])
            except np.linalg.LinAlgError:
                moved[g] = np.inf
    odd = ~(np.abs(moved).max(axis=1) < _ODD)
    moved[odd] = plain[odd]
    return moved, (n - 1) / n


def _cell_squares(made: Fit, contests: Contests, parts: _Parts) -> Floats:
    """Sum the squares of the scores of rater x prompt cells, shape (parameters, parameters)."""
    cell = pd.factorize(contests.prompt * contests.raters + contests.rater)[0]
    # A cell of one vote has the square of one score, which is built like an information; most cells of large and
    # thin studies are such, and their scores need not be written out.
    alone = np.bincount(cell)[cell] == 1
    own = _Parts(parts.by_d, parts.by_t, parts.by_d**2, parts.by_d * parts.by_t, parts.by_t**2)
    one_vote, several = _only(contests, own, alone), _only(contests, parts, ~alone)
    total = np.zeros_like(made.information)
    if alone.any():
        total += _informations(made, *one_vote, np.zeros(int(alone.sum()), dtype=np.int64), 1)[0]
    if not alone.all():
        numbers, kinds = pd.factorize(cell[~alone])
        scores = _scores(made, *several, numbers, len(kinds))
        total += gram(scores)
    return total


def _only(contests: Contests, parts: _Parts, kept: NDArray[np.bool_]) -> tuple[Contests, _Parts]:
    """Keep some of the votes."""
    some = {name: getattr(contests, name)[kept] for name in ("line", "outcome", "prompt", "rater")}
    return contests._replace(**some), _Parts(*(part[kept] for part in parts))


def covariance_of(made: Fit, contests: Contests) -> Covariance:
    """Return the cluster-robust covariance of a fit; it needs votes on two prompts at least."""
    parts = _of_votes(made, contests)
    prompts = contests.prompts
    moved, factor = _influences(made, contests, parts, contests.prompt, prompts)
    return with_raters(made, contests, factor * gram(moved), measured=True)


def with_raters(made: Fit, contests: Contests, prompts: Floats, *, measured: bool) -> Covariance:
    """Add what raters add to a covariance over `prompts`.

    Unless `measured`, the variance of taste is what is published: a bias-reduced fit, where hardly any vote differs
    from what is expected, cannot show it.
    """
    n = contests.raters
    nothing = np.zeros_like(prompts)
    if n < 2:
        return Covariance(prompts, nothing, nothing, 0.0, contests.prompts, 1.0)
    votes = np.bincount(contests.rater)
    effective = float(votes.sum() ** 2 / (votes**2).sum())
    parts = _of_votes(made, contests)
    inverse = np.linalg.inv(made.information)
    unit = inverse @ _taste_squares(made, contests, parts) @ inverse
    if not measured:
        taste = PUBLISHED_TASTE * unit
        return Covariance(prompts, taste, taste, PUBLISHED_FREEDOM, contests.prompts, effective)
    scores = _scores(made, contests, parts, contests.rater, n)
    squares = n / (n - 1) * gram(scores) - _cell_squares(made, contests, parts)
    own = inverse @ squares @ inverse
    k = contests.models
    known = (effective - 1) * (len(np.unique([contests.one, contests.two])) - 1)
    seen = float(np.trace(own[:k, :k]) / np.trace(unit[:k, :k]))
    variance = (known * seen + PUBLISHED_FREEDOM * PUBLISHED_TASTE) / (known + PUBLISHED_FREEDOM)
    freedom = known + PUBLISHED_FREEDOM
    return Covariance(prompts, own, max(0.0, variance) * unit, freedom, contests.prompts, effective)


def _taste_squares(made: Fit, contests: Contests, parts: _Parts) -> Floats:
    """Sum I_r I_r over raters, I_r being a rater's information on the strengths; shape (parameters, parameters)."""
    n, k = contests.raters, contests.models
    if n * made.information.size > _CELLS:
        # So many raters are taken to have voted alike.
        whole = _informations(made, contests, parts, np.zeros_like(contests.rater), 1)[0, :, :k]
        return np.asarray(whole @ whole.T / n, dtype=np.float64)
    own = _informations(made, contests, parts, contests.rater, n)[:, :, :k]
    return np.asarray((own @ own.transpose(0, 2, 1)).sum(axis=0), dtype=np.float64)
