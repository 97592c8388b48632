"""A run against a scripted gateway, in virtual time: every transition of a task, and what is told of it."""

from itertools import pairwise

import pytest

from kit.errors import (
    BadParameter,
    BudgetExceeded,
    KeyMissing,
    KeyRejected,
    NoCredit,
    NotSent,
    ProviderDown,
    RateLimited,
    RequestRefused,
    StudyBusy,
    StudyError,
    SubmitUnknown,
)
from kit.generation import Policy
from kit.providers.base import Account, TaskNotFound


def test_a_whole_run(world):
    """Every request has its clip, its times by the provider's clock, its charge, and the sandbox's truth."""
    summary = world.run()
    assert summary.ok
    assert summary.done == 2
    requests = world.study.requests
    assert list(requests["state"]) == ["done", "done"]
    assert list(requests["seconds"]) == [25.0, 25.0]
    assert list(requests["queue_seconds"]) == [5.0, 5.0]
    assert list(requests["processing_seconds"]) == [20.0, 20.0]
    assert list(requests["cost_usd"]) == [0.5, 0.5]
    assert list(requests["cost_source"]) == ["charged", "charged"]
    assert list(requests["attempts"]) == [1, 1]
    assert requests["extra"][0]["truth"] == {"prompt": "A paper boat, number 1."}
    for clip in requests["clip"]:
        with world.study.clip_file(clip) as path:
            assert path.read_bytes() in world.gateway.clips
    assert world.gateway.opened == world.gateway.closed == 1
    assert not (world.study.folder / ".incoming").exists()


def test_what_is_done_is_not_sent_again(world):
    """A second run sends nothing and opens nothing."""
    world.run()
    summary = world.run()
    assert summary.models == ()
    assert len(world.gateway.posts) == 2
    assert world.gateway.opened == 1


def test_signed_links_are_kept_nowhere(world):
    """The link's signature is in no file of the study."""
    world.run()
    assert world.gateway.links[0].endswith("signature=canary")
    for path in world.study.folder.rglob("*"):
        assert path.is_dir() or b"canary" not in path.read_bytes()


def test_pairs_have_equal_settings(make_world):
    """Two models asked for the same thing are a pair, whatever their defaults fill in."""
    world = make_world(1, ("alpha", "beta"))
    world.run()
    pairs = world.study.pairs()
    assert [(r.model_a, r.model_b) for r in pairs.itertuples()] == [("alpha", "beta")]


def test_takes_are_requests_of_their_own(world):
    """Three takes of one prompt are three paid tasks, in the order take by take."""
    world.run(takes=3, prompts=["p1"])
    assert list(world.study.requests["take"]) == [1, 2, 3]
    assert len(world.gateway.paid) == 3
    world.run(takes=[2, 5], prompts=["p1"])
    assert list(world.study.requests["take"]) == [1, 2, 3, 5]


def test_the_account_says_how_many_at_once(make_world):
    """The account's number holds; a smaller one of the user's holds before it, a larger one does not."""
    for concurrency, expected in ((None, 3), (2, 2), (9, 3)):
        world = make_world(6)
        world.gateway.account = Account(3, None)
        world.run(concurrency=concurrency)
        assert world.gateway.most_at_once == expected


def test_two_at_once_where_nobody_can_be_asked(make_world):
    """Without an account's number it is two, or what the user says."""
    for concurrency, expected in ((None, 2), (5, 5)):
        world = make_world(6)
        world.run(concurrency=concurrency)
        assert world.gateway.most_at_once == expected


@pytest.mark.parametrize("error", [NotSent("piapi", "no route"), RateLimited("piapi", "slow down")])
def test_what_was_surely_not_taken_is_sent_again(world, error):
    """Out of reach and 429: sent again later, one task each, nothing unknown."""
    world.gateway.on_submit = [error, error]
    summary = world.run()
    assert summary.ok
    assert len(world.gateway.posts) == 4
    assert len(world.gateway.paid) == 2


def test_retry_after_is_obeyed(world):
    """Nobody is asked before the time that the provider named, by any of the requests."""
    world.gateway.on_submit = [RateLimited("piapi", "slow down", 40.0)]
    world.run(concurrency=1)
    first, second = world.gateway.posts[0][0], world.gateway.posts[1][0]
    assert 40.0 <= second - first <= 44.5


