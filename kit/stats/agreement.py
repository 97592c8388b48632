"""How far raters agree: with each other on each dimension, with themselves on repeats, and with known answers.

Agreement among raters is no measure of being right: raters may share a mistake, and may differ since they want different
things. It says how much one more rater would change, and which dimension's wording is read in more ways than one.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kit.stats.alpha import Agreement, Level, krippendorff, nominal_without
from kit.stats.bootstrap import MIN_PROMPTS, percentile_interval, resamples
from kit.stats.counts import frame, orient
from kit.stats.exact import NO_INTERVAL, Interval, wilson

AGREEMENT_COLUMNS = {
    "dimension": "str",
    "of": "str",
    "level": "str",
    "n_units": "int64",
    "n_prompts": "int64",
    "n_raters": "int64",
    "n_ratings": "int64",
    "alpha": "float64",
    "low": "float64",
    "high": "float64",
    "interval_kind": "str",
    "raw": "float64",
    "raw_low": "float64",
    "raw_high": "float64",
}
RATER_COLUMNS = {
    "rater": "str",
    "dimension": "str",
    "n_votes": "int64",
    "agree": "float64",
    "agree_of": "int64",
    "agree_low": "float64",
    "agree_high": "float64",
    "alpha_without": "float64",
    "repeats_same": "int64",
    "repeats_of": "int64",
    "repeats_low": "float64",
    "repeats_high": "float64",
    "known_right": "int64",
    "known_wrong": "int64",
    "known_of": "int64",
    "known_low": "float64",
    "known_high": "float64",
}
_PAIR = ["prompt_id", "model_a", "model_b", "take"]
_CLIP = ["prompt_id", "model", "take"]
# The order of preference, for which a tie of any kind lies between the two models.
_PREFERENCE = {"a": 0, "tie": 1, "both_good": 1, "both_bad": 1, "b": 2}


class _Ratings(NamedTuple):
    of: str
    level: Level
    table: pd.DataFrame  # unit, prompt_id, rater, value


def agreement(
    votes: pd.DataFrame,
    scores: pd.DataFrame,
    models: Sequence[str],
    dimensions: Sequence[str],
    *,
    draws: int = 5000,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the agreement among raters of one kind, for each dimension up to three rows, where two raters rated one unit.

    `of` and `level` say what is compared: 'votes' at 'nominal' level (the choice as it is, the kinds of tie kept apart)
    and at 'ordinal' level (a, tie of any kind, b), the unit being a pair of clips; 'scores' at 'ordinal' level, the unit
    being a clip. Columns: n_units (rated by two or more) on n_prompts, n_raters, n_ratings; alpha with low, high and
    interval_kind; raw agreement with raw_low, raw_high (`kit.stats.alpha`; 95%, prompts resampled, NaN below six).
    """
    rows: list[dict[str, object]] = []
    known = orient(votes, models)
    for dimension in dimensions:
        for given in _ratings(known, scores, models, dimension):
            table = given.table
            found = _alpha(table, given.level, draws=draws, seed=seed)
            if not found.n_units:
                continue
            rated = table[table.groupby("unit")["rater"].transform("nunique") >= 2]
            rows.append(
                {
                    "dimension": dimension,
                    "of": given.of,
                    "level": given.level,
                    "n_units": found.n_units,
                    "n_prompts": rated["prompt_id"].nunique(),
                    "n_raters": rated["rater"].nunique(),
                    "n_ratings": found.n_ratings,
                    "alpha": found.alpha,
                    "low": found.ends.low,
                    "high": found.ends.high,
                    "interval_kind": found.ends.kind,
                    "raw": found.raw,
                    "raw_low": found.raw_ends.low,
                    "raw_high": found.raw_ends.high,
                }
            )
    return frame(rows, AGREEMENT_COLUMNS)


