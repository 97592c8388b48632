"""Measuring on two processes against one, start-up counted; and the memory of a process as clips get longer.

Run with `pytest tests/bench/bench_measure_jobs.py -o python_functions='bench_*' -s`.
"""

import contextlib
import os
import resource
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from kit.apart import Crew, Setting
from kit.measure import measure, measure_clip
from kit.metrics import Measurement

CLIPS = 400
AIM = 1.8


class Folder:
    """A study that is a list of files, and remembers nothing but how many were measured."""

    def __init__(self, files: Iterable[Path]) -> None:
        self.files = {str(index): file for index, file in enumerate(files)}
        self.stored = 0

    @property
    def clips(self) -> pd.DataFrame:
        """One row a clip."""
        return pd.DataFrame({"clip": list(self.files)})

    @contextlib.contextmanager
    def clip_file(self, clip: str) -> Iterator[Path]:
        """The file itself."""
        yield self.files[clip]

    def measured(self) -> set[tuple[str, str, int]]:
        """Nothing."""
        return set()

    def faults(self) -> dict[str, tuple[int, str]]:
        """None."""
        return {}

    def add_measurements(
        self, _clip: str, measurements: Iterable[Measurement], *, fault: tuple[int, str] | None
    ) -> None:
        """Count them."""
        assert fault is None, fault
        self.stored += bool(list(measurements))


def timed(files: list[Path], jobs: int) -> tuple[float, float]:
    """Wall and processor seconds of measuring all files."""
    study = Folder(files)
    began = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    measure(study, jobs=jobs)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert study.stored == len(files)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, spent


def arithmetic(rounds: int) -> None:
    """Work for one core that waits for nothing and hardly uses memory."""
    for _ in range(rounds):
        sum(range(10_000))


def machine_ratio(rounds: int = 40_000) -> float:
    """How much faster two processes of this machine are at plain arithmetic than one, now: the most there is to get."""
    setting = Setting(memory=None, threads=1)
    with contextlib.closing(Crew(setting)) as crew, ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda _: crew.call(arithmetic, 1, seconds=600), range(2)))
        began = time.perf_counter()
        crew.call(arithmetic, rounds, seconds=600)
        one = time.perf_counter() - began
        began = time.perf_counter()
        list(threads.map(lambda _: crew.call(arithmetic, rounds // 2, seconds=600), range(2)))
        return one / (time.perf_counter() - began)


@pytest.mark.parametrize(("frames", "width", "height"), [(12, 96, 64), (24, 256, 256)])
def bench_measure_jobs(
    frames: int, width: int, height: int, tmp_path: Path, make_clip: Callable[..., Path]
) -> None:
    """Prints wall time on one process, on two, and their ratio; best of two runs each, one after the other."""
    ten = [
        make_clip(tmp_path / f"{seed}.mp4", seed=seed, frames=frames, width=width, height=height)
        for seed in range(10)
    ]
    files = ten * (CLIPS // len(ten))
    runs = [(timed(files, 1), timed(files, 2)) for _ in range(2)]
    one, spent_one = min(one for one, _ in runs)
    two, spent_two = min(two for _, two in runs)
    start, _ = timed(ten[:1], 1)
    bound = machine_ratio()
    print(
        f"\n{CLIPS} clips of {frames} frames {width} x {height}: one process {one:.1f} s ({spent_one:.1f} s of "
        f"processor time), two {two:.1f} s ({spent_two:.1f} s), ratio {one / two:.2f} (aim {AIM}; plain arithmetic {bound:.2f}); one clip alone, "
        f"start-up and all, {start:.2f} s; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )


def peak_of(path: str) -> tuple[float, float]:
    """In a process apart: its memory in MB before measuring a clip, and the peak while it does (Linux)."""

    def status(name: str) -> float:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))

    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    before = status("VmRSS:")
    result = measure_clip(path, threads=1)
    assert result.fault is None
    return before, status("VmHWM:")


@pytest.mark.parametrize(("width", "height"), [(256, 256), (1920, 1080)])
def bench_memory(width: int, height: int, tmp_path: Path, make_clip: Callable[..., Path]) -> None:
    """Prints the peak memory of a fresh process for a short clip and for one ten times as long."""
    peaks = []
    for frames in (48, 480):
        clip = make_clip(tmp_path / f"{frames}.mp4", frames=frames, width=width, height=height, fps=24)
        with contextlib.closing(Crew(Setting(memory=None, threads=1))) as crew:
            peaks.append(crew.call(peak_of, str(clip), seconds=600)[1])
    print(
        f"\n{width} x {height}: a process measuring 48 frames peaks at {peaks[0]:.0f} MB, 480 frames at "
        f"{peaks[1]:.0f} MB: {1024 * (peaks[1] - peaks[0]) / 432:.1f} kB a frame"
    )
