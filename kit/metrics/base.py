"""What a metric is, what it gives, and how the frames of one decoding pass are shown to all of them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from kit.decode import ClipFacts, Frame, is_black
from kit.metrics.flow import Flow, Level, flow, pyramid
from kit.metrics.native import PER_SECOND, TILES_PER_SECOND, Sampler, Tiles, stretch, tiles
from kit.metrics.ssim import Sums, ssim, sums
from kit.metrics.track import Track

Series = NDArray[np.float32]
Events = tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class Measurement:
    """One metric's result on one clip.

    `value` is NaN where there is nothing to measure, and `text` then says why. `events` are spans [start, end] in
    seconds from the first frame. `series` is None or (n, 2) float32: seconds, value.
    """

    metric: str
    version: int
    value: float
    text: str | None
    unit: str
    events: Events
    series: Series | None


class Reading(NamedTuple):
    """What a watcher found, before it is rounded and labelled."""

    value: float
    text: str | None = None
    events: Sequence[tuple[float, float]] = ()
    series: Sequence[tuple[float, float]] | None = None


BRIDGE = 0.25  # seconds between two events that are told as one
NOTHING = Reading(math.nan, "no frame was decoded")
ONE_FRAME = Reading(math.nan, "one frame only: there is nothing to compare it with")


class Look:
    """One frame beside the one before it, and what several metrics want of the two, worked out once when asked for.

    `before` is None for the first frame; `first` is the first look that is not black (a black lead-in is no
    picture to compare with), or the look itself while there is none.
    """

    def __init__(self, frame: Frame, before: "Look | None") -> None:
        self.frame = frame
        self.before = before
        self.first: Look = self if before is None or before.first.black else before.first
        self._shared: dict[str, float] = {}

    @property
    def seconds(self) -> float:
        """Time of the frame, from the clip's first frame."""
        return self.frame.seconds

    @cached_property
    def black(self) -> bool:
        """Whether the frame is black; see `kit.decode.is_black`."""
        return is_black(self.frame.gray)

    @cached_property
    def distance(self) -> NDArray[np.int16]:
        """Absolute difference to the frame before, per pixel of the small gray pictures, in grey levels."""
        assert self.before is not None
        return np.asarray(np.abs(self.signed - self.before.signed), dtype=np.int16)

    @cached_property
    def difference(self) -> float:
        """Mean of `distance`."""
        # Four bytes hold the sum of 8 million pixels, of which a small picture has 100,000 at most.
        return float(self.distance.sum(dtype=np.int32)) / self.distance.size

    @cached_property
    def repeats(self) -> bool:
        """Whether the brightness plane at full size is the same as in the frame before, in every pixel."""
        if self.before is None or self.difference > 0:
            return False
        return np.array_equal(self.frame.luma, self.before.frame.luma)

    @cached_property
    def flow(self) -> Flow:
        """The motion from the frame before to this one."""
        assert self.before is not None
        return flow(self.before.levels, self.levels)

    def forget_before(self) -> None:
        """Let go of the frame before: each look would otherwise hold all the frames so far."""
        self.before = None

    def shared(self, name: str, work: Callable[[], float]) -> float:
        """A number that several metrics want of this frame, worked out once."""
        if name not in self._shared:
            self._shared[name] = work()
        return self._shared[name]

    def similarity(self, other: "Look") -> float:
        """Structural similarity to another frame, on the small gray pictures; see `kit.metrics.ssim`."""
        return ssim(self.window_sums, other.window_sums)

    @cached_property
    def signed(self) -> NDArray[np.int16]:
        """The small gray picture (h, w) as int16, so that differences don't wrap round."""
        return self.frame.gray.astype(np.int16)

    @cached_property
    def tiles(self) -> Tiles:
        """Tiles of the brightness plane at full size, (n, t, t) int16 in its own codes; see `kit.metrics.native`."""
        return tiles(self.frame.luma)

    @property
    def stretch(self) -> float:
        """What turns differences of the brightness plane's codes into grey levels from 0 to 255."""
        return stretch(full_range=self.frame.full_range)

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The small gray picture's pyramid, for the flow from and to it."""
        return pyramid(self.frame.gray)

    @cached_property
    def window_sums(self) -> Sums:
        """The small gray picture's part of every structural similarity."""
        return sums(self.frame.gray)


