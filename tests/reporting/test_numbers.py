"""Numbers as the page writes them."""

import math

import pandas as pd
import pytest

from kit.reporting.numbers import NONE, number, text_of, tidy


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.6667, "rate", "67%"),
        (0.994, "share", "99.4%"),
        (0.0, "share of time", "0%"),
        (1234567, "count", "1,234,567"),
        (0.26, "usd", "$0.26"),
        (0.013, "usd", "$0.013"),
        (1_500_000, "bytes", "1.50\u202fMB"),
        (512, "bytes", "512\u202fB"),
        (2_940_000, "bit/s", "2.94\u202fMbit/s"),
        (5.0, "s", "5.00\u202fs"),
        (1920, "px", "1920\u202fpx"),
        (0.01234, "", "0.0123"),
        (4.34e-5, "", "4.34\u00d710⁻⁵"),
        (-3.5, "", "\u22123.50"),
    ],
)
def test_text(value: float, unit: str, text: str) -> None:
    """A number is written with as many digits as one reads, and with its unit."""
    assert text_of(tidy(value), unit) == text


@pytest.mark.parametrize("value", [None, math.nan, math.inf, pd.NA, "12"])
def test_missing_is_a_dash(value: object) -> None:
    """What is missing or not finite has no value and shows as a dash, so that JSON never meets NaN."""
    assert number(value) == {"value": None, "text": NONE}


def test_interval_needs_both_ends() -> None:
    """An interval is kept only where both ends are known; win rates are rounded outwards."""
    assert "low" not in number(0.5, "rate", low=math.nan, high=0.9)
    assert number(0.5, "rate", low=0.419, high=0.871)["interval"] == "41% to 88%"


def test_six_digits_hide_the_last_bits() -> None:
    """Two machines whose sums differ in the last bits write the same number."""
    assert tidy(0.1 + 0.2) == tidy(0.3)


def test_bare_leaves_the_word_out_and_keeps_the_percent_sign() -> None:
    """In a table that names the unit once a row, only signs that belong to the number stay."""
    assert number(3.25, "grey levels", bare=True)["text"] == "3.25"
    assert number(0.5, "share of time", bare=True)["text"] == "50.0%"
