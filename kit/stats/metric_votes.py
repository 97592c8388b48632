"""Whether measurements say what people said: each metric against the study's own votes, pair by pair."""

from collections.abc import Sequence

import pandas as pd

from kit.stats.counts import frame, orient
from kit.stats.measured import clip_values
from kit.stats.ranks import spearman, spearman_interval

FEW = 30  # prompts below which a warning is: the interval of a correlation is then more than about 0.7 wide

VOTE_COLUMNS = {
    "metric": "str",
    "version": "int64",
    "dimension": "str",
    "n_prompts": "int64",
    "n_pairs": "int64",
    "n_votes": "int64",
    "correlation": "float64",
    "low": "float64",
    "high": "float64",
    "warning": "str",
}
_KEYS = ["prompt_id", "model_a", "model_b", "take"]
_NET = {"a": 1.0, "b": -1.0}


def paired(
    measurements: pd.DataFrame,
    requests: pd.DataFrame,
    votes: pd.DataFrame,
    models: Sequence[str],
    dimension: str,
) -> pd.DataFrame:
    """Return one row for each pair of clips that was voted on in this dimension.

    Columns: prompt_id, model_a, model_b, take; net (mean over votes of 1 for a, -1 for b, 0 for a tie of any kind);
    votes; then one column a metric with its difference, a minus b (NaN where a clip has no value).
    """
    cast = orient(votes, models)
    if not cast.empty:
        cast = cast[cast["dimension"] == dimension]
    points = clip_values(measurements, requests, models)
    if cast.empty or points.empty:
        return pd.DataFrame(columns=[*_KEYS, "net", "votes"])
    cast = cast.assign(net=cast["choice"].map(_NET).fillna(0.0).astype(float))
    pairs = cast.groupby(_KEYS)["net"].agg(net="mean", votes="size").reset_index()
    wide = points.pivot_table(
        index=["prompt_id", "take", "model"], columns="metric", values="value", aggfunc="mean"
    )
    keys = [pd.MultiIndex.from_frame(pairs[["prompt_id", "take", model]]) for model in ("model_a", "model_b")]
    one, two = (wide.reindex(key).to_numpy(dtype=float) for key in keys)
    differences = pd.DataFrame(one - two, columns=list(wide.columns), index=pairs.index)
    return pd.concat([pairs, differences], axis=1)


def vote_correlations(
    measurements: pd.DataFrame,
    requests: pd.DataFrame,
    votes: pd.DataFrame,
    models: Sequence[str],
    dimensions: Sequence[str],
    *,
    draws: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Correlate each metric's difference within pairs with what people chose; a row for each metric and dimension.

    Columns: metric, version, dimension; n_prompts, n_pairs, n_votes; correlation (Spearman over pairs: above 0, the
    clip with the larger value tends to be preferred); low, high (95%, prompts resampled; NaN below six prompts);
    warning (empty from 30 prompts on). Many metrics are looked at at once: some will correlate by chance.
    """
    rows: list[dict[str, object]] = []
    versions = {} if measurements.empty else measurements.groupby("metric")["version"].max().to_dict()
    for dimension in dimensions:
        table = paired(measurements, requests, votes, models, dimension)
        for metric in table.columns[len(_KEYS) + 2 :]:
            own = table[table[metric].notna()]
            if own.empty:
                continue
            prompts = own["prompt_id"].nunique()
            ends = spearman_interval(own[metric], own["net"], own["prompt_id"], draws=draws, seed=seed)
            rows.append(
                {
                    "metric": metric,
                    "version": int(versions[metric]),
                    "dimension": dimension,
                    "n_prompts": prompts,
                    "n_pairs": len(own),
                    "n_votes": int(own["votes"].sum()),
                    "correlation": spearman(own[metric], own["net"]),
                    "low": ends.low,
                    "high": ends.high,
                    "warning": _warning(prompts),
                }
            )
    return frame(rows, VOTE_COLUMNS)


def _warning(prompts: int) -> str:
    if prompts >= FEW:
        return ""
    return (
        f"{prompts} prompt{'s' if prompts != 1 else ''} with votes: too few to say that this metric follows people "
        f"(at least {FEW} are needed for an interval that is of use)."
    )
