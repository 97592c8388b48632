"""Faint pictures: what moves as a whole is followed, noise is not, and a picture with texture is left as it is."""

import numpy as np
import pytest

from kit.camera.estimate import SURE
from kit.camera.faint import listened
from kit.camera.segments import parse
from kit.metrics.flow import flow, pyramid

WIDE, HIGH = 320, 180


def clouds(dx, dy=0.0):
    """Soft shapes of up to six grey levels either way about mid-grey (180, 320), moved by dx and dy pixels."""
    y, x = np.mgrid[0:HIGH, 0:WIDE].astype(float)
    x, y = x - dx, y - dy
    waves = [np.sin(x / 7 + 1) * np.sin(y / 6), np.sin((x + y) / 13), np.sin(x / 31 - y / 9 + 2)]
    return np.rint(128 + 2 * sum(waves)).astype(np.uint8)


@pytest.mark.parametrize(("dx", "dy", "word"), [(-2.0, 0.0, "pan_right"), (0.0, 1.0, "tilt_up")])
def test_a_faint_picture_that_moves_as_a_whole_is_followed(film, dx, dy, word):
    """Clouds of six grey levels that slide by a pixel or two a frame are a pan or a tilt."""
    measured = film([clouds(dx * k, dy * k) for k in range(24)], fps=24, metrics=["camera_motion"])
    assert parse(measured["camera_motion"].text).words == (word,)


@pytest.mark.parametrize("grain", [1.0, 3.0])
def test_noise_tells_nothing(film, grain):
    """Grain that is new in every frame before a plain wall is no camera that stands still, nor one that moves."""
    random = np.random.default_rng(5)
    frames = [
        np.clip(np.rint(128 + random.normal(0, grain, (HIGH, WIDE))), 0, 255).astype(np.uint8)
        for _ in range(24)
    ]
    measured = film(frames, fps=24, metrics=["camera_motion"])
    assert parse(measured["camera_motion"].text).words == ("unsure",)


def test_a_picture_with_texture_is_left_as_it_is(texture):
    """Where blocks enough have a say, the flow is handed on, the same object."""
    found = flow(pyramid(texture(HIGH, WIDE)), pyramid(texture(HIGH, WIDE, dx=2.0)))
    assert listened(found) is found


@pytest.mark.parametrize("grain", [0.7, 2.0, 4.0])
def test_grain_has_no_say(grain):
    """Of two plain pictures with grain of their own, hardly a block is heard, however fine the grain."""
    random = np.random.default_rng(7)
    one, two = (
        np.clip(np.rint(128 + random.normal(0, grain, (HIGH, WIDE))), 0, 255).astype(np.uint8)
        for _ in range(2)
    )
    heard = listened(flow(pyramid(one), pyramid(two))).confidence >= SURE
    assert heard.mean() < 0.05
