import csv
import io
import itertools
import shutil
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from kit.decode import frames, probe
from kit.errors import ClipUnreadable
from kit.pixels import Shrink
from kit.posters import poster


def write(
    path: Path,
    *,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    size: tuple[int, int] = (64, 48),
    fps: int = 24,
    count: int = 12,
    at: list[int] | None = None,
    rotate: int = 0,
    container_options: dict[str, str] | None = None,
    form: str | None = None,
    comment: str | None = None,
    audio: bool = False,
    black: int = 0,
    options: dict[str, str] | None = None,
) -> Path:
    """A clip with a picture that is bright on the left and dark on the right and moves a little."""
    width, height = size
    ramp = np.linspace(230, 20, width)[None, :, None] * np.ones((height, 1, 3))
    with av.open(str(path), "w", format=form, container_options=container_options or {}) as container:
        if comment:
            container.metadata["comment"] = comment
        stream = container.add_stream(codec, rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        stream.options = options or {}
        if rotate:
            stream.set_display_rotation(rotate)
        if at is not None:
            stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        sound = container.add_stream("aac", rate=48000) if audio else None
        for index in range(count):
            picture = np.roll(ramp, index, axis=0).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(picture if index >= black else np.zeros_like(picture), "rgb24")
            frame.pts = index if at is None else at[index]
            frame.time_base = Fraction(1, fps) if at is None else Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if sound is not None:
            tone = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.float32), "fltp", "mono")
            tone.sample_rate = 48000
            container.mux(sound.encode(tone))
            container.mux(sound.encode())
    return path


def test_facts_of_a_usual_clip(tmp_path):
    """Every fact of an H.264 MP4 is what it was made with."""
    facts = probe(write(tmp_path / "a.mp4", audio=True, comment="kit-sandbox model=sandbox-quick"))
    assert (facts.container, facts.codec, facts.pix_fmt, facts.suffix) == ("mp4", "h264", "yuv420p", ".mp4")
    assert (facts.width, facts.height, facts.rotation, facts.sample_aspect) == (64, 48, 0, 1.0)
    assert (facts.frames, facts.expected_frames, facts.fps, facts.variable_rate) == (12, 12, 24.0, False)
    assert facts.seconds == pytest.approx(0.5, abs=0.001)
    assert facts.bit_rate == pytest.approx((tmp_path / "a.mp4").stat().st_size * 8 / 0.5, rel=0.01)
    assert facts.has_audio
    assert facts.sandbox
    assert facts.browser_plays


@pytest.mark.parametrize(
    ("name", "codec", "form", "pix_fmt", "expected"),
    [
        ("a.webm", "libvpx-vp9", None, "yuv420p", ("webm", "vp9", ".webm", True)),
        ("a.webm", "libvpx", None, "yuv420p", ("webm", "vp8", ".webm", True)),
        ("a.mp4", "libvpx-vp9", "webm", "yuv420p", ("webm", "vp9", ".webm", True)),
        ("a.mkv", "libx264", None, "yuv420p", ("matroska", "h264", ".mkv", True)),
        ("a.mov", "libx264", None, "yuv420p", ("mov", "h264", ".mov", True)),
        ("a.mp4", "mpeg4", None, "yuv420p", ("mp4", "mpeg4", ".mp4", False)),
        ("a.mp4", "libx265", None, "yuv420p", ("mp4", "hevc", ".mp4", False)),
        ("a.avi", "mpeg4", None, "yuv420p", ("avi", "mpeg4", ".avi", False)),
        ("a.gif", "gif", None, "rgb8", ("gif", "gif", ".gif", False)),
        ("a.mp4", "libx264", None, "yuv420p10le", ("mp4", "h264", ".mp4", False)),
    ],
)
def test_container_and_codec_by_the_bytes(tmp_path, name, codec, form, pix_fmt, expected):
    """The real container counts, not the name; codecs that browsers don't play are marked, and all decode."""
    options = {"log-level": "none", "x265-params": "log-level=none"} if codec == "libx265" else {}
    path = write(tmp_path / name, codec=codec, form=form, pix_fmt=pix_fmt, options=options)
    facts = probe(path)
    assert (facts.container, facts.codec, facts.suffix, facts.browser_plays) == expected
    assert facts.frames == 12
    shown = list(frames(path))
    assert len(shown) == 12
    assert shown[0].luma.dtype == np.uint8
    assert shown[0].luma.shape == shown[0].gray.shape == (48, 64)
    # Bright on the left, dark on the right: the values survive every pixel format.
    # (A GIF of eight levels of red and green and four of blue keeps them roughly.)
    loss = 30 if codec == "gif" else 12
    assert int(shown[0].gray[24, 8]) == pytest.approx(204, abs=loss)
    assert int(shown[0].gray[24, 56]) == pytest.approx(43, abs=loss)


