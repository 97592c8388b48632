import numpy as np
import pytest

RUNS = ["freezes", "duplicate_frames", "black_frames", "cuts"]


def pan(texture, count, *, seed=0, step=2.0, start=0):
    return [texture(90, 160, seed=seed, dx=-step * i) for i in range(start, start + count)]


def test_a_freeze_has_its_times(film, texture):
    """Frames 12 to 23 of 48 show one picture: frozen from 0.5 s to 1 s, a quarter of two seconds."""
    moving = pan(texture, 48)
    found = film(moving[:12] + [moving[12]] * 12 + moving[24:], metrics=RUNS)
    assert found["freezes"].events == ((0.5, 1.0),)
    assert found["freezes"].value == pytest.approx(0.25, abs=1e-3)
    assert found["freezes"].text == "1 freeze"
    assert found["duplicate_frames"].text == "11 of 48 frames"
    assert found["cuts"].value == 0


def test_a_freeze_at_the_end_lasts_to_the_end(film, texture):
    """The last 12 of 24 frames held: frozen from 0.5 s to the end of the last frame at 1 s."""
    moving = pan(texture, 13)
    assert film(moving + [moving[-1]] * 11, metrics=RUNS)["freezes"].events == ((0.5, 1.0),)


def test_a_short_hold_is_no_freeze(film, texture):
    """Four frames at 24 a second are held for an eighth of a second beyond the first: too short."""
    moving = pan(texture, 24)
    assert film(moving[:10] + [moving[10]] * 4 + moving[14:], metrics=RUNS)["freezes"].events == ()


def test_noise_of_a_codec_does_not_hide_a_freeze(film, texture):
    """A held picture in which one pixel in ten differs by one level from frame to frame is still held."""
    random = np.random.default_rng(0)
    moving = pan(texture, 36)
    noisy = [
        np.clip(moving[12], 1, 254) + (random.random((90, 160)) < 0.1).astype(np.uint8) for _ in range(12)
    ]
    found = film(moving[:12] + noisy + moving[24:], metrics=RUNS)
    assert found["freezes"].events == ((0.5, 1.0),)
    assert found["duplicate_frames"].value == 0


def test_slow_change_is_no_freeze(film):
    """A picture that gets one level brighter every fourth frame changes too little from frame to frame to see."""
    found = film([np.full((48, 64), 100 + i // 4, np.uint8) for i in range(48)], metrics=RUNS)
    assert found["freezes"].events == ()


def test_a_small_moving_thing_is_no_freeze(film):
    """A spot of 6 x 6 pixels that crosses a flat picture keeps it from being called frozen."""
    pictures = []
    for i in range(24):
        picture = np.full((180, 320), 100, np.uint8)
        picture[90:96, 10 + 8 * i : 16 + 8 * i] = 130
        pictures.append(picture)
    assert film(pictures, metrics=RUNS)["freezes"].value == 0


def test_black_frames_have_their_times(film, texture):
    """Five black frames before the picture: 5 of 29, from 0 to 5/24 s, and coming out of black is no cut."""
    found = film([np.full((90, 160), 5, np.uint8)] * 5 + pan(texture, 24), metrics=RUNS)
    assert found["black_frames"].text == "5 of 29 frames"
    assert found["black_frames"].value == pytest.approx(5 / 29, rel=1e-5)
    assert found["black_frames"].events == ((0.0, 0.208),)
    assert found["cuts"].value == 0


def test_a_dark_picture_with_a_light_is_not_black(film):
    """A night scene with 3 % of bright pixels is not counted as black."""
    picture = np.full((100, 100), 8, np.uint8)
    picture[:3] = 200
    assert film([picture] * 3, metrics=RUNS)["black_frames"].value == 0


def test_cuts_have_their_times(film, texture):
    """Shots of 20, 16 and 12 frames: cuts at 20/24 s and 36/24 s."""
    found = film(pan(texture, 20) + pan(texture, 16, seed=1) + pan(texture, 12, seed=2), metrics=RUNS)["cuts"]
    assert found.value == 2
    assert found.events == ((0.833, 0.833), (1.5, 1.5))
    assert found.text == "2 cuts"


@pytest.mark.parametrize("step", [5.0, 15.0, 30.0])
def test_fast_motion_is_no_cut(film, texture, step):
    """A pan of up to a fifth of the width a frame is not cut."""
    assert film(pan(texture, 24, step=step), metrics=RUNS)["cuts"].value == 0


def test_a_sudden_pan_is_no_cut(film, texture):
    """A camera that stands still and then jerks by a tenth of the width shows the same scene."""
    pictures = [texture(90, 160)] * 10 + [texture(90, 160, dx=-16)] * 10
    assert film(pictures, metrics=RUNS)["cuts"].value == 0


def test_a_flash_is_no_cut(film, texture):
    """One frame of something else, after which the old picture comes back, is not a change of shot."""
    pictures = pan(texture, 24)
    pictures[11] = texture(90, 160, seed=9)
    assert film(pictures, metrics=RUNS)["cuts"].value == 0


def test_light_coming_on_is_no_cut(film, texture):
    """The whole picture 60 levels brighter from one frame to the next is the same shot."""
    dark = [np.clip(picture, 0, 180) for picture in pan(texture, 24)]
    lit = dark[:12] + [picture + np.uint8(60) for picture in dark[12:]]
    assert film(lit, metrics=RUNS)["cuts"].value == 0


def test_motion_does_not_count_the_jump_of_a_cut(film, texture):
    """Two still shots cut together do not move."""
    pictures = [texture(90, 160)] * 12 + [texture(90, 160, seed=3)] * 12
    found = film(pictures, metrics=["motion_amount", "cuts"])
    assert found["cuts"].value == 1
    assert found["motion_amount"].value == 0
    assert found["motion_amount"].text == "still"
