"""Strengths of three and more models: what their intervals cover, how often level models are ranked, how fast it is.

Run with `pytest tests/bench/bench_strengths.py -o python_files='bench_*.py' -o python_functions='bench_*' -s`.
KIT_STUDIES is the number of simulated studies a row (400).
"""

import os
import statistics
import time
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from kit.stats.strengths import rank_models, strengths
from tests.paired_data import Ladder

STUDIES = int(os.environ.get("KIT_STUDIES", "400"))
CLUSTERED: dict[str, Any] = {}
BOOTSTRAP: dict[str, Any] = {"interval": "bootstrap", "draws": 500}
HOWS = (CLUSTERED, BOOTSTRAP, {"ties": "davidson"}, {"ties": "rao_kupper"})


class Case(NamedTuple):
    """Studies of one kind: so many prompts, raters, and a share of all votes; and the ways to look at them."""

    ladder: Ladder
    prompts: int
    raters: int
    share: float = 1.0
    hows: tuple[dict[str, Any], ...] = (CLUSTERED, BOOTSTRAP)


# A single rater's interval is about that rater, so there is no taste.
CASES = {
    "3 models, 12 prompts, 1 rater": Case(Ladder([-0.3, 0, 0.3], taste=0), 12, 1),
    "3 level models, 12 prompts, 3 raters": Case(Ladder([0, 0, 0]), 12, 3),
    "3 models, 8 prompts, 3 raters": Case(Ladder([-0.3, 0, 0.3]), 8, 3),
    "3 models, 4 prompts, 3 raters": Case(Ladder([-0.3, 0, 0.3]), 4, 3, hows=(CLUSTERED,)),
    "4 models, 24 prompts, 4 raters": Case(Ladder([-0.4, -0.1, 0.1, 0.4]), 24, 4, hows=HOWS),
    "4 models, 24 prompts, 4 raters, no taste": Case(Ladder([-0.4, -0.1, 0.1, 0.4], taste=0), 24, 4),
    "3 models, 24 prompts, 12 raters of strong taste": Case(Ladder([-0.2, 0, 0.2], taste=0.5), 24, 12),
    "4 models, 24 prompts, 4 raters of strong taste": Case(Ladder([-0.4, -0.1, 0.1, 0.4], taste=0.5), 24, 4),
    "6 models, 50 prompts, 5 raters, half the votes": Case(
        Ladder([-0.5, -0.3, -0.1, 0.1, 0.3, 0.5]), 50, 5, 0.5
    ),
    "4 models, 40 prompts, 60 raters, 4% of the votes": Case(Ladder([0, 0, 0, 0]), 40, 60, 0.04),
    "4 models far apart, 12 prompts, 2 raters": Case(Ladder([-1.5, -0.2, 0.2, 2]), 12, 2, hows=(CLUSTERED,)),
    "3 models far apart, 8 prompts, 1 rater": Case(Ladder([-1.5, 0, 1.5], taste=0), 8, 1, hows=(CLUSTERED,)),
}


def bench_coverage() -> None:
    """Prints how often 95% intervals of strengths, chances, side and all ranks together hold what is true."""
    print(
        f"\n{STUDIES} studies a row; 95% intervals hold (strengths, chances, side, all ranks), mean width of strength"
    )
    for name, case in CASES.items():
        for how in case.hows:
            label = how.get("interval") or how.get("ties") or "clustered"
            print(f"{name:52} {label:10} {_covered(case, how)}")


def _covered(case: Case, how: dict[str, Any]) -> str:
    ladder, rng = case.ladder, np.random.default_rng(5)
    truth, chances, side = ladder.truth(how.get("ties", "half"))
    # Level models share all ranks from the first to the last of them.
    first = 1 + (ladder.strengths > ladder.strengths[:, None]).sum(axis=1)
    last = len(truth) - (ladder.strengths < ladder.strengths[:, None]).sum(axis=1)
    held: list[list[float]] = []
    kinds: dict[str, int] = {}
    for _ in range(STUDIES):
        ranked = rank_models(
            ladder.votes(rng, case.prompts, case.raters, case.share), ladder.models, ["d"], **how
        )
        found, fits = ranked.strengths, ranked.fits.iloc[0]
        held.append(
            [
                ((found["low"] <= truth) & (truth <= found["high"])).mean(),
                ((found["chance_low"] <= chances) & (chances <= found["chance_high"])).mean(),
                fits["side_low"] <= side <= fits["side_high"],
                ((found["rank_low"] <= first) & (last <= found["rank_high"])).all(),
                (found["high"] - found["low"]).mean(),
            ]
        )
        kind = found["interval_kind"].iloc[0]
        kinds[kind] = kinds.get(kind, 0) + 1
    *shares, width = np.mean(held, axis=0)
    of = ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items()))
    return f"{' '.join(f'{100 * s:5.1f}%' for s in shares)}  width {width:.2f}  ({of})"


