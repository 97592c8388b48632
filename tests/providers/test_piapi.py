"""PiAPI's envelopes, written out from its documents, and what is read in them."""

import base64
import json
from datetime import UTC, datetime

import pytest

from kit.cards.spelling import Answer
from kit.errors import BadParameter, CannotAsk, KeyRejected, ProviderDown, RateLimited, SubmitUnknown
from kit.providers import Account, BadAnswer, SubmitRefused, TaskNotFound, TaskRef

PENDING = """{"code": 200, "message": "success",
 "data": {"task_id": "1f0c2c1e-0000-4000-8000-000000000001",
  "model": "kling", "task_type": "video_generation", "status": "pending",
  "config": {"service_mode": "public", "webhook_config": {"endpoint": "", "secret": ""}},
  "input": {"aspect_ratio": "16:9", "mode": "std", "version": "3.0"}, "output": {"video": ""},
  "meta": {"created_at": "2026-02-13T04:17:29.108326563Z", "started_at": "0001-01-01T00:00:00Z",
           "ended_at": "0001-01-01T00:00:00Z", "is_using_private_pool": false,
           "usage": {"type": "point", "frozen": 5000000, "consume": 0}},
  "detail": null, "logs": [],
  "error": {"code": 0, "raw_message": "", "message": "", "detail": null}}}"""
FAILED = """{"code": 200, "message": "success",
 "data": {"task_id": "1f0c2c1e-0000-4000-8000-000000000002", "model": "kling",
  "task_type": "video_generation", "status": "failed", "output": {"video": ""},
  "meta": {"created_at": "2026-03-01T10:00:00.1Z", "started_at": "2026-03-01T10:00:02Z",
           "ended_at": "2026-03-01T10:00:09Z", "usage": {"type": "point", "frozen": 0, "consume": 0}},
  "logs": null,
  "error": {"code": 10000, "raw_message": "worker lost", "message": "task failed", "detail": null}}}"""
DONE_30 = """{"code": 200, "message": "success",
 "data": {"task_id": "t-30", "model": "kling", "task_type": "video_generation", "status": "completed",
  "output": {"video": "https://storage.theapi.app/videos/demo-30.mp4"},
  "meta": {"created_at": "2026-02-13T04:20:00.1Z", "started_at": "2026-02-13T04:20:01.0Z",
           "ended_at": "2026-02-13T04:21:51.3Z", "usage": {"type": "point", "frozen": 0, "consume": 5000000}},
  "error": {"code": 0, "raw_message": "", "message": "", "detail": null}}}"""
DONE_26 = """{"code": 200, "message": "success",
 "data": {"task_id": "t-26", "model": "kling", "task_type": "video_generation", "status": "completed",
  "output": {"type": "m2v_txt2video", "status": 99, "video_url": "https://img.theapi.app/ephemeral/demo-26.mp4",
   "works": [{"status": 99, "type": "m2v_txt2video", "content_type": "video",
     "cover": {"resource": "https://img.theapi.app/ephemeral/demo-26.png"},
     "video": {"resource": "https://img.theapi.app/ephemeral/demo-26-wm.mp4",
               "resource_without_watermark": "https://img.theapi.app/ephemeral/demo-26.mp4",
               "width": 1280, "height": 720, "duration": 5100}}]},
  "meta": {"usage": {"type": "point", "frozen": 2000000, "consume": 2000000}},
  "error": {"code": 0, "raw_message": "", "message": "", "detail": null}}}"""


@pytest.fixture
def poll(stub, ask):
    """`poll(text)`: what a poll makes of this answer to a question for the task that it names."""

    def polling(text, *, task="t-1", status=200, answer=None, name="piapi", **headers):
        stub.text(text if isinstance(text, str) else json.dumps(text), status, **headers)
        return ask(name, lambda p: p.poll(TaskRef(task), answer=answer))

    return polling


