"""A run that nobody waits for: on a thread of its own, so that a notebook's kernel stays free for other cells.

The loop is the thread's own (see `kit.generation.sync`), so nothing is patched, and a busy kernel does not hold the run up.
"""

import threading
from typing import TYPE_CHECKING, Unpack

from kit.generation.options import GenerateOptions
from kit.generation.progress import Listener, Progress
from kit.generation.run import agenerate
from kit.generation.summary import RunSummary
from kit.generation.sync import LoopThread

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.study import Study


class BackgroundRun:
    """A run under way; `start` makes it. Everything here may be called from any thread.

    Listeners are called in the run's thread, with every snapshot. One that raises is not called again, and the run is
    stopped in good order; its exception is then the run's `error`, beside the `summary` of what was done.
    """

    def __init__(self) -> None:
        self._thread: LoopThread[RunSummary] = LoopThread("kit-generate")
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._listeners: list[Listener] = []
        self._at_end: list[Callable[[BackgroundRun], None]] = []
        self._newest: Progress | None = None
        self._trouble: BaseException | None = None

    @property
    def done(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self._over.is_set()

    @property
    def progress(self) -> Progress | None:
        """The newest snapshot; None before the first."""
        return self._newest

    @property
    def summary(self) -> RunSummary | None:
        """What was done; None while it runs, and where `agenerate` raised."""
        return self._thread.result if self.done else None

    @property
    def error(self) -> BaseException | None:
        """What `agenerate` or a listener raised; None while it runs, and where nothing was."""
        return (self._thread.error or self._trouble) if self.done else None

    def stop(self) -> None:
        """Send nothing more; answers to requests that have left are waited for, and the summary says what is open."""
        self._thread.end()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, at most `timeout` seconds; whether it has come."""
        return self._over.wait(timeout)

    def listen(self, listener: Listener) -> None:
        """Have a function called with every snapshot from now on."""
        with self._lock:
            self._listeners.append(listener)

    def at_end(self, call: "Callable[[BackgroundRun], None]") -> None:
        """Have a function called with this run once it has ended: in the run's thread, or now if it has."""
        with self._lock:
            if not self.done:
                self._at_end.append(call)
                return
        call(self)

    def begin(self, study: "Study", options: GenerateOptions) -> None:
        """Start; `start` calls this once."""
        self._thread.begin(
            lambda: agenerate(study, stop=self._thread.stop, **(options | {"progress": self._tell})),
            self._end,
        )

    def _tell(self, progress: Progress) -> None:
        self._newest = progress
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            try:
                listener(progress)
            except Exception as error:  # noqa: BLE001 - becomes the run's error, once it has ended in good order
                self._trouble = self._trouble or error
                with self._lock:
                    self._listeners.remove(listener)
                self._thread.end()

    def _end(self) -> None:
        with self._lock:
            self._over.set()
            calls, self._at_end = self._at_end, []
        for call in calls:
            call(self)


def start(study: "Study", **options: Unpack[GenerateOptions]) -> BackgroundRun:
    """`agenerate` without waiting for it; see there for the arguments.

    `progress` and `confirm` are called in the run's thread. What `agenerate` raises is the run's `error`; StudyBusy,
    for one, where another run of this study is going on.
    """
    run = BackgroundRun()
    if (listener := options.get("progress")) is not None:
        run.listen(listener)
    run.begin(study, options)
    return run
