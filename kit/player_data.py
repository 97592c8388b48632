"""What the player's time line shows of a clip's measurements: marks of events, curves of per-frame values.

Compact enough to stand in a page. A value of a curve takes 2 bytes, which base64 makes 2.7; after cutting down by
`points` 1.3 more for where it stands, and 2.7 more for its time where frames don't come at one distance. A curve has
some 150 bytes of names and scales besides, a mark some 50. Two clips of 5 s at 24 frames a second with six curves each
take less than 6 kB, and with `points=96` clips of any length less than 9 kB.
"""

import base64
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NotRequired, Protocol, TypedDict

import numpy as np
from numpy.typing import NDArray

MOST_MARKS = 60  # of one metric on one clip
_CAMERA = "camera_motion"
_COVERS_ALL = frozenset({"shots"})  # every moment is in one: their borders are marked as cuts
_STEPS = 65535
# Their curves would say what another one says (the published flicker and temporal information what stability says, the
# sharpness's variation what sharpness says), or hardly change within a clip, and have no moments to look for. What
# moments they have are marked all the same.
NO_CURVE = frozenset(
    {
        "flicker", "temporal_information", "sharpness_variation", "spatial_information", "contrast", "clipping",
        "colourfulness", "blockiness", "banding", "ringing", "noise",
    }
)  # fmt: skip


class Scaled(TypedDict):
    """Numbers from `low` to `high` as little-endian uint16 (0 is `low`, 65535 is `high`) in base64."""

    low: float
    high: float
    v: str


class Mark(TypedDict):
    """A span in which something was found, in seconds from the clip's first frame; a moment has no length.

    `word` says what was found where one metric finds several things; `count` is how many spans were drawn into one
    where there were too many to show.
    """

    metric: str
    label: str
    start: float
    end: float
    word: NotRequired[str]
    count: NotRequired[int]


class Curve(TypedDict):
    """A metric over time. Values lie at `start` + i x `step` seconds, or at the times in `times`.

    `low`, `high` and `median` are those of all values measured, also where only some are given here: `of` is then how
    many there were, and `gaps` (bytes in base64) by how much i grows from one to the next, where `step` is given.
    """

    metric: str
    label: str
    unit: str
    version: int
    low: float
    high: float
    median: float
    v: str
    start: NotRequired[float]
    step: NotRequired[float]
    gaps: NotRequired[str]
    times: NotRequired[Scaled]
    of: NotRequired[int]


class ClipData(TypedDict):
    """What the time line shows of one clip."""

    marks: list[Mark]
    curves: list[Curve]


class MeasuredRow(Protocol):
    """What is read of a row of `study.measurements`."""

    metric: str
    version: int
    unit: str
    events: Sequence[Sequence[float]]
    series: NDArray[np.float32] | None


def clip_data(rows: Iterable[MeasuredRow], *, points: int | None = None) -> ClipData:
    """The marks and curves of one clip from its rows of `study.measurements`, as JSON can hold them.

    Metrics come in the registry's order, then unknown ones by name (measured by another version of the kit, or by a
    package that is not here); those keep their name as label. With `points`, a curve of more values is cut down to
    at most that many, lowest and highest of each part kept. Values that are no numbers are left out, and so are the
    curves of `NO_CURVE`.
    """
    from kit.metrics import registry

    known = registry()
    order = {name: i for i, name in enumerate(known)}
    marks: list[Mark] = []
    curves: list[Curve] = []
    for row in sorted(rows, key=lambda row: (order.get(row.metric, len(order)), row.metric)):
        label = known[row.metric].label if row.metric in known else row.metric
        if row.metric == _CAMERA:
            marks += _camera_marks(label, getattr(row, "text", None), row.events)
        elif row.metric not in _COVERS_ALL:
            marks += _marks(row.metric, label, row.events)
        if row.series is not None and row.metric not in NO_CURVE:
            curve = _curve(row, label, points)
            curves += [curve] if curve is not None else []
    return {"marks": marks, "curves": curves}


def player_data(clips: Sequence[ClipData]) -> dict[str, Any]:
    """What stands in the player's `kit-player-data`: `{"metrics": {name: {label, unit, version}}, "clips": [...]}`.

    Clips in the player's order. Names of metrics are said once, not for each mark and curve. Curves of one metric
    that were measured by different versions carry their own, for they must not be compared.
    """
    metrics: dict[str, dict[str, Any]] = {}
    shown = []
    for clip in clips:
        for mark in clip["marks"]:
            metrics.setdefault(mark["metric"], {"label": mark["label"]})
        for curve in clip["curves"]:
            about = metrics.setdefault(curve["metric"], {"label": curve["label"]})
            about.setdefault("unit", curve["unit"])
            about.setdefault("version", curve["version"])
        shown.append(
            {
                "marks": [_without(mark, {"label"}) for mark in clip["marks"]],
                "curves": [
                    _without(
                        curve,
                        {"label", "unit"}
                        | ({"version"} if curve["version"] == metrics[curve["metric"]]["version"] else set()),
                    )
                    for curve in clip["curves"]
                ],
            }
        )
    return {"metrics": metrics, "clips": shown}


