"""The markup of the player as text; what it does in a browser is tested in tests/browser/test_player.py."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from markupsafe import Markup

from kit.errors import BadParameter
from kit.player import PlayerClip, PlayerStrip, codec_name, markup
from kit.player_data import ClipData, clip_data

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
        if tag not in {"img", "track"}:
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


MEASURED: ClipData = {
    "marks": [{"metric": EVIL, "label": EVIL, "start": 1.0, "end": 2.0}],
    "curves": [{"metric": EVIL, "label": EVIL, "unit": EVIL, "version": 1, "low": 0.0, "high": 1.0, "median": 0.5,
                "v": "AAD//w==", "start": 0.0, "step": 1.0}],
}  # fmt: skip
STRIP = PlayerStrip("media/a-strip.jpg", 12, 80, 45)


def test_a_strip_is_a_picture_with_a_text() -> None:
    """Without scripts the film strip is an image that says what it shows and takes no room before it is there."""
    (image,) = read(replace(CLIP, strip=STRIP)).all("img")
    assert image == {
        "class": "kit-strip", "src": "media/a-strip.jpg", "alt": "12 pictures of clip A from start to end",
        "width": "960", "height": "45", "data-frames": "12", "loading": "lazy",
    }  # fmt: skip
    with pytest.raises(BadParameter, match="has the address"):
        read(replace(CLIP, strip=replace(STRIP, src="javascript:x")))
    with pytest.raises(BadParameter, match="0 frames"):
        read(replace(CLIP, strip=replace(STRIP, frames=0)))


def test_measurements_stand_in_the_figure_as_data() -> None:
    """Marks and curves are JSON in a script element that no label can leave; nobody measured, no element."""
    text = str(markup([replace(CLIP, data=MEASURED), CLIP], label=""))
    page = read(replace(CLIP, data=MEASURED), CLIP)
    assert [a["class"] for a in page.all("script")] == ["kit-player-data"]
    assert page.all("img") == []
    found = re.search(r'<script type="application/json" class="kit-player-data">(.*?)</script>', text)
    assert found
    data = json.loads(found[1])
    assert data["metrics"][EVIL]["label"] == EVIL
    assert [len(clip["marks"]) for clip in data["clips"]] == [1, 0]
    assert read(CLIP, CLIP).all("script") == []


def test_a_source_that_comes_later() -> None:
    """A clip whose address a script brings has none, and says so; a proxy is offered only where somebody makes one."""
    page = read(replace(CLIP, src=None))
    assert "src" not in page.all("video")[0]
    assert page.all("video")[0]["data-src"] == "later"
    assert "data-src" not in read(CLIP).all("video")[0]
    assert "data-proxy" not in page.all("figure")[0]
    assert read(CLIP, offer_proxy=True).all("figure")[0]["data-proxy"] == "offer"


def test_blind_tells_nothing_but_the_pictures() -> None:
    """For raters: letters for names, and no fact, note, badge, download, sound, strip or measurement."""
    told = replace(
        CLIP, name="secret-model", src="m/1", poster="m/2", codec="secretcodec", has_audio=True, sandbox=True, proxy=True,
        note="secret note", download="m/secret.mp4", strip=replace(STRIP, src="m/secret.jpg"), mime="video/mp4",
        data=clip_data([]),
    )  # fmt: skip
    text = str(markup([told, replace(told, name="secret-other")], label="A prompt", blind=True))
    for word in ("secret", "sandbox", "proxy", "fps", "1280 ×", "download", "script", "strip", "kit-facts"):  # noqa: RUF001
        assert word not in text.replace("data-fps", "")
    page = read(told, told, blind=True)
    boxes = [a for a in page.all("div") if a.get("class") == "kit-clip"]
    assert [box["data-name"] for box in boxes] == ["A", "B"]
    assert {box["data-audio"] for box in boxes} == {"false"}
    assert [video["aria-label"] for video in page.all("video")] == ["Clip A", "Clip B"]
    assert page.all("figure")[0]["data-blind"] == "true"
    assert page.text == "A promptAB"


def test_blind_keeps_what_the_player_needs() -> None:
    """Shape, rate and length stay, or the clips could not be laid out and stepped before they are loaded."""
    box = next(a for a in read(CLIP, blind=True).all("div") if a.get("class") == "kit-clip")
    assert (box["data-width"], box["data-height"], box["data-fps"], box["data-frames"]) == (
        "1280",
        "720",
        "24",
        "121",
    )


def test_sound_has_a_place_for_captions() -> None:
    """A clip with sound has its captions, or a track that says there are none; a silent or a blind one has no track."""
    assert read(CLIP).all("track") == []
    heard = replace(CLIP, has_audio=True)
    (none,) = read(heard).all("track")
    assert (none["kind"], str(none["src"])[:14]) == ("captions", "data:text/vtt,")
    assert "no%20captions%20were%20given" in str(none["src"])
    (given,) = read(replace(heard, captions="media/a.vtt")).all("track")
    assert given["src"] == "media/a.vtt"
    assert read(heard, blind=True).all("track") == []
    with pytest.raises(BadParameter, match="javascript"):
        read(replace(heard, captions="javascript:alert(1)"))


def test_posters_of_many_players_are_pictures_that_wait() -> None:
    """With `lazy` a poster is a picture of its own, which loads as it comes near, and the video has none."""
    page = read(CLIP, lazy=True)
    (poster,) = [a for a in page.all("img") if a.get("class") == "kit-poster"]
    assert (poster["src"], poster["loading"], poster["alt"]) == ("media/a.jpg", "lazy", "")
    assert "poster" not in page.all("video")[0]
    assert read(replace(CLIP, poster=None), lazy=True).all("img") == []
