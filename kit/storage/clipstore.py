"""Clips as files named by their SHA-256, on any store that fsspec knows; whole or not there at all."""

import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import fsspec
from fsspec.implementations.local import LocalFileSystem

from kit.errors import BadParameter, ClipError, ClipMissing, StudyError

_CHUNK = 1 << 20


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class ClipStore:
    """A folder of clips: a local path, or an fsspec URL such as `s3://bucket/study` or `memory://study`."""

    def __init__(self, location: str | Path) -> None:
        """Open the store; raises BadParameter for a URL that fsspec cannot open."""
        try:
            self._files, root = fsspec.core.url_to_fs(str(location))
        except (ImportError, ValueError) as error:
            raise BadParameter(f"clips cannot be kept at {str(location)!r}: {error}") from error
        self._root = PurePosixPath(root)
        self._local = isinstance(self._files, LocalFileSystem)

    def put(self, source: Path, clip: str, suffix: str) -> bool:
        """Store the file's bytes under their name. False where they were there already.

        The bytes go to a temporary name first and are renamed once they are whole and hash to `clip`.
        Raises ClipError where what arrived is not what was sent (a full disk, a file that changed meanwhile).
        """
        target = self._path(clip, suffix)
        size = source.stat().st_size
        if self._files.exists(target) and self._files.size(target) == size:
            return False
        temporary = f"{target}.{secrets.token_hex(8)}.part"
        self._files.makedirs(str(PurePosixPath(target).parent), exist_ok=True)
        try:
            hasher = hashlib.sha256()
            with source.open("rb") as reader, self._files.open(temporary, "wb") as writer:
                while chunk := reader.read(_CHUNK):
                    hasher.update(chunk)
                    writer.write(chunk)
                if self._local:
                    writer.flush()
                    os.fsync(writer.fileno())
            self._require_whole(temporary, source, hasher.hexdigest() == clip)
            if self._local:
                Path(temporary).replace(target)
            else:
                self._files.mv(temporary, target)
        except BaseException:
            if self._files.exists(temporary):
                self._files.rm(temporary)
            raise
        return True

    def require_writable(self, *, free: int = 64 << 20) -> None:
        """Write a few bytes and take them away again. Raises StudyError, also for a disk with less than `free` left."""
        name = str(self._root / f"{secrets.token_hex(8)}.part")
        try:
            self._files.makedirs(str(self._root), exist_ok=True)
            with self._files.open(name, "wb") as writer:
                writer.write(b"kit")
            self._files.rm(name)
            left = shutil.disk_usage(self._root).free if self._local else None
        except OSError as error:
            raise StudyError(
                f"clips cannot be written to {self._root} ({error.strerror or error}); make it writable first"
            ) from error
        if left is not None and left < free:
            raise StudyError(
                f"the disk of {self._root} has {left / 1e6:.0f} MB left, too little for clips; make room first"
            )

    def _require_whole(self, temporary: str, source: Path, same_hash: bool) -> None:
        if not same_hash or self._files.size(temporary) != source.stat().st_size:
            raise ClipError(f"{source.name} changed while it was being stored; import it again")

    @contextmanager
    def local_file(self, clip: str, suffix: str) -> Iterator[Path]:
        """The clip as a file on this machine, for as long as the block lasts. Raises ClipMissing where it is gone."""
        path = self._path(clip, suffix)
        if not self._files.exists(path):
            raise ClipMissing(
                f"the study names the clip {clip[:12]}…, but its file {path} is gone; "
                "put the file back, or import the clip again"
            )
        if self._local:
            yield Path(path)
            return
        with tempfile.TemporaryDirectory(prefix="kit-clip-") as folder:
            copy = Path(folder) / f"{clip}{suffix}"
            self._files.get(path, str(copy))
            yield copy

    def local_path(self, clip: str, suffix: str) -> Path | None:
        """Where the clip lies, or would lie, on this machine; None for a store elsewhere."""
        return Path(self._path(clip, suffix)).absolute() if self._local else None

    def _path(self, clip: str, suffix: str) -> str:
        return str(self._root / clip[:2] / f"{clip}{suffix}")
