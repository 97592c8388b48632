"""Every fault as a client sees it, byte by byte, over a plain socket."""

import json
import socket
import struct
import threading
from urllib.parse import urlsplit

import httpx
import pytest

TASK = "/piapi/api/v1/task"
BODY = {"model": "kling", "task_type": "video_generation", "input": {"prompt": "a boat", "version": "3.0"}}


def raw(server, method, path, body=None, *, headers=(), timeout=20.0):
    """One exchange over a socket of its own: ("reset" | "closed" | "silent" | "answer", the bytes that came)."""
    host, port = urlsplit(server.root).netloc.split(":")
    content = b"" if body is None else json.dumps(body).encode()
    lines = [
        f"{method} {path} HTTP/1.1",
        f"host: {host}:{port}",
        "x-api-key: sandbox",
        "connection: close",
        *headers,
    ]
    lines += [f"content-length: {len(content)}", "", ""]
    got = b""
    with socket.create_connection((host, int(port)), timeout=timeout) as wire:
        wire.sendall("\r\n".join(lines).encode() + content)
        try:
            while part := wire.recv(65536):
                got += part
        except ConnectionResetError:
            return "reset", got
        except TimeoutError:
            return "silent", got
    return ("answer" if got else "closed"), got


def answer(got):
    """Status, headers and content of an answer's bytes."""
    head, _, content = got.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in rest)}
    return int(first.split()[1]), headers, content


def submit(server, prompt="a boat"):
    """Send a create request."""
    given = {**BODY, "input": {**BODY["input"], "prompt": prompt}}
    return raw(server, "POST", TASK, given)


def created(server):
    """How many tasks there are."""
    return len(server.journal().created)


def finished(server):
    """A task that has completed: its number in the path, and its link's path."""
    _, got = submit(server)
    task_id = json.loads(answer(got)[2])["data"]["task_id"]
    server.advance(1000)
    _, got = raw(server, "GET", f"{TASK}/{task_id}")
    url = json.loads(answer(got)[2])["data"]["output"]["video"]
    return f"{TASK}/{task_id}", url.removeprefix(server.root)


@pytest.mark.parametrize(
    ("wait", "header"), [(None, None), (2, "2"), (0.5, "0.5"), ("Sun, 01 Mar 2026 10:00:05 GMT",) * 2]
)
def test_too_many_requests(start, wait, header):
    """429 comes with and without Retry-After, in seconds or as a date; nothing is created; the next one goes through."""
    server = start()
    rule = {"on": "submit", "nth": 1, "fault": "status", "status": 429}
    server.set_faults([rule if wait is None else {**rule, "retry_after": wait}])
    status, headers, content = answer(submit(server)[1])
    assert (status, headers.get("retry-after")) == (429, header)
    assert json.loads(content) == {"code": 429, "message": "too many requests", "data": None}
    assert created(server) == 0
    assert answer(submit(server)[1])[0] == 200


@pytest.mark.parametrize(("when", "count"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ({"fault": "status", "status": 502}, "answer"),
        ({"fault": "html"}, "answer"),
        ({"fault": "reset"}, "reset"),
        ({"fault": "close"}, "closed"),
    ],
    ids=["502", "html", "reset", "close"],
)
def test_submits_that_go_wrong(start, when, count, fault, seen):
    """Before the fault nothing was created, after it a task is there, and the client sees the same both times."""
    server = start()
    server.set_faults([{"on": "submit", "when": when, **fault}])
    outcome, got = submit(server)
    assert outcome == seen
    if seen == "answer":
        status, headers, content = answer(got)
        assert status == 502
        html = fault["fault"] == "html"
        assert headers["content-type"].startswith("text/html" if html else "application/json")
        assert content.startswith(b"<!doctype html>" if html else b'{"code":502')
    assert created(server) == count
    (request,) = server.journal().requests
    assert request["fault"] == fault["fault"]
    assert request["status"] == (502 if seen == "answer" else fault["fault"])


@pytest.mark.parametrize(("when", "count"), [("before", 0), ("after", 1)])
def test_silence(start, when, count):
    """A silent server has read the request, and says nothing until the client leaves."""
    server = start()
    server.set_faults([{"on": "submit", "when": when, "fault": "silence"}])
    assert submit_for(server, 0.2) == ("silent", b"")
    server.wait("submit", 1)
    assert created(server) == count


def submit_for(server, timeout):
    """Send a create request and wait so long for an answer."""
    return raw(server, "POST", TASK, BODY, timeout=timeout)


