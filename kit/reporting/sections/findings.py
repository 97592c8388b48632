"""Findings: for each dimension what raters chose, in a sentence, a table, an interval and a plot.

Prompt adherence has in addition what programs can check of it: the camera, and what was asked of the file.
"""

from typing import Any

from kit.reporting.figures import Figures
from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import number
from kit.reporting.plots import vote_plots
from kit.reporting.sections import camera, delivered
from kit.reporting.sections.missing import note
from kit.reporting.sections.rates import alt_of, joined, lead_of, rate_of, tone_of
from kit.wording import finding

ADHERENCE = "prompt_adherence"
MOST_NOTES = 12
MOST_SENTENCES = 6


def section(material: Material, figures: Figures) -> dict[str, Any]:
    """The data of the section."""
    found = joined(material)
    dimensions = list(dict.fromkeys(w.dimension for w, _ in found))
    voted = [d for d in dimensions if any(w.n_votes for w, _ in found if w.dimension == d)]
    checked = {"camera": camera.finding(material), "delivered": delivered.finding(material)}
    shown = voted if ADHERENCE in voted or not any(checked.values()) else [ADHERENCE, *voted]
    missing = []
    if not voted:
        missing.append(
            note(
                "There are no votes, so there is nothing to find."
                if not shown
                else "There are no votes: what follows is what programs checked.",
                "kit votes import STUDY votes.csv",
            )
        )
    return {
        "id": "findings",
        "template": "findings",
        "heading": "Findings",
        "missing": missing,
        "plots": [figures.add(p, f"wins-{i}") for i, p in enumerate(vote_plots(material), start=1)],
        "dimensions": [
            _dimension(material, d, [p for p in found if p[0].dimension == d])
            | (checked if d == ADHERENCE else dict.fromkeys(checked))
            for d in shown
        ],
    }


def _dimension(material: Material, name: str, pairs: list[tuple[Any, Any]]) -> dict[str, Any]:
    known = name in material.rubric.ids
    title = material.dimension_title(name) if known else name.replace("_", " ").capitalize()
    return {
        "id": name,
        "anchor": f"finding-{name}",
        "title": title,
        "question": material.rubric[name].question if known else "",
        "sentences": [_sentence(material, w, v) for w, v in pairs if w.n_votes][:MOST_SENTENCES],
        "counts_caption": f"{title}: votes by choice, and the win rate with its 95% interval (a tie counts half)",
        "rates": [_row(w, v) for w, v in pairs if w.n_votes],
        "notes": _notes(material, name),
    }


def _sentence(material: Material, win: Any, verdict: Any) -> str:
    return finding(
        verdict._asdict(),
        win._asdict(),
        title=material.dimension_title(win.dimension).lower(),
        rater_kind=material.comparison.rater_kind or "person",
    )


def _row(win: Any, verdict: Any) -> dict[str, Any]:
    rate = rate_of(win)
    source = f"votes {win.dimension}"
    counts = {
        "wins_a": win.a, "wins_b": win.b, "both_good": win.both_good, "both_bad": win.both_bad, "tie": win.tie,
        "votes": win.n_votes, "prompts": win.n_prompts, "raters": win.n_raters,
    }  # fmt: skip
    return {
        "a": win.model_a,
        "b": win.model_b,
        "rate": rate,
        "lead": lead_of(win),
        "alt": alt_of(win, rate),
        "tone": tone_of(verdict),
        "verdict": verdict.verdict,
        "better": verdict.better if isinstance(verdict.better, str) else None,
        "corrected": number(
            win.win_rate, "share", low=win.corrected_low, high=win.corrected_high, n=int(win.n_votes),
            source=f"interval at level {win.corrected_level:.4g}",
        ),
        "p_holm": number(win.p_holm, source=f"the larger of p_permutation and p_clustered, Holm over {int(win.family)}"),
        "p_permutation": number(win.p_permutation, source=str(win.permutation_method)),
        "p_clustered": number(win.p_clustered, source="Student's t, prompts and raters as samples"),
        "p_sign": number(win.p_sign, source="sign test"),
        "prompts_needed": number(verdict.prompts_needed, "count"),
        **{key: number(value, "count", source=source) for key, value in counts.items()},
    }  # fmt: skip


def _notes(material: Material, dimension: str) -> list[dict[str, str]]:
    titles = material.prompt_titles
    place = {p: i for i, p in enumerate(titles)}
    votes = material.votes
    rows = [
        row
        for row in rows_of(votes[votes["dimension"] == dimension])
        if isinstance(row.note, str) and row.note.strip()
    ]
    rows.sort(
        key=lambda r: (place.get(r.prompt_id, len(place)), r.take, r.model_a, r.model_b, r.rater, r.note)
    )
    return [
        {"note": row.note, "rater": row.rater, "prompt": titles.get(row.prompt_id, row.prompt_id)}
        for row in rows[:MOST_NOTES]
    ]
