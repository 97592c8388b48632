"""How many times as long, or as dear, one model's clips were to make as another's, prompt by prompt.

Prompts differ in how long they take, whoever films them, so two models are compared on the same prompt with the same
settings and take, and on a log scale: the mean of log ratios is the log of the geometric mean of ratios, and its
interval, taken back, is one of the ratio (Bland and Altman 1996, BMJ 312:1079). Takes of a prompt count once. The
interval is Student's t with prompts as the sample, none below MIN_PROMPTS. Where the two models' times
have one distribution, log ratios are symmetric about zero whatever it is, and one queue of ten times the usual length
widens the interval rather than moving it alone; tests/bench/bench_sentences.py has the figures.

A price is often the same for every clip, since a list says so. It is then no sample: its ratio is known, and its
interval has the kind 'constant' and no ends. Times that are all the same were typed, not measured, and have no interval.

The rule. A model is shown to take less only where

(a) the interval at level 1 - LEVEL / (number of ratios that can be judged) excludes 1, or prices are constant and differ;
(b) it took less on more prompts than the other did, a prompt for which no clip came counting as more than any.

LEVEL is half a percent, so that a page that also weighs votes at 5% names a model by chance in hardly more studies than
that: differences in time and price that matter are large beside their spread.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kit import canonical
from kit.stats.counts import frame, pairs_of
from kit.stats.distributions import student_quantile
from kit.stats.exact import NO_INTERVAL, Interval
from kit.stats.speed import FAILED

LEVEL = 0.005
MIN_PROMPTS = 4
TIME, PRICE = "time", "price"

RATIO_COLUMNS = {
    "what": "str",
    "model_a": "str",
    "model_b": "str",
    "n_prompts": "int64",
    "median_a": "float64",
    "median_b": "float64",
    "ratio": "float64",
    "low": "float64",
    "high": "float64",
    "interval_kind": "str",
    "corrected_low": "float64",
    "corrected_high": "float64",
    "corrected_level": "float64",
    "a_less": "int64",
    "b_less": "int64",
    "failed_a": "int64",
    "failed_b": "int64",
    "less": "str",
    "family": "int64",
}
_UNIT = ["prompt_id", "settings", "take"]
Floats = NDArray[np.float64]


class _Pair(NamedTuple):
    """What two models took on the prompts of both: seconds or dollars, infinite where no clip came, NaN where not known."""

    what: str
    models: tuple[str, str]
    a: Floats
    b: Floats
    failed: tuple[int, int]

    @property
    def logs(self) -> Floats:
        """Log ratios of the prompts on which both are known and above zero."""
        usable = np.isfinite(self.a) & np.isfinite(self.b) & (self.a > 0) & (self.b > 0)
        return np.asarray(np.log(self.a[usable]) - np.log(self.b[usable]), dtype=float)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Prompts on which both brought clips whose time or price is known."""
        return np.asarray(np.isfinite(self.a) & np.isfinite(self.b))

    @property
    def constant(self) -> bool:
        """Whether each model's price is the same on two prompts or more."""
        n = int(self.known.sum())
        return self.what == PRICE and n > 1 and all(np.ptp(v[self.known]) <= 1e-9 for v in (self.a, self.b))

    @property
    def judged(self) -> bool:
        """Whether there is enough to have an interval."""
        return len(self.logs) >= MIN_PROMPTS and not self.constant and float(np.ptp(self.logs)) > 1e-9


def _ended(requests: pd.DataFrame, models: Sequence[str]) -> pd.DataFrame:
    kept = requests[requests["model"].isin(list(models))]
    kept = kept[(kept["state"] == "done") | kept["state"].isin(FAILED)]
    # Without settings and takes every request of a prompt is one of the same.
    settings = [canonical.canonical(s) for s in kept["settings"]] if "settings" in kept else [""] * len(kept)
    return pd.DataFrame(
        {
            "prompt_id": kept["prompt_id"].astype(str).to_numpy(),
            "settings": settings,
            "take": kept["take"].to_numpy() if "take" in kept else 1,
            "model": kept["model"].astype(str).to_numpy(),
            "done": (kept["state"] == "done").to_numpy(),
            TIME: pd.to_numeric(kept["seconds"], errors="coerce").astype(float).to_numpy()
            if "seconds" in kept
            else math.nan,
            PRICE: pd.to_numeric(kept["cost_usd"], errors="coerce").astype(float).to_numpy()
            if "cost_usd" in kept
            else math.nan,
        }
    )


