"""Frames of strengths: what stands in them, what they refuse to say, and that order and names do not matter."""

import math
import time

import numpy as np
import pandas as pd
import pytest

from kit.errors import BadParameter
from kit.stats.clustered import Covariance
from kit.stats.placing import quantile
from kit.stats.strengths import FIT_COLUMNS, STRENGTH_COLUMNS, rank_models, strengths
from kit.stats.win_matrix import MATRIX_COLUMNS
from tests.paired_data import BRANDS, CITATIONS, JOURNALS, PUDDINGS, Ladder, votes_from

ABC = ["a", "b", "c"]


def study(prompts=20, raters=3, seed=1, **how):
    """Simulated votes on three models, the last the strongest."""
    ladder = Ladder([-0.4, 0.0, 0.4], **how)
    return ladder.votes(np.random.default_rng(seed), prompts, raters), ladder.models


def test_published_strengths_stand_in_the_frame():
    """Citations: the coefficients over Biometrika, ranks, win rates and group."""
    ranked = rank_models(votes_from(CITATIONS), JOURNALS, ["d"])
    found = ranked.strengths.set_index("model")
    over = found["strength"] - found.loc["Biometrika", "strength"]
    np.testing.assert_allclose(over, [0, -2.9491, -0.4796, 0.2690], atol=5e-5)
    assert found["rank"].to_list() == [2, 4, 3, 1]
    assert found.loc["JRSS-B", "win_rate"] == pytest.approx((284 + 276 + 325) / (505 + 293 + 467))
    assert set(found["method"]) == {"maximum likelihood"}
    assert set(found["group"]) == {1}
    assert ranked.fits["deviance"][0] == pytest.approx(4.293, abs=5e-4)
    assert ranked.notes == ()


def test_davidsons_nu_stands_with_its_interval():
    """Puddings: .7468 within its ends, and the frame says which model of ties it is of."""
    fits = rank_models(votes_from(PUDDINGS), BRANDS, ["d"], ties="davidson").fits
    assert fits["tie"][0] == pytest.approx(0.7468, abs=5e-5)
    assert fits["tie_low"][0] < 0.7468 < fits["tie_high"][0]
    assert (fits["ties"][0], fits["n_ties"][0]) == ("davidson", sum(row[4] for row in PUDDINGS))
    assert math.isnan(fits["side"][0])


def test_chances_are_means_over_the_others():
    """Of two models log-odds and chance say the same; of four, chances are means of the expected win rates."""
    two = strengths(votes_from([("a", "b", 30, 10)]), ["a", "b"], ["d"])
    assert two["chance"].to_list() == pytest.approx([0.75, 0.25])
    odds = np.log(two["chance_low"] / (1 - two["chance_low"]))
    np.testing.assert_allclose(odds, 2 * two["low"], atol=1e-6)
    ranked = rank_models(votes_from(CITATIONS), JOURNALS, ["d"])
    means = ranked.win_matrix.groupby("model", sort=False)["expected"].mean()
    np.testing.assert_allclose(ranked.strengths["chance"], means)


def test_the_win_matrix_counts_both_ways():
    """19 to 22 with 16 ties, and the same turned; rates of a pair add up to one."""
    matrix = rank_models(votes_from(PUDDINGS), BRANDS, ["d"]).win_matrix.set_index(["model", "opponent"])
    assert matrix.loc[("1", "2"), ["n_votes", "wins", "ties", "losses"]].to_list() == [57, 19, 16, 22]
    assert matrix.loc[("2", "1"), ["n_votes", "wins", "ties", "losses"]].to_list() == [57, 22, 16, 19]
    assert matrix.loc[("1", "2"), "win_rate"] == pytest.approx(27 / 57)
    turned = matrix["expected"].swaplevel().reindex(matrix.index)
    np.testing.assert_allclose(matrix["expected"] + turned, 1.0)


