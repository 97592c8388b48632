"""How one provider spells the requests and answers of one model: data that a card holds, and no code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from kit.cards.settings import Settings

Certainty = Literal["confirmed", "derived", "third_party", "unconfirmed"]
# From the most to the least certain.
CERTAINTIES: tuple[Certainty, ...] = ("confirmed", "derived", "third_party", "unconfirmed")

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Fact(Generic[T_co]):
    """Something a card states, how certain that is, and who says so. A value of None means: nobody states it.

    `confirmed`: the vendor's own documents or code. `derived`: computed from confirmed numbers. `third_party`: one
    client or reseller says so. `unconfirmed`: not found, contradictory or inferred.
    """

    value: T_co
    certainty: Certainty = "unconfirmed"
    source: str = ""
    note: str = ""


def weakest(*certainties: Certainty) -> Certainty:
    """The least certain of several; `unconfirmed` of none."""
    return max(certainties, key=CERTAINTIES.index, default="unconfirmed")


@dataclass(frozen=True)
class Condition:
    """When a variation or a refusal applies: everything that is set here must hold of the settled settings."""

    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    audio: bool | None = None
    seconds: tuple[int, ...] = ()

    def holds(self, settings: Settings) -> bool:
        """Whether settings (with the card's defaults filled in) meet the condition."""
        return (
            all(settings.has(name) for name in self.has)
            and not any(settings.has(name) for name in self.lacks)
            and (not self.modes or settings.mode in self.modes)
            and (self.audio is None or settings.audio == self.audio)
            and (not self.seconds or settings.duration in self.seconds)
        )


FORMS = ("string", "int", "number", "bool", "on_off", "list", "json_string", "object")


@dataclass(frozen=True)
class Field:
    """How one setting is written into a request.

    `name` may have dots for maps in maps. `form` is one of FORMS: `on_off` is "on"/"off", `list` a JSON list of
    `item`s, `json_string` the same list as a JSON text inside a string, `object` one `item`. In `item` stand
    $value, $index (from 1), $prompt, $seconds (a number) and $seconds_text (a string); None is the bare value.
    `unit` follows a number in a string ("8s"). `values` maps the kit's word to the provider's. `in_path` puts the
    value into the path instead, where {setting} stands. `always` sends the field when the setting is empty too.
    `accepts` says of elements whether they are images or ids of the provider. `default` is what the provider does
    when the field is not sent: the kit always sends it.
    """

    name: str
    form: str = "string"
    unit: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    item: Any = None
    in_path: bool = False
    always: bool = False
    accepts: str = "image"
    default: Fact[Any] = field(default_factory=lambda: Fact(None))
    certainty: Certainty = "unconfirmed"
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class Variation:
    """What is different in a request when `when` holds. `drop` names fields of the request that are left out."""

    when: Condition
    path: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    drop: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImageForms:
    """How images go in: `accepts` of url, base64 (bare) and data_uri; `local` is what becomes of a local file."""

    accepts: tuple[str, ...] = ("url",)
    local: str | None = None
    certainty: Certainty = "unconfirmed"
    source: str = ""


@dataclass(frozen=True)
class Answer:
    """Where things stand in the provider's answer, as dotted paths; `links` in the order in which to look.

    `times` has some of created, started, ended, in `times_form` rfc3339 or epoch_ms. `cost / units_per_usd` is the
    charge in US$. `seconds` is a processing time in seconds that the provider states itself.
    """

    links: tuple[str, ...] = ()
    times: Mapping[str, str] = field(default_factory=dict)
    times_form: str = "rfc3339"
    seconds: str | None = None
    cost: str | None = None
    units_per_usd: float | None = None
    certainty: Certainty = "unconfirmed"
    source: str = ""


@dataclass(frozen=True)
class Refusal:
    """A combination of settings that a model does not do, and why."""

    when: Condition
    setting: str
    because: str
    certainty: Certainty = "unconfirmed"
    source: str = ""
