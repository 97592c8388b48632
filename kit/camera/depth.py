"""What depth tells about a move: a camera that goes round its subject, or travels along with it.

A similarity can't say whether the camera turned or went somewhere. Where the scene has depth, the blocks' own paths can:

- `orbit`: the picture slides sideways, and what is far (towards the upper edge) slides against what is near (towards
  the lower edge), or at least three times as far; or it slides behind a subject that stays in place, and the far part
  slides 1.2 times as far as the near part. Round a subject the far side follows the camera, the near side goes against it.
  Without a subject the slide has to change with height in both halves of the picture and all the time: a thing that goes
  past doesn't do that. A rest before or after an orbit, in which the picture goes on bending, is part of it.
- `track`: the picture slides behind a subject that stays in place in the middle of the frame, or grows or shrinks
  behind one that keeps its size, and it is no orbit.
- What `kit.camera.near` finds in the near half alone.
- Anything else keeps its plain word. A pan and a truck sideways, a zoom and a dolly are the same word in any case.

What stays unknown: whether a camera that keeps a walking subject in the middle travels with it or turns after it (both
are `track` here, with the direction); an orbit before a flat or a far background (it looks like such a track, or a pan);
an orbit over or under the subject. Upper is far only where the camera looks along the ground, as it mostly does.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kit.camera.background import Blocks
from kit.camera.estimate import best_fit, displaced
from kit.camera.labelling import LEAST_MOVE
from kit.camera.near import near_half
from kit.camera.segments import Segment
from kit.camera.sliding import Span, row_slide, span_of
from kit.camera.staying import SEEN, in_place, same_size

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_AGAINST = 0.35  # near part's slide over the far part's, below which it's an orbit without a subject seen
_BEHIND = 0.85  # the same with a subject in place
_GAIN = 0.1  # of the picture: what a slide that depends on depth has to explain more than one that doesn't
_STILL_GAIN = 0.25  # the same for what seems to stand still: round a subject hardly any block does
_SOME_GAIN = 0.04  # the same with a subject in place
_NEXT = 0.1  # seconds between orbits that are one
_GOES_ON = 0.3
_PART = 0.3  # of a zoom's time that has to be free of other moves to tell for the whole
_GROWTH = 0.2  # of the scale's logarithm: more than this is no slide taken for growth
_MUCH_GAIN = 0.3  # the same for what was taken for growth
_MOSTLY = 0.5  # of the picture has to slide by its depth
_ON_LINE = 0.38  # the same with a subject in place
_KNOWN = 0.25  # of the blocks have to be seen,
_HALF = 0.07  # and this many both above and below the middle
_SHEAR = 0.4  # of the slide's slope from top to bottom: a roll has as much from left to right in the other direction
_BEND = 0.6  # of the picture has to agree with a bend at a rim, of which more lines fit by chance
_RIMS = (0.0, 0.1, 0.2)  # of the height below the middle: where a flat ground may begin
_IN_HALF = 0.4  # of the blocks in a half, left or right, that have to agree where there are enough of them,
_TELLS = 8
_HALF_SLOPE = 0.5  # and how steep the slide's slope has to be there, as a share of the whole picture's,
_THIRD_SLOPE = 0.2  # and in each third of the time, as a share of its third: a move may start and end softly
_DRIFT = 0.05  # of the width: clouds and water drift by less before a still camera, in a usual clip


def deepened(segments: Sequence[Segment], blocks: Blocks, usable: Flags) -> tuple[Segment, ...]:
    """The segments with `orbit` and `track` where depth shows them."""
    found = list(segments)
    for segment in sorted(segments, key=lambda s: -s.size):
        if segment not in found or segment.word in {"unsure", "orbit", "track"}:
            continue
        span = span_of(segment, blocks, usable)
        if span is None:
            continue
        better = _orbit(segment, span) or _track(segment, span) or near_half(segment, span)
        alone = _alone(segment, segments)
        if better is None and alone is not None and (span := span_of(alone, blocks, usable)) is not None:
            # Beside another move a subject is carried off; before or after it may be seen to stay in place.
            told = _track(alone, span)
            if told is not None:
                told = replace(segment, word=told.word, direction=told.direction)
                found = [told if s is segment else s for s in found]
        if better is not None:
            found = [
                better if s is segment else s for s in found if s is segment or not _same_time(s, segment)
            ]
    return _joined([_going_on(segment, found, blocks, usable) for segment in found])


def _going_on(rest: Segment, found: Sequence[Segment], blocks: Blocks, usable: Flags) -> Segment:
    """A rest before or after an orbit as part of it, where the picture goes on bending at `_GOES_ON` of its speed or more.

    It may be too short to show an orbit by itself.
    """
    orbit = next((s for s in found if s.word == "orbit" and _touch(s, rest)), None)
    if rest.word != "static" or orbit is None or (span := span_of(rest, blocks, usable)) is None:
        return rest
    use = span.known
    if np.count_nonzero(use) < _KNOWN * len(use):
        return rest
    rim, _, share, _ = _sheared(span.p[use], span.moved[use], span.size[1])
    far, near, _ = _profile(span, use, rim)
    bend = (far - near) / span.size[0] * (1.0 if orbit.direction == "right" else -1.0)
    if share < _MOSTLY or bend < _GOES_ON * orbit.speed * (rest.end - rest.start):
        return rest
    return replace(orbit, start=rest.start, end=rest.end, amount=bend, size=0.0)


def _touch(one: Segment, other: Segment) -> bool:
    return min(abs(one.start - other.end), abs(one.end - other.start)) < _NEXT


def _joined(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Orbits that follow one another the same way made one: a similarity's growth may have parted them."""
    out: list[Segment] = []
    for segment in segments:
        last = out[-1] if out else None
        if (
            last is not None
            and segment.word == last.word == "orbit"
            and segment.direction == last.direction
            and abs(segment.start - last.end) < _NEXT
        ):
            both = segment.end - last.start
            sure = (
                last.confidence * (last.end - last.start) + segment.confidence * (segment.end - segment.start)
            ) / both
            out[-1] = replace(
                last,
                end=segment.end,
                amount=last.amount + segment.amount,
                confidence=sure,
                size=last.size + segment.size,
            )
        else:
            out.append(segment)
    return tuple(out)


