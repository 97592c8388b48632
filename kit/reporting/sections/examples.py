"""Example pairs of each dimension, chosen by a stated rule, or named by whoever makes the report."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from kit.reporting.main_metrics import main_metrics
from kit.reporting.material import Group, Material
from kit.reporting.numbers import NONE, Number, number
from kit.reporting.pair_votes import PairKey, PairVotes
from kit.reporting.sections.choosing import Chosen, Pair, by_measurement, by_votes
from kit.reporting.sections.clips import cell_of, label_of, metrics_in_order, shown_clip, unit_of
from kit.reporting.sections.phrases import listed, plural

MOST_NOTES = 4  # of one pair on one dimension
MOST_MEASURED = 3

_VOTED = "Chosen by rule from the pairs that were voted on."
_VOTED_RULES = (
    ("Most decisive", "the largest lead: the votes for one model less those for the other"),
    ("Most disputed", "the most votes for the model that has fewer of them, then the smallest lead"),
    ("Most typical", "the share of votes nearest to that of all pairs of the same models on the dimension"),
    ("Where pairs are level", "the one with fewer votes (for the most typical with more), then the first on the page"),
)  # fmt: skip
_MEASURED = (
    "Nobody has voted, so these pairs are chosen by a rule on one measurement a dimension. A larger difference is not a "
    "better clip."
)
_MEASURED_RULES = (
    ("Largest difference", "the pair whose two clips differ most in the measurement"),
    (
        "Median difference",
        "the pair whose difference is the median of all pairs, of an even number the lower one",
    ),
)


def section(material: Material, named: Sequence[str] = ()) -> dict[str, Any] | None:
    """The data of the section; None where the study has nothing to show in it. `named` are ids of prompts."""
    if named:
        lines, parts = _named(material, named)
        return _data(material, lines, (), parts)
    pairs = _pairs(material)
    # Of a single prompt there is nothing to choose: all its clips stand further down.
    if len(material.models) < 2 or len({pair.group.prompt_id for pair in pairs}) < 2:
        return None
    votes = {p: v for p in pairs if (v := _votes_on(material, p))}
    rules: tuple[tuple[str, str], ...]
    if votes:
        chosen = {d: by_votes({p: v[d] for p, v in votes.items() if d in v}) for d in material.rubric.ids}
        lines, rules = [_VOTED, *_whose(material)], _VOTED_RULES
    else:
        chosen = {d: _by_main_metric(material, d, pairs) for d in material.rubric.ids}
        lines, rules = [_MEASURED], _MEASURED_RULES
    parts = [_Part(d, material.dimension_title(d), own) for d, own in chosen.items() if own]
    return _data(material, lines, rules, parts) if parts else None


class _Part(NamedTuple):
    """The examples of one dimension; of none where they were named."""

    dimension: str
    title: str
    chosen: Sequence[Chosen]


class _Seen(NamedTuple):
    """Where a player of these clips stands already."""

    anchor: str
    title: str


def _data(
    material: Material,
    lines: Sequence[str],
    rules: Sequence[tuple[str, str]],
    parts: Sequence[_Part],
) -> dict[str, Any]:
    seen: dict[tuple[str, ...], _Seen] = {}
    return {
        "id": "examples",
        "template": "examples",
        "heading": "Examples",
        "lines": list(lines),
        "rules": [{"name": name, "text": text} for name, text in rules],
        "parts": [
            {
                "dimension": part.dimension,
                "title": part.title,
                "anchor": f"examples-{part.dimension or 'named'}",
                "examples": [
                    _example(material, part, one, f"example-{i}-{j}", seen)
                    for j, one in enumerate(part.chosen, start=1)
                ],
            }
            for i, part in enumerate(parts, start=1)
        ],
    }


def _example(
    material: Material, part: _Part, chosen: Chosen, anchor: str, seen: dict[tuple[str, ...], _Seen]
) -> dict[str, Any]:
    pair = chosen.pair
    rows = [row for row in pair.group.rows if row.model in pair.models]
    clips = tuple(row.clip for row in rows)
    title = material.prompt_titles[pair.group.prompt_id]
    known = seen.get(clips)
    if known is None:
        seen[clips] = _Seen(anchor, part.title)
    row = material.prompt[pair.group.prompt_id]
    dimensions = [part.dimension] if part.dimension else list(material.rubric.ids)
    most = MOST_MEASURED if part.dimension else 1
    voted = [(two, _votes_on(material, two)) for two in _by_two(pair)]
    return {
        "anchor": anchor,
        "label": chosen.label,
        "title": title,
        "text": row.text or "",
        "prompt": material.prompt_anchors[pair.group.prompt_id],
        "take": int(pair.group.take),
        "many_takes": sum(g.prompt_id == pair.group.prompt_id for g in material.groups) > 1,
        "shown_at": {"anchor": known.anchor, "title": known.title} if known else None,
        "players": []
        if known
        else [[shown_clip(material, r) for r in own] for own in _split(pair.group, rows)],
        "models": len(pair.models),
        "votes": [
            _votes(material, two, d, on[d], many=len(pair.models) > 2)
            for d in dimensions
            for two, on in voted
            if d in on
        ],
        "measured": [line for d in dimensions for line in _measured(material, d, rows, most)],
    }


def _by_two(pair: Pair) -> list[Pair]:
    """Every two of the models that are shown, in their order: votes are on two clips, however many stand side by side."""
    return [Pair(pair.place, pair.group, two) for two in combinations(pair.models, 2)]


def _split(group: Group, rows: Sequence[Any]) -> list[list[Any]]:
    """The rows by player: at most as many as one takes."""
    wanted = {row.clip for row in rows}
    return [own for part in group.players if (own := [row for row in part if row.clip in wanted])]


def _votes(material: Material, pair: Pair, dimension: str, votes: PairVotes, *, many: bool) -> dict[str, Any]:
    a, b = pair.models
    source = f"votes {dimension}: {pair.group.prompt_id}, take {pair.group.take}, {a} against {b}"
    return {
        "dimension": material.dimension_title(dimension),
        "counts": [
            {"model": a, "votes": number(votes.a, "count", n=votes.n, source=source)},
            {"model": b, "votes": number(votes.b, "count", n=votes.n, source=source)},
        ],
        "ties": number(votes.ties, "count", n=votes.n, source=source),
        "all": number(votes.n, "count", source=source),
        "words": _in_words(pair, votes, many=many),
        "notes": [{"rater": rater, "note": note} for rater, note in sorted(votes.notes)[:MOST_NOTES]],
    }


def _in_words(pair: Pair, votes: PairVotes, *, many: bool) -> str:
    """'4 of 5 votes for A, 1 for B', the model with more votes first; ties last. `many`: other models stand beside."""
    sides = sorted(zip(pair.models, (votes.a, votes.b), strict=True), key=lambda s: -s[1])
    (first, most), (second, least) = sides
    whole = f"of {plural(votes.n, 'vote')}"
    if not most:
        return f"{votes.ties} {whole}: neither {f'{first} nor {second} ' if many else ''}better"
    parts = [f"{most} {whole} for {first}", f"{least or 'none'} for {second}"]
    if votes.ties:
        parts.append(f"{votes.ties} for neither")
    return ", ".join(parts)


def _measured(material: Material, dimension: str, rows: Sequence[Any], most: int) -> list[dict[str, Any]]:
    """What the dimension's main metrics give for these clips, in their order."""
    found = []
    for metric in main_metrics(dimension, metrics_in_order(material), most=most):
        cells = [cell_of(material.measured.get((row.clip, metric))) for row in rows]
        if metric == "camera_motion" or all(cell == NONE for cell in cells):
            continue
        found.append(
            {
                "label": label_of(material, metric),
                "help": f"metric-{metric}",
                "unit": unit_of(material, metric),
                "values": [
                    {"model": row.model, "value": cell if isinstance(cell, dict) else _said(cell)}
                    for row, cell in zip(rows, cells, strict=True)
                ],
            }
        )
    return found


