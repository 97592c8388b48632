"""Rain: streaks at three distances that fall through the picture, and rings where drops strike the ground."""
# ruff: noqa: RUF005
# Points plus an offset are sums of arrays.

import numpy as np

from kit.sandbox.canvas import UNITS, Frame
from kit.sandbox.fields import blur
from kit.sandbox.plan import Plan
from kit.sandbox.shapes import Array, polygon, stroke


class Rain:
    """Rain for one clip; `heavy` False leaves a drizzle."""

    def __init__(self, plan: Plan, *, heavy: bool = True, slant: float = 0.10) -> None:
        rng = plan.rng("rain")
        self.slant = slant
        self.plan = plan
        self.sheets: list[tuple[float, Array]] = []
        h, w, k = plan.height, plan.width, plan.scale
        for fall, long, thick, level, count in (
            (1500.0, 46.0, 1.1, 44, 300),
            (2200.0, 92.0, 1.6, 58, 130),
            (3100.0, 170.0, 2.6, 46, 34),
        ):
            sheet = np.zeros((h, w), np.float32)
            for _ in range(int(count * (1.0 if heavy else 0.13) * plan.wide / 1280)):
                x, y = float(rng.random()) * plan.wide, float(rng.random()) * UNITS
                n = long * (0.6 + 0.8 * float(rng.random()))
                bright = level * (0.5 + 0.9 * float(rng.random()))
                line = stroke([(x, y), (x - slant * n, y + n)], [thick * 0.3, thick]) * k
                for oy in (0, -h):
                    m = polygon(line + (0, oy), h, w)
                    if m is not None:
                        part = sheet[m.y : m.y + m.cover.shape[0], m.x : m.x + m.cover.shape[1]]
                        np.maximum(part, m.cover * bright, out=part)
            self.sheets.append((fall, (blur(sheet, 0.5 * thick * k) * 1.25).astype(np.uint16)))
        self.rings = rng.random((70 if heavy else 8, 4))
        self._sprites = [_ring(r * 0.8 + 0.6, 1.0 - r / 26, k) for r in range(26)]

    def streaks(self, frame: Frame, t: float) -> None:
        """Add the falling streaks of the moment."""
        h, w, k = self.plan.height, self.plan.width, self.plan.scale
        total = np.zeros((h, w), np.uint16)
        for fall, sheet in self.sheets:
            down = int(fall * t * k) % h
            side = int(-self.slant * fall * t * k) % w
            rolled = np.roll(sheet, side, axis=1)
            total[down:] += rolled[: h - down]
            total[:down] += rolled[h - down :]
        frame.px += total
        frame.px[2] += total >> 3
        np.minimum(frame.px, 255, out=frame.px)

    def splashes(self, frame: Frame, t: float, horizon: float) -> None:
        """Add rings that spread on the ground below the horizon (units)."""
        for a, b, c, d in self.rings:
            life = (t * 2.3 + d) % 1.0
            turn = int(t * 2.3 + d)
            x = ((a * 7919 + turn * 0.6180339) % 1.0) * frame.wide
            deep = (b + turn * 0.7548777) % 1.0
            y = horizon + 60 + (660 - horizon) * deep**0.8
            size = (y - horizon) / 400
            ring = self._sprites[min(25, int((3 + 17 * life) * size))]
            h, w = ring.shape
            px, py = int(x * frame.scale) - w // 2, int(y * frame.scale) - h // 2
            if 0 <= px < frame.width - w and 0 <= py < frame.height - h:
                part = frame.px[:, py : py + h, px : px + w]
                part += (ring * (110 * (1 - life) * (0.4 + 0.6 * c))).astype(np.uint16)
                np.minimum(part, 255, out=part)
            if life < 0.25 and deep > 0.3:
                frame.glow(x, y - 14 * size * life, 2.2 * size + 1, 7 * size, (0.8, 0.85, 1.0), 0.5)


def _ring(radius: float, bright: float, scale: float) -> Array:
    """A ring lying on the ground, float32, as small as it can be."""
    h, w = max(3, int(radius * 0.7 * scale) + 3), max(3, int(radius * 2.1 * scale) + 3)
    y = (np.arange(h, dtype=np.float32) - h / 2 + 0.5) / scale / 0.32
    x = (np.arange(w, dtype=np.float32) - w / 2 + 0.5) / scale
    d = np.hypot(y[:, None], x[None, :]) - radius
    lower = 0.55 + 0.45 * np.sign(y)[:, None]
    out: Array = (bright * np.exp(-((d / 1.6) ** 2)) * lower).astype(np.float32)
    return out
