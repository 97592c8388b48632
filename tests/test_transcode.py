"""Copies of clips, made from real bytes: their size, frames, times and sound, and that nothing else is in them."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from kit.decode import frames, probe
from kit.errors import ClipUnreadable
from kit.transcode import degraded_copy, make_proxy, strip_copy

REMARK = "made-by-a-secret-model"


@contextmanager
def usual_priority() -> Iterator[None]:
    """Takes back what SVT-AV1 does to its caller: where it may, it makes that thread a real-time one for ever.

    As root it may. The test run's process, and every browser it starts later, then push all else off the processor.
    """
    get = getattr(os, "sched_getscheduler", None)  # Linux only, like the encoder's call
    before = get(0) if get else None
    try:
        yield
    finally:
        if get and get(0) != before:
            os.sched_setscheduler(0, before, os.sched_param(0))


def film(
    path: Path,
    *,
    codec: str = "libx264",
    size: tuple[int, int] = (320, 180),
    fps: int = 12,
    count: int = 24,
    pix_fmt: str = "yuv420p",
    sound: str | None = None,
    format_: str | None = None,
    times: list[int] | None = None,
    key_frames: int = 250,
) -> Path:
    """A clip of drifting noise with a telling comment; `times` in milliseconds makes the rate vary."""
    width, height = size
    base = np.random.default_rng(7).integers(0, 255, (height, width, 3), dtype=np.uint8)
    with usual_priority(), av.open(str(path), "w", format=format_) as box:
        box.metadata["comment"] = REMARK
        box.metadata["title"] = REMARK
        stream = box.add_stream(codec, rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        stream.codec_context.gop_size = key_frames
        if times is not None:
            stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        tone = box.add_stream(sound, rate=48_000, layout="mono") if sound else None
        for i in range(count):
            frame = av.VideoFrame.from_ndarray(np.roll(base, 3 * i, axis=1), format="rgb24")
            if times is not None:
                frame.pts, frame.time_base = times[i], Fraction(1, 1000)
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
        if tone is not None:
            wave = 0.2 * np.sin(np.arange(48_000 * count // fps) * 2 * np.pi * 440 / 48_000)
            step = tone.codec_context.frame_size or 960
            for start in range(0, len(wave) - step, step):
                block = wave[None, start : start + step].astype(np.float32)
                heard = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
                heard.sample_rate, heard.pts = 48_000, start
                box.mux(tone.encode(heard))
            box.mux(tone.encode(None))
    return path


def times_of(path: Path) -> list[float]:
    return [round(frame.seconds, 3) for frame in frames(path)]


def picture(path: Path, index: int = 5) -> np.ndarray:
    return next(f.gray.astype(float) for f in frames(path) if f.index == index)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1280, 720), (854, 480)),
        ((720, 1280), (480, 854)),
        ((320, 180), (320, 180)),
        ((322, 182), (322, 182)),
    ],
)
def test_a_proxy_fits_its_edge_and_is_never_larger(tmp_path: Path, size: tuple, expected: tuple) -> None:
    """The longer edge is cut to 854 pixels, small clips keep their size, and every frame is there at its time."""
    source, out = film(tmp_path / "a.mp4", size=size), tmp_path / "p.mp4"
    make_proxy(source, out)
    facts = probe(out)
    assert (facts.width, facts.height) == expected
    assert (facts.codec, facts.pix_fmt, facts.container, facts.browser_plays) == (
        "h264",
        "yuv420p",
        "mp4",
        True,
    )
    assert times_of(out) == times_of(source)
    assert facts.seconds == pytest.approx(2.0, abs=0.01)


def test_a_proxy_shows_the_same_pictures(tmp_path: Path) -> None:
    """A picture of the proxy is the source's picture at that time, not a neighbour's."""
    source, out = film(tmp_path / "a.mp4"), tmp_path / "p.mp4"
    make_proxy(source, out, crf=18)
    same = np.abs(picture(source) - picture(out)).mean()
    other = np.abs(picture(source, 6) - picture(out)).mean()
    assert same < 0.2 * other


def test_a_proxy_has_its_index_in_front(tmp_path: Path) -> None:
    """A browser can start before the whole file has come."""
    out = tmp_path / "p.mp4"
    make_proxy(film(tmp_path / "a.mp4"), out)
    data = out.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_uneven_times_are_kept(tmp_path: Path) -> None:
    """A clip whose frames lie at uneven distances keeps them, counted from the first frame."""
    times = [500, 540, 700, 710, 1000, 1400, 1450, 2000]
    source = film(tmp_path / "a.mkv", count=8, times=times, format_="matroska")
    for make in (make_proxy, degraded_copy, strip_copy):
        make(source, tmp_path / "out")
        assert times_of(tmp_path / "out") == [(t - 500) / 1000 for t in times], make.__name__


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [("a.avi", "mpeg4", "yuv420p"), ("a.mp4", "libx265", "yuv420p"), ("a.mov", "prores", "yuv422p10le")],
)
def test_what_no_browser_plays_becomes_h264(tmp_path: Path, name: str, codec: str, pix_fmt: str) -> None:
    """MPEG-4 part 2, HEVC and ProRes come out as H.264 with as many frames, whichever copy is made."""
    source = film(tmp_path / name, codec=codec, pix_fmt=pix_fmt)
    for make in (make_proxy, strip_copy, degraded_copy):
        make(source, tmp_path / "out")
        facts = probe(tmp_path / "out")
        assert (facts.codec, facts.browser_plays, facts.frames) == ("h264", True, 24), make.__name__
        assert (facts.width, facts.height) == (320, 180)


@pytest.mark.parametrize("sound", ["aac", "libopus"])
def test_sound_stays_in_a_proxy_and_goes_from_blind_copies(tmp_path: Path, sound: str) -> None:
    """A proxy has AAC sound of the same length; the rating copies have none, nor has a proxy that is asked for none."""
    source, out = film(tmp_path / "a.mkv", sound=sound, format_="matroska"), tmp_path / "out"
    make_proxy(source, out)
    with av.open(str(out)) as box:
        track = box.streams.audio[0]
        assert track.codec_context.name == "aac"
        samples = sum(frame.samples for frame in box.decode(track))
    assert samples / 48_000 == pytest.approx(2.0, abs=0.08)
    for silent in (lambda: make_proxy(source, out, audio=False), lambda: strip_copy(source, out), lambda: degraded_copy(source, out)):  # fmt: skip
        silent()
        assert not probe(out).has_audio


@pytest.mark.parametrize(
    ("name", "codec", "suffix", "kept"),
    [
        ("a.mp4", "libx264", ".mp4", "h264"),
        ("a.mkv", "libx264", ".mp4", "h264"),
        ("a.webm", "libvpx-vp9", ".mp4", "vp9"),
        ("a.webm", "libvpx", ".webm", "vp8"),
        ("a.mp4", "libsvtav1", ".mp4", "av1"),
        ("a.avi", "mpeg4", ".mp4", "h264"),
    ],
)
def test_a_stripped_copy_tells_nothing_of_its_maker(
    tmp_path: Path, name: str, codec: str, suffix: str, kept: str
) -> None:
    """Neither the comment nor the encoder's own words are in the bytes; pictures and times are as they were."""
    source, out = film(tmp_path / name, codec=codec), tmp_path / "blind"
    before = source.read_bytes()
    assert REMARK.encode() in before
    assert strip_copy(source, out) == suffix
    data = out.read_bytes()
    # Matroska has to name its muxer; without a version that is one word, the same in every copy.
    for word in (REMARK.encode(), rb"x264", rb"Lav[fc]\d", rb"libvpx", rb"SVT"):
        assert re.search(word, data) is None, word
    facts = probe(out)
    assert (facts.codec, facts.frames, facts.width, facts.height) == (kept, 24, 320, 180)
    assert times_of(out) == pytest.approx(times_of(source), abs=0.0011)
    if kept in codec or codec == "libx264":
        assert (picture(out) == picture(source)).all()


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="real-time scheduling is Linux's here")
def test_encoding_av1_leaves_the_test_run_at_its_priority(tmp_path: Path) -> None:
    """After a clip in AV1 this process is scheduled as before: a real-time one starves the browsers of later tests."""
    before = os.sched_getscheduler(0)
    film(tmp_path / "a.mp4", codec="libsvtav1")
    assert os.sched_getscheduler(0) == before == os.SCHED_OTHER


