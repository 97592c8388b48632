"""A tidy desk with an open laptop whose code scrolls, a plant, a notebook and a lamp; the camera stands still.

Almost everything is painted once. Each moment copies that picture and adds the screen, the plant's leaves and the cursor.
"""
# ruff: noqa: RUF005
# Points plus an offset are sums of arrays.

from itertools import pairwise

import numpy as np

from kit.sandbox.canvas import Frame, Surface, linear, mix, ramp, rgb, shade
from kit.sandbox.fields import blur, noise, smooth
from kit.sandbox.glyphs import ROWS, line
from kit.sandbox.layers import Layer
from kit.sandbox.plan import Plan
from kit.sandbox.scenes.code_text import COLOURS, listing
from kit.sandbox.shapes import Array, Mask, ellipse, moved, rect, spline, stroke

MARGIN = 90.0
EDGE = 512.0  # where the desk begins


class Desk:
    """The scene of `code-on-laptop`."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        rng = plan.rng("desk")
        self.cx = plan.wide / 2 - 20 + 50 * (float(rng.random()) - 0.5)
        self.screen = (self.cx - 322.0, 108.0, 644.0, 404.0)
        walls = ("31414f", "3d4a47", "4a4552", "2f4550")
        self.wall = rgb(walls[int(rng.integers(4))])
        self.lamp_x = self.cx - 474
        self.plant_x = self.cx + 474
        self.tint = rgb(("f2c14e", "e8785a", "7fb7be", "d9a5b3")[int(rng.integers(4))])
        moving = any(s.word != "static" for s in plan.camera)
        self.back = Layer(
            self._still(),
            depth=1.0,
            x=-MARGIN,
            y=-MARGIN,
            opaque=True,
            bends=moving and any("zoom" in s.word for s in plan.camera),
        )
        self.code, self.line_high = self._code()
        self.leaves = plan.rng("leaves").random((15, 4))
        self.speed = 58.0 + 20.0 * float(plan.rng("speed").random())

    def _code(self) -> tuple[Array, float]:
        """The whole listing as a tall picture of the screen's width in pixels: uint16 (3, h, w); and a line's height."""
        k = self.plan.scale
        w = round(self.screen[2] * k)
        cell_w = max(4, round(11.4 * k))
        cell_h = max(ROWS, round(22.0 * k))
        step = max(cell_h, round(25.0 * k))
        lines = listing(self.plan.rng("code"), 74)
        picture = np.empty((3, step * len(lines), w), np.float32)
        back = rgb("12161f")
        picture[:] = np.asarray(back, np.float32)[:, None, None]
        for n, pieces in enumerate(lines):
            y, x = n * step + (step - cell_h) // 2, 2 * cell_w
            number = line(f"{n + 1:>3}", cell_w, cell_h, 0.44)
            parts = [(number, rgb("465066"))] + [
                (line(text, cell_w, cell_h, 0.52), COLOURS[kind]) for text, kind in pieces
            ]
            for j, (cover, colour) in enumerate(parts):
                room = picture[:, y : y + cell_h, x : x + cover.shape[1]]
                cut = cover[:, : room.shape[2]]
                room += (np.asarray(colour, np.float32)[:, None, None] - room) * cut
                x += cover.shape[1] + (cell_w if j == 0 else 0)
        return (np.clip(picture, 0, 1) * 255).astype(np.uint16), step / k

    def _still(self) -> Surface:
        p = self.plan
        wide = p.wide + 2 * MARGIN
        s = Surface(wide, 720 + 2 * MARGIN, p.scale)
        s.put(
            s.whole(),
            ramp(
                (0, 260, 800, wide),
                (
                    shade(self.wall, 0.95),
                    shade(self.wall, 1.1),
                    shade(self.wall, 0.85),
                    shade(self.wall, 0.6),
                ),
                across=True,
            ),
        )
        s.put(s.whole(), linear(0, 0, shade(self.wall, 0.42), 0, EDGE + MARGIN, shade(self.wall, 1.0)), 0.45)
        self._wall(s)
        self._wood(s)
        self._lamp(s)
        self._laptop(s)
        self._things(s)
        s.times(0.985 + 0.03 * p.rng("dither").random((1, s.height, s.width), dtype=np.float32))
        y, x = (
            np.linspace(-1, 1, s.height, dtype=np.float32)[:, None],
            np.linspace(-1, 1, s.width, dtype=np.float32)[None],
        )
        s.times(1.0 - 0.40 * smooth((x * x * 0.8 + y * y * 0.7 - 0.35) / 1.2))
        return s

    def _wall(self, s: Surface) -> None:
        """Window light with leaf shadows, a picture and a shelf, softly out of focus."""
        x0, y0 = self.cx + MARGIN, MARGIN
        s.fill(rect(x0 + 330, y0 + 20, 118, 152, 3), rgb("14181d"))
        s.fill(rect(x0 + 338, y0 + 28, 102, 136, 2), rgb("e9e0cf"))
        s.fill(ellipse(x0 + 389, y0 + 82, 30, 30), self.tint)
        s.fill(
            [
                (x0 + 346, y0 + 156),
                (x0 + 380, y0 + 100),
                (x0 + 404, y0 + 132),
                (x0 + 418, y0 + 116),
                (x0 + 434, y0 + 156),
            ],
            shade(self.wall, 1.1),
        )
        s.fill(rect(x0 - 590, y0 + 96, 210, 11, 2), rgb("6b4a33"))
        for k, (bw, bh, c) in enumerate(
            (
                (22, 78, "b5533c"),
                (17, 88, "e0c097"),
                (26, 70, "3f6f73"),
                (18, 84, "2b3440"),
                (24, 74, "c98f4e"),
            )
        ):
            s.fill(
                rect(x0 - 574 + k * 29, y0 + 96 - bh, bw, bh, 2),
                linear(
                    x0 - 574 + k * 29, 0, shade(rgb(c), 0.9), x0 - 574 + k * 29 + bw, 0, shade(rgb(c), 0.55)
                ),
            )
        s.fill(ellipse(x0 - 402, y0 + 76, 17, 20), rgb("d8cfc0"))
        s.rgb = blur(s.rgb, 3.2 * s.scale)
        warm = rgb("ffdca6")
        for k in range(3):
            x = x0 - 250 + 210 * k
            s.soft(
                [(x, y0 - 60), (x + 150, y0 - 60), (x + 20, y0 + 420), (x - 130, y0 + 420)],
                warm,
                20,
                0.09,
                light=True,
            )

    def _wood(self, s: Surface) -> None:
        p = self.plan
        top = EDGE + MARGIN
        m = s.mask(rect(0, top, s.width / s.scale, 720))
        if m is None:
            return
        grain = noise(
            p.rng("grain"),
            m.cover.shape[0],
            m.cover.shape[1],
            (6 * s.scale, 300 * s.scale),
            octaves=4,
            gain=0.6,
        )
        wood = np.asarray(rgb("a97a50"), np.float32)[:, None, None]
        x, y = s.units(m)
        light = (
            0.70
            + 0.55 * (grain - 0.5)
            + 0.30 * np.exp(-(((x - self.lamp_x - MARGIN - 70) / 300) ** 2))
            - 0.20 * smooth((y - top - 60) / 180)
        )
        s.put(m, lambda _x, _y: wood * light)
        s.fill(rect(0, top, s.width / s.scale, 3), rgb("e2b98b"), 0.6)
        s.soft(rect(0, top - 26, s.width / s.scale, 24), (0.02, 0.02, 0.03), 12, 0.35)

    def _lamp(self, s: Surface) -> None:
        x, y = self.lamp_x + MARGIN, MARGIN
        metal = rgb("20242a")
        s.soft(ellipse(x + 8, y + 566, 74, 17), (0.02, 0.02, 0.02), 7, 0.6)
        s.fill(
            ellipse(x, y + 556, 62, 15), linear(x - 60, 0, shade(metal, 1.0), x + 60, 0, shade(metal, 2.4))
        )
        s.fill(
            ellipse(x, y + 551, 60, 13), linear(x - 60, 0, shade(metal, 1.5), x + 60, 0, shade(metal, 3.2))
        )
        arm = [(x, y + 550), (x - 42, y + 372), (x + 30, y + 212)]
        for a, b in pairwise(arm):
            s.fill(stroke([a, b], 8), linear(a[0] - 5, 0, shade(metal, 1.2), a[0] + 12, 0, shade(metal, 3.0)))
        for a in arm[1:]:
            s.fill(ellipse(*a, 9, 9), self.tint)
            s.fill(ellipse(a[0] - 2, a[1] - 2, 3.4, 3.4), (1, 1, 1), 0.5)
        beam = [(x + 20, y + 262), (x + 128, y + 226), (x + 300, y + 566), (x - 110, y + 574)]
        s.soft(beam, rgb("ffd9a0"), 22, 0.17, light=True)
        s.soft(ellipse(x + 90, y + 566, 190, 38), rgb("ffcf8a"), 20, 0.34, light=True)
        hood = moved(
            [(x - 26, y + 190), (x + 26, y + 190), (x + 66, y + 262), (x - 66, y + 262)],
            turn=-19,
            about=(x + 30, y + 212),
        ) + (26, -6)
        s.fill(
            hood, linear(x - 30, y + 190, shade(self.tint, 1.15), x + 110, y + 262, shade(self.tint, 0.42))
        )
        s.rim(hood, -2, 3, shade(self.tint, 1.6), 0.6)
        mouth = ellipse(x + 76, y + 244, 67, 13, turn=-19)
        s.fill(mouth, rgb("fff1cf"))
        s.glow(x + 80, y + 252, 150, 120, rgb("ffd28a"), 0.55)

    def _laptop(self, s: Surface) -> None:
        x, y, w, h = self.screen
        x, y = x + MARGIN, y + MARGIN
        s.soft(rect(x - 60, y + h + 40, w + 120, 70, 20), (0.02, 0.02, 0.03), 16, 0.75)
        s.glow(x + w / 2, y + h / 2, w * 0.78, h * 0.95, rgb("5b8bd0"), 0.16)
        body = rgb("b9bec6")
        s.fill(
            rect(x - 16, y - 18, w + 32, h + 40, 16),
            linear(x, y, shade(body, 0.75), x + w, y + h, shade(body, 0.42)),
        )
        s.fill(rect(x - 13.5, y - 15.5, w + 27, h + 35, 14), rgb("0b0d11"))
        s.fill(rect(x, y, w, h), rgb("12161f"))
        s.fill(ellipse(x + w / 2, y - 8, 2.6, 2.6), rgb("2a3442"))
        deck = y + h + 20
        top, low = (x - 22, x + w + 22), (x - 78, x + w + 78)
        s.fill(
            [(top[0], deck), (top[1], deck), (low[1], deck + 88), (low[0], deck + 88)],
            linear(0, deck, shade(body, 0.62), 0, deck + 88, shade(body, 1.02)),
        )
        s.fill(
            rect(low[0], deck + 87, low[1] - low[0], 13, 6),
            linear(0, deck + 87, shade(body, 1.15), 0, deck + 100, shade(body, 0.38)),
        )
        s.fill(rect(x + w / 2 - 62, deck + 87, 124, 6, 3), shade(body, 0.5))
        s.fill(rect(x - 10, deck - 6, w + 20, 9, 3), rgb("15171b"))
        # Keys in rows that widen towards the viewer.
        for row in range(5):
            f0, f1 = 0.07 + row * 0.125, 0.07 + row * 0.125 + 0.10
            y0, y1 = deck + 88 * f0, deck + 88 * f1
            a0, b0 = top[0] + (low[0] - top[0]) * f0 + 40, top[1] + (low[1] - top[1]) * f0 - 40
            a1, b1 = top[0] + (low[0] - top[0]) * f1 + 40, top[1] + (low[1] - top[1]) * f1 - 40
            n = (14, 14, 13, 12, 9)[row]
            keys = []
            for k in range(n):
                u0, u1 = (k + 0.07) / n, (k + 0.93) / n
                keys += [
                    (a0 + (b0 - a0) * u0, y0),
                    (a0 + (b0 - a0) * u1, y0),
                    (a1 + (b1 - a1) * u1, y1),
                    (a1 + (b1 - a1) * u0, y1),
                ]
            s.fill(keys, linear(0, deck, rgb("23262c"), 0, deck + 70, rgb("363a42")), parts=n)
            s.fill(np.asarray(keys) * (1, 1) + (0, 0), rgb("7fa6e8"), 0.05, parts=n)
        pad = [
            (x + w / 2 - 84, deck + 64),
            (x + w / 2 + 84, deck + 64),
            (x + w / 2 + 92, deck + 84),
            (x + w / 2 - 92, deck + 84),
        ]
        s.fill(pad, shade(body, 0.72))
        s.soft(
            [(x + 30, deck + 2), (x + w - 30, deck + 2), (x + w, deck + 40), (x, deck + 40)],
            rgb("6d9be0"),
            12,
            0.14,
            light=True,
        )

    def _things(self, s: Surface) -> None:
        """The pot, the notebook with its pencil, a mug."""
        x, y = self.plant_x + MARGIN, MARGIN
        s.soft(ellipse(x + 14, y + 606, 76, 18), (0.02, 0.02, 0.02), 8, 0.65)
        pot = [(x - 58, y + 486), (x + 58, y + 486), (x + 43, y + 606), (x - 43, y + 606)]
        clay = rgb("dcd6ca")
        s.fill(pot, linear(x - 58, 0, shade(clay, 1.05), x + 58, 0, shade(clay, 0.45)))
        s.fill(
            rect(x - 63, y + 478, 126, 20, 5),
            linear(x - 63, 0, shade(clay, 1.1), x + 63, 0, shade(clay, 0.5)),
        )
        s.soft(rect(x - 58, y + 498, 116, 6), (0.1, 0.08, 0.08), 3, 0.5)
        for k in range(5):
            s.fill(
                stroke([(x - 52 + k * 3, y + 520 + 16 * k), (x + 52 - k * 3, y + 520 + 16 * k)], 1.4),
                shade(clay, 0.6),
                0.25,
            )
        # The notebook lies on the right, before the plant.
        nx, ny = self.cx + MARGIN + 330, MARGIN + 640
        cover = [(nx, ny), (nx + 214, ny - 10), (nx + 286, ny + 62), (nx + 34, ny + 78)]
        s.soft(np.asarray(cover) + (6, 9), (0.02, 0.02, 0.02), 7, 0.7)
        s.fill(np.asarray(cover) + (0, 6), rgb("efe8da"))
        s.fill(cover, linear(nx, ny, shade(self.tint, 0.95), nx + 280, ny + 70, shade(self.tint, 0.48)))
        s.fill(
            [(nx + 176, ny - 8), (nx + 188, ny - 9), (nx + 256, ny + 64), (nx + 243, ny + 65)],
            rgb("1c2026"),
            0.85,
        )
        s.rim(np.asarray(cover), 1.5, 1.5, (1, 1, 1), 0.45)
        s.soft(
            stroke([(nx + 44, ny + 52), (nx + 166, ny + 6)], 7) + np.array((3, 5)), (0.02, 0.02, 0.02), 3, 0.6
        )
        s.fill(
            stroke([(nx + 44, ny + 52), (nx + 166, ny + 6)], 7),
            linear(0, ny, rgb("2e3540"), 0, ny + 50, rgb("11151b")),
        )
        s.fill(stroke([(nx + 46, ny + 50), (nx + 164, ny + 5)], 1.6), (1, 1, 1), 0.35)
        # A mug on the left.
        mx, my = self.lamp_x + MARGIN + 18, MARGIN + 610
        s.soft(ellipse(mx + 14, my + 86, 58, 16), (0.02, 0.02, 0.02), 8, 0.7)
        glaze = mix(self.wall, (0.8, 0.85, 0.9), 0.35)
        s.fill(
            stroke(
                spline(
                    [(mx - 44, my + 18), (mx - 76, my + 26), (mx - 72, my + 62), (mx - 40, my + 64)],
                    closed=False,
                ),
                11,
            ),
            shade(glaze, 0.62),
        )
        s.fill(
            np.concatenate([ellipse(mx, my + 80, 44, 12, start=0, end=180), [(mx - 47, my), (mx + 47, my)]]),
            linear(mx - 47, 0, shade(glaze, 0.72), mx + 47, 0, shade(glaze, 1.12)),
        )
        s.fill(ellipse(mx, my, 47, 12), shade(glaze, 1.2))
        s.fill(ellipse(mx, my + 1.5, 42, 9.6), linear(mx - 42, 0, rgb("2a1710"), mx + 42, 0, rgb("5a3620")))

    def draw(self, frame: Frame, t: float) -> None:
        """Draw the moment `t` seconds into the clip."""
        pose = self.plan.pose(t)
        self.back.draw(frame, pose)
        dx, dy = -pose.x, -pose.y
        if not self.plan.popped("plant", t):
            self._plant(frame, t, dx, dy)
        self._show(frame, t, dx, dy)

    def _show(self, frame: Frame, t: float, dx: float, dy: float) -> None:
        x, y, w, h = self.screen
        k = frame.scale
        px, py = round((x + dx) * k), round((y + dy) * k)
        bar = round(30 * k)
        ph, pw = round(h * k), self.code.shape[2]
        rows = ph - bar
        move = t if self.plan.shows("scroll") else 0.0
        at = (move * self.speed + 40) * k
        first, part = int(at), int(16 * (at - int(at)))
        n = self.code.shape[1]
        index = (first + np.arange(rows + 1)) % n
        text = self.code[:, index]
        shown = (text[:, :-1] * (16 - part) + text[:, 1:] * part) >> 4
        x0, x1 = max(0, px), min(frame.width, px + pw)  # a narrow picture shows the middle of the screen
        y1 = min(frame.height, py + ph)
        frame.px[:, py + bar : y1, x0:x1] = shown[:, : y1 - py - bar, x0 - px : x1 - px]
        # The window's title bar, a marked line, the scroll bar, a sheen across the glass.
        frame.fill(rect(x + dx, y + dy, w, 30), rgb("1d2330"))
        for j, c in enumerate(("ff5f57", "febc2e", "28c840")):
            frame.fill(ellipse(x + dx + 18 + 19 * j, y + dy + 15, 5.4, 5.4), rgb(c))
        frame.fill(rect(x + dx + 88, y + dy + 4, 150, 26, 5), rgb("12161f"))
        cover = line("render.py", max(4, round(10 * k)), max(ROWS, round(19 * k)), 0.5)
        frame.put(Mask(py + round(8 * k), px + round(112 * k), cover), rgb("c9d4e8"))
        place = (move * self.speed / (n / k)) % 1.0
        frame.fill(rect(x + dx + w - 9, y + dy + 36 + (h - 110) * place, 5, 64, 2.5), rgb("3b465c"))
        lit = 0.5 + 0.5 * np.cos(2 * np.pi * t * 1.1) > 0.35
        row = y + dy + 30 + 25 * 9
        frame.fill(rect(x + dx, row, w, 25), rgb("5c7cff"), 0.10)
        if lit:
            frame.fill(rect(x + dx + 432, row + 3, 2.4, 19), rgb("f4f7ff"))
        sheen = [
            (x + dx + w * 0.62, y + dy),
            (x + dx + w * 0.86, y + dy),
            (x + dx + w * 0.52, y + dy + h),
            (x + dx + w * 0.28, y + dy + h),
        ]
        frame.fill(sheen, (0.75, 0.85, 1.0), 0.025)

    def _plant(self, frame: Frame, t: float, dx: float, dy: float) -> None:
        x, y = self.plant_x + dx, 486.0 + dy
        order = np.argsort(self.leaves[:, 3])
        for n in order:
            a, b, c, d = (float(v) for v in self.leaves[n])
            lean = -78 + 156 * (n + 0.5 * a) / len(self.leaves) + 2.2 * np.sin(t * 1.25 + 6.28 * b)
            long = 128 + 120 * c * (1 - abs(lean) / 150)
            r = np.radians(lean)
            ux, uy = np.sin(r), -np.cos(r)
            droop = 34 * abs(np.sin(r)) + 4 * np.sin(t * 1.25 + 6.28 * b + 0.8)
            tip = (x + ux * long, y + uy * long + droop)
            mid = (x + ux * long * 0.55, y + uy * long * 0.62)
            half = 15 + 10 * b
            leaf = spline(
                [
                    (x + 8 * (a - 0.5), y),
                    (mid[0] - uy * half, mid[1] + ux * half),
                    tip,
                    (mid[0] + uy * half, mid[1] - ux * half),
                ],
                steps=6,
            )
            green = mix(rgb("2f6b46"), rgb("7fb069"), 0.25 + 0.6 * d)
            k = 0.45 + 0.75 * d
            frame.fill(
                leaf, linear(x - 120, y - 200, shade(green, k * 1.1), x + 130, y, shade(green, k * 0.5))
            )
            frame.fill(stroke(spline([(x, y), mid, tip], closed=False, steps=4), 1.5), shade(green, 1.5), 0.4)
