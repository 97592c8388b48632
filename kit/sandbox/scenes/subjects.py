"""Small moving subjects for free prompts: a walker, an animal, a car, a boat, a balloon, a ball, a flock of birds."""
# ruff: noqa: PLR0917, ARG001
# Drawing calls read best as x, y, size; painters share one signature.

import numpy as np

from kit.sandbox.canvas import Colour, Frame, linear, mix, shade
from kit.sandbox.shapes import Array, ellipse, rect, spline, stroke


def draw(
    frame: Frame, kind: str, t: float, x: float, y: float, size: float, colour: Colour, light: float
) -> None:
    """Draw the subject standing at (x, y) units, about `size` units high; `light` 0..1 is how bright the scene is."""
    body = mix(shade(colour, 0.35), colour, light)
    {
        "person": _person,
        "animal": _animal,
        "car": _car,
        "boat": _boat,
        "balloon": _balloon,
        "ball": _ball,
    }.get(kind, _birds)(frame, t, x, y, size, body, light)


def _at(x: float, y: float, k: float, points: list[tuple[float, float]]) -> Array:
    return np.asarray(points, np.float64) * k + (x, y)


def _person(frame: Frame, t: float, x: float, y: float, k: float, c: Colour, light: float) -> None:
    step = t * 6.6
    skin = shade((0.85, 0.64, 0.52), 0.35 + 0.65 * light)
    frame.shadow(x + 0.06 * k, y, 0.24 * k, 0.045 * k, (0.02, 0.02, 0.04), 0.5)
    for lag, tone in ((np.pi, 0.32), (0.0, 0.45)):
        s = np.sin(step + lag)
        leg = [
            (0.0, -0.50),
            (0.06 * max(0, s) + 0.10 * s, -0.26 - 0.03 * max(0, np.cos(step + lag))),
            (0.19 * s - 0.02, -0.02 - 0.07 * max(0, np.cos(step + lag))),
        ]
        frame.fill(
            stroke(_at(x, y, k, leg), np.array((0.11, 0.09, 0.075)) * k),
            shade((0.26, 0.27, 0.36), tone + light * 0.7),
        )
    coat = spline(
        _at(
            x,
            y,
            k,
            [(-0.09, -0.82), (0.06, -0.83), (0.12, -0.62), (0.13, -0.42), (-0.13, -0.40), (-0.13, -0.62)],
        ),
        steps=5,
    )
    frame.fill(coat, linear(x - 0.13 * k, 0, shade(c, 1.15), x + 0.13 * k, 0, shade(c, 0.6)))
    s = np.sin(step)
    frame.fill(
        stroke(
            _at(x, y, k, [(0, -0.76), (-0.05 * s - 0.02, -0.60), (-0.14 * s + 0.03, -0.47)]),
            np.array((0.085, 0.075, 0.06)) * k,
        ),
        shade(c, 0.78),
    )
    frame.fill(ellipse(x + 0.01 * k, y - 0.91 * k, 0.068 * k, 0.08 * k), skin)
    frame.fill(
        ellipse(x - 0.012 * k, y - 0.935 * k, 0.074 * k, 0.062 * k), shade((0.2, 0.12, 0.09), 0.6 + light)
    )
    frame.rim(coat, 2.0, 1.0, (1, 0.95, 0.85), 0.25 + 0.3 * light)


def _animal(frame: Frame, t: float, x: float, y: float, k: float, c: Colour, light: float) -> None:
    k *= 0.85
    step = t * 8.0
    c = mix(c, shade((0.72, 0.48, 0.28), 0.4 + 0.6 * light), 0.65)
    frame.shadow(x, y, 0.5 * k, 0.06 * k, (0.02, 0.02, 0.04), 0.5)
    for hip, lag, tone in ((-0.27, 0.4, 0.55), (0.22, 2.6, 0.55), (-0.31, np.pi, 0.85), (0.26, 0.0, 0.85)):
        s, up = np.sin(step + lag), max(0.0, float(np.cos(step + lag)))
        frame.fill(
            stroke(
                _at(
                    x,
                    y,
                    k,
                    [(hip, -0.42), (hip + 0.05 * s - 0.02, -0.22), (hip + 0.13 * s, -0.02 - 0.08 * up)],
                ),
                np.array((0.12, 0.07, 0.06)) * k,
            ),
            shade(c, tone),
        )
    bob = 0.015 * np.sin(step * 2)
    body = spline(
        _at(
            x,
            y + bob * k,
            k,
            [
                (-0.42, -0.52),
                (-0.2, -0.60),
                (0.18, -0.60),
                (0.36, -0.62),
                (0.38, -0.42),
                (0.15, -0.34),
                (-0.2, -0.34),
                (-0.40, -0.38),
            ],
        ),
        steps=5,
    )
    frame.fill(body, linear(0, y - 0.62 * k, shade(c, 1.2), 0, y - 0.32 * k, shade(c, 0.6)))
    frame.fill(
        stroke(
            spline(
                _at(x, y, k, [(-0.40, -0.50), (-0.55, -0.58), (-0.62, -0.74 + 0.05 * np.sin(step))]),
                closed=False,
                steps=5,
            ),
            0.06 * k,
        ),
        c,
    )
    head = spline(
        _at(
            x,
            y + bob * k,
            k,
            [
                (0.30, -0.60),
                (0.36, -0.80),
                (0.44, -0.86),
                (0.53, -0.79),
                (0.66, -0.70),
                (0.64, -0.64),
                (0.52, -0.62),
                (0.42, -0.48),
            ],
        ),
        steps=5,
    )
    frame.fill(head, linear(0, y - 0.86 * k, shade(c, 1.25), 0, y - 0.5 * k, shade(c, 0.75)))
    frame.fill(_at(x, y + bob * k, k, [(0.38, -0.80), (0.37, -0.95), (0.46, -0.84)]), shade(c, 0.7))
    frame.fill(ellipse(x + 0.50 * k, y - 0.755 * k, 0.016 * k, 0.018 * k), (0.05, 0.04, 0.04))


