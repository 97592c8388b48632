"""A world of its own for a run: virtual time, a scripted gateway that remembers what was paid, a switch for the power."""

import asyncio
import selectors
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Self

import pytest

from kit.cards import load_cards
from kit.cards.card import Prices, Rate
from kit.errors import CannotAsk, DownloadFailed
from kit.generation import agenerate
from kit.generation.policy import Clock
from kit.providers.base import Account, TaskRef, TaskState
from kit.storage.config import StudyConfig
from kit.study import Study
from kit.suite import Prompt, Suite

EPOCH = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PRICE = 0.50


class Crash(BaseException):
    """The process ends here."""


class Power:
    """Counts the points that a run passes and cuts the power at one; from then on every point is the end."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self.cut_at: int | str | None = None
        self.off = False
        self._awaited: list[tuple[str, int, asyncio.Event]] = []

    def point(self, label: str) -> None:
        if not self.off:
            self.passed.append(label)
            self.off = self.cut_at in (len(self.passed), label)
        if self.off:
            raise Crash(label)
        for awaited, times, event in self._awaited:
            if self.passed.count(awaited) >= times:
                event.set()

    async def reached(self, label: str, times: int = 1) -> None:
        """Wait until the run has passed this point so often, from now on or already."""
        event = asyncio.Event()
        if self.passed.count(label) < times:
            self._awaited.append((label, times, event))
            await event.wait()


class _Jump(selectors.DefaultSelector):
    """Instead of waiting, lets the world's time jump."""

    world: "World"

    def select(self, timeout: float | None = None) -> Any:
        events = super().select(0)
        if events or timeout == 0:
            return events
        assert timeout is not None, "everything waits for something that nobody will do"
        self.world.seconds += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose time passes only when nobody has anything to do."""

    def __init__(self, world: "World") -> None:
        selector = _Jump()
        selector.world = world
        self._world = world
        super().__init__(selector)

    def time(self) -> float:
        return self._world.seconds


class WorldClock(Clock):
    def __init__(self, world: "World") -> None:
        self._world = world

    def utc(self) -> datetime:
        return EPOCH + timedelta(seconds=self._world.seconds)


@dataclass
class Paid:
    """A task that the gateway has."""

    id: str
    external_id: str
    prompt: str
    at: float
    polls: int = 0


@dataclass
class Gateway:
    """What is on the other side of the network: it outlives every run. Scripts are used up call by call."""

    world: "World"
    clips: list[bytes]
    account: Account | None = None
    askable: bool = False
    takes: float = 20.0
    queue: float = 5.0
    answering: float = 0.25  # seconds of the world's time that an answer to a submission travels
    sending: float = 0.1  # and a clip
    cost: float | None = PRICE
    on_submit: list[Any] = field(default_factory=list)
    on_poll: list[Any] = field(default_factory=list)
    on_download: list[Any] = field(default_factory=list)
    on_find: list[Any] = field(default_factory=list)
    ends: Callable[[Paid], dict[str, Any]] = lambda _: {}
    paid: list[Paid] = field(default_factory=list)
    posts: list[tuple[float, str]] = field(default_factory=list)
    polls: list[tuple[float, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    most_at_once: int = 0
    opened: int = 0
    closed: int = 0

    def accept(self, external_id: str, wire: Any) -> Paid:
        paid = Paid(f"t{len(self.paid) + 1}", external_id, wire.body["input"]["prompt"], self.world.seconds)
        self.paid.append(paid)
        self.bodies.append(wire.body)
        running = sum(self.world.seconds < p.at + self.queue + self.takes for p in self.paid)
        self.most_at_once = max(self.most_at_once, running)
        return paid

    def found(self, task_id: str) -> Paid:
        return next(p for p in self.paid if p.id == task_id)

    def at_once(self) -> None:
        """Everything is there as soon as it is asked for, so that real time will do."""
        self.takes = self.queue = self.answering = self.sending = 0.0


class FakeProvider:
    """A provider that does what its gateway's script says, and the obvious where that says nothing."""

    def __init__(self, name: str, gateway: Gateway) -> None:
        self.name, self._gateway = name, gateway
        self.base_url = "https://user@api.gateway.test/v1"

    async def __aenter__(self) -> Self:
        self._gateway.opened += 1
        return self

    async def __aexit__(self, *_: object) -> None:
        self._gateway.closed += 1

    async def submit(self, wire: Any, *, external_id: str) -> TaskRef:
        gateway, power = self._gateway, self._gateway.world.power
        gateway.posts.append((gateway.world.seconds, external_id))
        power.point("before arriving")
        step = gateway.on_submit.pop(0) if gateway.on_submit else None
        if isinstance(step, tuple):  # accepted, but the answer goes wrong
            gateway.accept(external_id, wire)
            raise step[1]
        if isinstance(step, BaseException):
            raise step
        if callable(step):
            await step()
        paid = gateway.accept(external_id, wire)
        power.point("before answering")
        await asyncio.sleep(gateway.answering)
        power.point("before the answer arrives")
        return TaskRef(paid.id, {"path": wire.path})

    async def poll(self, task: TaskRef, *, answer: Any = None) -> TaskState:  # noqa: ARG002
        gateway = self._gateway
        gateway.world.power.point("before polling")
        gateway.polls.append((gateway.world.seconds, task.task_id))
        step = gateway.on_poll.pop(0) if gateway.on_poll else None
        if isinstance(step, BaseException):
            raise step
        paid = gateway.found(task.task_id)
        paid.polls += 1
        if isinstance(step, dict):
            return TaskState(**({"status": "running", "word": "processing", "known_word": True} | step))
        created = EPOCH + timedelta(seconds=paid.at)
        age = gateway.world.seconds - paid.at
        times = {"created_at": created, "started_at": created + timedelta(seconds=gateway.queue)}
        if age < gateway.queue:
            return TaskState("queued", "pending", known_word=True, created_at=created)
        if age < gateway.queue + gateway.takes:
            return TaskState("running", "processing", known_word=True, **times)
        link = f"https://files.gateway.test/{paid.id}/{paid.polls}.mp4?signature=canary"
        ended = created + timedelta(seconds=gateway.queue + gateway.takes)
        values = {
            "status": "completed", "word": "completed", "known_word": True, "urls": (link,), **times,
            "ended_at": ended, "cost_usd": gateway.cost,
            "raw": {"output": {"truth": {"prompt": paid.prompt}}, "task_id": paid.id},
        }  # fmt: skip
        return TaskState(**(values | gateway.ends(paid)))

    async def find(self, external_id: str, *, path: str | None = None) -> TaskRef | None:
        gateway = self._gateway
        if not gateway.askable:
            raise CannotAsk(self.name, "it keeps no id of ours")
        step = gateway.on_find.pop(0) if gateway.on_find else None
        if isinstance(step, BaseException):
            raise step
        assert path == "/api/v1/task"
        found = [p for p in gateway.paid if p.external_id == external_id]
        return TaskRef(found[0].id, {"path": path}) if found else None

    async def account(self) -> Account | None:
        if isinstance(self._gateway.account, BaseException):
            raise self._gateway.account
        return self._gateway.account

    async def upload(self, path: Path) -> str:
        return f"https://files.gateway.test/{path.name}"

    async def download(self, url: str, into: Path, **_: Any) -> None:
        gateway = self._gateway
        gateway.world.power.point("before downloading")
        gateway.links.append(url)
        step = gateway.on_download.pop(0) if gateway.on_download else None
        if isinstance(step, BaseException):
            raise step
        await asyncio.sleep(gateway.sending)
        number = int(url.split("/")[3][1:])
        into.write_bytes(step if isinstance(step, bytes) else gateway.clips[number % len(gateway.clips)])  # noqa: ASYNC240
        gateway.world.power.point("after downloading")

    async def cancel(self, task: TaskRef) -> bool:  # noqa: ARG002
        return False

    async def aclose(self) -> None:
        pass


