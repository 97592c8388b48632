"""Which measurements stand for a dimension where there is room for few: in examples, tables by prompt, large pages.

They are those that say the most of what a dimension asks, in this order; a page shows the first that were measured.
None of them is a verdict on the dimension.
"""

from collections.abc import Iterable

MAIN = {
    "prompt_adherence": ("camera_motion",),
    "video_realism": ("motion_amount", "motion_smoothness", "sudden_changes"),
    "video_resolution": ("sharpness", "effective_resolution"),
    "artifacts": ("flicker_compensated", "warping", "freezes", "cuts"),
}


def main_metrics(dimension: str, measured: Iterable[str], *, most: int) -> list[str]:
    """The first `most` of a dimension's main metrics that are among the measured ones."""
    found = set(measured)
    return [metric for metric in MAIN.get(dimension, ()) if metric in found][:most]


def first_metrics() -> frozenset[str]:
    """The one that comes first in each dimension."""
    return frozenset(own[0] for own in MAIN.values())
