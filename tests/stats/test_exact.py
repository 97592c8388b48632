"""Exact tests and intervals against hand counts and published numbers."""

import math
from itertools import product

import numpy as np
import pytest

from kit.errors import BadParameter
from kit.stats.exact import (
    benjamini_hochberg,
    clopper_pearson,
    holm,
    holm_levels,
    sign_flip_test,
    sign_test,
    signed_ranks,
    wilson,
)

# Differences of Darwin's maize pairs in eighths of an inch; Fisher (1935, The Design of Experiments, section 21)
# counts 863 of 2^15 sign patterns at least as large as the sum seen, on one side.
DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]


def test_four_of_four_shows_nothing():
    """Four prompts, all won by one model: p = 2 / 16."""
    assert sign_test([1, 0.2, 3, 0.001]) == (0.125, 4, 0, 0)


def test_level_prompts_are_dropped_and_counted():
    """Two level prompts leave the test as it is, and are reported."""
    assert sign_test([1, 1, 1, 1, 0, 0]) == (0.125, 4, 0, 2)


def test_sign_flips_reproduce_fishers_count():
    """Darwin's maize: 2 x 863 of 32,768, both by enumeration and by adding up."""
    for counts in (None, [1] * 15):
        test = sign_flip_test(DARWIN, counts)
        assert test.p == pytest.approx(2 * 863 / 32768, rel=1e-12)
        assert (test.method, test.n) == ("exact", 15)


def test_adding_up_agrees_with_every_pattern_for_unequal_votes():
    """Means with different denominators: the same p as trying all sign patterns in fractions."""
    sums, counts = [3, -1, 2, 0, 5, 1], [3, 2, 4, 3, 7, 5]
    means = np.array(sums) / np.array(counts)
    seen = abs(means.sum())
    patterns = [abs((np.array(s) * means).sum()) >= seen - 1e-12 for s in product([1, -1], repeat=6)]
    assert sign_flip_test(sums, counts).p == pytest.approx(np.mean(patterns), rel=1e-12)


def test_many_prompts_stay_exact():
    """Sixty prompts with votes of one size are the binomial sign test, far past what can be enumerated."""
    sums = [1] * 40 + [-1] * 20
    test = sign_flip_test(sums, [1] * 60)
    assert test.method == "exact"
    assert test.p == pytest.approx(sign_test(sums).p, rel=1e-9)


def test_random_flips_are_seeded_said_and_near_the_exact_p():
    """Means without a shared denominator, too many to enumerate, use random flips and say so."""
    rng = np.random.default_rng(3)
    means = np.round(rng.normal(0.25, 1, size=40), 3)
    drawn, again = sign_flip_test(means, seed=1), sign_flip_test(means[::-1], seed=1)
    whole = sign_flip_test(means * 1000, np.full(40, 1))
    assert drawn.method == "random flips"
    assert drawn == again
    assert whole.method == "exact"
    assert drawn.p == pytest.approx(whole.p, abs=4 * math.sqrt(whole.p * (1 - whole.p) / 20000))


def test_nothing_to_flip_gives_one():
    """No means, or only level ones, are no evidence."""
    assert sign_flip_test([]).p == 1.0
    assert sign_flip_test([0, 0], [3, 2]) == (1.0, "exact", 0)


def test_fractions_with_counts_are_refused():
    """Sums of votes are whole numbers."""
    with pytest.raises(BadParameter, match="whole numbers"):
        sign_flip_test([0.5], [2])


