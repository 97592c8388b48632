"""What the parts of a run share, and one request on its way through them."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from kit.cards.spelling import Answer
from kit.errors import ProviderError, StudyError
from kit.generation.budget import Budget
from kit.generation.journal import Journal
from kit.generation.lanes import Lane
from kit.generation.plan import Planned
from kit.generation.policy import Clock, Policy
from kit.generation.progress import Tracker
from kit.providers.base import TaskRef
from kit.providers.scrub import scrub
from kit.storage.tasks import Task

T = TypeVar("T")


@dataclass
class Job:
    """One request in this run. `fresh`: sent by this run, so that its wall time is known."""

    request: str
    lane: Lane
    planned: Planned | None
    task: Task | None
    attempt: int = 1
    fresh: bool = False

    @property
    def known(self) -> Task:
        """The task, where there must be one."""
        assert self.task is not None
        return self.task

    @property
    def ref(self) -> TaskRef:
        """What the provider is asked by."""
        assert self.known.provider_task_id is not None
        return TaskRef(self.known.provider_task_id, self.known.links)


@dataclass
class Course:
    """One run: its ledger, clock, budget and counts. `problems` are the sentences that its summary ends with."""

    journal: Journal
    clock: Clock
    policy: Policy
    random: Random
    budget: Budget
    tracker: Tracker
    answers: Mapping[tuple[str, str], Answer]
    models: Mapping[str, str]
    incoming: Path
    folder: Path | None
    downloads: asyncio.Semaphore
    problems: list[str] = field(default_factory=list)

    def answer(self, job: Job) -> Answer | None:
        """Where the model's card says that things stand in the provider's answer."""
        return self.answers.get((self.models.get(job.request, ""), job.lane.name))

    async def move(self, job: Job, to: str, **values: Any) -> None:
        """The job's task to another state, on disk when this returns."""
        await self.journal.write(to, self.journal.ledger.move(job.known.id, to, **values))
        job.task = replace(job.known, state=to, **{k: v for k, v in values.items() if k != "raw"})

    async def note(self, job: Job, error: BaseException) -> None:
        """Why the job's task does not get on, kept with it."""
        values = {"error_class": type(error).__name__, "error": said(error)}
        await self.journal.write("note", self.journal.ledger.note(job.known.id, **values))
        job.task = replace(job.known, **values)  # type: ignore[arg-type]

    def problem(self, job: Job, text: str) -> None:
        """Something for the end of the summary."""
        task = f"task {job.task.id}" if job.task is not None else f"request {job.request[:12]}…"
        self.problems.append(f"{self.models.get(job.request, '?')}, {task}: {text}")


def said(error: BaseException) -> str:
    """An error in words that may be kept: the kit's own have been scrubbed, others are now."""
    if isinstance(error, ProviderError | StudyError):
        return str(error)
    return str(scrub(f"{type(error).__name__}: {error}"))


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end even when the caller is cancelled meanwhile; the cancellation comes after it.

    A request that has left must not be forgotten while its answer, with the id of a paid task, is on the way.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        if not task.cancelled():
            task.exception()  # looked at, so that nobody complains of it
        raise cancelled
    return task.result()
