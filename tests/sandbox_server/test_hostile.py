"""Bodies that nobody should send."""

import json

import pytest

TASK = "/api/v1/task"
SUBMITS = {
    "piapi": TASK,
    "sandbox": TASK,
    "kling": "/v1/videos/text2video",
    "fal": "/fal-ai/kling-video/v3/pro/text-to-video",
    "replicate": "/v1/models/kwaivgi/kling-v3-video/predictions",
}


def words(provider, answer):
    """The message of an error in the provider's form."""
    return answer["detail"] if provider in ("fal", "replicate") else answer["message"]


@pytest.mark.parametrize("provider", SUBMITS)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"a": NaN}',
        b'{"prompt": "\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a": ' + b"1" * 5000 + b"}",
        b'{"prompt": "p", "input": ' + b"[" * 60 + b"]" * 60 + b"}",
        b'{"prompt": "p", "input": ' + b'{"a":' * 600 + b"1" + b"}" * 600 + b"}",
    ],
    ids=[
        "empty",
        "open",
        "list",
        "null",
        "text",
        "bytes",
        "nan",
        "surrogate",
        "deep",
        "deep object",
        "number",
        "60 levels",
        "600 levels",
    ],
)
def test_no_json(start, client, provider, content):
    """What is no JSON object is a 400 in the provider's own form, and creates nothing."""
    server = start()
    refused = client(server, provider).post(SUBMITS[provider], content=content)
    assert refused.status_code == 400, refused.text
    assert "body" in words(provider, refused.json())
    assert server.journal().created == []


@pytest.mark.parametrize("provider", SUBMITS)
def test_too_large(start, client, provider):
    """A body over the limit is a 413, whether its length is told or not."""
    server = start(max_body=10_000)
    api = client(server, provider)
    content = json.dumps({"prompt": "x" * 20_000}).encode()
    told = api.post(SUBMITS[provider], content=content)
    untold = api.post(SUBMITS[provider], content=iter([content[:9000], content[9000:]]))
    for refused in (told, untold):
        assert refused.status_code == 413
        assert "10000 bytes" in words(provider, refused.json())
    assert server.journal().created == []


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"model": "kling"},
        {"model": ["kling"], "task_type": "x", "input": {}},
        {"model": "kling", "task_type": "video_generation", "input": "prompt"},
        {"model": "kling", "task_type": "video_generation", "input": {"prompt": {"a": 1}}},
        {"model": "kling", "task_type": "video_generation", "input": {"prompt": "p", "duration": 10**400}},
        {"model": "kling", "task_type": "video_generation", "input": {"prompt": "p", "duration": -5}},
        {"model": "kling", "task_type": "video_generation", "input": {"prompt": "p", "multi_shots": [3]}},
        {"model": "luma", "task_type": "t", "input": {"prompt": "p", "multi_shots": [{"duration": "x"}]}},
    ],
)
def test_odd_fields(start, client, given):
    """Fields of any other shape are refused, or filmed; never a crash."""
    server = start()
    response = client(server, "piapi").post(TASK, json=given)
    assert response.status_code in (200, 400)
    assert response.json()["code"] == response.status_code


@pytest.mark.parametrize("query", ["pageNum=-1", "pageNum=x", "pageSize=٣", "pageSize=" + "9" * 400])
def test_odd_queries(start, client, query):
    """Numbers of a query are whole and within bounds."""
    assert client(start(), "kling").get(f"/v1/videos/text2video?{query}").status_code == 400


def test_no_admin_without_the_token(start, client):
    """The status is for everybody; journal, faults and reset need the token."""
    server = start()
    api = client(server, "sandbox")
    assert api.get("/_sandbox/status").json()["tasks"] == {}
    for method, what in (
        ("GET", "journal"),
        ("PUT", "faults"),
        ("POST", "reset"),
        ("POST", "advance"),
        ("GET", "wait"),
    ):
        for headers in ({}, {"x-sandbox-admin": "guess"}):
            assert api.request(method, f"/_sandbox/{what}", json={}, headers=headers).status_code == 403
