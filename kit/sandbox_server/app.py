"""The sandbox server as one ASGI application."""

import asyncio
import hmac
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from kit.sandbox_server.broken import CLOSING
from kit.sandbox_server.clock import Clock, ManualClock, WallClock
from kit.sandbox_server.downloads import download
from kit.sandbox_server.exchange import exchange, read_body
from kit.sandbox_server.fal import Fal
from kit.sandbox_server.fault_reading import read_plan
from kit.sandbox_server.faults import FaultDesk, FaultPlan
from kit.sandbox_server.files import FileStore
from kit.sandbox_server.filming import Film, RenderFilm, small_clip
from kit.sandbox_server.jobs import REFUSAL, Refused
from kit.sandbox_server.journal import Journal
from kit.sandbox_server.kling import Kling
from kit.sandbox_server.options import PROVIDERS, Options
from kit.sandbox_server.piapi import PiAPI
from kit.sandbox_server.protocol import Call, Desk, Json, Protocol, Way
from kit.sandbox_server.replicate import Replicate
from kit.sandbox_server.schedule import Price, Schedule, table, usual_price, usual_times
from kit.sandbox_server.tasks import TaskTable

ADMIN_HEADER = "x-sandbox-admin"


class Sandbox:
    """An ASGI application that speaks the four providers' protocols and films with the sandbox renderer.

    What `options` cannot say as data may be given: `clock`, `film`, `schedule` (Job -> Times), `price` (Job -> US$).
    `wall` is the time against which Kling's tokens are checked. `admin` is the token that opens /_sandbox/; without
    one only its status can be read.
    """

    def __init__(
        self,
        options: Options | None = None,
        *,
        clock: Clock | None = None,
        film: Film | None = None,
        schedule: Schedule | None = None,
        price: Price | None = None,
        wall: Callable[[], float] = time.time,
        admin: str | None = None,
    ) -> None:
        self.options = options = options or Options()
        self.clock: Clock = clock or (ManualClock() if options.manual_clock else WallClock())
        self._film: Film = film or (
            RenderFilm(jobs=options.jobs) if options.film == "render" else small_clip()
        )
        rows = options.schedule
        self._schedule = schedule or (table(rows) if rows is not None else usual_times)
        self._price = price or usual_price
        self._admin = admin
        self._closing: asyncio.Event | None = None
        journal = Journal(self.clock, Path(options.journal) if options.journal else None)
        self._plan = read_plan(options.faults) if options.faults is not None else FaultPlan()
        faults = FaultDesk(self._plan)
        files = FileStore(self.clock)
        self.desk = Desk(options, self.clock, wall, self._table(journal), files, journal, faults)
        self._app = Starlette(routes=self._routes())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self._closing is None:
            self._closing = asyncio.Event()
        scope[CLOSING] = self._closing
        await self._app(scope, receive, send)

    def hush(self) -> None:
        """End every silence, so that the server can stop; called in the server's own loop."""
        if self._closing is not None:
            self._closing.set()

    def close(self) -> None:
        """Stop filming and remove what was filmed."""
        self._film.close()

    def reset(self) -> None:
        """Be as if just started: no tasks, files or journal, the options' faults, a hand-moved clock at its start."""
        desk = self.desk
        if isinstance(self.clock, ManualClock):
            self.clock.restart()
        desk.journal.clear()
        desk.files.clear()
        desk.expiring.clear()
        desk.faults.set(self._plan)
        desk.table = self._table(desk.journal)

    def status(self) -> dict[str, Any]:
        """What the server is and has to do, as JSON."""
        self.desk.table.settle_all()
        states: dict[str, int] = {}
        for task in self.desk.table.all():
            states[task.state] = states.get(task.state, 0) + 1
        return {
            "server": "kit sandbox",
            "note": REFUSAL,
            "any_model": self.options.any_model,
            "now": self.clock.now(),
            "tasks": states,
        }

    def _table(self, journal: Journal) -> TaskTable:
        options = self.options
        return TaskTable(
            clock=self.clock,
            film=self._film,
            journal=journal,
            schedule=self._schedule,
            price=self._price,
            speed=options.speed,
            places=dict.fromkeys(PROVIDERS, options.concurrency),
            manners=options.manners,
        )

    def _routes(self) -> list[Route]:
        desk = self.desk

        async def files(request: Request) -> Response:
            return await download(desk, request)

        routes = [
            Route("/files/{name}", files, methods=["GET", "HEAD"]),
            Route("/_sandbox/{what}", self._office, methods=["GET", "POST", "PUT"]),
        ]
        # The one at the root comes last, since it takes whatever the others leave.
        root = PiAPI(desk, "sandbox", "")
        for protocol in (PiAPI(desk, "piapi", "/piapi"), Kling(desk), Fal(desk), Replicate(desk), root):
            routes += [self._route(protocol, way) for way in protocol.ways()]
            routes.append(self._rest(protocol))
        return routes

    def _route(self, protocol: Protocol, way: Way) -> Route:
        async def answer(request: Request) -> Response:
            return await exchange(self.desk, protocol, way, request)

        return Route(protocol.prefix + way.path, answer, methods=[way.method])

    def _rest(self, protocol: Protocol) -> Route:
        async def nothing(call: Call) -> Response:
            path = call.request.url.path[:200]
            raise Refused(404, f"the sandbox knows no {call.request.method} {path}", kind="missing")

        way = Way("*", "/{rest:path}", "other", nothing)

        async def answer(request: Request) -> Response:
            return await exchange(self.desk, protocol, way, request)

        methods = ["GET", "POST", "PUT", "DELETE", "PATCH"]
        return Route(protocol.prefix + way.path, answer, methods=methods)

    async def _office(self, request: Request) -> Response:
        """/_sandbox/: status for everybody; journal, faults, advance, reset and wait with the admin token."""
        what = f"{request.method} {request.path_params['what']}"
        if what == "GET status":
            return Json(self.status())
        given = request.headers.get(ADMIN_HEADER, "")
        if self._admin is None or not hmac.compare_digest(given.encode(), self._admin.encode()):
            return PlainTextResponse(f"the header {ADMIN_HEADER} is missing or wrong\n", 403)
        try:
            call = Call("office", request, await read_body(request, self.options.max_body))
            return await self._errand(what, call)
        except (Refused, ValueError) as error:
            return PlainTextResponse(f"{error}\n", 400)

    async def _errand(self, what: str, call: Call) -> Response:
        match what:
            case "GET journal":
                self.desk.table.settle_all()
                return Json(self.desk.journal.snapshot())
            case "GET wait":
                what, count = (
                    call.request.query_params.get("what", ""),
                    call.whole("count", 1, low=0, high=10**9),
                )
                await self._until(self.desk.journal.wait(what, count))
            case "PUT faults":
                self.desk.faults.set(read_plan(call.json()))
            case "POST reset":
                self.reset()
            case "POST advance" if isinstance(self.clock, ManualClock):
                self.clock.advance(float(call.json()["seconds"]))
                self.desk.table.settle_all()
            case _:
                return PlainTextResponse("there is no such thing here\n", 404)
        return Json({"done": True})

    async def _until(self, waiting: Coroutine[Any, Any, None]) -> None:
        """Wait, but no longer than the server runs."""
        assert self._closing is not None
        tasks = (asyncio.ensure_future(waiting), asyncio.ensure_future(self._closing.wait()))
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
