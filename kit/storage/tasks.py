"""The request ledger: every paid job, in which state it is, and what moved it there.

A task is one attempt at one request. Its states, each of them on disk before the next thing happens:

    intent     written down, not sent; a process that dies here has sent nothing
    sending    the request to the provider is leaving now; one that dies here leaves the task `unknown`
    submitted  the provider's id is known
    running    the provider says that it is at work
    completed  the provider has finished, the clip is not here yet
    done       the clip is in the study
    failed, refused, cancelled   ended without a clip
    unknown    a paid job may exist; nobody knows its id, and it is never sent again by itself
    lost       settled: the unknown job was never created

A state is only left for those that `_FROM` allows, by an update that names the state it expects: of two processes
that want to send the same attempt, only one can move it to `sending`.
"""

import hashlib
import json
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from kit import canonical
from kit.errors import StudyError
from kit.storage import schema
from kit.storage.records import NewClip, NewRequest, get_meta, set_meta
from kit.storage.runlock import database_folder, run_lock

if TYPE_CHECKING:
    from kit.storage.clipstore import ClipStore
    from kit.storage.database import Database

STATES = (
    "intent", "sending", "submitted", "running", "completed", "done",
    "failed", "refused", "cancelled", "unknown", "lost",
)  # fmt: skip
# The provider has, or may have, work of ours that has not ended.
IN_FLIGHT = ("submitted", "running")
# Ended without a clip. `lost` never began; the others are not sent again unless that is asked for.
ENDED = ("failed", "refused", "cancelled")

_FROM: Mapping[str, tuple[str, ...]] = {
    "intent": ("sending",),
    "sending": ("intent",),
    "submitted": ("sending", "unknown", "submitted"),
    "running": IN_FLIGHT,
    "completed": (*IN_FLIGHT, "completed"),
    "done": ("completed",),
    "failed": IN_FLIGHT,
    "refused": ("sending", *IN_FLIGHT),
    "cancelled": ("unknown", *IN_FLIGHT, "completed"),
    "unknown": ("sending",),
    "lost": ("unknown",),
}
RAW_LIMIT = 20_000
ERROR_LIMIT = 2_000


class TaskChanged(StudyError):
    """A task is not in the state that it was expected in: another process had it meanwhile."""


# Part of a transaction; several are committed together.
Change = Callable[[Connection], Any]


@dataclass(frozen=True)
class Task:
    """One attempt at one request, as the ledger has it. Times are ISO 8601 in UTC; `base_url` is the host only."""

    id: int
    request: str
    attempt: int
    provider: str
    base_url: str
    state: str
    external_id: str
    provider_task_id: str | None
    links: Mapping[str, str]
    intent_at: str
    sending_at: str | None
    submitted_at: str | None
    finished_at: str | None
    stored_at: str | None
    provider_created_at: str | None
    provider_started_at: str | None
    provider_ended_at: str | None
    queue_seconds: float | None
    processing_seconds: float | None
    wall_seconds: float | None
    estimated_usd: float | None
    cost_usd: float | None
    cost_source: str | None
    error_class: str | None
    error: str | None
    created_at: str


_COLUMNS = tuple(field.name for field in fields(Task))


