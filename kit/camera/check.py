"""The camera check: what a prompt wants of the camera against what a clip's camera does.

Each wanted move gets a verdict:

- `met`: the clip shows it. A dolly counts as the zoom of its direction; a pan or a zoom is also met by a camera that
  tracks a subject in that direction (the picture passes alike).
- `reversed`: the clip shows its opposite (left for right, in for out).
- `unsure`: the clip shows what it can't be told from: for an orbit a pan or a track sideways, for a track any pan or
  zoom (no subject was seen to stay in place), for a pan an orbit; or the picture can't tell for a third of the time.
- `missing`: none of these. For a clip that is to stand still: it moves for more than a fifth of the time.
- `extra`: a move that nobody asked for, at least 3 % of the long edge and 0.35 times as large as the largest one that
  was found for a wanted one.

Wanted and measured moves are aligned in order by dynamic programming for the most agreement; moves at the same time may
be named in either order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import pandas as pd

from kit.camera.reading import wanted
from kit.camera.segments import Motion, Segment, parse

Verdict = Literal["met", "reversed", "missing", "unsure", "extra"]

METRIC = "camera_motion"
COLUMNS = [
    "prompt_id",
    "model",
    "take",
    "clip",
    "position",
    "wanted",
    "source",
    "verdict",
    "measured",
    "start",
    "end",
]

_OPPOSITE = {
    "left": "right",
    "right": "left",
    "up": "down",
    "down": "up",
    "in": "out",
    "out": "in",
    "cw": "ccw",
    "ccw": "cw",
}
_WORTH = {"met": 4.0, "reversed": 1.5, "unsure": 1.0}
_BLIND = 1 / 3  # of the time
_STILL = 0.2  # of the time that a clip which is to stand still may move
_EXTRA = 0.03  # of the long edge
_BESIDE = 0.35  # of the largest wanted move's size
_TOGETHER = 0.5  # of the shorter of two moves: as much in common makes them simultaneous


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict on one wanted word, or on one segment that nobody asked for ("").

    `measured` is the segment it rests on, with its times, or None.
    """

    wanted: str
    verdict: Verdict
    measured: Segment | None


class CheckableStudy(Protocol):
    """What the check needs of a study: its frames; see `kit.Study`."""

    @property
    def requests(self) -> pd.DataFrame:
        """One row a request."""

    @property
    def prompts(self) -> pd.DataFrame:
        """One row a prompt."""

    @property
    def measurements(self) -> pd.DataFrame:
        """One row a clip and metric."""


def check(words: Sequence[str], motion: Motion) -> tuple[Outcome, ...]:
    """The verdict on each wanted word in order, then the extra moves; nothing where nothing is wanted."""
    if not words:
        return ()
    if set(words) == {"static"}:
        return _still(motion)
    segments = motion.segments
    chosen = _aligned(words, segments)
    blind = _share(motion, [s for s in segments if s.word == "unsure"]) >= _BLIND
    outcomes = []
    for word, place in zip(words, chosen, strict=True):
        if place is None:
            # A segment that stands for another word may hide this one as well: the track behind which an orbit began.
            like = next((segment for segment in segments if _verdict(word, segment) == "unsure"), None)
            outcomes.append(Outcome(word, "unsure" if blind or (like and like.moves) else "missing", like))
        else:
            verdict = _verdict(word, segments[place])
            assert verdict is not None
            outcomes.append(Outcome(word, verdict, segments[place]))
    found = [outcome.measured for outcome in outcomes if outcome.measured is not None]
    largest = max((segment.size for segment in found), default=0.0)
    for place, segment in enumerate(segments):
        spoken_for = place in chosen or any(_verdict(word, segment) in {"met", "unsure"} for word in words)
        if segment.moves and not spoken_for and segment.size >= max(_EXTRA, _BESIDE * largest):
            outcomes.append(Outcome("", "extra", segment))
    return tuple(outcomes)


