"""Steam: ribbons that rise and curl over a cup."""

import numpy as np

from kit.sandbox.canvas import Colour, Frame, linear, mix
from kit.sandbox.fields import noise, resize, smooth
from kit.sandbox.plan import Plan
from kit.sandbox.shapes import Mask


class Steam:
    """Steam from an opening of the given radius at (x, y) units, lit by `warm` light from the left."""

    def __init__(self, plan: Plan, *, x: float, y: float, radius: float, warm: Colour) -> None:
        self.x, self.y, self.radius, self.warm = x, y, radius, warm
        self.phase = plan.rng("steam").random((7, 4))
        self.curl = noise(plan.rng("curl"), 128, 64, (20, 16), octaves=3, wrap=True) - 0.5

    def draw(self, frame: Frame, t: float, zoom: float) -> None:
        """Ribbons of vapour with one sharp and one soft edge, bent by rising noise."""
        rows, cols = 110, 84
        wide, high = 330.0, 400.0
        h = 1.0 - (np.arange(rows, dtype=np.float32) + 0.5) / rows
        x = ((np.arange(cols, dtype=np.float32) + 0.5) / cols - 0.5) * wide
        shift = int(t * 21)
        bend = np.roll(self.curl, -shift, axis=0)[np.arange(rows) % 128][
            :, np.linspace(0, 63, cols).astype(int)
        ]
        total = np.zeros((rows, cols), np.float32)
        px = x[None, :] + bend * (h * 105)[:, None]
        for a, b, c, d in self.phase:
            rise = 5.0 * h - t * (1.25 + 0.5 * c)
            sway = (np.sin(rise * (1.0 + 0.35 * a) + 6.28 * b) + 0.5 * np.sin(rise * 2.3 + 6.28 * d)) * (
                6 + 52 * h**1.15
            )
            middle = (a - 0.5) * self.radius * 0.95 * (1 - 0.4 * h) + sway
            gap = px - middle[:, None]
            flip = np.sin(rise * 0.9 + 6.28 * c)[:, None]
            sharp, soft = (4 + 8 * h)[:, None], (14 + 44 * h)[:, None]
            w = soft + (sharp - soft) * (0.5 + 0.5 * np.tanh(gap * flip / 14))
            strong = smooth(h * 9) * (1 - h) ** 1.25 * (0.55 + 0.45 * np.sin(rise * 1.4 + 6.28 * a))
            total += np.exp(-((gap / w) ** 2)) * strong[:, None]
        total *= smooth((wide / 2 - np.abs(x)) / 60)[None, :]
        density = 1.0 - np.exp(-0.85 * total)
        k = frame.scale
        cx = frame.wide / 2 + (self.x - frame.wide / 2) * zoom
        base = 360 + (self.y + 14 - 360) * zoom
        ph, pw = int(high * zoom * k), int(wide * zoom * k)
        cover = resize(density, ph, pw)
        y0, x0 = int(base * k) - ph, int((cx - wide * zoom / 2) * k)
        top = max(0, -y0)
        frame.put(
            Mask(y0 + top, x0, cover[top:]),
            linear(cx - 120, 0, mix(self.warm, (1, 1, 1), 0.6), cx + 150, 0, (0.80, 0.80, 0.84)),
            0.8,
        )
