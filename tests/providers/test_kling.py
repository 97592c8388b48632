"""Kling's own API: its tokens, its codes, and ids of ours."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from kit.errors import KeyRejected, NoCredit, ProviderDown, RateLimited, SubmitUnknown
from kit.providers import BadAnswer, SubmitRefused, TaskNotFound, TaskRef

DONE = """{"code": 0, "message": "SUCCEED", "request_id": "r-1",
 "data": {"task_id": "8672", "task_status": "succeed", "task_status_msg": "",
          "task_info": {"external_task_id": "run7-p3-v3"},
          "task_result": {"videos": [{"id": "v1", "url": "https://cdn.example/v1.mp4", "duration": "5.1"}]},
          "final_unit_deduction": "3", "created_at": 1774805076166, "updated_at": 1774805190000}}"""
TEXT = "/v1/videos/text2video"
TASK = TaskRef("8672", {"path": TEXT})


def opened(request):
    """Header, payload and whether the signature is right, of the token that a request carried."""
    scheme, _, token = request.headers["authorization"].partition(" ")
    assert scheme == "Bearer"
    header, payload, signature = token.split(".")
    right = hmac.new(SECRET.encode(), f"{header}.{payload}".encode(), hashlib.sha256).digest()
    unpacked = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, payload)]
    return *unpacked, base64.urlsafe_b64decode(signature + "==") == right


SECRET = "canary-4f1d9b7e6c2a8053-zz"


def error(code, status, message="words"):
    """Kling's error, with its HTTP status."""
    return {"code": code, "message": message, "request_id": "r-1"}, status


def test_submit(stub, submit, wires):
    """The body goes out with our id; the token is signed and valid for half an hour from five seconds ago."""
    stub.json({"code": 0, "message": "SUCCEED", "data": {"task_id": "8672", "task_status": "submitted"}})
    assert submit("kling", clock=lambda: 1_774_805_000.9) == TASK
    (request,) = stub.requests
    assert (request.method, request.path) == ("POST", TEXT)
    assert request.json == {**wires["kling"].body, "external_task_id": "run7-p3-v3"}
    header, payload, signed = opened(request)
    assert header == {"alg": "HS256", "typ": "JWT"}
    assert payload == {"iss": "access-77aa01cc93de5b42", "exp": 1_774_806_800, "nbf": 1_774_804_995}
    assert signed


def test_poll(stub, ask):
    """Their spelling of success, times in milliseconds, a link in a list of videos, no dollars."""
    stub.text(DONE)
    state = ask("kling", lambda p: p.poll(TASK))
    assert stub.requests[0].path == f"{TEXT}/8672"
    assert (state.status, state.word, state.urls) == ("completed", "succeed", ("https://cdn.example/v1.mp4",))
    assert state.created_at == datetime(2026, 3, 29, 17, 24, 36, 166000, tzinfo=UTC)
    assert state.ended_at == datetime(2026, 3, 29, 17, 26, 30, tzinfo=UTC)
    assert (state.queue_seconds, state.processing_seconds, state.cost_usd) == (None, None, None)
    assert state.raw["data"]["final_unit_deduction"] == "3"


@pytest.mark.parametrize(("word", "status"), [("submitted", "queued"), ("processing", "running")])
def test_not_yet(word, status, stub, ask):
    """While a task goes on, its last change is not its end."""
    stub.text(DONE.replace('"succeed"', f'"{word}"'))
    state = ask("kling", lambda p: p.poll(TASK))
    assert (state.status, state.ended_at, state.urls) == (status, None, ())


def test_failed_for_its_content(stub, ask):
    """A failure of the risk control is a refusal."""
    stub.text(
        DONE.replace('"succeed"', '"failed"').replace(
            '_msg": ""', '_msg": "Failure to pass the risk control system"'
        )
    )
    state = ask("kling", lambda p: p.poll(TASK))
    assert (state.status, state.error) == ("refused", "Failure to pass the risk control system")


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        *[(code, 401, KeyRejected) for code in (1000, 1001, 1002, 1003, 1004)],
        (1100, 429, KeyRejected),
        (1101, 429, NoCredit),
        (1102, 429, NoCredit),
        (1103, 403, KeyRejected),
        (1200, 400, SubmitRefused),
        (1201, 400, SubmitRefused),
        (1202, 404, SubmitRefused),
        (1203, 404, SubmitRefused),
        (1300, 400, SubmitRefused),
        (1301, 400, SubmitRefused),
        (1302, 429, RateLimited),
        (1303, 429, RateLimited),
        (1304, 429, KeyRejected),
        (5000, 500, SubmitUnknown),
        (5001, 503, RateLimited),
        (5002, 504, SubmitUnknown),
        (1299, 400, SubmitRefused),
        (1999, 200, SubmitRefused),
        (5999, 200, SubmitUnknown),
        (0, 200, SubmitUnknown),
    ],
)
def test_codes_of_a_submit(code, status, kind, stub, submit):
    """Every line of the table: what may be sent again, what never, what nobody knows."""
    stub.json(*error(code, status))
    with pytest.raises(kind) as caught:
        submit("kling")
    assert type(caught.value) is kind
    assert str(code) in str(caught.value)
    assert len(stub.requests) == 1
    if kind is SubmitRefused:
        assert caught.value.policy is (code in {1300, 1301})
    if kind is RateLimited:
        assert caught.value.retry_after == 1.0


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        (1002, 401, KeyRejected),
        (1103, 403, KeyRejected),
        (1202, 404, TaskNotFound),
        (1203, 404, TaskNotFound),
        (1302, 429, RateLimited),
        (5000, 500, ProviderDown),
        (5001, 503, ProviderDown),
        (1101, 429, ProviderDown),
        (0, 200, BadAnswer),
        (7, 200, ProviderDown),
    ],
)
def test_codes_of_a_poll(code, status, kind, stub, ask):
    """While asking, everything but a bad key may be asked again."""
    for _ in range(2):
        stub.json(*error(code, status))
    with pytest.raises(kind) as caught:
        ask("kling", lambda p: p.poll(TASK))
    assert type(caught.value) is kind


