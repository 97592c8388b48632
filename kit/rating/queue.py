"""A rater's queue: which pairs in which order, who stands left, what comes again, what has a known answer.

Rules, for one rater:

- Every pair once, in random order; the same prompt not twice in a row where that can be avoided.
- For each two models, each stands left in half of their pairs: the two counts differ by one at most, and they still do
  when repeats are counted in.
- Repeats: the share asked for, rounded, and at least one from 5 pairs on; none with fewer. A repeat has its sides
  swapped, and comes at least a third of the queue after its original, or 5 items where that is more (in a queue of
  fewer than 10, half of it).
- Known answers: from 6 pairs on, a clip against its own degraded copy; each side has the better one equally often.
  They are spread over the queue, and never stand first.
- Pairs that come to the study later go to the end, in a queue of their own by the same rules, except that known
  answers come only once.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from kit.storage.rating import Item

REPEATS_FROM, KNOWN_FROM = 5, 6
_APART = 5
_TRIES = 20


@dataclass(frozen=True)
class Pair:
    """Two models' clips of one prompt and take."""

    prompt_id: str
    take: int
    model_a: str
    model_b: str
    clip_a: str
    clip_b: str

    @property
    def models(self) -> tuple[str, str]:
        """Both models, in alphabetical order."""
        first, second = sorted((self.model_a, self.model_b))
        return first, second

    @property
    def key(self) -> tuple[str, int, str, str]:
        """What a vote is about, whichever model is named first."""
        return self.prompt_id, self.take, *self.models


@dataclass(eq=False)
class _Entry:
    """A place in the queue being made: a pair, a repeat (`of` its original), or a clip with a known answer."""

    pair: Pair
    of: "_Entry | None" = None
    known: str | None = None
    left_first: bool = False
    degraded: str | None = None

    @property
    def kind(self) -> str:
        return "known" if self.known else "pair" if self.of is None else "repeat"


def plan_queue(
    pairs: Sequence[Pair], before: Sequence[Item], *, repeats: float, known: int, seed: int
) -> list[Item]:
    """The items to put at the end of the queue `before`, so that every pair is in it. The same input, the same queue.

    Of pairs that a vote cannot tell apart (other settings, same prompt, models and take) the first one counts.
    """
    there = {pair.key for pair in _pairs_of(before)}
    new = list({pair.key: pair for pair in reversed(pairs) if pair.key not in there}.values())[::-1]
    if not new:
        return []
    random = np.random.default_rng(seed)
    previous = before[-1].prompt_id if before else None
    if len(there) + len(new) < KNOWN_FROM or any(item.kind == "known" for item in before):
        known = 0
    again = _number_of_repeats(len(new), repeats)
    entries = _order(new, previous, random, repeats=again, known=known)
    _choose_sides(entries, before, random)
    start = before[-1].position + 1 if before else 0
    places = {id(entry): start + i for i, entry in enumerate(entries)}
    return [_item(entry, places[id(entry)], places[id(entry.of)] if entry.of else None) for entry in entries]


def _pairs_of(items: Iterable[Item]) -> list[Pair]:
    return [
        Pair(i.prompt_id, i.take, i.model_a, str(i.model_b), i.clip_a, str(i.clip_b))
        for i in items
        if i.kind == "pair"
    ]


def _number_of_repeats(pairs: int, share: float) -> int:
    if pairs < REPEATS_FROM or share == 0:
        return 0
    return max(1, math.floor(share * pairs + 0.5))


def _order(
    pairs: Sequence[Pair], previous: str | None, random: np.random.Generator, *, repeats: int, known: int
) -> list[_Entry]:
    """Everything in order. What is put in between may leave a prompt beside itself: then another order is tried."""
    best: list[_Entry] = []
    fewest = len(pairs) + repeats + known + 1
    for _ in range(_TRIES):
        entries = [_Entry(pair) for pair in _spread(pairs, previous, random)]
        _put_known(entries, known, random)
        _put_repeats(entries, repeats, random)
        prompts = [previous, *(entry.pair.prompt_id for entry in entries)]
        beside = sum(one == other for one, other in pairwise(prompts))
        if beside < fewest:
            best, fewest = entries, beside
        if not beside:
            break
    return best


def _spread(pairs: Sequence[Pair], previous: str | None, random: np.random.Generator) -> list[Pair]:
    """The pairs in random order, no prompt twice in a row unless what is left allows nothing else."""
    left: dict[str, list[Pair]] = {}
    for i in random.permutation(len(pairs)):
        left.setdefault(pairs[i].prompt_id, []).append(pairs[i])
    order: list[Pair] = []
    for remaining in range(len(pairs), 0, -1):
        most = max(left, key=lambda prompt: len(left[prompt]))
        # A prompt that has more than half of what is left must go now, or it will have to follow itself.
        if 2 * len(left[most]) > remaining and most != previous:
            chosen = most
        else:
            others = [prompt for prompt in left if prompt != previous] or [most]
            weights = np.array([len(left[prompt]) for prompt in others], dtype=float)
            chosen = others[random.choice(len(others), p=weights / weights.sum())]
        order.append(left[chosen].pop())
        if not left[chosen]:
            del left[chosen]
        previous = chosen
    return order


