"""What a study would have to be to show a difference worth knowing, and what it would cost.

    kit.plan("my-study", difference=0.65)

Nothing is sent and nothing is written.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import pandas as pd

from kit.cards import Card, Settings, estimate, first_provider, load_cards, own_folders
from kit.cells import nearest, show
from kit.errors import BadParameter
from kit.stats.counts import frame, grid, orient, pairs_of
from kit.stats.planning import MOST_PROMPTS, Assumed, Design, from_votes, power, prompts_for, smallest_shown

if TYPE_CHECKING:
    from kit.study import Study

SECONDS_A_VOTE = 8.0  # watching a pair once and answering four questions takes some half a minute
RATERS, TAKES = (3, 5, 8), (1, 2)

PLAN_COLUMNS = {
    "takes": "int64",
    "raters": "int64",
    "prompts": "float64",
    "clips": "float64",
    "votes": "float64",
    "hours_a_rater": "float64",
    "chance": "float64",
    "smallest_shown": "float64",
    "usd_low": "float64",
    "usd_high": "float64",
    "unpriced": "str",
    "unknown": "str",
    "assumed": "str",
}


def plan(
    study: "Study | None" = None,
    *,
    models: Sequence[str] | None = None,
    difference: float = 0.65,
    chance: float = 0.8,
    prompts: int | None = None,
    takes: Sequence[int] = TAKES,
    raters: Sequence[int] = RATERS,
    via: str | Mapping[str, str] | None = None,
    settings: Mapping[str, Any] | None = None,
    cards: Mapping[str, Card] | None = None,
    assumed: Assumed | None = None,
) -> pd.DataFrame:
    """Return one row a number of takes and raters: the prompts that show `difference`, the votes that is, and its price.

    `difference` is the win rate worth knowing (above .5 to 1, ties as halves: .65 is preferred in 65% of votes), `chance`
    how surely it is to be shown. With `prompts` given, they are not searched for: the rows say what that many show.
    `models` and `settings` are the study's unless given, `via` the provider for all models or by model (each card's first),
    `cards` the bundled ones and the study's own. The assumptions (`assumed`) are those of `kit.stats.planning`, or
    what the study's own votes say where it has enough of them.

    Columns: takes, raters; prompts (NaN where no number up to 2,000 does, since raters differ too much: take more raters); clips
    of all models; votes by all raters, each rating every pair on every dimension; hours_a_rater at 8 s a vote; chance of showing
    the difference; smallest_shown: the win rate these show with `chance`; usd_low, usd_high: price of the clips by the cards,
    failed ones not reckoned (NaN where a model has no price, named in unpriced); unknown: those of them that no card
    knows; assumed: where the shares come from. Raises BadParameter for numbers that cannot be, and for a model that is
    neither on a card nor in the study and reads like one on a card.
    """
    names = list(dict.fromkeys(models if models is not None else (study.models if study else [])))
    _check(names, difference, chance, prompts)
    dimensions = len(study.rubric.ids) if study else 4
    family = dimensions * len(pairs_of(names))
    given = assumed or (_own(study, names) if study else None) or Assumed()
    known = cards if cards is not None else load_cards(*own_folders(study.folder if study else None))
    unknown = _unknown(names, known, study.models if study else ())
    price = _price(study, names, via=via, settings=settings, cards=known)
    rows: list[dict[str, object]] = []
    for k, m in product(takes, raters):
        number = prompts or prompts_for(
            difference, takes=k, raters=m, family=family, chance=chance, assumed=given
        )
        design = Design(number or MOST_PROMPTS, k, m, family)
        clips = number * k * len(names) if number else math.nan
        votes = number * k * m * family if number else math.nan
        rows.append(
            {
                "takes": k,
                "raters": m,
                "prompts": number or math.nan,
                "clips": clips,
                "votes": votes,
                "hours_a_rater": votes / m * SECONDS_A_VOTE / 3600,
                "chance": power(design, difference, given),
                "smallest_shown": smallest_shown(design, chance=chance, assumed=given),
                "usd_low": clips / len(names) * price[0],
                "usd_high": clips / len(names) * price[1],
                "unpriced": ", ".join(price[2]),
                "unknown": ", ".join(unknown),
                "assumed": given.source,
            }
        )
    return frame(rows, PLAN_COLUMNS)


def _check(names: Sequence[str], difference: float, chance: float, prompts: int | None) -> None:
    if len(names) < 2:
        raise BadParameter(
            f"a plan needs two models or more, got {len(names)}; name them with --model, or a study that has them"
        )
    if not 0.5 < difference <= 1:
        raise BadParameter(
            f"the difference is a win rate above 0.5, up to 1 (0.65: preferred in 65%); got {difference}"
        )
    if not 0 < chance < 1:
        raise BadParameter(f"the chance of showing it lies between 0 and 1 (0.8 is usual); got {chance}")
    if prompts is not None and prompts < 1:
        raise BadParameter(f"a study has at least one prompt; got {prompts}")


def _unknown(names: Sequence[str], known: Mapping[str, Card], there: Sequence[str]) -> list[str]:
    """The models that no card knows. Raises BadParameter for one that seems to be a slip of the pen."""
    strange = [name for name in names if name not in known]
    for name in strange:
        # A study's own model may well be called like one on a card: its clips are there.
        guess = nearest(name, known)
        if guess and name not in there:
            raise BadParameter(f"there is no card for {show(name)}{guess}; cards: {', '.join(known)}")
    return strange


def _own(study: "Study", models: Sequence[str]) -> Assumed | None:
    """What people's votes in this study say, or those of simulated raters where there are no others."""
    votes = study.votes
    for kind in ("person", "simulated"):
        cast = orient(votes[votes["rater_kind"] == kind] if len(votes) else votes, models)
        if len(cast):
            grids = [grid(cast, d, a, b) for d in study.rubric.ids for a, b in pairs_of(models)]
            return from_votes([cells for cells in grids if len(cells.prompts)])
    return None


