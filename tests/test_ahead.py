import threading

import pytest

from kit.ahead import ahead


def numbers(until, made=None, fails_at=None):
    """Whole numbers from 0, noted when they are made, with the thread that made them."""
    for number in range(until):
        if number == fails_at:
            raise ValueError("this one fails")
        if made is not None:
            made.append((number, threading.get_ident()))
        yield number


def test_all_items_come_in_order_from_another_thread():
    """A series of any length, none included, comes out as it went in, made elsewhere."""
    made = []
    assert list(ahead(numbers(50, made), 3)) == list(range(50))
    assert {thread for _, thread in made}.isdisjoint({threading.get_ident()})
    assert list(ahead(numbers(0), 3)) == []


def test_no_more_than_so_many_are_made_ahead():
    """While item k is looked at, item k + 3 is the last that can have been made, so memory stays flat."""
    made = []
    for number in ahead(numbers(50, made), 3):
        assert len(made) <= number + 1 + 3


def test_a_failure_comes_in_its_turn():
    """What was made before a failure is given first; then the failure itself is raised."""
    items = ahead(numbers(50, fails_at=7), 3)
    assert [next(items) for _ in range(7)] == list(range(7))
    with pytest.raises(ValueError, match="this one fails"):
        next(items)


def test_an_end_before_the_end_makes_no_more():
    """Whoever stops looking leaves no thread behind, and at most three items that nobody looked at."""
    made = []
    before = threading.active_count()
    items = ahead(numbers(1000, made), 3)
    assert next(items) == 0
    items.close()
    assert threading.active_count() == before
    assert len(made) <= 4