def test_models_that_no_votes_join_are_ranked_apart():
    """Two groups, each with a first place, and a sentence that says so."""
    votes = votes_from([("a", "b", 12, 8), ("c", "d", 5, 15)])
    ranked = rank_models(votes, ["a", "b", "c", "d", "e"], ["d"])
    assert ranked.strengths["group"].to_list() == [1, 1, 2, 2, 0]
    assert ranked.strengths["rank"].to_list()[:4] == [1, 2, 2, 1]
    np.testing.assert_allclose(ranked.strengths.groupby("group")["strength"].sum()[[1, 2]], 0, atol=1e-9)
    assert ranked.notes == (
        "On d no votes join these models, so only those of one group are ranked: a and b; c and d.",
    )
    matrix = ranked.win_matrix.set_index(["model", "opponent"])
    assert math.isnan(matrix.loc[("a", "c"), "expected"])
    last = ranked.strengths.iloc[-1]
    assert (last["model"], last["method"], last["interval_kind"], last["n_votes"]) == ("e", "none", "none", 0)
    assert math.isnan(last["strength"])


def test_a_model_that_won_every_vote_is_bias_reduced_and_said():
    """Ten prompts, each once a pair: a over b is log(10.5 / .5) where b and c are level; intervals take trials."""
    votes = votes_from([("a", "b", 10, 0), ("a", "c", 10, 0), ("b", "c", 5, 5)])
    ranked = rank_models(votes, ABC, ["d"])
    found = ranked.strengths
    assert set(found["method"]) == {"bias-reduced"}
    assert set(found["interval_kind"]) == {"trials"}
    assert np.isfinite(found[["strength", "low", "high"]]).all(axis=None)
    assert found["rank"].to_list() == [1, 2, 2]
    (said,) = ranked.notes
    assert said.startswith("On d every vote between them put a before b and c:")
    many = votes.loc[votes.index.repeat(30)]
    again = strengths(many, ABC, ["d"])
    np.testing.assert_allclose(again["strength"], found["strength"], atol=1e-9)
    np.testing.assert_allclose(again["high"], found["high"], atol=1e-9)


def test_choices_that_all_went_to_one_side_are_said():
    """Whoever stood left was chosen: the side's gain has no finite estimate, and the models are level."""
    votes = votes_from([(x, y, 8, 0) for x in ABC for y in ABC if x != y], left=True)
    ranked = rank_models(votes, ABC, ["d"])
    np.testing.assert_allclose(ranked.strengths["strength"], 0, atol=1e-6)
    assert ranked.fits["side"][0] > 3
    assert ranked.fits["side_low"][0] > 0
    (said,) = ranked.notes
    assert said.startswith("On d nearly every choice went to the clip on one side:")


def test_one_prompt_has_strengths_but_no_interval():
    """Nothing is known of how prompts differ: every rank is possible."""
    votes = votes_from([("a", "b", 4, 2), ("b", "c", 4, 2), ("a", "c", 4, 2)]).assign(prompt_id="p")
    found = strengths(votes, ABC, ["d"])
    assert set(found["interval_kind"]) == {"none"}
    assert found[["low", "high", "std_error", "chance_low"]].isna().all(axis=None)
    assert found["rank_low"].to_list() == [1, 1, 1]
    assert found["rank_high"].to_list() == [3, 3, 3]
    assert found["rank"].to_list() == [1, 2, 3]


def test_few_prompts_are_taken_as_trials():
    """Four prompts: however many votes, nothing is shown."""
    votes, models = study(prompts=4, raters=9)
    found = strengths(votes, models, ["d"])
    assert set(found["interval_kind"]) == {"trials"}
    assert ((found["low"] < 0) & (found["high"] > 0)).all()
    assert (found["rank_high"] - found["rank_low"]).to_list() == [2, 2, 2]


