"""Calling a function in a process apart, so that a call that crashes, hangs or takes all memory costs only itself.

A process is started with the first call and kept for the next ones; one that ended is replaced. The two talk over
pipes. Unlike `multiprocessing`, nothing of the program's main module is run again, so that a script needs no
`if __name__ == "__main__"`, and whoever calls may itself be a thread, a worker of a pool or a Dask worker.
"""

import atexit
import contextlib
import faulthandler
import importlib
import os
import pickle
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar

Result = TypeVar("Result")

_READY = b"ready\n"
_NO_START = "a process to measure in could not be started"
_START = (
    # Ctrl-C is the caller's to answer: it reaches every process of a terminal.
    "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "sys.path[:] = {path!r}; from kit.apart import serve; serve({module!r}, {memory!r})"
)


class Ended(Exception):
    """The process that ran a call ended before there was a result; the text says why, as far as it is known.

    `overdue` says that the call took longer than it was allowed to.
    """

    def __init__(self, why: str, *, overdue: bool = False) -> None:
        super().__init__(why)
        self.overdue = overdue


class Setting(NamedTuple):
    """What a process is started with: bytes of memory beyond its own (None: no limit), threads of numpy's libraries."""

    memory: int | None
    threads: int


class Crew:
    """Processes for calls, as many as calls run at the same time. Its methods may be called from any thread."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._idle: list[_Process] = []
        self._busy: set[_Process] = set()
        self._lock = threading.Lock()
        self._closed = False

    def call(self, function: Callable[..., Result], *args: object, seconds: float) -> Result:
        """The result of a module's function, worked out apart; or what it raised.

        Everything must be picklable. The call may take so many seconds, unless it changes that with `allow`. A call
        whose process crashes or is ended by the system is tried once more in a fresh one, since the cause may lie in
        the call before it or in another program. Raises Ended when the process ended again, or took too long;
        ChildProcessError when none could be started.
        """
        try:
            return self._once(function, args, seconds, fresh=False)
        except Ended as error:
            if error.overdue or self._closed:
                raise
            return self._once(function, args, seconds, fresh=True)

    def _once(
        self, function: Callable[..., Result], args: tuple[object, ...], seconds: float, *, fresh: bool
    ) -> Result:
        process = self._take(function.__module__, fresh=fresh)
        try:
            result: Result = process.call(function, args, seconds)
        except BaseException as error:
            # After an error of the function itself the process is as good as before.
            self._give_back(process, usable=getattr(error, "raised_apart", False))
            raise
        self._give_back(process, usable=True)
        return result

    def rest(self) -> None:
        """End the processes that have nothing to do; the next call starts one."""
        with self._lock:
            idle, self._idle = self._idle, []
        for process in idle:
            process.end()

    def close(self) -> None:
        """End all processes, at work or not, and start no more."""
        with self._lock:
            self._closed = True
            busy = [*self._busy]
        for process in busy:
            process.kill()
        self.rest()

    def _take(self, module: str, *, fresh: bool) -> "_Process":
        with self._lock:
            while self._idle and not fresh:
                process = self._idle.pop()
                if process.alive:
                    self._busy.add(process)
                    return process
                process.end()
        process = _Process(module, self._setting)
        with self._lock:
            self._busy.add(process)
            if self._closed:
                process.kill()
        return process

    def _give_back(self, process: "_Process", *, usable: bool) -> None:
        with self._lock:
            self._busy.discard(process)
            if usable and not self._closed:
                self._idle.append(process)
                return
        process.end()


class _Process:
    """One process apart: one call at a time."""

    def __init__(self, module: str, setting: Setting) -> None:
        self._words = tempfile.TemporaryFile()  # noqa: SIM115
        code = _START.format(path=sys.path, module=module, memory=setting.memory)
        threads = str(setting.threads)
        env = os.environ | dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), threads)
        pipe = subprocess.PIPE
        try:
            self._popen = subprocess.Popen(  # noqa: S603
                [sys.executable, "-c", code], stdin=pipe, stdout=pipe, stderr=self._words, env=env
            )
        except OSError as error:
            self._words.close()
            raise ChildProcessError(f"{_NO_START}: {error.strerror}") from error
        assert self._popen.stdin
        assert self._popen.stdout
        self._to: IO[bytes] = self._popen.stdin
        self._from: IO[bytes] = self._popen.stdout
        if self._from.readline() != _READY:
            self._popen.wait()
            said = self._said().strip().splitlines()
            self.end()
            raise ChildProcessError(f"{_NO_START}: {(said or ['it ended'])[-1]}")

    @property
    def alive(self) -> bool:
        return self._popen.poll() is None

    def call(self, function: Callable[..., Any], args: tuple[object, ...], seconds: float) -> Any:
        began = time.monotonic()
        try:
            pickle.dump((function, args, seconds), self._to)
            self._to.flush()
            fine, answer = pickle.load(self._from)  # noqa: S301
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            why, overdue = self._why()
            if overdue:
                why = f"it took too long and was given up after {time.monotonic() - began:.0f} s"
            raise Ended(why, overdue=overdue) from error
        if fine:
            return answer
        answer.raised_apart = True
        raise answer

    def _why(self) -> tuple[str, bool]:
        # The pipe may close a moment before the process is gone; one that goes on without its pipe is ended.
        try:
            code = self._popen.wait(10)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            code = self._popen.wait()
        if re.search(r"^Timeout \(", self._said(), re.MULTILINE):
            return "it took too long", True
        if code >= 0:
            return f"exit code {code}", False
        if -code == getattr(signal, "SIGKILL", 9):
            return "the system ended it, perhaps for want of memory", False
        return f"it crashed: {signal.strsignal(-code) or -code}", False

    def _said(self) -> str:
        """The end of what it wrote to its standard error."""
        self._words.seek(max(0, self._words.seek(0, os.SEEK_END) - 100_000))
        return self._words.read().decode(errors="replace")

    def kill(self) -> None:
        self._popen.kill()

    def end(self) -> None:
        self._popen.kill()
        self._popen.wait()
        for file in (self._to, self._from, self._words):
            with contextlib.suppress(OSError):
                file.close()


def serve(module: str, memory: int | None) -> None:
    """What runs in the process apart: answers calls until the caller's end of the pipe is closed."""
    calls, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # Whatever prints must not print into the answers, nor read the calls.
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    _offer_to_the_killer()
    importlib.import_module(module)
    global _apart  # noqa: PLW0603
    _apart = True
    if memory is not None:
        _limit_memory(memory)
    answers.write(_READY)
    answers.flush()
    while True:
        try:
            function, args, seconds = pickle.load(calls)  # noqa: S301
        except EOFError:
            return
        # What this process says is read when it has ended; here a hang says where it was.
        os.ftruncate(2, 0)
        os.lseek(2, 0, os.SEEK_SET)
        allow(seconds)
        try:
            answer = pickle.dumps((True, function(*args)))
        except Exception as error:  # noqa: BLE001
            answer = _pickled(error)
        faulthandler.cancel_dump_traceback_later()
        answers.write(answer)
        answers.flush()


