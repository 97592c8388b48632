"""The server as a running thing: a listening socket, uvicorn, and a way to stop."""

import asyncio
import contextlib
import ipaddress
import json
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from kit.errors import BadParameter
from kit.sandbox_server.app import Sandbox
from kit.sandbox_server.broken import TRANSPORT
from kit.sandbox_server.options import Options, read_options

PORT = 8787


class _Wire(H11Protocol):
    """uvicorn's protocol; it puts the connection's transport into the scope, so that a fault can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Make the transport known to every request of the connection."""
        super().connection_made(transport)
        inner = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope[TRANSPORT] = transport
            await inner(scope, receive, send)

        self.app = app


class RunningServer(uvicorn.Server):
    """uvicorn with two additions: it says when it is ready, and it ends silences before it waits for connections."""

    def __init__(self, sandbox: Sandbox, *, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                sandbox,
                http=_Wire,
                ws="none",
                loop="asyncio",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=2,
            )
        )
        self._sandbox, self._ready = sandbox, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then call `ready`."""
        await super().startup(sockets=sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End every silence, stop, and stop filming."""
        self._sandbox.hush()
        await super().shutdown(sockets=sockets)
        await asyncio.to_thread(self._sandbox.close)


def listen(host: str = "127.0.0.1", port: int = 0, *, allow_remote: bool = False) -> socket.socket:
    """A listening socket. Raises BadParameter for a taken port, and for other machines' reach without `allow_remote`."""
    if not allow_remote and not is_loopback(host):
        raise BadParameter(
            f"host is {host!r}, which other machines can reach, and the sandbox's keys are known to everybody; "
            "use 127.0.0.1, or say that remote access is wanted"
        )
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, proto, _, address = found[0]
        listening = socket.socket(family, kind, proto)
    except OSError as error:
        raise BadParameter(f"no address for host {host!r}: {error}") from None
    try:
        if sys.platform != "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise BadParameter(
            f"cannot listen on {host}:{port}: {error.strerror}; choose another port, or 0 for any"
        ) from None
    return listening


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def address(listening: socket.socket) -> str:
    """The address of a listening socket, as clients on this machine write it."""
    host, port = listening.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - nothing is bound here
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(
    options: Options | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = PORT,
    allow_remote: bool = False,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until interrupted, in the main thread; `ready` is called with the server's address. Raises BadParameter."""
    sandbox = Sandbox(options)
    listening = listen(host, port, allow_remote=allow_remote)
    url = address(listening)
    try:
        with _ended_by_signals():
            RunningServer(sandbox, ready=lambda: ready(url) if ready else None).run(sockets=[listening])
    finally:
        listening.close()
        sandbox.close()


def serve_for_parent(given: dict[str, Any]) -> None:
    """Serve for the process that started this one: one line of JSON when ready, and stop when standard input ends."""
    admin = secrets.token_urlsafe(24)
    sandbox = Sandbox(read_options(given), admin=admin)
    listening = listen()

    def ready() -> None:
        sys.stdout.write(json.dumps({"url": address(listening), "admin": admin}) + "\n")
        sys.stdout.flush()

    server = RunningServer(sandbox, ready=ready)

    def watch() -> None:
        sys.stdin.buffer.read()
        server.should_exit = True

    threading.Thread(target=watch, name="sandbox-parent", daemon=True).start()
    try:
        with _ended_by_signals():
            server.run(sockets=[listening])
    finally:
        listening.close()
        sandbox.close()


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Ctrl-C and SIGTERM end the block and nothing more.

    uvicorn stops at either, and then raises it once more with whatever handler was there before.
    """

    def leave(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, leave)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)
