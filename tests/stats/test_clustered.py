"""Covariances over prompts and raters: cases worked by hand, copies that add no knowledge."""

import math

import numpy as np
import pytest

from kit.stats.bradley_terry import fit, has_side
from kit.stats.clustered import PUBLISHED_TASTE, _cell_squares, _of_votes, covariance_of, with_raters
from kit.stats.contests import contests_of
from kit.stats.counts import orient
from kit.stats.design import design_of
from tests.paired_data import Ladder, contests_from, votes_from

XY = np.array([[1.0, -1.0]])


def covered(contests, **how):
    """The covariance of a fit."""
    design = design_of(contests)
    how = {"side": has_side(contests, design), **how}
    made = fit(contests, design, **how)
    return covariance_of(made, contests)


def test_one_vote_a_prompt_is_worked_by_hand():
    """28 of 40: the jackknife of a log-odds has variance 1 / ((n - 1) p q), where n - 1 is what plain forms lack."""
    covariance = covered(contests_from([("x", "y", 28, 12)], ["x", "y"]))
    error, freedom = covariance.spread(XY)
    assert error[0] ** 2 == pytest.approx(1 / (39 * 0.7 * 0.3))
    assert freedom[0] == pytest.approx(39)


@pytest.mark.parametrize("family", ["half", "davidson", "rao_kupper"])
def test_copies_of_votes_on_a_prompt_add_no_knowledge(family):
    """Every vote five times, on the same prompt by the same rater: the same estimate, the same errors."""
    votes = votes_from([("x", "y", 14, 8, 5), ("x", "z", 11, 9, 6), ("y", "z", 6, 12, 3)])
    once, five = (
        covered(contests_of(v, ["x", "y", "z"], "d"), family=family)
        for v in (votes, votes.loc[votes.index.repeat(5)])
    )
    np.testing.assert_allclose(once.prompts, five.prompts, rtol=1e-9)


def test_prompts_that_agree_within_themselves_know_less():
    """Ten prompts of eight equal votes are ten things: errors of 80 votes on 80 prompts would be far smaller."""
    votes = votes_from([("x", "y", 48, 32)])
    clustered = votes.assign(prompt_id=[f"p{i // 8}" for i in range(80)])
    wide, narrow = (covered(contests_of(v, ["x", "y"], "d")).spread(XY)[0][0] for v in (clustered, votes))
    assert wide == pytest.approx(1 / math.sqrt(9 * 0.6 * 0.4))
    assert narrow == pytest.approx(1 / math.sqrt(79 * 0.6 * 0.4))


def test_taste_is_worked_by_hand():
    """Two models, five raters with equal votes: each rater's tastes move d by (t_x - t_y) / 5, so variance 2 v / 5."""
    votes = votes_from([("x", "y", 30, 20)])
    votes = votes.assign(rater=[f"r{i % 5}" for i in range(50)])
    contests = contests_of(votes, ["x", "y"], "d")
    made = fit(contests, design_of(contests), side=False)
    added = with_raters(made, contests, np.zeros((2, 2)), measured=False)
    assert (XY @ added.taste @ XY.T)[0, 0] == pytest.approx(PUBLISHED_TASTE * 2 / 5)
    assert added.n_raters == pytest.approx(5)


def test_raters_who_disagree_widen_every_interval():
    """Same prompts, same totals: four raters each with a favourite know less than four who lean alike."""
    votes = votes_from([("x", "y", 40, 40)]).sort_values("prompt_id")
    prompts = [f"p{i % 20}" for i in range(80)]
    favourites = votes.assign(prompt_id=prompts, rater=["r0"] * 20 + ["r1"] * 20 + ["r2"] * 20 + ["r3"] * 20)
    alike = favourites.assign(rater=[f"r{(i // 5) % 4}" for i in range(80)])
    wide, narrow = (covered(contests_of(v, ["x", "y"], "d")).spread(XY)[0][0] for v in (favourites, alike))
    assert wide > 1.5 * narrow


def test_one_rater_adds_nothing():
    """With a single rater nothing is known of others."""
    covariance = covered(contests_from([("x", "y", 9, 8)], ["x", "y"]))
    assert not covariance.raters.any()
    assert not covariance.taste.any()
    np.testing.assert_allclose(covariance.total, covariance.prompts)


def test_many_clusters_agree_with_few_at_a_time(monkeypatch):
    """The plain sandwich, which very many prompts are left to, is the jackknife but for terms of 1 / prompts."""
    votes = Ladder([0.0, 0.2, 0.4]).votes(np.random.default_rng(3), 400, 4)
    contests = contests_of(orient(votes, ["m0", "m1", "m2"]), ["m0", "m1", "m2"], "d")
    exact = covered(contests)
    monkeypatch.setattr("kit.stats.clustered._CELLS", 10)
    plain = covered(contests)
    np.testing.assert_allclose(plain.prompts, exact.prompts, rtol=0.02, atol=1e-4)
    np.testing.assert_allclose(np.diag(plain.taste)[:3], np.diag(exact.taste)[:3], rtol=0.02)


def test_cells_of_one_vote_are_summed_like_the_others():
    """Cells of one vote have a short way: it gives the same as writing all scores out."""
    votes = Ladder([0.0, 0.5, 0.1]).votes(np.random.default_rng(4), 30, 5, share=0.4)
    contests = contests_of(orient(votes, ["m0", "m1", "m2"]), ["m0", "m1", "m2"], "d")
    made = fit(contests, design_of(contests), family="davidson", side=True)
    slopes = made.slopes(contests)
    by_d, by_t = (part[contests.outcome, contests.line] for part in (slopes.by_d, slopes.by_t))
    written = np.zeros((150, 5))
    cell = contests.prompt * 5 + contests.rater
    for at, d, t, line in zip(cell, by_d, by_t, contests.line, strict=True):
        written[at, contests.one[line]] += d
        written[at, contests.two[line]] -= d
        written[at, 3] += contests.side[line] * d
        written[at, 4] += t
    squares = _cell_squares(made, contests, _of_votes(made, contests))
    np.testing.assert_allclose(squares, written.T @ written, atol=1e-9)
    assert 0 < (np.bincount(cell, minlength=150) == 1).sum() < 150


def test_a_prompt_that_alone_places_a_model_leaves_errors_finite():
    """z was seen on one prompt only: without it z has no place, so that prompt is taken plainly."""
    votes = votes_from([("x", "y", 9, 6), ("y", "z", 1, 1)])
    votes.loc[votes["model_b"] == "z", "prompt_id"] = "p00000"
    covariance = covered(contests_of(votes, ["x", "y", "z"], "d"))
    error, _ = covariance.spread(np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]]))
    assert np.isfinite(error).all()
    assert (error < 10).all()
