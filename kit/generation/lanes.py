"""One provider in one run: how many tasks at once, when the next request may leave, and whether any may."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from statistics import median
from typing import TypeVar

from kit.errors import KeyRejected, KitError, NotSent, ProviderError, RateLimited
from kit.generation.policy import Clock, Policy
from kit.providers.base import Provider

T = TypeVar("T")


class LaneStopped(Exception):
    """Nothing more is sent to this provider in this run; the lane knows why."""


class Slots:
    """Tasks at once. Those that were running before this run began take a slot without asking."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._taken = 0
        self._freed = asyncio.Condition()

    async def take(self) -> None:
        """Wait for a free slot and take it."""
        async with self._freed:
            await self._freed.wait_for(lambda: self._taken < self.limit)
            self._taken += 1

    def occupy(self) -> None:
        """Take one, free or not."""
        self._taken += 1

    async def give(self) -> None:
        """Give one back."""
        async with self._freed:
            self._taken -= 1
            self._freed.notify()


class Lane:
    """A provider as the run sees it."""

    def __init__(
        self, provider: Provider, slots: Slots, *, clock: Clock, policy: Policy, random: Random
    ) -> None:
        self.provider, self.slots = provider, slots
        self.name = provider.name
        self.stopped: KitError | None = None  # nothing more is sent
        self.blind: KitError | None = None  # it does not answer questions either
        self._clock, self._policy, self._random = clock, policy, random
        self._failures = 0
        self._not_before = 0.0
        self._one_at_a_time = asyncio.Lock()
        self._uploads: dict[Path, asyncio.Task[str]] = {}
        self._took: dict[str, deque[float]] = {}

    def stop(self, error: KitError) -> None:
        """Send nothing more in this run; the first reason is kept. A rejected key ends the polling too."""
        self.stopped = self.stopped or error
        if isinstance(error, KeyRejected):
            self.blind = self.blind or error

    def took(self, model: str, seconds: float) -> None:
        """A task of this model took so long, from creation to its end."""
        self._took.setdefault(model, deque(maxlen=9)).append(seconds)

    def usual(self, model: str) -> float | None:
        """How long the newest tasks of this model took: the median; None before the first."""
        return median(self._took[model]) if model in self._took else None

    async def attempt(self, action: Callable[[], Awaitable[T]]) -> T:
        """Do something that the provider may say is too much; after a failure others wait for how the next one goes.

        Raises what the action raises, LaneStopped where nothing more is to be sent. RateLimited and NotSent make the next attempt wait, and stop the lane when
        there were too many in a row; requests that were under way together count as one.
        """
        if self._failures:
            async with self._one_at_a_time:
                return await self._attempt(action)
        return await self._attempt(action)

    async def _attempt(self, action: Callable[[], Awaitable[T]]) -> T:
        while (wait := self._not_before - self._clock.now()) > 0:
            await self._clock.sleep(wait)
        if self.stopped is not None:
            raise LaneStopped
        before = self._failures
        try:
            result = await action()
        except (RateLimited, NotSent) as error:
            self._failed(error, before)
            raise
        self._failures = 0
        return result

    def _failed(self, error: ProviderError, before: int) -> None:
        if before == self._failures:
            self._failures += 1
        asked = error.retry_after if isinstance(error, RateLimited) else None
        tries = self._policy.limited_tries if isinstance(error, RateLimited) else self._policy.unsent_tries
        if self._failures >= tries or (asked is not None and asked > self._policy.longest_wait):
            self.stop(error)
            return
        wait = self._policy.backoff(self._failures, self._random, asked)
        self._not_before = max(self._not_before, self._clock.now() + wait)

    async def upload(self, path: Path) -> str:
        """A local image as this provider takes it; each file goes up once a run."""
        if path not in self._uploads or (self._uploads[path].done() and self._uploads[path].exception()):
            self._uploads[path] = asyncio.create_task(self.provider.upload(path))
        return await asyncio.shield(self._uploads[path])
