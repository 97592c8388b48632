"""Which measurements may be said to differ: interval, corrected sign test, and the side that is better."""

import math

import pandas as pd
import pytest

from kit.stats.measured import MEASURED_COLUMNS
from kit.stats.metric_claims import CLAIM_COLUMNS, claim_differences

BETTER = {"noise": "lower", "sharp": "higher", "cuts": "lower"}


def measured(*rows):
    """A frame of `compare_measurements` from (metric, low, high, a_higher, b_higher)."""
    base = {"version": 1, "unit": "u", "model_a": "x", "model_b": "y", "interval_kind": "bootstrap"}
    made = [
        base | {"metric": m, "low": low, "high": high, "a_higher": a, "b_higher": b, "n_prompts": a + b}
        for m, low, high, a, b in rows
    ]
    return pd.DataFrame(made).reindex(columns=list(MEASURED_COLUMNS))


def test_a_difference_on_every_prompt_points_to_the_better_side():
    """Twelve of twelve lower for y: p = 2/4096, three looked at, adjusted 3 x that over its rank."""
    found = claim_differences(
        measured(("noise", 0.5, 2.0, 12, 0), ("sharp", 0.5, 2.0, 12, 0), ("cuts", -1.0, 1.0, 6, 6)), BETTER
    )
    noise, sharp, cuts = found.to_dict("records")
    assert (noise["higher"], noise["points_to"]) == ("x", "y")
    assert (sharp["higher"], sharp["points_to"]) == ("x", "x")
    assert (cuts["higher"], cuts["points_to"]) == (None, None)
    assert noise["p_sign"] == pytest.approx(2 / 4096)
    # Two share the smallest p: 3 p / 2 for both.
    assert noise["p_adjusted"] == pytest.approx(3 * 2 / 4096 / 2)
    assert list(found["family"]) == [3, 3, 3]


def test_many_looked_at_ask_for_more():
    """Ten of ten (p = 2/1024) are a difference when one metric is looked at, and none among thirty."""
    alone = measured(("noise", 0.5, 2.0, 10, 0))
    assert claim_differences(alone, BETTER)["points_to"].iloc[0] == "y"
    others = [(f"m{i}", -1.0, 1.0, 5, 5) for i in range(29)]
    many = claim_differences(
        measured(("noise", 0.5, 2.0, 10, 0), *others), BETTER | {f"m{i}": "lower" for i in range(29)}
    )
    assert many["points_to"].isna().all()


def test_the_interval_must_leave_out_zero_on_the_same_side():
    """No interval, one that holds zero, and one that leans the other way than most prompts say nothing."""
    rows = [
        ("noise", math.nan, math.nan, 20, 0),
        ("noise", -0.1, 2.0, 20, 0),
        ("noise", -2.0, -0.1, 20, 0),
        ("noise", 0.0, 0.0, 0, 0),
    ]
    for row in rows:
        assert claim_differences(measured(row), BETTER)["points_to"].iloc[0] is None


def test_metrics_without_a_direction_are_not_looked_at():
    """They have no row and do not count; nothing measured gives the columns."""
    found = claim_differences(measured(("noise", 0.5, 2.0, 10, 0), ("motion", 0.5, 2.0, 10, 0)), BETTER)
    assert list(found["metric"]) == ["noise"]
    assert list(found["family"]) == [1]
    assert list(claim_differences(measured(("motion", 1, 2, 3, 0)), BETTER)) == list(CLAIM_COLUMNS)
    assert list(claim_differences(pd.DataFrame(), BETTER)) == list(CLAIM_COLUMNS)
