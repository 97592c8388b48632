"""Still pictures for calibration: rendered scenes, and frames of real clips where their folder is there."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from kit.decode import frames
from kit.sandbox import render
from kit.suite import load

Picture = NDArray[np.uint8]

# The camera metric's thresholds were set on the first ones. Of the held-out ones nothing was: they are every fifth prompt
# of core-48 whose scene was in no use yet, and clips of the real folders that were in none. Six more were held out once; what
# the metric said of their faint pictures led to `kit.camera.faint`, so they stand among the first ones now.
RENDERED = (
    "steaming-cup", "chop-and-plate", "busy-crossing", "dragon-over-market", "rain-umbrella", "code-on-laptop",
    "wheat-in-the-wind", "tower-of-windows", "old-sea-chart", "skateboarder-under-arches",
)  # fmt: skip
RENDERED_HELD_OUT = (
    "three-apples-two-pears", "robot-gardener", "knitting-grandmother", "wave-on-black-rocks", "carved-portal",
    "chess-in-the-park", "juggler-with-five-balls",
)  # fmt: skip
_COMMERCIAL, _RESEARCH, _SHOWDOWN = "snap_commercial/", "snap_vs_research/", "showdown_t2v/hummingbird__"
REAL = (
    f"{_SHOWDOWN}kling_1_6.mp4", f"{_SHOWDOWN}wan_2_1.mp4", f"{_SHOWDOWN}sora_s1.mp4",
    f"{_COMMERCIAL}a_horse_gallops_through_a_field_kicking__gen_2.mp4",
    f"{_COMMERCIAL}a_pod_of_dolphins_gracefully_swim_and_ju__floor33.mp4",
    f"{_COMMERCIAL}a_motorcycle_race_through_the_city_stree__pika_labs.mp4",
    f"{_COMMERCIAL}a_surfer_paddles_out_into_the_ocean_scan__snap_video.mp4",
    f"{_RESEARCH}two_pandas_sitting_at_a_table_playing_ca__snap_video.mp4",
    f"{_RESEARCH}an_astronaut_riding_a_horse__imagen_video.mp4",
    "motionctrl_basic/landscape_pan_right__motionctrl_videocrafter.mp4", "vd3d/cafe_cats_up__vd3d.mp4",
    "vd3d/squirrel_right__vd3d.mp4", "videoalign/videoalign_1__A.mp4", "lumiere_static/cinemagraph_lake__lumiere.webm",
    f"{_SHOWDOWN}cogvideox_1_5.mp4", f"{_COMMERCIAL}a_horse_gallops_through_a_field_kicking__pika_labs.mp4",
    f"{_COMMERCIAL}a_pod_of_dolphins_gracefully_swim_and_ju__pika_labs.mp4",
    f"{_COMMERCIAL}a_surfer_paddles_out_into_the_ocean_scan__pika_labs.mp4",
    f"{_RESEARCH}an_astronaut_riding_a_horse__snap_video.mp4",
    f"{_RESEARCH}a_glass_bead_falling_into_water_with_a_h__imagen_video.mp4",
)  # fmt: skip
REAL_HELD_OUT = (
    f"{_SHOWDOWN}framepack_hunyuan.mp4", f"{_COMMERCIAL}a_horse_gallops_through_a_field_kicking__floor33.mp4",
    f"{_COMMERCIAL}a_pod_of_dolphins_gracefully_swim_and_ju__snap_video.mp4",
    f"{_COMMERCIAL}a_pod_of_dolphins_gracefully_swim_and_ju__gen_2.mp4",
    f"{_COMMERCIAL}a_motorcycle_race_through_the_city_stree__snap_video.mp4",
    f"{_RESEARCH}two_pandas_sitting_at_a_table_playing_ca__video_ldm.mp4", "videoalign/videoalign_1__B.mp4",
)  # fmt: skip
_AT = 0.5  # seconds


def rendered(names: Sequence[str]) -> dict[str, Picture]:
    """Scenes of the bundled suites' prompts with these ids, as gray pictures (720, 1280)."""
    prompts = {
        prompt.id: prompt.text for suite in ("article-four", "core-48") for prompt in load(suite).prompts
    }
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "scene.mp4"
        for name in names:
            render(
                prompts[name],
                model="sandbox-steady",
                out=out,
                prompt_id=name,
                camera=("static",),
                seconds=0.75,
                fps=4,
            )
            found[name] = grabbed(out)
    return found


def real(folder: Path, names: Sequence[str]) -> dict[str, Picture]:
    """Frames of real clips below `folder`, enlarged to 1280 wide where they are smaller, as gray pictures."""
    return {Path(name).stem: grabbed(folder / name) for name in names}


def grabbed(path: Path, *, at: float = _AT, width: int = 1280) -> Picture:
    """The frame shown at `at` seconds (or the last), as a gray picture `width` wide."""
    picture: Picture | None = None
    for frame in frames(path, long_edge=4096):
        picture = frame.gray.copy()
        if frame.seconds >= at:
            break
    if picture is None:
        raise ValueError(f"{path.name} has no frame")
    height = round(picture.shape[0] * width / picture.shape[1]) // 2 * 2
    frame_of = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="gray")
    return np.ascontiguousarray(
        frame_of.reformat(width=width, height=height, interpolation="BICUBIC").to_ndarray(), dtype=np.uint8
    )


def calibration_pictures(clips: Path | None, *, held_out: bool) -> Mapping[str, Picture]:
    """The pictures on which thresholds were set, or those held out; without a folder of real clips the rendered ones."""
    found = rendered(RENDERED_HELD_OUT if held_out else RENDERED)
    if clips is not None:
        found |= real(clips, REAL_HELD_OUT if held_out else REAL)
    return found
