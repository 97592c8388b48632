"""Any other prompt: a layered landscape, coast, city or room chosen from its words, with weather and one moving subject."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from kit.sandbox.camera import Pose
from kit.sandbox.canvas import Frame, Surface, mix, rgb
from kit.sandbox.layers import FAR_SLIDE, Ground, Layer
from kit.sandbox.plan import Plan, generator
from kit.sandbox.scenes import subjects
from kit.sandbox.scenes.generic_land import Land
from kit.sandbox.scenes.generic_room import COLOURS, Look, back, floor, furniture
from kit.sandbox.scenes.rain import Rain
from kit.sandbox.scenes.words import read_wish

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
        land = Land(
            plan=self.plan,
            wish=self.wish,
            sky=self.sky,
            haze=self.haze,
            ground=self.ground,
            light=self.light,
            bright=self.bright,
            sun=self.sun,
            horizon=self.horizon,
        )
        self.layers.append(self._layer(0.10, 0.0, land.heaven, opaque=True))
        setting = self.wish.setting
        steps = ((0.22, 0.30, 120.0), (0.42, 0.55, 90.0), (0.66, 0.85, 70.0))
        if setting == "sea":
            self.layers.append(
                self._layer(0.72, 250.0, lambda s, ox, oy: land.ridge(s, ox, oy, rng, 410.0, 60.0, 0.45))
            )
            self.layers.append(self._layer(0.80, 300.0, land.water, ground=self.water))
            return
        for n, (depth, share, high) in enumerate(steps):
            if setting == "city":
                row = partial(land.blocks, rng=rng, near=share, row=n)
                self.layers.append(self._layer(depth, 40.0, row))
            else:
                ridge = partial(land.ridge, rng=rng, base=380.0 + 50 * n, high=high * 1.6, near=share)
                self.layers.append(self._layer(depth, 120.0, ridge))
        ground = Ground(520.0, 0.66, self.feet)
        self.layers.append(
            self._layer(1.0, 190.0, lambda s, ox, oy: land.floor(s, ox, oy, rng), ground=ground)
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
