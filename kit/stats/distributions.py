"""Distribution functions that the statistics need, so that SciPy is not.

They are called a few hundred times a report, so they are plain Python and favour being right over being fast.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist

_STANDARD = NormalDist()
_TINY = 1e-300


def normal_cdf(z: float) -> float:
    """Return P(Z <= z) of the standard normal distribution."""
    return _STANDARD.cdf(z)


def normal_quantile(probability: float) -> float:
    """Return z with P(Z <= z) = `probability`, which lies strictly between 0 and 1."""
    return _STANDARD.inv_cdf(probability)


def _beta_fraction(a: float, b: float, x: float) -> float:
    """Continued fraction of the incomplete beta function (NIST DLMF 8.17.22), by Lentz's method."""
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > _TINY else _TINY)
    value = d
    for m in range(1, 1000):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 + step * d
            d = 1.0 / (d if abs(d) > _TINY else _TINY)
            c = 1.0 + step / c
            c = c if abs(c) > _TINY else _TINY
            value *= c * d
        if abs(c * d - 1.0) < 1e-15:
            break
    return value


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), for a, b > 0 and 0 <= x <= 1.

    It is the distribution function of Beta(a, b) at x. NIST DLMF 8.17, continued fraction 8.17.22, with the
    symmetry I_x(a, b) = 1 - I_{1-x}(b, a) where the fraction converges slowly.
    """
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if x < (a + 1.0) / (a + b + 2.0):
        return math.exp(log_front) * _beta_fraction(a, b, x) / a
    return 1.0 - math.exp(log_front) * _beta_fraction(b, a, 1.0 - x) / b


def _bisect(function: Callable[[float], float], target: float, low: float, high: float) -> float:
    """Solve a rising function(x) = target between `low` and `high`."""
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if function(middle) < target:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@lru_cache(maxsize=1024)
def beta_quantile(probability: float, a: float, b: float) -> float:
    """Return x with I_x(a, b) = `probability`, by bisection."""
    return _bisect(lambda x: incomplete_beta(a, b, x), probability, 0.0, 1.0)


def student_cdf(t: float, freedom: float) -> float:
    """Return P(T <= t) of Student's t with `freedom` > 0 degrees of freedom.

    P(T > t) = I_x(freedom / 2, 1 / 2) / 2 with x = freedom / (freedom + t^2), for t >= 0.
    """
    tail = 0.5 * incomplete_beta(0.5 * freedom, 0.5, freedom / (freedom + t * t))
    return 1.0 - tail if t >= 0 else tail


@lru_cache(maxsize=1024)
def student_quantile(probability: float, freedom: float) -> float:
    """Return t with P(T <= t) = `probability` of Student's t with `freedom` degrees of freedom."""
    if probability < 0.5:
        return -student_quantile(1.0 - probability, freedom)
    high = 1.0
    while student_cdf(high, freedom) < probability:
        high *= 2.0
    return _bisect(lambda t: student_cdf(t, freedom), probability, 0.0, high)


def binomial_two_sided(successes: int, trials: int) -> float:
    """Return the exact two-sided p of `successes` in `trials` when both outcomes are equally likely.

    Twice the smaller tail, at most 1 (Dixon and Mood 1946). The sums are whole numbers, so nothing is rounded
    before the one division. No trials give 1.
    """
    if trials == 0:
        return 1.0
    smaller = min(successes, trials - successes)
    tail = sum(math.comb(trials, k) for k in range(smaller + 1))
    return float(min(1.0, 2 * tail / 2**trials))
