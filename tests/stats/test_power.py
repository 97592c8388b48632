"""Numbers needed against those of the field notes and of each other."""

import math

import pytest

from kit.errors import BadParameter
from kit.stats.distributions import binomial_two_sided
from kit.stats.power import decisive_votes_needed, fewest_prompts, prompts_needed, smallest_effect


@pytest.mark.parametrize(("win_rate", "votes"), [(0.55, 783), (0.60, 194), (0.65, 85), (0.70, 47)])
def test_decisive_votes_for_80_percent_power(win_rate, votes):
    """The four numbers usually quoted for a one-sample test of a share, and their mirror images."""
    assert decisive_votes_needed(win_rate) == votes
    assert decisive_votes_needed(1 - win_rate) == votes


def test_no_number_of_votes_shows_a_tie():
    """At 50% there is nothing to show."""
    assert decisive_votes_needed(0.5) == math.inf
    assert prompts_needed(0.0, 0.3) == math.inf


@pytest.mark.parametrize(("win_rate", "near"), [(0.55, 0.02), (0.6, 0.05), (0.65, 0.08)])
def test_votes_needed_give_the_power_promised(win_rate, near):
    """Counted exactly: near 80% of studies reject; the exact test's steps cost a little where votes are few."""
    n = int(decisive_votes_needed(win_rate))
    rejected = [k for k in range(n + 1) if binomial_two_sided(k, n) <= 0.05]
    power = sum(math.comb(n, k) * win_rate**k * (1 - win_rate) ** (n - k) for k in rejected)
    assert power == pytest.approx(0.8, abs=near)


@pytest.mark.parametrize(("alpha", "n"), [(0.05, 6), (0.0625, 5), (0.0125, 8), (0.5, 2)])
def test_fewest_prompts_reach_the_level(alpha, n):
    """2 / 2^n is at most alpha from n on, and not before."""
    assert fewest_prompts(alpha) == n
    assert 2 / 2**n <= alpha < 2 / 2 ** (n - 1)


def test_prompts_and_effect_are_inverse():
    """The smallest effect that n prompts show needs n prompts."""
    effect = smallest_effect(0.4, 50, alpha=0.0125)
    assert prompts_needed(effect, 0.4, alpha=0.0125) == 50
    assert prompts_needed(0.1, 0.5) == math.ceil((2.80158522 * 0.5 / 0.1) ** 2)


def test_raters_taste_can_make_prompts_useless():
    """Variance that prompts do not remove may leave no number of prompts that would do."""
    assert prompts_needed(0.1, 0.3, fixed=0.01) == math.inf
    assert prompts_needed(0.1, 0.3, fixed=0.0005) > prompts_needed(0.1, 0.3)


def test_too_few_prompts_show_nothing():
    """Below the exact test's reach no difference is shown, however large; nor beyond a win rate of 1."""
    assert math.isnan(smallest_effect(0.1, 5))
    assert math.isnan(smallest_effect(0.5, 6))


def test_impossible_parameters_are_refused():
    """Power and rates lie between 0 and 1."""
    with pytest.raises(BadParameter):
        prompts_needed(0.1, 0.3, power=1)
    with pytest.raises(BadParameter):
        decisive_votes_needed(1.2)
