"""Which measurements may be said to differ between two models: many are looked at, and some would by chance.

The rule. A measurement differs between two models only where all of this holds:

(a) the 95% interval of its median difference within prompts (`kit.stats.measured.compare_measurements`) leaves out zero;
(b) the sign test on the prompts where one of the two is higher (Dixon and Mood 1946), adjusted by Benjamini and Hochberg
    (1995) over every metric with a direction and every pair of models, is at most LEVEL;
(c) both are on one side.

At LEVEL = 1%, of studies in which nothing differs about one in a hundred says that something does: adjusted p values of
Benjamini and Hochberg hold that too where every null is true. Votes have 5% to themselves, and a page that says all of
it should not name a difference in many more studies than that; tests/bench/bench_sentences.py has the figures.

A measurement that differs points to the model on the side that the metric calls better. It finds faults of one kind
and judges nothing, so it is not a verdict.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from kit.stats.counts import frame
from kit.stats.distributions import binomial_two_sided
from kit.stats.exact import benjamini_hochberg

LEVEL = 0.01

CLAIM_COLUMNS = {
    "metric": "str",
    "model_a": "str",
    "model_b": "str",
    "n_prompts": "int64",
    "higher": "str",
    "points_to": "str",
    "p_sign": "float64",
    "p_adjusted": "float64",
    "family": "int64",
}


def claim_differences(measured: pd.DataFrame, better: Mapping[str, str]) -> pd.DataFrame:
    """Return one row for each metric and pair of models that was looked at, in the order of `measured`.

    `measured` is the frame of `compare_measurements`; `better` says 'higher' or 'lower' by metric, and a metric that is
    not in it is not looked at. Columns: metric, model_a, model_b, n_prompts; higher (the model whose values are shown to
    be the larger, None where no difference is shown); points_to (the model on the better side, None likewise); p_sign;
    p_adjusted; family (how many were looked at).
    """
    looked = measured[measured["metric"].isin(list(better))] if not measured.empty else measured
    if looked.empty:
        return frame([], CLAIM_COLUMNS)
    p_values = [
        binomial_two_sided(int(a), int(a) + int(b))
        for a, b in zip(looked["a_higher"], looked["b_higher"], strict=True)
    ]
    rows: list[dict[str, object]] = []
    for row, p, adjusted in zip(
        looked.to_dict("records"), p_values, benjamini_hochberg(p_values), strict=True
    ):
        side = _side(row) if adjusted <= LEVEL else 0
        pair = (row["model_a"], row["model_b"])
        rows.append(
            {
                "metric": row["metric"],
                "model_a": pair[0],
                "model_b": pair[1],
                "n_prompts": int(row["n_prompts"]),
                "higher": (pair[0] if side > 0 else pair[1]) if side else None,
                "points_to": (pair[0] if (side > 0) == (better[row["metric"]] == "higher") else pair[1])
                if side
                else None,
                "p_sign": p,
                "p_adjusted": adjusted,
                "family": len(looked),
            }
        )
    return frame(rows, CLAIM_COLUMNS)


def _side(row: Mapping[Any, Any]) -> int:
    """1 where interval and signs both say that a is higher, -1 where they say b, else 0; NaN ends say nothing."""
    if row["low"] > 0 and row["a_higher"] > row["b_higher"]:
        return 1
    return -1 if row["high"] < 0 and row["b_higher"] > row["a_higher"] else 0
