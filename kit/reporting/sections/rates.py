"""One pair of models on one dimension: the numbers and the verdict in the page's words."""

from typing import Any

from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import Number, number
from kit.reporting.sections.phrases import plural


def rate_of(win: Any) -> Number:
    """The win rate of the first model with its 95% interval."""
    return number(
        win.win_rate,
        "rate",
        low=win.low,
        high=win.high,
        n=int(win.n_votes),
        source=f"votes {win.dimension}: {win.model_a} against {win.model_b}, interval {win.interval_kind}",
    )


def lead_of(win: Any) -> dict[str, Any]:
    """The rate seen from the model that is ahead (the first where they are level), as the sentences say it."""
    if win.win_rate >= 0.5 or not win.n_votes:
        return {"model": win.model_a, "rate": rate_of(win)}
    turned = number(
        1 - win.win_rate,
        "rate",
        low=1 - win.high,
        high=1 - win.low,
        n=int(win.n_votes),
        source=f"votes {win.dimension}: {win.model_b} against {win.model_a}, interval {win.interval_kind}",
    )
    return {"model": win.model_b, "rate": turned}


def tone_of(verdict: Any) -> str:
    """The class that colours a verdict: first, second, none or absent."""
    if verdict.verdict == "no votes":
        return "tone-absent"
    if verdict.verdict != "better":
        return "tone-none"
    return "tone-first" if verdict.better == verdict.model_a else "tone-second"


def short_of(verdict: Any) -> str:
    """A verdict in three words."""
    if verdict.verdict == "no votes":
        return "No votes"
    return f"{verdict.better} better" if verdict.verdict == "better" else "No difference shown"


def basis_of(win: Any) -> str:
    """What a rate rests on: '12 votes, 4 prompts, 3 raters'."""
    if not win.n_votes:
        return "nobody has voted on this"
    return ", ".join(
        (
            plural(int(win.n_votes), "vote"),
            plural(int(win.n_prompts), "prompt"),
            plural(int(win.n_raters), "rater"),
        )
    )


def alt_of(win: Any, rate: Number) -> str:
    """The interval bar in words."""
    if rate["value"] is None:
        return f"No win rate of {win.model_a} against {win.model_b}: no votes."
    text = f"Win rate of {win.model_a} against {win.model_b}: {rate['text']}"
    if "interval" in rate:
        text += f", 95% interval {rate['interval']}"
    return text + "; 50% is a tie."


def joined(material: Material) -> list[tuple[Any, Any]]:
    """Rows of `wins` with the rows of `verdicts` that go with them, in the comparison's order."""
    key = ("dimension", "model_a", "model_b")
    verdicts = {tuple(getattr(row, k) for k in key): row for row in rows_of(material.comparison.verdicts)}
    return [(win, verdicts[tuple(getattr(win, k) for k in key)]) for win in rows_of(material.comparison.wins)]
