"""A finished clip comes down at once, is opened, and is in the study whole or not at all."""

from dataclasses import replace
from pathlib import Path

from kit.errors import ClipUnreadable, DownloadFailed, StudyError
from kit.generation.course import Course, Job
from kit.generation.watch import ask, seconds_of, truth_of
from kit.guarded import crew
from kit.importing import new_clip
from kit.providers.base import TaskState
from kit.storage.records import NewClip


async def fetch(course: Course, job: Job, state: TaskState | None) -> None:
    """Fetch the clip of a completed task and make it `done`; where that fails it stays `completed`, with the reason.

    `state` is the provider's last answer, None in a later run. Raises StudyError where the clip cannot be stored.
    """
    path = course.incoming / f"{job.known.id}.part"
    for tried in range(1, course.policy.fresh_links + 1):
        if state is None:
            state = await ask(course, job, course.policy.link_tries)
        if state is None:
            break  # and why is with the task
        try:
            clip = await _from_links(course, job, state, path)
        except (DownloadFailed, ClipUnreadable) as error:
            await course.note(job, error)
            state = None
            if tried < course.policy.fresh_links:
                await course.clock.sleep(course.policy.backoff(tried, course.random))
            continue
        await _store(course, job, path, clip, state)
        return
    _remove(path)
    course.problem(
        job,
        f"finished and paid for, but its clip could not be fetched; run again to fetch it ({job.known.error})",
    )


async def _from_links(course: Course, job: Job, state: TaskState, path: Path) -> NewClip:
    """The first clip that any of the links gives. Raises the last failure: DownloadFailed or ClipUnreadable."""
    failure: DownloadFailed | ClipUnreadable | None = None
    for url in state.urls:
        unreadable = 0
        for tried in range(1, course.policy.link_tries + 1):
            try:
                return await _download(course, job, url, path)
            except DownloadFailed as error:
                failure = error
                if error.final:
                    break
            except ClipUnreadable as error:
                failure = error
                unreadable += 1
                if unreadable >= course.policy.unreadable_tries:
                    break
            if tried < course.policy.link_tries:
                await course.clock.sleep(course.policy.backoff(tried, course.random))
    if failure is None:
        words = state.error or state.word
        failure = DownloadFailed(
            job.lane.name, f"the answer has no link to a clip; it says: {words}", final=True
        )
    raise failure


async def _download(course: Course, job: Job, url: str, path: Path) -> NewClip:
    async with course.downloads:
        try:
            await job.lane.provider.download(url, path)
            clip: NewClip = await course.journal.offload(_looked_at, path)
        except OSError as error:
            raise _cannot_store(error) from error
        return clip


def _looked_at(path: Path) -> NewClip:
    # Whatever came from outside is opened in a process apart, which it may end.
    return new_clip(path, crew())


async def _store(course: Course, job: Job, path: Path, clip: NewClip, state: TaskState) -> None:
    """The file first, then one transaction that links request, clip and task."""
    ledger = course.journal.ledger
    try:
        await course.journal.offload(ledger.put_clip, path, clip)
    except OSError as error:
        raise _cannot_store(error) from error
    truth = truth_of(state.raw)
    values = {"stored_at": course.clock.stamp(), "error_class": None, "error": None}
    done = ledger.finish(
        job.known,
        clip,
        seconds=seconds_of(job.known),
        extra={} if truth is None else {"truth": truth},
        **values,
    )
    await course.journal.write("done", done)
    _remove(path)
    job.task = replace(job.known, state="done", **values)  # type: ignore[arg-type]


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _cannot_store(error: OSError) -> StudyError:
    return StudyError(
        f"a clip could not be stored ({error.strerror or error}); it is paid for and not lost: make room or make the "
        "study writable, then run again, and it is fetched"
    )
