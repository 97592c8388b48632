"""What goes wrong in a clip: chosen beforehand from (prompt, model, take), and done to the finished pictures."""
# ruff: noqa: PLR0917
# Drawing calls read best as x, y, size.

import numpy as np

from kit.sandbox.camera import OPPOSITE, Segment, segments_for
from kit.sandbox.canvas import Frame
from kit.sandbox.fields import blur
from kit.sandbox.layers import scaled
from kit.sandbox.plan import generator
from kit.sandbox.scenes.catalogue import Spec
from kit.sandbox.shapes import Array
from kit.sandbox.truth import TimedFault

_LONG = {"flicker": 0.24, "soften": 0.22, "warp": 0.24, "freeze": 0.12, "pop": 0.09, "cut": 0.0}


def _segments(spec: Spec, words: tuple[str, ...], seconds: float, gain: float) -> tuple[Segment, ...]:
    if spec.name != "rain-umbrella":
        return segments_for(words, seconds, gain=gain)
    # She is followed throughout; the way to her side begins as she slows down.
    out = [Segment("track", 0.0, round(0.66 * seconds, 4), round(1.15 * 0.55 * seconds, 3), "metres")]
    if "orbit" in words:
        out.append(
            Segment(
                "orbit", round(0.36 * seconds, 4), round(0.92 * seconds, 4), round(80.0 * gain, 1), "degrees"
            )
        )
    return tuple(out)


