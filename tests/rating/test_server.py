"""The rating server by real HTTP: who gets in, what they get, what they never get, and that every answer counts once."""

import asyncio
import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from kit.errors import BadParameter
from kit.rating import RatingOptions
from kit.rating.guard import MOST_BYTES, Hosts
from kit.rating.links import Links
from kit.rating.server import RatingLinks, rating_server
from kit.study import Study
from tests.rating_study import FILE_WORD, MODELS, TITLE_WORD, rating_study

Start = Callable[..., AbstractContextManager[RatingLinks]]
DIMENSIONS = ("prompt_adherence", "video_realism", "video_resolution", "artifacts")


@pytest.fixture
def study(tmp_path: Path, make_clip: Callable[..., Path]) -> Iterator[Study]:
    """Three pairs: too few for repeats and known answers."""
    with rating_study(tmp_path / "study", tmp_path / "clips", make_clip) as made:
        yield made


@pytest.fixture
def running(study: Study) -> Iterator[RatingLinks]:
    """A server for Ada and Bo."""
    with rating_server(study, ["Ada", "Bo"]) as links:
        yield links


def client(link: str) -> httpx.Client:
    """A client at home at a rater's link; no proxy of the environment comes between."""
    return httpx.Client(base_url=link, trust_env=False, timeout=30)


def ask(at: httpx.Client, op: str, **data: Any) -> httpx.Response:
    """One question."""
    return at.post("ask", json={"op": op, "data": data})


def vote(position: int, dimension: str, choice: str, token: str) -> dict[str, Any]:
    """The data of one vote."""
    return {
        "token": token, "position": position, "step": "vote", "dimension": dimension, "choice": choice,
        "seconds": 3.5, "watched": {"through": True, "plays": 1, "mode": "side"},
    }  # fmt: skip


def test_the_page_is_guarded(running):
    """The page names its language, loads only its own files by hash, allows no inline script and is never kept."""
    with client(running.links["Ada"]) as ada:
        page = ada.get("")
        assert page.status_code == 200
        assert '<html lang="en">' in page.text
        assert "<title>" in page.text
        assert re.search(r"<script(?![^>]* src=)", page.text) is None
        assert "unsafe-inline" not in page.headers["content-security-policy"].replace(
            "style-src-attr 'unsafe-inline'", ""
        )
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-content-type-options"] == "nosniff"
        for found in re.findall(r'(?:src|href)="(/[^"]+)"', page.text):
            file = httpx.get(running.root + found, trust_env=False)
            assert file.status_code == 200
            assert "immutable" in file.headers["cache-control"]
            assert file.headers["content-type"].startswith(("text/javascript", "text/css"))


def test_a_wrong_token_says_nothing(running):
    """A link that is not one is answered like any other wrong address, to every kind of request."""
    right = running.links["Ada"]
    wrong = right[:-2] + ("A" if right[-2] != "A" else "B") + "/"
    seen = set()
    for link in (wrong, f"{running.root}/r/x/", f"{running.root}/r/{'A' * 5000}/", f"{running.root}/r/%ff/"):
        with client(link) as at:
            answers = (at.get(""), ask(at, "start"), at.get("m/" + "0" * 32), at.get(f"{running.root}/other"))
            seen |= {(a.status_code, a.text) for a in answers}
    assert seen == {(404, "Not found\n")}


def test_links_stay_and_differ(study):
    """A rater's link is the same after a restart; two raters' and two studies' links have nothing in common."""
    secret = study.rating.secret()
    one, again, other = Links(secret, ["Ada", "Bo"]), Links(secret, ["Ada"]), Links(b"x" * 32, ["Ada"])
    assert one.path("Ada") == again.path("Ada")
    assert len({one.path("Ada"), one.path("Bo"), other.path("Ada")}) == 3
    assert one.find(one.path("Bo").split("/")[2]) == "Bo"
    assert one.find("") is None


@pytest.mark.parametrize("raters", [[], ["Ada", "Ada"], ["Ada\nBo"], [""], "Ada"])
def test_names_that_cannot_be(study, raters):
    """No raters, a name twice, a name that is none: said before anything is served."""
    with pytest.raises(BadParameter), rating_server(study, raters):
        pass


def test_options_that_cannot_be(study):
    """A dimension that the rubric lacks is told to whoever starts the server."""
    options = RatingOptions(dimensions=("sharpnes",))
    with pytest.raises(BadParameter, match="sharpnes"), rating_server(study, ["Ada"], options=options):
        pass


def test_other_machines_are_kept_out(study):
    """Without being told so, the server does not listen where others could reach it."""
    with pytest.raises(BadParameter, match="other machines"), rating_server(study, ["Ada"], host="0.0.0.0"):
        pass


