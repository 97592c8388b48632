"""Kappa against Cohen's own tables, and a judge held against people."""

import math

import numpy as np
import pandas as pd
import pytest

from kit.errors import BadParameter
from kit.stats.kappa import JUDGE_COLUMNS, cohen, judge_agreement, linear

# Cohen (1960, table 2; used again in 1968, table 1): 200 patients, two raters, three diagnoses.
COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
COHEN_1968 = [[0, 1, 3], [1, 0, 6], [3, 6, 0]]


def pairs(table):
    """Two columns with these counts."""
    cells = [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return tuple(map(list, zip(*cells, strict=True)))


def test_cohens_example():
    """Agreement .70, by chance .41, kappa .492; his interval of 1.96 x .055 about it is near the bootstrap's."""
    got = cohen(*pairs(COHEN), range(3))
    assert (got.seen, got.chance) == (pytest.approx(0.70), pytest.approx(0.41))
    assert got.kappa == pytest.approx(0.492, abs=5e-4)
    assert (got.ends.low, got.ends.high) == (pytest.approx(0.384, abs=0.03), pytest.approx(0.600, abs=0.03))


def test_cohens_weighted_example():
    """The same patients with his weights of disagreement: .348."""
    assert cohen(*pairs(COHEN), range(3), weights=COHEN_1968, draws=100).kappa == pytest.approx(
        0.348, abs=5e-4
    )


def test_linear_weights_by_hand():
    """Weights 0, 1/2, 1: .1 x 1 + .3 x .5 seen over chance of uniform margins, worked out."""
    table = [[2, 1, 1], [1, 2, 1], [1, 1, 2]]
    seen = (4 * 0.5 + 2 * 1) / 12
    chance = (4 * 0.5 + 2 * 1) / 9
    assert cohen(*pairs(table), range(3), weights=linear(3), draws=100).kappa == pytest.approx(
        1 - seen / chance
    )


def test_extremes():
    """Full agreement 1, full disagreement of two equal halves -1, one category alone NaN."""
    assert cohen([0, 1] * 6, [0, 1] * 6, range(2), draws=100).kappa == 1.0
    assert cohen([0, 1] * 6, [1, 0] * 6, range(2), draws=100).kappa == -1.0
    assert math.isnan(cohen([0] * 6, [0] * 6, range(2), draws=100).kappa)
    assert math.isnan(cohen([], [], range(2)).kappa)


def test_unknown_categories_and_lengths_are_refused():
    """Both are named."""
    with pytest.raises(BadParameter, match="'z'"):
        cohen(["z"], ["a"], ["a", "b"])
    with pytest.raises(BadParameter, match="2 and 1"):
        cohen(["a", "b"], ["a"], ["a", "b"])


def cast(rows):
    """Votes from (prompt, model_a, model_b, choice, rater, kind)."""
    columns = ["prompt_id", "model_a", "model_b", "choice", "rater", "rater_kind"]
    return pd.DataFrame(rows, columns=columns).assign(dimension="artifacts", take=1)


def test_a_judge_is_held_against_most_people():
    """Eight pairs, people's choice by majority, one of them level; sides turned where a vote names models the other way."""
    people = ["a", "a", "b", "b", "both_good", "both_bad", "a", "b"]
    judge = ["a", "b", "b", "b", "both_good", "both_good", "a", "a"]
    turned = {"a": "b", "b": "a"}
    rows = []
    for i, (most, said) in enumerate(zip(people, judge, strict=True)):
        rows += [(f"p{i}", "x", "y", most, r, "person") for r in ("r1", "r2")]
        rows += [(f"p{i}", "x", "y", "both_bad", "r3", "person")]
        rows += [(f"p{i}", "y", "x", turned.get(said, said), "gpt", "judge")]
    rows += [
        ("p8", "x", "y", "a", "r1", "person"),
        ("p8", "x", "y", "b", "r2", "person"),
        ("p8", "x", "y", "a", "gpt", "judge"),
    ]
    rows += [("p9", "x", "y", "a", "s1", "simulated"), ("p9", "x", "y", "a", "gpt", "judge")]
    table = judge_agreement(cast(rows), ["x", "y"], ["artifacts"])
    assert list(table) == list(JUDGE_COLUMNS)
    (row,) = table.to_dict("records")
    assert (row["judge"], row["n_pairs"], row["n_prompts"], row["n_undecided"]) == ("gpt", 8, 8, 1)
    assert row["accuracy"] == 5 / 8
    # Margins: people a 3, b 3, good 1, bad 1; judge a 3, b 3, good 2.
    chance = (9 + 9 + 2) / 64
    assert row["chance"] == pytest.approx(chance)
    assert row["kappa"] == pytest.approx((5 / 8 - chance) / (1 - chance))
    # On the scale a, tie, b: two pairs fully apart, nothing half; margins 3, 2, 3 on both sides.
    apart = (3 * 3 + 3 * 3 + (3 * 2 + 2 * 3) * 2 / 2) / 64
    assert row["weighted_kappa"] == pytest.approx(1 - (2 / 8) / apart)
    assert row["low"] <= row["kappa"] <= row["high"]


def test_no_judges_no_rows():
    """Empty votes, or people alone."""
    assert len(judge_agreement(pd.DataFrame(), ["x", "y"], ["artifacts"])) == 0
    only = cast([("p", "x", "y", "a", "r1", "person")])
    assert len(judge_agreement(only, ["x", "y"], ["artifacts"])) == 0
    assert np.array_equal(linear(1), [[0.0]])
