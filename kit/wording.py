"""Findings in words, never stronger than the numbers behind them.

Plain text: model names stand in it as they were given, so whoever shows it escapes it.
"""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kit.stats.verdict import BETTER, NO_VOTES

if TYPE_CHECKING:
    from kit.comparison import Comparison
    from kit.rubric import Rubric

_VOTES = {"person": "vote", "simulated": "simulated vote", "judge": "judge's vote"}


def percent(share: float) -> str:
    """Return a share of 0..1 as a whole percentage; what is not quite 0 or 1 is not shown as such."""
    whole = round(100 * share)
    if whole >= 100 and share < 1:
        return "over 99%"
    return "under 1%" if whole <= 0 and share > 0 else f"{whole}%"


def interval(low: float, high: float) -> str:
    """Return two ends of an interval of 0..1, rounded outwards, so that it is never narrower than it was."""
    return f"{math.floor(100 * low + 1e-9)}% to {math.ceil(100 * high - 1e-9)}%"


def about(number: float) -> str:
    """Return a positive number rounded up to two significant digits, with thousands marked: 783 is 790."""
    unit = 10 ** max(0, math.floor(math.log10(number)) - 1)
    return f"{math.ceil(number / unit - 1e-9) * unit:,}"


def _count(number: int, noun: str) -> str:
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun}s"


def dimension_words(dimension: str) -> str:
    """Return a dimension's id as words: `video_realism` is 'video realism'; fewer `artifacts` are better."""
    return "artifacts (fewer is better)" if dimension == "artifacts" else dimension.replace("_", " ")


def inside(title: str) -> str:
    """Return a title as it stands inside a sentence: 'Video realism' loses its capital, 'HDR' keeps it."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def _counts(wins: Mapping[str, Any], rater_kind: str) -> str:
    # "judge's vote" becomes "judge's votes" by the same s.
    raters = " by one rater" if int(wins["n_raters"]) == 1 else ""
    votes = _count(int(wins["n_votes"]), _VOTES.get(rater_kind, "vote"))
    return f"{votes}{raters} on {_count(int(wins['n_prompts']), 'prompt')}"


def _next_step(verdict: Mapping[str, Any], n_prompts: int) -> str:
    needed = float(verdict["prompts_needed"])
    if n_prompts < 2:
        return " One prompt cannot show a difference."
    if verdict["needs"] == "raters":
        return " More prompts alone may not settle it: the lead is small beside how far raters' tastes may differ."
    if math.isnan(needed):
        return ""
    if needed > 10_000:
        return " More than 10,000 further prompts would be needed to show a difference of this size."
    noun = "prompt" if needed == 1 else "prompts"
    return f" About {about(needed)} more {noun} would be needed to show a difference of this size."


def finding(
    verdict: Mapping[str, Any],
    wins: Mapping[str, Any],
    *,
    title: str | None = None,
    rater_kind: str = "person",
) -> str:
    """Say in one or two sentences what the votes show on one dimension for one pair of models.

    `verdict` and `wins` are matching rows of `Comparison.verdicts` and `Comparison.wins` (Series or dicts). `title`
    names the dimension where its id does not read well. Names a better model only where the verdict does.
    """
    name = title or dimension_words(str(verdict["dimension"]))
    pair = f"{verdict['model_a']} and {verdict['model_b']}"
    if verdict["verdict"] == NO_VOTES:
        return f"No votes on {name} for {pair}."
    rate, low, high = (float(wins[key]) for key in ("win_rate", "low", "high"))
    ends = (
        " (no interval from a single prompt)" if math.isnan(low) else f" (95% interval {interval(low, high)})"
    )
    counts = _counts(wins, rater_kind)
    if verdict["verdict"] == BETTER:
        if verdict["better"] != verdict["model_a"]:
            other, rate = verdict["model_a"], 1 - rate
            ends = f" (95% interval {interval(1 - high, 1 - low)})"
        else:
            other = verdict["model_b"]
        return f"{verdict['better']} is preferred to {other} on {name}: {percent(rate)}{ends}, {counts}, ties as halves."
    step = _next_step(verdict, int(wins["n_prompts"]))
    if rate == 0.5:
        return f"No difference shown on {name}: {counts}, {pair} level at 50%{ends}.{step}"
    if round(100 * rate) == 50:
        return f"No difference shown on {name}: {counts}, {pair} close to level, {verdict['model_a']} at {percent(rate)}{ends}.{step}"
    ahead = verdict["model_a"]
    if rate < 0.5:
        ahead, rate = verdict["model_b"], 1 - rate
        ends = ends if math.isnan(low) else f" (95% interval {interval(1 - high, 1 - low)})"
    other = verdict["model_b"] if ahead == verdict["model_a"] else verdict["model_a"]
    return (
        f"No difference shown on {name}: {counts}, {ahead} preferred to {other} in {percent(rate)}{ends}, "
        f"ties as halves.{step}"
    )


def findings(comparison: "Comparison", rubric: "Rubric | None" = None) -> list[str]:
    """Return one `finding` a dimension and pair, in the comparison's order; dimensions titled as in `rubric`.

    Without any votes there is nothing to say, and the list is empty: `Comparison.missing` says so.
    """
    if comparison.wins.empty or not int(comparison.wins["n_votes"].sum()):
        return []
    titles = {d.id: inside(d.title) for d in rubric.dimensions} if rubric is not None else {}
    rows = zip(comparison.verdicts.to_dict("records"), comparison.wins.to_dict("records"), strict=True)
    return [
        finding(
            {str(k): v for k, v in verdict.items()},
            {str(k): v for k, v in wins.items()},
            title=titles.get(str(verdict["dimension"])),
            rater_kind=comparison.rater_kind or "person",
        )
        for verdict, wins in rows
    ]
