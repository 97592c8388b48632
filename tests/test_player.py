"""The markup of the player as text; what it does in a browser is tested in tests/browser/test_player.py."""

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from markupsafe import Markup

from kit.errors import BadParameter
from kit.player import PlayerClip, codec_name, markup

CLIP = PlayerClip(
    name="sandbox-quick", src="media/a.mp4", mime="video/mp4", poster="media/a.jpg", width=1280, height=720,
    fps=24.0, seconds=5.0416667, frames=121, codec="h264", has_audio=False, sandbox=True,
)  # fmt: skip
EVIL = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>&amp;"


class Reader(HTMLParser):
    """Collects elements with their attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute twice in <{tag}>"
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def read(*clips: PlayerClip, label: str = "A prompt", **options: Any) -> Reader:
    text = markup(clips, label=label, **options)
    assert isinstance(text, Markup)
    reader = Reader(str(text))
    assert reader.open == []
    return reader


def test_a_video_with_controls_for_each_clip() -> None:
    """Without scripts each clip is a plain, muted video with controls, poster, size and no early loading."""
    page = read(CLIP, replace(CLIP, name="sandbox-steady", src="media/b.mp4"))
    first, second = page.all("video")
    for name in ("controls", "playsinline", "muted"):
        assert name in first
    assert {k: first[k] for k in ("src", "poster", "preload", "width", "height", "data-mime")} == {
        "src": "media/a.mp4", "poster": "media/a.jpg", "preload": "none", "width": "1280", "height": "720",
        "data-mime": "video/mp4",
    }  # fmt: skip
    assert second["aria-label"] == "Clip B: sandbox-steady"
    figure = page.all("figure")[0]
    assert figure["data-state"] == "static"
    assert figure["data-lm-suppress-shortcuts"] == "true"


def test_captions_state_the_facts() -> None:
    """Name, size, rate, length, codec and the sandbox badge are readable text."""
    text = read(CLIP, label="A cup").text
    for fact in ("A cup", "sandbox-quick", "1280 × 720", "24 fps", "5.04 s", "H.264", "no sound", "sandbox"):  # noqa: RUF001
        assert fact in text
    loud = replace(CLIP, name="x", has_audio=True, sandbox=False, proxy=True, note="first take", fps=16.129)
    text = read(loud).text
    assert "no sound" not in text
    assert "sandbox" not in text
    for fact in ("proxy", "first take", "16.13 fps"):
        assert fact in text


def test_what_is_unknown_is_said_and_left_out_of_the_data() -> None:
    """Missing rate, length or frame count never turn into a number."""
    for nothing in (None, float("nan"), 0.0):
        page = read(replace(CLIP, fps=nothing, seconds=nothing, frames=None, poster=None))
        assert "rate unknown" in page.text
        assert "length unknown" in page.text
        box = next(a for a in page.all("div") if a.get("class") == "kit-clip")
        assert {"data-fps", "data-seconds", "data-frames"}.isdisjoint(box)
        assert "poster" not in page.all("video")[0]
        assert "nan" not in page.text.lower()


def test_whatever_comes_from_outside_is_escaped() -> None:
    """Names, notes, labels, codecs, types and addresses cannot leave their place."""
    evil = PlayerClip(
        name=EVIL, src=f"media/{EVIL}", mime=EVIL, poster=f"media/{EVIL}", width=1, height=1, fps=1.0, seconds=1.0,
        frames=1, codec=EVIL, has_audio=False, sandbox=False, note=EVIL, download=f"media/{EVIL}",
    )  # fmt: skip
    page = read(evil, label=EVIL)
    assert page.all("img") == []
    assert page.all("script") == []
    assert page.all("video")[0]["src"] == f"media/{EVIL}"
    assert page.all("a")[0]["href"] == f"media/{EVIL}"
    assert all(not name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert page.text.count(EVIL) == 4  # label, name, codec, note


@pytest.mark.parametrize("field", ["src", "poster", "download"])
@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", " JavaScript:alert(1)", "java\nscript:alert(1)", "\x01javascript:x", "data:text/html,x",
     "vbscript:x", "odd:name.mp4"],
)  # fmt: skip
def test_an_address_that_could_run_is_refused(field: str, address: str) -> None:
    """Only addresses of media are taken, whatever blanks and line ends hide the scheme."""
    with pytest.raises(BadParameter, match="has the address"):
        read(replace(CLIP, **{field: address}))


@pytest.mark.parametrize(
    "address",
    ["media/a b.mp4", "./odd:name.mp4", "../x.mp4", "/files/x.mp4", "https://example.org/a.mp4", "file:///tmp/a.mp4",
     "blob:null/1", "data:video/mp4;base64,AAAA"],
)  # fmt: skip
def test_addresses_of_media_are_kept_as_they_are(address: str) -> None:
    """What a page may link to arrives unchanged."""
    assert read(replace(CLIP, src=address)).all("video")[0]["src"] == address


def test_wrong_calls_are_refused() -> None:
    """Too many clips, none, an unknown preload, a size of nothing: each says what is wrong."""
    with pytest.raises(BadParameter, match="1 to 6 clips, not 0"):
        markup([], label="")
    with pytest.raises(BadParameter, match="1 to 6 clips, not 7"):
        markup([CLIP] * 7, label="")
    with pytest.raises(BadParameter, match="preload"):
        markup([CLIP], label="", preload="all")  # type: ignore[arg-type]
    with pytest.raises(BadParameter, match="0 x 720"):
        markup([replace(CLIP, width=0)], label="")


def test_no_label_no_caption() -> None:
    """An empty label leaves no empty box behind."""
    assert read(CLIP, label="").all("figcaption") == []


def test_equal_input_gives_equal_text() -> None:
    """The markup is part of reports that are compared byte for byte."""
    assert markup([CLIP, CLIP], label="x") == markup([CLIP, CLIP], label="x")


def test_codec_names() -> None:
    """Known codecs get the name that people use; others stay."""
    assert [codec_name(c) for c in ("h264", "HEVC", "mpeg4", "cinepak")] == [
        "H.264",
        "HEVC",
        "MPEG-4 part 2",
        "cinepak",
    ]
