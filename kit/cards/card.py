"""What is known of a model: capabilities, limits, prices and spellings, each fact with its mark of certainty."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from kit.cards.spelling import Answer, Certainty, Fact, Field, ImageForms, Refusal, Variation

PROVIDERS = ("piapi", "kling", "fal", "replicate", "sandbox")
_RESOLUTION = re.compile(r"([0-9]{3,4})p")


@dataclass(frozen=True)
class Durations:
    """Lengths of a clip in whole seconds: `choices`, or from `low` to `high` in steps; `high` None: not stated."""

    choices: tuple[int, ...] = ()
    low: int = 1
    high: int | None = None
    step: int = 1

    def allows(self, seconds: int) -> bool:
        """Whether a clip may be this long."""
        if self.choices:
            return seconds in self.choices
        inside = self.low <= seconds and (self.high is None or seconds <= self.high)
        return inside and (seconds - self.low) % self.step == 0

    def listed(self, up_to: int = 60) -> tuple[int, ...]:
        """Every length there is, in order; `up_to` bounds a range without an end."""
        high = up_to if self.high is None else self.high
        return self.choices or tuple(range(self.low, high + 1, self.step))

    @property
    def longest(self) -> int | None:
        """The longest clip in seconds, None if that is not stated."""
        return self.choices[-1] if self.choices else self.high

    @property
    def flexible(self) -> bool:
        """Whether any length of a range will do, rather than a few."""
        return not self.choices

    def __str__(self) -> str:
        if self.choices:
            *most, last = [str(n) for n in self.choices]
            return f"{', '.join(most)} or {last} s" if most else f"{last} s only"
        step = "any whole second" if self.step == 1 else f"in steps of {self.step} s"
        return f"{self.low} s and longer" if self.high is None else f"{self.low} to {self.high} s, {step}"


@dataclass(frozen=True)
class ShotLimits:
    """Several shots in one clip: at most `most`, each from `shortest` to `longest` s, all together within the totals."""

    most: int
    shortest: int = 1
    longest: int | None = None
    total_from: int = 1
    total_to: int | None = None
    prompt_characters: int | None = None


@dataclass(frozen=True)
class ImageLimits:
    """What an image must be: at most `max_bytes`, each side from `min_side` pixels, sides at most 1:`max_ratio`."""

    max_bytes: int | None = None
    min_side: int | None = None
    max_ratio: float | None = None
    types: tuple[str, ...] = ("png", "jpeg", "webp")


@dataclass(frozen=True)
class Limits:
    """What may be asked of a model. An empty list or None for durations, aspect ratios or modes: it cannot be set."""

    durations: Fact[Durations | None]
    aspect_ratios: Fact[tuple[str, ...]]
    modes: Mapping[str, Fact[str | None]]
    prompt_characters: Fact[int | None]
    negative_prompt: Fact[bool | int]
    audio: Fact[bool]
    start_frame: Fact[bool]
    end_frame: Fact[bool]
    elements: Fact[int]
    shots: Fact[ShotLimits | None]
    images: Fact[ImageLimits]
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True)
class Capabilities:
    """What a model can do, whoever runs it. A value of None: nobody states it."""

    text_to_video: Fact[bool | None]
    image_to_video: Fact[bool | None]
    start_and_end_frames: Fact[bool | None]
    native_audio: Fact[bool | None]
    multi_shot: Fact[bool | None]
    start_frame_with_elements: Fact[bool | None]
    three_characters: Fact[bool | None]
    languages: Fact[tuple[str, ...] | None]
    dialects: Fact[bool | None]


CAPABILITIES = tuple(f.name for f in fields(Capabilities))


@dataclass(frozen=True)
class Rate:
    """One line of a price list, in US$ from `low` to `high`, a second or a clip.

    `modes` and `seconds` are what it holds for (empty: any), `audio` likewise (None: either way).
    """

    low: float
    high: float
    a_second: bool
    modes: tuple[str, ...] = ()
    audio: bool | None = None
    seconds: tuple[int, ...] = ()
    certainty: Certainty = "unconfirmed"
    source: str = ""


@dataclass(frozen=True)
class Prices:
    """A provider's prices of a model, when they were looked up, and since when they hold if that is stated."""

    rates: tuple[Rate, ...]
    looked_up: str
    since: str = ""
    note: str = ""


@dataclass(frozen=True)
class Defaults:
    """What the kit asks for where the user leaves it open; always sent, so that no provider's default decides."""

    duration: int | None = None
    aspect_ratio: str | None = None
    mode: str | None = None


@dataclass(frozen=True)
class Spelling:
    """How one provider is asked for one model. `wrap` names the map of the body that the fields go into ('': none)."""

    method: str
    path: str
    wrap: str
    body: Mapping[str, object]
    constants: Mapping[str, object]
    fields: Mapping[str, Field]
    variations: tuple[Variation, ...]
    images: ImageForms
    answer: Answer
    limits: Limits
    defaults: Defaults
    certainty: Certainty
    source: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Card:
    """One model. `fingerprint` is the SHA-256 of all that the card says, provider defaults included."""

    id: str
    title: str
    vendor: str
    capabilities: Capabilities
    limits: Limits
    defaults: Defaults
    providers: Mapping[str, Spelling]
    prices: Mapping[str, Prices] = field(default_factory=dict)
    released: Fact[str | None] = field(default_factory=lambda: Fact(None))
    notes: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()
    sandbox: bool = False
    fingerprint: str = ""


def nominal_size(resolution: str | None, aspect_ratio: str | None) -> tuple[int, int] | None:
    """Width and height that a resolution such as '720p' means: the short side, the other by the ratio, even numbers.

    Nominal: what a model really delivers is measured on the clip. None where either is not stated.
    """
    found = _RESOLUTION.fullmatch(resolution or "")
    ratio = re.fullmatch(r"([1-9][0-9]?):([1-9][0-9]?)", aspect_ratio or "")
    if not found or not ratio:
        return None
    short, (across, down) = int(found[1]), (int(ratio[1]), int(ratio[2]))
    long = 2 * math.floor(short * max(across, down) / min(across, down) / 2 + 0.5)
    return (long, short) if across >= down else (short, long)