def _put(entries: list[_Entry], entry: _Entry, spots: Sequence[int], random: np.random.Generator) -> None:
    """Put the entry before one of these places, away from its own prompt where that can be had."""

    def apart(spot: int) -> bool:
        beside = entries[max(0, spot - 1) : spot + 1]
        return all(other.pair.prompt_id != entry.pair.prompt_id for other in beside)

    good = [spot for spot in spots if apart(spot)] or list(spots)
    entries.insert(good[random.integers(len(good))], entry)


def _put_known(entries: list[_Entry], number: int, random: np.random.Generator) -> None:
    clips = {clip: entry.pair for entry in entries for clip in (entry.pair.clip_a, entry.pair.clip_b)}
    names = sorted(clips)
    shuffled = [names[i] for i in random.permutation(len(names))]
    # Another prompt for each, as far as there are any.
    seen = Counter[str]()
    ranked: list[tuple[int, int, str]] = []
    for clip in shuffled:
        ranked.append((seen[clips[clip].prompt_id], len(ranked), clip))
        seen[clips[clip].prompt_id] += 1
    chosen = [clip for _, _, clip in sorted(ranked)[:number]]
    sides = _half_each(len(chosen), random, ("left", "right"))
    length = len(entries)
    for i, (clip, side) in enumerate(zip(chosen, sides, strict=True)):
        part = range(max(1, length * i // len(chosen)), length * (i + 1) // len(chosen))
        _put(entries, _Entry(clips[clip], known=clip, degraded=side), [spot + i for spot in part], random)


def _half_each(number: int, random: np.random.Generator, words: tuple[str, str]) -> list[str]:
    first = int(random.integers(2))
    both = [words[(first + i) % 2] for i in range(number)]
    return [both[i] for i in random.permutation(number)]


def _put_repeats(entries: list[_Entry], number: int, random: np.random.Generator) -> None:
    total = len(entries) + number
    apart = min(max(math.ceil(total / 3), _APART), total // 2)
    # A repeat can go to the end at the latest, so its original stands that much before it.
    early = [entry for entry in entries[: len(entries) - apart + 1] if entry.kind == "pair"]
    for i in random.permutation(len(early))[:number]:
        at = entries.index(early[i])
        _put(entries, _Entry(early[i].pair, of=early[i]), range(at + apart, len(entries) + 1), random)


def _choose_sides(entries: Sequence[_Entry], before: Sequence[Item], random: np.random.Generator) -> None:
    repeated = {id(entry.of) for entry in entries if entry.of is not None}
    by_models: dict[tuple[str, str], list[_Entry]] = {}
    for entry in entries:
        if entry.kind == "pair":
            by_models.setdefault(entry.pair.models, []).append(entry)
    for models, own in by_models.items():
        again = [entry for entry in own if id(entry) in repeated]
        once = [entry for entry in own if id(entry) not in repeated]
        lead_again, lead_once = _leads(len(again), len(once), *_lead_before(before, models), random)
        for group, lead in ((again, lead_again), (once, lead_once)):
            lefts = (len(group) + lead) // 2
            for n, i in enumerate(random.permutation(len(group))):
                group[i].left_first = n < lefts
    for entry in entries:
        if entry.of is not None:
            entry.left_first = not entry.of.left_first


def _lead_before(before: Sequence[Item], models: tuple[str, str]) -> tuple[int, int]:
    """How much more often the first of two models stood left than the second: in pairs, and with repeats."""
    pairs = repeats = 0
    for item in before:
        if item.kind != "known" and {item.model_a, item.model_b} == set(models):
            lead = 1 if item.left_model == models[0] else -1
            pairs, repeats = (pairs + lead, repeats) if item.kind == "pair" else (pairs, repeats + lead)
    return pairs, pairs + repeats


def _leads(
    again: int, once: int, pairs: int, everything: int, random: np.random.Generator
) -> tuple[int, int]:
    """The lead of the first model among pairs that come again, and among those that come once.

    A pair that comes again has each model left once in the end, so it counts for the lead in pairs only.
    """
    options = [
        (a, o)
        for a, o in product(range(-again, again + 1, 2), range(-once, once + 1, 2))
        if abs(a) <= 2 and abs(o) <= 2
    ]
    shuffled = [options[int(i)] for i in random.permutation(len(options))]

    def uneven(lead: tuple[int, int]) -> tuple[int, int]:
        ends = abs(pairs + lead[0] + lead[1]), abs(everything + lead[1])
        return max(ends), sum(ends)

    best: tuple[int, int] = min(shuffled, key=uneven)
    return best


def _item(entry: _Entry, position: int, of_position: int | None) -> Item:
    pair = entry.pair
    if entry.known is not None:
        model = pair.model_a if entry.known == pair.clip_a else pair.model_b
        return Item(
            position, "known", pair.prompt_id, pair.take, model, None, entry.known, None,
            degraded=entry.degraded,
        )  # fmt: skip
    return Item(
        position, entry.kind, pair.prompt_id, pair.take, pair.model_a, pair.model_b, pair.clip_a, pair.clip_b,
        left_model=pair.models[0] if entry.left_first else pair.models[1], of_position=of_position,
    )  # fmt: skip
