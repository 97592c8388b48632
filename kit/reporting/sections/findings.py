"""Findings: for each dimension what raters chose, and what measurements, checks and notes say beside it.

Prompt adherence has in addition what can be checked of it: the camera, what was asked of the file, the prompts' checks.
"""

from typing import Any

from kit.reporting.figures import Figures
from kit.reporting.material import Material
from kit.reporting.numbers import number
from kit.reporting.plots import vote_plots
from kit.reporting.sections import camera, checked, delivered, evidence
from kit.reporting.sections.missing import note
from kit.reporting.sections.notes import notes_on, quoted
from kit.reporting.sections.rates import alt_of, joined, lead_of, rate_of, tone_of
from kit.stats.verdict import BETTER
from kit.wording import finding, inside

Pairs = list[tuple[Any, Any]]  # rows of `Comparison.wins` with their rows of `verdicts`

ADHERENCE = "prompt_adherence"
MOST_NOTES = 12
MOST_SENTENCES = 6


def section(material: Material, figures: Figures) -> dict[str, Any]:
    """The data of the section."""
    found = joined(material)
    by_dimension: dict[str, Pairs] = {}
    for win, verdict in found:
        by_dimension.setdefault(win.dimension, []).append((win, verdict))
    voted = [d for d, pairs in by_dimension.items() if any(w.n_votes for w, _ in pairs)]
    checks = {"camera": camera.finding(material), "delivered": delivered.finding(material)}
    beside = [
        d
        for d in material.rubric.ids
        if d not in voted
        and (
            any(claim.points_to is not None for claim in evidence.claims_on(material, d))
            or (d == ADHERENCE and (any(checks.values()) or checked.answers(material)))
        )
    ]
    shown = [d for d in dict.fromkeys([*material.rubric.ids, *by_dimension]) if d in {*voted, *beside}]
    missing = []
    if not voted:
        missing.append(
            note(
                "There are no votes: what follows is what programs measured and checked."
                if shown
                else "There are no votes, so there is nothing to find.",
                "kit votes import STUDY votes.csv",
            )
        )
    return {
        "id": "findings",
        "template": "findings",
        "heading": "Findings",
        "missing": missing,
        "how": evidence.how_measured(material) if shown else "",
        "plots": [figures.add(p, f"wins-{i}") for i, p in enumerate(vote_plots(material), start=1)],
        "dimensions": [
            _dimension(material, d, by_dimension.get(d, []))
            | (checks if d == ADHERENCE else dict.fromkeys(checks))
            for d in shown
        ],
    }


def _dimension(material: Material, name: str, pairs: Pairs) -> dict[str, Any]:
    known = name in material.rubric.ids
    title = material.dimension_title(name) if known else name.replace("_", " ").capitalize()
    notes = notes_on(material, name)
    quote = quoted(material, notes)
    beside = evidence.measured(material, name, [v for _, v in pairs])
    if name == ADHERENCE:
        beside += checked.checked(material)
    return {
        "id": name,
        "anchor": f"finding-{name}",
        "title": title,
        "question": material.rubric[name].question if known else "",
        "sentences": _said(material, title, pairs),
        "beside": beside,
        "counts_caption": f"{title}: votes by choice, and the win rate with its 95% interval (a tie counts half)",
        "rates": [_row(w, v) for w, v in pairs if w.n_votes],
        "quoted": quote,
        # A single note that is quoted needs no list.
        "notes": [] if quote and quote["quote"] and len(notes) == 1 else notes[:MOST_NOTES],
        "notes_count": len(notes),
    }


def _said(material: Material, title: str, pairs: Pairs) -> list[str]:
    """What the votes say: of two models in a sentence, of more in a count, then the pairs that differ, then others."""
    voted = [(w, v) for w, v in pairs if w.n_votes]
    if not voted and len(material.cast):
        return [f"No votes on {inside(title)}."]
    if len(voted) <= MOST_SENTENCES:
        return [_sentence(material, w, v) for w, v in voted]
    better = [(w, v) for w, v in voted if v.verdict == BETTER]
    text = f"Of {len(voted)} pairs of models with votes on {inside(title)}, "
    text += (
        f"{len(better)} show{'s' if len(better) == 1 else ''} a difference"
        if better
        else "none shows a difference"
    )
    named = better[: MOST_SENTENCES - 1]
    left = len(better) - len(named)
    text += f"; {left} of them stand only in the table." if left else "; the table has them all."
    return [text, *(_sentence(material, w, v) for w, v in named)]


def _sentence(material: Material, win: Any, verdict: Any) -> str:
    return finding(
        verdict._asdict(),
        win._asdict(),
        title=inside(material.dimension_title(win.dimension)),
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
