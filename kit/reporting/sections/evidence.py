"""What the measurements of a dimension show beside its votes, in sentences that say no more than their intervals."""

import math
from collections.abc import Sequence
from typing import Any

from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import MINUS, NONE, number
from kit.reporting.sections.clips import BESIDE, unit_of
from kit.reporting.sections.named import title_of, votes_by
from kit.reporting.sections.phrases import listed, plural
from kit.stats.bootstrap import MIN_PROMPTS
from kit.stats.metric_claims import LEVEL, claim_differences
from kit.stats.metric_votes import FEW
from kit.stats.verdict import BETTER, NO_VOTES
from kit.wording import inside, percent

MOST_NAMED = 2  # measurements in a sentence

Verdicts = Sequence[Any]  # rows of `Comparison.verdicts` on one dimension
_COUNTED = {"moments", "cuts"}  # units that are the plural of a noun


def directions(material: Material) -> dict[str, str]:
    """Which way is better, by metric. Stability is left out: it rewards stillness."""
    return {
        name: metric.better
        for name, metric in material.metrics.items()
        if metric.better is not None and metric.dimension != "facts" and name not in BESIDE
    }


def claims_on(material: Material, dimension: str) -> list[Any]:
    """The rows of `claim_differences` of the metrics of one dimension; the family is that of all dimensions."""
    claims = claim_differences(material.comparison.measured, directions(material))
    return [row for row in rows_of(claims) if material.metrics[row.metric].dimension == dimension]


def how_measured(material: Material) -> str:
    """When a measurement is said to differ, and over how many it is corrected; '' where none was looked at.

    With fewer than six prompts it says, once for all dimensions, that none can be.
    """
    claims = claim_differences(material.comparison.measured, directions(material))
    if claims.empty:
        return ""
    prompts = int(claims["n_prompts"].max())
    if prompts < MIN_PROMPTS:
        return (
            f"No measurement can be shown to differ between models on {plural(prompts, 'prompt')}: an interval needs "
            f"{MIN_PROMPTS}. Their values are under Measurements."
        )
    return (
        "A measurement is said to show a difference where the 95% interval of its median difference within prompts leaves "
        f"out zero, and its sign test is at most {percent(LEVEL)} after the correction of Benjamini and Hochberg over the "
        f"{plural(len(claims), 'comparison')} that have a direction. It then points to the model on that side. It is "
        "not a vote: it finds faults of one kind, and says nothing of how a clip looks to people."
    )


def measured(material: Material, dimension: str, verdicts: Verdicts) -> list[str]:
    """What the measurements of a dimension show, and whether that is what the votes say; nothing below six prompts."""
    claims = claims_on(material, dimension)
    if not claims or max(claim.n_prompts for claim in claims) < MIN_PROMPTS:
        return []
    name = title_of(material, dimension)
    shown = [claim for claim in claims if claim.points_to is not None]
    metrics = len({claim.metric for claim in claims})
    prompts = max(int(claim.n_prompts) for claim in claims)
    many = len(material.models) > 2
    of = f"{plural(metrics, 'measurement')} of {name}"
    if many:
        of += f" ({plural(len(claims), 'comparison')} of two models)"
    if not shown:
        which = f"the one {of[2:]}" if metrics == 1 else f"any of the {of}"
        return [f"No difference shown by {which}, on {plural(prompts, 'prompt')}."]
    if many:
        return [_many(material, of, shown, verdicts)]
    shown.sort(key=lambda claim: (claim.p_sign, claim.metric))
    named = [_named(material, claim) for claim in shown[:MOST_NAMED]]
    rest = shown[MOST_NAMED:]
    verb = "shows" if len(shown) == 1 else "show"
    which = f"The one {of[2:]} with a direction shows" if metrics == 1 else f"Of {of}, {len(shown)} {verb}"
    text = f"{which} a difference: {'; '.join(named)}"
    if rest:
        counts = {model: sum(c.points_to == model for c in rest) for model in material.models}
        sides = [f"{n} to {model}" if n < len(rest) else f"to {model}" for model, n in counts.items() if n]
        text += f"; and {len(rest)} more, pointing {listed(sides)}"
    return [f"{text}. {_against_votes(material, shown, verdicts)}", *_follows(material, dimension, shown)]