def _ratings(
    votes: pd.DataFrame, scores: pd.DataFrame, models: Sequence[str], dimension: str
) -> list[_Ratings]:
    given: list[_Ratings] = []
    if not votes.empty:
        part = votes[votes["dimension"] == dimension]
        given.append(_Ratings("votes", "nominal", _units(part, _PAIR, part["choice"])))
        given.append(_Ratings("votes", "ordinal", _units(part, _PAIR, part["choice"].map(_PREFERENCE))))
    if not scores.empty:
        part = scores[(scores["dimension"] == dimension) & scores["model"].isin(list(models))]
        given.append(_Ratings("scores", "ordinal", _units(part, _CLIP, part["score"])))
    return given


def _units(part: pd.DataFrame, key: list[str], values: pd.Series) -> pd.DataFrame:
    unit = part.groupby(key, sort=True).ngroup().to_numpy() if len(part) else np.zeros(0, dtype=np.int64)
    return pd.DataFrame(
        {
            "unit": unit,
            "prompt_id": part["prompt_id"].astype(str).to_numpy(),
            "rater": part["rater"].astype(str).to_numpy(),
            "value": values.to_numpy(),
        }
    ).sort_values(["prompt_id", "unit", "rater"], kind="stable")


def _alpha(table: pd.DataFrame, level: Level, *, draws: int, seed: int) -> Agreement:
    return krippendorff(
        table["unit"],
        table["rater"],
        table["value"],
        level=level,
        clusters=table["prompt_id"],
        draws=draws,
        seed=seed,
    )


def standing(judgements: pd.DataFrame) -> pd.DataFrame:
    """Return the votes of a log with the columns of `Study.judgements` that stand: not taken back, the newest of each."""
    if judgements.empty:
        return judgements
    kept = judgements[(judgements["step"] == "vote") & ~judgements["id"].isin(judgements["undoes"].dropna())]
    return kept.drop_duplicates(["rater", "rater_kind", "position", "dimension"], keep="last")


def rater_agreement(
    votes: pd.DataFrame,
    judgements: pd.DataFrame,
    models: Sequence[str],
    dimensions: Sequence[str],
    *,
    draws: int = 5000,
    seed: int = 0,
) -> pd.DataFrame:
    """Return one row a rater and dimension, and one a rater over all of them (`dimension` None), of one kind of rater.

    Columns: rater, dimension; n_votes;
    agree: share of other raters' votes on the same pairs, of which there are agree_of, with the same choice, with its
    95% interval agree_low, agree_high (prompts resampled, NaN below six); alpha_without: nominal alpha of the other raters' votes;
    repeats_same of repeats_of: answers to a repeat, sides swapped, that are those given before; known_right, known_wrong
    of known_of: answers to a clip beside its own degraded copy that prefer the clip, or the copy; each share
    (same / of, right / of) with its 95% interval (Wilson). Over all dimensions the trials of that interval are pairs rather than
    votes, since votes on one pair lean on each other.

    `judgements` may be empty. Nobody is left out anywhere for what stands here.
    """
    rows: list[dict[str, object]] = []
    known, log = orient(votes, models), standing(judgements)
    raters = sorted({str(r) for given in (known, log) if not given.empty for r in given["rater"]})
    for dimension in [*dimensions, None]:
        cast = known if known.empty else known[known["dimension"].isin(list(dimensions))]
        said = log if log.empty else log[log["dimension"].isin(list(dimensions))]
        if dimension is not None:
            cast = cast if cast.empty else cast[cast["dimension"] == dimension]
            said = said if said.empty else said[said["dimension"] == dimension]
        others = _with_others(cast, draws=draws, seed=seed)
        rows += [
            {"rater": rater, "dimension": dimension}
            | _NOBODY
            | others.get(rater, {})
            | _with_self(said, rater)
            for rater in raters
        ]
    place = {name: i for i, name in enumerate([*dimensions, None])}
    rows.sort(key=lambda row: (str(row["rater"]), place[row["dimension"]]))  # type: ignore[index]
    return frame(rows, RATER_COLUMNS)


