"""Tests and intervals that assume no shape of the data.

The unit is the prompt: votes on one prompt share its clips, so they are not separate evidence.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kit.errors import BadParameter
from kit.stats.distributions import beta_quantile, binomial_two_sided, normal_quantile

# Above this many table cells the exact distribution is left for random flips. 2e8 additions take about 0.3 s.
_CELLS = 200_000_000
_FLIPS = 20_000


class SignTest(NamedTuple):
    """Prompts won by a, won by b, and level; and the exact two-sided p of the first two."""

    p: float
    a: int
    b: int
    level: int


class FlipTest(NamedTuple):
    """A sign-flip test: two-sided p, how it was found, and how many values were not zero.

    `method` is 'exact' (the whole distribution), or 'random flips' (seeded Monte Carlo).
    """

    p: float
    method: str
    n: int


class Interval(NamedTuple):
    """Two ends of an interval, and the way it was made."""

    low: float
    high: float
    kind: str


NO_INTERVAL = Interval(math.nan, math.nan, "none")


def sign_test(differences: ArrayLike) -> SignTest:
    """Test by sign alone whether prompts lean to a (positive) as often as to b (negative).

    `differences` has one number a prompt, shape (n,). Level prompts (zero) are dropped from the test and counted.
    The p is two-sided and binomial with probability 1/2 (Dixon and Mood 1946): four of four gives 2/16 = .125.
    """
    values = np.asarray(differences, dtype=float)
    a, b = int((values > 0).sum()), int((values < 0).sum())
    return SignTest(binomial_two_sided(a, a + b), a, b, int((values == 0).sum()))


def _exact_tail(sizes: list[int], observed: int) -> float:
    """Return P(|sum of +-sizes| >= observed) with every sign equally likely, by adding one size at a time."""
    total = sum(sizes)
    chance = np.zeros(total + 1)
    chance[0] = 1.0
    reached = 0
    # chance[k]: that the sizes with a plus add up to k; the signed sum is then 2k - total.
    for size in sizes:
        chance[size : reached + size + 1] += chance[: reached + 1].copy()
        reached += size
        chance[: reached + 1] *= 0.5
    signed = 2 * np.arange(total + 1) - total
    return float(min(1.0, chance[np.abs(signed) >= observed].sum()))


def _enumerate(values: NDArray[np.float64], observed: float) -> float:
    """Return the share of all 2^n sign patterns whose sum is at least as far from zero as `observed`."""
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums + value, sums - value])
    return float((np.abs(sums) >= observed - 1e-9 * np.abs(values).sum()).mean())


def _random_flips(values: NDArray[np.float64], observed: float, seed: int) -> float:
    """Return (1 + hits) / (1 + flips), which never claims a p of zero (Phipson and Smyth 2010)."""
    rng = np.random.default_rng(seed)
    hits = 0
    near = observed - 1e-9 * np.abs(values).sum()
    for start in range(0, _FLIPS, 1000):
        signs = rng.integers(0, 2, size=(min(1000, _FLIPS - start), len(values))) * 2.0 - 1.0
        hits += int((np.abs(signs @ values) >= near).sum())
    return (1 + hits) / (1 + _FLIPS)


def sign_flip_test(sums: ArrayLike, counts: ArrayLike | None = None, *, seed: int = 0) -> FlipTest:
    """Test whether per-prompt mean preferences are centred on zero, by flipping their signs.

    If neither model is preferred, each prompt's mean was as likely to come out with the other sign (Fisher 1935;
    Pitman 1937). The p is the share of sign patterns whose sum is at least as far from zero as the one seen.

    `sums` and `counts` have shape (n,): wins of a minus wins of b on each prompt, and the votes cast on it. Both are
    whole numbers, so all means share a denominator and the whole distribution is built exactly by adding up prompt
    by prompt, however many prompts there are. Without `counts`, `sums` are the means themselves, of any size: up to
    16 of them are enumerated in full. Past that, or where the exact table would exceed 2e8 cells, 20,000 random
    flips from `seed` are used; `method` says which. Means of zero change nothing and are left out. No means give 1.
    """
    given = np.asarray(sums, dtype=float)
    if counts is not None:
        votes = np.asarray(counts, dtype=np.int64)
        kept = (votes > 0) & (given != 0)
        whole, votes = np.rint(given[kept]).astype(np.int64), votes[kept]
        if not np.array_equal(whole, given[kept]):
            raise BadParameter("sums must be whole numbers when counts are given; leave counts out for means")
        shared = math.lcm(*(int(v) for v in np.unique(votes))) if len(votes) else 1
        sizes = sorted(abs(int(s)) * (shared // int(v)) for s, v in zip(whole, votes, strict=True))
        if len(sizes) * sum(sizes) <= _CELLS:
            observed = abs(sum(int(s) * (shared // int(v)) for s, v in zip(whole, votes, strict=True)))
            return FlipTest(_exact_tail(sizes, observed), "exact", len(sizes))
        means = whole / votes
    else:
        means = given[given != 0]
    means = means[np.argsort(np.abs(means), kind="stable")]
    observed_sum = abs(float(math.fsum(means)))
    if len(means) <= 16:
        return FlipTest(_enumerate(means, observed_sum), "exact", len(means))
    return FlipTest(_random_flips(np.abs(means), observed_sum, seed), "random flips", len(means))


class SignedRanks(NamedTuple):
    """Wilcoxon's test: two-sided p and how it was found, the sum of the positive ranks, and how many were not zero."""

    p: float
    method: str
    positive: float
    n: int


