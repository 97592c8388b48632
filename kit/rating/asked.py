"""What a rating page sends, checked: every key, type and size, before anything is looked up."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.cells import nearest, one_of, show, text_cell
from kit.errors import BadParameter
from kit.rubric import HIGHEST, LOWEST

SIDES = ("left", "right")
CHOICES = ("left", "right", "both_good", "both_bad")
CHECK_ANSWERS = ("yes", "no", "cant_tell")
MODES = ("side", "wipe", "flip", "difference")
NOTE_LIMIT = 2_000
MOST_SECONDS, MOST_PLAYS, MOST_ITEMS = 86_400, 10_000, 10_000_000
_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,64}")
_WATCHED = ("through", "plays", "mode")
_COMMON = ("token", "position", "step", "seconds", "watched")
_OWN = {
    "vote": ("dimension", "choice"),
    "scores": ("scores",),
    "checks": ("checks",),
    "note": ("note",),
    "skip": (),
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What is asked on this page, which decides what may be answered."""

    dimensions: tuple[str, ...]
    scores: bool
    checks: bool


@dataclass(frozen=True)
class Sent:
    """One answer as it was sent, in the sides of the screen. What its step does not have is None."""

    token: str
    position: int
    step: str
    seconds: float | None
    through: bool | None
    plays: int | None
    mode: str | None
    dimension: str | None = None
    choice: str | None = None
    scores: Mapping[str, Mapping[str, int | None]] | None = None
    checks: Mapping[str, Sequence[str | None]] | None = None
    note: str | None = None


def keys(data: Mapping[str, Any], known: Sequence[str], required: Sequence[str] | None = None) -> None:
    """Refuse keys that are unknown, and the lack of those that are needed."""
    for key in data:
        if key not in known:
            listed = ", ".join(known) or "none"
            raise BadParameter(f"unknown key {show(key)}{nearest(str(key), known)}; known: {listed}")
    for key in known if required is None else required:
        if key not in data:
            raise BadParameter(f"{key} is missing")


def mapping(data: Any, what: str) -> Mapping[str, Any]:
    """A JSON object, or a refusal."""
    if isinstance(data, dict) and all(isinstance(key, str) for key in data):
        return data
    raise BadParameter(f"{what} is {show(data)}; expected an object")


def token(value: Any) -> str:
    """A name that the page gives to one answer: 8 to 64 letters, digits, - and _."""
    if isinstance(value, str) and _TOKEN.fullmatch(value):
        return value
    raise BadParameter(
        f"token is {show(value)}; expected 8 to 64 letters, digits, - or _, new for each answer"
    )


def whole(value: Any, what: str, high: int) -> int:
    """A whole number from 0 to `high`."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= high:
        return value
    raise BadParameter(f"{what} is {show(value)}; expected a whole number from 0 to {high:,}")


def word(value: Any, known: Sequence[str], what: str) -> str:
    """One of the known words."""
    if not isinstance(value, str):
        raise BadParameter(f"{what} is {show(value)}; expected one of {', '.join(known)}")
    try:
        return one_of(value, known, what)
    except ValueError as bad:
        raise BadParameter(str(bad)) from None


def position(data: Any) -> int:
    """The position that `item` asks for."""
    given = mapping(data, "data")
    keys(given, ("position",))
    return whole(given["position"], "position", MOST_ITEMS)


def undo(data: Any) -> str:
    """The token of `undo`."""
    given = mapping(data, "data")
    keys(given, ("token",))
    return token(given["token"])


def save(data: Any, asked: Asked) -> Sent:
    """An answer. How many checks there are is for the item to say; see `checks_of`."""
    given = mapping(data, "data")
    if "step" not in given:
        raise BadParameter(f"step is missing; it is one of {', '.join(_OWN)}")
    step = word(given["step"], tuple(_OWN), "step")
    required = (*_COMMON, *_OWN[step]) if step == "vote" else ("token", "position", "step", *_OWN[step])
    keys(given, (*_COMMON, *_OWN[step]), required)
    if (step == "scores" and not asked.scores) or (step == "checks" and not asked.checks):
        raise BadParameter(f"{step} are not asked for here")
    through, plays, mode = _watched(given.get("watched"))
    return Sent(
        token=token(given["token"]),
        position=whole(given["position"], "position", MOST_ITEMS),
        step=step,
        seconds=_seconds(given.get("seconds")),
        through=through,
        plays=plays,
        mode=mode,
        dimension=word(given["dimension"], asked.dimensions, "dimension") if step == "vote" else None,
        choice=word(given["choice"], CHOICES, "choice") if step == "vote" else None,
        scores=_scores(given["scores"], asked.dimensions) if step == "scores" else None,
        checks=_checks(given["checks"]) if step == "checks" else None,
        note=_note(given["note"]) if step == "note" else None,
    )


def _watched(value: Any) -> tuple[bool | None, int | None, str | None]:
    if value is None:
        return None, None, None
    given = mapping(value, "watched")
    keys(given, _WATCHED)
    if not isinstance(given["through"], bool):
        raise BadParameter(f"through is {show(given['through'])}; expected true or false")
    return given["through"], whole(given["plays"], "plays", MOST_PLAYS), word(given["mode"], MODES, "mode")


def _seconds(value: Any) -> float | None:
    if value is None:
        return None
    if (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and 0 <= value <= MOST_SECONDS
    ):
        return float(value)
    raise BadParameter(f"seconds is {show(value)}; expected a number from 0 to {MOST_SECONDS:,}")


def _scores(value: Any, dimensions: Sequence[str]) -> dict[str, dict[str, int | None]]:
    given = mapping(value, "scores")
    keys(given, SIDES)
    found: dict[str, dict[str, int | None]] = {}
    for side in SIDES:
        points = mapping(given[side], f"the scores of the {side} clip")
        for dimension, score in points.items():
            word(dimension, dimensions, "dimension")
            if score is not None and (
                not isinstance(score, int) or isinstance(score, bool) or not LOWEST <= score <= HIGHEST
            ):
                raise BadParameter(
                    f"a score is {show(score)}; expected a whole number from {LOWEST} to {HIGHEST}, or null"
                )
        found[side] = dict(points)
    return found


def _checks(value: Any) -> dict[str, list[str | None]]:
    given = mapping(value, "checks")
    keys(given, SIDES)
    found: dict[str, list[str | None]] = {}
    for side in SIDES:
        answers = given[side]
        if not isinstance(answers, list):
            raise BadParameter(f"the checks of the {side} clip are {show(answers)}; expected a list")
        found[side] = [None if a is None else word(a, CHECK_ANSWERS, "answer to a check") for a in answers]
    return found


def checks_of(sent: Sent, checks: Sequence[str]) -> dict[str, dict[str, str | None]]:
    """The answers by side and check. Raises BadParameter where there are not as many as the prompt has checks."""
    assert sent.checks is not None
    for side in SIDES:
        if len(sent.checks[side]) != len(checks):
            raise BadParameter(
                f"{len(sent.checks[side])} answers to checks for the {side} clip; the prompt has {len(checks)} checks"
            )
    return {side: dict(zip(checks, sent.checks[side], strict=True)) for side in SIDES}


def _note(value: Any) -> str:
    if not isinstance(value, str):
        raise BadParameter(f"note is {show(value)}; expected text")
    try:
        return text_cell(value, limit=NOTE_LIMIT)
    except ValueError as bad:
        raise BadParameter(f"note: {bad}") from None