def test_prompts_all_alike_are_not_sold_as_certain():
    """The same three votes to one on every prompt: no prompt differs from another, and still there is an interval."""
    rows = [(x, y, c, p) for p in range(12) for x, y in (("a", "b"), ("b", "c"), ("a", "c")) for c in "aaab"]
    votes = pd.DataFrame(rows, columns=["model_a", "model_b", "choice", "prompt_id"])
    found = strengths(votes.assign(rater="r", dimension="d"), ABC, ["d"])
    assert set(found["interval_kind"]) == {"trials"}
    assert (found["high"] - found["low"] > 0.5).all()


def test_no_votes_give_rows_of_nothing():
    """Every dimension and model has its row, with the same columns and types, and no claim."""
    for votes in (pd.DataFrame(), votes_from([])):
        ranked = rank_models(votes, ABC, ["d", "e"])
        assert dict.fromkeys(ranked.strengths) == dict.fromkeys(STRENGTH_COLUMNS)
        assert len(ranked.strengths) == 6
        assert len(ranked.fits) == 2
        assert len(ranked.win_matrix) == 12
        assert ranked.strengths["rank"].isna().all()
        assert ranked.notes == ()
    empty = rank_models(pd.DataFrame(), [], [])
    for frame, columns in (
        (empty.strengths, STRENGTH_COLUMNS), (empty.fits, FIT_COLUMNS), (empty.win_matrix, MATRIX_COLUMNS),
    ):  # fmt: skip
        assert list(frame) == list(columns)


@pytest.mark.parametrize("how", [{}, {"interval": "bootstrap"}, {"ties": "davidson"}, {"ties": "rao_kupper"}])
def test_order_sides_and_names_do_not_matter(how):
    """Rows shuffled, pairs turned, models in another order: the same numbers for each model."""
    votes, models = study()
    turned = votes.rename(columns={"model_a": "model_b", "model_b": "model_a"})
    turned["choice"] = turned["choice"].replace({"a": "b", "b": "a"})
    shuffled = turned.sample(frac=1, random_state=4)
    one = strengths(votes, models, ["d"], **how).set_index("model")
    other = strengths(shuffled, models[::-1], ["d"], **how).set_index("model").loc[models]
    numbers = ["strength", "std_error", "low", "high", "chance", "chance_low", "chance_high", "rank"]
    np.testing.assert_allclose(one[numbers], other[numbers], atol=1e-5)


@pytest.mark.parametrize("how", [{}, {"interval": "bootstrap", "draws": 400}, {"ties": "davidson"}])
def test_intervals_cover_clustered_data(how):
    """In 120 studies with shared clips and tastes, strengths, chances and side lie inside at about 95%.

    Three models of a study move together, so that 360 strengths are worth about 200: three of their standard errors
    are allowed. tests/bench/bench_strengths.py has the figures of many more, and other, studies.
    """
    ladder, rng = Ladder([-0.4, 0.0, 0.4]), np.random.default_rng(8)
    truth, chances, side = ladder.truth(how.get("ties", "half"))
    inside: list[list[float]] = []
    for _ in range(120):
        ranked = rank_models(ladder.votes(rng, 16, 3), ladder.models, ["d"], **how)
        found, fits = ranked.strengths, ranked.fits.iloc[0]
        inside.append(
            [
                ((found["low"] <= truth) & (truth <= found["high"])).mean(),
                ((found["chance_low"] <= chances) & (chances <= found["chance_high"])).mean(),
                fits["side_low"] <= side <= fits["side_high"],
            ]
        )
    worth = np.array([200, 200, 120])
    assert (np.mean(inside, axis=0) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / worth)).all()


def test_level_models_are_seldom_ranked():
    """In 120 studies of four level models, any of them is ranked above another in at most 5% (and 3 sd of chance)."""
    ladder, rng = Ladder([0.0] * 4), np.random.default_rng(9)
    claimed = 0
    for _ in range(120):
        found = strengths(ladder.votes(rng, 16, 3), ladder.models, ["d"])
        claimed += bool((found["rank_high"] - found["rank_low"] < 3).any())
    assert claimed / 120 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 120)


