"""The woman with the transparent umbrella, seen from any side between behind (0 degrees) and her right (90 degrees).

Outlines are given for both views in metres from her feet (x to the right of the picture, up) and blended by the angle; the
legs swing with her pace, the head tips back to look up. Neon colours light her edges.
"""
# ruff: noqa: PLR0917, RUF005
# Points plus an offset are sums of arrays; drawing calls read best as x, y, size.

import numpy as np

from kit.sandbox.canvas import Colour, Frame, linear, mix, rgb, shade
from kit.sandbox.fields import smooth
from kit.sandbox.plan import Plan
from kit.sandbox.shapes import Array, Place, ellipse, moved, rect, spline, stroke

# The coat, clockwise from the left shoulder, behind and from the side (she faces right).
_COAT_BACK = np.array([(-.10, 1.46), (-.19, 1.42), (-.235, 1.30), (-.215, 1.12), (-.18, 1.02), (-.215, .80), (-.265, .58), (-.30, .38),
                       (-.15, .35), (0, .345), (.15, .35), (.30, .38), (.265, .58), (.215, .80), (.18, 1.02), (.215, 1.12), (.235, 1.30), (.19, 1.42), (.10, 1.46)])  # fmt: skip
_COAT_SIDE = np.array([(-.06, 1.47), (-.13, 1.42), (-.165, 1.28), (-.15, 1.12), (-.125, 1.02), (-.18, .80), (-.235, .58), (-.28, .38),
                       (-.14, .355), (-.01, .35), (.12, .355), (.215, .38), (.19, .58), (.165, .80), (.135, 1.02), (.15, 1.14), (.16, 1.28), (.12, 1.42), (.06, 1.47)])  # fmt: skip


