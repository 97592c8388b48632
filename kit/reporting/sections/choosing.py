"""The rules by which example pairs are chosen: pure, and the same pairs whatever the order of votes and clips."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kit.reporting.material import Group
from kit.reporting.pair_votes import PairVotes, together


@dataclass(frozen=True, eq=False)
class Pair:
    """Clips shown side by side: `place` is that in the page's order, `models` whose clips of the group they are."""

    place: int
    group: Group
    models: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Chosen:
    """A pair, and for what it was chosen: "Most decisive"."""

    label: str
    pair: Pair


def by_votes(votes: Mapping[Pair, PairVotes]) -> list[Chosen]:
    """The most decisive, most disputed and most typical pair of a dimension; a pair chosen twice stands once.

    Decisive: the largest lead. Disputed: the most votes for the side with fewer, then the smaller lead. Typical: the
    share of votes nearest to that of all pairs of the same two models. Ties go to fewer votes (typical: more), then
    to the page's order. Without a lead there is no decisive pair, without a vote against the lead no disputed one.
    """
    if not votes:
        return []
    chosen: list[tuple[str, Pair]] = []
    decisive = min(votes, key=lambda p: (-abs(votes[p].lead), votes[p].n, p.place))
    if votes[decisive].lead:
        chosen.append(("most decisive", decisive))
    disputed = min(
        votes, key=lambda p: (-min(votes[p].a, votes[p].b), abs(votes[p].lead), votes[p].n, p.place)
    )
    if min(votes[disputed].a, votes[disputed].b):
        chosen.append(("most disputed", disputed))
    of_all = {
        models: together(v for p, v in votes.items() if p.models == models).share
        for models in {pair.models for pair in votes}
    }
    typical = min(votes, key=lambda p: (abs(votes[p].share - of_all[p.models]), -votes[p].n, p.place))
    chosen.append(("most typical", typical))
    return _labelled(chosen)


def by_measurement(pairs: Sequence[Pair], values: Mapping[str, float], name: str) -> list[Chosen]:
    """The pair that differs most in a measurement, and the one whose difference is the median; none where none differs.

    `values` are by clip, `name` is the measurement's. Ties go to the page's order; of an even number the lower median.
    """
    differences: dict[Pair, float] = {}
    for pair in pairs:
        first, second = (values.get(clip) for clip in clips_of(pair))
        if first is not None and second is not None:
            differences[pair] = abs(first - second)
    if not differences or not any(differences.values()):
        return []
    largest = min(differences, key=lambda p: (-differences[p], p.place))
    middle = statistics.median_low(differences.values())
    median = min(differences, key=lambda p: (abs(differences[p] - middle), p.place))
    what = name[:1].lower() + name[1:]
    return _labelled([(f"largest difference in {what}", largest), (f"median difference in {what}", median)])


def clips_of(pair: Pair) -> tuple[str, ...]:
    """The clips of a pair, in the order of its models."""
    by_model = {row.model: row.clip for row in pair.group.rows}
    return tuple(by_model[model] for model in pair.models)


def _labelled(chosen: Sequence[tuple[str, Pair]]) -> list[Chosen]:
    """Each pair once, with all that it was chosen for."""
    labels: dict[Pair, list[str]] = {}
    for label, pair in chosen:
        labels.setdefault(pair, []).append(label)
    found = []
    for pair, own in labels.items():
        text = " and ".join(own)
        found.append(Chosen(text[:1].upper() + text[1:], pair))
    return found
