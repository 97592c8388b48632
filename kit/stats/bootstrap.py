"""Intervals by resampling whole prompts, and raters with them.

Votes on one prompt share its clips, and one rater's votes share that rater's taste. A draw therefore never picks
single votes:

1. Prompts are drawn with replacement, as many as there are. A prompt comes with all its takes.
2. In the same draw, raters are drawn with replacement, once for all prompts: a rater keeps their taste from prompt
   to prompt, so drawing raters afresh within each prompt would lose just that. One fewer is drawn than there are,
   which makes up for there being few (Rao and Wu 1988, "Resampling inference with complex survey data").
3. A vote counts (times its prompt was drawn) x (times its rater was drawn), and the rate is taken anew.

This is the pigeonhole bootstrap (Owen 2007, "The pigeonhole bootstrap", Annals of Applied Statistics 1:386-411). No
bootstrap is exact for crossed prompts and raters (McCullagh 2000); this one errs on the safe side: what varies
between prompts and between raters is counted once, what is particular to a vote up to three times. With a single
rater only prompts are drawn, and the interval is about that rater.

Ends are percentiles of the draws, taken a little further out for few prompts (Hesterberg 2015, "What teachers should
know about the bootstrap", section 5.2): instead of alpha / 2 the tail Phi(-sqrt(n / (n - 1)) t), with t the
1 - alpha / 2 quantile of Student's t on n - 1 degrees of freedom. Plain percentiles are too narrow,
since resampling n prompts understates their variance by (n - 1) / n and knows no t.

Fewer than MIN_PROMPTS prompts, or prompts that are all alike, do not carry a bootstrap: the first take few distinct
values, the second would give an interval of no width. Each function says what it gives instead, and every interval
names its kind: 'bootstrap', 'exact' (binomial on prompts), 't' (Student) or 'none' (not estimable: ends are NaN).
"""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kit.errors import BadParameter
from kit.stats.counts import Grid
from kit.stats.distributions import normal_cdf, student_quantile
from kit.stats.exact import NO_INTERVAL, Interval, clopper_pearson

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
    The same n, seed and stream give the same rows, so equal data get equal intervals wherever they stand.
    """
    _check(draws, seed)
    rng = np.random.default_rng([seed, stream])
    block = max(1, _CELLS // max(1, n))
    for start in range(0, draws, block):
        rows = rng.multinomial(
            n if size is None else size, np.full(n, 1.0 / n), size=min(block, draws - start)
        )
        yield rows.astype(float)


def rate_draws(grid: Grid, *, draws: int = 5000, seed: int = 0) -> NDArray[np.float64]:
    """Return win rates of a (ties as halves) of `draws` resampled studies, shape (<= draws,).

    Draws in which no vote is left (possible when each rater saw few prompts) are dropped. No votes give no draws.
    """
    prompts, raters = grid.votes.shape
    if prompts == 0:
        return np.zeros(0)
    net, votes = grid.net.astype(float), grid.votes.astype(float)
    rates = []
    if raters > 1:
        rater_rows = np.concatenate(
            list(resamples(raters, draws=draws, seed=seed, stream=1, size=raters - 1))
        )
    else:
        rater_rows = np.ones((draws, 1))
    start = 0
    for block in resamples(prompts, draws=draws, seed=seed):
        people = rater_rows[start : start + len(block)]
        start += len(block)
        won = ((block @ net) * people).sum(axis=1)
        cast = ((block @ votes) * people).sum(axis=1)
        left = cast > 0
        rates.append(0.5 + won[left] / (2.0 * cast[left]))
    return np.concatenate(rates)


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


def rate_interval(grid: Grid, drawn: NDArray[np.float64], level: float = 0.95) -> Interval:
    """Return the interval of the win rate, ends in 0..1, from the draws of `rate_draws`.

    Below MIN_PROMPTS prompts, or where all prompts have the same rate, it is 'exact': Clopper-Pearson with prompts
    as trials and win rate x prompts as successes, which is wide and never contradicts the sign test. One prompt
    gives 'none': nothing is known of how prompts differ.
    """
    n = len(grid.prompts)
    if n < 2:
        return NO_INTERVAL
    rates = grid.prompt_rates
    if n < MIN_PROMPTS or float(np.ptp(rates)) == 0.0:
        return clopper_pearson(min(float(n), grid.win_rate * n), n, level)
    return percentile_interval(drawn, n, level)


def rater_variance(grid: Grid) -> float:
    """Return how much of the win rate's variance is the raters' own taste, which more prompts do not remove.

    Variance with raters as clusters less that with single cells as clusters (two-way clustering, Cameron, Gelbach and
    Miller 2011), not below zero; zero with one rater, where it cannot be seen.
    """
    raters = grid.votes.shape[1]
    if raters < 2:
        return 0.0
    rate: float = grid.win_rate
    left_over = (grid.net / 2.0 + (0.5 - rate) * grid.votes) / grid.votes.sum()
    by_rater = float((left_over.sum(axis=0) ** 2).sum()) * raters / (raters - 1)
    return max(0.0, float(by_rater) - float((left_over**2).sum()))


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
