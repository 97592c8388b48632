"""Times and prices by hand."""

import math

import pandas as pd
import pytest

from kit.stats.speed import COST_COLUMNS, SPEED_COLUMNS, generation_cost, generation_speed

REQUESTS = pd.DataFrame(
    [
        ("p", "x", 1, "done", 30.0, 0.2), ("q", "x", 1, "done", 50.0, 0.4), ("r", "x", 1, "done", math.nan, 0.3),
        ("s", "x", 1, "failed", 5.0, 0.1), ("t", "x", 1, "running", math.nan, math.nan),
        ("p", "y", 1, "done", 90.0, 0.5), ("q", "y", 1, "refused", math.nan, 0.0),
    ],
    columns=["prompt_id", "model", "take", "state", "seconds", "cost_usd"],
)  # fmt: skip


def test_failures_are_counted_and_their_times_are_not():
    """x: five requests, three done, one failed, one open; two known times, median 40."""
    x, y, z = generation_speed(REQUESTS, ["x", "y", "z"]).to_dict("records")
    assert [x[c] for c in ("n_requests", "n_done", "n_failed", "n_open", "n_timed")] == [5, 3, 1, 1, 2]
    assert (x["median_seconds"], x["interval_kind"]) == (40.0, "none")
    assert (y["n_failed"], y["median_seconds"]) == (1, 90.0)
    assert z["n_requests"] == 0
    assert math.isnan(z["median_seconds"])


def test_takes_of_a_prompt_are_resampled_together():
    """Twelve takes of two prompts have no interval; twelve prompts have one around the median."""
    times = pd.DataFrame(
        {"prompt_id": list("ab") * 6, "model": "x", "take": 1, "state": "done", "seconds": range(12)}
    )
    assert generation_speed(times, ["x"])["interval_kind"].iloc[0] == "none"
    row = generation_speed(times.assign(prompt_id=list("abcdefghijkl")), ["x"]).iloc[0]
    assert row["low"] < row["median_seconds"] == 5.5 < row["high"]


def test_costs_add_up_failures_included():
    """x: 1.0 over four priced requests, but one without a price, so no price a clip; y: .5 a clip."""
    x, y = generation_cost(REQUESTS, ["x", "y"]).to_dict("records")
    assert (x["n_priced"], x["total_usd"], x["median_usd"]) == (4, pytest.approx(1.0), pytest.approx(0.25))
    assert math.isnan(x["usd_per_clip"])
    assert (y["total_usd"], y["median_usd"], y["usd_per_clip"]) == (0.5, 0.25, 0.5)


def test_no_requests_and_no_models():
    """Rows for models without requests; columns without rows."""
    for given in (pd.DataFrame(), REQUESTS[:0]):
        speed, cost = generation_speed(given, ["x"]), generation_cost(given, ["x"])
        assert (list(speed), list(cost)) == (list(SPEED_COLUMNS), list(COST_COLUMNS))
        assert (len(speed), len(cost), speed["n_requests"].iloc[0]) == (1, 1, 0)
    assert len(generation_speed(REQUESTS, [])) == 0


def test_a_failed_request_counts_as_longer_than_any():
    """Times 10 to 60 and one refused: the median of seven is 40, not 35; with all refused it is no number."""
    times = pd.DataFrame(
        {
            "prompt_id": list("abcdefg"),
            "model": "x",
            "state": ["done"] * 6 + ["refused"],
            "seconds": [10.0 * i for i in range(1, 8)],
        }
    )
    row = generation_speed(times, ["x"]).iloc[0]
    assert (row["median_seconds"], row["median_counting_failed"]) == (35.0, 40.0)
    assert (row["n_failed"], row["n_refused"], row["failed_share"]) == (1, 1, 1 / 7)
    # One of seven: .004 to .579 by Clopper and Pearson's table.
    assert (row["failed_low"], row["failed_high"]) == (
        pytest.approx(0.0036, abs=5e-5),
        pytest.approx(0.5787, abs=5e-5),
    )
    none = generation_speed(times.assign(state="refused"), ["x"]).iloc[0]
    assert math.isnan(none["median_counting_failed"])
    assert none["failed_share"] == 1.0


def test_queue_and_processing_have_medians_of_their_own():
    """Where a provider tells them; a request without them is left out of these alone."""
    times = pd.DataFrame(
        {
            "prompt_id": list("abcdefgh"), "model": "x", "state": "done", "seconds": 30.0,
            "queue_seconds": [1.0, 2, 3, 4, 5, 6, 7, math.nan], "processing_seconds": math.nan,
        }
    )  # fmt: skip
    row = generation_speed(times, ["x"]).iloc[0]
    assert (row["n_timed"], row["n_queue"], row["queue_seconds"], row["n_processing"]) == (8, 7, 4.0, 0)
    assert row["queue_low"] < 4 < row["queue_high"]
    assert math.isnan(row["processing_seconds"])


def test_the_price_of_a_clip_has_an_interval_from_prompts():
    """Ten prompts at .2 to .4, one of them paid for in vain; the same price everywhere has none."""
    paid = pd.DataFrame(
        {
            "prompt_id": list("abcdefghij"),
            "model": "x",
            "state": ["failed"] + ["done"] * 9,
            "cost_usd": [0.2, 0.4] * 5,
        }
    )
    row = generation_cost(paid, ["x"]).iloc[0]
    assert row["usd_per_clip"] == pytest.approx(3.0 / 9)
    assert row["per_clip_low"] < 3.0 / 9 < row["per_clip_high"]
    flat = generation_cost(paid.assign(cost_usd=0.3, state="done"), ["x"]).iloc[0]
    assert (flat["usd_per_clip"], flat["interval_kind"]) == (pytest.approx(0.3), "none")
