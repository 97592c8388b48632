"""Camera moves: a list of segments in the project's camera words, and the pose they give at any moment.

`pan_right`: the camera goes right, so the picture's content moves left. `tilt_up`: content moves down. `zoom_in`: content
grows. `roll_cw`: the camera turns clockwise, so content turns anticlockwise. `orbit`: around the subject, so what is nearer
than it moves against what is farther. `track`: the camera travels with a moving subject.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kit.camera.reading import camera_words
from kit.sandbox.fields import smooth

WORDS = (
    "static", "pan_left", "pan_right", "tilt_up", "tilt_down", "zoom_in", "zoom_out", "roll_cw", "roll_ccw", "orbit", "track",
)  # fmt: skip

OPPOSITE = {
    "pan_left": "pan_right", "pan_right": "pan_left", "tilt_up": "tilt_down", "tilt_down": "tilt_up",
    "zoom_in": "zoom_out", "zoom_out": "zoom_in", "roll_cw": "roll_ccw", "roll_ccw": "roll_cw",
}  # fmt: skip

# How far a whole move goes, and in what: shares of the picture's width or height, a scale, degrees.
_USUAL = {
    "static": (0.0, "none"), "pan_left": (0.34, "widths"), "pan_right": (0.34, "widths"), "tilt_up": (0.26, "heights"),
    "tilt_down": (0.26, "heights"), "zoom_in": (1.28, "scale"), "zoom_out": (1.28, "scale"), "roll_cw": (9.0, "degrees"),
    "roll_ccw": (9.0, "degrees"), "orbit": (24.0, "degrees"), "track": (0.3, "widths"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Segment:
    """One camera move: `word` from `start` to `end` seconds, by `amount` in `unit` over the whole segment."""

    word: str
    start: float
    end: float
    amount: float
    unit: str


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the camera is: x and y in units (right, down), zoom as a scale, roll and orbit in degrees, travel in units."""

    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0
    roll: float = 0.0
    orbit: float = 0.0
    travel: float = 0.0


def read_words(text: str) -> tuple[str, ...]:
    """Camera words that a prompt asks for, in order (see `kit.camera.reading`); `("static",)` if there is none."""
    return camera_words(text) or ("static",)


def segments_for(words: Sequence[str], seconds: float, *, gain: float = 1.0) -> tuple[Segment, ...]:
    """The moves one after another, each with its usual amount times `gain`, sharing the clip evenly."""
    step = seconds / len(words)
    out = []
    for k, word in enumerate(words):
        amount, unit = _USUAL[word]
        amount = 1.0 + (amount - 1.0) * gain if unit == "scale" else amount * gain
        out.append(Segment(word, round(k * step, 4), round((k + 1) * step, 4), round(amount, 4), unit))
    return tuple(out)


def pose_at(segments: Sequence[Segment], t: float, *, wide: float, high: float = 720.0) -> Pose:
    """The pose at `t` seconds for a picture `wide` x `high` units: even speed with soft starts and stops."""
    x = y = roll = orbit = travel = 0.0
    zoom = 1.0
    for s in segments:
        u = min(1.0, max(0.0, (t - s.start) / max(1e-6, s.end - s.start)))
        e = 0.6 * u + 0.4 * float(smooth(u))
        if s.word in ("pan_left", "pan_right"):
            x += (e if s.word == "pan_right" else -e) * s.amount * wide
        elif s.word in ("tilt_up", "tilt_down"):
            y += (e if s.word == "tilt_down" else -e) * s.amount * high
        elif s.word in ("zoom_in", "zoom_out"):
            zoom *= s.amount ** (e if s.word == "zoom_in" else -e)
        elif s.word in ("roll_cw", "roll_ccw"):
            roll += (e if s.word == "roll_cw" else -e) * s.amount
        elif s.word == "orbit":
            orbit += e * s.amount
        elif s.word == "track":
            travel += e * s.amount * wide
    return Pose(x, y, zoom, roll, orbit, travel)