def test_a_container_without_a_duration(tmp_path):
    """A WebM written as a stream states no duration: it is told from the frames' times."""
    path = write(tmp_path / "a.webm", codec="libvpx-vp9", container_options={"live": "1"})
    with av.open(str(path)) as container:
        assert container.duration is None
    facts = probe(path)
    assert facts.seconds == pytest.approx(0.5, abs=0.01)
    assert facts.fps == pytest.approx(24, rel=0.02)


@pytest.mark.parametrize(("turn", "clockwise"), [(-90, 90), (90, 270), (180, 180)])
def test_a_rotation_is_applied(tmp_path, turn, clockwise):
    """A clip with a display matrix is turned as a player does: the bright left goes where it belongs."""
    path = write(tmp_path / "a.mp4", rotate=turn)
    facts = probe(path)
    assert facts.rotation == clockwise
    assert (facts.width, facts.height) == ((64, 48) if turn == 180 else (48, 64))
    frame = next(iter(frames(path, rgb=True)))
    assert frame.luma.shape == frame.gray.shape == frame.rgb.shape[:2] == (facts.height, facts.width)
    gray = frame.gray.astype(int)
    edges = {"top": gray[:5], "bottom": gray[-5:], "left": gray[:, :5], "right": gray[:, -5:]}
    brightest = max(edges, key=lambda edge: edges[edge].mean())
    assert brightest == {90: "top", 270: "bottom", 180: "right"}[clockwise]


@pytest.mark.parametrize("size", [(65, 47), (47, 65), (1, 1), (641, 3)])
def test_odd_and_upright_sizes(tmp_path, size):
    """Odd, upright, tiny and thin pictures keep their size, and the small picture fits into 320."""
    path = write(tmp_path / "a.mkv", codec="ffv1", pix_fmt="gray", size=size)
    facts = probe(path)
    assert (facts.width, facts.height) == size
    frame = next(iter(frames(path)))
    assert frame.luma.shape == (size[1], size[0])
    assert max(frame.gray.shape) == min(320, max(size))


def test_gray_is_the_area_mean(tmp_path):
    """Shrinking 640 pixels to 320 averages two by two: columns of 40 and 60 give 50."""
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "gray"
        picture = np.tile(np.array([40, 60], np.uint8), (360, 320))
        container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "gray")))
        container.mux(stream.encode())
    frame = next(iter(frames(path)))
    assert frame.gray.shape == (180, 320)
    assert np.unique(frame.gray).tolist() == [50]
    assert np.unique(frame.luma).tolist() == [40, 60]
    assert frame.full_range


