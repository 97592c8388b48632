"""How often a report's sentences name a model in studies where nothing differs, and which one where something does.

Run: python -m tests.bench.bench_sentences [STUDIES] [WORLD ...]
A sentence of the headline, the findings or the recommendation counts where it says in any way that one model is ahead of
another (`praise` in tests/sentence_studies.py): preferred, faster, cheaper, recommended, pointed to by a measurement.

Measured: 4.4% of 1,000 studies in the hardest of these worlds (48 x 3, tastes 7%: votes 3.6%, measurements 0.3%, times and
prices the rest); 0.7% to 3.0% of 300 in three others; with a difference planted, 60 of 60 right either way, the other never.
"""

import sys
from collections import Counter

import numpy as np

from tests.sentence_studies import Truth, praise, said, study

NULL = {
    "24 x 3": Truth(),
    "12 x 5": Truth(prompts=12, raters=5),
    "4 x 3": Truth(prompts=4),
    "48 x 3, tastes 7%": Truth(prompts=48, taste=0.3),
    "queues of five times, often": Truth(prompts=12, queue=0.3),
    "list prices": Truth(listed=True),
    "three models, 12 x 3": Truth(prompts=12, models=("Model A", "Model B", "Model C")),
}
EVERYWHERE = ("prompt_adherence", "video_realism", "video_resolution", "artifacts")
TRUE = {
    "all for A": Truth(raters=5, votes=dict.fromkeys(EVERYWHERE, 1.2), time=0.4, price=0.6),
    "all for B": Truth(raters=5, votes=dict.fromkeys(EVERYWHERE, -1.2), time=2.5, price=1.6),
}


def nulls(truth: Truth, studies: int, seed: int = 11) -> Counter[str]:
    """In how many studies each part of the page names a model."""
    rng = np.random.default_rng(seed)
    found: Counter[str] = Counter()
    for _ in range(studies):
        parts = {where: bool(praise(lines)) for where, lines in said(study(rng, truth, draws=200)).items()}
        votes = parts["headline"] or parts["votes"]
        found.update(
            {
                "votes": votes,
                "measurements": parts["measured"],
                "recommendation": parts["recommendation"],
                "votes or recommendation": votes or parts["recommendation"],
                "any": any(parts.values()),
            }
        )
    return found


def planted(truth: Truth, right: str, studies: int, seed: int = 12) -> Counter[str]:
    """How often the recommendations name the right model, and the other."""
    rng = np.random.default_rng(seed)
    found: Counter[str] = Counter()
    for _ in range(studies):
        lines = said(study(rng, truth, draws=200))["recommendation"]
        first = [line for line in lines if line.startswith("For ") and "no recommendation" not in line]
        named = [line.split(": ", 1)[1] for line in first]
        found["right"] += any(line.startswith(right) for line in named)
        found["other"] += any(line.startswith("Model") and not line.startswith(right) for line in named)
    return found


def main(studies: int, worlds: list[str]) -> None:
    """Print both tables."""
    print(f"Nothing differs: share of {studies} studies in which sentences name a model")
    for name, truth in NULL.items():
        if worlds and name not in worlds:
            continue
        found = nulls(truth, studies)
        parts = ", ".join(f"{key} {n / studies:.1%}" for key, n in found.items())
        print(f"  {name:<28} {parts}", flush=True)
    print("One model is ahead in everything: share of studies that recommend it, and the other")
    for name, truth in TRUE.items():
        if worlds and name not in worlds:
            continue
        found = planted(truth, f"Model {name[-1]}", max(1, studies // 5))
        print(
            f"  {name:<28} right {found['right']}, other {found['other']} of {max(1, studies // 5)}",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, sys.argv[2:])
