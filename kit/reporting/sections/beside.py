"""Two studies, or two dates of one, laid side by side: what each shows, what they share, and how far they differ."""

from collections.abc import Callable
from typing import Any, NamedTuple

from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import NONE, Number, number
from kit.reporting.sections.phrases import listed, plural
from kit.reporting.sections.rates import joined, rate_of, short_of
from kit.reporting.tables import Cell, Table, column, table
from kit.stats.beside import rate_difference
from kit.stats.exact import Interval
from kit.stats.verdict import BETTER

MOST_ROWS = 40  # comparisons up to which the table stands open
_KINDS = {"person": "people", "simulated": "simulated raters", "judge": "judges"}


class _Side(NamedTuple):
    """What one study says of one dimension and pair, seen from the pair's first model here."""

    rate: Number
    ends: Interval
    verdict: str
    better: str | None
    votes: int


def section(here: Material, beside: Material | None, *, same: bool = False) -> dict[str, Any] | None:
    """The data of the section; None where nothing was laid beside.

    `beside` is made with the same kind of rater, draws and seed as `here`; `same` says that it is the same study, at
    another date.
    """
    if beside is None:
        return None
    sides = _sides(here, beside)
    both = {key: pair for key, pair in sides.items() if pair[0] is not None and pair[1] is not None}
    shared = _shared_votes(here, beside)
    asked = _asked_alike(here, beside)
    tested = [key for key in both if key[0] in asked] if not shared else []
    rates = _rates(here, sides, set(tested))
    long = len(rates["rows"]) > MOST_ROWS
    return {
        "id": "beside",
        "template": "plain",
        "heading": "Beside another day" if same else "Beside another study",
        "missing": [],
        "lines": [
            _what(here, beside, same=same),
            *_verdicts(here, both),
            *_cautions(here, beside, both, tested, shared),
        ],
        "tables": [*([] if long or not rates["rows"] else [rates]), _facts(here, beside)],
        "more": rates if long else None,
        "parts": [],
    }


def _what(here: Material, beside: Material, *, same: bool) -> str:
    counts = (
        f"{plural(len(beside.cast), 'vote')} by {_KINDS.get(here.comparison.rater_kind or '', 'anybody')}, "
        f"{plural(len({g.prompt_id for g in beside.groups}), 'prompt')}"
    )
    if same:
        return f"Beside this page stands the same study, {_when(beside)}: {counts}."
    name = (
        "another study of the same title" if beside.title == here.title else f"another study, {beside.title}"
    )
    until = f", {_when(beside)}" if beside.options.until else ""
    return f"Beside this page stands {name}{until}: {counts}."


def _when(material: Material) -> str:
    return f"as it was until {material.options.until}" if material.options.until else "as it is now"


def _sides(here: Material, beside: Material) -> dict[tuple[str, str, str], tuple[_Side | None, _Side | None]]:
    """Both sides by dimension and pair of models, those of this page first."""
    own = {(w.dimension, w.model_a, w.model_b): _side(w, v) for w, v in joined(here)}
    other: dict[tuple[str, str, str], _Side] = {}
    for win, verdict in joined(beside):
        key = (win.dimension, win.model_a, win.model_b)
        turned = (win.dimension, win.model_b, win.model_a)
        other[turned if turned in own else key] = _side(win, verdict, turned=turned in own)
    place = {d: i for i, d in enumerate(dict.fromkeys([*here.rubric.ids, *beside.rubric.ids]))}
    keys = sorted(dict.fromkeys([*own, *other]), key=lambda key: place.get(key[0], len(place)))
    found = {key: (_voted(own.get(key)), _voted(other.get(key))) for key in keys}
    return {key: pair for key, pair in found.items() if pair != (None, None)}


def _voted(side: _Side | None) -> _Side | None:
    return side if side is not None and side.votes else None


