"""The clips section: film strips, marks and curves in its players, copies of what browsers can't play, and its size."""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from kit.errors import ReportError
from kit.importing import new_clip
from kit.metrics import Measurement
from kit.reporting import Page
from kit.storage.records import NewRequest
from kit.study import Study

STAMP = "2026-11-22T12:00:00.000Z"
NASTY = "</script><img src=x onerror=alert(1)>"


def old_clip(path: Path, *, size: tuple[int, int] = (1280, 720)) -> Path:
    """A clip in MPEG-4 part 2, which no usual browser plays."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=12)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for i in range(12):
            picture = np.full((size[1], size[0], 3), 10 * i + 40, np.uint8)
            picture[:, : 20 * i + 20] = 200
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


def store(study: Study, path: Path, *, prompt: str, model: str, measured: list[Measurement]) -> str:
    """Puts one clip into a study, with what was measured of it."""
    clip = new_clip(path)
    request = NewRequest(
        prompt_id=prompt, prompt="A river", model=model, take=1, provider="import", clip=clip.clip
    )
    study.store_clips([(path, clip)], [request])
    study.add_measurements(clip.clip, measured)
    return clip.clip


def measurements(frames: int, seed: int) -> list[Measurement]:
    """As many curves and marks as the kit's own metrics give, of a clip of so many frames at 24 a second."""
    random = np.random.default_rng(seed)
    names = ("sharpness", "motion_amount", "warping", "flicker_compensated", "stability", "stability_first")
    curves = [
        Measurement(
            name,
            1,
            0.5,
            None,
            "",
            (),
            np.column_stack([np.arange(frames) / 24, random.random(frames)]).astype(np.float32),
        )
        for name in names
    ]
    events = tuple((float(i), i + 0.25) for i in range(4))
    return [*curves, Measurement("freezes", 1, 0.2, None, "", events, None)]


def page_of(study: Study, out: Path, **options: Any) -> Any:
    """A saved page of nothing but its clips."""
    page = Page(study, name="page", draws=100, **options)
    page.clips()
    return page.save(out)


def player_data(html: str) -> list[Any]:
    """The data of each player of a page."""
    found = re.findall(r'<script type="application/json" class="kit-player-data">(.*?)</script>', html)
    return [json.loads(text) for text in found]


@pytest.fixture
def old_study(tmp_path: Path, make_clip: Callable[..., Path]) -> Study:
    """One clip that browsers play, and one that they don't."""
    study = Study(tmp_path / "study", now=lambda: STAMP)
    store(study, make_clip(tmp_path / "new.mp4"), prompt="p", model="alpha", measured=measurements(12, 1))
    store(study, old_clip(tmp_path / "old.mp4"), prompt="p", model="beta", measured=measurements(12, 2))
    return study


def test_strips_marks_and_curves_are_on_the_page(old_study: Study, tmp_path: Path) -> None:
    """Each clip has its strip as a file beside the page, and its measurements in the player's data."""
    files = page_of(old_study, tmp_path / "out")
    html = files.html.read_text("utf-8")
    strips = re.findall(r'<img class="kit-strip" src="([^"]*)"', html)
    assert len(strips) == 2
    for address in strips:
        data = (files.html.parent / address).read_bytes()
        assert data[:2] == b"\xff\xd8"
        assert len(data) <= 25_000
    (data,) = player_data(html)
    assert data["metrics"]["freezes"]["label"] == "Freezes"
    assert [len(clip["marks"]) for clip in data["clips"]] == [4, 4]
    assert [len(clip["curves"]) for clip in data["clips"]] == [6, 6]


def test_the_json_holds_what_the_players_show(old_study: Study, tmp_path: Path) -> None:
    """Marks and curves stand in NAME.json as well: the page shows nothing that the file does not hold."""
    files = page_of(old_study, tmp_path / "out")
    doc = json.loads(files.json.read_text("utf-8"))
    clips = doc["sections"][0]["prompts"][0]["takes"][0]["players"][0]
    (data,) = player_data(files.html.read_text("utf-8"))
    for shown, held in zip(data["clips"], clips, strict=True):
        assert [m["start"] for m in shown["marks"]] == [m["start"] for m in held["over_time"]["marks"]]
        assert [c["v"] for c in shown["curves"]] == [c["v"] for c in held["over_time"]["curves"]]


