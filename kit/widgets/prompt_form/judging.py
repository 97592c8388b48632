"""What there is to say of a form's choices: what is wrong and where, what is in the study already, what it would cost."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import TYPE_CHECKING, Any

from kit.cards import Card, Estimate, Settings, check, check_images, estimate, held_constant
from kit.cards.sharing import Difference
from kit.cells import text_cell
from kit.errors import BadParameter, Fault
from kit.generation import Plan, plan
from kit.generation.budget import liability
from kit.widgets.prompt_form.limits import Limits, joined, limits

if TYPE_CHECKING:
    from kit.study import Study
    from kit.widgets.prompt_form.choices import Choices

EMPTY = "the prompt is empty; write what is to be filmed"


@dataclass(frozen=True)
class ModelLine:
    """One chosen model: what a clip costs, and how many of the requests stand how (see `kit.generation.plan`)."""

    card: Card
    provider: str
    price: Estimate
    counts: Mapping[str, int]

    @property
    def to_send(self) -> int:
        """How many clips would be ordered."""
        return self.counts.get("send", 0)


@dataclass(frozen=True)
class Judged:
    """A form's choices, seen through the cards and the study.

    `known_id` is the study's prompt that is meant, None for a new one. `settings` is None where they cannot be read.
    `faults` are sentences by field. `plan` is there for a known prompt without faults. `spent_usd` is what the study
    has spent, has in flight or may have spent, without the sandbox's play money. `free_take` is the first number that
    no chosen model has a take of. `prompts` is how many the chosen models will all have filmed, this one with them;
    `dimensions` how many a pair is rated on.
    """

    choices: "Choices"
    limits: Limits
    known_id: str | None
    own_negative: str
    settings: Settings | None
    faults: Mapping[str, tuple[str, ...]]
    lines: tuple[ModelLine, ...]
    differences: tuple[Difference, ...]
    plan: Plan | None
    spent_usd: float
    free_take: int
    prompts: int
    dimensions: int

    @property
    def to_send(self) -> int:
        """Clips that would be ordered."""
        return sum(line.to_send for line in self.lines)

    @property
    def paid(self) -> tuple[ModelLine, ...]:
        """The models whose clips are paid for."""
        return tuple(line for line in self.lines if line.to_send and not line.card.sandbox)

    @property
    def low_usd(self) -> float:
        """What the clips to be ordered cost at least, those without a price and the sandbox's left out."""
        return fsum((line.price.usd_low or 0.0) * line.to_send for line in self.paid)

    @property
    def high_usd(self) -> float:
        """What they cost at most."""
        return fsum((line.price.usd_high or 0.0) * line.to_send for line in self.paid)

    @property
    def unpriced(self) -> int:
        """Paid clips that no price is known for."""
        return sum(line.to_send for line in self.paid if not line.price)

    def counted(self, *standings: str) -> int:
        """How many requests stand so."""
        return sum(line.counts.get(s, 0) for line in self.lines for s in standings)


def judge(study: "Study", cards: Mapping[str, Card], choices: "Choices", keys: Mapping[str, str]) -> Judged:
    """Everything at once. Reads the study and the first bytes of local images; sends and writes nothing.

    `keys` says which providers have a key, as `kit.providers.present` does.
    """
    chosen = [cards[name] for name in choices.models]
    prompt = _prompt_row(study, choices)
    found = _Faults(chosen, choices.provider_of)
    settings = _settings(choices.values, found)
    own_negative = str(prompt["negative_prompt"]) if prompt else ""
    text = str(prompt["text"]) if prompt else choices.text.strip()
    if not chosen:
        found.say("models", "no model is chosen; add one")
    if not text:
        found.say("prompt", EMPTY)
    else:
        try:
            text_cell(text)
        except ValueError as bad:
            found.say("prompt", str(bad))
    if settings is not None:
        asked = replace(settings, negative_prompt=own_negative) if own_negative else settings
        # An empty prompt has been said once, for all models.
        found.take(check(text or "x", asked, chosen, choices.provider_of))
        found.take(check_images(asked, chosen, choices.provider_of, folder=study.folder))
    for card in chosen:
        provider = choices.provider_of[card.id]
        if not card.sandbox and provider not in keys:
            found.say(f"model {card.id}", f"no key for {provider}; how to give one stands below")
    the_plan = None
    if settings is not None and not found.by_field and prompt:
        the_plan = plan_of(study, cards, choices, settings, str(prompt["prompt_id"]), retry_failed=True)
    return Judged(
        choices=choices,
        limits=limits(chosen, choices.provider_of),
        known_id=str(prompt["prompt_id"]) if prompt else None,
        own_negative=own_negative,
        settings=settings,
        faults={name: tuple(texts) for name, texts in found.by_field.items()},
        lines=tuple(_line(card, choices, settings or Settings(), the_plan) for card in chosen),
        differences=held_constant(chosen, settings, choices.provider_of).differences
        if settings is not None and len(chosen) > 1
        else (),
        plan=the_plan,
        free_take=_free_take(study, choices, str(prompt["prompt_id"])) if prompt else 1,
        spent_usd=fsum(liability(t) for t in study.ledger.tasks() if t.provider != "sandbox"),
        prompts=_filmed_with(study, choices, str(prompt["prompt_id"]) if prompt else None),
        dimensions=len(study.rubric.ids),
    )