def test_backing_off_without_retry_after(world):
    """The waits double, jittered in their upper half, and end at a minute."""
    world.gateway.on_submit = [RateLimited("piapi", "slow down") for _ in range(9)]
    world.run(concurrency=1)
    times = [at for at, _ in world.gateway.posts]
    waits = [b - a for a, b in pairwise(times)][:9]
    for wait, whole in zip(waits, [2, 4, 8, 16, 32, 60, 60, 60, 60], strict=True):
        assert whole / 2 <= wait <= whole + 0.01


def test_a_provider_out_of_reach_stops_the_run(world):
    """After six tries nothing more is sent, nothing is lost, nothing spent, and the next run goes on."""
    world.gateway.on_submit = [NotSent("piapi", "no route") for _ in range(6)]
    summary = world.run(concurrency=1)
    assert not summary.ok
    assert "no route" in summary.stopped["piapi"]
    assert [m.unsent for m in summary.models] == [2]
    assert summary.committed_usd == 0
    assert world.gateway.paid == []
    assert world.run().ok
    assert world.paid_twice() == []


def test_a_pause_longer_than_ten_minutes_ends_the_sending(world):
    """A provider that asks for an hour is left alone, and the summary says so."""
    world.gateway.on_submit = [RateLimited("piapi", "come back later", 3600.0)]
    summary = world.run(concurrency=1)
    assert len(world.gateway.posts) == 1
    assert "come back later" in str(summary)


def test_an_answer_that_never_came_is_unknown_for_good(world):
    """The task is never sent again by itself, is counted at its price, and the other request is not touched."""
    world.gateway.on_submit = [("accepted", SubmitUnknown("piapi", "read timed out"))]
    summary = world.run(concurrency=1)
    assert world.states() == ["unknown", "done"]
    assert summary.committed_usd == pytest.approx(1.0)
    assert "unknown whether piapi took it" in str(summary)
    for _ in range(3):
        world.run()
        world.run(retry_failed=True)
    assert len(world.gateway.posts) == 2


def test_an_error_nobody_thought_of_counts_as_unknown(world):
    """A bug in an adapter after the request left is no reason to send it again."""
    world.gateway.on_submit = [("accepted", ValueError("could not read x-api-key: abcdefghijkl123"))]
    world.run(concurrency=1)
    assert world.states() == ["unknown", "done"]
    assert "abcdefghijkl123" not in world.study.ledger.tasks()[0].error


@pytest.mark.parametrize("error", [KeyRejected("piapi", "401"), NoCredit("piapi", "insufficient")])
def test_no_key_or_no_credit_stops_the_sending(make_world, error):
    """Nothing more is sent; what runs is looked after as far as the key allows; the next run goes on."""
    world = make_world(4)
    world.gateway.on_submit = [None, error]
    summary = world.run(concurrency=2)
    assert len(world.gateway.paid) == 1
    assert str(error) in summary.stopped["piapi"]
    paid_for = world.states()[0]
    assert paid_for == ("done" if isinstance(error, NoCredit) else "submitted")
    assert world.run().ok
    assert len(world.gateway.paid) == 4


def test_a_wrong_key_is_seen_before_anything_is_sent(world):
    """The free account call shows it; the error is the key's own."""
    world.gateway.account = KeyRejected("piapi", "401: it does not accept the key")
    with pytest.raises(KeyRejected, match="401"):
        world.run()
    assert world.gateway.posts == []


def test_a_refused_request_is_final_and_counted(world):
    """Refused on sending: costs nothing, stays in the counts, and is sent again only when asked for."""
    world.gateway.on_submit = [RequestRefused("piapi", "prompt too long")]
    summary = world.run(concurrency=1)
    assert world.states() == ["refused", "done"]
    assert [m.refused for m in summary.models] == [1]
    assert list(world.study.requests["cost_usd"]) == [0.0, 0.5]
    world.run()
    assert len(world.gateway.posts) == 2
    assert world.run(retry_failed=True).ok
    assert [(t.attempt, t.state) for t in world.study.ledger.tasks()] == [
        (1, "refused"),
        (1, "done"),
        (2, "done"),
    ]


@pytest.mark.parametrize("status", ["failed", "refused", "cancelled"])
def test_tasks_that_end_without_a_clip(world, status):
    """The provider's verdict, words and charge are kept; a second attempt's cost is added to the first's."""
    world.gateway.ends = lambda p: (
        {"status": status, "error": "bad luck", "cost_usd": 0.2, "urls": ()} if p.id == "t1" else {}
    )
    summary = world.run()
    assert world.states() == [status, "done"]
    assert "bad luck" in str(summary)
    assert world.study.requests["state"][0] == status
    assert world.study.requests["cost_usd"][0] == pytest.approx(0.2)
    assert world.run(retry_failed=True).ok
    assert world.study.requests["cost_usd"][0] == pytest.approx(0.7)
    assert world.study.requests["attempts"][0] == 2


