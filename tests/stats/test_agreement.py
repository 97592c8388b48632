"""Agreement among raters, with themselves and with known answers, worked by hand."""

import math

import pandas as pd
import pytest

from kit.stats.agreement import AGREEMENT_COLUMNS, RATER_COLUMNS, agreement, rater_agreement, standing
from kit.stats.alpha import krippendorff
from kit.stats.exact import wilson

MODELS = ["x", "y"]


def cast(rows, dimension="artifacts"):
    """Votes from (prompt, rater, choice) on x against y."""
    table = pd.DataFrame(rows, columns=["prompt_id", "rater", "choice"])
    return table.assign(model_a="x", model_b="y", take=1, dimension=dimension, rater_kind="person")


VOTES = cast(
    [
        (f"p{i}", rater, choice)
        for i, choices in enumerate(["a a a", "a a b", "b b b", "both_good both_bad a", "b b a", "a a a"])
        for rater, choice in zip(("r1", "r2", "r3"), choices.split(), strict=True)
    ]
)


def test_votes_at_both_levels():
    """Kinds of tie are apart at nominal level and one step of a scale at ordinal level; counts as they are."""
    table = agreement(VOTES, pd.DataFrame(), MODELS, ["artifacts"])
    assert list(table) == list(AGREEMENT_COLUMNS)
    nominal, ordinal = table.to_dict("records")
    columns = VOTES["prompt_id"], VOTES["rater"]
    steps = VOTES["choice"].map({"a": 1, "both_good": 2, "both_bad": 2, "b": 3})
    assert nominal["alpha"] == pytest.approx(krippendorff(*columns, VOTES["choice"]).alpha)
    assert ordinal["alpha"] == pytest.approx(krippendorff(*columns, steps, level="ordinal").alpha)
    # Equal pairs of three: 3, 1, 3, 0, 1, 3; with ties as one, 3, 1, 3, 1, 1, 3.
    assert (nominal["raw"], ordinal["raw"]) == (pytest.approx(11 / 18), pytest.approx(12 / 18))
    assert (nominal["n_units"], nominal["n_prompts"], nominal["n_raters"], nominal["n_ratings"]) == (
        6,
        6,
        3,
        18,
    )
    assert nominal["low"] <= nominal["alpha"] <= nominal["high"]


def test_models_named_the_other_way_are_the_same_unit():
    """A vote for y over x is a vote on the pair x, y."""
    turned = VOTES.copy()
    mine = turned["rater"] == "r2"
    turned.loc[mine, ["model_a", "model_b"]] = ["y", "x"]
    turned.loc[mine, "choice"] = turned.loc[mine, "choice"].replace({"a": "b", "b": "a"})
    one, other = (agreement(v, pd.DataFrame(), MODELS, ["artifacts"]) for v in (VOTES, turned))
    pd.testing.assert_frame_equal(one, other)


def test_scores_are_ordinal_and_units_are_clips():
    """Two raters on four clips of two prompts; too few prompts for an interval."""
    rows = [("p1", "x", 5, 5), ("p1", "y", 3, 2), ("p2", "x", 4, 4), ("p2", "y", 1, 1), ("p2", "z", 5, 1)]
    scores = pd.DataFrame(
        [(p, m, 1, "artifacts", s, r) for p, m, *both in rows for r, s in zip("uv", both, strict=True)],
        columns=["prompt_id", "model", "take", "dimension", "score", "rater"],
    )
    (row,) = agreement(pd.DataFrame(), scores, MODELS, ["artifacts", "video_realism"]).to_dict("records")
    assert (row["of"], row["level"], row["n_units"], row["interval_kind"]) == ("scores", "ordinal", 4, "none")
    assert row["raw"] == 0.75
    assert row["alpha"] == pytest.approx(
        krippendorff(
            [1, 1, 2, 2, 3, 3, 4, 4], list("uv") * 4, [5, 5, 3, 2, 4, 4, 1, 1], level="ordinal"
        ).alpha
    )


def judgements(rows):
    """A log from (rater, position, kind, of_position, dimension, choice, step, undoes)."""
    columns = ["rater", "position", "kind", "of_position", "dimension", "choice", "step", "undoes"]
    table = pd.DataFrame(rows, columns=columns).assign(rater_kind="person")
    table["id"] = range(1, len(table) + 1)
    return table