def _car(frame: Frame, t: float, x: float, y: float, k: float, c: Colour, light: float) -> None:
    k *= 0.8
    frame.shadow(x, y, 0.95 * k, 0.09 * k, (0.01, 0.01, 0.03), 0.75)
    bob = 0.008 * k * np.sin(t * 11)
    body = spline(
        _at(
            x,
            y + bob,
            k,
            [
                (-0.82, -0.16),
                (-0.84, -0.36),
                (-0.70, -0.42),
                (-0.46, -0.46),
                (-0.28, -0.66),
                (0.16, -0.68),
                (0.42, -0.46),
                (0.76, -0.38),
                (0.86, -0.26),
                (0.84, -0.14),
                (0, -0.12),
            ],
        ),
        steps=5,
    )
    frame.fill(body, linear(0, y - 0.68 * k, shade(c, 1.5), 0, y - 0.12 * k, shade(c, 0.5)))
    frame.rim(body, 0, 2.0, (1, 1, 1), 0.4)
    for glass in (
        [(-0.38, -0.47), (-0.25, -0.62), (-0.06, -0.63), (-0.06, -0.46)],
        [(-0.02, -0.46), (-0.02, -0.63), (0.14, -0.63), (0.32, -0.46)],
    ):
        frame.fill(
            _at(x, y + bob, k, glass),
            linear(0, y - 0.63 * k, (0.65, 0.78, 0.9), 0, y - 0.46 * k, (0.10, 0.13, 0.2)),
        )
    for wx in (-0.52, 0.50):
        cx, cy = x + wx * k, y - 0.13 * k
        frame.fill(ellipse(cx, cy, 0.155 * k, 0.155 * k), (0.04, 0.04, 0.05))
        frame.fill(ellipse(cx, cy, 0.09 * k, 0.09 * k), (0.55, 0.57, 0.6))
        a = t * 9
        for n in range(3):
            b = a + n * 2.094
            frame.fill(
                stroke([(cx, cy), (cx + 0.085 * k * np.cos(b), cy + 0.085 * k * np.sin(b))], 0.025 * k),
                (0.2, 0.2, 0.22),
            )
    frame.glow(x + 0.86 * k, y - 0.28 * k, 0.14 * k, 0.10 * k, (1, 0.95, 0.75), 0.9)
    frame.glow(x + 1.3 * k, y - 0.15 * k, 0.65 * k, 0.16 * k, (1, 0.93, 0.7), 0.5 * (1 - light) + 0.08)
    frame.glow(x - 0.83 * k, y - 0.32 * k, 0.13 * k, 0.09 * k, (1, 0.15, 0.1), 0.8)


def _boat(frame: Frame, t: float, x: float, y: float, k: float, c: Colour, light: float) -> None:
    y += 0.03 * k * np.sin(t * 1.6)
    tilt = 0.03 * np.sin(t * 1.2)
    for sail, tone in (
        ([(0.03, -1.15), (0.03, -0.24), (0.52, -0.24)], 1.0),
        ([(-0.03, -1.05), (-0.03, -0.24), (-0.36, -0.24)], 0.8),
    ):
        p = np.asarray(sail) + np.stack([np.asarray(sail)[:, 1] * tilt, np.zeros(3)], axis=1)
        q = spline(
            [
                tuple(p[0]),
                tuple(p[0] * 0.5 + p[2] * 0.5 + (0.05 * np.sign(p[2, 0]), 0.0)),
                tuple(p[2]),
                tuple(p[1]),
            ],
            steps=5,
        )
        frame.fill(
            q * k + (x, y),
            linear(
                x - 0.2 * k,
                0,
                shade((0.98, 0.95, 0.9), tone * (0.35 + 0.65 * light)),
                x + 0.5 * k,
                0,
                shade((0.9, 0.85, 0.8), tone * (0.22 + 0.5 * light)),
            ),
        )
    frame.fill(stroke(_at(x, y, k, [(1.2 * -tilt, -1.2), (0, -0.18)]), 0.025 * k), (0.25, 0.18, 0.13))
    hull = spline(_at(x, y, k, [(-0.50, -0.20), (0.62, -0.22), (0.42, -0.02), (-0.36, 0.0)]), steps=4)
    frame.fill(hull, linear(0, y - 0.2 * k, shade(c, 1.3), 0, y, shade(c, 0.45)))
    for n in range(4):
        w = (0.62 - 0.1 * n) * k * (1 + 0.08 * np.sin(t * 3 + n))
        frame.fill(
            ellipse(x + 0.04 * k * np.sin(t * 2 + n), y + (0.05 + 0.055 * n) * k, w, 0.012 * k),
            shade(c, 0.8),
            0.35 - 0.07 * n,
        )


