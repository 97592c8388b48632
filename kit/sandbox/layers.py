"""Layers at different depths, and how a camera pose moves each of them: this is what makes the moves look real.

A layer of depth 1 stands where the subject stands and follows the pose exactly; farther ones (depth < 1) move and grow less,
nearer ones more. When the camera orbits, a ground that lies flat turns under the subject: it slides one way behind the
subject's feet and the other way before them. Plain shifts copy a window of a ready picture (kept at quarter-pixel phases); zoom and roll look each pixel
up in a copy of twice the size, which is quick and steady enough not to shimmer.
"""

from typing import NamedTuple

import av
import numpy as np

from kit.sandbox.camera import Pose
from kit.sandbox.canvas import Frame, Surface
from kit.sandbox.shapes import Array

PHASES = 4
FAR_SLIDE = 9.0  # units that what is infinitely far slides in an orbit, per degree


class Ground(NamedTuple):
    """Where a flat ground lies in the picture: its far rim (units down) and the depth there, and the subject's feet."""

    rim: float
    depth: float
    feet: float

    def slide(self, pose: Pose, y: Array | float) -> Array:
        """How far an orbit moves the ground seen y units down (n,), in units to the right.

        Things that stand on its rim are as far as it, however high.
        """
        down = np.maximum(y - self.rim, 0.0) / (self.feet - self.rim)
        out: Array = pose.orbit * FAR_SLIDE * (1.0 - self.depth) * (1.0 - down)
        return out


def to_planes(surface: Surface) -> tuple[Array, Array]:
    """A surface as premultiplied colour (3, h, w) and alpha (h, w), uint8."""
    colour = (np.clip(surface.rgb, 0.0, 1.0) * 255 + 0.5).astype(np.uint8)
    return colour, (np.clip(surface.alpha, 0.0, 1.0) * 255 + 0.5).astype(np.uint8)


def scaled(planes: Array, height: int, width: int, *, smooth: bool = True) -> Array:
    """Planes (3 or 4, h, w) uint8 resized by swscale."""
    n, h, w = planes.shape
    packed = np.full((h, w, 4), 255, np.uint8)
    for c in range(n):
        packed[..., c] = planes[c]
    frame = av.VideoFrame.from_ndarray(packed, format="rgba")
    big = frame.reformat(
        width=width, height=height, interpolation="BICUBIC" if smooth else "BILINEAR", threads=1
    )
    out: Array = np.ascontiguousarray(np.moveaxis(big.to_ndarray(), 2, 0)[:n])
    return out


