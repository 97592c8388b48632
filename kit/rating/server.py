"""`kit rate`: the rating panel as a page, for raters without notebooks. One process serves a whole class.

    with rating_server(study, ["Mira", "Tom"]) as running:      # in a thread
        print(running.links["Mira"])

`serve` does the same in the main thread until it is interrupted. The server listens on this machine only, unless told
otherwise.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from kit.errors import BadParameter
from kit.listening import address, ended_by_signals, is_loopback, listen
from kit.rating.app import RatingApp
from kit.rating.guard import Hosts
from kit.rating.options import RatingOptions

if TYPE_CHECKING:
    from kit.study import Study

HEAD_SECONDS = 20.0
STOP_SECONDS = 15
START_SECONDS = 60.0


@dataclass(frozen=True)
class RatingLinks:
    """A running server: its address and, by rater, the personal links. Who has a link rates under that name."""

    root: str
    links: dict[str, str]


class _Patient(H11Protocol):
    """uvicorn's protocol; a connection on which no request comes is closed after a while."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.loop.call_later(HEAD_SECONDS, self._look)

    def _look(self) -> None:
        # uvicorn sets it with the first request, although its type says that it is always there.
        if getattr(self, "cycle", None) is None and not self.transport.is_closing():
            self.transport.close()


class _Server(uvicorn.Server):
    def __init__(self, app: RatingApp, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_Patient,
                ws="none",
                loop="asyncio",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._ready()


def serve(
    study: "Study",
    raters: Sequence[str],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    allow_remote: bool = False,
    options: RatingOptions | None = None,
    on_ready: Callable[[RatingLinks], None] | None = None,
) -> None:
    """Serve until interrupted, in the main thread; then finish what is being stored.

    `on_ready` is called with the links once the server listens. Without `options` nothing is revealed. Raises
    BadParameter for names, options, a host or a port that cannot be.
    """
    with _prepared(study, raters, host, port, options, allow_remote=allow_remote) as (app, listening):
        told = _links(app, listening)
        with ended_by_signals():
            _Server(app, lambda: on_ready(told) if on_ready else None).run(sockets=[listening])


@contextlib.contextmanager
def rating_server(
    study: "Study",
    raters: Sequence[str],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    allow_remote: bool = False,
    options: RatingOptions | None = None,
) -> Iterator[RatingLinks]:
    """The same in a thread, for as long as the block lasts."""
    with _prepared(study, raters, host, port, options, allow_remote=allow_remote) as (app, listening):
        ready = threading.Event()
        server = _Server(app, ready.set)
        thread = threading.Thread(target=server.run, args=([listening],), name="kit-rating-server")
        thread.start()
        try:
            if not ready.wait(START_SECONDS):
                raise RuntimeError("the rating server did not start")
            yield _links(app, listening)
        finally:
            server.should_exit = True
            thread.join()


@contextlib.contextmanager
def _prepared(
    study: "Study",
    raters: Sequence[str],
    host: str,
    port: int,
    options: RatingOptions | None,
    *,
    allow_remote: bool,
) -> Iterator[tuple[RatingApp, socket.socket]]:
    if isinstance(raters, str):
        raise BadParameter(f"raters is {raters!r}; give a list of names, such as [{raters!r}]")
    caution = ", and whoever has a link can rate and see the clips"
    listening = listen(host, port, allow_remote=allow_remote, caution=caution)
    with contextlib.closing(listening):
        hosts = Hosts.of(host, remote=not is_loopback(host))
        app = RatingApp(study, raters, options=options or RatingOptions(reveal="never"), hosts=hosts)
        with contextlib.closing(app):
            yield app, listening


def _links(app: RatingApp, listening: socket.socket) -> RatingLinks:
    root = address(listening, remote=True)
    return RatingLinks(root, {rater: root + app.links.path(rater) for rater in app.links})