@pytest.mark.parametrize("assets", ["link", "embed"])
def test_what_browsers_cannot_play_gets_a_copy(old_study: Study, tmp_path: Path, assets: str) -> None:
    """The copy is H.264, marked as one and said to be; the original is still to be had, byte for byte."""
    import base64

    files = page_of(old_study, tmp_path / "out", assets=assets)
    html = files.html.read_text("utf-8")
    boxes = html.split('<div class="kit-clip"')[1:]
    assert len(boxes) == 2
    new, old = (next(b for b in boxes if f'data-name="{name}"' in b) for name in ("alpha", "beta"))
    assert ">proxy<" not in new
    assert ">proxy<" in old
    note = re.search(r'<p class="kit-note">(.*?)</p>', old)
    assert note
    assert "MPEG-4 part 2 of 1280 × 720" in note[1]  # noqa: RUF001
    video, original = re.search(r'<video[^>]* src="([^"]*)"', old), re.search(r'<a href="([^"]*)"', old)
    assert video
    assert original

    def content(address: str) -> bytes:
        if address.startswith("data:"):
            return base64.b64decode(address.split(",")[1])
        return (files.html.parent / address).read_bytes()

    assert content(original[1]) == (tmp_path / "old.mp4").read_bytes()
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(content(video[1]))
    with av.open(str(copy)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 854, 480)
        assert stream.frames == 12


@pytest.mark.parametrize("assets", ["link", "embed"])
def test_the_same_study_gives_the_same_bytes(old_study: Study, tmp_path: Path, assets: str) -> None:
    """Page, data, strips, posters and copies are equal when they are made again."""

    def hashes(out: Path) -> dict[str, str]:
        page_of(old_study, out, assets=assets)
        found = (p for p in sorted(out.rglob("*")) if p.is_file())
        return {str(p.relative_to(out)): hashlib.sha256(p.read_bytes()).hexdigest() for p in found}

    first = hashes(tmp_path / "first")
    assert first == hashes(tmp_path / "second")
    assert len(first) == (2 if assets == "embed" else 9)


def test_copies_count_in_the_budget_of_one_file(old_study: Study, tmp_path: Path) -> None:
    """A page that would fit without the copies, and not with them, is refused before it is written."""
    originals = sum((tmp_path / name).stat().st_size for name in ("new.mp4", "old.mp4")) * 4 / 3
    with pytest.raises(ReportError, match="the budget is"):
        page_of(old_study, tmp_path / "out", assets="embed", max_embed_mb=(originals + 100) / 1e6)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_group_costs_less_than_12_kb(tmp_path: Path, make_clip: Callable[..., Path]) -> None:
    """Without its media a page grows by less than 12 kB a group of two clips, with all measurements of ten seconds."""

    def saved(groups: int) -> str:
        study = Study(tmp_path / f"study{groups}", now=lambda: STAMP)
        for i in range(2 * groups):
            path = make_clip(tmp_path / f"{i}.mp4", seed=i, frames=6)
            store(study, path, prompt=f"p{i // 2}", model=f"m{i % 2}", measured=measurements(240, i))
        return str(page_of(study, tmp_path / f"out{groups}").html.read_text("utf-8"))

    one, eight = saved(1), saved(8)
    parts = {
        "data": sum(len(json.dumps(data)) for data in player_data(eight)) / 8,
        "players": sum(map(len, re.findall(r"<figure.*?</figure>", eight, re.DOTALL))) / 8,
    }
    grown = (len(eight.encode()) - len(one.encode())) / 7
    assert grown < 12_000, f"{grown:.0f} bytes a group, of which {parts}"


def test_names_from_outside_stay_in_the_data(tmp_path: Path, make_clip: Callable[..., Path]) -> None:
    """A metric of another package may be called anything: it stays text inside the player's data."""
    study = Study(tmp_path / "study", now=lambda: STAMP)
    series = np.array([[0, 1], [0.5, 2]], np.float32)
    strange = Measurement(NASTY, 1, 1.0, None, NASTY, ((0.1, 0.2),), series)
    store(study, make_clip(tmp_path / "a.mp4"), prompt="p", model="m", measured=[strange])
    html = page_of(study, tmp_path / "out").html.read_text("utf-8")
    (data,) = player_data(html)
    assert data["metrics"][NASTY]["unit"] == NASTY
    assert "<img src=x" not in html