def _said(cell: Any) -> Number:
    return {"value": None, "text": str(cell or NONE)}


def _pairs(material: Material) -> list[Pair]:
    """Every pair of clips side by side, in the order of the page; of several settings the first that has both."""
    found: dict[tuple[str, int, str, str], Pair] = {}
    for group in material.groups:
        models = [row.model for row in group.rows]
        for i, a in enumerate(models):
            for b in models[i + 1 :]:
                found.setdefault((group.prompt_id, group.take, a, b), Pair(len(found), group, (a, b)))
    return list(found.values())


def _votes_on(material: Material, pair: Pair) -> dict[str, PairVotes]:
    """The votes on the clips of two models by dimension, those without any left out."""
    a, b = pair.models
    found = {}
    for dimension in material.rubric.ids:
        votes = material.pair_votes.get(PairKey(pair.group.prompt_id, pair.group.take, dimension, a, b))
        if votes:
            found[dimension] = votes
    return found


def _by_main_metric(material: Material, dimension: str, pairs: Sequence[Pair]) -> list[Chosen]:
    for metric in main_metrics(dimension, metrics_in_order(material), most=9):
        found = by_measurement(pairs, _values(material, metric), label_of(material, metric))
        if found:
            return found
    return []


def _values(material: Material, metric: str) -> Mapping[str, float]:
    """A metric's number by clip."""
    found = {}
    for (clip, name), row in material.measured.items():
        value = number(row.value)["value"] if name == metric else None
        if value is not None and name != "camera_motion":
            found[clip] = float(value)
    return found


def _named(material: Material, named: Sequence[str]) -> tuple[list[str], list[_Part]]:
    groups = {group.prompt_id: group for group in reversed(material.groups)}
    chosen = [
        Chosen("", Pair(i, groups[prompt], tuple(row.model for row in groups[prompt].rows)))
        for i, prompt in enumerate(dict.fromkeys(named))
        if prompt in groups
    ]
    none = [material.prompt_titles[prompt] for prompt in dict.fromkeys(named) if prompt not in groups]
    count = f"{plural(len(chosen), 'prompt')} of {len(material.prompts):,}"
    lines = [
        f"Chosen by whoever made this report, by no rule: {count}.",
        "They show what the report speaks of, and stand for no other prompt.",
    ]
    if none:
        lines.append(f"There is no clip of {listed(none)}.")
    voted = len(material.cast) > 0
    return [*lines, *(_whose(material) if voted else [])], [
        _Part("", "Chosen by hand", chosen)
    ] if chosen else []


def _whose(material: Material) -> list[str]:
    """Whose votes these are, where they are not people's."""
    kind = material.comparison.rater_kind
    if kind == "simulated":
        return ["The votes here are those of simulated raters; nobody watched these clips for them."]
    return ["The votes here are those of judges, not of people."] if kind == "judge" else []
