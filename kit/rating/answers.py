"""What stands of a log: answers that were not taken back, the newest of each counting."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from kit.storage.rating import DONE, OPEN, PASSED, SKIPPED, Item, Judgement, NewJudgement

J = TypeVar("J", bound=NewJudgement)
STEPS = ("vote", "scores", "checks", "note", "skip")


@dataclass
class Answers:
    """What a rater said of one item. Scores and checks are by 'a' and 'b', then by dimension or check."""

    votes: dict[str, NewJudgement] = field(default_factory=dict)
    scores: dict[str, dict[str, int]] = field(default_factory=lambda: {"a": {}, "b": {}})
    checks: dict[str, dict[str, str]] = field(default_factory=lambda: {"a": {}, "b": {}})
    note: str = ""
    skips: int = 0

    def state(self, dimensions: Sequence[str]) -> str:
        """How far the item is: done with a vote on every dimension; an item skipped twice is not offered again."""
        if all(dimension in self.votes for dimension in dimensions):
            return DONE
        return (OPEN, SKIPPED, PASSED)[min(self.skips, 2)]


def standing(log: Iterable[J]) -> list[J]:
    """The answers of a log (oldest first) that have not been taken back, in their order."""
    rows = list(log)
    undone = {row.undoes for row in rows if row.undoes is not None}
    return [row for row in rows if row.step in STEPS and getattr(row, "id", None) not in undone]


def fold(log: Iterable[NewJudgement]) -> Answers:
    """The answers to one item, from its log, oldest first."""
    answers = Answers()
    for row in standing(log):
        if row.step == "vote":
            assert row.dimension is not None
            answers.votes[row.dimension] = row
        elif row.step == "note":
            answers.note = row.note or ""
        elif row.step == "skip":
            answers.skips += 1
        else:
            _merge(answers.scores if row.step == "scores" else answers.checks, row.answer or {})
    return answers


def _merge(kept: dict[str, dict[str, Any]], given: dict[str, dict[str, Any]]) -> None:
    for side, values in given.items():
        for key, value in values.items():
            kept[side].pop(key, None)
            if value is not None:
                kept[side][key] = value


def said_of_clip(
    rows: Iterable[tuple[Item, Judgement | NewJudgement]], model: str, step: str
) -> dict[str, Any]:
    """What stands of a model's clip by dimension or check, over all pairs that it was in, the newest answer counting.

    `step` is 'scores' or 'checks'; `rows` are the log of one prompt and take, oldest first, with their items.
    """
    pairs = list(rows)
    kept = {id(row) for row in standing(row for _, row in pairs)}
    said: dict[tuple[int, str], Any] = {}
    for item, row in pairs:
        if id(row) not in kept or row.step != step or model not in {item.model_a, item.model_b}:
            continue
        side = "a" if item.model_a == model else "b"
        for key, value in (row.answer or {}).get(side, {}).items():
            said.pop((item.position, key), None)
            if value is not None:
                said[item.position, key] = value
    return {key: value for (_, key), value in said.items()}
