"""The hard stop: what the study has cost, what it may still cost, and whether one more task fits."""

import asyncio
import math
from collections.abc import Iterable

from kit.errors import BadParameter
from kit.storage.tasks import ENDED, Task

# Far below a cent, and far above what adding prices in floating point can be off by.
_EPSILON = 1e-9


def liability(task: Task) -> float:
    """What a task has cost or may cost, in US$; where no price was known, 0.

    Charged or estimated once the provider has finished; the upper estimate while it is at work or may be, and also for
    a task that it took, ended without a clip, and named no charge for.
    """
    if task.cost_usd is not None:
        return task.cost_usd
    if task.state in {"intent", "lost"} or (task.state in ENDED and task.provider_task_id is None):
        return 0.0
    return task.estimated_usd or 0.0


class Budget:
    """Counts every task of the study, so that a run started again has no more to spend than the first one had."""

    def __init__(self, limit: float | None, tasks: Iterable[Task] = ()) -> None:
        if limit is not None and (not math.isfinite(limit) or limit < 0):
            raise BadParameter(f"max_usd is {limit!r}; a number of dollars from 0 up is needed")
        self.limit = limit
        self._amounts = {task.id: liability(task) for task in tasks}
        self._held: dict[object, float] = {}
        self._open: set[object] = set()
        self._changed = asyncio.Event()

    @property
    def committed(self) -> float:
        """US$ spent, in flight and unknown."""
        return math.fsum([*self._amounts.values(), *self._held.values()])

    def fits(self, usd: float) -> bool:
        """Whether a task of this upper estimate may be sent now."""
        return self.limit is None or self.committed + usd <= self.limit + _EPSILON

    async def hold(self, key: object, usd: float) -> bool:
        """Set the amount aside; False if it does not fit, also not once what is in flight in this run has ended."""
        while not self.fits(usd):
            if not self._open:
                return False
            self._changed.clear()
            await self._changed.wait()
        self._held[key] = usd
        self._open.add(key)
        return True

    def settle(self, key: object, task: Task) -> None:
        """The task's own row now says what it costs; what was set aside for it is free."""
        self._held.pop(key, None)
        self._amounts[task.id] = liability(task)
        self.close(key)

    def note(self, task: Task) -> None:
        """Bring the amount of a task up to date."""
        self._amounts[task.id] = liability(task)
        self._changed.set()

    def close(self, key: object) -> None:
        """Nothing more will come of it in this run."""
        self._held.pop(key, None)
        self._open.discard(key)
        self._changed.set()
