"""Structural stability: how alike frames stay, to the one before and to the first."""

from kit.decode import ClipFacts
from kit.metrics.base import Look, Metric, PairWatcher

_SOURCE = "SSIM of Wang et al., IEEE TIP 13(4), 2004; successive frames as in VideoScore (He et al., 2024), table 4."
_WARNING = (
    "It rewards freezing: a still picture gets 1, and every stability score is the mirror of motion. "
    "Never read it without the motion amount."
)


def _to_previous(look: Look) -> float:
    assert look.before is not None
    return look.similarity(look.before)


def _to_first(look: Look) -> float | None:
    return None if look.first is look else look.similarity(look.first)


def _watch_previous(facts: ClipFacts) -> PairWatcher:  # noqa: ARG001
    return PairWatcher(_to_previous)


def _watch_first(facts: ClipFacts) -> PairWatcher:  # noqa: ARG001
    return PairWatcher(_to_first)


STABILITY = Metric(
    name="stability",
    version=2,
    unit="SSIM",
    dimension="video_realism",
    better="higher",
    label="Stability, frame to frame",
    meaning="Structural similarity of each frame to the one before, mean over the clip, on gray pictures of 320 pixels.",
    not_meaning=_WARNING,
    source=_SOURCE,
    watcher=_watch_previous,
)

STABILITY_FIRST = Metric(
    name="stability_first",
    version=2,
    unit="SSIM",
    dimension="video_realism",
    better=None,
    label="Stability, to the first frame",
    meaning=(
        "Structural similarity of each frame to the first that is not black, mean over the clip, on gray pictures "
        "of 320 pixels."
    ),
    not_meaning=_WARNING + " A camera that was asked to move lowers it at once.",
    source=_SOURCE,
    watcher=_watch_first,
)