def _side(win: Any, verdict: Any, *, turned: bool = False) -> _Side:
    rate, ends = rate_of(win), Interval(win.low, win.high, win.interval_kind)
    if turned:
        ends = Interval(1 - win.high, 1 - win.low, win.interval_kind)
        rate = number(
            1 - win.win_rate, "rate", low=ends.low, high=ends.high, n=int(win.n_votes),
            source=f"votes {win.dimension}: {win.model_b} against {win.model_a}, interval {win.interval_kind}",
        )  # fmt: skip
    better = verdict.better if verdict.verdict == BETTER else None
    return _Side(rate, ends, short_of(verdict), better, int(win.n_votes))


def _rates(
    here: Material,
    sides: dict[tuple[str, str, str], tuple[_Side | None, _Side | None]],
    tested: set[tuple[str, str, str]],
) -> Table:
    rows: list[list[Cell]] = []
    for (dimension, a, b), (one, two) in sides.items():
        row: list[Cell] = [here.dimension_title(dimension), f"{a} against {b}"]
        for side in (one, two):
            row += [None] * 3 if side is None else [side.rate, number(side.votes, "count"), side.verdict]
        if tested:
            told = (dimension, a, b) in tested and one is not None and two is not None
            row.append(_difference(dimension, one, two) if told and one and two else None)
        rows.append(row)
    columns = [
        column("dimension", "Dimension"), column("pair", "Pair"),
        column("rate", "Win rate of the first, here", "number"), column("votes", "Votes here", "number"),
        column("verdict", "Verdict here"),
        column("rate_beside", "Win rate, beside", "number"), column("votes_beside", "Votes beside", "number"),
        column("verdict_beside", "Verdict beside"),
        *([column("difference", "Here less beside, in points", "number")] if tested else []),
    ]  # fmt: skip
    return table("Win rates here and beside, with their 95% intervals (a tie counts half)", columns, rows)


def _difference(dimension: str, one: _Side, two: _Side) -> Number:
    first, second = one.rate["value"] or 0.0, two.rate["value"] or 0.0
    ends = rate_difference(first, one.ends, second, two.ends)
    return number(
        100 * (first - second), "points", low=100 * ends.low, high=100 * ends.high, n=one.votes + two.votes,
        source=f"votes {dimension} here less beside, interval {ends.kind}", signed=True, bare=True,
    )  # fmt: skip


def _verdicts(here: Material, both: dict[tuple[str, str, str], Any]) -> list[str]:
    """For each dimension and pair that both have votes on, what each shows."""
    found: dict[str, list[str]] = {}
    many = len({key[1:] for key in both}) > 1
    for (dimension, a, b), (one, two) in both.items():
        title = here.dimension_title(dimension) + (f" ({a} against {b})" if many else "")
        said = tuple(f"{side.better} better" if side.better else "no difference shown" for side in (one, two))
        words = f"{said[0]}, here and beside" if said[0] == said[1] else f"{said[0]} here, {said[1]} beside"
        found.setdefault(words, []).append(title)
    return [f"{words[:1].upper()}{words[1:]}: {listed(titles)}." if words.startswith("no ") else
            f"{words}: {listed(titles)}." for words, titles in found.items()]  # fmt: skip


def _cautions(
    here: Material, beside: Material, both: dict[Any, Any], tested: list[Any], shared: int
) -> list[str]:
    if not both:
        return [
            "The two have no dimension and pair of models with votes in common, so nothing can be set against each other."
        ]
    said = []
    if any(bool(one.better) != bool(two.better) for one, two in both.values()):
        said.append(
            "That one shows a better model and the other does not is no difference between the two by itself: "
            "the one may only have had more votes."
        )
    if shared:
        text = (
            "so the two are not independent: whether they differ is not tested, and no difference is given."
        )
        return [*said, f"{plural(shared, 'vote is', 'votes are')} in both, {text}"]
    if tested:
        said.append(
            "The last column is the one win rate less the other, with a 95% interval for studies that share no vote, "
            f"prompts and raters of each taken as samples. It is not corrected for {plural(len(tested), 'comparison')}: "
            "of twenty such intervals one leaves out zero by chance alone, on average."
        )
    common = [
        plural(len(found), noun)
        for found, noun in (
            (_common(here, beside, _prompts), "prompt"),
            (_common(here, beside, _raters), "rater"),
        )
        if found
    ]
    if tested and common:
        one = len(common) == 1 and common[0].startswith("1 ")
        said.append(
            f"{listed(common)} {'stands' if one else 'stand'} in both, which as a rule makes these intervals too wide "
            "rather than too narrow."
        )
    other = [
        here.dimension_title(d)
        for d in dict.fromkeys(k[0] for k in both)
        if d not in _asked_alike(here, beside)
    ]
    if other:
        said.append(
            f"Raters were not asked the same about {listed([t.lower() for t in other])}, so no difference is given there."
        )
    return said


