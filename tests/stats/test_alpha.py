"""Krippendorff's alpha against his own published examples."""

import math

import numpy as np
import pytest

from kit.errors import BadParameter
from kit.stats.alpha import krippendorff

NAN = math.nan
# Krippendorff (2011), "Computing Krippendorff's alpha-reliability", section C: four observers, twelve units.
FOUR = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]
# Three observers, fifteen units, as in the encyclopaedias' worked example: .691 nominal and .811 interval.
THREE = [
    [NAN, NAN, NAN, NAN, NAN, 3, 4, 1, 2, 1, 1, 3, 3, NAN, 3],
    [1, NAN, 2, 1, 3, 3, 4, 3, NAN, NAN, NAN, NAN, NAN, NAN, NAN],
    [NAN, NAN, 2, 1, 3, 4, 4, NAN, 2, 1, 1, 3, 3, NAN, 4],
]
# Same paper, section A: two observers, ten units, two values; section B: two observers, twelve units, five values.
BINARY = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]
NOMINAL = ["a a b b d c c c e d d a", "b a b b b c c c e d d d"]


def rated(rows):
    """Units, raters and values as columns."""
    cells = [(unit, rater, value) for rater, row in enumerate(rows) for unit, value in enumerate(row)]
    return tuple(map(list, zip(*cells, strict=True)))


@pytest.mark.parametrize(
    ("rows", "level", "published"),
    [
        (BINARY, "nominal", 0.095),
        ([row.split() for row in NOMINAL], "nominal", 0.692),
        (FOUR, "nominal", 0.743),
        (FOUR, "ordinal", 0.815),
        (FOUR, "interval", 0.849),
        (THREE, "nominal", 0.691),
        (THREE, "interval", 0.811),
    ],
)
def test_published_examples(rows, level, published):
    """To the three decimals printed, with missing values."""
    assert krippendorff(*rated(rows), level=level, draws=100).alpha == pytest.approx(published, abs=5.1e-4)


def test_raw_agreement_and_counts_by_hand():
    """Two units of three and two ratings: (2 of 6 pairs) x 3 and (2 of 2) x 2, of five ratings: 3 / 5."""
    got = krippendorff([1, 1, 1, 2, 2, 3], [1, 2, 3, 1, 2, 1], list("xxyzzx"))
    assert got.raw == pytest.approx((3 * 2 / 6 + 2) / 5)
    assert (got.n_units, got.n_ratings, got.ends.kind) == (2, 5, "none")


def test_ordinal_depends_on_order_alone():
    """Values 1, 2, 3 as 1, 10, 11: another interval alpha, the same ordinal one."""
    units, raters, values = rated(FOUR)
    other = [{1: 1, 2: 10, 3: 11, 4: 30, 5: 31}.get(v, NAN) for v in values]
    same = [krippendorff(units, raters, v, level="ordinal", draws=100).alpha for v in (values, other)]
    assert same[0] == same[1]
    apart = [krippendorff(units, raters, v, level="interval", draws=100).alpha for v in (values, other)]
    assert abs(apart[0] - apart[1]) > 0.01


def test_full_agreement_is_one_and_no_variation_is_unknown():
    """All alike where values differ: 1, without an interval of no width; one value alone: NaN."""
    units = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    full = krippendorff(units, [1, 2] * 6, [v for v in "abcabc" for _ in range(2)])
    assert (full.alpha, full.raw, full.ends.kind) == (1.0, 1.0, "none")
    flat = krippendorff(units, [1, 2] * 6, ["a"] * 12)
    assert math.isnan(flat.alpha)
    assert flat.raw == 1.0


def test_interval_covers_the_alpha_of_all_units():
    """In 200 studies of 30 prompts with two units each, sharing difficulty, alpha of 20,000 units is covered."""
    rng = np.random.default_rng(4)

    def study(prompts):
        hard = rng.normal(size=(prompts, 1, 1))
        rates = hard + 0.7 * rng.normal(size=(prompts, 2, 1)) + rng.normal(size=(prompts, 2, 3))
        values = np.clip(np.rint(rates + 3), 1, 5).reshape(-1, 3)
        units = np.repeat(np.arange(2 * prompts), 3)
        return units, np.tile(np.arange(3), 2 * prompts), values.ravel(), np.repeat(np.arange(prompts), 6)

    units, raters, values, prompts = study(10_000)
    truth = krippendorff(units, raters, values, level="ordinal", clusters=prompts, draws=100).alpha
    inside = 0
    for _ in range(200):
        units, raters, values, prompts = study(30)
        ends = krippendorff(units, raters, values, level="ordinal", clusters=prompts, draws=300).ends
        inside += ends.low <= truth <= ends.high
    assert inside / 200 >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / 200)


def test_nothing_rated_twice_is_nothing_to_agree_on():
    """No units, or single ratings only: NaN."""
    for columns in (([], [], []), ([1, 2], [1, 1], ["a", "b"])):
        got = krippendorff(*columns)
        assert math.isnan(got.alpha)
        assert (got.n_units, got.n_ratings) == (0, 0)


def test_the_last_rating_of_a_rater_counts():
    """A corrected rating replaces the first."""
    got = krippendorff([1, 1, 1], ["x", "x", "y"], ["b", "a", "a"])
    assert (got.raw, got.n_ratings) == (1.0, 2)


def test_wrong_levels_and_words_at_interval_level_are_refused():
    """Both name what is wrong."""
    with pytest.raises(BadParameter, match="nominal, ordinal or interval"):
        krippendorff([1], [1], [1], level="ratio")
    with pytest.raises(BadParameter, match="numbers"):
        krippendorff([1, 1], [1, 2], ["x", "y"], level="interval")
