"""The models of one dimension placed on a scale: the fit that its votes allow, and how sure each number of it is.

What is fitted. Maximum likelihood where it is finite. Where it is not, since some model won or lost every vote
against others or every choice went to one side, the bias-reduced estimate, with ties as halves and each prompt
counting once for each pair of models: a fit without an error to measure knows nothing of how votes hang together, so
prompts are taken as single trials, the most they can vary (Hoeffding 1956), as `kit.stats.bootstrap` does.

Intervals name their kind: 'clustered' (`kit.stats.clustered`, with Student's t), 'bootstrap' (percentiles of
`kit.stats.strength_draws`, moved out from the estimate for what raters add), 'trials' (prompts as single trials and the inverse of the information: below MIN_PROMPTS
prompts, where the estimate is bias-reduced, or where prompts do not differ at all), or 'none' (a single prompt).
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from kit.stats.bootstrap import MIN_PROMPTS, percentile_interval
from kit.stats.bradley_terry import Fit, fit, has_side
from kit.stats.clustered import Covariance, covariance_of, with_raters
from kit.stats.contests import TIE, Contests
from kit.stats.design import Design, design_of
from kit.stats.distributions import normal_quantile, student_quantile
from kit.stats.rank_sets import Ranks, contrasts, critical, rank_sets, student_draws
from kit.stats.strength_draws import strength_draws
from kit.stats.ties import FAMILIES, Floats

RANK_DRAWS = 2000


class Ends(NamedTuple):
    """Standard errors and two ends, each of shape (n,); NaN where nothing is known."""

    error: Floats
    low: Floats
    high: Floats


class Placing(NamedTuple):
    """A fit, with what its intervals are made of. `drawn` are the bootstrap's parameters, shape (draws, parameters)."""

    design: Design
    made: Fit
    kind: str
    prompts: int
    covariance: Covariance | None
    drawn: Floats | None

    def ends(self, rows: Floats, level: float) -> Ends:
        """Intervals of contrasts of the parameters, given as rows of shape (n, parameters)."""
        values = rows @ self.made.parameters
        error, freedom = self.errors(rows)
        times = np.array([quantile(0.5 + level / 2, f) for f in freedom])
        if self.drawn is None:
            return Ends(error, values - times * error, values + times * error)
        found = [percentile_interval(one, self.prompts, level) for one in rows @ self.drawn.T]
        low, high = (np.array([getattr(f, end) for f in found]) for end in ("low", "high"))
        wider = self._wider(rows) * np.maximum(1.0, times / quantile(0.5 + level / 2, self.prompts - 1))
        return Ends(error, values - wider * (values - low), values + wider * (high - values))

    def _wider(self, rows: Floats) -> Floats:
        """How many times the standard errors by prompts alone those with raters are, at least 1."""
        if self.covariance is None:
            return np.ones(len(rows))
        alone = np.sqrt(np.einsum("np,pq,nq->n", rows, self.covariance.prompts, rows, optimize=True))
        both, _ = self.covariance.spread(rows)
        return np.asarray(np.where(alone > 0, both / np.where(alone > 0, alone, 1.0), 1.0), dtype=np.float64)

    def errors(self, rows: Floats) -> tuple[Floats, Floats]:
        """Standard errors and degrees of freedom of contrasts."""
        if self.covariance is None:
            nothing = np.full(len(rows), math.nan)
            return nothing, nothing
        error, freedom = self.covariance.spread(rows)
        if self.drawn is not None:
            error = (rows @ self.drawn.T).std(axis=1) * self._wider(rows)
        return error, np.full(len(rows), math.inf) if self.kind == "trials" else freedom

    def ranks(self, group: int, level: float, seed: int) -> Ranks:
        """Ranks within a group of models, with intervals that hold for all of them at once."""
        inside = self.design.members(group)
        strengths = self.made.strengths[inside]
        size = len(self.made.parameters)
        apart = np.zeros((len(inside) * (len(inside) - 1) // 2, size))
        apart[:, inside] = contrasts(len(inside), len(inside))
        error, freedom = self.errors(apart)
        if self.covariance is None:
            beyond = math.inf
        else:
            total = self.covariance.total[np.ix_(inside, inside)]
            known = float(np.nanmin(freedom)) if np.isfinite(freedom).any() else math.inf
            deviations = student_draws(total, known, draws=RANK_DRAWS, seed=seed)
            beyond = critical(deviations, np.sqrt(np.maximum(_of_pairs(total), 0.0)), level)
        return rank_sets(strengths, error, beyond)

    def chances(self, group: int, level: float) -> tuple[Floats, Ends]:
        """How often each model of a group would be preferred to the others of it, on average, ties as halves.

        Ends are made on the log-odds of that chance, by its slope in the parameters, so that they lie in 0..1.
        """
        inside = self.design.members(group)
        strengths = self.made.strengths[inside]
        apart = strengths[:, None] - strengths
        others = ~np.eye(len(inside), dtype=bool)
        tie = 0.0 if math.isnan(self.made.tie) else self.made.tie
        share = len(inside) - 1
        mean = (expected(self.made.family, apart, tie) * others).sum(axis=1) / share
        near = 1e-5
        slope = (
            expected(self.made.family, apart + near, tie) - expected(self.made.family, apart - near, tie)
        ) / (2 * near)
        slope *= others
        rows = np.zeros((len(inside), len(self.made.parameters)))
        rows[:, inside] = (np.diag(slope.sum(axis=1)) - slope) / share
        odds = np.log(mean) - np.log1p(-mean)
        scale = mean * (1 - mean)
        rows /= scale[:, None]
        found = self.ends(rows, level)
        # The contrast's own value differs from the log-odds by a constant, which moves the ends with it.
        moved = odds - rows @ self.made.parameters
        low, high = (1 / (1 + np.exp(-(end + moved))) for end in (found.low, found.high))
        return mean, Ends(found.error * scale, low, high)


def _of_pairs(covariance: Floats) -> Floats:
    one, two = np.triu_indices(len(covariance), 1)
    own = np.diag(covariance)
    return np.asarray(own[one] + own[two] - 2 * covariance[one, two], dtype=np.float64)


@lru_cache(maxsize=4096)
def _student(probability: float, freedom: float) -> float:
    return student_quantile(probability, freedom)


def quantile(probability: float, freedom: float) -> float:
    """Return Student's quantile, its degrees of freedom rounded down to one of few values; normal from 1,000 on."""
    if math.isnan(freedom):
        return math.nan
    if freedom >= 1000:
        return normal_quantile(probability)
    unit = 100 if freedom >= 200 else 10 if freedom >= 40 else 1 if freedom >= 10 else 0.25
    return _student(probability, max(1.0, math.floor(freedom / unit) * unit))


def expected(family: str, d: Floats, tie: float) -> Floats:
    """Return the chance that the first is preferred, a tie counting half, at differences `d` of any shape."""
    value = FAMILIES[family](d.ravel(), tie).value
    win, tied = np.exp(value[0]), np.exp(value[1])
    return np.asarray(win if family == "half" else win + tied / 2, dtype=np.float64).reshape(d.shape)


def place(
    contests: Contests, *, ties: str = "half", interval: str = "clustered", draws: int = 1000, seed: int = 0
) -> Placing:
    """Place the models of one dimension, which has at least one vote, by the rules above.

    `ties` is a model of ties of `kit.stats.ties`; another than 'half' is left for 'half' where there are no ties or
    no choices, or no finite estimate. `interval` is 'clustered' or 'bootstrap'; the latter is made with ties as
    halves only, and for `ties` of another kind 'clustered' takes its place.
    """
    design = design_of(contests)
    side = has_side(contests, design)
    tied = int((contests.outcome == TIE).sum())
    family = ties if 0 < tied < len(contests.outcome) else "half"
    separated = any(design.separated(group) for group in range(design.groups))
    made = None if separated else fit(contests, design, family=family, side=side)
    if made is None or not made.finite:
        made = fit(contests, design, side=side, reduced=True, weight=contests.once_a_prompt)
    prompts = contests.prompts
    if prompts < 2:
        return Placing(design, made, "none", prompts, None, None)
    if prompts >= MIN_PROMPTS and not made.reduced:
        covariance = covariance_of(made, contests)
        error, _ = covariance.spread(_within(design, len(made.parameters)))
        if (error > 1e-9).all():
            if interval == "bootstrap" and made.family == "half":
                drawn = strength_draws(contests, design, side=side, draws=draws, seed=seed)
                return Placing(design, made, "bootstrap", prompts, covariance, drawn)
            return Placing(design, made, "clustered", prompts, covariance, None)
    single = made
    if not made.reduced:
        single = fit(contests, design, family=made.family, side=side, weight=contests.once_a_prompt)
    inverse = np.asarray(np.linalg.inv(single.information), dtype=np.float64)
    covariance = with_raters(made, contests, inverse, measured=not made.reduced)
    return Placing(design, made, "trials", prompts, covariance, None)


def centred(design: Design, size: int) -> Floats:
    """Return, for each model, the row that takes its strength less the mean of its group; shape (models, size)."""
    alike = design.group[:, None] == design.group
    rows = np.zeros((len(alike), size))
    rows[:, : len(alike)] = np.eye(len(alike)) - alike / alike.sum(axis=1, keepdims=True)
    return rows


def _within(design: Design, size: int) -> Floats:
    """Rows for the strengths of models that were compared with another."""
    return centred(design, size)[np.bincount(design.group)[design.group] > 1]
