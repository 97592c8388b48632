"""Variance components: the analysis of variance where it applies, unbiased where it does not."""

import math

import numpy as np
import pytest

from kit.stats.counts import Grid
from kit.stats.variance import (
    PUBLISHED_FREEDOM,
    PUBLISHED_SHARE,
    Components,
    Taste,
    components,
    effective,
    spread,
    taste,
)


def made(net, votes=None):
    """A grid from plain lists."""
    net = np.asarray(net)
    cast = np.ones(net.shape, dtype=np.int64) if votes is None else np.asarray(votes, dtype=np.int64)
    return Grid(
        tuple(f"p{i}" for i in range(len(net))), tuple(f"r{i}" for i in range(net.shape[1])), net, cast
    )


def test_every_rater_on_every_prompt_is_the_analysis_of_variance():
    """Four prompts by three raters, mean squares worked by hand.

    Rates 1 1 0 / 1 1 1 / 1 0 0 / 1 1 1: grand mean 3/4; prompts 2/3 1 1/3 1, raters 1 3/4 1/2. Sums of squares: total
    9/4, prompts 3 x (1/144 + 1/16 + 25/144 + 1/16) = 11/12, raters 4 x (1/16 + 0 + 1/16) = 1/2, rest 5/6. Mean squares
    11/36, 1/4, 5/36: components (11/36 - 5/36) / 3 = 1/18, (1/4 - 5/36) / 4 = 1/36 and 5/36.
    """
    cells = made([[1, 1, -1], [1, 1, 1], [1, -1, -1], [1, 1, 1]])
    assert components(cells) == pytest.approx((1 / 18, 1 / 36, 5 / 36))


def test_unbalanced_designs_are_estimated_without_bias():
    """Six in ten cells filled, one or two votes each: 3,000 studies average to the truth within 4%."""
    rng, found = np.random.default_rng(2), []
    for _ in range(3000):
        votes = (rng.random((12, 5)) < 0.6) * rng.integers(1, 3, (12, 5))
        seen = votes.sum(axis=1) > 0
        votes = votes[seen]
        rates = (
            0.4 * rng.normal(size=(len(votes), 1))
            + 0.3 * rng.normal(size=(1, 5))
            + 0.3 * rng.normal(size=votes.shape)
        )
        found.append(components(made(2 * votes * rates, votes)))
    assert np.mean(found, axis=0) == pytest.approx([0.16, 0.09, 0.09], rel=0.06)


def test_one_rater_is_the_variance_of_prompts():
    """With one rater nothing is known of others: the rate's variance is s^2 / n, and the freedom n - 1."""
    net = np.array([[1], [1], [-1], [0], [1], [-1], [1], [1], [0], [1]])
    cells = made(net)
    part = components(cells)
    got = spread(cells, part, taste([cells], [part]))
    assert got.variance == pytest.approx((net / 2).var(ddof=1) / 10)
    assert (got.raters, got.freedom) == (0.0, 9.0)


def test_without_raters_to_learn_from_the_published_share_stands():
    """No grid with two raters: the start, and what it is worth."""
    cells = made([[1], [-1], [1]])
    assert taste([cells], [components(cells)]) == (PUBLISHED_SHARE, PUBLISHED_FREEDOM)


def test_dimensions_are_averaged_by_what_they_know():
    """Four dimensions of three raters whose leanings cancel: 8 degrees of their own beside the start's 2."""
    rows = [[1, 0, -1], [-1, 1, 0], [0, -1, 1], [0, 0, 0]]
    grids = [made(np.array([row, row[::-1], row, row])) for row in rows]
    parts = [Components(0.1, share * 0.2, 0.1) for share in (0.3, 0.1, 0.2, 0.2)]
    got = taste(grids[:3], parts[:3])
    together = -0.5  # the three rows add up to nothing: T = (0 - 1) / (3 - 1)
    worth = 6 / (1 + 2 * together**2)
    assert got.freedom == pytest.approx(worth + PUBLISHED_FREEDOM)
    assert got.share == pytest.approx((worth * 0.2 + PUBLISHED_FREEDOM * PUBLISHED_SHARE) / got.freedom)


def test_raters_with_one_leaning_on_all_dimensions_are_worth_one():
    """The same leanings four times over: 8 degrees of freedom are 2."""
    grids = [made([[1, 0, -1], [1, 1, -1], [0, 0, 0], [1, -1, -1]])] * 4
    got = taste(grids, [components(cells) for cells in grids])
    assert got.freedom == pytest.approx(2 + PUBLISHED_FREEDOM)


def test_effective_numbers():
    """Equal groups count fully; one of three holding nearly all counts as little more than one."""
    assert effective(np.array([4, 4, 4])) == 3.0
    assert effective(np.array([98, 1, 1])) == pytest.approx(100**2 / (98**2 + 2))


def test_satterthwaite_freedom_by_hand():
    """Ten prompts, three raters, components .03, .02 and .06, known with 8 degrees.

    Prompts .03 / 10 + .06 / 30 = .005 on 9; raters .09 x (.02 / .09) / 3 = .02 / 3; noise .002 on 18:
    (.005 + .00667)^2 / (.005^2 / 9 + (.00667 + .002)^2 / 8 + .002^2 / 18) = 11.06, at most 9.
    """
    cells = made(np.zeros((10, 3), dtype=np.int64))
    part = Components(0.03, 0.02, 0.06)
    got = spread(cells, part, Taste(0.02 / 0.09, 8.0))
    assert (got.prompts, got.raters, got.freedom) == pytest.approx((0.005, 0.02 / 3, 9.0))
    few = spread(cells, part, Taste(0.02 / 0.09, 2.0))
    doubt = 0.005**2 / 9 + (0.02 / 3 + 0.002) ** 2 / 2 + 0.002**2 / 18
    assert few.freedom == pytest.approx((0.005 + 0.02 / 3) ** 2 / doubt)


def test_a_dimension_with_tastes_of_its_own_goes_halfway():
    """Where raters differ more on this dimension than elsewhere, the mean of both shares; never less than elsewhere."""
    cells = made(np.zeros((10, 3), dtype=np.int64))
    strong = spread(cells, Components(0.0, 0.5, 1.0), Taste(0.1, 8.0))
    assert strong.raters == pytest.approx(0.3 / 3)
    weak = spread(cells, Components(0.0, -0.1, 1.0), Taste(0.1, 8.0))
    assert weak.raters == pytest.approx(0.1 / 3)
    assert not math.isnan(weak.freedom)
