import math

import numpy as np
import pytest

from kit.calibration.damage import smooth
from kit.metrics.banding import banding
from kit.metrics.blockiness import blockiness
from kit.metrics.native import tiles
from kit.metrics.noise import noise_level
from kit.metrics.ringing import ringing


@pytest.mark.parametrize("sigma", [2.0, 5.0, 12.0])
def test_noise_is_measured_in_grey_levels(texture, sigma):
    """Gaussian noise of known strength over a smooth picture is read to 10 %."""
    grain = np.random.default_rng(0).normal(0, sigma, (256, 256))
    noisy = np.clip(np.rint(texture(256, 256) * 0.5 + 60 + grain), 0, 255).astype(np.uint8)
    assert noise_level(tiles(noisy), low=0, high=255) == pytest.approx(sigma, rel=0.1)


def test_noise_ignores_slopes_and_what_is_cut_off():
    """A straight slope has no noise; of a picture half black, the noise of the other half is read."""
    slope = np.add.outer(np.arange(64), 2 * np.arange(64)).astype(np.uint8) + 30
    assert noise_level(tiles(slope), low=0, high=255) == 0
    half = np.zeros((128, 128), np.uint8)
    half[64:] = np.clip(np.rint(120 + np.random.default_rng(0).normal(0, 6, (64, 128))), 0, 255)
    assert noise_level(tiles(half), low=0, high=255) == pytest.approx(6, rel=0.15)
    assert noise_level(tiles(np.zeros((64, 64), np.uint8)), low=0, high=255) is None


@pytest.mark.parametrize("phase", [(0, 0), (3, 5), (7, 1)])
def test_blocks_are_found_wherever_their_grid_lies(texture, phase):
    """A picture coarsened in blocks of 8 x 8 is as blocky when it is moved, and far blockier than the smooth one."""
    picture = texture(272, 272)
    means = picture.reshape(34, 8, 34, 8).mean(axis=(1, 3))
    blocky = np.kron(means, np.ones((8, 8)))
    mixed = np.rint(0.5 * picture + 0.5 * blocky).astype(np.uint8)
    y, x = phase
    assert blockiness(tiles(mixed[y : y + 256, x : x + 256])) > 10 * blockiness(tiles(picture[:256, :256]))
    still = blockiness(tiles(mixed[:256, :256]))
    assert blockiness(tiles(mixed[y : y + 256, x : x + 256])) == pytest.approx(still, rel=0.1)


def test_edges_of_the_scene_are_no_blocks():
    """Bars of 8 pixels are edges of the scene: large steps count as no more than 24 codes, once in eight columns."""
    noise = np.random.default_rng(0).integers(100, 140, (128, 128)).astype(np.uint8)
    assert blockiness(tiles(noise)) < 0.1
    assert blockiness(tiles(np.full((128, 128), 90, np.uint8))) == 0