def test_silence_ends_with_the_server():
    """A server that is being silent stops all the same, and its client sees the connection end."""
    from kit.testing import sandbox_server

    seen = []
    with sandbox_server(faults=[{"on": "any", "fault": "silence"}]) as server:
        listener = threading.Thread(target=lambda: seen.append(submit(server)[0]))
        listener.start()
        server.wait("submit")
    listener.join(20)
    assert seen == ["closed"]


def test_half_an_answer(start):
    """The JSON stops in the middle, and the task is there."""
    server = start()
    server.set_faults([{"on": "submit", "fault": "half_json"}])
    status, headers, content = answer(submit(server)[1])
    assert (status, headers["content-type"]) == (200, "application/json")
    with pytest.raises(json.JSONDecodeError):
        json.loads(content)
    assert created(server) == 1


def test_error_in_the_envelope(start):
    """An error can come with HTTP 200 and a code that is no success."""
    server = start()
    server.set_faults(
        [{"on": "submit", "fault": "status", "status": 500, "code": 10012, "envelope": True, "message": "x"}]
    )
    status, _, content = answer(submit(server)[1])
    assert (status, json.loads(content)) == (200, {"code": 10012, "message": "x", "data": None})
    assert created(server) == 0


@pytest.mark.parametrize(
    ("provider", "path", "key", "form"),
    [
        ("kling", "/v1/videos/text2video", "message", {"code": 1302}),
        ("fal", "/a/b", "detail", {}),
        ("replicate", "/v1/models/a/b/predictions", "detail", {"status": 429}),
    ],
)
def test_errors_in_each_form(start, client, provider, path, key, form):
    """A status fault speaks as the provider does."""
    server = start()
    server.set_faults(
        [{"on": "submit", "fault": "status", "status": 429, "message": "slow down", "retry_after": 3}]
    )
    response = client(server, provider).post(path, json={"prompt": "p"})
    assert (response.status_code, response.headers["retry-after"]) == (429, "3")
    assert response.json()[key] == "slow down"
    assert {k: response.json()[k] for k in form} == form


def test_unknown_words_and_expired_links(start, fetch):
    """A poll can answer a word that nobody knows, or links that have expired; the next poll is right again."""
    server = start()
    path, _ = finished(server)
    server.set_faults(
        [
            {"on": "poll", "nth": 1, "fault": "unknown_word", "word": "warming_up"},
            {"on": "poll", "nth": 2, "fault": "expired_link"},
        ]
    )

    def poll():
        return json.loads(answer(raw(server, "GET", path)[1])[2])["data"]

    assert poll()["status"] == "warming_up"
    stale, fresh = poll(), poll()
    assert (stale["status"], fresh["status"]) == ("completed", "completed")
    assert fetch(stale["output"]["video"]).status_code == 403
    assert fetch(fresh["output"]["video"]).status_code == 200


def test_faults_of_tasks(start):
    """Stuck, refused late, failed and charged, without a link, without a cost, with its link too early."""
    server = start(concurrency=None)
    names = ["stuck", "refused", "failed", "no_link", "no_cost", "early_link"]
    rules = [{"on": "task", "prompt": name, "fault": name} for name in names]
    rules[2]["charged"] = True
    server.set_faults(rules)
    ids = {n: json.loads(answer(submit(server, n)[1])[2])["data"]["task_id"] for n in names}

    def poll(name):
        return json.loads(answer(raw(server, "GET", f"{TASK}/{ids[name]}")[1])[2])["data"]

    server.advance(10)
    early = poll("early_link")
    assert early["status"] == "processing"
    assert early["output"]["video"].startswith(server.root)
    server.advance(10_000)
    found = {name: poll(name) for name in names}
    assert {n: f["status"] for n, f in found.items()} == {
        "stuck": "processing",
        "refused": "failed",
        "failed": "failed",
        "no_link": "completed",
        "no_cost": "completed",
        "early_link": "completed",
    }
    assert "moderation" in found["refused"]["error"]["raw_message"]
    assert found["no_link"]["output"]["video"] == ""
    assert found["no_cost"]["meta"]["usage"]["consume"] == 0
    assert found["failed"]["meta"]["usage"]["consume"] > 0
    paid = {e["task"]: e["paid"] for e in server.journal().ended}
    assert {n: paid.get(i) for n, i in ids.items()} == {
        "stuck": None,
        "refused": False,
        "failed": True,
        "no_link": True,
        "no_cost": True,
        "early_link": True,
    }


