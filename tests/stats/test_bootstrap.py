"""Intervals: what they cover, what they refuse, and that order does not matter."""

import math
import time

import numpy as np
import pytest

from kit.errors import BadParameter
from kit.stats.bootstrap import (
    mean_interval,
    median_interval,
    percentile_interval,
    rate_draws,
    rate_interval,
    resamples,
)
from kit.stats.counts import Grid
from kit.stats.distributions import normal_cdf
from kit.stats.exact import clopper_pearson
from kit.stats.variance import Spread, components, spread, taste


def made(net, votes=None):
    """A grid from plain lists."""
    net = np.asarray(net, dtype=np.int64)
    cast = np.ones_like(net) if votes is None else np.asarray(votes, dtype=np.int64)
    return Grid(
        tuple(f"p{i}" for i in range(len(net))), tuple(f"r{i}" for i in range(net.shape[1])), net, cast
    )


def test_resamples_add_up_and_blocks_do_not_matter(monkeypatch):
    """Every row draws n things; cutting the work into blocks changes no number."""
    whole = np.concatenate(list(resamples(7, draws=500, seed=2)))
    monkeypatch.setattr("kit.stats.bootstrap._CELLS", 70)
    cut = np.concatenate(list(resamples(7, draws=500, seed=2)))
    assert (whole.sum(axis=1) == 7).all()
    np.testing.assert_array_equal(whole, cut)


def test_one_rater_draws_are_the_plain_cluster_bootstrap():
    """With one rater the draws' variance is that of a mean of n prompts, (n - 1) / n of s^2 / n."""
    net = np.array([[1], [1], [-1], [0], [1], [-1], [1], [1], [0], [1]])
    drawn = rate_draws(made(net), draws=20000)
    rates = 0.5 + net[:, 0] / 2
    assert drawn.var() == pytest.approx(rates.var() / 10, rel=0.05)


def test_raters_widen_the_interval_by_the_root_of_their_share():
    """Variance of prompts .01 and of raters .03, freedom n - 1: each end lies twice as far from the rate as without."""
    cells = made([[1, 0], [-1, 1], [1, 1], [0, -1], [1, 1], [0, 0], [1, 0], [-1, 0]] * 3)
    drawn = rate_draws(cells, draws=2000)
    alone = rate_interval(cells, drawn)
    by_prompt = cells.prompt_net / 4 + (0.5 - cells.win_rate)
    variance = float((by_prompt**2).sum()) / 24 / 23
    wide = rate_interval(cells, drawn, Spread(variance, 3 * variance, 23.0))
    rate = cells.win_rate
    assert (wide.low, wide.high) == pytest.approx(
        (rate - 2 * (rate - alone.low), rate + 2 * (alone.high - rate))
    )
    # Student's t by the tables: 4.302653 on 2 degrees of freedom, 2.068658 on 23.
    few = rate_interval(cells, drawn, Spread(variance, 0.0, 2.0))
    assert rate - few.low == pytest.approx((rate - alone.low) * 4.302653 / 2.068658, rel=1e-5)


def test_percentiles_are_taken_further_out_for_few_prompts():
    """Ten prompts: the tail is Phi(-sqrt(10 / 9) t_9), t_9 = 2.262 by the tables, not .025."""
    values = np.linspace(0, 1, 100_001)
    tail = normal_cdf(-2.262157 * math.sqrt(10 / 9))
    assert tail < 0.01
    assert percentile_interval(values, 10).low == pytest.approx(tail, abs=1e-5)
    assert percentile_interval(values, 10).high == pytest.approx(1 - tail, abs=1e-5)


def test_one_prompt_has_no_interval():
    """Nothing is known of how prompts differ."""
    ends = rate_interval(made([[1, 1, 1]]), np.ones(100))
    assert ends.kind == "none"
    assert math.isnan(ends.low)


def test_prompts_all_alike_are_not_sold_as_certain():
    """Nine of nine: exact, .664 to 1 by Clopper-Pearson's table, not 1 to 1."""
    cells = made([[1, 1]] * 9)
    ends = rate_interval(cells, rate_draws(cells, draws=200))
    assert ends.kind == "exact"
    assert (ends.low, ends.high) == (pytest.approx(0.6637, abs=5e-5), 1.0)


def test_four_prompts_get_the_exact_interval():
    """Three and a half of four prompts: wide, and not on one side of a half."""
    cells = made([[1], [1], [1], [0]])
    ends = rate_interval(cells, rate_draws(cells, draws=200))
    assert ends == clopper_pearson(3.5, 4)
    assert ends.low < 0.5


@pytest.mark.parametrize(("prompts", "raters", "effect"), [(12, 1, 0.0), (24, 4, 0.4), (40, 3, 0.0)])
def test_win_rate_intervals_cover_clustered_data(simulated_grid, prompts, raters, effect):
    """In 400 studies with shared clips and tastes, the true rate lies inside at least 95% (less 3 sd of chance)."""
    truth = simulated_grid(np.random.default_rng(1), 4000, 300, effect=effect).win_rate
    # A single rater's interval is about that rater, so the taste is left out there.
    sd = 0.2 if raters > 1 else 0.0
    rng, inside = np.random.default_rng(5), 0
    for _ in range(100):
        four = [simulated_grid(rng, prompts, raters, effect=effect, taste=sd) for _ in range(4)]
        parts = [components(cells) for cells in four]
        known = taste(four, parts)
        for cells, part in zip(four, parts, strict=True):
            ends = rate_interval(cells, rate_draws(cells, draws=400), spread(cells, part, known))
            inside += ends.low <= truth <= ends.high
    assert inside / 400 >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / 400)


