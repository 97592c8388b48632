"""What would change a recommendation: what it lacks, and what would overturn it."""

import math
from typing import Any

from kit.reporting.material import Material, rows_of
from kit.reporting.sections.named import title_of, votes_by
from kit.reporting.sections.phrases import listed, plural
from kit.stats.recommending import NONE, ONE, SEVERAL, Recommendation
from kit.stats.verdict import NO_DIFFERENCE
from kit.wording import about

MOST_NEEDED = 4  # dimensions with a number of prompts
_FAR = 10_000  # prompts beyond which a number says nothing


def changes(material: Material, made: Recommendation) -> list[str]:
    """A sentence for each thing, in the order of what weighs most."""
    return [
        *_source(material),
        *_votes(material),
        *_needed(material),
        *_unknown(material),
        *_overturned(material, made),
    ]


def _source(material: Material) -> list[str]:
    found = []
    if material.sandbox_clips:
        found.append("Clips of real models: those of the kit's own renderer say nothing of any.")
    kind = material.comparison.rater_kind
    if len(material.cast) and kind != "person":
        found.append(f"Votes of people in place of {votes_by(material)}.")
    return found


def _votes(material: Material) -> list[str]:
    wins = rows_of(material.comparison.wins)
    if not len(material.cast):
        return ["Votes: there are none. Rate the pairs with kit rate, or bring votes with kit votes import."]
    found = []
    absent = [
        title_of(material, d)
        for d in material.rubric.ids
        if not any(w.n_votes for w in wins if w.dimension == d)
    ]
    if absent:
        found.append(f"Votes on {listed(absent)}: there are none.")
    if material.cast["rater"].nunique() == 1:
        found.append("Votes of others: all are one rater's, and others may choose otherwise.")
    return found


def _needed(material: Material) -> list[str]:
    """How many more prompts the dimensions without a shown difference would need, the fewest first."""
    rows = [v for v in rows_of(material.comparison.verdicts) if v.verdict == NO_DIFFERENCE]
    many = len(material.models) > 2
    counted = sorted(
        (v.prompts_needed, i, v)
        for i, v in enumerate(rows)
        if not math.isnan(v.prompts_needed) and 0 < v.prompts_needed <= _FAR
    )
    found = []
    if counted:
        parts = [
            f"{about(n)} on {title_of(material, v.dimension)}{_pair(v, many=many)}"
            for n, _, v in counted[:MOST_NEEDED]
        ]
        rest = len(counted) - MOST_NEEDED
        tail = f", and more for {plural(rest, 'other comparison')}" if rest > 0 else ""
        found.append(
            f"More prompts, if the votes go on as they went: about {listed(parts)}{tail} would be needed to show the difference "
            "that is there now, which may be chance."
        )
    short = list(dict.fromkeys(title_of(material, v.dimension) for v in rows if v.needs == "raters"))
    if short:
        found.append(
            f"More raters on {listed(short)}: the lead is small beside how far raters' tastes may differ, so that more prompts "
            "alone may not settle it."
        )
    return found


def _pair(verdict: Any, *, many: bool) -> str:
    return f" ({verdict.model_a} and {verdict.model_b})" if many else ""


def _unknown(material: Material) -> list[str]:
    """Clips without a time or a price."""
    speed, cost = rows_of(material.comparison.speed), rows_of(material.comparison.cost)
    done = sum(int(r.n_done) for r in speed)
    found = []
    for known, words in (
        (sum(int(r.n_timed) for r in speed), "times"),
        (min(done, sum(int(r.n_priced) for r in cost)), "prices"),
    ):
        if known < done:
            which = "none is" if not known else f"{known} of {done} are"
            found.append(f"Generation {words} of every clip: {which} recorded.")
    waiting = sum(int(r.n_open) for r in speed)
    if waiting:
        found.append(
            f"What becomes of {plural(waiting, 'request')} that {'has' if waiting == 1 else 'have'} not ended."
        )
    return found


def _overturned(material: Material, made: Recommendation) -> list[str]:
    """What would speak against what is recommended."""
    found = []
    if made.quick.outcome != NONE:
        found.append("Another day: waiting times at a provider, prices, and the model behind a name change.")
    if made.quick.outcome in {ONE, SEVERAL}:
        needed = listed([title_of(material, d) for d in made.needed], last="or")
        chosen = listed(made.quick.models, last="or")
        found.append(f"For quick iteration: votes that show another model better than {chosen} on {needed}.")
    if made.final.outcome in {ONE, SEVERAL}:
        chosen = listed(made.final.models, last="or")
        found.append(
            f"For final renders: votes that show another model better than {chosen} on any dimension."
        )
    return found