def record(output=None, status="completed", **more):
    """An answer with this output."""
    return {"code": 200, "data": {"task_id": "t-1", "status": status, "output": output, **more}}


def test_submit(stub, submit, wires, canary):
    """The body goes out as the card wrote it, once, with the key in its header; the id comes from the envelope."""
    stub.text(PENDING)
    assert submit("piapi") == TaskRef("1f0c2c1e-0000-4000-8000-000000000001")
    (request,) = stub.requests
    assert (request.method, request.path) == ("POST", "/api/v1/task")
    assert request.headers["x-api-key"] == canary
    assert request.headers["content-type"] == "application/json"
    assert request.json == wires["piapi"].body


def test_the_sandbox_speaks_it_too(stub, ask, wires):
    """The provider `sandbox` is the same protocol with a built-in key."""
    stub.text(PENDING)
    ask("sandbox", lambda p: p.submit(wires["piapi"], external_id="x"))
    assert stub.requests[0].headers["x-api-key"] == "sandbox"


def test_the_sandbox_that_does_not_run(ask, wires):
    """The message says what to start."""
    with pytest.raises(Exception, match="is `kit sandbox` running"):
        ask("sandbox", lambda p: p.submit(wires["piapi"], external_id="x"), base_url="http://127.0.0.1:9")


@pytest.mark.parametrize("status", [201, 400, 500])
def test_an_id_counts_whatever_else_is_said(status, stub, submit):
    """A task that was created and failed at once still has an id to be asked for."""
    stub.text(FAILED.replace('"code": 200', f'"code": {status}', 1), status)
    assert submit("piapi").task_id == "1f0c2c1e-0000-4000-8000-000000000002"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (401, KeyRejected),
        (429, RateLimited),
        (400, SubmitRefused),
        (10000, SubmitRefused),
        ("10000", SubmitRefused),
        (500, SubmitUnknown),
        (200, SubmitUnknown),
        (0, SubmitUnknown),
        (None, SubmitUnknown),
    ],
)
def test_the_envelope_decides_within_a_success(code, error, stub, submit):
    """HTTP 200 with another code than 200 is an error of that code."""
    stub.json({"code": code, "message": "no", "data": None})
    with pytest.raises(error):
        submit("piapi")


def test_pending(poll):
    """Go's zero times are none, nine decimals are read, and a frozen amount is no charge."""
    state = poll(PENDING, task="1f0c2c1e-0000-4000-8000-000000000001")
    assert (state.status, state.word, state.known_word) == ("queued", "pending", True)
    assert state.created_at == datetime(2026, 2, 13, 4, 17, 29, 108326, tzinfo=UTC)
    assert (state.started_at, state.ended_at, state.queue_seconds, state.processing_seconds) == (None,) * 4
    assert (state.urls, state.cost_usd, state.error, state.error_code) == ((), None, None, None)


def test_completed_30(poll, stub):
    """The 3.0 shape: a link as text, queue and processing time, the charge in ten-millionths of a dollar."""
    state = poll(DONE_30, task="t-30")
    assert stub.requests[0].path == "/api/v1/task/t-30"
    assert state.status == "completed"
    assert state.urls == ("https://storage.theapi.app/videos/demo-30.mp4",)
    assert state.cost_usd == pytest.approx(0.5)
    assert state.queue_seconds == pytest.approx(0.9)
    assert state.processing_seconds == pytest.approx(110.3)


def test_completed_26(poll):
    """The classic shape names the clip twice; the marked copy and the picture are not the clip."""
    state = poll(DONE_26, task="t-26")
    assert state.urls == ("https://img.theapi.app/ephemeral/demo-26.mp4",)
    assert state.cost_usd == pytest.approx(0.2)
    assert (state.created_at, state.processing_seconds) == (None, None)


def test_failed(poll):
    """A failed task keeps code and words; it states that nothing was charged."""
    state = poll(FAILED, task="1f0c2c1e-0000-4000-8000-000000000002")
    assert (state.status, state.error_code, state.error) == ("failed", "10000", "task failed; worker lost")
    assert (state.queue_seconds, state.processing_seconds) == (pytest.approx(1.9), 7.0)
    assert state.cost_usd == 0.0


