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
from kit.metrics.native import TILES_PER_SECOND, Sampler
from kit.sandbox import render

SETS = {
    "480p to 1080p": "showdown_t2v/*.mp4",
    "256 and 512 pixels": "snap_commercial/*.mp4",
    "256 pixels": "motionctrl_basic/*.mp4",
}
# The only clip of a model's own at 1080p; four times over, so that two processes have as much to do.
HD, TIMES = "showdown_t2v/hummingbird__kling_1_6.mp4", 4
FILMED = {
    "sandbox-quick": "a street in the rain, the camera pans from left to right",
    "sandbox-steady": "a cup of coffee on a desk, slow zoom in",
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
    """Prints both times and their ratio for a set of real clips of the sizes that their models gave."""
    compare(name, sorted(clips_dir.glob(SETS[name])))


def bench_measure_1080p(clips_dir: Path) -> None:
    """The same at 1920 x 1080 alone: a model's clip, four times."""
    compare("1080p, a model's", [clips_dir / HD] * TIMES)


def bench_measure_1080p_filmed(tmp_path: Path) -> None:
    """The same for clips of the kit's own renderer at 1920 x 1080, whose bit rate is higher."""
    clips = [tmp_path / f"{model}.mp4" for model in FILMED]
    for clip, (model, prompt) in zip(clips, FILMED.items(), strict=True):
        render(prompt, model=model, out=clip, seconds=3.0, width=1920, height=1080)
    compare("1080p, filmed by the sandbox", clips * 2)


def compare(name: str, clips: list[Path]) -> None:
    """Prints measuring clips against decoding them, in this process and on two, which are there already."""
    measure_one = partial(measure_apart, metrics=list(registry()), limits=Limits(), sharing=2)
    with ThreadPoolExecutor(2) as two:
        list(two.map(measure_one, [str(clip) for clip in clips]))
        bare = best_of(lambda: [decode(clip) for clip in clips])
        kit = best_of(lambda: [measure_clip(clip) for clip in clips])
        apart = best_of(lambda: list(two.map(measure_one, [str(clip) for clip in clips])))
    dismiss()
    spent = [processor_time(work, clips) for work in (decode, measure_clip)]
    facts = [probe(clip) for clip in clips]
    count = sum(one.frames or 0 for one in facts)
    rates = [(one.bit_rate or 0) / 1e6 for one in facts]
    print(
        f"\n{name} ({len(clips)} clips, {count} frames, {min(rates):.1f} to {max(rates):.1f} Mbit/s): "
        f"bare decoding {bare:.2f} s, measuring {kit:.2f} s ({kit / bare:.2f} x), on two processes {apart:.2f} s "
        f"({apart / bare:.2f} x); processor time {spent[0]:.2f} and {spent[1]:.2f} s ({spent[1] / spent[0]:.2f} x)"
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


SHARED = ("levels", "flow", "difference", "window_sums", "signed", "black")


@pytest.mark.parametrize(
    "name",
    [
        HD,
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
    tiles_due = Sampler(TILES_PER_SECOND).due
    for frame in frames(clip):
        look = Look(frame, before)
        for key in SHARED:
            if before is not None or key not in {"flow", "difference"}:
                timed(f"({key})", partial(getattr, look, key))
        if tiles_due(look.seconds):
            timed("(tiles)", partial(getattr, look, "tiles"))
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


@pytest.mark.parametrize("name", [HD, "videoalign/videoalign_1__B.mp4"])
def bench_against_filters(name: str, clips_dir: Path) -> None:
    """Prints measuring everything against FFmpeg's six diagnostic filters one after the other."""
    clip = clips_dir / name
    theirs = best_of(lambda: [filtered(clip, one) for one in FILTERS], runs=1)
    ours = best_of(lambda: measure_clip(clip), runs=2)
    print(f"\n{name}: six filters {theirs:.2f} s, the whole set {ours:.2f} s ({theirs / ours:.1f} x faster)")
