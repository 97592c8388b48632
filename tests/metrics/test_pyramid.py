import itertools

import numpy as np
import pytest

from kit.metrics.flow import displacements, flow
from kit.metrics.pyramid import Level, pyramid


def inner(level: Level) -> np.ndarray:
    """The picture of a level without its margin."""
    top = (level.picture.shape[0] - level.height) // 2
    left = (level.picture.shape[1] - level.width) // 2
    return level.picture[top : top + level.height, left : left + level.width]


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (48, 50), (181, 97)])
def test_the_finest_level_is_the_picture_blurred_by_the_binomial(shape):
    """1-2-1 across and down with repeated edges, worked out number by number, gives the very same picture."""
    gray = np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)
    wide = np.pad(gray.astype(np.float64), 1, mode="edge")
    height, width = shape
    blurred = sum(
        one * two * wide[y : y + height, x : x + width]
        for (y, one), (x, two) in itertools.product(enumerate((1, 2, 1)), repeat=2)
    )
    assert np.array_equal(inner(pyramid(gray)[0]), blurred / 16)


def test_each_coarser_level_holds_the_means_of_four_pixels():
    """Every pixel is the mean of 2 x 2 of the level below, exactly, an odd column left out."""
    levels = pyramid(np.random.default_rng(4).integers(0, 256, (205, 331), dtype=np.uint8))
    assert len(levels) == 4
    for fine, coarse in itertools.pairwise(levels):
        below = inner(fine)[: coarse.height * 2, : coarse.width * 2].astype(np.float64)
        means = below.reshape(coarse.height, 2, coarse.width, 2).mean(axis=(1, 3))
        assert np.array_equal(inner(coarse), means)


def test_a_white_picture_is_white_at_every_level():
    """The sums behind the levels hold the brightest picture: 255 stays 255, in the margin too."""
    for level in pyramid(np.full((200, 320), 255, np.uint8)):
        assert np.all(level.picture == 255)


def test_displacements_are_those_of_the_flow(texture):
    """Leaving out what the motion explains changes nothing about the motion, not even where blocks leave the picture."""
    one, two = pyramid(texture(180, 320)), pyramid(texture(180, 320, dx=47, dy=-30))
    positions, displacement = displacements(one, two)
    whole = flow(one, two)
    assert np.array_equal(positions, whole.positions)
    assert np.array_equal(displacement, whole.displacement)
