"""What several models have in common, and what cannot be held constant between them: data for the form and the report."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from kit.cards.card import Card, ShotLimits, nominal_size
from kit.cards.offers import Offer, first_provider, offer
from kit.cards.settings import Settings


@dataclass(frozen=True)
class Shared:
    """What all chosen models accept. `blocked` names for each setting the models that stand in the way.

    Empty `durations`, `aspect_ratios` or `modes`: the setting must be left to each model's default. `audio_modes`:
    the shared modes in which audio may be on. `negative_prompt`: characters allowed, 0 if not allowed by all, None
    if allowed without a stated limit; `prompt_characters` likewise, without the 0.
    """

    durations: tuple[int, ...]
    aspect_ratios: tuple[str, ...]
    modes: tuple[str, ...]
    audio: bool
    audio_modes: tuple[str, ...]
    prompt_characters: int | None
    negative_prompt: int | None
    start_frame: bool
    end_frame: bool
    elements: int
    shots: ShotLimits | None
    blocked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Held:
    """A setting that is the same for all models; `note` says for which models that is not certain."""

    setting: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Difference:
    """A setting that differs: the value of each model, by id, in the order of the models."""

    setting: str
    values: Mapping[str, str]
    note: str = ""


@dataclass(frozen=True)
class HeldConstant:
    """What was held constant in a comparison and what was not."""

    same: tuple[Held, ...]
    differences: tuple[Difference, ...]


def _offers(cards: Sequence[Card], provider_of: Mapping[str, str] | None) -> list[Offer]:
    chosen = provider_of or {}
    return [offer(card, chosen.get(card.id) or first_provider(card)) for card in cards]


def shared_settings(cards: Sequence[Card], provider_of: Mapping[str, str] | None = None) -> Shared:
    """What all the models accept; a model missing in `provider_of` counts through its first provider.

    Raises ValueError without cards, BadParameter for a provider that a card does not know.
    """
    if not cards:
        raise ValueError("at least one model is needed")
    offers = _offers(cards, provider_of)
    tests: dict[str, Callable[[Offer], object]] = {
        "duration": lambda o: o.durations,
        "aspect_ratio": lambda o: o.aspect_ratios,
        "mode": lambda o: o.modes,
        "audio": lambda o: o.audio,
        "negative_prompt": lambda o: o.negative_prompt,
        "start_frame": lambda o: o.start_frame,
        "end_frame": lambda o: o.end_frame,
        "elements": lambda o: o.elements,
        "shots": lambda o: o.shots,
    }
    stopped = {name: tuple(o.card.id for o in offers if not can(o)) for name, can in tests.items()}
    modes = _modes(offers)
    return Shared(
        durations=_common([o.durations.listed() if o.durations else () for o in offers]),
        aspect_ratios=_common([o.aspect_ratios for o in offers]),
        modes=modes,
        audio=not stopped["audio"],
        audio_modes=tuple(m for m in modes if all(o.mode_named(m) in o.audio_modes() for o in offers)),
        prompt_characters=_least([o.limits.prompt_characters.value for o in offers]),
        negative_prompt=0 if stopped["negative_prompt"] else _least(_characters(offers)),
        start_frame=not stopped["start_frame"],
        end_frame=not stopped["end_frame"],
        elements=min(o.elements for o in offers),
        shots=_shots([o.shots for o in offers]),
        blocked={name: models for name, models in stopped.items() if models},
    )


def _common(listed: Sequence[Sequence[object]]) -> tuple:  # type: ignore[type-arg]
    return tuple(value for value in listed[0] if all(value in other for other in listed[1:]))


def _modes(offers: Sequence[Offer]) -> tuple[str, ...]:
    """Modes that all know by name and, where the names differ, resolutions that all have."""
    names = [n for n in offers[0].modes if all(n in o.modes for o in offers)]
    covered = {offers[0].modes[name].value for name in names}
    resolutions = [f.value for f in offers[0].modes.values() if f.value and f.value not in covered]
    return (*names, *(r for r in resolutions if all(o.mode_named(r) is not None for o in offers)))


def _characters(offers: Sequence[Offer]) -> list[int | None]:
    return [None if o.negative_prompt is True else int(o.negative_prompt) for o in offers]


def _least(limits: Sequence[int | None]) -> int | None:
    return min((n for n in limits if n is not None), default=None)


def _shots(limits: Sequence[ShotLimits | None]) -> ShotLimits | None:
    known = [limit for limit in limits if limit is not None]
    if len(known) < len(limits):
        return None
    return ShotLimits(
        most=min(s.most for s in known),
        shortest=max(s.shortest for s in known),
        longest=_least([s.longest for s in known]),
        total_from=max(s.total_from for s in known),
        total_to=_least([s.total_to for s in known]),
        prompt_characters=_least([s.prompt_characters for s in known]),
    )


def held_constant(
    cards: Sequence[Card], settings: Settings, provider_of: Mapping[str, str] | None = None
) -> HeldConstant:
    """Every setting as each model is really asked, sorted into what is the same and what differs.

    The settings need not be allowed by all models; a model missing in `provider_of` counts through its first provider.
    """
    offers = _offers(cards, provider_of)
    same: list[Held] = []
    differences: list[Difference] = []
    for setting, say in _ROWS.items():
        values = {o.card.id: say(o, settings, o.settled(settings)) for o in offers}
        distinct = list(dict.fromkeys(values.values()))
        note = _doubts(offers, settings) if setting == "resolution" else ""
        if len(distinct) == 1:
            same.append(Held(setting, distinct[0], note))
        elif distinct:
            differences.append(Difference(setting, values, note))
    return HeldConstant(tuple(same), tuple(differences))


def _duration(o: Offer, _: Settings, settled: Settings) -> str:
    cannot_set = o.durations is None and not settled.shots
    return "not settable" if cannot_set else f"{settled.duration} s"


def _drops(o: Offer, settled: Settings, name: str) -> bool:
    return any(v.when.holds(settled) and name in v.drop for v in o.spelling.variations)


def _aspect_ratio(o: Offer, _: Settings, settled: Settings) -> str:
    if "aspect_ratio" in o.spelling.fields and _drops(o, settled, o.spelling.fields["aspect_ratio"].name):
        return "follows the start frame"
    return settled.aspect_ratio or "not settable"


def _resolution(o: Offer, _: Settings, settled: Settings) -> str:
    fact = o.modes.get(settled.mode or "")
    if fact is None or fact.value is None:
        return "not stated"
    size = nominal_size(fact.value, settled.aspect_ratio)
    return f"{fact.value}, nominally {size[0]} x {size[1]}" if size else fact.value


def _doubts(offers: Sequence[Offer], settings: Settings) -> str:
    """Which of the resolutions are not confirmed."""
    chosen = [(o.card.id, o.modes.get(o.settled(settings).mode or "")) for o in offers]
    doubted = [(name, fact.certainty) for name, fact in chosen if fact and fact.certainty != "confirmed"]
    return "; ".join(f"{name}: {certainty.replace('_', ' ')}" for name, certainty in doubted)


def _audio(o: Offer, _: Settings, settled: Settings) -> str:
    if not o.audio:
        known = o.card.capabilities.native_audio.value
        return "none" if known is False else "not settable; what the model does is not stated"
    return "on" if settled.audio else "off"


def _negative(o: Offer, given: Settings, _: Settings) -> str:
    if given.negative_prompt and not o.negative_prompt:
        return "not in the request"
    return given.negative_prompt or "none"


def _limit(o: Offer, _: Settings, __: Settings) -> str:
    most = o.limits.prompt_characters.value
    return "not stated" if most is None else f"{most:,} characters"


def _shot_text(o: Offer, _: Settings, settled: Settings) -> str:
    if not settled.shots:
        return "one"
    return f"{len(settled.shots)}" if o.shots else "not settable"


def _overridden(o: Offer, _: Settings, __: Settings) -> str:
    """Provider defaults that would have acted, had the field not been sent."""
    known = [
        f"{name}: {json.dumps(f.default.value, ensure_ascii=False)}"
        for name, f in sorted(o.spelling.fields.items())
        if f.default.value is not None
    ]
    return "; ".join(known) or "none stated"


def _constants(o: Offer, _: Settings, settled: Settings) -> str:
    found = {k: v for k, v in o.spelling.constants.items() if k not in {"version", "model", "model_name"}}
    for variation in o.spelling.variations:
        if variation.when.holds(settled):
            found |= variation.constants
            found = {k: v for k, v in found.items() if k not in variation.drop}
    return (
        ", ".join(f"{k}: {json.dumps(v, ensure_ascii=False)}" for k, v in sorted(found.items())) or "nothing"
    )


def _frames(_: Offer, __: Settings, settled: Settings) -> str:
    given = [name.replace("_", " ") for name in settled.images()]
    return ", ".join(given) or "none"


_ROWS: dict[str, Callable[[Offer, Settings, Settings], str]] = {
    "provider": lambda o, _, __: o.provider,
    "duration": _duration,
    "aspect ratio": _aspect_ratio,
    "mode": lambda _, __, settled: settled.mode or "not settable",
    "resolution": _resolution,
    "audio": _audio,
    "negative prompt": _negative,
    "images": _frames,
    "shots": _shot_text,
    "longest prompt allowed": _limit,
    "provider's defaults, overridden": _overridden,
    "also sent": _constants,
    "seed": lambda _, __, ___: "none; the request has no field for it",
}