def test_resampling_votes_instead_of_prompts_would_not_cover(simulated_grid):
    """The guard of the test above: with prompts that all raters see alike, intervals over votes miss too often."""
    rng, inside = np.random.default_rng(5), 0
    for _ in range(300):
        column = simulated_grid(rng, 24, 1, taste=0.0).net
        single = made(np.repeat(column, 6, axis=1).reshape(-1, 1))
        ends = percentile_interval(rate_draws(single, draws=300), 144)
        inside += ends.low <= 0.5 <= ends.high
    assert inside / 300 < 0.75


@pytest.mark.parametrize("n", [3, 8, 20])
def test_mean_intervals_cover_skewed_scores(n):
    """Mean differences of whole scores: covered in about 95% of 500 studies, by t or bootstrap."""
    rng, inside = np.random.default_rng(11), 0
    steps, chances = np.array([-1, 0, 1, 2]), [0.2, 0.4, 0.25, 0.15]
    truth = float(steps @ chances)
    for _ in range(500):
        ends = mean_interval(rng.choice(steps, size=n, p=chances), bounds=(-4, 4), draws=300)
        inside += ends.low <= truth <= ends.high
    assert inside / 500 >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / 500)


@pytest.mark.parametrize("n", [6, 15, 40])
def test_median_intervals_cover_skewed_values(n):
    """Medians of a lognormal: covered in at least 95% of 500 studies, less 3 sd of chance."""
    rng, inside = np.random.default_rng(13), 0
    for _ in range(500):
        ends = median_interval(rng.lognormal(size=n), draws=300)
        inside += ends.low <= 1.0 <= ends.high
    assert inside / 500 >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / 500)


def test_mean_of_three_is_students_interval():
    """1, 2, 3: mean 2, half width 4.303 / sqrt(3); cut at the bounds where there are any."""
    ends = mean_interval([3, 1, 2])
    assert ends.kind == "t"
    assert (ends.low, ends.high) == pytest.approx(
        (2 - 4.30265 / math.sqrt(3), 2 + 4.30265 / math.sqrt(3)), abs=1e-5
    )
    assert mean_interval([3, 1, 2], bounds=(-4, 4)).high == 4.0


def test_means_and_medians_that_cannot_be_estimated_say_so():
    """No value, one value, five for a median, all alike."""
    assert mean_interval([]).kind == mean_interval([2.0]).kind == mean_interval([1, 1, 1]).kind == "none"
    assert mean_interval([0, 0, 0, 0], bounds=(-4, 4))[:2] == pytest.approx(
        tuple(8 * x - 4 for x in clopper_pearson(2, 4)[:2])
    )
    assert (
        median_interval([]).kind
        == median_interval(range(5)).kind
        == median_interval([3.0] * 9).kind
        == "none"
    )


def test_medians_resample_whole_clusters():
    """Sixty values of five prompts are five things, not sixty; medians of even draws are midpoints."""
    clusters = np.repeat(np.arange(5), 12)
    assert median_interval(np.arange(60.0), clusters).kind == "none"
    assert median_interval(np.arange(60.0)).kind == "bootstrap"


def test_weighted_medians_are_medians(monkeypatch):
    """The shortcut by cumulated counts gives numpy's median of the values written out."""
    values, clusters = np.array([5.0, 1, 9, 4, 4, 7, 2, 8]), np.array([0, 0, 1, 2, 3, 3, 4, 5])
    seen = {}
    monkeypatch.setattr(
        "kit.stats.bootstrap.percentile_interval",
        lambda drawn, n, _: seen.update(drawn=drawn, n=n) or None,
    )
    median_interval(values, clusters, draws=200, seed=4)
    rows = np.concatenate(list(resamples(6, draws=200, seed=4))).astype(int)
    written = [np.median(np.repeat(values, row[clusters])) for row in rows]
    assert seen["n"] == 6
    np.testing.assert_allclose(seen["drawn"], written)


def test_order_and_sides_do_not_matter(simulated_grid):
    """Turning the sides mirrors the draws; the order of values changes nothing."""
    cells = simulated_grid(np.random.default_rng(2), 20, 3)
    turned = cells._replace(net=-cells.net)
    np.testing.assert_allclose(rate_draws(cells), 1 - rate_draws(turned), atol=1e-12)
    values = np.random.default_rng(0).normal(size=12)
    assert mean_interval(values) == mean_interval(values[::-1])
    assert median_interval(values) == median_interval(values[::-1])


def test_few_draws_and_negative_seeds_are_refused():
    """Ninety-nine draws have no tail."""
    with pytest.raises(BadParameter, match="100 draws"):
        mean_interval([1, 2, 3], draws=99)
    with pytest.raises(BadParameter, match="seed"):
        list(resamples(3, draws=100, seed=-1))


def test_5000_draws_of_four_dimensions_take_well_under_two_seconds(simulated_grid):
    """48 prompts x 5 raters x four dimensions, with room for a slow machine."""
    cells = [simulated_grid(np.random.default_rng(i), 48, 5) for i in range(4)]
    start = time.process_time()
    for one in cells:
        rate_interval(one, rate_draws(one, draws=5000))
    assert time.process_time() - start < 1.0
