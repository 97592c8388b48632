"""Any other prompt: a layered landscape, coast, city or room chosen from its words, with weather and one moving subject."""
# ruff: noqa: PLR0917, ARG002
# Drawing calls read best as x, y, size; painters share one signature.

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from kit.sandbox.camera import Pose
from kit.sandbox.canvas import Frame, Surface, linear, mix, ramp, rgb, shade
from kit.sandbox.fields import noise, smooth
from kit.sandbox.layers import FAR_SLIDE, Ground, Layer
from kit.sandbox.plan import Plan, generator
from kit.sandbox.scenes import subjects
from kit.sandbox.scenes.generic_room import COLOURS, Look, back, floor, furniture
from kit.sandbox.scenes.rain import Rain
from kit.sandbox.scenes.words import read_wish
from kit.sandbox.shapes import ellipse, rect

# Sky from the top to the horizon, haze, ground, light, and how bright the scene is.
_LOOKS = {
    "day": (("3f7fc4", "8fc0e8", "e3f0f4"), "cfe3ec", "5f8a4a", "fff4d8", 1.0),
    "sunset": (("2b2f63", "c8587a", "ffb765"), "f2a27a", "4a3a44", "ffc27a", 0.62),
    "dawn": (("6f8fb5", "c9c3cf", "f8dcc0"), "dcd3d2", "5c7260", "ffe6c4", 0.8),
    "night": (("060a20", "142250", "32457e"), "2c3a68", "131a30", "bcd0ff", 0.25),
}

# How fast what else walks or drives lives on while it stays at its place, round which the camera orbits.
_ON_THE_SPOT = {"car": 0.0, "person": 0.25, "animal": 0.25}


