"""Queues, clocks and clips: what has happened by now, worked out from the injected clock."""

import heapq
import random
from concurrent.futures import Future

import pytest

from kit.sandbox_server.clock import ManualClock
from kit.sandbox_server.filming import Footage, OneClip
from kit.sandbox_server.jobs import read_job
from kit.sandbox_server.journal import Journal
from kit.sandbox_server.schedule import Times, usual_price, usual_times
from kit.sandbox_server.tasks import TaskTable


def job_of(prompt="a boat", model="sandbox-quick", **fields):
    """A job for the provider `sandbox`."""
    given = {"prompt": prompt, "duration": 5, **fields}
    return read_job("sandbox", model, given, {"model": model, "input": given}, any_model=True)


def table_of(clock, *, film=None, places=None, schedule=usual_times, speed=1.0):
    """A table with one lane, and its journal."""
    journal = Journal(clock)
    made = TaskTable(
        clock=clock,
        film=film or OneClip(b"clip", {"schema": 1}),
        journal=journal,
        schedule=schedule,
        price=usual_price,
        speed=speed,
        places={"sandbox": places},
        manners="plain",
    )
    return made, journal


class Gate:
    """A film whose clips are ready when the test says so."""

    def __init__(self):
        self.futures = []
        self.orders = []

    def start(self, order):
        """Hand out a future that is open."""
        self.orders.append(order)
        self.futures.append(Future())
        return self.futures[-1]

    def close(self):
        """Nothing."""


def by_hand(arrivals, durations, places):
    """Start and end of each job when jobs queue first come first served for a number of places."""
    free = [float("-inf")] * places
    out = []
    for at, lasts in zip(arrivals, durations, strict=True):
        begin = max(at, heapq.heappop(free))
        heapq.heappush(free, begin + lasts)
        out.append((begin, begin + lasts))
    return out


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("asked", ["often", "once"])
def test_times_are_those_of_a_queue(seed, asked):
    """Start and end times are those of a first-come queue, however seldom anybody asks."""
    luck = random.Random(seed)
    gaps = [luck.choice([0, 0, 1, 3]) for _ in range(40)]
    lasts = {f"p{i}": luck.randint(1, 30) for i in range(40)}
    clock = ManualClock(0.0)
    table, _ = table_of(clock, places=3, schedule=lambda job: Times(0, lasts[job.prompt]))
    tasks, arrivals = [], []
    for i, gap in enumerate(gaps):
        clock.advance(gap)
        arrivals.append(clock.now())
        tasks.append(table.create(job_of(f"p{i}"), {}))
    for _ in range(600 if asked == "often" else 1):
        clock.advance(1 if asked == "often" else 600)
        table.settle_all()
    assert [(t.started_at, t.ended_at) for t in tasks] == by_hand(arrivals, list(lasts.values()), 3)
    assert {t.state for t in tasks} == {"completed"}


def test_excess_tasks_stay_pending(start, client):
    """Over max_concurrent_task_count tasks stay pending, and begin when a place is free."""
    server = start(concurrency=2, schedule={"*": [0, 60]})
    api = client(server, "piapi")

    def create(prompt):
        given = {
            "model": "kling",
            "task_type": "video_generation",
            "input": {"prompt": prompt, "version": "3.0"},
        }
        return api.post("/api/v1/task", json=given).json()["data"]["task_id"]

    ids = [create(p) for p in "abcd"]

    def states():
        return [api.get(f"/api/v1/task/{i}").json()["data"]["status"] for i in ids]

    assert states() == ["processing", "processing", "pending", "pending"]
    server.advance(59)
    assert states() == ["processing", "processing", "pending", "pending"]
    server.advance(1)
    assert states() == ["completed", "completed", "processing", "processing"]
    server.advance(60)
    assert states() == ["completed"] * 4


