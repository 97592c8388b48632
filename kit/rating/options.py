"""What a blind rating asks of its raters."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from kit.errors import BadParameter

Reveal = Literal["study", "own", "never"]
MOST_REPEATS, MOST_KNOWN = 0.5, 20


@dataclass(frozen=True, kw_only=True)
class RatingOptions:
    """What is asked, how the raters are checked, and what they see at the end.

    `dimensions` are ids of the rubric, all of it where None is given. `scores` asks for 1 to 5 points for each clip
    too, `checks` for the prompt's checks. `repeats` (0..0.5) is the share of pairs shown a second time with sides
    swapped, `known` (0..20) the number of clips shown against their own degraded copies; `kit.rating.queue` says from
    how many pairs on. At the end a rater sees the result of the whole `study`, of the `own` votes, or `never` any.
    Raises BadParameter for anything outside these.
    """

    dimensions: Sequence[str] | None = None
    scores: bool = False
    checks: bool = True
    repeats: float = 0.1
    known: int = 2
    reveal: Reveal = "study"

    def __post_init__(self) -> None:
        if self.dimensions is not None:
            given: object = self.dimensions
            if isinstance(given, str):
                raise BadParameter(f"dimensions is {given!r}; give a list, such as [{given!r}]")
            object.__setattr__(self, "dimensions", tuple(self.dimensions))
            if not self.dimensions:
                raise BadParameter("dimensions is empty; name at least one, or leave it out for all of them")
        if not _number(self.repeats) or not 0 <= self.repeats <= MOST_REPEATS:
            raise BadParameter(f"repeats is {self.repeats!r}; it is a share from 0 to {MOST_REPEATS}")
        if type(self.known) is not int or not 0 <= self.known <= MOST_KNOWN:
            raise BadParameter(f"known is {self.known!r}; it is a whole number from 0 to {MOST_KNOWN}")
        if self.reveal not in get_args(Reveal):
            raise BadParameter(f"reveal is {self.reveal!r}; it is one of {', '.join(get_args(Reveal))}")
        for name in ("scores", "checks"):
            if not isinstance(getattr(self, name), bool):
                raise BadParameter(f"{name} is {getattr(self, name)!r}; it is True or False")


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
