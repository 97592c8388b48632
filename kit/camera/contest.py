"""Whether another motion holds nearly as much of the picture as the one that was taken for the camera's.

A thing with much texture before a background with little can outweigh it, and then nothing in one pair of frames says
which of the two is the camera. Where that is so for most of a segment, the honest word is `unsure`.

Short of that, what doesn't agree pulls a fit aside a little, and a move that isn't there shows beside the one that is. So
where not two thirds of the picture agree, only the largest of several moves at a time is told.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kit.camera.background import Blocks
from kit.camera.estimate import (
    SURE,
    PairMotion,
    about_middle,
    agreeing,
    as_parameters,
    holds,
    second,
    weights,
)
from kit.camera.segments import Segment

_EVERY = 3  # pairs: each third one is looked at
_PLAIN = 0.6  # of the picture agreeing: nothing can rival that
_RIVAL = 0.55  # of what the first motion holds of the frame that the second has to hold
_MOST = 0.4  # of the pairs looked at
_NEXT = 0.5  # seconds: moves closer than this are beside each other
_SETTLED = {"unsure", "orbit", "track"}
_FEW = 6  # blocks
_AGREED = 0.65  # of the textured picture: where less agrees,
_PULLED = 0.6  # a move that comes to less than this share of another at the same time may be a pull
_LEFT_OVER = 0.4  # seconds of it for which the other doesn't last: as much is `unsure`


def contested(
    pairs: Sequence[PairMotion], blocks: Blocks, usable: NDArray[np.bool_]
) -> list[tuple[float, bool]]:
    """(seconds, whether a second motion rivals the first) of each third usable pair."""
    p = about_middle(blocks.positions, blocks.size)
    return [
        (float(blocks.times[k]), _rivalled(pairs[k], blocks, int(k), p))
        for k in np.flatnonzero(usable)[::_EVERY]
    ]


def _rivalled(pair: PairMotion, blocks: Blocks, k: int, p: NDArray[np.float64]) -> bool:
    if pair.inliers > _PLAIN + 0.2:
        return False
    say = blocks.confidence[k] >= SURE
    p, d = p[say], blocks.displacement[k][say].astype(np.float64)
    w = weights(blocks.confidence[k][say].astype(np.float64), p, blocks.size)
    with_it = agreeing(as_parameters(pair.motion, blocks.size), p, d)
    rest = ~with_it
    if w[with_it].sum() >= _PLAIN * w.sum() or np.count_nonzero(rest) < _FEW:
        return False
    _, other = second(p, d, w, rest)
    return holds(other, p, w, blocks.size) >= _RIVAL * holds(with_it, p, w, blocks.size)


def unpulled(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """The segments without the lesser of moves at one time where little of the picture agrees.

    `unsure` stays where a left out move goes on for longer than the larger one.
    """
    out: list[Segment] = []
    for segment in segments:
        over = next((other for other in segments if _pulls(other, segment)), None)
        if over is None:
            out.append(segment)
            continue
        rest = ((segment.start, over.start), (over.end, segment.end))
        out += [Segment("unsure", start, end) for start, end in rest if end - start >= _LEFT_OVER]
    return tuple(sorted(out, key=lambda s: (round(s.start, 1), -s.size)))


def _pulls(other: Segment, segment: Segment) -> bool:
    if segment.word in _SETTLED or not segment.moves or not other.moves or segment.confidence >= _AGREED:
        return False
    shared = min(segment.end, other.end) - max(segment.start, other.start)
    return segment.size < _PULLED * other.size and shared >= 0.5 * (segment.end - segment.start)


def doubted(segments: Sequence[Segment], looked_at: Sequence[tuple[float, bool]]) -> tuple[Segment, ...]:
    """The segments with those made `unsure` that are contested and not alone, and such spans joined.

    One steady move that nothing else goes along with is kept: a thing that leads the fits away comes and goes, and
    leaves several moves behind. Depth, which parts a picture too, has been told before.
    """
    out: list[Segment] = []
    for segment in segments:
        votes = [rivalled for at, rivalled in looked_at if segment.start < at <= segment.end + 1e-6]
        doubt = votes and np.mean(votes) >= _MOST and _beside(segment, segments)
        if segment.word in _SETTLED or not doubt:
            out.append(segment)
        elif out and out[-1].word == "unsure" and segment.start <= out[-1].end + 1e-6:
            out[-1] = replace(out[-1], end=max(out[-1].end, segment.end))
        else:
            out.append(Segment("unsure", segment.start, segment.end))
    return tuple(out)


def _beside(segment: Segment, segments: Sequence[Segment]) -> bool:
    """Whether another move goes on at the same time, or just before or after."""
    return any(
        other is not segment
        and other.moves
        and other.start < segment.end + _NEXT
        and segment.start < other.end + _NEXT
        for other in segments
    )
