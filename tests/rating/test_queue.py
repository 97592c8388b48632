"""Queues held against their own rules, counted over many sizes and raters."""

import math
from collections import Counter
from itertools import combinations, pairwise

import pytest

from kit.rating.queue import Pair, plan_queue
from kit.storage.rating import Item

SIZES = [(prompts, models) for prompts in (1, 2, 3, 4, 5, 6, 8, 10, 13, 21, 40) for models in (2, 3, 4)]
RATERS = range(25)


def pairs_of(prompts: int, models: int, first: int = 0) -> list[Pair]:
    return [
        Pair(f"p{i}", 1, f"m{a}", f"m{b}", f"clip-{i}-{a}", f"clip-{i}-{b}")
        for i in range(first, first + prompts)
        for a, b in combinations(range(models), 2)
    ]


def queue(pairs: list[Pair], seed: int, before: tuple[Item, ...] = (), **changes: float) -> list[Item]:
    return plan_queue(pairs, before, **({"repeats": 0.1, "known": 2} | changes), seed=seed)


def lefts_apart(items: list[Item], kinds: set[str]) -> int:
    """The largest difference, over pairs of models, between how often the one and the other stood left."""
    counts: dict[frozenset[str], Counter[str]] = {}
    for item in items:
        if item.kind in kinds:
            models = frozenset({item.model_a, item.model_b})
            counts.setdefault(models, Counter(dict.fromkeys(models, 0)))[item.left_model] += 1
    return max((max(c.values()) - min(c.values()) for c in counts.values()), default=0)


@pytest.mark.parametrize(("prompts", "models"), SIZES)
def test_every_pair_comes_once_and_sides_are_balanced(prompts, models):
    """Positions have no gaps; every pair is there once; the two models of a pair stand left equally often, plus one."""
    pairs = pairs_of(prompts, models)
    for seed in RATERS:
        items = queue(pairs, seed)
        assert [item.position for item in items] == list(range(len(items)))
        own = [item for item in items if item.kind == "pair"]
        assert sorted((i.prompt_id, i.model_a, i.model_b, i.clip_a, i.clip_b) for i in own) == sorted(
            (p.prompt_id, p.model_a, p.model_b, p.clip_a, p.clip_b) for p in pairs
        )
        assert all(item.left_model in {item.model_a, item.model_b} for item in own)
        assert lefts_apart(items, {"pair"}) <= 1
        assert lefts_apart(items, {"pair", "repeat"}) <= 1


@pytest.mark.parametrize(("prompts", "models"), SIZES)
def test_repeats_are_swapped_and_come_late(prompts, models):
    """A tenth comes again, one at least from 5 pairs on, with sides swapped, far behind its original."""
    pairs = pairs_of(prompts, models)
    expected = 0 if len(pairs) < 5 else max(1, math.floor(0.1 * len(pairs) + 0.5))
    for seed in RATERS:
        items = queue(pairs, seed)
        repeats = [item for item in items if item.kind == "repeat"]
        assert len(repeats) == expected
        assert len({item.of_position for item in repeats}) == expected
        for item in repeats:
            original = items[item.of_position]
            assert original.kind == "pair"
            assert (original.prompt_id, original.clip_a, original.clip_b) == (
                item.prompt_id,
                item.clip_a,
                item.clip_b,
            )
            assert {original.left_model, item.left_model} == {item.model_a, item.model_b}
            apart = item.position - item.of_position
            assert apart >= len(items) / 3 or apart >= 5


@pytest.mark.parametrize(("prompts", "models"), SIZES)
def test_known_answers_are_few_and_change_sides(prompts, models):
    """Two from 6 pairs on, of two clips (two prompts where there are), one good clip left and one right, none first."""
    pairs = pairs_of(prompts, models)
    for seed in RATERS:
        known = [item for item in queue(pairs, seed) if item.kind == "known"]
        assert len(known) == (2 if len(pairs) >= 6 else 0)
        if known:
            assert {item.degraded for item in known} == {"left", "right"}
            assert len({item.clip_a for item in known}) == 2
            assert len({item.prompt_id for item in known}) == min(2, prompts)
            assert all(item.position > 0 for item in known)
            assert all((item.model_b, item.clip_b, item.left_model) == (None, None, None) for item in known)
            assert all(item.clip_a.endswith(item.model_a[1:]) for item in known)


