"""What was held constant, what was compared and what was not tested, read off the data rather than claimed."""

from typing import Any

from kit.canonical import canonical
from kit.cards import Cards
from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import NONE
from kit.reporting.sections.constant import constant
from kit.reporting.sections.models import known_cards
from kit.reporting.sections.phrases import days, listed, plural
from kit.reporting.sections.rates import joined


def compared(material: Material) -> list[dict[str, str]]:
    """What stands side by side on this page, from the study's own data."""
    takes = material.requests["take"].nunique() if len(material.requests) else 0
    shown_prompts = {g.prompt_id for g in material.groups}
    facts = [
        ("Models", listed(material.models) or NONE),
        (
            "Prompts",
            plural(len(shown_prompts), "prompt")
            + (f", {plural(takes, 'take')} each at most" if takes > 1 else ""),
        ),
        ("Clips", plural(len(material.refs), "clip")),
        ("Votes", _ballots(material.votes, "vote")),
        ("Scores", _ballots(material.scores, "score")),
        ("Measured", _measured(material)),
        ("Settings", _settings(material)),
    ]
    providers = sorted({str(p) for p in material.requests["provider"]}) if len(material.requests) else []
    if providers:
        facts.append(("Made by", listed(["imported" if p == "import" else p for p in providers])))
    return [{"label": label, "text": text} for label, text in facts]


def _ballots(frame: Any, noun: str) -> str:
    if frame.empty:
        return "none"
    raters = frame[["rater", "rater_kind"]].drop_duplicates()
    kinds = [
        plural(
            int(count),
            {"person": "person", "judge": "judge", "simulated": "simulated rater"}[kind],
            {"person": "people", "judge": "judges", "simulated": "simulated raters"}[kind],
        )
        for kind, count in sorted(raters["rater_kind"].value_counts().items())
    ]
    when = days(list(frame["created_at"]))
    return f"{plural(len(frame), noun)} by {listed(kinds)}" + (f", {when}" if when else "")


def _measured(material: Material) -> str:
    if material.measurements.empty:
        return "nothing yet"
    clips = material.measurements["clip"].nunique()
    return f"{plural(material.measurements['metric'].nunique(), 'metric')} on {plural(clips, 'clip')}"


def _settings(material: Material) -> str:
    texts = sorted(
        {
            ", ".join(f"{k} {v}" for k, v in sorted(s.items())) or "not stated"
            for s in material.requests["settings"]
        }
    )
    return (
        "; ".join(texts[:4]) + (f"; and {len(texts) - 4} more" if len(texts) > 4 else "")
        if texts
        else "not stated"
    )


def not_compared(material: Material, pairs: list[tuple[Any, Any]]) -> list[str]:
    """What this comparison cannot speak of, in sentences."""
    found: list[str] = []
    absent = list(
        dict.fromkeys(
            material.dimension_title(d)
            for d in material.rubric.ids
            if not any(w.n_votes for w, _ in pairs if w.dimension == d)
        )
    )
    if absent and len(absent) < len(material.rubric.ids):
        found.append(f"No votes on {listed([t.lower() for t in absent])}.")
    alone = [g for g in material.groups if len(g.rows) == 1 and len(material.models) > 1]
    if alone:
        found.append(
            f"{plural(len(alone), 'prompt and take', 'prompts and takes')} with a clip of one model only: nothing to compare it with."
        )
    partial = [g for g in material.groups if 1 < len(g.rows) < len(material.models)]
    if partial:
        found.append(
            f"{plural(len(partial), 'prompt and take', 'prompts and takes')} without a clip of every model."
        )
    shown = {g.prompt_id for g in material.groups}
    empty = [p for p in material.prompts["prompt_id"] if p not in shown]
    if empty:
        found.append(f"{plural(len(empty), 'prompt')} without any clip.")
    if material.faults:
        faulty = sum(ref.clip in material.faults for ref in material.refs)
        if faulty:
            found.append(
                f"{plural(faulty, 'clip')} that could not be decoded whole: measured in part or not at all."
            )
    sound = sum(bool(material.clip[ref.clip].has_audio) for ref in material.refs)
    found.append(
        f"Sound: {plural(sound, 'clip has', 'clips have')} it, and nothing here judges it."
        if sound
        else "Sound: no clip has any."
    )
    if len(material.requests) and material.requests["take"].nunique() == 1:
        found.append("How much a model varies from take to take: there is one take of each prompt.")
    if not any(row.n_timed for row in rows_of(material.comparison.speed)):
        found.append("Generation time: not recorded for these clips.")
    if not any(row.n_priced for row in rows_of(material.comparison.cost)):
        found.append("Cost: not recorded for these clips.")
    found += _of_few(material)
    sizes = {(material.clip[ref.clip].width, material.clip[ref.clip].height) for ref in material.refs}
    rates = {round(float(material.clip[ref.clip].fps), 2) for ref in material.refs}
    if len(sizes) > 1 or len(rates) > 1:
        found.append(
            "Like with like in format: the clips differ in picture size or frame rate, and are shown as they came."
        )
    return found


def _of_few(material: Material) -> list[str]:
    """What so few raters, prompts and settings leave unknown, and the votes that are not on this page."""
    found = []
    cast = material.cast
    if len(cast):
        if cast["rater"].nunique() == 1:
            found.append("How others would choose: all votes come from one rater.")
        if cast["prompt_id"].nunique() == 1:
            found.append("Other prompts: all votes are on one.")
    left = len(material.votes) - len(cast)
    if left:
        found.append(
            f"{plural(left, 'vote')} by other kinds of raters: kinds are compared one at a time, and never added together."
        )
    asked = {canonical(row.settings) for row in rows_of(material.requests) if row.settings}
    if len(asked) == 1:
        found.append("Other settings: every clip whose settings are known was asked for with the same.")
    return found


def section(material: Material, cards: Cards) -> dict[str, Any] | None:
    """The data of the section; None without any clip."""
    if not material.refs:
        return None
    held = constant(material, known_cards(material.models, cards))
    return {
        "id": "scope",
        "template": "scope",
        "heading": "What was held constant, and what was not tested",
        "compared": compared(material),
        "lines": held["lines"],
        "tables": held["tables"],
        "not_compared": not_compared(material, joined(material)),
    }
