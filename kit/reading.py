"""Strict readers for the files that people exchange: text, CSV and JSONL.

A reader finds every fault of a file before it refuses the file, and says for each where it stands. Faults that
make the rest unreadable (no such file, wrong encoding, no usable header) end the reading at once.

CSV is RFC 4180 with a header line: commas, double quotes, UTF-8 with or without a byte order mark, any line ends.
"""

import csv
import io
import json
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from kit.cells import NOT_NAME, nearest, show
from kit.errors import BadInput, Fault

SIZE_LIMIT = 64 * 1024 * 1024

_NEWLINE = re.compile(rb"\r\n|\r|\n")
_SPREADSHEETS = {
    b"PK\x03\x04": "a zip archive or a spreadsheet workbook",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
}
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class Row:
    """One record: `line` counts from 1 as an editor shows it; `values` by known column; `extra` the others."""

    line: int
    values: Mapping[str, Any]
    extra: Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """What a file of records holds: sound rows, its columns, faults of its structure, and remarks for the user."""

    where: str
    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


def read_text(path: Path | str, *, error: type[BadInput], size_limit: int = SIZE_LIMIT) -> str:
    """The text of a UTF-8 file, without its byte order mark; line ends as they are.

    Raises `error` with one fault if the file is missing, no plain file, unreadable, empty, larger than
    `size_limit` bytes, or not UTF-8 text.
    """
    where = str(path)

    def refuse(problem: str, line: int | None = None) -> NoReturn:
        raise error([Fault(where, problem, line)])

    data = _read_bytes(Path(path), refuse, size_limit)
    for magic, what in _SPREADSHEETS.items():
        if data.startswith(magic):
            refuse(f"this is {what}, not text; export it as 'CSV UTF-8' and give that file")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        refuse("the file is UTF-16; save it as UTF-8 (in a spreadsheet: 'CSV UTF-8')")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        refuse("the file is empty")
    zero = data.find(b"\0")
    if zero >= 0:
        refuse(f"there is a NUL byte at offset {zero}: this is not a text file", _line_at(data, zero))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as bad:
        byte = data[bad.start]
        guess = bytes([byte]).decode("cp1252", errors="ignore")
        meant = f" (in Windows-1252 it would be {guess!r})" if guess.isprintable() and guess else ""
        refuse(
            f"byte 0x{byte:02X} at offset {bad.start} is not UTF-8{meant}; save the file as UTF-8 and try again",
            _line_at(data, bad.start),
        )


def read_rows(
    path: Path | str, *, required: Sequence[str], optional: Sequence[str], error: type[BadInput]
) -> list[Row]:
    """The records of a CSV or JSONL file; raises `error` with every fault of its structure."""
    table = read_table(path, required=required, optional=optional, error=error)
    if table.faults:
        raise error(table.faults)
    return list(table.rows)


def read_table(
    path: Path | str,
    *,
    required: Sequence[str],
    optional: Sequence[str],
    error: type[BadInput],
    unknown: str = "ignored",
) -> Table:
    """Read CSV, or JSONL if the name ends in .jsonl or .ndjson, for a caller that goes on to check the values.

    CSV values are strings, exactly as written; JSONL values are what JSON gives. Unknown columns are not faults:
    they come back in `Row.extra`, with a note each which says that the column is `unknown` ('ignored', 'kept').
    Raises `error` where no rows can be told apart at all; other faults come back in the table.
    """
    text = read_text(path, error=error)
    if Path(path).suffix.lower() in {".jsonl", ".ndjson"}:
        return _jsonl_table(text, str(path), required, optional, unknown=unknown)
    return _csv_table(text, str(path), required, optional, error=error, unknown=unknown)


def _read_bytes(path: Path, refuse: Callable[[str], NoReturn], size_limit: int) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            refuse("this is a directory, a file was expected; give the path of the file in it")
        if not stat.S_ISREG(status.st_mode):
            refuse("this is not a plain file; copy its contents to one and give that")
        if status.st_size > size_limit:
            refuse(f"the file has {status.st_size:,} bytes, the limit is {size_limit:,}; split it")
        return path.read_bytes()
    except FileNotFoundError:
        refuse(f"there is no such file{nearest(path.name, _names_in(path.parent))}; check the path")
    except ValueError:
        refuse("the path has a NUL character in it; check the path")
    except OSError as bad:
        refuse(
            f"the file cannot be read ({os.strerror(bad.errno) if bad.errno else bad}); check path and permissions"
        )


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))[:10_000]  # noqa: PTH208 (names are wanted, not paths)
    except OSError:
        return []


def _line_at(data: bytes, offset: int) -> int:
    return len(_NEWLINE.findall(data[:offset])) + 1


# CSV