def bench_false_ranks() -> None:
    """Prints in how many studies of level models any model is ranked above another (5% at most is meant)."""
    print(f"\n{STUDIES} studies of level models; ranked above another in")
    for models, prompts, raters, taste in (
        *((3, 12, 3, 0.14), (4, 24, 4, 0.14), (6, 50, 5, 0.14), (10, 30, 6, 0.14)),
        *((4, 24, 4, 0.0), (4, 24, 4, 0.3), (4, 24, 4, 0.5), (3, 5, 3, 0.14)),
    ):
        ladder, rng, claimed = Ladder([0.0] * models, taste=taste), np.random.default_rng(11), 0
        for _ in range(STUDIES):
            found = strengths(ladder.votes(rng, prompts, raters), ladder.models, ["d"])
            claimed += bool((found["rank_high"] - found["rank_low"] < models - 1).any())
        print(
            f"{models} models, {prompts} prompts, {raters} raters, taste {taste}: {100 * claimed / STUDIES:.1f}%"
        )


def _plain_loop(votes: pd.DataFrame) -> np.ndarray:
    """Estimates alone, as they are usually had: a table of wins, and Hunter's MM loop until nothing moves by 1e-8."""
    share = votes["choice"].map({"a": 1.0, "b": 0.0}).fillna(0.5)
    wins = pd.concat(
        [
            pd.DataFrame({"one": votes["model_a"], "two": votes["model_b"], "won": share}),
            pd.DataFrame({"one": votes["model_b"], "two": votes["model_a"], "won": 1 - share}),
        ]
    )
    won = wins.pivot_table(index="one", columns="two", values="won", aggfunc="sum", fill_value=0.0).to_numpy()
    met, worth = won + won.T, np.ones(len(won))
    while True:
        new = won.sum(axis=1) / (met / (worth[:, None] + worth)).sum(axis=1)
        new /= np.exp(np.log(new).mean())
        if np.abs(np.log(new) - np.log(worth)).max() < 1e-8:
            return np.log(new)
        worth = new


def bench_speed() -> None:
    """Prints what 100,000 votes over 50 models take, against a plain MM loop for the estimates alone; and draws."""
    rng, n, k = np.random.default_rng(2), 100_000, 50
    names = np.array([f"m{i:02}" for i in range(k)])
    one = rng.integers(0, k, n)
    two = (one + rng.integers(1, k, n)) % k
    latent = (one - two) / 25 + rng.logistic(size=n)
    votes = pd.DataFrame(
        {
            "prompt_id": np.char.add("p", rng.integers(0, 1000, n).astype(str)),
            "model_a": names[one],
            "model_b": names[two],
            "dimension": "d",
            "rater": np.char.add("r", rng.integers(0, 200, n).astype(str)),
            "choice": np.where(latent > 0.5, "a", np.where(latent < -0.5, "b", "both_good")),
            "left_model": np.where(rng.random(n) < 0.5, names[one], names[two]),
        }
    )
    plain, ours = [], []
    for _ in range(5):
        start = time.perf_counter()
        loop = _plain_loop(votes)
        middle = time.perf_counter()
        found = strengths(votes, list(names), ["d"])
        plain.append(middle - start)
        ours.append(time.perf_counter() - middle)
    # The loop knows no side; which side a model stood on was thrown for each vote, so it hardly moves the estimates.
    assert np.abs(found["strength"] - loop).max() < 0.02
    mine, theirs = statistics.median(ours), statistics.median(plain)
    print(
        f"\n100,000 votes, 50 models: fit, clustered intervals, ranks {mine:.2f} s; plain MM loop, estimates only "
        f"{theirs:.2f} s ({mine / theirs:.2f} x)"
    )
    ladder = Ladder([-0.5, -0.3, -0.1, 0.1, 0.3, 0.5])
    small = ladder.votes(np.random.default_rng(1), 50, 5)
    start = time.perf_counter()
    strengths(small, ladder.models, ["d"])
    middle = time.perf_counter()
    strengths(small, ladder.models, ["d"], interval="bootstrap", draws=5000)
    print(
        f"{len(small):,} votes, 6 models: clustered {1000 * (middle - start):.0f} ms, "
        f"5,000 bootstrap draws {time.perf_counter() - middle:.2f} s"
    )