def test_links_for_other_machines_name_this_one(study: Study) -> None:
    """Where others are let in, a link holds an address that they can use, not the one that only this machine knows."""
    with rating_server(study, ["Ada"], host="0.0.0.0", allow_remote=True) as running:
        host = urlsplit(running.links["Ada"]).hostname
    assert host not in {"0.0.0.0", "127.0.0.1", None}


def test_clips_come_in_ranges_and_only_to_their_rater(running):
    """A clip comes whole or in parts; another rater's name of it, and whatever looks like a path, is not there."""
    with client(running.links["Ada"]) as ada, client(running.links["Bo"]) as bo:
        item = ask(ada, "start").json()["item"]
        ask(bo, "start")
        name = item["media"][0]["name"]
        whole = ada.get(f"m/{name}")
        part = ada.get(f"m/{name}", headers={"range": "bytes=4-11"})
        assert whole.status_code == 200
        assert len(whole.content) == item["media"][0]["bytes"]
        assert whole.headers["content-type"] == item["media"][0]["mime"]
        assert whole.headers["accept-ranges"] == "bytes"
        assert (part.status_code, part.content) == (206, whole.content[4:12])
        assert part.headers["content-range"] == f"bytes 4-11/{len(whole.content)}"
        assert ada.get(f"m/{name}", headers={"range": "bytes=999999999-"}).status_code == 416
        assert (bo.get(f"m/{name}").status_code, bo.get(f"m/{name}").text) == (404, "Not found\n")


@pytest.mark.parametrize(
    "path",
    [
        "/r/TOKEN/m/../../../study.yaml", "/r/TOKEN/m/..%2f..%2fstudy.yaml", "/r/TOKEN/m/%2e%2e/%2e%2e/study.db",
        "/r/TOKEN/m//etc/passwd", "/r/TOKEN/m/%00", "/static/../kit/rating/server.py", "/static/%2e%2e%2fpage.py",
        "/r/TOKEN/../../study.yaml", "//etc/passwd", "/r/TOKEN/m/..\\..\\study.yaml", "/",
    ],
)  # fmt: skip
def test_no_path_leads_anywhere(running, path):
    """Tricks with paths are addresses that are not there. Sent as they are, which no client library would."""
    token = urlsplit(running.links["Ada"]).path.split("/")[2]
    answer = raw(running, f"GET {path.replace('TOKEN', token)} HTTP/1.1")
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert answer.endswith(b"\r\n\r\nNot found\n")


def raw(running: RatingLinks, line: str, body: bytes = b"", **headers: str) -> bytes:
    """What the server answers to a request that is written down here."""
    with connected(running, line, body, **headers) as wire:
        parts = []
        while part := wire.recv(65536):
            parts.append(part)
    return b"".join(parts)


def connected(running: RatingLinks, line: str, body: bytes = b"", **headers: str) -> socket.socket:
    """A connection on which a request has been sent."""
    place = urlsplit(running.root)
    given = {"host": place.netloc, "connection": "close", "content-length": str(len(body)), **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items())
    wire = socket.create_connection((place.hostname, place.port), timeout=20)
    wire.sendall(f"{line}\r\n{head}\r\n".encode() + body)
    return wire


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "[bad", "192.0.2.7"]
)
def test_another_host_name_is_refused(running, host):
    """A page whose name was made to point here (DNS rebinding) gets nothing, with a right link either."""
    path = urlsplit(running.links["Ada"]).path
    assert raw(running, f"GET {path} HTTP/1.1", host=host).startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize("host", ["localhost:9", "127.0.0.1", "[::1]:8080"])
def test_names_of_this_machine_are_known(running, host):
    """The loopback names are good with any port, since a port may be forwarded."""
    path = urlsplit(running.links["Ada"]).path
    assert raw(running, f"GET {path} HTTP/1.1", host=host).startswith(b"HTTP/1.1 200 ")


def test_remote_servers_are_reached_by_address_or_own_name():
    """Told to let others in, the server is known by any address in figures and its own names, by no other name."""
    hosts = Hosts.of("class.example", remote=True)
    assert all(
        hosts.know(name)
        for name in ("class.example:8788", "192.168.1.5:8788", "[fd00::1]:1", socket.gethostname())
    )
    assert not hosts.know("other.example:8788")


