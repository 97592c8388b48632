"""Medians of a few numbers, for which np.median() takes ten times as long."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def median(values: Floats, axis: int = 0) -> Floats:
    """As np.median() along one axis of an array without NaN: the middle number, or the mean of the two in the middle."""
    ordered = np.sort(values, axis=axis)
    count = ordered.shape[axis]
    low, high = (ordered.take(k, axis=axis) for k in ((count - 1) // 2, count // 2))
    middle: Floats = (low + high) / 2
    return middle
