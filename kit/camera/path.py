"""The camera's path: the pairs' motions added up, cleaned of misfits, and cut into straight pieces."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kit.camera.estimate import PairMotion
from kit.camera.medians import median

Floats = NDArray[np.float64]

# How far scale and turn move the picture on average: the mean distance from its middle, in shares of the diagonal.
_ARM = 0.245
_NEIGHBOURS = 4  # pairs on either side that a pair is held against
_WILD = 6.0  # times their typical distance from their median, and
_LEAST_WILD = 0.01  # of the long edge at least: what a pair has to be off to be called a misfit
_KNOTS = 120  # pieces of the path that change points may lie between
_FLOOR = 0.001  # of the long edge: how exactly a path of small motions is known (0.3 px of 320)
_PENALTY = 3.0  # times log(n): twice what BIC asks for a line more


class Step(NamedTuple):
    """A pair of frames as it enters the path: from `start` to `end` seconds.

    `held` says that the second frame repeats the first, `usable` that the motion can be believed.
    """

    start: float
    end: float
    pair: PairMotion
    held: bool
    usable: bool


@dataclass(frozen=True, slots=True)
class Path:
    """Where the camera has got to.

    `times` (n + 1,) in seconds; `places` (n + 1, 4): what the picture's content has done so far about its middle, as
    shift right, shift down, growth and clockwise turn, all in shares of the long edge (growth and turn as the mean
    distance that they move the picture). `arm` turns the natural logarithm of a scale, or radians, into that share.
    `known` (n,) is false where the pair was no use and its motion is taken from its neighbours.
    `wide` and `high` are the frame's size in long edges.
    """

    times: Floats
    places: Floats
    known: NDArray[np.bool_]
    arm: float
    wide: float
    high: float


class Piece(NamedTuple):
    """A straight piece of one component of a path, from (`start` s, `low`) to (`end` s, `high`), in long edges."""

    start: float
    end: float
    low: float
    high: float

    @property
    def slope(self) -> float:
        """Long edges a second."""
        return (self.high - self.low) / max(self.end - self.start, 1e-6)


def path(steps: Sequence[Step], width: int, height: int) -> Path:
    """The path of one or more steps through a frame of `width` x `height` pixels."""
    size = max(width, height)
    wide, high = width / size, height / size
    arm = _ARM * float(np.hypot(wide, high))
    moves = np.array(
        [
            [
                step.pair.motion.dx * wide,
                step.pair.motion.dy * high,
                arm * np.log(max(step.pair.motion.scale, 1e-3)),
                arm * np.radians(step.pair.motion.turn),
            ]
            for step in steps
        ]
    )
    held = np.array([step.held for step in steps])
    known = np.array([step.usable for step in steps]) & ~held
    moves[held] = 0.0
    lasts = np.array([step.end - step.start for step in steps])
    known = known & ~_wild(moves, known)
    moves = _filled(moves, known, held, lasts)
    places = np.vstack([np.zeros(4), np.cumsum(moves, axis=0)])
    times = np.array([steps[0].start, *(step.end for step in steps)])
    return Path(times, places, known | held, arm, wide, high)


def _wild(moves: Floats, known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which known pairs are off their neighbours (n,): a jump of the picture, or a misfit."""
    index = np.flatnonzero(known)
    wild = np.zeros(len(moves), dtype=bool)
    if len(index) < 5:
        return wild
    rows = moves[index]
    reach = np.arange(-_NEIGHBOURS, _NEIGHBOURS + 1)
    near = np.clip(np.arange(len(index))[:, None] + reach, 0, len(index) - 1)
    around = rows[near]
    middle = median(around, axis=1)
    typical = 1.4826 * median(np.abs(around - middle[:, None]), axis=1)
    # Where the camera shakes, nine pairs may lie close together by chance; what the others do is usual too.
    typical = np.maximum(typical, 1.4826 * median(np.abs(rows - middle), axis=0))
    off = np.abs(rows - middle) > np.maximum(_WILD * typical, _LEAST_WILD + 0.5 * np.abs(middle))
    wild[index] = off.any(axis=1)
    return wild