class Generic:
    """The scene of every prompt that has no scene of its own."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.wish = read_wish(plan.prompt, int(generator(plan.prompt, "choice").integers(1 << 20)))
        rng = plan.rng("generic")
        sky, haze, ground, light, self.bright = _LOOKS[self.wish.light]
        drift = rgb(COLOURS[int(generator(plan.prompt).integers(len(COLOURS)))])
        turn = 0.05 + 0.08 * float(rng.random())
        self.sky = [mix(rgb(c), drift, turn) for c in sky]
        self.haze, self.ground, self.light = (
            mix(rgb(haze), drift, turn),
            mix(rgb(ground), drift, turn),
            rgb(light),
        )
        if self.wish.weather == "snow":
            self.ground = mix(self.ground, (0.88, 0.91, 0.96), 0.75 * (0.4 + 0.6 * self.bright))
        self.colour = rgb(COLOURS[int(rng.integers(len(COLOURS)))])
        whole = plan.pose(plan.seconds)
        self.middle = Pose(x=whole.x / 2, y=whole.y / 2)
        self.zoom0 = 1.0 / min(1.0, whole.zoom)
        self.reach = abs(whole.x) + abs(whole.travel) + 0.12 * plan.wide + (160 if whole.roll else 0)
        self.tall = abs(whole.y) + 60 + (220 if whole.roll else 0)
        self.orbits = any(s.word == "orbit" for s in plan.camera)
        self.turns = whole.orbit
        self.bends = any(s.word.startswith(("zoom", "roll")) for s in plan.camera)
        self.sun = (plan.wide * (0.25 + 0.5 * float(rng.random())), 210.0 + 120 * float(rng.random()))
        self.horizon = 420.0
        self.feet = 640.0
        if self.wish.setting == "sea":
            self.feet = 585.0 if self.wish.subject == "boat" else 600.0
        self.water = Ground(self.horizon, 0.72, self.feet)
        # Clouds drift the way that a pan carries the picture: against it they would hide it.
        self.wind = 7.0 if whole.x < 0 else -7.0
        self.layers: list[Layer] = []
        if self.wish.setting == "interior":
            self._room(rng)
        else:
            self._outdoors(rng)
        self.rain = Rain(plan, heavy=True) if self.wish.weather == "rain" else None
        self.flakes = plan.rng("snow").random((170, 4)) if self.wish.weather == "snow" else None
        self.start = float(rng.random())
        self.glints = plan.rng("glints").random((90, 4))

    def _layer(
        self,
        depth: float,
        top: float,
        paint: Callable[[Surface, float, float], None],
        *,
        opaque: bool = False,
        ground: Ground | None = None,
        stands: float | None = None,
    ) -> Layer:
        """A layer as wide and high as its depth needs, painted in the coordinates of the picture at rest."""
        mx, my = self.reach * depth + 70 + FAR_SLIDE * self.turns * (1 - depth), self.tall * depth + 40
        high = 720 - top + 2 * my
        s = Surface(self.plan.wide + 2 * mx, high, self.plan.scale)
        paint(s, mx, my - top)
        s.alpha[:] = 1.0 if opaque else s.alpha
        return Layer(
            s, depth=depth, x=-mx, y=top - my, opaque=opaque, bends=self.bends, ground=ground, stands=stands
        )

    def _outdoors(self, rng: np.random.Generator) -> None:
        self.layers.append(self._layer(0.10, 0.0, self._paint_sky, opaque=True))
        setting = self.wish.setting
        steps = ((0.22, 0.30, 120.0), (0.42, 0.55, 90.0), (0.66, 0.85, 70.0))
        if setting == "sea":
            self.layers.append(
                self._layer(0.72, 250.0, lambda s, ox, oy: self._ridge(s, ox, oy, rng, 410.0, 60.0, 0.45))
            )
            self.layers.append(self._layer(0.80, 300.0, self._water, ground=self.water))
            return
        for n, (depth, share, high) in enumerate(steps):
            if setting == "city":
                row = partial(self._blocks, rng=rng, near=share, row=n)
                self.layers.append(self._layer(depth, 40.0, row))
            else:
                ridge = partial(self._ridge, rng=rng, base=380.0 + 50 * n, high=high * 1.6, near=share)
                self.layers.append(self._layer(depth, 120.0, ridge))
        ground = Ground(520.0, 0.66, self.feet)
        self.layers.append(
            self._layer(1.0, 190.0, lambda s, ox, oy: self._floor(s, ox, oy, rng), ground=ground)
        )

    def _paint_sky(self, s: Surface, ox: float, oy: float) -> None:
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

    def _ridge(
        self,
        s: Surface,
        ox: float,
        oy: float,
        rng: np.random.Generator,
        base: float,
        high: float,
        near: float,
    ) -> None:
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

    def _blocks(
        self, s: Surface, ox: float, oy: float, rng: np.random.Generator, near: float, row: int
    ) -> None:
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

    def _floor(self, s: Surface, ox: float, oy: float, rng: np.random.Generator) -> None:
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

    def _water(self, s: Surface, ox: float, oy: float) -> None:
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

    def _room(self, rng: np.random.Generator) -> None:
        wall = mix(mix(self.colour, (0.75, 0.72, 0.68), 0.7), (0.1, 0.1, 0.16), 0.75 * (1 - self.bright))
        look = Look(self.sky, self.light, self.colour, self.bright)
        self.layers.append(self._layer(0.55, 0.0, partial(back, look=look, wall=wall, rng=rng), opaque=True))
        planks = partial(floor, look=look, rng=rng)
        things = partial(furniture, look=look, wide_view=self.plan.wide, rng=rng)
        if self.orbits:  # what stands on the floor doesn't turn with it
            ground = Ground(520.0, 0.55, self.feet)
            self.layers.append(self._layer(1.0, 60.0, planks, ground=ground))
            self.layers.append(self._layer(1.0, 60.0, things, stands=0.78))
            return

        def both(s: Surface, ox: float, oy: float) -> None:
            planks(s, ox, oy)
            things(s, ox, oy)

        self.layers.append(self._layer(1.0, 60.0, both))

    def draw(self, frame: Frame, t: float) -> None:
        """Draw the moment `t` seconds into the clip."""
        raw = self.plan.pose(t)
        pose = replace(raw, x=raw.x - self.middle.x, y=raw.y - self.middle.y, zoom=raw.zoom * self.zoom0)
        for n, layer in enumerate(self.layers):
            layer.draw(frame, pose, dx=self.wind * t if n == 0 and self.wish.setting != "interior" else 0.0)
        if self.wish.setting == "sea":
            self._shimmer(frame, t, pose)
        if not self.plan.popped("subject", t):
            self._subject(frame, t, pose)
        if self.rain is not None:
            self.rain.streaks(frame, t)
        if self.flakes is not None:
            for a, b, c, d in self.flakes:
                r = 1.2 + 4.2 * c * c
                x = (a * frame.wide + 30 * np.sin(t * 1.1 + 9 * d) + t * 20 - pose.x * (0.5 + c)) % frame.wide
                frame.shadow(
                    x, (b * 740 + t * (60 + 110 * c)) % 740 - 10, r, r, (0.97, 0.98, 1.0), 0.85, power=0.7
                )

    def _shimmer(self, frame: Frame, t: float, pose: Pose) -> None:
        for a, b, c, d in self.glints:
            y = self.horizon + 8 + 270 * b * b - pose.y * 0.8
            x = (a * frame.wide * 1.4 + 12 * t * (0.3 + b) - pose.x * 0.8 + self.water.slide(pose, y)) % (
                frame.wide * 1.4
            ) - 0.2 * frame.wide
            near = np.exp(-(((x - self.sun[0]) / 260) ** 2))
            frame.glow(
                x,
                y,
                8 + 30 * b,
                1.2 + 2.2 * b,
                self.light,
                (0.10 + 0.5 * near) * max(0.0, float(np.sin(t * (1.5 + 2 * c) + 6.28 * d))),
            )

    def _subject(self, frame: Frame, t: float, pose: Pose) -> None:
        plan, kind = self.plan, self.wish.subject
        speed = {
            "car": 0.085,
            "boat": 0.045,
            "balloon": 0.03,
            "birds": 0.07,
            "ball": 0.05,
            "animal": 0.11,
        }.get(kind, 0.075) * plan.wide
        moving = t if plan.shows("subject") else 0.0
        x = plan.wide * (0.30 + 0.12 * self.start)
        if self.orbits:
            x += 0.12 * plan.wide - pose.x
            moving *= _ON_THE_SPOT.get(kind, 1.0)
        elif not any(s.word == "track" for s in plan.camera):
            x += speed * moving - pose.x
        y, size = self.feet, 170.0 if self.wish.setting == "sea" else 190.0
        y, k = y - pose.y, pose.zoom
        cx = frame.wide / 2
        x, y, size = cx + (x - cx) * k, 360 + (y - 360) * k, size * k
        if pose.roll:
            a = np.radians(-pose.roll)
            rx, ry = x - cx, y - 360
            x, y = cx + rx * np.cos(a) - ry * np.sin(a), 360 + rx * np.sin(a) + ry * np.cos(a)
        subjects.draw(
            frame,
            kind,
            moving,
            float(x),
            float(y),
            size,
            self.colour,
            0.25 + 0.75 * self.bright,
        )