def plan_of(
    study: "Study",
    cards: Mapping[str, Card],
    choices: "Choices",
    settings: Settings,
    prompt_id: str,
    *,
    retry_failed: bool,
) -> Plan:
    """The run that these choices ask for."""
    return plan(
        study,
        cards=cards,
        models=choices.models,
        prompts=[prompt_id],
        takes=choices.numbers,
        settings=settings,
        via=choices.provider_of,
        retry_failed=retry_failed,
    )


def _prompt_row(study: "Study", choices: "Choices") -> Mapping[Any, Any] | None:
    """The study's prompt that is meant: the one picked, else the one with this text and no negative prompt of its own."""
    rows = study.prompts.to_dict("records")
    text = choices.text.strip()
    for row in rows:
        if row["prompt_id"] == choices.prompt_id and row["text"] == text:
            return row
    return next((row for row in rows if text and row["text"] == text and not row["negative_prompt"]), None)


def _filmed_with(study: "Study", choices: "Choices", prompt_id: str | None) -> int:
    """How many prompts have a request to every chosen model, and this one."""
    asked: dict[str, set[str]] = {}
    for request in study.ledger.requests().values():
        asked.setdefault(request.prompt_id, set()).add(request.model)
    whole = {name for name, models in asked.items() if models >= set(choices.models)}
    return len(whole | {prompt_id or ""})


def _free_take(study: "Study", choices: "Choices", prompt_id: str) -> int:
    mine = [
        r.take
        for r in study.ledger.requests().values()
        if r.prompt_id == prompt_id and r.model in choices.models
    ]
    return max(mine, default=0) + 1


def _settings(values: Mapping[str, Any], found: "_Faults") -> Settings | None:
    try:
        return Settings.from_data(values)
    except BadParameter as bad:
        found.take(bad.faults)
        return None


def _line(card: Card, choices: "Choices", settings: Settings, the_plan: Plan | None) -> ModelLine:
    provider = choices.provider_of[card.id]
    if the_plan is None:
        counts: Mapping[str, int] = {"send": choices.takes}
    else:
        counts = Counter(p.standing for p in the_plan.requests if p.card.id == card.id)
    return ModelLine(card, provider, estimate(card, provider, settings), counts)


class _Faults:
    """Faults of cards as sentences beside fields; what is wrong for all models is said once."""

    def __init__(self, cards: Sequence[Card], provider_of: Mapping[str, str]) -> None:
        self._title = {f"{card.id} through {provider_of.get(card.id)}": card.title for card in cards}
        self._title |= {card.id: card.title for card in cards}
        self._many = len(cards)
        self.by_field: dict[str, list[str]] = {}

    def say(self, field: str, sentence: str) -> None:
        self.by_field.setdefault(field, []).append(sentence)

    def take(self, faults: Iterable[Fault]) -> None:
        grouped: dict[tuple[str, str], list[str]] = {}
        for fault in faults:
            names = grouped.setdefault((fault.column or "models", fault.problem), [])
            names += [self._title[fault.where]] if fault.where in self._title else []
        for (column, problem), names in grouped.items():
            field, _, place = column.partition(", ")
            if field.startswith("element_"):
                field, place = "elements", f"no. {field.removeprefix('element_')}"
            who = f"{joined(names)}: " if names and len(names) < self._many else ""
            self.say(field, f"{who}{place + ': ' if place else ''}{problem}")
