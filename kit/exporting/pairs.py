"""The pairs of a study with everybody's votes on each: what labelling tools take for one task."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kit import canonical

if TYPE_CHECKING:
    import pandas as pd

    from kit.study import Study

CHOICES = {
    "a": "First is better",
    "b": "Second is better",
    "both_good": "Both good",
    "both_bad": "Both bad",
    "tie": "Tie",
}


@dataclass(frozen=True)
class RatedPair:
    """Two clips of one prompt and take; `votes` by rater (kind and name), then by dimension."""

    key: str
    prompt_id: str
    prompt: str
    take: int
    model_a: str
    model_b: str
    clip_a: str
    clip_b: str
    votes: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)


def rated_pairs(study: "Study") -> list[RatedPair]:
    """Every pair in the study's order, whether anybody voted on it or not.

    A vote names prompt, models and take, and not the settings: where a pair was filmed with several, the votes stand
    at the first.
    """
    found: list[RatedPair] = []
    first: dict[tuple[Any, ...], RatedPair] = {}
    for row in _rows(study.pairs()):
        parts = (row.prompt_id, int(row.take), row.model_a, row.model_b, row.clip_a, row.clip_b)
        key = f"kit-{canonical.digest(list(parts))[:32]}"
        pair = RatedPair(key, row.prompt_id, row.prompt, *parts[1:])
        found.append(pair)
        first.setdefault(parts[:4], pair)
    for vote in _rows(study.votes):
        pair_of = first.get((vote.prompt_id, int(vote.take), vote.model_a, vote.model_b))
        if pair_of is not None:
            pair_of.votes.setdefault((vote.rater_kind, vote.rater), {})[vote.dimension] = vote
    return found


def clip_paths(study: "Study") -> Mapping[str, str]:
    """Where each clip lies below the study's folder of clips: 'ab/abcd….mp4', by hash."""
    return {row.clip: f"{row.clip[:2]}/{row.clip}{row.suffix}" for row in _rows(study.clips)}


def note_of(vote: Any) -> str:
    """What the rater wrote, '' for nothing."""
    return vote.note if isinstance(vote.note, str) else ""


def _rows(frame: "pd.DataFrame") -> list[Any]:
    return list(frame.itertuples(index=False))
