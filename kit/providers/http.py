"""The only module that knows httpx: one exchange at a time, and for each failure whether bytes may have left.

A failed exchange is first a value, and only then an error raised outside of httpx's frames: so no exception that
leaves here holds a request with its headers, neither as cause nor as context nor in the locals of its traceback.
"""

import asyncio
import contextvars
import http.cookiejar
import json
import logging
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

from kit.errors import NotSent, ProviderDown, RequestRefused, SubmitUnknown
from kit.providers.addresses import is_loopback
from kit.providers.scrub import Scrubber

ANSWER_LIMIT = 4 << 20
AGENT = "t2v-eval-kit"
POOL_CALLS = 16  # under way at once before another pool of connections is opened
_LOCATION = "x-kit-location"

Kind = Literal["paid", "free", "files"]
UNKNOWN = "a paid task may have been created; it is not sent again by itself"

_log = logging.getLogger("kit.providers")


@dataclass(frozen=True)
class Timeouts:
    """In seconds: to connect, for one write or read to go on, for a whole API call, for the next bytes of a file."""

    connect: float = 15.0
    write: float = 60.0
    read: float = 120.0
    total: float = 300.0
    chunk: float = 60.0


@dataclass(frozen=True)
class Reply:
    """An answer. `data` is its JSON, None if it is none; `whole` is False if the body broke off or was too large."""

    status: int
    headers: Mapping[str, str] = field(repr=False)  # names in lower case
    data: Any = field(repr=False)
    text: str = field(repr=False)
    whole: bool = True

    @property
    def ok(self) -> bool:
        """A 2xx."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class _Failure:
    """No answer came. `left`: bytes of the request may have left."""

    left: bool
    why: str


class Broken(Exception):
    """A download broke off or never began; the text says why."""


class Stream:
    """The answer to a download: status, headers in lower case, and the bytes as they come."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers = _headers(response)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as sent; raises Broken when it breaks off."""
        parts = self._response.aiter_raw()
        while True:
            why = ""
            chunk = b""
            try:
                chunk = await anext(parts)
            except StopAsyncIteration:
                return
            except (httpx.HTTPError, httpx.StreamError) as bad:
                why = _reason(bad)
            if why:
                raise Broken(why)
            yield chunk


