"""How a run is going, as frozen snapshots; `kit.generation.show` prints them."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

# Where a request can be in a run. `left` is what this run leaves to the next: still running, or finished but not
# fetched; `unsent` was not sent at all.
PHASES = ("queued", "running", "done", "failed", "refused", "unknown", "left", "unsent")
OVER = frozenset(PHASES[2:])


@dataclass(frozen=True)
class ModelProgress:
    """One model: how many of its requests are where, US$ spent in this run, and seconds left if that can be told."""

    model: str
    queued: int
    running: int
    done: int
    failed: int
    refused: int
    unknown: int
    left: int
    unsent: int
    spent_usd: float
    seconds_left: float | None

    @property
    def total(self) -> int:
        """All its requests in this run."""
        return (
            self.queued + self.running + self.done + self.failed
            + self.refused + self.unknown + self.left + self.unsent
        )  # fmt: skip


@dataclass(frozen=True)
class Progress:
    """The run at one moment. `seconds` since it began; `message` is news in words; `last` says that nothing follows."""

    models: tuple[ModelProgress, ...]
    seconds: float
    spent_usd: float
    message: str | None = None
    last: bool = False


Listener = Callable[[Progress], None]


class Tracker:
    """Keeps count, and tells a listener of every change."""

    def __init__(self, listener: Listener | None, now: Callable[[], float]) -> None:
        self._listener, self._now = listener, now
        self._began = now()
        self._where: dict[str, tuple[str, str]] = {}
        self._counts: dict[str, Counter[str]] = {}
        self._spent: Counter[str] = Counter()

    def expect(self, request: str, model: str, phase: str) -> None:
        """A request that this run looks after."""
        self._where[request] = (model, phase)
        self._counts.setdefault(model, Counter())[phase] += 1

    def move(self, request: str, phase: str) -> None:
        """A request is elsewhere now."""
        model, before = self._where[request]
        if before == phase:
            return
        self._where[request] = (model, phase)
        self._counts[model][before] -= 1
        self._counts[model][phase] += 1
        self.tell()

    def phase(self, request: str) -> str:
        """Where a request is."""
        return self._where[request][1]

    def pay(self, request: str, usd: float | None) -> None:
        """A request has cost this much in this run."""
        self._spent[self._where[request][0]] += usd or 0.0  # type: ignore[assignment]

    def tell(self, message: str | None = None, *, last: bool = False) -> None:
        """Tell the listener how things are."""
        if self._listener is not None:
            self._listener(self.snapshot(message, last=last))

    def snapshot(self, message: str | None = None, *, last: bool = False) -> Progress:
        """How things are."""
        seconds = self._now() - self._began
        models = tuple(self._model(name, counts, seconds) for name, counts in self._counts.items())
        return Progress(models, seconds, sum(m.spent_usd for m in models), message, last)

    def _model(self, name: str, counts: Mapping[str, int], seconds: float) -> ModelProgress:
        over = sum(counts[phase] for phase in OVER)
        open_ = counts["queued"] + counts["running"]
        # The pace so far, which has the provider's queue and the limit on tasks at once in it.
        left = seconds / over * open_ if over and open_ else (0.0 if not open_ else None)
        where = {phase: counts[phase] for phase in PHASES}
        return ModelProgress(model=name, **where, spent_usd=float(self._spent[name]), seconds_left=left)
