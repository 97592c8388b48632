"""A canary for a key, and servers that do their worst with it: it shows in no answer, error or log."""

import json
import logging

import pytest

from kit.errors import ProviderError
from kit.providers import TaskRef

TASKS = {
    "piapi": TaskRef("t-1"),
    "kling": TaskRef("t-1", {"path": "/v1/videos/text2video"}),
    "fal": TaskRef("t-1", {"status": "/a/b/requests/t-1/status", "response": "/a/b/requests/t-1"}),
    "replicate": TaskRef("t-1"),
}
NAMES = tuple(TASKS)


def echo(request):
    """Everything that the request carried in its headers, as a nasty server might send it back."""
    return json.dumps(request.headers)


def answers(stub):
    """Servers that tell a client its own key, in every kind of answer."""

    def told(status, wrap):
        return lambda request: stub.message(wrap(echo(request)).encode(), status)

    wraps = [
        lambda e: json.dumps({"message": f"wrong key: {e}", "detail": f"wrong key: {e}", "code": 1001}),
        lambda e: json.dumps({"message": json.loads(e), "error": json.loads(e), "data": json.loads(e)}),
        lambda e: f"oops {e}",
        lambda e: f"<html>{e}</html>",
    ]
    return [told(status, wrap) for status in (200, 400, 401, 402, 429, 500, 503) for wrap in wraps]


@pytest.fixture
def nothing_shown(canary, caplog, everything):
    """Checks a value or an error, and what was logged, for every part of a key."""
    caplog.set_level(logging.DEBUG)

    def check(found):
        text = everything(found) if isinstance(found, BaseException) else repr(found) + repr(vars(found))
        for part in (canary, canary[:12], canary[-12:], "access-77aa", "fal-part", "eyJ", "canary-sig"):
            assert part not in text
            assert part not in caplog.text

    return check


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("deed", ["submit", "poll"])
def test_echoed_keys(name, deed, stub, ask, wires, nothing_shown):
    """A key that comes back in words, fields, pages or plain text goes no further."""
    for answer in answers(stub):
        stub.script += [answer] * 2

        def use(p):
            return p.submit(wires[name], external_id="x") if deed == "submit" else p.poll(TASKS[name])

        try:
            found = ask(name, use)
        except ProviderError as error:
            found = error
        nothing_shown(found)
        stub.script.clear()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("how", ["reset", "silence", "refused"])
def test_failed_connections(name, how, stub, ask, submit, wires, nothing_shown):
    """No error's chain, frame or attribute holds a request with its headers."""
    for deed in (lambda **o: submit(name, **o), lambda **o: ask(name, lambda p: p.poll(TASKS[name]), **o)):
        if how != "refused":
            stub.fail(how)
            stub.fail(how)
        with pytest.raises(ProviderError) as caught:
            deed(**({"base_url": "http://127.0.0.1:9"} if how == "refused" else {}))
        nothing_shown(caught.value)
        stub.script.clear()


def test_raw_answers(stub, ask, nothing_shown):
    """What is kept of a good answer has neither signatures nor webhook secrets; the links themselves do not show."""
    stub.json(
        {
            "code": 200,
            "data": {
                "task_id": "t-1",
                "status": "completed",
                "config": {"webhook_config": {"endpoint": "https://me/hook", "secret": "canary-sig"}},
                "output": {"video": "https://cdn.example/v.mp4?Expires=1&Signature=canary-sig"},
            },
        }
    )
    state = ask("piapi", lambda p: p.poll(TaskRef("t-1")))
    assert state.urls == ("https://cdn.example/v.mp4?Expires=1&Signature=canary-sig",)
    assert state.raw["data"]["output"]["video"] == "https://cdn.example/v.mp4?***"
    assert "canary-sig" not in json.dumps(state.raw)
    assert "canary-sig" not in repr(state)


def test_downloads_are_not_logged_by_the_transport(stub, ask, tmp_path, caplog):
    """The transport would log whole links, with their signatures; it keeps silent for our calls only."""
    caplog.set_level(logging.DEBUG)
    stub.send(b"\0\0\0\x18ftypisom" + b"x" * 500)
    ask("piapi", lambda p: p.download(f"{stub.url}/v.mp4?Signature=canary-sig", tmp_path / "v"))
    assert "canary-sig" not in caplog.text
    logging.getLogger("httpx").info("somebody else's request")
    assert "somebody else's request" in caplog.text


def test_calls_are_logged_without_anything_secret(stub, submit, caplog, canary):
    """One line for each call, at debug level."""
    caplog.set_level(logging.DEBUG, "kit.providers")
    stub.json({"id": "p-1"}, 201)
    submit("replicate")
    assert "replicate POST /v1/models/kwaivgi/kling-v3-video/predictions -> 201" in caplog.text
    assert canary not in caplog.text


@pytest.mark.parametrize("name", NAMES)
def test_a_provider_does_not_show_its_key(name, ask, canary):
    """Printing a provider and all it holds shows stars."""

    async def look(provider):
        return (
            repr(provider)
            + repr(vars(provider))
            + repr(vars(provider._http))
            + repr(provider._reader.__dict__)
        )

    assert canary not in ask(name, look)