def _without(given: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key not in names}


def _marks(metric: str, label: str, events: Sequence[Sequence[float]]) -> list[Mark]:
    spans = sorted(
        (round(float(start), 3), round(float(end), 3), 1)
        for start, end in events
        if math.isfinite(start) and math.isfinite(end) and end >= start
    )
    found: list[Mark] = []
    for start, end, count in _joined(spans):
        mark: Mark = {"metric": metric, "label": label, "start": start, "end": end}
        if count > 1:
            mark["count"] = count
        found.append(mark)
    return found


def _camera_marks(label: str, text: object, events: Sequence[Sequence[float]]) -> list[Mark]:
    """A mark for each move of the camera, by its word, and for each stretch in which it can't be told."""
    from kit.camera.segments import parse

    try:
        segments = [segment for segment in parse(str(text)).segments if segment.word != "static"]
    except ValueError:
        return _marks(_CAMERA, label, events)
    return [
        {
            "metric": _CAMERA,
            "label": label,
            "word": f"camera {' '.join(filter(None, (s.word.replace('_', ' '), s.direction)))}",
            "start": s.start,
            "end": s.end,
        }
        for s in segments
    ]


def _joined(spans: list[tuple[float, float, int]]) -> list[tuple[float, float, int]]:
    """At most MOST_MARKS spans: where there are more, those nearest to one another are drawn into one."""
    too_many = len(spans) - MOST_MARKS
    if too_many <= 0:
        return spans
    gaps = sorted(range(1, len(spans)), key=lambda i: (spans[i][0] - spans[i - 1][1], i))
    closed = set(gaps[:too_many])
    found: list[tuple[float, float, int]] = []
    for i, (start, end, _) in enumerate(spans):
        if i in closed:
            first, last, count = found.pop()
            found.append((first, max(last, end), count + 1))
        else:
            found.append((start, end, 1))
    return found


def _curve(row: MeasuredRow, label: str, points: int | None) -> Curve | None:
    series = np.asarray(row.series, dtype=np.float64).reshape(-1, 2)
    series = series[np.isfinite(series).all(axis=1)]
    if not len(series):
        return None
    every = np.arange(len(series))
    kept = every if points is None or len(series) <= points else _telling(series[:, 1], points)
    values = _scaled(series[:, 1].min(), series[:, 1].max(), series[kept, 1])
    curve: Curve = {
        "metric": row.metric,
        "label": label,
        "unit": row.unit or "",
        "version": int(row.version),
        "median": _plain(statistics.median(series[:, 1].tolist())),
        "low": values["low"],
        "high": values["high"],
        "v": values["v"],
    }
    step = _step(series[:, 0])
    gaps = np.diff(kept, prepend=0)
    if step is None or gaps.max() > 255:
        curve["times"] = _scaled(series[kept, 0].min(), series[kept, 0].max(), series[kept, 0])
    else:
        curve["start"], curve["step"] = round(float(series[0, 0]), 4), step
    if len(kept) < len(series):
        curve["of"] = len(series)
        if "step" in curve:
            curve["gaps"] = base64.b64encode(gaps.astype(np.uint8).tobytes()).decode()
    return curve


def _telling(values: NDArray[np.float64], points: int) -> NDArray[np.intp]:
    """Which of the values to keep: lowest and highest of each of `points` / 2 equal parts, in their order."""
    parts = np.array_split(np.arange(len(values)), max(1, points // 2))
    kept = {int(part[pick(values[part])]) for part in parts for pick in (np.argmin, np.argmax)}
    return np.array(sorted(kept))


def _scaled(low: float, high: float, numbers: NDArray[np.float64]) -> Scaled:
    span = high - low
    shares = (numbers - low) / span if span > 0 else np.zeros(len(numbers))
    packed = np.clip(np.rint(shares * _STEPS), 0, _STEPS).astype("<u2").tobytes()
    return {"low": _plain(low), "high": _plain(high), "v": base64.b64encode(packed).decode()}


def _step(times: NDArray[np.float64]) -> float | None:
    """The one distance between the times, or None where they stray from it by half a millisecond or more."""
    if len(times) == 1:
        return 0.0
    step = round(float((times[-1] - times[0]) / (len(times) - 1)), 9)
    regular = np.abs(times[0] + step * np.arange(len(times)) - times).max() < 0.0005
    return step if step > 0 and regular else None


def _plain(value: float) -> float:
    """The value to 6 significant digits, as measurements are rounded."""
    return float(f"{value:.6g}")
