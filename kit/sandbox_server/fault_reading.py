"""Reading a fault plan, strictly: everything wrong with it is named at once."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from kit.cells import nearest, show
from kit.errors import BadParameter, Fault
from kit.sandbox_server.faults import KINDS, ON, FaultPlan, Rule, several

# fault -> the details that it knows
_EXCHANGE: dict[str, tuple[str, ...]] = {
    "status": ("status", "retry_after", "code", "message", "envelope"),
    "html": ("status",),
    "half_json": (),
    "reset": (),
    "close": (),
    "silence": (),
    "unknown_word": ("word",),
    "expired_link": (),
}
_DOWNLOAD: dict[str, tuple[str, ...]] = {
    "truncated": ("part",),
    "cut": ("part", "reset"),
    "wrong_length": ("by",),
    "wrong_type": ("content_type",),
    "empty": (),
    "slow_link": ("pause", "chunk"),
    "no_range": (),
}
_TASK: dict[str, tuple[str, ...]] = {
    "stuck": (),
    "refused": ("message",),
    "failed": ("message", "code", "charged"),
    "no_link": (),
    "no_cost": (),
    "slow_task": ("factor",),
    "early_link": (),
}
FAULTS = {**_EXCHANGE, **_DOWNLOAD, **_TASK}
_ONLY_ON = {
    "unknown_word": ("poll",),
    "expired_link": ("poll", "result"),
    **dict.fromkeys(_DOWNLOAD, ("download",)),
    **dict.fromkeys(_TASK, ("task",)),
}
SELECTORS = (
    "provider",
    "model",
    "path",
    "prompt",
    "task",
    "nth",
    "first",
    "every",
    "chance",
    "times",
    "per",
)
_COMMON = ("on", "fault", "when", "note", *SELECTORS)


def _text(value: Any) -> bool:
    # It may end up in a header.
    return isinstance(value, str) and value.isprintable()


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _from(low: int) -> Callable[[Any], bool]:
    return lambda value: _whole(value) and value >= low


def _between(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
    )


def _numbers(value: Any) -> bool:
    return all(_whole(n) and n >= 1 for n in several(value))


def _wait(value: Any) -> bool:
    return (isinstance(value, str) and value.isascii() and value.isprintable()) or _between(0, 1e9)(value)


# key -> (test, what is needed)
_VALUES: dict[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(
        ("provider", "model", "path", "prompt", "message", "word", "content_type", "note"), (_text, "a text")
    ),
    **dict.fromkeys(("envelope", "reset", "charged"), (lambda v: isinstance(v, bool), "true or false")),
    **dict.fromkeys(("first", "every", "chunk"), (_from(1), "a whole number from 1")),
    **dict.fromkeys(("nth", "task"), (_numbers, "a whole number from 1, or a list of them,")),
    **dict.fromkeys(("code", "by"), (_whole, "a whole number")),
    **dict.fromkeys(("chance", "part"), (_between(0, 1), "a number from 0 to 1")),
    "times": (_from(0), "a whole number from 0"),
    "pause": (_between(0, 3600), "a number of seconds from 0 to 3600"),
    "factor": (_between(0, 1e6), "a number from 0 to 1000000"),
    "status": (lambda v: _whole(v) and 200 <= v <= 599, "an HTTP status from 200 to 599"),
    "retry_after": (_wait, "a number of seconds or an HTTP date"),
    "when": (lambda v: v in ("before", "after"), "before or after"),
    "per": (lambda v: v == "task", "the word task"),
}


def read_plan(data: Any) -> FaultPlan:
    """A fault plan from JSON: a map with `rules` and perhaps `seed`, or the list of rules alone, or the text of either.

    Raises BadParameter with every fault in it.
    """
    if isinstance(data, str | bytes):
        try:
            data = json.loads(data)
        except ValueError as error:
            raise BadParameter(f"the fault plan is no JSON: {error}") from None
    if isinstance(data, list):
        data = {"rules": data}
    rows = data.get("rules", []) if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or not isinstance(rows, list):
        raise BadParameter(f"a fault plan is a map with `rules`, a list; found {show(data)}")
    known = ("rules", "seed")
    faults = [
        Fault("fault plan", f"unknown key {show(key)}{nearest(str(key), known)}; known: rules, seed")
        for key in data
        if key not in known
    ]
    seed = data.get("seed", 0)
    if not _whole(seed):
        faults.append(Fault("fault plan", f"seed is {show(seed)}; a whole number is needed"))
    rules = [_rule(i, row, faults) for i, row in enumerate(rows, start=1)]
    if faults:
        raise BadParameter(faults)
    return FaultPlan(tuple(r for r in rules if r is not None), seed)


def _rule(number: int, row: Any, faults: list[Fault]) -> Rule | None:
    where = f"fault plan, rule {number}"

    def wrong(problem: str) -> None:
        faults.append(Fault(where, problem))

    if not isinstance(row, Mapping):
        wrong(f"a map is needed, found {show(row)}")
        return None
    name = row.get("fault")
    if name not in FAULTS:
        wrong(f"unknown fault {show(name)}{nearest(str(name), FAULTS)}; known: {', '.join(FAULTS)}")
        return None
    on = tuple(several(row.get("on", ())))
    for kind in on:
        if kind not in ON:
            wrong(f"`on` is {show(kind)}{nearest(str(kind), ON)}; known: {', '.join(ON)}")
        elif kind not in _ONLY_ON.get(name, ON) or (kind == "task" and name not in _TASK):
            allowed = _ONLY_ON.get(name, (*KINDS, "any"))
            wrong(f"the fault {name} cannot be `on` {kind}; it can be on: {', '.join(allowed)}")
    if not on:
        wrong(f"`on` is missing; known: {', '.join(ON)}")
    known = (*_COMMON, *FAULTS[name])
    for key, value in row.items():
        if key not in known:
            wrong(
                f"unknown key {show(key)}{nearest(str(key), known)}; the fault {name} knows: {', '.join(known)}"
            )
        elif key in _VALUES and not _VALUES[key][0](value):
            wrong(f"`{key}` is {show(value)}; {_VALUES[key][1]} is needed")
    if name == "status" and not (_whole(row.get("status")) and row["status"] >= 400):
        wrong(f"`status` is {show(row.get('status'))}; an HTTP status from 400 to 599 is needed")
    select = {k: row[k] for k in SELECTORS if k in row}
    details = {k: row[k] for k in FAULTS[name] if k in row}
    return Rule(number, on, name, row.get("when", "before") == "before", select, details)