def test_an_id_used_before_means_that_it_arrived(stub, submit):
    """A submit refused because its external id exists may have a paid task behind it."""
    stub.json(*error(1201, 400, "external_task_id already exists"))
    with pytest.raises(SubmitUnknown, match="exists already"):
        submit("kling")


def test_a_refused_token_is_made_anew_once_for_a_question(stub, ask):
    """A question is asked again with a new token; its second refusal is the answer."""
    now = iter([1000.0, 1900.0, 1900.0])
    stub.json(*error(1004, 401))
    stub.text(DONE)
    assert ask("kling", lambda p: p.poll(TASK), clock=lambda: next(now)).status == "completed"
    assert [opened(r)[1]["exp"] for r in stub.requests] == [2800, 3700]


def test_a_token_is_kept_and_replaced_before_it_ends(stub, ask):
    """One token serves many calls, and never one in its last minutes, nor after the clock was set back."""
    times = [0.0, 1499.0, 1501.0, 100.0]

    async def use(provider):
        for _ in range(4):
            stub.text(DONE)
            await provider.poll(TASK)
            times.pop(0)

    ask("kling", use, clock=lambda: times[0] + 10_000)
    assert [opened(r)[1]["exp"] - 10_000 for r in stub.requests] == [1800, 1800, 3301, 1900]


@pytest.mark.parametrize("code", [1003, 1004])
def test_a_wrong_clock(code, stub, ask):
    """A token refused for its time says how far the clock is off."""
    for _ in range(2):
        stub.json(*error(code, 401), Date="Wed, 21 Oct 2026 07:28:00 GMT")
    off = datetime(2026, 10, 21, 6, 28, tzinfo=UTC).timestamp()
    with pytest.raises(KeyRejected, match=r"3,600 s behind Kling's; check the clock"):
        ask("kling", lambda p: p.account(), clock=lambda: off)


def test_find(stub, ask):
    """Our id is asked for under each kind of task until it is found."""
    stub.json(*error(1203, 404))
    stub.text(DONE)
    assert ask("kling", lambda p: p.find("run7-p3-v3")) == TaskRef("8672", {"path": "/v1/videos/image2video"})
    assert [r.path for r in stub.requests] == [f"{TEXT}/run7-p3-v3", "/v1/videos/image2video/run7-p3-v3"]


def test_find_under_the_path_that_is_known(stub, ask):
    """With the submit's path one question is enough; a task of another's id is not ours."""
    stub.text(DONE.replace("run7-p3-v3", "somebody-else"))
    assert ask("kling", lambda p: p.find("run7-p3-v3", path=TEXT)) is None
    assert len(stub.requests) == 1


def test_find_nothing(stub, ask):
    """None only when every kind of task says that there is none."""
    for code, status in ((1203, 404), (1201, 400), (1202, 404)):
        stub.json(*error(code, status))
    assert ask("kling", lambda p: p.find("run7-p3-v3")) is None


@pytest.mark.parametrize(
    "answer", [("<html>", 404), ("", 500), ('{"code": 0, "data": {}}', 200), ('{"code": 5000}', 500)]
)
def test_find_that_is_not_answered(answer, stub, ask):
    """No clear answer is no 'there is none'."""
    stub.text(*answer)
    with pytest.raises(ProviderDown):
        ask("kling", lambda p: p.find("run7-p3-v3", path=TEXT))


def test_account(stub, ask):
    """A free call over the last thirty days."""
    stub.json({"code": 0, "data": {"resource_pack_subscribe_infos": []}})
    account = ask("kling", lambda p: p.account(), clock=lambda: 1_774_805_000.0)
    assert stub.requests[0].path == "/account/costs?start_time=1772213000000&end_time=1774805000000"
    assert (account.concurrency, account.balance_usd) == (None, None)


def test_upload_is_bare_base64(stub, ask, tmp_path):
    """Kling takes images without the data: prefix."""
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\x2c\0\0\1\x2c")
    assert ask("kling", lambda p: p.upload(path)) == base64.b64encode(path.read_bytes()).decode()
