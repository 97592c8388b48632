"""One thread for one widget, there only while it has something to do."""

import threading
from collections import deque
from collections.abc import Callable


class Worker:
    """Runs jobs one after the other, in order, away from the kernel's threads.

    A notebook may hold a hundred players, so the thread ends when nothing is left to do. It is a daemon: a kernel that
    is told to stop does not wait for it. A job must not raise.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()
        self._running = False

    def put(self, job: Callable[[], None]) -> None:
        """Have a job done after those that wait; returns at once. May be called from any thread."""
        with self._lock:
            self._jobs.append(job)
            if self._running:
                return
            self._running = True
        threading.Thread(target=self._work, name=self._name, daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._jobs:
                    self._running = False
                    return
                job = self._jobs.popleft()
            job()
