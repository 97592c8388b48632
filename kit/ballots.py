"""Votes and scores as files: who preferred which clip, who gave how many points.

Both are CSV. Reading checks the form of every cell; `check_votes` and `check_scores` check that a study has what the
rows speak of. Unknown columns are ignored, with a note each. Names are read without the white space around them, notes
exactly as written.
"""

import csv
import io
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

import pandas as pd

from kit.cells import Cells, amount_cell, id_cell, name_cell, nearest, one_of, show, text_cell, whole_cell
from kit.errors import BadInput, BadScores, BadVotes, Fault
from kit.reading import Table, read_table

CHOICES = ("a", "b", "tie", "both_good", "both_bad")
RATER_KINDS = ("person", "judge", "simulated")
LOWEST, HIGHEST = 1, 5
TAKE_LIMIT = 1_000_000
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}){0,2}Z", re.ASCII)

_VOTE_REQUIRED = ("prompt_id", "model_a", "model_b", "dimension", "choice", "rater")
VOTE_COLUMNS = (
    *("prompt_id", "model_a", "model_b", "take", "dimension", "choice", "rater"),
    *("rater_kind", "left_model", "seconds", "note", "created_at"),
)
_SCORE_REQUIRED = ("prompt_id", "model", "dimension", "score", "rater")
SCORE_COLUMNS = (
    "prompt_id",
    "model",
    "take",
    "dimension",
    "score",
    "rater",
    "rater_kind",
    "note",
    "created_at",
)


@dataclass(frozen=True)
class VoteRow:
    """One choice between two clips: 'a' means that model_a's is better. `seconds` is how long the rater took."""

    line: int
    prompt_id: str
    model_a: str
    model_b: str
    take: int
    dimension: str
    choice: str
    rater: str
    rater_kind: str
    left_model: str | None
    seconds: float | None
    note: str | None
    created_at: str | None


@dataclass(frozen=True)
class ScoreRow:
    """Whole points from 1 to 5 for one clip on one dimension."""

    line: int
    prompt_id: str
    model: str
    take: int
    dimension: str
    score: int
    rater: str
    rater_kind: str
    note: str | None
    created_at: str | None


R = TypeVar("R", VoteRow, ScoreRow)


@dataclass(frozen=True)
class Ballots(Generic[R]):
    """The rows of a file in its order; iterating goes through them. `notes` are remarks for the user."""

    rows: tuple[R, ...]
    notes: tuple[str, ...]

    def __iter__(self) -> Iterator[R]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def read_votes(path: Path | str, *, dimensions: Sequence[str]) -> Ballots[VoteRow]:
    """Read votes; `dimensions` are the ids of the rubric. Raises BadVotes with every fault."""
    table, faults = _table(path, _VOTE_REQUIRED, VOTE_COLUMNS, BadVotes)
    rows = []
    for row in table.rows:
        cells = Cells(table.where, row.line, row.values, faults)
        model_a, model_b = cells.read("model_a", name_cell, ""), cells.read("model_b", name_cell, "")
        if model_a and model_a == model_b:
            cells.fault(
                f"model_a and model_b are both {show(model_a)}; a vote is between two models", "model_b"
            )
        left = cells.maybe("left_model", name_cell)
        if left is not None and model_a and model_b and left not in (model_a, model_b):
            hint = nearest(left, [model_a, model_b])
            cells.fault(f"{show(left)} is neither model_a nor model_b{hint}; name one of them", "left_model")
        rows.append(
            VoteRow(
                line=row.line,
                prompt_id=cells.read("prompt_id", id_cell, ""),
                model_a=model_a,
                model_b=model_b,
                take=_take(cells),
                dimension=cells.read("dimension", lambda v: one_of(v.strip(), dimensions, "dimension"), ""),
                choice=cells.read("choice", lambda v: one_of(v.strip(), CHOICES, "choice"), ""),
                rater=cells.read("rater", name_cell, ""),
                rater_kind=_rater_kind(cells),
                left_model=left,
                seconds=cells.maybe("seconds", amount_cell),
                note=_note(cells),
                created_at=cells.maybe("created_at", utc_cell),
            )
        )
    keys = (
        (row, (row.prompt_id, *sorted((row.model_a, row.model_b)), row.take, row.dimension, row.rater))
        for row in rows
    )
    faults += _twice(keys, table.where, "this rater's vote on this pair and dimension")
    _raise_sorted(faults, BadVotes)
    return Ballots(tuple(rows), table.notes)


