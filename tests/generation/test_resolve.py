"""Tasks in plain words, and settling what a run could not know."""

from datetime import UTC, datetime

import pytest

from kit.errors import BadParameter, ProviderDown, SubmitUnknown
from kit.generation import aresolve, parse_decision, tasks_frame
from kit.generation.resolve import MEANING
from kit.storage.tasks import STATES


@pytest.fixture
def unknown(world):
    """A world whose first task is unknown; the gateway has it as t1."""
    world.gateway.on_submit = [("accepted", SubmitUnknown("piapi", "reset"))]
    world.run(concurrency=1)
    assert world.states() == ["unknown", "done"]
    return world


def settle(world, decisions=None):
    return world.do(aresolve(world.study, decisions, providers=world.provider, clock=world.clock))


def test_every_state_has_words():
    """Nothing is left that `kit tasks` cannot explain."""
    assert set(MEANING) == set(STATES)


def test_the_frame(unknown):
    """State, meaning, id, age, cost and error of each task."""
    frame = tasks_frame(unknown.study, now=datetime(2026, 11, 22, 12, 10, tzinfo=UTC))
    first, second = frame.itertuples()
    assert first.meaning == MEANING["unknown"]
    assert first.age_seconds == 600.0
    assert "reset" in first.error
    assert (second.provider_task_id, second.cost_usd, second.cost_source) == ("t2", 0.5, "charged")
    assert 25 <= second.age_seconds <= 32


def test_an_empty_study_has_an_empty_frame(world):
    """With every column."""
    frame = tasks_frame(world.study)
    assert len(frame) == 0
    assert "age_seconds" in frame


def test_nobody_knows(unknown):
    """A provider that cannot be asked, and no word from the user: it stays unknown, and what to do is said."""
    found = settle(unknown)
    assert found.still_unknown == (1,)
    assert "look at its page" in found.said[0]


def test_lost_by_the_users_word(unknown):
    """It may be sent again, as a new attempt under a new name."""
    assert settle(unknown, {1: "lost"}).lost == (1,)
    assert unknown.run().ok
    assert [(t.attempt, t.state) for t in unknown.study.ledger.tasks()] == [
        (1, "lost"),
        (1, "done"),
        (2, "done"),
    ]
    assert unknown.paid_twice() == []


def test_adopted_by_the_users_word(unknown):
    """The next run goes on with the id, fetches the clip, and nothing is sent."""
    assert settle(unknown, {1: "task-id=t1"}).adopted == (1,)
    assert unknown.run().ok
    assert len(unknown.gateway.posts) == 2


def test_given_up(unknown):
    """Counted as paid, not waited for, and sent again only on request."""
    assert settle(unknown, {1: "give-up"}).given_up == (1,)
    assert unknown.states() == ["cancelled", "done"]
    assert unknown.study.requests["cost_usd"][0] == 0.5
    unknown.run()
    assert len(unknown.gateway.posts) == 2
    assert unknown.run(retry_failed=True).ok


def test_the_providers_word_comes_first(unknown):
    """Where it can be asked, a user's "lost" is not believed over its answer."""
    unknown.gateway.askable = True
    found = settle(unknown, {1: "lost"})
    assert found.adopted == (1,)
    assert unknown.run().ok
    assert len(unknown.gateway.posts) == 2


def test_a_provider_that_does_not_answer_now(unknown):
    """An answer that may still come outweighs a guess: the task stays unknown."""
    unknown.gateway.askable = True
    unknown.gateway.on_find = [ProviderDown("kling", "503")]
    assert settle(unknown, {1: "lost"}).still_unknown == (1,)


def test_decisions_that_do_not_fit(unknown):
    """All faults at once, and nothing is changed."""
    with pytest.raises(BadParameter) as caught:
        settle(unknown, {1: "task-id=t2", 2: "lost", 3: "lost"})
    text = str(caught.value)
    assert "already task 2's" in text
    assert "it is done" in text
    assert "no such task" in text
    assert unknown.states() == ["unknown", "done"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12=lost", (12, "lost")), ("3=task-id=a=b", (3, "task-id=a=b")), ("4 = give-up", (4, "give-up"))],
)
def test_decisions_as_they_are_typed(text, expected):
    """Number, equals sign, word; an id may have equals signs of its own."""
    assert parse_decision(text) == expected


@pytest.mark.parametrize("text", ["", "lost", "x=lost", "1=found", "1=task-id=", "1=task-id= "])
def test_what_is_no_decision(text):
    """The message lists what is."""
    with pytest.raises(BadParameter, match="TASK=lost"):
        parse_decision(text)