class Ledger:
    """The tasks of one study. Every method that writes is one transaction, or a `Change` for `commit`."""

    def __init__(self, database: "Database", clips: "ClipStore", now: Callable[[], str]) -> None:
        self._database, self._clips, self._now = database, clips, now
        self._identity: str | None = None

    # Around a run

    def run_lock(self) -> AbstractContextManager[None]:
        """Hold the study for one run; raises StudyBusy where another run has it."""
        return run_lock(self._database)

    def require_writable(self) -> None:
        """Write to the database and to where clips are kept, before any money is spent. Raises StudyError."""
        set_meta(self._database, "last_run", self._now())
        self._clips.require_writable()

    @contextmanager
    def incoming(self) -> Iterator[Path]:
        """An empty folder for clips on their way; what a run that was killed left there is removed."""
        if self._database.engine.dialect.name == "postgresql":
            with tempfile.TemporaryDirectory(prefix="kit-incoming-") as folder:
                yield Path(folder)
            return
        path = database_folder(self._database) / ".incoming"
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def external_id(self, request: str, attempt: int) -> str:
        """The name we give the provider's job: the same for the same study, request and attempt, no other has it."""
        if self._identity is None:
            self._identity = get_meta(self._database, "ledger")
        if self._identity is None:
            self._identity = secrets.token_hex(8)
            set_meta(self._database, "ledger", self._identity)
        named = hashlib.sha256(f"{self._identity}:{request}:{attempt}".encode()).hexdigest()
        return f"kit-{named[:32]}"

    # Reading

    def tasks(self, states: Sequence[str] = STATES) -> list[Task]:
        """Tasks in these states, in the order in which they were intended."""
        table = schema.tasks
        columns = [table.c[name] for name in _COLUMNS]
        query = select(*columns).where(table.c.state.in_(states)).order_by(table.c.id)
        with self._database.reading() as connection:
            return [_task(row) for row in connection.execute(query)]

    def requests(self) -> dict[str, NewRequest]:
        """Every request of the study by its name, imported ones too."""
        table = schema.requests
        names = [field.name for field in fields(NewRequest)]
        query = select(table.c.request, *(table.c[name] for name in names)).order_by(table.c.position)
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        found = {}
        for row in rows:
            values = {name: row[name] for name in names}
            values |= {name: json.loads(row[name]) for name in ("settings", "extra")}
            found[str(row["request"])] = NewRequest(**values)
        return found

    def frame(self) -> pd.DataFrame:
        """One row a task, oldest first, with prompt_id, model and take of its request, and the provider's last answer."""
        table, requests = schema.tasks, schema.requests
        named = [requests.c[name] for name in ("prompt_id", "model", "take")]
        own = [table.c[name] for name in (*_COLUMNS, "raw")]
        query = (
            select(*own, *named).join(requests, requests.c.request == table.c.request).order_by(table.c.id)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        frame = pd.DataFrame(rows, columns=[column.name for column in (*own, *named)], dtype=object)
        numbers = [c.name for c in own if type(c.type).__name__ == "Double"]
        return frame.astype(
            {"id": "int64", "attempt": "int64", "take": "int64"} | dict.fromkeys(numbers, "float64")
        )

    # Writing

    def commit(self, changes: Sequence[Change]) -> list[Any]:
        """Make changes in one transaction, on disk when this returns; all of them or, if one raises, none."""
        try:
            with self._database.writing() as connection:
                return [change(connection) for change in changes]
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
            raise StudyError(f"the study's database could not be written: {reason}") from error

    def recover(self) -> int:
        """A task that a dead process left in `sending` becomes `unknown`; returns how many. Only under the run lock."""

        def change(connection: Connection) -> int:
            rows = connection.execute(
                select(schema.tasks.c.id).where(schema.tasks.c.state == "sending")
            ).scalars()
            left = list(rows)
            for task in left:
                self.move(
                    task,
                    "unknown",
                    error_class="SubmitUnknown",
                    error="the run ended while this request was leaving; the provider may have taken it",
                )(connection)
            return len(left)

        return int(self.commit([change])[0])

    def intend(
        self,
        request: NewRequest,
        *,
        attempt: int,
        base_url: str,
        estimated_usd: float | None,
        at: str,
    ) -> Change:
        """A new attempt in `intent`, with its request's row where that is missing. The change gives the Task."""
        name = request.request
        external_id = self.external_id(name, attempt)

        def change(connection: Connection) -> Task:
            requests, table = schema.requests, schema.tasks
            there = connection.execute(select(requests.c.request).where(requests.c.request == name)).first()
            if there is None:
                last = connection.execute(
                    select(func.coalesce(func.max(requests.c.position), -1))
                ).scalar_one()
                row = asdict(request) | {
                    "request": name,
                    "state": "intent",
                    "settings": canonical.canonical(dict(request.settings)),
                    "extra": canonical.canonical(dict(request.extra)),
                }
                connection.execute(insert(requests).values(**row, position=last + 1, created_at=self._now()))
            done = connection.execute(
                insert(table).values(
                    request=name,
                    attempt=attempt,
                    provider=request.provider,
                    base_url=base_url,
                    state="intent",
                    external_id=external_id,
                    links="{}",
                    intent_at=at,
                    estimated_usd=estimated_usd,
                    created_at=self._now(),
                )
            )
            _mirror(connection, name, "intent")
            assert done.inserted_primary_key is not None
            query = select(*(table.c[c] for c in _COLUMNS)).where(table.c.id == done.inserted_primary_key[0])
            return _task(connection.execute(query).one())

        return change

    def move(self, task: int, to: str, **values: Any) -> Change:
        """A task to another state, with columns to set; `raw` and `links` as dicts.

        The change raises TaskChanged where the task is in a state that cannot be left for this one.
        """
        row = _columns(values)

        def change(connection: Connection) -> None:
            table = schema.tasks
            moved = connection.execute(
                update(table).where(table.c.id == task, table.c.state.in_(_FROM[to])).values(state=to, **row)
            )
            found = connection.execute(
                select(table.c.request, table.c.state).where(table.c.id == task)
            ).first()
            if not moved.rowcount or found is None:
                state = "gone" if found is None else found.state
                raise TaskChanged(
                    f"task {task} is {state} and cannot become {to}; another process has changed it meanwhile, "
                    "so this run leaves it alone"
                )
            _mirror(connection, found.request, to)

        return change

    def note(self, task: int, **values: Any) -> Change:
        """Columns of a task set without leaving its state."""
        row = _columns(values)

        def change(connection: Connection) -> None:
            connection.execute(update(schema.tasks).where(schema.tasks.c.id == task).values(**row))

        return change

    def drop(self, task: int) -> Change:
        """Forget an intent that was never sent, and its request where that has no other attempt."""

        def change(connection: Connection) -> None:
            table, requests = schema.tasks, schema.requests
            name = connection.execute(
                select(table.c.request).where(table.c.id == task, table.c.state == "intent")
            ).scalar()
            if name is None:
                return
            connection.execute(delete(table).where(table.c.id == task))
            before = connection.execute(
                select(table.c.state).where(table.c.request == name).order_by(table.c.attempt.desc())
            ).scalar()
            if before is None:
                connection.execute(
                    delete(requests).where(requests.c.request == name, requests.c.clip.is_(None))
                )
            else:
                _mirror(connection, name, before)

        return change

    def put_clip(self, path: Path, clip: NewClip) -> None:
        """The clip's file into the store: before its row, so that no row ever names a file that is not there."""
        self._clips.put(path, clip.clip, clip.suffix)

    def finish(
        self, task: Task, clip: NewClip, *, seconds: float | None, extra: Mapping[str, Any], **values: Any
    ) -> Change:
        """The clip's row, the request done with it, and the task `done`: all in one change."""

        def change(connection: Connection) -> None:
            clips, requests = schema.clips, schema.requests
            if connection.execute(select(clips.c.clip).where(clips.c.clip == clip.clip)).first() is None:
                connection.execute(insert(clips).values(**asdict(clip), created_at=self._now()))
            self.move(task.id, "done", **values)(connection)
            mine = requests.c.request == task.request
            old = connection.execute(select(requests.c.extra).where(mine)).scalar_one()
            linked = connection.execute(
                update(requests)
                .where(mine, requests.c.clip.is_(None))
                .values(
                    clip=clip.clip, seconds=seconds, extra=canonical.canonical(json.loads(old) | dict(extra))
                )
            )
            if not linked.rowcount:
                raise TaskChanged(
                    f"request {task.request[:12]}… has a clip already; the new one was not linked"
                )

        return change


def _mirror(connection: Connection, request: str, state: str) -> None:
    """The request's own state and cost (all its attempts together) follow its newest task."""
    table, requests = schema.tasks, schema.requests
    cost = select(func.sum(table.c.cost_usd)).where(table.c.request == request).scalar_subquery()
    connection.execute(
        update(requests).where(requests.c.request == request).values(state=state, cost_usd=cost)
    )


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    row = dict(values)
    if row.get("error") is not None:
        row["error"] = str(row["error"])[:ERROR_LIMIT]
    if "links" in row:
        row["links"] = canonical.canonical(dict(row["links"]))
    if "raw" in row:
        row["raw"] = limited_json(row["raw"])
    return row


def limited_json(raw: Any) -> str:
    """A provider's answer as JSON of at most some 20,000 characters; a longer one keeps its beginning, as text."""
    text = json.dumps(raw, ensure_ascii=False, default=str)
    if len(text) <= RAW_LIMIT:
        return text
    return json.dumps(
        {"cut_off": True, "characters": len(text), "begins": text[: RAW_LIMIT // 2]}, ensure_ascii=False
    )


def _task(row: Any) -> Task:
    return Task(**(dict(row._mapping) | {"links": json.loads(row.links)}))  # noqa: SLF001 - SQLAlchemy's public name
