"""Every task in plain words, and settling those that a run could not know the fate of."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from kit.cells import name_cell, show
from kit.errors import BadParameter, CannotAsk, Fault, KitError, ProviderError
from kit.generation.policy import Clock, Policy, between
from kit.providers import open_provider
from kit.providers.base import Provider, TaskRef
from kit.storage.tasks import Task

if TYPE_CHECKING:
    from kit.study import Study

MEANING: Mapping[str, str] = {
    "intent": "written down, not sent, nothing spent; the next run sends it",
    "sending": "being sent at this moment; if no run is going on, the next one makes it unknown",
    "submitted": "the provider has taken it; the next run asks how it stands",
    "running": "the provider is at work; the next run asks how it stands",
    "completed": "finished and paid for, its clip is not here yet; the next run fetches it",
    "done": "its clip is in the study",
    "failed": "the provider failed; sent again only with --retry-failed",
    "refused": "the provider refused it; sent again only with --retry-failed",
    "cancelled": "given up; sent again only with --retry-failed",
    "unknown": "a paid task may exist; look at the provider's page, then settle it with --resolve",
    "lost": "never created, nothing spent; the next run sends it",
}
_COLUMNS = [
    "id", "state", "meaning", "prompt_id", "model", "take", "attempt", "provider", "provider_task_id", "age_seconds",
    "cost_usd", "cost_source", "estimated_usd", "error", "external_id", "created_at",
]  # fmt: skip


def tasks_frame(study: "Study", *, now: datetime | None = None) -> pd.DataFrame:
    """Every task, oldest first, with what its state means.

    Columns: id, state, meaning, prompt_id, model, take, attempt, provider, provider_task_id, age_seconds (since it was
    written down, until its clip was stored or it ended), cost_usd with cost_source (charged or estimated),
    estimated_usd (upper end, before sending), error, external_id, created_at.
    """
    frame = study.ledger.frame()
    present = Clock().stamp() if now is None else now.isoformat()
    over = frame["state"].isin(["done", "failed", "refused", "cancelled"])
    ends = frame["stored_at"].where(frame["stored_at"].notna(), frame["finished_at"]).where(over)
    frame["age_seconds"] = [
        between(begin, present if end is None or pd.isna(end) else end)
        for begin, end in zip(frame["intent_at"], ends, strict=True)
    ]
    frame["age_seconds"] = frame["age_seconds"].astype("float64")
    frame["meaning"] = frame["state"].map(dict(MEANING))
    return frame[_COLUMNS]


@dataclass(frozen=True)
class Resolution:
    """What became of the unknown tasks: ids adopted (the next run goes on with them), never created, given up, open.

    `said` has a sentence for each.
    """

    adopted: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()
    given_up: tuple[int, ...] = ()
    still_unknown: tuple[int, ...] = ()
    said: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The resolution as JSON."""
        return asdict(self)


def parse_decision(text: str) -> tuple[int, str]:
    """A decision as it is typed: '12=lost', '12=task-id=abc' or '12=give-up'. Raises BadParameter."""
    number, _, word = text.partition("=")
    if not number.strip().isdecimal() or not _valid(word.strip()):
        raise BadParameter(
            f"{show(text)} is no decision; write TASK=lost (it was never created), TASK=task-id=ID (the id that the "
            "provider's page shows for it) or TASK=give-up (it may have been paid for, and is not waited for)"
        )
    return int(number), word.strip()


def _valid(word: str) -> bool:
    return word in {"lost", "give-up"} or (word.startswith("task-id=") and bool(word[8:].strip()))


def resolve(study: "Study", decisions: Mapping[int, str] | None = None, **options: Any) -> Resolution:
    """`aresolve`, waited for; works with and without a running event loop."""
    from kit.generation.sync import blocking

    return blocking(lambda: aresolve(study, decisions, **options))


async def aresolve(
    study: "Study",
    decisions: Mapping[int, str] | None = None,
    *,
    providers: Callable[[str], Provider] = open_provider,
    clock: Clock | None = None,
    policy: Policy | None = None,
) -> Resolution:
    """Settle unknown tasks: by asking the provider where it can be asked, else by the user's word.

    `decisions` are by the task's id: "lost" (never created: it may be sent again, as a new attempt), "task-id=ID" (it
    is that task of the provider's: the next run goes on with it), "give-up" (counted as paid, not waited for; this one
    also for submitted, running and completed tasks). A provider's own answer comes before the user's "lost".
    Raises BadParameter with every decision that does not fit, nothing changed; StudyBusy while a run is going on.
    """
    clock, policy, ledger = clock or Clock(), policy or Policy(), study.ledger
    chosen = dict(decisions or {})
    with ledger.run_lock():
        ledger.recover()
        tasks = {task.id: task for task in ledger.tasks()}
        _require_fitting(chosen, tasks)
        found = _Found(study, clock)
        unknown = [t for t in tasks.values() if t.state == "unknown"]
        async with AsyncExitStack() as stack:
            desk = _Desk(stack, providers, clock, policy)
            for task in unknown:
                if chosen.get(task.id, "lost") == "lost":
                    await _by_asking(found, desk, task, chosen)
                else:
                    found.decide(task, chosen[task.id])
        for number, word in chosen.items():
            if tasks[number].state != "unknown":
                found.decide(tasks[number], word)
        return found.resolution()


