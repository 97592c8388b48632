"""A bright kitchen: hands chop a vegetable on a board, the pieces fall apart, then are laid on a plate; the camera pans."""
# ruff: noqa: PLR0917, RUF005
# Points plus an offset are sums of arrays; drawing calls read best as x, y, size.

from dataclasses import replace

import numpy as np

from kit.sandbox.canvas import Frame, linear, mix, rgb, shade
from kit.sandbox.fields import smooth
from kit.sandbox.layers import Layer
from kit.sandbox.plan import Plan
from kit.sandbox.scenes.hands import carrying, gripping, guiding, knife
from kit.sandbox.scenes.kitchen_room import BACK, KitchenRoom
from kit.sandbox.shapes import ellipse, spline, stroke

SLICES = 12


class Kitchen:
    """The scene of `chop-and-plate`."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        rng = plan.rng("kitchen")
        reach = sum(s.amount for s in plan.camera if s.word.startswith("pan")) or 0.32
        self.reach = reach * plan.wide
        first = plan.camera[0].word if plan.camera else "static"
        self.base = {"pan_right": 0.0, "pan_left": self.reach}.get(first, self.reach / 2)
        self.total = plan.wide + self.reach
        self.board = (470.0 + 40 * float(rng.random()), 590.0)
        self.plate = (self.board[0] + 560.0, 606.0)
        skins = ("e9b48f", "c98d68", "8f5b3f", "f0c4a4")
        self.skin = rgb(skins[int(rng.integers(4))])
        self.sleeve = rgb(("5b7f95", "c8673f", "e8e2d6", "6d7f57")[int(rng.integers(4))])
        self.accent = rgb(("2f6f73", "b5533c", "486a9a", "7a8f4a")[int(rng.integers(4))])
        self.veg = (
            ("e8772e", "f39a4a", "d9661f"),
            ("4f8f3d", "dcebb0", "3d7431"),
            ("c93a55", "fbeef0", "b02c47"),
        )[int(rng.integers(3))]
        zooms = any("zoom" in s.word or "roll" in s.word for s in plan.camera)
        room = KitchenRoom(plan, reach=self.reach, board=self.board, plate=self.plate, accent=self.accent)
        self.layers = [
            Layer(room.wall(), depth=0.55, x=-60, y=-60, opaque=True, bends=zooms),
            Layer(room.top(), depth=1.0, x=-60, y=BACK - 200, bends=zooms),
        ]
        self.front = Layer(room.front(), depth=1.6, x=-200, y=520, bends=zooms, half=True)
        s = plan.seconds
        self.chop_end = s * (0.50 + 0.04 * float(rng.random()))
        self.beat = 2.6 + 0.5 * float(rng.random())
        self.spots = plan.rng("spots").random((SLICES, 4))

    def draw(self, frame: Frame, t: float) -> None:
        """Draw the moment `t` seconds into the clip."""
        pose = self.plan.pose(t)
        pose = replace(pose, x=pose.x + self.base)
        for layer in self.layers:
            layer.draw(frame, pose)
        dx = -pose.x - pose.travel
        self._action(frame, t, dx, -pose.y)
        self.front.draw(frame, pose)

    def _cut(self, t: float) -> float:
        """How many slices have been cut by `t` (a real number: its fraction is the stroke under way)."""
        if not self.plan.shows("chop"):
            return 0.0
        return min(float(SLICES), max(0.0, (t - 0.15)) / (self.chop_end - 0.25) * SLICES)

    def _action(self, frame: Frame, t: float, dx: float, dy: float) -> None:
        bx, by = self.board[0] + dx, self.board[1] + dy
        px, py = self.plate[0] + dx, self.plate[1] + dy
        n = self._cut(t)
        front = bx + 66 - 15.0 * n  # where the knife falls
        done = t >= self.chop_end
        trips = 2
        span = (self.plan.seconds - self.chop_end - 0.15) / trips
        u = (t - self.chop_end) / span if done and self.plan.shows("plate") else 0.0
        self._vegetable(frame, bx, by, front)
        laid = 0
        for k in range(SLICES):
            if k + 0.85 > n:
                continue
            trip, way = k * trips // SLICES, u - (k * trips // SLICES)
            a, b, c, d = (float(v) for v in self.spots[k])
            fresh = float(smooth((n - k - 0.85) / 1.3))
            home = (
                bx + 66 - 15.0 * k + 14 + (62 + 12 * k * 0.6 + 46 * a) * fresh,
                by - 8 + (56 * b - 22) * fresh,
            )
            if trip < u and way > 0.30:
                goal = (px + 92 * (c - 0.5) * 2 * 0.8, py - 6 + 30 * (d - 0.5))
                if way > 0.72:
                    fall = float(smooth((way - 0.72) / 0.12))
                    x, y = goal[0], goal[1] - 58 * (1 - fall)
                    laid += 1
                else:
                    hx, hy = self._hand(u, trip, bx, by, px, py)
                    x, y = hx - 26 + 34 * (a - 0.5), hy + 26 + 26 * (b - 0.5)
                self._slice(frame, x, y, 1.0, 24 + 4 * c)
            else:
                self._slice(frame, home[0], home[1], 0.28 + 0.72 * fresh, 25 + 4 * c)
        if self.plan.popped("hands", t):
            return
        if not done:
            stroke_ = n - np.floor(n)
            lift = float(np.abs(np.cos(np.pi * stroke_))) if self.plan.shows("chop") else 0.25
            guiding(frame, front - 36, by - 34 - 2 * lift, self.skin, self.sleeve, elbow=(front - 330, 860))
            knife(frame, front + 6, by - 18 - 62 * lift, turn=-9 * lift)
            gripping(
                frame, front + 104, by + 76 - 52 * lift, self.skin, self.sleeve, elbow=(front + 330, 900)
            )
        else:
            knife(frame, bx + 196, by + 14, turn=-48)
            if u < trips and self.plan.shows("plate"):
                trip = int(u)
                hx, hy = self._hand(u, trip, bx, by, px, py)
                way = u - trip
                carrying(
                    frame,
                    hx,
                    hy,
                    self.skin,
                    self.sleeve,
                    elbow=(hx + 250, 900),
                    spread=float(smooth((way - 0.62) / 0.12) - smooth((way - 0.95) / 0.05)),
                )
            elif not self.plan.shows("plate"):
                guiding(frame, bx - 150, by - 20, self.skin, self.sleeve, elbow=(bx - 420, 860))

    def _hand(self, u: float, trip: int, bx: float, by: float, px: float, py: float) -> tuple[float, float]:
        """Where the carrying hand is on a trip: to the heap, up and over to the plate, and back."""
        way = u - trip
        heap, over = (bx + 120.0, by - 14.0), (px + 34.0, py - 74.0)
        start = (bx + 330.0, by + 150.0) if trip == 0 else over
        if way < 0.30:
            e, a, b, lift = float(smooth(way / 0.26)), start, heap, 0.0
        else:
            e = float(smooth((way - 0.34) / 0.34))
            a, b, lift = heap, over, 90.0 * float(np.sin(np.pi * e))
        return a[0] + (b[0] - a[0]) * e, a[1] + (b[1] - a[1]) * e - lift

    def _vegetable(self, frame: Frame, bx: float, by: float, front: float) -> None:
        skin, flesh, dark = (rgb(c) for c in self.veg)
        left = bx - 214
        if front - left < 20:
            return
        body = np.concatenate(
            [
                spline(
                    [
                        (front, by - 33),
                        (left + 60, by - 31),
                        (left + 8, by - 17),
                        (left, by - 2),
                        (left + 10, by + 14),
                        (left + 60, by + 25),
                        (front, by + 27),
                    ],
                    closed=False,
                )
            ]
        )
        frame.soft(body + (6, 14), (0.2, 0.12, 0.06), 7, 0.5)
        frame.fill(body, linear(0, by - 33, shade(skin, 1.28), 0, by + 27, shade(dark, 0.55)))
        frame.soft(stroke([(left + 40, by - 20), (front - 14, by - 22)], 6), (1, 1, 1), 3, 0.35)
        for k in range(7):
            x = left + 26 + k * (front - left - 40) / 7
            frame.fill(
                stroke([(x, by - 24 + 5 * (k % 3)), (x + 3, by - 8 + 4 * (k % 2))], 1.8),
                shade(dark, 0.7),
                0.4,
            )
        frame.fill(
            ellipse(front, by - 3, 11, 30),
            linear(0, by - 30, shade(flesh, 1.1), 0, by + 27, shade(flesh, 0.7)),
        )
        frame.rim(ellipse(front, by - 3, 11, 30), -1.5, 0, shade(skin, 0.9), 0.8)

    def _slice(self, frame: Frame, x: float, y: float, flat: float, r: float) -> None:
        skin, flesh, dark = (rgb(c) for c in self.veg)
        rx, ry = r * (0.42 + 0.58 * flat), r * (1.15 - 0.60 * flat)
        frame.shadow(x + 5, y + 8, rx * 1.3, ry * 1.3, (0.2, 0.12, 0.06), 0.5)
        frame.fill(ellipse(x, y + 5, rx, ry), shade(dark, 0.75))
        frame.fill(
            ellipse(x, y, rx, ry),
            linear(x - rx, y - ry, shade(skin, 1.15), x + rx, y + ry, shade(skin, 0.75)),
        )
        frame.fill(
            ellipse(x, y, rx * 0.86, ry * 0.86),
            linear(x - rx, y - ry, shade(flesh, 1.1), x + rx, y + ry, shade(flesh, 0.8)),
        )
        frame.fill(ellipse(x, y, rx * 0.42, ry * 0.42), mix(flesh, skin, 0.35), 0.7)
