"""What the kit reads of a clip at most, and the sentences that say so."""

import pytest

from kit.decode import frames, probe
from kit.errors import ClipUnreadable
from kit.limits import Limits, fair_memory, too_large
from kit.measure import measure_clip
from kit.posters import poster


def test_only_so_many_frames_are_read(tmp_path, make_clip, monkeypatch):
    """Of a clip with more frames than the limit, the first ones are measured and the fault says so."""
    clip = make_clip(tmp_path / "a.mp4", frames=12)
    monkeypatch.setattr("kit.decode.MOST_FRAMES", 8)
    assert probe(clip).frames == 9
    reader = frames(clip)
    assert len(list(reader)) == reader.decoded == 8
    result = measure_clip(clip, ["sharpness"])
    assert len(result.measurements) == 1
    assert result.fault == "only 8 of 12 frames were measured: the kit reads at most 108000 frames of a clip"


def test_a_poster_is_not_sought_for_ever(tmp_path, make_clip, monkeypatch):
    """In a clip whose times hardly move the search ends after a number of frames."""
    clip = make_clip(tmp_path / "a.mp4", frames=30, fps=1000)
    looked_at = []
    monkeypatch.setattr("kit.posters.is_black", lambda gray: looked_at.append(gray) or True)
    monkeypatch.setattr("kit.posters.MOST_POSTER_FRAMES", 10)
    assert poster(clip).startswith(b"\xff\xd8")
    assert len(looked_at) <= 12


def test_too_large_pictures_are_refused(tmp_path, make_clip, monkeypatch):
    """8192 x 4352 pixels are read, in any shape; a clip with more is refused by its size."""
    assert too_large(8192, 4352) is None
    assert too_large(16384, 16) is None
    clip = make_clip(tmp_path / "a.mp4", width=96, height=64)
    monkeypatch.setattr("kit.limits.MOST_PIXELS", 96 * 64 - 1)
    with pytest.raises(
        ClipUnreadable, match="its pictures are 96 x 64, and the kit reads at most 8192 x 4352"
    ):
        probe(clip)


def test_time_grows_with_frames_and_pixels():
    """A minute for any clip, a tenth of a second a frame, three tenths a million pixels of it; an hour at most."""
    limits = Limits()
    assert limits.seconds(0, 1920, 1080) == 60
    assert limits.seconds(100, 0, 0) == pytest.approx(70)
    assert limits.seconds(100, 1000, 1000) == pytest.approx(100)
    assert limits.seconds(108_000, 8192, 4352) == 3600


def test_processes_share_the_memory():
    """More processes have less each, never less than is needed to begin with, and never more than 4 GiB."""
    shares = [fair_memory(processes) for processes in (1, 2, 4, 8, 1000)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] <= 4 << 30
    assert shares[-1] >= 256 << 20
