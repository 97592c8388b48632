"""The kitchen's room, painted once: tiled wall with a window, worktop with board, plate and food, fruit near the lens."""

# ruff: noqa: RUF005
# Points plus an offset are sums of arrays; drawing calls read best as x, y, size.

import numpy as np

from kit.sandbox.canvas import Colour, Surface, linear, mix, ramp, rgb, shade
from kit.sandbox.fields import blur, noise, smooth
from kit.sandbox.plan import Plan
from kit.sandbox.shapes import Array, Place, ellipse, rect, spline, stroke

BACK = 452.0  # where the worktop meets the wall


class KitchenRoom:
    """Painters of the kitchen's three layers; `reach` is how far the camera pans, in units."""

    def __init__(
        self,
        plan: Plan,
        *,
        reach: float,
        board: tuple[float, float],
        plate: tuple[float, float],
        accent: Colour,
    ) -> None:
        self.plan, self.reach, self.board, self.plate, self.accent = plan, reach, board, plate, accent
        self.total = plan.wide + reach

    def wall(self) -> Surface:
        """The tiled wall: window, shelves, rail; a little out of focus."""
        p = self.plan
        wide = p.wide + self.reach * 0.6 + 160
        s = Surface(wide, BACK + 120, p.scale)
        rng = p.rng("wall")
        tile = rgb("efeae0")
        s.put(
            s.whole(),
            ramp(
                (0, wide * 0.4, wide), (shade(tile, 1.0), shade(tile, 0.92), shade(tile, 0.80)), across=True
            ),
        )
        rows, high, long = 16, 38.0, 92.0
        for r in range(5, rows):
            for c in range(int(wide / long) + 2):
                x, y = c * long - (r % 2) * long / 2, r * high - 30
                k = 0.90 + 0.10 * float(rng.random())
                s.fill(
                    rect(x + 1.5, y + 1.5, long - 3, high - 3, 3),
                    linear(x, y, shade(tile, k * 1.05), x + long, y + high, shade(tile, k * 0.90)),
                )
        s.fill(
            rect(0, 0, wide, 5 * high - 30),
            linear(0, 0, shade(self.accent, 0.55), 0, 160, mix(shade(self.accent, 0.8), tile, 0.25)),
        )
        # A window with the garden, a shelf with jars, a rail with ladles and pans.
        wx = 470.0
        s.fill(rect(wx - 18, 34, 356, 318, 4), rgb("fbf7ee"))
        s.fill(
            rect(wx, 52, 320, 282),
            ramp((52, 190, 300, 334), (rgb("a9d3ec"), rgb("d8ecd9"), rgb("9cc36f"), rgb("74a64e"))),
        )
        for _ in range(40):
            gx, gy = wx + 20 + 280 * float(rng.random()), 190 + 130 * float(rng.random())
            s.shadow(gx, gy, 26, 22, mix(rgb("cfe69a"), rgb("5f9a4c"), float(rng.random())), 0.6, power=0.5)
        s.fill(rect(wx + 154, 52, 12, 282), rgb("fbf7ee"))
        s.fill(rect(wx, 180, 320, 10), rgb("fbf7ee"))
        s.fill(rect(wx - 34, 348, 388, 18, 3), linear(0, 348, rgb("ffffff"), 0, 366, rgb("cfc8ba")))
        for k in range(3):
            self._herb(s, wx + 50 + 100 * k, 348, rng)
        sx = 60.0
        for y in (150.0, 300.0):
            s.soft(rect(sx, y + 16, 330, 12), (0.2, 0.15, 0.12), 8, 0.35)
            s.fill(rect(sx - 10, y, 350, 15, 2), linear(0, y, rgb("c79a68"), 0, y + 15, rgb("8a6238")))
            x = sx + 6
            while x < sx + 300:
                w, h = 34 + 22 * float(rng.random()), 56 + 46 * float(rng.random())
                tone = (
                    rgb("d98a3d"),
                    rgb("b23f32"),
                    rgb("e7d7a8"),
                    rgb("6f8f4e"),
                    rgb("f2efe8"),
                    self.accent,
                )[int(rng.integers(6))]
                s.fill(rect(x, y - h, w, h, 7), linear(x, 0, shade(tone, 1.1), x + w, 0, shade(tone, 0.62)))
                s.fill(rect(x + 5, y - h + 12, 5, h - 24, 2), (1, 1, 1), 0.35)
                s.fill(rect(x - 1, y - h - 8, w + 2, 14, 3), rgb("7d5a3c"))
                x += w + 14
        self._rail(s, wx + 400, wide, rng)
        light = rgb("fff3d6")
        for k in range(3):
            x = wx + 300 + 190 * k
            s.soft([(x, 40), (x + 130, 40), (x + 10, 470), (x - 120, 470)], light, 18, 0.08, light=True)
        s.glow(wx + 160, 190, 420, 330, light, 0.13)
        s.soft(rect(0, BACK + 20, wide, 60), (0.25, 0.2, 0.16), 22, 0.45)
        s.rgb = blur(s.rgb, 2.6 * s.scale)
        s.alpha[:] = 1.0
        return s

    @staticmethod
    def _rail(s: Surface, rail: float, wide: float, rng: np.random.Generator) -> None:
        """Ladles and pans hanging from a rail."""
        s.fill(rect(rail, 118, wide - rail - 60, 7, 3), linear(0, 118, rgb("e8e4dc"), 0, 125, rgb("77736c")))
        for k in range(6):
            x, long_ = rail + 46 + 96 * k, 90 + 36 * float(rng.random())
            if x > wide - 120:
                break
            s.soft(ellipse(x + 12, 128 + long_ + 26, 32, 36), (0.25, 0.2, 0.16), 9, 0.35)
            if k % 3 == 1:
                s.fill(rect(x - 5, 124, 10, long_ * 0.75, 4), rgb("2d2b2b"))
                s.fill(
                    ellipse(x, 124 + long_ * 0.75 + 46, 47, 47),
                    linear(x - 47, 0, rgb("6b6a6c"), x + 47, 0, rgb("242325")),
                )
                s.rim(ellipse(x, 124 + long_ * 0.75 + 46, 47, 47), 3, 2, rgb("c9c6c2"), 0.6)
            else:
                s.fill(
                    rect(x - 4, 124, 8, long_, 4), linear(x - 4, 0, rgb("d9a066"), x + 4, 0, rgb("8f6136"))
                )
                s.fill(
                    ellipse(x, 124 + long_ + 18, 20, 28),
                    linear(x - 20, 0, rgb("d9a066"), x + 20, 0, rgb("85582f")),
                )

    @staticmethod
    def _herb(s: Surface, x: float, y: float, rng: np.random.Generator) -> None:
        clay = rgb("c8744a")
        for _ in range(16):
            a = np.radians(-90 + 70 * (2 * float(rng.random()) - 1))
            long = 34 + 34 * float(rng.random())
            tip = (x + np.cos(a) * long, y - 40 + np.sin(a) * long)
            green = mix(rgb("3f7a3a"), rgb("97c45c"), float(rng.random()))
            s.fill(stroke([(x, y - 42), tip], [3, 2]), shade(green, 0.8))
            s.fill(ellipse(tip[0], tip[1], 12, 7, turn=float(np.degrees(a))), green)
        s.fill(
            [(x - 26, y - 46), (x + 26, y - 46), (x + 19, y), (x - 19, y)],
            linear(x - 26, 0, shade(clay, 1.15), x + 26, 0, shade(clay, 0.6)),
        )
        s.fill(
            rect(x - 29, y - 52, 58, 12, 3), linear(x - 29, 0, shade(clay, 1.2), x + 29, 0, shade(clay, 0.65))
        )

    def top(self) -> Surface:
        """The worktop with everything that lies on it."""
        p = self.plan
        wide = self.total + 120
        s = Surface(wide, 720 - BACK + 270, p.scale)
        oy = 200.0 - BACK

        def at(points: Array | list[tuple[float, float]]) -> Array:
            return np.asarray(points, np.float64) + (60, oy)

        m = s.mask(rect(0, 200, wide, 600))
        assert m is not None
        marble = noise(
            p.rng("marble"),
            m.cover.shape[0],
            m.cover.shape[1],
            (130 * s.scale, 260 * s.scale),
            octaves=5,
            gain=0.55,
        )
        vein = np.exp(-((np.abs(marble - 0.5) / 0.012) ** 2))
        stone = np.asarray(rgb("ece7df"), np.float32)[:, None, None]
        x, y = s.units(m)
        light = (
            0.86
            + 0.20 * (marble - 0.5)
            - 0.17 * vein
            + 0.10 * np.exp(-(((x - 620) / 420) ** 2))
            - 0.20 * smooth((y - 330) / 260)
        )
        s.put(m, lambda _x, _y: np.clip(stone * light, 0, 1))
        s.fill(rect(0, 200, wide, 3), (1, 1, 1), 0.6)
        sun = rgb("fff0c8")
        for k in range(3):
            x0 = 560 + 240 * k
            s.soft(
                at([(x0, BACK + 6), (x0 + 150, BACK + 6), (x0 + 40, 740), (x0 - 150, 740)]),
                sun,
                20,
                0.12,
                light=True,
            )
        self._still_life(s, at)
        # The board.
        bx, by = self.board
        top = spline(
            [(bx - 268, by - 84), (bx + 250, by - 84), (bx + 292, by + 84), (bx - 310, by + 84)], steps=1
        )
        s.soft(at(top) + (10, 22), (0.16, 0.12, 0.1), 13, 0.6)
        s.fill(at(top) + (0, 17), linear(0, by + oy + 84, rgb("9b6b3c"), 0, by + oy + 104, rgb("6f4a28")))
        wood = s.mask(at(top))
        if wood is not None:
            grain = noise(
                p.rng("board"),
                wood.cover.shape[0],
                wood.cover.shape[1],
                (7 * s.scale, 210 * s.scale),
                octaves=4,
                gain=0.6,
            )
            tone = np.asarray(rgb("d9a56a"), np.float32)[:, None, None]
            s.put(wood, lambda _x, _y: np.clip(tone * (0.82 + 0.42 * (grain - 0.5) + 0.12), 0, 1))
        s.rim(at(top), 2, 2.4, rgb("f4d2a0"), 0.8)
        s.fill(at(ellipse(bx + 246, by - 52, 15, 7)), rgb("8a5c32"))
        # The plate with a bed of leaves.
        px, py = self.plate
        s.soft(at(ellipse(px + 14, py + 20, 196, 66)), (0.16, 0.12, 0.1), 14, 0.55)
        china = rgb("faf8f4")
        for rx, ry, dy, lit in (
            (194.0, 64.0, 8.0, 0.70),
            (194.0, 64.0, 0.0, 1.0),
            (140.0, 44.0, 2.0, 0.86),
            (134.0, 41.0, 5.0, 0.97),
        ):
            s.fill(
                at(ellipse(px, py + dy, rx, ry)),
                linear(
                    px - rx + 60,
                    py + oy - ry,
                    shade(china, 1.04 * lit),
                    px + rx + 60,
                    py + oy + ry,
                    shade(china, 0.80 * lit),
                ),
            )
        s.rim(at(ellipse(px, py, 188, 61)), 0, 2.0, self.accent, 0.9)
        rng = p.rng("salad")
        for _ in range(34):
            a, r = 2 * np.pi * float(rng.random()), np.sqrt(float(rng.random()))
            lx, ly = px + 104 * r * np.cos(a), py + 2 + 28 * r * np.sin(a)
            green = mix(rgb("2f6b2c"), rgb("a9cf5c"), float(rng.random()))
            leaf = spline(
                [(lx - 26, ly), (lx - 10, ly - 13), (lx + 16, ly - 9), (lx + 26, ly + 3), (lx + 4, ly + 10)],
                steps=5,
            )
            s.fill(at(leaf) + (2, 4), (0.1, 0.2, 0.08), 0.35)
            s.fill(
                at(leaf),
                linear(lx + 40, ly + oy - 12, shade(green, 1.15), lx + 70, ly + oy + 12, shade(green, 0.6)),
            )
        return s

    def _still_life(self, s: Surface, at: Place) -> None:
        """A bowl of tomatoes, a bottle of oil, a loaf: behind the board and the plate."""
        x, y = self.board[0] + 330.0, BACK + 66
        s.soft(at(ellipse(x + 12, y + 26, 104, 22)), (0.16, 0.12, 0.1), 10, 0.55)
        for dx, dy, r in ((-46, -28, 34), (42, -30, 33), (-4, -44, 36), (-22, -18, 30), (24, -16, 31)):
            red = rgb("d23b2b")
            s.fill(
                at(ellipse(x + dx, y + dy, r, r * 0.92)),
                linear(
                    x + dx - r + 60,
                    y + dy - r + 200 - BACK,
                    shade(red, 1.3),
                    x + dx + r + 60,
                    y + dy + r + 200 - BACK,
                    shade(red, 0.5),
                ),
            )
            s.soft(at(ellipse(x + dx - r * 0.35, y + dy - r * 0.4, r * 0.2, r * 0.13)), (1, 1, 1), 2.5, 0.8)
            s.fill(
                at(
                    spline(
                        [
                            (x + dx - 10, y + dy - r * 0.8),
                            (x + dx, y + dy - r),
                            (x + dx + 11, y + dy - r * 0.8),
                            (x + dx, y + dy - r * 0.7),
                        ]
                    )
                ),
                rgb("4c8a3a"),
            )
        bowl = np.concatenate([ellipse(x, y - 14, 98, 44, start=0, end=180)])
        s.fill(
            at(bowl),
            linear(x - 98 + 60, 0, shade(self.accent, 1.45), x + 98 + 60, 0, shade(self.accent, 0.55)),
        )
        s.fill(at(rect(x - 32, y + 22, 64, 9, 3)), shade(self.accent, 0.5))
        s.rim(at(bowl), 3, 3, (1, 1, 1), 0.35)
        bx = x + 170
        s.soft(at(ellipse(bx + 12, y + 22, 40, 12)), (0.16, 0.12, 0.1), 7, 0.5)
        glass = spline(
            [
                (bx - 26, y + 18),
                (bx - 28, y - 76),
                (bx - 10, y - 110),
                (bx - 9, y - 152),
                (bx + 9, y - 152),
                (bx + 10, y - 110),
                (bx + 28, y - 76),
                (bx + 26, y + 18),
            ],
            steps=4,
        )
        s.fill(at(glass), linear(bx - 28 + 60, 0, rgb("e9cf5a"), bx + 28 + 60, 0, rgb("7c7a1f")), 0.9)
        s.fill(at(rect(bx - 19, y - 66, 5, 66, 2)), (1, 1, 1), 0.55)
        s.fill(at(rect(bx - 11, y - 168, 22, 22, 4)), rgb("4a3526"))
        s.fill(at(rect(bx - 24, y - 52, 48, 40, 2)), rgb("f4eedd"))
        lx = x + 400
        s.soft(at(ellipse(lx + 10, y + 22, 126, 20)), (0.16, 0.12, 0.1), 10, 0.5)
        loaf = spline(
            [
                (lx - 118, y + 14),
                (lx - 108, y - 34),
                (lx - 30, y - 62),
                (lx + 62, y - 56),
                (lx + 116, y - 18),
                (lx + 112, y + 16),
            ],
            steps=7,
        )
        s.fill(at(loaf), linear(0, y - 60 + 200 - BACK, rgb("dea35a"), 0, y + 18 + 200 - BACK, rgb("87501f")))
        for k in range(4):
            s.soft(
                at(stroke([(lx - 70 + 44 * k, y - 50 + 4 * k), (lx - 46 + 44 * k, y - 22)], 10)),
                rgb("f6dcae"),
                3,
                0.75,
            )

    def front(self) -> Surface:
        """Out-of-focus fruit near the lens at the far right of the pan."""
        p = self.plan
        wide = p.wide + self.reach * 1.7 + 300
        s = Surface(wide, 260, p.scale * 0.5)
        for x, r, c in (
            (wide - 330, 86, "e8a12c"),
            (wide - 200, 96, "d9832a"),
            (wide - 250, 70, "f0b93f"),
            (250, 90, "5e8f45"),
            (330, 60, "76a654"),
        ):
            s.fill(
                ellipse(x, 215, r, r), linear(x - r, 130, shade(rgb(c), 1.2), x + r, 290, shade(rgb(c), 0.5))
            )
        s.rgb, s.alpha = blur(s.rgb, 12 * s.scale), blur(s.alpha, 12 * s.scale)
        return s
