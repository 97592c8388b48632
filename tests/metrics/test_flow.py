import numpy as np
import pytest

from kit.metrics.flow import flow, pyramid


@pytest.mark.parametrize("shift", [(0, 0), (1, 0), (0.4, -0.7), (-6, 3), (18, 0), (0, -25), (40, 4)])
def test_flow_finds_a_known_shift(texture, shift):
    """The typical block moves as the content was moved, to a fifth of a pixel, at all sizes of shift."""
    moved = texture(180, 320, dx=shift[0], dy=shift[1])
    found = flow(pyramid(texture(180, 320)), pyramid(moved))
    sure = found.displacement[found.confidence > 0.3]
    assert len(sure) > 0.5 * len(found.displacement)
    assert np.abs(np.median(sure, axis=0) - shift).max() < 0.2


def test_flow_tells_two_halves_apart(texture):
    """Where the left half goes left and the right half right, so do their blocks."""
    one = texture(180, 320)
    two = np.hstack([texture(180, 320, dx=-3)[:, :160], texture(180, 320, dx=3)[:, 160:]])
    found = flow(pyramid(one), pyramid(two))
    left = found.positions[:, 0] < 130
    right = found.positions[:, 0] > 190
    assert np.median(found.displacement[left, 0]) == pytest.approx(-3, abs=0.2)
    assert np.median(found.displacement[right, 0]) == pytest.approx(3, abs=0.2)


def test_flow_grows_outward_when_zooming_in(texture):
    """Zooming in by 2 % moves each block away from the centre by 2 % of its distance."""
    found = flow(pyramid(texture(180, 320)), pyramid(texture(180, 320, zoom=1.02)))
    expected = (found.positions - [160, 90]) * 0.02
    assert np.median(np.abs(found.displacement - expected)) < 0.15


def test_a_change_of_brightness_is_no_motion(texture):
    """A picture that gets 20 levels brighter stays where it is, and the residual says 20."""
    one = np.clip(texture(90, 160), 0, 200)
    found = flow(pyramid(one), pyramid(one + np.uint8(20)))
    assert np.abs(found.displacement).max() < 0.01
    assert found.residual == pytest.approx(np.full(len(found.residual), 20), abs=0.05)
    assert found.mismatch < 0.001


def test_flat_pictures_give_no_confidence():
    """Without texture nothing can be told, and that is what the confidence says."""
    flat = pyramid(np.full((90, 160), 90, np.uint8))
    assert flow(flat, flat).confidence.max() == 0


def test_another_picture_does_not_match(texture):
    """Between two different pictures most of the contrast stays unexplained; between two moved ones hardly any."""
    one = pyramid(texture(180, 320))
    assert flow(one, pyramid(texture(180, 320, seed=5))).mismatch > 0.6
    assert flow(one, pyramid(texture(180, 320, dx=4))).mismatch < 0.1


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (17, 300), (300, 17), (24, 24), (321, 181)])
def test_any_size_works(shape):
    """From one pixel to an upright picture, equal pictures give no motion."""
    picture = pyramid(np.random.default_rng(1).integers(0, 255, shape, dtype=np.uint8))
    found = flow(picture, picture)
    assert np.abs(found.displacement).max() < 1e-3
    assert (found.height, found.width) == shape