LOG = judgements(
    [
        ("r1", 0, "pair", None, "artifacts", "b", "vote", None),
        ("r1", 0, "pair", None, "artifacts", "a", "vote", None),
        ("r1", 1, "repeat", 0, "artifacts", "a", "vote", None),
        ("r1", 2, "known", None, "artifacts", "a", "vote", None),
        ("r1", 3, "known", None, "artifacts", "b", "vote", None),
        ("r1", 4, "known", None, "artifacts", "both_good", "vote", None),
        ("r1", 4, "known", None, "artifacts", "a", "vote", None),
        ("r1", None, None, None, None, None, "undo", 7),
        ("r1", 0, "pair", None, "video_realism", "b", "vote", None),
        ("r1", 1, "repeat", 0, "video_realism", "both_bad", "vote", None),
    ]
)


def test_answers_taken_back_or_replaced_do_not_stand():
    """Position 0 was answered twice on one dimension; the second answer on position 4 was undone."""
    kept = standing(LOG)
    assert list(kept["id"]) == [2, 3, 4, 5, 6, 9, 10]
    assert standing(LOG[:0]).empty


def test_each_rater_on_each_dimension_and_over_all():
    """r1 agrees with others' votes in 3 of 6 pairs' two others each; repeats and known answers from the log."""
    table = rater_agreement(VOTES, LOG, MODELS, ["artifacts", "video_realism"])
    assert list(table) == list(RATER_COLUMNS)
    assert list(table["rater"]) == ["r1"] * 3 + ["r2"] * 3 + ["r3"] * 3
    one, realism, whole = table[:3].to_dict("records")
    # r1 against two others: a: 2, 1; b: 2; tie: 0; b: 1; a: 2.
    assert (one["n_votes"], one["agree"], one["agree_of"]) == (6, 8 / 12, 12)
    assert one["agree_low"] < 8 / 12 < one["agree_high"]
    others = VOTES[VOTES["rater"] != "r1"]
    assert one["alpha_without"] == pytest.approx(
        krippendorff(others["prompt_id"], others["rater"], others["choice"]).alpha
    )
    assert (one["repeats_same"], one["repeats_of"]) == (1, 1)
    assert (one["known_right"], one["known_wrong"], one["known_of"]) == (1, 1, 3)
    assert (one["known_low"], one["known_high"]) == wilson(1, 3)[:2]
    assert (realism["n_votes"], realism["repeats_same"], realism["repeats_of"]) == (0, 0, 1)
    assert whole["dimension"] is None
    assert (whole["repeats_same"], whole["repeats_of"]) == (1, 2)
    # Two votes on one repeat are one trial.
    assert (whole["repeats_low"], whole["repeats_high"]) == wilson(0.5, 1)[:2]


def test_a_rater_alone_agrees_with_nobody():
    """NaN, not full agreement; without a log no repeats."""
    table = rater_agreement(VOTES[VOTES["rater"] == "r1"], pd.DataFrame(), MODELS, ["artifacts"])
    assert len(table) == 2
    assert math.isnan(table["agree"].iloc[0])
    assert list(table["repeats_of"]) == [0, 0]
    assert agreement(VOTES[VOTES["rater"] == "r1"], pd.DataFrame(), MODELS, ["artifacts"]).empty


def test_nothing_given_gives_columns():
    """Empty frames everywhere."""
    assert list(agreement(pd.DataFrame(), pd.DataFrame(), MODELS, ["artifacts"])) == list(AGREEMENT_COLUMNS)
    assert list(rater_agreement(pd.DataFrame(), pd.DataFrame(), MODELS, ["artifacts"])) == list(RATER_COLUMNS)


def test_the_order_of_rows_does_not_matter():
    """Shuffled votes give the same frames."""
    shuffled = VOTES.sample(frac=1, random_state=3)
    for made in (
        lambda v: agreement(v, pd.DataFrame(), MODELS, ["artifacts"], draws=200),
        lambda v: rater_agreement(v, LOG, MODELS, ["artifacts"], draws=200),
    ):
        pd.testing.assert_frame_equal(made(VOTES), made(shuffled))
