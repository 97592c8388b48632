"""Models of ties: derivatives, published estimates, closed forms for two models, and an independent method."""

import math

import numpy as np
import pytest

from kit.stats.bradley_terry import fit
from kit.stats.contests import LOSS, TIE, WIN
from kit.stats.design import design_of
from kit.stats.ties import FAMILIES
from tests.paired_data import BRANDS, FLAVOURS, GELS, PUDDINGS, contests_from

D = np.array([-2.3, -0.4, 0.0, 0.1, 1.7])


def fitted(table, models, family):
    """A fit without a side."""
    contests = contests_from(table, models)
    return fit(contests, design_of(contests), family=family, side=False)


@pytest.mark.parametrize("family", ["davidson", "rao_kupper"])
def test_chances_of_the_three_outcomes_add_up(family):
    """To 1, and those of win and loss change places with the sides."""
    chances = np.exp(FAMILIES[family](D, 0.6).value)
    np.testing.assert_allclose(chances.sum(axis=0), 1.0)
    turned = np.exp(FAMILIES[family](-D, 0.6).value)
    np.testing.assert_allclose(turned[[LOSS, TIE, WIN]], chances)


@pytest.mark.parametrize("family", list(FAMILIES))
def test_derivatives_are_those_of_the_likelihood(family):
    """First and second derivatives by d and t, against differences of the values."""
    of, near, t = FAMILIES[family], 1e-5, 0.6
    here = of(D, t)
    up, down, more, less = of(D + near, t), of(D - near, t), of(D, t + near), of(D, t - near)
    np.testing.assert_allclose(here.by_d, (up.value - down.value) / (2 * near), atol=1e-8)
    np.testing.assert_allclose(here.by_t, (more.value - less.value) / (2 * near), atol=1e-8)
    np.testing.assert_allclose(here.dd, -(up.by_d - down.by_d) / (2 * near), atol=1e-8)
    np.testing.assert_allclose(here.dt, -(more.by_d - less.by_d) / (2 * near), atol=1e-8)
    np.testing.assert_allclose(here.tt, -(more.by_t - less.by_t) / (2 * near), atol=1e-8)


def test_davidsons_puddings_are_reproduced():
    """Davidson 1970, example 2: shares .13880 .17300 .16174 .16539 .15868 .20239, nu .7468, after seven steps."""
    made = fitted(PUDDINGS, BRANDS, "davidson")
    worth = np.exp(made.strengths) / np.exp(made.strengths).sum()
    published = [0.1388005, 0.1729985, 0.1617420, 0.1653930, 0.1586805, 0.2023855]
    np.testing.assert_allclose(worth, published, atol=3e-5)
    assert math.exp(made.tie) == pytest.approx(0.7468147, abs=3e-5)


def test_davidson_for_two_models_is_worked_by_hand():
    """20 wins, 12 ties, 5 losses: e^d = 20 / 5 and nu = 12 / sqrt(20 x 5), and nothing is left over."""
    made = fitted([("x", "y", 20, 5, 12)], ["x", "y"], "davidson")
    assert made.strengths[0] - made.strengths[1] == pytest.approx(math.log(4))
    assert math.exp(made.tie) == pytest.approx(1.2)
    assert made.deviance == pytest.approx(0.0, abs=1e-9)


def test_rao_kupper_for_two_models_is_worked_by_hand():
    """Shares .5, .3, .2: logit .5 = d - t and logit .2 = -d - t, so d = t = log(4) / 2."""
    made = fitted([("x", "y", 50, 20, 30)], ["x", "y"], "rao_kupper")
    assert made.strengths[0] - made.strengths[1] == pytest.approx(math.log(4) / 2)
    assert made.tie == pytest.approx(math.log(4) / 2)
    assert made.deviance == pytest.approx(0.0, abs=1e-9)


def hunters_loop(table, models, steps=5_000):
    """Rao and Kupper's model by minorising (Hunter 2004, Annals of Statistics 32:384-406, section 4)."""
    n = len(models)
    score, ties = np.zeros((n, n)), 0
    for one, two, won, lost, tied in table:
        i, j = models.index(one), models.index(two)
        # Won or tied: a tie is in both of i over j and j over i.
        score[i, j], score[j, i] = won + tied, lost + tied
        ties += tied
    worth, theta = np.ones(n), 1.5
    for _ in range(steps):
        below = worth[:, None] + theta * worth
        part = score / below
        worth = score.sum(axis=1) / (part.sum(axis=1) + theta * part.sum(axis=0))
        worth /= np.exp(np.log(worth).mean())
        share = ties / (score * worth / (worth[:, None] + theta * worth)).sum()
        theta = share + math.sqrt(1 + share**2)
    return np.log(worth), theta


def test_rao_kupper_on_springalls_flavours_agrees_with_an_independent_method():
    """Springall 1973 fitted Rao and Kupper's model to these: nine gels, 36 pairs, found by a plain MM loop."""
    made = fitted(FLAVOURS, GELS, "rao_kupper")
    strengths, theta = hunters_loop(FLAVOURS, GELS)
    np.testing.assert_allclose(made.strengths, strengths, atol=1e-7)
    assert math.exp(made.tie) == pytest.approx(theta, abs=1e-7)


def test_equal_models_have_ties_as_often_as_seen():
    """A quarter of ties and no preference: Davidson nu = 2/3, Rao and Kupper theta = (1 + 1/4) / (1 - 1/4) = 5/3."""
    table = [("x", "y", 30, 30, 20), ("x", "z", 30, 30, 20), ("y", "z", 30, 30, 20)]
    for family, tie in (("davidson", 2 / 3), ("rao_kupper", 5 / 3)):
        made = fitted(table, ["x", "y", "z"], family)
        np.testing.assert_allclose(made.strengths, 0, atol=1e-9)
        assert math.exp(made.tie) == pytest.approx(tie)
