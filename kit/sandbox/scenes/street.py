"""A narrow neon street at night in the rain, drawn as a real space: two walls and a wet floor seen by a moving camera.

Each column of the picture meets one wall at one distance (as in the early ray-casting games), so a camera that walks, turns
and circles costs one table look-up a pixel. Strips are kept at falling sizes for the distance. The walker, hanging signs,
lanterns and rain are drawn over it. Lengths in metres: x to the right, v up, z along the street.
"""
# ruff: noqa: PLR0917
# Drawing calls read best as x, y, size.

import numpy as np

from kit.sandbox.canvas import Colour, Frame, mix, rgb, shade
from kit.sandbox.fields import blur, noise, smooth
from kit.sandbox.layers import scaled
from kit.sandbox.plan import Plan
from kit.sandbox.scenes.facade import LENGTH, TOP, strip
from kit.sandbox.scenes.rain import Rain
from kit.sandbox.scenes.walker import Walker
from kit.sandbox.shapes import Array

HALF, EYE, LENS, HORIZON = 3.3, 1.32, 850.0, 318.0
LEVELS = 5


class Street:
    """The scene of `rain-umbrella`."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        rng = plan.rng("street")
        palettes = (
            ("ff3d9a", "3d7bff", "22d3ee", "ff5c7a"),
            ("ff2e88", "4f6bff", "38bdf8", "c04bff"),
            ("f0489f", "2f8bff", "5eead4", "ff6b6b"),
        )
        self.palette: list[Colour] = [rgb(c) for c in palettes[int(rng.integers(3))]]
        # The background stands out of focus behind the walker: half the size is nearly enough.
        self.h, self.w = max(2, round(plan.height * 0.56)), max(2, round(plan.width * 0.56))
        self.ppm = 64.0 * min(1.0, max(0.35, plan.height / 720))
        self._atlas(rng)
        size = 256
        ground = noise(plan.rng("ground"), size, size, (40, 40), octaves=5, gain=0.6, wrap=True)
        puddle = smooth((blur(ground, 2.0) - 0.46) * 9.0)
        self.ground = (110 + 136 * puddle + 90 * (ground - 0.5)).clip(40, 256).astype(np.uint16).ravel()
        self.ground_size = size
        self.ripple = (
            (noise(plan.rng("ripple"), 256, self.w, (3.0, 26.0 * self.w / 960), octaves=2, wrap=True) - 0.5)
            * 2
        ).astype(np.float32)
        self.rain = Rain(plan, heavy=plan.shows("rain"))
        self.walker = Walker(plan, self.palette)
        self.signs = self._signs(plan.rng("signs"))
        self.vignette = self._vignette()
        self.stop = float(0.52 + 0.06 * (plan.rng("timing").random() - 0.5)) * plan.seconds
        self.side = 78.0 + 6.0 * float(plan.rng("timing2").random())
        self.start = float(plan.rng("start").random()) * LENGTH

    def _atlas(self, rng: np.random.Generator) -> None:
        """Both walls at all levels in one flat table of packed pixels."""
        flat, self.base, self.stride = [], np.zeros((2, LEVELS), np.int64), np.zeros(LEVELS, np.int64)
        self.rows, at = np.zeros(LEVELS), 0
        for side in range(2):
            picture = strip(rng, self.palette, self.ppm)
            if side == 1:  # seen from the other side, so that its writing reads from left to right
                picture = picture[:, :, ::-1]
            planes = (np.clip(picture, 0, 1) * 255).astype(np.uint8)
            for level in range(LEVELS):
                h, w = planes.shape[1:]
                packed = np.full((h, w, 4), 255, np.uint8)
                packed[..., :3] = np.moveaxis(planes, 0, 2)
                flat.append(packed.view(np.uint32).ravel())
                self.base[side, level], self.stride[level], self.rows[level] = at, w, h
                at += h * w
                if level < LEVELS - 1:
                    planes = scaled(planes, h // 2, w // 2)
        self.table = np.concatenate(flat)

    def _signs(
        self, rng: np.random.Generator
    ) -> list[tuple[float, float, float, float, float, Colour, Array]]:
        """Boxes that hang across the street from the walls: x from, x to, z, v from, v to, colour, strokes of pretended letters."""
        out = []
        for k in range(9):
            side = 1.0 if k % 2 else -1.0
            wide, low = 0.55 + 0.35 * float(rng.random()), 2.7 + 2.0 * float(rng.random())
            tall = 0.9 + 1.5 * float(rng.random())
            strokes = rng.random((int(tall * 3.2), 4))
            colour = self.palette[int(rng.integers(len(self.palette)))]
            out.append(
                (
                    side * (HALF - 0.1),
                    side * (HALF - 0.1 - wide),
                    k * LENGTH / 9 + float(rng.random()),
                    low,
                    low + tall,
                    colour,
                    strokes,
                )
            )
        return out

    def _vignette(self) -> Array:
        y = np.linspace(-1, 1, self.plan.height, dtype=np.float32)[:, None]
        x = np.linspace(-1, 1, self.plan.width, dtype=np.float32)[None, :]
        dim: Array = (256 * (1 - 0.42 * smooth((x * x * 0.75 + y * y * 0.6 - 0.25) / 1.1))).astype(np.uint16)
        return dim

    def camera(self, t: float) -> tuple[float, float, float, float, float]:
        """Camera x, z, angle around the walker (degrees), the walker's z, and how fast she walks (0..1)."""
        plan = self.plan
        speed = 1.15
        stop = self.stop if plan.shows("stop") else plan.seconds * 2
        slow = 0.7
        u = min(max(0.0, t - (stop - slow)), 2 * slow)
        walked = speed * (min(t, stop - slow) + (u - u * u / (4 * slow)))
        pace = float(1.0 - smooth((t - stop + slow) / (2 * slow)))
        angle = 0.0
        for s in plan.camera:
            if s.word == "orbit":
                angle = s.amount * float(smooth((t - s.start) / max(1e-6, s.end - s.start)))
        reach = 3.75 - 0.55 * abs(angle) / 90.0
        a = np.radians(angle)
        return float(reach * np.sin(a)), walked - float(reach * np.cos(a)), angle, walked, pace

    def draw(self, frame: Frame, t: float) -> None:
        """Draw the moment `t` seconds into the clip."""
        cx, cz, angle, walked, pace = self.camera(t)
        a = np.radians(angle)
        self._walls(frame, t, cx, cz, float(a))
        self._hangings(frame, cx, cz, float(a))
        self.rain.splashes(frame, t, HORIZON)
        reach = float(np.hypot(cx, cz - walked))
        sway = 10.0 * np.sin(t * 1.3) * pace
        self.walker.draw(
            frame,
            t,
            x=frame.wide / 2 + sway,
            y=HORIZON + LENS * EYE / reach,
            metre=LENS / reach,
            angle=angle,
            pace=pace,
            look=float(smooth((t - self.stop) / 0.9)) if self.plan.shows("look") else 0.0,
        )
        self.rain.streaks(frame, t)
        frame.px *= self.vignette
        frame.px >>= 8

    def _walls(self, frame: Frame, t: float, cx: float, cz: float, a: float) -> None:
        k = self.h / 720.0
        x = ((np.arange(self.w) + 0.5) / k - frame.wide / 2) / LENS
        y = ((np.arange(self.h) + 0.5) / k - HORIZON) / LENS
        dx, dz = -np.sin(a) + np.cos(a) * x, np.cos(a) + np.sin(a) * x
        side = (dx > 0).astype(np.int64)
        far = np.minimum(
            (np.where(side == 1, HALF, -HALF) - cx) / np.where(np.abs(dx) < 1e-5, 1e-5, dx), 70.0
        )
        z = cz + far * dz + self.start
        step = np.abs(np.gradient(z))
        texels = np.sqrt(np.maximum(step * self.ppm, 0.5) * np.maximum(far / LENS / k * self.ppm, 0.5))
        level = np.clip(np.round(np.log2(texels)).astype(np.int64), 0, LEVELS - 1)
        ppm = self.rows[level] / (2 * TOP)
        wide = self.stride[level]
        col = ((z / LENGTH % 1.0) * wide).astype(np.int64) % wide
        base = (self.base[side, level] + col).astype(np.int32)
        first, slope = ((TOP - EYE) * ppm).astype(np.float32), (far * ppm).astype(np.float32)
        row = y.astype(np.float32)[:, None] * slope + first
        edge = (TOP * ppm).astype(np.float32)
        top = int(HORIZON * k) + 1
        # Ripples: below the waterline the mirror image trembles, more towards the viewer's feet.
        lower = row[top:]
        wet = lower > edge
        shift = int(t * 40) % 256
        ripple = np.roll(self.ripple, -shift, axis=0)[np.arange(self.h - top) % 256]
        lower += wet * ripple * (ppm * 0.32).astype(np.float32)
        np.maximum(lower, np.where(wet, edge, 0), out=lower)
        np.clip(row, 0, (self.rows[level] - 1).astype(np.float32), out=row)
        index = row.astype(np.int32)
        index *= wide.astype(np.int32)
        index += base
        got = self.table.take(index).view(np.uint8).reshape(self.h, self.w, 4)
        clear = np.exp(-np.maximum(far - 2.5, 0) / 17.0)
        keep = (clear * 256).astype(np.uint16)
        haze = (self._haze(y)[:, :, None] * (1 - clear)[None, None, :]).astype(np.uint16)
        shine = self._ground(y[top:], dx, dz, cx, cz)
        out = np.empty((3, self.h, self.w), np.uint8)
        for c in range(3):
            plane = got[..., c].astype(np.uint16)
            part = plane[top:]
            part *= np.where(wet, shine, np.uint16(256))
            part >>= 8
            plane *= keep
            plane >>= 8
            plane += haze[c]
            out[c] = np.minimum(plane, 255)
        frame.px[...] = scaled(out, frame.height, frame.width, smooth=False)

    def _haze(self, y: Array) -> Array:
        """Colour of the wet air at the end of the street for each row, 0..255: brightest low down."""
        lift = np.exp(-np.abs(y + 0.02) * 5.5)
        top, low = np.array((16, 14, 40.0)), np.array((150, 62, 150.0))
        haze: Array = top[:, None] + (low - top)[:, None] * lift[None, :]
        return haze

    def _ground(self, y: Array, dx: Array, dz: Array, cx: float, cz: float) -> Array:
        """How strongly each pixel of the wet ground mirrors (uint16, 256 = fully)."""
        near = EYE / np.maximum(y, 1e-3)
        per = self.ground_size / 4.0
        n = self.ground_size
        gx = (near[:, None] * (dx * per)[None, :] + cx * per).astype(np.int32) & (n - 1)
        gz = (near[:, None] * (dz * per)[None, :] + (cz + self.start) * per).astype(np.int32) & (n - 1)
        shine: Array = self.ground.take(gz * n + gx)
        return shine

    def _spot(
        self, frame: Frame, x: float, v: float, z: float, cx: float, cz: float, a: float
    ) -> tuple[float, float, float] | None:
        """Where a point in the street stands in the picture (units) and its distance; None behind the camera."""
        ux, uz = x - cx, z - cz
        depth = -ux * np.sin(a) + uz * np.cos(a)
        if depth < 0.7:
            return None
        right = ux * np.cos(a) + uz * np.sin(a)
        return frame.wide / 2 + LENS * right / depth, HORIZON - LENS * (v - EYE) / depth, float(depth)

    def _hangings(self, frame: Frame, cx: float, cz: float, a: float) -> None:
        drawn = []
        for x0, x1, z, low, high, colour, strokes in self.signs:
            zz = cz - 2 + (z - self.start - cz + 2) % LENGTH
            corners = [
                self._spot(frame, x, v, zz, cx, cz, a)
                for x, v in ((x0, high), (x1, high), (x1, low), (x0, low))
            ]
            if all(corners):
                drawn.append((np.array([c for c in corners if c is not None]), colour, strokes))
        for q, colour, strokes in sorted(drawn, key=lambda d: -float(d[0][:, 2].mean())):
            p, fade = q[:, :2], float(np.exp(-q[:, 2].mean() / 13.0))
            if p[:, 0].max() < -200 or p[:, 0].min() > frame.wide + 200:
                continue
            mid, size = p.mean(axis=0), np.ptp(p, axis=0)
            frame.glow(
                mid[0], mid[1], size[0] * 0.7 + size[1] * 0.55, size[1] * 1.05, colour, 0.30 * fade, power=2.5
            )
            frame.fill(p, (0.03, 0.02, 0.06), 0.92)
            for grow, k in ((0.94, 0.95), (0.86, 0.10)):
                frame.fill(mid + (p - mid) * grow, shade(colour, k), fade)
            if size[1] < 26:
                continue
            bars = []
            for n, (a0, b0, a1, _) in enumerate(strokes):
                r0, r1 = 0.14 + 0.72 * (n + 0.15) / len(strokes), 0.14 + 0.72 * (n + 0.5) / len(strokes)
                u0, u1 = 0.18 + 0.2 * a0, 0.62 + 0.2 * b0
                bars += [self._in(p, u, v) for u, v in ((u0, r0), (u1, r0), (u1, r1), (u0, r1))]
                um, r2 = 0.3 + 0.4 * a1, r1 + (r1 - r0) * 0.55
                bars += [self._in(p, u, v) for u, v in ((um, r1), (um + 0.1, r1), (um + 0.1, r2), (um, r2))]
            frame.fill(bars, mix(colour, (1, 1, 1), 0.35), fade, parts=len(bars) // 4)

    @staticmethod
    def _in(p: Array, u: float, v: float) -> tuple[float, float]:
        top, low = p[0] + (p[1] - p[0]) * u, p[3] + (p[2] - p[3]) * u
        q = top + (low - top) * v
        return float(q[0]), float(q[1])
