"""The database's tables as tidy pandas frames, with the right columns and types even when they are empty."""

import json
from collections.abc import Sequence
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, Table, and_, select, true

from kit import canonical
from kit.storage import schema
from kit.storage.records import unpack_series

if TYPE_CHECKING:
    from kit.suite import Prompt, Suite


_TYPES = {"Integer": "int64", "Double": "float64", "Boolean": "bool"}
_FROM_TASK = ("queue_seconds", "processing_seconds", "cost_source")
# What a request that the kit sent has beside an imported one, which has no attempts.
FILMED = ("attempts", *_FROM_TASK)
# What votes, answers to checks and scores say.
_SAID = ("choice", "answer", "score")
# What a judgement was about, of the item in the rater's queue.
_SHOWN = ("kind", "prompt_id", "take", "model_a", "model_b", "of_position", "degraded")
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


def checks(connection: Connection) -> pd.DataFrame:
    """Every revision of every answer to a check."""
    columns = [c.name for c in schema.check_answers.columns if c.name != "id"]
    return _frame(connection, schema.check_answers, columns, [*schema.CHECK_KEY, "revision"])


def judgements(connection: Connection, where: ColumnElement[bool] | None = None) -> pd.DataFrame:
    """See `Study.judgements`: the log, oldest first, each row with what the rater was shown."""
    log, items = schema.judgements, schema.rating_items
    own = [c for c in log.columns if c.name not in {"token", "result"}]
    shown = [items.c[name] for name in _SHOWN]
    place = ("rater", "rater_kind", "position")
    query = (
        select(*own, *shown)
        .outerjoin(items, and_(*(items.c[name] == log.c[name] for name in place)))
        .where(true() if where is None else where)
        .order_by(log.c.id)
    )
    names = [c.name for c in (*own, *shown)]
    frame = pd.DataFrame(connection.execute(query).all(), columns=names, dtype=object)
    whole = dict.fromkeys(("position", "plays", "undoes", "take", "of_position"), "Int64")
    return frame.astype({"id": "int64", "seconds": "float64", "through": "boolean"} | whole)


def newest(history: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """The last revision of each row, without those that were taken back."""
    last = history.sort_values("revision", kind="stable").drop_duplicates(list(key), keep="last").sort_index()
    said = last[next(name for name in _SAID if name in last)]
    last = last[(said != schema.WITHDRAWN) & (said != schema.NO_SCORE)]
    return last.reset_index(drop=True)


def prompts(suite: "Suite | None", added: "Sequence[Prompt]", requests: pd.DataFrame) -> pd.DataFrame:
    """See `Study.prompts`: the suite's prompts, then those that were added, then those that only requests know."""
    rows: dict[str, dict[str, Any]] = {}
    for prompt in chain(suite.prompts if suite else (), added):
        if prompt.id in rows:
            continue  # the suite has been given this id since
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


def pairs(requests: pd.DataFrame, models: Sequence[str], prompt_ids: Sequence[str]) -> pd.DataFrame:
    """See `Study.pairs`."""
    filmed = requests.dropna(subset=["clip"])
    order = {model: i for i, model in enumerate(models)}
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for row in filmed[["prompt_id", "take", "settings", "prompt", "model", "clip"]].itertuples(index=False):
        groups.setdefault((row.prompt_id, row.take, canonical.canonical(row.settings)), []).append(row)
    rows: list[tuple[Any, ...]] = [
        (prompt_id, a.prompt, take, a.model, b.model, a.clip, b.clip)
        for (prompt_id, take, _), members in groups.items()
        for a, b in combinations(sorted(members, key=lambda row: order[row.model]), 2)
    ]
    columns = ["prompt_id", "prompt", "take", "model_a", "model_b", "clip_a", "clip_b"]
    place = {p: i for i, p in enumerate(prompt_ids)}
    rows.sort(key=lambda r: (place[r[0]], r[2]))
    return pd.DataFrame(rows, columns=columns).astype({"take": "int64"})


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
