"""From a judgement to a run, and from the run to the clips."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.cards import Card, Settings
from kit.generation import Plan
from kit.generation.background import BackgroundRun, start
from kit.generation.progress import Listener
from kit.widgets.prompt_form.judging import Judged, plan_of
from kit.widgets.prompt_form.sandbox import open_here, own_sandbox, start_sandbox

if TYPE_CHECKING:
    from kit.study import Study

# Far below a cent.
_EPSILON = 1e-6


@dataclass(frozen=True)
class Film:
    """A run under way, and what it was begun for."""

    run: BackgroundRun
    judged: Judged
    settings: Settings
    prompt_id: str


def begin(study: "Study", cards: Mapping[str, Card], judged: Judged, *, progress: Listener) -> Film:
    """Make the prompt part of the study and start the run; needs a judgement without faults.

    Starts the sandbox server first where one of the models needs it, which may take a second or two.
    """
    settings = judged.settings
    assert settings is not None
    if own_sandbox() and any(line.card.sandbox for line in judged.lines):
        start_sandbox()
    prompt_id = judged.known_id or study.add_prompt(judged.choices.text)

    def as_agreed(plan: Plan) -> bool:
        """The plan is made anew when the run begins; more than was shown is not sent."""
        usd = sum(p.upper_usd or 0.0 for p in plan.to_send if not p.card.sandbox)
        return len(plan.to_send) <= judged.to_send and usd <= judged.high_usd + _EPSILON

    run = start(
        study,
        cards=cards,
        models=judged.choices.models,
        prompts=[prompt_id],
        takes=judged.choices.numbers,
        settings=settings,
        via=judged.choices.provider_of,
        retry_failed=True,
        confirm=as_agreed,
        providers=open_here,
        progress=progress,
    )
    return Film(run, judged, settings, prompt_id)


def plan_after(study: "Study", cards: Mapping[str, Card], film: Film) -> Plan:
    """How the run's requests stand now that it has ended; what failed stays failed here."""
    return plan_of(study, cards, film.judged.choices, film.settings, film.prompt_id, retry_failed=False)


def clips_of(study: "Study", plan: Plan) -> dict[int, list[str]]:
    """The clips of the plan's requests by take, in the models' order; takes without any are left out."""
    there = study.ledger.requests()
    found: dict[int, list[str]] = {}
    for planned in plan.requests:
        request = there.get(planned.request.request)
        if request is not None and request.clip is not None:
            found.setdefault(request.take, []).append(request.clip)
    return found