def _csv_records(text: str, where: str) -> Iterator[tuple[int, list[str]] | Fault]:
    """Each record with the line on which it begins. Ends with a fault where quoting goes wrong."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as bad:
            if "unexpected end" in str(bad):
                problem = "a quoted field begins in this row and never ends; close it with a double quote"
            elif "field limit" in str(bad):
                problem = "a field is longer than 131,072 characters; is a double quote missing?"
            else:
                problem = f"the quoting is wrong ({bad}); write a double quote inside a quoted field twice"
            yield Fault(where, f"{problem} (what follows was not read)", line)
            return
        if any(cells):
            yield line, cells


def _csv_table(
    text: str,
    where: str,
    required: Sequence[str],
    optional: Sequence[str],
    *,
    error: type[BadInput],
    unknown: str,
) -> Table:
    records = _csv_records(text, where)
    first = next(records, None)
    if first is None:
        raise error([Fault(where, "the file is empty", 1)])
    if isinstance(first, Fault):
        raise error([first])
    header_line, header = first[0], [name.strip() for name in first[1]]
    faults = _header_faults(where, header_line, header, required, optional)
    if faults:
        raise error(faults)
    known = {*required, *optional}
    rows: list[Row] = []
    found: list[Fault] = []
    for record in records:
        if isinstance(record, Fault):
            found.append(record)
            continue
        line, cells = record
        if len(cells) != len(header):
            many = "more" if len(cells) > len(header) else "fewer"
            advice = (
                "a text with a comma in it needs double quotes"
                if len(cells) > len(header)
                else "fill the row up"
            )
            found.append(
                Fault(where, f"{len(cells)} fields, {many} than the header's {len(header)}; {advice}", line)
            )
            continue
        pairs = list(zip(header, cells, strict=True))
        rows.append(
            Row(line, {k: v for k, v in pairs if k in known}, {k: v for k, v in pairs if k not in known})
        )
    if not rows and not found:
        found.append(Fault(where, "there is a header but no row; add at least one", header_line))
    notes = _unknown_notes(
        [n for n in header if n not in known], [n for n in (*required, *optional) if n not in header], unknown
    )
    return Table(where, tuple(rows), tuple(header), tuple(found), tuple(notes))


def _header_faults(
    where: str, line: int, header: list[str], required: Sequence[str], optional: Sequence[str]
) -> list[Fault]:
    known = {*required, *optional}
    missing = [name for name in required if name not in header]
    if missing:
        for mark, word in _SEPARATORS.items():
            split = [part.strip().strip('"') for name in header for part in name.split(mark)]
            if len(known & set(split)) > max(1, len(known & set(header))):
                return [
                    Fault(
                        where,
                        f"the columns are separated by {word}, commas are expected; save it with commas",
                        line,
                    )
                ]
    faults = []
    strangers = [name for name in header if name and name not in known]
    for name in missing:
        seen = ", ".join(map(show, header[:20])) or "none"
        problem = (
            f"the column {name!r} is missing{nearest(name, strangers, ask='is it')}; the columns are: {seen}"
        )
        faults.append(Fault(where, problem, line, name))
    for position, name in enumerate(header, start=1):
        if not name:
            faults.append(
                Fault(where, "a column has no name; name it or take it out", line, f"column {position}")
            )
        elif NOT_NAME.search(name):
            faults.append(
                Fault(
                    where, f"the column name {show(name)} has a control character", line, f"column {position}"
                )
            )
        elif name in header[: position - 1]:
            faults.append(
                Fault(where, f"the column {show(name)} is there twice; rename or remove one", line, name)
            )
    return faults


def _unknown_notes(strangers: Iterable[str], absent: Sequence[str], unknown: str) -> list[str]:
    return [
        f"the column {show(name)} is not known and is {unknown}{nearest(name, absent)}" for name in strangers
    ]


# JSONL


def parse_json(text: str) -> Any:
    """`json.loads`, but strict: refuses repeated keys and NaN/Infinity. Raises ValueError with a readable reason."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise ValueError(f"the key {show(twice)} is there twice")
        return result

    def refuse(word: str) -> NoReturn:
        raise ValueError(f"{word} is not a JSON number")

    try:
        return json.loads(text, object_pairs_hook=unique, parse_constant=refuse)
    except json.JSONDecodeError as bad:
        raise ValueError(f"not JSON: {bad.msg} at line {bad.lineno}, character {bad.colno}") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def jsonl_objects(text: str, where: str) -> tuple[list[tuple[int, dict[str, Any]]], list[Fault]]:
    """The objects of JSONL text, each with its line, and a fault for each line that is none."""
    objects: list[tuple[int, dict[str, Any]]] = []
    faults: list[Fault] = []
    # Not str.splitlines: that also splits at U+2028 and its like, which may stand inside a JSON string.
    for line, content in enumerate(io.StringIO(text, newline=None), start=1):
        if not content.strip():
            continue
        try:
            value = parse_json(content)
        except ValueError as bad:
            faults.append(Fault(where, re.sub(r" at line 1,", " at", str(bad)), line))
            continue
        if isinstance(value, dict):
            objects.append((line, value))
        else:
            faults.append(Fault(where, f"an object {{...}} was expected, found {show(value)}", line))
    return objects, faults


def _jsonl_table(
    text: str,
    where: str,
    required: Sequence[str],
    optional: Sequence[str],
    *,
    unknown: str,
) -> Table:
    objects, faults = jsonl_objects(text, where)
    known = (*required, *optional)
    rows: list[Row] = []
    columns: dict[str, None] = {}
    for line, value in objects:
        columns.update(dict.fromkeys(value))
        strangers = [key for key in value if key not in known]
        for name in required:
            if name not in value:
                faults.append(
                    Fault(where, f"{name!r} is missing{nearest(name, strangers, ask='is it')}", line, name)
                )
        rows.append(
            Row(line, {k: v for k, v in value.items() if k in known}, {k: value[k] for k in strangers})
        )
    strangers = [name for name in columns if name not in known]
    notes = _unknown_notes(strangers, [name for name in known if name not in columns], unknown)
    faults.sort(key=lambda fault: fault.line or 0)
    return Table(where, tuple(rows), tuple(columns), tuple(faults), tuple(notes))
