"""Who makes the clips: processes that run the sandbox renderer, or one small clip for every order."""

import contextlib
import json
import multiprocessing
import os
import secrets
import shutil
import signal
import tempfile
import threading
from collections.abc import Mapping
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from kit.sandbox import render
from kit.sandbox_server.jobs import Order


@dataclass(frozen=True)
class Footage:
    """A finished clip: its bytes, or the file that has them, and the truth about it."""

    data: bytes | None = None
    path: Path | None = None
    truth: Mapping[str, Any] | None = None

    def read(self) -> bytes:
        """The bytes of the clip."""
        if self.data is not None:
            return self.data
        return self.path.read_bytes() if self.path else b""

    def discard(self) -> None:
        """Remove the file, if it is one."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


class Film(Protocol):
    """Makes clips. `start` returns at once; the future's exception makes the task fail."""

    def start(self, order: Order) -> Future[Footage]:
        """Begin to film."""
        ...

    def close(self) -> None:
        """Stop, and remove whatever was made; it may be called more than once."""
        ...


class OneClip:
    """Serves the same small clip for every order at once; the truth names the order's prompt and model."""

    def __init__(self, clip: bytes, truth: Mapping[str, Any] | None = None) -> None:
        self._clip, self._truth = clip, truth

    def start(self, order: Order) -> Future[Footage]:
        """A future that is done."""
        truth = self._truth and {
            **self._truth,
            "prompt": order.prompt,
            "prompt_id": order.prompt_id,
            "take": order.take,
        }
        done: Future[Footage] = Future()
        done.set_result(Footage(data=self._clip, truth=truth))
        return done

    def close(self) -> None:
        """Nothing to do."""


class RenderFilm:
    """Films with the sandbox renderer, in processes of its own that are started with the first order."""

    def __init__(self, *, jobs: int | None = None) -> None:
        self._jobs = jobs or os.cpu_count() or 1
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._folder: Path | None = None

    def start(self, order: Order) -> Future[Footage]:
        """Queue the order."""
        with self._lock:
            try:
                return self._submit(order)
            except OSError as error:  # disk full, no more processes
                failed: Future[Footage] = Future()
                failed.set_exception(error)
                return failed

    def _submit(self, order: Order) -> Future[Footage]:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="kit-sandbox-"))
        out = self._folder / f"{secrets.token_hex(16)}.mp4"
        if self._pool is not None:
            with contextlib.suppress(BrokenExecutor):
                return self._pool.submit(_film, order, out)
            # A worker was killed, and took the pool with it; the next one starts afresh.
            self._pool.shutdown(wait=False)
        self._pool = self._new_pool()
        return self._pool.submit(_film, order, out)

    def _new_pool(self) -> ProcessPoolExecutor:
        # A fork of a process with threads can hang, so the workers start clean; a fork server would need a socket, whose
        # path must be short, which not every temporary folder's is.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(
            self._jobs, mp_context=context, initializer=_leave_interrupts_to_the_parent
        )

    def close(self) -> None:
        """Drop what is queued, stop what is being filmed, and remove the clips."""
        with self._lock:
            pool, folder = self._pool, self._folder
            self._pool = self._folder = None
        if pool is not None:
            # Nobody waits for what is being filmed, and a film may take many seconds. Python has a call for it from 3.14.
            workers = list((pool._processes or {}).values())  # noqa: SLF001
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in workers:
                worker.terminate()
            pool.shutdown(wait=True)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _film(order: Order, out: Path) -> Footage:
    truth = render(
        order.prompt,
        model=order.model,
        take=order.take,
        out=out,
        prompt_id=order.prompt_id,
        camera=order.camera or None,
        checks=order.checks,
        seconds=order.seconds,
        width=order.width,
        height=order.height,
        fps=order.fps,
    )
    out.with_suffix(".truth.json").unlink(missing_ok=True)
    return Footage(path=out, truth=json.loads(truth.to_json()))


def small_clip() -> OneClip:
    """A film that serves one clip of a quarter of a second, 96x64 pixels, marked as the sandbox's in its bytes."""
    order = Order("sandbox-quick", "a paper boat on a puddle", 1, 0.25, 96, 64, fps=8)
    with tempfile.TemporaryDirectory(prefix="kit-sandbox-") as folder:
        made = _film(order, Path(folder) / "clip.mp4")
        return OneClip(replace(made, data=None).read(), made.truth)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
