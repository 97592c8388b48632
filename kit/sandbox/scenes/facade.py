"""The house fronts of the neon street, painted once as long strips: lit shops, windows, neon writing, and their mirror image.

A strip runs along the street (columns, metres) and from `TOP` metres above the pavement down to as far below it, where the
wet ground's mirror image is kept, already blurred downwards as wet asphalt does.
"""
# ruff: noqa: PLR0917
# Drawing calls read best as x, y, size.

import numpy as np

from kit.sandbox.canvas import Colour, Surface, linear, mix, shade
from kit.sandbox.fields import blur, blur_columns, blur_rows, noise, resize, shrunk
from kit.sandbox.glyphs import line
from kit.sandbox.shapes import Array, Mask, rect

LENGTH, TOP = 24.0, 9.0
WORDS = (
    "RAMEN",
    "HOTEL",
    "BAR",
    "OPEN",
    "CAFE",
    "MUSIC",
    "24H",
    "ARCADE",
    "NOODLE",
    "TAXI",
    "SAKE",
    "BOOKS",
    "KARAOKE",
    "TEA",
)


def _text(
    s: Surface, words: str, x: float, y: float, high: float, colour: Colour, *, upright: bool = False
) -> None:
    """Neon letters: a white core in a coloured tube, on the glow layer `s`; (x, y) is the top left corner."""
    cell_h, cell_w = max(9, round(high * 9 / 7 * s.scale)), max(6, round(high * 6 / 7 * s.scale))
    for k, char in enumerate(words):
        at_x, at_y = (x, y + k * high * 1.25) if upright else (x + k * high * 6 / 7, y)
        for weight, paint in ((0.62, colour), (0.24, mix(colour, (1, 1, 1), 0.8))):
            cover = line(char, cell_w, cell_h, weight)
            py, px = round(at_y * s.scale), round(at_x * s.scale)
            cover = cover[max(0, -py) : s.height - py, : max(0, s.width - px)]
            if cover.size and px >= 0:
                s.put(Mask(max(0, py), px, cover), paint)


def _shop(
    s: Surface, light: Surface, rng: np.random.Generator, x: float, wide: float, palette: list[Colour]
) -> None:
    """One house: ground-floor shop, sign band, two floors of windows, an upright sign."""
    tone = mix((0.075, 0.07, 0.12), (0.15, 0.10, 0.14), float(rng.random()))
    s.fill(rect(x, 0.0, wide, TOP), linear(0, 0, shade(tone, 0.55), 0, TOP, shade(tone, 1.25)))
    neon = palette[int(rng.integers(len(palette)))]
    other = palette[int(rng.integers(len(palette)))]
    warm = mix((1.0, 0.72, 0.38), neon, 0.15 + 0.25 * float(rng.random()))
    base = TOP - 0.25
    # The shop window, its light, shelves and a door.
    glass = rect(x + 0.45, TOP - 2.55, wide - 1.9, 2.1, 0.05)
    light.fill(
        glass,
        linear(0, TOP - 2.55, shade(warm, 0.62), 0, base, mix(shade(warm, 0.22), (0.10, 0.05, 0.10), 0.4)),
    )
    for row in range(3):  # shelves with goods
        y = TOP - 2.02 + row * 0.52
        gx = x + 0.52
        while gx < x + wide - 1.62:
            w, tall = 0.05 + 0.13 * float(rng.random()), 0.12 + 0.24 * float(rng.random())
            hue = mix(warm, palette[int(rng.integers(len(palette)))], 0.75 * float(rng.random()))
            light.fill(
                rect(gx, y + 0.40 - tall, w, tall, 0.03),
                shade(hue, 0.22 + 0.45 * float(rng.random()) * (1.0 - 0.25 * row)),
            )
            gx += w + 0.02 + 0.10 * float(rng.random() ** 2)
        light.fill(rect(x + 0.45, y + 0.40, wide - 1.9, 0.045), shade(warm, 0.16))
    for k in range(int((wide - 1.9) / 0.75)):  # lamps behind the glass
        lx = x + 0.85 + k * 0.75
        light.glow(lx, TOP - 2.3, 0.55, 0.75, warm, 0.55)
        light.fill(rect(lx - 0.09, TOP - 2.42, 0.18, 0.07, 0.03), (1.0, 0.95, 0.82))
    if rng.random() < 0.6:  # somebody inside
        gx = x + 0.9 + (wide - 3.2) * float(rng.random())
        dark = (0.07, 0.04, 0.07)
        light.fill(rect(gx, TOP - 1.62, 0.5, 1.2, 0.2), dark, 0.92)
        light.fill(rect(gx + 0.13, TOP - 1.95, 0.25, 0.30, 0.12), dark, 0.92)
    for k in range(1, 3):
        light.fill(rect(x + 0.45 + k * (wide - 1.9) / 3, TOP - 2.55, 0.06, 2.1), (0.05, 0.04, 0.06))
    door = rect(x + wide - 1.25, TOP - 2.5, 0.95, 2.4, 0.04)
    light.fill(door, linear(0, TOP - 2.5, shade(other, 0.5), 0, TOP, shade(other, 0.18)))
    s.fill(rect(x, TOP - 0.42, wide - 1.4, 0.42), shade(tone, 0.6))
    # Awning and the sign band above it.
    s.fill(rect(x + 0.25, TOP - 2.95, wide - 1.4, 0.38, 0.04), shade(other, 0.22))
    for k in range(int((wide - 1.4) / 0.4)):
        if k % 2:
            s.fill(rect(x + 0.25 + k * 0.4, TOP - 2.95, 0.4, 0.38), shade(other, 0.42))
    s.fill(rect(x + 0.2, TOP - 3.85, wide - 0.7, 0.78, 0.05), (0.03, 0.03, 0.06))
    for inset, lit in ((0.0, 0.9), (0.05, 0.03)):
        light.fill(
            rect(x + 0.24 + inset, TOP - 3.82 + inset, wide - 0.78 - 2 * inset, 0.72 - 2 * inset, 0.05),
            shade(neon, lit),
        )
    word = WORDS[int(rng.integers(len(WORDS)))]
    high = min(0.44, (wide - 1.1) / (len(word) * 0.86))
    _text(
        light,
        word,
        x + 0.2 + (wide - 0.7 - len(word) * high * 6 / 7) / 2,
        TOP - 3.68,
        high,
        mix(neon, other, 0.2),
    )
    _upper(s, light, rng, x, wide, tone, other)


