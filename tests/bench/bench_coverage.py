"""What every interval covers: the share of simulated studies in which the 95% interval holds the truth.

Run: python tests/bench/bench_coverage.py [STUDIES]
Clustered by prompt throughout (clips shared by all votes), and by rater where votes are; four dimensions a study for
win rates. The truth is computed, or taken from one very large study of the same world. `none` is the share of studies
in which no interval is given. The last lines time 5,000 draws of four dimensions beside a plain loop.
"""

import sys
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from bench_verdict import Truth, study

from kit.stats.alpha import krippendorff
from kit.stats.bootstrap import mean_interval, median_interval, rate_draws, rate_interval
from kit.stats.exact import Interval, clopper_pearson, wilson
from kit.stats.kappa import cohen
from kit.stats.ranks import spearman, spearman_interval
from kit.stats.speed import generation_cost, generation_speed
from kit.stats.variance import components, spread, taste
from kit.stats.verdict import weigh_grids

Rng = np.random.Generator
DRAWS = 1000


class Case(NamedTuple):
    """A name, the truth, and a function that draws a study and gives its intervals."""

    name: str
    truth: float
    draw: Callable[[Rng], list[Interval]]


def rates() -> Iterator[Case]:
    """Win rates: prompts and raters, several sizes, ends of the scale, holes."""
    worlds = {
        "12 x 3": Truth(prompts=12),
        "24 x 3": Truth(),
        "24 x 3, tastes high": Truth(taste=0.3),
        "48 x 5, rate .69": Truth(prompts=48, raters=5, effect=0.6),
        "24 x 3, rate .9": Truth(effect=1.6),
        "heterogeneous prompts": Truth(prompt=1.5, effect=0.5),
        "12 raters see 1 in 4": Truth(prompts=40, raters=12, seen=0.25, effect=0.5),
        "3 takes": Truth(prompts=16, takes=3, effect=0.5),
        "one rater": Truth(raters=1, taste=0.0, effect=0.5),
        "5 prompts (exact)": Truth(prompts=5, effect=0.5),
    }
    for name, world in worlds.items():
        large = Truth(**{**vars(world), "prompts": 3000, "raters": 300, "seen": 1.0})
        truth = float(np.mean([cells.win_rate for cells in study(np.random.default_rng(1), large)]))

        def draw(rng: Rng, world: Truth = world) -> list[Interval]:
            grids = study(rng, world)
            parts = [components(cells) for cells in grids]
            known = taste(grids, parts)
            return [
                rate_interval(cells, rate_draws(cells, draws=DRAWS), spread(cells, part, known))
                for cells, part in zip(grids, parts, strict=True)
            ]

        yield Case(f"win rate, {name}", truth, draw)


def shares() -> Iterator[Case]:
    """Wilson and Clopper-Pearson over independent trials."""
    for n, p in ((20, 0.05), (20, 0.5), (50, 0.1)):
        yield Case(f"Wilson, {n} at {p}", p, lambda rng, n=n, p=p: [wilson(int(rng.binomial(n, p)), n)])
        yield Case(
            f"Clopper-Pearson, {n} at {p}",
            p,
            lambda rng, n=n, p=p: [clopper_pearson(int(rng.binomial(n, p)), n)],
        )


def scores_and_times() -> Iterator[Case]:
    """Mean score differences, medians of skewed times by prompt, prices, failures."""
    steps, chances = np.array([-1, 0, 1, 2]), [0.2, 0.4, 0.25, 0.15]
    for n in (4, 8, 24):
        yield Case(
            f"mean score difference, {n} prompts",
            float(steps @ chances),
            lambda rng, n=n: [mean_interval(rng.choice(steps, n, p=chances), bounds=(-4, 4), draws=DRAWS)],
        )
    for n, takes in ((6, 1), (15, 1), (24, 3)):

        def median(rng: Rng, n: int = n, takes: int = takes) -> list[Interval]:
            values = np.exp(0.5 * rng.normal(size=(n, 1)) + 0.5 * rng.normal(size=(n, takes)))
            return [median_interval(values.ravel(), np.repeat(np.arange(n), takes), draws=DRAWS)]

        yield Case(f"median time, {n} prompts x {takes}", 1.0, median)

    def requests(rng: Rng) -> pd.DataFrame:
        hard = np.repeat(rng.normal(size=24), 2)
        done = rng.random(48) < 0.9
        price = np.where(rng.random(48) < 0.3, 0.6, 0.3)
        return pd.DataFrame(
            {
                "prompt_id": np.repeat([f"p{i}" for i in range(24)], 2),
                "model": "x",
                "state": np.where(done, "done", "failed"),
                "seconds": 60 * np.exp(0.4 * hard + 0.3 * rng.normal(size=48)),
                "cost_usd": price,
            }
        )

    def per_clip(rng: Rng) -> list[Interval]:
        row = generation_cost(requests(rng), ["x"], draws=DRAWS).iloc[0]
        return [Interval(row["per_clip_low"], row["per_clip_high"], "")]

    def wall(rng: Rng) -> list[Interval]:
        row = generation_speed(requests(rng), ["x"], draws=DRAWS).iloc[0]
        return [Interval(row["low"], row["high"], "")]

    def failed(rng: Rng) -> list[Interval]:
        row = generation_speed(requests(rng), ["x"], draws=100).iloc[0]
        return [Interval(row["failed_low"], row["failed_high"], "")]

    yield Case("price of a finished clip", 0.39 / 0.9, per_clip)
    yield Case("median wall time, 24 prompts x 2", 60.0, wall)
    yield Case("share failed of 48", 0.1, failed)


