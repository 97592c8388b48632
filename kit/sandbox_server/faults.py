"""Faults on demand: a plan, as plain data, of what goes wrong and when.

    {"seed": 7,
     "rules": [
       {"on": "submit",   "nth": [2, 5], "fault": "status", "status": 429, "retry_after": 2},
       {"on": "submit",   "every": 4, "fault": "reset", "when": "after"},
       {"on": "poll",     "chance": 0.1, "fault": "html"},
       {"on": "poll",     "per": "task", "first": 1, "fault": "unknown_word", "word": "warming_up"},
       {"on": "download", "nth": 1, "fault": "cut", "part": 0.5},
       {"on": "task",     "task": 3, "fault": "stuck"}]}

`on` says what a rule watches: submit, poll, result (fal), find (kling's list), account, upload, cancel, download, any
(all of these), or task (a task as it is created). What else must be true of it: `provider`, `model` and `path`
(patterns with * and ?), `prompt` (a part of the text), `task` (the number of the task, from 1; one or a list).
Of what a rule watches it counts, from 1, and strikes at `nth` (one or a list), the `first` n, `every` n-th, or with
`chance`, which depends on the plan's seed alone; without any of these, always. All that are given must hold.
`per: task` counts for each task by itself; `times` is the most often that it strikes in all. A rule counts whatever
it watches, also when another rule strikes; of several rules that strike one exchange, the first in the plan does it.

Faults of an exchange. `when` is "before" (nothing was done) or "after" (done, but the answer goes wrong):
    status        an error in the provider's own form: `status`, and `retry_after`, `code`, `message`, `envelope` (piapi:
                  HTTP 200 with the error in the envelope)
    html          a page instead of JSON, with `status` (502)
    half_json     the answer stops in the middle of the JSON
    reset, close  the connection is reset (RST), or closed, without an answer
    silence       no answer, ever; the connection stays open until the client leaves
    unknown_word  (poll) the status is `word`
    expired_link  (poll, result) the links in this answer have expired
Faults of a download:
    truncated     the file is `part` (0.5) of itself, and everything else fits
    cut           the connection is closed (`reset`: reset) when `part` (0.5) of the file has been sent
    wrong_length  the Content-Length is `by` (100) bytes too large, or too small
    wrong_type    a page with `content_type` (text/html); with "video/mp4" it pretends to be a clip
    empty         no bytes
    slow_link     `chunk` (1024) bytes at a time, with `pause` (1) seconds between them
    no_range      Range headers are ignored
Faults of a task:
    stuck         it never ends
    refused       it fails as refused when its time is over, with `message`; nothing is charged
    failed        it fails when its time is over, with `message` and `code`; `charged`: all the same
    no_link       it completes without a link
    no_cost       it completes with a charge of 0 in its record
    slow_task     it takes `factor` times as long
    early_link    the link stands in the answer before the task has completed
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

KINDS = ("submit", "poll", "result", "find", "account", "upload", "cancel", "download")
ON = (*KINDS, "any", "task")


@dataclass(frozen=True)
class Event:
    """Something a rule may watch: an exchange, or (`kind` "task") a task as it is created."""

    kind: str
    provider: str
    path: str = ""
    model: str = ""
    prompt: str = ""
    task: int | None = None


@dataclass(frozen=True)
class Rule:
    """One rule of a plan. `details` are the parameters of its fault."""

    number: int
    on: tuple[str, ...]
    fault: str
    before: bool
    select: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)

    def watches(self, event: Event) -> bool:
        """Whether the rule counts this event."""
        if event.kind not in self.on and not ("any" in self.on and event.kind != "task"):
            return False
        select = self.select
        for name in ("provider", "model", "path"):
            if name in select and not fnmatchcase(getattr(event, name), select[name]):
                return False
        if "prompt" in select and select["prompt"] not in event.prompt:
            return False
        return "task" not in select or event.task in several(select["task"])

    def strikes(self, count: int, seed: int) -> bool:
        """Whether the rule strikes at the count-th event that it watches."""
        select = self.select
        if "nth" in select and count not in several(select["nth"]):
            return False
        if count > select.get("first", count) or count % select.get("every", 1):
            return False
        # Seeded by what it is for, so that one rule's luck does not depend on another's.
        luck = random.Random(f"{seed}/{self.number}/{count}").random()  # noqa: S311 - no secret depends on it
        return luck < float(select.get("chance", 1.0))


@dataclass(frozen=True)
class FaultPlan:
    """The rules in order, and the seed of `chance`."""

    rules: tuple[Rule, ...] = ()
    seed: int = 0


class FaultDesk:
    """Keeps count for a plan."""

    def __init__(self, plan: FaultPlan | None = None) -> None:
        self.set(plan or FaultPlan())

    def set(self, plan: FaultPlan) -> None:
        """Put another plan in force; counting starts again."""
        self._plan = plan
        self._seen: Counter[tuple[int, int | None]] = Counter()
        self._struck: Counter[int] = Counter()

    def needs_prompt(self) -> bool:
        """Whether any rule looks at prompts."""
        return any("prompt" in rule.select for rule in self._plan.rules)

    def strike(self, event: Event) -> list[Rule]:
        """Count the event for every rule that watches it; the rules that strike, in the plan's order."""
        struck = []
        for rule in self._plan.rules:
            if not rule.watches(event):
                continue
            each = event.task if rule.select.get("per") == "task" else None
            self._seen[rule.number, each] += 1
            count = self._seen[rule.number, each]
            left = self._struck[rule.number] < rule.select.get("times", float("inf"))
            if left and rule.strikes(count, self._plan.seed):
                struck.append(rule)
        for rule in struck if event.kind == "task" else struck[:1]:
            self._struck[rule.number] += 1
        return struck


def several(value: Any) -> Sequence[Any]:
    """One or a list, as a sequence."""
    return value if isinstance(value, list | tuple) else (value,)
