"""Things to draw on: `Surface` (float, with alpha, for what is drawn once) and `Frame` (uint16, opaque, for every frame).

Both are planar, (channel, row, column), because numpy works fastest on long rows. Colours are three numbers in 0..1 (sRGB as
displayed; light is added and scaled in that space, which is what a painter of flat pictures expects). Drawing takes
coordinates in *units*: a picture is always 720 units high, whatever its size in pixels, so that a scene is written once.
"""
# ruff: noqa: PLR0917, RUF005
# Drawing calls read best as x, y, size; points plus an offset are sums of arrays.

from collections.abc import Callable, Sequence

import numpy as np

from kit.sandbox.fields import blur
from kit.sandbox.shapes import Array, Mask, Points, polygon

UNITS = 720.0
Colour = Sequence[float]
Paint = Colour | Callable[[Array, Array], Array]


def mix(a: Colour, b: Colour, t: float) -> tuple[float, float, float]:
    """The colour at `t` (0..1) on the way from a to b."""
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t)


def shade(c: Colour, k: float) -> tuple[float, float, float]:
    """The colour times k: below 1 darker, above 1 lighter (clipped)."""
    return (min(1.0, c[0] * k), min(1.0, c[1] * k), min(1.0, c[2] * k))


def rgb(text: str) -> tuple[float, float, float]:
    """A colour from six hexadecimal digits."""
    return (int(text[0:2], 16) / 255, int(text[2:4], 16) / 255, int(text[4:6], 16) / 255)


def linear(x0: float, y0: float, c0: Colour, x1: float, y1: float, c1: Colour) -> Paint:
    """A paint running from colour c0 at (x0, y0) to c1 at (x1, y1), in units."""
    dx, dy = x1 - x0, y1 - y0
    length = dx * dx + dy * dy or 1.0
    first, delta = np.asarray(c0, np.float32), np.asarray(c1, np.float32) - np.asarray(c0, np.float32)

    def paint(x: Array, y: Array) -> Array:
        t = np.clip(((x - x0) * dx + (y - y0) * dy) / length, 0.0, 1.0).astype(np.float32)
        return first[:, None, None] + delta[:, None, None] * t

    return paint


def ramp(at: Sequence[float], colours: Sequence[Colour], *, across: bool = False) -> Paint:
    """A paint through several colours at the given heights (or columns when `across`), in units."""
    table = np.asarray(colours, np.float32)

    def paint(x: Array, y: Array) -> Array:
        v = x if across else y
        flat = [np.interp(v, at, table[:, c]).astype(np.float32) for c in range(3)]
        return np.stack(np.broadcast_arrays(*flat))

    return paint


