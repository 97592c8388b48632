"""Scores compared within prompts, by hand."""

import pandas as pd
import pytest

from kit.stats.scores import SCORE_COLUMNS, compare_scores

COLUMNS = ["prompt_id", "model", "take", "dimension", "score", "rater"]


def scores(*rows):
    """Scores on realism: (prompt, model, score, rater)."""
    return pd.DataFrame([(p, m, 1, "realism", s, r) for p, m, s, r in rows], columns=COLUMNS)


GIVEN = scores(
    ("p", "x", 5, "r"), ("p", "x", 4, "s"), ("p", "y", 3, "r"),
    ("q", "x", 2, "r"), ("q", "y", 3, "r"), ("q", "y", 3, "s"),
    ("only-x", "x", 1, "r"),
)  # fmt: skip


def test_differences_are_taken_within_prompts():
    """p: 4.5 - 3, q: 2 - 3; the prompt that only x has is left out."""
    (row,) = compare_scores(GIVEN, ["x", "y"], ["realism"]).to_dict("records")
    assert (row["n_prompts"], row["n_scores"], row["n_raters"]) == (2, 6, 2)
    assert (row["mean_a"], row["mean_b"], row["mean_difference"]) == (3.25, 3.0, 0.25)
    # Two prompts: Student's t on one degree of freedom reaches past the scale, and is cut there.
    assert (row["interval_kind"], row["low"], row["high"]) == ("t", -4.0, 4.0)


def test_swap_and_order():
    """Other order of models mirrors, other order of rows changes nothing."""
    one = compare_scores(GIVEN, ["x", "y"], ["realism"]).iloc[0]
    other = compare_scores(GIVEN, ["y", "x"], ["realism"]).iloc[0]
    assert other["mean_difference"] == -one["mean_difference"]
    assert (other["low"], other["high"]) == (-one["high"], -one["low"])
    shuffled = compare_scores(GIVEN.sample(frac=1, random_state=2), ["x", "y"], ["realism"])
    pd.testing.assert_frame_equal(shuffled, compare_scores(GIVEN, ["x", "y"], ["realism"]))


def test_a_steady_difference_over_many_prompts_excludes_zero():
    """Twelve prompts with differences of 1 and 2: the bootstrap lies between them."""
    rows = [r for i in range(12) for r in ((f"p{i}", "x", 4 + i % 2, "r"), (f"p{i}", "y", 3, "r"))]
    row = compare_scores(scores(*rows), ["x", "y"], ["realism"]).iloc[0]
    assert row["interval_kind"] == "bootstrap"
    assert row["mean_difference"] == pytest.approx(1.5)
    assert 1 <= row["low"] < 1.5 < row["high"] <= 2


@pytest.mark.parametrize(
    "given", [pd.DataFrame(), GIVEN[:0], scores(("p", "x", 3, "r")), scores(("p", "z", 3, "r"))]
)
def test_nothing_to_compare_gives_no_rows(given):
    """Columns without rows, never a crash."""
    compared = compare_scores(given, ["x", "y"], ["realism"])
    assert (len(compared), list(compared)) == (0, list(SCORE_COLUMNS))


def test_a_stern_rater_who_saw_one_model_does_not_tip_the_centred_difference():
    """r gives x and y 4, s gives both 2; s saw y on more prompts: the plain difference is +, the centred one 0."""
    rows = []
    for prompt in "pqtu":
        rows += [(prompt, "x", 4, "r"), (prompt, "y", 4, "r"), (prompt, "y", 2, "s")]
    rows += [("p", "x", 2, "s")]
    (row,) = compare_scores(scores(*rows), ["x", "y"], ["realism"]).to_dict("records")
    assert row["mean_difference"] == pytest.approx(3 / 4)
    assert row["centred_difference"] == pytest.approx(0.0)
    assert (row["centred_low"], row["centred_high"]) != (row["low"], row["high"])


def test_signed_ranks_stand_beside_the_interval():
    """Six prompts all +1, one level: 2 / 2^6, exact, one prompt left out."""
    rows = [(f"p{i}", m, s, "r") for i in range(6) for m, s in (("x", 4), ("y", 3))]
    rows += [("level", "x", 3, "r"), ("level", "y", 3, "r")]
    (row,) = compare_scores(scores(*rows), ["x", "y"], ["realism"]).to_dict("records")
    assert (row["p_signed_ranks"], row["signed_ranks_method"], row["n_level"]) == (2 / 64, "exact", 1)


def test_raters_of_one_model_each_cannot_be_centred():
    """NaN where no rater scored both."""
    given = scores(("p", "x", 4, "r"), ("p", "y", 3, "s"), ("q", "x", 4, "r"), ("q", "y", 3, "s"))
    (row,) = compare_scores(given, ["x", "y"], ["realism"]).to_dict("records")
    assert pd.isna(row["centred_difference"])
