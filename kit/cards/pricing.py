"""What a clip will cost, from the card's price list; where no price is known, that is what the answer says."""

from dataclasses import dataclass
from decimal import Decimal

from kit.cards.card import Card, Prices, Rate
from kit.cards.offers import offer
from kit.cards.settings import Settings
from kit.cards.spelling import Certainty


@dataclass(frozen=True)
class Estimate:
    """The price of one clip in US$, from `usd_low` to `usd_high` (equal where the list has one price); false if unknown.

    `date` is when the price was looked up, `since` when it came into force (empty: not stated).
    """

    usd_low: float | None
    usd_high: float | None
    certainty: Certainty = "unconfirmed"
    source: str = ""
    date: str = ""
    since: str = ""
    note: str = ""

    def __bool__(self) -> bool:
        return self.usd_low is not None

    def __str__(self) -> str:
        if self.usd_low is None or self.usd_high is None:
            return f"no price known ({self.note})"
        low, high = f"${self.usd_low:.2f}", f"${self.usd_high:.2f}"
        return low if low == high else f"{low} to {high}"


def estimate(card: Card, provider: str, settings: Settings) -> Estimate:
    """The price of one clip. Raises BadParameter for a provider that the card does not know."""
    settled = offer(card, provider).settled(settings)
    prices = card.prices.get(provider)
    if prices is None:
        return Estimate(None, None, note=f"the card of {card.id} has no prices of {provider}")
    for rate in prices.rates:
        if _holds(rate, settled):
            return _priced(rate, prices, settled.duration)
    length = "" if settled.duration is None else f"{settled.duration} s, "
    mode = f"{settled.mode}, " if settled.mode else ""
    asked = f"{length}{mode}{'with audio' if settled.audio else 'silent'}"
    return Estimate(
        None,
        None,
        date=prices.looked_up,
        note=f"the card of {card.id} has no price of {provider} for {asked}",
    )


def _holds(rate: Rate, settled: Settings) -> bool:
    return (
        (not rate.modes or settled.mode in rate.modes)
        and (rate.audio is None or rate.audio == settled.audio)
        and (not rate.seconds or settled.duration in rate.seconds)
        and (not rate.a_second or settled.duration is not None)
    )


def _priced(rate: Rate, prices: Prices, seconds: int | None) -> Estimate:
    # Decimal, so that 3 s at 0.10 are 0.30 and sums of many clips stay exact to the hundredth of a cent.
    times = Decimal(seconds or 0) if rate.a_second else Decimal(1)
    low, high = (float(Decimal(str(usd)) * times) for usd in (rate.low, rate.high))
    return Estimate(low, high, rate.certainty, rate.source, prices.looked_up, prices.since, prices.note)