@pytest.mark.parametrize(
    ("pix_fmt", "code", "full"), [("yuv420p", 81, False), ("yuv420p10le", 324, False), ("yuv420p", 81, True)]
)
def test_luma_codes_are_kept_and_gray_is_stretched(tmp_path, pix_fmt, code, full):
    """Limited range 81 of 16..235 is gray 76 of 0..255; full range stays; 10 bits are cut to 8."""
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pix_fmt
        frame = av.VideoFrame(64, 48, pix_fmt)
        stream.codec_context.color_range = frame.color_range = 2 if full else 1
        kind = np.uint16 if "10" in pix_fmt else np.uint8
        for plane in frame.planes:
            np.frombuffer(memoryview(plane), kind)[:] = code
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    shown = next(iter(frames(path)))
    assert np.unique(shown.luma).tolist() == [81]
    assert shown.full_range == full
    assert shown.gray.astype(int) == pytest.approx(np.full((48, 64), 81 if full else 76), abs=1)


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv422p", "yuv444p", "nv12"])
def test_gray_of_a_small_picture_is_what_the_scaler_makes(pix_fmt):
    """All 256 codes become the gray that FFmpeg's scaler makes of them, though a small picture doesn't go through it."""
    picture = av.VideoFrame(256, 16, pix_fmt)
    for plane in picture.planes:
        plane.update(np.full(plane.buffer_size, 128, np.uint8).tobytes())
    bright = picture.planes[0]
    rows = np.zeros((16, bright.line_size), np.uint8)
    rows[:, :256] = np.arange(256)
    bright.update(rows.tobytes())
    graph = av.filter.Graph()
    chain = [
        graph.add_buffer(width=256, height=16, format=picture.format, time_base=Fraction(1, 24)),
        graph.add(
            "scale", "256:16:flags=area+accurate_rnd+bitexact:in_color_matrix=bt601:out_color_matrix=bt601"
        ),
        graph.add("format", "gray"),
        graph.add("buffersink"),
    ]
    for one, following in itertools.pairwise(chain):
        one.link_to(following)
    graph.configure()
    stream = av.open(io.BytesIO(), "w", format="mp4").add_stream("mpeg4", rate=24)
    small = Shrink("gray", 320)(picture, stream)
    graph.push(picture)
    scaled = graph.pull().to_ndarray()
    assert np.array_equal(small, scaled)
    assert [int(small[0, code]) for code in (0, 16, 235, 255)] == [0, 0, 255, 255]


@pytest.mark.parametrize(
    ("codec", "pix_fmt", "full"),
    [
        ("rawvideo", "nv12", False),
        ("rawvideo", "yuyv422", True),
        ("ffv1", "yuva420p", False),
        ("ffv1", "bgr0", True),
        ("ffv1", "gray16le", True),
        ("ffv1", "ya8", True),
        ("prores_ks", "yuv422p10le", False),
    ],
)
def test_the_same_picture_in_any_pixel_format(tmp_path, codec, pix_fmt, full):
    """Planar, packed, with alpha, 16 bit or RGB: the brightness is that of the picture that was written."""
    frame = next(iter(frames(write(tmp_path / "a.mkv", codec=codec, pix_fmt=pix_fmt))))
    assert frame.full_range == full
    shown = frame.luma.astype(float)
    shown = shown if full else (shown - 16) * 255 / 219
    assert shown[24] == pytest.approx(np.linspace(230, 20, 64), abs=5)
    assert frame.gray[24].astype(float) == pytest.approx(np.linspace(230, 20, 64), abs=5)


def test_uneven_times(tmp_path):
    """A variable frame rate is said so, and the frames carry their own times, from zero."""
    at = [500, 540, 700, 740, 1000, 1100]
    path = write(tmp_path / "a.mkv", codec="ffv1", pix_fmt="yuv420p", count=6, at=at)
    facts = probe(path)
    assert facts.variable_rate
    assert facts.fps == pytest.approx(5 / 0.6, rel=1e-3)
    assert [frame.seconds for frame in frames(path)] == pytest.approx(
        [0, 0.04, 0.2, 0.24, 0.5, 0.6], abs=1e-6
    )


def test_one_frame_is_a_clip(tmp_path):
    """A clip of one frame has facts, a frame and a poster."""
    path = write(tmp_path / "a.mp4", count=1)
    facts = probe(path)
    assert (facts.frames, facts.fps) == (1, 24.0)
    assert len(list(frames(path))) == 1
    assert poster(path).startswith(b"\xff\xd8")


def test_a_clip_that_was_cut_off(tmp_path):
    """Of a faststart MP4 without its second half, the facts say how many frames there should be."""
    options = {"movflags": "faststart"}
    path = write(tmp_path / "a.mp4", count=120, container_options=options, options={"g": "12"})
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 3 // 4])
    facts = probe(path)
    assert facts.expected_frames == 120
    reader = frames(path)
    shown = list(reader)
    assert 10 < len(shown) < 120
    assert reader.decoded == len(shown)


