"""What a card lets one ask for through one provider: the model's limits, as far as the provider's request can say it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kit.cards.card import PROVIDERS, Card, Durations, Limits, ShotLimits, Spelling
from kit.cards.settings import Settings
from kit.cards.spelling import Fact, Refusal
from kit.cells import nearest, show
from kit.errors import BadParameter, Fault


@dataclass(frozen=True)
class Offer:
    """Effective limits; what the provider's request has no field for cannot be set.

    `durations` None, no `aspect_ratios`, no `modes`: not settable. `negative_prompt`: True if allowed without a
    stated length, or the number of characters, False or 0 if not. `elements`: how many.
    """

    card: Card
    provider: str
    spelling: Spelling
    limits: Limits
    durations: Durations | None
    aspect_ratios: tuple[str, ...]
    modes: Mapping[str, Fact[str | None]]
    audio: bool
    negative_prompt: bool | int
    start_frame: bool
    end_frame: bool
    elements: int
    shots: ShotLimits | None

    @property
    def name(self) -> str:
        """How messages name it."""
        return f"{self.card.id} through {self.provider}"

    def mode_named(self, word: str | None) -> str | None:
        """The card's mode of this name, or the only one with this resolution; None if there is none."""
        if word in self.modes:
            return word
        same = [name for name, fact in self.modes.items() if word is not None and fact.value == word]
        return same[0] if len(same) == 1 else None

    def settled(self, settings: Settings) -> Settings:
        """The settings with the card's defaults filled in and the mode by the card's name: what is sent and priced."""
        defaults = self.spelling.defaults
        duration = settings.duration
        if settings.shots:
            duration = sum(shot.seconds for shot in settings.shots)
        elif duration is None and self.durations is not None:
            duration = defaults.duration
        ratio = settings.aspect_ratio
        if ratio is None and self.aspect_ratios:
            ratio = defaults.aspect_ratio
        mode = self.mode_named(settings.mode) or settings.mode
        if mode is None and self.modes:
            mode = defaults.mode
        return replace(settings, duration=duration, aspect_ratio=ratio, mode=mode)

    def refusals(self, settled: Settings) -> list[Refusal]:
        """The card's rules against a combination, that settled settings break."""
        return [rule for rule in self.limits.refused if rule.when.holds(settled)]

    def audio_modes(self) -> tuple[str, ...]:
        """The modes in which audio may be on."""
        asked = [self.settled(Settings(mode=mode, audio=True)) for mode in self.modes]
        return tuple(s.mode for s in asked if self.audio and s.mode and not self.refusals(s))


def offer(card: Card, provider: str) -> Offer:
    """What may be asked of a model through a provider. Raises BadParameter if the card does not know the provider."""
    if provider not in card.providers:
        hint = nearest(provider, card.providers)
        has = ", ".join(card.providers)
        problem = f"the card says nothing of the provider {show(provider)}{hint}; it knows: {has}"
        raise BadParameter([Fault(card.id, problem, None, "provider")])
    spelling = card.providers[provider]
    limits, fields = spelling.limits, spelling.fields

    def spelled(setting: str, words: tuple[str, ...]) -> tuple[str, ...]:
        if setting not in fields:
            return ()
        values = fields[setting].values
        return tuple(word for word in words if not values or word in values)

    modes = spelled("mode", tuple(limits.modes))
    return Offer(
        card=card,
        provider=provider,
        spelling=spelling,
        limits=limits,
        durations=limits.durations.value if "duration" in fields else None,
        aspect_ratios=spelled("aspect_ratio", limits.aspect_ratios.value),
        modes={mode: limits.modes[mode] for mode in modes},
        audio=limits.audio.value and "audio" in fields,
        negative_prompt="negative_prompt" in fields and limits.negative_prompt.value,
        start_frame="start_frame" in fields and limits.start_frame.value,
        end_frame="end_frame" in fields and limits.end_frame.value,
        elements=limits.elements.value if "elements" in fields else 0,
        shots=limits.shots.value if "shots" in fields else None,
    )


def settle(card: Card, provider: str, settings: Settings) -> Settings:
    """The settings with the card's defaults filled in: what is sent, hashed and priced."""
    return offer(card, provider).settled(settings)


def first_provider(card: Card) -> str:
    """The provider that is taken where none is named: the first that the card knows, the kit's first gateway first."""
    return next(name for name in PROVIDERS if name in card.providers)


def faults_of(card: Card, where: str, line: int | None = None) -> list[Fault]:
    """Where a card contradicts itself: a default that it does not allow itself, or does not have."""
    faults = []
    for provider in card.providers:
        one, at = offer(card, provider), f"providers.{provider}.defaults"
        defaults = one.spelling.defaults
        if one.durations and (defaults.duration is None or not one.durations.allows(defaults.duration)):
            problem = f"the default duration is {defaults.duration}; a default of {one.durations} is needed"
            faults.append(Fault(where, problem, line, at))
        if one.aspect_ratios and defaults.aspect_ratio not in one.aspect_ratios:
            listed = ", ".join(one.aspect_ratios)
            problem = f"the default aspect ratio is {show(defaults.aspect_ratio)}; one of {listed} is needed"
            faults.append(Fault(where, problem, line, at))
        if one.modes and defaults.mode not in one.modes:
            listed = ", ".join(one.modes)
            faults.append(
                Fault(
                    where, f"the default mode is {show(defaults.mode)}; one of {listed} is needed", line, at
                )
            )
    return faults
