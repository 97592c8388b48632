import math

import numpy as np
import pytest

from kit.metrics.sharpness import detail_variance

MOVING = ["motion_amount", "flicker", "flicker_compensated", "stability", "stability_first"]


def flat(level, shape=(48, 64)):
    return np.full(shape, level, np.uint8)


def test_flicker_of_two_levels_is_the_formula(film):
    """Levels 100 and 110 in turn differ by 10 everywhere: (255 - 10) / 255, and 10 levels with nothing moving."""
    found = film([flat(100), flat(110)] * 6, metrics=MOVING)
    assert found["flicker"].value == pytest.approx(245 / 255, rel=1e-6)
    assert found["flicker_compensated"].value == pytest.approx(10, abs=1e-4)
    assert found["motion_amount"].value == 0
    assert found["flicker"].series.shape == (11, 2)
    assert found["flicker"].series.dtype == np.float32
    assert found["flicker"].series[:, 0] == pytest.approx(np.arange(1, 12) / 24, abs=1e-3)


def test_a_still_clip_is_perfectly_stable(film, texture):
    """Equal frames: SSIM 1, flicker 1, no residual, no motion; the motion amount says still."""
    found = film([texture(90, 160)] * 12)
    assert [found[name].value for name in MOVING] == [0, 1, 0, 1, 1]
    assert found["motion_amount"].text == "still"
    assert found["duplicate_frames"].value == pytest.approx(11 / 12, rel=1e-5)
    assert found["duplicate_frames"].text == "11 of 12 frames"
    assert found["freezes"].text == "still throughout"


def test_motion_out_of_the_flicker(film, texture):
    """A pan lowers the published flicker; with its motion taken out next to nothing is left, as in a still clip."""
    found = film([texture(120, 160, dx=-3 * i) for i in range(12)], metrics=MOVING)
    assert found["flicker"].value < 0.97
    assert found["flicker_compensated"].value < 1


def test_flicker_is_found_under_motion(film, texture):
    """A pan whose every second frame is 8 levels brighter leaves about 8 levels, and about the same motion."""
    pan = [np.clip(texture(120, 160, dx=-3 * i), 10, 240) for i in range(12)]
    lit = [picture + np.uint8(8 * (i % 2)) for i, picture in enumerate(pan)]
    still, flickering = film(pan, metrics=MOVING), film(lit, metrics=MOVING)
    assert flickering["flicker_compensated"].value == pytest.approx(8, abs=0.7)
    assert flickering["motion_amount"].value == pytest.approx(still["motion_amount"].value, rel=0.02)


@pytest.mark.parametrize(("fps", "step"), [(24, 3.0), (12, 4.0), (8, 3.0), (60, 1.0)])
def test_motion_amount_of_a_known_pan(film, texture, fps, step):
    """A pan by `step` pixels a frame is step x fps / short side, at any frame rate."""
    pan = [texture(120, 160, dx=-step * i) for i in range(24)]
    found = film(pan, fps=fps, metrics=["motion_amount"])["motion_amount"]
    # The fastest blocks are those at the edge, where content comes in: a few per cent above the truth.
    assert found.value == pytest.approx(step * fps / 120, rel=0.08)
    assert found.text == "moving"


def test_motion_amount_does_not_mind_repeated_frames(film, texture):
    """The same pan at 8 pictures a second, each shown three times at 24 frames a second, moves as much."""
    pan = [texture(120, 160, dx=-6 * i) for i in range(12)]
    once = film(pan, fps=8, metrics=["motion_amount"])["motion_amount"].value
    thrice = film([p for p in pan for _ in range(3)], fps=24, metrics=["motion_amount"])[
        "motion_amount"
    ].value
    assert thrice == pytest.approx(once, rel=0.05)


def test_variable_frame_rate_uses_the_real_times(film, texture):
    """A pan of constant speed sampled at uneven times moves at that speed, and the facts say that the rate varies."""
    at = [0, 40, 120, 160, 280, 320, 400, 440, 560, 600, 640, 800]
    found = film([texture(120, 160, dx=-0.06 * t) for t in at], at=at)
    assert found["motion_amount"].value == pytest.approx(60 / 120, rel=0.08)
    assert found["frame_rate"].text == "variable"
    assert found["frame_rate"].value == pytest.approx(11 / 0.8, rel=1e-3)
    assert found["stability"].series[:, 0] == pytest.approx(np.array(at[1:]) / 1000, abs=1e-4)


def test_stability_to_the_first_frame_passes_over_a_black_lead_in(film, texture):
    """Four black frames before a still picture: the first picture that can be seen is what others are held against."""
    found = film([flat(0, (90, 160))] * 4 + [texture(90, 160)] * 8)
    assert found["stability_first"].value == 1


def test_laplacian_of_one_bright_pixel():
    """One pixel of v among 3 x 3 inner ones: -4v once and v four times, so the variance is 20 v^2 / 9."""
    picture = np.zeros((5, 5), np.uint8)
    picture[2, 2] = 50
    assert detail_variance(picture) == pytest.approx(20 * 50**2 / 9, rel=1e-12)


def test_laplacian_of_a_small_picture_is_exact():
    """Up to some 32,000 pixels, all of them are read."""
    picture = np.random.default_rng(0).integers(0, 256, (103, 177), dtype=np.uint8)
    p = picture.astype(float)
    detail = p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] + p[1:-1, 2:] - 4 * p[1:-1, 1:-1]
    assert detail_variance(picture) == pytest.approx(detail.var(), rel=1e-12)


def test_sharpness_is_sampled_four_times_a_second(film, texture):
    """Two seconds at 24 frames a second give eight samples, at quarters of a second."""
    series = film([texture(48, 64)] * 48, metrics=["sharpness"])["sharpness"].series
    assert series[:, 0] == pytest.approx(np.arange(8) / 4, abs=1e-3)


def test_one_frame_has_no_motion_but_has_sharpness(film, texture):
    """What needs two frames is NaN and says why; the rest is measured."""
    found = film([texture(48, 64)])
    for name in [*MOVING, "freezes", "cuts"]:
        assert math.isnan(found[name].value)
        assert "one frame" in found[name].text
    assert found["sharpness"].value > 0
    assert found["duplicate_frames"].value == 0


def test_values_are_rounded_to_six_digits(film, texture):
    """Stored values have at most six significant digits, events at most three decimals."""
    found = film([texture(48, 64, dx=i * 0.37) for i in range(6)])
    for measurement in found.values():
        if not math.isnan(measurement.value):
            assert measurement.value == float(f"{measurement.value:.6g}")
        assert all(round(edge, 3) == edge for span in measurement.events for edge in span)