def download_with(server, rule, *headers):
    """Fetch a finished clip under a fault, and without: how it ended, the answer, the whole clip."""
    server.set_faults([])
    _, path = finished(server)
    _, good = raw(server, "GET", path)
    server.set_faults([{"on": "download", **rule}])
    outcome, got = raw(server, "GET", path, headers=headers)
    return outcome, answer(got), answer(good)[2]


def test_truncated_file(start):
    """Half a file with the length of half a file: only the clip itself tells."""
    _, (status, headers, content), whole = download_with(start(), {"fault": "truncated", "part": 0.5})
    assert (status, content) == (200, whole[: len(whole) // 2])
    assert headers["content-length"] == str(len(content))


@pytest.mark.parametrize(("reset", "seen"), [(False, "answer"), (True, "reset")])
def test_cut_connection(start, reset, seen):
    """The connection ends, or is reset, in the middle of the file."""
    rule = {"fault": "cut", "part": 0.25, "reset": reset}
    outcome, (status, headers, content), whole = download_with(start(), rule)
    assert (outcome, status) == (seen, 200)
    assert headers["content-length"] == str(len(whole))
    assert content == whole[: len(whole) // 4]


@pytest.mark.parametrize("by", [100, -100])
def test_wrong_length(start, by):
    """Content-Length says more, or less, than there is."""
    _, (status, headers, content), whole = download_with(start(), {"fault": "wrong_length", "by": by})
    assert (status, content) == (200, whole)
    assert int(headers["content-length"]) == len(whole) + by


@pytest.mark.parametrize("kind", ["text/html", "video/mp4"])
def test_wrong_type(start, kind):
    """A page instead of a clip, under its own type or under a clip's."""
    _, (status, headers, content), _ = download_with(start(), {"fault": "wrong_type", "content_type": kind})
    assert (status, headers["content-type"]) == (200, kind)
    assert content.startswith(b"<!doctype html>")


def test_no_bytes_no_ranges_and_403(start):
    """An empty file, a server that ignores ranges, and a link that is refused."""
    server = start()
    assert download_with(server, {"fault": "empty"})[1][::2] == (200, b"")
    _, (status, _, content), whole = download_with(server, {"fault": "no_range"}, "range: bytes=5-9")
    assert (status, content) == (200, whole)
    _, (status, headers, _), _ = download_with(server, {"fault": "status", "status": 403})
    assert (status, headers["content-type"].partition(";")[0]) == (403, "application/xml")
    server.set_faults([{"on": "download", "fault": "reset"}])
    assert raw(server, "GET", "/files/any.mp4") == ("reset", b"")


def test_ranges_resume_a_cut_download(start):
    """What a cut download left out can be fetched by its range."""
    server = start()
    _, path = finished(server)
    server.set_faults([{"on": "download", "nth": 1, "fault": "cut", "part": 0.5}])
    _, _, first = answer(raw(server, "GET", path)[1])
    status, headers, rest = answer(raw(server, "GET", path, headers=[f"range: bytes={len(first)}-"])[1])
    assert status == 206
    assert first[4:8] == b"ftyp"
    assert headers["content-range"] == f"bytes {len(first)}-{len(first + rest) - 1}/{len(first + rest)}"


def test_slow_link(start):
    """A slow link gives one piece and then waits for the clock."""
    server = start()
    _, path = finished(server)
    server.set_faults([{"on": "download", "fault": "slow_link", "chunk": 1000, "pause": 60}])
    with httpx.stream("GET", server.root + path, timeout=20, trust_env=False) as response:
        parts = response.iter_raw()
        sizes = [len(next(parts))]
        while sum(sizes) < int(response.headers["content-length"]):
            # The next piece cannot come before the clock moves; it moves until the server has gone on to sleep on it.
            server.advance(60)
            sizes.append(len(next(parts)))
    assert sizes[0] == 1000
    assert len(sizes) == -(-sum(sizes) // 1000)


def test_reset_is_a_real_reset(start):
    """The kernel says RST, not FIN: an error is pending on the socket before anything is read."""
    server = start()
    server.set_faults([{"on": "any", "fault": "reset"}])
    host, port = urlsplit(server.root).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as wire:
        wire.sendall(f"GET {TASK}/x HTTP/1.1\r\nhost: {host}\r\n\r\n".encode())
        with pytest.raises(ConnectionResetError):
            wire.recv(1)
        if hasattr(socket, "TCP_INFO"):
            # The first byte of tcp_info is the state; 7 is CLOSE, where a FIN would have left CLOSE_WAIT (8).
            assert struct.unpack("B", wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1))[0] == 7
