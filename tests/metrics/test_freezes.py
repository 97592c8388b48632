"""Freezes in compressed clips: found with their times, and told from what moves slowly or is small."""

import numpy as np
import pytest

from kit.calibration.pieces import Picture, Piece, cut_out, write
from kit.measure import measure_clip
from kit.sandbox import render

FPS = 24
CODECS = {
    "libx264": (".mp4", {"preset": "veryfast", "x264-params": "mbtree=0"}, 0),
    # A VP9 quality of 8 more is about as good.
    "libvpx-vp9": (".webm", {"b": "0", "deadline": "realtime", "cpu-used": "8"}, 8),
}
SIZES = [(320, 180), (640, 360)]


@pytest.fixture(scope="module", params=SIZES, ids=["320x180", "640x360"])
def scene(request, tmp_path_factory) -> Piece:
    """A second and a half of a boat at sea while the camera pans, nearly without loss."""
    width, height = request.param
    path = tmp_path_factory.mktemp("scene") / "scene.mp4"
    render("A boat on the sea at sunset, the camera pans left.", model="sandbox-steady", take=5, out=path, seconds=1.5, width=width, height=height, fps=FPS, crf=6)  # fmt: skip
    return cut_out(path, width=width, height=height, seconds=1.5)


@pytest.fixture
def freezes(tmp_path):
    """The freezes of a piece after a codec at a quality, as frames from first to one past the last."""

    def found(piece: Piece, codec: str, crf: int, **options: str) -> list[tuple[int, int]]:
        suffix, usual, worse = CODECS[codec]
        path = write(
            piece,
            tmp_path / f"clip{suffix}",
            codec=codec,
            options=usual | {"crf": str(crf + worse)} | options,
        )
        (freezes,) = measure_clip(path, ["freezes"], threads=1).measurements
        return [(round(a * FPS), round(b * FPS)) for a, b in freezes.events]

    return found


@pytest.mark.parametrize("crf", [18, 23, 28])
@pytest.mark.parametrize("codec", CODECS)
def test_a_compressed_freeze_is_found_with_its_times(scene, freezes, codec, crf):
    """Half a second from frame 8 and a whole one from frame 28: both are found, each end within two frames."""
    p = scene.pictures
    shown = [*p[:8], *[p[8]] * 12, *p[8:16], *[p[16]] * 24, *p[16:24]]
    found = freezes(scene.showing(shown), codec, crf)
    assert len(found) == 2
    for (start, end), (begun, over) in zip(found, [(8, 21), (28, 53)], strict=True):
        assert start == pytest.approx(begun, abs=2)
        assert end == pytest.approx(over, abs=2)


@pytest.mark.parametrize("codec", CODECS)
def test_at_the_coarsest_quality_a_freeze_of_a_second_is_found_late_at_most(scene, freezes, codec):
    """A codec that rebuilds the held picture for a while hides the beginning: up to 0.4 s, as the metric says."""
    p = scene.pictures
    shown = [*p[:8], *[p[8]] * 24, *p[8:24]]
    ((start, end),) = freezes(scene.showing(shown), codec, 34)
    assert 8 <= start <= 8 + 0.4 * FPS
    assert end == pytest.approx(33, abs=2)


@pytest.mark.parametrize("crf", [18, 28])
def test_a_key_frame_does_not_end_a_freeze(scene, freezes, crf):
    """With a key frame every twelve frames a hold of 36 frames is one freeze, though the picture is coded anew in it."""
    p = scene.pictures
    shown = [*p[:8], *[p[8]] * 36, *p[9:17]]
    ((start, end),) = freezes(scene.showing(shown), "libx264", crf, g="12")
    assert start == pytest.approx(8, abs=2)
    # The last frames before a change are coded with a look at what comes.
    assert end == pytest.approx(44, abs=3)


def slid(plane: np.ndarray, by: float) -> np.ndarray:
    """A plane moved to the right by parts of a pixel, without blur: the phase of each of its waves is turned."""
    waves = np.fft.rfft(plane.astype(float), axis=1)
    turned = waves * np.exp(-2j * np.pi * np.fft.rfftfreq(plane.shape[1]) * by)
    return np.clip(np.rint(np.fft.irfft(turned, n=plane.shape[1], axis=1)), 1, 254).astype(np.uint8)


@pytest.mark.parametrize("crf", [18, 23, 28])
@pytest.mark.parametrize("codec", CODECS)
def test_slow_motion_is_no_freeze(scene, freezes, codec, crf):
    """A picture that slides by 0.2 pixels a frame never stands."""
    first = scene.pictures[0]
    steps = [(0.2 * i, 0.1 * i) for i in range(36)]
    shown = [Picture(slid(first.y, a), slid(first.u, b), slid(first.v, b)) for a, b in steps]
    assert freezes(scene.showing(shown), codec, crf) == []


@pytest.mark.parametrize("crf", [18, 28])
@pytest.mark.parametrize("codec", CODECS)
def test_a_small_thing_that_moves_is_no_freeze(scene, freezes, codec, crf):
    """Before a still background a light spot of a fortieth of the width moves by its own width in eight frames."""
    first = scene.pictures[0]
    size = scene.size[1] // 40
    shown = []
    for i in range(36):
        y = first.y.copy()
        part = y[3 * size : 4 * size, 5 * size + i * size // 8 :][:, :size]
        part[...] = np.minimum(part.astype(int) + 40, 235)
        shown.append(first._replace(y=y))
    assert freezes(scene.showing(shown), codec, crf) == []


def test_a_low_frame_rate_is_no_freeze(scene, freezes):
    """Six pictures a second, each shown four times, are motion, however slowly they move."""
    first = scene.pictures[0]
    shown = [first._replace(y=slid(first.y, 0.8 * (i // 4))) for i in range(36)]
    assert freezes(scene.showing(shown), "libx264", 23) == []


def test_falling_snow_is_no_freeze(scene, freezes):
    """Flakes of two to four pixels all over a still picture come and go from frame to frame: it does not stand."""
    first = scene.pictures[0]
    height, width = scene.size
    size = width // 160
    random = np.random.default_rng(0)
    flakes = [(random.integers(height), random.integers(width - size), random.integers(1, 4)) for _ in range(60)]  # fmt: skip
    shown = []
    for i in range(36):
        y = first.y.copy()
        for top, left, speed in flakes:
            at = (top + speed * size * i) % (height - size)
            y[at : at + size, left : left + size] = 225
        shown.append(first._replace(y=y))
    assert freezes(scene.showing(shown), "libx264", 18) == []