def test_errors_over_votes_would_not_cover(monkeypatch):
    """The guard of the test above: level models, five votes alike on each prompt, and errors that take them for five."""
    ladder, rng, claimed = Ladder([0.0] * 4, clip=0.8), np.random.default_rng(9), 0
    monkeypatch.setattr(
        "kit.stats.placing.covariance_of",
        lambda made, _: Covariance(
            *([np.linalg.inv(made.information)] + [np.zeros_like(made.information)] * 2), 0, 99, 1
        ),
    )
    for _ in range(60):
        found = strengths(ladder.votes(rng, 16, 5), ladder.models, ["d"])
        claimed += bool((found["rank_high"] - found["rank_low"] < 3).any())
    assert claimed / 60 > 0.3


def test_quantiles_of_few_freedoms_are_on_the_safe_side():
    """Degrees of freedom are rounded down: never a narrower interval than the exact one; tables of t at the steps."""
    assert quantile(0.975, 5.0) == pytest.approx(2.5706, abs=5e-5)
    assert quantile(0.975, 5.2) == quantile(0.975, 5.0)
    assert quantile(0.975, 0.3) == pytest.approx(12.706, abs=5e-4)
    assert quantile(0.975, 64) == quantile(0.975, 60) == pytest.approx(2.0003, abs=5e-5)
    assert quantile(0.975, 1e9) == pytest.approx(1.96, abs=5e-5)
    assert math.isnan(quantile(0.975, math.nan))


def test_impossible_arguments_are_refused():
    """Named in the message, before anything is computed."""
    votes = votes_from([("a", "b", 1, 1)])
    for how, word in (
        ({"ties": "glenn"}, "'glenn'"), ({"interval": "wald"}, "'wald'"), ({"draws": 5}, "5"), ({"level": 1.5}, "1.5"),
        ({"interval": "bootstrap", "ties": "davidson"}, "halves"),
    ):  # fmt: skip
        with pytest.raises(BadParameter, match=word):
            rank_models(votes, ["a", "b"], ["d"], **how)
    with pytest.raises(BadParameter, match="twice"):
        rank_models(votes, ["a", "a"], ["d"])
    with pytest.raises(BadParameter, match="'won'"):
        rank_models(votes.assign(choice="won"), ["a", "b"], ["d"])


def test_fifty_models_take_well_under_a_second():
    """20,000 votes over 50 models, with room for a slow machine; the bench has 100,000 and a baseline beside it."""
    rng = np.random.default_rng(2)
    names = np.array([f"m{i:02}" for i in range(50)])
    one, step = rng.integers(0, 50, 20_000), rng.integers(1, 50, 20_000)
    votes = pd.DataFrame(
        {
            "prompt_id": rng.integers(0, 300, 20_000).astype(str), "model_a": names[one],
            "model_b": names[(one + step) % 50], "dimension": "d", "rater": rng.integers(0, 60, 20_000).astype(str),
            "choice": rng.choice(["a", "b", "both_good"], 20_000),
        }
    )  # fmt: skip
    start = time.process_time()
    found = strengths(votes, list(names), ["d"])
    assert time.process_time() - start < 2.0
    assert np.isfinite(found[["low", "high"]]).all(axis=None)


def test_prompts_that_cancel_out_leave_no_negative_variance():
    """Two prompts in three models that undo each other exactly: the spread of one is nothing, and never less."""
    rows = [
        {"prompt_id": f"p{i}", "model_a": a, "model_b": b, "rater": r, "choice": "ab"[i % 2]}
        for i in range(12)
        for a, b in (("x", "y"), ("x", "z"), ("y", "z"))
        for r in ("r1", "r2")
    ]
    votes = pd.DataFrame(rows).assign(take=1, dimension="d", left_model=None)
    table = strengths(votes, ["x", "y", "z"], ["d"])
    assert table["strength"].abs().max() < 1e-9
    assert (table["low"] < 0).all()
    assert list(table["rank_high"]) == [3, 3, 3]
