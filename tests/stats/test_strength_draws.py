"""Studies with resampled prompts: each draw is a fit of its own, and together they spread as they should."""

import numpy as np
import pytest

from kit.stats.bootstrap import resamples
from kit.stats.bradley_terry import fit
from kit.stats.clustered import covariance_of
from kit.stats.contests import contests_of
from kit.stats.counts import orient
from kit.stats.design import design_of
from kit.stats.strength_draws import strength_draws
from tests.paired_data import Ladder, contests_from

MODELS = ["m0", "m1", "m2", "m3"]


def simulated(prompts=12, raters=2, seed=1):
    """A small study of four models."""
    votes = Ladder([-0.4, -0.1, 0.1, 0.4]).votes(np.random.default_rng(seed), prompts, raters)
    contests = contests_of(orient(votes, MODELS), MODELS, "d")
    return contests, design_of(contests)


@pytest.mark.parametrize("side", [True, False])
def test_a_draw_is_the_fit_of_its_prompts(side, monkeypatch):
    """Every draw equals the bias-reduced fit of votes weighted by how often their prompt was drawn, in any blocks."""
    contests, design = simulated()
    drawn = strength_draws(contests, design, side=side, draws=100, seed=3)
    times = np.concatenate(list(resamples(12, draws=100, seed=3)))
    for row in (0, 41, 99):
        weight = times[row][contests.prompt]
        one = fit(contests, design, side=side, reduced=True, weight=weight)
        np.testing.assert_allclose(drawn[row], one.parameters, atol=1e-6)
    monkeypatch.setattr("kit.stats.strength_draws._CELLS", 700)
    np.testing.assert_allclose(
        strength_draws(contests, design, side=side, draws=100, seed=3), drawn, atol=1e-6
    )


def test_draws_spread_as_the_sandwich_says():
    """Sixty prompts: standard deviations of the draws are the clustered errors over prompts, within a tenth."""
    contests, design = simulated(prompts=60)
    drawn = strength_draws(contests, design, side=True, draws=1000)
    expected = np.sqrt(np.diag(covariance_of(fit(contests, design), contests).prompts))
    np.testing.assert_allclose(drawn.std(axis=0), expected, rtol=0.1)


def test_draws_in_which_a_model_wins_everything_stay_finite():
    """One loss in thirty: many draws lack it."""
    contests = contests_from([("x", "y", 29, 1)], ["x", "y"])
    drawn = strength_draws(contests, design_of(contests), side=False, draws=200)
    assert len(drawn) == 200
    # Without the loss: log(30.5 / .5), half of it each way.
    assert drawn[:, 0].max() == pytest.approx(np.log(61) / 2, abs=1e-6)


def test_draws_that_lose_a_model_are_left_out():
    """z was seen on one prompt of ten: (9 / 10)^10 = 35% of the draws have no vote on it."""
    contests = contests_from([("x", "y", 5, 4), ("y", "z", 0, 0, 1)], ["x", "y", "z"])
    drawn = strength_draws(contests, design_of(contests), side=False, draws=1000)
    assert len(drawn) / 1000 == pytest.approx(1 - 0.9**10, abs=0.05)
