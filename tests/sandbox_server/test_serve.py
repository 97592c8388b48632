"""The server as a running thing: threads, processes, crowds, and what it refuses to do."""

import asyncio
import json
import os
import signal
import subprocess
import sys

import httpx
import pytest

from kit.decode import probe
from kit.errors import BadParameter
from kit.listening import is_loopback, listen
from kit.sandbox_server import Options, Sandbox
from kit.testing import sandbox_process, sandbox_server, tiny_clip

TASK = "/api/v1/task"
KEY = {"x-api-key": "sandbox"}


def body(prompt):
    """A create body."""
    return {"model": "kling", "task_type": "video_generation", "input": {"prompt": prompt, "version": "3.0"}}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_other_machines_are_kept_out(host):
    """Only loopback addresses are listened on unless remote access is asked for by name."""
    assert not is_loopback(host)
    with pytest.raises(BadParameter, match="other machines"):
        listen(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.9.9.9", "::1"])
def test_loopback(host):
    """What is loopback is known as such."""
    assert is_loopback(host)


def test_remote_access_on_request():
    """With the flag any address will do."""
    listen("0.0.0.0", allow_remote=True).close()


def test_a_taken_port_is_named():
    """A port that somebody else has is an error that says what to do."""
    with listen() as taken, pytest.raises(BadParameter, match="choose another port"):
        listen("127.0.0.1", taken.getsockname()[1])


async def ask(server, method, path, given=None):
    """One exchange on a connection of its own; httpx with 200 connections would take longer than all the rest."""
    host, port = server.root.removeprefix("http://").split(":")
    content = b"" if given is None else json.dumps(given).encode()
    head = f"{method} {path} HTTP/1.1\r\nhost: {host}:{port}\r\nx-api-key: sandbox\r\nconnection: close\r\n"
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"{head}content-length: {len(content)}\r\n\r\n".encode() + content)
    got = await reader.read()
    writer.close()
    await writer.wait_closed()
    return got.partition(b"\r\n\r\n")[2]


def test_two_hundred_clients_at_once(start):
    """200 clients submit, poll and download together: each gets its own task, and every count is right."""
    server = start(concurrency=None)
    waiting: list[int] = []

    async def one(number, ready):
        made = json.loads(await ask(server, "POST", "/piapi" + TASK, body(f"clip {number}")))
        waiting.append(number)
        if len(waiting) == 200:
            await asyncio.to_thread(server.advance, 1000)
            ready.set()
        await ready.wait()
        data = json.loads(await ask(server, "GET", f"/piapi{TASK}/{made['data']['task_id']}"))["data"]
        assert data["task_id"] == made["data"]["task_id"]
        clip = await ask(server, "GET", data["output"]["video"].removeprefix(server.root))
        return data["output"]["truth"]["prompt"], clip

    async def crowd():
        ready = asyncio.Event()
        return await asyncio.gather(*(one(i, ready) for i in range(200)))

    found = asyncio.run(crowd())
    assert [prompt for prompt, _ in found] == [f"clip {i}" for i in range(200)]
    assert len({clip for _, clip in found}) == 1
    journal = server.journal()
    assert (len(journal.created), len(journal.paid), len(journal.downloads)) == (200, 200, 200)
    assert set(journal.created_by_fingerprint().values()) == {1}
    assert journal.spent_usd == sum(entry["usd"] for entry in journal.created)


def test_a_process_outlives_its_clients(tmp_path):
    """A client killed after its submit leaves one task behind, in the journal and in the journal's file."""
    script = (
        "import httpx, sys\n"
        "httpx.post(sys.argv[1], json={'model': 'kling', 'task_type': 'video_generation', 'input': {'prompt': 'p'}},"
        " headers={'x-api-key': 'sandbox'}, timeout=60, trust_env=False)\n"
    )
    path = tmp_path / "journal.jsonl"
    faults = [{"on": "submit", "fault": "silence", "when": "after"}]
    with sandbox_process(manual_clock=True, journal=path, faults=faults) as server:
        client = subprocess.Popen([sys.executable, "-c", script, server.url("piapi") + TASK])
        server.wait("created", 1)
        client.send_signal(signal.SIGKILL)
        client.wait()
        server.advance(1000)
        journal = server.journal()
        assert (len(journal.created), len(journal.paid)) == (1, 1)
        assert journal.requests[0]["status"] == "silence"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [(e["event"], e["number"]) for e in lines] == [("created", 1), ("ended", 1)]
    assert lines[0]["fingerprint"] == lines[1]["fingerprint"] == journal.created[0]["fingerprint"]
    assert server.process.returncode == 0


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_server_in_the_foreground_stops_cleanly(name, tmp_path):
    """Ctrl-C and SIGTERM stop the server at once, while it is filming, and leave no file and no process behind."""
    script = (
        "from kit.sandbox_server import Options\n"
        "from kit.sandbox_server.serve import serve\n"
        "if __name__ == '__main__':\n"
        "    serve(Options(jobs=1), port=0, ready=lambda url: print(url, flush=True))\n"
    )
    path = tmp_path / "serve.py"
    path.write_text(script, encoding="utf-8")
    films = tmp_path / "films"
    films.mkdir()
    process = subprocess.Popen(
        [sys.executable, path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(films)},
    )
    try:
        url = process.stdout.readline().strip()
        given = {
            "model": "sandbox-quick",
            "task_type": "video_generation",
            "input": {"prompt": "p", "duration": 10},
        }
        made = httpx.post(url + TASK, json=given, headers=KEY, timeout=60, trust_env=False)
        assert made.status_code == 200
        assert "kit-sandbox" in {path.name[:11] for path in films.iterdir()}
        process.send_signal(getattr(signal, name))
        said = process.communicate(timeout=60)
        assert (process.returncode, *said) == (0, "", "")
    finally:
        process.kill()
        process.communicate()
    assert list(films.iterdir()) == []


