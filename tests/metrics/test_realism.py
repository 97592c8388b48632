import av
import numpy as np
import pytest

from kit.measure import measure_clip


def test_a_steady_pan_is_smooth(film, texture):
    """Frames that lie half way between their neighbours are rebuilt to a fraction of a grey level."""
    pan = [texture(120, 160, dx=-2.0 * i) for i in range(24)]
    assert film(pan, metrics=["motion_smoothness"])["motion_smoothness"].value > 0.992


def test_a_jerky_pan_is_not_smooth(film, texture):
    """The same way gone in uneven steps is rebuilt worse, and shown frame by frame."""
    at = [2.0 * i + 3.0 * (i % 2) for i in range(24)]
    jerky = film([texture(120, 160, dx=-x) for x in at], metrics=["motion_smoothness"])["motion_smoothness"]
    even = film([texture(120, 160, dx=-2.0 * i) for i in range(24)], metrics=["motion_smoothness"])
    assert 1 - jerky.value > 3 * (1 - even["motion_smoothness"].value)
    assert len(jerky.series) == 3


def test_two_frames_have_no_smoothness(film, texture):
    """There is no frame between two."""
    found = film([texture(48, 64), texture(48, 64, dx=1)], metrics=["motion_smoothness"])["motion_smoothness"]
    assert np.isnan(found.value)
    assert found.text == "fewer than three frames"


def test_light_of_known_pictures(film):
    """Half black, half white: exposure and contrast a half, all clipped. Gray throughout: no contrast, none clipped."""
    half = np.zeros((64, 64), np.uint8)
    half[:, 32:] = 255
    found = film([half] * 3, metrics=["exposure", "contrast", "clipping", "colourfulness"])
    assert found["exposure"].value == pytest.approx(0.5)
    assert found["contrast"].value == pytest.approx(0.5)
    assert found["clipping"].value == 1
    assert np.isnan(found["colourfulness"].value)
    assert "no colour" in found["colourfulness"].text
    gray = film([np.full((64, 64), 128, np.uint8)] * 3, metrics=["exposure", "contrast", "clipping"])
    assert gray["exposure"].value == pytest.approx(128 / 255, abs=1e-6)
    assert gray["contrast"].value == 0
    assert gray["clipping"].value == 0


def colour_clip(path, pictures):
    """RGB pictures without loss in 4:4:4."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=8)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv444p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return {m.metric: m for m in measure_clip(path, ["colourfulness"]).measurements}


def test_colourfulness_is_the_published_formula(tmp_path):
    """Worked out from R, G and B by Hasler and Süsstrunk's formula, it is the same to 3 %; gray has none."""
    random = np.random.default_rng(0)
    patches = random.integers(40, 215, (16, 16, 3)).astype(np.uint8)
    picture = np.kron(patches, np.ones((8, 8, 1), np.uint8))
    r, g, b = (picture[..., i].astype(float) for i in range(3))
    rg, yb = r - g, 0.5 * (r + g) - b
    expected = np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean())
    found = colour_clip(tmp_path / "colour.mkv", [picture] * 3)["colourfulness"].value
    assert found == pytest.approx(expected, rel=0.03)
    gray = np.repeat(picture[..., :1], 3, axis=2)
    assert colour_clip(tmp_path / "gray.mkv", [gray] * 3)["colourfulness"].value < 1.5


def test_size_shape_and_bits(make_clip, tmp_path):
    """A clip of 96 x 64 at 12 frames a second: short side 64, shape 3:2, bits over pixels from the file's own size."""
    path = make_clip(tmp_path / "clip.mp4", frames=12)
    found = {m.metric: m for m in measure_clip(path).measurements}
    assert (found["nominal_size"].value, found["nominal_size"].text) == (64, "96 x 64")
    assert (found["aspect_ratio"].value, found["aspect_ratio"].text) == (1.5, "3:2")
    bits = found["bits_per_pixel"].value
    assert bits == pytest.approx(path.stat().st_size * 8 / (12 * 96 * 64), rel=0.02)
