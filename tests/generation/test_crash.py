"""The process ends at every single point that a run passes, and the next run makes good."""

import pytest

from kit.errors import SubmitUnknown
from kit.generation import aresolve
from kit.generation.resolve import MEANING


def points(make_world, **setup):
    """How many points a run without a crash passes."""
    world = make_world(2)
    for name, value in setup.items():
        setattr(world.gateway, name, value)
    world.run()
    return len(world.power.passed)


def check(world, label):
    assert world.paid_twice() == [], label
    assert len({p.external_id for p in world.gateway.paid}) == len(world.gateway.paid), label
    requests = world.study.requests
    for row in requests.itertuples():
        assert row.state in MEANING, label
        if row.state == "done":
            with world.study.clip_file(row.clip) as path:
                assert path.read_bytes() in world.gateway.clips
    assert len(requests) == 2, label


def test_dying_anywhere_never_pays_twice_and_loses_nothing(make_world):
    """A provider that cannot be asked: whatever died while leaving is unknown and stays so; all else gets its clip."""
    total = points(make_world)
    assert total > 30
    unknown = 0
    for at in range(1, total + 1):
        world = make_world(2)
        assert world.crash(at)
        label = f"point {at}"
        world.run()
        check(world, label)
        states = world.states()
        assert set(states) <= {"done", "unknown"}, label
        # One POST for each request, or none where the process died before it.
        assert len(world.gateway.posts) <= 2, label
        assert len(world.gateway.paid) >= states.count("done"), label
        unknown += states.count("unknown")
        if at % 10 == 0:
            posts = len(world.gateway.posts)
            world.run(retry_failed=True)
            assert len(world.gateway.posts) == posts, label
    # Both requests leave together, so most crashes meanwhile leave two in the dark.
    assert unknown > 5


def test_dying_twice(make_world):
    """The run that makes good dies too, at points spread over it; the third makes good."""
    total = points(make_world)
    for first in range(2, total, 9):
        for second in range(3, total, 10):
            world = make_world(2)
            world.crash(first)
            world.crash(second)
            world.run()
            check(world, f"points {first} and {second}")
            assert set(world.states()) <= {"done", "unknown"}


def test_a_provider_that_can_be_asked_leaves_nothing_unknown(make_world):
    """With an id of ours to ask by, every crash ends with two clips for two paid tasks."""
    total = points(make_world, askable=True)
    for at in range(1, total + 1, 2):
        world = make_world(2)
        world.gateway.askable = True
        world.crash(at)
        world.run()
        if world.states().count("done") < 2:
            world.run()
        check(world, f"point {at}")
        assert world.states().count("done") == 2, f"point {at}"
        assert set(world.states()) <= {"done", "lost"}, f"point {at}"
        assert len(world.gateway.paid) == 2, f"point {at}"


def test_asking_settles_an_unknown_in_the_same_run(world):
    """The answer was lost, the task is there: it is adopted, and its clip fetched, without a second POST."""
    world.gateway.askable = True
    world.gateway.on_submit = [("accepted", SubmitUnknown("kling", "reset"))]
    assert world.run(concurrency=1).ok
    assert len(world.gateway.posts) == 2


def test_what_was_surely_never_created_is_sent_as_a_new_attempt(world):
    """ "No such task" counts only a minute after the request left; then it is sent once more, under another id."""
    world.gateway.askable = True
    world.gateway.on_submit = [SubmitUnknown("kling", "reset before arriving")]
    assert world.run(concurrency=1, prompts=["p1"]).ok
    (first, one), (second, two) = world.gateway.posts
    assert second - first >= 60
    assert one != two
    assert [(t.attempt, t.state) for t in world.study.ledger.tasks()] == [(1, "lost"), (2, "done")]


def test_cancelling_waits_for_the_answer_that_is_on_the_way(world):
    """A cancelled run keeps the id of what it has just sent, sends nothing more, and the next goes on with it."""
    import asyncio

    async def cancelled_while_sending():
        from kit.generation import agenerate

        run = asyncio.ensure_future(agenerate(world.study, **world.options(concurrency=1)))
        await world.power.reached("before answering")
        assert world.gateway.paid
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run

    world.do(cancelled_while_sending())
    assert world.states() == ["submitted"]
    assert "still running" in world.told[-1].message
    assert "t1" in world.told[-1].message
    assert world.gateway.closed == 1
    assert world.run().ok
    assert len(world.gateway.posts) == 2


def test_being_asked_to_stop_gives_a_summary(make_world):
    """The stop event ends the run in good order, and it says what is still running and paid for."""
    import asyncio

    from kit.generation import agenerate

    world = make_world(4)

    async def stopped():
        stop = asyncio.Event()
        run = asyncio.ensure_future(agenerate(world.study, stop=stop, **world.options(concurrency=2)))
        await world.power.reached("before polling", times=2)
        stop.set()
        return await run

    summary = world.do(stopped())
    assert summary.interrupted
    assert [t.task_id for t in summary.still_open] == ["t1", "t2"]
    assert "interrupted" in str(summary)
    assert "up to $1.00" in str(summary)
    assert world.run().ok
    assert len(world.gateway.posts) == 4


def test_a_hard_end_while_sending_leaves_it_unknown(world):
    """Cancelled from all sides, as a second Ctrl-C does: what was leaving is `sending`, and `unknown` in the next run."""
    import asyncio

    from kit.generation import agenerate

    async def killed():
        leaving = asyncio.Event()

        async def forever():
            leaving.set()
            await asyncio.Event().wait()

        world.gateway.on_submit = [forever]
        run = asyncio.ensure_future(agenerate(world.study, **world.options(concurrency=1)))
        await leaving.wait()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run

    world.do(killed())
    assert world.states() == ["sending"]
    world.run()
    assert sorted(world.states()) == ["done", "unknown"]


def test_a_dead_run_holds_no_lock(world):
    """After a crash the study is free at once."""
    assert world.crash("before arriving")
    world.do(aresolve(world.study, providers=world.provider, clock=world.clock))
    assert "unknown" in world.states()
