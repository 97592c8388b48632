"""The recommendation for final renders in words; the decision is `kit.stats.recommending.recommend`'s."""

from kit.reporting.material import Material
from kit.reporting.sections.named import capital, recommended, title_of, titles_of, voted_dimensions, votes_by
from kit.reporting.sections.phrases import listed
from kit.stats.recommending import DEPENDS, NONE, ONE, Choice, Recommendation


def short(material: Material, made: Recommendation) -> str:
    """The recommendation in a line, as it goes on after 'For final renders: '."""
    choice = made.final
    if choice.outcome == NONE:
        return f"no recommendation. {_nothing(material)}"
    if choice.outcome == DEPENDS:
        return f"{_depends(material, made)}"
    said = [f"{model}, {better_words(material, made, model)}" for model in choice.models]
    return f"{'; or '.join(said)}."


def _nothing(material: Material) -> str:
    if not len(material.cast):
        return "Nobody has voted."
    wins = material.comparison.wins
    dimensions = wins.loc[wins["n_votes"] > 0, "dimension"].nunique()
    on = "the one dimension" if dimensions == 1 else f"any of the {dimensions} dimensions"
    return f"The {votes_by(material)} show no difference on {on} that they are on."


def _depends(material: Material, made: Recommendation) -> str:
    parts = []
    for dimension in material.rubric.ids:
        won = [(m, o) for m, o, d in made.better if d == dimension]
        ahead = [m for m in material.models if m in {m for m, _ in won} - {o for _, o in won}]
        if ahead:
            parts.append(f"{title_of(material, dimension)}: {listed(ahead, last='or')}")
    listing = "; ".join(parts) if parts else "none is ahead on a dimension without being behind on it too"
    return f"it depends on which dimension matters to you. By the {votes_by(material)}, {listing}."


def better_words(material: Material, made: Recommendation, model: str) -> str:
    """'preferred by the votes to B and C on video realism and to D on artifacts'."""
    by_lead: dict[tuple[str, ...], list[str]] = {}
    for other in material.models:
        lead = tuple(d for d in material.rubric.ids if (model, other, d) in made.better)
        if lead:
            by_lead.setdefault(lead, []).append(other)
    parts = [f"to {listed(others)} on {titles_of(material, lead)}" for lead, others in by_lead.items()]
    return f"preferred by the {votes_by(material)} {listed(parts)}"


def lines(material: Material, made: Recommendation) -> list[str]:
    """The recommendation with what it rests on, and what it costs in time and money."""
    choice = made.final
    if choice.outcome == NONE:
        return ["No recommendation.", _nothing(material)]
    if choice.outcome == DEPENDS:
        return [capital(_depends(material, made))]
    found = [_chosen(material, made, choice, model) for model in choice.models]
    return [f"{recommended(material)}: {listed(choice.models, last='or')}.", *found]


def _chosen(material: Material, made: Recommendation, choice: Choice, model: str) -> str:
    text = f"{model} is {better_words(material, made, model)}, and on no dimension is another shown better than it."
    level = [
        title_of(material, d)
        for d in material.rubric.ids
        if d in voted_dimensions(material, model)
        and not any(m == model and x == d for m, _, x in made.better)
    ]
    if level:
        text += f" On {listed(level)} no difference from it is shown."
    others = [
        o for o in material.models if o != model and not any((m, x) == (model, o) for m, x, _ in made.better)
    ]
    if others:
        text += f" Nothing shown tells it from {listed(others)}."
    if choice.outcome == ONE and made.quick.outcome == ONE and made.quick.models != choice.models:
        text += f" It {_price_in_time(made, model)} than {made.quick.models[0]}."
    return text


def _price_in_time(made: Recommendation, model: str) -> str:
    whats = [w for m, o, w in made.less if (m, o) == (made.quick.models[0], model)]
    words = {"time": "takes longer", "price": "costs more"}
    return listed([words[w] for w in whats]) if whats else "is not shown to take longer or to cost more"
