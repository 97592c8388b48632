"""What the camera does through a clip: segments, and the text in which they are stored and shown.

One segment a clause, by start and then by size, and last the shake where there is any:

    pan_right 0.34 widths, 0.00-5.00 s, sure 0.97; zoom_in x1.300, 0.00-5.00 s, sure 0.97; shake 0.0031
    track left 0.60 widths, 0.00-2.50 s, sure 0.60; static, 2.50-5.00 s, sure 0.99; unsure, 5.00-6.00 s

`parse` reads it back. Amounts are how far the picture went, in widths, heights, degrees, or as a scale (x, below 1 where
it shrank); `sure` is the share of the textured picture that agreed, 0 to 1; the shake is in widths a frame, as the
standard deviation of the camera's place about its smooth path (of the longer edge in an upright clip).
"""

import re
from dataclasses import dataclass

from kit.suite import CAMERA_WORDS

_NUMBER = r"\d+(?:\.\d+)?"
_CLAUSE = re.compile(
    rf"(?P<word>{'|'.join(CAMERA_WORDS)}|unsure)"
    rf"(?: (?P<direction>left|right|in|out))?"
    rf"(?: (?:x(?P<scale>{_NUMBER})|(?P<amount>{_NUMBER}) (?P<unit>widths|heights|degrees)))?"
    rf", (?P<start>{_NUMBER})-(?P<end>{_NUMBER}) s"
    rf"(?:, sure (?P<sure>{_NUMBER}))?"
)
_SHAKE = re.compile(rf"shake (?P<shake>{_NUMBER})")
_LEAST_SHAKE = 0.0005  # of the long edge: 0.15 pixels of 320 can't be told from the flow's own errors


@dataclass(frozen=True, slots=True)
class Segment:
    """One thing that the camera does from `start` to `end` seconds.

    `word` is a camera word or `unsure`. `amount` is how far the picture went, in `unit`: `widths` or `heights` of the
    frame, `x` (a scale, below 1 where it shrank) or `degrees`; 0 and "" for static and unsure. `confidence` runs from 0
    to 1. `direction` says where an orbit or a track goes (left, right, in, out), else is empty: the word says it.
    `size` is how much of the long edge the picture moved on average, by which moves at one time are ranked; it is
    estimated anew when a text is read.
    """

    word: str
    start: float
    end: float
    amount: float = 0.0
    unit: str = ""
    confidence: float = 0.0
    direction: str = ""
    size: float = 0.0

    @property
    def speed(self) -> float:
        """Amount a second; for a scale, by how much the picture grows a second."""
        lasts = max(self.end - self.start, 1e-6)
        return float(self.amount ** (1 / lasts)) if self.unit == "x" else self.amount / lasts

    @property
    def moves(self) -> bool:
        """Whether the camera moves here, as far as is known."""
        return self.word not in {"static", "unsure"}

    def __str__(self) -> str:
        parts = [self.word]
        if self.direction:
            parts.append(self.direction)
        if self.unit == "x":
            parts.append(f"x{self.amount:.3f}")
        elif self.unit:
            parts.append(
                f"{self.amount:.1f} degrees" if self.unit == "degrees" else f"{self.amount:.3f} {self.unit}"
            )
        sure = "" if self.word == "unsure" else f", sure {self.confidence:.2f}"
        return f"{' '.join(parts)}, {self.start:.2f}-{self.end:.2f} s{sure}"


@dataclass(frozen=True, slots=True)
class Motion:
    """All segments of a clip, by start and then by size, and the camera's shake in shares of the long edge."""

    segments: tuple[Segment, ...]
    shake: float = 0.0

    @property
    def words(self) -> tuple[str, ...]:
        """The segments' words in order."""
        return tuple(segment.word for segment in self.segments)

    def __str__(self) -> str:
        clauses = [str(segment) for segment in self.segments]
        if self.shake >= _LEAST_SHAKE:
            clauses.append(f"shake {self.shake:.4f}")
        return "; ".join(clauses)


def parse(text: str) -> Motion:
    """The motion that a text says. Raises ValueError, naming the clause, for what `str(Motion)` doesn't write."""
    found: list[Segment] = []
    shake = 0.0
    for clause in filter(None, (part.strip() for part in text.split(";"))):
        if (match := _SHAKE.fullmatch(clause)) is not None:
            shake = float(match["shake"])
        elif (match := _CLAUSE.fullmatch(clause)) is not None:
            found.append(_segment(match))
        else:
            raise ValueError(
                f"no camera segment: {clause[:60]!r}; expected for example: {Segment('pan_right', 0, 5, 0.34, 'widths', 1)}"
            )
    return Motion(tuple(found), shake)


def _segment(match: re.Match[str]) -> Segment:
    unit = "x" if match["scale"] else match["unit"] or ""
    amount = float(match["scale"] or match["amount"] or 0)
    return Segment(
        word=match["word"],
        start=float(match["start"]),
        end=float(match["end"]),
        amount=amount,
        unit=unit,
        confidence=float(match["sure"] or 0),
        direction=match["direction"] or "",
        size=size_of(amount, unit),
    )


def size_of(amount: float, unit: str) -> float:
    """Roughly what an amount moves the picture by on average, in shares of the long edge of a 16:9 frame.

    A scale and degrees count by the mean distance from the picture's middle, 0.28 of the long edge.
    """
    if unit == "x":
        from math import log

        return 0.28 * abs(log(max(amount, 1e-3)))
    return amount * {"widths": 1.0, "heights": 0.5625, "degrees": 0.28 * 0.0174533}.get(unit, 0.0)
