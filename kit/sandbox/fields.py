"""Fields of numbers that pictures are made of: noise, blur, resizing. All float32, (rows, columns), all seeded."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def smooth(t: Any) -> Any:
    """The cubic ease 3t^2 - 2t^3 with t held to 0..1."""
    u = np.clip(t, 0.0, 1.0)
    return u * u * (3.0 - 2.0 * u)


def _axis(n_in: int, n_out: int, *, ease: bool, wrap: bool) -> tuple[Array, Array, Array]:
    at = (np.arange(n_out, dtype=np.float64) + 0.5) * n_in / n_out - 0.5
    low = np.floor(at).astype(np.int64)
    part = (at - low).astype(np.float32)
    if ease:
        part = smooth(part)
    if wrap:
        return low % n_in, (low + 1) % n_in, part
    return np.clip(low, 0, n_in - 1), np.clip(low + 1, 0, n_in - 1), part


def resize(a: Array, height: int, width: int, *, ease: bool = False, wrap: bool = False) -> Array:
    """Bilinear resizing of (..., h, w); `ease` bends the weights so that grids of noise show no creases."""
    y0, y1, fy = _axis(a.shape[-2], height, ease=ease, wrap=wrap)
    x0, x1, fx = _axis(a.shape[-1], width, ease=ease, wrap=wrap)
    rows = a[..., y0, :] * (1 - fy)[:, None] + a[..., y1, :] * fy[:, None]
    out: Array = (rows[..., x0] * (1 - fx) + rows[..., x1] * fx).astype(np.float32)
    return out


def noise(
    rng: np.random.Generator,
    height: int,
    width: int,
    cell: tuple[float, float],
    *,
    octaves: int = 4,
    gain: float = 0.5,
    wrap: bool = False,
) -> Array:
    """Value noise in 0..1 around 0.5: sums of smooth random grids, each half as large (cell: rows, columns in pixels)."""
    total = np.zeros((height, width), np.float32)
    weight, norm = 1.0, 0.0
    for k in range(octaves):
        h = max(2, round(height / max(1.0, cell[0] / 2**k)))
        w = max(2, round(width / max(1.0, cell[1] / 2**k)))
        grid = rng.random((min(h, height), min(w, width)), dtype=np.float32)
        total += weight * resize(grid, height, width, ease=True, wrap=wrap)
        norm += weight
        weight *= gain
    return total / np.float32(norm)


def _box(a: Array, radius: int) -> Array:
    n = 2 * radius + 1
    padded = np.pad(a, [(0, 0)] * (a.ndim - 1) + [(radius + 1, radius)], mode="edge")
    total = np.cumsum(padded, axis=-1, dtype=np.float32)
    out: Array = ((total[..., n:] - total[..., :-n]) / n).astype(np.float32)
    return out


def _kernel(a: Array, sigma: float) -> Array:
    radius = max(1, int(np.ceil(sigma * 2.6)))
    w = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    w = (w / w.sum()).astype(np.float32)
    padded = np.pad(a, [(0, 0)] * (a.ndim - 1) + [(radius, radius)], mode="edge")
    n = a.shape[-1]
    out: Array = w[0] * padded[..., :n]
    for k in range(1, 2 * radius + 1):
        out += w[k] * padded[..., k : k + n]
    return out


def blur_rows(a: Array, sigma: float) -> Array:
    """Gaussian blur along the last axis: exact weights when small, three box means when large."""
    if sigma <= 0.2:
        return a
    if sigma <= 3.0:
        return _kernel(a, sigma)
    radius = max(1, round((np.sqrt(4.0 * sigma * sigma + 1.0) - 1.0) / 2.0))
    for _ in range(3):
        a = _box(a, radius)
    return a


def blur_columns(a: Array, sigma: float) -> Array:
    """Gaussian blur along the rows' axis (downwards)."""
    return np.swapaxes(blur_rows(np.ascontiguousarray(np.swapaxes(a, -1, -2)), sigma), -1, -2)


def shrunk(a: Array, factor: int) -> Array:
    """Means over squares of factor x factor pixels; the last rows and columns are repeated where they do not fill one."""
    h, w = a.shape[-2:]
    edges = [(0, 0)] * (a.ndim - 2) + [(0, -h % factor), (0, -w % factor)]
    p = np.pad(a, edges, mode="edge") if h % factor or w % factor else a
    rows = p[..., ::factor, :].copy()
    for k in range(1, factor):
        rows += p[..., k::factor, :]
    out: Array = rows[..., ::factor].copy()
    for k in range(1, factor):
        out += rows[..., k::factor]
    out *= np.float32(1.0 / (factor * factor))
    return out


def blur(a: Array, sigma: float) -> Array:
    """Gaussian blur of (..., h, w) by `sigma` pixels; wide ones are made on a smaller copy."""
    a = np.asarray(a, np.float32)
    if sigma <= 0.2:
        return a
    h, w = a.shape[-2:]
    factor = 4 if sigma > 16.0 else 3 if sigma > 9.0 else 2
    if sigma > 4.0 and min(h, w) > 32:
        small = blur(shrunk(a, factor), sigma / factor)
        return np.ascontiguousarray(
            resize(small, small.shape[-2] * factor, small.shape[-1] * factor)[..., :h, :w]
        )
    return blur_columns(blur_rows(a, sigma), sigma)