_apart = False


def allow(seconds: float) -> None:
    """End this process if the call that it runs goes on for longer than so many seconds from now.

    Does nothing in a process that is not one of these. A thread of the interpreter's own watches, which code in C
    that never comes back can't keep from its work.
    """
    if _apart:
        faulthandler.dump_traceback_later(seconds, exit=True)


def _pickled(error: Exception) -> bytes:
    try:
        data = pickle.dumps((False, error))
        pickle.loads(data)  # noqa: S301
    except Exception:  # noqa: BLE001
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
    return data


def _limit_memory(more: int) -> None:
    """No more address space than this process has now and so many bytes (Linux)."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + more, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _offer_to_the_killer() -> None:
    """When the machine runs out of memory, Linux is to end this process rather than its caller."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800")


_crews: dict[Setting, Crew] = {}


def shared(setting: Setting) -> Crew:
    """The crew of this process for such a setting, for callers that can't hold one, such as a pool's workers.

    Its processes end with this process, or with `dismiss` where they have nothing to do.
    """
    return _crews.setdefault(setting, Crew(setting))


def dismiss() -> None:
    """End those processes of the shared crews that have nothing to do."""
    for crew in _crews.values():
        crew.rest()


def _close_all() -> None:
    while _crews:
        _crews.popitem()[1].close()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    # The processes are the parent's: a fork must not talk to them.
    os.register_at_fork(after_in_child=_crews.clear)
