"""A provider on loopback that does what a test tells it, down to the bytes and the way a connection ends."""

import asyncio
import contextlib
import json
import socket
import socketserver
import struct
import threading
import traceback
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from kit.providers import Timeouts, open_provider

CANARY = "canary-4f1d9b7e6c2a8053-zz"
ACCESS = "access-77aa01cc93de5b42"
KEYS: dict[str, Any] = {
    "piapi": CANARY,
    "fal": f"{CANARY}:fal-part-91c2d3e4f5a6",
    "replicate": f"r8_{CANARY}",
    "kling": (ACCESS, CANARY),
}


@dataclass
class Request:
    """One request as it came over the wire; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    port: int  # of the client: the same for two requests over one connection

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Script:
    """One answer. `end`: close, keep, reset (after what was sent), silence. `early`: before the body is read."""

    raw: bytes = b""
    end: str = "close"
    early: bool = False


@dataclass
class Stub:
    """The scripted server: answers are given in order, one for each request."""

    url: str = ""
    script: list[Script | Callable[[Request], bytes]] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)

    def json(self, body: Any, status: int = 200, **headers: str) -> None:
        self.text(json.dumps(body), status, **{"content-type": "application/json", **headers})

    def text(self, body: str, status: int = 200, **headers: str) -> None:
        self.send(body.encode(), status, **headers)

    def send(
        self,
        body: bytes,
        status: int = 200,
        *,
        promise: int | None = None,
        end: str = "close",
        **headers: str,
    ) -> None:
        """`promise` is the Content-Length where it is not the truth."""
        raw = self.message(body, status, promise, headers)
        self.raw(raw if end != "keep" else raw.replace(b"Connection: close\r\n", b""), end)

    def raw(self, raw: bytes, end: str = "close") -> None:
        """These bytes, headers and all."""
        self.script.append(Script(raw, end))

    def fail(self, end: str, *, early: bool = False) -> None:
        """No answer at all: the connection ends as told."""
        self.script.append(Script(b"", end, early))

    @staticmethod
    def message(
        body: bytes, status: int = 200, promise: int | None = None, headers: dict[str, str] | None = None
    ) -> bytes:
        length = len(body) if promise is None else promise
        lines = [f"HTTP/1.1 {status} Stub", f"Content-Length: {length}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in (headers or {}).items()]
        return "\r\n".join([*lines, "", ""]).encode() + body


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64


def _handler(stub: Stub) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.one() == "keep":
                pass

        def one(self) -> str | None:
            start = self.rfile.readline().decode().split()
            if len(start) < 2:
                return None
            headers = {}
            while line := self.rfile.readline().decode().strip():
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            step = stub.script.pop(0) if stub.script else Script(Stub.message(b"the script is over", 500))
            body = b""
            if callable(step) or not step.early:
                body = self.rfile.read(int(headers.get("content-length", 0)))
            request = Request(start[0], start[1], headers, body, self.client_address[1])
            stub.requests.append(request)
            stub.arrived.set()
            script = Script(step(request)) if callable(step) else step
            self.wfile.write(script.raw)
            self.wfile.flush()
            if script.end == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            elif script.end == "silence":
                stub.over.wait(30)
            return script.end

        def finish(self) -> None:
            with contextlib.suppress(OSError):
                super().finish()

    return Handler


@pytest.fixture
def stub() -> Iterator[Stub]:
    """A server of the test's own on a free port of this machine."""
    stub = Stub()
    with _Server(("127.0.0.1", 0), _handler(stub)) as server:
        stub.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield stub
        stub.over.set()
        server.shutdown()
        thread.join()


@dataclass(frozen=True)
class Wire:
    """What `kit.cards.wire` makes of a card."""

    path: str
    body: dict[str, Any]


WIRES = {
    "piapi": Wire(
        "/api/v1/task",
        {
            "model": "kling",
            "task_type": "video_generation",
            "input": {"prompt": "a paper boat on a puddle", "version": "3.0", "mode": "std", "duration": 5},
            "config": {"service_mode": "public"},
        },
    ),
    "kling": Wire("/v1/videos/text2video", {"model_name": "kling-v3", "prompt": "a boat", "duration": "5"}),
    "fal": Wire("/fal-ai/kling-video/v3/pro/text-to-video", {"prompt": "a boat", "duration": "5"}),
    "replicate": Wire("/v1/models/kwaivgi/kling-v3-video/predictions", {"input": {"prompt": "a boat"}}),
}


@pytest.fixture
def wires() -> dict[str, Wire]:
    """A request for each provider."""
    return WIRES


@pytest.fixture
def canary() -> str:
    """A part of every provider's key, which must show nowhere."""
    return CANARY


@pytest.fixture
def ask(stub: Stub) -> Callable[..., Any]:
    """`ask(name, use)`: open the provider at the stub, await `use(provider)` in a loop of its own, close it."""

    def asking(name: str, use: Callable[[Any], Awaitable[Any]], **options: Any) -> Any:
        options = {
            "base_url": stub.url,
            "environ": {},
            # Long enough for a busy machine to answer, short enough for the tests in which nobody does.
            "timeouts": Timeouts(5.0, 5.0, 1.5, 8.0, 1.5),
            **options,
        }

        async def go() -> Any:
            async with open_provider(name, key=KEYS.get(name), **options) as provider:
                return await use(provider)

        return asyncio.run(go())

    return asking


@pytest.fixture
def submit(ask: Callable[..., Any]) -> Callable[..., Any]:
    """`submit(name)`: send the provider's request once."""

    def sending(name: str, external_id: str = "run7-p3-v3", **options: Any) -> Any:
        return ask(name, lambda p: p.submit(WIRES[name], external_id=external_id), **options)

    return sending


@pytest.fixture
def everything() -> Callable[[BaseException], str]:
    """All that an exception can show: its chain with every frame's locals, and its attributes."""

    def shown(error: BaseException) -> str:
        parts, seen = [], error
        while seen is not None:
            trace = traceback.TracebackException.from_exception(seen, capture_locals=True)
            # Frames of the test itself hold the key that the test gave.
            own = [f for f in trace.stack if "/kit/" in f.filename or "site-packages" in f.filename]
            parts += [str(frame.locals) for frame in own]
            parts += [str(seen), repr(seen), repr(vars(seen))]
            seen = seen.__cause__ or seen.__context__
        return "\n".join(parts)

    return shown
