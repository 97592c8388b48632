"""The table of tasks: what waits, what runs, what has ended, worked out from the clock whenever somebody asks.

Nothing runs in the background. `settle` replays everything that happened up to now in the order in which it happened,
so a task that ended between two polls ended at its own time and its successor began then.
"""

import heapq
import secrets
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from kit.sandbox_server.clock import Clock
from kit.sandbox_server.filming import Film, Footage
from kit.sandbox_server.jobs import Job
from kit.sandbox_server.journal import Journal
from kit.sandbox_server.schedule import Price, Schedule

State = Literal["pending", "processing", "completed", "failed", "cancelled"]
Manners = Literal["plain", "mixed"]


class Manner(NamedTuple):
    """The odd habits of an answer, fixed for each task so that a client meets all of them."""

    capital: bool = False
    east: bool = False
    created: bool = False
    llm: bool = False
    bare: int = 0

    @classmethod
    def of(cls, number: int, manners: Manners) -> "Manner":
        """The manner of the n-th task: none in plain servers, all combinations in turn in mixed ones."""
        if manners == "plain":
            return cls()
        n = number - 1
        return cls(n % 2 == 1, n % 3 == 1, n % 2 == 1, n % 4 >= 2, n % 3)


class TaskError(NamedTuple):
    """Why a task failed."""

    code: int
    message: str
    refused: bool = False


@dataclass
class Task:
    """One task. Times are seconds since 1970; `usd` is its price, `paid` what was charged in the end."""

    id: str
    number: int
    job: Job
    take: int
    manner: Manner
    usd: float
    queue: float
    processing: float
    created_at: float
    footage: Future[Footage]
    traits: Mapping[str, Mapping[str, Any]]
    state: State = "pending"
    started_at: float | None = None
    ended_at: float | None = None
    paid: float = 0.0
    error: TaskError | None = None
    file: str | None = None
    film_ready_at: float | None = None
    swept: bool = False

    @property
    def over(self) -> bool:
        """Whether it has ended, one way or another."""
        return self.state in ("completed", "failed", "cancelled")

    def truth(self) -> Mapping[str, Any] | None:
        """The truth about the clip, once it is there."""
        if self.footage.done() and not self.footage.cancelled() and self.footage.exception() is None:
            return self.footage.result().truth
        return None


@dataclass
class _Lane:
    """One account: its queue, its places for running tasks, its money."""

    places: int | None
    waiting: list[tuple[float, int, Task]] = field(default_factory=list)
    running: list[tuple[float, int, Task]] = field(default_factory=list)
    held: list[Task] = field(default_factory=list)
    free: list[float] = field(default_factory=list)
    active: int = 0
    pending: int = 0
    spent: float = 0.0
    frozen: float = 0.0

    def __post_init__(self) -> None:
        self.free = [float("-inf")] * (self.places or 0)


