"""Time and price of two models for the same prompts: how many times as much, in words and in a table."""

import math
from collections.abc import Sequence
from typing import Any

from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import TIMES, Number, number
from kit.reporting.sections.phrases import listed, plural
from kit.reporting.tables import Cell, Table, column, table
from kit.stats.generation_ratios import MIN_PROMPTS, PRICE, TIME
from kit.stats.recommending import Recommendation, recommend

MOST_OTHERS = 3  # models in a sentence, each with its interval
_LESS = {TIME: "faster", PRICE: "cheaper"}
_TAKES = {TIME: "takes {} times as long", PRICE: "costs {} times as much"}
_MORE = {TIME: "took {} times as long as", PRICE: "cost {} times as much as"}
_WHAT = {TIME: "Time", PRICE: "Price"}


def decided(material: Material) -> Recommendation:
    """What the verdicts, times and prices of this study recommend."""
    return recommend(material.comparison.verdicts, material.ratios, material.models, material.rubric.ids)


def less_of(material: Material, made: Recommendation, model: str) -> str:
    """'shown to be faster (Y takes 2.40 times as long, 95% interval 2.10 to 2.71, 24 prompts)', and cheaper likewise."""
    parts = []
    for what in (TIME, PRICE):
        others = [o for m, o, w in made.less if (m, w) == (model, what)]
        if not others:
            continue
        if len(others) > MOST_OTHERS:
            parts.append(_many(material, what, model, others))
            continue
        found = [_row(material, what, model, other) for other in others]
        parts.append(f"{_LESS[what]} ({'; '.join(found)})")
    return f"shown to be {listed(parts)}"


def _many(material: Material, what: str, model: str, others: Sequence[str]) -> str:
    """'faster than all 5 others (the nearest: ...)'."""
    rest = len(material.models) - 1
    of = f"all {rest}" if len(others) == rest else f"{len(others)} of {rest}"
    nearest = min(others, key=lambda other: _times_more(_pair(material, what, model, other), other))
    return f"{_LESS[what]} than {of} others (the nearest: {_row(material, what, model, nearest)})"


def _times_more(row: Any, other: str) -> float:
    """How many times as much the other takes; infinite where this one is free."""
    if math.isnan(row.ratio):
        return math.inf
    return float(row.ratio if other == row.model_a else 1 / row.ratio)


def _pair(material: Material, what: str, model: str, other: str) -> Any:
    return next(
        r for r in rows_of(material.ratios) if r.what == what and {r.model_a, r.model_b} == {model, other}
    )


def _row(material: Material, what: str, model: str, other: str) -> str:
    row = _pair(material, what, model, other)
    if row.interval_kind == "constant":
        prices = {row.model_a: row.median_a, row.model_b: row.median_b}
        mine, theirs = (number(prices[m], "usd")["text"] for m in (model, other))
        return (
            f"{mine} a clip against {theirs} for {other}, the same on {plural(int(row.n_prompts), 'prompt')}"
        )
    times, ends = turned(row, other)
    return (
        f"{other} {_TAKES[what].format(_two(times))}, 95% interval {_ends(*ends)}, "
        f"{plural(int(row.n_prompts), 'prompt')}"
    )


def turned(row: Any, more: str) -> tuple[float, tuple[float, float]]:
    """The ratio and its 95% interval as this model's over the other's."""
    if more == row.model_a:
        return row.ratio, (row.low, row.high)
    return 1 / row.ratio, (1 / row.high, 1 / row.low)


def _two(value: float) -> str:
    return f"{value:.2f}"


def _ends(low: float, high: float) -> str:
    """An interval rounded outwards, so that it is never narrower than it was."""
    return f"{math.floor(100 * low + 1e-9) / 100:.2f} to {math.ceil(100 * high - 1e-9) / 100:.2f}"


def circumstances(material: Material) -> list[str]:
    """The times themselves, and what failed."""
    return [*_medians(material), *_failures(material)]


def _medians(material: Material) -> list[str]:
    speed = [r for r in rows_of(material.comparison.speed) if r.n_timed]
    if not speed:
        return []
    parts = []
    for row in speed:
        clips = plural(int(row.n_timed), "clip")
        shown = number(row.median_seconds, "s", low=row.low, high=row.high)
        ends = f"95% interval {shown['interval']}" if "interval" in shown else "no interval"
        parts.append(f"{row.model} {shown['text']} ({clips}, {ends})")
    return [f"Median time from request to clip: {listed(parts)}."]


def _failures(material: Material) -> list[str]:
    failed = [r for r in rows_of(material.comparison.speed) if r.n_failed]
    if not failed:
        return []
    parts = [
        f"{int(r.n_failed)} of {plural(int(r.n_failed + r.n_done), 'request')} to {r.model}" for r in failed
    ]
    return [f"No clip came of {listed(parts)}."]


