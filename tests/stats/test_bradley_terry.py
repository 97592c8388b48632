"""The Bradley-Terry model against published tables, a slow independent method, and cases worked by hand."""

import math

import numpy as np
import pytest

from kit.errors import BadParameter
from kit.stats.bradley_terry import fit, has_side
from kit.stats.design import design_of
from tests.paired_data import (
    BASEBALL,
    BRANDS,
    CITATIONS,
    JOURNALS,
    PUDDINGS,
    TEAMS,
    contests_from,
)


def fitted(table, models, **how):
    """A fit of published data, with its design and contests."""
    contests = contests_from(table, models, left=how.get("side", False))
    design = design_of(contests)
    return fit(contests, design, **{"side": False, **how})


def test_citations_are_reproduced():
    """Turner and Firth 2012 (J. Stat. Software 48(9), section 2.1): -2.9491, -0.4796, 0.2690; deviance 4.293 on 3."""
    made = fitted(CITATIONS, JOURNALS)
    np.testing.assert_allclose(
        (made.strengths - made.strengths[0])[1:], [-2.9491, -0.4796, 0.2690], atol=5e-5
    )
    assert made.deviance == pytest.approx(4.293, abs=5e-4)
    assert made.freedom == 3
    assert made.finite


def test_bias_reduced_citations_are_reproduced():
    """The same data with Firth's bias reduction: -2.9444, -0.4791, 0.2685."""
    made = fitted(CITATIONS, JOURNALS, reduced=True)
    np.testing.assert_allclose(
        (made.strengths - made.strengths[0])[1:], [-2.9444, -0.4791, 0.2685], atol=5e-5
    )


def test_baseball_without_home_advantage_is_reproduced():
    """Agresti 2002, table 10.11: 1.11, .68, 1.44, 1.58, 1.25, 1.29 over Baltimore, errors about .3, deviance 44.053."""
    made = fitted(BASEBALL, TEAMS, side=False)
    contests = contests_from(BASEBALL, TEAMS, left=True)
    sided = fit(contests, design_of(contests), side=False)
    over = made.strengths[1:] - made.strengths[0]
    np.testing.assert_allclose(over, [1.1077, 0.6839, 1.4364, 1.5814, 1.2476, 1.2945], atol=5e-5)
    inverse = np.linalg.inv(made.information)
    errors = [math.sqrt(inverse[i, i] + inverse[0, 0] - 2 * inverse[i, 0]) for i in range(1, 7)]
    np.testing.assert_allclose(errors, [0.3339, 0.3319, 0.3396, 0.3433, 0.3359, 0.3367], atol=5e-5)
    # The published deviance tells games at home from games away, though the model does not.
    np.testing.assert_allclose(sided.strengths, made.strengths, atol=1e-9)
    assert sided.deviance == pytest.approx(44.053, abs=5e-4)
    assert sided.freedom == 36


def test_baseball_with_home_advantage_is_reproduced():
    """Agresti 2002, p. 438: .3023 with standard error .1309, deviance 38.643 on 35; shares .044 to .220."""
    made = fitted(BASEBALL, TEAMS, side=True)
    assert made.side == pytest.approx(0.3023, abs=5e-5)
    assert math.sqrt(np.linalg.inv(made.information)[-1, -1]) == pytest.approx(0.1309, abs=5e-5)
    assert made.deviance == pytest.approx(38.643, abs=5e-4)
    assert made.freedom == 35
    worth = np.exp(made.strengths) / np.exp(made.strengths).sum()
    np.testing.assert_allclose(np.sort(worth), [0.044, 0.088, 0.137, 0.157, 0.164, 0.190, 0.220], atol=5e-4)


def hunters_loop(won, steps=20_000):
    """Hunter 2004 ("MM algorithms for generalized Bradley-Terry models", Annals of Statistics 32:384-406), eq. 3."""
    met = won + won.T
    worth = np.ones(len(won))
    for _ in range(steps):
        worth = won.sum(axis=1) / (met / (worth[:, None] + worth)).sum(axis=1)
        worth /= worth.sum()
    return np.log(worth) - np.log(worth).mean()


