"""From the camera's path to labelled segments.

Thresholds, in shares of the frame's long edge, growth and turn counted as the mean distance they move the picture:
a move has to come to 2 % (a viewer sees less than that as a still camera, and generated clips breathe by about 1 %)
and to go at 0.6 % a second (0.08 pixels a frame at 320 wide and 24 frames a second), and to 5 standard errors of its
own slope (the camera's shake).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kit.camera.path import Path, Piece, pieces, trembles
from kit.camera.segments import Motion, Segment

LEAST_MOVE = 0.02
LEAST_SPEED = 0.006
_SURE = 5.0
_LEAST_TIME = 0.35  # seconds: shorter than this is a jolt
_SLOW = 0.12  # of the fastest piece beside it: slower pieces count as rest
_ENOUGH = 6  # places for a line that is to be believed
_BRIDGE = 0.75  # seconds: a pause shorter than this (a freeze, a soft start) does not end a move
_SWAY = 0.2  # of the move beside it: a swing back smaller than this is no move of its own
_MINOR = (
    0.3  # of the largest move at the time: what is smaller comes along with it (depth, a lens's distortion)
)
_INSIDE = 0.3  # of the frame's size off its middle: growth or turn about a point within is no shift as well
_SHAKY = 0.002  # of the long edge (0.6 px of 320): a camera that trembles by more makes jolts
_JOLT = 0.25  # of the clip's time, and of its largest move: a jolt, where the camera is shaky
_PAUSE = 0.4  # seconds: shorter rests are not told as `static`
_BLIND = 0.5  # seconds: for how long the picture has to tell nothing to be called `unsure`

# Per component of the path: the word when it rises, the word when it falls.
_WORDS = (
    ("pan_left", "pan_right"),
    ("tilt_up", "tilt_down"),
    ("zoom_in", "zoom_out"),
    ("roll_ccw", "roll_cw"),
)
_UNITS = {
    "pan": "widths",
    "tilt": "heights",
    "zoom": "x",
    "roll": "degrees",
    "orbit": "widths",
    "track": "widths",
}


@dataclass(slots=True)
class _Run:
    """A stretch in which one component goes one way; sign 0 for a rest."""

    component: int
    sign: int
    start: float
    end: float
    low: float
    high: float

    @property
    def net(self) -> float:
        return self.high - self.low


def labelled(line: Path, inliers: Sequence[float], tells: Sequence[bool]) -> Motion:
    """The segments of a path of n pairs, given each pair's share of inliers and whether its picture could tell."""
    runs: list[_Run] = []
    tremble = trembles(line)
    for component in range(4):
        spread = float(tremble[component])
        runs += _runs(pieces(line, component, spread), component, spread, len(line.times))
    runs += [run for component in range(4) for run in _slow(runs, component, float(tremble[component]), line)]
    if tremble[0] > _SHAKY:
        whole, largest = line.times[-1] - line.times[0], max((abs(run.net) for run in runs), default=0.0)
        runs = [r for r in runs if r.end - r.start >= _JOLT * whole or abs(r.net) >= _JOLT * largest]
    runs = _ranked(runs, line)
    blind = _blind(line, tells)
    found = [
        _segment(run, line, inliers) for run in runs if _overlap(run, blind) < 0.5 * (run.end - run.start)
    ]
    found += [Segment("unsure", a, b) for a, b in _uncovered(blind, found)]
    found += _rests(found, line, inliers)
    found.sort(key=lambda s: (round(s.start, 1), -s.size))
    return Motion(tuple(found), float(tremble[0]))


