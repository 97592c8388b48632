"""Writes to the ledger from many tasks at once, a transaction for as many as are waiting.

A write returns when it is on disk. Under load a transaction carries dozens of changes, so that the disk's sync, and not
the number of tasks, is what it costs.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from kit.storage.tasks import Change, Ledger

Offload = Callable[..., Awaitable[Any]]


class Journal:
    """One writer for one run. `hook` is told before and after each write; a test ends the process there."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        offload: Offload = asyncio.to_thread,
        hook: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.ledger, self.offload, self._hook = ledger, offload, hook
        self._waiting: list[tuple[Change, asyncio.Future[Any]]] = []
        self._flushing: asyncio.Task[None] | None = None

    async def write(self, label: str, change: Change) -> Any:
        """Commit one change and return what it gives. Raises what it raises, StudyError where the study cannot be written."""
        self._hook(f"before {label}")
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((change, future))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        result = await future
        self._hook(f"after {label}")
        return result

    async def _flush(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            if len(batch) > 1 and await self._commit(batch):
                continue
            # One bad change must not take the others with it.
            for item in batch:
                await self._commit([item], alone=True)

    async def _commit(
        self, batch: list[tuple[Change, "asyncio.Future[Any]"]], *, alone: bool = False
    ) -> bool:
        try:
            results = await self.offload(self.ledger.commit, [change for change, _ in batch])
        except Exception as error:  # noqa: BLE001 - it is raised again where the write was asked for
            if alone:
                self._give(batch[0][1], error=error)
            return False
        for (_, future), result in zip(batch, results, strict=True):
            self._give(future, result=result)
        return True

    @staticmethod
    def _give(future: "asyncio.Future[Any]", *, result: Any = None, error: Exception | None = None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)