def test_ties_as_halves_agree_with_a_slow_independent_method():
    """Puddings, whose ties are split, by the plain MM loop on the table of wins."""
    won = np.zeros((6, 6))
    for one, two, w, lost, tied in PUDDINGS:
        i, j = BRANDS.index(one), BRANDS.index(two)
        won[i, j], won[j, i] = w + tied / 2, lost + tied / 2
    np.testing.assert_allclose(fitted(PUDDINGS, BRANDS).strengths, hunters_loop(won), atol=1e-8)


def test_two_models_are_the_log_odds():
    """30 to 10: strengths +-log(3) / 2. With the bias taken out log(30.5 / 10.5), as Haldane and Anscombe have it."""
    table = [("x", "y", 30, 10)]
    np.testing.assert_allclose(fitted(table, ["x", "y"]).strengths, np.log(3) / 2 * np.array([1, -1]))
    reduced = fitted(table, ["x", "y"], reduced=True)
    np.testing.assert_allclose(reduced.strengths, np.log(30.5 / 10.5) / 2 * np.array([1, -1]))


def test_a_model_that_won_everything_is_said_to_have_no_estimate():
    """Maximum likelihood runs away and says so; the bias-reduced estimate is log(20.5 / .5)."""
    table = [("x", "y", 20, 0)]
    assert not fitted(table, ["x", "y"]).finite
    reduced = fitted(table, ["x", "y"], reduced=True)
    assert reduced.finite
    assert reduced.strengths[0] - reduced.strengths[1] == pytest.approx(math.log(20.5 / 0.5))


def test_a_side_is_told_from_strength_only_where_sides_change():
    """Two models, one always left: the side cannot be told; turned once, it can. Without sides there is none."""
    always = contests_from([("x", "y", 5, 3)], ["x", "y"], left=True)
    assert not has_side(always, design_of(always))
    turned = contests_from([("x", "y", 5, 3), ("y", "x", 4, 4)], ["x", "y"], left=True)
    assert has_side(turned, design_of(turned))
    unknown = contests_from([("x", "y", 5, 3), ("y", "x", 4, 4)], ["x", "y"])
    assert not has_side(unknown, design_of(unknown))


def test_the_side_of_two_models_is_worked_by_hand():
    """Left, x wins 30 of 40; right, 20 of 40: log-odds d + b = log 3 and d - b = 0, so d = b = log(3) / 2."""
    contests = contests_from([("x", "y", 30, 10), ("y", "x", 20, 20)], ["x", "y"], left=True)
    made = fit(contests, design_of(contests), side=True)
    assert made.side == pytest.approx(math.log(3) / 2)
    assert made.strengths[0] - made.strengths[1] == pytest.approx(math.log(3) / 2)


def test_weights_count_votes_for_more():
    """A vote of weight 3 is three votes, also to the penalty."""
    contests = contests_from([("x", "y", 2, 1)], ["x", "y"])
    thrice = contests_from([("x", "y", 6, 3)], ["x", "y"])
    for reduced in (False, True):
        weighted = fit(contests, design_of(contests), side=False, reduced=reduced, weight=np.full(3, 3.0))
        whole = fit(thrice, design_of(thrice), side=False, reduced=reduced)
        np.testing.assert_allclose(weighted.strengths, whole.strengths)


def test_impossible_fits_are_refused():
    """An unknown model of ties; bias reduction with ties modelled; ties to be modelled where there are none."""
    with pytest.raises(BadParameter, match="'thurstone'"):
        fitted(CITATIONS, JOURNALS, family="thurstone")
    with pytest.raises(BadParameter, match="halves only"):
        fitted(PUDDINGS, BRANDS, family="davidson", reduced=True)
    with pytest.raises(BadParameter, match="0 are ties"):
        fitted(CITATIONS, JOURNALS, family="rao_kupper")
