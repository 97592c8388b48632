"""The ledger by itself, on SQLite and on a real PostgreSQL server."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kit.errors import StudyBusy, StudyError
from kit.importing import new_clip
from kit.storage.records import NewRequest
from kit.storage.tasks import STATES, TaskChanged, limited_json
from kit.study import Study

AT = "2026-11-22T12:00:00.000Z"


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request, make_world):
    """The same study on either database."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    return make_world(url=url)


def wanted(take: int = 1) -> NewRequest:
    return NewRequest(
        "p1", "A paper boat.", "alpha", take, "piapi", None, settings={"audio": False}, state="intent"
    )


def intend(ledger, take: int = 1, attempt: int = 1):
    (task,) = ledger.commit(
        [ledger.intend(wanted(take), attempt=attempt, base_url="api.test", estimated_usd=0.5, at=AT)]
    )
    return task


def test_a_task_through_its_whole_life(world, tmp_path, three_clips):
    """Each step is on disk for another opening of the study, and the request follows its task."""
    ledger = world.study.ledger
    task = intend(ledger)
    file = tmp_path / "x.mp4"
    file.write_bytes(three_clips[0])
    clip = new_clip(file)
    steps = [
        ("sending", {"sending_at": AT, "links": {"path": "/v1"}}),
        ("submitted", {"provider_task_id": "t1", "links": {"status": "/s"}, "submitted_at": AT}),
        ("running", {}),
        ("completed", {"cost_usd": 0.4, "cost_source": "charged", "raw": {"a": [1]}, "finished_at": AT}),
    ]
    for state, values in steps:
        ledger.commit([ledger.move(task.id, state, **values)])
        (found,) = ledger.tasks()
        assert found.state == state
        assert list(world.study.requests["state"]) == [state]
    assert found.links == {"status": "/s"}
    ledger.put_clip(file, clip)
    ledger.commit([ledger.finish(task, clip, seconds=12.0, extra={"truth": 1}, stored_at=AT)])
    (row,) = world.study.requests.itertuples()
    assert (row.state, row.clip, row.seconds, row.cost_usd, row.extra) == (
        "done",
        clip.clip,
        12.0,
        0.4,
        {"truth": 1},
    )
    assert list(world.study.clips["clip"]) == [clip.clip]
    assert json.loads(ledger.frame()["raw"][0]) == {"a": [1]}


def test_only_one_of_two_can_send_an_attempt(world):
    """The move to `sending` names the state it expects: the second one is told, and may not send."""
    ledger = world.study.ledger
    task = intend(ledger)
    ledger.commit([ledger.move(task.id, "sending")])
    with pytest.raises(TaskChanged, match="is sending and cannot become sending"):
        ledger.commit([ledger.move(task.id, "sending")])


def test_an_attempt_is_there_once(world):
    """Request and attempt together are unique in the database itself."""
    intend(world.study.ledger)
    with pytest.raises(StudyError):
        intend(world.study.ledger)
    intend(world.study.ledger, attempt=2)
    assert len(world.study.requests) == 1


def test_no_state_is_left_backwards(world):
    """What has ended stays as it ended, and what may have been sent is never an intent again."""
    ledger = world.study.ledger
    roads = {
        "done": ["sending", "submitted", "completed"],
        "failed": ["sending", "submitted", "failed"],
        "refused": ["sending", "refused"],
        "cancelled": ["sending", "submitted", "cancelled"],
        "lost": ["sending", "unknown", "lost"],
        "unknown": ["sending", "unknown"],
        "submitted": ["sending", "submitted"],
    }
    for number, (end, road) in enumerate(roads.items(), start=1):
        task = intend(ledger, take=number)
        for state in road:
            ledger.commit([ledger.move(task.id, state)])
        if end == "done":
            ledger.commit([ledger.move(task.id, "done")])
        for state in ("intent", "sending", *([] if end == "unknown" else ["lost"])):
            with pytest.raises(TaskChanged):
                ledger.commit([ledger.move(task.id, state)])
        if end in {"done", "failed", "refused", "cancelled", "lost"}:
            for state in set(STATES) - {end}:
                with pytest.raises(TaskChanged):
                    ledger.commit([ledger.move(task.id, state)])


