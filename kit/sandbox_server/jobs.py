"""What a client asked for, read out of any provider's body."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kit.canonical import digest
from kit.sandbox import MODELS

REFUSAL = "this is the kit's sandbox: it films sandbox-quick and sandbox-steady only; it says nothing of real models"
LONGEST_PROMPT = 2_500
HEIGHTS = {"std": 720, "standard": 720, "pro": 1080, "draft": 360}
# What the cards of the sandbox models allow; a test compares the two.
MODES = ("std", "draft")
RATIOS = ("16:9", "9:16", "1:1")
LONGEST = 10
_NUMBER = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,3})?)\s*s?", re.ASCII)
_LINES = re.compile(r"([0-9]{3,4})p?", re.ASCII | re.IGNORECASE)
_RATIO = re.compile(r"([1-9][0-9]?):([1-9][0-9]?)", re.ASCII)


class Refused(Exception):
    """The server will not do what was asked. Each protocol puts `status`, `message` and `code` into its own form."""

    def __init__(self, status: int, message: str, *, code: int | None = None, kind: str = "") -> None:
        self.status, self.message, self.code, self.kind = status, message, code, kind
        self.retry_after: str | None = None
        self.envelope = False
        super().__init__(message)


@dataclass(frozen=True)
class Order:
    """What the renderer is to film."""

    model: str
    prompt: str
    take: int
    seconds: float
    width: int
    height: int
    fps: int = 24
    prompt_id: str | None = None
    camera: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """One paid task as a client asked for it.

    model      what the client asked for: "sandbox-quick", or on a server that takes any model the provider's spelling
    films      the sandbox model that films it
    shape      which of the provider's result shapes the answer has
    given      the body as sent, without its very long texts; `fingerprint` is the SHA-256 of the whole body's canonical
               JSON together with provider and model
    """

    provider: str
    model: str
    films: str
    prompt: str
    seconds: float
    width: int
    height: int
    shape: str
    given: Mapping[str, Any]
    mode: str = ""
    audio: bool = False
    external_id: str | None = None
    hints: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""

    def order(self, take: int) -> Order:
        """The order to the renderer. A `take` in the request wins over the count of equal requests."""
        hints = self.hints
        return Order(
            model=self.films,
            prompt=self.prompt,
            take=hints.get("take", take),
            seconds=self.seconds,
            width=self.width,
            height=self.height,
            prompt_id=hints.get("prompt_id"),
            camera=tuple(hints.get("camera", ())),
            checks=tuple(hints.get("checks", ())),
        )


def read_job(
    provider: str,
    model: str,
    fields: Mapping[str, Any],
    given: Mapping[str, Any],
    *,
    any_model: bool,
    shape: str = "",
    external_id: str | None = None,
) -> Job:
    """A job from the fields of a request. Raises Refused where the sandbox cannot film it."""
    if model not in MODELS and not any_model:
        raise Refused(400, REFUSAL, kind="model")
    prompt = _prompt(fields)
    seconds = _seconds(fields)
    if model in MODELS:
        _check(fields, seconds)
    width, height = _size(fields)
    audio = any(
        fields.get(name) in (True, "on") for name in ("enable_audio", "generate_audio", "sound", "audio")
    )
    return Job(
        provider=provider,
        model=model,
        films=model if model in MODELS else "sandbox-quick",
        prompt=prompt,
        seconds=min(max(seconds, 0.2), 30.0),
        width=width,
        height=height,
        shape=shape,
        given=_shortened(given),
        mode=str(fields.get("mode") or fields.get("resolution") or ""),
        audio=audio,
        external_id=external_id,
        hints=_hints(fields) if model in MODELS else {},
        fingerprint=digest({"provider": provider, "model": model, "body": given}),
    )


def _prompt(fields: Mapping[str, Any]) -> str:
    """The prompt, or the shots' prompts one after the other."""
    texts = [fields.get("prompt")]
    for name in ("multi_shots", "multi_prompt"):
        shots = fields.get(name)
        if isinstance(shots, list):
            texts.extend(s.get("prompt") for s in shots if isinstance(s, dict))
        elif isinstance(shots, str):
            texts.append(shots)
    given = " ".join(t.strip() for t in texts if isinstance(t, str)).strip()
    if not given:
        raise Refused(400, "the prompt is empty: `prompt` must be a text", kind="prompt")
    if isinstance(fields.get("prompt"), str) and len(fields["prompt"]) > LONGEST_PROMPT:
        count = len(fields["prompt"])
        raise Refused(
            400, f"the prompt has {count} characters; at most {LONGEST_PROMPT} are allowed", kind="prompt"
        )
    return given


def _seconds(fields: Mapping[str, Any]) -> float:
    shots = fields.get("multi_shots")
    if isinstance(shots, list):
        return float(sum(_number(s.get("duration", 3)) for s in shots if isinstance(s, dict))) or 5.0
    return _number(fields.get("duration", 5))


def _number(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 3600:
        return float(value)
    found = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    if not found or not 0 < float(found[1]) <= 3600:
        raise Refused(400, f"`duration` is {_short(value)}; a number of seconds is needed", kind="duration")
    return float(found[1])


def _size(fields: Mapping[str, Any]) -> tuple[int, int]:
    """Width and height in pixels from mode or resolution and aspect ratio; 16:9 and 720 where they say nothing."""
    height = 720
    for name in ("resolution", "video_resolution", "mode"):
        value = fields.get(name)
        if isinstance(value, str) and value in HEIGHTS:
            height = HEIGHTS[value]
            break
        found = _LINES.fullmatch(str(value)) if isinstance(value, str | int) else None
        if found:
            height = min(max(int(found[1]), 144), 1080)
            break
    found = _RATIO.fullmatch(str(fields.get("aspect_ratio") or "16:9"))
    across, down = (int(found[1]), int(found[2])) if found else (16, 9)
    long = min(2 * round(height * max(across, down) / min(across, down) / 2), 2560)
    short = 2 * round(height / 2)
    return (long, min(short, 2160)) if across >= down else (short, min(long, 2160))


def _check(fields: Mapping[str, Any], seconds: float) -> None:
    """What the sandbox models themselves allow."""
    if not 1 <= seconds <= LONGEST:
        raise Refused(
            400, f"`duration` is {seconds:g}; the sandbox films 1 to {LONGEST} seconds", kind="duration"
        )
    for name, allowed in (("aspect_ratio", RATIOS), ("mode", MODES)):
        value = fields.get(name, allowed[0])
        if value not in allowed:
            raise Refused(400, f"`{name}` is {_short(value)}; allowed: {', '.join(allowed)}", kind=name)


def _hints(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a client may add for the renderer alone: take, prompt_id, camera words, checks."""
    hints: dict[str, Any] = {}
    take, prompt_id = fields.get("take"), fields.get("prompt_id")
    if isinstance(take, int) and not isinstance(take, bool) and 1 <= take <= 1_000_000:
        hints["take"] = take
    if isinstance(prompt_id, str):
        hints["prompt_id"] = prompt_id[:200]
    for name in ("camera", "checks"):
        words = fields.get(name)
        if isinstance(words, list) and len(words) <= 50:
            hints[name] = [w[:500] for w in words if isinstance(w, str)]
    return hints


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _shortened(value: Any) -> Any:
    """The body without its long texts (images in base64), which would fill the memory."""
    if isinstance(value, Mapping):
        return {key: _shortened(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shortened(inner) for inner in value]
    if isinstance(value, str) and len(value) > 4_000:
        return f"{value[:60]}... ({len(value)} characters)"
    return value
