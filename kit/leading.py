"""Who leads among three and more models, only as far as the verdicts on their pairs go.

A model leads a dimension where the rule of `kit.stats.verdict` calls it better than every other model that was voted
on there. A fitted strength or a rank names no leader: those are estimates of one dimension, and do not correct for
the number of comparisons that a study makes.
"""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from kit.stats.verdict import BETTER, NO_VOTES

WHOSE = {"simulated": "In simulated votes, ", "judge": "In judges' votes, "}


class Lead(NamedTuple):
    """What the verdicts of one dimension add up to.

    `models` are those with votes, in the given order; `leader` the one shown to be better than all others, or None;
    `unbeaten` those that no other is shown to be better than; `pairs` how many pairs were voted on, and `shown` on how
    many of those a difference is shown.
    """

    dimension: str
    models: tuple[str, ...]
    leader: str | None
    unbeaten: tuple[str, ...]
    pairs: int
    shown: int


def lead_of(verdicts: pd.DataFrame, dimension: str, models: Sequence[str]) -> Lead:
    """Add up the rows of one dimension of `kit.stats.verdict.weigh(...).verdicts`."""
    rows = verdicts[(verdicts["dimension"] == dimension) & (verdicts["verdict"] != NO_VOTES)]
    voted = {str(name) for side in ("model_a", "model_b") for name in rows[side]}
    known = tuple(model for model in models if model in voted)
    behind: dict[str, set[str]] = {
        model: set() for model in known
    }  # those that each is shown to be better than
    for row in rows[rows["verdict"] == BETTER].itertuples():
        better = str(row.better)
        behind[better].add(str(row.model_b if better == row.model_a else row.model_a))
    beaten = set().union(*behind.values()) if behind else set()
    leader = next((m for m in known if len(behind[m]) == len(known) - 1), None) if len(known) > 1 else None
    unbeaten = tuple(model for model in known if model not in beaten)
    return Lead(dimension, known, leader, unbeaten, len(rows), int((rows["verdict"] == BETTER).sum()))


def short(lead: Lead) -> str:
    """Say it in three words."""
    if not lead.pairs:
        return "No votes"
    if lead.leader is not None:
        return f"{lead.leader} leads"
    return "No single leader" if lead.shown else "No difference shown"


def sentence(lead: Lead, title: str, *, rater_kind: str = "person") -> str:
    """Say it in a sentence or two; `title` names the dimension inside it. Names are as given: escape where shown."""
    if not lead.pairs:
        return f"No votes on {title}."
    if not lead.shown:
        text = f"no difference is shown on {title} between any two of the {len(lead.models)} models."
    elif lead.leader is not None:
        others = [model for model in lead.models if model != lead.leader]
        whom = _and(others) if len(others) <= 3 else f"every one of the {len(others)} other models"
        text = f"{lead.leader} is preferred to {whom} on {title}."
    else:
        text = f"no model leads on {title}: {_unbeaten(lead)}."
    whose = WHOSE.get(rater_kind, "")
    # A model's name keeps its own first letter.
    return whose + text if whose or lead.leader is not None else text[:1].upper() + text[1:]


def _unbeaten(lead: Lead) -> str:
    shown = f"a difference is shown on {lead.shown} of {lead.pairs} pairs"
    if not lead.unbeaten:
        return f"{shown}, but every model is behind another"
    if len(lead.unbeaten) == 1:
        return f"none is shown to be better than {lead.unbeaten[0]}, nor {lead.unbeaten[0]} than all others; {shown}"
    if len(lead.unbeaten) > 4:
        return f"{shown}, and {len(lead.unbeaten)} models stand behind no other"
    return f"none is shown to be better than {_and(lead.unbeaten, last='or')}; {shown}"


def _and(names: Sequence[str], *, last: str = "and") -> str:
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)
