"""What programs measure on a clip. One decoding pass feeds every metric; see `kit.metrics.base` for how.

Another package adds metrics through the entry point group `kit.metrics`: each entry names a `Metric`.
"""

from functools import cache
from importlib.metadata import entry_points

from kit.errors import BadParameter
from kit.metrics.base import Look, Measurement, Metric, Reading, Watcher
from kit.metrics.cuts import CUTS
from kit.metrics.facts import FACTS
from kit.metrics.flicker import FLICKER, FLICKER_COMPENSATED
from kit.metrics.motion import MOTION
from kit.metrics.runs import BLACK, DUPLICATES, FREEZES
from kit.metrics.sharpness import SHARPNESS
from kit.metrics.stability import STABILITY, STABILITY_FIRST

__all__ = ["Look", "Measurement", "Metric", "Reading", "Watcher", "registry"]

_BUILT_IN = (
    SHARPNESS,
    MOTION,
    FLICKER,
    FLICKER_COMPENSATED,
    STABILITY,
    STABILITY_FIRST,
    FREEZES,
    DUPLICATES,
    BLACK,
    CUTS,
    *FACTS,
)


def registry() -> dict[str, Metric]:
    """All metrics by name, in the order in which they are shown: the kit's own, then other packages'.

    Raises BadParameter when another package's entry is not a metric or takes a name that is taken.
    """
    return dict(_all())


@cache
def _all() -> tuple[tuple[str, Metric], ...]:
    found = {metric.name: metric for metric in _BUILT_IN}
    for entry in sorted(entry_points(group="kit.metrics"), key=lambda entry: entry.name):
        metric = entry.load()
        if not isinstance(metric, Metric):
            raise BadParameter(
                f"entry point kit.metrics:{entry.name} is a {type(metric).__name__}, not a Metric"
            )
        if metric.name in found:
            raise BadParameter(
                f"entry point kit.metrics:{entry.name}: there is a metric {metric.name!r} already"
            )
        found[metric.name] = metric
    return tuple(found.items())
