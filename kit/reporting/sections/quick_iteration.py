"""The recommendation for quick iteration in words; the decision is `kit.stats.recommending.recommend`'s."""

import math
from collections.abc import Sequence

from kit.reporting.material import Material
from kit.reporting.sections.named import (
    capital,
    count_of_votes,
    recommended,
    title_of,
    titles_of,
    voted_dimensions,
    votes_by,
)
from kit.reporting.sections.phrases import listed, plural
from kit.reporting.sections.rates import joined
from kit.reporting.sections.ratios import circumstances, less_of, unshown
from kit.stats.recommending import DEPENDS, NONE, WORSE, Recommendation
from kit.stats.verdict import BETTER
from kit.wording import interval, percent


def short(material: Material, made: Recommendation) -> str:
    """The recommendation in a line, as it goes on after 'For quick iteration: '."""
    choice = made.quick
    if choice.outcome == NONE:
        return f"no recommendation. {' '.join(unshown(material))}"
    if choice.outcome == DEPENDS:
        return f"{_depends(material, made)}"
    said = [f"{model}, {less_of(material, made, model)}" for model in choice.models]
    return f"{'; or '.join(said)}."


def _depends(material: Material, made: Recommendation) -> str:
    choice = made.quick
    if choice.why == WORSE:
        names = titles_of(material, made.needed, last="or")
        parts = [
            f"{model} is {less_of(material, made, model)}, but the {votes_by(material)} prefer "
            f"{_to_it(material, made, model, made.needed)}"
            for model in choice.models
        ]
        return f"it depends on whether a draft may do worse on {names}. {_sentences(parts)}"
    parts = [f"{model} is {less_of(material, made, model)}" for model in choice.models]
    return f"it depends on whether time or money matters more. {_sentences(parts)}"


def lines(material: Material, made: Recommendation) -> list[str]:
    """The recommendation with what it gives up, and the times themselves."""
    choice = made.quick
    if choice.outcome == NONE:
        return ["No recommendation.", *unshown(material), *circumstances(material)]
    if choice.outcome == DEPENDS:
        return [capital(_depends(material, made)), *circumstances(material)]
    said = [f"{model}, {less_of(material, made, model)}" for model in choice.models]
    found = [f"{recommended(material)}: {'; or '.join(said)}."]
    for model in choice.models:
        found += [_price_in_quality(material, made, model), *_apart(material, made, model)]
    return [*found, *circumstances(material)]


def _price_in_quality(material: Material, made: Recommendation, model: str) -> str:
    """What is given up for time and money, by the votes."""
    lost = _to_it(material, made, model, material.rubric.ids)
    said = votes_by(material)
    if lost:
        text = f"What that costs: the {said} prefer {lost}."
    elif not len(material.cast):
        return "What that costs in quality is not known: nobody has voted."
    else:
        text = f"On no dimension do the {said} show another model better than {model}."
    for dimension in made.needed:
        text += _on_needed(material, model, dimension)
    return text


def _on_needed(material: Material, model: str, dimension: str) -> str:
    """What is known of a dimension that a draft cannot do without, where no difference is shown on it."""
    title = title_of(material, dimension)
    if dimension not in voted_dimensions(material, model):
        return f" There are no votes on {title}, which a draft cannot do without."
    pairs = [
        (w, v) for w, v in joined(material) if w.dimension == dimension and model in {w.model_a, w.model_b}
    ]
    if len(pairs) != 1 or pairs[0][1].verdict == BETTER:
        return ""
    win = pairs[0][0]
    rate, low, high = (win.win_rate, win.low, win.high)
    if model != win.model_a:
        rate, low, high = 1 - rate, 1 - high, 1 - low
    ends = "no interval" if math.isnan(low) else f"95% interval {interval(low, high)}"
    return (
        f" On {title}, which a draft cannot do without, no difference is shown: {percent(rate)} for {model} ({ends}, "
        f"{count_of_votes(material, int(win.n_votes))} on {plural(int(win.n_prompts), 'prompt')})."
    )


def _to_it(material: Material, made: Recommendation, model: str, dimensions: Sequence[str]) -> str:
    """'B and C to it on video realism and D to it on artifacts': the models that votes prefer to this one."""
    by_lead: dict[tuple[str, ...], list[str]] = {}
    for other in material.models:
        lead = tuple(d for d in dimensions if (other, model, d) in made.better)
        if lead:
            by_lead.setdefault(lead, []).append(other)
    return listed([f"{listed(o)} to it on {titles_of(material, lead)}" for lead, o in by_lead.items()])


def _apart(material: Material, made: Recommendation, model: str) -> list[str]:
    """Which other models time and price do not tell from this one."""
    same = [o for o in material.models if o != model and not made.advantage(model, o)]
    if not same:
        return []
    return [f"Neither time nor price is shown to tell {model} from {listed(same)}."]


def _sentences(parts: list[str]) -> str:
    return " ".join(f"{part}." for part in parts)
