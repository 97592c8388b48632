"""Measuring all metrics against bare decoding of the same clips by the same library with all threads."""

import time
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from kit.measure import measure_clip

SETS = {
    "1080p and other sizes": "showdown_t2v",
    "256 and 512 pixels": "snap_commercial",
    "256 pixels": "motionctrl_basic",
}


def decode(path: Path) -> None:
    """Decode every frame and look at none."""
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for _ in container.decode(video=0):
            pass


def best_of(work: Callable[[], object], runs: int = 3) -> float:
    """The shortest wall time in seconds of several runs."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


@pytest.mark.parametrize("name", SETS)
def bench_measure(name: str, clips_dir: Path) -> None:
    """Prints both times and their ratio for a set of real clips."""
    clips = sorted((clips_dir / SETS[name]).glob("*.mp4"))
    bare = best_of(lambda: [decode(clip) for clip in clips])
    kit = best_of(lambda: [measure_clip(clip) for clip in clips])
    print(
        f"\n{name} ({len(clips)} clips): bare decoding {bare:.2f} s, measuring {kit:.2f} s ({kit / bare:.1f} x)"
    )
