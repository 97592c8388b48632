"""One generation run a study at a time: a lock that goes away with the process that holds it, however that ends."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from kit.errors import StudyBusy, StudyError

if TYPE_CHECKING:
    from kit.storage.database import Database

LOCK = "run.lock"
# The first half of PostgreSQL's two-part key; the second half is the schema, since a server's database may hold several.
_RUN_LOCK = 0x6B7261


@contextmanager
def run_lock(database: "Database") -> Iterator[None]:
    """Hold the study's run lock for as long as the block lasts. Raises StudyBusy where another run holds it.

    In a folder the operating system keeps the lock on an open file; on PostgreSQL the server keeps it for a connection.
    Either gives it up when the process dies, so nothing ever has to be cleaned up by hand.
    """
    if database.engine.dialect.name == "postgresql":
        with _server_lock(database):
            yield
    else:
        # An idle connection beside it: when the last one closes, SQLite folds its log into the database and syncs both,
        # which a run would otherwise pay for after every single write.
        with _file_lock(database_folder(database) / LOCK), database.engine.connect():
            yield


def database_folder(database: "Database") -> Path:
    """The folder that a study's SQLite file lies in."""
    return Path(database.engine.url.database or "").resolve().parent


def _busy(holder: str) -> StudyBusy:
    return StudyBusy(
        f"another run is generating clips for this study{holder}; wait for it to end or stop it, then start again "
        "(see what it has done so far with: kit tasks STUDY)"
    )


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    try:
        # Opened without emptying it: the words in it belong to whoever holds the lock.
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StudyError(
            f"{path.parent} cannot be written ({error.strerror}), so nothing was sent; make the study writable, "
            "or copy it to a place that is"
        ) from error
    try:
        if not _try_lock(file):
            words = os.pread(file, 200, 1).decode("utf-8", "replace") if hasattr(os, "pread") else ""
            raise _busy(f" ({words.strip()})" if words.strip() else "")
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        # The first byte is what Windows locks, so that the words after it stay readable.
        os.write(file, f" process {os.getpid()} on {socket.gethostname()}\n".encode())
        yield
    finally:
        os.close(file)


def _try_lock(file: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _server_lock(database: "Database") -> Iterator[None]:
    # A connection of its own, outside any transaction, since the lock lasts as long as the connection does.
    with database.engine.connect() as plain:
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        taken = connection.execute(
            text("SELECT pg_try_advisory_lock(:key, hashtext(current_schema()))"), {"key": _RUN_LOCK}
        ).scalar_one()
        if not taken:
            raise _busy("")
        try:
            yield
        finally:
            # The pool would keep the connection, and the lock with it.
            connection.detach()
