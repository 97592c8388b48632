"""The server as a running thing: a listening socket, uvicorn, and a way to stop."""

import asyncio
import json
import secrets
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from kit.listening import address, ended_by_signals, listen
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
    caution = ", and the sandbox's keys are known to everybody"
    listening = listen(host, port, allow_remote=allow_remote, caution=caution)
    url = address(listening)
    try:
        with ended_by_signals():
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
        with ended_by_signals():
            server.run(sockets=[listening])
    finally:
        listening.close()
        sandbox.close()
