"""Answers that go wrong on the wire itself. Each is an ASGI response; the TCP transport comes in the request's scope."""

import asyncio
import socket
import struct
from http import HTTPStatus

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

# Where serve.py puts the connection's transport into the scope.
TRANSPORT = "kit.transport"
CLOSING = "kit.closing"


class Hangup(Response):
    """No answer: the connection is reset, or closed."""

    def __init__(self, *, reset: bool) -> None:
        super().__init__(status_code=599)
        self.reset = reset

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Hang up."""
        await hang_up(scope, receive, reset=self.reset)


class Silence(Response):
    """No answer, and no end of the connection either, until the client leaves or the server stops."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Wait for the client to leave."""
        left = asyncio.ensure_future(_left(receive))
        closing = asyncio.ensure_future(scope[CLOSING].wait())
        await asyncio.wait((left, closing), return_when=asyncio.FIRST_COMPLETED)
        for waiter in (left, closing):
            waiter.cancel()
        await hang_up(scope, receive, reset=False)


class Raw(Response):
    """Head and body written as they are, whatever they say of each other; then the connection is closed or reset."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes, *, reset: bool = False) -> None:
        super().__init__(status_code=status)
        self._lines, self._content, self._reset = headers, body, reset

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Write, and hang up."""
        transport = _transport(scope)
        lines = [f"HTTP/1.1 {self.status_code} {HTTPStatus(self.status_code).phrase}"]
        lines += [f"{name}: {value}" for name, value in self._lines.items()]
        head = "\r\n".join([*lines, "connection: close", "", ""]).encode("latin-1")
        transport.write(head + (b"" if scope["method"] == "HEAD" else self._content))
        if self._reset:
            # A reset throws away what has not been sent yet; a client that does not read is not waited for long.
            for _ in range(2_000):
                if not transport.get_write_buffer_size():
                    break
                await asyncio.sleep(0.001)
        await hang_up(scope, receive, reset=self._reset)


async def hang_up(scope: Scope, receive: Receive, *, reset: bool) -> None:
    """End the connection and wait until the server has noticed."""
    transport = _transport(scope)
    if reset:
        peer: socket.socket | None = transport.get_extra_info("socket")
        if peer is not None:
            # Lingering for no time at all makes the kernel send RST instead of FIN.
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        transport.close()
    await _left(receive)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _transport(scope: Scope) -> asyncio.WriteTransport:
    transport = scope.get(TRANSPORT)
    if not isinstance(transport, asyncio.WriteTransport):
        raise ConnectionResetError(
            "the sandbox hangs up here, as its fault plan says; there is no TCP connection to cut"
        )
    return transport
