"""Downloads over real connections: cut, resumed, redirected, expired, too large, and no video at all."""

import asyncio
import hashlib
import re
from pathlib import Path

import pytest

from kit.errors import DownloadFailed
from kit.providers import Timeouts, open_provider
from kit.providers.files import ATTEMPTS, fetch, suffix_of

CLIP = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + bytes(range(256)) * 40
HTML = b"<!doctype html><title>Sign in</title>" + b" " * 500
LINK = "/files/out.mp4?Expires=1&Signature=canary-sig"


@pytest.fixture
def down(stub, tmp_path, canary):
    """`down()`: fetch the stub's link into `out`; `down.waits` are the pauses that were asked for."""
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    def fetching(link=None, *, base=None, into=None, **options):
        async def go():
            provider = open_provider(
                "piapi",
                key=canary,
                base_url=base or stub.url,
                environ={},
                timeouts=Timeouts(2, 2, 0.3, 3, 0.3),
            )
            async with provider:
                url = stub.url + LINK if link is None else link
                return await fetch(provider._http, url, into or tmp_path / "out", sleep=sleep, **options)

        return asyncio.run(go())

    fetching.waits = waits
    fetching.out = tmp_path / "out"
    return fetching


def ranged(stub, body=CLIP, *, cut=None, etag='"v1"', status=206):
    """Adds an answer that honours Range, and ends after `cut` bytes of it if asked to."""

    def answer(request):
        asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range", ""))
        first = int(asked[1]) if asked else 0
        part = body[first:]
        headers = {"content-type": "video/mp4"}
        if etag:
            headers["etag"] = etag
        if asked and status == 206:
            headers["content-range"] = f"bytes {first}-{len(body) - 1}/{len(body)}"
        raw = stub.message(part, 206 if asked else 200, None, headers)
        return raw if cut is None else raw[: len(raw) - len(part) + cut]

    stub.script.append(answer)


def test_whole(stub, down):
    """Bytes, hash, suffix and type of a clip; no key goes to the file host, and nothing compressed is asked for."""
    stub.send(CLIP, content_type="video/mp4")
    seen = []
    got = down(on_progress=lambda done, total: seen.append((done, total)))
    assert down.out.read_bytes() == CLIP
    assert (got.bytes, got.sha256) == (len(CLIP), hashlib.sha256(CLIP).hexdigest())
    assert (got.suffix, got.content_type) == (".mp4", "video/mp4")
    assert seen[-1] == (len(CLIP), len(CLIP))
    (request,) = stub.requests
    assert request.path == LINK
    assert request.headers["accept-encoding"] == "identity"
    assert not {"x-api-key", "authorization", "cookie"} & set(request.headers)
    assert down.waits == []


def test_through_the_provider(stub, ask, tmp_path):
    """Each provider fetches its results by the same way."""
    stub.send(CLIP)
    got = ask("fal", lambda p: p.download(stub.url + "/v.mp4", tmp_path / "v"))
    assert got.bytes == len(CLIP)


def test_a_cut_transfer_goes_on(stub, down):
    """A transfer that breaks off asks for the rest only, under the condition that it is the same file."""
    ranged(stub, cut=3000)
    ranged(stub, cut=2000)
    ranged(stub)
    assert down().sha256 == hashlib.sha256(CLIP).hexdigest()
    assert down.out.read_bytes() == CLIP
    assert [r.headers.get("range") for r in stub.requests] == [None, "bytes=3000-", "bytes=5000-"]
    assert [r.headers.get("if-range") for r in stub.requests] == [None, '"v1"', '"v1"']
    assert len(down.waits) == 2


def test_a_host_without_ranges_starts_anew(stub, down):
    """A 200 to a range is the whole file again."""
    ranged(stub, cut=3000)
    stub.send(CLIP)
    assert down().bytes == len(CLIP)
    assert down.out.read_bytes() == CLIP


def test_another_file_than_before_starts_anew(stub, down):
    """A part of a file of another length is not glued to the first part."""
    other = CLIP + b"more"
    ranged(stub, cut=3000, etag=None)
    ranged(stub, other, etag=None)
    ranged(stub, other, etag=None)
    assert down().sha256 == hashlib.sha256(other).hexdigest()
    assert [r.headers.get("range") for r in stub.requests] == [None, "bytes=3000-", None]


