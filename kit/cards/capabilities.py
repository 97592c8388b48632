"""The table of what models can do, each cell with its mark of certainty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from kit.cards.card import Card
from kit.cards.loading import Cards, load_cards
from kit.cards.offers import Offer, first_provider, offer
from kit.cards.pricing import estimate
from kit.cards.settings import Settings
from kit.cards.spelling import Certainty, Fact, weakest

NOT_STATED = "not stated"
_FLAGS = {
    "text-to-video": "text_to_video",
    "image-to-video": "image_to_video",
    "start and end frames": "start_and_end_frames",
    "native audio": "native_audio",
    "multi-shot": "multi_shot",
    "start frame with elements": "start_frame_with_elements",
    "three or more characters": "three_characters",
}
ROWS = (
    *_FLAGS,
    "languages",
    "dialects",
    "longest clip",
    "flexible duration",
    "resolution",
    "price of 5 s, silent",
    "audio default",
)


@dataclass(frozen=True)
class Cell:
    """One cell: what is known, how certainly, and from whom; `str` gives both in words."""

    value: str
    certainty: Certainty
    source: str = ""
    note: str = ""

    def __str__(self) -> str:
        return f"{self.value} ({self.certainty.replace('_', ' ')})"


def capability_table(
    ids: Sequence[str], cards: Cards | None = None, *, provider_of: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """A row a capability (`ROWS`), a column a model in the order given; every cell is a `Cell`.

    Price and audio default are those of `provider_of[id]`, or of the card's first provider. Raises BadParameter for
    an unknown model or provider.
    """
    known = load_cards() if cards is None else cards
    columns = {}
    for card_id in ids:
        card = known[card_id]
        provider = (provider_of or {}).get(card_id) or first_provider(card)
        columns[card_id] = _column(card, offer(card, provider))
    frame = pd.DataFrame(
        columns, index=pd.Index(ROWS, name="capability"), columns=list(columns), dtype=object
    )
    frame.columns.name = "model"
    return frame


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """The table with every cell in words: 'yes (confirmed)'."""
    return table.map(str)


def _column(card: Card, one: Offer) -> list[Cell]:
    cells = [_flag(card, name) for name in _FLAGS.values()]
    durations = card.limits.durations
    longest = durations.value.longest if durations.value else None
    return [
        *cells,
        _languages(card.capabilities.languages),
        _flag(card, "dialects"),
        _cell(durations, NOT_STATED if longest is None else f"{longest} s"),
        _cell(durations, NOT_STATED if durations.value is None else _flexible(durations)),
        _resolution(card),
        _price(card, one),
        _audio_default(card, one),
    ]


def _cell(fact: Fact[object], value: str) -> Cell:
    certainty: Certainty = "unconfirmed" if value == NOT_STATED else fact.certainty
    return Cell(value, certainty, fact.source, fact.note)


def _flag(card: Card, name: str) -> Cell:
    fact = getattr(card.capabilities, name)
    if fact.value is None:
        return _cell(fact, NOT_STATED)
    value = "yes" if fact.value else "no"
    if name == "multi_shot" and fact.value and card.limits.shots.value is not None:
        value += f", up to {card.limits.shots.value.most} shots"
    return _cell(fact, f"{value}, {fact.note}" if fact.note and fact.value else value)


def _languages(fact: Fact[tuple[str, ...] | None]) -> Cell:
    if fact.value is None:
        return _cell(fact, NOT_STATED)
    return _cell(fact, ", ".join(fact.value) or "none")


def _flexible(fact: Fact[object]) -> str:
    durations = fact.value
    return f"{'yes' if getattr(durations, 'flexible', False) else 'no'}, {durations}"


def _resolution(card: Card) -> Cell:
    modes = card.limits.modes
    if not modes or any(fact.value is None for fact in modes.values()):
        return Cell(NOT_STATED, "unconfirmed")
    shown = [name if name == fact.value else f"{name} {fact.value}" for name, fact in modes.items()]
    return Cell(
        ", ".join(shown),
        weakest(*(fact.certainty for fact in modes.values())),
        _joined([fact.source for fact in modes.values()]),
        _joined([fact.note for fact in modes.values()], "; "),
    )


def _price(card: Card, one: Offer) -> Cell:
    """Prices of 5 s without audio, by mode; where a model has no 5 s clip, of its default length, which is named."""
    asked = 5 if one.durations and one.durations.allows(5) else None
    found = [
        (mode, estimate(card, one.provider, Settings(duration=asked, mode=mode)))
        for mode in one.modes or [None]
    ]
    known = [(mode, price) for mode, price in found if price]
    if not known:
        return Cell("no price known", "unconfirmed")
    shown = ", ".join(f"{mode} {price}" if mode else str(price) for mode, price in known)
    if asked is None:
        length = one.settled(Settings()).duration
        shown += f" for {length} s" if length else " a clip"
    dates = [price.since or price.date for _, price in known]
    certainty = weakest(*(price.certainty for _, price in known))
    return Cell(shown, certainty, _joined([p.source for _, p in known]), f"as of {_joined(dates)}")


def _audio_default(card: Card, one: Offer) -> Cell:
    if not one.audio:
        fact = card.capabilities.native_audio
        if fact.value is False:
            return _cell(fact, "no audio")
        return Cell(NOT_STATED, "unconfirmed", fact.source, "the kit cannot set it")
    default = one.spelling.fields["audio"].default
    if default.value is None:
        return Cell(NOT_STATED, "unconfirmed", default.source, f"{one.provider}; the kit always sends it")
    shown = "on" if default.value else "off"
    return _cell(
        Fact(default.value, default.certainty, default.source, f"{one.provider}; the kit always sends it"),
        shown,
    )


def _joined(texts: Sequence[str], by: str = ", ") -> str:
    parts = [part.strip() for text in texts for part in text.split(by.strip())]
    return by.join(dict.fromkeys(part for part in parts if part))
