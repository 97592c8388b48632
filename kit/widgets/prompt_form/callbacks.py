"""Where the form's work is done: never in a kernel's callback, and never with an error that nobody sees.

JupyterLab may call a widget's callbacks on the kernel's main thread or on a subshell's, in the middle of a cell or not.
So a callback only notes what has happened and puts the work to a worker's thread.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

from kit.errors import KitError
from kit.providers import scrub
from kit.widgets.worker import Worker

_log = logging.getLogger(__name__)


class Callbacks:
    """Wraps every callback of one form. `show` is called with the text of an error; it must not raise."""

    def __init__(self, name: str, show: Callable[[str], None]) -> None:
        self._worker = Worker(name)
        self._show = show
        self._lock = threading.Lock()
        self._wanted: set[str] = set()
        self._open = 0
        self._idle = threading.Event()
        self._idle.set()

    def guarded(self, function: Callable[..., object]) -> Callable[..., None]:
        """The function, whose errors are shown in the form."""

        def call(*given: Any) -> None:
            try:
                function(*given)
            except Exception as error:  # noqa: BLE001 - every error has to reach the user, whatever it is
                if not isinstance(error, KitError):
                    _log.exception("a callback of the prompt form failed")
                self._show(in_words(error))

        return call

    def later(self, work: Callable[[], object], *, once: str = "") -> None:
        """Have something done on the worker's thread, in order; with `once`, not while the same is waiting already."""
        with self._lock:
            if once and once in self._wanted:
                return
            self._wanted.add(once)
            self._open += 1
            self._idle.clear()

        def job() -> None:
            with self._lock:
                self._wanted.discard(once)
            try:
                self.guarded(work)()
            finally:
                with self._lock:
                    self._open -= 1
                    if not self._open:
                        self._idle.set()

        self._worker.put(job)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing is left to do; whether that came to pass in time."""
        return self._idle.wait(timeout)


def in_words(error: BaseException) -> str:
    """An error for a person: the kit's own as it is, any other with its type; never with a key."""
    return str(scrub(str(error) if isinstance(error, KitError) else f"{type(error).__name__}: {error}"))
