"""What a run would do, before it does anything: which requests are there, which would be sent, and what they cost."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.cards import (
    Card,
    Cards,
    Estimate,
    Settings,
    check,
    check_images,
    estimate,
    first_provider,
    held_constant,
    load_cards,
    settle,
)
from kit.cards.settings import is_local
from kit.cards.sharing import Difference
from kit.cells import nearest, show
from kit.errors import BadParameter, Fault
from kit.generation.budget import Budget
from kit.storage.clipstore import sha256_of
from kit.storage.records import NewRequest
from kit.storage.tasks import ENDED, Task

if TYPE_CHECKING:
    from kit.study import Study

# How a planned request stands. `elsewhere`: the study has this prompt, model and take already, imported or with other
# settings; votes could not tell the two apart, so it is not filmed again.
STANDINGS = ("done", "running", "unknown", "failed", "elsewhere", "send")


@dataclass(frozen=True)
class Planned:
    """One request of the plan. `task` is its newest attempt; `attempt` is the one that would be sent."""

    request: NewRequest
    card: Card
    settings: Settings
    camera: tuple[str, ...]
    checks: tuple[str, ...]
    estimate: Estimate
    standing: str
    attempt: int
    task: Task | None

    @property
    def upper_usd(self) -> float | None:
        """What it costs at most by the price list, None if that has no price."""
        return self.estimate.usd_high


@dataclass(frozen=True)
class ModelPlan:
    """One model's part: how many requests stand how, and what those to be sent cost, from `low` to `high` US$.

    `certainty` is the price list's; `unpriced` counts requests that it has no price for.
    """

    model: str
    provider: str
    counts: Mapping[str, int]
    low: float
    high: float
    unpriced: int
    certainty: str
    price_note: str


@dataclass(frozen=True)
class Plan:
    """What a run would do. Print it, or take `to_dict()`.

    `differences` are settings that cannot be the same for all models, as each would really be asked.
    """

    requests: tuple[Planned, ...]
    models: tuple[ModelPlan, ...]
    going_on: int
    committed_usd: float
    differences: tuple[Difference, ...] = ()

    @property
    def to_send(self) -> tuple[Planned, ...]:
        """The requests that would be sent, in that order."""
        return tuple(r for r in self.requests if r.standing == "send")

    @property
    def low_usd(self) -> float:
        """The lower end of what they cost, without those that have no price."""
        return sum(m.low for m in self.models)

    @property
    def high_usd(self) -> float:
        """The upper end."""
        return sum(m.high for m in self.models)

    @property
    def unpriced(self) -> int:
        """How many of them have no price."""
        return sum(m.unpriced for m in self.models)

    def to_dict(self) -> dict[str, Any]:
        """The plan as JSON."""
        return {
            "requests": len(self.requests),
            "to_send": len(self.to_send),
            "going_on": self.going_on,
            "low_usd": round(self.low_usd, 6),
            "high_usd": round(self.high_usd, 6),
            "unpriced": self.unpriced,
            "committed_usd": round(self.committed_usd, 6),
            "models": [
                {
                    "model": m.model,
                    "provider": m.provider,
                    **{name: m.counts.get(name, 0) for name in STANDINGS},
                    "low_usd": round(m.low, 6),
                    "high_usd": round(m.high, 6),
                    "unpriced": m.unpriced,
                    "certainty": m.certainty,
                    "price_note": m.price_note,
                }
                for m in self.models
            ],
            "differences": [
                {"setting": d.setting, "values": dict(d.values), "note": d.note} for d in self.differences
            ],
        }

    def __str__(self) -> str:
        lines = [f"{len(self.requests)} requests wanted, {len(self.to_send)} of them to be sent"]
        for m in self.models:
            there = [f"{m.counts[name]} {_SAID[name]}" for name in STANDINGS if m.counts.get(name)]
            lines.append(f"  {m.model} through {m.provider}: {', '.join(there)}{_cost(m)}")
        if self.going_on:
            lines.append(f"  {self.going_on} tasks of earlier runs will be looked after first")
        for d in self.differences:
            values = "; ".join(f"{model}: {value}" for model, value in d.values.items())
            lines.append(f"  not the same for all: {d.setting} ({values})")
        lines.append(
            f"estimated {_range(self.low_usd, self.high_usd)}"
            + (f", and {self.unpriced} requests without a known price" if self.unpriced else "")
            + f"; spent, in flight or unknown so far: ${self.committed_usd:.2f}"
        )
        return "\n".join(lines)


_SAID = {
    "done": "done",
    "running": "running",
    "unknown": "unknown (settle them with: kit tasks STUDY --resolve)",
    "failed": "failed (sent again only with --retry-failed)",
    "elsewhere": "in the study already, imported or with other settings (choose other takes to film more)",
    "send": "to send",
}


def _range(low: float, high: float) -> str:
    return f"${high:.2f}" if round(low, 2) == round(high, 2) else f"${low:.2f} to ${high:.2f}"


def _cost(m: ModelPlan) -> str:
    if not m.counts.get("send"):
        return ""
    priced = f", {_range(m.low, m.high)} ({m.certainty.replace('_', ' ')} price)"
    return f", {m.price_note or 'no price known'}" if m.unpriced else priced


def plan(
    study: "Study",
    *,
    cards: Cards | Mapping[str, Card] | None = None,
    models: Sequence[str] | None = None,
    prompts: Sequence[str] | None = None,
    takes: int | Sequence[int] = 1,
    settings: Settings | Mapping[str, Any] | None = None,
    via: str | Mapping[str, str] | None = None,
    retry_failed: bool = False,
) -> Plan:
    """What a run with these arguments would do; sends nothing and writes nothing.

    `models` and `prompts` (ids) are the study's if not given; `takes` is how many of each, or their numbers;
    `settings` are the study's; `via` names the provider, for all models or by model, else the card's first.
    Raises BadParameter with every fault at once: unknown models and prompts, and whatever a card does not allow.
    """
    cards = load_cards() if cards is None else cards
    asked = (
        settings
        if isinstance(settings, Settings)
        else Settings.from_data(study.config.settings if settings is None else settings)
    )
    names = list(dict.fromkeys(study.config.models if models is None else models))
    if not names:
        raise BadParameter("no model to film with; name some in study.yaml (models: [...]) or with --model")
    chosen = [cards[name] for name in names]
    provider_of = {card.id: _provider(card, via) for card in chosen}
    rows = _prompts(study, prompts)
    numbers = _takes(takes)
    each = {row["prompt_id"]: _settings_of(row, asked) for row in rows}
    _require_allowed(rows, each, chosen, provider_of, study.folder)
    hashes = _image_hashes(asked, study.folder)
    state = _State(study)
    planned = [
        _planned(
            state,
            row,
            settings=each[row["prompt_id"]],
            card=card,
            provider=provider_of[card.id],
            take=take,
            hashes=hashes,
            retry_failed=retry_failed,
        )
        for take in numbers
        for row in rows
        for card in chosen
    ]
    mine = {p.request.request for p in planned}
    return Plan(
        tuple(planned),
        tuple(_model_plan(card, provider_of[card.id], planned) for card in chosen),
        sum(t.state in {"submitted", "running", "completed"} and t.request not in mine for t in state.tasks)
        + sum(p.standing == "running" for p in planned),
        Budget(None, state.tasks).committed,
        held_constant(chosen, asked, provider_of).differences if len(chosen) > 1 else (),
    )


def _provider(card: Card, via: str | Mapping[str, str] | None) -> str:
    named = via if isinstance(via, str) else (via or {}).get(card.id)
    # A sandbox model is filmed by the sandbox, whatever the others go through.
    if named is None or (card.sandbox and isinstance(via, str)):
        return first_provider(card)
    return named


def _takes(takes: int | Sequence[int]) -> list[int]:
    numbers = list(range(1, takes + 1)) if isinstance(takes, int) else list(dict.fromkeys(takes))
    if not numbers or any(
        isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= 1000 for n in numbers
    ):
        raise BadParameter(f"takes is {takes!r}; give how many (1 to 1,000), or a list of their numbers")
    return numbers


def _prompts(study: "Study", wanted: Sequence[str] | None) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {
        row["prompt_id"]: {str(key): value for key, value in row.items()}
        for row in study.prompts.to_dict("records")
    }
    if wanted is None:
        if not rows:
            raise BadParameter("the study has no prompts; give it a suite in study.yaml")
        return list(rows.values())
    faults = [
        Fault("prompts", f"the study has no prompt {show(name)}{nearest(name, rows)}")
        for name in wanted
        if name not in rows
    ]
    if faults or not wanted:
        raise BadParameter(faults or "no prompts were chosen")
    return [rows[name] for name in dict.fromkeys(wanted)]


def _settings_of(row: Mapping[str, Any], asked: Settings) -> Settings:
    """A prompt's own negative prompt comes before the study's."""
    return replace(asked, negative_prompt=row["negative_prompt"]) if row["negative_prompt"] else asked


def _require_allowed(
    rows: Sequence[Mapping[str, Any]],
    each: Mapping[str, Settings],
    cards: Sequence[Card],
    provider_of: Mapping[str, str],
    folder: Path | None,
) -> None:
    found: dict[Fault, list[str]] = {}
    for row in rows:
        for fault in check(row["text"], each[row["prompt_id"]], cards, provider_of):
            found.setdefault(fault, []).append(row["prompt_id"])
    for fault in check_images(each[rows[0]["prompt_id"]], cards, provider_of, folder=folder):
        found.setdefault(fault, [row["prompt_id"] for row in rows])
    if found:
        # A fault that all prompts share is one of the settings.
        raise BadParameter(
            fault
            if len(ids) == len(rows) and len(rows) > 1
            else fault._replace(where=f"{fault.where}, prompt {name}")
            for fault, ids in found.items()
            for name in (ids[:1] if len(ids) == len(rows) else ids)
        )


def image_file(value: str, folder: Path | None) -> Path:
    """Where a local image of the settings lies; relative paths start at the study's folder."""
    return (folder or Path()) / value


