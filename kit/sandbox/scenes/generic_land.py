"""What lies outdoors in a free prompt: sky, hills or the fronts of a city, the ground or the sea, each painted once."""
# ruff: noqa: PLR0917, ARG002
# Drawing calls read best as x, y, size; painters share one signature.

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kit.sandbox.canvas import Colour, Surface, linear, mix, ramp, shade
from kit.sandbox.fields import noise, smooth
from kit.sandbox.plan import Plan
from kit.sandbox.scenes.words import Wish
from kit.sandbox.shapes import ellipse, rect


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    """The painters of what is outdoors, and the colours and places that they share.

    `sky` is from the top down, `bright` 0..1; `sun` (or moon) and `horizon` are in units of the picture at rest.
    Every painter takes a surface and where on it the picture at rest begins (`ox`, `oy`).
    """

    plan: Plan
    wish: Wish
    sky: Sequence[Colour]
    haze: Colour
    ground: Colour
    light: Colour
    bright: float
    sun: tuple[float, float]
    horizon: float

    def heaven(self, s: Surface, ox: float, oy: float) -> None:
        """The sky with its clouds, the sun or the moon, and stars by night."""
        s.put(s.whole(), ramp((oy - 60, oy + 220, oy + 470), self.sky))
        rng = self.plan.rng("sky")
        x, y = self.sun[0] + ox, self.sun[1] + oy
        night = self.wish.light == "night"
        if night:
            for a, b, c in self.plan.rng("stars").random((240, 3)):
                s.glow(
                    a * s.width / s.scale,
                    b * (oy + 330),
                    1.2 + 1.6 * c * c,
                    1.2 + 1.6 * c * c,
                    (0.9, 0.93, 1.0),
                    0.25 + 0.75 * c,
                )
        s.glow(x, y, 520, 420, self.light, 0.22 if night else 0.38)
        s.glow(x, y, 150, 150, self.light, 0.35)
        s.fill(ellipse(x, y, 42, 42), mix(self.light, (1, 1, 1), 0.55), 0.97)
        if night:
            for dx, dy, r in ((-12, -8, 8), (10, 6, 11), (4, -18, 5)):
                s.shadow(x + dx, y + dy, r, r, (0.55, 0.6, 0.7), 0.4)
        h, w = s.height, s.width
        cloud = noise(rng, h, w, (70 * s.scale, 240 * s.scale), octaves=6, gain=0.55)
        _, gy = s.grid()
        band = np.exp(-(((gy - oy - 190) / 170) ** 2))
        cover = smooth((cloud - 0.52) * 5.5) * band * 0.85
        lit = smooth((cloud - np.roll(cloud, int(9 * s.scale), axis=0)) * 9 + 0.45)
        tint = np.asarray(mix(self.sky[1], self.haze, 0.35), np.float32)[:, None, None]
        bright = np.asarray(mix(self.light, (1, 1, 1), 0.35 if not night else 0.0), np.float32)[
            :, None, None
        ] * (0.35 if night else 1.0)
        s.rgb = s.rgb * (1 - cover) + (tint + (bright - tint) * lit) * cover

    def ridge(
        self,
        s: Surface,
        ox: float,
        oy: float,
        rng: np.random.Generator,
        base: float,
        high: float,
        near: float,
    ) -> None:
        """A line of hills, `near` 0..1 between haze and the colour of the ground, with trees on the nearest ones."""
        wide = s.width / s.scale
        n = int(wide / 6) + 2
        line = noise(rng, 2, n, (2, 44), octaves=6, gain=0.5)[0] - 0.5
        ys = base - 2.1 * high * line + oy
        pts = [(k * 6.0 - 3, float(v)) for k, v in enumerate(ys)] + [
            (wide + 10, s.height / s.scale + 10),
            (-10, s.height / s.scale + 10),
        ]
        colour = mix(self.haze, self.ground, near)
        s.fill(
            pts,
            linear(
                0, oy + base - high, shade(colour, 1.08), 0, oy + base + 150, mix(colour, self.haze, 0.55)
            ),
        )
        m = s.mask(pts)
        if m is not None:
            rough = (
                noise(
                    rng, m.cover.shape[0], m.cover.shape[1], (14 * s.scale, 40 * s.scale), octaves=4, gain=0.6
                )
                - 0.5
            )
            s.rgb[:, m.y : m.y + m.cover.shape[0], m.x : m.x + m.cover.shape[1]] *= 1 + 0.42 * near * rough
        s.rim(np.asarray(pts), 1.0, 3.0, self.light, 0.35 * self.bright)
        if near > 0.5 and self.wish.setting == "land":
            for k in range(int(wide / 17)):
                x = k * 17 + 10 * float(rng.random())
                i = min(n - 1, int(x / 6))
                h = (20 + 34 * float(rng.random())) * near
                if rng.random() < 0.75:
                    green = shade(mix(colour, self.ground, 0.5), 0.45 + 0.35 * float(rng.random()))
                    y = float(ys[i]) + 8
                    s.fill(
                        [(x, y - h), (x + h * 0.24, y), (x - h * 0.24, y)],
                        linear(x - 5, 0, shade(green, 1.4), x + 6, 0, shade(green, 0.8)),
                    )

    def blocks(
        self, s: Surface, ox: float, oy: float, rng: np.random.Generator, near: float, row: int
    ) -> None:
        """A row of houses with lit windows."""
        wide, x = s.width / s.scale, -20.0
        dark = mix(self.haze, mix(self.ground, (0.16, 0.17, 0.24), 0.75), near)
        while x < wide:
            w = (46 + 70 * float(rng.random())) * (0.7 + 0.5 * near)
            h = (130 + 250 * float(rng.random() ** 1.4)) * (1.15 - 0.25 * row)
            y = oy + 500 - h
            s.fill(rect(x, y, w, h + 400), linear(x, 0, shade(dark, 1.18), x + w, 0, shade(dark, 0.72)))
            s.fill(rect(x, y, w, 3), self.light, 0.25 * self.bright)
            if rng.random() < 0.3:
                s.fill(rect(x + w / 2 - 1.5, y - 34, 3, 34), shade(dark, 0.8))
            step = 13.0 * (0.7 + 0.5 * near)
            cells, panes = rng.random((int(h / step) + 1, int(w / step))), []
            for (r, c), v in np.ndenumerate(cells):
                if v < (0.42 if self.bright < 0.7 else 0.16):
                    px, py = x + (c + 0.28) * step, y + 8 + r * step
                    panes.append(
                        [
                            (px, py),
                            (px + step * 0.5, py),
                            (px + step * 0.5, py + step * 0.55),
                            (px, py + step * 0.55),
                        ]
                    )
            if panes:
                tint = mix((1.0, 0.80, 0.45), (0.6, 0.8, 1.0), float(rng.random() ** 2))
                s.fill(
                    np.asarray(panes).reshape(-1, 2),
                    shade(tint, 0.55 + 0.45 * near) if self.bright < 0.7 else shade(self.sky[0], 0.8),
                    0.9,
                    parts=len(panes),
                )
            x += w + 3
        s.soft(rect(-50, oy + 440, wide + 100, 120), self.haze, 40, 0.5)

    def floor(self, s: Surface, ox: float, oy: float, rng: np.random.Generator) -> None:
        """A meadow, or a street with lamps."""
        wide, top = s.width / s.scale, oy + 520
        city = self.wish.setting == "city"
        tone = mix(self.ground, (0.2, 0.2, 0.24), 0.7) if city else self.ground
        n = int(wide / 20) + 2
        bumps = (noise(rng, 2, n, (2, 14), octaves=3)[0] - 0.5) * (0 if city else 70)
        pts = [(k * 20.0 - 10, top + float(b)) for k, b in enumerate(bumps)] + [
            (wide + 20, s.height / s.scale + 10),
            (-20, s.height / s.scale + 10),
        ]
        m = s.mask(pts)
        if m is None:
            return
        rough = (
            noise(
                rng,
                m.cover.shape[0],
                m.cover.shape[1],
                (5 * s.scale, (90 if city else 12) * s.scale),
                octaves=4,
                gain=0.65,
            )
            - 0.5
        )
        colour = np.asarray(tone, np.float32)[:, None, None]
        _, y = s.units(m)
        s.put(m, lambda _x, _y: np.clip(colour * (1.05 + 0.7 * rough - 0.35 * smooth((y - top) / 240)), 0, 1))
        s.soft(
            ellipse(self.sun[0] + ox, top + 60, 420, 60),
            self.light,
            30,
            0.22 * self.bright + 0.05,
            light=True,
        )
        if city:
            for k in range(int(wide / 120)):
                s.fill(rect(k * 120.0, top + 108, 62, 6), (0.9, 0.85, 0.7), 0.6)
            s.fill(rect(0, top, wide, 8), shade(tone, 1.5))
            for k in range(int(wide / 330) + 1):
                x = 90 + 330.0 * k
                s.fill(rect(x, top - 230, 7, 236, 2), (0.07, 0.07, 0.09))
                s.fill(rect(x, top - 232, 58, 6, 2), (0.07, 0.07, 0.09))
                s.glow(x + 54, top - 222, 90, 90, (1.0, 0.82, 0.5), 0.75 * (1.1 - self.bright))
            return
        blades = []
        for a, b, c, d in rng.random((int(wide / 2.6), 4)):
            x, y0, h = a * wide, top + 26 + 210 * b, (10 + 22 * c) * (0.6 + b)
            blades.append((x, y0, h, (d - 0.5) * h))
        green = mix(self.ground, self.light, 0.22)
        for tone_, keep in ((shade(self.ground, 0.7), 0), (green, 1)):
            some = [
                [(x - 1.5, y0), (x + 1.5, y0), (x + lean, y0 - h)]
                for k, (x, y0, h, lean) in enumerate(blades)
                if k % 2 == keep
            ]
            for part in range(0, len(some), 60):
                s.fill(
                    np.asarray(some[part : part + 60]).reshape(-1, 2),
                    tone_,
                    0.75,
                    parts=len(some[part : part + 60]),
                )

    def water(self, s: Surface, ox: float, oy: float) -> None:
        """The sea with the path of light on it."""
        top = oy + self.horizon
        m = s.mask(rect(-10, top, s.width / s.scale + 20, 900))
        if m is None:
            return
        x, y = s.units(m)
        depth = 60.0 / (y - top + 12)
        field = noise(self.plan.rng("water"), 256, 256, (9, 26), octaves=4, gain=0.6, wrap=True)
        i = np.broadcast_arrays(
            (depth * 900).astype(np.int64) % 256, (x * depth * 0.5 + 3000).astype(np.int64) % 256
        )
        wave = field[i[0], i[1]] - 0.5
        deep = np.asarray(mix(shade(self.sky[0], 0.65), self.ground, 0.2), np.float32)[:, None, None]
        far = np.asarray(self.haze, np.float32)[:, None, None]
        share = np.exp(-(y - top) / 90)
        path = np.exp(-(((x - self.sun[0] - ox) / (40 + 0.55 * (y - top))) ** 2)) * np.clip(
            0.5 + 3.2 * wave, 0, 1.4
        )
        lit = np.asarray(self.light, np.float32)[:, None, None]
        s.put(
            m,
            lambda _x, _y: np.clip(
                (deep + (far - deep) * share) * (1 + 0.75 * wave) + lit * path * 0.6, 0, 1
            ),
        )
