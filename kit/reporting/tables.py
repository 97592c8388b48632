"""Tables as plain data: what the page prints and what NAME.json holds."""

from collections.abc import Iterable, Sequence
from typing import NotRequired, TypedDict

from kit.reporting.numbers import Number

Cell = str | Number | None


class Column(TypedDict):
    """One column. `kind` is 'text', 'number' or 'code'; `help` is an id on the page that explains the heading."""

    key: str
    label: str
    kind: str
    help: NotRequired[str]


class Table(TypedDict):
    """A table: its caption, its columns and its rows, each row one cell for every column.

    The first cell of a row is its heading where `row_heads` holds; `row_help` names for each row the id on the page
    that explains it, '' for none; `row_groups` the heading that stands above a row, by the row's place as a text.
    """

    caption: str
    columns: list[Column]
    rows: list[list[Cell]]
    row_heads: bool
    row_help: NotRequired[list[str]]
    row_groups: NotRequired[dict[str, str]]


def column(key: str, label: str, kind: str = "text", *, help_id: str | None = None) -> Column:
    """One column of a table."""
    found: Column = {"key": key, "label": label, "kind": kind}
    if help_id:
        found["help"] = help_id
    return found


def table(
    caption: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, row_heads: bool = True
) -> Table:
    """A table whose rows all have one cell for every column."""
    listed = [list(row) for row in rows]
    wrong = [row for row in listed if len(row) != len(columns)]
    if wrong:
        raise ValueError(f"{len(wrong)} row(s) of {caption!r} do not have {len(columns)} cells: {wrong[0]!r}")
    return {"caption": caption, "columns": list(columns), "rows": listed, "row_heads": row_heads}
