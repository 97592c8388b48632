import numpy as np
import pytest

from kit.metrics.ssim import ssim, sums


def test_equal_pictures_are_one_exactly():
    """A picture compared with itself gives 1, not nearly 1."""
    picture = sums(np.random.default_rng(0).integers(0, 256, (61, 83), dtype=np.uint8))
    assert ssim(picture, picture) == 1.0


def test_flat_pictures_follow_the_luminance_term():
    """For flat pictures of 100 and 110 only (2ab + C1) / (a^2 + b^2 + C1) is left."""
    a, b = (np.full((32, 32), level, np.uint8) for level in (100, 110))
    c1 = (0.01 * 255) ** 2
    expected = (2 * 100 * 110 + c1) / (100**2 + 110**2 + c1)
    assert ssim(sums(a), sums(b)) == pytest.approx(expected, rel=1e-12)


def test_windows_are_those_of_the_definition():
    """A slow loop over 8 x 8 windows, 4 pixels apart, with numpy's own mean and covariance, agrees."""
    random = np.random.default_rng(3)
    one = random.integers(0, 256, (30, 41), dtype=np.uint8)
    two = np.clip(one + random.normal(0, 20, one.shape), 0, 255).astype(np.uint8)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    values = []
    for top in range(0, 30 // 4 * 4 - 7, 4):
        for left in range(0, 41 // 4 * 4 - 7, 4):
            x, y = (p[top : top + 8, left : left + 8].astype(float).ravel() for p in (one, two))
            (vx, cov), (_, vy) = np.cov(x, y, bias=True)
            mx, my = x.mean(), y.mean()
            values.append((2 * mx * my + c1) * (2 * cov + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2)))
    assert ssim(sums(one), sums(two)) == pytest.approx(np.mean(values), rel=1e-9)


@pytest.mark.parametrize("shape", [(1, 1), (5, 40), (8, 8), (9, 100)])
def test_small_pictures_work(shape):
    """Pictures under the window's size are compared as one window."""
    picture = sums(np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8))
    assert ssim(picture, picture) == 1.0