def _runs(straight: Sequence[Piece], component: int, spread: float, count: int) -> list[_Run]:
    """The moves of one component: pieces of one direction joined, small swings taken in, insignificant ones left out."""
    runs: list[_Run] = []
    whole = straight[-1].end - straight[0].start if straight else 0.0
    per_second = count / whole if whole > 0 else 0.0
    for k, piece in enumerate(straight):
        lasts = max(piece.end - piece.start, 1e-6)
        fastest = max(abs(straight[j].slope) for j in (k - 1, k, k + 1) if 0 <= j < len(straight))
        error = spread * np.sqrt(12 / max(2.0, per_second * lasts)) / lasts
        rest = abs(piece.slope) < max(LEAST_SPEED, 3 * error, _SLOW * fastest)
        sign = 0 if rest else (1 if piece.slope > 0 else -1)
        run = _Run(component, sign, piece.start, piece.end, piece.low, piece.high)
        runs = _joined([*runs, run])
    while len(runs) > 1:
        # The least of the runs that can't stand alone goes to its neighbours, until all can.
        weak = [(abs(run.net), k) for k, run in enumerate(runs) if _weak(runs, k)]
        if not weak:
            break
        _, k = min(weak)
        beside = [runs[j] for j in (k - 1, k + 1) if 0 <= j < len(runs)]
        strongest = max(beside, key=lambda run: abs(run.net))
        if len(beside) == 2 and beside[0].sign == beside[1].sign:
            runs[k].sign = beside[0].sign
        elif runs[k].sign == 0:
            runs[k].sign = strongest.sign
        else:
            runs[k].sign = (
                0
                if strongest.sign != 0 and abs(runs[k].net) >= _SWAY * abs(strongest.net)
                else strongest.sign
            )
        runs = _joined(runs)
    return [
        run
        for run in runs
        if run.sign
        and abs(run.net) >= LEAST_MOVE
        and run.sign * run.net > 0
        and run.end - run.start >= min(_LEAST_TIME, 0.5 * whole)
        and abs(run.net) / max(run.end - run.start, 1e-6) >= LEAST_SPEED
        and abs(run.net) >= _SURE * spread * np.sqrt(12 / max(2.0, per_second * (run.end - run.start)))
    ]


def _slow(own: Sequence[_Run], component: int, spread: float, line: Path) -> list[_Run]:
    """Moves in what is left as rest: too slow beside the shake to show piece by piece, but not over the whole rest."""
    found = []
    at = float(line.times[0])
    for start, end in [*sorted((run.start, run.end) for run in own), (float(line.times[-1]),) * 2]:
        inside = (line.times >= at) & (line.times <= start)
        t, y = line.times[inside], line.places[inside, component]
        if start - at >= _BRIDGE and len(t) >= _ENOUGH:
            slope, middle = np.polyfit(t, y, 1)
            net = float(slope) * (start - at)
            left = float((y - middle - slope * t).std())
            error = max(spread, left) * np.sqrt(12 / len(t))
            if abs(net) >= max(LEAST_MOVE, LEAST_SPEED * (start - at), _SURE * error):
                low = float(middle + slope * at)
                found.append(_Run(component, 1 if net > 0 else -1, at, start, low, low + net))
        at = max(at, end)
    return found


def _weak(runs: Sequence[_Run], k: int) -> bool:
    run, lasts = runs[k], runs[k].end - runs[k].start
    beside = [runs[j] for j in (k - 1, k + 1) if 0 <= j < len(runs)]
    if run.sign == 0:
        # A rest inside a move, or a soft start or stop at its end.
        return lasts < (_BRIDGE if len(beside) == 2 and beside[0].sign == beside[1].sign else _PAUSE)
    return (
        lasts < _LEAST_TIME
        or abs(run.net) < LEAST_MOVE
        or abs(run.net) < _SWAY * max(abs(other.net) for other in beside)
    )


def _joined(runs: Sequence[_Run]) -> list[_Run]:
    """Neighbouring runs of one sign made one."""
    out: list[_Run] = []
    for run in runs:
        if out and out[-1].sign == run.sign:
            out[-1].end = run.end
            out[-1].high = run.high
        else:
            out.append(run)
    return out


def _ranked(runs: Sequence[_Run], line: Path) -> list[_Run]:
    """The runs without those that only come along with a larger one; what they do before or after it stays."""
    kept: list[_Run] = []
    for run in runs:
        over = next((other for other in runs if other is not run and _comes_along(run, other, line)), None)
        if over is None:
            kept.append(run)
        else:
            kept += [
                part
                for start, end in ((run.start, over.start), (over.end, run.end))
                if (part := _part(run, start, end, line)) is not None
            ]
    return kept


