"""Measuring the clips of a study: each clip once for each version of each metric, on one core or many."""

import contextlib
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import av
import pandas as pd

from kit.decode import ClipFacts, FrameReader, frames, probe
from kit.errors import BadParameter, ClipError, ClipMissing, ClipUnreadable
from kit.metrics import Measurement, Metric, Watcher, registry
from kit.metrics.base import Look

# Faults are remembered for a version of this file's rules and of the decoder, since a newer decoder may do better:
# rules 1 with PyAV 18.1 is 1018001.
_RULES = 1
_MAJOR, _MINOR = (int(part) for part in av.__version__.split(".")[:2])
FAULT_VERSION = _RULES * 1_000_000 + _MAJOR * 1000 + _MINOR

# Clips handed out at a time, for each worker: enough to keep all busy, few enough that little is lost on Ctrl-C
# and that a remote study doesn't bring all its clips to this disk at once.
_AHEAD = 2


@dataclass(frozen=True)
class ClipResult:
    """What measuring one clip gave. `fault` is None, or says in a sentence what could not be decoded or measured."""

    measurements: tuple[Measurement, ...]
    fault: str | None


@dataclass(frozen=True)
class MeasureSummary:
    """How measuring a study went: clips measured now, clips with nothing left to do, and (clip, reason) of faults.

    A clip of which only a part could be decoded is among `done` and among `faults`.
    """

    done: int
    skipped: int
    faults: list[tuple[str, str]] = field(default_factory=list)


class MeasurableStudy(Protocol):
    """What measuring needs of a study."""

    @property
    def clips(self) -> pd.DataFrame:
        """One row a clip; the column `clip` names it."""

    def clip_file(self, clip: str) -> AbstractContextManager[Path]:
        """A local file with the clip's bytes for the time of the context."""

    def measured(self) -> set[tuple[str, str, int]]:
        """(clip, metric, version) of everything stored."""

    def faults(self) -> dict[str, tuple[int, str]]:
        """(version, reason) of the clips with a fault."""

    def add_measurements(
        self, clip: str, measurements: Iterable[Measurement], *, fault: tuple[int, str] | None
    ) -> None:
        """Store them, and the clip's (version, reason) in place of any fault it had."""


Progress = Callable[[int, int, str, str | None], None]


def measure_clip(path: str | os.PathLike[str], metrics: Sequence[str] | None = None) -> ClipResult:
    """Measures one clip in one decoding pass: all metrics, or those named.

    A file that can't be decoded gives no measurement and a fault; one that can be decoded in part gives what its
    frames give, and a fault that says so. A metric that fails is left out and named. Raises BadParameter for an
    unknown name. Depends on nothing but the bytes, so that it can run in any process.
    """
    known = registry()
    unknown = sorted(set(metrics or ()) - set(known))
    if unknown:
        raise BadParameter(f"there is no metric {', '.join(unknown)}; known are {', '.join(known)}")
    wanted = [metric for name, metric in known.items() if metrics is None or name in metrics]
    try:
        facts = probe(path)
        measured = {m.name: m.measurement(m.facts(facts)) for m in wanted if m.facts}
        faults: list[str] = []
        watched = [metric for metric in wanted if metric.watcher]
        if watched:
            reader = frames(path)
            measured |= _watch(reader, facts, watched, faults)
            if reader.decoded == 0:
                raise ClipUnreadable(
                    f"none of its {facts.expected_frames} frames can be decoded: {reader.trouble}"
                )
            if reader.decoded < facts.expected_frames:
                why = reader.trouble or "the file ends early"
                faults.append(
                    f"only {reader.decoded} of {facts.expected_frames} frames could be decoded: {why}"
                )
    except ClipError as error:
        return ClipResult((), str(error))
    in_order = tuple(measured[metric.name] for metric in wanted if metric.name in measured)
    return ClipResult(in_order, "; ".join(faults) or None)