def priced_cards(price: float | None = PRICE, *, providers: tuple[str, ...] = ("piapi",)) -> Any:
    """Cards of made-up models that the made-up gateway runs, with the sandbox's own spelling."""
    model = load_cards()["sandbox-quick"]
    spelling = model.providers["sandbox"]
    prices = {} if price is None else {
        name: Prices((Rate(price, price, a_second=False),), looked_up="2026-11") for name in providers
    }  # fmt: skip
    return {
        name: replace(
            model,
            id=name,
            title=name,
            sandbox=False,
            prices=prices,
            providers=dict.fromkeys(providers, spelling),
        )
        for name in ("alpha", "beta")
    }


class World:
    """A study, a gateway, virtual time, and the power switch."""

    def __init__(self, study: Study, clips: list[bytes]) -> None:
        self.study = study
        self.seconds = 0.0
        self.power = Power()
        self.gateway = Gateway(self, clips)
        self.cards = priced_cards()
        self.told: list[Any] = []
        self.clock = WorldClock(self)

    def provider(self, name: str) -> FakeProvider:
        return FakeProvider(name, self.gateway)

    def do(self, work: Any) -> Any:
        """Run a coroutine in virtual time."""
        with asyncio.Runner(loop_factory=lambda: VirtualLoop(self)) as runner:
            return runner.run(work)

    def options(self, **changes: Any) -> dict[str, Any]:
        async def inline(function: Callable[..., Any], *args: Any) -> Any:
            return function(*args)

        return {
            "cards": self.cards, "providers": self.provider, "clock": self.clock, "random": Random(4),
            "offload": inline, "hook": self.power.point, "max_usd": 100.0, "progress": self.told.append,
        } | changes  # fmt: skip

    def run(self, **changes: Any) -> Any:
        """One run from start to end."""
        return self.do(agenerate(self.study, **self.options(**changes)))

    def crash(self, at: int | str, **changes: Any) -> bool:
        """One run whose process dies at a point; False if it never got there."""
        self.power = Power()
        self.power.cut_at = at
        try:
            self.run(**changes)
        except Crash:
            return True
        finally:
            self.power = Power()
        return False

    def states(self) -> list[str]:
        return [task.state for task in self.study.ledger.tasks()]

    def paid_twice(self) -> list[str]:
        """Attempts that the gateway took more than once."""
        return [name for name, n in Counter(p.external_id for p in self.gateway.paid).items() if n > 1]

    def expired(self) -> DownloadFailed:
        return DownloadFailed("piapi", "HTTP 403: the link has expired", final=True)


