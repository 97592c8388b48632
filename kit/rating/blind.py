"""Clips as raters get them: under names that say nothing, without sound, titles or comments.

A name is made from rater, item and side with the study's secret: nobody else can guess or read it, and it is the same
after a restart. What a name stands for is only known inside this process.
"""

import hmac
import secrets
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from kit.errors import BadParameter, ClipError, ClipMissing, StudyError

if TYPE_CHECKING:
    from kit.study import Study

_TYPES = {".mp4": "video/mp4", ".webm": "video/webm"}
# However little room there is, so many copies stay: the ones that raters are watching just now.
_KEPT = 32


class Source(NamedTuple):
    """What a blind copy is made of: a clip of the study, whole or degraded."""

    clip: str
    degraded: bool = False


class BlindCopy(NamedTuple):
    """A blind copy on this machine; `mime` fits the bytes."""

    path: Path
    mime: str
    bytes: int


class BlindMedia:
    """Blind copies of a study's clips, made when they are first asked for; one copy of a clip serves every name.

    Safe to use from several threads, by all raters' sessions together. The copies take at most some `room` bytes of a
    temporary folder, the least used go first; `close` removes it.
    """

    def __init__(self, study: "Study", secret: bytes, *, room: int = 2 << 30) -> None:
        self._study, self._secret, self._room = study, secret, room
        self._folder = Path(tempfile.mkdtemp(prefix="kit-blind-"))
        self._lock = Lock()
        self._names: dict[str, Source] = {}
        self._copies: OrderedDict[Source, Future[BlindCopy]] = OrderedDict()
        self._closed = False
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="kit-blind")

    def name(self, *parts: object) -> str:
        """32 hexadecimal digits for these parts."""
        return self.digest("name", *parts).hex()[:32]

    def digest(self, *parts: object) -> bytes:
        """32 bytes that only this study gives these parts."""
        text = "\x1f".join(str(part).replace("\x1f", " ") for part in parts)
        return hmac.digest(self._secret, text.encode(), "sha256")

    def know(self, names: Mapping[str, Source]) -> None:
        """Say what names stand for."""
        with self._lock:
            self._names.update(names)

    def path(self, name: str) -> Path:
        """The file of a blind copy, made now if need be. It may be gone once many others have been asked for.

        Raises BadParameter for a name that was never given out, ClipError where the copy cannot be made.
        """
        return self.copy(name).path

    def copy(self, name: str) -> BlindCopy:
        """The blind copy that a name stands for; see `path`."""
        with self._lock:
            source = self._names.get(name)
            if source is None:
                raise BadParameter("there is no clip under this name; load the page again")
            future = self._copies.get(source)
            mine = future is None
            if future is None:
                future = self._copies[source] = Future()
            self._copies.move_to_end(source)
        if mine:
            self._fill(source, future)
            self._make_room()
        return future.result()

    def prepare(self, names: Iterable[str]) -> None:
        """Make copies in the background, so that they are there when they are asked for."""
        for name in names:
            with suppress(RuntimeError):  # closed meanwhile
                self._worker.submit(self._prepare, name)

    def _prepare(self, name: str) -> None:
        # Whoever asks for the clip itself is told why there is none.
        with suppress(ClipError, BadParameter):
            self.copy(name)

    def close(self) -> None:
        """Remove the copies."""
        self._closed = True
        self._worker.shutdown(cancel_futures=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _fill(self, source: Source, future: "Future[BlindCopy]") -> None:
        try:
            future.set_result(self._make(source))
        except BaseException as error:
            with self._lock:
                self._copies.pop(source, None)
            # Whoever waits for it is told the same; the next one may try again.
            future.set_exception(error)
            raise

    def _make(self, source: Source) -> BlindCopy:
        from kit.guarded import guarded
        from kit.transcode import degraded_copy, strip_copy

        if self._closed:
            raise StudyError("this rating session has been closed; start it again")
        out = self._folder / secrets.token_hex(8)
        try:
            with self._study.clip_file(source.clip) as path:
                suffix = guarded(degraded_copy if source.degraded else strip_copy, path, out)
        except BaseException as error:
            out.unlink(missing_ok=True)
            if isinstance(error, ClipMissing):
                raise ClipMissing("the clip's file is gone from the study") from error
            if isinstance(error, ClipError):
                raise ClipError("the clip cannot be shown") from error
            raise
        return BlindCopy(out, _TYPES[suffix], out.stat().st_size)

    def _make_room(self) -> None:
        with self._lock:
            made = [(s, f.result()) for s, f in self._copies.items() if f.done() and not f.exception()]
            used = sum(copy.bytes for _, copy in made)
            gone = []
            for source, copy in made[:-_KEPT]:
                if used <= self._room:
                    break
                used -= copy.bytes
                del self._copies[source]
                gone.append(copy.path)
        for path in gone:
            path.unlink(missing_ok=True)
