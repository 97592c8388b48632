"""Clips whose camera moves are known: a window moved over a picture, filmed under conditions that clips really have.

Everything follows from the case alone (seeded by its name), so that a calibration can be made again to the bit.
Rates are per frame at 24 frames a second in a picture 320 wide: pixels for pan, tilt, track and orbit, shares of the
scale for zoom, degrees for roll. At another frame rate a move keeps its speed per second.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kit.camera.segments import parse
from kit.measure import measure_clip
from kit.suite import CAMERA_WORDS

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]

_RATE = 24.0  # frames a second for which rates are stated
_WIDE = 320.0
_FASTEST = 0.1  # of the width between two frames: what moves faster is shown at this speed

_SPEEDS = (0.2, 0.4, 1.5, 5.0, 12.0)
_ZOOMS = (0.003, 0.008, 0.02)
_ROLLS = (0.15, 0.5, 1.5)

Moves = tuple[tuple[str, float], ...]

_PLAIN: tuple[Moves, ...] = (
    (("static", 0.0),),
    *(((word, rate),) for rate in _SPEEDS for word in ("pan_left", "pan_right", "tilt_up", "tilt_down")),
    *(((word, rate),) for rate in _ZOOMS for word in ("zoom_in", "zoom_out")),
    *(((word, rate),) for rate in _ROLLS for word in ("roll_cw", "roll_ccw")),
)
_IN_A_ROW: tuple[Moves, ...] = (
    (("pan_right", 2.0), ("tilt_up", 2.0)),
    (("zoom_in", 0.008), ("pan_left", 3.0)),
    (("static", 0.0), ("pan_right", 1.5)),
    (("tilt_down", 1.0), ("static", 0.0)),
    (("roll_cw", 0.5), ("zoom_out", 0.008)),
    (("pan_left", 1.5), ("pan_right", 1.5)),
)
_DEEP: tuple[Moves, ...] = (
    (("track", 1.5),),
    (("track", -4.0),),
    (("orbit", 1.5),),
    (("orbit", -4.0),),
)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a clip goes through. `shake` is a standard deviation in pixels at 320 wide, `depth` shows near things move more."""

    name: str
    width: int = 640
    height: int = 360
    fps: int = 24
    seconds: float = 2.0
    crf: int = 20
    thing: bool = False
    flicker: float = 0.0
    noise: float = 0.0
    shake: float = 0.0
    cut: bool = False
    depth: bool = False
    moves: tuple[Moves, ...] = (*_PLAIN, *_IN_A_ROW)


CONDITIONS = (
    Condition("clean"),
    Condition("object", crf=23, thing=True),
    Condition("flicker", crf=34, flicker=0.12, noise=4.0),
    Condition("noise", crf=26, noise=9.0),
    Condition("shake 1 px", crf=23, shake=1.0),
    Condition("shake 2 px", crf=23, shake=2.0),
    Condition("7 frames/s", fps=7, seconds=2.6, crf=26),
    Condition("256 px", width=256, height=256, fps=10, seconds=2.0, crf=26),
    Condition("cut", crf=23, cut=True, moves=_PLAIN),
    Condition("all at once", crf=34, thing=True, flicker=0.08, noise=4.0, shake=1.0, moves=_PLAIN),
    Condition("depth", crf=23, depth=True, moves=(*_PLAIN[1:], *_DEEP, *_DEEP)),
)


@dataclass(frozen=True, slots=True)
class Case:
    """One clip: over which picture, under which condition, and the moves one after another in equal shares of time."""

    picture: str
    condition: Condition
    moves: Moves

    @property
    def name(self) -> str:
        """A name of its own, from which all chance in the clip is seeded."""
        return "|".join([self.condition.name, self.picture, *(f"{w} {r:g}" for w, r in self.moves)])

    @property
    def words(self) -> tuple[str, ...]:
        """The camera words that the clip shows, in order."""
        return tuple(word for word, _ in self.moves)

    def rng(self, label: str) -> np.random.Generator:
        """A generator for one purpose."""
        digest = hashlib.sha256(f"{self.name}\x1f{label}".encode()).digest()
        return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def cases(pictures: Sequence[str], *, every: int = 1) -> Iterator[Case]:
    """The cases over the named pictures, by condition; each `every`-th move, another one for each picture."""
    for number, condition in enumerate(CONDITIONS):
        for place, picture in enumerate(pictures):
            for k, moves in enumerate(condition.moves):
                if (k + place + number) % every == 0:
                    yield Case(picture, condition, moves)


def film(case: Case, pictures: Mapping[str, Picture], path: Path) -> None:
    """Write the case's clip as H.264 (MP4). `pictures` holds gray pictures by name, at least 640 wide."""
    condition = case.condition
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=condition.fps)
        stream.width, stream.height, stream.pix_fmt = condition.width, condition.height, "yuv420p"
        stream.options = {"crf": str(condition.crf), "preset": "veryfast", "threads": "1"}
        for picture in _pictures(case, pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="gray").reformat(format="yuv420p")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


