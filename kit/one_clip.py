"""Measuring one clip: one decoding pass for all metrics, and what the clip promised and did not hold."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kit.ahead import ahead
from kit.decode import ClipFacts, Frame, FrameReader, frames, probe
from kit.errors import BadParameter, ClipError, ClipUnreadable
from kit.limits import MOST_SECONDS
from kit.metrics import Measurement, Metric, Watcher, registry
from kit.metrics.base import Look

# Pictures of more pixels are worth decoding and shrinking in a thread of their own (a tenth less wall time at 1080p);
# for smaller ones, handing them over costs more than it brings.
_LARGE = 640 * 480
_AHEAD = 2


@dataclass(frozen=True)
class ClipResult:
    """What measuring one clip gave. `fault` is None, or says in a sentence what could not be decoded or measured."""

    measurements: tuple[Measurement, ...]
    fault: str | None


def measure_clip(
    path: str | os.PathLike[str],
    metrics: Sequence[str] | None = None,
    *,
    threads: int = 0,
    begun: Callable[[ClipFacts], None] | None = None,
) -> ClipResult:
    """Measures one clip in one decoding pass: all metrics, or those named.

    A file that can't be decoded gives no measurement and a fault; one that can be decoded in part gives what its
    frames give, and a fault that says so. A metric that fails is left out and named. Raises BadParameter for an
    unknown name. Depends on nothing but the bytes, so that it can run in any process. `threads` are the decoder's
    (0: one for each core), and `begun` is told the clip's facts before its frames are decoded.
    """
    known = registry()
    unknown = sorted(set(metrics or ()) - set(known))
    if unknown:
        raise BadParameter(f"there is no metric {', '.join(unknown)}; known are {', '.join(known)}")
    wanted = [metric for name, metric in known.items() if metrics is None or name in metrics]
    try:
        facts = probe(path)
        if begun is not None:
            begun(facts)
        measured = {m.name: m.measurement(m.facts(facts)) for m in wanted if m.facts}
        faults: list[str] = []
        watched = [metric for metric in wanted if metric.watcher]
        if watched:
            reader = frames(path, threads=threads)
            large = facts.width * facts.height > _LARGE and threads != 1
            found, end = _watch(ahead(reader, _AHEAD) if large else reader, facts, watched, faults)
            measured |= found
            faults += _shortfalls(reader, facts, end)
    except ClipError as error:
        return ClipResult((), str(error))
    except MemoryError:
        return ClipResult((), "measuring it takes more memory than it may have")
    in_order = tuple(measured[metric.name] for metric in wanted if metric.name in measured)
    return ClipResult(in_order, "; ".join(faults) or None)


def _watch(
    shown: Iterable[Frame], facts: ClipFacts, metrics: Sequence[Metric], faults: list[str]
) -> tuple[dict[str, Measurement], float]:
    """One pass over the frames with a watcher for each metric. A failing metric must not cost the others.

    Returns what was found, and when the last decoded frame stops being shown, in seconds.
    """
    watchers: dict[str, Watcher] = {}
    for metric in metrics:
        assert metric.watcher
        watchers[metric.name] = metric.watcher(facts)
    before: Look | None = None
    for frame in shown:
        look = Look(frame, before)
        for name, watcher in list(watchers.items()):
            try:
                watcher.see(look)
            except Exception as error:  # noqa: BLE001
                faults.append(f"metric {name} failed at {look.seconds:.3f} s: {_words(error)}")
                del watchers[name]
        look.forget_before()
        before = look
    end = before.seconds + (min(MOST_SECONDS, 1 / facts.fps) if facts.fps > 0 else 0.0) if before else 0.0
    found: dict[str, Measurement] = {}
    for metric in metrics:
        if metric.name in watchers:
            try:
                found[metric.name] = metric.measurement(watchers[metric.name].result(end))
            except Exception as error:  # noqa: BLE001
                faults.append(f"metric {metric.name} failed at the end: {_words(error)}")
    return found, end


def _words(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "it takes more memory than it may have"
    return f"{type(error).__name__}: {error}"


def _shortfalls(reader: FrameReader, facts: ClipFacts, end: float) -> list[str]:
    """What the clip promised and didn't hold. Raises ClipUnreadable where not one frame could be decoded."""
    if reader.decoded == 0:
        why = reader.stopped or reader.trouble or "the file ends early"
        raise ClipUnreadable(f"none of its {facts.expected_frames} frames can be decoded: {why}")
    found: list[str] = []
    if reader.stopped:
        found.append(
            f"only {reader.decoded} of {facts.expected_frames} frames were measured: {reader.stopped}"
        )
    elif reader.decoded < facts.expected_frames:
        why = reader.trouble or "the file ends early"
        found.append(f"only {reader.decoded} of {facts.expected_frames} frames could be decoded: {why}")
    elif facts.seconds and not facts.has_audio and facts.seconds > 2 * end + 1:
        found.append(f"it says that it lasts {facts.seconds:.6g} s, but its frames end after {end:.6g} s")
    if reader.untimely:
        found.append(
            f"{reader.untimely} of its frames have time stamps that repeat or go back; they were taken as one frame "
            "after the other"
        )
    return found
