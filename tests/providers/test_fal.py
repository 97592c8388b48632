"""fal's queue: addresses that are handed out, and failures that wear the word COMPLETED."""

import json

import pytest

from kit.cards.spelling import Answer
from kit.errors import KeyRejected, ProviderDown, RateLimited
from kit.providers import BadAnswer, TaskNotFound, TaskRef

ROOT = "/fal-ai/kling-video/requests/q-1"
TASK = TaskRef("q-1", {"status": f"{ROOT}/status", "response": ROOT, "cancel": f"{ROOT}/cancel"})
RESULT = """{"video": {"url": "https://v3.fal.media/files/x/out.mp4", "content_type": "video/mp4",
 "file_name": "out.mp4", "file_size": 4404019}}"""


def accepted(host):
    """The answer to a submit."""
    base = f"{host}{ROOT}"
    return {
        "request_id": "q-1",
        "response_url": base,
        "status_url": f"{base}/status",
        "cancel_url": f"{base}/cancel",
        "queue_position": 0,
    }


def test_submit(stub, submit, wires, canary):
    """The fields go out at top level with the key's own scheme; the addresses are kept as paths."""
    stub.json(accepted(stub.url))
    assert submit("fal") == TASK
    (request,) = stub.requests
    assert (request.method, request.path) == ("POST", "/fal-ai/kling-video/v3/pro/text-to-video")
    assert request.headers["authorization"].startswith(f"Key {canary}:")
    assert request.json == wires["fal"].body
    assert json.loads(json.dumps(TASK.links)) == TASK.links


@pytest.mark.parametrize(
    "host",
    [
        "https://evil.example",
        "https://queue.fal.run.evil.example",
        "http://127.0.0.1:1",
        "",
        "javascript:x",
        "http://[",
        "//evil.example",
    ],
)
def test_addresses_of_another_host_are_not_used(host, stub, submit):
    """The key goes to the base URL's host only; there the task is asked for under owner and alias."""
    stub.json(accepted(host))
    assert submit("fal") == TASK


def test_addresses_below_a_base_with_a_path(stub, submit):
    """A base URL with a path is a part of every address."""
    moved = accepted(f"{stub.url}/fal")
    moved["status_url"] = f"{stub.url}/fal/moved/status?logs=1"
    stub.json(moved)
    task = submit("fal", base_url=f"{stub.url}/fal/")
    assert stub.requests[0].path == "/fal/fal-ai/kling-video/v3/pro/text-to-video"
    assert task.links == {"status": "/moved/status", "response": ROOT, "cancel": f"{ROOT}/cancel"}


def test_a_status_without_addresses(stub, submit):
    """An id alone is enough."""
    stub.json({"request_id": "q-1"})
    assert submit("fal") == TASK


@pytest.mark.parametrize(("word", "status"), [("IN_QUEUE", "queued"), ("IN_PROGRESS", "running")])
def test_not_yet(word, status, stub, ask):
    """While it waits or runs one call is enough."""
    stub.json({"status": word, "queue_position": 3}, 202)
    state = ask("fal", lambda p: p.poll(TASK))
    assert (state.status, state.word, state.known_word) == (status, word, True)
    assert [r.path for r in stub.requests] == [f"{ROOT}/status"]


def test_completed(stub, ask):
    """The result is a second call; the one time that fal tells is kept."""
    stub.json({"status": "COMPLETED", "metrics": {"inference_time": 83.2}})
    stub.text(RESULT)
    card = Answer(links=("video.url",), seconds="metrics.inference_time")
    state = ask("fal", lambda p: p.poll(TASK, answer=card))
    assert [r.path for r in stub.requests] == [f"{ROOT}/status", ROOT]
    assert (state.status, state.urls) == ("completed", ("https://v3.fal.media/files/x/out.mp4",))
    assert (state.processing_seconds, state.queue_seconds, state.cost_usd) == (83.2, None, None)


def test_completed_with_an_error(stub, ask):
    """COMPLETED beside an error is a failure, and the result is not asked for."""
    stub.json({"status": "COMPLETED", "error": "runner died", "error_type": "runner_disconnected"})
    state = ask("fal", lambda p: p.poll(TASK))
    assert (state.status, state.word, state.error, state.error_code) == (
        "failed",
        "COMPLETED",
        "runner died",
        "runner_disconnected",
    )
    assert len(stub.requests) == 1


@pytest.mark.parametrize(
    ("status", "detail", "headers", "expected"),
    [
        (422, "bad duration", {}, "failed"),
        (400, "cannot do that", {}, "failed"),
        (500, "worker lost", {"x-fal-error-type": "internal_server_error"}, "failed"),
        (
            422,
            [{"loc": ["body", "prompt"], "msg": "not allowed", "type": "content_policy_violation"}],
            {},
            "refused",
        ),
        (400, "Request is still in progress", {}, "running"),
    ],
)
def test_the_result_is_an_error(status, detail, headers, expected, stub, ask):
    """A result that is an error with a detail is the task's own end."""
    stub.json({"status": "COMPLETED"})
    stub.json({"detail": detail}, status, **headers)
    state = ask("fal", lambda p: p.poll(TASK))
    assert (state.status, state.urls) == (expected, ())


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, {"detail": "oops"}, ProviderDown),
        (502, "<html>", ProviderDown),
        (429, {"detail": "slow"}, RateLimited),
        (401, {"detail": "key"}, KeyRejected),
        (404, {"detail": "gone"}, TaskNotFound),
        (200, "<html>", BadAnswer),
        (200, "5", BadAnswer),
    ],
)
def test_a_result_that_cannot_be_had_now(status, body, kind, stub, ask):
    """Trouble while fetching the result says nothing of the finished, paid task."""
    stub.json({"status": "COMPLETED"})
    stub.text(body if isinstance(body, str) else json.dumps(body), status)
    with pytest.raises(kind) as caught:
        ask("fal", lambda p: p.poll(TASK))
    assert type(caught.value) is kind


def test_completed_without_a_link(stub, ask):
    """A result without a link is an error of its own."""
    stub.json({"status": "COMPLETED"})
    stub.json({"video": None})
    assert ask("fal", lambda p: p.poll(TASK)).error == "completed without a clip link"


@pytest.mark.parametrize("link", ["https://evil.example/x", "//evil.example/x", "/a/../../x", "/a?b", ""])
def test_a_stored_address_stays_below_the_base(link, stub, ask):
    """What stands in the study is no way to another host."""
    with pytest.raises(TaskNotFound):
        ask("fal", lambda p: p.poll(TaskRef("q-1", {"status": link})))
    assert stub.requests == []


@pytest.mark.parametrize(("status", "done"), [(202, True), (400, False)])
def test_cancel(status, done, stub, ask):
    """202 is agreed, 400 too late."""
    stub.json({}, status)
    assert ask("fal", lambda p: p.cancel(TASK)) is done
    assert (stub.requests[0].method, stub.requests[0].path) == ("PUT", f"{ROOT}/cancel")


def test_account_is_not_told(ask):
    """No free call is known."""
    assert ask("fal", lambda p: p.account()) is None
