import numpy as np
import pytest

from kit.camera.medians import median


@pytest.mark.parametrize("count", [1, 2, 7, 8])
def test_a_median_is_the_middle_number_or_the_mean_of_two(count):
    """Of 1 to n in any order it is (n + 1) / 2, along either axis."""
    rng = np.random.default_rng(count)
    rows = np.stack([rng.permutation(count) + 1.0 for _ in range(3)])
    assert median(rows, axis=1) == pytest.approx([(count + 1) / 2] * 3, abs=0)
    assert median(rows.T) == pytest.approx([(count + 1) / 2] * 3, abs=0)
    assert median(rows[0]) == (count + 1) / 2
