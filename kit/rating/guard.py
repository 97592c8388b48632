"""Which requests the rating server answers at all: by the host they name, where they come from, and how large they are."""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.requests import Request

from kit.listening import is_loopback

MOST_BYTES = 64 * 1024
BODY_SECONDS = 10.0


class Unwelcome(Exception):
    """A request that is not answered; `status` and `said` are all that its sender learns."""

    def __init__(self, status: int, said: str) -> None:
        self.status, self.said = status, said
        super().__init__(said)


class Hosts:
    """The names under which the server is known.

    A page of another site can make a name of its own point here (DNS rebinding) and would then be of the same origin;
    its requests name that host, and are refused. An address in figures cannot be made to point elsewhere.
    """

    def __init__(self, names: Iterable[str], *, remote: bool) -> None:
        self._names = {name.lower() for name in names}
        self._remote = remote

    @classmethod
    def of(cls, host: str, *, remote: bool) -> "Hosts":
        """The names of a server that listens on `host`; with `remote` also those of this machine."""
        return cls([host, *([socket.gethostname(), socket.getfqdn()] if remote else [])], remote=remote)

    def check(self, header: str) -> None:
        """Refuse a request whose Host header names another server."""
        if not self.know(header):
            raise Unwelcome(404, "")

    def know(self, header: str) -> bool:
        """Whether a Host header names this server."""
        try:
            name = urlsplit(f"//{header}").hostname or ""
        except ValueError:
            return False
        if name in self._names or is_loopback(name):
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return self._remote


def check_origin(request: Request) -> None:
    """Refuse what another site's page sends. Browsers say where a POST comes from; what is no browser says nothing."""
    origin = request.headers.get("origin")
    host = request.headers.get("host", "")
    if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
        raise Unwelcome(403, "This was sent from another page. Open your own link again.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Unwelcome(415, "This was not sent by the rating page. Open your own link again.")


async def small_body(request: Request) -> bytes:
    """The body of at most 64 kB. Raises Unwelcome for more, and for one that takes longer than 10 s."""
    parts, size = [], 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > MOST_BYTES:
                    raise Unwelcome(413, "This is too long. Shorten the note and try again.")
                parts.append(part)
    except TimeoutError:
        raise Unwelcome(408, "This took too long to arrive.") from None
    return b"".join(parts)
