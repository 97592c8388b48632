"""How long to wait for what, and the clock that waits: everything that a test wants to have in its own hands."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random


@dataclass(frozen=True)
class Policy:
    """Waits in seconds and how often things are tried.

    deadline         how long one run watches a task; then it is left as it is, with its id, for the next run
    poll_*           the wait between two polls: a share of the task's age, never below first nor above last
    backoff_*        the wait after a first failure, doubled with each more, up to last; both jittered
    longest_wait     a provider that asks for a longer pause than this is not sent anything more in this run
    unsent_tries     how often in a row a provider may be out of reach, or
    limited_tries    answer that it has too many requests, before the run stops sending to it
    not_found_tries  how often in a row it may not know a task before that is left for later
    link_tries, fresh_links, unreadable_tries   downloads of one link, new links, downloads whose bytes are no video
    settle_after     an answer "there is no such task" counts this long after the request left, not before
    concurrency      tasks at once, where the provider cannot be asked
    downloads        downloads at once
    heartbeat        progress is told at least this often
    """

    deadline: float = 1200.0
    poll_first: float = 2.0
    poll_last: float = 15.0
    poll_share: float = 0.1
    backoff_first: float = 2.0
    backoff_last: float = 60.0
    longest_wait: float = 600.0
    unsent_tries: int = 6
    limited_tries: int = 30
    not_found_tries: int = 6
    link_tries: int = 4
    fresh_links: int = 3
    unreadable_tries: int = 3
    settle_after: float = 60.0
    concurrency: int = 2
    downloads: int = 4
    heartbeat: float = 1.0

    def poll_wait(self, age: float, random: Random, usual: float | None = None) -> float:
        """Seconds until a task of this age is asked for again: a tenth of its age, 2 to 15 s, jittered by 15 %.

        `usual` is how long such tasks have taken so far: where that is due before the poll after next, the next one
        waits for it, so that a finished clip is seen at once without asking more often.
        """
        wait = min(self.poll_last, max(self.poll_first, self.poll_share * age)) * random.uniform(0.85, 1.15)
        due = None if usual is None else usual - age
        if due is not None and wait <= due < 2 * wait:
            return due + random.uniform(0.05, 0.25)
        return wait

    def backoff(self, failures: int, random: Random, retry_after: float | None = None) -> float:
        """Seconds to wait after so many failures in a row (1 or more).

        Exponential, with the upper half jittered so that several runs do not come back together. What the provider
        asks for is a lower bound, stretched by at most a tenth.
        """
        if retry_after is not None:
            return retry_after * random.uniform(1.0, 1.1)
        whole = min(self.backoff_last, self.backoff_first * 2.0 ** min(failures - 1, 30))
        return whole * random.uniform(0.5, 1.0)


class Clock:
    """The running event loop's time, the wall clock's, and sleep."""

    def now(self) -> float:
        """Seconds that only go forward."""
        return asyncio.get_running_loop().time()

    def utc(self) -> datetime:
        """The present time, aware."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(max(0.0, seconds))

    def stamp(self) -> str:
        """The present time as ISO 8601 in UTC, to the millisecond, ending in Z."""
        return iso(self.utc())


def iso(moment: datetime) -> str:
    """A moment as the ledger writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def between(first: str | None, last: str | None) -> float | None:
    """Seconds between two of the ledger's times; None where one is missing, or a clock was set back between them."""
    if first is None or last is None:
        return None
    seconds = (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()
    return seconds if seconds >= 0 else None
