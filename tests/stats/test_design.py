"""Which models the votes join, and which of them only won or only lost."""

import numpy as np
import pytest

from kit.stats.contests import contests_of
from kit.stats.counts import orient
from kit.stats.design import design_of, reach
from tests.paired_data import CITATIONS, JOURNALS, contests_from, votes_from

ABCD = ["a", "b", "c", "d"]


def designed(table, models=ABCD):
    """The design of a table of wins."""
    return design_of(contests_from(table, models))


def test_published_data_are_connected():
    """The four journals all cite each other."""
    design = designed(CITATIONS, JOURNALS)
    assert design.groups == 1
    assert not design.separated(0)


def test_models_without_common_votes_are_apart():
    """a meets b, c meets d: two groups, in the order of the models."""
    design = designed([("c", "d", 3, 2), ("a", "b", 1, 2)])
    np.testing.assert_array_equal(design.group, [0, 0, 1, 1])
    assert not design.separated(0)
    assert not design.separated(1)


def test_a_model_without_votes_is_alone():
    """It is a group by itself, and not separated from anything."""
    design = designed([("a", "b", 1, 2), ("b", "d", 1, 1)])
    np.testing.assert_array_equal(design.group, [0, 0, 1, 0])
    np.testing.assert_array_equal(design.members(0), [0, 1, 3])
    assert not design.separated(1)


def test_a_chain_of_votes_joins():
    """a meets b, b meets c, c meets d: one group, and each won somewhere."""
    assert designed([("a", "b", 1, 2), ("b", "c", 1, 1), ("c", "d", 4, 1)]).groups == 1


def test_a_circle_of_wins_is_not_separated():
    """a beat b, b beat c, c beat d, d beat a, each in every vote: still all are joined in both directions."""
    design = designed([("a", "b", 3, 0), ("b", "c", 3, 0), ("c", "d", 3, 0), ("a", "d", 0, 3)])
    assert not design.separated(0)


def test_winners_of_every_vote_stand_above():
    """a won all; b and c share theirs; d lost all: tiers 0, 1, 1, 2."""
    design = designed([("a", "b", 4, 0), ("a", "c", 2, 0), ("b", "c", 1, 1), ("b", "d", 3, 0)])
    assert design.separated(0)
    np.testing.assert_array_equal(design.tier, [0, 1, 1, 2])


def test_one_tie_is_enough_to_join():
    """A tie counts both ways."""
    assert designed([("a", "b", 9, 0)], ["a", "b"]).separated(0)
    assert not designed([("a", "b", 9, 0, 1)], ["a", "b"]).separated(0)


def test_parts_without_an_order_are_said_to_have_none():
    """b and c both lost to a, and never met: which is above cannot be said."""
    design = designed([("a", "b", 2, 0), ("a", "c", 2, 0)], ["a", "b", "c"])
    assert design.separated(0)
    np.testing.assert_array_equal(design.tier, [-1, -1, -1])


def test_steps_are_followed_to_the_end():
    """Along a line of 40 the first reaches the last, and not the other way."""
    line = np.eye(40, k=1, dtype=bool)
    found = reach(line)
    assert found[0, 39]
    assert not found[39, 0]
    np.testing.assert_array_equal(found, np.triu(np.ones((40, 40), dtype=bool)))


def test_no_models_and_no_votes_have_a_design_too():
    """Nothing fails on nothing."""
    empty = votes_from([])
    assert design_of(contests_of(empty, [], "d")).groups == 0
    assert design_of(contests_of(empty, ABCD, "d")).groups == 4


def test_sides_and_choices_are_turned_with_the_pair():
    """A vote on (b, a), b left and chosen, is a loss of a with its side at the right; others' names are no side."""
    votes = votes_from([("b", "a", 1, 0)], left=True)
    contests = contests_of(orient(votes, ["a", "b"]), ["a", "b"], "d")
    assert (contests.one[0], contests.two[0], contests.side[0], contests.outcome[0]) == (0, 1, -1, 2)
    strange = contests_of(orient(votes.assign(left_model="z"), ["a", "b"]), ["a", "b"], "d")
    assert strange.side[0] == 0
    without = contests_of(orient(votes.drop(columns="left_model"), ["a", "b"]), ["a", "b"], "d")
    assert without.side[0] == 0


@pytest.mark.parametrize("times", [1, 3])
def test_each_prompt_can_count_once_a_pair(times):
    """Weights add up to the prompts of each pair, however many votes there are."""
    votes = votes_from([("a", "b", 3, 1), ("a", "c", 2, 0)])
    many = votes.loc[votes.index.repeat(times)]
    contests = contests_of(many, ["a", "b", "c"], "d")
    assert contests.once_a_prompt.sum() == pytest.approx(6)
    np.testing.assert_allclose(contests.counts(contests.once_a_prompt).sum(axis=0), [4, 2])