def camera_checks(study: CheckableStudy) -> pd.DataFrame:
    """One row a clip and wanted move, and one for each extra move.

    Columns: prompt_id, model, take, clip; position (1 for the first wanted move; extra ones count on); wanted (a camera
    word, "" for an extra one); source ('suite' where the suite names the moves, 'text' where they are read from the
    prompt); verdict; measured (the segment's text, "" for none); start and end in seconds (NaN for none). Clips whose
    camera was not measured, and prompts that ask nothing of the camera, have no row.
    """
    measured = study.measurements
    texts = measured[measured["metric"] == METRIC].set_index("clip")["text"].to_dict()
    asked = {
        row["prompt_id"]: (list(row["camera"]), wanted(str(row["text"] or ""), row["camera"]))
        for row in study.prompts.to_dict("records")
    }
    rows = []
    for request in study.requests.dropna(subset=["clip"]).to_dict("records"):
        given, words = asked.get(request["prompt_id"], ([], ()))
        motion = _motion(texts.get(request["clip"]))
        if motion is None:
            continue
        for position, outcome in enumerate(check(words, motion), start=1):
            segment = outcome.measured
            rows.append(
                {key: request[key] for key in ("prompt_id", "model", "take", "clip")}
                | {
                    "position": position,
                    "wanted": outcome.wanted,
                    "source": "suite" if given else "text",
                    "verdict": outcome.verdict,
                    "measured": "" if segment is None else str(segment),
                    "start": float("nan") if segment is None else segment.start,
                    "end": float("nan") if segment is None else segment.end,
                }
            )
    return pd.DataFrame(rows, columns=COLUMNS).astype({"take": "int64", "position": "int64"})


def _motion(text: object) -> Motion | None:
    """The stored motion; None for a clip of one frame, whose text says so."""
    try:
        return parse(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _verdict(word: str, segment: Segment) -> Verdict | None:
    """What one segment is to one wanted word; None if they have nothing to do with one another."""
    if word == segment.word:
        return "met"
    if segment.word == "unsure":
        return "unsure"
    family, _, way = word.partition("_")
    seen, _, went = segment.word.partition("_")
    if family in {"pan", "zoom"} and seen == "track" and segment.direction in {way, _OPPOSITE[way]}:
        return "met" if segment.direction == way else "reversed"
    if family == seen and way and went == _OPPOSITE[way]:
        return "reversed"
    sideways = seen == "pan" or (seen == "track" and segment.direction in {"left", "right"})
    if (word == "orbit" and sideways) or (word == "track" and seen in {"pan", "zoom", "orbit"}):
        return "unsure"
    return "unsure" if family == "pan" and seen == "orbit" else None


def _aligned(words: Sequence[str], segments: Sequence[Segment]) -> list[int | None]:
    """For each word the place of its segment, or None: the alignment in order that is worth the most.

    Per segment that the last word was given to, the best way of getting there is kept with the segments it used.
    """
    ways: dict[int | None, tuple[float, list[int | None]]] = {None: (0.0, [])}
    for word in words:
        new = dict[int | None, tuple[float, list[int | None]]]()
        for last, (worth, used) in ways.items():
            _keep(new, last, (worth, [*used, None]))
            for place, segment in enumerate(segments):
                verdict = _verdict(word, segment)
                if verdict is None or place in used or not _follows(segments, last, place):
                    continue
                # Of several that fit, the largest.
                gain = _WORTH[verdict] + min(segment.size, 1.0) * 0.1
                _keep(new, place, (worth + gain, [*used, place]))
        ways = new
    return max(ways.values(), key=lambda way: way[0])[1]


def _keep(
    ways: "dict[int | None, tuple[float, list[int | None]]]",
    at: int | None,
    way: tuple[float, list[int | None]],
) -> None:
    if at not in ways or way[0] > ways[at][0]:
        ways[at] = way


def _follows(segments: Sequence[Segment], last: int | None, place: int) -> bool:
    """Whether a segment comes after another, or with it."""
    if last is None:
        return True
    one, other = segments[last], segments[place]
    shared = min(one.end, other.end) - max(one.start, other.start)
    shorter = min(one.end - one.start, other.end - other.start)
    return other.start >= one.start or shared >= _TOGETHER * shorter


def _still(motion: Motion) -> tuple[Outcome, ...]:
    """Verdicts on a clip that is to stand still."""
    moves = [segment for segment in motion.segments if segment.moves]
    rests = [segment for segment in motion.segments if segment.word == "static"]
    extra = tuple(Outcome("", "extra", segment) for segment in moves)
    if _share(motion, moves) > _STILL:
        return (Outcome("static", "missing", rests[0] if rests else None), *extra)
    if _share(motion, [s for s in motion.segments if s.word == "unsure"]) >= _BLIND or not rests:
        return (Outcome("static", "unsure", rests[0] if rests else None), *extra)
    return (Outcome("static", "met", max(rests, key=lambda s: s.end - s.start)), *extra)


def _share(motion: Motion, segments: Sequence[Segment]) -> float:
    """The share of the clip's time that some segments cover."""
    end = max((segment.end for segment in motion.segments), default=0.0)
    covered, at = 0.0, 0.0
    for segment in sorted(segments, key=lambda s: s.start):
        covered += max(0.0, segment.end - max(segment.start, at))
        at = max(at, segment.end)
    return covered / end if end > 0 else 0.0