def _other_camera(spec: Spec, words: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Camera words that are not what was asked for, and a note."""
    if spec.name == "rain-umbrella":
        return ("track",), "the camera stays behind her"
    if words == ("static",):
        return ("pan_right",), "the camera drifts to the right"
    turned = tuple(OPPOSITE.get(w, w) for w in words)
    if turned != words and (spec.can is None or set(turned) <= spec.can):
        return turned, "the camera moves the wrong way round"
    return ("static",), "the camera does not move"


def choose_camera(
    spec: Spec, wanted: tuple[str, ...], prompt: str, model: str, take: int, seconds: float
) -> tuple[tuple[Segment, ...], list[TimedFault]]:
    """The camera moves that the clip really shows, with a fault where they are not the wanted ones."""
    rng = generator("camera", prompt, model, take)
    gain = 0.9 + 0.2 * float(rng.random())
    words, note = wanted, ""
    if spec.can is not None and not set(wanted) <= spec.can:
        words, note = spec.camera, "this scene cannot show the camera move asked for"
    elif model == "sandbox-quick":
        pans = any(w.startswith("pan") for w in wanted)
        first = 1 if pans else int(generator("first", prompt).integers(2))
        if take % 2 == first or rng.random() < 0.2:
            words, note = _other_camera(spec, wanted)
            if wanted == ("static",):
                gain *= 0.22
    segments = _segments(spec, words, seconds, gain)
    if not note:
        return segments, []
    return segments, [TimedFault("camera", 0.0, seconds, 1.0, "whole clip", note, ",".join(words))]


def choose_faults(
    spec: Spec,
    prompt: str,
    model: str,
    take: int,
    *,
    seconds: float,
    fps: int,
    height: int,
    camera_wrong: bool,
) -> list[TimedFault]:
    """Dropped actions and timed faults."""
    rng = generator("faults", prompt, model, take)
    if model == "sandbox-steady":
        if rng.random() < 0.5:
            return []
        return [
            _timed(
                ("soften", "flicker", "warp")[int(rng.integers(3))],
                rng,
                0.30,
                0.62,
                spec,
                seconds,
                fps,
                height,
                slight=True,
            )
        ]
    out = []
    actions = list(spec.actions)
    if actions and (not camera_wrong or rng.random() < 0.4):
        name = actions[int(rng.integers(len(actions)))]
        out.append(TimedFault("action", 0.0, seconds, 1.0, "whole clip", spec.actions[name], name))
    kinds = ["soften", "warp", "freeze", "pop", "cut"]
    order = [kinds[int(k)] for k in rng.permutation(len(kinds))][: 2 if rng.random() < 0.75 else 3]
    if rng.random() < 0.8:
        order[0] = "flicker"
    order = [order[int(k)] for k in rng.permutation(len(order))]
    for k, kind in enumerate(order):
        low, high = 0.10 + 0.86 * k / len(order), 0.10 + 0.86 * (k + 1) / len(order) - 0.02
        out.append(_timed(kind, rng, low, high, spec, seconds, fps, height, slight=False))
    return out


def _timed(
    kind: str,
    rng: np.random.Generator,
    low: float,
    high: float,
    spec: Spec,
    seconds: float,
    fps: int,
    height: int,
    *,
    slight: bool,
) -> TimedFault:
    long = _LONG[kind]
    begin = low + (high - low - long) * float(rng.random())
    start = round(round(begin * seconds * fps) / fps, 6)
    frames = max(2, round(long * seconds * fps))
    end = round((round(begin * seconds * fps) + frames) / fps, 6) if kind != "cut" else start
    k = height / 720.0
    more = float(rng.random())
    if kind == "flicker":
        rate = min(7.0, fps / 3.0)
        return TimedFault(
            kind,
            start,
            end,
            round(0.022 if slight else 0.11 + 0.06 * more, 4),
            "share of luminance",
            f"brightness swings at {rate:g} Hz",
        )
    if kind == "soften":
        return TimedFault(
            kind,
            start,
            end,
            round((1.0 if slight else 2.6 + 1.4 * more) * max(k, 0.4), 3),
            "px",
            "Gaussian blur of this sigma",
        )
    if kind == "warp":
        return TimedFault(
            kind,
            start,
            end,
            round((3.0 if slight else 11.0 + 6.0 * more) * max(k, 0.4), 3),
            "px",
            "a part of the picture wobbles by up to this much",
        )
    if kind == "freeze":
        return TimedFault(kind, start, end, float(frames), "frames", "the same picture stands still")
    if kind == "pop":
        return TimedFault(kind, start, end, 1.0, "thing", f"gone for a moment: {spec.pops}", spec.pops)
    return TimedFault(kind, start, end, 1.2, "scale", "the picture jumps to a closer view and stays there")


def frozen_time(faults: tuple[TimedFault, ...], t: float) -> float:
    """The time whose picture is shown at `t`: within a freeze, its first moment."""
    for f in faults:
        if f.kind == "freeze" and f.start <= t < f.end:
            return f.start
    return t


def spoil(
    frame: Frame, faults: tuple[TimedFault, ...], t: float, focus: tuple[float, float], fps: int
) -> None:
    """Do to a finished picture what the faults of the moment ask for."""
    for f in faults:
        if f.kind == "cut" and t >= f.start:
            _closer(frame, f.strength, focus)
        if not f.start <= t < f.end:
            continue
        if f.kind == "warp":
            _wobble(frame, f, t, focus)
        elif f.kind == "soften":
            _soften(frame, f.strength)
        elif f.kind == "flicker":
            rate = min(7.0, fps / 3.0)
            level = 1.0 + f.strength * np.sin(2 * np.pi * rate * (t - f.start) + 0.6)
            frame.px[...] = np.minimum(frame.px * np.float32(level) + np.float32(0.5), 255).astype(np.uint16)


def _soften(frame: Frame, sigma: float) -> None:
    h, w = frame.height, frame.width
    if h % 2 or w % 2 or h < 360:
        frame.px[...] = (blur(frame.px, sigma) + 0.5).astype(np.uint16)
        return
    # At half size: the four-pixel mean and the enlarging blur a little by themselves (about 0.6 px together).
    small = frame.px.reshape(3, h // 2, 2, w // 2, 2).sum(axis=(2, 4), dtype=np.float32) / 4
    small = blur(small, float(np.sqrt(max(sigma * sigma - 0.36, 0.1))) / 2)
    frame.px[...] = scaled((small + 0.5).astype(np.uint8), h, w)


def _closer(frame: Frame, scale: float, focus: tuple[float, float]) -> None:
    h, w = frame.height, frame.width
    ch, cw = int(h / scale) // 2 * 2, int(w / scale) // 2 * 2
    y, x = int((h - ch) * focus[1]), int((w - cw) * focus[0])
    frame.px[...] = scaled(frame.px[:, y : y + ch, x : x + cw].astype(np.uint8), h, w)


def _wobble(frame: Frame, f: TimedFault, t: float, focus: tuple[float, float]) -> None:
    r = int(210 * frame.scale)
    cx, cy = int(focus[0] * frame.width), int(focus[1] * frame.height)
    y0, y1, x0, x1 = max(0, cy - r), min(frame.height, cy + r), max(0, cx - r), min(frame.width, cx + r)
    y, x = np.arange(y0, y1, dtype=np.float32)[:, None], np.arange(x0, x1, dtype=np.float32)[None, :]
    edge = np.maximum(0, 1 - ((y - cy) ** 2 + (x - cx) ** 2) / (r * r)) ** 1.5
    rise = float(np.sin(np.pi * min(1.0, max(0.0, (t - f.start) / (f.end - f.start))))) ** 0.5
    wave = 2 * np.pi / max(1.0, 130 * frame.scale)
    u = x + f.strength * rise * edge * np.sin(wave * y + 9.0 * t)
    v = y + f.strength * rise * edge * np.sin(wave * x * 0.8 + 7.0 * t + 1.0)
    frame.px[:, y0:y1, x0:x1] = _sample(frame.px, v, u)


def _sample(px: Array, v: Array, u: Array) -> Array:
    """Bilinear look-up of (3, h, w) at rows v and columns u."""
    h, w = px.shape[1:]
    v, u = np.clip(v, 0, h - 1.001), np.clip(u, 0, w - 1.001)
    i, j = v.astype(np.int64), u.astype(np.int64)
    fv, fu = (v - i).astype(np.float32), (u - j).astype(np.float32)
    top = px[:, i, j] * (1 - fu) + px[:, i, j + 1] * fu
    low = px[:, i + 1, j] * (1 - fu) + px[:, i + 1, j + 1] * fu
    out: Array = (top * (1 - fv) + low * fv + 0.5).astype(np.uint16)
    return out