def test_changes_together_are_all_or_nothing(world):
    """A transaction that fails in its second change leaves no trace of the first."""
    ledger = world.study.ledger
    task = intend(ledger)
    with pytest.raises(TaskChanged):
        ledger.commit([ledger.move(task.id, "sending"), ledger.move(task.id, "done")])
    assert [t.state for t in ledger.tasks()] == ["intent"]


def test_recovering(world):
    """What a dead process was sending becomes unknown; an intent stays one."""
    ledger = world.study.ledger
    first, _ = intend(ledger, 1), intend(ledger, 2)
    ledger.commit([ledger.move(first.id, "sending")])
    assert ledger.recover() == 1
    assert [t.state for t in ledger.tasks()] == ["unknown", "intent"]
    assert ledger.recover() == 0


def test_dropping_an_intent(world):
    """An intent goes with its request, a second attempt's goes alone, anything sent stays."""
    ledger = world.study.ledger
    first, second = intend(ledger, 1), intend(ledger, 2)
    for state in ("sending", "unknown", "lost"):
        ledger.commit([ledger.move(second.id, state)])
    again = intend(ledger, 2, attempt=2)
    ledger.commit([ledger.drop(first.id), ledger.drop(second.id), ledger.drop(again.id)])
    assert [(t.id, t.state) for t in ledger.tasks()] == [(second.id, "lost")]
    assert list(world.study.requests["state"]) == ["lost"]


def test_names_for_the_provider(make_world):
    """The same study, request and attempt always have the same name; any other has another one."""
    one, two = make_world(), make_world()
    ledger = one.study.ledger
    name = ledger.external_id("r", 1)
    assert name == ledger.external_id("r", 1) == Study.open(one.study.folder).ledger.external_id("r", 1)
    assert (
        len(
            {
                name,
                ledger.external_id("r", 2),
                ledger.external_id("s", 1),
                two.study.ledger.external_id("r", 1),
            }
        )
        == 4
    )
    assert name.replace("-", "").isalnum()
    assert len(name) <= 40


def test_long_answers_are_cut_and_still_json():
    """An answer of a megabyte keeps its beginning; odd values do not stop anything."""
    kept = json.loads(limited_json({"a": "x" * 1_000_000}))
    assert kept["cut_off"]
    assert len(limited_json({"a": "x" * 1_000_000})) < 25_000
    assert json.loads(limited_json({"a": {1, 2}, "b": 1e400 - 1e400}))


def test_one_run_at_a_time(world):
    """A second one is told who has the study and what to do; afterwards it is free again."""
    with (
        world.study.ledger.run_lock(),
        pytest.raises(StudyBusy, match="another run is generating"),
        world.study.ledger.run_lock(),
    ):
        pass
    with world.study.ledger.run_lock():
        pass


HOLD = """
import sys
from kit.study import Study
with Study.open(sys.argv[1]) as study, study.ledger.run_lock():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_lock_dies_with_its_process(world):
    """A killed process leaves nothing that has to be cleaned up, in a folder or on a server."""
    folder = world.study.folder
    place = str(folder) if folder else world.study._database.engine.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, place], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(StudyBusy), world.study.ledger.run_lock():
            pass
        process.kill()
        process.wait()
    # A file's lock is gone at once; the server may take a moment to see that the connection broke off.
    for _ in range(1000):
        try:
            with world.study.ledger.run_lock():
                return
        except StudyBusy:
            assert folder is None
    pytest.fail("the lock outlived its process")


def test_a_whole_run_on_either_database(world):
    """A crash and what comes after it, on both."""
    world.crash("after submitted", concurrency=1)
    assert world.states() == ["submitted"]
    assert world.run().ok
    assert world.states() == ["done", "done"]
    assert len(world.gateway.posts) == 2


def test_old_studies_have_the_new_columns(tmp_path: Path, make_clip):
    """An imported clip has no attempts and no times of a provider, and the fingerprint is of what it was before."""
    (tmp_path / "m.csv").write_text("file,prompt,model\na.mp4,A boat.,alpha\n")
    make_clip(tmp_path / "a.mp4")
    with Study.create(tmp_path / "study") as study:
        study.import_clips(tmp_path / "m.csv")
        (row,) = study.requests.itertuples()
        assert row.attempts == 0
        assert row.cost_source is None or row.cost_source != row.cost_source
        assert row.queue_seconds != row.queue_seconds
