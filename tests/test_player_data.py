"""What the time line gets of measurements: every value near enough, few bytes, the extremes always."""

import base64
import json
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kit.metrics import registry
from kit.player_data import MOST_MARKS, NO_CURVE, clip_data, player_data


def row(
    metric: str = "sharpness",
    *,
    events: Any = (),
    series: Any = None,
    unit: str = "u",
    version: int = 1,
) -> Any:
    """A row of `study.measurements` as far as it is read."""
    packed = None if series is None else np.asarray(series, np.float32).reshape(-1, 2)
    return SimpleNamespace(metric=metric, version=version, unit=unit, events=events, series=packed)


def lengthened(row: Any, times: float) -> Any:
    """The row of a clip that goes on as it began, of that many times the length."""
    whole = math.ceil(times)
    values = np.tile(row.series[:, 1], whole)
    step = np.diff(row.series[:, 0]).mean()
    at = row.series[0, 0] + step * np.arange(len(values))
    series = np.column_stack([at, values])[: round(times * len(row.series))]
    return SimpleNamespace(metric=row.metric, version=row.version, unit=row.unit, events=row.events, series=series)  # fmt: skip


def unpacked(packed: Any) -> NDArray[np.float64]:
    """The numbers as the browser reads them."""
    steps = np.frombuffer(base64.b64decode(packed["v"]), "<u2")
    return packed["low"] + steps / 65535 * (packed["high"] - packed["low"])


def times(curve: Any) -> NDArray[np.float64]:
    """The times of a curve as the browser reads them."""
    if "times" in curve:
        return unpacked(curve["times"])
    count = len(base64.b64decode(curve["v"])) // 2
    places = np.arange(count)
    if "gaps" in curve:
        places = np.cumsum(np.frombuffer(base64.b64decode(curve["gaps"]), np.uint8))
    return np.asarray(curve["start"] + curve["step"] * places)


def test_values_and_times_come_back() -> None:
    """At one distance or not, every value and its time survive to a tenth of a per cent of the range, or a millisecond."""
    random = np.random.default_rng(3)
    values = random.normal(50, 20, 121)
    even = np.arange(121) / 24
    uneven = np.cumsum(random.uniform(0.01, 0.08, 121))
    for at, regular in ((even, True), (uneven, False)):
        (curve,) = clip_data([row(series=np.column_stack([at, values]))])["curves"]
        assert ("step" in curve) is regular
        assert np.abs(times(curve) - at).max() < 0.001
        assert np.abs(unpacked(curve) - values).max() < 0.001 * np.ptp(values)
        assert curve["median"] == pytest.approx(float(np.median(values)), rel=1e-5)
        assert "of" not in curve


@pytest.mark.parametrize("even", [True, False])
def test_points_keep_the_extremes(even: bool) -> None:
    """A cut-down curve has at most so many values, among them the lowest and highest, each at its time."""
    at = np.arange(2000) / 30 if even else np.cumsum(np.random.default_rng(2).uniform(0.01, 0.05, 2000))
    values = np.sin(at)
    values[777], values[1301] = 40.0, -30.0
    for points in (120, 121, 40, 2):
        (curve,) = clip_data([row(series=np.column_stack([at, values]))], points=points)["curves"]
        given = unpacked(curve)
        assert len(given) <= points
        assert curve.get("of") == 2000
        assert (curve["low"], curve["high"]) == (-30.0, 40.0)
        assert times(curve)[given.argmax()] == pytest.approx(at[777], abs=0.001)
        assert times(curve)[given.argmin()] == pytest.approx(at[1301], abs=0.001)
        assert (np.diff(times(curve)) > 0).all()


def test_size_is_as_stated() -> None:
    """Two clips of 5 s at 24 frames a second with six curves stay below 6 kB, and 9 kB at any length with `points`."""

    def size(frames: int, points: int | None) -> int:
        at = np.arange(frames) / 24
        random = np.random.default_rng(1)
        names = [name for name, metric in registry().items() if metric.dimension != "facts"][:6]
        rows = [row(name, series=np.column_stack([at, random.random(frames)])) for name in names]
        return len(json.dumps(player_data([clip_data(rows, points=points)] * 2), separators=(",", ":")))

    per_value = (size(481, None) - size(121, None)) / (12 * 360)
    assert per_value == pytest.approx(16 / 6, rel=0.02)  # two bytes in base64
    assert size(121, None) < 6000
    assert size(240, 96) < 8000
    assert size(30_000, 96) < 9000


def test_what_is_not_a_number_is_left_out() -> None:
    """NaN and infinity neither reach the page nor spoil the scale."""
    series = [(0, 1), (0.5, math.nan), (1.0, math.inf), (1.5, 3)]
    (curve,) = clip_data([row(series=series)])["curves"]
    assert list(unpacked(curve)) == [1, 3]
    assert clip_data([row(series=[(0, math.nan)]), row("cuts", series=[])])["curves"] == []
    json.dumps(clip_data([row(series=series)]), allow_nan=False)


def test_flat_and_single_values() -> None:
    """A curve that never changes, and one of a single value, keep their value."""
    for series in ([(i / 10, 7.25) for i in range(10)], [(0.4, 7.25)]):
        (curve,) = clip_data([row(series=series)])["curves"]
        assert set(unpacked(curve)) == {7.25}
        assert times(curve)[0] == pytest.approx(series[0][0], abs=1e-4)


