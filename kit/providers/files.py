"""Fetching a finished clip: whole, no larger than allowed, and a video by its bytes, or an error.

A broken transfer goes on where it stopped if the file host can do that. No key goes to a file host, and a redirect is
followed only to where the first link might have led.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kit.errors import DownloadFailed
from kit.providers.addresses import is_fetchable, redirected
from kit.providers.answers import retry_after
from kit.providers.base import GIB, Download, Progress
from kit.providers.http import Broken, Http, Reply, Stream
from kit.providers.scrub import bare_link

ATTEMPTS = 4  # in a row without a new byte
MOST_ATTEMPTS = 40
MOST_REDIRECTS = 5
LONGEST_WAIT = 30.0
HEAD = 400  # bytes that tell what a file is

_RANGE = re.compile(r"bytes\s+(\d+)-(\d+)/(\d+|\*)", re.IGNORECASE)
_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp", b"moof")
_STILLS = (b"avif", b"avis", b"heic", b"heix", b"mif1")


class _Again(Exception):
    """This try did not do it; the next may, after `wait` seconds if the host said so. `wrong`: what came is no video."""

    def __init__(self, why: str, *, wait: float | None = None, wrong: bool = False) -> None:
        self.wait = wait
        self.wrong = wrong
        super().__init__(why)


def suffix_of(head: bytes) -> str | None:
    """What a video file should be called by its first bytes (".mp4", ".mov", ".webm", ...); None if it is no video."""
    if head[4:8] in _BOXES:
        brand = head[8:12] if head[4:8] == b"ftyp" else b""
        return None if brand in _STILLS else ".mov" if brand == b"qt  " else ".mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return ".webm" if b"webm" in head[:64] else ".mkv"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return ".avi"
    if head[:1] == b"G" and head[188:189] == b"G" and len(head) > 188:
        return ".ts"
    starts = {b"\x00\x00\x01\xba": ".mpg", b"FLV\x01": ".flv", b"OggS": ".ogv", b"\x30\x26\xb2\x75": ".wmv"}
    return starts.get(head[:4])


async def fetch(
    http: Http,
    url: str,
    into: Path,
    *,
    max_bytes: int = 2 * GIB,
    on_progress: Progress | None = None,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> Download:
    """Write the file behind `url` to `into`, a file of the caller's own; on any failure it is removed again.

    Raises DownloadFailed: `final` if the same link will not do (expired, no video, too large), so that asking the
    provider for a fresh one is the way on; else the network gave in and the link may be tried again. OSError if the
    file cannot be written (disk full).
    """
    if not is_fetchable(url, local=http.local):
        raise DownloadFailed(
            http.provider, f"{bare_link(url)[:200]} is no https link; not fetched", final=True
        )
    with _kept_if_whole(into) as file:
        transfer = _Transfer(http, url, file, max_bytes, on_progress)
        await _insist(transfer, sleep)
    return transfer.result()


@contextmanager
def _kept_if_whole(path: Path) -> Iterator[BinaryIO]:
    """The file open for writing; gone again if anything goes wrong meanwhile, closing it included."""
    try:
        with path.open("wb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


async def _insist(transfer: "_Transfer", sleep: Callable[[float], Awaitable[object]]) -> None:
    idle = tries = 0
    while True:
        before = transfer.size
        trouble: _Again
        try:
            await transfer.attempt()
        except _Again as again:
            trouble = again
        else:
            return
        tries += 1
        idle = 0 if transfer.size > before else idle + 1
        if idle >= ATTEMPTS or tries >= MOST_ATTEMPTS:
            transfer.fail(f"{trouble}; tried {tries} times", final=trouble.wrong)
        await sleep(min(LONGEST_WAIT, 0.25 * 2**idle if trouble.wait is None else trouble.wait))


class _Transfer:
    """One file on its way down, over as many tries as it takes."""

    def __init__(
        self, http: Http, url: str, file: BinaryIO, max_bytes: int, on_progress: Progress | None
    ) -> None:
        self._http, self._url, self._file = http, url, file
        self._max_bytes, self._on_progress = max_bytes, on_progress
        self._validator: str | None = None
        self._content_type = ""
        self._restart()

    def _restart(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._hash = hashlib.sha256()
        self._head = b""
        self.size = 0
        self._total: int | None = None

    def result(self) -> Download:
        """What came down."""
        return Download(self.size, self._hash.hexdigest(), suffix_of(self._head) or "", self._content_type)

    def fail(self, why: str, *, final: bool) -> None:
        """Raise DownloadFailed for the link."""
        text = self._http.scrubber.text(f"{bare_link(self._url)[:200]}: {why}", 600)
        raise DownloadFailed(self._http.provider, text, final=final) from None

    async def attempt(self) -> None:
        """One try; raises _Again if the next one may do better."""
        headers = {}
        # Without a validator a known length has to do, to be sure that it is still the same file.
        if self.size and (self._validator or self._total):
            headers["Range"] = f"bytes={self.size}-"
            if self._validator:
                headers["If-Range"] = self._validator
        elif self.size:
            self._restart()
        link = self._url
        try:
            for _ in range(MOST_REDIRECTS + 1):
                async with self._http.stream(link, headers) as stream:
                    location = stream.headers.get("location")
                    if stream.status not in {301, 302, 303, 307, 308} or not location:
                        await self._take(stream)
                        return
                target = redirected(link, location, local=self._http.local)
                if target is None:
                    self.fail("it redirects to where no clip may come from; not followed", final=True)
                    return
                link = target
        except Broken as broken:
            raise _Again(f"the transfer broke off at {self.size:,} bytes ({broken})") from None
        self.fail("it redirects without end", final=True)

    async def _take(self, stream: Stream) -> None:
        self._check_status(stream)
        async for chunk in stream.chunks():
            if self.size + len(chunk) > self._max_bytes:
                self._too_large()
            if len(self._head) < HEAD:
                self._head += chunk[: HEAD - len(self._head)]
                if len(self._head) >= HEAD:
                    self._check_kind(stream)
            self._file.write(chunk)
            self._hash.update(chunk)
            self.size += len(chunk)
            if self._on_progress is not None:
                self._on_progress(self.size, self._total)
        if self._total is not None and self.size != self._total:
            raise _Again(f"{self.size:,} of {self._total:,} bytes came")
        self._check_kind(stream)
        self._file.flush()

    def _check_status(self, stream: Stream) -> None:
        status, headers = stream.status, stream.headers
        if status in {401, 403, 404, 410}:
            self.fail(
                f"HTTP {status}: the link has expired or is not there yet; ask for a fresh one", final=True
            )
        if status == 206:
            self._check_range(headers.get("content-range", ""))
        elif status == 200:
            if self.size:
                self._restart()
            length = headers.get("content-length", "")
            self._total = int(length) if length.isdecimal() and "content-encoding" not in headers else None
            tag = headers.get("etag", "")
            # A weak tag does not vouch for the bytes (RFC 9110, 13.1.5).
            self._validator = tag if tag.startswith('"') else headers.get("last-modified")
        elif status == 416:
            self._restart()
            raise _Again("HTTP 416: the file host does not go on from here")
        elif status in {408, 425, 429} or status >= 500:
            raise _Again(f"HTTP {status}", wait=retry_after(Reply(status, headers, None, "")))
        else:
            self.fail(f"HTTP {status}", final=True)
        if self._total is not None and self._total > self._max_bytes:
            self._too_large()
        self._content_type = headers.get("content-type", "").partition(";")[0].strip().lower()[:80]

    def _check_range(self, text: str) -> None:
        found = _RANGE.fullmatch(text.strip())
        total = int(found[3]) if found and found[3] != "*" else None
        fits = found is not None and int(found[1]) == self.size
        if not fits or (total is not None and self._total is not None and total != self._total):
            self._restart()
            raise _Again("the file host sent another part than was asked for")
        self._total = self._total if total is None else total

    def _check_kind(self, stream: Stream) -> None:
        if suffix_of(self._head):
            return
        kind = self._content_type or "without a type"
        what = "an empty file" if not self._head else f"no video by its first bytes ({kind})"
        if stream.status == 200 and self._head.lstrip()[:1] in {b"<", b"{"}:
            what = f"a page or message instead of a video ({kind})"
        self._restart()
        raise _Again(what, wrong=True)

    def _too_large(self) -> None:
        self.fail(f"more than the {self._max_bytes:,} bytes allowed", final=True)