@dataclass(slots=True)
class _Pose:
    x: float = 0.0  # pixels of the window
    y: float = 0.0
    zoom: float = 1.0
    roll: float = 0.0  # degrees clockwise
    orbit: float = 0.0
    track: float = 0.0


def _pictures(case: Case, pictures: Mapping[str, Picture]) -> Iterator[Picture]:
    condition = case.condition
    count = max(2, round(condition.seconds * condition.fps))
    unit = max(condition.width, condition.height) / _WIDE
    shake = case.rng("shake").normal(0, condition.shake * unit, (count, 2))
    pulse = case.rng("flicker").uniform(-condition.flicker, condition.flicker, count)
    grain = case.rng("grain")
    thing = _Thing(case, pictures) if condition.thing else None
    names = sorted(pictures)
    other = names[(names.index(case.picture) + 1) % len(names)]
    pose = _Pose()
    for k in range(count):
        shown = pictures[other if condition.cut and k >= count // 2 else case.picture]
        x, y = shake[k]
        view = _view(shown, pose, condition, x, y)
        if any(word in {"track", "orbit"} for word in case.words):
            _subject(view, pictures[other])
        if thing is not None:
            thing.put(view, k)
        if condition.flicker:
            view = view * np.float32(1 + pulse[k])
        if condition.noise:
            view = view + grain.normal(0, condition.noise, view.shape).astype(np.float32)
        yield np.clip(view + np.float32(0.5), 0, 255).astype(np.uint8)
        word, rate = case.moves[min(len(case.moves) - 1, k * len(case.moves) // max(1, count - 1))]
        _step(pose, word, rate, condition, unit)


def _step(pose: _Pose, word: str, rate: float, condition: Condition, unit: float) -> None:
    """Move the camera on by one frame."""
    times = _RATE / condition.fps
    far = float(np.clip(rate * times, -_FASTEST * _WIDE, _FASTEST * _WIDE)) * unit
    if word in {"pan_left", "pan_right"}:
        pose.x += (far if word == "pan_right" else -far) / pose.zoom
    elif word in {"tilt_up", "tilt_down"}:
        pose.y += (far if word == "tilt_down" else -far) / pose.zoom
    elif word in {"zoom_in", "zoom_out"}:
        pose.zoom *= (1 + rate) ** (times if word == "zoom_in" else -times)
    elif word in {"roll_cw", "roll_ccw"}:
        pose.roll += (rate if word == "roll_cw" else -rate) * times
    elif word == "orbit":
        pose.orbit += far
    elif word == "track":
        pose.track += far


def _shift(word: str, rate: float, fps: int) -> float:
    """How far a pan or tilt goes between two frames, in pixels at 320 wide; 0 for other words."""
    return min(abs(rate) * _RATE / fps, _FASTEST * _WIDE) if word.startswith(("pan", "tilt")) else 0.0


def _view(picture: Picture, pose: _Pose, condition: Condition, shake_x: float, shake_y: float) -> Floats:
    """What the camera sees (h, w), float32: 0.6 of the picture's width at rest; beyond its edges it is mirrored."""
    height, width = picture.shape
    k = 0.6 * min(width / condition.width, height / condition.height)
    turn = np.radians(pose.roll)
    c, s = np.float32(np.cos(turn) * k / pose.zoom), np.float32(np.sin(turn) * k / pose.zoom)
    x = np.arange(condition.width, dtype=np.float32) - np.float32((condition.width - 1) / 2 - shake_x)
    y = np.arange(condition.height, dtype=np.float32) - np.float32((condition.height - 1) / 2 - shake_y)
    row = np.arange(condition.height, dtype=np.float32)[:, None] / condition.height
    # Depth: the upper edge is far and moves by 0.4 of what the lower edge does; round a subject they move apart.
    near = 0.4 + 0.6 * row if condition.depth else np.ones_like(row)
    moved = (pose.x + pose.track) * near + pose.orbit * (0.7 - 1.4 * row)
    u = x[None, :] * c - y[:, None] * s + np.float32(width / 2) + (moved * k).astype(np.float32)
    v = x[None, :] * s + y[:, None] * c + np.float32(height / 2 + pose.y * k)
    return _sample(picture, u, v)


def _sample(picture: Picture, u: Floats, v: Floats) -> Floats:
    """Bilinear look-up at columns u and rows v; outside, the picture is mirrored."""
    height, width = picture.shape
    i, j = np.floor(v), np.floor(u)
    fv, fu = (v - i).astype(np.float32), (u - j).astype(np.float32)
    rows = [_mirror(i.astype(np.int64) + n, height) for n in (0, 1)]
    columns = [_mirror(j.astype(np.int64) + n, width) for n in (0, 1)]
    flat = picture.ravel()
    top = flat[rows[0] * width + columns[0]] * (1 - fu) + flat[rows[0] * width + columns[1]] * fu
    low = flat[rows[1] * width + columns[0]] * (1 - fu) + flat[rows[1] * width + columns[1]] * fu
    out: Floats = (top * (1 - fv) + low * fv).astype(np.float32)
    return out


def _mirror(index: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    folded = index % (2 * size)
    return np.minimum(folded, 2 * size - 1 - folded)


def _subject(view: Floats, picture: Picture) -> None:
    """Put a subject in the lower middle that stays where it is: about a tenth of the picture, an upright ellipse."""
    height, width = view.shape
    cut = picture[: height // 2 * 2, : width // 2 * 2][-height:, -width:]
    cut = cut if cut.shape == view.shape else np.resize(cut, view.shape)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    inside = ((x - 0.48 * width) / (0.13 * width)) ** 2 + ((y - 0.6 * height) / (0.28 * height)) ** 2 < 1
    view[inside] = cut[inside]


class _Thing:
    """A textured ellipse over a tenth to a quarter of the picture, going its own straight way and coming back."""

    def __init__(self, case: Case, pictures: Mapping[str, Picture]) -> None:
        random = case.rng("thing")
        self._condition = case.condition
        names = sorted(pictures)
        self._texture = pictures[names[(names.index(case.picture) + 2) % len(names)]]
        area = random.uniform(0.1, 0.25) * case.condition.width * case.condition.height
        shape = random.uniform(0.6, 1.6)
        self._half = np.array([np.sqrt(area / np.pi * shape), np.sqrt(area / np.pi / shape)])
        self._at = random.uniform(0.3, 0.7, 2) * [case.condition.width, case.condition.height]
        turn = random.uniform(0, 2 * np.pi)
        unit = max(case.condition.width, case.condition.height) / _WIDE
        # Its own way: what goes with the picture's edges while the rest flies past is a camera that tracks it.
        camera = max(_shift(word, rate, case.condition.fps) for word, rate in case.moves)
        speed = max(random.uniform(1.0, 4.0), 0.6 * camera)
        self._speed = speed * unit * np.array([np.cos(turn), np.sin(turn)])

    def put(self, view: Floats, k: int) -> None:
        """Draw it as it is in frame `k`."""
        size = np.array([self._condition.width, self._condition.height], dtype=float)
        # To and fro between the frame's edges.
        place = (self._at + k * self._speed) % (2 * size)
        place = np.minimum(place, 2 * size - place)
        low = np.maximum(0, np.floor(place - self._half)).astype(int)
        high = np.minimum(size, np.ceil(place + self._half)).astype(int)
        y, x = np.mgrid[low[1] : high[1], low[0] : high[0]].astype(np.float32)
        x, y = x - np.float32(place[0]), y - np.float32(place[1])
        inside = (x / self._half[0]) ** 2 + (y / self._half[1]) ** 2 < 1
        height, width = self._texture.shape
        content = _sample(self._texture, x * 1.2 + np.float32(width / 2), y * 1.2 + np.float32(height / 2))
        part = view[low[1] : high[1], low[0] : high[0]]
        part[inside] = content[inside]


def results(
    pictures: Mapping[str, Picture],
    folder: Path,
    *,
    every: int = 1,
    progress: Callable[[int], None] | None = None,
) -> pd.DataFrame:
    """Films and measures each case, one row each.

    Columns: condition, picture, truth (words joined with +), measured (the words that the camera metric found), right,
    unsure (nothing but `unsure` where a move should be), text (the whole measurement). `folder` holds one clip at a time;
    `progress` is told the number of clips done.
    """
    rows = []
    for number, case in enumerate(cases(sorted(pictures), every=every), start=1):
        path = folder / "move.mp4"
        film(case, pictures, path)
        text = measure_clip(path, ["camera_motion"]).measurements[0].text or ""
        words = parse(text).words
        rows.append(
            {
                "condition": case.condition.name,
                "picture": case.picture,
                "truth": "+".join(case.words),
                "measured": "+".join(words),
                "right": words == case.words,
                "unsure": words != case.words and "unsure" in words,
                "rate": "+".join(f"{rate:g}" for _, rate in case.moves),
                "text": text,
            }
        )
        if progress is not None:
            progress(number)
    return pd.DataFrame(rows)


def accuracy(found: pd.DataFrame) -> pd.DataFrame:
    """Per condition, and over all: clips, right, share right, of the others unsure."""
    groups = [*found.groupby("condition", sort=False), ("all", found)]
    return pd.DataFrame(
        {
            "condition": name,
            "clips": len(part),
            "right": int(part["right"].sum()),
            "share": float(part["right"].mean()),
            "unsure": int(part["unsure"].sum()),
        }
        for name, part in groups
    )


def confusion(found: pd.DataFrame) -> pd.DataFrame:
    """How often each true word (rows) of single moves was measured as what (columns); 'several' for more than one word."""
    single = found[~found["truth"].str.contains("+", regex=False)]
    measured = single["measured"].where(~single["measured"].str.contains("+", regex=False), "several")
    table = pd.crosstab(single["truth"], measured)
    order = [word for word in (*CAMERA_WORDS, "unsure", "several") if word in table.columns]
    return table.reindex(index=[word for word in CAMERA_WORDS if word in table.index], columns=order)
