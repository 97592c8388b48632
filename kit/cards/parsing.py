"""From the tree of a card's files to the card: every key known, every value of its kind, every fault found at once."""

import re
from collections.abc import Mapping

from kit.canonical import digest
from kit.cards.card import (
    CAPABILITIES,
    PROVIDERS,
    Capabilities,
    Card,
    Defaults,
    Durations,
    ImageLimits,
    Limits,
    Prices,
    Rate,
    ShotLimits,
)
from kit.cards.document import Node, Section, merged
from kit.cards.parsing_spelling import parse_condition, parse_spelling
from kit.cards.settings import SETTINGS
from kit.cards.spelling import Fact, Refusal
from kit.cells import ID_PATTERN, show
from kit.errors import Fault

SCHEMA = 1
CARD_KEYS = (
    "schema",
    "id",
    "extends",
    "title",
    "vendor",
    "released",
    "sandbox",
    "capabilities",
    "limits",
    "defaults",
    "prices",
    "notes",
    "unconfirmed",
    "providers",
)
LIMIT_KEYS = (
    "durations",
    "aspect_ratios",
    "modes",
    "prompt_characters",
    "negative_prompt",
    "audio",
    "start_frame",
    "end_frame",
    "elements",
    "shots",
    "images",
    "refused",
)
_RATIO = re.compile(r"[1-9][0-9]?:[1-9][0-9]?|auto|adaptive")
_MODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}")
_DATE = re.compile(r"20[0-9]{2}(-[01][0-9](-[0-3][0-9])?)?")


def parse_card(node: Node, providers: Mapping[str, Node], faults: list[Fault]) -> Card:
    """The card that a tree says; `providers` holds what is the same for all models of a provider. Notes faults."""
    top = Section(node, "", faults, CARD_KEYS)
    check_schema(top)
    card_id = top.text("id")
    if not ID_PATTERN.fullmatch(card_id):
        top.fault("id", f"{show(card_id)} is no id: 1 to 80 of A-Z a-z 0-9 . _ -, not beginning with a dot")
    limits_node = top.section("limits").node
    spelled = top.section("providers", PROVIDERS)
    joined = {
        name: merged(providers[name], own) if name in providers else own
        for name, own in spelled.values.items()
        if name in PROVIDERS
    }
    if not joined:
        top.fault(
            "providers", f"no provider runs this model; describe at least one of {', '.join(PROVIDERS)}"
        )
    defaults = parse_defaults(top)
    limits = parse_limits(top.section("limits", LIMIT_KEYS))
    spellings = {}
    for name in PROVIDERS:
        if name in joined:
            section = Section(joined[name], f"providers.{name}", faults)
            own_limits = limits
            if "limits" in section:
                both = merged(limits_node, section.section("limits").node)
                own_limits = parse_limits(Section(both, f"providers.{name}.limits", faults, LIMIT_KEYS))
            spellings[name] = parse_spelling(section, own_limits, parse_defaults(section, defaults))
    whole = {"card": node.plain(), "providers": {name: joined[name].plain() for name in sorted(joined)}}
    return Card(
        id=card_id,
        title=top.text("title"),
        vendor=top.text("vendor"),
        released=top.fact("released", lambda s: s.maybe("value"), None),
        capabilities=_capabilities(top.section("capabilities", CAPABILITIES)),
        limits=limits,
        defaults=defaults,
        providers=spellings,
        prices=_prices(top.section("prices", PROVIDERS), limits),
        notes=top.texts("notes"),
        unconfirmed=top.texts("unconfirmed"),
        sandbox=top.flag("sandbox"),
        fingerprint=digest(whole),
    )


def check_schema(top: Section) -> None:
    """Refuse a file of another schema: a newer kit wrote it, or it is no card."""
    schema = top.whole("schema", 1, 1_000_000)
    if schema is None:
        top.fault("schema", f"the schema is missing; write schema: {SCHEMA}")
    elif schema != SCHEMA:
        top.fault("schema", f"schema {schema}; this kit reads schema {SCHEMA}: update the kit")


def parse_defaults(top: Section, base: Defaults | None = None) -> Defaults:
    """`defaults:` of a card, or of a provider laid upon the card's."""
    section = top.section("defaults", ("duration", "aspect_ratio", "mode"))
    base = base or Defaults()
    return Defaults(
        section.whole("duration", 1, 3600) or base.duration,
        section.maybe("aspect_ratio") or base.aspect_ratio,
        section.maybe("mode") or base.mode,
    )


def parse_limits(section: Section) -> Limits:
    """`limits:`; what is missing cannot be set."""
    return Limits(
        durations=section.fact("durations", _durations, None),
        aspect_ratios=section.fact("aspect_ratios", _aspect_ratios, ()),
        modes=_modes(section.section("modes")),
        prompt_characters=section.fact("prompt_characters", lambda s: s.whole("value", 1, 1_000_000), None),
        negative_prompt=section.fact("negative_prompt", _flag_or_count, missing=False),
        audio=section.fact("audio", lambda s: s.flag("value"), missing=False),
        start_frame=section.fact("start_frame", lambda s: s.flag("value"), missing=False),
        end_frame=section.fact("end_frame", lambda s: s.flag("value"), missing=False),
        elements=section.fact("elements", lambda s: s.whole("value", 0, 100) or 0, 0),
        shots=section.fact("shots", _shots, None),
        images=section.fact("images", _images, ImageLimits()),
        refused=tuple(_refusal(item) for item in section.sections("refused", _REFUSAL_KEYS)),
    )


