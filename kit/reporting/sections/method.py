"""How the votes were weighed, and what each dimension and measurement means."""

from typing import Any

from kit.comparison import RATER_KINDS
from kit.reporting.material import Material
from kit.reporting.sections.clips import metrics_in_order
from kit.reporting.sections.phrases import plural


def section(material: Material) -> dict[str, Any]:
    """The data of the section."""
    return {
        "id": "method",
        "template": "method",
        "heading": "Method",
        "parts": [
            {"title": "Pairs and votes", "lines": _protocol(material)},
            {"title": "When a model is called better", "lines": _rule(material)},
        ],
        "dimensions": [
            {"id": d.id, "title": d.title, "question": d.question, "look_at": list(d.look_at)}
            for d in material.rubric.dimensions
        ],
        "metrics": _metrics(material, facts=False),
        "facts": _metrics(material, facts=True),
    }


_PAIRS = """\
Two clips are compared when they were made from the same prompt with the same settings, and are the same take. A rater
chooses the better one on one dimension at a time, or says that both are good or both are bad; those two, and a plain
tie, count as half a win for each."""

_RULE = """\
A model is called better on a dimension only where two things hold. First, two tests speak for it, the weaker of
them corrected by Holm's procedure over every dimension and pair that was voted on and then at or below .05: an exact one
that flips the signs of the preferences per prompt, and Student's t with prompts and raters both taken as samples, since
other raters might choose otherwise. Second, the interval of the win rate, at the level so corrected, excludes a tie. Everything else is called
'no difference shown', which is not the same as equal."""

_INTERVALS = """\
Intervals on this page are 95% intervals. Those of win rates and differences come from resampling the prompts, {draws}
draws with the seed {seed}, and those of win rates are widened by how far raters differ; where there are too few prompts for that, an exact interval is given, or none."""


def _protocol(material: Material) -> list[str]:
    kind = material.comparison.rater_kind
    lines = [_flat(_PAIRS)]
    if kind is not None:
        lines.append(
            f"This page compares what {RATER_KINDS[kind]} chose; kinds of raters are never added together. "
            "Where the same rater changed a vote, the newest counts."
        )
    unknown = int(material.votes["left_model"].isna().sum()) if len(material.votes) else 0
    if unknown:
        lines.append(
            f"Which clip stood on the left is not recorded for {plural(unknown, 'vote')}, "
            "so a preference for one side cannot be ruled out there."
        )
    return lines


def _rule(material: Material) -> list[str]:
    comparison = material.comparison
    family = max((int(n) for n in comparison.wins["family"]), default=0) if len(comparison.wins) else 0
    lines = [_flat(_RULE)]
    if family:
        lines.append(f"On this page the correction is over {plural(family, 'test')}.")
    return [*lines, _flat(_INTERVALS).format(draws=f"{comparison.draws:,}", seed=comparison.seed)]


def _flat(text: str) -> str:
    return " ".join(text.split())


def _metrics(material: Material, *, facts: bool) -> list[dict[str, str]]:
    return [
        _metric(material, name)
        for name in metrics_in_order(material)
        if name in material.metrics and (material.metrics[name].dimension == "facts") == facts
    ]


def _metric(material: Material, name: str) -> dict[str, str]:
    metric = material.metrics[name]
    better = {"higher": "Higher is better.", "lower": "Lower is better."}.get(metric.better or "", "")
    return {
        "name": name,
        "label": metric.label,
        "unit": metric.unit,
        "meaning": metric.meaning,
        "better": better,
        "not_meaning": metric.not_meaning,
        "source": metric.source,
    }