def _watch(
    reader: FrameReader, facts: ClipFacts, metrics: Sequence[Metric], faults: list[str]
) -> dict[str, Measurement]:
    """One pass over the frames with a watcher for each metric. A failing metric must not cost the others."""
    watchers: dict[str, Watcher] = {}
    for metric in metrics:
        assert metric.watcher
        watchers[metric.name] = metric.watcher(facts)
    before: Look | None = None
    for frame in reader:
        look = Look(frame, before)
        for name, watcher in list(watchers.items()):
            try:
                watcher.see(look)
            except Exception as error:  # noqa: BLE001
                faults.append(
                    f"metric {name} failed at {look.seconds:.3f} s: {type(error).__name__}: {error}"
                )
                del watchers[name]
        look.forget_before()
        before = look
    end = before.seconds + (1 / facts.fps if facts.fps > 0 else 0.0) if before else 0.0
    found: dict[str, Measurement] = {}
    for metric in metrics:
        if metric.name in watchers:
            try:
                found[metric.name] = metric.measurement(watchers[metric.name].result(end))
            except Exception as error:  # noqa: BLE001
                faults.append(f"metric {metric.name} failed at the end: {type(error).__name__}: {error}")
    return found


def measure(
    study: MeasurableStudy,
    *,
    executor: Executor | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> MeasureSummary:
    """Measures what is missing: every clip that lacks a metric in its present version.

    With `jobs` above 1 on that many processes of this machine; or on any `executor` of the concurrent.futures kind
    whose workers see the same files (its `submit` and its futures are all that is used), which stays open. Results
    are stored as each clip finishes, so stopping loses at most the clips in flight. A clip that kills its process,
    or can't be decoded, gets a fault and does not stop the others; a known fault is not tried again with the same
    decoder. `progress(done, total, clip, fault)` is called after each clip.

    Raises BadParameter for fewer than one job, and KeyboardInterrupt after storing what was finished.
    """
    if jobs < 1:
        raise BadParameter(f"jobs is {jobs}; expected 1 or more")
    todo, skipped, known = _missing(study)
    work = _Work(study, todo, progress, known)
    if executor is not None:
        work.through(executor, at_once=_AHEAD * max(jobs, os.cpu_count() or 1))
    elif jobs > 1 and len(todo) > 1:
        work.on_processes(min(jobs, len(todo)))
    else:
        work.here()
    return MeasureSummary(work.done, skipped, sorted(work.faults.items()))


def _missing(study: MeasurableStudy) -> tuple[dict[str, list[str]], int, dict[str, str]]:
    """Metrics that each clip lacks, in the order of the clips; how many lack none; faults that still hold."""
    measured = study.measured()
    some = {clip for clip, _, _ in measured}
    known = {clip: reason for clip, (version, reason) in study.faults().items() if version == FAULT_VERSION}
    todo: dict[str, list[str]] = {}
    skipped = 0
    for clip in dict.fromkeys(str(name) for name in study.clips["clip"]):
        lacks = [m.name for m in registry().values() if (clip, m.name, m.version) not in measured]
        # A known fault that left no measurement is not tried again; one that left some may give the new ones.
        if lacks and (clip not in known or clip in some):
            todo[clip] = lacks
        else:
            skipped += 1
    return todo, skipped, known


class _Work:
    """The clips still to measure, and where their results go."""

    def __init__(
        self,
        study: MeasurableStudy,
        todo: dict[str, list[str]],
        progress: Progress | None,
        known: dict[str, str],
    ) -> None:
        self._study = study
        self._todo = todo
        self._progress = progress
        self._total = len(todo)
        self._stored: set[str] = set()
        self.done = 0
        self.faults = {clip: reason for clip, reason in known.items() if clip not in todo}

    def here(self) -> None:
        """One clip after the other, in this process."""
        for clip, metrics in self._todo.items():
            try:
                with self._study.clip_file(clip) as file:
                    result = measure_clip(file, metrics)
            except ClipMissing as error:
                # This says nothing of the clip: it is reported, and looked for again the next time.
                self._tell(clip, str(error))
            else:
                self._store(clip, result)

    def on_processes(self, jobs: int) -> None:
        """On processes of this machine; those that die are replaced, and the clip that killed one is found."""
        left = list(self._todo)
        while left:
            with _pool(jobs) as pool:
                suspects = self._submit_all(pool, left, at_once=_AHEAD * jobs)
            for clip in suspects:
                # Alone in a process, a clip that kills it can't take another one with it.
                with _pool(1) as pool:
                    if self._submit_all(pool, [clip], at_once=1):
                        reason = "measuring it ended the process (out of memory, or a crash in the decoder)"
                        self._store(clip, ClipResult((), reason))
            left = [clip for clip in left if clip not in self._stored] if suspects else []

    def through(self, executor: Executor, *, at_once: int) -> None:
        """On somebody else's executor, which can't be replaced when it breaks."""
        if self._submit_all(executor, list(self._todo), at_once=at_once):
            raise BrokenExecutor("the executor's processes ended; measure again to go on where this stopped")

    def _submit_all(self, executor: Executor, clips: Sequence[str], *, at_once: int) -> list[str]:
        """Hands the clips out and stores what comes back. Returns those in flight when the executor broke."""
        waiting = deque(clips)
        flying: dict[Future[ClipResult], _Flight] = {}
        suspects: list[str] = []
        try:
            while flying or (waiting and not suspects):
                while waiting and not suspects and len(flying) < at_once:
                    clip = waiting.popleft()
                    if not self._send(executor, clip, flying):
                        suspects.append(clip)
                finished, _ = wait(flying, return_when=FIRST_COMPLETED)
                for future in finished:
                    flight = flying.pop(future)
                    flight.files.close()
                    if isinstance(future.exception(), BrokenExecutor):
                        suspects.append(flight.clip)
                    else:
                        self._store(flight.clip, _outcome(future))
        except BaseException:
            # Ctrl-C above all: nothing new is begun, and what is ready is kept.
            for future, flight in flying.items():
                if not future.cancel() and future.done() and future.exception() is None:
                    self._store(flight.clip, future.result())
            raise
        finally:
            for flight in flying.values():
                flight.files.close()
        return suspects

    def _send(self, executor: Executor, clip: str, flying: "dict[Future[ClipResult], _Flight]") -> bool:
        """Hands out one clip; False when the executor is broken."""
        files = ExitStack()
        try:
            file = files.enter_context(self._study.clip_file(clip))
            future = executor.submit(measure_clip, str(file), self._todo[clip])
        except ClipMissing as error:
            files.close()
            self._tell(clip, str(error))
            return True
        except BrokenExecutor:
            files.close()
            return False
        flying[future] = _Flight(clip, files)
        return True

    def _store(self, clip: str, result: ClipResult) -> None:
        fault = None if result.fault is None else (FAULT_VERSION, result.fault)
        self._study.add_measurements(clip, result.measurements, fault=fault)
        self.done += bool(result.measurements)
        self._tell(clip, result.fault)

    def _tell(self, clip: str, fault: str | None) -> None:
        if fault is not None:
            self.faults[clip] = fault
        self._stored.add(clip)
        if self._progress is not None:
            self._progress(len(self._stored), self._total, clip, fault)


@dataclass(frozen=True)
class _Flight:
    """A clip that was handed out, and the context that keeps its file in place."""

    clip: str
    files: ExitStack


def _outcome(future: "Future[ClipResult]") -> ClipResult:
    error = future.exception()
    if error is None:
        return future.result()
    return ClipResult((), f"it could not be measured: {type(error).__name__}: {error}")


@contextlib.contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that start clean (a fork of a notebook's threads can hang) and leave Ctrl-C to the parent."""
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_leave_interrupts_to_the_parent)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown(wait=True, cancel_futures=True)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
