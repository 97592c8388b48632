"""Rows into the database: what is new, what is there already, what is a new revision of something there."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, Table, and_, delete, func, insert, inspect, select, update

from kit import canonical
from kit.errors import StudyError
from kit.storage import schema

if TYPE_CHECKING:
    from kit.metrics.base import Measurement
    from kit.storage.database import Database


class Stored(NamedTuple):
    """How many of the rows given were new, how many changed one that was there, how many were there already."""

    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True)
class NewClip:
    """A clip's row; see `Study.clips` for the meaning of each field."""

    clip: str
    suffix: str
    bytes: int
    container: str
    codec: str
    pix_fmt: str | None
    width: int
    height: int
    fps: float | None
    frames: int | None
    seconds: float | None
    has_audio: bool
    browser_plays: bool
    sandbox: bool


@dataclass(frozen=True)
class NewRequest:
    """A request and, where it is done, its clip."""

    prompt_id: str
    prompt: str
    model: str
    take: int
    provider: str
    clip: str | None
    settings: Mapping[str, Any] = field(default_factory=dict)
    state: str = "done"
    seconds: float | None = None
    cost_usd: float | None = None
    camera_motion: str | None = None
    notes: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def request(self) -> str:
        """The request's name: the SHA-256 of its canonical JSON."""
        keys = ("prompt_id", "prompt", "model", "take", "provider")
        return canonical.digest({key: getattr(self, key) for key in keys} | {"settings": dict(self.settings)})


@dataclass(frozen=True)
class NewVote:
    """One rater's choice between two models' clips on one dimension; `a` is `model_a`."""

    prompt_id: str
    model_a: str
    model_b: str
    take: int
    dimension: str
    choice: str
    rater: str
    rater_kind: str = "person"
    left_model: str | None = None
    seconds: float | None = None
    note: str | None = None
    created_at: str | None = None

    def oriented(self, first: str) -> "NewVote":
        """The same vote with `first` as `model_a`."""
        if self.model_a == first:
            return self
        choice = {"a": "b", "b": "a"}.get(self.choice, self.choice)
        return NewVote(
            **(asdict(self) | {"model_a": self.model_b, "model_b": self.model_a, "choice": choice})
        )


@dataclass(frozen=True)
class NewScore:
    """One rater's score of one clip on one dimension."""

    prompt_id: str
    model: str
    take: int
    dimension: str
    score: float
    rater: str
    rater_kind: str = "person"
    note: str | None = None
    created_at: str | None = None


@dataclass(frozen=True)
class NewCheck:
    """One rater's answer to one of a prompt's checks for one clip: yes, no, cant_tell, or withdrawn."""

    prompt_id: str
    model: str
    take: int
    check: str
    answer: str
    rater: str
    rater_kind: str = "person"
    created_at: str | None = None


def get_meta(database: "Database", key: str) -> str | None:
    """A value kept beside the tables; None where there is none."""
    with database.reading() as connection:
        if not inspect(connection).has_table("meta"):
            return None
        return connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == key)).scalar()


def set_meta(database: "Database", key: str, value: str) -> None:
    """Keep a value beside the tables."""
    with database.writing() as connection:
        done = connection.execute(update(schema.meta).where(schema.meta.c.key == key).values(value=value))
        if not done.rowcount:
            connection.execute(insert(schema.meta).values(key=key, value=value))


def suffix_of(connection: Connection, clip: str) -> str | None:
    """The file suffix of a clip; None where the study has no such clip."""
    return connection.execute(select(schema.clips.c.suffix).where(schema.clips.c.clip == clip)).scalar()


def add_requests(
    connection: Connection, clips: Sequence[NewClip], requests: Sequence[NewRequest], now: str
) -> Stored:
    """Add clips and requests; a request that is there gets its notes, time, cost and clip brought up to date."""
    known = set(connection.execute(select(schema.clips.c.clip)).scalars())
    new = {c.clip: asdict(c) | {"created_at": now} for c in clips if c.clip not in known}
    if new:
        connection.execute(insert(schema.clips), list(new.values()))
    table = schema.requests
    there = {row.request: row for row in connection.execute(select(table))}
    position = connection.execute(select(func.coalesce(func.max(table.c.position), -1))).scalar_one()
    added = changed = 0
    for request in requests:
        row = asdict(request) | {
            "request": request.request,
            "settings": canonical.canonical(dict(request.settings)),
            "extra": canonical.canonical(dict(request.extra)),
        }
        old = there.get(request.request)
        if old is None:
            position += 1
            connection.execute(insert(table).values(**row, position=position, created_at=now))
            added += 1
        elif old.clip is not None and old.clip != request.clip:
            raise StudyError(
                f"another clip for prompt {request.prompt_id!r}, model {request.model!r}, take {request.take} "
                "was stored meanwhile; give this one another take"
            )
        elif any(getattr(old, key) != value for key, value in row.items()):
            connection.execute(update(table).where(table.c.request == request.request).values(**row))
            changed += 1
    return Stored(added, changed, len(requests) - added - changed)


