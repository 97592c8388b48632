"""What to say where votes cannot place all models on one scale. Names stand as given: escape them where shown."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from kit.stats.placing import Placing


def _and(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)


def notes_on(placed: Placing, dimension: str, models: Sequence[str]) -> list[str]:
    """Say which models votes do not join, which only won or lost against others, and what was done about it."""
    name = dimension.replace("_", " ")
    design = placed.design
    members = [[models[m] for m in design.members(g)] for g in range(design.groups)]
    shared = [group for group in members if len(group) > 1]
    said = []
    if len(shared) > 1:
        parts = "; ".join(_and(group) for group in shared)
        said.append(f"On {name} no votes join these models, so only those of one group are ranked: {parts}.")
    for g, group in enumerate(members):
        if len(group) > 1 and design.separated(g):
            said.append(f"On {name} {_order(placed, g, models)}: {_DONE}")
    if placed.made.reduced and not any(design.separated(g) for g in range(design.groups)):
        said.append(f"On {name} nearly every choice went to the clip on one side: {_DONE}")
    return said


_DONE = "how far apart they are has no finite estimate, so strengths are bias-reduced, each prompt counting once a pair."


def _order(placed: Placing, group: int, models: Sequence[str]) -> str:
    """Put in words which models of a separated group stand above which in every vote."""
    inside = placed.design.members(group)
    tier = placed.design.tier[inside]
    if (tier < 0).any():
        return "some models won or lost every vote against others"
    steps = [_and([models[m] for m in inside[tier == t]]) for t in np.unique(tier)]
    if len(steps) > 3:
        return f"models fall into {len(steps)} steps, each of which won every vote against those below"
    return " and ".join(
        f"every vote between them put {above} before {below}" for above, below in pairwise(steps)
    )