def unshown(material: Material) -> list[str]:
    """Why no model is shown to take less time or money: not recorded, too few prompts, or no difference."""
    found = {what: _unshown(material, what) for what in (TIME, PRICE)}
    if all(text is None for text in found.values()):
        return ["How long these clips took to make and what they cost is not recorded."]
    if len(material.models) == 2:
        absent = {TIME: "How long they took is not recorded.", PRICE: "What they cost is not recorded."}
        return [found[what] or absent[what] for what in (TIME, PRICE)]
    known = listed(
        [{TIME: "time", PRICE: "price"}[w] for w, text in found.items() if text is not None], last="or"
    )
    return [f"No difference in {known} is shown between any two models; the table has the ratios."]


def _unshown(material: Material, what: str) -> str | None:
    """A sentence about the first pair that has something to show; None where nothing is known of any."""
    rows = [r for r in rows_of(material.ratios) if r.what == what and r.n_prompts]
    if not rows:
        return None
    row = rows[0]
    word = {TIME: "time", PRICE: "price"}[what]
    prompts = plural(int(row.n_prompts), "prompt")
    if row.interval_kind == "constant":
        text = number(row.median_a, "usd")["text"]
        return f"No difference in price: {text} a clip on each of {prompts}, for {row.model_a} as for {row.model_b}."
    if row.interval_kind == "none":
        if row.n_prompts >= MIN_PROMPTS:
            return f"No difference in {word} can be judged: the recorded values do not vary over {prompts}."
        return f"No difference in {word} can be shown on {prompts}: at least {MIN_PROMPTS} are needed."
    # Said from the model that took more, as in what is shown.
    more, less = (row.model_a, row.model_b) if row.ratio >= 1 else (row.model_b, row.model_a)
    times, ends = turned(row, more)
    text = (
        f"No difference in {word} is shown: for the same prompts {more} {_MORE[what].format(_two(times))} {less} "
        f"(95% interval {_ends(*ends)}, {prompts})"
    )
    if ends[0] > 1:
        text += _short_of(row)
    return f"{text}."


def _short_of(row: Any) -> str:
    """Why a 95% interval that leaves out 1 is not enough."""
    if row.corrected_low <= 1 <= row.corrected_high:
        return (
            f"; at the level of {100 * row.corrected_level:.4g}% that is asked for here, the interval holds 1"
        )
    return "; but it did not take more on most prompts, those without a clip counted"


def ratio_table(material: Material) -> Table | None:
    """A row for each pair whose times or prices are known."""
    rows = [r for r in rows_of(material.ratios) if r.n_prompts]
    if not rows:
        return None
    level = next((r.corrected_level for r in rows if math.isfinite(r.corrected_level)), None)
    columns = [
        column("what", "What"), column("pair", "Pair"), column("ratio", "First over second", "number"),
        column("corrected", "Interval asked for" if level is None else f"{100 * level:.4g}% interval", "number"), column("less", "Less on, first / second", "number"),
        column("prompts", "Prompts", "number"), column("shown", "Shown to take less"),
    ]  # fmt: skip
    caption = (
        "Time and price of the same prompts: the geometric mean of the ratios with its 95% interval, the wider one that must "
        "leave out 1, and on how many prompts each took less, failures counted as more"
    )
    return table(caption, columns, [_table_row(row) for row in rows])


def _table_row(row: Any) -> Sequence[Cell]:
    source = f"requests, {row.what}: {row.model_a} over {row.model_b}, interval {row.interval_kind}"
    n = int(row.n_prompts)
    ratio = _ratio(row.ratio, row.low, row.high, n, source)
    corrected: Cell = None
    if math.isfinite(row.corrected_level):
        corrected = _ratio(
            row.ratio, row.corrected_low, row.corrected_high, n, f"{source}, level {row.corrected_level:.6g}"
        )
        corrected["text"] = corrected.pop("interval", "")
    less = number(row.a_less, "count", n=n, source=source)
    less["text"] = f"{row.a_less} / {row.b_less}"
    return [
        _WHAT[row.what],
        f"{row.model_a} over {row.model_b}",
        ratio,
        corrected,
        less,
        number(n, "count"),
        row.less if isinstance(row.less, str) else "no difference shown",
    ]


def _ratio(value: float, low: float, high: float, n: int, source: str) -> Number:
    found = number(value, low=low, high=high, n=n, source=source)
    if found["value"] is not None:
        found["text"] = f"{TIMES}{_two(value)}"
    if "interval" in found:
        found["interval"] = _ends(low, high)
    return found