def add_votes(connection: Connection, votes: Sequence[NewVote], now: str) -> Stored:
    """Add votes as revisions. Each is kept with its models in alphabetical order, whatever order it came in."""
    rows = [asdict(v.oriented(min(v.model_a, v.model_b))) for v in votes]
    values = ("choice", "left_model", "seconds", "note")
    return _add_revisions(connection, schema.votes, rows, key=schema.VOTE_KEY, values=values, now=now)


def add_scores(connection: Connection, scores: Sequence[NewScore], now: str) -> Stored:
    """Add scores as revisions."""
    rows = [asdict(score) for score in scores]
    return _add_revisions(
        connection, schema.scores, rows, key=schema.SCORE_KEY, values=("score", "note"), now=now
    )


def add_checks(connection: Connection, checks: Sequence[NewCheck], now: str) -> Stored:
    """Add answers to checks as revisions."""
    rows = [asdict(check) for check in checks]
    return _add_revisions(
        connection, schema.check_answers, rows, key=schema.CHECK_KEY, values=("answer",), now=now
    )


def _add_revisions(
    connection: Connection,
    table: Table,
    rows: Sequence[dict[str, Any]],
    *,
    key: tuple[str, ...],
    values: tuple[str, ...],
    now: str,
) -> Stored:
    """A row equal to the newest revision adds nothing, and neither does one that names the time of an old revision.

    The second rule lets an export be read back at any time without undoing what was changed since.
    """
    added = changed = 0
    for row in rows:
        same_key = and_(*(table.c[name] == row[name] for name in key))
        revisions = connection.execute(select(table).where(same_key).order_by(table.c.revision)).all()
        given = row["created_at"]
        if any(
            all(getattr(old, name) == row[name] for name in values)
            and (old is revisions[-1] or (given is not None and _moment(old.created_at) == _moment(given)))
            for old in revisions
        ):
            continue
        connection.execute(
            insert(table).values(**(row | {"created_at": given or now}), revision=len(revisions) + 1)
        )
        added += not revisions
        changed += bool(revisions)
    return Stored(added, changed, len(rows) - added - changed)


def _moment(time: str) -> datetime | str:
    """A time whatever its spelling: a file may write 12:00:00Z for what was stored as 12:00:00.000Z."""
    try:
        return datetime.fromisoformat(time)
    except ValueError:
        return time


def measured(connection: Connection) -> set[tuple[str, str, int]]:
    """What has been measured: (clip, metric, version)."""
    table = schema.measurements
    return {
        (r.clip, r.metric, r.version)
        for r in connection.execute(select(table.c.clip, table.c.metric, table.c.version))
    }


def add_measurements(connection: Connection, clip: str, measurements: Iterable["Measurement"]) -> None:
    """Add one clip's measurements; those there already stay."""
    table = schema.measurements
    there = {
        (r.metric, r.version)
        for r in connection.execute(select(table.c.metric, table.c.version).where(table.c.clip == clip))
    }
    new = [m for m in measurements if (m.metric, m.version) not in there]
    if new:
        connection.execute(insert(table), [_measurement_row(clip, m) for m in new])


def _measurement_row(clip: str, m: "Measurement") -> dict[str, Any]:
    value = None if m.value is None or not np.isfinite(m.value) else float(m.value)
    series = None if m.series is None else pack_series(np.asarray(m.series))
    return {
        "clip": clip,
        "metric": m.metric,
        "version": m.version,
        "value": value,
        "text": m.text,
        "unit": m.unit,
        "events": canonical.canonical([[float(start), float(end)] for start, end in m.events]),
        "series": series,
    }


def pack_series(series: np.ndarray[Any, Any]) -> bytes:
    """A series, shape (n, 2), as compressed little-endian float32."""
    return zlib.compress(np.ascontiguousarray(series, dtype="<f4").tobytes(), 6)


def unpack_series(packed: bytes) -> np.ndarray[Any, np.dtype[np.float32]]:
    """A series as it was packed: shape (n, 2), a time in seconds and a value in each row."""
    return np.frombuffer(zlib.decompress(packed), dtype="<f4").reshape(-1, 2)


def faults(connection: Connection) -> dict[str, tuple[int, str]]:
    """The fault of each clip that has one: (decoder version, reason)."""
    rows = connection.execute(select(schema.faults).order_by(schema.faults.c.clip))
    return {row.clip: (row.version, row.reason) for row in rows}


def set_fault(connection: Connection, clip: str, fault: tuple[int, str] | None) -> None:
    """Keep a clip's fault in place of any it had; None clears it."""
    table = schema.faults
    connection.execute(delete(table).where(table.c.clip == clip))
    if fault is not None:
        connection.execute(insert(table).values(clip=clip, version=fault[0], reason=fault[1]))
