"""Measuring all metrics against bare decoding of the same clips by the same library with all threads.

Run with `pytest tests/bench/bench_measure.py -o python_functions='bench_*' -s`.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import av
import pytest

from kit.apart import dismiss
from kit.decode import frames, probe
from kit.limits import Limits
from kit.measure import measure_apart, measure_clip
from kit.metrics import Watcher, registry
from kit.metrics.base import Look

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
    """Prints both times and their ratio for a set of real clips, in this process and on two, which are there already."""
    clips = sorted((clips_dir / SETS[name]).glob("*.mp4"))
    measure_one = partial(measure_apart, metrics=list(registry()), limits=Limits(), sharing=2)
    with ThreadPoolExecutor(2) as two:
        list(two.map(measure_one, [str(clip) for clip in clips]))
        bare = best_of(lambda: [decode(clip) for clip in clips])
        kit = best_of(lambda: [measure_clip(clip) for clip in clips])
        apart = best_of(lambda: list(two.map(measure_one, [str(clip) for clip in clips])))
    dismiss()
    spent = [processor_time(work, clips) for work in (decode, measure_clip)]
    print(
        f"\n{name} ({len(clips)} clips): bare decoding {bare:.2f} s, measuring {kit:.2f} s ({kit / bare:.1f} x), on two "
        f"processes {apart:.2f} s ({apart / bare:.1f} x); processor time {spent[0]:.2f} and {spent[1]:.2f} s "
        f"({spent[1] / spent[0]:.1f} x)"
    )


def processor_time(work: Callable[[Path], object], clips: list[Path]) -> float:
    """Seconds of all threads, the least of three runs: what other programs on the machine do matters less to it."""
    times = []
    for _ in range(3):
        began = time.process_time()
        for clip in clips:
            work(clip)
        times.append(time.process_time() - began)
    return min(times)


SHARED = ("levels", "flow", "difference", "tiles", "window_sums", "signed", "black")


@pytest.mark.parametrize(
    "name",
    [
        "showdown_t2v/hummingbird__kling_1_6.mp4",
        "motionctrl_basic/landscape_pan_left__motionctrl_videocrafter.mp4",
    ],
)
def bench_each_metric(name: str, clips_dir: Path) -> None:
    """Prints processor time per frame of each metric, and of what they share (worked out before them, once a frame)."""
    clip = clips_dir / name
    count = sum(1 for _ in frames(clip))
    whole = time.process_time()
    decode(clip)
    bare = (time.process_time() - whole) / count
    whole = time.process_time()
    for _ in frames(clip):
        pass
    small = (time.process_time() - whole) / count - bare
    facts = probe(clip)
    watchers: dict[str, Watcher] = {
        key: metric.watcher(facts) for key, metric in registry().items() if metric.watcher
    }
    spent: dict[str, float] = defaultdict(float)

    def timed(key: str, work: Callable[[], Any]) -> None:
        # Of this thread alone: the decoder's own threads go on in the meantime.
        began = time.thread_time()
        work()
        spent[key] += time.thread_time() - began

    before: Look | None = None
    last = 0.0
    for frame in frames(clip):
        look = Look(frame, before)
        for key in SHARED:
            if before is not None or key not in {"flow", "difference"}:
                timed(f"({key})", partial(getattr, look, key))
        for key, watcher in watchers.items():
            timed(key, partial(watcher.see, look))
        look.forget_before()
        before, last = look, look.seconds
    for key, watcher in watchers.items():
        timed(key, partial(watcher.result, last))
    print(
        f"\n{name}: {count} frames; milliseconds a frame: decoding {1000 * bare:.2f}, small gray {1000 * small:.2f}"
    )
    for key, seconds in sorted(spent.items(), key=lambda pair: -pair[1]):
        print(f"  {key:24} {1000 * seconds / count:7.3f}")
    print(f"  {'all but decoding':24} {1000 * sum(spent.values()) / count:7.3f}")


FILTERS = ("scdet", "freezedetect", "signalstats", "blockdetect", "blurdetect", "siti")


def filtered(path: Path, name: str) -> None:
    """Run one of FFmpeg's filters over a clip, all threads."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        graph = av.filter.Graph()
        source, one, sink = graph.add_buffer(template=stream), graph.add(name), graph.add("buffersink")
        source.link_to(one)
        one.link_to(sink)
        graph.configure()
        for frame in container.decode(stream):
            graph.push(frame)
            graph.pull()


@pytest.mark.parametrize(
    "name", ["showdown_t2v/hummingbird__kling_1_6.mp4", "videoalign/videoalign_1__B.mp4"]
)
def bench_against_filters(name: str, clips_dir: Path) -> None:
    """Prints measuring everything against FFmpeg's six diagnostic filters one after the other."""
    clip = clips_dir / name
    theirs = best_of(lambda: [filtered(clip, one) for one in FILTERS], runs=1)
    ours = best_of(lambda: measure_clip(clip), runs=2)
    print(f"\n{name}: six filters {theirs:.2f} s, the whole set {ours:.2f} s ({theirs / ours:.1f} x faster)")