def test_a_stripped_copy_keeps_the_length_of_the_last_frame(tmp_path: Path) -> None:
    """WebM does not store how long its last frame is shown; the copy lasts as long as its frames say."""
    source, out = film(tmp_path / "a.webm", codec="libvpx-vp9", fps=8, count=16), tmp_path / "blind"
    strip_copy(source, out)
    assert probe(out).seconds == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_clip_stays_turned(tmp_path: Path, turn: int) -> None:
    """A proxy has the turn in its pixels; a stripped copy shows the same size as the source does."""
    source = film(tmp_path / "a.mp4", size=(320, 180))
    turned = rotate(source, tmp_path / "turned.mp4", turn)
    facts = probe(turned)
    assert facts.rotation == turn
    for make in (make_proxy, strip_copy):
        make(turned, tmp_path / "out")
        copy = probe(tmp_path / "out")
        assert (copy.width, copy.height) == (facts.width, facts.height)
        assert np.abs(picture(turned) - picture(tmp_path / "out")).mean() < 12, make.__name__


def rotate(source: Path, out: Path, turn: int) -> Path:
    """Writes the turn into the track header of an MP4 (ISO/IEC 14496-12, 8.3.2), whose matrix FFmpeg leaves plain."""
    data = bytearray(source.read_bytes())
    one, plain = 0x00010000, [0x00010000, 0, 0, 0, 0x00010000, 0, 0, 0, 0x40000000]
    rows = {90: (0, one, -one, 0), 180: (-one, 0, 0, -one), 270: (0, -one, one, 0)}[turn]
    old = b"".join(n.to_bytes(4, "big", signed=True) for n in plain)
    a, b, c, d = rows
    new = b"".join(n.to_bytes(4, "big", signed=True) for n in (a, b, 0, c, d, 0, 0, 0, 0x40000000))
    at = data.index(old, data.index(b"tkhd"))
    data[at : at + 36] = new
    out.write_bytes(data)
    return out


