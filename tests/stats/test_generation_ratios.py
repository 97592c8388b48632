"""Ratios of time and price by hand, and when a model is shown to take less."""

import math

import numpy as np
import pandas as pd
import pytest

from kit.stats.generation_ratios import RATIO_COLUMNS, generation_ratios

COLUMNS = ["prompt_id", "model", "take", "settings", "state", "seconds", "cost_usd"]


def request(prompt, model, seconds, dollars, take=1, settings=None):
    """One row; `seconds` may be a state in which it ended without a clip."""
    ended = isinstance(seconds, str)
    state, seconds = (seconds, math.nan) if ended else ("done", seconds)
    return (prompt, model, take, settings or {}, state, seconds, dollars)


def requests(*rows):
    """Requests from the arguments of `request`."""
    return pd.DataFrame([request(*row) for row in rows], columns=COLUMNS)


def paired(times, prices=None):
    """A prompt for each (seconds of x, seconds of y)."""
    prices = prices or [(math.nan, math.nan)] * len(times)
    rows = []
    for i, (seconds, dollars) in enumerate(zip(times, prices, strict=True)):
        rows += [(f"p{i}", m, s, d) for m, s, d in zip("xy", seconds, dollars, strict=True)]
    return requests(*rows)


def test_geometric_mean_and_students_interval_by_hand():
    """Ratios 1/2, 1/4, 1/2, 1/4: logs -ln 2 and -2 ln 2, mean -1.5 ln 2, standard error ln 2 / 2 / sqrt 3."""
    row = generation_ratios(paired([(10, 20), (10, 40), (30, 60), (5, 20)]), ["x", "y"]).iloc[0]
    assert (row["what"], row["n_prompts"], row["interval_kind"], row["family"]) == ("time", 4, "t", 1)
    assert row["ratio"] == pytest.approx(2**-1.5)
    error = math.log(2) / 2 / math.sqrt(3)
    # 3.182 and 7.453: Student's t on 3 degrees of freedom, .975 and .9975, from any table.
    assert row["low"] == pytest.approx(2**-1.5 * math.exp(-3.182 * error), rel=2e-4)
    assert row["corrected_high"] == pytest.approx(2**-1.5 * math.exp(7.453 * error), rel=2e-4)
    # The corrected interval reaches beyond 1, so that nothing is shown though the 95% interval does not.
    assert row["high"] < 1.02 < row["corrected_high"]
    assert row["less"] is None


def test_a_steady_difference_is_shown_and_a_swap_turns_it():
    """x takes about a third of the time on six prompts."""
    times = [(10, 29), (12, 37), (20, 61), (9, 28), (31, 90), (14, 41)]
    given = paired(times)
    assert generation_ratios(given, ["x", "y"])["less"].iloc[0] == "x"
    turned = generation_ratios(given, ["y", "x"]).iloc[0]
    straight = generation_ratios(given, ["x", "y"]).iloc[0]
    assert turned["less"] == "x"
    assert turned["ratio"] == pytest.approx(1 / straight["ratio"])
    assert turned["low"] == pytest.approx(1 / straight["high"])
    assert (straight["a_less"], straight["b_less"]) == (6, 0)


def test_a_price_by_list_is_taken_as_it_is():
    """The same on every prompt: known, without an interval; one prompt, or equal prices, show nothing."""
    times = [(10.0, 10.0)] * 3
    row = generation_ratios(paired(times, [(0.2, 0.5)] * 3), ["x", "y"]).iloc[1]
    assert (row["what"], row["interval_kind"], row["less"]) == ("price", "constant", "x")
    assert row["ratio"] == pytest.approx(0.4)
    assert (row["median_a"], row["median_b"]) == (0.2, 0.5)
    assert math.isnan(row["low"])
    assert generation_ratios(paired(times[:1], [(0.2, 0.5)]), ["x", "y"])["less"].iloc[1] is None
    assert generation_ratios(paired(times, [(0.2, 0.2)] * 3), ["x", "y"])["less"].iloc[1] is None
    free = generation_ratios(paired(times, [(0.0, 0.5)] * 3), ["x", "y"]).iloc[1]
    assert free["less"] == "x"
    assert math.isnan(free["ratio"])