class Layer:
    """A drawn picture with a place (`x`, `y`: its top left corner in units when the camera is at rest) and a depth.

    An opaque layer must be large enough for every pose: its border pixels are repeated beyond it. `ground` says that it
    lies flat, and `stands` how deep it counts in an orbit (its depth, if not given).
    """

    def __init__(
        self,
        surface: Surface,
        *,
        depth: float,
        x: float = 0.0,
        y: float = 0.0,
        opaque: bool = False,
        bends: bool = False,
        half: bool = False,
        ground: Ground | None = None,
        stands: float | None = None,
    ) -> None:
        self.ground, self.stands = ground, depth if stands is None else stands
        self.depth, self.x, self.y, self.opaque, self.scale = depth, x, y, opaque, surface.scale
        self.colour, self.alpha = to_planes(surface)
        if half:  # painted at half size because it is soft
            both = np.concatenate([self.colour, self.alpha[None]])
            both = scaled(both, both.shape[1] * 2, both.shape[2] * 2, smooth=False)
            self.colour, self.alpha, self.scale = both[:3], both[3], surface.scale * 2
        self._phases: dict[int, tuple[Array, Array]] = {}
        self._packed: Array | None = self._pack() if bends else None

    def _pack(self) -> Array:
        planes = np.concatenate([self.colour, self.alpha[None]])
        if not self.opaque:
            planes[:, :1] = planes[:, -1:] = 0
            planes[:, :, :1] = planes[:, :, -1:] = 0
        big = scaled(planes, planes.shape[1] * 2, planes.shape[2] * 2, smooth=False)
        packed = np.ascontiguousarray(np.moveaxis(big, 0, 2))
        out: Array = packed.view(np.uint32)[..., 0]
        return out

    def _phase(self, k: int) -> tuple[Array, Array]:
        """The layer moved left by k quarters of a pixel, as colour and kept background (0..256), uint16."""
        if k not in self._phases:
            planes = np.concatenate([self.colour, self.alpha[None]]).astype(np.uint16)
            if k:
                planes[..., :-1] = (
                    planes[..., :-1] * (PHASES - k) + planes[..., 1:] * k + PHASES // 2
                ) // PHASES
            keep = 255 - planes[3]
            keep += keep >> 7
            self._phases[k] = (planes[:3], keep)
        return self._phases[k]

    def draw(self, frame: Frame, pose: Pose, *, dx: float = 0.0, dy: float = 0.0) -> None:
        """Draw the layer as seen from a pose, shifted by (dx, dy) units of its own."""
        d = self.depth
        left = self.x + dx - (pose.x + pose.travel) * d
        top = self.y + dy - pose.y * d
        zoom = pose.zoom**d
        if self._packed is not None:
            self._bend(frame, left, top, zoom, pose)
            return
        for first, last, slide in self._slides(pose):
            self._copy(frame, left + slide, top, first, last)

    def _slides(self, pose: Pose) -> list[tuple[int, int, float]]:
        """How far an orbit moves the layer's rows from one to (but not with) another, in units to the right."""
        h = self.alpha.shape[0]
        if self.ground is None or pose.orbit == 0.0:
            return [(0, h, pose.orbit * FAR_SLIDE * (1.0 - self.stands))]
        rim = min(h, max(1, int((self.ground.rim - self.y) * self.scale)))
        first = np.array([0, *range(rim, h)])
        slide = self.ground.slide(pose, first / self.scale + self.y)
        return list(zip(first.tolist(), [*first[1:].tolist(), h], slide.tolist(), strict=True))

    def _copy(self, frame: Frame, left: float, top: float, first: int, last: int) -> None:
        """Draw the layer's rows from `first` to (but not with) `last`."""
        k = frame.scale
        quarter = round(-left * k * PHASES)
        sx, phase = divmod(quarter, PHASES)
        sy = round(-top * k)
        w = self.alpha.shape[1]
        x0, x1 = max(0, -sx), min(frame.width, w - sx)
        y0, y1 = max(0, first - sy), min(frame.height, last - sy)
        if x1 <= x0 or y1 <= y0:
            return
        colour, keep = self._phase(phase)
        source = np.s_[y0 + sy : y1 + sy, x0 + sx : x1 + sx]
        part = frame.px[:, y0:y1, x0:x1]
        if self.opaque:
            part[...] = colour[(slice(None), *source)]
            return
        part *= keep[source]
        part >>= 8
        part += colour[(slice(None), *source)]
        np.minimum(part, 255, out=part)

    def _bend(self, frame: Frame, left: float, top: float, zoom: float, pose: Pose) -> None:
        packed, roll = self._packed, pose.roll
        assert packed is not None
        slides = self._slides(pose)
        turns = len(slides) > 1
        left += 0.0 if turns else slides[0][2]
        k, (h, w) = frame.scale, packed.shape
        cx, cy = frame.wide / 2, 360.0
        # Corners of the layer on the screen give the box that has to be filled.
        c, s = float(np.cos(np.radians(-roll))), float(np.sin(np.radians(-roll)))
        wide, high = w / 2 / self.scale, h / 2 / self.scale
        px = (np.array([0, wide, wide, 0]) + left - cx) * zoom
        py = (np.array([0, 0, high, high]) + top - cy) * zoom
        sx, sy = cx + px * c - py * s, cy + px * s + py * c
        x0, x1 = max(0, int(sx.min() * k)), min(frame.width, int(sx.max() * k) + 1)
        y0, y1 = max(0, int(sy.min() * k)), min(frame.height, int(sy.max() * k) + 1)
        if self.opaque or turns:
            x0, x1, y0, y1 = 0, frame.width, 0, frame.height
        if x1 <= x0 or y1 <= y0:
            return
        x = (np.arange(x0, x1) + 0.5) / k - cx
        y = (np.arange(y0, y1) + 0.5) / k - cy
        q = 2 * self.scale
        if roll == 0.0:
            u = ((x / zoom + cx - left) * q)[None, :]
            v = ((y / zoom + cy - top) * q)[:, None]
        else:
            u = ((x * c / zoom)[None, :] + (y * s / zoom)[:, None] + (cx - left)) * q
            v = ((-x * s / zoom)[None, :] + (y * c / zoom)[:, None] + (cy - top)) * q
        row = np.clip(v.astype(np.int64), 0, h - 1)
        if turns:
            slide = np.repeat([s[2] for s in slides], [2 * (s[1] - s[0]) for s in slides])
            u = u - slide[row] * q
        index = row * w + np.clip(u.astype(np.int64), 0, w - 1)
        got = packed.ravel().take(index).view(np.uint8).reshape(y1 - y0, x1 - x0, 4)
        part = frame.px[:, y0:y1, x0:x1]
        if self.opaque:
            for n in range(3):
                part[n] = got[..., n]
            return
        keep = 255 - got[..., 3].astype(np.uint16)
        keep += keep >> 7
        part *= keep
        part >>= 8
        for n in range(3):
            part[n] += got[..., n]
        np.minimum(part, 255, out=part)