def test_banding_counts_contours():
    """A slope in steps of four codes 16 pixels wide has one contour of 3 a step, along one of the two directions."""
    steps = np.repeat(np.arange(16, dtype=np.uint8) * 4 + 60, 16)
    picture = np.tile(steps, (256, 1))
    # In each tile of 32 columns, one step lies where both plateaus are seen whole; one lies on the tile's border.
    assert banding(tiles(picture)) == pytest.approx(1000 * 3 / (2 * 32), rel=1e-9)
    fine = np.tile((np.arange(256) // 4 + 60).astype(np.uint8), (256, 1))
    assert banding(tiles(fine)) == 0


def test_dither_hides_banding():
    """The same slope with a grain of one code has no plateaus, and a slope in steps of one code is not counted."""
    steps = np.tile(np.repeat(np.arange(16) * 4 + 60, 16), (256, 1))
    dithered = steps + np.random.default_rng(0).integers(0, 2, steps.shape)
    assert banding(tiles(dithered.astype(np.uint8))) < 0.05 * banding(tiles(steps.astype(np.uint8)))


def edge(*, ripple):
    """A soft vertical edge of 120 codes, with ripples that fall off on both sides where asked for."""
    x = np.arange(256) - 16 - 32 * np.round((np.arange(256) - 16) / 32)
    sign = np.where(((np.arange(256)) // 32) % 2, -1, 1)
    step = np.tanh(x / 1.2) * sign
    wave = ripple * np.sin(2 * math.pi * x / 5) * np.exp(-np.abs(x) / 6) * sign
    return np.tile(np.rint(128 + 60 * (step + wave)), (256, 1)).astype(np.uint8)


def test_ringing_grows_with_the_ripples():
    """Ripples of 0, 5 and 15 % of half an edge give growing values, next to nothing without."""
    found = [ringing(tiles(edge(ripple=share))) for share in (0.0, 0.05, 0.15)]
    assert found[0] < 0.005
    assert found[0] < found[1] < found[2]
    assert ringing(tiles(np.full((64, 64), 80, np.uint8))) is None


def test_sharpening_too_far_rings(texture):
    """A picture sharpened by a wide unsharp mask rings more than before."""
    random = np.random.default_rng(0)
    blocks = np.kron(random.choice([60, 180], (16, 16)), np.ones((16, 16))).astype(np.uint8)
    soft = smooth(blocks, 1.0)
    over = soft + 1.5 * (soft.astype(float) - smooth(soft, 3.0))
    assert ringing(tiles(np.clip(over, 0, 255).astype(np.uint8))) > 2 * ringing(tiles(soft))


def test_a_fade_is_no_flicker(film):
    """Brightness that rises by 3 levels a frame does not flicker; up and down by 3 flickers by 3."""
    rise = [np.full((48, 64), 60 + 3 * i, np.uint8) for i in range(24)]
    assert film(rise, metrics=["flicker_compensated"])["flicker_compensated"].value == 0
    swing = [np.full((48, 64), 100 + 3 * (i % 2), np.uint8) for i in range(24)]
    assert film(swing, metrics=["flicker_compensated"])["flicker_compensated"].value == pytest.approx(
        3, abs=1e-4
    )


def test_flicker_has_its_time(film, texture):
    """One second of swinging light in the middle of three is named, to two frames."""
    base = np.clip(texture(96, 128), 20, 220)
    lit = [base + np.uint8(10 * (24 <= i < 48 and i % 2)) for i in range(72)]
    found = film(lit, metrics=["flicker_compensated"])["flicker_compensated"]
    ((start, end),) = found.events
    assert start == pytest.approx(1, abs=2 / 24)
    assert end == pytest.approx(2, abs=2 / 24)


def bent(picture, far, turn):
    """A picture whose rows are shifted to and fro in waves of 20 pixels."""
    rows = np.arange(picture.shape[0])
    shift = np.rint(far * np.sin(2 * math.pi * rows / 20 + turn)).astype(int)
    columns = np.clip(np.arange(picture.shape[1])[None] + shift[:, None], 0, picture.shape[1] - 1)
    return np.take_along_axis(picture, columns, axis=1)


def test_warping_is_told_from_motion_and_light(film, texture):
    """A picture that wobbles warps far more than one that pans or whose light swings."""
    still = np.clip(texture(128, 192), 20, 210)
    wobble = film([bent(still, 3, 0.9 * i) for i in range(16)], metrics=["warping"])["warping"].value
    pan = film([texture(128, 192, dx=-2.5 * i) for i in range(16)], metrics=["warping"])["warping"].value
    light = film([still + np.uint8(20 * (i % 2)) for i in range(16)], metrics=["warping"])["warping"].value
    assert wobble > 5 * pan
    assert wobble > 5 * light


def test_warping_has_its_time(film, texture):
    """Half a second of wobble in two seconds of a slow pan is named."""
    pictures = [texture(128, 192, dx=-1.0 * i) for i in range(48)]
    for i in range(24, 36):
        pictures[i] = bent(pictures[i], 4, 1.1 * i)
    ((start, end),) = film(pictures, metrics=["warping"])["warping"].events
    assert start == pytest.approx(1, abs=0.1)
    assert end == pytest.approx(1.5, abs=0.1)


def test_a_thing_that_comes_and_goes_is_told(film, texture):
    """A patterned square that is there from frame 16 to frame 31 appears and disappears: two moments."""
    thing = texture(40, 40, seed=7)
    pictures = [texture(144, 256, dx=-0.5 * i) for i in range(48)]
    for i in range(16, 32):
        pictures[i][60:100, 100:140] = thing
    found = film(pictures, metrics=["sudden_changes", "cuts"])
    assert found["sudden_changes"].events == ((0.625, 0.667), (1.292, 1.333))
    assert found["sudden_changes"].text == "2 moments"
    assert found["cuts"].value == 0


def test_a_moving_thing_does_not_appear(film, texture):
    """The same square moving slowly across is there all the time."""
    thing = texture(40, 40, seed=7)
    pictures = [texture(144, 256) for _ in range(32)]
    for i, picture in enumerate(pictures):
        picture[60:100, 40 + 3 * i : 80 + 3 * i] = thing
    assert film(pictures, metrics=["sudden_changes"])["sudden_changes"].value == 0


def test_a_cut_is_no_sudden_change(film, texture):
    """Between two shots everything is new, which is the cut's to tell; the shots are counted."""
    pictures = [texture(144, 256)] * 12 + [texture(144, 256, seed=3)] * 12
    found = film(pictures, metrics=["sudden_changes", "cuts", "shots"])
    assert (found["sudden_changes"].value, found["cuts"].value, found["shots"].value) == (0, 1, 2)
    assert found["shots"].text == "2 shots"