@pytest.mark.parametrize("content_range", ["bytes 2999-9/10280", "bytes */5", "", "pages 1-2/3"])
def test_a_part_that_was_not_asked_for(content_range, stub, down):
    """A 206 that does not begin where the file ends is dropped."""
    ranged(stub, cut=3000)
    stub.send(CLIP[3000:], 206, content_range=content_range)
    ranged(stub)
    assert down().sha256 == hashlib.sha256(CLIP).hexdigest()


def test_416_starts_anew(stub, down):
    """A host that cannot go on is asked from the beginning."""
    ranged(stub, cut=3000)
    stub.send(b"", 416)
    ranged(stub)
    assert down().bytes == len(CLIP)


def test_a_link_that_always_breaks(stub, down):
    """When nothing new comes in several tries it is the network's fault, and the link may be tried later."""
    for _ in range(ATTEMPTS):
        stub.fail("reset")
    with pytest.raises(DownloadFailed, match="broke off") as caught:
        down()
    assert caught.value.final is False
    assert len(stub.requests) == ATTEMPTS
    assert not down.out.exists()


def test_a_truncated_file_is_never_whole(stub, down):
    """A length that is not kept, again and again, leaves no file."""
    for _ in range(ATTEMPTS + 1):
        stub.send(CLIP[:100], promise=len(CLIP))
    with pytest.raises(DownloadFailed):
        down()
    assert not down.out.exists()


def test_progress_renews_the_patience(stub, down):
    """A slow, often broken line gets there as long as every try brings something."""
    step = len(CLIP) // 12 + 1
    for _ in range(12):
        ranged(stub, cut=step)
    assert down().bytes == len(CLIP)


def test_silence_in_the_middle(stub, down):
    """No byte for the chunk's time breaks a try, not the download."""
    stub.send(CLIP[:500], promise=len(CLIP), end="silence", etag='"v1"')
    ranged(stub)
    assert down().bytes == len(CLIP)


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_expired(status, stub, down):
    """An expired link is given back at once, so that a fresh one can be asked for."""
    stub.text("<Error><Code>AccessDenied</Code></Error>", status)
    with pytest.raises(DownloadFailed, match="ask for a fresh one") as caught:
        down()
    assert caught.value.final is True
    assert len(stub.requests) == 1
    assert not down.out.exists()


def test_busy_hosts_are_asked_again(stub, down):
    """429 and 5xx pass; a wait that the host asks for is kept, within reason."""
    stub.send(b"", 429, Retry_After="7")
    stub.send(b"", 503, Retry_After="9999")
    stub.send(b"", 500)
    stub.send(CLIP)
    assert down().bytes == len(CLIP)
    assert down.waits == [7.0, 30.0, 2.0]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (HTML, "a page"),
        (b'{"error": "gone"}', "a page"),
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 500, "no video"),
        (b"\0\0\0\x1cftypavif" + b"0" * 500, "no video"),
    ],
)
def test_a_200_that_is_no_video(body, what, stub, down):
    """A page, a message, nothing or a picture is no clip, whatever its type claims."""
    for _ in range(ATTEMPTS):
        stub.send(body, content_type="video/mp4")
    with pytest.raises(DownloadFailed, match=what) as caught:
        down()
    assert caught.value.final is True
    assert not down.out.exists()


def test_a_page_may_pass(stub, down):
    """A page from the edge followed by the clip is the clip alone."""
    stub.send(HTML, content_type="text/html")
    stub.send(CLIP, content_type="application/octet-stream")
    down()
    assert down.out.read_bytes() == CLIP


def test_too_large_by_its_own_word(stub, down):
    """A length beyond the limit is not even begun."""
    stub.send(CLIP)
    with pytest.raises(DownloadFailed, match="more than the 1,000 bytes allowed") as caught:
        down(max_bytes=1000)
    assert caught.value.final is True
    assert not down.out.exists()


