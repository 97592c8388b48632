"""Which model for quick iteration and which for final renders, from verdicts, times and prices alone.

Final renders: only votes decide. A model is recommended where a verdict calls it better than another on at least one
dimension, and none calls another better than it on any. Where every model that is better somewhere is worse elsewhere,
it depends on the dimension. Where no verdict names a better model, nothing is recommended.

Quick iteration trades quality for time and money: drafts are made to be thrown away, so a model may be worse to look
at. It may not follow prompts worse, since a draft then says nothing of how the final clip will come out. A model has
an advantage over another where it is shown to take less time or to cost less (`kit.stats.generation_ratios`), and is
neither shown to take more time nor to cost more. It is recommended where it has an advantage over at least one other, no
model that is in question has one over it, none is quicker than it while dearer or the other way round, and no
verdict calls any model better than it on a dimension that a draft needs. With advantages but none that fulfil this,
it depends; without any, nothing is recommended.

Measurements take no part: they find faults of one kind each, and whether they follow people is not known in most studies.
"""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from kit.stats.verdict import BETTER

ONE, SEVERAL, DEPENDS, NONE = "one", "several", "depends", "none"
NEEDED = "prompt_adherence"  # what a draft cannot do without
TRADE, WORSE = "trade", "worse"


class Choice(NamedTuple):
    """`outcome` is 'one' or 'several' (of `models`, which nothing shown tells apart), 'depends' (on which of `models`) or 'none'.

    `why` says what it depends on: 'trade' (time against money, or dimension against dimension), 'worse' (those with an
    advantage are shown worse on a dimension that a draft needs), or '' where it depends on nothing.
    """

    outcome: str
    models: tuple[str, ...]
    why: str = ""


class Recommendation(NamedTuple):
    """What to use for quick iteration and for final renders, with what it rests on.

    `less` holds (model, other, 'time' or 'price') where the model is shown to take less than the other; `better`
    (model, other, dimension) where votes call it better. `needed` are the dimensions that a draft cannot do without.
    """

    quick: Choice
    final: Choice
    less: tuple[tuple[str, str, str], ...]
    better: tuple[tuple[str, str, str], ...]
    needed: tuple[str, ...]

    def advantage(self, model: str, other: str) -> bool:
        """Whether the model takes less time or money than the other, and no more of either."""
        return _has(self.less, model, other) and not _has(self.less, other, model)


def recommend(
    verdicts: pd.DataFrame, ratios: pd.DataFrame, models: Sequence[str], dimensions: Sequence[str]
) -> Recommendation:
    """Decide by the rules above, for two models or more.

    `verdicts` is the frame of `kit.stats.verdict.weigh`, `ratios` that of `kit.stats.generation_ratios.generation_ratios`,
    `dimensions` the rubric's ids: a draft needs prompt adherence, and all of them where the rubric has no such dimension.
    """
    less = _named(ratios, "less", "what", models)
    won = verdicts[verdicts["verdict"] == BETTER] if not verdicts.empty else verdicts
    better = _named(won, "better", "dimension", models)
    needed = (NEEDED,) if NEEDED in dimensions else tuple(dimensions)
    return Recommendation(_quick(less, better, models, needed), _final(better, models), less, better, needed)


def _named(
    frame: pd.DataFrame, column: str, kind: str, models: Sequence[str]
) -> tuple[tuple[str, str, str], ...]:
    """(model, other, kind) of each row that names a model in `column`."""
    found = []
    for row in frame.to_dict("records"):
        pair = (row["model_a"], row["model_b"])
        if row[column] in pair and set(pair) <= set(models):
            found.append((row[column], pair[1] if row[column] == pair[0] else pair[0], row[kind]))
    return tuple(found)


def _has(facts: Sequence[tuple[str, str, str]], model: str, other: str) -> bool:
    return any((one, two) == (model, other) for one, two, _ in facts)


def _final(better: Sequence[tuple[str, str, str]], models: Sequence[str]) -> Choice:
    ahead = {model for model, _, _ in better}
    behind = {other for _, other, _ in better}
    chosen = tuple(m for m in models if m in ahead - behind)
    if chosen:
        return Choice(ONE if len(chosen) == 1 else SEVERAL, chosen)
    mixed = tuple(m for m in models if m in ahead)
    return Choice(DEPENDS, mixed, TRADE) if mixed else Choice(NONE, ())


def _quick(
    less: Sequence[tuple[str, str, str]],
    better: Sequence[tuple[str, str, str]],
    models: Sequence[str],
    needed: Sequence[str],
) -> Choice:
    ahead = tuple(m for m in models if any(_has(less, m, o) and not _has(less, o, m) for o in models))
    if not any(_has(less, m, o) for m in models for o in models):
        return Choice(NONE, ())
    worse = {other for _, other, dimension in better if dimension in needed}
    left = [m for m in models if m not in worse]
    # A model in question that takes less of anything than m does is either ahead of it or a trade against it.
    chosen = tuple(m for m in ahead if m in left and not any(_has(less, o, m) for o in left))
    if chosen:
        return Choice(ONE if len(chosen) == 1 else SEVERAL, chosen)
    barred = tuple(m for m in ahead if m in worse)
    traded = tuple(m for m in models if any(_has(less, m, o) for o in models))
    return Choice(DEPENDS, barred, WORSE) if barred else Choice(DEPENDS, traded, TRADE)