def refuse(path: Path) -> str:
    with pytest.raises(ClipUnreadable) as caught:
        probe(path)
    text = str(caught.value)
    assert path.name in text
    assert str(path.parent) not in text
    return text


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (b"", "empty"),
        (b"hello, this is text\n" * 50, "can't be opened as a video"),
        (b"<!DOCTYPE html><html><body>expired</body></html>", "web page"),
        (b'{"error": "not found"}', "JSON"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nother.ts\n", "playlist"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG"),
        (bytes(5000), "can't be opened as a video"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(200), "can't be opened as a video"),
    ],
)
def test_what_is_no_video_is_refused_by_what_it_looks_like(tmp_path, content, seen):
    """The refusal names the file without its folder, and says what was found."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    assert seen in refuse(path)


def test_text_with_a_name_of_text_is_refused(tmp_path):
    """FFmpeg would draw a .txt file as a terminal's screen."""
    path = tmp_path / "notes.txt"
    path.write_text("a line of text\n" * 200)
    refuse(path)


def test_a_folder_and_a_missing_file_are_refused(tmp_path):
    """A folder is called a folder, a missing file missing."""
    (tmp_path / "clips.mp4").mkdir()
    assert "folder" in refuse(tmp_path / "clips.mp4")
    assert "not there" in refuse(tmp_path / "none.mp4")


def test_sound_without_pictures_is_refused(tmp_path):
    """An MP4 with only a sound track."""
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        sound = container.add_stream("aac", rate=48000)
        tone = av.AudioFrame.from_ndarray(np.zeros((1, 48000), np.float32), "fltp", "mono")
        tone.sample_rate = 48000
        container.mux(sound.encode(tone))
        container.mux(sound.encode())
    assert "sound but no video" in refuse(path)


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4", "a.avi"])
def test_no_frame_at_all_is_refused(tmp_path, name):
    """A container whose video stream holds no frame."""
    path = tmp_path / name
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()
    assert any(
        words in refuse(path) for words in ("without a frame", "before its first frame", "holds no video")
    )


def test_undecodable_frames_are_refused(tmp_path):
    """An MP4 whose coded pictures were overwritten: opened, counted, but not one frame decoded."""
    path = write(tmp_path / "a.mp4")
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4
    data[start:end] = bytes(end - start)
    path.write_bytes(bytes(data))
    assert "none of its 12 frames can be decoded" in refuse(path)


def test_a_poster_passes_over_black(tmp_path):
    """The poster of a clip with a black second in front shows the picture, in the size asked for."""
    data = poster(write(tmp_path / "a.mp4", size=(640, 360), count=48, black=24), long_edge=320)
    (tmp_path / "p.jpg").write_bytes(data)
    with av.open(str(tmp_path / "p.jpg")) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="gray")
    assert picture.shape == (180, 320)
    assert int(picture[90, 20]) == pytest.approx(217, abs=12)
    assert len(data) < 150_000


def test_a_black_clip_has_a_black_poster(tmp_path):
    """Where there is nothing but black, black is shown."""
    assert poster(write(tmp_path / "a.mp4", black=12)).startswith(b"\xff\xd8")


def test_a_poster_of_noise_stays_small(tmp_path):
    """The busiest picture there is still makes a bounded file."""
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "gray"
        noise = np.random.default_rng(0).integers(0, 256, (720, 1280), dtype=np.uint8)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(noise, "gray")))
        container.mux(stream.encode())
    assert len(poster(path)) < 200_000


def test_the_name_is_never_a_url_or_an_option(tmp_path, monkeypatch):
    """A file called like a protocol is opened as the file it is."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.mp4")
    shutil.copy("a.mp4", "concat:b.mp4")
    assert probe("concat:b.mp4").frames == 12


@pytest.mark.clips
def test_real_clips_agree_with_what_is_known_of_them(clips_dir):
    """Codec, size, rate, frames, length and sound of every real clip are those in the list beside it."""
    lists = sorted(clips_dir.glob("*/probe.csv"))
    rows = [(file.parent, row) for file in lists for row in csv.DictReader(file.read_text().splitlines())]
    assert rows
    for folder, row in rows:
        facts = probe(folder / row["file"])
        assert facts.codec == row["codec"]
        assert facts.pix_fmt == row["pix_fmt"]
        assert (facts.width, facts.height) == (int(row["width"]), int(row["height"]))
        assert facts.fps == pytest.approx(float(row["fps"]), abs=0.002)
        assert facts.frames == facts.expected_frames == int(row["frames"])
        assert facts.seconds == pytest.approx(float(row["duration"]), abs=0.002)
        assert facts.has_audio == bool(row["audio"])
        assert facts.browser_plays