def test_pixels_that_are_not_square_become_square(tmp_path: Path) -> None:
    """A clip stored 180 wide that is shown 240 wide comes out 240 wide."""
    source = tmp_path / "a.mp4"
    with av.open(str(source), "w") as box:
        stream = box.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 180, 180, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(4, 3)
        for i in range(6):
            box.mux(
                stream.encode(
                    av.VideoFrame.from_ndarray(np.full((180, 180, 3), 40 * i, np.uint8), format="rgb24")
                )
            )
        box.mux(stream.encode(None))
    make_proxy(source, tmp_path / "out")
    facts = probe(tmp_path / "out")
    assert (facts.width, facts.height, facts.sample_aspect) == (240, 180, 1.0)


def test_a_degraded_copy_is_clearly_worse(tmp_path: Path) -> None:
    """It is blurred, coarse and halts, at the same size, times and length."""
    source, out = film(tmp_path / "a.mp4", size=(640, 360)), tmp_path / "out"
    assert degraded_copy(source, out) == ".mp4"
    assert times_of(out) == times_of(source)
    facts = probe(out)
    assert (facts.width, facts.height) == (640, 360)

    def sharpness(path: Path) -> float:
        return float(np.abs(np.diff(picture(path), axis=1)).mean())

    def halts(path: Path) -> int:
        seen = [f.gray.astype(float) for f in frames(path)]
        return sum(np.abs(a - b).mean() < 0.5 for a, b in pairwise(seen))

    assert sharpness(out) < 0.5 * sharpness(source)
    assert halts(source) == 0
    assert halts(out) >= 8
    assert out.stat().st_size < 0.1 * source.stat().st_size
    assert REMARK.encode() not in out.read_bytes()


@pytest.mark.parametrize("size", [(480, 720), (854, 472)])
@pytest.mark.parametrize("make", [make_proxy, strip_copy, degraded_copy])
def test_the_same_clip_gives_the_same_bytes(tmp_path: Path, make: Callable, size: tuple) -> None:
    """Also at the sizes at which x264's macroblock tree does not."""
    source = film(tmp_path / "a.mp4", size=size, count=36)
    seen = set()
    for i in range(4):
        make(source, tmp_path / str(i))
        seen.add((tmp_path / str(i)).read_bytes())
    assert len(seen) == 1


@pytest.mark.parametrize("make", [make_proxy, strip_copy, degraded_copy])
def test_a_copy_is_whole_or_not_there(tmp_path: Path, make: Callable) -> None:
    """Something that is no video leaves nothing behind, and what stood there stays."""
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"not a video at all")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "kept").write_bytes(b"before")
    with pytest.raises(ClipUnreadable):
        make(bad, folder / "kept")
    assert [path.name for path in folder.iterdir()] == ["kept"]
    assert (folder / "kept").read_bytes() == b"before"


@pytest.mark.parametrize("make", [make_proxy, strip_copy, degraded_copy])
def test_a_clip_that_is_cut_off_gives_what_there_is(tmp_path: Path, make: Callable) -> None:
    """Of a half-downloaded file the frames that can be decoded are copied."""
    whole = film(tmp_path / "a.ts", key_frames=4, format_="mpegts").read_bytes()
    cut = tmp_path / "cut.ts"
    cut.write_bytes(whole[: len(whole) // 2])
    make(cut, tmp_path / "out")
    assert 4 <= (probe(tmp_path / "out").frames or 0) < 24


@pytest.mark.clips
def test_real_clips_keep_frames_size_and_length(clips_dir: Path, tmp_path: Path) -> None:
    """Every published clip: as many frames, the same size, the same length to a tenth of a second."""
    sources = sorted(p for p in clips_dir.rglob("*") if p.suffix in {".mp4", ".webm"})
    assert len(sources) >= 40
    for source in sources:
        facts = probe(source)
        for make in (make_proxy, strip_copy, degraded_copy):
            make(source, tmp_path / "out")
            copy = probe(tmp_path / "out")
            assert copy.frames == facts.frames, (source.name, make.__name__)
            assert copy.seconds == pytest.approx(facts.seconds, abs=0.1), (source.name, make.__name__)
            if make is not make_proxy:
                assert (copy.width, copy.height) == (facts.width, facts.height), (source.name, make.__name__)