def test_a_process_ends_with_its_parent():
    """When whoever started it is gone, standard input ends and the server stops."""
    with sandbox_process() as server:
        server.process.stdin.close()
        assert server.process.wait(30) == 0


def test_waiting_gives_up(start):
    """What never happens is a TimeoutError that says how often it did."""
    server = start()
    with pytest.raises(TimeoutError, match="'submit' happened 0 times"):
        server.wait("submit", timeout=0.05)


def test_reset_is_a_new_start(start, client):
    """After a reset there are no tasks and no money spent, the clock stands where it stood, the first faults hold."""
    server = start(faults=[{"on": "account", "fault": "status", "status": 503}])
    api = client(server, "piapi")
    began = server.status()["now"]
    api.post(TASK, json=body("one"))
    server.set_faults([])
    server.advance(1000)
    assert api.get("/account/info").json()["data"]["credit_pack_info"]["used_credits"] > 0
    server.reset()
    assert server.status()["tasks"] == {}
    assert server.status()["now"] == began
    assert server.journal().created == []
    assert api.get("/account/info").status_code == 503


def test_handles_tell_addresses_and_keys(start):
    """The environment of a handle has what the kit's own clients look for."""
    server = start(keys={"kling": "ak:sk", "fal": "f"})
    assert server.environ() == {
        "KIT_PIAPI_URL": f"{server.root}/piapi",
        "PIAPI_API_KEY": "sandbox",
        "KIT_KLING_URL": f"{server.root}/kling",
        "KLING_ACCESS_KEY": "ak",
        "KLING_SECRET_KEY": "sk",
        "KIT_FAL_URL": f"{server.root}/fal",
        "FAL_KEY": "f",
        "KIT_REPLICATE_URL": f"{server.root}/replicate",
        "REPLICATE_API_TOKEN": "sandbox",
        "KIT_SANDBOX_URL": server.root,
    }
    with pytest.raises(BadParameter, match="no provider"):
        server.url("runway")


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"spead": 2}, "did you mean 'speed'"),
        ({"speed": 0}, "speed is 0"),
        ({"film": "real"}, "film is 'real'"),
        ({"concurrency": 0}, "concurrency is 0"),
        ({"schedule": {"*": [1]}}, "seconds in the queue"),
        ({"keys": {"runway": "x"}}, "runway"),
        ({"faults": [{"on": "x", "fault": "reset"}]}, "'x'"),
    ],
)
def test_wrong_options(options, word):
    """Options that cannot work are refused before anything listens."""
    with pytest.raises(BadParameter, match=word), sandbox_server(**options):
        pass


def test_the_application_alone():
    """The application can be called without a server."""

    async def ask():
        sandbox = Sandbox(Options(any_model=True, film="stub", manual_clock=True))
        transport = httpx.ASGITransport(app=sandbox)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox", headers=KEY) as http:
            return (await http.post(TASK, json=body("one"))).json()

    assert asyncio.run(ask())["data"]["status"] == "pending"


def test_tiny_clip(tmp_path):
    """A tiny clip is a real clip that is marked as the sandbox's; takes differ."""
    one, two = tiny_clip(tmp_path / "a.mp4"), tiny_clip(tmp_path / "b.mp4", take=2)
    facts = probe(one)
    assert (facts.width, facts.height, facts.frames, facts.sandbox) == (96, 64, 2, True)
    assert one.read_bytes() != two.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "b.mp4"]
