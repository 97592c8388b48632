"""Which settings are open for the chosen models, what they may be, and in words why the others are closed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.cards import Card, offer, shared_settings
from kit.cards.card import ShotLimits
from kit.cards.offers import Offer
from kit.cards.sharing import Shared

# The rest of "X does not take ..." by setting, and what a setting is called.
_LACK = {
    "duration": ("lets one set no length", "let one set no length"),
    "aspect_ratio": ("lets one set no aspect ratio", "let one set no aspect ratio"),
    "mode": ("lets one set no mode", "let one set no mode"),
    "audio": ("has no sound that can be switched", "have no sound that can be switched"),
    "negative_prompt": ("does not take a negative prompt", "do not take a negative prompt"),
    "start_frame": ("does not take a start frame", "do not take a start frame"),
    "end_frame": ("does not take an end frame", "do not take an end frame"),
    "elements": ("does not take elements", "do not take elements"),
    "shots": ("does not take several shots", "do not take several shots"),
}
NAMES = {
    "duration": "length",
    "aspect_ratio": "aspect ratio",
    "mode": "mode",
    "audio": "sound",
    "negative_prompt": "negative prompt",
    "start_frame": "start frame",
    "end_frame": "end frame",
    "elements": "elements",
    "shots": "shots",
}
CHOOSE_FIRST = "choose a model first"


@dataclass(frozen=True)
class Limit:
    """One setting: whether it can be set, why not (or what else there is to know), and as label and value its options.

    `default` is the value that the models' own defaults agree on, else the first.
    """

    open: bool
    note: str = ""
    options: tuple[tuple[str, Any], ...] = ()
    default: Any = None


@dataclass(frozen=True)
class Limits:
    """Every setting's limit; `characters` is the longest prompt that all take (None: not stated), `elements` how many."""

    of: Mapping[str, Limit]
    characters: int | None = None
    negative_characters: int | None = None
    elements: int = 0
    shots: ShotLimits | None = None

    def __getitem__(self, setting: str) -> Limit:
        return self.of[setting]


def limits(cards: Sequence[Card], provider_of: Mapping[str, str]) -> Limits:
    """The limits that all cards share. Raises BadParameter for a provider that a card does not know."""
    if not cards:
        return Limits({setting: Limit(open=False, note=CHOOSE_FIRST) for setting in NAMES})
    shared = shared_settings(cards, provider_of)
    offers = [offer(card, provider_of[card.id]) for card in cards]
    of = {setting: _flag(setting, shared, offers) for setting in NAMES}
    of["duration"] = _listed("duration", shared, offers, shared.durations, lambda n: f"{n} s")
    of["aspect_ratio"] = _listed("aspect_ratio", shared, offers, shared.aspect_ratios, str)
    of["mode"] = _listed("mode", shared, offers, shared.modes, lambda m: _mode_label(m, offers))
    if of["audio"].open and set(shared.audio_modes) != set(shared.modes) and shared.modes:
        words = " and ".join(shared.audio_modes)
        note = f"in mode {words} only" if words else "there is no mode in which all have sound"
        of["audio"] = Limit(open=bool(words), note=note)
    if of["shots"].open and shared.shots is not None:
        of["shots"] = Limit(open=True, note=_shot_words(shared.shots))
    if of["elements"].open:
        of["elements"] = Limit(open=True, note=f"at most {shared.elements}")
    return Limits(of, shared.prompt_characters, shared.negative_prompt or None, shared.elements, shared.shots)


def named(one: Offer) -> str:
    """A model as reasons name it; with the provider where it could be another."""
    return one.card.title if len(one.card.providers) == 1 else f"{one.card.title} through {one.provider}"


def joined(words: Sequence[str]) -> str:
    """'A', 'A and B', 'A, B and C'."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _flag(setting: str, shared: Shared, offers: Sequence[Offer]) -> Limit:
    stopping = [named(o) for o in offers if o.card.id in shared.blocked.get(setting, ())]
    if not stopping:
        return Limit(open=True)
    one, several = _LACK[setting]
    return Limit(open=False, note=f"{joined(stopping)} {several if len(stopping) > 1 else one}")


def _listed(
    setting: str, shared: Shared, offers: Sequence[Offer], values: Sequence[Any], label: Callable[[Any], str]
) -> Limit:
    limit = _flag(setting, shared, offers)
    if not limit.open:
        return limit
    if not values:
        each = "; ".join(f"{named(o)}: {_own(setting, o)}" for o in offers)
        return Limit(
            open=False, note=f"there is no {NAMES[setting]} that all take, so each keeps its own ({each})"
        )
    own = {getattr(o.spelling.defaults, setting) for o in offers}
    agreed = own.pop() if len(own) == 1 else None
    return Limit(
        open=True,
        options=tuple((label(value), value) for value in values),
        default=agreed if agreed in values else values[0],
    )


def _own(setting: str, one: Offer) -> str:
    if setting == "duration":
        return str(one.durations)
    return ", ".join(one.aspect_ratios if setting == "aspect_ratio" else one.modes)


def _mode_label(mode: str, offers: Sequence[Offer]) -> str:
    sizes = {o.modes[name].value for o in offers if (name := o.mode_named(mode)) is not None}
    size = sizes.pop() if len(sizes) == 1 else None
    return f"{mode}, {size}" if size and size != mode else mode


def _shot_words(shots: ShotLimits) -> str:
    each = (
        f"{shots.shortest} s and longer"
        if shots.longest is None
        else f"{shots.shortest} to {shots.longest} s"
    )
    high = "" if shots.total_to is None else f", together at most {shots.total_to} s"
    return f"at most {shots.most} shots, each {each}{high}"
