"""One door to SQLite and PostgreSQL: an engine, read transactions and serial write transactions."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import NoSuchModuleError, OperationalError
from sqlalchemy.pool import NullPool

from kit.errors import BadParameter, MissingExtra, StudyBusy, StudyError
from kit.storage import migrations

BUSY_SECONDS = 60
# Any constant will do: every writer of one database takes the same lock.
_WRITE_LOCK = 0x6B6974


class Database:
    """A study's database. Opening it brings it to the present schema.

    On SQLite: write-ahead log, foreign keys on, full sync (an accepted vote survives a power cut), a busy timeout of
    60 s, and write transactions that take the write lock at their start, so that "read the newest revision, add one"
    cannot interleave. On PostgreSQL the same is had from one advisory lock a transaction.
    """

    def __init__(self, url: URL, now: Callable[[], str], *, migrate: bool = True) -> None:
        """Open the database at `url` (drivers: sqlite, postgresql+psycopg); `migrate=False` leaves it as it is.

        Raises BadParameter for another kind of database, MissingExtra where the driver is missing, StudyError where
        the server or file cannot be opened, StudyTooNew for a database written by a newer kit.
        """
        self.engine = _engine(url)
        self._hold = Lock()
        self._held: Connection | None = None
        self._shown = url.render_as_string(hide_password=True)
        with self.reading() as connection:
            todo = migrations.pending(connection)
        if todo and migrate:
            with self.writing() as connection:
                migrations.migrate(connection, now())

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database throughout and changes nothing."""
        with self._opened(write=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is alone in writing; committed at the end, undone by any exception."""
        with self._opened(write=True) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITE_LOCK})
            yield connection

    @contextmanager
    def _opened(self, *, write: bool) -> Iterator[Connection]:
        try:
            with self.engine.connect() as plain:
                connection = plain.execution_options(kit_write=write)
                with connection.begin():
                    yield connection
        except OperationalError as error:
            raise self._explained(error) from error

    def _explained(self, error: OperationalError) -> StudyError:
        reason = str(error.orig).strip().splitlines()[0]
        if "locked" in reason:
            return StudyBusy(
                f"{self._shown} was held by another process for more than {BUSY_SECONDS} s; "
                "close what is writing to it and try again"
            )
        return StudyError(f"{self._shown} could not be used: {reason}")

    def hold(self) -> None:
        """Keep a connection to SQLite until `close`, for many small writes one after another.

        When the last connection closes, SQLite folds its log into the database and syncs both: with a connection a
        use, that would be after every single write, and take longer than the write.
        """
        with self._hold:
            if self._held is None and self.engine.dialect.name == "sqlite":
                self._held = self.engine.connect()

    def close(self) -> None:
        """Give back every connection."""
        with self._hold:
            if self._held is not None:
                self._held.close()
                self._held = None
        self.engine.dispose()


def _engine(url: URL) -> Engine:
    kind = url.get_backend_name()
    if kind not in {"sqlite", "postgresql"}:
        raise BadParameter(
            f"a study can live in SQLite or PostgreSQL, not in {kind!r}; "
            "give a folder, or a URL such as postgresql+psycopg://user@host/name"
        )
    if kind == "postgresql":
        try:
            return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
        except (ModuleNotFoundError, NoSuchModuleError) as error:
            raise MissingExtra("psycopg", "postgres", "a study on PostgreSQL") from error
    # A connection a use: SQLite opens in a millisecond, and nothing is shared between threads or forked processes.
    engine = create_engine(url, poolclass=NullPool)
    event.listen(engine, "connect", _on_sqlite_connect)
    event.listen(engine, "begin", _on_sqlite_begin)
    return engine


def _on_sqlite_connect(connection: sqlite3.Connection, _record: Any) -> None:
    # SQLite's own driver would start transactions late, at the first write; `_on_sqlite_begin` starts them instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _on_sqlite_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("kit_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