def _alone(segment: Segment, segments: Sequence[Segment]) -> Segment | None:
    """The part of a zoom before any other move begins, as if it grew evenly; None where that's all of it or little."""
    begins = [
        other.start
        for other in segments
        if other is not segment and other.moves and other.end > segment.start
    ]
    end = min([segment.end, *begins])
    share = (end - segment.start) / max(segment.end - segment.start, 1e-6)
    if not segment.word.startswith("zoom") or share > 0.95 or share < _PART:
        return None
    return replace(segment, end=end, amount=segment.amount**share)


def _same_time(one: Segment, other: Segment) -> bool:
    shared = min(one.end, other.end) - max(one.start, other.start)
    return one.word not in {"static", "unsure"} and shared >= 0.5 * (one.end - one.start)


def _orbit(segment: Segment, span: Span) -> Segment | None:
    """The segment as an orbit, where it is one."""
    family = segment.word.partition("_")[0]
    if family == "tilt" or segment.end - segment.start < 0.5:
        return None
    subject = in_place(span, row_slide(span))
    use = span.known & ~subject
    above = np.count_nonzero(use & (span.p[:, 1] < 0))
    if np.count_nonzero(use) < _KNOWN * len(use) or min(above, np.count_nonzero(use) - above) < _HALF * len(
        use
    ):
        return None
    rim, fit, share, gain = _sheared(span.p[use], span.moved[use], span.size[1])
    if not _by_depth(segment, share, gain, with_subject=bool(subject.any())):
        return None
    far, near, slope = _profile(span, use, rim)
    least = (_DRIFT if family == "static" else LEAST_MOVE) * span.long_edge
    turns = -float(fit[1, 1]) * np.sign(slope) > _SHEAR * abs(slope)
    # A line may cross where the rows that are seen, far and near, all slide one way.
    upper = row_slide(span)[: len(span.p) // 2 : span.columns, 0] * np.sign(near)
    against = far * near < 0 and abs(near) >= least and not (upper.any() and (upper >= 0).all())
    if abs(far) < least or turns or (abs(far) <= abs(near) and not against):
        return None
    if near / far <= _AGAINST:
        turns_round = _all_over(span, use, rim, fit, slope)
    else:
        turns_round = bool(subject.any()) and near / far <= _BEHIND
    if not turns_round:
        return None
    return replace(
        segment,
        word="orbit",
        amount=abs(far - near) / span.size[0],
        unit="widths",
        direction="right" if far > 0 else "left",
        size=max(segment.size, abs(far) / span.long_edge),
    )


def _by_depth(segment: Segment, share: float, gain: float, *, with_subject: bool) -> bool:
    """Whether enough of the picture slides by its depth: `share` of the blocks, and `gain` more than without depth.

    A thing that goes its own way tilts a line through the rows too, but hardly anything lies on that line.
    """
    if segment.unit == "x":
        return share >= _MOSTLY and gain >= _MUCH_GAIN and abs(np.log(segment.amount)) <= _GROWTH
    least = _STILL_GAIN if segment.word == "static" else _SOME_GAIN if with_subject else _GAIN
    return share >= (_ON_LINE if with_subject else _MOSTLY) and gain >= least


def _all_over(span: Span, use: Flags, rim: float, fit: Floats, slope: float) -> bool:
    """Whether the slide depends on depth by `slope` per pixel down in the left and the right half, and at all times.

    Parallax does. A thing that goes past on one side, or for a while, bends a line through all blocks and all of the time
    as much, but not each part of it.
    """
    p, moved = span.p[use], span.moved[use]
    down = np.maximum(p[:, 1], rim)
    left = np.hypot(*(moved - np.column_stack([np.ones(len(p)), p[:, 0], down]) @ fit).T)
    agree = left <= _reach(moved)
    for half in (p[:, 0] < 0, p[:, 0] >= 0):
        if np.count_nonzero(half) >= _TELLS and agree[half].mean() < _IN_HALF:
            return False
        steep = _slope(down[half & agree], moved[half & agree, 0])
        if steep is not None and steep / slope < _HALF_SLOPE:
            return False
    thirds = (_slope(down[agree], part[use, 0][agree]) for part in span.parts)
    return all(steep is None or 3 * steep / slope >= _THIRD_SLOPE for steep in thirds)


def _slope(down: Floats, slide: Floats) -> float | None:
    """How much the slide (n,) changes a pixel further down (n,); None for too few blocks, or all at one height."""
    if len(down) < _TELLS or np.ptp(down) < 1:
        return None
    return float(np.polyfit(down, slide, 1)[0])


def _reach(moved: Floats) -> Floats:
    """How far displacements (n, 2) may lie from a fit, in pixels (n,): sums over a segment are exact to that."""
    return np.asarray(3.0 + 0.15 * np.hypot(*moved.T))


def _profile(span: Span, use: Flags, rim: float) -> tuple[float, float, float]:
    """How the slide depends on height, by a line through the rows' medians that is level above the `rim`.

    The slide near the upper and the lower edge of the frame, and how it changes per pixel down.
    """
    row = np.repeat(np.arange(span.rows), span.columns)
    found = [
        (
            float(span.p[row == k, 1][0]),
            float(np.median(span.moved[use & (row == k), 0])),
            np.count_nonzero(use & (row == k)),
        )
        for k in range(span.rows)
        if np.count_nonzero(use & (row == k)) >= 3
    ]
    if len(found) < 4:
        return 0.0, 0.0, 0.0
    y, slide, count = (np.array(column, dtype=float) for column in zip(*found, strict=True))
    down = np.maximum(y, rim)
    if np.ptp(down) < 1:
        # All rows that are seen lie above the rim: nothing shows the ground.
        return 0.0, 0.0, 0.0
    slope, middle = np.polyfit(down, slide, 1, w=np.sqrt(count))
    upper, lower = max(-0.4 * span.size[1], rim), 0.4 * span.size[1]
    return float(middle + slope * upper), float(middle + slope * lower), float(slope)


def _sheared(p: Floats, d: Floats, high: float) -> tuple[float, Floats, float, float]:
    """The best of a few robust fits (3, 2) to displacements d (n, 2) at p (n, 2): rows of constant, x and y.

    Either the whole picture of height `high` is sheared, or only the ground below a rim, and what is above goes as one.
    Before the fit stands how far down the rim is from the middle, in pixels (minus infinity without one); after it
    the share of the blocks (0 to 1) that agrees with it, and how much more that is than with the best similarity.
    """
    weight = np.ones(len(p))
    alike, _ = best_fit(p, d, weight, np.array([[*np.median(d, axis=0), 0.0, 0.0], [0.0] * 4]), blur=3.0)
    error = np.hypot(*(d - displaced(alike[None], p)[0]).T)
    reach = _reach(d)
    ways = [(rim * high, *_shear(p, d, np.maximum(p[:, 1], rim * high), reach)) for rim in (-np.inf, *_RIMS)]
    rim, fit, share = max(ways, key=lambda way: way[2])
    if share < _BEND:
        rim, fit, share = ways[0]
    return rim, fit, share, share - float((error <= reach).mean())


def _shear(p: Floats, d: Floats, down: Floats, reach: Floats) -> tuple[Floats, float]:
    """A robust fit to d by a constant, x and `down` (n,), and the share of the blocks that lies within `reach` (n,)."""
    weight = np.ones(len(p))
    ground = np.column_stack([np.ones(len(p)), p[:, 0], down])
    fit = np.zeros((3, 2))
    for wide in (6.0, 3.0, 2.0, 1.5, 1.5):
        root = np.sqrt(weight)[:, None]
        fit = np.linalg.lstsq(ground * root, d * root, rcond=None)[0]
        left = np.hypot(*(d - ground @ fit).T)
        weight = np.clip(1 - (left / (wide * reach)) ** 2, 0, None) ** 2 + 1e-6
    return fit, float((left <= reach).mean())


def _track(segment: Segment, span: Span) -> Segment | None:
    """The segment as the camera's travel with a subject, where one stays in place."""
    family = segment.word.partition("_")[0]
    if segment.end - segment.start < 0.5 or (family == "pan" and segment.size < SEEN):
        return None
    if family == "pan":
        subject = in_place(span, row_slide(span))
        direction = segment.word.partition("_")[2]
    elif family == "zoom":
        subject = same_size(span, float(np.log(segment.amount)))
        direction = segment.word.partition("_")[2]
    else:
        return None
    if not subject.any():
        return None
    return replace(segment, word="track", direction=direction)