def _require_fitting(chosen: Mapping[int, str], tasks: Mapping[int, Task]) -> None:
    faults = []
    ids = {task.provider_task_id: task.id for task in tasks.values() if task.provider_task_id}
    for number, word in chosen.items():
        where = f"task {number}"
        if number not in tasks:
            faults.append(Fault(where, "there is no such task; `kit tasks STUDY` lists them"))
            continue
        state = tasks[number].state
        fitting = {"unknown"} if word != "give-up" else {"unknown", "submitted", "running", "completed"}
        if not _valid(word):
            faults.append(Fault(where, f"{show(word)} is no decision; lost, task-id=ID or give-up are"))
        elif state not in fitting:
            faults.append(Fault(where, f"it is {state} ({MEANING[state]}), so {show(word)} does not fit"))
        elif word.startswith("task-id="):
            try:
                given = name_cell(word[8:], limit=200)
                if given in ids:
                    faults.append(Fault(where, f"{show(given)} is already task {ids[given]}'s"))
            except ValueError as bad:
                faults.append(Fault(where, f"the id cannot be one: {bad}"))
    if faults:
        raise BadParameter(faults)


class _Desk:
    """Providers, opened when first asked."""

    def __init__(
        self, stack: AsyncExitStack, providers: Callable[[str], Provider], clock: Clock, policy: Policy
    ) -> None:
        self._stack, self._providers, self._clock, self._policy = stack, providers, clock, policy
        self._opened: dict[str, Provider | KitError] = {}

    async def find(self, task: Task) -> TaskRef | None:
        """The provider's task, None if it surely has none. Raises CannotAsk and other ProviderErrors."""
        if task.provider not in self._opened:
            try:
                self._opened[task.provider] = await self._stack.enter_async_context(
                    self._providers(task.provider)
                )
            except KitError as error:
                self._opened[task.provider] = error
        provider = self._opened[task.provider]
        if isinstance(provider, KitError):
            raise provider
        ref = await provider.find(task.external_id, path=task.links.get("path"))
        age = between(task.sending_at, self._clock.stamp())
        if ref is None and (age is None or age < self._policy.settle_after):
            # The request may still be on its way in.
            await self._clock.sleep(self._policy.settle_after - (age or 0.0))
            ref = await provider.find(task.external_id, path=task.links.get("path"))
        return ref


async def _by_asking(found: "_Found", desk: _Desk, task: Task, chosen: Mapping[int, str]) -> None:
    try:
        ref = await desk.find(task)
    except CannotAsk:
        if task.id in chosen:
            found.decide(task, chosen[task.id])
        else:
            found.leave(task, f"{task.provider} cannot be asked; look at its page, then say what it was")
    except (ProviderError, KitError) as error:
        # An answer that may still come outweighs anybody's guess.
        found.leave(task, f"{task.provider} could be asked, but: {error}")
    else:
        if ref is None:
            found.lose(task, f"{task.provider} says that it never created it")
        else:
            found.adopt(task, ref, f"{task.provider} has it as {ref.task_id}")


class _Found:
    """Writes down what each task turned out to be."""

    def __init__(self, study: "Study", clock: Clock) -> None:
        self._ledger, self._clock = study.ledger, clock
        self._lists: dict[str, list[int]] = {"adopted": [], "lost": [], "given_up": [], "still_unknown": []}
        self._said: list[str] = []

    def decide(self, task: Task, word: str) -> None:
        if word == "lost":
            self.lose(task, "settled by hand: it was never created")
        elif word == "give-up":
            values = (
                {"cost_usd": task.estimated_usd, "cost_source": "estimated"} if task.cost_usd is None else {}
            )
            self._write(
                task,
                "cancelled",
                "given_up",
                "given up; counted as paid",
                finished_at=self._clock.stamp(),
                **values,
            )
        else:
            self.adopt(
                task,
                adopted_ref(task, word[8:].strip()),
                "settled by hand: it is the provider's " + word[8:].strip(),
            )

    def adopt(self, task: Task, ref: TaskRef, why: str) -> None:
        self._write(
            task,
            "submitted",
            "adopted",
            why,
            provider_task_id=ref.task_id,
            links=dict(ref.links),
            submitted_at=self._clock.stamp(),
        )

    def lose(self, task: Task, why: str) -> None:
        self._write(task, "lost", "lost", why)

    def leave(self, task: Task, why: str) -> None:
        self._lists["still_unknown"].append(task.id)
        self._said.append(f"task {task.id}: still unknown: {why}")

    def _write(self, task: Task, to: str, kind: str, why: str, **values: Any) -> None:
        self._ledger.commit(
            [self._ledger.move(task.id, to, error=why if to != "submitted" else None, **values)]
        )
        self._lists[kind].append(task.id)
        self._said.append(f"task {task.id}: {why}")

    def resolution(self) -> Resolution:
        return Resolution(**{name: tuple(ids) for name, ids in self._lists.items()}, said=tuple(self._said))


def adopted_ref(task: Task, task_id: str) -> TaskRef:
    """How a task that only its id is known of is asked for: from the path that its request went to."""
    path = str(task.links.get("path", ""))
    if task.provider != "fal":
        return TaskRef(task_id, {"path": path} if path else {})
    # fal keeps requests under owner and alias alone.
    root = "/" + "/".join(path.strip("/").split("/")[:2]) + f"/requests/{task_id}"
    return TaskRef(task_id, {"status": f"{root}/status", "response": root, "cancel": f"{root}/cancel"})
