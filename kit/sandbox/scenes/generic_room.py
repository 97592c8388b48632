"""A living room for free prompts that play indoors: its wall, its floor and what stands on it, painted once."""

# Points plus an offset are sums of arrays.

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kit.sandbox.canvas import Colour, Surface, linear, mix, ramp, rgb, shade
from kit.sandbox.fields import blur, noise
from kit.sandbox.shapes import ellipse, rect, spline, stroke

COLOURS = ("d1495b", "edae49", "3d8fa3", "c8553d", "6a4c93", "2a9d8f")


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of a scene: the sky from the top down, its light, one strong colour, and how bright all is (0..1)."""

    sky: Sequence[Colour]
    light: Colour
    colour: Colour
    bright: float


def back(s: Surface, ox: float, oy: float, *, look: Look, wall: Colour, rng: np.random.Generator) -> None:
    """The wall with its window and pictures."""
    wide = s.width / s.scale
    s.put(
        s.whole(),
        ramp((0, wide * 0.35, wide), (shade(wall, 1.1), wall, shade(wall, 0.55)), across=True),
    )
    wx, wy = ox + 120 + 160 * float(rng.random()), oy + 90
    s.fill(rect(wx - 18, wy - 18, 356, 306, 4), shade((0.95, 0.92, 0.87), 0.35 + 0.6 * look.bright))
    s.fill(rect(wx, wy, 320, 270), ramp((wy, wy + 150, wy + 270), look.sky))
    s.fill(rect(wx + 154, wy, 11, 270), shade((0.95, 0.92, 0.87), 0.3 + 0.6 * look.bright))
    s.fill(rect(wx, wy + 120, 320, 9), shade((0.95, 0.92, 0.87), 0.3 + 0.6 * look.bright))
    s.glow(wx + 160, wy + 130, 420, 360, look.light, 0.30)
    for k in range(3):
        fx, fy = wx + 460 + 150 * k, wy + 20 + 50 * float(rng.random())
        s.soft(rect(fx + 5, fy + 9, 110, 140), (0.02, 0.02, 0.03), 8, 0.4)
        s.fill(rect(fx, fy, 110, 140, 2), (0.12, 0.10, 0.09))
        tone = rgb(COLOURS[int(rng.integers(len(COLOURS)))])
        s.fill(
            rect(fx + 8, fy + 8, 94, 124),
            linear(fx, fy, shade(tone, 0.9), fx, fy + 130, shade(tone, 0.4)),
        )
        s.fill(ellipse(fx + 55, fy + 60, 24, 24), look.light, 0.8)
    s.rgb = blur(s.rgb, 2.2 * s.scale)


def floor(s: Surface, ox: float, oy: float, *, look: Look, rng: np.random.Generator) -> None:
    """The wooden floor with light on it; `ox` is where the picture at rest begins."""
    wide, top = s.width / s.scale, oy + 520
    m = s.mask(rect(-10, top, wide + 20, 800))
    if m is None:
        return
    grain = (
        noise(rng, m.cover.shape[0], m.cover.shape[1], (5 * s.scale, 180 * s.scale), octaves=4, gain=0.6)
        - 0.5
    )
    wood = np.asarray(shade((0.56, 0.37, 0.23), 0.3 + 0.75 * look.bright), np.float32)[:, None, None]
    s.put(m, lambda _x, _y: np.clip(wood * (1 + 0.6 * grain), 0, 1))
    s.soft(
        [(ox + 200, top + 6), (ox + 480, top + 6), (ox + 720, top + 230), (ox + 260, top + 230)],
        look.light,
        18,
        0.22,
        light=True,
    )


def furniture(
    s: Surface, ox: float, oy: float, *, look: Look, wide_view: float, rng: np.random.Generator
) -> None:
    """A sofa, a lamp and a plant that stand on the floor."""
    top = oy + 520
    sx = ox + wide_view * 0.60
    s.soft(ellipse(sx + 150, top + 70, 250, 26), (0.02, 0.02, 0.03), 12, 0.7)
    sofa = mix(look.colour, (0.2, 0.2, 0.25), 0.25)
    for a, b, w, h, k in (
        (-30, -150, 380, 140, 1.0),
        (-60, -90, 80, 150, 0.8),
        (300, -90, 80, 150, 0.7),
        (0, -50, 320, 90, 1.15),
    ):
        s.fill(
            rect(sx + a, top + b, w, h, 26),
            linear(
                sx + a,
                top + b,
                shade(sofa, k * 1.1 * (0.4 + 0.6 * look.bright)),
                sx + a + w,
                top + b + h,
                shade(sofa, k * 0.5),
            ),
        )
    lx = ox + wide_view * 0.53
    s.fill(rect(lx - 3, top - 300, 6, 340), (0.1, 0.09, 0.08))
    s.fill(
        [(lx - 34, top - 360), (lx + 34, top - 360), (lx + 62, top - 280), (lx - 62, top - 280)],
        linear(0, top - 360, rgb("fff0c8"), 0, top - 280, rgb("e8b468")),
    )
    s.glow(lx, top - 300, 260, 260, rgb("ffcf8a"), 0.5 * (1.15 - look.bright) + 0.1)
    px = ox + 60
    for k in range(13):
        a = np.radians(-150 + 10 * k + 4 * float(rng.random()))
        mid, tip = (
            (px + 100 * np.cos(a), top - 60 + 130 * np.sin(a)),
            (px + 170 * np.cos(a), top - 60 + 190 * np.sin(a) + 40),
        )
        s.fill(
            stroke(
                spline([(px, top - 40), mid, tip], closed=False, steps=6),
                np.interp(np.linspace(0, 1, 13), [0, 0.6, 1], [6, 20, 2]),
            ),
            shade((0.25, 0.5, 0.3), (0.5 + 0.06 * k) * (0.3 + 0.7 * look.bright)),
        )
    s.fill(
        [(px - 44, top - 50), (px + 44, top - 50), (px + 32, top + 40), (px - 32, top + 40)],
        linear(px - 44, 0, (0.9, 0.87, 0.8), px + 44, 0, (0.35, 0.33, 0.3)),
    )
