"""One run at work: a lane for each provider, a coroutine for each request, and one summary at the end."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from kit.errors import BadInput, KeyMissing, KeyRejected, KitError, ProviderError, StudyError
from kit.generation.budget import liability
from kit.generation.course import Course, Job, said
from kit.generation.fetch import fetch
from kit.generation.lanes import Lane, Slots
from kit.generation.plan import Planned
from kit.generation.submit import settle, submit
from kit.generation.summary import RunSummary, StillOpen
from kit.generation.watch import watch
from kit.providers.base import Provider
from kit.storage.tasks import IN_FLIGHT, Task, TaskChanged

# What a run goes on with.
OPEN = ("unknown", *IN_FLIGHT, "completed")
_PHASE = {
    "intent": "unsent", "sending": "unknown", "lost": "unsent", "cancelled": "failed",
    "submitted": "left", "running": "left", "completed": "left",
}  # fmt: skip


@dataclass
class _Broken(Exception):
    """The study itself cannot be used any more: the one error of a single request that ends the run."""

    error: KitError


class _Stop(Exception):
    """The run was asked to end."""


class Crew:
    """One run, from opening providers to the summary."""

    def __init__(
        self,
        course: Course,
        providers: Callable[[str], Provider],
        concurrency: int | None,
        stop: asyncio.Event,
    ) -> None:
        self._course, self._open, self._concurrency, self._stop = course, providers, concurrency, stop
        self._lanes: dict[str, Lane] = {}
        self._notes: list[str] = []
        self._over_budget = 0

    async def go(self, going_on: Sequence[Task], to_send: Sequence[Planned], *, declined: int) -> RunSummary:
        """Everything; the summary is made from the ledger as it is then."""
        interrupted = False
        if declined:
            self._notes.append(f"not confirmed; {declined} requests were not sent")
        async with AsyncExitStack() as stack:
            await self._open_lanes(stack, going_on, to_send)
            jobs = self._jobs(going_on, to_send)
            self._course.tracker.tell()
            try:
                await self._until_stopped(jobs, to_send)
            except _Stop:
                interrupted = True
            except asyncio.CancelledError:
                self._course.tracker.tell(str(self._summary(interrupted=True)), last=True)
                raise
            except _Broken as broken:
                self._course.tracker.tell(last=True)
                raise broken.error from broken.error.__cause__
        summary = self._summary(interrupted=interrupted)
        self._course.tracker.tell(last=True)
        return summary

    async def _open_lanes(
        self, stack: AsyncExitStack, going_on: Sequence[Task], to_send: Sequence[Planned]
    ) -> None:
        needed = {p.request.provider for p in to_send}
        for name in dict.fromkeys([*(t.provider for t in going_on), *(p.request.provider for p in to_send)]):
            try:
                provider = await stack.enter_async_context(self._open(name))
            except (ProviderError, BadInput) as error:
                if name in needed:
                    raise
                self._notes.append(f"tasks at {name} were left as they are: {error}")
                continue
            slots = Slots(self._course.policy.concurrency)
            lane = Lane(
                provider,
                slots,
                clock=self._course.clock,
                policy=self._course.policy,
                random=self._course.random,
            )
            # A free call, which also shows a wrong key before anything is sent.
            try:
                account = await provider.account()
            except (KeyRejected, KeyMissing) as error:
                if name in needed and len(needed) == 1:
                    raise
                lane.stop(error)
                account = None
            except ProviderError:
                account = None
            known = account.concurrency if account is not None else None
            slots.limit = self._limit(known)
            self._lanes[name] = lane

    def _limit(self, known: int | None) -> int:
        if known is None:
            return self._concurrency or self._course.policy.concurrency
        return max(1, known if self._concurrency is None else min(known, self._concurrency))

    def _jobs(self, going_on: Sequence[Task], to_send: Sequence[Planned]) -> list[Job]:
        jobs = []
        for task in going_on:
            lane = self._lanes.get(task.provider)
            if lane is not None:
                self._course.tracker.expect(task.request, self._course.models[task.request], "running")
                jobs.append(Job(task.request, lane, None, task, task.attempt))
        for planned in to_send:
            self._course.tracker.expect(planned.request.request, planned.request.model, "queued")
        return jobs

    async def _until_stopped(self, jobs: Sequence[Job], to_send: Sequence[Planned]) -> None:
        """Run all of it; raises _Stop when `stop` was set, and _Broken."""
        try:
            async with asyncio.TaskGroup() as outer:
                beside = [outer.create_task(self._watch_stop()), outer.create_task(self._beat())]
                async with asyncio.TaskGroup() as group:
                    for job in jobs:
                        if job.known.state != "completed":
                            job.lane.slots.occupy()
                        group.create_task(self._job(job, slot=job.known.state != "completed"))
                    for lane in self._lanes.values():
                        mine = [p for p in to_send if p.request.provider == lane.name]
                        group.create_task(self._send_all(group, lane, mine))
                for task in beside:
                    task.cancel()
        except BaseExceptionGroup as several:
            # All of one kind and one cause, mostly; the first is what the user has to know.
            raise _first(several) from None

    async def _watch_stop(self) -> None:
        await self._stop.wait()
        raise _Stop

    async def _beat(self) -> None:
        while True:
            await self._course.clock.sleep(self._course.policy.heartbeat)
            self._course.tracker.tell()

    async def _send_all(self, group: asyncio.TaskGroup, lane: Lane, wanted: Sequence[Planned]) -> None:
        for planned in wanted:
            name = planned.request.request
            await lane.slots.take()
            fits = lane.stopped is None and await self._course.budget.hold(name, planned.upper_usd or 0.0)
            if not fits or lane.stopped is not None:
                self._course.budget.close(name)
                self._over_budget += lane.stopped is None
                self._course.tracker.move(name, "unsent")
                await lane.slots.give()
                continue
            task = planned.task if planned.task is not None and planned.task.state == "intent" else None
            job = Job(name, lane, planned, task, planned.attempt)
            group.create_task(self._job(job, slot=True))

    async def _job(self, job: Job, *, slot: bool) -> None:
        """One request to its end, whatever that is. Only a study that cannot be used gets out of here."""
        course = self._course

        async def give() -> None:
            nonlocal slot
            if slot:
                slot = False
                await job.lane.slots.give()

        course.tracker.move(job.request, "running")
        try:
            if job.planned is not None:
                await self._send(job)
            elif job.known.state == "unknown":
                await settle(course, job)
            state = None
            if job.task is not None and job.task.state in IN_FLIGHT:
                state = await watch(course, job)
            await give()
            if job.task is not None and job.task.state == "completed":
                course.budget.note(job.task)
                await fetch(course, job, state)
        except TaskChanged as error:
            course.problem(job, str(error))
        except StudyError as error:
            raise _Broken(error) from error
        except Exception as error:  # noqa: BLE001 - said in the summary and kept with the task
            course.problem(job, said(error))
            if job.task is not None:
                with suppress(StudyError):
                    await course.note(job, error)
        finally:
            self._settled(job)
            await give()

    async def _send(self, job: Job) -> None:
        host = urlsplit(str(getattr(job.lane.provider, "base_url", ""))).netloc.rpartition("@")[2]
        for _ in range(2):
            await submit(self._course, job, host=host)
            if job.known.state == "unknown":
                await settle(self._course, job)
            if job.known.state != "lost":
                return
            # The provider is sure that it has no such task: a new attempt, once.
            job.task, job.attempt = None, job.attempt + 1

    def _settled(self, job: Job) -> None:
        course = self._course
        if job.task is None:
            course.budget.close(job.request)
            course.tracker.move(job.request, "unsent")
            return
        course.budget.settle(job.request, job.task)
        if job.task.cost_usd is not None:
            course.tracker.pay(job.request, job.task.cost_usd)
        if job.task.state == "unknown":
            course.problem(job, f"unknown whether {job.lane.name} took it: {job.task.error}")
        phase = _PHASE.get(job.task.state, job.task.state)
        if phase == "unsent" and job.task.error and job.lane.stopped is None:
            course.problem(job, job.task.error)
        course.tracker.move(job.request, phase)

    def _summary(self, *, interrupted: bool) -> RunSummary:
        course = self._course
        tasks = course.journal.ledger.tasks((*OPEN, "sending"))
        notes = list(self._notes)
        if self._over_budget:
            notes.append(
                f"{self._over_budget} requests were not sent: they would go beyond the ${course.budget.limit:.2f} allowed"
            )
        shot = course.tracker.snapshot()
        return RunSummary(
            models=shot.models,
            seconds=shot.seconds,
            spent_usd=shot.spent_usd,
            committed_usd=course.budget.committed,
            still_open=tuple(
                StillOpen(
                    t.id, course.models[t.request], t.provider, t.state, t.provider_task_id, liability(t)
                )
                for t in tasks
            ),
            stopped={
                lane.name: str(lane.stopped) for lane in self._lanes.values() if lane.stopped is not None
            },
            problems=tuple(course.problems),
            notes=tuple(notes),
            interrupted=interrupted,
        )


def _first(several: BaseExceptionGroup[BaseException]) -> BaseException:
    """The most telling of several errors: what is no Exception at all, then a broken study, then being asked to stop."""
    flat: list[BaseException] = []
    stack: list[BaseException] = [several]
    while stack:
        error = stack.pop()
        if isinstance(error, BaseExceptionGroup):
            stack.extend(error.exceptions)
        else:
            flat.append(error)
    for kind in (_Broken, _Stop):
        flat.sort(key=lambda e, kind=kind: not isinstance(e, kind))  # type: ignore[misc]
    flat.sort(key=lambda e: isinstance(e, Exception))
    return flat[0]