def _named(material: Material, claim: Any) -> str:
    row = next(
        r
        for r in rows_of(material.comparison.measured)
        if (r.metric, r.model_a, r.model_b) == (claim.metric, claim.model_a, claim.model_b)
    )
    metric = material.metrics[claim.metric]
    # Said from the model that the metric points to: 'lower for X' where lower is the better side.
    first = claim.points_to == row.model_a
    word = metric.better
    on = int(row.a_higher if (word == "higher") == first else row.b_higher)
    low, high = sorted((abs(row.low), abs(row.high)))
    unit = unit_of(material, claim.metric)
    size = _amount(material, claim.metric, abs(row.median_difference))
    ends = " to ".join(number(end, unit, bare=True)["text"] for end in (low, high))
    return (
        f"{inside(metric.label)} is {word} for {claim.points_to} on {on} of {plural(int(row.n_prompts), 'prompt')}, in the "
        f"median by {size} (95% interval {ends})"
    )


def _amount(material: Material, metric: str, value: float) -> str:
    """A difference with its unit; a share says of what it is one."""
    unit = unit_of(material, metric)
    text = number(value, unit)["text"]
    if value == 1 and unit in _COUNTED:
        return text.removesuffix("s")
    whole = unit.removeprefix("share").strip()
    return f"{text} {whole}" if unit.startswith("share ") else text


def _against_votes(material: Material, shown: Sequence[Any], verdicts: Verdicts) -> str:
    """Whether measurements of two models point where the votes do."""
    sides = list(dict.fromkeys(claim.points_to for claim in shown))
    said = votes_by(material)
    verdict = next((v for v in verdicts if v.verdict != NO_VOTES), None)
    if verdict is None:
        how = "nobody has voted on it"
    elif verdict.verdict != BETTER:
        how = f"the {said} show no difference"
    else:
        how = f"the {said} prefer {verdict.better}"
    if len(sides) > 1:
        return f"They point both ways; {how}."
    points = f"It points to {sides[0]}" if len(shown) == 1 else f"All point to {sides[0]}"
    if verdict is None or verdict.verdict != BETTER:
        return f"{points}; {how}."
    if verdict.better == sides[0]:
        return f"{points}, as the {said} do."
    return f"{points}, and so the other way than the {said}, which prefer {verdict.better}."


def _many(material: Material, of: str, shown: Sequence[Any], verdicts: Verdicts) -> str:
    """Three and more models: how many comparisons differ, and how many of them point where the votes do."""
    better = {(v.model_a, v.model_b): v.better for v in verdicts if v.verdict == BETTER}
    with_votes = sum(better.get((c.model_a, c.model_b)) == c.points_to for c in shown)
    against = sum((c.model_a, c.model_b) in better for c in shown) - with_votes
    voted = {(v.model_a, v.model_b) for v in verdicts if v.verdict != NO_VOTES}
    unvoted = sum((c.model_a, c.model_b) not in voted for c in shown)
    silent = len(shown) - with_votes - against - unvoted
    said = votes_by(material)
    parts = [
        f"{n} {'points' if n == 1 else 'point'} {words}"
        for n, words in (
            (with_votes, f"to the model that the {said} prefer"),
            (against, f"to the other model than the {said} prefer"),
            (silent, f"to a model where the {said} show no difference"),
            (unvoted, "to a model where nobody voted"),
        )
        if n
    ]
    verb = "shows" if len(shown) == 1 else "show"
    return f"Of {of}, {len(shown)} {verb} a difference: {listed(parts)}. The tables under Measurements have them."


def _follows(material: Material, dimension: str, shown: Sequence[Any]) -> list[str]:
    """Whether the named measurements follow the votes pair by pair; that this is not known, where prompts are few."""
    rows = {r.metric: r for r in rows_of(material.correlations) if r.dimension == dimension}
    known = [rows[c.metric] for c in shown[:MOST_NAMED] if c.metric in rows]
    if not known:
        return []
    said = votes_by(material)
    prompts = max(int(r.n_prompts) for r in known)
    if prompts < FEW:
        them = "it follows" if len(shown) == 1 else "they follow"
        few = f"{plural(prompts, 'prompt')} with votes {'is' if prompts == 1 else 'are'} too few ({FEW} are needed)"
        return [f"Whether {them} the {said} pair by pair is not known: {few}."]
    return [f"Pair by pair, {listed([_followed(material, row, said) for row in known])}."]


def _followed(material: Material, row: Any, said: str) -> str:
    metric = material.metrics[row.metric]
    turn = 1 if metric.better == "higher" else -1
    low, high = sorted((turn * row.low, turn * row.high))
    # NaN ends, where a metric or the votes never change, follow nothing.
    how = "goes with" if low > 0 else "runs against" if high < 0 else "is not shown to go with"
    of = f"95% interval {_two(low)} to {_two(high)}, {plural(int(row.n_pairs), 'pair')}"
    rate = _two(turn * row.correlation)
    return f"{metric.better} {inside(metric.label)} {how} the {said} (rank correlation {rate}, {of})"


def _two(value: float) -> str:
    return f"{value + 0.0:.2f}".replace("-", MINUS) if math.isfinite(value) else NONE
