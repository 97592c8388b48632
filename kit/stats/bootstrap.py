"""Intervals by resampling whole prompts, widened for what raters add.

Votes on one prompt share its clips, and one rater's votes share that rater's taste. A draw therefore never picks
single votes: prompts are drawn with replacement, as many as there are, each with all its takes and raters, and the
rate is taken anew. Raters are far too few to be drawn as well: of three raters, one draw in nine would hold but one.
What they add to the variance is taken from `kit.stats.variance`, and the ends move out from the rate by
sqrt(variance with raters / variance of prompts alone). With a single rater nothing is added, and the interval is
about that rater.

Ends are percentiles of the draws, taken a little further out for few prompts (Hesterberg 2015, "What teachers should
know about the bootstrap", section 5.2): instead of alpha / 2 the tail Phi(-sqrt(n / (n - 1)) t), with t the
1 - alpha / 2 quantile of Student's t on n - 1 degrees of freedom. Plain percentiles are too narrow,
since resampling n prompts understates their variance by (n - 1) / n and knows no t. Where raters leave fewer degrees of
freedom than n - 1, the ends move out by the ratio of the two quantiles of t as well.

Fewer than MIN_PROMPTS prompts, or prompts that are all alike, do not carry a bootstrap: the first take few distinct
values, the second would give an interval of no width. Each function says what it gives instead, and every interval
names its kind: 'bootstrap', 'exact' (binomial on prompts), 't' (Student) or 'none' (not estimable: ends are NaN).
"""

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kit.errors import BadParameter
from kit.stats.counts import Grid
from kit.stats.distributions import normal_cdf, student_quantile
from kit.stats.exact import NO_INTERVAL, Interval, clopper_pearson
from kit.stats.variance import Spread

# With five prompts all one way the exact two-sided p is 2/32 > .05, with six it is 2/64: below six nothing can be
# shown at 5%, and no interval between order statistics reaches 95%.
MIN_PROMPTS = 6
_CELLS = 4_000_000  # draws x prompts held at once: 32 MB


def _check(draws: int, seed: int) -> None:
    if draws < 100 or seed < 0:
        raise BadParameter(
            f"a bootstrap needs at least 100 draws and a seed of 0 or more; got {draws} and {seed}"
        )


