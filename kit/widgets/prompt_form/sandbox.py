"""One sandbox server for all forms of a kernel, in a process of its own that ends with the kernel."""

import atexit
import os
import threading
from contextlib import ExitStack

from kit.providers import Provider, open_provider
from kit.testing import SandboxHandle, sandbox_process


class _Shared:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stack = ExitStack()
        self._server: SandboxHandle | None = None

    def get(self) -> SandboxHandle:
        """The server; started if there is none, or the last one has died. Takes a second or two then."""
        with self._lock:
            server = self._server
            if server is None or server.process is None or server.process.poll() is not None:
                self._close()
                # A processor is left for the kernel and the browser.
                jobs = max(1, min((os.cpu_count() or 1) - 1, 4))
                server = self._stack.enter_context(
                    sandbox_process(any_model=False, film="render", manners="plain", jobs=jobs, concurrency=2)
                )
                self._server = server
            return server

    def close(self) -> None:
        with self._lock:
            self._close()

    def _close(self) -> None:
        self._server = None
        self._stack.close()


_SHARED = _Shared()
atexit.register(_SHARED.close)


def start_sandbox() -> SandboxHandle:
    """The sandbox server of this kernel, running."""
    return _SHARED.get()


def stop_sandbox() -> None:
    """End it; the next form that needs one starts another."""
    _SHARED.close()


def own_sandbox() -> bool:
    """Whether the sandbox is ours to start: nobody has named another in the environment."""
    return not os.environ.get("KIT_SANDBOX_URL", "").strip()


def open_here(name: str) -> Provider:
    """A provider as the form opens it: the sandbox at our own server, unless the environment names another."""
    if name == "sandbox" and own_sandbox():
        server = start_sandbox()
        return open_provider("sandbox", base_url=server.url("sandbox"), key=server.key("sandbox"))
    return open_provider(name)
