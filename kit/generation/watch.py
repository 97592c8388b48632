"""Waiting for a provider to finish a task, with all the patience that costs nothing."""

from typing import Any

from kit.errors import KeyMissing, KeyRejected, ProviderError, RateLimited
from kit.generation.course import Course, Job, said
from kit.generation.policy import between, iso
from kit.providers.base import TERMINAL, TaskNotFound, TaskState
from kit.storage.tasks import Task


async def watch(course: Course, job: Job) -> TaskState | None:
    """Poll until the provider has finished, and put that on disk; the final state, or None if it is left for later.

    Failures to answer, words nobody knows and ids not known yet are all waited out until the deadline. Then the task
    stays as it is, with its id: that we gave up waiting says nothing about what the provider does.
    """
    began = course.clock.now()
    born = between(job.known.submitted_at, course.clock.stamp()) or 0.0
    failures = not_found = 0
    trouble: Exception | None = None
    wait = course.policy.poll_wait(0.0, course.random) if job.fresh else 0.0
    while True:
        await course.clock.sleep(wait)
        age = course.clock.now() - began
        if job.lane.blind is not None:
            await course.note(job, job.lane.blind)
            return None
        try:
            state = await job.lane.provider.poll(job.ref, answer=course.answer(job))
        except (KeyRejected, KeyMissing) as error:
            job.lane.stop(error)
            await course.note(job, error)
            return None
        except Exception as error:  # noqa: BLE001 - a poll that fails says nothing of the task
            trouble = error
            failures += 1
            not_found = not_found + 1 if isinstance(error, TaskNotFound) else 0
            asked = error.retry_after if isinstance(error, RateLimited) else None
            wait = course.policy.backoff(failures, course.random, asked)
        else:
            failures = not_found = 0
            trouble = None
            if state.status in TERMINAL:
                await _ended(course, job, state)
                return state
            if state.status == "running" and job.known.state == "submitted":
                await course.move(job, "running")
            usual = job.lane.usual(course.models[job.request])
            wait = course.policy.poll_wait(born + age, course.random, usual)
        if not_found >= course.policy.not_found_tries or age + wait > course.policy.deadline:
            await _left(course, job, trouble)
            return None


async def _left(course: Course, job: Job, trouble: Exception | None) -> None:
    if trouble is not None:
        await course.note(job, trouble)
    why = f" (last answer: {said(trouble)})" if trouble is not None else ""
    course.problem(
        job,
        f"{job.lane.name} had not finished {job.ref.task_id}; the next run asks again, nothing is sent twice{why}",
    )


async def _ended(course: Course, job: Job, state: TaskState) -> None:
    values = timing(course, job, state)
    took = between(values["provider_created_at"], values["provider_ended_at"])
    if took is not None and state.status == "completed":
        job.lane.took(course.models[job.request], took)
    cost, source = state.cost_usd, None if state.cost_usd is None else "charged"
    if state.status == "completed":
        if cost is None and job.known.estimated_usd is not None:
            cost, source = job.known.estimated_usd, "estimated"
        await course.move(
            job, "completed", cost_usd=cost, cost_source=source, error_class=None, error=None, **values
        )
        return
    error = state.error or f"the provider says: {state.word}"
    await course.move(
        job,
        state.status,
        cost_usd=cost,
        cost_source=source,
        error_class=state.error_code or state.status,
        error=error,
        **values,
    )
    course.problem(job, f"{state.status}: {error}")


def timing(course: Course, job: Job, state: TaskState) -> dict[str, Any]:
    """The ledger's columns on time, and the answer they come from, without what the sandbox says of its own clip."""
    finished = course.clock.stamp()
    moments = {
        "provider_created_at": state.created_at,
        "provider_started_at": state.started_at,
        "provider_ended_at": state.ended_at,
    }
    return {name: None if at is None else iso(at) for name, at in moments.items()} | {
        "finished_at": finished,
        "queue_seconds": state.queue_seconds,
        "processing_seconds": state.processing_seconds,
        # A task of an earlier run ended at some time unknown before we looked.
        "wall_seconds": between(job.known.sending_at, finished) if job.fresh else None,
        "raw": _without_truth(state.raw),
    }


def seconds_of(task: Task) -> float | None:
    """Wall time from sending to the end: by the provider's clock where it tells both, else by ours, else its own figure."""
    own = between(task.provider_created_at, task.provider_ended_at)
    if own is not None:
        return own
    return task.wall_seconds if task.wall_seconds is not None else task.processing_seconds


def truth_of(raw: Any) -> Any:
    """What the sandbox says of its clip, where the answer comes from the sandbox: `output.truth`."""
    for place in (raw, raw.get("data") if isinstance(raw, dict) else None):
        output = place.get("output") if isinstance(place, dict) else None
        if isinstance(output, dict) and isinstance(output.get("truth"), dict):
            return output["truth"]
    return None


def _without_truth(raw: Any) -> Any:
    if isinstance(raw, dict):
        return {key: _without_truth(value) for key, value in raw.items() if key != "truth"}
    return raw


async def ask(course: Course, job: Job, tries: int) -> TaskState | None:
    """The task's state now, for a fresh link; None where the provider does not answer after a few tries."""
    for failures in range(1, tries + 1):
        try:
            return await job.lane.provider.poll(job.ref, answer=course.answer(job))
        except (KeyRejected, KeyMissing) as error:
            job.lane.stop(error)
            await course.note(job, error)
            return None
        except ProviderError as error:
            await course.note(job, error)
            if failures < tries:
                asked = error.retry_after if isinstance(error, RateLimited) else None
                await course.clock.sleep(course.policy.backoff(failures, course.random, asked))
    return None
