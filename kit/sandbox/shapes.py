"""Shapes as coverage masks: every outline is a polygon, filled with exact horizontal and sampled vertical area.

Coordinates are (x, y) in pixels, y down. A mask is a `Mask(y, x, cover)`: `cover` float32 in 0..1 with its top left corner
at row `y`, column `x`; None where a shape lies wholly outside.
The fill sums signed trapezoids along each row (as font rasterisers do), so edges are smooth without a larger buffer.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Points = Array | Sequence[tuple[float, float]]
Place = Callable[..., Array]  # turns points of a thing into points of the picture

SUBROWS = 4


class Mask(NamedTuple):
    """How much of each pixel a shape covers, in the smallest box that holds it."""

    y: int
    x: int
    cover: Array


def polygon(points: Points, height: int, width: int, *, parts: int = 1) -> Mask | None:
    """Cover of a closed polygon, shape (n, 2), clipped to height x width.

    With `parts` > 1 the points are that many outlines of equal length one after another, which must not overlap.
    """
    p = np.asarray(points, dtype=np.float64)
    y0, y1 = max(0, int(np.floor(p[:, 1].min()))), min(height, int(np.ceil(p[:, 1].max())))
    x0, x1 = max(0, int(np.floor(p[:, 0].min()))), min(width, int(np.ceil(p[:, 0].max())))
    if y1 <= y0 or x1 <= x0:
        return None
    h, w = y1 - y0, x1 - x0
    q = np.roll(p.reshape(parts, -1, 2), -1, axis=1).reshape(-1, 2)
    # The sampled rows that each edge crosses: half-open, so that a shared corner counts once.
    py, qy = (p[:, 1] - y0) * SUBROWS - 0.5, (q[:, 1] - y0) * SUBROWS - 0.5
    first = np.clip(np.ceil(np.minimum(py, qy)), 0, h * SUBROWS).astype(np.int64)
    crossed = np.clip(np.ceil(np.maximum(py, qy)), 0, h * SUBROWS).astype(np.int64) - first
    total_rows = int(crossed.sum())
    if total_rows == 0:
        return None
    edge = np.repeat(np.arange(len(p)), crossed)
    row = np.arange(total_rows) + np.repeat(first - np.cumsum(crossed) + crossed, crossed)
    rise = np.where(qy == py, 1.0, qy - py)
    slope = (q[:, 0] - p[:, 0]) / rise
    x = (p[:, 0] - slope * py - x0)[edge] + slope[edge] * row
    np.maximum(x, 0.0, out=x)
    np.minimum(x, float(w), out=x)
    sign = np.where(rise > 0, 1.0, -1.0)[edge]
    cell = np.minimum(x.astype(np.int64), w)
    part = x - cell
    flat = (row // SUBROWS) * (w + 2) + cell
    size = h * (w + 2)
    total = np.bincount(flat, sign * (1.0 - part), size) + np.bincount(flat + 1, sign * part, size)[:size]
    cover = np.cumsum(total.astype(np.float32).reshape(h, w + 2), axis=1)[:, :w]
    cover *= np.float32(1 / SUBROWS)
    np.abs(cover, out=cover)
    np.minimum(cover, 1.0, out=cover)
    return Mask(y0, x0, cover)


def ellipse(
    cx: float, cy: float, rx: float, ry: float, *, turn: float = 0.0, start: float = 0.0, end: float = 360.0
) -> Array:
    """Outline of an ellipse (or the part from `start` to `end` degrees), turned by `turn` degrees clockwise."""
    n = int(np.clip(max(rx, ry) * 1.2, 20, 120))
    a = np.radians(np.linspace(start, end, n, endpoint=end - start < 360.0))
    x, y = rx * np.cos(a), ry * np.sin(a)
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    return np.stack([cx + x * c - y * s, cy + x * s + y * c], axis=1)


def rect(x: float, y: float, w: float, h: float, r: float = 0.0) -> Array:
    """Outline of a rectangle with corners rounded by radius `r`."""
    r = max(0.0, min(r, w / 2, h / 2))
    if r <= 0:
        return np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], dtype=np.float64)
    a = np.radians(np.linspace(0, 90, 7))
    corners = []
    for k, (cx, cy) in enumerate(
        ((x + w - r, y + h - r), (x + r, y + h - r), (x + r, y + r), (x + w - r, y + r))
    ):
        b = a + k * np.pi / 2
        corners.append(np.stack([cx + r * np.cos(b), cy + r * np.sin(b)], axis=1))
    return np.concatenate(corners)


def spline(points: Points, *, closed: bool = True, steps: int = 8) -> Array:
    """Catmull-Rom curve through the points: `steps` pieces for each span."""
    p = np.asarray(points, dtype=np.float64)
    if closed:
        a, b, c, d = np.roll(p, 1, 0), p, np.roll(p, -1, 0), np.roll(p, -2, 0)
    else:
        full = np.concatenate([p[:1] * 2 - p[1:2], p, p[-1:] * 2 - p[-2:-1]])
        a, b, c, d = full[:-3], full[1:-2], full[2:-1], full[3:]
    t = (np.arange(steps) / steps)[None, :, None]
    a, b, c, d = (v[:, None, :] for v in (a, b, c, d))
    out = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    curve: Array = out.reshape(-1, 2)
    return curve if closed else np.concatenate([curve, p[-1:]])


def stroke(points: Points, widths: float | Sequence[float] | Array) -> Array:
    """Outline of a line with round ends through the points; `widths` is one width or one for each point."""
    p = np.asarray(points, dtype=np.float64)
    half = np.broadcast_to(np.asarray(widths, dtype=np.float64) / 2, (len(p),))[:, None]
    d = np.gradient(p, axis=0)
    d /= np.maximum(np.hypot(d[:, 0], d[:, 1]), 1e-9)[:, None]
    n = np.stack([-d[:, 1], d[:, 0]], axis=1)
    a = np.radians(np.linspace(90, -90, 9))[1:-1, None]
    tail = p[-1] + half[-1] * (np.cos(a) * d[-1] + np.sin(a) * n[-1])
    head = p[0] + half[0] * (-np.cos(a) * d[0] - np.sin(a) * n[0])
    return np.concatenate([p + n * half, tail, (p - n * half)[::-1], head])


def moved(
    points: Points,
    dx: float = 0.0,
    dy: float = 0.0,
    *,
    scale: float = 1.0,
    turn: float = 0.0,
    about: tuple[float, float] = (0.0, 0.0),
) -> Array:
    """The points scaled and turned (degrees clockwise) about a point, then shifted."""
    p = np.asarray(points, dtype=np.float64) - about
    c, s = np.cos(np.radians(turn)) * scale, np.sin(np.radians(turn)) * scale
    out: Array = p @ np.array([[c, s], [-s, c]]) + about + (dx, dy)
    return out
