"""The answer: the verdicts on one screen, what they rest on, what was compared and what was not."""

from typing import Any

from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import NARROW, NONE, TIMES, Number, number
from kit.reporting.sections import camera
from kit.reporting.sections.missing import lacking
from kit.reporting.sections.phrases import listed, plural
from kit.reporting.sections.rates import alt_of, basis_of, joined, lead_of, rate_of, short_of, tone_of
from kit.reporting.sections.scope import compared, not_compared
from kit.reporting.tables import Cell, Table, column, table


def section(material: Material) -> dict[str, Any]:
    """The data of the section."""
    pairs = joined(material)
    voted = [(w, v) for w, v in pairs if w.n_votes]
    two = len(material.models) == 2
    verdicts = [_verdict(material, w, v) for w, v in pairs] if two and voted else []
    return {
        "id": "answer",
        "template": "answer",
        "heading": "The answer",
        "headline": _headline(material, pairs),
        "verdicts": verdicts,
        "matrix": None if two or not voted else _matrix(material, pairs),
        "how_to_read": _how_to_read(material, pairs) if voted else "",
        "noticed": camera.noticed(material),
        "missing": lacking(material),
        "glance": _glance(material),
        "compared": compared(material),
        "not_compared": not_compared(material, pairs),
    }


def _verdict(material: Material, win: Any, verdict: Any) -> dict[str, Any]:
    rate = rate_of(win)
    return {
        "dimension": win.dimension,
        "title": material.dimension_title(win.dimension),
        "anchor": f"finding-{win.dimension}" if win.n_votes else "",
        "a": win.model_a,
        "b": win.model_b,
        "tone": tone_of(verdict),
        "short": short_of(verdict),
        "rate": rate,
        "lead": lead_of(win),
        "alt": alt_of(win, rate),
        "basis": basis_of(win),
    }


def _headline(material: Material, pairs: list[tuple[Any, Any]]) -> str:
    if not any(w.n_votes for w, _ in pairs):
        if not material.refs:
            return "There are no clips yet, so there is nothing to compare."
        return (
            "No one has voted yet, so this page says which model did what, and not which is better: "
            "watch the clips below, and read what was measured from them."
        )
    shown = [(w, v) for w, v in pairs if v.verdict == "better"]
    tested = [w for w, _ in pairs if w.n_votes]
    if not shown:
        prompts = max(int(w.n_prompts) for w in tested)
        return (
            f"No difference between the models is shown on any dimension, on {plural(prompts, 'prompt')}. "
            "That is not the same as equal: a difference that is there may be too small for so few."
        )
    parts = []
    for model in material.models:
        where: dict[str, list[str]] = {}
        for w, v in shown:
            if v.better == model:
                other = w.model_b if model == w.model_a else w.model_a
                where.setdefault(other, []).append(material.dimension_title(w.dimension).lower())
        parts += [
            f"{model} was preferred to {other} on {listed(dimensions)}" for other, dimensions in where.items()
        ]
    if len(parts) > 3:
        first = f"{len(shown)} of {plural(len(tested), 'comparison')} of two models on a dimension show a difference"
        return f"{first}; the table says which."
    rest = len(tested) - len(shown)
    # A program's votes are never passed off as people's.
    who = {"simulated": "In simulated votes, ", "judge": "In judges' votes, "}
    text = who.get(material.comparison.rater_kind or "", "") + "; ".join(parts) + "."
    if rest:
        names = [
            material.dimension_title(w.dimension).lower()
            for w, v in pairs
            if w.n_votes and v.verdict != "better"
        ]
        text += (
            f" No difference is shown on {listed(names)}."
            if len(material.models) == 2
            else (f" The other {plural(rest, 'comparison')} show{'s' if rest == 1 else ''} no difference.")
        )
    return text