def resamples(
    n: int, *, draws: int, seed: int, stream: int = 0, size: int | None = None
) -> Iterator[NDArray[np.float64]]:
    """Give blocks of shape (k, n): how often each of n things was drawn, `draws` rows in all.

    Each row adds up to `size`, n unless given.
    The same n, seed and stream give the same rows, so equal data get equal intervals wherever they stand. They are not
    to be written to: the next who asks for the same ones gets them again.
    """
    _check(draws, seed)
    total = n if size is None else size
    if draws * n <= _CELLS:
        yield _drawn(n, draws, seed, stream, total)
        return
    rng = np.random.default_rng([seed, stream])
    block = max(1, _CELLS // max(1, n))
    for start in range(0, draws, block):
        rows = rng.multinomial(total, np.full(n, 1.0 / n), size=min(block, draws - start))
        yield rows.astype(float)


# A report asks for the same rows some hundred times, once a metric and pair of models.
@lru_cache(maxsize=2)
def _drawn(n: int, draws: int, seed: int, stream: int, size: int) -> NDArray[np.float64]:
    rng = np.random.default_rng([seed, stream])
    rows = rng.multinomial(size, np.full(n, 1.0 / n), size=draws).astype(float)
    rows.flags.writeable = False
    return rows


def rate_draws(grid: Grid, *, draws: int = 5000, seed: int = 0) -> NDArray[np.float64]:
    """Return win rates of a (ties as halves) of `draws` studies with resampled prompts, shape (draws,).

    No votes give no draws.
    """
    prompts = len(grid.prompts)
    if prompts == 0:
        return np.zeros(0)
    sums = np.column_stack([grid.prompt_net, grid.prompt_votes]).astype(float)
    drawn = np.concatenate([rows @ sums for rows in resamples(prompts, draws=draws, seed=seed)])
    return np.asarray(0.5 + drawn[:, 0] / (2.0 * drawn[:, 1]), dtype=float)


def percentile_interval(values: NDArray[np.float64], n: int, level: float = 0.95) -> Interval:
    """Return the expanded percentile interval of bootstrap `values` from n clusters (see the module's text)."""
    if not 0 < level < 1:
        raise BadParameter(f"a level lies between 0 and 1; got {level}")
    if n < 2 or len(values) == 0:
        return NO_INTERVAL
    t = student_quantile(0.5 + level / 2, n - 1)
    tail = normal_cdf(-t * math.sqrt(n / (n - 1)))
    low, high = np.quantile(values, [tail, 1.0 - tail])
    return Interval(float(low), float(high), "bootstrap")


def rate_interval(
    grid: Grid, drawn: NDArray[np.float64], around: Spread | None = None, level: float = 0.95
) -> Interval:
    """Return the interval of the win rate, ends in 0..1, from the draws of `rate_draws`.

    `around` is what `kit.stats.variance.spread` says of the rate; without it the interval is about these raters alone.
    Below MIN_PROMPTS prompts, or where all prompts have the same rate, it is 'exact': Clopper-Pearson with prompts
    as trials and win rate x prompts as successes, which is wide and never contradicts the sign test. One prompt
    gives 'none': nothing is known of how prompts differ.
    """
    n = len(grid.prompts)
    if n < 2:
        return NO_INTERVAL
    rate, rates = grid.win_rate, grid.prompt_rates
    alike = float(np.ptp(rates)) == 0.0
    if n < MIN_PROMPTS or alike:
        exact = clopper_pearson(min(float(n), rate * n), n, level)
        if around is None or around.raters == 0:
            return exact
        half = student_quantile(0.5 + level / 2, around.freedom) * math.sqrt(around.variance)
        return Interval(
            max(0.0, min(exact.low, rate - half)), min(1.0, max(exact.high, rate + half)), "exact"
        )
    ends = percentile_interval(drawn, n, level)
    if around is None:
        return ends
    wider = _wider(grid, around, level)
    return Interval(
        max(0.0, rate - wider * (rate - ends.low)), min(1.0, rate + wider * (ends.high - rate)), ends.kind
    )


def _wider(grid: Grid, around: Spread, level: float) -> float:
    """How many times further from the rate the ends lie than by prompts alone, at least 1."""
    n, votes = len(grid.prompts), grid.prompt_votes
    left = grid.prompt_net / 2.0 + (0.5 - grid.win_rate) * votes
    alone = float((left**2).sum()) / float(votes.sum()) ** 2 * n / (n - 1)
    at = 0.5 + level / 2
    further = student_quantile(at, around.freedom) / student_quantile(at, n - 1)
    return max(1.0, math.sqrt(around.variance / alone) * further) if alone > 0 else 1.0


def mean_interval(
    values: ArrayLike,
    *,
    bounds: tuple[float, float] | None = None,
    level: float = 0.95,
    draws: int = 5000,
    seed: int = 0,
) -> Interval:
    """Return the interval of the mean of one value a prompt, shape (n,).

    Six prompts and more: bootstrap over prompts. Two to five: Student's t ('t'), cut at `bounds`. All alike: with
    `bounds` the exact binomial interval of the value's place between them (Hoeffding 1956), without them 'none'.
    """
    _check(draws, seed)
    data = np.sort(np.asarray(values, dtype=float))
    n = len(data)
    if n < 2:
        return NO_INTERVAL
    mean = float(data.mean())
    if float(np.ptp(data)) == 0.0:
        if bounds is None:
            return NO_INTERVAL
        low, high = bounds
        place = min(1.0, max(0.0, (mean - low) / (high - low)))
        share = clopper_pearson(place * n, n, level)
        return Interval(low + share.low * (high - low), low + share.high * (high - low), "exact")
    if n < MIN_PROMPTS:
        half = student_quantile(0.5 + level / 2, n - 1) * float(data.std(ddof=1)) / math.sqrt(n)
        low, high = bounds if bounds is not None else (-math.inf, math.inf)
        return Interval(max(low, mean - half), min(high, mean + half), "t")
    blocks = [(rows * data).sum(axis=1) / n for rows in resamples(n, draws=draws, seed=seed)]
    return percentile_interval(np.concatenate(blocks), n, level)


def median_interval(
    values: ArrayLike,
    clusters: ArrayLike | None = None,
    *,
    level: float = 0.95,
    draws: int = 5000,
    seed: int = 0,
) -> Interval:
    """Return the interval of the median of values, shape (n,), resampling whole `clusters` (prompts) of them.

    Without `clusters` every value is its own. Below MIN_PROMPTS clusters, or where all values are alike, 'none': no
    interval for a median reaches 95% with five values, whatever the shape (its order-statistic bounds hold 93.75%).
    """
    _check(draws, seed)
    data = np.asarray(values, dtype=float)
    owner = (
        np.arange(len(data)) if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1]
    )
    n = len(np.unique(owner))
    if n < MIN_PROMPTS or float(np.ptp(data)) == 0.0:
        return NO_INTERVAL
    order = np.lexsort((owner, data))
    data, owner = data[order], owner[order]
    medians = []
    for rows in resamples(n, draws=draws, seed=seed):
        reached = np.cumsum(rows[:, owner], axis=1)
        half = reached[:, -1:] / 2.0
        # The lower and the upper middle value; they differ only where the half falls between two values.
        lower = (reached < half).sum(axis=1)
        upper = (reached <= half).sum(axis=1)
        medians.append((data[lower] + data[upper]) / 2.0)
    return percentile_interval(np.concatenate(medians), n, level)