def _upper(
    s: Surface, light: Surface, rng: np.random.Generator, x: float, wide: float, tone: Colour, other: Colour
) -> None:
    """What a house shows above its shop: two floors of windows and perhaps an upright sign."""
    # Floors of windows, some lit.
    for floor in range(2):
        y = TOP - 5.7 - floor * 1.95
        for k in range(int(wide / 1.15)):
            lit = float(rng.random())
            tint = mix((1.0, 0.75, 0.45), (0.45, 0.75, 1.0), float(rng.random() ** 2))
            wx = x + 0.3 + k * 1.12
            s.fill(rect(wx - 0.05, y - 0.05, 0.8, 1.3, 0.03), shade(tone, 0.45))
            target = light if lit > 0.62 else s
            level = 0.25 + 0.5 * lit if lit > 0.62 else 0.16
            target.fill(
                rect(wx, y, 0.7, 1.2), linear(0, y, shade(tint, level * 0.7), 0, y + 1.2, shade(tint, level))
            )
            s.fill(rect(wx - 0.1, y + 1.22, 0.9, 0.1), shade(tone, 1.7))
    if rng.random() < 0.75:
        word = WORDS[int(rng.integers(len(WORDS)))][:5]
        sx, sy = x + wide - 0.85, TOP - 4.4 - 0.62 * len(word)
        s.fill(rect(sx, sy - 0.12, 0.62, 0.62 * len(word) + 0.2, 0.06), (0.02, 0.02, 0.05))
        for inset, lit in ((0.0, 0.85), (0.05, 0.04)):
            light.fill(
                rect(
                    sx + 0.03 + inset,
                    sy - 0.08 + inset,
                    0.56 - 2 * inset,
                    0.62 * len(word) + 0.12 - 2 * inset,
                    0.06,
                ),
                shade(other, lit),
            )
        _text(light, word, sx + 0.15, sy + 0.03, 0.47, other, upright=True)


def strip(rng: np.random.Generator, palette: list[Colour], ppm: float) -> Array:
    """One side of the street: float32 (3, 2 * TOP * ppm, LENGTH * ppm), the lower half being the mirror image."""
    walls, light = Surface(LENGTH, TOP, ppm), Surface(LENGTH, TOP, ppm)
    x = 0.0
    while x < LENGTH - 0.1:
        wide = min(3.4 + 2.0 * float(rng.random()), LENGTH - x)
        if LENGTH - x - wide < 3.0:
            wide = LENGTH - x
        _shop(walls, light, rng, x, wide, palette)
        x += wide
    grain = noise(rng, walls.height, walls.width, (ppm * 0.5, ppm * 0.7), octaves=4, wrap=True)
    drips = noise(rng, walls.height, walls.width, (ppm * 4.0, ppm * 0.12), octaves=2, wrap=True)
    walls.times(0.55 + 0.5 * grain + 0.4 * drips)
    glow = 0.55 * blur(light.rgb, ppm * 0.10) + 0.75 * blur(light.rgb, ppm * 0.55)
    picture = walls.rgb * (1.0 - light.alpha) + light.rgb + glow * (0.5 + 0.5 * grain)
    upper = np.minimum(picture, 1.0)
    # The mirror image: smeared mostly downwards, a little along the street.
    small = shrunk(picture[:, ::-1], 2)
    wet = resize(blur_columns(blur_rows(small, ppm * 0.025), ppm * 0.11), picture.shape[1], picture.shape[2])
    fade = np.linspace(0.80, 0.52, walls.height, dtype=np.float32)[:, None]
    return np.concatenate([upper, np.minimum(wet * fade * 1.15, 1.0)], axis=1)
