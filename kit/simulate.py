"""Votes of simulated raters on sandbox clips, made from what is known to be wrong with each clip.

They let a demo or a lesson go all the way to a finding. They say nothing of people or of any real model, and are
stored and shown with `rater_kind` "simulated".
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kit import canonical
from kit.storage.records import NewVote

if TYPE_CHECKING:
    from kit.study import Study

# Which faults of the sandbox renderer a rater would hold against a clip, by dimension.
FAULTS = {
    "prompt_adherence": {"camera", "action"},
    "video_realism": {"freeze", "warp", "pop"},
    "video_resolution": {"soften"},
    "artifacts": {"flicker", "warp", "freeze", "pop", "cut"},
}
SHARPNESS = 1.1
TIE_AT_EQUAL = 0.45


def simulated_votes(study: "Study", *, raters: int = 5, seed: int = 0) -> list[NewVote]:
    """One vote a pair, dimension and rater, for pairs whose clips carry the sandbox's truth.

    With d the number of faults that speak against b less those against a, a rater calls a tie with probability
    0.45 exp(-|d|), else prefers a with probability 1 / (1 + exp(-1.1 d)). A tie is "both good" where the two clips
    have at most one such fault between them. The same study and seed give the same votes.
    """
    truth = {
        row.clip: row.extra["truth"] for row in _rows(study.requests) if row.clip and "truth" in row.extra
    }
    votes = []
    for pair in _rows(study.pairs()):
        if pair.clip_a not in truth or pair.clip_b not in truth:
            continue
        for dimension in study.rubric.ids:
            counts = _count(truth[pair.clip_a], dimension), _count(truth[pair.clip_b], dimension)
            for rater in range(1, raters + 1):
                key = [seed, pair.prompt_id, pair.model_a, pair.model_b, int(pair.take), dimension, rater]
                random = np.random.default_rng(int(canonical.digest(key)[:16], 16))
                votes.append(
                    NewVote(
                        prompt_id=pair.prompt_id,
                        model_a=pair.model_a,
                        model_b=pair.model_b,
                        take=int(pair.take),
                        dimension=dimension,
                        choice=_choice(*counts, random),
                        rater=f"simulated-{rater}",
                        rater_kind="simulated",
                        left_model=pair.model_a if random.random() < 0.5 else pair.model_b,
                    )
                )
    return votes


def _rows(frame: Any) -> Sequence[Any]:
    return list(frame.itertuples(index=False))


def _count(truth: dict[str, Any], dimension: str) -> int:
    return sum(fault["kind"] in FAULTS.get(dimension, set()) for fault in truth["faults"])


def _choice(against_a: int, against_b: int, random: np.random.Generator) -> str:
    difference = against_b - against_a
    if random.random() < TIE_AT_EQUAL * math.exp(-abs(difference)):
        return "both_good" if against_a + against_b <= 1 else "both_bad"
    return "a" if random.random() < 1 / (1 + math.exp(-SHARPNESS * difference)) else "b"
