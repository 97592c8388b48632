"""The difference of two win rates of different studies, against a published example and by simulation."""

import math

import numpy as np
import pytest

from kit.stats.beside import rate_difference
from kit.stats.exact import NO_INTERVAL, Interval, wilson


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17:873, table II, method 10: 56/70 less 48/80, and 9/10 less 3/10.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_published_intervals(one: tuple, other: tuple, low: float, high: float) -> None:
    """With Wilson's intervals it is Newcombe's method 10, to the four digits of his table."""
    found = rate_difference(one[0] / one[1], wilson(*one), other[0] / other[1], wilson(*other))
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_turned_round_it_is_the_same() -> None:
    """Exchanging the two changes the sign and nothing else; equal studies lie around zero."""
    p, q = Interval(0.4, 0.7, "x"), Interval(0.2, 0.8, "x")
    there, back = rate_difference(0.6, p, 0.5, q), rate_difference(0.5, q, 0.6, p)
    assert there[:2] == pytest.approx((-back.high, -back.low))
    same = rate_difference(0.6, p, 0.6, p)
    assert same.low < 0 < same.high


def test_without_an_interval_there_is_none() -> None:
    """One prompt has no interval, and so the difference has none."""
    found = rate_difference(0.5, NO_INTERVAL, 0.5, Interval(0.2, 0.8, "x"))
    assert math.isnan(found.low)
    assert found.kind == "none"


def test_it_covers_what_it_says() -> None:
    """Two binomial studies of 30 and 50, 4,000 times: the true difference is inside in 95% (0.94 to 0.97)."""
    rng = np.random.default_rng(7)
    inside = 0
    for x, y in zip(rng.binomial(30, 0.6, 4000), rng.binomial(50, 0.45, 4000), strict=True):
        found = rate_difference(x / 30, wilson(x, 30), y / 50, wilson(y, 50))
        inside += found.low <= 0.15 <= found.high
    assert 0.94 <= inside / 4000 <= 0.97
