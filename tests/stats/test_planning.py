"""Planned power: by hand where it can be, else by what must hold; simulated in tests/bench/bench_plan.py."""

import math

import numpy as np
import pytest

from kit.errors import BadParameter
from kit.stats.counts import Grid
from kit.stats.planning import MOST_PROMPTS, Assumed, Design, from_votes, power, prompts_for, smallest_shown
from kit.stats.power import decisive_votes_needed
from kit.stats.verdict import weigh_grids

PLAIN = Assumed(ties=0.0, prompt=0.0, take=0.0, rater=0.0)


@pytest.mark.parametrize(("rate", "votes"), [(0.60, 194), (0.65, 85), (0.70, 47)])
def test_independent_votes_come_near_the_textbook(rate, votes):
    """One rater, one dimension, no ties, nothing shared: the test of a share, a little dearer since it is exact."""
    assert decisive_votes_needed(rate) == votes
    needed = prompts_for(rate, raters=1, family=1, assumed=PLAIN)
    assert votes <= needed <= votes + 12


def test_more_of_anything_never_shows_less():
    """Prompts, takes, raters and the size of the difference."""
    base = power(Design(30, 1, 3), 0.68)
    assert power(Design(60, 1, 3), 0.68) > base
    assert power(Design(30, 2, 3), 0.68) > base
    assert power(Design(30, 1, 6), 0.68) > base
    assert power(Design(30, 1, 3), 0.75) > base
    assert power(Design(30, 1, 3, 1), 0.68) > base
    assert power(Design(30, 1, 3), 0.32) == pytest.approx(base)


def test_four_prompts_show_nothing_and_eight_may():
    """2 / 2^7 x 4 is above .05: below eight prompts no dimension of four can be claimed, whatever is voted."""
    assert power(Design(7, 3, 50), 1.0) == 0.0
    assert math.isnan(smallest_shown(Design(4)))
    assert power(Design(8, 1, 3), 0.99) > 0.8


def test_the_smallest_shown_and_the_prompts_needed_are_each_others_inverse():
    """What n prompts show with .8 takes n prompts."""
    shown = smallest_shown(Design(60, 1, 5))
    assert power(Design(60, 1, 5), shown) == pytest.approx(0.8, abs=1e-6)
    assert prompts_for(shown + 1e-9, raters=5) == 60
    assert 0.6 < shown < 0.75


def test_raters_who_differ_too_much_cannot_be_outdone_by_prompts():
    """Two raters with half the variance in their tastes: no number of prompts; twelve raters do."""
    assumed = Assumed(rater=0.5, prompt=0.1)
    assert prompts_for(0.6, raters=2, assumed=assumed) is None
    assert prompts_for(0.75, raters=20, assumed=assumed) < MOST_PROMPTS


def simulated(rng, prompts, raters):
    """A grid with 30% of a vote's latent variance from prompts and 10% from raters."""
    latent = (
        math.sqrt(0.3) * rng.normal(size=(prompts, 1))
        + math.sqrt(0.1) * rng.normal(size=(1, raters))
        + math.sqrt(0.6) * rng.normal(size=(prompts, raters))
    )
    net = np.where(latent > 0.43, 1, np.where(latent < -0.43, -1, 0)).astype(np.int64)
    names = tuple(f"p{i:03}" for i in range(prompts)), tuple(f"r{i:02}" for i in range(raters))
    return Grid(*names, net, np.ones_like(net))


def test_a_studys_own_votes_replace_what_is_assumed():
    """Ties are a third (a normal variable within .43 sd); prompts matter more than raters, both less than single votes."""
    rng = np.random.default_rng(2)
    own = from_votes([simulated(rng, 200, 12) for _ in range(4)])
    assert own.ties == pytest.approx(0.333, abs=0.02)
    assert 0.15 < own.prompt < 0.35
    assert 0.04 < own.rater < 0.14
    assert own.source == "this study's votes"
    assert from_votes([simulated(rng, 5, 3), simulated(rng, 20, 1)]) is None


def test_planned_power_is_what_studies_find():
    """150 studies of 30 prompts and 5 raters: found as often as planned, to 3 sd of chance and 8 points."""
    rng = np.random.default_rng(8)

    def study(effect):
        latent = (
            effect
            + 0.5 * rng.normal(size=(30, 1))
            + 0.2 * rng.normal(size=(1, 5))
            + 1.04 * rng.normal(size=(30, 5))
        )
        net = np.where(latent > 0.3, 1, np.where(latent < -0.3, -1, 0)).astype(np.int64)
        return Grid(tuple(f"p{i:02}" for i in range(30)), tuple("abcde"), net, np.ones_like(net))

    found = sum(
        weigh_grids([study(0.6), study(0), study(0), study(0)], draws=200)[0].better == 1 for _ in range(150)
    )
    # Of this world, from a normal of sd 1.17 about .6: win rate .69, ties .18, shares .17 and .03.
    planned = power(Design(30, 1, 5), 0.69, Assumed(ties=0.18, prompt=0.17, take=0.5, rater=0.03))
    assert abs(found / 150 - planned) <= 0.08 + 3 * math.sqrt(planned * (1 - planned) / 150)


def test_impossible_numbers_are_refused():
    """Shares past 1, no prompts, a win rate of 2, a chance of 1."""
    with pytest.raises(BadParameter, match="shares"):
        Assumed(prompt=0.9, rater=0.3)
    with pytest.raises(BadParameter, match="at least one prompt"):
        Design(0)
    with pytest.raises(BadParameter, match="win rate"):
        power(Design(9), 2.0)
    with pytest.raises(BadParameter, match="chance"):
        smallest_shown(Design(9), chance=1.0)