class Http:
    """Calls to one host, and downloads from any. Belongs to the event loop of its first call."""

    def __init__(
        self,
        provider: str,
        base_url: str,
        *,
        headers: Callable[[], Mapping[str, str]],
        scrubber: Scrubber,
        timeouts: Timeouts,
    ) -> None:
        self.provider = provider
        self.base_url = base_url.rstrip("/")
        self.local = is_loopback(base_url)
        self.scrubber = scrubber
        self._headers = headers
        self._timeouts = timeouts
        self._clients: dict[tuple[Kind, int], httpx.AsyncClient] = {}
        self._busy: Counter[Kind] = Counter()
        self._tls: ssl.SSLContext | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def call(
        self,
        method: Literal["GET", "POST", "PUT", "DELETE"],
        path: str,
        body: Any = None,
        *,
        paid: bool = False,
    ) -> Reply:
        """One exchange with the base URL, never repeated, no redirect followed.

        Raises for a `paid` call NotSent or SubmitUnknown, for others ProviderDown. A status that is no success is
        no error here.
        """
        content: bytes | None = None
        try:
            if body is not None:
                content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        except (TypeError, ValueError) as bad:
            why = f"{type(bad).__name__}"
            raise RequestRefused(
                self.provider, f"the request cannot be written as JSON ({why}); not sent"
            ) from None
        outcome = await self._exchange(method, path, content, paid=paid)
        if isinstance(outcome, Reply):
            _log.debug("%s %s %s -> %d", self.provider, method, self.scrubber.text(path), outcome.status)
            return outcome
        why = self.scrubber.text(outcome.why, 300)
        _log.debug("%s %s %s -> %s", self.provider, method, self.scrubber.text(path), why)
        if not paid:
            raise ProviderDown(self.provider, f"no answer ({why}); ask again later")
        if outcome.left:
            raise SubmitUnknown(self.provider, f"the request was sent but no answer came ({why}): {UNKNOWN}")
        raise NotSent(self.provider, f"cannot be reached ({why}); nothing was sent{self._hint()}")

    async def _exchange(
        self, method: str, path: str, content: bytes | None, *, paid: bool
    ) -> Reply | _Failure:
        """The exchange as a value. Only this frame and those below it hold the headers with the key."""
        left = False

        async def watch(event: str, info: Mapping[str, Any]) -> None:
            nonlocal left
            # A proxy's CONNECT carries nothing of the request itself.
            if event.endswith("send_request_headers.started"):
                left = left or getattr(info.get("request"), "method", b"") != b"CONNECT"

        token = _ours.set(True)
        try:
            headers = {"Accept": "application/json", "Accept-Encoding": "identity", **self._headers()}
            if content is not None:
                headers["Content-Type"] = "application/json"
            url, seen = self.base_url + path, {"trace": watch}
            with self._client("paid" if paid else "free") as client:
                async with (
                    asyncio.timeout(self._timeouts.total),
                    client.stream(method, url, content=content, headers=headers, extensions=seen) as response,
                ):
                    return await _read(response, self.scrubber)
        except TimeoutError:
            return _Failure(left, f"no answer within {self._timeouts.total:g} s")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ImportError, ValueError) as bad:
            return _Failure(left, _reason(bad))
        finally:
            _ours.reset(token)

    @asynccontextmanager
    async def stream(self, url: str, headers: Mapping[str, str]) -> AsyncIterator[Stream]:
        """A download from any host, without the key; raises Broken if it does not begin. Follows no redirect."""
        token = _ours.set(True)
        response: httpx.Response | None = None
        why = ""
        try:
            with ExitStack() as stack:
                try:
                    client = stack.enter_context(self._client("files"))
                    request = client.build_request(
                        "GET", url, headers={"Accept-Encoding": "identity", **headers}
                    )
                    response = await client.send(request, stream=True)
                except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ImportError, ValueError) as bad:
                    why = _reason(bad)
                if response is None:
                    raise Broken(self.scrubber.text(why, 300))
                try:
                    yield Stream(response)
                finally:
                    await response.aclose()
        finally:
            _ours.reset(token)

    async def aclose(self) -> None:
        """Close every connection."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()

    @contextmanager
    def _client(self, kind: Kind) -> Iterator[httpx.AsyncClient]:
        """A client for one call. The more calls are under way, the more clients: a pool's work grows as their square."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            # Connections of another loop cannot even be closed from here.
            self._clients, self._busy, self._loop = {}, Counter(), loop
        busy, slot = self._busy, (kind, self._busy[kind] // POOL_CALLS)
        if slot not in self._clients:
            self._clients[slot] = self._opened(kind)
        busy[kind] += 1
        try:
            yield self._clients[slot]
        finally:
            busy[kind] -= 1

    def _opened(self, kind: Kind) -> httpx.AsyncClient:
        t = self._timeouts
        if self._tls is None:
            # The usual context takes longer to make than a call to this machine, where it is not needed.
            plain = self.local and self.base_url.startswith("http:") and kind != "files"
            self._tls = None if plain else httpx.create_ssl_context()
        return httpx.AsyncClient(
            timeout=httpx.Timeout(
                t.chunk if kind == "files" else t.read, connect=t.connect, write=t.write, pool=None
            ),
            # A kept connection may be closed by the other end just as a paid request goes out, and nobody can tell
            # then whether it arrived: paid requests get a connection of their own.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0 if kind == "paid" else 10),
            follow_redirects=False,
            # A proxy from the environment must not stand between us and this machine.
            trust_env=not self.local,
            verify=self._tls or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            cookies=http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=[])),
            headers={"User-Agent": AGENT},
            event_hooks={"response": [_hide_location]},
        )

    def _hint(self) -> str:
        return "; is `kit sandbox` running?" if self.provider == "sandbox" else ""


async def _hide_location(response: httpx.Response) -> None:
    """Keep `Location` from httpx, which reads where a redirect leads even if it does not follow, and may fail."""
    if (location := response.headers.get("location")) is not None:
        response.headers[_LOCATION] = location
        del response.headers["location"]


def _headers(response: httpx.Response) -> dict[str, str]:
    """The answer's headers, names in lower case."""
    return {("location" if k.lower() == _LOCATION else k.lower()): v for k, v in response.headers.items()}


async def _read(response: httpx.Response, scrubber: Scrubber) -> Reply:
    """The answer as far as it came and is not too large. A key that it echoes goes here, before anything sees it."""
    parts: list[bytes] = []
    size, whole = 0, True
    try:
        async for part in response.aiter_bytes():
            size += len(part)
            if size > ANSWER_LIMIT:
                whole = False
                break
            parts.append(part)
    except (httpx.HTTPError, httpx.StreamError):
        whole = False
    text = scrubber.keys(b"".join(parts).decode("utf-8-sig", "replace"))
    data = None
    if whole:
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            data = None
    headers = {k: scrubber.keys(v) for k, v in _headers(response).items()}
    return Reply(response.status_code, headers, data, text, whole)


def _reason(bad: Exception) -> str:
    """A failure in words, with the system's own where there are any: the transport's may be empty."""
    if isinstance(bad, ValueError | ImportError):
        # Its text may quote a header.
        return type(bad).__name__
    text, inner = str(bad), bad.__cause__ or bad.__context__
    while inner is not None:
        if isinstance(inner, OSError) and str(inner):
            text = str(inner)
        inner = inner.__cause__ or inner.__context__
    return f"{type(bad).__name__}: {text}" if text else type(bad).__name__


_ours: contextvars.ContextVar[bool] = contextvars.ContextVar("kit_http_ours", default=False)


class _Quiet(logging.Filter):
    """Drops what the transport logs of our own calls: it names whole links, with their signatures."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - what it says does not matter
        return not _ours.get()


for _name in (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
):
    logging.getLogger(_name).addFilter(_Quiet())
