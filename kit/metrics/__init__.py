"""What programs measure on a clip. One decoding pass feeds every metric; see `kit.metrics.base` for how.

Another package adds metrics through the entry point group `kit.metrics`: each entry names a `Metric`.
"""

from dataclasses import replace
from functools import cache
from importlib.metadata import entry_points

from kit.errors import BadParameter
from kit.metrics.banding import BANDING
from kit.metrics.base import Look, Measurement, Metric, Reading, Watcher
from kit.metrics.blockiness import BLOCKINESS
from kit.metrics.camera import CAMERA
from kit.metrics.cuts import CUTS, SHOTS
from kit.metrics.facts import FACTS
from kit.metrics.findings import finding
from kit.metrics.flicker import FLICKER, FLICKER_COMPENSATED
from kit.metrics.freezes import FREEZES
from kit.metrics.information import SI, TI
from kit.metrics.light import CLIPPING, COLOURFULNESS, CONTRAST, EXPOSURE
from kit.metrics.motion import MOTION
from kit.metrics.noise import NOISE
from kit.metrics.ringing import RINGING
from kit.metrics.runs import BLACK, DUPLICATES
from kit.metrics.sharpness import IN_MOTION, SHARPNESS, STEADINESS
from kit.metrics.smoothness import SMOOTHNESS
from kit.metrics.spectrum import EFFECTIVE
from kit.metrics.stability import STABILITY, STABILITY_FIRST
from kit.metrics.survival import SURVIVAL
from kit.metrics.warping import WARPING

__all__ = ["Look", "Measurement", "Metric", "Reading", "Watcher", "registry"]

# By dimension, in the order in which they are shown. Stability comes right after the motion amount: it rewards
# stillness, so nobody should read it alone.
_BUILT_IN = (
    CAMERA,
    SHOTS,
    MOTION,
    STABILITY,
    STABILITY_FIRST,
    SMOOTHNESS,
    EXPOSURE,
    CONTRAST,
    CLIPPING,
    COLOURFULNESS,
    TI,
    EFFECTIVE,
    SHARPNESS,
    STEADINESS,
    IN_MOTION,
    SI,
    FLICKER,
    FLICKER_COMPENSATED,
    WARPING,
    BLOCKINESS,
    BANDING,
    RINGING,
    NOISE,
    FREEZES,
    DUPLICATES,
    BLACK,
    CUTS,
    SURVIVAL,
    *FACTS,
)


def registry() -> dict[str, Metric]:
    """All metrics by name, in the order in which they are shown: the kit's own, then other packages'.

    Raises BadParameter when another package's entry is not a metric or takes a name that is taken.
    """
    return dict(_all())


@cache
def _all() -> tuple[tuple[str, Metric], ...]:
    found = {m.name: replace(m, calibration=finding(m.name, m.version)) for m in _BUILT_IN}
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