def _filled(moves: Floats, known: NDArray[np.bool_], held: NDArray[np.bool_], lasts: Floats) -> Floats:
    """Motions with those of unknown pairs put in from the median speed of the nearest known ones."""
    index = np.flatnonzero(known)
    if not len(index):
        return np.zeros_like(moves)
    speed = moves[index] / np.maximum(lasts[index], 1e-6)[:, None]
    for k in np.flatnonzero(~known & ~held):
        place = int(np.searchsorted(index, k))
        around = speed[max(0, place - 2) : place + 2]
        moves[k] = median(around, axis=0) * lasts[k]
    return moves


def pieces(line: Path, component: int, sigma: float) -> list[Piece]:
    """One component's path as straight pieces, given how much its places tremble, in long edges.

    The number of pieces and their ends come from dynamic programming over the sum of squares (Auger and Lawrence,
    Bulletin of Mathematical Biology 51, 1989) with a price for each piece; each piece is a line of its own.
    """
    t, y = line.times, line.places[:, component]
    if len(t) > _KNOTS + 1:
        every = -(-len(t) // _KNOTS)
        edges = np.arange(0, len(t), every)
        counts = np.diff(np.append(edges, len(t)))
        t, y = np.add.reduceat(t, edges) / counts, np.add.reduceat(y, edges) / counts
        sigma = sigma / np.sqrt(every)
    found = []
    for a, b in _segmented(t, y, max(sigma, _FLOOR)):
        slope, at = _line(t[a:b], y[a:b]) if b - a > 1 else (0.0, y[a])
        start, end = float(t[a]), float(t[min(b, len(t) - 1)])
        found.append(Piece(start, end, float(at + slope * start), float(at + slope * end)))
    return found


def _line(t: Floats, y: Floats) -> tuple[float, float]:
    """Slope, and height at t = 0, of the least squares line; np.polyfit() takes ten times as long."""
    middle, high = t.mean(), y.mean()
    away = t - middle
    slope = float(away @ y / (away @ away))
    return slope, float(high - slope * middle)


def trembles(line: Path) -> Floats:
    """How much each component's places tremble about a smooth path (4,), in long edges; one number for both shifts."""
    each = np.array([_spread(line.places[:, k]) for k in range(4)])
    each[:2] = np.sqrt((each[:2] ** 2).mean())
    return each


def _spread(y: Floats) -> float:
    """How much places tremble about a smooth path: for independent ones, second differences vary by 6 times as much."""
    if len(y) < 4:
        return 0.0
    second = np.diff(y, 2)
    typical = 1.4826 * median(np.abs(second))
    held = np.clip(second, -3 * typical, 3 * typical)
    return float(np.sqrt((held**2).mean() / 6))


def _segmented(t: Floats, y: Floats, sigma: float) -> list[tuple[int, int]]:
    """Index ranges [a, b) of the pieces, each of three places or more where there are as many."""
    n = len(y)
    least = 3 if n >= 6 else n
    price = _PENALTY * np.log(max(n, 3))
    sums = [np.concatenate([[0.0], np.cumsum(v)]) for v in (t, y, t * t, t * y, y * y)]
    best = np.full(n + 1, np.inf)
    best[0] = -price
    came = np.zeros(n + 1, dtype=int)
    for b in range(least, n + 1):
        starts = b - least + 1
        count = np.arange(b, least - 1, -1)
        st, sy, stt, sty, syy = (s[b] - s[:starts] for s in sums)
        tt, ty, yy = stt - st * st / count, sty - st * sy / count, syy - sy * sy / count
        left = np.maximum(yy - ty * ty / np.maximum(tt, 1e-12), 0.0)
        total = best[:starts] + price + left / (2 * sigma * sigma)
        came[b] = int(total.argmin())
        best[b] = total[came[b]]
    ends = [n]
    while ends[-1] > 0:
        ends.append(int(came[ends[-1]]))
    ends.reverse()
    return list(itertools.pairwise(ends))
