"""Replicate's predictions, written out from its documents."""

import base64

import pytest

from kit.errors import KeyRejected, ProviderDown
from kit.providers import BadAnswer, TaskNotFound, TaskRef

DONE = """{"id": "p-1", "model": "kwaivgi/kling-v3-video", "status": "succeeded", "error": null,
 "output": "https://replicate.delivery/x/out.mp4", "metrics": {"predict_time": 96.4},
 "created_at": "2026-03-01T10:00:00Z", "started_at": "2026-03-01T10:00:01Z", "completed_at": "2026-03-01T10:01:38Z"}"""
TASK = TaskRef("p-1")


def test_submit(stub, submit, wires, canary):
    """The input goes out under `input`, and nobody waits for the result."""
    stub.json({"id": "p-1", "status": "starting"}, 201)
    assert submit("replicate") == TASK
    (request,) = stub.requests
    assert (request.method, request.path) == ("POST", "/v1/models/kwaivgi/kling-v3-video/predictions")
    assert request.headers["authorization"] == f"Bearer r8_{canary}"
    assert "prefer" not in request.headers
    assert request.json == wires["replicate"].body


def test_completed(stub, ask):
    """Link, times and the processing time that Replicate measured itself."""
    stub.text(DONE)
    state = ask("replicate", lambda p: p.poll(TASK))
    assert stub.requests[0].path == "/v1/predictions/p-1"
    assert (state.status, state.word, state.urls) == (
        "completed",
        "succeeded",
        ("https://replicate.delivery/x/out.mp4",),
    )
    assert (state.queue_seconds, state.processing_seconds, state.cost_usd) == (1.0, 96.4, None)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("starting", "queued"),
        ("processing", "running"),
        ("failed", "failed"),
        ("canceled", "cancelled"),
        ("aborted", "cancelled"),
    ],
)
def test_words(word, status, stub, ask):
    """Each status of the documents."""
    stub.text(DONE.replace("succeeded", word))
    state = ask("replicate", lambda p: p.poll(TASK))
    assert (state.status, state.known_word, state.urls) == (status, True, ())


@pytest.mark.parametrize(
    "output",
    [
        '["https://a/1.mp4", "https://a/2.mp4"]',
        '{"video": "https://a/1.mp4"}',
        '[{"url": "https://a/1.mp4"}]',
    ],
)
def test_outputs(output, stub, ask):
    """An output is a text, a list or an object."""
    stub.text(DONE.replace('"https://replicate.delivery/x/out.mp4"', output))
    assert ask("replicate", lambda p: p.poll(TASK)).urls[0] == "https://a/1.mp4"


def test_refused(stub, ask):
    """An error that flags the content is a refusal."""
    stub.text(
        DONE.replace("succeeded", "failed").replace(
            '"error": null', '"error": "The input was flagged as sensitive (E005)"'
        )
    )
    state = ask("replicate", lambda p: p.poll(TASK))
    assert (state.status, state.error) == ("refused", "The input was flagged as sensitive (E005)")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, '{"detail": "not found"}', TaskNotFound),
        (401, '{"detail": "no"}', KeyRejected),
        (500, "", ProviderDown),
        (200, "[]", BadAnswer),
        (200, '{"id": "p-2", "status": "succeeded"}', BadAnswer),
    ],
)
def test_answers_that_are_no_state(status, body, kind, stub, ask):
    """A question without an answer is no failed task."""
    stub.text(body, status)
    with pytest.raises(kind) as caught:
        ask("replicate", lambda p: p.poll(TASK))
    assert type(caught.value) is kind


def test_cancel(stub, ask):
    """A prediction is cancelled by a POST of its own."""
    stub.text(DONE.replace("succeeded", "canceled"))
    assert ask("replicate", lambda p: p.cancel(TASK)) is True
    assert (stub.requests[0].method, stub.requests[0].path) == ("POST", "/v1/predictions/p-1/cancel")


def test_upload_is_a_data_uri(ask, tmp_path):
    """A local image goes inside the request."""
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\x2c\0\0\1\x2c")
    sent = ask("replicate", lambda p: p.upload(path))
    assert sent == "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()
