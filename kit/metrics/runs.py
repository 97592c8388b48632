"""Runs of frames of a kind: black, repeated."""

from collections.abc import Callable

from kit.decode import ClipFacts
from kit.metrics.base import NOTHING, Look, Metric, Reading


class _Runs:
    """Collects the spans in which a test on each frame holds; a span ends when the next frame is shown."""

    def __init__(self, test: Callable[[Look], bool]) -> None:
        self._test = test
        self._open: float | None = None
        self._spans: list[tuple[float, float]] = []
        self.hits = 0
        self.frames = 0

    def see(self, look: Look) -> None:
        self.frames += 1
        if self._test(look):
            self.hits += 1
            self._open = look.seconds if self._open is None else self._open
        elif self._open is not None:
            self._spans.append((self._open, look.seconds))
            self._open = None

    def spans(self, end: float) -> list[tuple[float, float]]:
        return self._spans if self._open is None else [*self._spans, (self._open, end)]


class _Share:
    """The share of frames for which a test holds."""

    def __init__(self, test: Callable[[Look], bool]) -> None:
        self._runs = _Runs(test)

    def see(self, look: Look) -> None:
        self._runs.see(look)

    def result(self, end: float) -> Reading:
        runs = self._runs
        if not runs.frames:
            return NOTHING
        return Reading(runs.hits / runs.frames, f"{runs.hits} of {runs.frames} frames", runs.spans(end))


def _watch_black(facts: ClipFacts) -> _Share:  # noqa: ARG001
    return _Share(lambda look: look.black)


def _watch_repeats(facts: ClipFacts) -> _Share:  # noqa: ARG001
    return _Share(lambda look: look.repeats)


DUPLICATES = Metric(
    name="duplicate_frames",
    version=1,
    unit="share of frames",
    dimension="artifacts",
    better="lower",
    label="Duplicate frames",
    meaning="Share of the frames whose decoded brightness is the same in every pixel as that of the frame before.",
    not_meaning=(
        "Not all repeats: a repeat that was coded anew differs a little (see freezes). A clip raised to a higher "
        "frame rate by repeating shows here, which is no fault of the picture."
    ),
    source="The kit's own.",
    watcher=_watch_repeats,
)

BLACK = Metric(
    name="black_frames",
    version=2,
    unit="share of frames",
    dimension="artifacts",
    better="lower",
    label="Black frames",
    meaning="Share of the frames in which at least 98 % of the pixels lie below a tenth of the brightness range.",
    not_meaning="Not proof of a fault: a night scene or a fade that was asked for counts. Look at the times given.",
    source="Defaults of FFmpeg's blackdetect, on gray pictures of 320 pixels.",
    watcher=_watch_black,
)
