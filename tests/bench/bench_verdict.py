"""How often the verdict rule names a winner: in studies without any, and in studies with one.

Run: python tests/bench/bench_verdict.py [STUDIES]
Each study has four dimensions (Holm over the four). A latent preference past .3 either way is a choice, else a tie; sd 1
is each vote's own, .5 the prompt's, .3 a rater's on one prompt, and `taste` a rater's for one model on one dimension
(.2 and .3 are 3% and 7% of a vote's variance, the range of published votes; .5 is 15%). `alike` is the part of a rater's
taste that is the same on all dimensions.
"""

import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kit.stats.counts import Grid
from kit.stats.exact import holm
from kit.stats.verdict import ALPHA, weigh_grids

DIMENSIONS = 4


@dataclass(frozen=True)
class Truth:
    """A world that studies are drawn from."""

    prompts: int = 24
    raters: int = 3
    effect: float = 0.0
    taste: float = 0.2
    alike: float = 0.0
    prompt: float = 0.5
    heavy: bool = False
    side: float = 0.0
    takes: int = 1
    seen: float = 1.0
    together: float = 0.0
    only: int | None = None


def study(rng: np.random.Generator, truth: Truth) -> list[Grid]:
    """The grids of one study's four dimensions."""
    n, m, k = truth.prompts, truth.raters, truth.takes
    common, halo = rng.normal(size=(k, n, m)), rng.normal(size=(1, m))
    cast = (rng.random((n, m)) < truth.seen).astype(np.int64)
    cast[np.arange(n), rng.integers(0, m, n)] = 1
    side = rng.choice([-truth.side, truth.side], size=(k, n, m))
    grids = []
    for dimension in range(DIMENSIONS):
        clips = rng.standard_t(2.2, size=(k, n, 1)) if truth.heavy else rng.normal(size=(k, n, 1))
        favour = np.sqrt(truth.alike) * halo + np.sqrt(1 - truth.alike) * rng.normal(size=(1, m))
        taste = truth.taste if truth.only in {None, dimension} else 0.0
        own = np.sqrt(truth.together) * common + np.sqrt(1 - truth.together) * rng.normal(size=(k, n, m))
        latent = (
            truth.effect
            + truth.prompt * (clips + clips.mean(axis=0)) / np.sqrt(2 if k > 1 else 4)
            + taste * favour
            + 0.3 * rng.normal(size=(n, m))
            + own
            + side
        )
        net = ((latent > 0.3).astype(np.int64) - (latent < -0.3)).sum(axis=0) * cast
        names = tuple(f"p{i:03}" for i in range(n)), tuple(f"r{i:02}" for i in range(m))
        grids.append(Grid(*names, net, cast * k))
    return grids


def named(truth: Truth, studies: int, seed: int = 7) -> tuple[float, float, float, NDArray[np.float64]]:
    """Share of studies with any winner, of dimensions with one, of those by sign flips alone, and the win rates."""
    rng = np.random.default_rng(seed)
    any_, each, flips, rates = 0, 0.0, 0.0, []
    for _ in range(studies):
        weights = weigh_grids(grids := study(rng, truth), draws=1000)
        better = [bool(w.better) for w in weights]
        any_ += any(better)
        each += sum(better) / DIMENSIONS
        flips += sum(p <= ALPHA for p in holm([w.flips.p for w in weights])) / DIMENSIONS
        rates += [cells.win_rate for cells in grids]
    return any_ / studies, each / studies, flips / studies, np.array(rates)


NULL = {
    "as published, low": Truth(),
    "as published, high": Truth(taste=0.3),
    "no tastes": Truth(taste=0.0),
    "12 prompts": Truth(prompts=12, taste=0.3),
    "48 prompts, 5 raters": Truth(prompts=48, raters=5, taste=0.3),
    "48 prompts, 2 raters": Truth(prompts=48, raters=2, taste=0.3),
    "100 prompts": Truth(prompts=100, taste=0.3),
    "heterogeneous prompts": Truth(prompt=1.5),
    "heavy-tailed prompts": Truth(prompt=1.0, heavy=True),
    "one rater": Truth(raters=1, taste=0.0),
    "raters favour a side": Truth(side=0.7),
    "3 takes": Truth(takes=3, prompts=16),
    "12 raters see 1 in 4": Truth(raters=12, prompts=40, seen=0.25, taste=0.3),
    "dimensions alike": Truth(together=0.6, taste=0.3),
    "one taste on all dimensions": Truth(taste=0.3, alike=1.0),
    "same, 48 prompts, 2 raters": Truth(taste=0.3, alike=1.0, prompts=48, raters=2),
    "same, 100 prompts": Truth(taste=0.3, alike=1.0, prompts=100),
    "strong tastes": Truth(taste=0.5),
    "strong, half alike": Truth(taste=0.5, alike=0.5),
    "strong on one dimension": Truth(taste=0.5, only=0),
    "as strong as the vote": Truth(taste=1.0),
}
TRUE = {
    "24 x 3": Truth(effect=0.5),
    "24 x 3, no tastes": Truth(effect=0.5, taste=0.0),
    "24 x 5": Truth(effect=0.5, raters=5),
    "48 x 3": Truth(effect=0.4, prompts=48),
    "48 x 5": Truth(effect=0.4, prompts=48, raters=5),
}


def main(studies: int) -> None:
    """Print both tables."""
    print(
        f"No difference: share of {studies} studies that name a winner (by sign flips alone, of dimensions)"
    )
    for name, truth in NULL.items():
        share, _, flips, _ = named(truth, studies)
        print(f"  {name:<28} {share:6.1%}   ({flips:.1%})", flush=True)
    print("A difference on each dimension: share of them found (by sign flips alone)")
    for name, truth in TRUE.items():
        _, each, flips, rates = named(truth, max(1, studies // 2))
        print(f"  {name:<28} {each:6.1%}   ({flips:.1%})  win rate {rates.mean():.2f}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
