"""Values as people type them: each reader returns the value or raises ValueError with the problem in words.

They serve cells of CSV files and fields of forms alike, so that the same name is refused for the same reason anywhere.
"""

import difflib
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from kit.errors import Fault

TEXT_LIMIT = 20_000
NAME_LIMIT = 120
ID_PATTERN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}")

# What no text needs and a page, a terminal or a database may trip over: C0 and C1 controls but tab and line ends,
# and lone surrogates, which cannot be written as UTF-8. A name stands on one line, so it has no line ends either.
NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
NOT_NAME = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_WHOLE = re.compile(r"[+-]?[0-9]+(\.0*)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)

T = TypeVar("T")
D = TypeVar("D")


def show(value: object, limit: int = 60) -> str:
    """A value as it may stand in a message: quoted, control characters escaped, cut at `limit` characters."""
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 4] + "..." + text[-1]


def nearest(name: str, known: Iterable[str], *, ask: str = "did you mean") -> str:
    """' (did you mean 'x'?)' for the known name most like `name`, or ''. Case, '-' and ' ' do not count."""
    plain = {_plain(k): k for k in sorted(known, reverse=True)}
    close = difflib.get_close_matches(_plain(name), list(plain), n=1, cutoff=0.6)
    return f" ({ask} {show(plain[close[0]])}?)" if close else ""


def _plain(name: str) -> str:
    return name.strip().casefold().replace("-", "_").replace(" ", "_")


def one_of(value: str, known: Sequence[str], what: str) -> str:
    """`value` if it is one of the known words."""
    if value in known:
        return value
    listed = ", ".join(known) if len(known) <= 20 else f"{', '.join(known[:20])} and {len(known) - 20} more"
    raise ValueError(f"unknown {what} {show(value)}{nearest(value, known)}; known: {listed}")


def name_cell(value: str, *, limit: int = NAME_LIMIT) -> str:
    """A name on one line (model, rater), without the white space around it; not empty, at most `limit` characters."""
    value = value.strip()
    if not value:
        raise ValueError("it is empty; fill it in")
    if len(value) > limit:
        raise ValueError(f"{len(value):,} characters, at most {limit:,} are allowed; shorten it")
    if bad := NOT_NAME.search(value):
        raise ValueError(
            f"it has the control character {bad.group()!r} at position {bad.start() + 1}; take it out"
        )
    return value


def id_cell(value: str) -> str:
    """An id: 1-80 of A-Z a-z 0-9 . _ -, not beginning with a dot, so that it can name a file or an anchor."""
    value = value.strip()
    if not ID_PATTERN.fullmatch(value):
        raise ValueError(
            f"{show(value)} is no id: 1 to 80 of the characters A-Z a-z 0-9 . _ -, not beginning with a dot"
        )
    return value


def text_cell(value: str, *, limit: int = TEXT_LIMIT) -> str:
    """Free text, exactly as it stands: any language, several lines, at most `limit` characters, no control characters."""
    if len(value) > limit:
        raise ValueError(f"{len(value):,} characters, at most {limit:,} are allowed; shorten it")
    if bad := NOT_TEXT.search(value):
        raise ValueError(
            f"it has the control character {bad.group()!r} at position {bad.start() + 1}; take it out"
        )
    return value


def whole_cell(value: str, *, low: int, high: int) -> int:
    """A whole number from `low` to `high`; '3.0' counts as whole, since spreadsheets write it so."""
    value = value.strip()
    if _WHOLE.fullmatch(value) and len(value) < 32 and low <= int(value.split(".")[0]) <= high:
        return int(value.split(".")[0])
    raise ValueError(f"{show(value)} is not a whole number from {low:,} to {high:,}")


def amount_cell(value: str, *, high: float = 1e9) -> float:
    """A number from 0 to `high`, with a decimal point; not NaN, not infinite."""
    value = value.strip()
    if _NUMBER.fullmatch(value):
        number = float(value)
        if math.isfinite(number) and 0 <= number <= high:
            return abs(number)
    comma = "; write the decimals with a point" if re.fullmatch(r"[0-9]+,[0-9]+", value) else ""
    raise ValueError(f"{show(value)} is not a number from 0 to {high:,.0f}{comma}")


class Cells:
    """The cells of one row being read: collects a fault for each that is wrong, and goes on."""

    def __init__(self, where: str, line: int, values: Mapping[str, object], faults: list[Fault]) -> None:
        self._where, self._line, self._values, self._faults = where, line, values, faults

    def raw(self, column: str) -> str:
        """The cell as written, '' if there is no such column."""
        return str(self._values.get(column, ""))

    def fault(self, problem: str, column: str | None) -> None:
        """Note that the cell is wrong."""
        self._faults.append(Fault(self._where, problem, self._line, column))

    def read(self, column: str, reader: Callable[[str], T], default: D) -> T | D:
        """The cell through `reader`; `default` if that refuses it."""
        try:
            return reader(self.raw(column))
        except ValueError as bad:
            self.fault(str(bad), column)
            return default

    def maybe(self, column: str, reader: Callable[[str], T]) -> T | None:
        """The cell through `reader`; None if it is blank or refused."""
        return self.read(column, reader, None) if self.raw(column).strip() else None