def test_refused(poll):
    """A failure with words of moderation is a refusal."""
    state = poll(
        FAILED.replace("worker lost", "prompt rejected"), task="1f0c2c1e-0000-4000-8000-000000000002"
    )
    assert (state.status, state.error) == ("refused", "task failed; prompt rejected")


@pytest.mark.parametrize("word", ["Completed", "COMPLETED", "success", "Succeeded", " succeed "])
def test_words_of_success(word, poll):
    """Case and drifted spellings do not matter."""
    assert poll(record({"video": "https://x/v.mp4"}, word)).status == "completed"


@pytest.mark.parametrize("word", ["Thinking hard", "", None, 7, "completed!"])
def test_unknown_words_are_no_failure(word, poll):
    """What nobody knows counts as running and says so."""
    state = poll(record({"video": "https://x/v.mp4"}, word))
    assert (state.status, state.known_word, state.urls) == ("running", False, ())


@pytest.mark.parametrize(
    ("output", "urls"),
    [
        ({"video": {"url": "https://x/v.mp4", "width": 4}}, ["https://x/v.mp4"]),
        ({"video": "", "video_url": "https://x/u.mp4"}, ["https://x/u.mp4"]),
        (
            {"video_url": "https://x/u.mp4", "video": "https://x/v.mp4"},
            ["https://x/u.mp4", "https://x/v.mp4"],
        ),
        ("https://x/s.mp4", ["https://x/s.mp4"]),
        (["https://x/1.mp4", "https://x/2.mp4"], ["https://x/1.mp4", "https://x/2.mp4"]),
        ({"url": "https://x/o.mp4"}, ["https://x/o.mp4"]),
        (
            {
                "video": {"url": "https://x/l.mp4"},
                "video_raw": {"url": "https://x/r.mp4"},
                "thumbnail": {"url": "https://x/t.jpg"},
            },
            ["https://x/l.mp4", "https://x/r.mp4"],
        ),
        (
            {
                "works": [
                    {"video": {"resource": "https://x/wm.mp4"}},
                    {
                        "video": {
                            "resource_without_watermark": "https://x/b.mp4",
                            "resource": "https://x/bw.mp4",
                        }
                    },
                    None,
                ]
            },
            ["https://x/wm.mp4", "https://x/b.mp4"],
        ),
    ],
)
def test_links(output, urls, poll):
    """Every field in which a link was ever seen is read, several works give several links."""
    assert poll(record(output)).urls == tuple(urls)


@pytest.mark.parametrize(
    "output",
    [
        None,
        {},
        {"video": ""},
        {"type": "", "status": 0, "works": None},
        {"video": "file:///etc/passwd"},
        {"video": "http://example.org/v.mp4"},
        {"video": "https://user:pw@x/v.mp4"},
        {"video": 5},
        "soon",
        {"works": [[]]},
    ],
)
def test_completed_without_a_link(output, poll):
    """A finished task without a link that may be fetched is an error of its own, and its charge still counts."""
    state = poll(record(output, meta={"usage": {"consume": 7500000}}))
    assert (state.status, state.error, state.urls) == ("failed", "completed without a clip link", ())
    assert state.cost_usd == 0.75


def test_the_card_says_where_to_look_first(poll):
    """A card's paths, from the answer's root or from the task record, come before the usual ones."""
    output = {"video": "https://x/usual.mp4", "best": [{"url": "https://x/best.mp4"}]}
    for path in ("data.output.best.0.url", "output.best"):
        state = poll(record(output), answer=Answer(links=(path,)))
        assert state.urls == ("https://x/best.mp4", "https://x/usual.mp4")


