"""Hands and forearms for the kitchen: a fist round a knife, a curled guiding hand, an open hand that carries food."""
# ruff: noqa: PLR0917, RUF005
# Points plus an offset are sums of arrays; drawing calls read best as x, y, size.

import numpy as np

from kit.sandbox.canvas import Colour, Frame, linear, mix, shade
from kit.sandbox.shapes import Array, ellipse, moved, spline, stroke

Point = tuple[float, float]


def _finger(frame: Frame, skin: Colour, path: list[Point], wide: float, *, nail: bool = True) -> None:
    curve = spline(path, closed=False, steps=6)
    w = np.interp(
        np.linspace(0, 1, len(curve)), [0, 0.45, 0.85, 1], [wide * 1.08, wide, wide * 0.9, wide * 0.72]
    )
    shape = stroke(curve, w)
    lo, hi = shape.min(axis=0), shape.max(axis=0)
    frame.fill(shape, linear(lo[0], lo[1], shade(skin, 1.12), hi[0], hi[1], shade(skin, 0.74)))
    frame.rim(shape, -1.6, -2.2, shade(skin, 0.5), 0.5)
    frame.rim(shape, 1.6, 2.2, shade(skin, 1.3), 0.45)
    if nail:
        end, before = curve[-1], curve[-4]
        turn = float(np.degrees(np.arctan2(end[1] - before[1], end[0] - before[0])))
        frame.fill(
            ellipse(end[0], end[1], wide * 0.34, wide * 0.25, turn=turn),
            mix(shade(skin, 1.25), (1.0, 0.82, 0.8), 0.45),
            0.9,
        )


def _forearm(frame: Frame, skin: Colour, sleeve: Colour, wrist: Point, elbow: Point, wide: float) -> None:
    d = np.array(elbow) - wrist
    cut = np.array(wrist) + d * 0.34
    arm = stroke([wrist, tuple(np.array(wrist) + d * 0.5)], [wide * 0.82, wide])
    n = np.array((-d[1], d[0])) / np.hypot(*d) * wide * 0.55
    a, b = np.array(wrist) + n, np.array(wrist) - n
    if a[0] > b[0]:
        a, b = b, a
    frame.fill(arm, linear(a[0], a[1], shade(skin, 1.12), b[0], b[1], shade(skin, 0.66)))
    cloth = stroke([tuple(cut), tuple(np.array(elbow))], [wide * 1.30, wide * 1.75])
    frame.soft(stroke([tuple(cut - d * 0.03), tuple(cut + d * 0.05)], wide * 1.1), (0.2, 0.1, 0.08), 6, 0.35)
    frame.fill(cloth, linear(a[0] - 14, a[1], shade(sleeve, 1.1), b[0] + 14, b[1], shade(sleeve, 0.58)))
    cuff = stroke([tuple(cut - d * 0.015), tuple(cut + d * 0.055)], wide * 1.42)
    frame.fill(cuff, linear(a[0] - 14, a[1], shade(sleeve, 1.25), b[0] + 14, b[1], shade(sleeve, 0.7)))
    frame.rim(cuff, 2, 2, (1, 1, 1), 0.3)


def guiding(frame: Frame, x: float, y: float, skin: Colour, sleeve: Colour, *, elbow: Point) -> None:
    """The left hand, fingertips curled on the vegetable at (x, y)."""
    wrist = (x - 118, y + 92)
    _forearm(frame, skin, sleeve, wrist, elbow, 74)
    palm = spline(
        [
            (x - 148, y + 76),
            (x - 118, y + 8),
            (x - 66, y - 38),
            (x - 14, y - 34),
            (x - 2, y + 14),
            (x - 30, y + 70),
            (x - 84, y + 116),
        ],
        steps=6,
    )
    frame.soft(palm + (8, 14), (0.16, 0.09, 0.06), 9, 0.35)
    _finger(frame, skin, [(x - 52, y + 66), (x - 18, y + 62), (x + 6, y + 46)], 27)
    frame.fill(palm, linear(x - 120, y - 40, shade(skin, 1.14), x + 10, y + 110, shade(skin, 0.70)))
    frame.rim(palm, 2.5, 3.0, shade(skin, 1.3), 0.5)
    for k in range(4):
        dy = -44 + 25 * k
        _finger(
            frame,
            skin,
            [
                (x - 58 + 3 * k, y - 10 + dy * 0.62),
                (x - 22, y - 24 + dy),
                (x + 9 - 2 * k, y - 14 + dy),
                (x + 12 - 3 * k, y + 7 + dy),
            ],
            26 - k * 0.8,
        )
        frame.shadow(x - 24, y - 22 + dy, 11, 7, shade(skin, 1.35), 0.4)


