"""Ranks with intervals, against tables of the studentised range and cases worked by hand."""

import math

import numpy as np
import pytest

from kit.stats.rank_sets import contrasts, critical, rank_sets, student_draws


@pytest.mark.parametrize(
    ("models", "freedom", "studentised"),
    [(3, math.inf, 3.314), (10, math.inf, 4.474), (3, 10, 3.877), (5, 20, 4.232)],
)
def test_the_largest_difference_of_equal_models_is_tukeys(models, freedom, studentised):
    """The 5% points of the studentised range, which is sqrt(2) times the largest |difference / its error|."""
    drawn = student_draws(np.eye(models), freedom, draws=60_000, seed=1)
    errors = np.full(models * (models - 1) // 2, math.sqrt(2))
    assert critical(drawn, errors, 0.95) == pytest.approx(studentised / math.sqrt(2), rel=0.01)


def test_ranks_are_bounded_by_what_is_shown():
    """a is shown above c and d; b above d: a 1-2, b 1-3, c 2-4, d 3-4, ranks by strength."""
    strengths = np.array([3.0, 2.0, 1.0, 0.0])
    ranks = rank_sets(strengths, np.full(6, 1.0), 1.5)
    np.testing.assert_array_equal(ranks.rank, [1, 2, 3, 4])
    np.testing.assert_array_equal(ranks.low, [1, 1, 2, 3])
    np.testing.assert_array_equal(ranks.high, [2, 3, 4, 4])


def test_equal_strengths_share_a_rank_and_unknown_errors_show_nothing():
    """Two equal at the top are both first; without errors every rank is possible."""
    ranks = rank_sets(np.array([1.0, 0.0, 1.0]), np.full(3, math.nan), 2.0)
    np.testing.assert_array_equal(ranks.rank, [1, 3, 1])
    np.testing.assert_array_equal(ranks.low, [1, 1, 1])
    np.testing.assert_array_equal(ranks.high, [3, 3, 3])


def test_contrasts_name_every_pair_once():
    """Three models, three differences."""
    np.testing.assert_array_equal(contrasts(3, 4), [[1, -1, 0, 0], [1, 0, -1, 0], [0, 1, -1, 0]])
