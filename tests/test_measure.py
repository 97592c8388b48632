import contextlib
import hashlib
import os
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import av
import numpy as np
import pandas as pd
import pytest

import kit.measure
import kit.one_clip
from kit.errors import BadParameter, ClipMissing
from kit.measure import FAULT_VERSION, MeasureSummary, measure, measure_clip
from kit.metrics import Measurement, registry
from kit.metrics.sharpness import SHARPNESS


class FakeStudy:
    """What measuring needs of a study, in memory."""

    def __init__(self, files: Iterable[Path]) -> None:
        self.files = {hashlib.sha256(file.read_bytes()).hexdigest(): file for file in files}
        self.stored: dict[tuple[str, str, int], Measurement] = {}
        self.known: dict[str, tuple[int, str]] = {}
        self.open_files = 0

    @property
    def clips(self) -> pd.DataFrame:
        return pd.DataFrame({"clip": list(self.files)})

    @contextlib.contextmanager
    def clip_file(self, clip: str) -> Iterator[Path]:
        if not self.files[clip].exists():
            raise ClipMissing(f"the file of clip {clip[:12]} is gone")
        self.open_files += 1
        try:
            yield self.files[clip]
        finally:
            self.open_files -= 1

    def measured(self) -> set[tuple[str, str, int]]:
        return set(self.stored)

    def faults(self) -> dict[str, tuple[int, str]]:
        return dict(self.known)

    def add_measurements(
        self, clip: str, measurements: Iterable[Measurement], *, fault: tuple[int, str] | None
    ) -> None:
        self.stored |= {(clip, m.metric, m.version): m for m in measurements}
        self.known.pop(clip, None)
        if fault is not None:
            self.known[clip] = fault

    def values(self) -> dict[tuple[str, str, int], tuple]:
        """Everything stored, in a form in which equal means equal bit for bit."""
        return {
            key: (repr(m.value), m.text, m.unit, m.events, None if m.series is None else m.series.tobytes())
            for key, m in self.stored.items()
        }


@pytest.fixture
def study(tmp_path, make_clip) -> FakeStudy:
    return FakeStudy(make_clip(tmp_path / f"{seed}.mp4", seed=seed) for seed in range(4))


def damaged(source: Path, target: Path) -> Path:
    """The same clip with every byte of its pictures overwritten."""
    data = bytearray(source.read_bytes())
    start, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    data[start:end] = bytes(end - start)
    target.write_bytes(bytes(data))
    return target