def gripping(frame: Frame, x: float, y: float, skin: Colour, sleeve: Colour, *, elbow: Point) -> None:
    """The right fist round a handle that runs from up left to down right through (x, y)."""
    _forearm(frame, skin, sleeve, (x + 52, y + 48), elbow, 76)
    back = spline(
        [
            (x - 34, y - 34),
            (x + 6, y - 50),
            (x + 54, y - 30),
            (x + 92, y + 30),
            (x + 76, y + 84),
            (x + 22, y + 78),
            (x - 24, y + 34),
        ],
        steps=6,
    )
    frame.soft(back + (8, 16), (0.16, 0.09, 0.06), 10, 0.35)
    frame.fill(back, linear(x - 20, y - 50, shade(skin, 1.16), x + 80, y + 90, shade(skin, 0.68)))
    frame.rim(back, 2.5, 3.0, shade(skin, 1.3), 0.5)
    for k in range(4):
        ox, oy = -28 + 21 * k, -26 + 22 * k
        _finger(
            frame,
            skin,
            [
                (x + 24 + ox * 0.8, y - 26 + oy * 0.9),
                (x - 4 + ox, y - 22 + oy),
                (x - 17 + ox, y - 1 + oy),
                (x - 4 + ox, y + 13 + oy),
            ],
            25 - k * 0.8,
            nail=False,
        )
    _finger(frame, skin, [(x + 10, y - 42), (x - 24, y - 48), (x - 52, y - 44)], 24)


def carrying(
    frame: Frame, x: float, y: float, skin: Colour, sleeve: Colour, *, elbow: Point, spread: float
) -> None:
    """An open right hand over (x, y), fingers pointing left; `spread` 0 holds, 1 has let go."""
    wrist = (x + 122, y + 46)
    _forearm(frame, skin, sleeve, wrist, elbow, 74)
    palm = spline(
        [
            (x + 30, y - 46),
            (x + 96, y - 30),
            (x + 146, y + 18),
            (x + 140, y + 76),
            (x + 84, y + 84),
            (x + 30, y + 44),
            (x + 12, y - 6),
        ],
        steps=6,
    )
    frame.soft(palm + (6, 30), (0.16, 0.09, 0.06), 12, 0.30)
    _finger(
        frame, skin, [(x + 72, y + 66), (x + 26, y + 66), (x - 8 - 10 * spread, y + 44 + 14 * spread)], 27
    )
    frame.fill(palm, linear(x + 20, y - 50, shade(skin, 1.16), x + 120, y + 90, shade(skin, 0.68)))
    frame.rim(palm, 2.5, 3.0, shade(skin, 1.3), 0.5)
    for k in range(4):
        dy = -32 + 21 * k
        open_up = (k - 1.5) * 9 * spread
        _finger(
            frame,
            skin,
            [
                (x + 46, y - 4 + dy),
                (x + 4, y - 12 + dy + open_up),
                (x - 30 - 8 * spread, y + 2 + dy + open_up),
                (x - 40 - 22 * spread, y + 20 - 14 * spread + dy + open_up),
            ],
            25 - abs(k - 1) * 0.8,
        )


def knife(frame: Frame, x: float, y: float, *, turn: float = 0.0) -> None:
    """A kitchen knife: tip up left, handle down right; (x, y) is the middle of its cutting edge."""

    def at(points: list[Point]) -> Array:
        return moved(np.asarray(points, np.float64) + (x, y), turn=turn, about=(x, y))

    handle = at([(58, 62), (80, 44), (156, 142), (136, 160)])
    frame.fill(handle, linear(x + 70, y + 120, (0.10, 0.07, 0.06), x + 130, y + 90, (0.36, 0.24, 0.17)))
    for k in range(3):
        p = at([(82 + 20 * k, 70 + 25 * k)])[0]
        frame.fill(ellipse(p[0], p[1], 3.4, 3.4), (0.8, 0.78, 0.74))
    blade = at([(-92, -124), (-60, -112), (28, -14), (82, 46), (62, 66), (40, 52), (-20, -28), (-70, -92)])
    frame.fill(blade, linear(x - 60, y - 20, (0.60, 0.64, 0.68), x + 20, y - 50, (0.97, 0.98, 1.0)))
    edge = at([(-92, -124), (-70, -92), (-20, -28), (40, 52), (47, 50), (-12, -34), (-62, -94)])
    frame.fill(edge, (0.99, 0.99, 1.0), 0.95)
    frame.fill(at([(-56, -106), (-50, -104), (70, 36), (66, 40)]), (0.45, 0.5, 0.55), 0.35)
