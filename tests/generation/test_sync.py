"""The synchronous face: in a script, a thread, a running loop, a notebook's way, interrupted, and with a confirmation."""

import asyncio
import subprocess
import sys
import threading

import pytest

from kit.errors import BadParameter
from kit.generation import Policy, RunStopped, generate
from kit.generation.sync import enter_running_loop

QUICK = Policy(poll_first=0.01, poll_last=0.02, backoff_first=0.01, heartbeat=0.02)


@pytest.fixture
def real(world):
    """A world whose tasks end at once, so that real time will do."""
    world.gateway.at_once()
    return world


def film(world, **changes):
    options = {"cards": world.cards, "providers": world.provider, "max_usd": 10.0, "policy": QUICK} | changes
    return generate(world.study, **options)


def test_in_a_script(real):
    """No loop anywhere: it just returns."""
    assert film(real).ok


def test_in_a_thread(real):
    """A thread that is not the main one, without a loop."""
    found = []
    thread = threading.Thread(target=lambda: found.append(film(real)))
    thread.start()
    thread.join()
    assert found[0].ok


def test_inside_a_running_loop(real):
    """As in a notebook's cell: the loop that runs stays as it is, and nothing is patched."""

    async def cell():
        before = asyncio.get_running_loop()
        summary = film(real)
        assert asyncio.get_running_loop() is before
        return summary

    assert asyncio.run(cell()).ok
    assert not hasattr(asyncio, "_nest_patched")


def test_as_a_method_of_the_study(real):
    """`study.generate` and `await study.agenerate` are the same run."""
    options = {"cards": real.cards, "providers": real.provider, "max_usd": 10.0, "policy": QUICK}
    assert real.study.generate(prompts=["p1"], **options).done == 1
    assert asyncio.run(real.study.agenerate(**options)).done == 1


def test_listeners_and_questions_are_in_the_callers_thread(real):
    """Progress reaches the right cell, and a question can be typed an answer to."""
    here, threads = threading.get_ident(), set()

    def confirm(plan):
        threads.add(threading.get_ident())
        return len(plan.to_send) == 2

    assert film(real, max_usd=None, confirm=confirm, progress=lambda _: threads.add(threading.get_ident())).ok
    assert threads == {here}


def test_an_awaitable_answer(real):
    """A question may be answered by a coroutine."""

    async def confirm(_plan):
        return True

    assert film(real, max_usd=None, confirm=confirm).ok


def test_errors_arrive_as_they_are(real):
    """What `agenerate` raises is raised here, not a wrapper."""
    with pytest.raises(BadParameter, match="max_usd"):
        film(real, max_usd=None)


def test_an_interrupt_ends_the_run_in_good_order(make_world):
    """Ctrl-C: what has left is kept with its id, and the exception says what is still running."""
    world = make_world(4)
    world.gateway.takes = 1e6
    pressed = []

    def press(progress):
        if len(world.gateway.paid) == 2 and not pressed:
            pressed.append(1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        film(world, progress=press, concurrency=2)
    assert isinstance(caught.value, RunStopped)
    summary = caught.value.summary
    assert summary.interrupted
    assert [t.task_id for t in summary.still_open] == ["t1", "t2"]
    assert "$1.00" in str(summary)
    assert len(world.gateway.posts) == 2
    assert set(world.states()) <= {"submitted", "running"}


def test_a_listener_that_fails_does_not_lose_a_run(world):
    """Its error is raised, once the run has ended in good order."""
    world.gateway.takes = 1e6

    def broken(progress):
        if world.gateway.paid:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        film(world, progress=broken, concurrency=1)
    assert set(world.states()) <= {"submitted", "running"}
    with world.study.ledger.run_lock():
        pass


NESTED = """
import asyncio, sys
from kit.generation.sync import enter_running_loop

async def work():
    timer, other = asyncio.Event(), asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, timer.set)
    async with asyncio.TaskGroup() as group:
        group.create_task(other.wait())
        await timer.wait()
        other.set()
    return await asyncio.to_thread(lambda: 42)

async def cell():
    return enter_running_loop(work())

assert enter_running_loop(work()) == 42
assert asyncio.run(cell()) == 42
print("entered")
"""


def test_entering_the_running_loop_itself():
    """In a process of its own, since it patches asyncio: the coroutine runs in the very loop, and the process exits."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", NESTED], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "entered\n", done.stderr
    assert done.returncode == 0


def test_a_loop_that_cannot_be_entered(monkeypatch):
    """Another maker's loop is refused with the way out, and the coroutine is closed."""

    class Foreign:
        pass

    async def work():
        raise AssertionError

    monkeypatch.setattr(asyncio, "get_running_loop", Foreign)
    with pytest.raises(BadParameter, match=r"await study\.agenerate"):
        enter_running_loop(work())