@pytest.fixture(scope="session")
def three_clips(make_clip: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    folder = tmp_path_factory.mktemp("gateway")
    return [make_clip(folder / f"{seed}.mp4", seed=seed).read_bytes() for seed in range(3)]


def config(prompts: int, models: tuple[str, ...], clips: str | None = None) -> StudyConfig:
    suite = Suite(
        "s", "S", tuple(Prompt(f"p{i}", f"A paper boat, number {i}.") for i in range(1, prompts + 1))
    )
    return StudyConfig(models=models, suite=suite, clips=clips)


@pytest.fixture
def make_world(tmp_path: Path, three_clips: list[bytes]) -> Iterator[Callable[..., World]]:
    """Makes a world whose study has so many prompts and these models."""
    made: list[Study] = []

    def make(prompts: int = 2, models: tuple[str, ...] = ("alpha",), *, url: str | None = None) -> World:
        if url:
            study = Study.create(url, config(prompts, models, str(tmp_path / "clips")))
        else:
            # A copy of a new study is quicker than another new one, and some tests need a hundred.
            template = tmp_path / f"template-{prompts}-{'-'.join(models)}"
            if not template.exists():
                Study.create(template, config(prompts, models)).close()
            study = Study.open(shutil.copytree(template, tmp_path / f"study{len(made)}"))
        made.append(study)
        return World(study, three_clips)

    yield make
    for study in made:
        study.close()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """Two prompts, one model, a gateway that does as it is told."""
    return make_world()
