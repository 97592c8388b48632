"""How a run gets on and what came of it, model by model, in words and with what to do about it."""

from collections.abc import Sequence
from html import escape

from kit.cards import Card
from kit.generation import ModelProgress, Plan, Progress, RunSummary
from kit.generation.plan import Planned
from kit.generation.show import duration
from kit.widgets.prompt_form.cost import clips
from kit.widgets.prompt_form.fields import paragraph

_WORDS = ("running", "queued", "failed", "refused", "unknown", "left", "unsent")
_SAID = {"queued": "waiting", "left": "left for later", "unsent": "not sent"}
_DO = {
    "refused": "Change the prompt or the settings and generate again.",
    "failed": "Generate again to try once more; that is a new task.",
    "cancelled": "Generate again to try once more; that is a new task.",
    "unknown": "Look at the provider's page, then settle it with: kit tasks STUDY --resolve",
    "running": "The provider is still at work and is paid for it; generate again to go on: nothing is sent twice.",
}


def progress_html(card: Card, m: ModelProgress, seconds: float) -> str:
    """One model while the run goes on."""
    over = m.total - m.queued - m.running
    parts = [f"{m.done} of {m.total} done"]
    parts += [f"{n} {_SAID.get(word, word)}" for word in _WORDS if (n := getattr(m, word))]
    parts.append(duration(seconds))
    if m.seconds_left:
        parts.append(f"about {duration(m.seconds_left)} left")
    if not card.sandbox:
        parts.append(f"${m.spent_usd:.2f} spent")
    return _bar(over, m.total) + paragraph(", ".join(parts), "plain")


def summed_up(progress: Progress) -> str:
    """The run as a whole, in a line."""
    done, total = sum(m.done for m in progress.models), sum(m.total for m in progress.models)
    return f"Filming: {done} of {clips(total)} done after {duration(progress.seconds)}."


def outcome_html(planned: Sequence[Planned], summary: RunSummary | None) -> str:
    """What came of one model's requests, as the study has them after the run."""
    lines: dict[tuple[str, str], int] = {}
    for one in planned:
        key = _outcome(one, summary)
        lines[key] = lines.get(key, 0) + 1
    return "".join(
        paragraph(f"{clips(number)}: {text}" if len(lines) > 1 or number > 1 else text, kind)
        for (kind, text), number in lines.items()
    )


def _outcome(one: Planned, summary: RunSummary | None) -> tuple[str, str]:
    if one.standing == "done":
        return "good", "filmed, and in the study"
    if one.standing == "elsewhere":
        return "soft", "in the study with other settings"
    if one.standing == "send":
        why = (summary.stopped or {}).get(one.request.provider, "") if summary else ""
        if why:
            return "bad", f"not sent. {why}"
        return "soft", "not sent, nothing was paid"
    state = one.task.state if one.task is not None and one.standing == "failed" else one.standing
    error = f": {one.task.error}" if one.task is not None and one.task.error else ""
    kind = "soft" if state == "running" else "bad"
    return kind, f"{state}{error}. {_DO[state]}" if state in _DO else f"{state}{error}"


def stopped_words(summary: RunSummary, cards: Sequence[Card]) -> str:
    """After Cancel: what is still running and paid for."""
    if not summary.still_open:
        return "Stopped. Nothing is running, and nothing more was sent."
    titles = {card.id: card.title for card in cards}
    free = {card.id for card in cards if card.sandbox}
    usd = sum(task.usd or 0.0 for task in summary.still_open if task.model not in free)
    listed = ", ".join(
        f"{titles.get(task.model, task.model)} ({task.state}, {task.task_id or 'no id known'})"
        for task in summary.still_open[:6]
    )
    paid = f", up to ${usd:.2f} that is paid for" if usd else ""
    return (
        f"Stopped. Still running{paid}: {listed}. Generate again to go on with them; nothing is sent twice."
    )


def finished_words(the_plan: Plan, summary: RunSummary) -> str:
    """The run in a line."""
    done = sum(p.standing == "done" for p in the_plan.requests)
    notes = " ".join(summary.notes)
    return f"{done} of {clips(len(the_plan.requests))} are in the study, after {duration(summary.seconds)}. {notes}".strip()


def _bar(over: int, total: int) -> str:
    share = 100 * over / total if total else 0
    return f'<div class="kit-form-track" aria-hidden="true"><span style="width:{escape(f"{share:.0f}")}%"></span></div>'