def test_the_card_says_what_it_cost(poll):
    """A card may name another field and unit of the charge."""
    spelled = Answer(links=("data.output.video",), cost="data.meta.cents", units_per_usd=100)
    state = poll(record("https://x/v.mp4", meta={"cents": 45, "usage": {"consume": 1}}), answer=spelled)
    assert state.cost_usd == 0.45


def test_a_marked_copy_is_a_last_resort(poll):
    """A card that lists the copy with the watermark gets it only where there is no other."""
    card = Answer(links=("data.output.works.0.video.resource", "data.output.video_url"))
    assert poll(DONE_26, task="t-26", answer=card).urls == ("https://img.theapi.app/ephemeral/demo-26.mp4",)
    alone = record({"works": [{"video": {"resource": "https://x/wm.mp4", "resource_without_watermark": ""}}]})
    assert poll(alone, answer=card).urls == ("https://x/wm.mp4",)


@pytest.mark.parametrize("status", ["pending", "processing"])
def test_a_charge_that_is_set_early_is_not_read(status, poll):
    """Usage of type llm is filled in while the task still waits."""
    assert poll(record(None, status, meta={"usage": {"type": "llm", "consume": 2800000}})).cost_usd is None


@pytest.mark.parametrize("consume", [0, None, -1, True, "x", [1]])
def test_a_finished_clip_is_never_free(consume, poll):
    """No charge on a finished clip means that none is stated."""
    state = poll(json.dumps(record("https://x/v.mp4", meta={"usage": {"consume": consume}})))
    assert state.cost_usd is None


def test_without_an_envelope(poll):
    """A bare record is read as well."""
    state = poll({"task_id": "t-1", "status": "completed", "output": {"video": "https://x/v.mp4"}})
    assert state.urls == ("https://x/v.mp4",)


def test_a_failed_task_may_come_with_an_error_status(poll):
    """A whole record counts, whatever HTTP says."""
    body = {
        "code": 500,
        "message": "task failed",
        "data": {"task_id": "t-1", "status": "failed", "error": {"code": 5, "message": "no"}},
    }
    state = poll(body, status=500)
    assert (state.status, state.error_code) == ("failed", "5")


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, {"code": 404, "message": "task not found"}, TaskNotFound),
        (200, {"code": 10001, "message": "task not exist", "data": None}, TaskNotFound),
        (200, {"code": 400, "message": "invalid task id"}, TaskNotFound),
        (401, {"code": 401, "message": "bad key", "status": "error"}, KeyRejected),
        (200, {"code": 401, "message": "bad key", "status": "error", "data": None}, KeyRejected),
        (429, {"message": "slow"}, RateLimited),
        (500, {"code": 500, "message": "oops"}, ProviderDown),
        (200, {"code": 200, "data": None}, BadAnswer),
        (200, {"code": 200, "data": {"task_id": "t-other", "status": "completed"}}, BadAnswer),
        (404, "<html>not here</html>", ProviderDown),
        (403, "<html>blocked</html>", ProviderDown),
        (200, "<html>hello</html>", BadAnswer),
        (200, "", BadAnswer),
        (302, {"a": 1}, ProviderDown),
    ],
)
def test_answers_that_are_no_state(status, body, error, poll):
    """A question without an answer is asked again later, and is never taken for a failed task."""
    with pytest.raises(error) as caught:
        poll(body, status=status)
    assert type(caught.value) is error


def test_polls_that_break(stub, ask):
    """Silence and cut answers while asking are no news of the task."""
    for how in (
        lambda: stub.fail("silence"),
        lambda: stub.fail("reset"),
        lambda: stub.send(b'{"code"', promise=99),
    ):
        how()
        with pytest.raises(ProviderDown):
            ask("piapi", lambda p: p.poll(TaskRef("t-1")))


@pytest.mark.parametrize("task_id", ["", "..", "a b", "x" * 201, "a\nb"])
def test_a_stored_id_that_is_none_goes_nowhere(task_id, stub, ask):
    """An odd id never becomes a path."""
    with pytest.raises(TaskNotFound):
        ask("piapi", lambda p: p.poll(TaskRef(task_id)))
    assert stub.requests == []