def signed_ranks(differences: ArrayLike, *, seed: int = 0) -> SignedRanks:
    """Test whether paired differences, shape (n,), are centred on zero, by their signs and the ranks of their sizes.

    Wilcoxon (1945, Biometrics Bulletin 1:80-83): zeros are dropped, equal sizes share their mean rank, and each sign is
    as likely as the other. The p is exact, ties included, by the same adding up as in `sign_flip_test`, up to about 580
    differences; past that by 20,000 random flips from `seed`. Values that are not finite are left out. None give 1.
    """
    values = np.asarray(differences, dtype=float)
    values = values[np.isfinite(values) & (values != 0)]
    _, group, counts = np.unique(np.abs(values), return_inverse=True, return_counts=True)
    # Mean ranks are whole or half, so twice as much is whole.
    twice = (2 * np.cumsum(counts) - counts + 1)[group]
    test = sign_flip_test(np.sign(values) * twice, np.ones(len(values), dtype=np.int64), seed=seed)
    return SignedRanks(test.p, test.method, float(twice[values > 0].sum()) / 2, len(values))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p values adjusted so that the chance of any false claim in the family stays at the level asked for.

    Holm (1979): with p sorted upwards, adjusted p_(i) = max over j <= i of min(1, (m - j + 1) p_(j)). NaN (no test
    was made) stays NaN and does not count in m. Order is kept.
    """
    p = np.asarray(p_values, dtype=float)
    adjusted = np.full(len(p), math.nan)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(factors * p[order])) if len(order) else []
    return [float(x) for x in adjusted]


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return p values adjusted so that of the claims made at a level, at most that share is false on average.

    Benjamini and Hochberg (1995): with p sorted upwards, adjusted p_(i) = min over j >= i of min(1, m p_(j) / j). It holds
    for independent or positively dependent tests, and is for tables that are looked through (metrics), not for main
    claims. NaN (no test was made) stays NaN and does not count in m. Order is kept.
    """
    p = np.asarray(p_values, dtype=float)
    adjusted = np.full(len(p), math.nan)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    if len(order):
        scaled = p[order] * len(order) / np.arange(1, len(order) + 1)
        adjusted[order] = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    return [float(x) for x in adjusted]


def holm_levels(p_values: Sequence[float], alpha: float = 0.05) -> list[float]:
    """Return the level at which Holm's procedure holds each test: alpha / (number of p that are not smaller).

    Equal p values share the strictest level, so that the order of the rows does not matter. NaN stays NaN.
    """
    p = np.asarray(p_values, dtype=float)
    return [math.nan if math.isnan(x) else alpha / int((p >= x).sum()) for x in p]


def _check_share(successes: float, trials: float, level: float) -> None:
    if trials < 0 or not 0 <= successes <= trials or not 0 < level < 1:
        raise BadParameter(
            f"a share needs 0 <= successes <= trials and 0 < level < 1; got {successes}, {trials}, {level}"
        )


def wilson(successes: float, trials: float, level: float = 0.95) -> Interval:
    """Return the score interval of a share (Wilson 1927), ends in 0..1.

    Centre (s + z^2 / 2) / (n + z^2), half width z sqrt(s (n - s) / n + z^2 / 4) / (n + z^2). Nothing without trials.
    """
    _check_share(successes, trials, level)
    if trials == 0:
        return NO_INTERVAL
    z = normal_quantile(0.5 + level / 2)
    centre = (successes + z * z / 2) / (trials + z * z)
    half = z * math.sqrt(successes * (trials - successes) / trials + z * z / 4) / (trials + z * z)
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == trials else min(1.0, centre + half)
    return Interval(low, high, "wilson")


def clopper_pearson(successes: float, trials: float, level: float = 0.95) -> Interval:
    """Return the exact interval of a share (Clopper and Pearson 1934), ends in 0..1.

    Low end: quantile (1 - level) / 2 of Beta(s, n - s + 1); high end: quantile (1 + level) / 2 of Beta(s + 1, n - s).
    It excludes 1/2 exactly where the two-sided sign test is below 1 - level, so the two never contradict each
    other. `successes` may be a fraction: for n independent values between 0 and 1 the sum of coin tosses of the same
    mean is the most spread out case (Hoeffding 1956), so the interval holds for their mean too, and is then wide.
    """
    _check_share(successes, trials, level)
    if trials == 0:
        return NO_INTERVAL
    tail = (1 - level) / 2
    low = 0.0 if successes == 0 else beta_quantile(tail, successes, trials - successes + 1)
    high = 1.0 if successes == trials else beta_quantile(1 - tail, successes + 1, trials - successes)
    return Interval(low, high, "exact")