def _facts(here: Material, beside: Material) -> Table:
    """What the two have in common, fact by fact."""
    rows: list[list[Cell]] = [
        ["Study", here.title, beside.title, _same(here.title == beside.title)],
        ["State", here.fingerprint[:12], beside.fingerprint[:12], _same(here.fingerprint == beside.fingerprint)],
        ["Day", here.options.until or "now", beside.options.until or "now", _same(here.options.until == beside.options.until)],
        ["Models", listed(here.models) or NONE, listed(beside.models) or NONE, _same(here.models == beside.models)],
        ["Rubric", _rubric(here), _rubric(beside), _same(here.rubric.fingerprint() == beside.rubric.fingerprint())],
        _counted("Prompts filmed", here, beside, _prompts),
        _counted("Clips", here, beside, lambda material: {ref.clip for ref in material.refs}),
        _counted("Raters", here, beside, _raters),
        ["Votes", number(len(here.cast), "count"), number(len(beside.cast), "count"), _in_common(_shared_votes(here, beside))],
        ["Settings", _settings(here), _settings(beside), _same(_settings(here) == _settings(beside))],
    ]  # fmt: skip
    columns = [
        column("fact", "What"), column("here", "Here"), column("beside", "Beside"), column("same", "The same?"),
    ]  # fmt: skip
    return table("What is the same here and beside, and what is not", columns, rows)


def _same(equal: bool) -> str:
    return "yes" if equal else "no"


def _rubric(material: Material) -> str:
    return f"{material.rubric.name}, version {material.rubric.version}"


def _counted(label: str, here: Material, beside: Material, of: Callable[[Material], set[Any]]) -> list[Cell]:
    one, two = of(here), of(beside)
    said = "yes" if one == two else _in_common(len(one & two))
    return [label, number(len(one), "count"), number(len(two), "count"), said]


def _in_common(count: int) -> str:
    return f"{count:,} in common" if count else "none in common"


def _common(here: Material, beside: Material, of: Callable[[Material], set[Any]]) -> set[Any]:
    return of(here) & of(beside)


def _prompts(material: Material) -> set[tuple[str, str]]:
    filmed = {group.prompt_id for group in material.groups}
    return {(row.text, row.negative_prompt) for row in rows_of(material.prompts) if row.prompt_id in filmed}


def _raters(material: Material) -> set[str]:
    return set(material.cast["rater"]) if len(material.cast) else set()


def _settings(material: Material) -> str:
    texts = sorted(
        {", ".join(f"{k} {v}" for k, v in sorted(s.items())) for s in material.requests["settings"]}
    )
    return "; ".join(text or "not stated" for text in texts[:4]) or NONE


def _asked_alike(here: Material, beside: Material) -> set[str]:
    """Dimensions about which both rubrics ask the same."""
    other = {d.id: d for d in beside.rubric.dimensions}
    return {d.id for d in here.rubric.dimensions if d == other.get(d.id)}


def _shared_votes(here: Material, beside: Material) -> int:
    """Votes that stand in both: by the same rater on the same dimension of the same two files."""

    def keys(material: Material) -> set[tuple[Any, ...]]:
        if material.cast.empty:
            return set()
        clip = {
            (r.prompt_id, r.model, r.take): r.clip
            for r in rows_of(material.requests)
            if isinstance(r.clip, str)
        }
        return {
            (frozenset(clips), row.dimension, row.rater)
            for row in rows_of(material.cast)
            if None
            not in (clips := [clip.get((row.prompt_id, m, row.take)) for m in (row.model_a, row.model_b)])
        }

    return len(keys(here) & keys(beside))