def _part(run: _Run, start: float, end: float, line: Path) -> _Run | None:
    """A run from `start` to `end` only, if that is a move by itself."""
    if end - start < _LEAST_TIME:
        return None
    low, high = np.interp([start, end], line.times, line.places[:, run.component])
    if run.sign * (high - low) < max(LEAST_MOVE, LEAST_SPEED * (end - start)):
        return None
    return _Run(run.component, run.sign, start, end, float(low), float(high))


def _comes_along(run: _Run, other: _Run, line: Path) -> bool:
    shared = min(run.end, other.end) - max(run.start, other.start)
    lasts = run.end - run.start
    if shared < 0.5 * lasts:
        return False
    beside = abs(other.net) * shared / max(other.end - other.start, 1e-6)
    own = abs(run.net) * shared / max(lasts, 1e-6)
    if own < _MINOR * beside:
        return True
    if run.component < 2 <= other.component:
        # Growing or turning about a point off the middle shifts the middle, by the distance to that point.
        size = line.wide if run.component == 0 else line.high
        return own < _INSIDE * size * beside / line.arm
    return False


def _segment(run: _Run, line: Path, inliers: Sequence[float]) -> Segment:
    rising, falling = _WORDS[run.component]
    word = rising if run.sign > 0 else falling
    unit = _UNITS[word.partition("_")[0]]
    net = abs(run.net)
    if unit == "widths":
        amount = net / line.wide
    elif unit == "heights":
        amount = net / line.high
    elif unit == "x":
        amount = float(np.exp(run.net / line.arm))
    else:
        amount = float(np.degrees(net / line.arm))
    return Segment(
        word, run.start, run.end, amount, unit, _confidence(run.start, run.end, line, inliers), size=net
    )


def _confidence(start: float, end: float, line: Path, inliers: Sequence[float]) -> float:
    """The mean share of the picture that agreed, of the pairs within."""
    middle = (line.times[1:] + line.times[:-1]) / 2
    inside = (middle >= start) & (middle <= end)
    share = np.where(line.known, np.asarray(inliers, dtype=float), 0.0)[inside]
    return float(share.mean()) if share.size else 0.0


def _blind(line: Path, tells: Sequence[bool]) -> list[tuple[float, float]]:
    """Spans in which most pairs can't tell: by a majority over half a second around each pair."""
    lasts = np.diff(line.times)
    can = np.asarray(tells, dtype=float)
    middle = (line.times[1:] + line.times[:-1]) / 2
    dark = np.array([can[np.abs(middle - at) <= _BLIND / 2 + 1e-9].mean() < 0.5 for at in middle])
    spans: list[tuple[float, float]] = []
    for k in np.flatnonzero(dark):
        start, end = float(line.times[k]), float(line.times[k] + lasts[k])
        if spans and spans[-1][1] >= start - 1e-6:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    whole = line.times[-1] - line.times[0]
    return [(a, b) for a, b in spans if b - a >= min(_BLIND, 0.5 * whole)]


def _uncovered(spans: Sequence[tuple[float, float]], found: Sequence[Segment]) -> list[tuple[float, float]]:
    """What is left of spans that no move goes through, where that is long enough: a move seen before and after holds."""
    out = []
    for first, last in spans:
        at = first
        for start, end in [*sorted((s.start, s.end) for s in found), (last, last)]:
            if min(start, last) - at >= min(_BLIND, 0.9 * (last - first)):
                out.append((at, min(start, last)))
            at = max(at, end)
    return out


def _overlap(run: _Run, spans: Sequence[tuple[float, float]]) -> float:
    return sum(max(0.0, min(run.end, b) - max(run.start, a)) for a, b in spans)


def _rests(found: Sequence[Segment], line: Path, inliers: Sequence[float]) -> list[Segment]:
    """`static` wherever nothing else is said for long enough."""
    first, last = float(line.times[0]), float(line.times[-1])
    out, at = [], first
    for start, end in [*sorted((s.start, s.end) for s in found), (last, last)]:
        if start - at >= min(_PAUSE, 0.5 * (last - first)) and start > at:
            out.append(Segment("static", at, start, confidence=_confidence(at, start, line, inliers)))
        at = max(at, end)
    return out
