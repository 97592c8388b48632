"""Numbers as the page shows them: a rounded value, the text for it, and where it comes from.

The page prints `text` and nothing else, and NAME.json keeps value and text side by side, so the two cannot differ.
"""

import math
from collections.abc import Callable
from typing import Any, NotRequired, TypedDict

from kit.wording import interval as share_interval
from kit.wording import percent

NARROW = "\u202f"  # narrow no-break space, between a number and its unit
MINUS = "\u2212"
TIMES = "\u00d7"
NONE = "\u2013"  # what an empty cell shows


class Number(TypedDict):
    """One number of the report. `low` and `high` bound its 95% interval; `n` counts what it rests on."""

    value: float | int | None
    text: str
    unit: NotRequired[str]
    low: NotRequired[float]
    high: NotRequired[float]
    interval: NotRequired[str]
    n: NotRequired[int]
    source: NotRequired[str]


def number(
    value: Any,
    unit: str = "",
    *,
    low: Any = None,
    high: Any = None,
    n: int | None = None,
    source: str | None = None,
    signed: bool = False,
    bare: bool = False,
) -> Number:
    """A number with its text. Missing, NaN and infinite values have the value None and a dash for a text.

    `bare` leaves a unit that is a word out of the text, for a table that says it once a row.
    """
    clean = tidy(value)
    found: Number = {"value": clean, "text": text_of(clean, unit, signed=signed, bare=bare)}
    if unit:
        found["unit"] = unit
    bottom, top = tidy(low), tidy(high)
    if bottom is not None and top is not None:
        found["low"], found["high"] = bottom, top
        found["interval"] = interval_text(bottom, top, unit, signed=signed, bare=bare)
    if n is not None:
        found["n"] = int(n)
    if source:
        found["source"] = source
    return found


def coefficient(
    value: Any,
    *,
    low: Any = None,
    high: Any = None,
    n: int | None = None,
    source: str | None = None,
    signed: bool = False,
) -> Number:
    """A correlation, an alpha, a kappa or a strength: a number without a unit, shown with two digits after the point."""
    found = number(value, low=low, high=high, n=n, source=source, signed=signed)
    if found["value"] is not None:
        found["text"] = _hundredths(float(value), signed=signed)
        if "interval" in found:
            ends = (_hundredths(float(end), signed=signed) for end in (low, high))
            found["interval"] = " to ".join(ends)
    return found


def share(
    hits: Any, trials: Any, *, low: Any = None, high: Any = None, source: str | None = None
) -> Number | None:
    """'11 of 18 (61%)' with the interval of the share; None for no trials."""
    if not trials or tidy(hits) is None:
        return None
    found = number(hits / trials, "rate", low=low, high=high, n=int(trials), source=source)
    found["text"] = f"{int(hits):,} of {int(trials):,} ({found['text']})"
    return found


def _hundredths(value: float, *, signed: bool) -> str:
    rounded = round(value, 2)
    if rounded == 0:
        return "0.00"
    return (MINUS if rounded < 0 else "+" if signed else "") + f"{abs(rounded):.2f}"


def tidy(value: Any) -> float | int | None:
    """A plain int, or a float rounded to six significant digits; None for what is missing or not finite.

    Six digits are more than any page shows, and few enough that two machines agree.
    """
    if value is None or isinstance(value, str):
        return None
    try:
        if value != value:  # noqa: PLR0124  NaN, pandas.NA raises instead
            return None
        as_float = float(value)
    except TypeError:
        return None
    if not math.isfinite(as_float):
        return None
    if isinstance(value, bool) or (as_float.is_integer() and abs(as_float) < 1e15):
        return int(as_float)
    return float(f"{as_float:.6g}")


def text_of(value: float | None, unit: str = "", *, signed: bool = False, bare: bool = False) -> str:
    """The number in words of the page, with its unit."""
    if value is None:
        return NONE
    sign = "+" if signed and value > 0 else (MINUS if value < 0 else "")
    size = abs(value)
    # These are part of how the number is written; any other unit is a word after it.
    write = _WRITERS.get(unit.partition(" ")[0])
    if write is not None:
        return sign + write(size)
    digits = sign + _digits(size, unit)
    return digits if bare or unit in {"", "count"} else f"{digits}{NARROW}{unit}"


def _digits(size: float, unit: str) -> str:
    if unit == "s" and size < 100:
        return f"{size:.2f}"
    return str(int(size)) if unit == "px" and float(size).is_integer() else _plain(size)


def interval_text(
    low: float, high: float, unit: str = "", *, signed: bool = False, bare: bool = False
) -> str:
    """'41% to 88%': from the lower to the upper bound; win rates are rounded outwards, as in the sentences."""
    if unit == "rate":
        return share_interval(low, high)
    return " to ".join(text_of(end, unit, signed=signed, bare=bare) for end in (low, high))


def _plain(size: float) -> str:
    if float(size).is_integer() and size < 1e9:
        return f"{int(size):,}"
    if size >= 1e9 or size < 1e-3:
        mantissa, exponent = f"{size:.2e}".split("e")
        return f"{mantissa}\u00d710{_superscript(int(exponent))}"
    digits = max(0, 2 - math.floor(math.log10(size)))
    return f"{size:,.{min(digits, 4)}f}"


def _superscript(exponent: int) -> str:
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _scaled(size: float, unit: str) -> str:
    for prefix, scale in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if size >= scale:
            return f"{_plain(size / scale)}{NARROW}{prefix}{unit}"
    return f"{_plain(size)}{NARROW}{unit}"


def _share(size: float) -> str:
    if float(size).is_integer():
        return f"{100 * size:.0f}%"
    # A small share is not nothing: below a tenth of a percent it keeps two digits.
    return f"{100 * size:.1f}%" if size >= 0.001 else f"{100 * size:.2g}%"


_WRITERS: dict[str, Callable[[float], str]] = {
    "rate": percent,  # of votes: rounded as in the sentences
    "share": _share,
    "usd": lambda size: f"${size:,.3f}" if 0 < size < 0.1 else f"${size:,.2f}",
    "bytes": lambda size: _scaled(size, "B"),
    "bit/s": lambda size: _scaled(size, "bit/s"),
}
