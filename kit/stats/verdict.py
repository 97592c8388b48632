"""What may be claimed about two models on one dimension.

The rule. A model is `better` on a dimension only where both hold:

(a) p, the larger of two two-sided p values, adjusted by Holm over the family, is at most .05:
    the exact sign-flip test on per-prompt mean preferences (`kit.stats.exact`), which holds for other prompts with the
    same raters, also with few prompts; and Student's t of the win rate with prompts and raters both as samples
    (`kit.stats.variance`), which brings in that other raters might choose otherwise;
(b) the bootstrap interval of the win rate, at the level at which Holm's procedure holds that p, excludes a half,
    on the side of that model, which must also be ahead by prompts.

Otherwise it is `no difference shown`, which is not `equal`; without votes it is `no votes`. A single prompt can never
satisfy (a). With a single rater nothing is known of others, so the claim is about that rater's preference, and must
be worded so.

What it costs. Of studies of four dimensions in which no model is better, at most 5% name one on any of them, where
raters' tastes are 3% to 7% of a vote's variance, the range of published votes: 1% to 4.3% in 1,000 simulated studies of
each of seventeen kinds, among them heterogeneous and heavy-tailed prompts, two raters, raters who saw a quarter of the
prompts, and one taste on all dimensions. With tastes of 15% it is 5%, with tastes as strong as the vote itself 11%: so
far no three raters can speak for others. Of true differences about a win rate of .66, 24 prompts and 3 raters find 28%,
5 raters 60%; sign flips alone would find 57% and 77%, and name a winner on up to 29% of the dimensions without a
difference. tests/bench/bench_verdict.py has every figure.

The family. All dimension x pair combinations of the comparison on which there is at least one vote: for two models
and the default rubric, four. Combinations without votes were not tested and do not count.

Votes of one kind of rater only belong here: people, judges and simulated raters are never pooled.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from kit.stats.bootstrap import rate_draws, rate_interval
from kit.stats.counts import COUNT_COLUMNS, Grid, count_votes, frame, grid, orient
from kit.stats.distributions import student_cdf
from kit.stats.exact import FlipTest, Interval, SignTest, holm, holm_levels, sign_flip_test, sign_test
from kit.stats.power import prompts_needed, smallest_effect
from kit.stats.variance import Spread, components, spread, taste

ALPHA = 0.05
BETTER = "better"
NO_DIFFERENCE = "no difference shown"
NO_VOTES = "no votes"

WIN_COLUMNS = {
    **COUNT_COLUMNS,
    "low": "float64",
    "high": "float64",
    "interval_kind": "str",
    "corrected_low": "float64",
    "corrected_high": "float64",
    "corrected_level": "float64",
    "prompts_a": "int64",
    "prompts_b": "int64",
    "prompts_level": "int64",
    "p_sign": "float64",
    "p_permutation": "float64",
    "permutation_method": "str",
    "p_clustered": "float64",
    "p_holm": "float64",
    "family": "int64",
}
VERDICT_COLUMNS = {
    "dimension": "str",
    "model_a": "str",
    "model_b": "str",
    "verdict": "str",
    "better": "str",
    "prompts_needed": "float64",
    "needs": "str",
    "smallest_shown": "float64",
}


class Weighed(NamedTuple):
    """The numbers (`wins`) and what they allow one to say (`verdicts`), one row each a dimension and pair."""

    wins: pd.DataFrame
    verdicts: pd.DataFrame


class Weight(NamedTuple):
    """All that is known of one dimension and pair; `better` is 1 for model a, -1 for model b, 0 for no claim."""

    ends: Interval
    corrected: Interval
    corrected_level: float
    signs: SignTest
    flips: FlipTest
    p_clustered: float
    p_holm: float
    better: int
    prompts_needed: float
    needs: str | None
    smallest_shown: float


def _needed(cells: Grid, around: Spread, family: int) -> tuple[float, str | None, float]:
    """Return further prompts needed (NaN if not estimable), what is short, and the smallest win rate shown."""
    n = len(cells.prompts)
    if n < 2:
        return math.nan, None, math.nan
    alpha = ALPHA / family
    effect = cells.win_rate - 0.5
    each = math.sqrt(around.prompts * n)
    reach = 0.5 + smallest_effect(each, n, fixed=around.raters, alpha=alpha, freedom=around.freedom)
    if effect == 0:
        return math.nan, None, reach
    total = prompts_needed(effect, each, fixed=around.raters, alpha=alpha)
    if math.isinf(total):
        return math.nan, "raters", reach
    return max(1.0, total - n), "prompts", reach


def _clustered(cells: Grid, around: Spread) -> float:
    """Two-sided p of the win rate against a half, prompts and raters both as samples; 1 without any variance."""
    if around.variance <= 0:
        return 1.0 if cells.win_rate == 0.5 else 0.0
    t = abs(cells.win_rate - 0.5) / math.sqrt(around.variance)
    # Ten digits, so that dimensions with mirrored or permuted votes stay equal to the last bit.
    return float(f"{2.0 * (1.0 - student_cdf(t, around.freedom)):.10g}")


def _claim(cells: Grid, corrected: Interval, p_holm: float) -> int:
    """Return 1 if a may be called better, -1 if b may, else 0."""
    if len(cells.prompts) < 2 or not p_holm <= ALPHA:
        return 0
    lean = float((cells.prompt_net / cells.prompt_votes).sum())
    if corrected.low > 0.5 and lean > 0:
        return 1
    return -1 if corrected.high < 0.5 and lean < 0 else 0


def weigh_grids(grids: Sequence[Grid], *, draws: int = 5000, seed: int = 0) -> list[Weight]:
    """Weigh one family of tests: a Grid, with at least one vote in it, for each dimension and pair."""
    flips = [sign_flip_test(cells.prompt_net, cells.prompt_votes, seed=seed) for cells in grids]
    parts = [components(cells) for cells in grids]
    known = taste(grids, parts)
    spreads = [spread(cells, part, known) for cells, part in zip(grids, parts, strict=True)]
    clustered = [_clustered(cells, around) for cells, around in zip(grids, spreads, strict=True)]
    larger = [max(test.p, p) for test, p in zip(flips, clustered, strict=True)]
    weights = []
    for cells, test, around, p, p_holm, level in zip(
        grids, flips, spreads, clustered, holm(larger), holm_levels(larger, ALPHA), strict=True
    ):
        drawn = rate_draws(cells, draws=draws, seed=seed)
        corrected = rate_interval(cells, drawn, around, 1 - level)
        better = _claim(cells, corrected, p_holm)
        further, needs, reach = _needed(cells, around, len(grids))
        weights.append(
            Weight(
                ends=rate_interval(cells, drawn, around),
                corrected=corrected,
                corrected_level=1 - level,
                signs=sign_test(cells.prompt_net),
                flips=test,
                p_clustered=p,
                p_holm=p_holm,
                better=better,
                prompts_needed=0.0 if better else further,
                needs=None if better else needs,
                smallest_shown=reach,
            )
        )
    return weights


def weigh(
    votes: pd.DataFrame, models: Sequence[str], dimensions: Sequence[str], *, draws: int = 5000, seed: int = 0
) -> Weighed:
    """Weigh the votes of one kind of rater, for every dimension and every pair of `models`.

    `wins` has the columns of `kit.stats.counts.count_votes`, and: low, high (95% interval of win_rate), interval_kind
    ('bootstrap', 'exact', 'none'; see `kit.stats.bootstrap`); corrected_low, corrected_high at corrected_level (see
    the rule above); prompts_a, prompts_b, prompts_level (prompts on which more votes went to a, to b, or neither);
    p_sign (sign test on those), p_permutation with permutation_method ('exact' or 'random flips'), p_clustered
    (Student's t with prompts and raters as samples), p_holm (the larger of the last two adjusted); family (tests
    adjusted for). NaN or None where there is nothing to compute from.

    `verdicts` has: verdict ('better', 'no difference shown', 'no votes'); better (the model, or None);
    prompts_needed (further prompts for 80% power at the present win rate; 0 where one is better, NaN where not
    estimable); needs ('prompts', 'raters' where their tastes seem to differ so much that more prompts alone would not do,
    or None); smallest_shown (the win rate, above a half, that so many prompts show with 80% power; NaN if none).
    """
    counted = count_votes(votes, models, dimensions)
    oriented = orient(votes, models)
    rows: list[dict[str, object]] = [{str(k): v for k, v in r.items()} for r in counted.to_dict("records")]
    voted = [row for row in rows if row["n_votes"]]
    grids = [grid(oriented, str(r["dimension"]), str(r["model_a"]), str(r["model_b"])) for r in voted]
    weights = iter(weigh_grids(grids, draws=draws, seed=seed))
    verdicts = []
    for row in rows:
        weight = next(weights) if row["n_votes"] else None
        row.update(_numbers(weight), family=len(voted))
        verdicts.append({k: row[k] for k in ("dimension", "model_a", "model_b")} | _verdict(row, weight))
    return Weighed(frame(rows, WIN_COLUMNS), frame(verdicts, VERDICT_COLUMNS))


def _numbers(weight: Weight | None) -> dict[str, object]:
    return {
        "low": weight.ends.low if weight else math.nan,
        "high": weight.ends.high if weight else math.nan,
        "interval_kind": weight.ends.kind if weight else "none",
        "corrected_low": weight.corrected.low if weight else math.nan,
        "corrected_high": weight.corrected.high if weight else math.nan,
        "corrected_level": weight.corrected_level if weight else math.nan,
        "prompts_a": weight.signs.a if weight else 0,
        "prompts_b": weight.signs.b if weight else 0,
        "prompts_level": weight.signs.level if weight else 0,
        "p_sign": weight.signs.p if weight else math.nan,
        "p_permutation": weight.flips.p if weight else math.nan,
        "permutation_method": weight.flips.method if weight else None,
        "p_clustered": weight.p_clustered if weight else math.nan,
        "p_holm": weight.p_holm if weight else math.nan,
    }


def _verdict(row: dict[str, object], weight: Weight | None) -> dict[str, object]:
    if weight is None:
        said: tuple[str, object] = (NO_VOTES, None)
    elif weight.better:
        said = (BETTER, row["model_a"] if weight.better > 0 else row["model_b"])
    else:
        said = (NO_DIFFERENCE, None)
    return {
        "verdict": said[0],
        "better": said[1],
        "prompts_needed": weight.prompts_needed if weight else math.nan,
        "needs": weight.needs if weight else None,
        "smallest_shown": weight.smallest_shown if weight else math.nan,
    }
