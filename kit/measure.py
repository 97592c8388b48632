"""Measuring the clips of a study: each clip once for each version of each metric, on one core or many."""

import functools
import os
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import av

from kit.apart import Crew, Ended, Setting, allow, dismiss, shared
from kit.decode import ClipFacts
from kit.errors import BadParameter, ClipMissing
from kit.limits import Limits, fair_memory
from kit.metrics import Measurement, registry
from kit.one_clip import ClipResult, measure_clip

__all__ = [
    "ClipResult",
    "Limits",
    "MeasurableStudy",
    "MeasureSummary",
    "measure",
    "measure_apart",
    "measure_clip",
]

if TYPE_CHECKING:
    # A process that measures has no use for it, and it is slow to load.
    import pandas as pd

# Faults are remembered for a version of this file's rules and of the decoder, since a newer decoder may do better:
# rules 2 with PyAV 18.1 is 2018001.
_RULES = 2
_MAJOR, _MINOR = (int(part) for part in av.__version__.split(".")[:2])
FAULT_VERSION = _RULES * 1_000_000 + _MAJOR * 1000 + _MINOR

# Clips handed out at a time, for each worker: enough to keep all busy, few enough that little is lost on Ctrl-C
# and that a remote study doesn't bring all its clips to this disk at once.
_AHEAD = 2


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
    def clips(self) -> "pd.DataFrame":
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
MeasureOne = Callable[[str, Sequence[str]], ClipResult]


def measure(
    study: MeasurableStudy,
    *,
    executor: Executor | None = None,
    jobs: int = 1,
    limits: Limits | None = None,
    again: bool = False,
    progress: Progress | None = None,
) -> MeasureSummary:
    """Measures what is missing: every clip that lacks a metric in its present version.

    On `jobs` processes of this machine; or on any `executor` of the concurrent.futures kind whose workers see the
    same files (its `submit` and its futures are all that is used), which stays open. Either way each clip is measured
    in a process apart: one that crashes it, hangs, or takes more time or memory than `limits` allow, gets a fault
    that says so and does not stop the others. With `jobs=0` everything happens in this process, where a debugger can
    follow it and nothing is held back.

    Results are stored as each clip finishes, so stopping loses at most the clips in flight. A known fault is not
    tried again with the same decoder, unless `again` is set. `progress(done, total, clip, fault)` is called after each
    clip.

    Raises BadParameter for a number of jobs below 0, KeyboardInterrupt after storing what was finished,
    BrokenExecutor when the executor that was given ended its workers, and ChildProcessError when no process to measure
    in can be started.
    """
    if jobs < 0:
        raise BadParameter(f"jobs is {jobs}; expected 1 or more, or 0 for this process")
    todo, skipped, known = _missing(study, again=again)
    work = _Work(study, todo, progress, known)
    limits = limits or Limits()
    if executor is not None:
        work.through(executor, limits, at_once=_AHEAD * max(jobs, os.cpu_count() or 1))
    elif jobs == 0:
        work.here()
    elif todo:
        work.on_processes(min(jobs, len(todo)), limits)
    return MeasureSummary(work.done, skipped, sorted(work.faults.items()))


def _measure_within(path: str, metrics: Sequence[str], limits: Limits, threads: int) -> ClipResult:
    """In a process apart: measures one clip, in the time that a clip of its length and size may take."""

    def begun(facts: ClipFacts) -> None:
        allow(limits.seconds(facts.frames or facts.expected_frames, facts.width, facts.height))

    return measure_clip(path, metrics, threads=threads, begun=begun)


def measure_apart(
    path: str, metrics: Sequence[str], *, limits: Limits, sharing: int, crew: Crew | None = None
) -> ClipResult:
    """Measures one clip in a process apart from this one; a process that ends becomes a fault.

    `sharing` are the processes that measure at the same time on this machine and share its cores and its memory.
    """
    setting = _setting(limits, sharing)
    try:
        return (crew or shared(setting)).call(
            _measure_within, path, metrics, limits, setting.threads, seconds=limits.patience
        )
    except Ended as error:
        what = "was stopped" if error.overdue else "ended the process"
        return ClipResult((), f"measuring it {what}: {error}")


def _setting(limits: Limits, sharing: int) -> Setting:
    memory = fair_memory(sharing) if limits.memory is None else limits.memory
    return Setting(memory, max(1, (os.cpu_count() or 1) // sharing))


def _missing(study: MeasurableStudy, *, again: bool) -> tuple[dict[str, list[str]], int, dict[str, str]]:
    """Metrics that each clip lacks, in the order of the clips; how many lack none; faults that still hold."""
    measured = study.measured()
    some = {clip for clip, _, _ in measured}
    known = {clip: reason for clip, (version, reason) in study.faults().items() if version == FAULT_VERSION}
    todo: dict[str, list[str]] = {}
    skipped = 0
    for clip in dict.fromkeys(str(name) for name in study.clips["clip"]):
        lacks = [m.name for m in registry().values() if (clip, m.name, m.version) not in measured]
        # A known fault that left no measurement is not tried again; one that left some may give the new ones.
        if lacks and (again or clip not in known or clip in some):
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

    def on_processes(self, jobs: int, limits: Limits) -> None:
        """On processes of this machine: a thread here waits for each of them."""
        crew = Crew(_setting(limits, jobs))
        measure_one = functools.partial(measure_apart, limits=limits, sharing=jobs, crew=crew)
        with ThreadPoolExecutor(jobs, "kit-measure") as threads:
            try:
                self._submit_all(threads, measure_one, at_once=_AHEAD * jobs)
            finally:
                # After Ctrl-C this ends what is being measured, for which the threads wait.
                crew.close()

    def through(self, executor: Executor, limits: Limits, *, at_once: int) -> None:
        """On somebody else's executor, which can't be replaced when it breaks."""
        measure_one = functools.partial(measure_apart, limits=limits, sharing=os.cpu_count() or 1)
        try:
            if not self._submit_all(executor, measure_one, at_once=at_once):
                raise BrokenExecutor(
                    "the executor's processes ended; measure again to go on where this stopped"
                )
        finally:
            # An executor of threads has had them in this process.
            dismiss()

    def _submit_all(self, executor: Executor, measure_one: "MeasureOne", *, at_once: int) -> bool:
        """Hands the clips out and stores what comes back. False when the executor broke."""
        waiting = deque(self._todo)
        flying: dict[Future[ClipResult], _Flight] = {}
        whole = True
        try:
            while flying or (waiting and whole):
                while waiting and whole and len(flying) < at_once:
                    whole = self._send(executor, measure_one, waiting.popleft(), flying)
                finished, _ = wait(flying, return_when=FIRST_COMPLETED)
                for future in finished:
                    flight = flying.pop(future)
                    flight.files.close()
                    if isinstance(future.exception(), BrokenExecutor):
                        whole = False
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
        return whole

    def _send(
        self,
        executor: Executor,
        measure_one: "MeasureOne",
        clip: str,
        flying: "dict[Future[ClipResult], _Flight]",
    ) -> bool:
        """Hands out one clip; False when the executor is broken."""
        files = ExitStack()
        try:
            file = files.enter_context(self._study.clip_file(clip))
            future = executor.submit(measure_one, str(file), self._todo[clip])
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
    if isinstance(error, ChildProcessError):
        # No process could be started: that says nothing of the clip, nor of the next ones.
        raise error
    return ClipResult((), f"it could not be measured: {type(error).__name__}: {error}")