def _how_to_read(material: Material, pairs: list[tuple[Any, Any]]) -> str:
    family = max((int(w.family) for w, _ in pairs if w.n_votes), default=0)
    first = (
        f"The dot is the share of votes that went to {material.models[0]}, ties counted as halves; the bar is its 95% "
        "interval; the dashed line is a tie."
        if len(material.models) == 2
        else "Each cell: the verdict, then the win rate of the model that is ahead, with its 95% interval."
    )
    tests = f"{family} comparisons" if family != 1 else "one comparison"
    return f"{first} A model is called better only by the rule under Method, corrected for {tests}."


def _matrix(material: Material, pairs: list[tuple[Any, Any]]) -> Table:
    dimensions = list(dict.fromkeys(w.dimension for w, _ in pairs))
    cells: dict[tuple[str, str], dict[str, Cell]] = {}
    for win, verdict in pairs:
        cells.setdefault((win.model_a, win.model_b), {})[win.dimension] = _matrix_cell(win, verdict)
    rows: list[list[Cell]] = [
        [f"{a} against {b}", *(row.get(d) for d in dimensions)]
        for (a, b), row in cells.items()
        if any(isinstance(c, dict) for c in row.values())
    ]
    columns = [column("pair", "Pair"), *(column(d, material.dimension_title(d)) for d in dimensions)]
    return table("Every pair of models on every dimension", columns, rows)


def _matrix_cell(win: Any, verdict: Any) -> Cell:
    if not win.n_votes:
        return None
    lead = lead_of(win)
    shown: Number = lead["rate"]
    ahead = "" if verdict.verdict == "better" else f" for {lead['model']}"
    shown["interval"] = f"{shown.get('interval', 'no interval')}, {plural(int(win.n_votes), 'vote')}"
    shown["text"] = f"{short_of(verdict)}: {shown['text']}{ahead}"
    return shown


def _glance(material: Material) -> Table | None:
    if not material.refs:
        return None
    speed = {row.model: row for row in rows_of(material.comparison.speed)}
    cost = {row.model: row for row in rows_of(material.comparison.cost)}
    timed = any(row.n_timed for row in speed.values())
    priced = any(row.n_priced for row in cost.values())
    rows: list[list[Cell]] = []
    for model in material.models:
        made = [material.clip[r.clip] for g in material.groups for r in g.rows if r.model == model]
        row: list[Cell] = [
            model,
            number(len(made), "count"),
            _range([f"{c.width}{NARROW}{TIMES}{NARROW}{c.height}" for c in made]),
            _range([number(c.fps)["text"] for c in made]),
            _range(
                [number(c.seconds, "s", bare=True)["text"] for c in made], ordered=[c.seconds for c in made]
            ),
            _range(["yes" if c.has_audio else "no" for c in made]),
        ]
        if timed:
            s = speed[model]
            row.append(
                number(s.median_seconds, "s", low=s.low, high=s.high, n=int(s.n_timed), source="speed")
            )
        if priced:
            c = cost[model]
            row.append(number(c.median_usd, "usd", n=int(c.n_priced), source="cost"))
        rows.append(row)
    columns = [
        column("model", "Model"),
        column("clips", "Clips", "number"),
        column("size", "Picture size"),
        column("fps", "Frames a second", "number"),
        column("seconds", "Seconds", "number"),
        column("audio", "Sound"),
    ]
    if timed:
        columns.append(column("speed", "Made in (median)", "number"))
    if priced:
        columns.append(column("cost", "Price (median)", "number"))
    return table("What each model delivered", columns, rows)


def _range(texts: list[str], *, ordered: list[float] | None = None) -> str:
    """One text where all agree, a few joined, or the first and the last."""
    if not texts:
        return NONE
    if ordered is not None:
        texts = [
            t for _, t in sorted(zip(ordered, texts, strict=True), key=lambda p: (p[0] != p[0], p[0], p[1]))
        ]
        unique = list(dict.fromkeys(texts))
        return unique[0] if len(unique) == 1 else f"{unique[0]} to {unique[-1]}"
    unique = sorted(set(texts))
    return ", ".join(unique) if len(unique) <= 3 else f"{len(unique)} different"