def test_posts_come_from_the_own_page(running):
    """A POST from another page's origin, or one that a plain form could send, stores nothing."""
    with client(running.links["Ada"]) as ada:
        ask(ada, "start")
        body = json.dumps({"op": "save", "data": vote(0, "artifacts", "left", "token-123")})
        kinds = {"content-type": "application/json"}
        for headers in (kinds | {"origin": "http://evil.example"}, kinds | {"origin": "null"}):
            assert ada.post("ask", content=body, headers=headers).status_code == 403
        assert ada.post("ask", content=body, headers={"content-type": "text/plain"}).status_code == 415
        assert ada.post("ask", content=body, headers=kinds | {"origin": running.root}).json()["saved"]


def test_what_is_too_long_or_no_question_is_refused(running, study):
    """More than 64 kB, a body that is no JSON or no question, an unknown op: a plain sentence, nothing stored."""
    with client(running.links["Ada"]) as ada:
        kinds = {"content-type": "application/json"}
        large = ada.post("ask", content=b"x" * (MOST_BYTES + 1), headers=kinds)
        assert large.status_code == 413
        for body in (
            b"",
            b"{",
            b"[]",
            b"null",
            b'{"op": 1, "data": {}}',
            b"[" * 60_000,
            b'{"op": "start"}',
            b"\xff",
        ):
            answer = ada.post("ask", content=body, headers=kinds)
            assert answer.status_code == 400
            assert "Load the page again" in answer.json()["error"]
        for op, data in (
            ("drop", {}),
            ("save", {"token": "abc"}),
            ("item", {"position": "../x"}),
            ("start", [1]),
        ):
            answer = ada.post("ask", json={"op": op, "data": data})
            assert answer.status_code == 400
            assert str(study.folder) not in answer.text
    assert len(study.judgements) == 0


def test_nothing_in_the_traffic_tells(study, make_clip):
    """Through a whole session, no byte in either direction holds a model's name, a clip's hash, file name or title."""
    everything = []
    tokens = count()

    def note(response: httpx.Response) -> None:
        response.read()
        everything.append(
            str(response.url).encode() + str(dict(response.headers)).encode() + response.content
        )
        everything.append(response.request.content)

    options = RatingOptions(scores=True, reveal="never")
    with rating_server(study, ["Ada"], options=options) as links, client(links.links["Ada"]) as ada:
        ada.event_hooks["response"] = [note]
        ada.get("")
        told = ask(ada, "start").json()
        position = told["position"]
        seen = 0
        while position is not None:
            item = ask(ada, "item", position=position).json()
            for media in item["media"]:
                assert ada.get(f"m/{media['name']}").status_code == 200
            for dimension in DIMENSIONS:
                data = vote(item["position"], dimension, "left", f"token-{next(tokens):04}")
                position = ask(ada, "save", **data).json()["position"]
            seen += 1
        assert ask(ada, "undo", token=f"token-{next(tokens):04}").status_code == 200
        assert ask(ada, "summary").status_code == 200
        assert ask(ada, "reveal").status_code == 400
    assert seen == told["total"] == 3
    traffic = b"\n".join(everything)
    secrets_ = [
        *MODELS,
        FILE_WORD,
        TITLE_WORD,
        str(study.folder),
        *study.clips["clip"],
        *study.requests["request"],
    ]
    assert [word for word in secrets_ if str(word).encode() in traffic] == []
    # The same search finds what is there: it is not blind itself.
    assert b"a kite over a beach" in traffic


def test_a_reveal_is_only_for_those_who_may(study):
    """With reveal the names come at the end of the own queue, and not a moment sooner."""
    options = RatingOptions(reveal="own", dimensions=("artifacts",))
    with rating_server(study, ["Ada"], options=options) as links, client(links.links["Ada"]) as ada:
        position = ask(ada, "start").json()["position"]
        tokens = count()
        while position is not None:
            assert ask(ada, "reveal").status_code == 400
            data = vote(position, "artifacts", "right", f"token-{next(tokens):04}")
            position = ask(ada, "save", **data).json()["position"]
        told = ask(ada, "reveal").json()
        assert {pair["left"] for pair in told["pairs"]} | {pair["right"] for pair in told["pairs"]} == set(
            MODELS
        )


def test_a_cut_connection_loses_no_answer(running, study):
    """An answer whose sender hangs up at once is stored; sent again under its token it is told again, and counts once."""
    with client(running.links["Ada"]) as ada:
        position = ask(ada, "start").json()["position"]
        data = vote(position, "artifacts", "left", "token-cut-1")
        path = urlsplit(running.links["Ada"]).path
        body = json.dumps({"op": "save", "data": data}).encode()
        for _ in range(3):
            connected(running, f"POST {path}ask HTTP/1.1", body, content_type="application/json").close()
        again = ask(ada, "save", **data)
        assert again.json()["answers"]["votes"] == {"artifacts": "left"}
    assert list(study.judgements["step"]) == ["vote"]
    assert len(study.vote_history) == 1


