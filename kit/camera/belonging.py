"""Which blocks belong to the background, told by how they behave over seconds, and the pairs fitted again by it.

Between two frames nothing says which of two motions is the camera's. Over seconds something does: at a place that shows
background the blocks agree with the camera nearly all the time, while a thing that goes its own way covers a place for a
while only. So each place's share of agreement, over spans of `_SPAN` seconds, becomes its weight, and pairs that little of
the picture agreed on are fitted again with these weights: from what was found before, and from the weighted median.
This is an expectation-maximization of two classes with a hard background (Dempster, Laird and Rubin, JRSS B 39, 1977).

A window's fit (`kit.camera.background`) stands only where the blocks that agree with it are as many, and lie as far
apart, as with the pairs' own fits: over a window a thing that stays in one place adds up as well as the camera does.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kit.camera.background import Blocks, windows
from kit.camera.estimate import (
    CROWD,
    CUT,
    MIDDLE,
    PARTS,
    RELATIVE,
    SURE,
    PairMotion,
    about_middle,
    as_parameters,
    as_similarity,
)

Floats = NDArray[np.float64]

_SPAN = 2.5  # seconds
_PLAIN = 0.8  # of the picture agreeing: such a pair needs no second look
_ROUNDS = 2
_SHARPLY = 5  # power of a place's share of agreement that makes its weight
_UNKNOWN = 4.0  # blocks of mean weight: what every place is given of the mean share beforehand
_BETTER = 1.05  # times the support: what another fit has to have to replace the one before
_WIDE = (4.0, 2.6, 1.7, 1.1, 0.7, 0.4)  # pixels: scales of the fits that start from the median,
_NARROW = (1.1, 0.7, 0.4)  # and of those that start from what was found before
_BELONGS = 0.6  # pixels from the fit at which a block's agreement is half, when places are told,
_AGREES = 0.4  # and when fits are told
_PULL = 400.0  # square pixels, for a block of mean weight that has neither growth nor turn: holds narrow fits

_AS_MANY = 0.35  # of the first fits' agreement, over a window: with less a window's fit is left
_AS_WIDE = 0.4  # of the first fits' spread over the frame


class _Span:
    """The blocks of t pairs near in time: displacement as (t, 2 n), all across and then all down, and weights (t, n)."""

    def __init__(self, blocks: Blocks, chosen: NDArray[np.intp]) -> None:
        p = about_middle(blocks.positions, blocks.size)
        self.count = len(p)
        (self.x, self.y), self.size = p.T, blocks.size
        one, none = np.ones(self.count), np.zeros(self.count)
        self._ground = np.concatenate([[one, none, self.x, -self.y], [none, one, self.y, self.x]], axis=1)
        self._square = self.x**2 + self.y**2
        d = blocks.displacement[chosen].astype(np.float64)
        self.moved = np.concatenate([d[..., 0], d[..., 1]], axis=1)
        self.slack = RELATIVE * np.hypot(d[..., 0], d[..., 1])
        confidence = blocks.confidence[chosen].astype(np.float64)
        self.weight = weights_of_pairs(confidence, p, blocks.size)

    def agreement(self, theta: Floats, near: float, rows: NDArray[np.intp] | slice = slice(None)) -> Floats:
        """How well each block agrees (t, n), 0 to 1, with the parameters (t, 4) of its pair."""
        return np.asarray(1 / (1 + self._squared(theta, rows) / (near * (1 + self.slack[rows])) ** 2))

    def fit(self, theta: Floats, weight: Floats, rows: NDArray[np.intp], scales: Sequence[float]) -> Floats:
        """Parameters (r, 4) of the pairs `rows`, led down the `scales` from `theta` (r, 4) with weights (r, n)."""
        d, slack = self.moved[rows], self.slack[rows]
        u, v = d[:, : self.count], d[:, self.count :]
        for scale in scales:
            left = self._squared(theta, rows) / (CUT * scale + slack) ** 2
            w = weight * np.maximum(1 - left, 0) ** 2
            total = w.sum(axis=1)
            safe = np.maximum(total, 1e-9)
            wu, wv = w * u, w * v
            x, y, mu, mv = w @ self.x / safe, w @ self.y / safe, wu.sum(axis=1) / safe, wv.sum(axis=1) / safe
            pull = _PULL * total / np.maximum((w > 0).sum(axis=1), 1)
            spread = np.maximum(w @ self._square - safe * (x * x + y * y) + pull, 1e-9)
            a = (wu @ self.x + wv @ self.y - safe * (x * mu + y * mv)) / spread
            b = (wv @ self.x - wu @ self.y - safe * (x * mv - y * mu)) / spread
            new = np.stack([mu - (a * x - b * y), mv - (b * x + a * y), a, b], axis=1)
            theta = np.where((total > 1e-6)[:, None], new, theta)
        return theta

    def medians(self, weight: Floats, rows: NDArray[np.intp]) -> Floats:
        """Shifts alone (r, 4): the weighted median displacement of each pair."""
        out = np.zeros((len(rows), 4))
        for k in range(2):
            d = self.moved[rows, k * self.count : (k + 1) * self.count]
            order = np.argsort(d, axis=1)
            sums = np.take_along_axis(weight, order, axis=1).cumsum(axis=1)
            middle = (sums >= 0.5 * sums[:, -1:]).argmax(axis=1)
            out[:, k] = np.take_along_axis(
                d, np.take_along_axis(order, middle[:, None], axis=1), axis=1
            ).ravel()
        return out

    def _squared(self, theta: Floats, rows: NDArray[np.intp] | slice) -> Floats:
        left = theta @ self._ground
        left -= self.moved[rows]
        left *= left
        return np.asarray(left[:, : self.count] + left[:, self.count :])


def weights_of_pairs(confidence: Floats, p: Floats, size: tuple[int, int]) -> Floats:
    """What `kit.camera.estimate.weights` says of the blocks that have a say, for t pairs at once: (t, n); 0 for others."""
    (x, y), (wide, high) = p.T, size
    middle = (np.abs(x) <= 0.3 * wide) & (np.abs(y) <= 0.3 * high)
    own = np.sqrt(confidence) * (confidence >= SURE) * np.where(middle, MIDDLE, 1.0)
    columns, rows = PARTS
    column = np.clip(((x / wide + 0.5) * columns).astype(int), 0, columns - 1)
    row = np.clip(((y / high + 0.5) * rows).astype(int), 0, rows - 1)
    inside = (row * columns + column)[:, None] == np.arange(columns * rows)
    crowd = own @ inside.astype(np.float64)
    return np.asarray(own / np.maximum(crowd @ inside.T, 0.5) ** CROWD)


def belonging(
    first: Sequence[PairMotion], settled: Sequence[PairMotion], blocks: Blocks, usable: NDArray[np.bool_]
) -> list[PairMotion]:
    """The pairs' motions as their windows `settled` them, where that holds, and fitted again by places.

    `first` are the pairs' own fits. Only pairs are touched that are `usable`, and on which less than `_PLAIN` of the
    picture agreed; spans in which there are none cost nothing.
    """
    out = list(settled)
    if not usable.any():
        return out
    plain = np.array([pair.inliers >= _PLAIN for pair in first])
    span = ((blocks.times - blocks.times[0]) / _SPAN).astype(int)
    window = windows(blocks)
    for number in np.unique(span):
        chosen = np.flatnonzero((span == number) & usable)
        again = np.flatnonzero(~plain[chosen])
        if not len(again):
            continue
        there = _Span(blocks, chosen)
        own, theta = (
            np.array([as_parameters(pairs[k].motion, blocks.size) for k in chosen.tolist()])
            for pairs in (first, settled)
        )
        theta = _held(there, own, theta, window[chosen])
        theta[again] = _by_places(there, theta, again)[again]
        for k, new in zip(chosen.tolist(), theta, strict=True):
            out[k] = replace(out[k], motion=as_similarity(new, blocks.size))
    return out


def _held(there: _Span, own: Floats, settled: Floats, window: NDArray[np.intp]) -> Floats:
    """The settled parameters (t, 4), but the pairs' own in windows where much fewer blocks agree, or in one place only."""
    out = settled.copy()
    agree = [there.weight * there.agreement(theta, _AGREES) for theta in (own, settled)]
    for number in np.unique(window):
        inside = window == number
        few, many = (_extent(there, each[inside].sum(axis=0)) for each in agree[::-1])
        if few[0] < _AS_MANY * many[0] or few[1] < _AS_WIDE * many[1]:
            out[inside] = own[inside]
    return out


