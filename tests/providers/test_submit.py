"""What a failed submit says of whether a paid task may exist, for every provider and over real connections."""

import asyncio
import json
import socket

import pytest

from kit.errors import KeyRejected, NoCredit, NotSent, RateLimited, SubmitUnknown
from kit.providers import SubmitRefused, Timeouts, open_provider

NAMES = ("piapi", "kling", "fal", "replicate")
HTML = "<html><head><title>502 Bad Gateway</title></head></html>"


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


def test_nobody_listens(name, submit):
    """A refused connection means that nothing was created."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(NotSent, match="nothing was sent"):
            submit(name, base_url=url)


def test_the_name_does_not_resolve(submit):
    """A failed name look-up means that nothing was created."""
    with pytest.raises(NotSent):
        submit("piapi", base_url="https://api.invalid")


def test_tls_fails(stub, submit):
    """A server that speaks no TLS is left before a byte of the request goes out."""
    stub.fail("close")
    with pytest.raises(NotSent):
        submit("piapi", base_url=stub.url.replace("http:", "https:"))
    assert stub.requests == []


def test_a_connection_that_never_opens_is_not_sent(submit, monkeypatch):
    """The connect timeout is no ambiguity."""
    full = socket.socket()
    with full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        # The backlog of one is taken, so that further connections wait.
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        with pytest.raises(NotSent):
            submit("piapi", base_url=url, timeouts=Timeouts(connect=0.05))
        for one in waiting:
            one.close()


def test_nothing_goes_through_a_proxy_to_this_machine(stub, submit, monkeypatch):
    """A proxy in the environment does not stand between us and a server on this machine."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    stub.json({"id": "p-1", "status": "starting"}, 201)
    assert submit("replicate").task_id == "p-1"


@pytest.mark.parametrize("early", [True, False])
def test_reset_is_unknown(name, early, stub, submit):
    """A connection reset before or after the body was read may hide a created task."""
    stub.fail("reset", early=early)
    with pytest.raises(SubmitUnknown, match="not sent again"):
        submit(name)
    assert len(stub.requests) == 1


def test_silence_is_unknown(name, stub, submit):
    """No answer in time may hide a created task, and nothing is sent again."""
    stub.fail("silence")
    with pytest.raises(SubmitUnknown):
        submit(name)
    assert len(stub.requests) == 1


def test_a_dripping_answer_is_unknown(stub, submit):
    """The whole call has a limit too, however the bytes come."""
    stub.send(b'{"code": 200', promise=100, end="silence")
    with pytest.raises(SubmitUnknown, match=r"within 0\.1 s"):
        submit("piapi", timeouts=Timeouts(read=5, total=0.1))


@pytest.mark.parametrize("status", [500, 502, 504, 520])
def test_5xx_is_unknown(name, status, stub, submit):
    """A server error comes after the body was sent, so a task may have been created."""
    stub.text(HTML, status)
    with pytest.raises(SubmitUnknown, match=str(status)):
        submit(name)
    assert len(stub.requests) == 1


@pytest.mark.parametrize(
    "body", [HTML, "", "null", "[]", '{"code": 200, "mess', '{"id": {"a": 1}}', "NaN", '{"a":' * 5000]
)
def test_2xx_without_an_id_is_unknown(name, body, stub, submit):
    """HTML, nothing, half an answer, or an answer without an id: accepted, but who knows what."""
    stub.text(body, 201)
    with pytest.raises(SubmitUnknown):
        submit(name)


def test_a_cut_answer_is_unknown_and_names_the_id_it_shows(stub, submit):
    """An answer that breaks off is not trusted, but a person is told what stood in it."""
    stub.send(b'{"code": 200, "data": {"task_id": "t-77", "sta', promise=400)
    with pytest.raises(SubmitUnknown, match="t-77"):
        submit("piapi")