def test_answers_in_flight_are_finished_when_it_stops(study):
    """Votes that have arrived when the server is told to stop are stored before it is gone."""
    wires = []
    with rating_server(study, ["Ada"]) as links:
        with client(links.links["Ada"]) as ada:
            position = ask(ada, "start").json()["position"]
        path = urlsplit(links.links["Ada"]).path
        for dimension in DIMENSIONS:
            body = json.dumps(
                {"op": "save", "data": vote(position, dimension, "left", f"token-{dimension}")}
            ).encode()
            wires.append(connected(links, f"POST {path}ask HTTP/1.1", body, content_type="application/json"))
        # The server reads what has arrived before it sees that it should stop: this answer comes after theirs.
        with client(links.links["Ada"]) as ada:
            ada.get("")
    answers = []
    for wire in wires:
        with wire:
            answers.append(b"".join(iter(lambda wire=wire: wire.recv(65536), b"")))
    assert all(b'"saved":true' in answer.replace(b" ", b"") for answer in answers)
    assert len(study.votes) == len(DIMENSIONS)


@pytest.fixture(params=["sqlite", "postgresql"])
def shared_study(request, tmp_path, make_clip) -> Iterator[Study]:
    """The same three pairs in either kind of database."""
    location: Path | str = tmp_path / "study"
    clips = None
    if request.param == "postgresql":
        location, clips = request.getfixturevalue("postgres_url"), str(tmp_path / "stored")
    with rating_study(location, tmp_path / "clips", make_clip, clips=clips) as made:
        yield made


def test_thirty_raters_at_once(shared_study):
    """Thirty raters answer together, with cut and repeated requests: every vote is stored, once, as it was given."""
    raters = [f"Rater {i:02}" for i in range(30)]
    choices = ("left", "right", "both_good", "both_bad")
    given: dict[tuple[str, str, str], str] = {}

    async def rate(links: RatingLinks, number: int, rater: str) -> None:
        tokens = count()
        path = urlsplit(links.links[rater]).path
        told = await asked(links, path, "start", {})
        position = told["position"]
        while position is not None:
            item = await asked(links, path, "item", {"position": position})
            for i, dimension in enumerate(DIMENSIONS):
                token = f"token-{number}-{next(tokens)}"
                choice = choices[(number + i + position) % 4]
                data = vote(position, dimension, choice, token)
                if (number + i) % 3 == 0:
                    await asked(links, path, "save", data, cut=True)
                # Sent twice at the same time, as a browser does that has lost patience.
                twice = [asked(links, path, "save", data) for _ in range(1 + (number + i) % 2)]
                answers = await asyncio.gather(*twice)
                assert all(answer == answers[0] for answer in answers)
                given[rater, item["prompt"], dimension] = choice
                following = answers[0]["position"]
            position = following

    async def everybody(links: RatingLinks) -> None:
        await asyncio.gather(*(rate(links, i, rater) for i, rater in enumerate(raters)))

    with rating_server(shared_study, raters) as links:
        asyncio.run(everybody(links))
    assert len(given) == 30 * 3 * 4
    votes = shared_study.votes
    assert len(votes) == len(shared_study.vote_history) == len(given)
    assert (shared_study.judgements["step"] == "vote").sum() == len(given)
    texts = dict(zip(shared_study.prompts["prompt_id"], shared_study.prompts["text"], strict=True))
    for row in votes.itertuples():
        left = "a" if row.left_model == row.model_a else "b"
        said = {"a": "left" if left == "a" else "right", "b": "right" if left == "a" else "left"}
        assert said.get(row.choice, row.choice) == given[row.rater, texts[row.prompt_id], row.dimension]


async def asked(
    links: RatingLinks, path: str, op: str, data: dict[str, Any], *, cut: bool = False
) -> dict[str, Any]:
    """One question on a connection of its own; with `cut` nobody waits for the answer."""
    place = urlsplit(links.root)
    body = json.dumps({"op": op, "data": data}).encode()
    head = (
        f"POST {path}ask HTTP/1.1\r\nhost: {place.netloc}\r\nconnection: close\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    while True:
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        writer.write(head.encode() + body)
        await writer.drain()
        if cut:
            writer.transport.abort()
            return {}
        got = await reader.read()
        writer.close()
        await writer.wait_closed()
        status = int(got.split(b" ", 2)[1])
        # Busy is an answer of its own: come again, as the page does.
        if status != 503:
            break
    assert status == 200, got
    told: dict[str, Any] = json.loads(got.partition(b"\r\n\r\n")[2])
    return told