def cut_off(path: Path) -> Path:
    """A faststart clip of 120 frames with a keyframe in every 12, of which the last quarter is missing."""
    random = np.random.default_rng(0)
    with av.open(str(path), "w", container_options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.options = {"g": "12", "bf": "0", "threads": "1"}
        for _ in range(120):
            picture = random.integers(0, 256, (48, 64, 3), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode())
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 3 // 4])
    return path


def test_every_metric_is_measured_once(study):
    """All clips get all metrics; measuring again does nothing, not even opening a file."""
    summary = measure(study)
    assert summary == MeasureSummary(done=4, skipped=0, faults=[])
    assert study.measured() == {(c, m.name, m.version) for c in study.files for m in registry().values()}
    before = study.values()
    study.clip_file = None
    assert measure(study) == MeasureSummary(done=0, skipped=4, faults=[])
    assert study.values() == before


def test_a_new_version_measures_only_that_metric(study, monkeypatch):
    """When one metric's version goes up, only that one is worked out again, and the old value stays."""
    measure(study)
    before = study.values()
    newer = {**registry(), "sharpness": replace(SHARPNESS, version=SHARPNESS.version + 1)}
    monkeypatch.setattr(kit.measure, "registry", lambda: newer)
    monkeypatch.setattr(kit.one_clip, "registry", lambda: newer)
    asked = []
    real = kit.measure.measure_clip
    monkeypatch.setattr(kit.measure, "measure_clip", lambda p, m: (asked.append(list(m)), real(p, m))[1])
    assert measure(study, jobs=0).done == 4
    assert asked == [["sharpness"]] * 4
    added = set(study.values()) - set(before)
    assert added == {(clip, "sharpness", SHARPNESS.version + 1) for clip in study.files}


class Later(Executor):
    """The least an executor can be: `submit` and futures."""

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@pytest.mark.parametrize("kind", ["jobs", "threads", "processes", "least"])
def test_executors_agree_with_one_core_bit_for_bit(study, kind):
    """Two processes, threads, somebody's process pool and a bare executor give the same bits as a plain loop here."""
    one, other = study, FakeStudy(study.files.values())
    measure(one, jobs=0)
    if kind == "jobs":
        summary = measure(other, jobs=2)
    else:
        make = {"threads": ThreadPoolExecutor, "processes": ProcessPoolExecutor, "least": Later}[kind]
        arguments = {"mp_context": get_context("spawn")} if kind == "processes" else {}
        with make(**arguments) if kind == "least" else make(2, **arguments) as executor:
            summary = measure(other, executor=executor)
    assert summary.done == 4
    assert other.values() == one.values()
    assert other.open_files == 0


def test_progress_is_told_of_each_clip(study):
    """Progress counts up to the number of clips to do and names each."""
    told = []
    measure(study, progress=lambda *args: told.append(args))
    assert [(done, total, fault) for done, total, _, fault in told] == [(i, 4, None) for i in (1, 2, 3, 4)]
    assert {clip for _, _, clip, _ in told} == set(study.files)


@pytest.mark.parametrize("jobs", [0, 1, 2])
def test_a_clip_that_cannot_be_decoded_stops_no_other(tmp_path, make_clip, jobs):
    """The bad one gets a fault that gives the reason, the good ones are measured, and it is not tried again."""
    good = [make_clip(tmp_path / f"{i}.mp4", seed=i) for i in range(2)]
    bad = damaged(good[0], tmp_path / "bad.mp4")
    text = tmp_path / "text.mp4"
    text.write_text("no video")
    study = FakeStudy([bad, good[0], text, good[1]])
    summary = measure(study, jobs=jobs)
    names = {file.name: clip for clip, file in study.files.items()}
    assert summary.done == 2
    assert {clip for clip, _ in summary.faults} == {names["bad.mp4"], names["text.mp4"]}
    assert "none of its 12 frames can be decoded" in dict(summary.faults)[names["bad.mp4"]]
    assert study.known[names["text.mp4"]][0] == FAULT_VERSION
    study.clip_file = None
    again = measure(study, jobs=jobs)
    assert again == MeasureSummary(done=0, skipped=4, faults=summary.faults)


def test_an_older_decoders_fault_is_tried_again(study):
    """A fault that another version of the decoder found does not keep a clip from being measured."""
    clip = next(iter(study.files))
    study.known[clip] = (FAULT_VERSION - 1, "it was too new a codec")
    assert measure(study) == MeasureSummary(done=4, skipped=0, faults=[])


def test_part_of_a_clip_is_measured_and_said_so(tmp_path):
    """Of a clip that was cut off, the frames that are there are measured, and the fault counts them."""
    study = FakeStudy([cut_off(tmp_path / "cut.mp4")])
    (clip,) = study.files
    summary = measure(study)
    assert summary.done == 1
    ((_, reason),) = summary.faults
    frames = len(study.stored[clip, "stability", registry()["stability"].version].series) + 1
    assert 60 < frames < 120
    assert reason.startswith(f"only {frames} of 120 frames could be decoded: ")
    assert measure(study).done == 0


def test_a_missing_file_is_a_fault(study):
    """A clip whose file is gone is reported; the others are measured."""
    clip, file = next(iter(study.files.items()))
    file.unlink()
    summary = measure(study)
    assert summary.done == 3
    assert summary.faults == [(clip, f"the file of clip {clip[:12]} is gone")]


def test_a_failing_metric_costs_only_itself(tmp_path, make_clip, monkeypatch):
    """A metric that raises is named in the fault; all the others have their values."""

    class Broken:
        def see(self, _look):
            raise ZeroDivisionError("by nothing")

    known = {**registry(), "sharpness": replace(SHARPNESS, watcher=lambda _facts: Broken())}
    monkeypatch.setattr(kit.one_clip, "registry", lambda: known)
    result = measure_clip(make_clip(tmp_path / "a.mp4"))
    assert result.fault == "metric sharpness failed at 0.000 s: ZeroDivisionError: by nothing"
    assert {m.metric for m in result.measurements} == set(known) - {"sharpness"}


def test_facts_alone_need_no_frames(tmp_path, make_clip, monkeypatch):
    """Asked for facts only, nothing is decoded."""
    monkeypatch.setattr(kit.one_clip, "frames", None)
    result = measure_clip(make_clip(tmp_path / "a.mp4"), ["width", "frame_count"])
    assert [(m.metric, m.value) for m in result.measurements] == [("width", 96), ("frame_count", 12)]


def test_wrong_arguments_are_refused(study, tmp_path):
    """Unknown metrics and a number of jobs below none are named."""
    with pytest.raises(BadParameter, match=r"there is no metric shininess; known are \w+, "):
        measure_clip(tmp_path / "a.mp4", ["shininess"])
    with pytest.raises(BadParameter, match="jobs is -1"):
        measure(study, jobs=-1)


def kill_the_worker(path, metrics):
    """Stands for somebody else's worker that is killed while it has a clip."""
    os.kill(os.getpid(), signal.SIGKILL)


class Deadly(Executor):
    """Somebody's pool whose processes end whatever they are given."""

    def __init__(self) -> None:
        self.pool = ProcessPoolExecutor(1, mp_context=get_context("fork"))

    def submit(self, _fn, /, *args, **kwargs):
        return self.pool.submit(kill_the_worker, *args, **kwargs)


def test_somebody_elses_broken_executor_is_not_hidden(study):
    """A pool that was given and broke can't be replaced: the error is passed on, and measuring can go on later."""
    executor = Deadly()
    with executor.pool, pytest.raises(BrokenExecutor, match="measure again"):
        measure(study, executor=executor)
    assert study.known == {}
    assert study.open_files == 0
    assert measure(study).faults == []
    assert len(study.measured()) == 4 * len(registry())


def test_no_process_to_measure_in_is_no_fault_of_the_clips(study, monkeypatch):
    """Where no process can be started, measuring ends with the reason, and no clip is blamed for it."""
    monkeypatch.setattr("kit.apart._START", "raise ImportError('no kit here')  # {path} {module} {memory}")
    with pytest.raises(ChildProcessError, match="could not be started"):
        measure(study, jobs=2)
    monkeypatch.undo()
    assert study.known == {}
    assert study.open_files == 0
    assert measure(study).done == 4


class Interrupted(Executor):
    """Finishes clips at once, until Ctrl-C comes after a number of them; the rest would never finish."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.pending: list[Future] = []

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        if self.after > 0:
            self.after -= 1
            future.set_result(fn(*args, **kwargs))
        else:
            self.pending.append(future)
        return future


def test_ctrl_c_keeps_what_is_finished(study, monkeypatch):
    """On Ctrl-C the finished clips are stored, the others are cancelled, and measuring again does only the rest."""
    executor = Interrupted(after=3)

    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(kit.measure, "wait", interrupt)
    with pytest.raises(KeyboardInterrupt):
        measure(study, executor=executor)
    assert len({clip for clip, _, _ in study.stored}) == 3
    assert all(future.cancelled() for future in executor.pending)
    assert study.open_files == 0
    monkeypatch.undo()
    assert measure(study).done == 1


def test_ctrl_c_from_the_progress_loses_nothing(study):
    """Interrupted after the second clip, both clips are in the study, and going on does the other two."""

    def stop(done, total, clip, fault):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure(study, progress=stop)
    assert len({clip for clip, _, _ in study.stored}) == 2
    assert measure(study).done == 2


@pytest.mark.clips
def test_real_clips_are_measured(clips_dir):
    """Every real clip is measured without a fault, and what is known of some of them comes out."""
    files = sorted([*clips_dir.glob("*/*.mp4"), *clips_dir.glob("*/*.webm")])
    study = FakeStudy(files)
    summary = measure(study, jobs=2)
    assert summary.faults == []
    found = {file.stem: {} for file in files}
    for (clip, metric, _), measurement in study.stored.items():
        found[study.files[clip].stem][metric] = measurement
    dark = found["hummingbird__framepack_hunyuan"]["black_frames"]
    assert dark.text == "4 of 181 frames"
    assert dark.events == ((0.0, 0.133),)
    assert not any(values["black_frames"].value for name, values in found.items() if "framepack" not in name)
    motion = {name: values["motion_amount"].value for name, values in found.items()}
    still = motion["cinemagraph_lake__lumiere"]
    assert motion["landscape_pan_left__motionctrl_videocrafter"] > 1.5 * still
    assert motion["landscape_pan_right__motionctrl_videocrafter"] > 1.2 * still
    # Each of these clips is one shot.
    assert not any(values["cuts"].value for values in found.values())
