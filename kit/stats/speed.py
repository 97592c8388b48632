"""How long generation took, what it cost, and how often it failed."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from kit.stats.bootstrap import MIN_PROMPTS, median_interval, percentile_interval, resamples
from kit.stats.counts import frame
from kit.stats.exact import NO_INTERVAL, Interval, clopper_pearson

SPEED_COLUMNS = {
    "model": "str",
    "n_requests": "int64",
    "n_done": "int64",
    "n_failed": "int64",
    "n_refused": "int64",
    "n_open": "int64",
    "n_timed": "int64",
    "n_prompts": "int64",
    "median_seconds": "float64",
    "low": "float64",
    "high": "float64",
    "interval_kind": "str",
    "median_counting_failed": "float64",
    "failed_share": "float64",
    "failed_low": "float64",
    "failed_high": "float64",
    "n_queue": "int64",
    "queue_seconds": "float64",
    "queue_low": "float64",
    "queue_high": "float64",
    "n_processing": "int64",
    "processing_seconds": "float64",
    "processing_low": "float64",
    "processing_high": "float64",
}
COST_COLUMNS = {
    "model": "str",
    "n_requests": "int64",
    "n_done": "int64",
    "n_priced": "int64",
    "total_usd": "float64",
    "median_usd": "float64",
    "usd_per_clip": "float64",
    "median_low": "float64",
    "median_high": "float64",
    "per_clip_low": "float64",
    "per_clip_high": "float64",
    "interval_kind": "str",
}

# A request that ended without a clip. Every other state but 'done' may still bring one.
FAILED = frozenset({"failed", "refused", "cancelled", "expired", "lost"})


class _Median(NamedTuple):
    n: int
    value: float
    ends: Interval


def _states(part: pd.DataFrame) -> dict[str, object]:
    if part.empty:
        return {"n_requests": 0, "n_done": 0, "n_failed": 0, "n_refused": 0, "n_open": 0}
    done = int((part["state"] == "done").sum())
    failed = int(part["state"].isin(FAILED).sum())
    return {
        "n_requests": len(part),
        "n_done": done,
        "n_failed": failed,
        "n_refused": int((part["state"] == "refused").sum()),
        "n_open": len(part) - done - failed,
    }


def _numbers(part: pd.DataFrame, column: str) -> pd.Series:
    if part.empty or column not in part:
        return pd.Series(math.nan, index=part.index, dtype="float64")
    return pd.to_numeric(part[column], errors="coerce").astype("float64")


def _median(part: pd.DataFrame, values: pd.Series, *, draws: int, seed: int) -> _Median:
    """The median of the known values, with whole prompts resampled."""
    known = values[values.notna()].sort_values(kind="stable")
    if known.empty:
        return _Median(0, math.nan, NO_INTERVAL)
    owners = part.loc[known.index, "prompt_id"].astype(str).to_numpy()
    ends = median_interval(known.to_numpy(dtype=float), owners, draws=draws, seed=seed)
    return _Median(len(known), float(known.median()), ends)


def _counting_failed(part: pd.DataFrame, seconds: pd.Series) -> float:
    """The median where a request that brought no clip took forever; NaN where a finished one has no time, or it is forever."""
    if part.empty:
        return math.nan
    done, failed = part["state"] == "done", part["state"].isin(FAILED)
    times = seconds.where(done, math.inf)[done | failed]
    middle = float(times.median()) if len(times) and times.notna().all() else math.nan
    return middle if math.isfinite(middle) else math.nan


def _per_clip(part: pd.DataFrame, prices: pd.Series, *, draws: int, seed: int) -> Interval:
    """Interval of the sum of prices over the number of finished clips, prompts resampled."""
    done = (part["state"] == "done").to_numpy(dtype=float)
    of_prompt, prompts = pd.factorize(part["prompt_id"].astype(str), sort=True)
    n = len(prompts)
    if n < MIN_PROMPTS:
        return NO_INTERVAL
    sums = np.zeros((n, 2))
    np.add.at(sums, of_prompt, np.column_stack([prices.to_numpy(dtype=float), done]))
    drawn = np.concatenate([rows @ sums for rows in resamples(n, draws=draws, seed=seed)])
    whole = drawn[:, 1] > 0
    values = drawn[whole, 0] / drawn[whole, 1]
    return percentile_interval(values, n) if len(values) and float(np.ptp(values)) > 1e-9 else NO_INTERVAL


def generation_speed(
    requests: pd.DataFrame, models: Sequence[str], *, draws: int = 5000, seed: int = 0
) -> pd.DataFrame:
    """Return one row a model, in the order of `models`; failures are counted, not dropped.

    Columns: model; n_requests, n_done, n_failed (ended without a clip), n_refused (of those, by the provider's rules), n_open
    (neither yet); n_timed (done, with a known time) on n_prompts;
    median_seconds of wall time over those clips, with low, high, interval_kind: 95% interval resampling prompts with
    all their takes (`kit.stats.bootstrap.median_interval`, none below six prompts); median_counting_failed: the median
    over all requests that ended, a failed one counting as longer than any (NaN where that is the answer, or a finished one has
    no time); failed_share of the requests that ended, with its exact 95% interval (Clopper and Pearson, prompts taken as
    they are); n_queue, queue_seconds, queue_low, queue_high and n_processing, processing_seconds, processing_low, processing_high:
    the same medians of the time spent waiting at the provider and of that spent filming, where they are known.
    """
    rows = []
    for model in models:
        part = requests[requests["model"] == model] if not requests.empty else requests
        states = _states(part)
        done = part[part["state"] == "done"] if not part.empty else part
        wall, queue, processing = (
            _median(done, _numbers(done, column), draws=draws, seed=seed)
            for column in ("seconds", "queue_seconds", "processing_seconds")
        )
        failed, ended = (
            int(str(states["n_failed"])),
            int(str(states["n_failed"])) + int(str(states["n_done"])),
        )
        share = clopper_pearson(failed, ended)
        timed = done[_numbers(done, "seconds").notna()] if not done.empty else done
        rows.append(
            {
                "model": model,
                **states,
                "n_timed": wall.n,
                "n_prompts": int(timed["prompt_id"].nunique()) if len(timed) else 0,
                "median_seconds": wall.value,
                "low": wall.ends.low,
                "high": wall.ends.high,
                "interval_kind": wall.ends.kind,
                "median_counting_failed": _counting_failed(part, _numbers(part, "seconds")),
                "failed_share": failed / ended if ended else math.nan,
                "failed_low": share.low,
                "failed_high": share.high,
                "n_queue": queue.n,
                "queue_seconds": queue.value,
                "queue_low": queue.ends.low,
                "queue_high": queue.ends.high,
                "n_processing": processing.n,
                "processing_seconds": processing.value,
                "processing_low": processing.ends.low,
                "processing_high": processing.ends.high,
            }
        )
    return frame(rows, SPEED_COLUMNS)


def generation_cost(
    requests: pd.DataFrame, models: Sequence[str], *, draws: int = 5000, seed: int = 0
) -> pd.DataFrame:
    """Return one row a model, in the order of `models`, in US dollars.

    Columns: model; n_requests, n_done; n_priced (requests with a known cost, failed ones too: they may be charged);
    total_usd over those; median_usd of those; usd_per_clip: total_usd / n_done, only where every request has a price
    (NaN else, since it would look too cheap); median_low, median_high and per_clip_low, per_clip_high: their 95% intervals, prompts
    resampled; interval_kind of the latter ('none' below six prompts, or where every clip cost the same).
    """
    rows = []
    for model in models:
        part = requests[requests["model"] == model] if not requests.empty else requests
        states = _states(part)
        all_prices = _numbers(part, "cost_usd")
        prices = all_prices.dropna().sort_values()
        total = math.fsum(prices) if len(prices) else math.nan
        done = int(str(states["n_done"]))
        whole = bool(done and len(prices) == len(part))
        middle = _median(part, all_prices, draws=draws, seed=seed)
        ends = _per_clip(part, all_prices, draws=draws, seed=seed) if whole else NO_INTERVAL
        rows.append(
            {
                "model": model,
                "n_requests": states["n_requests"],
                "n_done": done,
                "n_priced": len(prices),
                "total_usd": total,
                "median_usd": middle.value,
                "usd_per_clip": total / done if whole else math.nan,
                "median_low": middle.ends.low,
                "median_high": middle.ends.high,
                "per_clip_low": ends.low,
                "per_clip_high": ends.high,
                "interval_kind": ends.kind,
            }
        )
    return frame(rows, COST_COLUMNS)