def _image_hashes(settings: Settings, folder: Path | None) -> dict[str, str]:
    hashes = {}
    for name, value in settings.images().items():
        path = image_file(value, folder)
        # An element that is no file is a provider's id; the cards' check has told the two apart.
        if is_local(value) and (name in {"start_frame", "end_frame"} or path.is_file()):
            hashes[name] = sha256_of(path)
    return hashes


class _State:
    """What the study has: requests by name and by what they show, and the newest task of each."""

    def __init__(self, study: "Study") -> None:
        self.tasks = study.ledger.tasks()
        self.requests = study.ledger.requests()
        self.newest = {task.request: task for task in sorted(self.tasks, key=lambda t: t.attempt)}
        self._shown: dict[tuple[str, str, int], set[str]] = {}
        for name, request in self.requests.items():
            task = self.newest.get(name)
            unsent = task is not None and task.state in {"intent", "lost", *ENDED}
            if request.clip is not None or not unsent:
                self._shown.setdefault((request.prompt_id, request.model, request.take), set()).add(name)

    def standing(self, request: NewRequest, *, retry_failed: bool) -> str:
        name = request.request
        there = self.requests.get(name)
        if there is not None and there.clip is not None:
            return "done"
        if self._shown.get((request.prompt_id, request.model, request.take), set()) - {name}:
            return "elsewhere"
        state = self.newest[name].state if name in self.newest else "lost"
        if state in ENDED:
            return "send" if retry_failed else "failed"
        return {"intent": "send", "lost": "send", "unknown": "unknown"}.get(state, "running")


