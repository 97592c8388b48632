"""Sending one request: on disk first, one POST, and whatever the answer was, on disk again.

From `intent` a task goes to `sending` and, after the answer, to `submitted` (the provider's id is kept before anything
is asked), back to `intent` (nothing can have been created: out of reach, too many requests, no credit), to `refused`
(the provider will not do it), or to `unknown` (no answer came, or none that makes sense): never sent again by itself.
"""

from typing import TYPE_CHECKING, Any

from kit.cards import WireRequest, input_for
from kit.cards.settings import is_local
from kit.errors import (
    CannotAsk,
    KeyMissing,
    KeyRejected,
    NoCredit,
    NotSent,
    ProviderDown,
    ProviderError,
    RateLimited,
    RequestRefused,
    StudyError,
)
from kit.generation.course import Course, Job, said, to_the_end
from kit.generation.lanes import LaneStopped
from kit.generation.plan import Planned, image_file
from kit.generation.policy import between
from kit.providers.base import TaskRef
from kit.storage.tasks import TaskChanged

if TYPE_CHECKING:
    from collections.abc import Mapping

ID_TRIES = 3
_NOTHING_CREATED = (RateLimited, NotSent, KeyRejected, KeyMissing, NoCredit)


async def submit(course: Course, job: Job, *, host: str) -> None:
    """Send the job's request; afterwards its task is submitted, refused, unknown, or still an intent (lane stopped).

    Raises StudyError where the study cannot be written, BadParameter for an image that cannot be used.
    """
    planned = job.planned
    assert planned is not None
    if job.task is None:
        intend = course.journal.ledger.intend(
            planned.request,
            attempt=job.attempt,
            base_url=host,
            estimated_usd=planned.upper_usd,
            at=course.clock.stamp(),
        )
        job.task = await course.journal.write("intent", intend)
    wire = await _wire(course, job, planned)
    while wire is not None and job.known.state == "intent" and job.lane.stopped is None:
        try:
            await job.lane.attempt(lambda: to_the_end(_post(course, job, wire)))
        except (RateLimited, NotSent, LaneStopped):
            continue  # the lane waits before it lets the next attempt through, or ends the loop
        except (KeyRejected, KeyMissing, NoCredit) as error:
            job.lane.stop(error)


async def _post(course: Course, job: Job, wire: WireRequest) -> None:
    """One POST at most. Raises what means that nothing was created, once the task is an intent again."""
    # The path is what an unknown task is asked for by.
    await course.move(job, "sending", sending_at=course.clock.stamp(), links={"path": wire.path}, error=None)
    try:
        ref = await job.lane.provider.submit(wire, external_id=job.known.external_id)
    except _NOTHING_CREATED as error:
        await course.move(job, "intent", error_class=type(error).__name__, error=str(error))
        raise
    except RequestRefused as error:
        await course.move(
            job,
            "refused",
            finished_at=course.clock.stamp(),
            cost_usd=0.0,
            cost_source="charged",
            error_class=type(error).__name__,
            error=str(error),
        )
    except Exception as error:  # noqa: BLE001 - whatever it was, the request may have arrived
        await course.move(job, "unknown", error_class=type(error).__name__, error=said(error))
    else:
        await _keep_id(course, job, ref)


async def _keep_id(course: Course, job: Job, ref: TaskRef) -> None:
    values: dict[str, Any] = {
        "provider_task_id": ref.task_id,
        "links": dict(ref.links),
        "submitted_at": course.clock.stamp(),
        "error_class": None,
        "error": None,
    }
    for tried in range(1, ID_TRIES + 1):
        try:
            await course.move(job, "submitted", **values)
        except StudyError as error:
            if tried < ID_TRIES and not isinstance(error, TaskChanged):
                await course.clock.sleep(1.0)
                continue
            raise StudyError(
                f"{error}. {job.lane.name} has taken a request, and its id could not be kept: when the study can be "
                f"written again, run: kit tasks STUDY --resolve {job.known.id}=task-id={ref.task_id}"
            ) from error
        job.fresh = True
        return


async def _wire(course: Course, job: Job, planned: Planned) -> WireRequest | None:
    """The request as it is sent, local images uploaded; None where the lane stopped meanwhile."""
    images: dict[str, str] = {}
    for name, value in planned.settings.images().items():
        path = image_file(value, course.folder)
        if not is_local(value) or not path.is_file():
            continue
        failures = 0
        while name not in images:
            if job.lane.stopped is not None:
                return None
            try:
                images[name] = await job.lane.attempt(lambda path=path: job.lane.upload(path))  # type: ignore[misc]
            except (RateLimited, NotSent, LaneStopped):
                continue
            except ProviderDown as error:
                failures += 1
                if failures >= course.policy.unsent_tries:
                    job.lane.stop(error)
                await course.clock.sleep(course.policy.backoff(failures, course.random))
            except ProviderError as error:
                job.lane.stop(error)
    wire = input_for(planned.card, job.lane.name, planned.request.prompt, planned.settings, images)
    return _for_the_renderer(wire, planned) if planned.card.sandbox else wire


def _for_the_renderer(wire: WireRequest, planned: Planned) -> WireRequest:
    """The sandbox films by what only the study knows: which take it is, how the camera moves, what to get right."""
    body = dict(wire.body)
    fields: Mapping[str, Any] = body.get("input", {})
    body["input"] = dict(fields) | {
        "take": planned.request.take,
        "prompt_id": planned.request.prompt_id,
        "camera": list(planned.camera),
        "checks": list(planned.checks),
    }
    return WireRequest(wire.provider, wire.method, wire.path, body)


async def settle(course: Course, job: Job) -> None:
    """Ask the provider about an unknown task: afterwards it is submitted, lost (surely never created), or unknown.

    "No such task" counts only some time after the request left: until then it may still be on its way in.
    """
    task, failures = job.known, 0
    waited = False
    while True:
        try:
            ref = await job.lane.provider.find(task.external_id, path=task.links.get("path"))
        except CannotAsk:
            return
        except ProviderError as error:
            failures += 1
            if isinstance(error, KeyRejected):
                job.lane.stop(error)
            if isinstance(error, KeyRejected | KeyMissing) or failures >= course.policy.unsent_tries:
                course.problem(job, f"unknown, and asking failed: {error}")
                return
            asked = error.retry_after if isinstance(error, RateLimited) else None
            await course.clock.sleep(course.policy.backoff(failures, course.random, asked))
            continue
        if ref is not None:
            await _keep_id(course, job, ref)
            job.fresh = False
            return
        age = between(task.sending_at, course.clock.stamp()) or 0.0
        if waited or age >= course.policy.settle_after:
            await course.move(job, "lost", error="the provider says that it never created this task")
            return
        await course.clock.sleep(course.policy.settle_after - age)
        waited = True
