"""Whether studies find what `kit plan` promises: planned power beside the share of simulated studies that find it.

Run: python tests/bench/bench_plan.py [STUDIES]
One of four dimensions truly differs; shares of variance are measured on one very large study of the same world.
"""

import sys

import numpy as np
from bench_verdict import Truth, study

from kit.stats.planning import Assumed, Design, power
from kit.stats.variance import components
from kit.stats.verdict import weigh_grids

WORLDS = (
    Truth(effect=0.5),
    Truth(effect=0.5, raters=5),
    Truth(effect=0.5, prompts=48, raters=5, taste=0.3),
    Truth(effect=0.7, prompts=40, raters=3, prompt=1.0),
    Truth(effect=0.6, prompts=20, raters=8),
    Truth(effect=0.6, prompts=24, raters=1, taste=0.0),
    Truth(effect=0.8, prompts=30, raters=4, taste=0.3),
)


def truth_of(world: Truth) -> tuple[float, Assumed]:
    """The true win rate and shares of variance, from 4,000 prompts and 200 raters."""
    large = Truth(**{**vars(world), "prompts": 4000, "raters": 200})
    cells = study(np.random.default_rng(1), large)[0]
    part = components(cells)
    whole = part.prompt + part.rater + part.vote
    ties = float((cells.net == 0).mean())
    return cells.win_rate, Assumed(ties, part.prompt / whole, 0.5, max(0.0, part.rater) / whole, "the truth")


def main(studies: int) -> None:
    """Print a line a world."""
    for world in WORLDS:
        rate, assumed = truth_of(world)
        design = Design(world.prompts, 1, world.raters)
        rng, found = np.random.default_rng(5), 0
        level = Truth(**{**vars(world), "effect": 0.0})
        for _ in range(studies):
            grids = [*study(rng, world)[:1], *study(rng, level)[1:]]
            found += weigh_grids(grids, draws=1000)[0].better == 1
        print(
            f"{world.prompts} prompts, {world.raters} raters, win rate {rate:.2f}: "
            f"planned {power(design, rate, assumed):.0%}, found {found / studies:.0%}",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