def _planned(
    state: _State,
    row: Mapping[str, Any],
    *,
    settings: Settings,
    card: Card,
    provider: str,
    take: int,
    hashes: Mapping[str, str],
    retry_failed: bool,
) -> Planned:
    settled = settle(card, provider, settings)
    request = NewRequest(
        prompt_id=row["prompt_id"],
        prompt=row["text"],
        model=card.id,
        take=take,
        provider=provider,
        clip=None,
        # As asked, not as each model's defaults fill it in: clips with equal settings are a pair.
        settings=settings.to_data(hashes),
        state="intent",
        extra={"sent": settled.to_data(hashes), "card": card.fingerprint[:16]},
    )
    task = state.newest.get(request.request)
    again = task is not None and task.state in {"lost", *ENDED}
    return Planned(
        request=request,
        card=card,
        settings=settings,
        camera=tuple(row["camera"]),
        checks=tuple(row["checks"]),
        estimate=estimate(card, provider, settings),
        standing=state.standing(request, retry_failed=retry_failed),
        attempt=1 if task is None else task.attempt + again,
        task=task,
    )


def _model_plan(card: Card, provider: str, planned: Sequence[Planned]) -> ModelPlan:
    mine = [p for p in planned if p.card.id == card.id]
    sent = [p for p in mine if p.standing == "send"]
    priced = [p.estimate for p in sent if p.estimate]
    return ModelPlan(
        model=card.id,
        provider=provider,
        counts=Counter(p.standing for p in mine),
        low=sum(e.usd_low or 0.0 for e in priced),
        high=sum(e.usd_high or 0.0 for e in priced),
        unpriced=len(sent) - len(priced),
        certainty=priced[0].certainty if priced else "unconfirmed",
        price_note=next((p.estimate.note for p in sent if not p.estimate), ""),
    )
