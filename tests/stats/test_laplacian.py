"""Sums over contests, counted, against the same sums by matrices of rows."""

import numpy as np
import pytest

from kit.stats.laplacian import Meetings, gram


@pytest.mark.parametrize("sided", [True, False])
def test_counted_sums_are_those_of_the_rows(sided):
    """Rows, and rows times rows, of 200 contests of five models in seven clusters, one of them empty."""
    rng = np.random.default_rng(6)
    one = rng.integers(0, 4, 200)
    two = one + rng.integers(1, 5 - one)
    side, cluster = rng.integers(-1, 2, 200), rng.integers(0, 6, 200)
    weights = rng.normal(size=200)
    x = np.zeros((200, 5 + sided))
    x[np.arange(200), one], x[np.arange(200), two] = 1, -1
    if sided:
        x[:, -1] = side
    meetings = Meetings(5, one, two, side if sided else None, cluster=cluster, clusters=7)
    for g in range(7):
        inside = cluster == g
        rows = x[inside]
        np.testing.assert_allclose(meetings.rows(weights)[g], weights[inside] @ rows, atol=1e-12)
        np.testing.assert_allclose(
            meetings.squares(weights)[g], (rows.T * weights[inside]) @ rows, atol=1e-12
        )
        assert meetings.totals(weights)[g] == pytest.approx(weights[inside].sum())
    whole = Meetings(5, one, two, side if sided else None)
    np.testing.assert_allclose(whole.squares(weights)[0], meetings.squares(weights).sum(axis=0), atol=1e-12)


@pytest.mark.parametrize("n", [0, 5, 64, 200])
def test_squares_in_blocks_are_squares(n):
    """Fewer rows than a block, whole blocks, and a rest."""
    rows = np.random.default_rng(n).normal(size=(n, 3))
    np.testing.assert_allclose(gram(rows), rows.T @ rows, atol=1e-12)