_NOBODY: dict[str, object] = {"n_votes": 0, "agree_of": 0} | dict.fromkeys(
    ("agree", "agree_low", "agree_high", "alpha_without"), math.nan
)


def _with_others(cast: pd.DataFrame, *, draws: int, seed: int) -> dict[str, dict[str, object]]:
    """Each rater's part of `rater_agreement` that concerns the others."""
    if cast.empty:
        return {}
    table = _units(cast, [*_PAIR, "dimension"], cast["choice"]).drop_duplicates(
        ["unit", "rater"], keep="last"
    )
    equal = table.groupby(["unit", "value"])["rater"].transform("size") - 1
    of = table.groupby("unit")["rater"].transform("size") - 1
    of_prompt, prompts = pd.factorize(table["prompt_id"], sort=True)
    of_rater, raters = pd.factorize(table["rater"], sort=True)
    sums = np.zeros((2, len(prompts), len(raters)))
    np.add.at(sums[0], (of_prompt, of_rater), equal.to_numpy(dtype=float))
    np.add.at(sums[1], (of_prompt, of_rater), of.to_numpy(dtype=float))
    without = nominal_without(table["unit"], table["rater"], table["value"])
    votes = np.bincount(of_rater)
    ends = _shares(sums, draws=draws, seed=seed)
    return {
        str(rater): {
            "n_votes": int(votes[i]),
            "agree": float(sums[0, :, i].sum() / sums[1, :, i].sum()) if sums[1, :, i].any() else math.nan,
            "agree_of": int(sums[1, :, i].sum()),
            "agree_low": ends[i].low,
            "agree_high": ends[i].high,
            "alpha_without": without[str(rater)],
        }
        for i, rater in enumerate(raters)
    }


def _shares(sums: NDArray[np.float64], *, draws: int, seed: int) -> list[Interval]:
    """Interval of each rater's share from hits and trials, shape (2, prompts, raters), prompts resampled for all at once."""
    hits, trials = sums
    n, raters = trials.shape
    own = (trials > 0).sum(axis=0)
    if n < MIN_PROMPTS:
        return [NO_INTERVAL] * raters
    drawn = [(rows @ hits, rows @ trials) for rows in resamples(n, draws=draws, seed=seed)]
    won, cast = (np.concatenate(part) for part in zip(*drawn, strict=True))
    found = []
    for i in range(raters):
        left = cast[:, i] > 0
        values = won[left, i] / cast[left, i]
        enough = own[i] >= MIN_PROMPTS and len(values) and float(np.ptp(values)) > 0
        found.append(percentile_interval(values, int(own[i])) if enough else NO_INTERVAL)
    return found


def _with_self(log: pd.DataFrame, rater: str) -> dict[str, object]:
    own = log if log.empty else log[log["rater"] == rater]
    if own.empty:
        nothing = dict.fromkeys(("repeats_same", "repeats_of", "known_right", "known_wrong", "known_of"), 0)
        return nothing | dict.fromkeys(("repeats_low", "repeats_high", "known_low", "known_high"), math.nan)
    again = own[own["kind"] == "repeat"].merge(
        own[own["kind"] == "pair"],
        left_on=["of_position", "dimension"],
        right_on=["position", "dimension"],
    )
    same = int((again["choice_x"] == again["choice_y"]).sum())
    known = own[own["kind"] == "known"]
    right = int((known["choice"] == "a").sum())
    repeats = _by_item(same, len(again), again["position_x"].nunique())
    knowns = _by_item(right, len(known), known["position"].nunique())
    return {
        "repeats_same": same,
        "repeats_of": len(again),
        "repeats_low": repeats.low,
        "repeats_high": repeats.high,
        "known_right": right,
        "known_wrong": int((known["choice"] == "b").sum()),
        "known_of": len(known),
        "known_low": knowns.low,
        "known_high": knowns.high,
    }


def _by_item(hits: int, votes: int, items: int) -> Interval:
    """Wilson's interval with items as trials."""
    return wilson(hits / votes * items, items) if votes else NO_INTERVAL