class _Drawing:
    """What both targets share: turning shapes in units into masks, and gradients into pixels."""

    def __init__(self, height: int, width: int, scale: float) -> None:
        self.height, self.width, self.scale = height, width, scale
        self._last: tuple[Points, Mask | None] | None = None

    def mask(self, points: Points, parts: int = 1) -> Mask | None:
        """Cover of a polygon (or of several equal-length outlines) given in units; the last one is remembered."""
        if self._last is not None and self._last[0] is points:
            return self._last[1]
        m = polygon(np.asarray(points, np.float64) * self.scale, self.height, self.width, parts=parts)
        self._last = (points, m)
        return m

    def units(self, m: Mask) -> tuple[Array, Array]:
        """Columns (1, w) and rows (h, 1) of a mask's pixel centres, in units."""
        h, w = m.cover.shape
        x = (m.x + np.arange(w, dtype=np.float32) + 0.5) / self.scale
        y = (m.y + np.arange(h, dtype=np.float32) + 0.5) / self.scale
        return x[None, :], y[:, None]

    def tint(self, m: Mask, paint: Paint) -> Array:
        """The paint's colour over a mask: (3, 1, 1) or (3, h, w) float32."""
        if callable(paint):
            x, y = self.units(m)
            return np.asarray(paint(x, y), np.float32)
        return np.asarray(paint, np.float32)[:, None, None]

    def whole(self) -> Mask:
        """A mask covering everything."""
        return Mask(0, 0, np.ones((self.height, self.width), np.float32))

    def _inside(self, m: Mask | None) -> Mask | None:
        """The part of a mask that lies in the picture."""
        if m is None:
            return None
        h, w = m.cover.shape
        top, left = max(0, -m.y), max(0, -m.x)
        low, right = min(h, self.height - m.y), min(w, self.width - m.x)
        if low <= top or right <= left:
            return None
        if (top, left, low, right) == (0, 0, h, w):
            return m
        return Mask(m.y + top, m.x + left, m.cover[top:low, left:right])

    def put(self, m: Mask | None, paint: Paint, alpha: float = 1.0) -> None:
        """Lay a paint over the picture through a mask."""
        raise NotImplementedError

    def add(self, m: Mask | None, paint: Paint, strength: float = 1.0) -> None:
        """Add light through a mask."""
        raise NotImplementedError

    def fill(self, points: Points, paint: Paint, alpha: float = 1.0, *, parts: int = 1) -> None:
        """Lay a paint over a polygon, or over several outlines of equal length that do not overlap."""
        self.put(self.mask(points, parts), paint, alpha)

    def soft(
        self, points: Points, paint: Paint, sigma: float, alpha: float = 1.0, *, light: bool = False
    ) -> None:
        """Lay a paint (or add light) over a polygon whose edge is blurred by `sigma` units: shadows and glows."""
        pad = int(np.ceil(sigma * self.scale * 3)) + 1
        big = polygon(
            np.asarray(points, np.float64) * self.scale + pad, self.height + 2 * pad, self.width + 2 * pad
        )
        if big is None:
            return
        cover = blur(np.pad(big.cover, pad), sigma * self.scale)
        y, x = big.y - 2 * pad, big.x - 2 * pad
        top, left = max(0, -y), max(0, -x)
        cut = cover[top : self.height - y, left : self.width - x]
        if cut.size:
            m = Mask(y + top, x + left, cut)
            if light:
                self.add(m, paint, alpha)
            else:
                self.put(m, paint, alpha)

    def rim(
        self, points: Points, dx: float, dy: float, paint: Paint, alpha: float = 1.0, *, light: bool = False
    ) -> None:
        """Colour the edge of a polygon on the side away from (dx, dy), as light from that side would."""
        whole = self.mask(points)
        if whole is None:
            return
        kx, ky = dx * self.scale, dy * self.scale
        if abs(kx) + abs(ky) > 2.0:  # whole pixels are near enough, and need no second fill
            inner: Mask | None = Mask(whole.y + round(ky), whole.x + round(kx), whole.cover)
        else:
            inner = polygon((np.asarray(points, np.float64) + (dx, dy)) * self.scale, self.height, self.width)
        cover = whole.cover.copy()
        if inner is not None:
            h, w = cover.shape
            y0, x0 = max(whole.y, inner.y), max(whole.x, inner.x)
            y1 = min(whole.y + h, inner.y + inner.cover.shape[0])
            x1 = min(whole.x + w, inner.x + inner.cover.shape[1])
            if y1 > y0 and x1 > x0:
                cover[y0 - whole.y : y1 - whole.y, x0 - whole.x : x1 - whole.x] *= (
                    1.0 - inner.cover[y0 - inner.y : y1 - inner.y, x0 - inner.x : x1 - inner.x]
                )
        if light:
            self.add(Mask(whole.y, whole.x, cover), paint, alpha)
        else:
            self.put(Mask(whole.y, whole.x, cover), paint, alpha)

    def glow(
        self,
        cx: float,
        cy: float,
        rx: float,
        ry: float,
        colour: Colour,
        strength: float = 1.0,
        *,
        power: float = 2.0,
    ) -> None:
        """Add a round glow that fades to nothing at the radii."""
        m = self._halo(cx, cy, rx, ry, power)
        if m is not None:
            self.add(m, colour, strength)

    def shadow(
        self,
        cx: float,
        cy: float,
        rx: float,
        ry: float,
        colour: Colour,
        alpha: float = 1.0,
        *,
        power: float = 1.5,
    ) -> None:
        """Lay a round soft spot of a colour."""
        m = self._halo(cx, cy, rx, ry, power)
        if m is not None:
            self.put(m, colour, alpha)

    def _halo(self, cx: float, cy: float, rx: float, ry: float, power: float) -> Mask | None:
        k = self.scale
        y0, y1 = max(0, int((cy - ry) * k)), min(self.height, int((cy + ry) * k) + 1)
        x0, x1 = max(0, int((cx - rx) * k)), min(self.width, int((cx + rx) * k) + 1)
        if y1 <= y0 or x1 <= x0:
            return None
        y = ((np.arange(y0, y1, dtype=np.float32) + 0.5) / k - cy) / ry
        x = ((np.arange(x0, x1, dtype=np.float32) + 0.5) / k - cx) / rx
        d = np.maximum(0.0, 1.0 - (y * y)[:, None] - (x * x)[None, :])
        return Mask(y0, x0, d**power)


