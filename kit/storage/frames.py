"""The database's tables as tidy pandas frames, with the right columns and types even when they are empty."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Table, select

from kit.storage import schema
from kit.storage.records import unpack_series

if TYPE_CHECKING:
    from kit.suite import Suite


_TYPES = {"Integer": "int64", "Double": "float64", "Boolean": "bool"}
_FROM_TASK = ("queue_seconds", "processing_seconds", "cost_source")
# What a request that the kit sent has beside an imported one, which has no attempts.
FILMED = ("attempts", *_FROM_TASK)
_PROMPT_COLUMNS = [
    "prompt_id", "position", "text", "title", "stresses", "negative_prompt", "camera", "checks", "tags",
]  # fmt: skip


def _frame(
    connection: Connection, table: Table, columns: Sequence[str], order: Sequence[str]
) -> pd.DataFrame:
    query = select(*(table.c[name] for name in columns)).order_by(*(table.c[name] for name in order))
    frame = pd.DataFrame(connection.execute(query).all(), columns=list(columns), dtype=object)
    for name in columns:
        column = table.c[name]
        kind = _TYPES.get(type(column.type).__name__)
        if kind == "int64" and column.nullable:
            kind = "Int64"
        if kind is not None:
            frame[name] = frame[name].astype(kind)  # type: ignore[call-overload]
    return frame


def clips(connection: Connection) -> pd.DataFrame:
    """See `Study.clips`."""
    columns = [c.name for c in schema.clips.columns]
    return _frame(connection, schema.clips, columns, ["clip"])


def requests(connection: Connection) -> pd.DataFrame:
    """See `Study.requests`; `settings` and `extra` as dicts, and `FILMED` from the newest task of each."""
    columns = [c.name for c in schema.requests.columns if c.name != "position"]
    frame = _frame(connection, schema.requests, columns, ["position"])
    for name in ("settings", "extra"):
        frame[name] = frame[name].map(json.loads)
    table = schema.tasks
    query = select(table.c.request, *(table.c[name] for name in _FROM_TASK)).order_by(table.c.attempt)
    tasks = pd.DataFrame(connection.execute(query).all(), columns=["request", *_FROM_TASK], dtype=object)
    frame["attempts"] = frame["request"].map(tasks["request"].value_counts()).fillna(0).astype("int64")
    newest_task = tasks.drop_duplicates("request", keep="last").set_index("request")
    for name in _FROM_TASK:
        frame[name] = frame["request"].map(newest_task[name])
    return frame.astype(
        {"queue_seconds": "float64", "processing_seconds": "float64", "cost_source": "object"}
    )


def measurements(connection: Connection) -> pd.DataFrame:
    """See `Study.measurements`: the newest version of each metric on each clip."""
    columns = [c.name for c in schema.measurements.columns]
    frame = _frame(connection, schema.measurements, columns, ["clip", "metric", "version"])
    frame = frame.drop_duplicates(["clip", "metric"], keep="last", ignore_index=True)
    frame["events"] = frame["events"].map(json.loads)
    frame["series"] = frame["series"].map(lambda packed: None if packed is None else unpack_series(packed))
    return frame


def votes(connection: Connection, models: Sequence[str]) -> pd.DataFrame:
    """Every revision of every vote, `model_a` being the one that comes first in `models`."""
    columns = [c.name for c in schema.votes.columns if c.name != "id"]
    frame = _frame(connection, schema.votes, columns, [*schema.VOTE_KEY, "revision"])
    rank = {model: i for i, model in enumerate(models)}
    last = len(rank)
    turned = frame["model_a"].map(lambda m: rank.get(m, last)) > frame["model_b"].map(
        lambda m: rank.get(m, last)
    )
    first, second = frame["model_a"], frame["model_b"]
    frame["model_a"], frame["model_b"] = first.where(~turned, second), second.where(~turned, first)
    frame["choice"] = frame["choice"].where(~turned, frame["choice"].replace({"a": "b", "b": "a"}))
    return frame


def scores(connection: Connection) -> pd.DataFrame:
    """Every revision of every score."""
    columns = [c.name for c in schema.scores.columns if c.name != "id"]
    return _frame(connection, schema.scores, columns, [*schema.SCORE_KEY, "revision"])


def newest(history: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """The last revision of each row."""
    return (
        history.sort_values("revision", kind="stable")
        .drop_duplicates(list(key), keep="last")
        .sort_index()
        .reset_index(drop=True)
    )


def prompts(suite: "Suite | None", requests: pd.DataFrame) -> pd.DataFrame:
    """See `Study.prompts`: the suite's prompts, then those that only requests know."""
    rows: dict[str, dict[str, Any]] = {}
    for prompt in suite.prompts if suite else ():
        rows[prompt.id] = {
            "text": prompt.text,
            "title": prompt.title,
            "stresses": prompt.stresses,
            "negative_prompt": prompt.negative_prompt,
            "camera": list(prompt.camera),
            "checks": list(prompt.checks),
            "tags": list(prompt.tags),
        }
    for key, text in zip(requests["prompt_id"], requests["prompt"], strict=True):
        if key not in rows:
            empty: dict[str, Any] = {"camera": [], "checks": [], "tags": []}
            rows[key] = {"text": text, "title": "", "stresses": None, "negative_prompt": ""} | empty
        elif not rows[key]["text"]:
            rows[key]["text"] = text
    listed = [{"prompt_id": key, "position": i} | row for i, (key, row) in enumerate(rows.items())]
    return pd.DataFrame(listed, columns=_PROMPT_COLUMNS)


def records(frame: pd.DataFrame, *, drop: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The frame as plain values that JSON can say (missing values as None)."""
    plain = frame.drop(columns=list(drop))
    return [{str(key): _plain(value) for key, value in row.items()} for row in plain.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, list | dict | str):
        return value
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value
