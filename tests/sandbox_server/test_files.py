"""Links that expire, byte ranges, and names that lead nowhere else."""

import re

import pytest

from kit.sandbox_server.files import Span, read_range

TASK = "/api/v1/task"
BODY = {"model": "kling", "task_type": "video_generation", "input": {"prompt": "a boat", "version": "3.0"}}


def finished(server, api, *, wait=1000.0):
    """Create a task, let it finish, return its id and its link."""
    task_id = api.post(TASK, json=BODY).json()["data"]["task_id"]
    server.advance(wait)
    return task_id, api.get(f"{TASK}/{task_id}").json()["data"]["output"]["video"]


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, None),
        ("bytes=0-0", Span(0, 1)),
        ("bytes=10-", Span(10, 100)),
        ("bytes=-10", Span(90, 100)),
        ("bytes=-1000", Span(0, 100)),
        ("bytes=90-1000", Span(90, 100)),
        ("bytes=0-1,5-6", None),
        ("bytes=-", None),
        ("items=0-1", None),
        ("bytes=٣-٤", None),
    ],
)
def test_ranges(header, span):
    """One range is read as RFC 9110 has it; several, and anything else, mean the whole file."""
    assert read_range(header, 100) == span


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=5-4", "bytes=-0", "bytes=1000-1001"])
def test_ranges_outside(header):
    """A range without a byte of the file cannot be given."""
    with pytest.raises(ValueError, match="outside a file of 100 bytes"):
        read_range(header, 100)


def test_ranges_on_the_wire(start, client, fetch):
    """206 with Content-Range, 416 outside, and the whole file when If-Range names another one."""
    server = start()
    _, url = finished(server, client(server, "piapi"))
    whole = fetch(url)
    size = len(whole.content)
    assert whole.headers["accept-ranges"] == "bytes"
    rest = fetch(url, range="bytes=1000-")
    assert (rest.status_code, rest.content) == (206, whole.content[1000:])
    outside = fetch(url, range=f"bytes={size}-")
    assert (outside.status_code, outside.headers["content-range"]) == (416, f"bytes */{size}")
    assert fetch(url, range="bytes=5-9", if_range=whole.headers["etag"]).status_code == 206
    assert fetch(url, range="bytes=5-9", if_range='"another"').content == whole.content


def test_links_expire(start, client, fetch):
    """A link stays the same and works until its time, counted from the end of the task; then it is 403."""
    server = start(link_seconds=600, schedule={"*": [0, 100]})
    api = client(server, "piapi")
    task_id, url = finished(server, api, wait=100)
    server.advance(599)
    assert fetch(url).status_code == 200
    assert api.get(f"{TASK}/{task_id}").json()["data"]["output"]["video"] == url
    server.advance(1)
    assert fetch(url).status_code == 403
    assert [d["status"] for d in server.journal().downloads] == [200, 403]


def test_forged_links(start, client, fetch):
    """Neither another time nor another signature, nor none, opens a file; an unknown name is 404."""
    server = start(link_seconds=600)
    _, url = finished(server, client(server, "piapi"))
    later = re.sub(r"expires=[0-9.]+", "expires=9999999999.000", url)
    bare = url.partition("?")[0]
    for forged in (
        later,
        url[:-1] + "!",
        bare,
        bare + "?expires=nan&signature=",
        bare + "?expires=x&signature=y",
    ):
        assert fetch(forged).status_code == 403, forged
    assert fetch(f"{server.root}/files/{'0' * 32}.mp4?expires=1&signature=1").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/files/../../etc/passwd",
        "/files/..%2f..%2fetc%2fpasswd",
        "/files/%2e%2e/%2e%2e/etc/passwd",
        "/files//etc/passwd",
    ],
)
def test_paths_do_not_escape(start, path):
    """No spelling of a path leads out of the table of files."""
    import http.client

    server = start()
    # http.client sends the path as it is, where httpx would tidy it first.
    connection = http.client.HTTPConnection(server.root.removeprefix("http://"), timeout=20)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert answer.status in (401, 404)
    assert b"root:" not in answer.read()
    connection.close()


def test_a_key_at_the_file_host_is_noted(start, client, fetch):
    """The journal tells whether a client sent its key to the file host."""
    server = start()
    api = client(server, "piapi")
    _, url = finished(server, api)
    fetch(url)
    api.get(url)
    assert [d["carried_key"] for d in server.journal().downloads] == [False, True]


def test_names_cannot_be_guessed(start, client):
    """Ids and file names are random: 40 tasks share no long part, and none is the other's successor."""
    server = start(concurrency=None)
    api = client(server, "piapi")
    ids = [api.post(TASK, json=BODY).json()["data"]["task_id"] for _ in range(40)]
    server.advance(1000)
    names = [api.get(f"{TASK}/{i}").json()["data"]["output"]["video"].partition("?")[0][-36:-4] for i in ids]
    for texts in (ids, names):
        assert len({text[:8] for text in texts}) == 40
        assert texts != sorted(texts)
