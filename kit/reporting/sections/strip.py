"""Under the verdicts, in a few numbers: how sure they are, and how fast and how dear the models were."""

from typing import Any

from kit.comparison import RATER_KINDS
from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import Number, interval_text, number
from kit.reporting.sections.agreement import alpha_range
from kit.reporting.sections.phrases import plural
from kit.reporting.sections.speed import median_price, median_time, price_of_a_clip
from kit.reporting.tables import Cell, Table, column, table
from kit.stats.power import fewest_prompts
from kit.stats.verdict import ALPHA

_ONE = {"person": "person", "simulated": "simulated rater", "judge": "judge"}


def sureness(material: Material) -> list[dict[str, Any]]:
    """How sure the verdicts are; nothing without votes.

    Each item has a label, the id of the section that has more, one number or two that stand for a range, and a note.
    """
    wins = material.comparison.wins
    if not len(wins) or not wins["n_votes"].sum():
        return []
    return [_votes(material), _agreement(material), _reach(material)]


def pace(material: Material) -> dict[str, Any] | None:
    """Speed and cost of each model in a table with a note; None without clips."""
    if not material.refs:
        return None
    speed, cost = rows_of(material.comparison.speed), rows_of(material.comparison.cost)
    timed, priced = any(row.n_timed for row in speed), any(row.n_priced for row in cost)
    whole = all(row.usd_per_clip == row.usd_per_clip for row in cost if row.n_priced)
    ended, failed = (sum(int(getattr(row, name)) for row in speed) for name in ("n_done", "n_failed"))
    notes = ["Times are medians" if timed else "Generation times are not recorded"]
    notes.append(
        (
            "prices all that was spent over finished clips"
            if whole
            else "prices medians of the requests with a price"
        )
        if priced
        else "prices are not recorded"
    )
    if failed:
        notes.append(f"{failed:,} of {plural(ended + failed, 'request')} ended without a clip")
    return {
        "table": _table(speed, cost, timed=timed, priced=priced, whole=whole),
        "note": "; ".join(notes) + ".",
    }


def _table(speed: list[Any], cost: list[Any], *, timed: bool, priced: bool, whole: bool) -> Table | None:
    if not timed and not priced:
        return None
    rows: list[list[Cell]] = []
    for times, prices in zip(speed, cost, strict=True):
        row: list[Cell] = [times.model]
        row += [_bare(median_time(times))] if timed else []
        row += [_bare(price_of_a_clip(prices) if whole else median_price(prices))] if priced else []
        rows.append(row)
    columns = [column("model", "Model")]
    columns += [column("time", "Time to a clip", "number")] if timed else []
    columns += [column("price", "Price of a clip", "number")] if priced else []
    return table("Speed and cost, with 95% intervals", columns, rows)


def _bare(one: Number) -> Number:
    """The same with its unit once."""
    if "interval" in one:
        one["interval"] = interval_text(one["low"], one["high"], one.get("unit", ""), bare=True)
    return one


def _item(label: str, more: str, numbers: tuple[Number, ...], note: str) -> dict[str, Any]:
    return {"label": label, "more": more, "numbers": list(numbers), "note": note}


def _range(low: Number, high: Number) -> tuple[Number, ...]:
    return (low,) if low["text"] == high["text"] else (low, high)


def _votes(material: Material) -> dict[str, Any]:
    cast = material.cast
    prompts, raters = (int(cast[name].nunique()) for name in ("prompt_id", "rater"))
    kind = material.comparison.rater_kind or "person"
    # Those on dimensions that the rubric no longer has are in no verdict.
    votes = number(material.comparison.wins["n_votes"].sum(), "count", source="wins: n_votes")
    who = plural(raters, _ONE[kind], RATER_KINDS[kind])
    return _item("Votes", "findings", (votes,), f"{plural(prompts, 'prompt')}, {who}")


def _agreement(material: Material) -> dict[str, Any]:
    ends = alpha_range(material)
    label = "Agreement, alpha"
    if ends is None:
        one = material.cast["rater"].nunique() == 1
        return _item(
            label, "agreement", (), "not known: one rater" if one else "not known: no pair has two votes"
        )
    shown = _range(*ends)
    note = "0 is chance, 1 is full"
    return _item(label, "agreement", shown, ("by dimension; " if len(shown) > 1 else "") + note)


def _reach(material: Material) -> dict[str, Any]:
    verdicts = material.comparison.verdicts
    voted = verdicts[verdicts["verdict"] != "no votes"]
    known = voted["smallest_shown"].dropna()
    label = "Could have shown"
    if known.empty:
        wins = material.comparison.wins
        fewest = fewest_prompts(ALPHA / max(1, int(wins["family"].max())))
        few = int(wins["n_prompts"].max()) < fewest
        why = f"that takes {plural(fewest, 'prompt')}" if few else "raters or prompts differ too much"
        return _item(label, "method", (), f"no difference, however large: {why}")
    ends = (number(end, "rate", source="verdicts: smallest_shown") for end in (known.min(), known.max()))
    shown = _range(*ends)
    note = "a true win rate of so much, with 80% power" + (", by comparison" if len(shown) > 1 else "")
    left = len(voted) - len(known)
    return _item(label, "method", shown, f"{note}; none on {left} of {len(voted)}" if left else note)
