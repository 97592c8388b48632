"""Flicker: changes of brightness from frame to frame, as published and with the motion taken out."""

import numpy as np

from kit.decode import ClipFacts
from kit.metrics.base import Look, Metric, PairWatcher

_KEPT = 0.75  # of the blocks: the worst quarter is where things are covered, uncovered, or move apart


def _published(look: Look) -> float:
    return (255 - look.difference) / 255


def _compensated(look: Look) -> float:
    if look.difference == 0:
        return 0.0
    residual = np.sort(look.flow.residual.astype(np.float64))
    return float(residual[: max(1, round(_KEPT * len(residual)))].mean())


def _watch_published(facts: ClipFacts) -> PairWatcher:  # noqa: ARG001
    return PairWatcher(_published)


def _watch_compensated(facts: ClipFacts) -> PairWatcher:  # noqa: ARG001
    return PairWatcher(_compensated)


FLICKER = Metric(
    name="flicker",
    version=1,
    unit="share",
    dimension="artifacts",
    better="higher",
    label="Flicker (published formula)",
    meaning=(
        "(255 - mean absolute difference of successive frames) / 255, mean over the clip, on gray pictures of "
        "320 pixels: 1 is no change at all."
    ),
    not_meaning=(
        "Only meaningful where little moves: motion lowers it just as flicker does, and a frozen clip gets the best "
        "value. Read it beside the motion amount."
    ),
    source="VBench, temporal flickering (Huang et al., CVPR 2024).",
    watcher=_watch_published,
)

FLICKER_COMPENSATED = Metric(
    name="flicker_compensated",
    version=1,
    unit="grey levels",
    dimension="artifacts",
    better="lower",
    label="Flicker with motion taken out",
    meaning=(
        "Mean absolute difference of successive frames after the estimated motion of each block is undone, without "
        "the worst quarter of the blocks (covered or uncovered places), mean over the clip."
    ),
    not_meaning=(
        "Not free of motion: fast, turning or non-rigid motion (water, hair) leaves differences too, and hard cuts "
        "count. Flicker of less than a quarter of the picture is left out. No published agreement with people."
    ),
    source="The kit's own, after the usual warping error; block-wise Lucas-Kanade flow.",
    watcher=_watch_compensated,
)