def _durations(section: Section) -> Durations | None:
    if isinstance(section.values["value"].value, list):
        choices = section.wholes("value")
        if list(choices) != sorted(set(choices)) or not choices:
            section.fault(
                "value", f"lengths in seconds are needed in rising order, found {show(list(choices))}"
            )
        return Durations(choices=choices)
    span = section.section("value", ("from", "to", "step"))
    low, high = span.whole("from", 1, 3600), span.whole("to", 1, 3600)
    if low is None:
        span.fault("from", "the shortest length is missing; write a list, or from, to and step")
        low = 1
    if high is not None and high < low:
        span.fault("to", f"{high} s is shorter than {low} s")
    return Durations(low=low, high=high, step=span.whole("step", 1, 60) or 1)


def _aspect_ratios(section: Section) -> tuple[str, ...]:
    ratios = section.texts("value")
    for ratio in ratios:
        if not _RATIO.fullmatch(ratio):
            section.fault("value", f"{show(ratio)} is no aspect ratio; write one such as '16:9', in quotes")
    return ratios


def _modes(section: Section) -> dict[str, Fact[str | None]]:
    for name in section.values:
        if not _MODE.fullmatch(name):
            section.fault(name, f"{show(name)} is no name of a mode: 1 to 20 of a-z 0-9 _ -")
    return {name: section.fact(name, lambda s: s.maybe("value"), None) for name in section.values}


def _flag_or_count(section: Section) -> bool | int:
    if isinstance(section.values["value"].value, bool):
        return section.flag("value")
    return section.whole("value", 0, 1_000_000) or False


def _shots(section: Section) -> ShotLimits | None:
    known = ("most", "shortest", "longest", "total_from", "total_to", "prompt_characters")
    value = section.section("value", known)
    most = value.whole("most", 2, 100)
    if most is None:
        value.fault("most", "how many shots at most?")
    return ShotLimits(
        most or 2,
        value.whole("shortest", 1, 3600) or 1,
        value.whole("longest", 1, 3600),
        value.whole("total_from", 1, 3600) or 1,
        value.whole("total_to", 1, 3600),
        value.whole("prompt_characters", 1, 1_000_000),
    )


def _images(section: Section) -> ImageLimits:
    value = section.section("value", ("max_bytes", "min_side", "max_ratio", "types"))
    types = value.texts("types") or ImageLimits().types
    if unknown := sorted(set(types) - set(ImageLimits().types)):
        value.fault("types", f"unknown: {', '.join(unknown)}; known: {', '.join(ImageLimits().types)}")
    return ImageLimits(
        value.whole("max_bytes", 1, 2**40),
        value.whole("min_side", 1, 100_000),
        value.number("max_ratio", 1, 1000),
        types,
    )


_REFUSAL_KEYS = ("when", "setting", "because", "certainty", "source")


def _refusal(section: Section) -> Refusal:
    return Refusal(
        parse_condition(section),
        section.choice("setting", SETTINGS, "mode"),
        section.text("because"),
        section.certainty(),
        section.text("source", ""),
    )


def _capabilities(section: Section) -> Capabilities:
    flags: dict[str, Fact[bool | None]] = {
        name: section.fact(name, lambda s: s.flag("value"), None)
        for name in CAPABILITIES
        if name != "languages"
    }
    return Capabilities(**flags, languages=section.fact("languages", lambda s: s.texts("value"), None))


def _prices(section: Section, limits: Limits) -> dict[str, Prices]:
    prices = {}
    for name, one in section.named(("rates", "looked_up", "since", "note")):
        for key in ("looked_up", "since"):
            if key in one and not _DATE.fullmatch(one.text(key)):
                one.fault(key, f"{show(one.text(key))} is no date; write 2026-11 or 2026-11-22")
        rates = tuple(_rate(item, limits) for item in one.sections("rates", _RATE_KEYS))
        if not rates:
            one.fault("rates", "a list of prices is needed; leave the provider out if no price is known")
        prices[name] = Prices(rates, one.text("looked_up"), one.text("since", ""), one.text("note", ""))
    return prices


_RATE_KEYS = ("modes", "audio", "seconds", "a_second", "a_clip", "certainty", "source")


def _rate(section: Section, limits: Limits) -> Rate:
    a_second = "a_second" in section
    if a_second == ("a_clip" in section):
        section.fault(None, "a price is either a_second or a_clip, in US$; write one of the two")
    key = "a_second" if a_second else "a_clip"
    low, high = _usd(section, key)
    modes = section.texts("modes")
    if unknown := [mode for mode in modes if mode not in limits.modes]:
        section.fault(
            "modes", f"the card has no mode {', '.join(unknown)}; it has: {', '.join(limits.modes) or 'none'}"
        )
    audio = section.flag("audio") if "audio" in section else None
    seconds = section.wholes("seconds")
    return Rate(low, high, a_second, modes, audio, seconds, section.certainty(), section.text("source"))


def _usd(section: Section, key: str) -> tuple[float, float]:
    if key in section and isinstance(section.values[key].value, list):
        ends = [node.value for node in section.nodes(key)]
        good = len(ends) == 2 and all(isinstance(e, int | float) and not isinstance(e, bool) for e in ends)
        if not good or not 0 <= ends[0] <= ends[1] <= 10_000:
            section.fault(key, f"a price from-to is two numbers in rising order, found {show(ends)}")
            return 0.0, 0.0
        return float(ends[0]), float(ends[1])
    price = section.number(key, 0, 10_000) or 0.0
    return price, price