class TaskTable:
    """All tasks of the server, in one lane a provider."""

    def __init__(
        self,
        *,
        clock: Clock,
        film: Film,
        journal: Journal,
        schedule: Schedule,
        price: Price,
        speed: float,
        places: Mapping[str, int | None],
        manners: Manners,
    ) -> None:
        self._clock, self._film, self._journal = clock, film, journal
        self._schedule, self._price, self._speed = schedule, price, speed
        self._places, self._manners = places, manners
        self._tasks: dict[str, Task] = {}
        self._external: dict[tuple[str, str], str] = {}
        self._seen: Counter[str] = Counter()
        self._lanes = {name: _Lane(count) for name, count in places.items()}

    # What comes in

    def create(self, job: Job, traits: Mapping[str, Mapping[str, Any]]) -> Task:
        """Take a job on: its clip is begun at once, its place in the queue is settled by the clock."""
        now = self._clock.now()
        self._settle(job.provider, now)
        self._seen[job.fingerprint] += 1
        number = self.next_number()
        times = self._schedule(job)
        factor = float(traits.get("slow_task", {}).get("factor", 1.0)) / self._speed
        take = self._seen[job.fingerprint]
        task = Task(
            id=_new_id(job.provider),
            number=number,
            job=job,
            take=take,
            manner=Manner.of(number, self._manners),
            usd=self._price(job),
            queue=times.queue * factor,
            processing=times.processing * factor,
            created_at=now,
            footage=self._film.start(job.order(take)),
            traits=traits,
        )
        task.footage.add_done_callback(lambda _: self._stamp(task))
        self._tasks[task.id] = task
        if job.external_id is not None:
            self._external[job.provider, job.external_id] = task.id
        lane = self._lanes[job.provider]
        lane.pending += 1
        lane.frozen += task.usd
        heapq.heappush(lane.waiting, (now + task.queue, number, task))
        self._journal.note(
            "created",
            task=task.id,
            number=number,
            provider=job.provider,
            model=job.model,
            prompt=job.prompt,
            external_id=job.external_id,
            fingerprint=job.fingerprint,
            usd=task.usd,
            body=job.given,
        )
        self._settle(job.provider, now)
        return task

    def cancel(self, task: Task) -> None:
        """End a task that is pending or processing; nothing is charged."""
        now = self._clock.now()
        lane = self._lanes[task.job.provider]
        if task.state == "processing":
            heapq.heappush(lane.free, now)
        self._end(lane, task, "cancelled", now)
        task.footage.cancel()
        self._settle(task.job.provider, now)

    # What can be asked

    def price(self, job: Job) -> float:
        """What a job costs, in US$."""
        return self._price(job)

    def next_number(self) -> int:
        """The number that the next task gets."""
        return len(self._tasks) + 1

    def get(self, provider: str, task_id: str) -> Task | None:
        """A provider's task by its id, or by the id that the client gave it."""
        known = self._external.get((provider, task_id), task_id)
        task = self._tasks.get(known)
        if task is None or task.job.provider != provider:
            return None
        self._settle(provider, self._clock.now())
        return task

    def of(self, provider: str) -> list[Task]:
        """A provider's tasks, oldest first."""
        self._settle(provider, self._clock.now())
        return [t for t in self._tasks.values() if t.job.provider == provider]

    def settle_all(self) -> None:
        """Bring every lane up to now."""
        for provider in self._lanes:
            self._settle(provider, self._clock.now())

    def ahead_of(self, task: Task) -> int:
        """Roughly how many tasks stand before this one in the queue."""
        lane = self._lanes[task.job.provider]
        return max(0, lane.pending - 1) if task.state == "pending" else 0

    def active(self, provider: str) -> int:
        """How many tasks are pending or processing."""
        self._settle(provider, self._clock.now())
        lane = self._lanes[provider]
        return lane.pending + lane.active

    def places(self, provider: str) -> int | None:
        """How many tasks may run at a time; None: any number."""
        return self._places[provider]

    def money(self, provider: str) -> tuple[float, float]:
        """US$ spent, and US$ set aside for tasks that have not ended."""
        self._settle(provider, self._clock.now())
        lane = self._lanes[provider]
        return round(lane.spent, 6), round(max(lane.frozen, 0.0), 6)

    def all(self) -> Iterable[Task]:
        """Every task, oldest first."""
        return self._tasks.values()

    # How time passes

    def _settle(self, provider: str, now: float) -> None:
        lane = self._lanes[provider]
        still_held = []
        for task in lane.held:
            if task.film_ready_at is not None and task.state == "processing":
                self._run(lane, task, max(_due(task), task.film_ready_at))
            elif task.state == "processing":
                still_held.append(task)
        lane.held = still_held
        while self._start_one(lane, now) or self._end_one(lane, now):
            pass

    def _start_one(self, lane: _Lane, now: float) -> bool:
        while lane.waiting and lane.waiting[0][2].state != "pending":
            heapq.heappop(lane.waiting)
        if not lane.waiting or (lane.places is not None and not lane.free):
            return False
        ready, _, task = lane.waiting[0]
        at = ready if lane.places is None else max(ready, lane.free[0])
        if at > now:
            return False
        heapq.heappop(lane.waiting)
        if lane.places is not None:
            heapq.heappop(lane.free)
        task.state, task.started_at = "processing", at
        lane.pending -= 1
        lane.active += 1
        if "stuck" not in task.traits:
            self._run(lane, task, _due(task))
        return True

    def _run(self, lane: _Lane, task: Task, until: float) -> None:
        heapq.heappush(lane.running, (until, task.number, task))

    def _end_one(self, lane: _Lane, now: float) -> bool:
        while lane.running and lane.running[0][2].state != "processing":
            heapq.heappop(lane.running)
        if not lane.running or lane.running[0][0] > now:
            return False
        at, _, task = heapq.heappop(lane.running)
        if task.film_ready_at is None:
            lane.held.append(task)
            return True
        if task.film_ready_at > at:
            self._run(lane, task, task.film_ready_at)
            return True
        if lane.places is not None:
            heapq.heappush(lane.free, at)
        self._end(lane, task, *self._outcome(task, at))
        return True

    def _outcome(self, task: Task, at: float) -> tuple[State, float]:
        refused, failed = task.traits.get("refused"), task.traits.get("failed")
        wrong = task.footage.exception() if not task.footage.cancelled() else None
        if refused is not None:
            task.error = TaskError(
                10001, refused.get("message", "the prompt was refused by moderation"), refused=True
            )
        elif failed is not None:
            task.error = TaskError(failed.get("code", 10000), failed.get("message", "the task failed"))
        elif wrong is not None:
            task.error = TaskError(10002, f"the sandbox could not film it: {type(wrong).__name__}: {wrong}")
        return ("completed" if task.error is None else "failed"), at

    def _end(self, lane: _Lane, task: Task, state: State, at: float) -> None:
        if task.state == "pending":
            lane.pending -= 1
        else:
            lane.active -= 1
        lane.frozen -= task.usd
        task.state, task.ended_at = state, at
        charged = state == "completed" or bool(task.traits.get("failed", {}).get("charged"))
        task.paid = task.usd if charged and state != "cancelled" else 0.0
        lane.spent += task.paid
        self._journal.note(
            "ended",
            task=task.id,
            number=task.number,
            provider=task.job.provider,
            fingerprint=task.job.fingerprint,
            external_id=task.job.external_id,
            status=state,
            paid=task.paid > 0,
            usd=task.paid,
            ended_at=at,
        )

    def _stamp(self, task: Task) -> None:
        task.film_ready_at = self._clock.now()


def _due(task: Task) -> float:
    began = task.created_at if task.started_at is None else task.started_at
    return began + task.processing


def _new_id(provider: str) -> str:
    if provider == "kling":
        return str(10**18 + secrets.randbelow(9 * 10**18))
    return secrets.token_urlsafe(20).replace("-", "x") if provider == "replicate" else str(uuid.uuid4())
