"""How long generation took, what it cost, and how often it failed."""

import math
from collections.abc import Sequence

import pandas as pd

from kit.stats.bootstrap import median_interval
from kit.stats.counts import frame

SPEED_COLUMNS = {
    "model": "str",
    "n_requests": "int64",
    "n_done": "int64",
    "n_failed": "int64",
    "n_open": "int64",
    "n_timed": "int64",
    "n_prompts": "int64",
    "median_seconds": "float64",
    "low": "float64",
    "high": "float64",
    "interval_kind": "str",
}
COST_COLUMNS = {
    "model": "str",
    "n_requests": "int64",
    "n_done": "int64",
    "n_priced": "int64",
    "total_usd": "float64",
    "median_usd": "float64",
    "usd_per_clip": "float64",
}

# A request that ended without a clip. Every other state but 'done' may still bring one.
FAILED = frozenset({"failed", "refused", "cancelled", "expired", "lost"})


def _states(part: pd.DataFrame) -> dict[str, object]:
    if part.empty:
        return {"n_requests": 0, "n_done": 0, "n_failed": 0, "n_open": 0}
    done = int((part["state"] == "done").sum())
    failed = int(part["state"].isin(FAILED).sum())
    return {"n_requests": len(part), "n_done": done, "n_failed": failed, "n_open": len(part) - done - failed}


def _numbers(part: pd.DataFrame, column: str) -> pd.Series:
    if part.empty:
        return pd.Series(dtype="float64")
    return pd.to_numeric(part[column], errors="coerce").astype("float64")


def generation_speed(
    requests: pd.DataFrame, models: Sequence[str], *, draws: int = 5000, seed: int = 0
) -> pd.DataFrame:
    """Return one row a model, in the order of `models`; failures are counted, not dropped.

    Columns: model; n_requests, n_done, n_failed, n_open (neither yet); n_timed (done, with a known time) on n_prompts;
    median_seconds of wall time over those clips, with low, high, interval_kind: 95% interval resampling prompts with
    all their takes (`kit.stats.bootstrap.median_interval`, none below six prompts).
    """
    rows = []
    for model in models:
        part = requests[requests["model"] == model] if not requests.empty else requests
        seconds = _numbers(part, "seconds")
        timed = part[(part["state"] == "done") & seconds.notna()] if not part.empty else part
        values = seconds.loc[timed.index].to_numpy(dtype=float)
        owners = timed["prompt_id"].astype(str).to_numpy() if len(timed) else values
        ends = median_interval(values, owners, draws=draws, seed=seed)
        rows.append(
            {
                "model": model,
                **_states(part),
                "n_timed": len(timed),
                "n_prompts": int(timed["prompt_id"].nunique()) if len(timed) else 0,
                "median_seconds": float(pd.Series(values).median()) if len(values) else math.nan,
                "low": ends.low,
                "high": ends.high,
                "interval_kind": ends.kind,
            }
        )
    return frame(rows, SPEED_COLUMNS)


def generation_cost(requests: pd.DataFrame, models: Sequence[str]) -> pd.DataFrame:
    """Return one row a model, in the order of `models`, in US dollars.

    Columns: model; n_requests, n_done; n_priced (requests with a known cost, failed ones too: they may be charged);
    total_usd over those; median_usd of those; usd_per_clip: total_usd / n_done, only where every request has a price
    (NaN else, since it would look too cheap).
    """
    rows = []
    for model in models:
        part = requests[requests["model"] == model] if not requests.empty else requests
        states = _states(part)
        prices = _numbers(part, "cost_usd").dropna().sort_values()
        total = math.fsum(prices) if len(prices) else math.nan
        done = int(str(states["n_done"]))
        rows.append(
            {
                "model": model,
                "n_requests": states["n_requests"],
                "n_done": done,
                "n_priced": len(prices),
                "total_usd": total,
                "median_usd": float(prices.median()) if len(prices) else math.nan,
                "usd_per_clip": total / done if done and len(prices) == len(part) else math.nan,
            }
        )
    return frame(rows, COST_COLUMNS)