def test_an_id_stays_one_segment(stub, ask):
    """Slashes and queries in an id are escaped."""
    stub.json({"code": 200, "data": {"task_id": "../a?b", "status": "pending"}})
    ask("piapi", lambda p: p.poll(TaskRef("../a?b")))
    assert stub.requests[0].path == "/api/v1/task/..%2Fa%3Fb"


def test_account(stub, ask):
    """Tasks at once and dollars left."""
    stub.text("""{"code": 200, "message": "success",
     "data": {"id": "u1", "name": "lab", "plan": "creator", "max_concurrent_task_count": 5,
              "equivalent_in_usd": 12.5, "credit_pack_info": {"available_credits": 125000000}}}""")
    account = ask("piapi", lambda p: p.account())
    assert (stub.requests[0].method, stub.requests[0].path) == ("GET", "/account/info")
    assert (account.concurrency, account.balance_usd, account.raw["plan"]) == (5, 12.5, "creator")


def test_an_account_that_says_little(stub, ask):
    """What is not there is None."""
    stub.json({"code": 200, "data": {"id": "u1", "max_concurrent_task_count": None}})
    assert ask("piapi", lambda p: p.account()) == Account(
        None, None, {"id": "u1", "max_concurrent_task_count": None}
    )


def test_account_with_a_bad_key(stub, ask):
    """The free call shows whether the key is good."""
    stub.json({"code": 401, "message": "invalid api key"}, 401)
    with pytest.raises(KeyRejected):
        ask("piapi", lambda p: p.account())


def test_active_tasks(stub, ask):
    """The counts of what waits and runs, as far as PiAPI can be asked about an unknown submit."""
    stub.json({"code": 200, "data": {"kling": {"pending_count": 1, "processing_count": 2}}})
    assert ask("piapi", lambda p: p.active_tasks()) == {"kling": {"pending_count": 1, "processing_count": 2}}
    stub.json({"code": 200, "message": "success", "data": {}})
    assert ask("piapi", lambda p: p.active_tasks()) == {}


def test_upload(stub, ask, tmp_path):
    """A local image goes to the file host in base64, without its own name."""
    pixel = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    path = tmp_path / "secret plan.png"
    path.write_bytes(pixel)
    stub.json({"code": 200, "data": {"url": "https://img.theapi.app/ephemeral/a.png"}})
    assert ask("piapi", lambda p: p.upload(path)) == "https://img.theapi.app/ephemeral/a.png"
    (request,) = stub.requests
    assert (request.method, request.path) == ("POST", "/api/ephemeral_resource")
    assert request.json == {"file_name": "image.png", "file_data": base64.b64encode(pixel).decode()}


def test_upload_of_no_image(stub, ask, tmp_path):
    """A file that is no image is not sent anywhere."""
    path = tmp_path / "a.png"
    path.write_bytes(b"hello")
    with pytest.raises(BadParameter, match="no image"):
        ask("piapi", lambda p: p.upload(path))
    with pytest.raises(BadParameter, match="cannot be read"):
        ask("piapi", lambda p: p.upload(tmp_path / "none.png"))
    assert stub.requests == []


@pytest.mark.parametrize(("status", "done"), [(200, True), (400, False), (500, False)])
def test_cancel(status, done, stub, ask):
    """Cancelling is tried once and promises nothing."""
    stub.json({"code": status}, status)
    assert ask("piapi", lambda p: p.cancel(TaskRef("t-1"))) is done
    assert (stub.requests[0].method, stub.requests[0].path) == ("DELETE", "/api/v1/task/t-1")


@pytest.mark.parametrize("name", ["piapi", "fal", "replicate"])
def test_find_cannot_be_asked(name, ask):
    """Only Kling keeps ids of ours."""
    with pytest.raises(CannotAsk):
        ask(name, lambda p: p.find("run7-p3-v3"))