def _by_prompt(part: pd.DataFrame, what: str, prompts: Sequence[str]) -> Floats:
    """One model's seconds of a clip (geometric mean over takes) or dollars of a finished clip, by prompt."""
    of_prompt = pd.Categorical(part["prompt_id"], categories=list(prompts)).codes
    done, n = part["done"].to_numpy(dtype=bool), len(prompts)
    came = np.bincount(of_prompt[done], minlength=n)
    values = part[what].to_numpy(dtype=float)
    if what == TIME:
        logs = np.log(np.where(values > 0, values, math.nan))
        sums = np.bincount(of_prompt[done], weights=logs[done], minlength=n)
    else:
        # What a failed request cost belongs to the price of the clips that came.
        sums = np.bincount(of_prompt, weights=values, minlength=n)
    means = sums / np.maximum(1, came)
    return np.where(came > 0, np.exp(means) if what == TIME else means, math.inf)


def _pair(ended: pd.DataFrame, what: str, models: tuple[str, str]) -> _Pair:
    one, two = (ended[ended["model"] == model] for model in models)
    shared = one[_UNIT].merge(two[_UNIT], on=_UNIT).drop_duplicates()
    one, two = (part.merge(shared, on=_UNIT) for part in (one, two))
    prompts = sorted(set(shared["prompt_id"]))
    failed = (int((~one["done"]).sum()), int((~two["done"]).sum()))
    return _Pair(what, models, _by_prompt(one, what, prompts), _by_prompt(two, what, prompts), failed)


def _interval(logs: Floats, level: float) -> Interval:
    n = len(logs)
    half = student_quantile(0.5 + level / 2, n - 1) * float(logs.std(ddof=1)) / math.sqrt(n)
    mean = float(logs.mean())
    return Interval(math.exp(mean - half), math.exp(mean + half), "t")


def _row(pair: _Pair, level: float, family: int) -> dict[str, object]:
    logs, known = pair.logs, pair.known
    a_less, b_less = int((pair.a < pair.b).sum()), int((pair.b < pair.a).sum())
    ends = corrected = NO_INTERVAL
    side = 0
    if pair.judged:
        ends, corrected = _interval(logs, 0.95), _interval(logs, level)
        side = int(corrected.high < 1) - int(corrected.low > 1)
    elif pair.constant:
        ends = Interval(math.nan, math.nan, "constant")
        one, two = (float(v[known][0]) for v in (pair.a, pair.b))
        side = 0 if abs(one - two) <= 1e-9 else (1 if one < two else -1)
    # Where no clip came it took longer than any: who is quick, but mostly fails, is not shown to be quick.
    if (a_less - b_less) * side <= 0:
        side = 0
    return {
        "what": pair.what,
        "model_a": pair.models[0],
        "model_b": pair.models[1],
        "n_prompts": int(known.sum()),
        "median_a": float(np.median(pair.a[known])) if known.any() else math.nan,
        "median_b": float(np.median(pair.b[known])) if known.any() else math.nan,
        "ratio": math.exp(float(logs.mean())) if len(logs) else math.nan,
        "low": ends.low,
        "high": ends.high,
        "interval_kind": ends.kind,
        "corrected_low": corrected.low,
        "corrected_high": corrected.high,
        "corrected_level": level if pair.judged else math.nan,
        "a_less": a_less,
        "b_less": b_less,
        "failed_a": pair.failed[0],
        "failed_b": pair.failed[1],
        "less": pair.models[0 if side > 0 else 1] if side else None,
        "family": family,
    }


def generation_ratios(requests: pd.DataFrame, models: Sequence[str]) -> pd.DataFrame:
    """Return one row each for time and price and every pair of models, times first.

    `requests` as a Study gives them (prompt_id, model, take, settings, state, seconds, cost_usd). Only what both models were
    asked for, and what has ended, is compared. Columns: what ('time', 'price'); model_a, model_b; n_prompts (with clips of
    both whose time or price is known); median_a, median_b (seconds or dollars over those prompts); ratio (a over b, geometric mean over prompts; a price is what a prompt's requests cost,
    failed ones too, over its finished clips); low, high, interval_kind ('t', 'constant', 'none'): 95%; corrected_low,
    corrected_high at corrected_level (Bonferroni over `family`, the ratios that can be judged); a_less, b_less (prompts on
    which a, or b, took less); failed_a, failed_b (requests among these that brought no clip); less: the model that is shown
    to take less by the rule above, else None.
    """
    if requests.empty:
        return frame([], RATIO_COLUMNS)
    ended = _ended(requests, models)
    pairs = [_pair(ended, what, pair) for what in (TIME, PRICE) for pair in pairs_of(models)]
    family = sum(pair.judged for pair in pairs)
    level = 1 - LEVEL / max(1, family)
    return frame([_row(pair, level, family) for pair in pairs], RATIO_COLUMNS)
