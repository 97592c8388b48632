"""Sums over contests of what each adds to its two models, and to the side, for one cluster of votes or for many.

The row of a contest in the design has 1 for its first model, -1 for its second and the side last. So a sum of rows,
or of rows times rows (a graph's Laplacian, with a border), needs no matrix of rows: it is counted.
"""

import numpy as np
from numpy.typing import NDArray

from kit.stats.ties import Floats

Whole = NDArray[np.int64]
_BLOCK = 64


def gram(rows: Floats) -> Floats:
    """Return rows.T @ rows of many short rows, shape (n, size) to (size, size).

    In blocks so small that BLAS does not split them over threads: it gains nothing by that on short rows, and where
    other programs run it waits, up to ten times as long.
    """
    whole = len(rows) // _BLOCK * _BLOCK
    blocks = rows[:whole].reshape(-1, _BLOCK, rows.shape[1])
    made = (blocks.transpose(0, 2, 1) @ blocks).sum(axis=0)
    return np.asarray(made + rows[whole:].T @ rows[whole:], dtype=np.float64)


class Meetings:
    """Contests between `one` and `two` of `models`, and their `side` or None for no such term, by `cluster`.

    Arrays have shape (contests,); clusters are numbered from 0 to `clusters` - 1, and one unless given.
    """

    def __init__(
        self,
        models: int,
        one: Whole,
        two: Whole,
        side: Whole | None = None,
        *,
        cluster: Whole | None = None,
        clusters: int = 1,
    ) -> None:
        first = 0 if cluster is None else cluster * models
        self.models, self.clusters, self.side, self.cluster = models, clusters, side, cluster
        self.width = models + (side is not None)
        self._one, self._two = first + one, first + two
        self._pair = self._one * models + two

    def totals(self, weights: Floats) -> Floats:
        """Sum one number of each contest over the contests of each cluster; shape (clusters,)."""
        if self.cluster is None:
            return np.array([weights.sum()])
        return np.asarray(
            np.bincount(self.cluster, weights=weights, minlength=self.clusters), dtype=np.float64
        )

    def rows(self, weights: Floats) -> Floats:
        """Sum the rows, each times its weight; shape (clusters, models [+ 1])."""
        size = self.clusters * self.models
        made = np.empty((self.clusters, self.width))
        sums = np.bincount(self._one, weights=weights, minlength=size)
        sums -= np.bincount(self._two, weights=weights, minlength=size)
        made[:, : self.models] = sums.reshape(self.clusters, self.models)
        if self.side is not None:
            made[:, -1] = self.totals(self.side * weights)
        return made

    def squares(self, weights: Floats) -> Floats:
        """Sum rows times rows, each times its weight; shape (clusters, models [+ 1], models [+ 1])."""
        k = self.models
        met = np.bincount(self._pair, weights=weights, minlength=self.clusters * k * k)
        met = met.reshape(self.clusters, k, k)
        made = np.empty((self.clusters, self.width, self.width))
        both = made[:, :k, :k]
        np.add(met, met.transpose(0, 2, 1), out=both)
        own = both.sum(axis=2)
        np.negative(both, out=both)
        places = np.arange(k)
        made[:, places, places] = own
        if self.side is not None:
            made[:, -1, :] = made[:, :, -1] = self.rows(self.side * weights)
        return made