class Watcher(Protocol):
    """Sees the frames of one clip one after the other, then says what it found."""

    def see(self, look: Look) -> None:
        """Take in the next frame. Keep no look but the first: each holds a decoded picture."""

    def result(self, end: float) -> Reading:
        """What was found; `end` is when the last decoded frame stops being shown, in seconds."""


@dataclass(frozen=True)
class Metric:
    """A number that can be read off a clip, with what a reader must know about it.

    A metric either reads `facts` (no decoding) or makes a `watcher` for each clip. Its `version` goes up with every
    change that can change a value; stored values of other versions are then measured again. `dimension` is one
    of the default rubric's four or 'facts'. `better` is None where neither more nor less is better. `calibration`
    says in a sentence what damaging clips on purpose has shown; see `kit.metrics.findings`.
    """

    name: str
    version: int
    unit: str
    dimension: Literal["prompt_adherence", "video_realism", "video_resolution", "artifacts", "facts"]
    better: Literal["higher", "lower"] | None
    label: str
    meaning: str
    not_meaning: str
    source: str
    watcher: Callable[[ClipFacts], Watcher] | None = None
    facts: Callable[[ClipFacts], Reading] | None = None
    calibration: str = ""

    def measurement(self, reading: Reading) -> Measurement:
        """The reading with this metric's name on it, rounded so that it is the same wherever it is worked out."""
        series = None
        if reading.series is not None:
            series = np.array(reading.series, dtype=np.float32).reshape(-1, 2)
        return Measurement(
            metric=self.name,
            version=self.version,
            value=rounded(reading.value),
            text=reading.text,
            unit=self.unit,
            events=tuple((round(start, 3), round(end, 3)) for start, end in reading.events),
            series=series,
        )


def rounded(value: float) -> float:
    """The value to 6 significant digits."""
    return float(f"{value:.6g}")


def mean(series: Sequence[tuple[float, float]]) -> float:
    """Mean of a series' values, NaN for none."""
    return math.fsum(value for _, value in series) / len(series) if series else math.nan


class PairWatcher:
    """A watcher whose metric is the mean of one number for each frame but the first, None being left out."""

    def __init__(self, number: Callable[[Look], float | None]) -> None:
        self._number = number
        self._series = Track()

    def see(self, look: Look) -> None:
        """Take in the next frame."""
        number = None if look.before is None else self._number(look)
        if number is not None:
            self._series.append((look.seconds, number))

    def result(self, end: float) -> Reading:  # noqa: ARG002
        """The mean and the series."""
        return Reading(mean(self._series), series=self._series) if self._series else ONE_FRAME


class SampleWatcher:
    """A watcher whose metric is the mean of one number over up to `per_second` frames a second, None being left out."""

    def __init__(
        self,
        number: Callable[[Look], float | None],
        *,
        per_second: float = PER_SECOND,
        nothing: Reading = NOTHING,
    ) -> None:
        self._number = number
        self._sampler = Sampler(per_second)
        self._nothing = nothing
        self._series = Track()

    def see(self, look: Look) -> None:
        """Take in the next frame."""
        if self._sampler.due(look.seconds) and (number := self._number(look)) is not None:
            self._series.append((look.seconds, number))

    def result(self, end: float) -> Reading:  # noqa: ARG002
        """The mean and the series."""
        return Reading(mean(self._series), series=self._series) if self._series else self._nothing


class TileWatcher(SampleWatcher):
    """A `SampleWatcher` at the rate at which tiles are read."""

    def __init__(self, number: Callable[[Look], float | None], *, nothing: Reading = NOTHING) -> None:
        super().__init__(number, per_second=TILES_PER_SECOND, nothing=nothing)


def spans(
    series: Sequence[tuple[float, float]], over: float, *, before: float = 0.0, bridge: float = 0.0
) -> list[tuple[float, float]]:
    """Stretches [start, end] in seconds of a series whose values lie above `over`.

    A stretch lasts until the next value that does not, the last one until the last value. With `before`, each value
    stands for the step to its time from one that was `before` seconds earlier, and a stretch begins there. Gaps of
    up to `bridge` seconds are passed over.
    """
    found: list[tuple[float, float]] = []
    start: float | None = None
    for seconds, value in series:
        if value > over:
            if start is None:
                start = max(0.0, seconds - before)
                if found and start - found[-1][1] <= bridge:
                    start = found.pop()[0]
        elif start is not None:
            found.append((start, seconds))
            start = None
    if start is not None:
        found.append((start, series[-1][0]))
    return found
