"""Times, amounts and error texts in the spellings that were seen."""

from datetime import UTC, datetime, timedelta

import pytest

from kit.providers import TaskState
from kit.providers.states import error_words, read_amount, read_time, read_word

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("2026-03-01T12:00:00Z", NOON),
        ("2026-03-01t12:00:00z", NOON),
        ("2026-03-01T20:00:00+08:00", NOON),
        ("2026-03-01T12:00:00.123456789Z", NOON + timedelta(microseconds=123456)),
        ("2026-03-01T12:00:00.1Z", NOON + timedelta(microseconds=100000)),
        ("2026-03-01 12:00:00", NOON),
        (1772366400, NOON),
        (1772366400.5, NOON + timedelta(seconds=0.5)),
        (1772366400000, NOON),
        ("1772366400000", NOON),
    ],
)
def test_times(value, time):
    """Texts and numbers alike."""
    assert read_time(value) == time


@pytest.mark.parametrize(
    "value",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+08:00",
        "1970-01-01T00:00:00Z",
        "",
        "soon",
        None,
        0,
        -1,
        True,
        1e40,
        float("nan"),
        [],
        {},
        "9999-12-31T23:59:59-23:00",
        "²",
    ],
)
def test_no_times(value):
    """Zero times, nonsense and what no calendar holds are no time."""
    assert read_time(value) is None


def test_amounts():
    """Finite and not negative, in any spelling."""
    assert [read_amount(x) for x in (3, "3", 2.5, "1e3")] == [3.0, 3.0, 2.5, 1000.0]
    assert not any(
        read_amount(x) is not None for x in (None, True, -1, "x", float("inf"), "nan", [], 10**400)
    )


def test_words_are_shortened():
    """A status word of a hundred letters is cut."""
    assert read_word("x" * 100) == ("running", "x" * 60, False)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (None, (None, None)),
        ("", (None, None)),
        ({"code": 0, "raw_message": "", "message": "", "detail": None}, (None, None)),
        ("boom", (None, "boom")),
        ({"code": "E7", "message": "a", "raw_message": "a", "detail": {"message": "b"}}, ("E7", "a; b")),
        ([{"msg": "x"}, {"msg": "y"}], (None, "x; y")),
        ({"code": {"a": 1}, "message": 5}, (None, None)),
    ],
)
def test_error_words(error, expected):
    """Codes and texts in any shape, none twice, none for an object that says nothing."""
    assert error_words(error) == expected


def test_spans_that_run_backwards_are_none():
    """A start before the creation is no negative queue."""
    state = TaskState(
        "completed", "x", True, created_at=NOON, started_at=NOON - timedelta(seconds=1), ended_at=NOON
    )
    assert (state.queue_seconds, state.processing_seconds) == (None, 1.0)