def _price(
    study: "Study | None",
    models: Sequence[str],
    *,
    via: str | Mapping[str, str] | None,
    settings: Mapping[str, Any] | None,
    cards: Mapping[str, Card],
) -> tuple[float, float, tuple[str, ...]]:
    """What one clip of each model costs together, from and to, NaN where one has no price; and those that have none."""
    asked = Settings.from_data(
        dict(settings if settings is not None else (study.config.settings if study else {}))
    )
    low = high = 0.0
    unpriced = []
    for name in models:
        if name not in cards:
            unpriced.append(name)
            continue
        card = cards[name]
        provider = (via if isinstance(via, str) else (via or {}).get(name)) or first_provider(card)
        one = estimate(card, provider, asked)
        if card.sandbox:
            continue
        if one.usd_low is None or one.usd_high is None:
            unpriced.append(name)
        else:
            low, high = low + one.usd_low, high + one.usd_high
    return (math.nan, math.nan, tuple(unpriced)) if unpriced else (low, high, ())


def in_words(table: pd.DataFrame, difference: float, *, searched: bool = True) -> str:
    """Say a plan as lines of text, one a row, and what it rests on."""
    lines = []
    for row in table.to_dict("records"):
        who = f"{_count(row['raters'], 'rater')}, {_count(row['takes'], 'take')}"
        if math.isnan(row["prompts"]):
            lines.append(f"{who}: no number of prompts would do, raters differ too much; ask more raters")
            continue
        price = (
            f"no price known for {row['unpriced']}"
            if row["unpriced"]
            else f"${row['usd_high']:,.2f}"
            if row["usd_low"] == row["usd_high"]
            else f"${row['usd_low']:,.2f} to ${row['usd_high']:,.2f}"
        )
        shown = (
            # Rounded up: what is said to be shown is shown.
            f"show {math.ceil(100 * row['smallest_shown'] - 1e-6)}% or more"
            if not math.isnan(row["smallest_shown"])
            else "cannot show any difference"
        )
        found = "" if searched else f"; {difference:.0%} is found in {row['chance']:.0%} of such studies"
        lines.append(
            f"{who}: {_count(row['prompts'], 'prompt')} {shown}{found}; {_count(row['clips'], 'clip')}, {price}; "
            f"{_count(row['votes'], 'vote')}, {row['hours_a_rater']:.1f} h a rater"
        )
    source = table["assumed"].iloc[0] if len(table) else ""
    if len(table) and table["unknown"].iloc[0]:
        lines.append(
            f"no card knows {table['unknown'].iloc[0]}: what it costs and can do is not known here; "
            "kit models lists the cards, and --cards FOLDER adds your own"
        )
    lines.append(f"how much prompts and raters differ is taken from {source}; failed tasks are not reckoned")
    return "\n".join(lines)


def _count(number: Any, noun: str) -> str:
    return f"{number:,.0f} {noun}{'' if number == 1 else 's'}"
