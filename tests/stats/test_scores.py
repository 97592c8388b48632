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