def _balloon(frame: Frame, t: float, x: float, y: float, k: float, c: Colour, light: float) -> None:
    k *= 1.25
    y = y - 1.15 * k + 0.05 * k * np.sin(t * 0.9)
    skin = spline(
        _at(
            x,
            y,
            k,
            [
                (0, -0.52),
                (0.30, -0.44),
                (0.44, -0.14),
                (0.32, 0.18),
                (0.10, 0.42),
                (-0.10, 0.42),
                (-0.32, 0.18),
                (-0.44, -0.14),
                (-0.30, -0.44),
            ],
        ),
        steps=6,
    )
    frame.fill(skin, linear(x - 0.4 * k, y, shade(c, 1.35), x + 0.4 * k, y, shade(c, 0.5)))
    for u in (-0.66, 0.0, 0.66):
        gore = spline(
            _at(
                x,
                y,
                k,
                [
                    (0, -0.52),
                    ((u + 0.16) * 0.42, -0.14),
                    ((u + 0.16) * 0.2, 0.30),
                    ((u) * 0.1, 0.42),
                    ((u - 0.16) * 0.2, 0.30),
                    ((u - 0.16) * 0.42, -0.14),
                ],
            ),
            steps=5,
        )
        frame.fill(gore, mix(c, (1, 0.95, 0.85), 0.75 * (0.3 + 0.7 * light)), 0.8)
    for u in (-1, 1):
        frame.fill(stroke(_at(x, y, k, [(u * 0.09, 0.42), (u * 0.06, 0.60)]), 1.4), (0.2, 0.15, 0.12))
    frame.fill(
        rect(x - 0.075 * k, y + 0.60 * k, 0.15 * k, 0.12 * k, 3), shade((0.55, 0.36, 0.2), 0.4 + 0.6 * light)
    )
    frame.glow(x, y + 0.46 * k, 0.1 * k, 0.12 * k, (1, 0.7, 0.3), 0.5 + 0.4 * np.sin(t * 13))


def _ball(frame: Frame, t: float, x: float, y: float, k: float, c: Colour, light: float) -> None:
    r = 0.26 * k
    hop = abs(np.sin(t * 3.2)) * 0.55 * k
    frame.shadow(x, y, r * (1.25 - 0.3 * hop / k), r * 0.24, (0.02, 0.02, 0.03), 0.65 - 0.3 * hop / k)
    squash = 1 - 0.12 * max(0.0, 1 - hop / (0.12 * k))
    ball = ellipse(x, y - r * squash - hop, r / squash, r * squash)
    frame.fill(ball, linear(x - r, y - 2 * r - hop, shade(c, 1.5), x + r, y - hop, shade(c, 0.4)))
    a = t * 2.4
    band = spline(
        [
            (x + r * 0.9 * np.sin(a + b), y - r - hop + r * 0.95 * (b / 1.6))
            for b in np.linspace(-1.5, 1.5, 7)
        ],
        closed=False,
    )
    frame.fill(stroke(band, 0.09 * k), (0.97, 0.95, 0.9), 0.75)
    frame.soft(ellipse(x - r * 0.4, y - r * 1.45 - hop, r * 0.2, r * 0.13), (1, 1, 1), 3, 0.7)


def _birds(frame: Frame, t: float, x: float, y: float, k: float, c: Colour, light: float) -> None:
    for n in range(9):
        row = (n + 1) // 2
        bx = x - row * 0.36 * k + 5 * np.sin(t + n)
        by = y - 1.7 * k + (row * 0.16 * (1 if n % 2 else -1)) * k + 6 * np.sin(t * 1.3 + 2 * n)
        flap = np.sin(t * 8 + n * 0.9)
        w = 0.17 * k * (1 - 0.04 * row)
        wing = [
            (bx - w, by - w * 0.55 * flap),
            (bx - w * 0.45, by - w * 0.28 * flap - 3),
            (bx, by),
            (bx + w * 0.45, by - w * 0.28 * flap - 3),
            (bx + w, by - w * 0.55 * flap),
        ]
        frame.fill(
            stroke(
                spline(wing, closed=False, steps=4),
                np.interp(np.linspace(-1, 1, 17), [-1, 0, 1], [1.0, 0.05 * k, 1.0]),
            ),
            mix((0.08, 0.08, 0.12), (0.95, 0.95, 0.95), 0.0 if light > 0.4 else 0.35),
        )
