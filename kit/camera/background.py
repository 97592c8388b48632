"""Which blocks show the background, seen over a while: what moves slowly past it shows only when pairs are added up.

Between two frames a thing that goes 0.1 pixels beside the camera can't be told from the flow's own errors, and a fit
settles somewhere between the two. Over most of a second the two drift apart by whole pixels. So the blocks'
displacements that the first fits left over are summed over windows, fitted again, and each pair is solved again from
the blocks that agree over the whole window.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kit.camera.estimate import (
    SURE,
    PairMotion,
    about_middle,
    as_parameters,
    as_similarity,
    best_fit,
    displaced,
    spread_out,
    weights,
    widest,
)
from kit.camera.medians import median

Floats = NDArray[np.float64]

_WINDOW = 0.75  # seconds
_BLUR = 2.0  # times the errors of one pair: what a sum over a window has
_FEW = 8  # blocks: with fewer in agreement, the first fits stand
_TUKEY = 2.0  # pixels from the window's fit at which a block of one pair has no say


@dataclass(frozen=True, slots=True)
class Blocks:
    """The same n blocks through T pairs of frames.

    `positions` (n, 2), `displacement` (T, n, 2) in pixels of a picture of `size` (width, height), `confidence` (T, n)
    and the pairs' `times` (T,), the later frame's, in seconds.
    """

    positions: NDArray[np.float32]
    displacement: NDArray[np.float32]
    confidence: NDArray[np.float32]
    times: Floats
    size: tuple[int, int]

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns."""
        columns = len(np.unique(self.positions[:, 0]))
        return len(self.positions) // columns, columns

    def summed(self, pairs: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.bool_]]:
        """How far content has gone at each block's place over the chosen pairs (n, 2), and where that is known.

        A block's mean over the pairs in which it can be seen stands for the others; it has to be seen in 40 %.
        """
        seen = self.confidence[pairs] >= SURE
        count = seen.sum(axis=0)
        total = (self.displacement[pairs] * seen[..., None]).sum(axis=0, dtype=np.float64)
        number = int(np.count_nonzero(pairs))
        return total / np.maximum(count, 1)[:, None] * number, count >= 0.4 * max(number, 1)


def windows(blocks: Blocks) -> NDArray[np.intp]:
    """The number of each pair's window (T,)."""
    return np.asarray((blocks.times - blocks.times[0]) / _WINDOW, dtype=np.intp)


def settled(pairs: Sequence[PairMotion], blocks: Blocks, usable: NDArray[np.bool_]) -> list[PairMotion]:
    """The pairs' motions, solved again from the blocks that stay together over each window. Unusable pairs stay."""
    out = list(pairs)
    if not usable.any():
        return out
    p = about_middle(blocks.positions, blocks.size)
    theta = np.array([as_parameters(pair.motion, blocks.size) for pair in pairs])
    window = windows(blocks)
    for number in np.unique(window):
        chosen = np.flatnonzero((window == number) & usable)
        if len(chosen) >= 3:
            for k, new in zip(chosen, _solved(theta[chosen], blocks, chosen, p), strict=True):
                out[k] = replace(out[k], motion=as_similarity(new, blocks.size))
    return out


def _solved(theta: Floats, blocks: Blocks, chosen: NDArray[np.intp], p: Floats) -> Floats:
    """New parameters (t, 4) for the chosen pairs of one window."""
    displacement = blocks.displacement[chosen].astype(np.float64)
    confidence = blocks.confidence[chosen].astype(np.float64)
    seen = confidence >= SURE
    count = seen.sum(axis=0)
    left = ((displacement - displaced(theta, p)) * seen[..., None]).sum(axis=0) / np.maximum(count, 1)[
        :, None
    ]
    left = left * len(chosen)
    known = count >= 0.5 * len(chosen)
    if np.count_nonzero(known) < _FEW:
        return theta
    w = weights((confidence * seen).sum(axis=0)[known] / count[known], p[known], blocks.size)
    edge = [median(left[known]), np.zeros(2)]
    starts = np.array([[*shift, 0.0, 0.0] for shift in edge])
    first = best_fit(p[known], left[known], w, starts, blur=_BLUR)
    more, close = widest(p[known], left[known], w, first, blocks.size, blur=_BLUR)
    members = np.zeros(len(p), dtype=bool)
    members[np.flatnonzero(known)[close]] = True
    if np.count_nonzero(members) < _FEW or not spread_out(p[members], blocks.size):
        return theta
    guess = theta + more / len(chosen)
    error = np.hypot(*np.moveaxis(displacement - displaced(guess, p), 2, 0))
    weight = confidence * seen * members * np.clip(1 - (error / _TUKEY) ** 2, 0, None) ** 2
    return _least_squares(p, displacement, weight, guess)


def _least_squares(p: Floats, d: Floats, weight: Floats, guess: Floats) -> Floats:
    """Weighted similarity fits of t pairs at once: d (t, n, 2), weight (t, n); thinly held ones keep the guess (t, 4)."""
    total = weight.sum(axis=1)
    safe = np.maximum(total, 1e-9)[:, None]
    mean_p, mean_d = weight @ p / safe, np.einsum("tn,tnk->tk", weight, d) / safe
    cp, cd = p - mean_p[:, None], d - mean_d[:, None]
    spread = np.einsum("tn,tnk,tnk->t", weight, cp, cp) + 1e-6
    a = np.einsum("tn,tnk,tnk->t", weight, cp, cd) / spread
    b = (weight * (cp[..., 0] * cd[..., 1] - cp[..., 1] * cd[..., 0])).sum(axis=1) / spread
    tx = mean_d[:, 0] - (a * mean_p[:, 0] - b * mean_p[:, 1])
    ty = mean_d[:, 1] - (b * mean_p[:, 0] + a * mean_p[:, 1])
    enough = (weight > 0.05).sum(axis=1) >= _FEW
    return np.where(enough[:, None], np.stack([tx, ty, a, b], axis=1), guess)