def read_scores(path: Path | str, *, dimensions: Sequence[str]) -> Ballots[ScoreRow]:
    """Read scores; `dimensions` are the ids of the rubric. Raises BadScores with every fault."""
    table, faults = _table(path, _SCORE_REQUIRED, SCORE_COLUMNS, BadScores)
    rows = []
    for row in table.rows:
        cells = Cells(table.where, row.line, row.values, faults)
        rows.append(
            ScoreRow(
                line=row.line,
                prompt_id=cells.read("prompt_id", id_cell, ""),
                model=cells.read("model", name_cell, ""),
                take=_take(cells),
                dimension=cells.read("dimension", lambda v: one_of(v.strip(), dimensions, "dimension"), ""),
                score=cells.read("score", lambda v: whole_cell(v, low=LOWEST, high=HIGHEST), 0),
                rater=cells.read("rater", name_cell, ""),
                rater_kind=_rater_kind(cells),
                note=_note(cells),
                created_at=cells.maybe("created_at", utc_cell),
            )
        )
    keys = ((row, (row.prompt_id, row.model, row.take, row.dimension, row.rater)) for row in rows)
    faults += _twice(keys, table.where, "this rater's score of this clip and dimension")
    _raise_sorted(faults, BadScores)
    return Ballots(tuple(rows), table.notes)


def check_votes(
    rows: Iterable[VoteRow],
    *,
    prompts: Collection[str],
    models: Sequence[str],
    requests: Collection[tuple[str, str, int]],
    where: str = "votes",
) -> list[Fault]:
    """A fault for each vote on something that the study does not have.

    `prompts` are its prompt ids, `models` its models, `requests` the (prompt_id, model, take) of which it has a clip.
    """
    sides = [(row, (("model_a", row.model_a), ("model_b", row.model_b))) for row in rows]
    return _check(sides, prompts, models, requests, where)


def check_scores(
    rows: Iterable[ScoreRow],
    *,
    prompts: Collection[str],
    models: Sequence[str],
    requests: Collection[tuple[str, str, int]],
    where: str = "scores",
) -> list[Fault]:
    """A fault for each score of something that the study does not have; arguments as for `check_votes`."""
    return _check([(row, (("model", row.model),)) for row in rows], prompts, models, requests, where)


def write_votes(frame: pd.DataFrame, path: Path | str) -> int:
    """Write votes (the columns of `study.votes`, others ignored) as CSV that `read_votes` gives back exactly; how many.

    UTF-8, line feeds, sorted by prompt, models, take, dimension and rater. Texts are written as they are: a note that
    begins with = + - or @ is data here, but a spreadsheet which opens the file may take it for a formula. Import it
    there as text rather than opening it.
    """
    return _write(frame, Path(path), _VOTE_REQUIRED, VOTE_COLUMNS)


def write_scores(frame: pd.DataFrame, path: Path | str) -> int:
    """Write scores (the columns of `study.scores`, others ignored); everything else as in `write_votes`."""
    return _write(frame, Path(path), _SCORE_REQUIRED, SCORE_COLUMNS)


def utc_cell(value: str) -> str:
    """A moment in ISO 8601 with its zone, as ISO 8601 in UTC ending in Z. ValueError if it is none.

    One in that form already stays as it is written, so that what the kit wrote reads back the same.
    """
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        raise ValueError(
            f"{show(value)} is no moment in ISO 8601; write it like 2025-01-31T14:05:00Z"
        ) from None
    if moment.tzinfo is None:
        raise ValueError(f"{show(value)} has no time zone; add Z for UTC, or the offset, e.g. +02:00")
    if _UTC.fullmatch(value.strip()):
        return value.strip()
    try:
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:
        raise ValueError(f"{show(value)} is out of range") from None


def _table(
    path: Path | str, required: Sequence[str], columns: Sequence[str], error: type[BadInput]
) -> tuple[Table, list[Fault]]:
    optional = [name for name in columns if name not in required]
    table = read_table(path, required=required, optional=optional, error=error)
    return table, list(table.faults)


