"""What it would cost and what has been spent, in words."""

import math
from typing import TYPE_CHECKING

from kit.stats.planning import Design, smallest_shown
from kit.widgets.prompt_form.judging import Judged, ModelLine

if TYPE_CHECKING:
    from kit.cards import Estimate

_RATERS = 3  # a pair, the common floor of published studies


def clips(number: int) -> str:
    """'1 clip', '2 clips'."""
    return f"{number} clip" if number == 1 else f"{number} clips"


def between(low: float, high: float) -> str:
    """'$0.50', or '$0.50 to $0.80'."""
    first, last = f"${low:.2f}", f"${high:.2f}"
    return first if first == last else f"{first} to {last}"


def price(line: ModelLine) -> str:
    """One model's price: '$0.50 a clip (confirmed price, looked up 2026-11)'."""
    if line.card.sandbox:
        return "free: filmed on this machine"
    one: Estimate = line.price
    if one.usd_low is None or one.usd_high is None:
        return "no price known"
    when = f", looked up {one.date}" if one.date else ""
    return f"{between(one.usd_low, one.usd_high)} a clip ({one.certainty.replace('_', ' ')} price{when})"


def standing(line: ModelLine) -> str:
    """How one model's requests stand: '1 to film, 1 there already'."""
    said = {
        "send": "to film",
        "done": "there already",
        "running": "under way",
        "unknown": "unknown: a paid task may exist",
        "elsewhere": "there with other settings",
    }
    return ", ".join(f"{line.counts[name]} {word}" for name, word in said.items() if line.counts.get(name))


def total(judged: Judged) -> str:
    """The sum: '2 clips, $1.00 to $1.60', with what has no price."""
    if not judged.to_send:
        return "Nothing to film"
    said = clips(judged.to_send)
    if not judged.paid:
        return f"{said}, free"
    priced = sum(line.to_send for line in judged.paid) - judged.unpriced
    if priced:
        said += f", {between(judged.low_usd, judged.high_usd)}"
    if judged.unpriced:
        said += f"; {judged.unpriced} without a known price" if priced else ", no price known"
    return said


def spent(judged: Judged) -> str:
    """What the study has spent so far."""
    return f"This study so far: ${judged.spent_usd:.2f} spent, in flight or unknown."


def can_show(judged: Judged) -> str:
    """What so many prompts can show with three raters, before they are paid for; nothing for a single model."""
    models = len(judged.lines)
    if models < 2 or judged.dimensions < 1:
        return ""
    design = Design(judged.prompts, 1, _RATERS, judged.dimensions * models * (models - 1) // 2)
    have = f"With this prompt the study has {judged.prompts}"
    shown = smallest_shown(design)
    if math.isnan(shown):
        return f"{have}: too few to show which model is better, however they are rated (kit plan says how many it takes)."
    return (
        f"{have}: with {_RATERS} raters they show a preference of {math.ceil(100 * shown - 1e-6)}% or more "
        "in four of five such studies."
    )


def needs_confirmation(judged: Judged, above_usd: float) -> bool:
    """Whether to ask before sending: more than that amount, or an unknown one. Never for the sandbox."""
    return bool(judged.unpriced) or judged.high_usd > above_usd


def question(judged: Judged) -> str:
    """What is asked before it is paid."""
    through = ", ".join(dict.fromkeys(line.provider for line in judged.paid))
    it_is, them = ("it is", "it") if judged.to_send == 1 else ("they are", "them")
    return (
        f"{total(judged)}. Paid for at {through} as soon as {it_is} sent, whatever comes back. Film {them}?"
    )
