"""The run: goes on with what is in flight, then sends what the plan wants, within the budget, and loses nothing."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

from kit.apart import dismiss
from kit.cards import Card, Cards, Settings, load_cards
from kit.errors import BadParameter, BudgetExceeded
from kit.generation.budget import Budget
from kit.generation.course import Course
from kit.generation.crew import OPEN, Crew
from kit.generation.journal import Journal, Offload
from kit.generation.plan import Plan, Planned, plan
from kit.generation.policy import Clock, Policy
from kit.generation.progress import Listener, Tracker
from kit.generation.summary import RunSummary
from kit.providers import open_provider
from kit.providers.base import Provider

if TYPE_CHECKING:
    from kit.study import Study

Confirm = Callable[[Plan], bool | Awaitable[bool]]


async def agenerate(
    study: "Study",
    *,
    models: Sequence[str] | None = None,
    prompts: Sequence[str] | None = None,
    takes: int | Sequence[int] = 1,
    settings: Settings | Mapping[str, Any] | None = None,
    via: str | Mapping[str, str] | None = None,
    retry_failed: bool = False,
    max_usd: float | None = None,
    allow_unpriced: bool = False,
    confirm: Confirm | None = None,
    concurrency: int | None = None,
    deadline: float | None = None,
    progress: Listener | None = None,
    stop: asyncio.Event | None = None,
    cards: Cards | Mapping[str, Card] | None = None,
    providers: Callable[[str], Provider] = open_provider,
    policy: Policy | None = None,
    clock: Clock | None = None,
    random: Random | None = None,
    offload: Offload = asyncio.to_thread,
    hook: Callable[[str], None] = lambda _: None,
) -> RunSummary:
    """Film what is missing: first go on with every task in flight, then send new ones.

    What to film (`models` to `retry_failed`) is as in `kit.generation.plan`. `max_usd` is a hard stop for the study as
    a whole: spent, in flight and unknown together, so that starting again does not spend it again; a task without a
    known price is refused under it unless `allow_unpriced`. `confirm` is asked with the plan before anything is sent.
    One of the two is needed, unless everything is filmed by the sandbox. `concurrency` caps what the account allows,
    and takes its place where the account cannot be asked. `deadline` is how many seconds a task is watched for.
    `stop`, once set, ends the run in good order and returns a summary; a cancelled call does the same and is cancelled.

    The rest is for tests: how providers are opened (inside the running loop, closed at the end), waits, clock, jitter,
    where blocking work is done, and a hook at each write.

    Raises BadParameter (all faults at once, nothing sent), BudgetExceeded (not even one task fits), StudyBusy (another
    run is at it), KeyMissing, KeyRejected, StudyError where the study cannot be written; whatever had been sent by
    then is in the ledger. What goes wrong with single requests is in the summary, not raised.
    """
    _check_numbers(max_usd=max_usd, concurrency=concurrency, deadline=deadline)
    policy = policy or Policy()
    if deadline is not None:
        policy = Policy(**(policy.__dict__ | {"deadline": deadline}))
    cards = load_cards() if cards is None else cards
    ledger = study.ledger
    with ledger.run_lock():
        ledger.recover()
        the_plan = plan(
            study, cards=cards, models=models, prompts=prompts, takes=takes, settings=settings, via=via,
            retry_failed=retry_failed,
        )  # fmt: skip
        tasks = ledger.tasks()
        wanted = {p.request.request for p in the_plan.to_send}
        stale = [t for t in tasks if t.state == "intent" and t.request not in wanted]
        ledger.commit([ledger.drop(task.id) for task in stale])
        budget = Budget(max_usd, tasks)
        going_on = [t for t in tasks if t.state in OPEN]
        to_send = await _allowed(the_plan, budget, confirm, allow_unpriced=allow_unpriced, idle=not going_on)
        if not to_send and not going_on:
            return _nothing(the_plan, budget)
        ledger.require_writable()
        with ledger.incoming() as incoming:
            clock = clock or Clock()
            random = random or Random()  # noqa: S311 - it only spreads waits
            journal = Journal(ledger, offload=offload, hook=hook)
            models_of = {name: request.model for name, request in ledger.requests().items()}
            models_of |= {p.request.request: p.request.model for p in the_plan.requests}
            course = Course(
                journal=journal,
                clock=clock,
                policy=policy,
                random=random,
                budget=budget,
                tracker=Tracker(progress, clock.now),
                answers={(c.id, name): s.answer for c in cards.values() for name, s in c.providers.items()},
                models=models_of,
                incoming=incoming,
                folder=study.folder,
                downloads=asyncio.Semaphore(policy.downloads),
            )
            run = Crew(course, providers, concurrency, stop or asyncio.Event())
            try:
                return await run.go(going_on, to_send, declined=len(the_plan.to_send) - len(to_send))
            finally:
                dismiss()


def _check_numbers(*, max_usd: float | None, concurrency: int | None, deadline: float | None) -> None:
    Budget(max_usd)
    if concurrency is not None and (isinstance(concurrency, bool) or concurrency < 1):
        raise BadParameter(f"concurrency is {concurrency!r}; a whole number from 1 up is needed")
    if deadline is not None and not deadline > 0:
        raise BadParameter(f"deadline is {deadline!r}; a number of seconds above 0 is needed")


async def _allowed(
    the_plan: Plan, budget: Budget, confirm: Confirm | None, *, allow_unpriced: bool, idle: bool
) -> tuple[Planned, ...]:
    """What may be sent. Raises where nothing may, and where it was not said what may be spent."""
    to_send = the_plan.to_send
    paid = [p for p in to_send if not p.card.sandbox]
    if not to_send:
        return ()
    if budget.limit is not None:
        unpriced = sorted({f"{p.card.id} through {p.request.provider}" for p in paid if p.upper_usd is None})
        if unpriced and not allow_unpriced:
            raise BudgetExceeded(
                f"no price is known for {', '.join(unpriced)}, so --max-usd cannot be kept; nothing was sent. "
                "Give the card a price, or accept it with --allow-unpriced"
            )
        cheapest = min(p.upper_usd or 0.0 for p in to_send)
        if not budget.fits(cheapest) and idle:
            raise BudgetExceeded(
                f"the next clip may cost ${cheapest:.2f}, and of ${budget.limit:.2f} allowed for this study "
                f"${budget.committed:.2f} are spent, in flight or unknown; nothing was sent. Allow more with --max-usd"
            )
    elif confirm is None and paid:
        raise BadParameter(
            f"{len(paid)} paid requests would be sent; say how much the study may cost (max_usd=..., --max-usd), "
            "or have the plan confirmed (confirm=...); nothing was sent"
        )
    if confirm is not None:
        answer = confirm(the_plan)
        if not (await answer if inspect.isawaitable(answer) else answer):
            return ()
    return to_send


def _nothing(the_plan: Plan, budget: Budget) -> RunSummary:
    notes = [f"not confirmed; {len(the_plan.to_send)} requests were not sent"] if the_plan.to_send else []
    unsettled = sum(p.standing in {"unknown", "failed"} for p in the_plan.requests)
    if unsettled:
        notes.append(f"{unsettled} requests are failed or unknown; see: kit tasks STUDY")
    return RunSummary((), 0.0, 0.0, budget.committed, notes=tuple(notes))