def test_times_that_never_vary_were_typed_and_show_nothing():
    """Ten against thirty seconds on every prompt are no measurement."""
    row = generation_ratios(paired([(10, 30)] * 8), ["x", "y"]).iloc[0]
    assert (row["interval_kind"], row["less"]) == ("none", None)


def test_failures_count_as_more_than_any():
    """x is quick on four prompts and brings nothing on four others: it is not shown to be quick."""
    quick = [(f"p{i}", m, s + i, 0.1) for i in range(5) for m, s in (("x", 5), ("y", 90))]
    lost = [(f"q{i}", m, s, 0.1) for i in range(5) for m, s in (("x", "failed"), ("y", 90 + i))]
    assert generation_ratios(requests(*quick), ["x", "y"])["less"].iloc[0] == "x"
    row = generation_ratios(requests(*quick, *lost), ["x", "y"]).iloc[0]
    assert (row["a_less"], row["b_less"], row["failed_a"], row["failed_b"]) == (5, 5, 5, 0)
    assert row["less"] is None


def test_what_a_failed_request_cost_is_in_the_price():
    """Two takes at .30, one of them lost: the clip that came cost .60."""
    rows = [
        ("p", "x", 10, 0.3, 1),
        ("p", "x", "failed", 0.3, 2),
        ("p", "y", 10, 0.4, 1),
        ("p", "y", 10, 0.4, 2),
    ]
    row = generation_ratios(requests(*rows), ["x", "y"]).iloc[1]
    assert row["ratio"] == pytest.approx(0.6 / 0.4)


def test_only_like_is_compared_with_like():
    """Other settings, other takes, requests under way and clips without a time are left out."""
    rows = [
        ("p", "x", 10, 0.1, 1, {"duration": 5}), ("p", "y", 20, 0.1, 1, {"duration": 10}),
        ("q", "x", 10, 0.1, 1), ("q", "y", 20, 0.1, 2),
        ("r", "x", 10, 0.1, 1), ("r", "y", "running", 0.1, 1),
        ("s", "x", math.nan, 0.1, 1), ("s", "y", 20, 0.1, 1),
    ]  # fmt: skip
    time, price = generation_ratios(requests(*rows), ["x", "y"]).to_dict("records")
    assert (time["n_prompts"], price["n_prompts"]) == (0, 1)


def test_takes_of_a_prompt_count_once():
    """Two takes at 10 and 40 s are one prompt at 20 s."""
    rows = [("p", "x", 10, 0.1, 1), ("p", "x", 40, 0.1, 2), ("p", "y", 5, 0.1, 1), ("p", "y", 5, 0.1, 2)]
    row = generation_ratios(requests(*rows), ["x", "y"]).iloc[0]
    assert (row["n_prompts"], row["ratio"]) == (1, pytest.approx(4.0))


def test_three_models_share_one_correction():
    """Six ratios that can be judged: each at 1 - .005/6; no requests give the columns."""
    rng = np.random.default_rng(1)
    rows = [
        (f"p{i}", m, float(rng.uniform(10, 20)), float(rng.uniform(0.1, 0.2)))
        for i in range(6)
        for m in "xyz"
    ]
    found = generation_ratios(requests(*rows), ["x", "y", "z"])
    assert len(found) == 6
    assert list(found["family"]) == [6] * 6
    assert found["corrected_level"].iloc[0] == pytest.approx(1 - 0.005 / 6)
    assert list(generation_ratios(pd.DataFrame(), ["x", "y"])) == list(RATIO_COLUMNS)


def test_the_interval_holds_what_it_says():
    """95% intervals of 150 studies of eight prompts with times log-normal about 1.5 times as long."""
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(150):
        base = np.exp(rng.normal(4, 0.3, 8))
        times = np.column_stack(
            [1.5 * base * np.exp(0.4 * rng.normal(size=8)), base * np.exp(0.4 * rng.normal(size=8))]
        )
        row = generation_ratios(paired([tuple(t) for t in times]), ["x", "y"]).iloc[0]
        held += row["low"] <= 1.5 <= row["high"]
    # Binomial with .95 and 150: below 133 in about one of a thousand, and all of them in one of two thousand.
    assert 133 <= held <= 149
