"""Finished clips and uploads behind links that expire, with byte ranges."""

import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from kit.sandbox_server.clock import Clock

UPLOADS_KEPT = 256 * 1024 * 1024
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})", re.ASCII)


@dataclass(frozen=True)
class Stored:
    """Something that can be fetched. `task` is its task's id, "" for uploads."""

    read: Callable[[], bytes]
    content_type: str
    provider: str
    task: str = ""
    size: int = 0


class Span(NamedTuple):
    """The bytes from `first` up to and not including `stop`."""

    first: int
    stop: int


class FileStore:
    """Everything behind /files/. Names are random, so they cannot be guessed, and looked up, so no path escapes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self.clear()

    def clear(self) -> None:
        """Forget every file."""
        self._files: dict[str, Stored] = {}
        self._uploads: OrderedDict[str, int] = OrderedDict()

    def add(self, stored: Stored, suffix: str) -> str:
        """Keep a file; returns its name."""
        name = secrets.token_hex(16) + suffix
        self._files[name] = stored
        return name

    def add_upload(self, data: bytes, content_type: str, suffix: str, provider: str) -> str:
        """Keep an upload in memory; the oldest ones go when there are more than 256 MiB of them."""
        name = self.add(Stored(lambda: data, content_type, provider, size=len(data)), suffix)
        self._uploads[name] = len(data)
        while sum(self._uploads.values()) > UPLOADS_KEPT and len(self._uploads) > 1:
            old, _ = self._uploads.popitem(last=False)
            del self._files[old]
        return name

    def get(self, name: str) -> Stored | None:
        """The file of this name."""
        return self._files.get(name)

    def link(self, base: str, name: str, expires: float) -> str:
        """An address that works until `expires`; `base` is the server's own address without a slash at the end."""
        until = f"{expires:.3f}"
        return f"{base}/files/{name}?expires={until}&signature={self._sign(name, until)}"

    def allows(self, name: str, expires: str, signature: str) -> bool:
        """Whether a link is genuine and has not expired."""
        if not hmac.compare_digest(self._sign(name, expires).encode(), signature.encode()):
            return False
        return self._clock.now() < float(expires)

    def _sign(self, name: str, until: str) -> str:
        return hmac.new(self._key, f"{name}\n{until}".encode(), hashlib.sha256).hexdigest()


def read_range(header: str | None, size: int) -> Span | None:
    """The one range that a Range header asks for; None: the whole file. Raises ValueError where none can be given."""
    found = _RANGE.fullmatch(header.strip()) if header else None
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        first, stop = max(0, size - int(found[2])), size
    else:
        first = int(found[1])
        stop = min(size, int(found[2]) + 1) if found[2] else size
    if first >= size or stop <= first:
        raise ValueError(f"{header!r} is outside a file of {size} bytes")
    return Span(first, stop)
