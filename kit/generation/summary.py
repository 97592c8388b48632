"""How a run ended: what came of every request, what was spent, and what is still running and paid for."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kit.generation.progress import ModelProgress
from kit.generation.show import duration, line


@dataclass(frozen=True)
class StillOpen:
    """A task that the provider has or may have: paid for, or about to be."""

    task: int
    model: str
    provider: str
    state: str
    task_id: str | None
    usd: float | None


@dataclass(frozen=True)
class RunSummary:
    """One run.

    `spent_usd` is what tasks cost that ended in this run; `committed_usd` is what the whole study has spent, has in
    flight or may have spent unknown to us. `stopped` says by provider why nothing more was sent, `problems` what went
    wrong with single requests, `notes` what else there is to know.
    """

    models: tuple[ModelProgress, ...]
    seconds: float
    spent_usd: float
    committed_usd: float
    still_open: tuple[StillOpen, ...] = ()
    stopped: Mapping[str, str] | None = None
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def done(self) -> int:
        """Clips that this run brought into the study."""
        return sum(m.done for m in self.models)

    @property
    def ok(self) -> bool:
        """Whether every request of the run has its clip."""
        return not self.interrupted and all(m.done == m.total for m in self.models)

    def to_dict(self) -> dict[str, Any]:
        """The summary as JSON."""
        return asdict(self) | {"done": self.done, "ok": self.ok, "stopped": dict(self.stopped or {})}

    def __str__(self) -> str:
        lines = ["interrupted; nothing more was sent"] if self.interrupted else []
        lines += [line(m) for m in self.models] or [
            "nothing to do: every request has its clip or waits to be settled"
        ]
        lines += [f"{name}: nothing more was sent: {why}" for name, why in (self.stopped or {}).items()]
        lines += [*self.problems, *self.notes]
        if self.still_open:
            usd = sum(task.usd or 0.0 for task in self.still_open)
            lines.append(f"still running, not fetched or unknown, up to ${usd:.2f}; run again to go on:")
            lines += [
                f"  task {t.task}: {t.model} through {t.provider}, {t.state}, {t.task_id or 'no id known'}"
                for t in self.still_open[:20]
            ]
            if len(self.still_open) > 20:
                lines.append(f"  and {len(self.still_open) - 20} more; all of them: kit tasks STUDY")
        lines.append(
            f"{duration(self.seconds)}, ${self.spent_usd:.2f} in this run; "
            f"${self.committed_usd:.2f} for the study so far, what is in flight or unknown included"
        )
        return "\n".join(lines)


class RunStopped(KeyboardInterrupt):
    """The run was interrupted and has ended in good order; `summary` says what is still running and paid for."""

    def __init__(self, summary: RunSummary) -> None:
        self.summary = summary
        super().__init__(str(summary))