def test_an_endless_answer_is_unknown(stub, submit):
    """An answer beyond 4 MB is not read."""
    stub.text('{"x": "' + "y" * (5 << 20) + '"}', 200)
    with pytest.raises(SubmitUnknown, match="too large"):
        submit("piapi")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("-3", 0.0), ("soon", None), ("1e999", None), (None, None)],
)
def test_429(name, header, seconds, stub, submit):
    """Too many requests: nothing was created, with the wait that the provider asks for."""
    headers = {} if header is None else {"Retry-After": header}
    stub.json({"detail": "slow down", "message": "slow down"}, 429, **headers)
    with pytest.raises(RateLimited) as caught:
        submit(name)
    assert caught.value.retry_after == seconds


def test_429_with_a_date(stub, submit):
    """A date counts from the provider's own clock, not from ours."""
    stub.text("", 429, Retry_After="Wed, 21 Oct 2026 07:28:30 GMT", Date="Wed, 21 Oct 2026 07:28:00 GMT")
    with pytest.raises(RateLimited) as caught:
        submit("fal", clock=lambda: 0.0)
    assert caught.value.retry_after == 30.0


def test_429_with_the_wait_in_its_body(stub, submit):
    """A wait that stands in the JSON counts as well."""
    stub.json({"detail": "throttled", "retry_after": 10}, 429)
    with pytest.raises(RateLimited) as caught:
        submit("replicate")
    assert caught.value.retry_after == 10.0


def test_503_that_clearly_refuses_may_be_sent_again(name, stub, submit):
    """A readable 'we are overloaded' created nothing."""
    stub.json(
        {"message": "server overloaded, not accepted", "detail": "server overloaded"}, 503, Retry_After="4"
    )
    with pytest.raises(RateLimited) as caught:
        submit(name)
    assert caught.value.retry_after == 4.0


@pytest.mark.parametrize(
    "body", [HTML, "", '{"message": "internal error"}', '{"input": {"prompt": "too many boats"}}']
)
def test_503_that_does_not_say_so_is_unknown(name, body, stub, submit):
    """A bare 503, one of the edge, or one that merely echoes the prompt, says nothing of the task."""
    stub.text(body, 503)
    with pytest.raises(SubmitUnknown):
        submit(name)


@pytest.mark.parametrize("status", [401, 403])
def test_bad_key(name, status, stub, submit):
    """401 and 403 name the key."""
    stub.json({"message": "invalid credentials", "detail": "invalid credentials"}, status)
    with pytest.raises(KeyRejected, match="invalid credentials"):
        submit(name)


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (402, "pay"),
        (400, "Insufficient credits"),
        (403, "User is locked. Reason: Exhausted balance."),
        (400, "you have not enough points"),
        (429, "insufficient_quota"),
    ],
)
def test_no_credit(name, status, text, stub, submit):
    """402, or words that say the account cannot pay."""
    stub.json({"message": text, "detail": text}, status)
    with pytest.raises(NoCredit):
        submit(name)


@pytest.mark.parametrize("text", ["insufficient permissions", "not enough frames in the input"])
def test_insufficient_is_not_always_money(text, stub, submit):
    """The same words about something else do not send anybody to their purse."""
    stub.json({"message": text}, 400)
    with pytest.raises(SubmitRefused):
        submit("piapi")


@pytest.mark.parametrize("status", [400, 404, 413, 422])
def test_refused(name, status, stub, submit):
    """The provider's own words say what it did not like."""
    stub.json({"message": "duration must be 5 or 10", "detail": "duration must be 5 or 10"}, status)
    with pytest.raises(SubmitRefused, match="duration must be 5 or 10") as caught:
        submit(name)
    assert caught.value.policy is False