class Walker:
    """One figure; its coat is green and its umbrella clear unless the plan drops that."""

    def __init__(self, plan: Plan, palette: list[Colour]) -> None:
        rng = plan.rng("walker")
        greens = ("1f7a4d", "2a8050", "1c6f52")
        self.coat = rgb(greens[int(rng.integers(3))]) if plan.shows("green") else rgb("a83238")
        self.clear = plan.shows("transparent")
        self.plan = plan
        self.left, self.right = palette[0], palette[2]
        self.hair = mix((0.10, 0.07, 0.08), (0.22, 0.12, 0.08), float(rng.random()))
        self.drops = rng.random((46, 3))
        self.gait = 2 * np.pi * (0.92 + 0.1 * float(rng.random()))
        self.first = float(rng.random()) * 6
        self.now = 0.0

    def draw(
        self,
        frame: Frame,
        t: float,
        *,
        x: float,
        y: float,
        metre: float,
        angle: float,
        pace: float,
        look: float,
    ) -> None:
        """Draw her with her feet at (x, y) units, `metre` units to the metre."""
        self.now = t
        k = float(smooth(angle / 80.0))
        step = self.first + self.gait * t
        bob = 0.018 * abs(np.sin(step)) * pace

        def at(points: Array | list[tuple[float, float]], lift: float = 0.0) -> Array:
            p = np.asarray(points, np.float64)
            return np.stack([x + p[:, 0] * metre, y - (p[:, 1] + lift) * metre], axis=1)

        # Her dark double in the wet ground, then the shadow under her feet.
        frame.soft(
            at([(-0.22, -0.02), (0.22, -0.02), (0.26, -0.85), (-0.26, -0.85)]),
            shade(self.coat, 0.42),
            9,
            0.62,
        )
        frame.shadow(x, y + 4, 0.34 * metre, 0.06 * metre, (0.01, 0.01, 0.03), 0.8)
        self._legs(frame, at, step, pace, k)
        self._umbrella(frame, at, k, bob, step, pace, look, behind=True)
        sway = 0.022 * np.sin(step) * pace
        coat = _COAT_BACK * (1 - k) + _COAT_SIDE * k
        low = np.clip((1.0 - coat[:, 1]) / 0.6, 0, 1)
        coat = coat + np.stack([low * (sway - 0.02 * k * pace), np.zeros(len(coat))], axis=1)
        self._coat(frame, at, coat, bob, k, sway)
        self._head(frame, at, bob, k, look)
        self._arm(frame, at, bob, k)
        self._umbrella(frame, at, k, bob, step, pace, look, behind=False)

    def _legs(self, frame: Frame, at: Place, step: float, pace: float, k: float) -> None:
        for side, lag in ((-1.0, 0.0), (1.0, np.pi)):
            swing = np.sin(step + lag) * pace
            lift = max(0.0, np.cos(step + lag)) * 0.10 * pace
            hip = (0.085 * side * (1 - k) + 0.02 * side * k, 0.55)
            foot = (
                0.09 * side * (1 - k) + (0.24 * swing + 0.05 * side) * k,
                lift + 0.02 + 0.06 * (1 - k) * max(0.0, swing),
            )
            knee = ((hip[0] + foot[0]) / 2 + 0.05 * k * max(0.0, swing), 0.33 + 0.5 * lift)
            dark = (0.055, 0.05, 0.075) if side < 0 else (0.085, 0.075, 0.105)
            leg = stroke(
                at([hip, knee, (foot[0], foot[1] + 0.05)]),
                [0.13 * frame_metre(at), 0.10 * frame_metre(at), 0.085 * frame_metre(at)],
            )
            frame.fill(leg, dark)
            frame.rim(leg, 2.5, 0, shade(self.left, 0.8), 0.5)
            toe = 0.15 * k + 0.02
            boot = spline(at([(foot[0] - .055, foot[1] + .10), (foot[0] + .05, foot[1] + .10), (foot[0] + .06 + toe * .5, foot[1] + .045),
                              (foot[0] + .06 + toe, foot[1] + .005), (foot[0] + .05, foot[1] - .02), (foot[0] - .06, foot[1] - .02)]), steps=5)  # fmt: skip
            frame.fill(boot, shade(dark, 0.7))
            frame.rim(boot, -2, 2, shade(self.right, 0.8), 0.6)

    def _coat(self, frame: Frame, at: Place, coat: Array, bob: float, k: float, sway: float) -> None:
        body = spline(at(coat, bob), steps=5)
        cx = float(body[:, 0].mean())
        half = float(np.ptp(body[:, 0])) / 2
        top, low = float(body[:, 1].min()), float(body[:, 1].max())
        frame.fill(
            body, linear(cx - half, 0, shade(self.coat, 0.62), cx + half * 0.9, 0, shade(self.coat, 1.12))
        )
        m = frame.mask(body)
        if m is not None:  # darker towards the hem
            frame.put(m, linear(0, top, shade(self.coat, 1.25), 0, low, shade(self.coat, 0.35)), 0.42)
        dark, lit = shade(self.coat, 0.38), shade(self.coat, 1.5)
        # Folds of the skirt, the vent, the belt, the yoke and the collar.
        for n, fx in enumerate((-0.17, -0.08, 0.07, 0.16)):
            fold = stroke(
                spline(
                    at([(fx * 0.62, 0.98), (fx * 1.05 + sway * 0.5, 0.7), (fx * 1.45 + sway, 0.40)], bob),
                    closed=False,
                    steps=4,
                ),
                4.0,
            )
            frame.soft(fold, dark if n % 2 == 0 else lit, 2.4, 0.42)
        vent = at(
            [
                (0.0 + 0.1 * k, 0.92),
                (0.012 + 0.1 * k, 0.92),
                (0.03 + 0.07 * k + sway, 0.355),
                (-0.012 + 0.07 * k + sway, 0.355),
            ],
            bob,
        )
        frame.fill(vent, shade(self.coat, 0.24), 0.85)
        wide = 0.178 * (1 - k) + 0.128 * k
        belt = at([(-wide, 1.045), (wide, 1.045), (wide, 0.985), (-wide, 0.985)], bob)
        frame.fill(belt, linear(cx - half, 0, shade(self.coat, 0.42), cx + half, 0, shade(self.coat, 0.8)))
        frame.fill(stroke(at([(-wide, 1.047), (wide, 1.047)], bob), 1.6), lit, 0.45)
        yoke = spline(
            at([(-0.17 * (1 - k) - 0.12 * k, 1.27), (0, 1.235), (0.17 * (1 - k) + 0.1 * k, 1.27)], bob),
            closed=False,
            steps=6,
        )
        frame.fill(stroke(yoke, 1.8), dark, 0.8)
        collar = spline(
            at([(-0.10, 1.47), (-0.085, 1.53), (0, 1.545), (0.085, 1.53), (0.10, 1.47), (0, 1.435)], bob)
            + (0.02 * k * half, 0),
            steps=5,
        )
        frame.fill(collar, linear(cx - 30, 0, shade(self.coat, 0.7), cx + 30, 0, shade(self.coat, 1.35)))
        frame.rim(body, 4.0, -1.0, self.left, 0.62)
        frame.rim(body, 9.0, 0.0, self.left, 0.16)
        frame.rim(body, -4.0, -1.0, self.right, 0.62)
        frame.rim(body, -9.0, 0.0, self.right, 0.16)

    def _arm(self, frame: Frame, at: Place, bob: float, k: float) -> None:
        w = frame_metre(at)
        shoulder, elbow = (0.19 - 0.16 * k, 1.36), (0.262 - 0.23 * k, 1.12)
        hand = (0.185 + 0.03 * k, 1.20)
        sleeve = stroke(
            spline(at([shoulder, elbow, hand], bob), closed=False, steps=6), np.linspace(0.135, 0.10, 13) * w
        )
        frame.fill(
            sleeve,
            linear(
                *_xy(at([(-0.05, 1.3)])),
                shade(self.coat, 0.62),
                *_xy(at([(0.3, 1.2)])),
                shade(self.coat, 1.15),
            ),
        )
        frame.rim(sleeve, -3, -1, self.right, 0.6)
        frame.rim(sleeve, 2, 2, shade(self.coat, 0.3), 0.5)
        frame.fill(
            ellipse(*_xy(at([(hand[0] + 0.01, hand[1] + 0.02)], bob)), 0.048 * w, 0.04 * w),
            (0.78, 0.56, 0.47),
        )
        if k < 0.6:  # the other arm hangs at her left
            arm = stroke(
                spline(at([(-0.19, 1.37), (-0.262, 1.12), (-0.25, 0.93)], bob), closed=False, steps=5),
                np.linspace(0.13, 0.09, 11) * w,
            )
            frame.fill(arm, shade(self.coat, 0.66), 1 - k / 0.6)
            frame.rim(arm, 3, 0, self.left, 0.7 * (1 - k / 0.6))

    def _head(self, frame: Frame, at: Place, bob: float, k: float, look: float) -> None:
        w = frame_metre(at)
        tip = -30.0 * look * k
        pivot = _xy(at([(0.0, 1.50)], bob))
        lean = 0.015 * look * (1 - k)

        def head(points: list[tuple[float, float]]) -> Array:
            return moved(at(points, bob - lean), turn=tip, about=pivot)

        skin = (0.80, 0.60, 0.52)
        if k > 0.15:
            side = [(-.03, 1.50), (.02, 1.49), (.075, 1.515), (.092, 1.535), (.088, 1.556), (.096, 1.566), (.092, 1.578), (.118, 1.597), (.097, 1.63),
                    (.098, 1.66), (.08, 1.71), (.0, 1.73), (-.06, 1.66), (-.05, 1.56)]  # fmt: skip
            face = [(px * k if px > 0 else px, py) for px, py in side]
            shape = spline(head(face), steps=4)
            frame.fill(
                shape,
                linear(
                    *_xy(head([(-0.05, 1.6)])),
                    shade(skin, 0.5),
                    *_xy(head([(0.11, 1.62)])),
                    shade(skin, 1.08),
                ),
            )
            frame.rim(shape, -3, -1, mix(self.right, (1, 1, 1), 0.4), 0.7 * k)
            if k > 0.6:
                frame.fill(stroke(head([(0.066, 1.628), (0.088, 1.624)]), 0.010 * w), (0.12, 0.06, 0.07), 0.9)
                frame.fill(stroke(head([(0.06, 1.652), (0.092, 1.65)]), 0.008 * w), (0.18, 0.1, 0.09), 0.7)
                frame.fill(stroke(head([(0.078, 1.556), (0.093, 1.556)]), 0.009 * w), (0.62, 0.2, 0.25), 0.9)
                frame.shadow(*_xy(head([(0.06, 1.585)])), 0.028 * w, 0.02 * w, (0.85, 0.4, 0.42), 0.45)
        back = [(0, 1.755), (.075, 1.735), (.115, 1.67), (.118, 1.585), (.098, 1.50), (.05, 1.465), (0, 1.46), (-.05, 1.465), (-.098, 1.50), (-.118, 1.585),
                (-.115, 1.67), (-.075, 1.735)]  # fmt: skip
        prof = [(0, 1.758), (.07, 1.735), (.085, 1.695), (.05, 1.675), (.025, 1.61), (.02, 1.53), (-.005, 1.475), (-.06, 1.45), (-.115, 1.485), (-.135, 1.57),
                (-.125, 1.67), (-.075, 1.735)]  # fmt: skip
        hair = [
            (a[0] * (1 - k) + b[0] * k, a[1] * (1 - k) + b[1] * k) for a, b in zip(back, prof, strict=True)
        ]
        shape = spline(head(hair), steps=5)
        frame.fill(
            shape,
            linear(
                *_xy(head([(-0.1, 1.7)])),
                shade(self.hair, 0.7),
                *_xy(head([(0.1, 1.6)])),
                shade(self.hair, 1.7),
            ),
        )
        for n in range(5):
            strand = -0.08 + 0.04 * n - 0.03 * k
            frame.fill(
                stroke(
                    spline(
                        head([(strand * 0.5 - 0.02 * k, 1.74), (strand, 1.63), (strand * 0.9, 1.49)]),
                        closed=False,
                        steps=4,
                    ),
                    1.3,
                ),
                shade(self.hair, 2.6),
                0.35,
            )
        frame.rim(shape, 3.0, 1.0, self.left, 0.75)
        frame.rim(shape, -2.5, 1.5, self.right, 0.6 * (1 - 0.6 * k))

    def _umbrella(
        self,
        frame: Frame,
        at: Place,
        k: float,
        bob: float,
        step: float,
        pace: float,
        look: float,
        *,
        behind: bool,
    ) -> None:
        if self.plan.popped("umbrella", self.now):
            return
        w = frame_metre(at)
        lean = 3.0 * np.sin(step) * pace - 15.0 * look * k - 3.0
        grip = (0.19 + 0.03 * k, 1.20)
        pivot = _xy(at([grip], bob))
        cx, base, rx, high = grip[0] - 0.06, 1.86, 0.64, 0.36

        def tip(points: Array | list[tuple[float, float]]) -> Array:
            return moved(at(points, bob), turn=lean, about=pivot)

        a = np.radians(np.linspace(180, 0, 25))
        dome = np.stack([cx + rx * np.cos(a), base + high * np.sin(a) ** 0.85], axis=1)
        if behind:
            inner = np.stack([cx + rx * np.cos(a), base - 0.07 * np.sin(a)], axis=1)
            frame.fill(
                tip(np.concatenate([dome, inner[::-1]])), (0.75, 0.85, 1.0), 0.10 if self.clear else 0.0
            )
            frame.fill(stroke(tip(inner.tolist()), 1.6), (0.85, 0.9, 1.0), 0.35)
            frame.fill(stroke(tip([grip, (cx, base + high)]), 0.014 * w), (0.75, 0.78, 0.85))
            return
        scallops = []
        for n in range(6):
            u0, u1 = 1 - n / 3.0, 1 - (n + 1) / 3.0
            for f in (0.0, 0.25, 0.5, 0.75):
                u = u0 + (u1 - u0) * f
                scallops.append(
                    (cx + rx * u, base - 0.085 * np.sqrt(max(0.0, 1 - u * u)) + 0.035 * np.sin(np.pi * f))
                )
        outline = tip(np.concatenate([dome, np.array(scallops)]))
        left, right = tip([(cx - rx, base)])[0], tip([(cx + rx, base)])[0]
        if self.clear:
            frame.fill(
                outline,
                linear(
                    left[0],
                    left[1],
                    mix(self.left, (1, 1, 1), 0.45),
                    right[0],
                    right[1],
                    mix(self.right, (1, 1, 1), 0.45),
                ),
                0.16,
            )
        else:
            frame.fill(
                outline,
                linear(left[0], left[1], (0.10, 0.08, 0.16), right[0], right[1], (0.20, 0.16, 0.30)),
                0.97,
            )
        for u in (-0.62, -0.2, 0.25, 0.66):  # ribs
            rib = [
                (
                    cx + rx * u * np.sin(b),
                    base - 0.085 * np.sqrt(1 - u * u) * np.sin(b) + (high + 0.0) * np.cos(b),
                )
                for b in np.radians(np.linspace(0, 90, 9))
            ]
            frame.fill(stroke(tip(rib), 1.5), (0.9, 0.94, 1.0), 0.42)
        frame.rim(outline, 3.2, 1.6, mix(self.left, (1, 1, 1), 0.35), 0.75)
        frame.rim(outline, -3.2, 1.6, mix(self.right, (1, 1, 1), 0.35), 0.75)
        frame.rim(outline, 0.0, 2.6, (0.95, 0.97, 1.0), 0.5)
        frame.rim(outline, 0.0, -2.0, (0.95, 0.97, 1.0), 0.45)
        shine = [
            (cx - rx * 0.55 * np.cos(b), base + high * 0.80 * np.sin(b))
            for b in np.radians(np.linspace(25, 70, 8))
        ]
        frame.soft(stroke(tip(shine), 0.05 * w), (1, 1, 1), 2.5, 0.38)
        side = 2 * self.drops[:, 0] - 1
        spots = tip(
            np.stack(
                [
                    cx + rx * 0.95 * side,
                    base - 0.05 + (high * np.sqrt(1 - side * side) + 0.03) * self.drops[:, 1],
                ],
                axis=1,
            )
        )
        bead = ellipse(0, 0, 1.0, 1.15)[::2]
        beads = spots[:, None, :] + bead[None] * (1.0 + 1.4 * self.drops[:, 2])[:, None, None]
        frame.fill(beads.reshape(-1, 2), (0.95, 0.97, 1.0), 0.5, parts=len(beads))
        top = tip([(cx, base + high), (cx, base + high + 0.05)])
        frame.fill(stroke(top, 3.0), (0.85, 0.88, 0.95))
        if k > 0.5:
            frame.fill(rect(pivot[0] - 3.2, pivot[1] - 2, 6.4, 26, 3), (0.12, 0.1, 0.14))


def frame_metre(at: Place) -> float:
    """Units to the metre of a placing function."""
    p = at([(0.0, 0.0), (1.0, 0.0)])
    return float(p[1, 0] - p[0, 0])


def _xy(points: Array) -> tuple[float, float]:
    """The first of the points as plain numbers."""
    return float(points[0, 0]), float(points[0, 1])
