"""A cup on a wooden table by a window, morning light from the left, steam that rises and curls, a slow push forward."""
# ruff: noqa: RUF005
# Points plus an offset are sums of arrays.

import numpy as np

from kit.sandbox.canvas import Frame, Surface, linear, mix, rgb, shade
from kit.sandbox.fields import blur, noise, resize, smooth
from kit.sandbox.layers import Layer
from kit.sandbox.plan import Plan
from kit.sandbox.scenes.cup_room import MARGIN, room
from kit.sandbox.scenes.steam import Steam
from kit.sandbox.shapes import Array, Mask, ellipse, spline, stroke

EDGE = 418.0  # where the table ends


class Cup:
    """The scene of `steaming-cup`."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        rng = plan.rng("cup")
        self.cx = plan.wide / 2 + 30 + 50 * (float(rng.random()) - 0.5)
        self.rim, self.foot, self.radius = 372.0, 584.0, 118.0 + 12 * float(rng.random())
        glazes = (("e9e2d4", "b88a62"), ("7fa3a0", "c7a27c"), ("d8c3b0", "7d5a45"), ("5d7f9a", "cdb393"))
        glaze = glazes[int(rng.integers(len(glazes)))]
        self.glaze, self.clay = rgb(glaze[0]), rgb(glaze[1])
        self.warm = mix(rgb("ffe2b0"), rgb("ffd0a0"), float(rng.random()))
        self.layers = [
            Layer(room(plan, self.warm), depth=0.45, x=-MARGIN * 2, y=-MARGIN, opaque=True, bends=True),
            Layer(self._table(), depth=1.0, x=-MARGIN, y=EDGE - 8, bends=True),
        ]
        self.cup = Layer(self._cup(), depth=1.0, x=self.cx - 260, y=self.rim - 60, bends=True)
        self.front = Layer(self._front(), depth=1.7, x=-120, y=430, bends=True)
        self.steam = Steam(plan, x=self.cx, y=self.rim, radius=self.radius, warm=self.warm)
        self.motes = plan.rng("motes").random((46, 4))
        self.shafts = self._shafts()

    def _table(self) -> Surface:
        p = self.plan
        s = Surface(p.wide + 2 * MARGIN, 720 - EDGE + MARGIN + 16, p.scale)
        x, y = s.grid()
        x, y = x - MARGIN, y + EDGE - 8
        vanish = EDGE - 210.0
        depth = 300.0 / (y - vanish)
        across = (x - p.wide / 2) * depth / 150.0
        grain = self._grain(across * 150 + 4000, depth * 900)
        plank = across * 0.62 + 50.3
        tone = p.rng("plank").random(120).astype(np.float32)[(plank.astype(np.int64)) % 120]
        seam = np.abs(plank - np.round(plank)) / (depth / 150.0 * 0.62)
        wood = np.array(mix(rgb("8a5a34"), rgb("9a6b42"), float(p.rng("wood").random())), np.float32)
        light = 0.62 + 0.5 * (grain - 0.5) + 0.22 * (tone - 0.5)
        light *= 0.35 + 0.65 * smooth(seam / 2.6)
        # A pool of light from the window, falling off to the right; two bright panes lie on the wood.
        fall = 1.35 * np.exp(-(((x - 300) / 620) ** 2)) + 0.22
        light *= fall * (0.75 + 0.5 * smooth((y - EDGE) / 120) - 0.25 * smooth((y - 600) / 160))
        s.rgb[:] = np.clip(
            wood[:, None, None] * light * np.array([1.12, 1.0, 0.86], np.float32)[:, None, None], 0, 1
        )
        s.alpha[:] = 1.0
        s.alpha[: max(1, int(8 * p.scale))] = 0
        s.rgb[:, : max(1, int(8 * p.scale))] = 0

        def at(points: list[tuple[float, float]]) -> Array:
            return np.asarray(points) + (MARGIN, 8 - EDGE)

        for k in range(2):
            o = 60 + 330 * k
            s.soft(
                at([(o + 10, 452), (o + 250, 452), (o + 330, 700), (o - 10, 700)]),
                self.warm,
                16,
                0.26 - 0.06 * k,
                light=True,
            )
        s.fill(
            at([(-80, EDGE), (p.wide + 80, EDGE), (p.wide + 80, EDGE + 3), (-80, EDGE + 3)]), self.warm, 0.35
        )
        # The cup's shadow runs to the right; the saucer's stays close.
        cx, foot, r = self.cx, self.foot, self.radius
        s.soft(
            at(
                [
                    (cx - 40, foot + 6),
                    (cx + 130, foot - 40),
                    (cx + 520, foot - 74),
                    (cx + 560, foot - 20),
                    (cx + 220, foot + 40),
                    (cx, foot + 34),
                ]
            ),
            (0.05, 0.03, 0.03),
            17,
            0.62,
        )
        s.soft(at(ellipse(cx + 26, foot + 18, r * 1.62, 50).tolist()), (0.05, 0.03, 0.03), 9, 0.6)
        # A linen cloth and a spoon beside the cup.
        cloth = at(
            spline(
                [(cx - 420, 640), (cx - 250, 596), (cx - 120, 640), (cx - 210, 760), (cx - 480, 770)], steps=6
            ).tolist()
        )
        linen = rgb("e8dcc8")
        s.soft(cloth + (10, 8), (0.05, 0.03, 0.03), 8, 0.5)
        s.fill(
            cloth, linear(cx - 400 + MARGIN, 0, shade(linen, 1.02), cx - 100 + MARGIN, 0, shade(linen, 0.62))
        )
        m = s.mask(cloth)
        if m is not None:
            ux, uy = s.units(m)
            weave = 0.10 * np.sin((ux + 0.6 * uy) * 1.15) * np.sin((uy - 0.5 * ux) * 1.3)
            s.put(
                Mask(m.y, m.x, m.cover * np.clip(0.12 + weave, 0, 1).astype(np.float32)), shade(linen, 0.45)
            )
        for k in range(3):
            s.soft(
                stroke(
                    at(
                        [(cx - 400 + 70 * k, 660 + 8 * k), (cx - 300 + 60 * k, 640), (cx - 180 + 20 * k, 690)]
                    ),
                    7,
                ),
                shade(linen, 0.5),
                6,
                0.4,
            )
        handle = at(spline([(cx - 395, 690), (cx - 320, 668), (cx - 236, 648)], closed=False).tolist())
        s.soft(stroke(handle + (5, 7), 9), (0.08, 0.05, 0.04), 4, 0.6)
        s.fill(
            stroke(handle, np.linspace(12, 6, len(handle))),
            linear(0, 230, rgb("f3efe8"), 0, 275, rgb("6d6a66")),
        )
        bowl = ellipse(cx - 208 + MARGIN, 641 + 8 - EDGE, 37, 15, turn=-14)
        s.fill(bowl, linear(cx - 245 + MARGIN, 220, rgb("fffaf0"), cx - 170 + MARGIN, 240, rgb("5a5652")))
        s.rim(bowl, -1.5, -1.5, rgb("fff6e2"), 0.8)
        return s

    def _grain(self, u: Array, v: Array) -> Array:
        """Wood grain looked up in a wrapped noise stretched along the planks."""
        g = noise(self.plan.rng("grain"), 512, 512, (130, 5), octaves=4, gain=0.62, wrap=True)
        rings = noise(self.plan.rng("rings"), 512, 512, (200, 60), octaves=2, wrap=True)
        g = 0.80 * g + 0.20 * (0.5 + 0.5 * np.sin(rings * 40))
        g = blur(g, 0.6)
        i = np.broadcast_arrays(v.astype(np.int64) % 512, u.astype(np.int64) % 512)
        out: Array = g[i[0], i[1]]
        return out

    def _profile(self, y: Array) -> Array:
        """Half the cup's width at a height, in units."""
        t = np.clip((y - self.rim) / (self.foot - self.rim), 0, 1)
        half: Array = self.radius * (1.0 - 0.07 * t - 0.40 * smooth((t - 0.55) / 0.45) * t)
        return half

    def _cup(self) -> Surface:
        p = self.plan
        s = Surface(520, 360, p.scale)
        ox, oy = 260.0, 60.0 - self.rim
        r, rim, foot = self.radius, self.rim + oy, self.foot + oy
        # The saucer.
        for grow, dy, tone in ((1.55, 16.0, 0.55), (1.55, 11.0, 0.95), (1.12, 10.0, 0.80), (0.74, 9.0, 0.62)):
            ring = ellipse(ox, foot + dy, r * grow, r * grow * 0.31)
            s.fill(
                ring,
                linear(
                    ox - r * grow,
                    0,
                    shade(self.glaze, 1.12 * tone),
                    ox + r * grow,
                    0,
                    shade(self.glaze, 0.42 * tone),
                ),
            )
        s.rim(ellipse(ox, foot + 11, r * 1.55, r * 1.55 * 0.31), 2.4, 1.4, shade(self.warm, 1.0), 0.7)
        s.soft(ellipse(ox + 34, foot + 10, r * 0.95, 25), (0.08, 0.05, 0.05), 8, 0.55)
        # The handle, behind the body, in shade.
        ear = spline(
            [
                (ox + r * 0.86, rim + 34),
                (ox + r * 1.30, rim + 26),
                (ox + r * 1.52, rim + 76),
                (ox + r * 1.26, rim + 128),
                (ox + r * 0.80, rim + 142),
            ],
            closed=False,
        )
        s.fill(
            stroke(ear, 27),
            linear(ox + r, rim, shade(self.glaze, 0.66), ox + r * 1.5, rim + 130, shade(self.glaze, 0.24)),
        )
        s.rim(stroke(ear, 27), 3, 4, shade(self.glaze, 1.0), 0.55)
        # The body.
        t = np.linspace(0, 1, 30)
        ys = self.rim + t * (self.foot - self.rim)
        half = self._profile(ys)
        base = ellipse(ox, foot, float(half[-1]), float(half[-1]) * 0.25, start=0, end=180)
        right = np.stack([ox + half, ys + oy], axis=1)
        left = np.stack([ox - half, ys + oy], axis=1)[::-1]
        body = np.concatenate([right, base, left])
        speckle = (p.rng("speckle").random((s.height, s.width), dtype=np.float32) > 0.985).astype(np.float32)
        speckle = blur(speckle, 0.8 * p.scale + 0.3) * 5
        glaze, clay, warm = (
            np.asarray(c, np.float32)[:, None, None] for c in (self.glaze, self.clay, self.warm)
        )
        drip = noise(p.rng("drip"), 4, s.width, (4, 60 * p.scale), octaves=3)[0]

        def paint(x: Array, y: Array) -> Array:
            u = np.clip((x - ox) / np.maximum(self._profile(y - oy), 1), -1, 1)
            nz = np.sqrt(1 - u * u)
            low = smooth((y - (rim + foot) / 2) / (foot - rim))
            diffuse = np.clip(-0.86 * u + 0.52 * nz, 0, 1.4)
            level = 0.20 + 0.84 * diffuse - 0.22 * low + 0.10 * np.clip(u - 0.72, 0, 1)
            edge = foot - 46 - 26 * (drip[np.clip((x * p.scale).astype(np.int64), 0, s.width - 1)] - 0.5)
            share = smooth((y - edge) / 5.0)
            i = (
                np.clip((y * p.scale).astype(np.int64), 0, s.height - 1),
                np.clip((x * p.scale).astype(np.int64), 0, s.width - 1),
            )
            spot = np.clip(speckle[i[0], i[1]], 0, 1) * 0.45
            colour = (glaze * (1 - share) + clay * share) * (1 - spot)
            spark = (
                np.exp(-(((u + 0.62) / 0.085) ** 2))
                * smooth((y - rim - 26) / 14)
                * smooth((rim + 128 - y) / 26)
                * (1 - share)
            )
            spark += (
                0.35
                * np.exp(-(((u + 0.40) / 0.05) ** 2))
                * smooth((y - rim - 26) / 14)
                * smooth((rim + 128 - y) / 26)
            )
            return np.asarray(colour * level * (0.72 + 0.28 * warm) + spark * 0.55 * warm, np.float32)

        s.fill(body, paint)
        s.rim(body, 2.2, 0.0, self.warm, 0.45)
        # Rim, inside and what is in it.
        s.fill(
            ellipse(ox, rim, r, r * 0.27),
            linear(ox - r, 0, shade(self.glaze, 1.2), ox + r, 0, shade(self.glaze, 0.55)),
        )
        s.fill(
            ellipse(ox, rim + 1.5, r * 0.945, r * 0.243),
            linear(ox - r, 0, shade(self.glaze, 0.36), ox + r, 0, shade(self.glaze, 0.92)),
        )
        coffee = ellipse(ox, rim + 10, r * 0.885, r * 0.205)
        m, inside = s.mask(coffee), s.mask(ellipse(ox, rim + 1.5, r * 0.945, r * 0.243))
        if m is not None and inside is not None:
            s.put(m, linear(ox - r, 0, rgb("3a1e10"), ox + r, 0, rgb("6b3b1d")))
            s.rim(coffee, 0, -3, rgb("b07a45"), 0.75)
            s.soft(
                ellipse(ox - r * 0.42, rim + 9, r * 0.26, r * 0.06, turn=-6),
                rgb("fff0d0"),
                3,
                0.6,
                light=True,
            )
        front = ellipse(ox, rim + 1.0, r * 0.97, r * 0.255, start=8, end=172)
        s.fill(
            stroke(front, 4.5), linear(ox - r, 0, shade(self.glaze, 1.25), ox + r, 0, shade(self.glaze, 0.6))
        )
        return s

    def _front(self) -> Surface:
        """Leaves near the lens, far out of focus, in the lower left corner."""
        p = self.plan
        s = Surface(470, 460, p.scale * 0.5)
        for k, a in enumerate((-82, -58, -36, -16)):
            c, d = np.cos(np.radians(a)), np.sin(np.radians(a))
            long = 300 - 34 * k
            mid = (60 + c * long * 0.5, 400 + d * long * 0.5)
            n = (-d * 44, c * 44)
            leaf = spline(
                [
                    (60, 400),
                    (mid[0] + n[0], mid[1] + n[1]),
                    (60 + c * long, 400 + d * long),
                    (mid[0] - n[0], mid[1] - n[1]),
                ],
                steps=8,
            )
            s.fill(leaf, linear(40, 150, rgb("6f8f4c"), 330, 420, rgb("22361f")), 0.96)
        s.rgb, s.alpha = blur(s.rgb, 13 * s.scale), blur(s.alpha, 13 * s.scale)
        return s

    def _shafts(self) -> Array:
        """Light in the air: slanting beams from the window, uint16 (h, w) 0..255 before strength."""
        h, w = 90, max(8, round(90 * self.plan.wide / 720))
        y = (np.arange(h) + 0.5)[:, None] * 8.0
        x = (np.arange(w) + 0.5)[None, :] * 8.0
        along = x * 0.36 - y * 0.93 + 260
        beams = sum(np.exp(-(((along - c) / wide) ** 2)) for c, wide in ((-40, 60), (90, 46), (210, 70)))
        fade = np.exp(-(((x - 150) / 620) ** 2)) * smooth((y + 80) / 200)
        return (resize((beams * fade).astype(np.float32), self.plan.height, self.plan.width) * 40).astype(
            np.uint16
        )

    def draw(self, frame: Frame, t: float) -> None:
        """Draw the moment `t` seconds into the clip."""
        pose = self.plan.pose(t)
        for layer in self.layers:
            layer.draw(frame, pose)
        if not self.plan.popped("cup", t):
            self.cup.draw(frame, pose)
        z = pose.zoom
        if self.plan.shows("steam"):
            self.steam.draw(frame, t, z)
        frame.px[0] += self.shafts
        frame.px[1] += self.shafts * 7 >> 3
        frame.px[2] += self.shafts * 5 >> 3
        np.minimum(frame.px, 255, out=frame.px)
        for a, b, c, d in self.motes:
            x = (a * 1.2 * frame.wide + 26 * np.sin(t * (0.3 + 0.5 * c) + 9 * d) + t * 9 * c) % (
                frame.wide * 0.8
            )
            y = 90 + (b * 520 + 20 * np.sin(t * 0.5 + 7 * a) - t * 10 * d) % 520
            size = 1.6 + 3.2 * d * d
            frame.glow(
                x,
                y,
                size,
                size,
                self.warm,
                (0.25 + 0.55 * c) * (0.6 + 0.4 * np.sin(t * 1.7 + 6 * b)) * (1 - x / frame.wide),
            )
        self.front.draw(frame, pose, dx=2.5 * np.sin(t * 0.8))