def test_too_large_without_a_word(stub, down):
    """A file of no stated length is cut off at the limit."""
    stub.raw(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + CLIP)
    with pytest.raises(DownloadFailed, match="allowed"):
        down(max_bytes=1000)


def test_redirects_are_followed(stub, down):
    """A relative and an absolute redirect, without a key at any of them."""
    stub.send(b"", 302, Location="/elsewhere?Signature=canary-sig")
    stub.send(b"", 307, Location=f"{stub.url}/third")
    stub.send(CLIP)
    assert down().bytes == len(CLIP)
    assert [r.path for r in stub.requests] == [LINK, "/elsewhere?Signature=canary-sig", "/third"]


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "http://example.org/v.mp4",
        "ftp://x/y",
        "data:video/mp4,x",
        "https://u:p@x/y",
        "http://[",
    ],
)
def test_redirects_to_other_places_are_not(target, stub, down):
    """Nothing leads out of https and this machine."""
    stub.send(b"", 302, Location=target)
    with pytest.raises(DownloadFailed, match="redirects to where no clip may come from") as caught:
        down()
    assert caught.value.final is True
    assert len(stub.requests) == 1


def test_redirects_without_end(stub, down):
    """A circle is left after a few rounds."""
    for _ in range(6):
        stub.send(b"", 302, Location=LINK)
    with pytest.raises(DownloadFailed, match="without end"):
        down()
    assert len(stub.requests) == 6


@pytest.mark.parametrize(
    "link",
    [
        "file:///etc/passwd",
        "http://example.org/v.mp4",
        "",
        "/v.mp4",
        "https://",
        "https://a b/",
        "https://u:p@x/y",
        "https://x:99999/",
    ],
)
def test_links_that_are_not_fetched(link, stub, down):
    """Only https, or http on this machine."""
    with pytest.raises(DownloadFailed, match="no https link") as caught:
        down(link)
    assert caught.value.final is True
    assert not down.out.exists()


def test_a_remote_provider_leads_nobody_to_this_machine(stub, down):
    """A provider elsewhere cannot make the kit fetch from services of this machine."""
    with pytest.raises(DownloadFailed, match="no https link"):
        down(base="https://api.piapi.ai")
    assert stub.requests == []


def test_the_disk_is_full(stub, down):
    """What cannot be written is the caller's to know, as the system says it."""
    full = Path("/dev/full")
    if not full.is_char_device():
        pytest.skip("this system has no /dev/full")

    class Full(type(full)):
        def unlink(self, missing_ok=False):  # noqa: ARG002 - pathlib's signature
            return None

    stub.send(CLIP)
    with pytest.raises(OSError, match=r"No space left|Invalid argument"):
        down(into=Full("/dev/full"))


def test_no_signature_is_told(stub, down, everything):
    """The message names host and path of the link, never its query."""
    stub.send(b"", 404)
    with pytest.raises(DownloadFailed, match=r"/files/out\.mp4") as caught:
        down()
    assert "canary-sig" not in str(caught.value)
    assert "Signature" not in str(caught.value)


@pytest.mark.parametrize(
    ("head", "suffix"),
    [
        (b"\0\0\0\x20ftypmp42", ".mp4"),
        (b"\0\0\0\x14ftypqt  ", ".mov"),
        (b"\0\0\0\x08wide", ".mp4"),
        (b"\x1aE\xdf\xa3....webm", ".webm"),
        (b"\x1aE\xdf\xa3....matroska", ".mkv"),
        (b"RIFF1234AVI LIST", ".avi"),
        (b"RIFF1234WAVEfmt ", None),
        (b"G" + b"x" * 187 + b"G", ".ts"),
        (b"GIF89a" + b"x" * 300, None),
        (b"\0\0\1\xba", ".mpg"),
        (b"OggS", ".ogv"),
        (b"\0\0\0\x1cftypheic", None),
        (b"%PDF-1.7", None),
        (b"", None),
    ],
)
def test_suffixes(head, suffix):
    """Kinds of video by their first bytes (ISO 14496-12, EBML, RIFF, MPEG, Ogg)."""
    assert suffix_of(head) == suffix
