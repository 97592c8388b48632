"""Measurements compared within prompts, by hand."""

import math

import pandas as pd
import pytest

from kit.stats.measured import MEASURED_COLUMNS, clip_values, compare_measurements


def study(values, metric="sharpness", version=1):
    """Requests and measurements from (prompt, model, take, value); a clip each."""
    requests = pd.DataFrame(
        [(f"q{i}", p, m, t, f"clip{i}", "done") for i, (p, m, t, _) in enumerate(values)],
        columns=["request", "prompt_id", "model", "take", "clip", "state"],
    )
    measurements = pd.DataFrame(
        [(f"clip{i}", metric, version, v, None, "px") for i, (*_, v) in enumerate(values)],
        columns=["clip", "metric", "version", "value", "text", "unit"],
    )
    return measurements, requests


VALUES = [
    ("p", "x", 1, 10.0), ("p", "x", 2, 20.0), ("p", "y", 1, 4.0), ("p", "y", 2, 8.0),
    ("q", "x", 1, 1.0), ("q", "y", 1, 3.0), ("q", "x", 2, 99.0),
    ("r", "x", 1, 7.0), ("r", "y", 1, 7.0),
]  # fmt: skip


def test_pairs_are_joined_by_prompt_and_take():
    """p: 15 - 6 = 9, q: 1 - 3 = -2 (its second take has no partner), r: 0. Median 0; of each: 7 and 6."""
    (row,) = compare_measurements(*study(VALUES), ["x", "y"]).to_dict("records")
    assert (row["metric"], row["unit"], row["version"]) == ("sharpness", "px", 1)
    assert (row["n_prompts"], row["n_pairs"]) == (3, 4)
    assert (row["median_a"], row["median_b"], row["median_difference"]) == (7.0, 6.0, 0.0)
    assert (row["a_higher"], row["b_higher"], row["interval_kind"]) == (1, 1, "none")
    assert math.isnan(row["low"])


def test_seven_prompts_get_an_interval_that_mirrors():
    """Differences 1..7: median 4 inside, ends among the values; the other order gives the mirror image."""
    values = [v for i in range(1, 8) for v in ((f"p{i}", "x", 1, 10.0 + i), (f"p{i}", "y", 1, 10.0))]
    one = compare_measurements(*study(values), ["x", "y"]).iloc[0]
    other = compare_measurements(*study(values), ["y", "x"]).iloc[0]
    assert one["interval_kind"] == "bootstrap"
    assert 1 <= one["low"] < one["median_difference"] == 4 < one["high"] <= 7
    assert (other["low"], other["high"]) == pytest.approx((-one["high"], -one["low"]))


def test_only_numbers_of_the_newest_version_count():
    """Text, infinity and NaN are no numbers; version 2 replaces version 1."""
    old, requests = study(VALUES)
    new, _ = study([(p, m, t, v + 1) for p, m, t, v in VALUES], version=2)
    words = old.assign(metric="codec", value=math.nan, text="h264")
    endless = old.assign(metric="rate", value=math.inf)
    points = clip_values(pd.concat([old, words, endless, new], ignore_index=True), requests, ["x", "y"])
    assert set(points["metric"]) == {"sharpness"}
    assert set(points["version"]) == {2}
    assert len(points) == len(VALUES)


def test_order_of_rows_does_not_matter():
    """Shuffled measurements and requests give the same frame."""
    measurements, requests = study(VALUES)
    shuffled = compare_measurements(
        measurements.sample(frac=1, random_state=3), requests.sample(frac=1, random_state=4), ["x", "y"]
    )
    pd.testing.assert_frame_equal(shuffled, compare_measurements(measurements, requests, ["x", "y"]))


def test_nothing_to_compare_gives_no_rows():
    """No measurements, no requests, one model, clips that nobody asked for."""
    measurements, requests = study(VALUES)
    lost = requests.assign(clip=None)
    for given in (
        (pd.DataFrame(), requests, ["x", "y"]),
        (measurements, pd.DataFrame(), ["x", "y"]),
        (measurements, requests, ["x"]),
        (measurements, requests, []),
        (measurements, lost, ["x", "y"]),
        (measurements[:0], requests[:0], ["x", "y"]),
    ):
        compared = compare_measurements(*given)
        assert (len(compared), list(compared)) == (0, list(MEASURED_COLUMNS))