@pytest.mark.parametrize(("prompts", "models"), [s for s in SIZES if s[0] >= 5])
def test_no_prompt_follows_itself(prompts, models):
    """With five prompts or more it can always be avoided, and is."""
    for seed in RATERS:
        items = queue(pairs_of(prompts, models), seed)
        assert not any(one.prompt_id == other.prompt_id for one, other in pairwise(items))


def test_two_prompts_take_turns():
    """Where every other place is needed to keep a prompt from itself, it is used: 3 and 3 pairs alternate."""
    for seed in RATERS:
        items = queue(pairs_of(2, 3), seed, repeats=0, known=0)
        assert not any(one.prompt_id == other.prompt_id for one, other in pairwise(items))


def test_raters_differ_and_one_rater_does_not():
    """The same seed gives the same queue; over many seeds every pair's sides and places are even."""
    pairs = pairs_of(12, 2)
    assert queue(pairs, 7) == queue(pairs, 7)
    many = [queue(pairs, seed) for seed in range(400)]
    assert len({tuple(item.prompt_id for item in items) for items in many}) == 400
    for pair in pairs:
        mine = [i for items in many for i in items if i.kind == "pair" and i.prompt_id == pair.prompt_id]
        # 400 fair coins: 140 or fewer, or 260 or more, come about once in 10^9 times.
        assert 140 < sum(item.left_model == "m0" for item in mine) < 260
        # Each pair stands in the first half of the queue about as often as in the second.
        assert 140 < sum(item.position < len(many[0]) / 2 for item in mine) < 260
    firsts = Counter(items[0].prompt_id for items in many)
    assert set(firsts) == {pair.prompt_id for pair in pairs}


@pytest.mark.parametrize("models", [2, 3])
def test_new_pairs_go_to_the_end(models):
    """Batches of any size change nothing of what is there, and sides stay balanced all along."""
    for seed in RATERS:
        items: list[Item] = []
        prompts = 0
        for batch in (1, 3, 1, 7, 2, 12):
            prompts += batch
            new = queue(pairs_of(prompts, models), seed, tuple(items))
            assert [item.position for item in new] == list(range(len(items), len(items) + len(new)))
            assert {i.prompt_id for i in new if i.kind != "known"} == {
                f"p{n}" for n in range(prompts - batch, prompts)
            }
            items += new
            assert lefts_apart(items, {"pair"}) <= 1
            assert lefts_apart(items, {"pair", "repeat"}) <= 1
        assert sum(item.kind == "known" for item in items) == 2
        assert queue(pairs_of(prompts, models), seed, tuple(items)) == []


def test_pairs_that_a_vote_cannot_tell_apart_come_once():
    """The same prompt, models and take with other settings, or named the other way round: the first one counts."""
    pairs = [
        Pair("p", 1, "a", "b", "1", "2"),
        Pair("p", 1, "a", "b", "3", "4"),
        Pair("p", 1, "b", "a", "4", "3"),
        Pair("p", 2, "a", "b", "5", "6"),
    ]
    assert sorted(item.clip_a for item in queue(pairs, 0)) == ["1", "5"]
    assert queue([], 0) == []


def test_what_is_asked_for_can_be_none_or_half():
    """No repeats and no known answers where both are 0; half of the pairs again where that is asked for."""
    pairs = pairs_of(20, 2)
    assert {item.kind for item in queue(pairs, 1, repeats=0, known=0)} == {"pair"}
    kinds = Counter(item.kind for item in queue(pairs, 1, repeats=0.5, known=6))
    assert kinds == {"pair": 20, "repeat": 10, "known": 6}