def test_polls_that_fail_are_waited_out(world):
    """5xx, unknown words, 429 and odd exceptions say nothing of the task."""
    odd = {"status": "running", "word": "warming_up", "known_word": False}
    world.gateway.on_poll = [
        ProviderDown("piapi", "502"), odd, RateLimited("piapi", "429", 3.0), KeyError("status"), odd,
    ]  # fmt: skip
    assert world.run(concurrency=1).ok


def test_polling_is_gentle_and_prompt(world):
    """The first poll after about 2 s, never closer than that, never further apart than about 15 s, or 3 s in the first
    half minute."""
    world.gateway.takes = 400.0
    world.run(prompts=["p1"])
    times = [at for at, _ in world.gateway.polls]
    waits = [b - a for a, b in zip([0.25, *times], times, strict=False)]
    assert all(1.7 <= wait <= 17.25 for wait in waits)
    assert all(wait <= 3.5 for wait, at in zip(waits, times, strict=True) if at < 30)
    assert max(waits) > 12


def test_what_tasks_usually_take_is_learned(make_world):
    """From the second task on the end is seen within half a second, and no poll comes sooner after another for it."""
    world = make_world(5)
    world.run(concurrency=1)
    polls = {p.id: [at for at, task in world.gateway.polls if task == p.id] for p in world.gateway.paid}
    late = [polls[p.id][-1] - (p.at + 25.0) for p in world.gateway.paid]
    assert all(0 <= seconds <= 0.5 for seconds in late[1:])
    assert all(b - a >= 1.7 for times in polls.values() for a, b in pairwise(times))


def test_the_deadline_leaves_the_task_with_its_id(world):
    """Too slow for one run is neither failed nor sent again: the next run goes on with the same id."""
    world.gateway.takes = 3000.0
    summary = world.run(prompts=["p1"])
    assert world.states() == ["running"]
    assert summary.still_open[0].task_id == "t1"
    assert summary.still_open[0].usd == 0.5
    world.run(prompts=["p1"])
    world.run(prompts=["p1"])
    assert world.states() == ["done"]
    assert len(world.gateway.posts) == 1
    task = world.study.ledger.tasks()[0]
    assert task.wall_seconds is None
    assert world.study.requests["seconds"][0] == 3005.0


def test_an_id_the_provider_no_longer_knows_is_left_early(world):
    """Six answers "no such task" in a row and the run does not wait for the deadline."""
    world.gateway.on_poll = [TaskNotFound("piapi", "404") for _ in range(6)]
    summary = world.run(prompts=["p1"])
    assert world.states() == ["submitted"]
    assert summary.seconds < 200
    assert "404" in world.study.ledger.tasks()[0].error


def test_an_expired_link_is_asked_for_again(world):
    """A link that no longer works is not tried again; another poll brings a fresh one."""
    world.gateway.on_download = [world.expired()]
    assert world.run(prompts=["p1"]).ok
    assert len(set(world.gateway.links)) == 2


def test_a_clip_that_cannot_be_fetched_is_kept_for_later(world):
    """All links expired: completed, with the reason, its price counted; the next run fetches it without paying again."""
    world.gateway.on_download = [world.expired() for _ in range(3)]
    summary = world.run(prompts=["p1"])
    assert world.states() == ["completed"]
    assert "expired" in world.study.ledger.tasks()[0].error
    assert "could not be fetched" in str(summary)
    assert summary.committed_usd == 0.5
    assert world.run(prompts=["p1"]).ok
    assert len(world.gateway.posts) == 1
    assert world.study.ledger.tasks()[0].error is None


@pytest.mark.parametrize("bad", [b"<html>sorry</html>", b"\x00\x00\x00\x18ftypmp42 and nothing more"])
def test_bytes_that_are_no_clip_are_fetched_again(world, bad):
    """What cannot be opened never gets into the study."""
    world.gateway.on_download = [bad, bad]
    assert world.run(prompts=["p1"]).ok
    assert len(world.gateway.links) == 3
    assert len(world.study.clips) == 1


