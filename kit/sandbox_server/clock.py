"""The server's clock: the real one, or one that a test moves by hand."""

import asyncio
import threading
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol

# Where a hand-moved clock starts: 2026-03-01T10:00:00Z.
START = 1_772_359_200.0


class Clock(Protocol):
    """What the server knows of time, in seconds since 1970."""

    def now(self) -> float:
        """The time."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class WallClock:
    """The machine's own clock."""

    def now(self) -> float:
        """The time."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that stands still until `advance`; who sleeps on it wakes when it has been moved far enough."""

    def __init__(self, start: float = START) -> None:
        self._start = self._now = start
        self._lock = threading.Lock()
        self._sleepers: list[tuple[float, asyncio.AbstractEventLoop, asyncio.Event]] = []

    def now(self) -> float:
        """The time."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the clock on; safe from any thread. Raises ValueError if it would go back."""
        if not seconds >= 0:
            raise ValueError(f"a clock goes forward only; {seconds} was asked for")
        with self._lock:
            self._now += seconds
            due = [s for s in self._sleepers if s[0] <= self._now]
            self._sleepers = [s for s in self._sleepers if s[0] > self._now]
        for _, loop, event in due:
            loop.call_soon_threadsafe(event.set)

    def restart(self) -> None:
        """Put the clock back to where it started, and wake whoever sleeps."""
        with self._lock:
            self._now = self._start
            sleepers, self._sleepers = self._sleepers, []
        for _, loop, event in sleepers:
            loop.call_soon_threadsafe(event.set)

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been moved this far."""
        event = asyncio.Event()
        with self._lock:
            if seconds <= 0:
                return
            self._sleepers.append((self._now + seconds, asyncio.get_running_loop(), event))
        await event.wait()

    def sleepers(self) -> int:
        """How many wait on this clock."""
        with self._lock:
            return len(self._sleepers)


def rfc3339(when: float | None, *, east: bool = False) -> str:
    """A time as Go writes it: up to nine digits of a second, Z or +08:00; None is Go's zero time."""
    if when is None:
        return "0001-01-01T00:00:00Z"
    # By its decimal digits: 0.4 s must not become 0.400000095 s for want of room in the float.
    whole, fine = divmod(Decimal(repr(when)), 1)
    nanos = int(fine * 1_000_000_000)
    shown = datetime.fromtimestamp(int(whole) + (8 * 3600 if east else 0), UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{nanos:09d}".rstrip("0").rstrip(".")
    return shown + fraction + ("+08:00" if east else "Z")