def test_marks_of_every_metric_with_events() -> None:
    """Each event becomes a mark under its metric's label; the registry's order holds, strangers come last."""
    rows = [
        row("zz_other_package", events=[(1, 2)]),
        row("cuts", events=[(2.5, 2.5)]),
        row("freezes", events=[(0.1234567, 1), (3, 4)]),
        row("black_frames"),
    ]
    marks = clip_data(rows)["marks"]
    assert [(m["metric"], m["label"], m["start"], m["end"]) for m in marks] == [
        ("freezes", "Freezes", 0.123, 1), ("freezes", "Freezes", 3, 4), ("cuts", "Hard cuts", 2.5, 2.5),
        ("zz_other_package", "zz_other_package", 1, 2),
    ]  # fmt: skip


def test_camera_marks_say_which_move_it_is() -> None:
    """Each move is marked by its word, what can't be told too; a camera at rest and whole shots are no moments."""
    camera = row("camera_motion", events=[(0, 1), (1, 2), (2, 3)])
    camera.text = (
        "static, 0.00-1.00 s, sure 0.99; track left 0.600 widths, 1.00-2.00 s, sure 0.60; unsure, 2.00-3.00 s"
    )
    marks = clip_data([camera, row("shots", events=[(0, 3)])])["marks"]
    assert [(m["word"], m["start"], m["end"]) for m in marks] == [
        ("camera track left", 1, 2),
        ("camera unsure", 2, 3),
    ]
    camera.text = "not what this version writes"
    assert len(clip_data([camera])["marks"]) == 3


def test_too_many_marks_are_joined_not_dropped() -> None:
    """Spans beyond the limit join their nearest neighbours, and the mark says how many it stands for."""
    spans = [(i * 0.1, i * 0.1 + 0.04) for i in range(300)] + [(100.0, 101.0)]
    marks = clip_data([row("duplicate_frames", events=spans)])["marks"]
    assert len(marks) == MOST_MARKS
    assert sum(mark.get("count", 1) for mark in marks) == len(spans)
    assert marks[-1] == {
        "metric": "duplicate_frames",
        "label": "Duplicate frames",
        "start": 100.0,
        "end": 101.0,
    }
    assert marks[0]["start"] == 0
    for mark in marks:
        assert mark["end"] >= mark["start"]


def test_player_data_says_each_name_once() -> None:
    """Labels and units stand once for all clips; a curve of another version carries its own."""
    one = clip_data([row(series=[(0, 1), (1, 2)], unit="px", version=1), row("cuts", events=[(1, 1)])])
    two = clip_data([row(series=[(0, 1), (1, 2)], unit="px", version=2)])
    data = player_data([one, two, {"marks": [], "curves": []}])
    assert data["metrics"]["sharpness"] == {"label": "Sharpness", "unit": "px", "version": 1}
    assert data["metrics"]["cuts"]["label"] == "Hard cuts"
    first, second, third = data["clips"]
    assert first["marks"] == [{"metric": "cuts", "start": 1.0, "end": 1.0}]
    assert "version" not in first["curves"][0]
    assert second["curves"][0]["version"] == 2
    assert third == {"marks": [], "curves": []}


def test_a_measured_study(tmp_path: Path) -> None:
    """From a rendered clip with known faults, through a study, each stored event and series is there."""
    from kit.importing import new_clip
    from kit.measure import measure_clip
    from kit.sandbox import render
    from kit.storage.records import NewRequest
    from kit.study import Study

    path = tmp_path / "clip.mp4"
    # Nearly without loss: what a coder adds to a held picture can hide that it is held.
    truth = render("A red fox runs through snow", model="sandbox-quick", take=1, out=path, seconds=4.0, width=320, height=180, crf=8)  # fmt: skip
    clip = new_clip(path)
    with Study(tmp_path / "study") as study:
        study.store_clips([(path, clip)], [NewRequest(prompt_id="p", prompt="A fox", model="m", take=1, provider="import", clip=clip.clip)])  # fmt: skip
        study.add_measurements(clip.clip, measure_clip(path).measurements)
        rows = list(study.measurements.itertuples(index=False))
    data = clip_data(rows)
    assert registry().keys() >= NO_CURVE
    # Ten seconds, two clips, everything that is measured: a report gives a group 12 kB, its players' markup included.
    long = [lengthened(r, 2.5) for r in rows if r.series is not None]
    both = [clip_data([*(r for r in rows if r.series is None), *long], points=90)] * 2
    assert len(json.dumps(player_data(both), separators=(",", ":"))) < 10_000
    cut = next(fault for fault in truth.faults if fault.kind == "cut")
    freeze = next(fault for fault in truth.faults if fault.kind == "freeze")
    spans = {m["metric"]: (m["start"], m["end"]) for m in data["marks"]}
    assert spans["cuts"] == pytest.approx((cut.start, cut.start), abs=0.001)
    assert spans["freezes"] == pytest.approx((freeze.start, freeze.end), abs=0.001)
    assert {c["metric"] for c in data["curves"]} == {
        r.metric for r in rows if r.series is not None
    } - NO_CURVE
    moments = {r.metric for r in rows if r.series is not None and len(r.events)}
    assert moments <= {c["metric"] for c in data["curves"]} | NO_CURVE
