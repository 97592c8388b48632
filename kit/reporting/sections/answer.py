"""The answer on one screen: the verdicts, what they rest on, how sure they are, and how fast and dear the models were."""

from typing import Any

from kit import leading
from kit.leading import Lead, lead_of
from kit.reporting.material import Material
from kit.reporting.numbers import NARROW, NONE, TIMES, Number, number
from kit.reporting.sections import camera, leaderboards, recommendation, strip
from kit.reporting.sections.missing import lacking
from kit.reporting.sections.phrases import listed, plural
from kit.reporting.sections.rates import alt_of, basis_of, joined, rate_of, short_of, tone_of
from kit.reporting.sections.rates import lead_of as ahead_of
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
        "leads": [_lead(material, d) for d in material.comparison.dimensions] if voted and not two else [],
        "matrix": None if two or not voted else _matrix(material, pairs),
        "how_to_read": _how_to_read(material, pairs) if voted else "",
        "noticed": camera.noticed(material),
        "missing": lacking(material),
        "sure": strip.sureness(material),
        "pace": strip.pace(material),
        "recommended": recommendation.short(material),
        "glance": _glance(material),
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
        "lead": ahead_of(win),
        "alt": alt_of(win, rate),
        "basis": basis_of(win),
    }


def _lead(material: Material, dimension: str) -> dict[str, Any]:
    """One dimension of three and more models: who leads it, as far as the verdicts on pairs go."""
    lead = lead_of(material.comparison.verdicts, dimension, material.models)
    wins = material.comparison.wins
    own = wins[(wins["dimension"] == dimension) & (wins["n_votes"] > 0)]
    cast = material.cast[material.cast["dimension"] == dimension] if len(own) else material.cast.iloc[:0]
    basis = (
        f"{plural(int(own['n_votes'].sum()), 'vote')}, {plural(int(cast['prompt_id'].nunique()), 'prompt')}, "
        f"{plural(int(cast['rater'].nunique()), 'rater')}"
    )
    return {
        "dimension": dimension,
        "title": material.dimension_title(dimension),
        "anchor": leaderboards.anchor(dimension) if lead.pairs else "",
        "tone": "tone-lead" if lead.leader else "tone-none" if lead.pairs else "tone-absent",
        "short": leading.short(lead),
        "text": _why(lead),
        "basis": basis if lead.pairs else "nobody has voted on this",
        "shown": number(
            lead.shown, "count", n=lead.pairs, source=f"verdicts {dimension}: pairs with a better model"
        ),
        "pairs": number(lead.pairs, "count", source=f"verdicts {dimension}: pairs with votes"),
    }


def _why(lead: Lead) -> str:
    if not lead.pairs:
        return ""
    if lead.leader is not None:
        others = [model for model in lead.models if model != lead.leader]
        return (
            f"better than {listed(others)}" if len(others) <= 4 else f"better than all {len(others)} others"
        )
    if not lead.shown:
        return f"between any two of {len(lead.models)} models"
    if 0 < len(lead.unbeaten) <= 4:
        return f"none is shown better than {listed(lead.unbeaten, last='or')}"
    return f"{len(lead.unbeaten)} of {len(lead.models)} models stand behind no other"


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
    # A program's votes are never passed off as people's.
    who = leading.WHOSE.get(material.comparison.rater_kind or "", "")
    if len(material.models) > 2:
        return who + _of_many(material, len(shown), len(tested))
    parts = []
    for model in material.models:
        dimensions = [material.dimension_title(w.dimension).lower() for w, v in shown if v.better == model]
        other = next(m for m in material.models if m != model)
        parts += [f"{model} was preferred to {other} on {listed(dimensions)}"] if dimensions else []
    text = who + "; ".join(parts) + "."
    names = [
        material.dimension_title(w.dimension).lower() for w, v in pairs if w.n_votes and v.verdict != "better"
    ]
    return text + (f" No difference is shown on {listed(names)}." if names else "")


def _of_many(material: Material, shown: int, tested: int) -> str:
    """The headline of three and more models, some of which are told apart."""
    verdicts = material.comparison.verdicts
    leads = [lead_of(verdicts, d, material.models) for d in material.comparison.dimensions]
    parts = []
    for model in material.models:
        led = [lead for lead in leads if lead.leader == model]
        if led:
            titles = listed([material.dimension_title(lead.dimension).lower() for lead in led])
            parts.append(f"{model} was preferred to every other model on {titles}")
    voted = [lead for lead in leads if lead.pairs]
    without = [material.dimension_title(lead.dimension).lower() for lead in voted if lead.leader is None]
    if parts:
        rest = f" No single model leads on {listed(without)}." if without else ""
        return "; ".join(parts) + "." + rest
    none = (
        "no single model leads"
        if leading.WHOSE.get(material.comparison.rater_kind or "", "")
        else "No single model leads"
    )
    return f"{none} on any dimension, and {shown} of {plural(tested, 'comparison')} of two models show{'s' if shown == 1 else ''} a difference."


def _how_to_read(material: Material, pairs: list[tuple[Any, Any]]) -> str:
    family = max((int(w.family) for w, _ in pairs if w.n_votes), default=0)
    first = (
        f"Each line runs from 0 to 100% of votes for {material.models[0]}, ties counted as halves: the dot is its share, the bar "
        "the 95% interval, the dashed line a tie."
        if len(material.models) == 2
        else "A model leads where it is called better than every other."
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
    lead = ahead_of(win)
    shown: Number = lead["rate"]
    ahead = "" if verdict.verdict == "better" else f" for {lead['model']}"
    shown["interval"] = f"{shown.get('interval', 'no interval')}, {plural(int(win.n_votes), 'vote')}"
    shown["text"] = f"{short_of(verdict)}: {shown['text']}{ahead}"
    return shown


def _glance(material: Material) -> Table | None:
    if not material.refs:
        return None
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
        rows.append(row)
    columns = [
        column("model", "Model"),
        column("clips", "Clips", "number"),
        column("size", "Picture size"),
        column("fps", "Frames a second", "number"),
        column("seconds", "Seconds", "number"),
        column("audio", "Sound"),
    ]
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
