"""Whether votes can rank models at all: who was compared with whom, and whether each both won and lost somewhere.

Strengths of two models are comparable only where a chain of votes joins them. Within such a group the maximum
likelihood estimate is finite only where, however the group is split in two, some model of each part was chosen over
one of the other part, a tie counting both ways (Ford 1957, "Solution of a ranking problem from binary comparisons",
American Mathematical Monthly 64:28-33; Zermelo 1929). In the language of graphs: connected, and strongly connected.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kit.stats.contests import LOSS, TIE, WIN, Contests


class Design(NamedTuple):
    """What the votes join. Arrays have shape (models,).

    `group`: number of the group of models joined by votes, from 0, groups in the order of their first model; a model
    without votes is alone in its group. `tier`: within a group, 0 for the models that beat all later tiers in every
    vote and never tied with one, 1 for the next, and so on; -1 where two parts of the group have no such order. All
    0 where the group is strongly connected.
    """

    group: NDArray[np.int64]
    tier: NDArray[np.int64]

    @property
    def groups(self) -> int:
        """How many groups there are, single models counted."""
        return int(self.group.max()) + 1 if len(self.group) else 0

    def members(self, group: int) -> NDArray[np.int64]:
        """The models of a group, in their order."""
        return np.flatnonzero(self.group == group)

    def separated(self, group: int) -> bool:
        """Whether the group has no finite maximum likelihood estimate."""
        return bool((self.tier[self.group == group] != 0).any())


def reach(step: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return who reaches whom by any number of steps, oneself included; both shape (n, n). Repeated squaring."""
    found = step | np.eye(len(step), dtype=bool)
    while True:
        further = (found.astype(np.float32) @ found.astype(np.float32)) > 0
        if np.array_equal(further, found):
            return found
        found = further


def _numbers(alike: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Number the classes of an equivalence relation of shape (n, n), in the order of their first member."""
    _, numbers = np.unique(alike.argmax(axis=1), return_inverse=True)
    return np.asarray(numbers, dtype=np.int64)


def design_of(contests: Contests) -> Design:
    """Look at which models the votes join, and which of them only won or only lost against others."""
    n = contests.models
    if n == 0:
        none = np.zeros(0, dtype=np.int64)
        return Design(none, none)
    counts = contests.counts()
    beat = np.zeros((n, n), dtype=bool)
    for outcome in (WIN, TIE):
        some = counts[outcome] > 0
        beat[contests.one[some], contests.two[some]] = True
    for outcome in (LOSS, TIE):
        some = counts[outcome] > 0
        beat[contests.two[some], contests.one[some]] = True
    group = _numbers(reach(beat | beat.T))
    above = reach(beat)
    tier = np.zeros(n, dtype=np.int64)
    for number in range(int(group.max()) + 1):
        inside = np.flatnonzero(group == number)
        tier[inside] = _tiers(above[np.ix_(inside, inside)])
    return Design(group, tier)


def _tiers(above: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Tiers of one group: how many strong components stand above each model's own, if they stand in one order."""
    component = _numbers(above & above.T)
    heads = [int(np.flatnonzero(component == c)[0]) for c in range(int(component.max()) + 1)]
    over = above[np.ix_(heads, heads)]
    if not (over | over.T).all():
        return np.full(len(above), -1, dtype=np.int64)
    return np.asarray((over.sum(axis=0) - 1)[component], dtype=np.int64)
