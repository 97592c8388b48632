"""What happened on the server: every request, every task created and ended, every download."""

import asyncio
import json
from collections import Counter, deque
from pathlib import Path
from typing import Any

from kit.sandbox_server.clock import Clock

KEPT_REQUESTS = 20_000


class Journal:
    """Kept in memory; tasks and downloads are also appended to `path`, one JSON document a line, if it is given.

    created    task, number, provider, model, prompt, external_id, fingerprint, usd (its price), body, at
    ended      task, number, provider, fingerprint, external_id, status, paid (true or false), usd (charged), ended_at, at
    downloads  task, provider, status, bytes, range, carried_key (whether a key was sent to the file host), at
    requests   the newest 20,000: number, kind, provider, method, path, status (a number, "reset", "silence", ...; null:
               not answered yet), fault, at
    """

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        self._clock, self._path = clock, path
        self._waiting: list[tuple[str, int, asyncio.Event]] = []
        self.clear()

    def clear(self) -> None:
        """Forget everything; the file keeps what it has."""
        self.lists: dict[str, list[dict[str, Any]]] = {"created": [], "ended": [], "download": []}
        self.requests: deque[dict[str, Any]] = deque(maxlen=KEPT_REQUESTS)
        self.counts: Counter[str] = Counter()

    def note(self, event: str, **facts: Any) -> None:
        """Write down that a task was created or ended, or a clip was fetched."""
        entry = {"event": event, **facts, "at": round(self._clock.now(), 6)}
        self.lists[event].append(entry)
        if event != "download":  # counted when it was asked for
            self._count(event)
        if event == "ended":
            self._count(facts["status"])
        if self._path is not None:
            with self._path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def arrived(self, *, kind: str, provider: str, method: str, path: str) -> dict[str, Any]:
        """Write down a request before anything is done about it; the caller fills in `status` and `fault`."""
        entry: dict[str, Any] = {
            "number": self.counts["request"] + 1,
            "kind": kind,
            "provider": provider,
            "method": method,
            "path": path,
            "status": None,
            "fault": None,
            "at": round(self._clock.now(), 6),
        }
        self.requests.append(entry)
        self._count("request")
        self._count(kind)
        return entry

    def snapshot(self) -> dict[str, Any]:
        """Everything, as JSON."""
        return {
            "created": self.lists["created"],
            "ended": self.lists["ended"],
            "downloads": self.lists["download"],
            "requests": list(self.requests),
            "counts": dict(sorted(self.counts.items())),
        }

    async def wait(self, what: str, count: int) -> None:
        """Wait until `what` (a kind of request, "created", "ended", a final status, "download") has happened so often."""
        if self.counts[what] < count:
            event = asyncio.Event()
            self._waiting.append((what, count, event))
            await event.wait()

    def _count(self, what: str) -> None:
        self.counts[what] += 1
        reached = [w for w in self._waiting if w[0] == what and self.counts[what] >= w[1]]
        if reached:
            self._waiting = [w for w in self._waiting if w not in reached]
            for _, _, event in reached:
                event.set()