def test_bytes_that_never_become_a_clip(world):
    """After all tries the task stays completed with the reason, and the study has no such clip."""
    world.gateway.on_download = [b"no clip"] * 30
    world.run(prompts=["p1"])
    assert world.states() == ["completed"]
    assert world.study.ledger.tasks()[0].error_class == "ClipUnreadable"
    assert len(world.study.clips) == 0


def test_a_charge_that_is_not_stated_is_estimated(world):
    """The price list fills in, and the flag says so."""
    world.gateway.cost = None
    world.run(prompts=["p1"])
    assert list(world.study.requests["cost_source"]) == ["estimated"]
    assert list(world.study.requests["cost_usd"]) == [0.5]


def test_the_budget_is_a_hard_stop_for_the_study(make_world):
    """$1.60 buys three clips at 50 cents, however often the run is started, and not a fourth."""
    world = make_world(5)
    summary = world.run(max_usd=1.6)
    assert len(world.gateway.paid) == 3
    assert "2 requests were not sent" in str(summary)
    with pytest.raises(BudgetExceeded, match=r"\$0\.50.*\$1\.60.*\$1\.50"):
        world.run(max_usd=1.6)
    assert len(world.gateway.paid) == 3
    assert world.run(max_usd=2.5).ok


def test_unknown_tasks_count_against_the_budget(make_world):
    """An unknown task may have been paid for, so its price is gone."""
    world = make_world(3)
    world.gateway.on_submit = [("accepted", SubmitUnknown("piapi", "reset"))]
    world.run(max_usd=1.0)
    assert len(world.gateway.paid) == 2


def test_a_charge_above_the_estimate_counts(make_world):
    """What was really charged is what the next task is weighed against."""
    world = make_world(4)
    world.gateway.cost = 0.9
    world.run(max_usd=2.0, concurrency=1)
    assert len(world.gateway.paid) == 2


def test_money_that_came_back_is_spent(make_world):
    """With less charged than estimated, more fits, within the same run."""
    world = make_world(4)
    world.gateway.cost = 0.1
    world.run(max_usd=1.0, concurrency=4)
    assert len(world.gateway.paid) == 4


def test_ten_cents_thrice_fit_into_thirty(make_world):
    """Sums of prices in floating point do not refuse the last clip."""
    from kit.cards.card import Prices, Rate

    world = make_world(3)
    for card in world.cards.values():
        card.prices["piapi"] = Prices((Rate(0.1, 0.1, a_second=False),), looked_up="2026-11")
    world.gateway.cost = 0.1
    assert world.run(max_usd=0.3).ok


def test_no_budget_and_nobody_asked(world):
    """Paid requests need a limit or a yes; a no sends nothing; bad numbers are refused."""
    with pytest.raises(BadParameter, match="max_usd"):
        world.run(max_usd=None)
    summary = world.run(max_usd=None, confirm=lambda _: False)
    assert "not confirmed; 2 requests" in str(summary)
    with pytest.raises(BudgetExceeded):
        world.run(max_usd=0)
    for bad in (-1, float("nan"), float("inf")):
        with pytest.raises(BadParameter, match="max_usd"):
            world.run(max_usd=bad)
    with pytest.raises(BadParameter, match="concurrency"):
        world.run(concurrency=0)
    assert world.gateway.posts == []
    asked = []
    assert world.run(max_usd=None, confirm=lambda plan: asked.append(plan.high_usd) or True).ok
    assert asked == [1.0]


def test_a_task_without_a_price_is_refused_under_a_budget(world):
    """The limit could not be kept; it takes an explicit word."""
    for card in world.cards.values():
        card.prices.clear()
    with pytest.raises(BudgetExceeded, match="alpha through piapi"):
        world.run(max_usd=5)
    assert world.gateway.posts == []
    assert world.run(max_usd=5, allow_unpriced=True).ok


def test_a_study_that_cannot_be_written_spends_nothing(world, monkeypatch):
    """Looked at before the first request, not after."""

    def full(_store):
        raise StudyError("the disk has 3 MB left")

    monkeypatch.setattr("kit.storage.clipstore.ClipStore.require_writable", full)
    with pytest.raises(StudyError, match="3 MB"):
        world.run()
    assert world.gateway.posts == []


def test_a_full_disk_loses_no_clip(world):
    """The run ends with a clear error; with room again the clip is fetched, and nothing is paid twice."""
    world.gateway.on_download = [OSError(28, "No space left on device")]
    with pytest.raises(StudyError, match=r"No space left.*paid for and not lost"):
        world.run(concurrency=1)
    assert world.run().ok
    assert world.paid_twice() == []
    assert len(world.gateway.posts) == 2