def _take(cells: Cells) -> int:
    """The take, 1 if none is stated, 0 if what is stated was refused."""
    if not cells.raw("take").strip():
        return 1
    return cells.read("take", lambda value: whole_cell(value, low=1, high=TAKE_LIMIT), 0)


def _note(cells: Cells) -> str | None:
    return cells.read("note", text_cell, None) if cells.raw("note") else None


def _rater_kind(cells: Cells) -> str:
    return cells.maybe("rater_kind", lambda v: one_of(v.strip(), RATER_KINDS, "kind of rater")) or "person"


def _raise_sorted(faults: list[Fault], error: type[BadInput]) -> None:
    if faults:
        raise error(sorted(faults, key=lambda fault: fault.line or 0))


def _twice(
    keys: Iterable[tuple[VoteRow | ScoreRow, tuple[object, ...]]], where: str, what: str
) -> list[Fault]:
    first: dict[tuple[object, ...], int] = {}
    faults = []
    for row, key in keys:
        # A cell that was refused reads as '' or 0: what cannot be compared is not called equal.
        if all(key) and first.setdefault(key, row.line) != row.line:
            faults.append(
                Fault(
                    where, f"{what} is already in line {first[key]}; keep one of the two", row.line, "rater"
                )
            )
    return faults


def _check(
    sides: Iterable[tuple[VoteRow | ScoreRow, Sequence[tuple[str, str]]]],
    prompts: Collection[str],
    models: Sequence[str],
    requests: Collection[tuple[str, str, int]],
    where: str,
) -> list[Fault]:
    prompt_ids = list(prompts)
    known_prompts, known_models, known_requests = set(prompt_ids), set(models), set(requests)
    takes_of: dict[tuple[str, str], list[int]] = {}
    for prompt_id, model, take in sorted(known_requests):
        takes_of.setdefault((prompt_id, model), []).append(take)
    faults = []
    for row, named in sides:
        if row.prompt_id not in known_prompts:
            problem = f"the study has no prompt {show(row.prompt_id)}{nearest(row.prompt_id, prompt_ids)}"
            faults.append(Fault(where, problem, row.line, "prompt_id"))
        for column, model in named:
            if model not in known_models:
                hint = nearest(model, models)
                problem = f"the study has no model {show(model)}{hint}; it has: {', '.join(map(show, models)) or 'none'}"
                faults.append(Fault(where, problem, row.line, column))
            elif row.prompt_id in known_prompts and (row.prompt_id, model, row.take) not in known_requests:
                takes = takes_of.get((row.prompt_id, model), [])
                has = f"take {', '.join(map(str, takes[:10]))}" if takes else "no take of it"
                problem = (
                    f"the study has no clip of {show(row.prompt_id)} by {show(model)}, take {row.take} "
                    f"(there is {has}); import the clip first or correct the row"
                )
                faults.append(Fault(where, problem, row.line, "take" if takes else column))
    return faults


def _write(frame: pd.DataFrame, path: Path, required: Sequence[str], columns: Sequence[str]) -> int:
    missing = [name for name in required if name not in frame.columns]
    if missing:
        raise ValueError(f"the frame has no column {', '.join(missing)}")
    records: Sequence[Mapping[Any, Any]] = frame.to_dict("records")
    lines = [[_cell(record.get(name)) for name in columns] for record in records]
    takes = columns.index("take")
    lines.sort(key=lambda cells: [*cells[:takes], cells[takes].rjust(9), *cells[takes:]])
    out = io.StringIO(newline="")
    # A lone carriage return would end the row for a reader, and csv leaves it unquoted: quote all cells with one.
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    for cells in [list(columns), *lines]:
        quoting = (
            csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL) if _has_return(cells) else writer
        )
        quoting.writerow(cells)
    encoded = out.getvalue().encode()
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(encoded)
    os.replace(temporary, path)  # noqa: PTH105 (atomic: a reader sees the old file or the new one, never half)
    return len(lines)


def _has_return(cells: Iterable[str]) -> bool:
    return any("\r" in cell for cell in cells)


def _cell(value: Any) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):  # noqa: PLR0124 (NaN)
        return ""
    if isinstance(value, float):
        return repr(float(value))
    return str(value)
