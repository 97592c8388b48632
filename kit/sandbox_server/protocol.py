"""What the four protocols have in common: a call, the desk behind the counter, and the shape of a protocol."""

import json
import re
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from kit.sandbox_server.clock import Clock
from kit.sandbox_server.faults import Event, FaultDesk
from kit.sandbox_server.files import FileStore, Stored
from kit.sandbox_server.filming import Footage
from kit.sandbox_server.jobs import Job, Refused
from kit.sandbox_server.journal import Journal
from kit.sandbox_server.options import Options
from kit.sandbox_server.tasks import Task, TaskTable

MOST_LEVELS = 50
_SURROGATE = re.compile("[\ud800-\udfff]")


class Json(Response):
    """JSON as a provider would write it."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The bytes."""
        return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


@dataclass
class Call:
    """One exchange. `word` and `expired` are faults that the answer itself has to carry."""

    kind: str
    request: Request
    body: bytes = b""
    word: str | None = None
    expired: bool = False

    @property
    def base(self) -> str:
        """The server's own address as the client knows it, without a slash at the end."""
        return str(self.request.base_url).rstrip("/")

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises Refused."""
        try:
            given = json.loads(self.body, parse_constant=_no_constant)
            text = json.dumps(given, ensure_ascii=False)
        except (ValueError, RecursionError) as error:
            raise Refused(400, f"the body is no JSON: {error}", kind="json") from None
        if not isinstance(given, dict):
            raise Refused(400, f"the body is a {type(given).__name__}; an object is needed", kind="json")
        if _deeper(given, MOST_LEVELS):
            raise Refused(400, f"the body has more than {MOST_LEVELS} levels", kind="json")
        if _SURROGATE.search(text):
            raise Refused(400, "the body has half a surrogate pair, which is no character", kind="json")
        return given

    def param(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def whole(self, name: str, default: int, *, low: int, high: int) -> int:
        """A whole number of the query. Raises Refused."""
        given = self.request.query_params.get(name, str(default))
        if not given.isascii() or not given.isdigit() or len(given) > 15 or not low <= int(given) <= high:
            raise Refused(400, f"`{name}` must be a whole number from {low} to {high}", kind="query")
        return int(given)


Handler = Callable[[Call], Awaitable[Response]]


class Way(NamedTuple):
    """A method and a path (below the protocol's prefix), what a fault plan calls it, and who answers."""

    method: str
    path: str
    kind: str
    handler: Handler


@dataclass
class Desk:
    """Everything that the protocols share."""

    options: Options
    clock: Clock
    wall: Callable[[], float]
    table: TaskTable
    files: FileStore
    journal: Journal
    faults: FaultDesk
    expiring: deque[tuple[float, Footage]] = field(default_factory=deque)

    def take_on(self, job: Job, *, broke: Callable[[], Refused]) -> Task:
        """Create the task of a job. Raises what `broke` makes if the account cannot pay for it."""
        self._sweep()
        spent, frozen = self.table.money(job.provider)
        if self.table.price(job) > self.options.credit_usd - spent - frozen + 1e-9:
            raise broke()
        event = Event("task", job.provider, "", job.model, job.prompt, self.table.next_number())
        traits: dict[str, Mapping[str, Any]] = {
            rule.fault: rule.details for rule in self.faults.strike(event)
        }
        return self.table.create(job, traits)

    def balance(self, provider: str) -> float:
        """US$ left, what is set aside taken off."""
        spent, frozen = self.table.money(provider)
        return round(self.options.credit_usd - spent - frozen, 6)

    def link(self, call: Call, task: Task) -> str:
        """The address of a task's clip: "" if it has none. Always the same one, until it expires."""
        showing = task.state == "completed" or ("early_link" in task.traits and task.state == "processing")
        if not showing or "no_link" in task.traits or task.film_ready_at is None or task.footage.exception():
            return ""
        if task.file is None:
            footage = task.footage.result()
            task.file = self.files.add(Stored(footage.read, "video/mp4", task.job.provider, task.id), ".mp4")
        ended = task.ended_at or self.clock.now()
        expires = ended + self.options.link_seconds
        if task.state == "completed" and not task.swept:
            task.swept = True
            self.expiring.append((expires, task.footage.result()))
        return self.files.link(call.base, task.file, self.clock.now() - 1 if call.expired else expires)

    def cover(self, call: Call, task: Task) -> str:
        """The address of a still picture, for result shapes that have one."""
        return self.link(call, task).replace(".mp4?", ".png?")

    def _sweep(self) -> None:
        """Remove clips whose links have expired."""
        while self.expiring and self.expiring[0][0] < self.clock.now() - 60:
            self.expiring.popleft()[1].discard()


class Protocol(ABC):
    """One provider's way of speaking. `name` is the provider, `prefix` where its paths begin."""

    name: str
    prefix: str

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @abstractmethod
    def ways(self) -> Iterator[Way]:
        """Every call there is; those that come first win."""

    @abstractmethod
    def check_key(self, call: Call) -> None:
        """Raise Refused unless the request carries the right key."""

    @abstractmethod
    def error(self, refused: Refused) -> Response:
        """A refusal in the provider's own form."""

    def task(self, call: Call) -> Task:
        """The task that the path names. Raises Refused."""
        found = self.desk.table.get(self.name, call.param("task_id"))
        if found is None:
            raise Refused(404, "there is no such task", kind="missing")
        return found

    def retry_headers(self, refused: Refused) -> dict[str, str]:
        """The Retry-After header, if the refusal has one."""
        return {} if refused.retry_after is None else {"retry-after": refused.retry_after}


def bearer(request: Request, scheme: str) -> str:
    """What follows the scheme in the Authorization header, "" if there is none."""
    given, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if given.casefold() == scheme.casefold() else ""


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _deeper(value: Any, levels: int) -> bool:
    """Whether lists and objects are nested more than `levels` deep."""
    layer = [value]
    for _ in range(levels):
        inner: list[Any] = []
        for one in layer:
            if isinstance(one, dict):
                inner.extend(one.values())
            elif isinstance(one, list):
                inner.extend(one)
        if not inner:
            return False
        layer = inner
    return any(isinstance(one, dict | list) for one in layer)