def _extent(there: _Span, held: Floats) -> tuple[float, float]:
    """The sum of what each place held (n,), and how far it's spread over the frame: the product of two deviations."""
    total = max(float(held.sum()), 1e-9)
    share = held / total
    x, y = there.x / there.size[0], there.y / there.size[1]
    across, down = share @ (x - share @ x) ** 2, share @ (y - share @ y) ** 2
    return total, float(np.sqrt(across * down))


def _by_places(there: _Span, theta: Floats, again: NDArray[np.intp]) -> Floats:
    """The parameters (t, 4) with those of the pairs `again` fitted anew, by how much each place is background."""
    theta = theta.copy()
    known = there.weight.sum(axis=0)
    beforehand = _UNKNOWN * there.weight[there.weight > 0].mean() if there.weight.any() else 1.0
    for _ in range(_ROUNDS):
        agreed = (there.weight * there.agreement(theta, _BELONGS)).sum(axis=0)
        usual = agreed.sum() / max(float(known.sum()), 1e-9)
        place = (agreed + beforehand * usual) / (known + beforehand)
        weight = there.weight[again] * (place / place.max()) ** _SHARPLY
        ways = [
            theta[again],
            there.fit(theta[again], weight, again, _NARROW),
            there.fit(there.medians(weight, again), weight, again, _WIDE),
        ]
        support = np.array([(weight * there.agreement(way, _AGREES, again)).sum(axis=1) for way in ways])
        support[0] *= _BETTER
        theta[again] = np.choose(support.argmax(axis=0)[:, None], ways)
    return theta
