"""Votes counted by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from kit.errors import BadParameter
from kit.stats.counts import COUNT_COLUMNS, count_votes, grid, orient

COLUMNS = ["prompt_id", "model_a", "model_b", "take", "dimension", "choice", "rater"]


def votes(*rows):
    """Votes on realism of models x and y: (prompt, choice, rater)."""
    return pd.DataFrame(
        [(p, "x", "y", 1, "realism", choice, rater) for p, choice, rater in rows], columns=COLUMNS
    )


def test_counts_and_rates_by_hand():
    """Three wins, one loss and one tie of each kind: (3 + 1.5) / 7 and (3 - 1) / 7."""
    given = votes(
        ("p", "a", "r"), ("p", "a", "s"), ("q", "a", "r"), ("q", "b", "s"),
        ("q", "tie", "t"), ("p", "both_good", "t"), ("s", "both_bad", "r"),
    )  # fmt: skip
    (row,) = count_votes(given, ["x", "y"], ["realism"]).to_dict("records")
    assert [row[c] for c in ("n_votes", "a", "b", "tie", "both_good", "both_bad")] == [7, 3, 1, 1, 1, 1]
    assert (row["n_raters"], row["n_prompts"]) == (3, 3)
    assert row["win_rate"] == pytest.approx(4.5 / 7)
    assert row["net_win_rate"] == pytest.approx(2 / 7)


def test_every_dimension_and_pair_has_a_row():
    """Without votes a row counts zero and has no rate; three models make three pairs."""
    counted = count_votes(votes(("p", "a", "r")), ["x", "y", "z"], ["realism", "artifacts"])
    assert list(counted.columns) == list(COUNT_COLUMNS)
    assert list(counted["n_votes"]) == [1, 0, 0, 0, 0, 0]
    assert list(zip(counted["model_a"], counted["model_b"], strict=True))[:3] == [
        ("x", "y"), ("x", "z"), ("y", "z"),
    ]  # fmt: skip
    assert math.isnan(counted["win_rate"].iloc[1])


def test_votes_given_the_other_way_round_are_mirrored():
    """A vote for b of (y, x) is a vote for a of (x, y); strangers are left out."""
    given = pd.concat(
        [votes(("p", "b", "r"), ("q", "both_bad", "r")), votes(("p", "a", "r"))], ignore_index=True
    )
    given.loc[:1, ["model_a", "model_b"]] = [["y", "x"], ["y", "x"]]
    given.loc[2, "model_b"] = "stranger"
    turned = orient(given, ["x", "y"])
    assert list(turned["choice"]) == ["a", "both_bad"]
    assert set(turned["model_a"]) == {"x"}


def test_unknown_choices_are_refused():
    """A choice that is none of the five is named."""
    with pytest.raises(BadParameter, match="'left'"):
        orient(votes(("p", "left", "r")), ["x", "y"])


def test_a_grid_adds_takes_together():
    """Two takes of one prompt by one rater share a cell."""
    given = pd.concat([votes(("p", "a", "r")), votes(("p", "a", "r"), ("q", "b", "s"))], ignore_index=True)
    given.loc[0, "take"] = 2
    cells = grid(given, "realism", "x", "y")
    assert (cells.prompts, cells.raters) == (("p", "q"), ("r", "s"))
    np.testing.assert_array_equal(cells.net, [[2, 0], [0, -1]])
    np.testing.assert_array_equal(cells.votes, [[2, 0], [0, 1]])
    np.testing.assert_allclose(cells.prompt_rates, [1, 0])
