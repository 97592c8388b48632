"""Votes, scores and measurements as tables: CSV for people, Parquet for programs."""

import csv
import io
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from kit.ballots import SCORE_COLUMNS, VOTE_COLUMNS, write_scores, write_votes
from kit.errors import MissingExtra

if TYPE_CHECKING:
    from kit.study import Study

MEASUREMENT_COLUMNS = {
    "prompt_id": "object",
    "model": "object",
    "take": "int64",
    "clip": "object",
    "metric": "object",
    "version": "int64",
    "value": "float64",
    "unit": "object",
    "text": "object",
    "events": "object",
}
_KINDS = {"take": "int64", "seconds": "float64", "score": "float64"}  # of votes and scores; all else is text
# What Excel, LibreOffice and Google Sheets take for the beginning of a formula (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Files = tuple[dict[str, tuple[bytes, int]], list[str]]


def measurements(study: "Study") -> pd.DataFrame:
    """One row a request with a clip and metric, with MEASUREMENT_COLUMNS, in the order of requests and metrics.

    `value` is NaN where a metric has no number, `text` what it says in words, `events` the spans it found as
    a JSON list of [start, end] in seconds. A metric's course over time is left out: it is one number a frame.
    """
    requests = study.requests[["prompt_id", "model", "take", "clip"]]
    place = {p: i for i, p in enumerate(study.prompts["prompt_id"])}
    order = {m: i for i, m in enumerate(study.models)}
    frame = requests.dropna(subset=["clip"]).merge(study.measurements, on="clip", how="inner")
    frame["events"] = frame["events"].map(
        lambda e: json.dumps(e, sort_keys=True, ensure_ascii=False) if e else ""
    )
    frame = frame.assign(_p=frame["prompt_id"].map(place), _m=frame["model"].map(order))
    frame = frame.sort_values(["_p", "take", "_m", "metric", "clip"], kind="stable", ignore_index=True)
    return _typed(frame, MEASUREMENT_COLUMNS)


def as_csv(study: "Study", *, spreadsheet: bool) -> Files:
    """The three tables as CSV in UTF-8 with line feeds; see `kit.exporting.export`."""
    with tempfile.TemporaryDirectory() as folder:
        votes, scores = Path(folder) / "votes.csv", Path(folder) / "scores.csv"
        write_votes(study.votes, votes)
        write_scores(study.scores, scores)
        texts = {p.name: p.read_bytes().decode() for p in (votes, scores)}
    measured = measurements(study)
    texts["measurements.csv"] = measured.to_csv(index=False, lineterminator="\n")
    found, notes, risky = {}, [], 0
    for name, text in texts.items():
        rows = list(csv.reader(io.StringIO(text, newline="")))
        numbers = {
            i for i, column in enumerate(rows[0]) if column in _KINDS or column in {"value", "version"}
        }
        cells = sum(_is_formula(cell) for row in rows for i, cell in enumerate(row) if i not in numbers)
        risky += cells
        if cells and spreadsheet:
            text = _made_safe(rows, numbers)  # noqa: PLW2901
        found[name] = (text.encode(), len(rows) - 1)
    if risky:
        begin = f"{risky} cell{' begins' if risky == 1 else 's begin'} with = + - @, as a formula does: "
        notes.append(
            f"{begin}an apostrophe stands before {'it' if risky == 1 else 'each'} now, and such a file is not for importing"
            if spreadsheet
            else f"{begin}a spreadsheet may run them. Import the file there as text, or export with --spreadsheet"
        )
    return found, notes


def as_parquet(study: "Study") -> Files:
    """The three tables as Parquet (Snappy), columns typed: text, 64-bit whole numbers and floats.

    Written by fastparquet, which is a few MB; pyarrow, DuckDB, polars and pandas read the files. Raises MissingExtra.
    """
    try:
        import fastparquet
    except ImportError:
        raise MissingExtra("fastparquet", "parquet", "writing Parquet files") from None
    frames = {
        "votes.parquet": _typed(study.votes, {name: _KINDS.get(name, "object") for name in VOTE_COLUMNS}),
        "scores.parquet": _typed(study.scores, {name: _KINDS.get(name, "object") for name in SCORE_COLUMNS}),
        "measurements.parquet": measurements(study),
    }
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, frame in frames.items():
            path = Path(folder) / name
            texts = {column: "utf8" for column in frame if frame[column].dtype == object}
            fastparquet.write(
                str(path),
                frame,
                compression="SNAPPY",
                write_index=False,
                object_encoding=texts,
                has_nulls=True,
            )
            found[name] = (path.read_bytes(), len(frame))
    return found, []


def _typed(frame: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    # Column names come from the database's tables, where they are texts of a kind of their own.
    kinds: Mapping[Any, Any] = columns
    return frame[list(columns)].set_axis(list(columns), axis=1).astype(kinds).reset_index(drop=True)


def _is_formula(cell: str) -> bool:
    return cell.startswith(_FORMULA)


def _made_safe(rows: Sequence[Sequence[str]], numbers: set[int]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for row in rows:
        writer.writerow(
            f"'{cell}" if i not in numbers and _is_formula(cell) else cell for i, cell in enumerate(row)
        )
    return out.getvalue()