def test_a_task_waits_for_its_clip():
    """A task whose clip is late keeps processing and its place, and ends when the clip is there."""
    clock, film = ManualClock(0.0), Gate()
    table, journal = table_of(clock, film=film, places=1, schedule=lambda _: Times(0, 10))
    first, second = table.create(job_of("one"), {}), table.create(job_of("two"), {})
    clock.advance(25)
    table.settle_all()
    assert (first.state, second.state) == ("processing", "pending")
    film.futures[1].set_result(Footage(data=b"x"))
    film.futures[0].set_result(Footage(data=b"x"))
    table.settle_all()
    assert (first.ended_at, second.started_at) == (25.0, 25.0)
    clock.advance(10)
    table.settle_all()
    assert (second.state, second.ended_at) == ("completed", 35.0)
    assert [e["ended_at"] for e in journal.lists["ended"]] == [25.0, 35.0]


def test_a_clip_that_came_late_between_two_polls():
    """A clip that was ready after the schedule's end, but before anybody asked, ends its task when it was ready."""
    clock, film = ManualClock(0.0), Gate()
    table, _ = table_of(clock, film=film, places=1, schedule=lambda _: Times(0, 10))
    first, second = table.create(job_of("one"), {}), table.create(job_of("two"), {})
    clock.advance(15)
    film.futures[0].set_result(Footage(data=b"x"))
    film.futures[1].set_result(Footage(data=b"x"))
    clock.advance(100)
    table.settle_all()
    assert [(t.started_at, t.ended_at) for t in (first, second)] == [(0.0, 15.0), (15.0, 25.0)]


def test_a_clip_that_cannot_be_filmed():
    """A task fails, unpaid, when the renderer does."""
    clock, film = ManualClock(0.0), Gate()
    table, journal = table_of(clock, film=film)
    task = table.create(job_of(), {})
    film.futures[0].set_exception(ValueError("no such scene"))
    clock.advance(100)
    table.settle_all()
    assert task.state == "failed"
    assert "no such scene" in task.error.message
    assert [e["paid"] for e in journal.lists["ended"]] == [False]


def test_equal_requests_are_takes_in_turn():
    """The n-th equal request is filmed as take n, and a take in the request wins."""
    clock, film = ManualClock(0.0), Gate()
    table, journal = table_of(clock, film=film)
    for _ in range(2):
        table.create(job_of("one"), {})
    table.create(job_of("two"), {})
    table.create(job_of("one", take=7), {})
    assert [o.take for o in film.orders] == [1, 2, 1, 7]
    prints = [e["fingerprint"] for e in journal.lists["created"]]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3


def test_speed_and_slow_task():
    """`speed` makes the schedule shorter, the fault `slow_task` longer."""
    clock = ManualClock(0.0)
    table, _ = table_of(clock, schedule=lambda _: Times(2, 8), speed=4.0)
    plain, slow = table.create(job_of("a"), {}), table.create(job_of("b"), {"slow_task": {"factor": 10}})
    clock.advance(100)
    table.settle_all()
    assert (plain.started_at, plain.ended_at) == (0.5, 2.5)
    assert (slow.started_at, slow.ended_at) == (5.0, 25.0)


def test_stuck_tasks_keep_their_place():
    """A stuck task never ends, and those behind it wait."""
    clock = ManualClock(0.0)
    table, _ = table_of(clock, places=1, schedule=lambda _: Times(0, 1))
    stuck, behind = table.create(job_of("a"), {"stuck": {}}), table.create(job_of("b"), {})
    clock.advance(1e6)
    table.settle_all()
    assert (stuck.state, behind.state) == ("processing", "pending")
    table.cancel(stuck)
    clock.advance(2)
    table.settle_all()
    assert behind.state == "completed"


def test_sleeping_on_a_hand_moved_clock():
    """Who sleeps wakes when the clock has been moved far enough, and a clock does not go back."""
    import asyncio

    async def scene():
        clock = ManualClock(0.0)
        sleeper = asyncio.create_task(clock.sleep(5))
        await asyncio.sleep(0)
        clock.advance(4)
        await asyncio.sleep(0)
        early = sleeper.done()
        clock.advance(1)
        await asyncio.wait_for(sleeper, 5)
        return early, clock.sleepers()

    assert asyncio.run(scene()) == (False, 0)
    with pytest.raises(ValueError, match="forward"):
        ManualClock().advance(-1)
