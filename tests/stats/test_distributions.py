"""Distribution functions against closed forms and printed tables."""

import math

import pytest

from kit.stats.distributions import (
    beta_quantile,
    binomial_two_sided,
    incomplete_beta,
    student_cdf,
    student_quantile,
)


@pytest.mark.parametrize("x", [0.01, 0.2, 0.5, 0.77, 0.999])
def test_incomplete_beta_has_its_closed_forms(x):
    """I_x(a, 1) = x^a, I_x(1, b) = 1 - (1 - x)^b, and I_x(2, 3) is a polynomial."""
    assert incomplete_beta(3.5, 1, x) == pytest.approx(x**3.5, rel=1e-12)
    assert incomplete_beta(1, 4, x) == pytest.approx(1 - (1 - x) ** 4, rel=1e-12)
    assert incomplete_beta(2, 3, x) == pytest.approx(6 * x**2 - 8 * x**3 + 3 * x**4, rel=1e-10)


def test_incomplete_beta_is_a_binomial_tail():
    """P(Bin(n, x) >= k) = I_x(k, n - k + 1), also for large n."""
    tail = sum(math.comb(400, k) * 0.3**k * 0.7 ** (400 - k) for k in range(131, 401))
    assert incomplete_beta(131, 270, 0.3) == pytest.approx(tail, rel=1e-9)


def test_beta_quantile_undoes_incomplete_beta():
    """Quantile and distribution function are inverse, for fractions too."""
    assert incomplete_beta(2.33, 2.67, beta_quantile(0.025, 2.33, 2.67)) == pytest.approx(0.025, rel=1e-9)


@pytest.mark.parametrize(
    ("probability", "freedom", "printed"),
    [
        (0.975, 1, 12.706),
        (0.975, 2, 4.303),
        (0.975, 4, 2.776),
        (0.975, 10, 2.228),
        (0.995, 9, 3.250),
        (0.95, 30, 1.697),
    ],
)
def test_student_quantiles_are_those_of_printed_tables(probability, freedom, printed):
    """Student's t to three decimals, as statistical tables print it; its lower tail mirrors the upper."""
    assert student_quantile(probability, freedom) == pytest.approx(printed, abs=6e-4)
    assert student_quantile(1 - probability, freedom) == pytest.approx(-printed, abs=6e-4)


def test_student_with_one_degree_of_freedom_is_cauchy():
    """P(T <= t) = 1/2 + atan(t) / pi."""
    assert student_cdf(-2.5, 1) == pytest.approx(0.5 + math.atan(-2.5) / math.pi, rel=1e-12)


@pytest.mark.parametrize(
    ("successes", "trials", "p"),
    [(4, 4, 0.125), (0, 4, 0.125), (8, 10, 112 / 1024), (9, 10, 22 / 1024), (5, 10, 1.0), (0, 0, 1.0)],
)
def test_binomial_counted_by_hand(successes, trials, p):
    """Twice the smaller tail, counted from Pascal's triangle."""
    assert binomial_two_sided(successes, trials) == p
