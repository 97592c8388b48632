"""Film strips: the right moments, few bytes, whatever the clip's shape."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from kit.errors import ClipUnreadable
from kit.filmstrip import HEIGHT, MOST_BYTES, FilmStrip, film_strip


def pictures(strip: FilmStrip) -> NDArray[np.uint8]:
    """The strip's pictures, (n, h, w, 3)."""
    import io

    with av.open(io.BytesIO(strip.jpeg), format="jpeg_pipe") as container:
        whole = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert whole.shape == (strip.height, strip.frames * strip.width, 3)
    return np.stack(np.split(whole, strip.frames, axis=1))


def ramp(path: Path, *, frames: int, fps: int = 20, size: tuple[int, int] = (160, 90)) -> Path:
    """A clip that is brighter with every frame: its brightness tells the time."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.options = {"crf": "12", "threads": "1"}
        for i in range(frames):
            picture = np.full((size[1], size[0], 3), 20 + 200 * i // frames, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("size", [(160, 90), (90, 160), (320, 60), (64, 64)])
def test_pictures_are_evenly_spaced_in_time(tmp_path: Path, size: tuple[int, int]) -> None:
    """Picture i of n shows the clip at (i + 0.5) / n of its length."""
    strip = film_strip(ramp(tmp_path / "ramp.mp4", frames=100, size=size))
    levels = pictures(strip).mean(axis=(1, 2, 3))
    wanted = [20 + 200 * int((i + 0.5) / strip.frames * 100) // 100 for i in range(strip.frames)]
    assert np.abs(levels - wanted).max() < 6  # colour conversion and compression
    assert strip.height == HEIGHT
    assert strip.width % 2 == 0


def test_shape_is_kept_and_wide_clips_take_fewer_pictures(tmp_path: Path) -> None:
    """Upright clips give more and narrower pictures than wide ones, together about equally wide."""
    wide = film_strip(ramp(tmp_path / "wide.mp4", frames=40, size=(160, 90)))
    tall = film_strip(ramp(tmp_path / "tall.mp4", frames=40, size=(90, 160)))
    assert wide.width / wide.height == pytest.approx(16 / 9, rel=0.05)
    assert tall.width / tall.height == pytest.approx(9 / 16, rel=0.05)
    assert wide.frames < tall.frames
    assert 0.6 < wide.frames * wide.width / (tall.frames * tall.width) < 1.6


def test_fewer_frames_than_pictures(tmp_path: Path) -> None:
    """A clip of one or three frames fills its strip with them, in order."""
    for count in (1, 3):
        strip = film_strip(ramp(tmp_path / f"{count}.mp4", frames=count, fps=3))
        levels = pictures(strip).mean(axis=(1, 2, 3))
        assert levels.min() > 15
        assert (np.diff(levels) > -3).all()


def test_equal_clips_give_equal_bytes(tmp_path: Path) -> None:
    """Strips are part of pages that are compared byte for byte."""
    path = ramp(tmp_path / "ramp.mp4", frames=30)
    assert film_strip(path) == film_strip(path)


def test_the_busiest_picture_stays_small(tmp_path: Path, make_clip: Callable[..., Path]) -> None:
    """Noise, which no JPEG likes, still fits the budget."""
    random = np.random.default_rng(1)
    path = tmp_path / "noise.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        stream.options = {"crf": "5", "threads": "1"}
        for _ in range(24):
            picture = random.integers(0, 255, (90, 160, 3), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    assert len(film_strip(path).jpeg) <= MOST_BYTES
    assert len(film_strip(make_clip(tmp_path / "usual.mp4")).jpeg) <= MOST_BYTES


def test_a_cut_off_clip_is_black_where_nothing_is_known(
    tmp_path: Path, make_clip: Callable[..., Path]
) -> None:
    """What a cut-off file lacks is not made up."""
    whole = make_clip(tmp_path / "whole.mp4", frames=120, width=160, height=96)
    data = whole.read_bytes()
    # The index stands at the end of this file: moved to the front, a cut leaves a clip that promises more than it has.
    front = tmp_path / "front.mp4"
    with (
        av.open(str(whole)) as source,
        av.open(str(front), "w", format="mp4", options={"movflags": "faststart"}) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.size:
                packet.stream = stream
                target.mux(packet)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(front.read_bytes()[: len(data) // 2])
    levels = pictures(film_strip(cut)).mean(axis=(1, 2, 3))
    assert levels[0] > 40
    assert levels[-1] < 8
    assert film_strip(whole).frames == len(levels)


def test_what_is_no_clip_is_refused(tmp_path: Path) -> None:
    """A file without pictures says so."""
    path = tmp_path / "text.mp4"
    path.write_text("no clip")
    with pytest.raises(ClipUnreadable, match=r"text\.mp4"):
        film_strip(path)


def test_real_clips(clips_dir: Path) -> None:
    """Clips of many makers give strips in the budget, with pictures in them that differ from one another."""
    paths = sorted(p for p in clips_dir.rglob("*") if p.suffix in {".mp4", ".webm"})
    assert len(paths) > 10
    for path in paths:
        strip = film_strip(path)
        assert len(strip.jpeg) <= MOST_BYTES, path.name
        assert 8 <= strip.frames <= 32
        assert pictures(strip).std() > 5, path.name
