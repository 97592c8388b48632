"""How the camera moves from one frame to the next: a shift, a scale and a turn of the picture, robustly fitted.

The similarity with four parameters (shift x and y, scale, turn) is fitted to the block flow of `kit.metrics.flow` by
iteratively reweighted least squares with Tukey's biweight (Beaton and Tukey, Technometrics 16, 1974), the scale going
down from 4 to 0.25 pixels, from several starts; the fit that most of the textured picture supports is kept, unless
another one holds more of the frame.

What this can't tell apart, by its nature: turning the camera from moving it (a pan from a truck, a zoom from a dolly)
where the scene has no depth to speak of, and a scene that moves as a whole from a camera that does.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kit.camera.medians import median
from kit.metrics.flow import Flow

Floats = NDArray[np.float64]

SURE = 0.12  # a block's confidence from which it has a say: texture half of what counts as full, and a good match
_SCALES = (4.0, 2.6, 1.7, 1.1, 0.7, 0.4, 0.25, 0.15)  # pixels
_CLOSE = 0.7
_NEAR = (0.2, 0.6)  # pixels from the fit at which a block's support is half; the second for noisy flow
_PLAIN = 0.02  # of the support: what growth and turn together have to bring more than a shift alone
CUT = 4.685  # times the scale: where Tukey's weight becomes 0 (95 % efficiency under normal errors)
_INLIER = 1.0  # pixels from the fit, plus the share below of the block's own motion
RELATIVE = 0.06
# A subject stands in the middle more often than at the edge, so the edge counts a little more for the camera.
MIDDLE = 0.75
PARTS = (5, 4)  # columns and rows of the frame whose parts count alike, in good part
CROWD = 0.6
_FEW = 10  # textured blocks: with fewer, four parameters are hardly held
_SECOND = (
    0.2  # of the textured blocks (by weight) that a second motion has to have to be taken for the camera's
)
_LEAST_SHARE = 0.3  # of the textured blocks (by weight) have to agree


class Similarity(NamedTuple):
    """What the picture's content does about the middle of the frame.

    `dx`, `dy`: shift in shares of the width and of the height (x to the right, y down). `scale`: above 1 grows.
    `turn`: degrees, positive is clockwise on the screen. The camera does the opposite of the shift and of the turn.
    """

    dx: float
    dy: float
    scale: float
    turn: float


STILL = Similarity(0.0, 0.0, 1.0, 0.0)


@dataclass(frozen=True, slots=True)
class PairMotion:
    """The camera between two frames.

    `inliers` is the share (0 to 1) of the textured blocks that agree with `motion`, `textured` the share of all blocks
    that have a say, `residual` the inliers' root mean square distance to the fit in pixels of the small picture.
    `tells` says that the picture can tell: enough texture, spread over the frame, and enough agreement.
    """

    motion: Similarity
    inliers: float
    textured: float
    residual: float
    tells: bool


def fit(flow: Flow, before: Similarity | None = None) -> PairMotion:
    """The camera's motion from a block flow of n blocks; `before` is the motion of the pair before, tried as a start.

    About 0.5 ms for 112 blocks.
    """
    confidence = flow.confidence.astype(np.float64)
    say = confidence >= SURE
    count = int(np.count_nonzero(say))
    textured = count / len(say)
    if count < 4:
        return PairMotion(STILL, 0.0, textured, float("nan"), tells=False)
    size = (flow.width, flow.height)
    p = about_middle(flow.positions, size)[say]
    d = flow.displacement[say].astype(np.float64)
    w = weights(confidence[say], p, size)
    theta, close = best_fit(p, d, w, _starts(p, d, size, before))
    theta, close = widest(p, d, w, (theta, close), size)
    error = np.hypot(*(d - displaced(theta[None], p)[0]).T)
    share = float(w[close].sum() / w.sum())
    residual = (
        float(np.sqrt((w[close] * error[close] ** 2).sum() / w[close].sum())) if close.any() else np.nan
    )
    tells = count >= _FEW and share >= _LEAST_SHARE and spread_out(p[close], size)
    return PairMotion(as_similarity(theta, size), share, textured, residual, tells=tells)


def widest(
    p: Floats,
    d: Floats,
    w: Floats,
    first: tuple[Floats, NDArray[np.bool_]],
    size: tuple[int, int],
    *,
    blur: float = 1.0,
) -> tuple[Floats, NDArray[np.bool_]]:
    """The best supported fit, or the second motion in the picture where that holds more of the frame.

    A thing with much texture before a background with little may have the most support, but all of it in one place.
    """
    close = first[1]
    rest = ~close
    own = holds(close, p, w, size)
    # Blocks that lie all over the frame hold about as much as their share.
    if np.count_nonzero(rest) < _FEW or own >= w[rest].sum() / w.sum():
        return first
    theta, agree = second(p, d, w, rest, blur=blur)
    enough = w[agree].sum() >= _SECOND * w.sum()
    return (theta, agree) if enough and holds(agree, p, w, size) > own else first


def second(
    p: Floats, d: Floats, w: Floats, rest: NDArray[np.bool_], *, blur: float = 1.0
) -> tuple[Floats, NDArray[np.bool_]]:
    """The best fit (4,) to the blocks that are left over, `rest` (n,), and which of them agree with it (n,)."""
    theta, close = best_fit(p[rest], d[rest], w[rest], np.array([[*median(d[rest]), 0.0, 0.0]]), blur=blur)
    agree = np.zeros(len(p), dtype=bool)
    agree[np.flatnonzero(rest)[close]] = True
    return theta, agree


def holds(some: NDArray[np.bool_], p: Floats, w: Floats, size: tuple[int, int]) -> float:
    """How much of the frame some blocks (n,) of all at p (n, 2) hold: their share of the weights w, times their spread.

    The spread is the product of their standard deviations across and down; 1 for blocks that lie evenly everywhere.
    """
    if not some.any():
        return 0.0
    q, v = p[some] / size, w[some] / w[some].sum()
    variance = v @ (q - v @ q) ** 2
    return float(w[some].sum() / w.sum() * 12 * np.sqrt(variance[0] * variance[1]))


def about_middle(positions: NDArray[np.float32], size: tuple[int, int]) -> Floats:
    """Block positions (n, 2) from the middle of a picture of `size` (width, height), in pixels."""
    return np.asarray(positions - np.array([(size[0] - 1) / 2, (size[1] - 1) / 2]), dtype=np.float64)


def weights(confidence: Floats, p: Floats, size: tuple[int, int]) -> Floats:
    """How much each block at `p` (n, 2) counts.

    By its confidence, the frame's edge a little more than its middle; and by how few there are beside it: a thing with
    much texture before a plain wall is no majority of the picture's area.
    """
    edge = _edge(p, size)
    own = np.sqrt(confidence) * np.where(edge, 1.0, MIDDLE)
    place = ((p / size + 0.5) * PARTS).astype(int)
    # np.clip() takes longer than the rest of this.
    column, row = np.minimum(np.maximum(place, 0), np.subtract(PARTS, 1)).T
    part = row * PARTS[0] + column
    crowd = np.bincount(part, own, minlength=PARTS[0] * PARTS[1])
    return np.asarray(own / np.maximum(crowd[part], 0.5) ** CROWD)


def as_similarity(theta: Floats, size: tuple[int, int]) -> Similarity:
    """Parameters (tx, ty, a, b) of u = t + [[a, -b], [b, a]] p, in pixels, as a similarity."""
    tx, ty, a, b = (float(v) for v in theta)
    scale = float(np.hypot(1 + a, b))
    return Similarity(tx / size[0], ty / size[1], scale, float(np.degrees(np.arctan2(b, 1 + a))))


def as_parameters(motion: Similarity, size: tuple[int, int]) -> Floats:
    """The opposite of `as_similarity`: (4,)."""
    turn = np.radians(motion.turn)
    a, b = motion.scale * np.cos(turn) - 1, motion.scale * np.sin(turn)
    return np.array([motion.dx * size[0], motion.dy * size[1], a, b])


def _edge(p: Floats, size: tuple[int, int]) -> NDArray[np.bool_]:
    return np.asarray((np.abs(p[:, 0]) > 0.3 * size[0]) | (np.abs(p[:, 1]) > 0.3 * size[1]))


def _starts(p: Floats, d: Floats, size: tuple[int, int], before: Similarity | None) -> Floats:
    """First guesses (s, 4): the median flow, that of the frame's edge, no motion, and the pair's before."""
    rows = [[*median(d), 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]
    edge = _edge(p, size)
    if np.count_nonzero(edge) >= 4:
        rows.append([*median(d[edge]), 0.0, 0.0])
    if before is not None:
        rows.append(list(as_parameters(before, size)))
    return np.array(rows)


def displaced(theta: Floats, p: Floats) -> Floats:
    """Displacement (s, n, 2) of points p (n, 2) under parameters (s, 4): tx, ty, a, b of u = t + [[a, -b], [b, a]] p."""
    a, b = theta[:, 2, None], theta[:, 3, None]
    x, y = p[:, 0], p[:, 1]
    return np.stack([theta[:, 0, None] + a * x - b * y, theta[:, 1, None] + b * x + a * y], axis=-1)


def best_fit(
    p: Floats, d: Floats, w: Floats, starts: Floats, *, blur: float = 1.0
) -> tuple[Floats, NDArray[np.bool_]]:
    """The best supported of the fits from all starts (4,), and which blocks agree with it (n,).

    From each start three fits are led down: with growth and turn from the widest scale, the same from the `_CLOSE`
    scale only (a thing that moves nearly like the camera is not drawn in), and a shift alone. `blur` multiplies all
    scales, for displacements that were summed over several pairs.
    """
    count = len(starts)
    fits = _Fits(p, d)
    # The shifts alone stand in the middle, so that those of the wide scales come first.
    theta = np.concatenate([starts, starts, starts])
    theta[count : 2 * count, 2:] = 0.0
    shift = np.zeros((len(theta), 1), bool)
    shift[count : 2 * count] = True
    # Blocks that move far are matched less exactly: turning and growing inside a block blur the match.
    slack = RELATIVE * np.hypot(d[:, 0], d[:, 1])
    scales = np.array(_SCALES[blur > 1 :])
    narrow = -1 / (CUT * scales[:, None] * blur + slack) ** 2
    for scale, falls in zip(scales, narrow, strict=True):
        now = len(theta) if scale <= _CLOSE else 2 * count
        weight = fits.squared_error(theta[:now])
        weight *= falls
        weight += 1.0
        np.maximum(weight, 0.0, out=weight)
        weight *= weight
        weight *= w
        theta[:now] = fits.solve(weight, theta[:now], shift[:now])
    error = np.sqrt(fits.squared_error(theta))
    relative = (error / (blur + slack)) ** 2
    support = sum(1 / (1 + relative / near**2) for near in _NEAR) @ w / (len(_NEAR) * w.sum())
    best = int((support + _PLAIN * shift[:, 0]).argmax())
    return theta[best], error[best] <= _INLIER * blur + slack


def agreeing(theta: Floats, p: Floats, d: Floats) -> NDArray[np.bool_]:
    """Which blocks at p (n, 2) with displacements d (n, 2) agree with parameters (4,)."""
    error = np.hypot(*(d - displaced(theta[None], p)[0]).T)
    return np.asarray(error <= _INLIER + RELATIVE * np.hypot(*d.T))


class _Fits:
    """Many similarities of the same n blocks at p (n, 2) with displacements d (n, 2), at once.

    All that least squares want of the blocks are weighted sums of eight products, and all displacements under all
    parameters are one product of matrices too.
    """

    def __init__(self, p: Floats, d: Floats) -> None:
        count = len(p)
        (x, y), (u, v) = p.T, d.T
        sums_of = np.empty((count, 8))
        sums_of[:, 0] = 1
        sums_of[:, 1:3] = p
        sums_of[:, 3:5] = d
        sums_of[:, 5] = x * x + y * y
        sums_of[:, 6] = x * u + y * v
        sums_of[:, 7] = x * v - y * u
        self._sums_of = sums_of
        ground = np.zeros((4, 2, count))
        ground[0, 0] = ground[1, 1] = 1
        ground[2] = p.T
        np.negative(y, out=ground[3, 0])
        ground[3, 1] = x
        self._ground = ground.reshape(4, -1)
        self._d = np.concatenate([u, v])
        self._count = len(x)

    def squared_error(self, theta: Floats) -> Floats:
        """Squared distances (s, n) in pixels of the blocks from parameters (s, 4)."""
        left = theta @ self._ground
        left -= self._d
        left *= left
        return np.asarray(left[:, : self._count] + left[:, self._count :])

    def solve(self, weight: Floats, old: Floats, shift: NDArray[np.bool_]) -> Floats:
        """Weighted least squares for every row of weights (s, n); rows without enough weight keep what they had (s, 4).

        Rows for which `shift` (s, 1) holds get a shift alone.
        """
        total, x, y, u, v, square, along, across = (weight @ self._sums_of).T
        safe = np.maximum(total, 1e-9)
        x, y, u, v = x / safe, y / safe, u / safe, v / safe
        # A little weight on "no scale, no turn" keeps a fit to blocks in one corner from swinging.
        free = ~shift[:, 0] / (square - safe * (x * x + y * y) + 100.0)
        a = (along - safe * (x * u + y * v)) * free
        b = (across - safe * (x * v - y * u)) * free
        new = np.empty_like(old)
        new[:, 0], new[:, 1], new[:, 2], new[:, 3] = u - (a * x - b * y), v - (b * x + a * y), a, b
        enough = total > 1e-3
        return new if enough.all() else np.where(enough[:, None], new, old)


def spread_out(p: Floats, size: tuple[int, int]) -> bool:
    """Whether the blocks are spread over the frame: a tenth of its size or more in standard deviation, both ways."""
    if len(p) < 4:
        return False
    return bool((p.std(axis=0) > [0.1 * size[0], 0.08 * size[1]]).all())
