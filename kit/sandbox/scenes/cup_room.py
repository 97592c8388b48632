"""The room behind the cup: a wall with light on it, a window on a garden, a curtain and a shelf, all out of focus."""

import numpy as np

from kit.sandbox.canvas import Colour, Surface, linear, mix, ramp, rgb, shade
from kit.sandbox.fields import blur
from kit.sandbox.plan import Plan
from kit.sandbox.shapes import ellipse, rect, spline, stroke

MARGIN = 70.0  # units that a layer reaches beyond the picture, for a camera that moves


def room(plan: Plan, warm: Colour) -> Surface:
    """Wall and window, out of focus: painted at half size."""
    s = Surface(plan.wide + 4 * MARGIN, 720 + 2 * MARGIN, plan.scale * 0.5)
    m, top = s.whole(), MARGIN
    wall = mix(rgb("8d7763"), rgb("77807c"), float(plan.rng("wall").random()))
    s.put(
        m,
        ramp(
            (0, 520, 900, plan.wide + 280),
            (shade(wall, 1.25), shade(wall, 0.95), shade(wall, 0.55), shade(wall, 0.28)),
            across=True,
        ),
    )
    s.put(m, linear(0, 0, shade(wall, 0.7), 0, 600, shade(wall, 0.35)), 0.35)
    # The window and the garden behind it.
    x0, x1, y1 = 60.0, 500.0, 470.0
    pane = rect(x0, top - 80, x1 - x0, y1 - top + 60)
    s.fill(pane, ramp((0, 200, 330, 470), (rgb("fff6df"), rgb("fdeec6"), rgb("d9dfa0"), rgb("a9bf7b"))))
    rng = plan.rng("garden")
    for _ in range(46):
        gx, gy = x0 + (x1 - x0) * float(rng.random()), 190 + 260 * float(rng.random())
        leaf = mix(rgb("f4efb0"), rgb("6f9a55"), float(rng.random()) * (gy - 150) / 300)
        s.shadow(gx, gy, 20 + 34 * float(rng.random()), 20 + 34 * float(rng.random()), leaf, 0.55, power=0.35)
    s.rgb = blur(s.rgb, 7 * s.scale)
    s.alpha[:] = 1.0
    frame = rgb("f3e9d8")
    for bx, by, bw, bh in (
        (x0 - 26, 0, 30, y1 + 10),
        (x1 - 6, 0, 34, y1 + 10),
        ((x0 + x1) / 2 - 9, 0, 18, y1),
        (x0, 236, x1 - x0, 16),
    ):
        s.fill(rect(bx, by, bw, bh), linear(bx, 0, shade(frame, 0.98), bx + bw, 0, shade(frame, 0.55)))
    s.fill(
        rect(x0 - 50, y1 - 6, x1 - x0 + 110, 30),
        linear(0, y1, shade(frame, 1.0), 0, y1 + 30, shade(frame, 0.5)),
    )
    # A curtain that lets light through.
    for k in range(7):
        c0 = 425 + k * 24
        s.fill(spline([(c0, -20), (c0 + 26, -20), (c0 + 30 + 4 * (k % 3), 300), (c0 + 22, 520), (c0 - 6, 520), (c0 + 2, 260)], steps=4),
               linear(c0, 0, rgb("fbf1df"), c0 + 30, 0, rgb("cdb595")), 0.62)  # fmt: skip
    # Light thrown on the wall, a shelf with things on it.
    for k in range(2):
        x = 700 + 190 * k
        s.soft(
            [(x, 150), (x + 150, 190), (x + 150, 385), (x, 345)],
            warm,
            14,
            0.26 - 0.08 * k,
            light=True,
        )
    shelf = plan.wide + 4 * MARGIN - 330
    s.fill(rect(shelf, 270, 400, 14), shade(wall, 0.45))
    for k, (bw, bh, tone) in enumerate(
        ((34, 92, "7b3f34"), (26, 110, "35535a"), (40, 84, "a5763f"), (30, 100, "59473f"))
    ):
        s.fill(rect(shelf + 30 + k * 42, 270 - bh, bw, bh, 3), shade(rgb(tone), 0.6))
    s.fill(ellipse(shelf + 245, 232, 34, 38), shade(rgb("9db09a"), 0.5))
    for k in range(9):
        a = np.radians(200 + k * 18)
        s.fill(
            stroke(
                spline(
                    [
                        (shelf + 245, 200),
                        (shelf + 245 + 40 * np.cos(a), 190 + 50 * np.sin(a)),
                        (shelf + 245 + 86 * np.cos(a), 200 + 70 * np.sin(a)),
                    ],
                    closed=False,
                ),
                9,
            ),
            shade(rgb("4d7350"), 0.7),
        )
    s.rgb = blur(s.rgb, 6.5 * s.scale)
    s.glow(280, 240, 620, 560, warm, 0.20)
    s.rgb /= 1.0 + 0.22 * s.rgb  # rolls the brightest parts off
    s.times(0.97 + 0.06 * plan.rng("dither").random((1, s.height, s.width), dtype=np.float32))
    return s
