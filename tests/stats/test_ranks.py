import math

import numpy as np
import pytest

from kit.stats.ranks import cliffs_delta, spearman


def test_order_is_all_that_counts():
    """Any rising function gives 1, any falling one -1; one exchanged neighbour of six gives 1 - 6 * 2 / 210."""
    x = np.arange(6)
    assert spearman(x, np.exp(x)) == pytest.approx(1)
    assert spearman(x, -(x**3)) == pytest.approx(-1)
    assert spearman(x, [0, 1, 2, 3, 5, 4]) == pytest.approx(1 - 12 / 210)


def test_ties_have_their_mean_rank():
    """By hand: ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4 give 4.5 / sqrt(4.5 * 5)."""
    assert spearman([1, 2, 2, 3], [1, 2, 3, 4]) == pytest.approx(4.5 / math.sqrt(4.5 * 5))


def test_what_never_changes_says_nothing():
    """A constant has no correlation with anything; pairs that are not numbers are left out; two pairs are too few."""
    assert spearman([1, 1, 1, 1], [1, 2, 3, 4]) == 0
    assert spearman([1, np.nan, 2, 3], [1, 9, 2, 3]) == pytest.approx(1)
    assert math.isnan(spearman([1, 2], [1, 2]))


def test_cliffs_delta_by_hand():
    """Of the nine pairs of {1, 3, 5} and {2, 3, 4}, four are larger, four smaller, one equal."""
    assert cliffs_delta([1, 3, 5], [2, 3, 4]) == 0
    assert cliffs_delta([4, 5, 6], [1, 2, 3]) == 1
    assert cliffs_delta([1, 2], [1, 3]) == pytest.approx((1 - 2) / 4)
    assert math.isnan(cliffs_delta([], [1]))