class Surface(_Drawing):
    """A picture with alpha, drawn once: `rgb` (3, h, w) premultiplied and `alpha` (h, w), float32 in 0..1.

    `width` and `height` are in units here; `scale` is pixels per unit.
    """

    def __init__(self, width: float, height: float, scale: float) -> None:
        super().__init__(max(2, round(height * scale)), max(2, round(width * scale)), scale)
        self.rgb: Array = np.zeros((3, self.height, self.width), np.float32)
        self.alpha: Array = np.zeros((self.height, self.width), np.float32)

    def put(self, m: Mask | None, paint: Paint, alpha: float = 1.0) -> None:
        """Lay a paint over the picture through a mask."""
        m = self._inside(m)
        if m is None:
            return
        h, w = m.cover.shape
        cover = m.cover * np.float32(alpha)
        keep = 1.0 - cover
        part = self.rgb[:, m.y : m.y + h, m.x : m.x + w]
        part *= keep
        part += self.tint(m, paint) * cover
        over = self.alpha[m.y : m.y + h, m.x : m.x + w]
        over *= keep
        over += cover

    def add(self, m: Mask | None, paint: Paint, strength: float = 1.0) -> None:
        """Add light through a mask (alpha is left alone, so a glow over nothing stays a glow)."""
        m = self._inside(m)
        if m is None:
            return
        h, w = m.cover.shape
        self.rgb[:, m.y : m.y + h, m.x : m.x + w] += self.tint(m, paint) * (m.cover * np.float32(strength))

    def times(self, field: Array) -> None:
        """Multiply the colours by a field, (h, w) or (3, h, w)."""
        self.rgb *= field

    def grid(self) -> tuple[Array, Array]:
        """Columns (1, w) and rows (h, 1) of all pixel centres, in units."""
        return self.units(Mask(0, 0, self.alpha))


class Frame(_Drawing):
    """The picture of one moment: `px` (3, h, w) uint16 holding 0..255. Sizes are in pixels."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(height, width, height / UNITS)
        self.px: Array = np.zeros((3, height, width), np.uint16)
        self.wide = width / self.scale

    def put(self, m: Mask | None, paint: Paint, alpha: float = 1.0) -> None:
        """Lay a paint over the picture through a mask."""
        m = self._inside(m)
        if m is None:
            return
        h, w = m.cover.shape
        cover = (m.cover * np.float32(256 * alpha)).astype(np.uint16)
        part = self.px[:, m.y : m.y + h, m.x : m.x + w]
        colour = (np.clip(self.tint(m, paint), 0.0, 1.0) * 255).astype(np.uint16)
        part *= np.uint16(256) - cover
        part += colour * cover
        part >>= 8

    def add(self, m: Mask | None, paint: Paint, strength: float = 1.0) -> None:
        """Add light through a mask, stopping at white."""
        m = self._inside(m)
        if m is None:
            return
        h, w = m.cover.shape
        part = self.px[:, m.y : m.y + h, m.x : m.x + w]
        part += (np.clip(self.tint(m, paint), 0.0, 1.0) * (m.cover * np.float32(255 * strength))).astype(
            np.uint16
        )
        np.minimum(part, 255, out=part)
