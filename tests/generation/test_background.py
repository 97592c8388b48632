"""A run that nobody waits for: from any thread, stopped in good order, with listeners that may fail."""

import asyncio
import threading

import pytest

from kit.errors import BadParameter, StudyBusy
from kit.generation import Policy
from kit.generation.background import start

QUICK = Policy(poll_first=0.01, poll_last=0.02, backoff_first=0.01, heartbeat=0.02)


@pytest.fixture
def real(world):
    """A world whose tasks end at once, so that real time will do."""
    world.gateway.at_once()
    return world


def begin(world, **changes):
    options = {"cards": world.cards, "providers": world.provider, "max_usd": 10.0, "policy": QUICK} | changes
    return start(world.study, **options)


def test_it_runs_without_being_waited_for(real):
    """`start` returns at once; the summary is there at the end, and listeners were called in the run's thread."""
    threads = set()
    run = begin(real, progress=lambda _: threads.add(threading.current_thread()))
    assert run.wait(30)
    assert run.done
    assert run.error is None
    assert run.summary.ok
    assert run.summary.done == 2
    assert threading.current_thread() not in threads
    assert len(threads) == 1


def test_inside_a_running_loop(real):
    """A notebook's own loop is neither used nor held up: it works on while the run waits in a loop of its own."""
    loops, held, go = [], threading.Event(), threading.Event()

    async def hold():
        loops.append(asyncio.get_running_loop())
        held.set()
        await asyncio.to_thread(go.wait)

    async def cell():
        here, over = asyncio.get_running_loop(), asyncio.Event()
        run = begin(real)
        run.at_end(lambda _: here.call_soon_threadsafe(over.set))
        assert await asyncio.to_thread(held.wait, 30)
        assert not run.done
        go.set()
        await over.wait()
        assert here not in loops
        return run

    real.gateway.on_submit = [hold]
    assert asyncio.run(cell()).summary.ok
    assert len(loops) == 1


def test_stopped_in_the_middle(world):
    """Nothing more is sent, the answer to what left is awaited and kept, and the summary says what is still open."""
    answered, ready = asyncio.Event(), threading.Event()

    async def stopped_on_the_way():
        await asyncio.to_thread(ready.wait)
        run.stop()
        answered.set()

    world.gateway.on_submit = [stopped_on_the_way]
    run = begin(world, concurrency=1)
    ready.set()
    assert run.wait(30)
    assert answered.is_set()
    assert run.summary.interrupted
    assert [task.task_id for task in run.summary.still_open] == ["t1"]
    assert world.states() == ["submitted"]
    assert len(world.gateway.paid) == 1


def test_stop_before_the_first_step(real):
    """A stop that comes before the loop runs is not lost."""
    run = begin(real)
    run.stop()
    assert run.wait(30)
    assert run.summary is not None
    assert run.summary.interrupted or run.summary.ok


def test_what_the_run_raises_is_its_error(real):
    """Faults are kept for whoever asks; there is no summary then."""
    run = begin(real, prompts=["no-such-prompt"])
    assert run.wait(30)
    assert isinstance(run.error, BadParameter)
    assert run.summary is None


def test_two_at_once(real):
    """The second run of one study ends with StudyBusy, and the first is not disturbed."""
    held, go = threading.Event(), threading.Event()

    async def hold():
        held.set()
        await asyncio.to_thread(go.wait)

    real.gateway.on_submit = [hold]
    first = begin(real)
    assert held.wait(30)
    second = begin(real)
    assert second.wait(30)
    assert isinstance(second.error, StudyBusy)
    go.set()
    assert first.wait(30)
    assert first.summary.ok


def test_a_listener_that_fails_stops_the_run_in_good_order(real):
    """Its error is the run's, the others are still told, and the summary is there."""
    told = []

    def broken(_):
        raise RuntimeError("no screen")

    run = begin(real, progress=broken)
    run.listen(told.append)
    assert run.wait(30)
    assert str(run.error) == "no screen"
    assert run.summary is not None


def test_at_end_is_called_once_whenever_it_was_asked_for(real):
    """Before the end it is called then, after it at once."""
    calls = []
    run = begin(real)
    run.at_end(calls.append)
    assert run.wait(30)
    run.at_end(calls.append)
    assert calls == [run, run]