def test_holm_worked_by_hand():
    """Sorted .005 x 4, .01 x 3, .03 x 2, .04 x 1, each at least the one before."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_leaves_untested_out():
    """NaN is no test and does not count; nothing exceeds 1."""
    adjusted = holm([math.nan, 0.7, 0.02])
    assert math.isnan(adjusted[0])
    assert adjusted[1:] == pytest.approx([0.7, 0.04])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


# Benjamini and Hochberg (1995, JRSS B 57:289-300, section 3.2): fifteen comparisons of two treatments of myocardial infarction.
INFARCTION = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip


def test_benjamini_hochberg_and_holm_on_the_infarction_trial():
    """As published: four claims at 5% by false discovery rate, since .0095 <= 4 x .05 / 15 = .013; three by Holm."""
    found = benjamini_hochberg(INFARCTION)
    assert sum(p <= 0.05 for p in found) == 4
    assert found[:4] == pytest.approx([0.0015, 0.003, 0.0095, 0.0095 * 15 / 4])
    # .0278 x 15 / 6 = .0695 and .0201 x 3 = .0603 lie above what comes after them: .0298 x 15 / 7 = .0639.
    assert found[4:7] == pytest.approx([0.0201 * 3, 0.0298 * 15 / 7, 0.0298 * 15 / 7])
    assert found[-1] == 1.0
    assert sum(p <= 0.05 for p in holm(INFARCTION)) == 3


def test_benjamini_hochberg_leaves_untested_out_and_keeps_order():
    """NaN is no test; the order of the values is that of the answer."""
    found = benjamini_hochberg([0.04, math.nan, 0.01])
    assert math.isnan(found[1])
    assert [found[0], found[2]] == pytest.approx([0.04, 0.02])
    assert benjamini_hochberg([]) == []
    turned = benjamini_hochberg(INFARCTION[::-1])
    assert turned == benjamini_hochberg(INFARCTION)[::-1]


def test_holm_levels_divide_by_the_tests_still_standing():
    """The smallest of four is held at .05 / 4, the largest at .05; equal ones share the stricter level."""
    assert holm_levels([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.05 / 3, 0.05, 0.05 / 2, 0.05 / 4])
    assert holm_levels([0.01, 0.01]) == pytest.approx([0.025, 0.025])


# Newcombe (1998, Statistics in Medicine 17:857-872), table I, to the four decimals printed there.
NEWCOMBE = [
    (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
    (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
]


@pytest.mark.parametrize(("successes", "trials", "score", "exact"), NEWCOMBE)
def test_intervals_of_a_share_are_newcombes(successes, trials, score, exact):
    """Wilson and Clopper-Pearson as published."""
    assert wilson(successes, trials)[:2] == pytest.approx(score, abs=6e-5)
    assert clopper_pearson(successes, trials)[:2] == pytest.approx(exact, abs=6e-5)


def test_eight_of_ten():
    """8 of 10: Wilson .490 to .943, Clopper-Pearson .444 to .975."""
    assert wilson(8, 10)[:2] == pytest.approx((0.4902, 0.9433), abs=6e-5)
    assert clopper_pearson(8, 10)[:2] == pytest.approx((0.4439, 0.9748), abs=6e-5)


@pytest.mark.parametrize("trials", [4, 5, 6, 9, 20])
def test_clopper_pearson_never_contradicts_the_sign_test(trials):
    """It excludes a half exactly where the sign test is below .05."""
    for successes in range(trials + 1):
        ends = clopper_pearson(successes, trials)
        p = sign_test([1] * successes + [-1] * (trials - successes)).p
        assert (ends.low > 0.5 or ends.high < 0.5) == (p < 0.05)


def test_impossible_shares_are_refused():
    """More successes than trials, and no trials at all."""
    with pytest.raises(BadParameter, match="successes"):
        wilson(3, 2)
    assert math.isnan(clopper_pearson(0, 0).low)


# Hamilton's depression factor of nine patients before and after, from Hollander and Wolfe (1973), table 3.1.
BEFORE = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
AFTER = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]


def test_signed_ranks_are_the_textbooks():
    """Hollander and Wolfe: T+ = 40 of 45, one-sided p .020 (10 / 512); Darwin's maize: T- = 24, two-sided p .0413."""
    test = signed_ranks(np.subtract(BEFORE, AFTER))
    assert (test.positive, test.n, test.method) == (40.0, 9, "exact")
    assert test.p == pytest.approx(2 * 10 / 512)
    maize = signed_ranks(DARWIN)
    assert maize.positive == 120 - 24
    assert maize.p == pytest.approx(0.041259765625)


def test_signed_ranks_with_ties_and_zeros_by_every_pattern():
    """Sizes 1 1 2 3 3, a zero and a NaN: mean ranks 1.5 1.5 3 4.5 4.5 and all 32 patterns."""
    ranks, signs = np.array([1.5, 1.5, 3, 4.5, 4.5]), np.array([1, -1, 1, 1, 1])
    seen = abs(float(signs @ ranks))
    patterns = [abs(float(np.array(s) @ ranks)) >= seen for s in product([1, -1], repeat=5)]
    test = signed_ranks([1, -1, 2, 3, 3, 0, math.nan])
    assert (test.p, test.positive, test.n) == (pytest.approx(np.mean(patterns)), 13.5, 5)
    assert signed_ranks([]).p == 1.0