def test_refused_with_a_list_of_details(stub, submit):
    """A list of faults keeps the field each is about, and not the input that it echoes."""
    stub.json(
        {
            "detail": [
                {"loc": ["body", "duration"], "msg": "too long", "type": "value_error", "input": "echo"}
            ]
        },
        422,
    )
    with pytest.raises(SubmitRefused, match=r"body\.duration; too long") as caught:
        submit("fal")
    assert "echo" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["content policy violation", "Prompt rejected: sensitive words", "flagged as NSFW"]
)
def test_policy(name, text, stub, submit):
    """A refused content is a result of its own."""
    stub.json({"message": text, "detail": text}, 400)
    with pytest.raises(SubmitRefused) as caught:
        submit(name)
    assert caught.value.policy is True


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, SubmitRefused),
        (308, SubmitRefused),
        (302, SubmitUnknown),
        (303, SubmitUnknown),
        (408, SubmitUnknown),
        (409, SubmitUnknown),
    ],
)
def test_odd_statuses(status, error, stub, submit):
    """A moved address refused; what may follow a created task, or a conflict with one, is unknown."""
    stub.json({"message": "see there"}, status, Location=f"{stub.url}/elsewhere")
    with pytest.raises(error):
        submit("piapi")
    assert len(stub.requests) == 1


def test_what_is_no_json_is_never_sent(stub, ask, wires):
    """A body that cannot be written down is refused before anything goes out."""
    wire = type(wires["fal"])("/fal-ai/x", {"prompt": "\ud800"})
    with pytest.raises(Exception, match="cannot be written as JSON"):
        ask("fal", lambda p: p.submit(wire, external_id="x"))
    assert stub.requests == []


def test_each_paid_request_has_its_own_connection(stub, ask, wires):
    """A kept connection may be closing just as a request goes out, so none is used twice for money; polls share one."""
    answer = json.dumps({"id": "p-1", "status": "starting"}).encode()
    for _ in range(6):
        stub.send(answer, end="keep")

    async def use(provider):
        for _ in range(3):
            task = await provider.submit(wires["replicate"], external_id="x")
        for _ in range(3):
            await provider.poll(task)

    ask("replicate", use)
    ports = [request.port for request in stub.requests]
    assert len(set(ports[:3])) == 3
    assert len(set(ports[3:])) == 1


@pytest.mark.parametrize("end", ["close", "reset"])
def test_a_proxy_that_does_not_let_us_through(end, stub, submit, monkeypatch):
    """What a proxy says before the tunnel stands is said before anything of the request left."""
    monkeypatch.setenv("HTTPS_PROXY", stub.url)
    stub.raw(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n" if end == "close" else b"", end)
    with pytest.raises(NotSent):
        submit("piapi", base_url="https://api.invalid")
    assert stub.requests[0].method == "CONNECT"


def test_a_proxy_setting_that_cannot_be_used(submit, monkeypatch):
    """A broken setting is told, without sending anything."""
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://x")
    with pytest.raises(NotSent):
        submit("piapi", base_url="https://api.invalid")


def test_cancelling_a_submit_sends_nothing_twice(stub, wires):
    """A cancelled call ends as cancelled, after one request."""
    stub.fail("silence")

    async def go():
        async with open_provider("piapi", key="abcdefgh", base_url=stub.url, environ={}) as provider:
            task = asyncio.ensure_future(provider.submit(wires["piapi"], external_id="x"))
            await asyncio.to_thread(stub.arrived.wait, 10)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(go())
    assert len(stub.requests) == 1


def test_one_provider_in_two_loops(stub, wires):
    """A provider kept over two runs opens new connections instead of using those of a closed loop."""
    stub.json({"id": "p-1"}, 201)
    stub.json({"id": "p-2"}, 201)
    provider = open_provider("replicate", key="abcdefgh", base_url=stub.url, environ={})
    found = [asyncio.run(provider.submit(wires["replicate"], external_id="x")).task_id for _ in range(2)]
    assert found == ["p-1", "p-2"]


def test_many_at_once(stub, ask, wires):
    """Forty at a time are forty requests and forty ids, none lost and none twice."""
    for i in range(80):
        stub.json({"id": f"p-{i}"}, 201)

    async def use(provider):
        found = set()
        for _ in range(2):
            sent = [provider.submit(wires["replicate"], external_id="x") for _ in range(40)]
            found |= {task.task_id for task in await asyncio.gather(*sent)}
        return found

    assert ask("replicate", use, timeouts=Timeouts()) == {f"p-{i}" for i in range(80)}
    assert len(stub.requests) == 80