def test_an_id_that_cannot_be_kept_is_told(world, monkeypatch):
    """The provider has taken it and the database cannot be written: the error has the id and what to do with it."""
    commit = type(world.study.ledger).commit

    def broken(ledger, changes):
        if len(world.gateway.paid) == 1:
            raise StudyError("disk full")
        return commit(ledger, changes)

    with monkeypatch.context() as patch:
        patch.setattr(type(world.study.ledger), "commit", broken)
        with pytest.raises(StudyError, match="--resolve 1=task-id=t1"):
            world.run(prompts=["p1"], concurrency=1)
    from kit.generation import aresolve

    world.do(aresolve(world.study, {1: "task-id=t1"}, providers=world.provider, clock=world.clock))
    assert world.run(prompts=["p1"]).ok
    assert len(world.gateway.posts) == 1


def test_errors_of_one_request_leave_the_others_alone(make_world):
    """Of six, one is refused, one unknown, one fails, one cannot be fetched: the other two are done."""
    world = make_world(6)
    world.gateway.on_submit = [RequestRefused("piapi", "no"), ("accepted", SubmitUnknown("piapi", "reset"))]
    world.gateway.ends = lambda p: (
        {"status": "failed", "urls": ()} if p.id == "t2" else {"urls": ()} if p.id == "t3" else {}
    )
    summary = world.run(concurrency=3)
    assert sorted(world.states()) == ["completed", "done", "done", "failed", "refused", "unknown"]
    (model,) = summary.models
    assert (model.done, model.failed, model.refused, model.unknown, model.left) == (2, 1, 1, 1, 1)


def test_intents_that_nobody_wants_any_more_are_forgotten(world):
    """An intent that was never sent costs nothing; changed settings make it void, and it leaves no trace."""
    world.crash("after intent", concurrency=1)
    assert world.states() == ["intent"]
    world.run(settings={"duration": 7})
    assert world.states() == ["done", "done"]
    assert {r["duration"] for r in world.study.requests["settings"]} == {7}


def test_other_settings_for_the_same_take_are_not_filmed(world):
    """Votes name prompt, models and take: the study keeps one clip for each, and the plan says why."""
    world.run()
    summary = world.run(settings={"duration": 7})
    assert len(world.gateway.posts) == 2
    assert summary.done == 0


def test_progress_is_told_to_the_end(world):
    """Counts only ever add up to the number of requests, and the last snapshot says that it is the last."""
    world.run(concurrency=1)
    assert all(sum(m.total for m in p.models) == 2 for p in world.told)
    assert [p.last for p in world.told] == [False] * (len(world.told) - 1) + [True]
    (model,) = world.told[-1].models
    assert (model.done, model.spent_usd, model.seconds_left) == (2, 1.0, 0.0)
    middle = next(p.models[0] for p in world.told if p.models[0].done == 1)
    assert middle.seconds_left == pytest.approx(25, rel=0.2)


def test_policy_is_the_users(world):
    """A deadline given with the call is the one that holds."""
    world.gateway.takes = 100.0
    summary = world.run(prompts=["p1"], deadline=30.0, policy=Policy())
    assert summary.seconds < 40
    assert world.states() == ["running"]


def test_a_study_in_use_is_left_alone(world):
    """While one run has the study, a second one says so and sends nothing."""
    with world.study.ledger.run_lock(), pytest.raises(StudyBusy, match="process"):
        world.run()
    assert world.gateway.posts == []


def test_a_folder_that_cannot_be_written(world):
    """The lock is the first thing written, so this is found out first."""
    (world.study.folder / "run.lock").mkdir()
    with pytest.raises(StudyError, match="cannot be written"):
        world.run()
    assert world.gateway.posts == []


def test_a_missing_key_comes_before_everything(world):
    """Nothing is sent, nor written down as intended, where the provider cannot even be opened."""

    def opened(name):
        raise KeyMissing(name, "no key; set PIAPI_API_KEY")

    with pytest.raises(KeyMissing, match="PIAPI_API_KEY"):
        world.run(providers=opened)
    assert world.states() == []


def test_the_place_is_kept_without_the_user(world):
    """The host that a task went to, and nothing else of its address."""
    world.run(prompts=["p1"])
    assert world.study.ledger.tasks()[0].base_url == "api.gateway.test"
