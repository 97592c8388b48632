"""Which model for quick iteration and which for final renders, and what would change it.

The decision is `kit.stats.recommending.recommend`'s; here it is only put into words.
"""

from typing import Any

from kit.reporting.material import Material
from kit.reporting.sections import final_renders, quick_iteration
from kit.reporting.sections.changes import changes
from kit.reporting.sections.named import title_of
from kit.reporting.sections.phrases import plural
from kit.reporting.sections.ratios import decided, less_of, ratio_table
from kit.stats.recommending import ONE, Recommendation

_QUICK, _FINAL = "For quick iteration", "For final renders"

_RULE_QUICK = """\
Quick iteration trades quality for time and money: drafts are made to be thrown away, and may be worse to look at. A
model is recommended for it where it is shown to take less time or to cost less than another for the same prompts, and no
verdict calls another model better than it {needed}. Of several such models one that is shown to take less of either stands
before one that takes more; where one saves time and the other money, it depends."""
_RULE_LESS = """\
A model is shown to take less where the interval of the ratio over prompts (Student's t on logarithms), at the 99.5% level
corrected by Bonferroni over all such ratios on this page, leaves out 1, and it took less on more of the prompts, a prompt
for which no clip came counting as more than any. A price that is the same on every prompt is taken as it is."""
_RULE_FINAL = """\
For final renders only votes decide: a model is recommended where a verdict calls it better than another on at least one
dimension, and none calls another better than it. Where each is better on something, that is said and nothing more.
Measurements take no part in either."""


def section(material: Material) -> dict[str, Any] | None:
    """The data of the section; None where there are no two models with clips to choose between."""
    if not _comparable(material):
        return None
    made = decided(material)
    table = ratio_table(material)
    rule = [_RULE_QUICK.format(needed=_needed_words(material, made)), _RULE_LESS, _RULE_FINAL]
    known = table is not None or len(material.cast) > 0
    parts = [
        _part("quick", _QUICK, quick_iteration.lines(material, made), [table] if table is not None else []),
        _part("final", _FINAL, final_renders.lines(material, made), []),
        _listing("change", "What would change this", changes(material, made)),
        _part("rule", "How it is decided", [" ".join(text.split()) for text in rule], []),
    ]
    return {
        "id": "recommendation",
        "template": "plain",
        "heading": "Recommendation",
        "missing": [],
        # With nothing to decide from, one line for each use says it all.
        "lines": _warnings(material) + ([] if known else short(material)),
        "tables": [],
        "parts": parts if known else parts[2:],
    }


def short(material: Material) -> list[str]:
    """The recommendation in a line for each use, for a page that says at its top whose votes and clips it is from.

    Plain text: names stand in it as given, so whoever shows it escapes it. Empty where nothing can be compared.
    """
    if not _comparable(material):
        return []
    made = decided(material)
    lines = [
        f"{_QUICK}: {quick_iteration.short(material, made)}",
        f"{_FINAL}: {final_renders.short(material, made)}",
    ]
    if _agree(made):
        lines = [
            f"For quick iteration and for final renders: {made.quick.models[0]}, {_why_both(material, made)}."
        ]
    return lines


def _comparable(material: Material) -> bool:
    made = {row.model for group in material.groups for row in group.rows}
    return len(material.models) > 1 and len(made) > 1


def _part(name: str, title: str, lines: list[str], tables: list[Any]) -> dict[str, Any]:
    return {"anchor": f"recommended-{name}", "title": title, "lines": lines, "plots": [], "tables": tables}


def _listing(name: str, title: str, bullets: list[str]) -> dict[str, Any]:
    return {**_part(name, title, [], []), "bullets": bullets}


def _warnings(material: Material) -> list[str]:
    found = []
    made = material.sandbox_clips
    if made:
        which = (
            "The clips were" if made == len(material.refs) else f"{made} of {len(material.refs)} clips were"
        )
        found.append(
            f"{which} rendered by the kit itself: nothing here recommends a real model, and what follows only shows what "
            "the rule would say."
        )
    if material.comparison.rater_kind == "simulated" and len(material.cast):
        found.append(
            "The votes were made by a program: where votes decide, the choice is its, not that of people."
        )
    if material.comparison.rater_kind == "judge" and len(material.cast):
        found.append(
            "The votes are those of judges, which are models themselves: where votes decide, no person chose."
        )
    return found


def _agree(made: Recommendation) -> bool:
    return made.quick.outcome == made.final.outcome == ONE and made.quick.models == made.final.models


def _why_both(material: Material, made: Recommendation) -> str:
    model = made.final.models[0]
    return f"{less_of(material, made, model)}, and {final_renders.better_words(material, made, model)}"


def _needed_words(material: Material, made: Recommendation) -> str:
    if len(made.needed) == 1:
        return (
            f"on {title_of(material, made.needed[0])}, without which a draft says nothing of the final clip"
        )
    return f"on any of {plural(len(made.needed), 'dimension')}"