def agreements() -> Iterator[Case]:
    """Alpha and raw agreement, kappa, rank correlation, units clustered by prompt."""

    def ratings(rng: Rng, prompts: int) -> tuple[np.ndarray, np.ndarray]:
        hard = rng.normal(size=(prompts, 1, 1))
        latent = hard + 0.7 * rng.normal(size=(prompts, 2, 1)) + rng.normal(size=(prompts, 2, 3))
        return np.clip(np.rint(latent + 3), 1, 5).reshape(-1, 3), np.repeat(np.arange(prompts), 2)

    def alpha(rng: Rng, prompts: int, level: str, draws: int = DRAWS):
        values, owner = ratings(rng, prompts)
        units = np.repeat(np.arange(len(values)), 3)
        return krippendorff(
            units, np.tile(np.arange(3), len(values)), values.ravel(), level=level,  # type: ignore[arg-type]
            clusters=np.repeat(owner, 3), draws=draws,
        )  # fmt: skip

    for level in ("nominal", "ordinal", "interval"):
        large = alpha(np.random.default_rng(1), 20_000, level, 0)
        yield Case(
            f"alpha, {level}, 24 prompts x 2",
            large.alpha,
            lambda rng, level=level: [alpha(rng, 24, level).ends],
        )
    yield Case("raw agreement, 24 prompts x 2", large.raw, lambda rng: [alpha(rng, 24, "nominal").raw_ends])

    def pairs(rng: Rng, prompts: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        values, owner = ratings(rng, prompts)
        return values[:, 0], values[:, 1], owner

    def kappa(rng: Rng, prompts: int, draws: int = DRAWS):
        one, two, owner = pairs(rng, prompts)
        return cohen(one, two, [1.0, 2.0, 3.0, 4.0, 5.0], clusters=owner, draws=draws)

    yield Case(
        "kappa, 30 prompts x 2",
        kappa(np.random.default_rng(1), 20_000, 100).kappa,
        lambda rng: [kappa(rng, 30).ends],
    )

    def rank(rng: Rng) -> list[Interval]:
        one, two, owner = pairs(rng, 30)
        return [spearman_interval(one, two, owner, draws=DRAWS)]

    one, two, _ = pairs(np.random.default_rng(1), 20_000)
    yield Case("rank correlation, 30 prompts x 2 clips", spearman(one, two), rank)


def covered(case: Case, studies: int) -> tuple[float, float, float, int]:
    """Share of intervals that hold the truth, share not given, mean width, and how many were given."""
    rng = np.random.default_rng(3)
    ends = [one for _ in range(studies) for one in case.draw(rng)]
    given = [one for one in ends if not np.isnan(one.low)]
    inside = np.mean([one.low <= case.truth <= one.high for one in given])
    width = np.mean([one.high - one.low for one in given])
    return float(inside), 1 - len(given) / len(ends), float(width), len(given)


def speed() -> None:
    """5,000 draws of four dimensions, 48 prompts x 5 raters, beside a loop that draws votes in Python."""
    grids = study(np.random.default_rng(1), Truth(prompts=48, raters=5, effect=0.3))
    start = time.perf_counter()
    weigh_grids(grids, draws=5000)
    ours = time.perf_counter() - start
    rng = np.random.default_rng(2)
    start = time.perf_counter()
    for cells in grids:
        for _ in range(500):
            rows = rng.integers(0, 48, 48)
            0.5 + cells.net[rows].sum() / (2 * cells.votes[rows].sum())
    loop = (time.perf_counter() - start) * 10
    print(
        f"four verdicts with 5,000 draws: {ours:.2f} s; the draws alone in a plain loop over numpy: {loop:.2f} s ({loop / ours:.1f} x)"
    )


def main(studies: int) -> None:
    """Print a line a case."""
    print(f"95% intervals, {studies} studies each")
    for case in (*rates(), *shares(), *scores_and_times(), *agreements()):
        inside, none, width, number = covered(case, studies)
        print(
            f"  {case.name:<40} {inside:6.1%}  (none {none:.0%}, width {width:.2f}, of {number})", flush=True
        )
    speed()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
