"""The rating server as one ASGI application: a page, a question, a clip, and nothing else.

    GET  /r/TOKEN/          the rater's page
    POST /r/TOKEN/ask       {op, data} -> what RatingSession.ask says
    GET  /r/TOKEN/m/NAME    one of the rater's blind clips, with byte ranges
    GET  /static/NAME       script and sheet

Everything else is a 404 that says nothing. What goes wrong is told to raters in plain words; the details go to the log
of whoever runs the server.
"""

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from kit.errors import BadParameter, ClipError, KitError
from kit.rating.blind import BlindMedia
from kit.rating.guard import Hosts, Unwelcome, check_origin, small_body
from kit.rating.links import Links
from kit.rating.options import RatingOptions
from kit.rating.page import FOREVER, PRIVATE, page, static_files
from kit.rating.session import RatingSession

if TYPE_CHECKING:
    from kit.study import Study

THREADS = 8
MOST_AT_ONCE = 128
SESSIONS_KEPT = 128
BUSY = "The server is busy. Your answer is kept, and sent again in a moment."
BROKEN = "Something went wrong on the server. Your answer is kept, and sent again in a moment."
_log = logging.getLogger(__name__)
T = TypeVar("T")
Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


class RatingApp:
    """An ASGI application in which named raters rate one study. Close it when the server has stopped."""

    def __init__(
        self, study: "Study", raters: Iterable[str], *, options: RatingOptions, hosts: Hosts
    ) -> None:
        """Raises BadParameter for raters' names or options that cannot be."""
        secret = study.rating.secret()
        self.links = Links(secret, raters)
        self._study, self._options, self._hosts = study, options, hosts
        self._media = BlindMedia(study, secret)
        self._sessions: OrderedDict[str, RatingSession] = OrderedDict()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="kit-rating")
        self._running = 0
        try:
            for rater in self.links:
                # Options that this study cannot have are told to whoever starts the server, not to raters.
                self._session(rater)
        except BaseException:
            self.close()
            raise
        self._app = Starlette(
            routes=[
                Route("/r/{token}", self._guarded(self._to_page)),
                Route("/r/{token}/", self._guarded(self._page)),
                Route("/r/{token}/ask", self._guarded(self._ask), methods=["POST"]),
                Route("/r/{token}/m/{name}", self._guarded(self._clip)),
                Route("/static/{name}", self._guarded(self._static)),
            ],
            exception_handlers={404: _nothing, 405: _nothing},
        )
        self._app.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._app(scope, receive, send)

    def close(self) -> None:
        """Let answers that are being stored be stored, and remove the blind copies."""
        self._threads.shutdown(wait=True)
        self._media.close()

    # What is answered

    async def _page(self, request: Request) -> Response:
        self._rater(request)
        return Response(page(), media_type="text/html", headers=PRIVATE)

    async def _to_page(self, request: Request) -> Response:
        return RedirectResponse(self.links.path(self._rater(request)), 308, headers=PRIVATE)

    async def _static(self, request: Request) -> Response:
        file = static_files().get(request.url.path)
        if file is None:
            raise Unwelcome(404, "")
        return Response(file.content, headers=FOREVER | {"content-type": file.mime})

    async def _ask(self, request: Request) -> Response:
        rater = self._rater(request)
        check_origin(request)
        op, data = _question(await small_body(request))
        session = self._session(rater)
        told = await self._in_thread(lambda: session.ask(op, data))
        if op == "start":
            told = told | {"key": self.links.key(rater), "reveal": self._options.reveal}
        return JSONResponse(told, headers=PRIVATE)

    async def _clip(self, request: Request) -> Response:
        session = self._session(self._rater(request))
        name = str(request.path_params["name"])
        try:
            copy = await self._in_thread(lambda: session.media(name))
        except BadParameter:
            raise Unwelcome(404, "") from None
        return FileResponse(copy.path, media_type=copy.mime, headers=PRIVATE)

    # What it takes

    def _rater(self, request: Request) -> str:
        found = self.links.find(str(request.path_params["token"]))
        if found is None:
            raise Unwelcome(404, "")
        return found

    def _session(self, rater: str) -> RatingSession:
        """The rater's session; those asked least lately are forgotten, and made again from the study when needed."""
        session = self._sessions.get(rater)
        if session is None:
            session = RatingSession(self._study, rater=rater, options=self._options, media=self._media)
            self._sessions[rater] = session
            while len(self._sessions) > SESSIONS_KEPT:
                self._sessions.popitem(last=False)
        self._sessions.move_to_end(rater)
        return session

    async def _in_thread(self, work: Callable[[], T]) -> T:
        """Do it away from the loop. Once begun it is done to its end, even if the rater's connection is gone."""
        if self._running >= MOST_AT_ONCE:
            raise Unwelcome(503, BUSY)
        self._running += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._running -= 1

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint, with whatever goes wrong in it put into plain words."""

        async def answer(request: Request) -> Response:
            try:
                self._hosts.check(request.headers.get("host", ""))
                return await endpoint(request)
            except Exception as error:  # noqa: BLE001  a rater is told that it failed, the log is told why
                return _refused(error)

        return answer


async def _nothing(_request: Request, _error: Exception) -> Response:
    return _refusal(404, "")


def _refused(error: Exception) -> Response:
    """What a rater is told of an error: enough to know what to do, nothing of the machine or the study."""
    match error:
        case Unwelcome():
            return _refusal(error.status, error.said)
        case ClientDisconnect():
            return _refusal(400, "")
        case BadParameter():
            return _refusal(400, str(error))
        case ClipError():
            _log.error("a clip could not be shown", exc_info=error)
            return _refusal(
                410, "This clip cannot be shown. Skip the pair, and tell whoever sent you the link."
            )
        case KitError():
            _log.error("the study could not be used", exc_info=error)
            return _refusal(503, BUSY)
        case _:
            _log.error("a request could not be answered", exc_info=error)
            return _refusal(500, BROKEN)


def _refusal(status: int, said: str) -> Response:
    if status == 404 or not said:
        return PlainTextResponse("Not found\n" if status == 404 else "", status, headers=PRIVATE)
    later = {"retry-after": "1"} if status == 503 else {}
    return JSONResponse({"error": said}, status, headers=PRIVATE | later)


def _question(body: bytes) -> tuple[str, Any]:
    """Op and data of a question. Raises Unwelcome for anything else."""
    try:
        asked = json.loads(body)
    # A deeply nested list runs into the interpreter's limit.
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict) or asked.keys() != {"op", "data"} or not isinstance(asked["op"], str):
        raise Unwelcome(400, "The server did not understand this. Load the page again.")
    return asked["op"], asked["data"]
