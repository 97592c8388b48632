"""Our metrics beside FFmpeg's filters, which PyAV carries, on real clips and on a rendered one."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import av
import numpy as np
import pytest

from kit.calibration.damage import STRENGTHS, damage
from kit.calibration.pieces import cut_out, write
from kit.measure import measure_clip
from kit.sandbox import render
from kit.stats.ranks import spearman

CLIPS = [
    "showdown_t2v/hummingbird__cogvideox_1_5.mp4",
    "showdown_t2v/hummingbird__wan_2_1.mp4",
    "snap_vs_research/an_astronaut_riding_a_horse__imagen_video.mp4",
    "snap_vs_research/an_astronaut_riding_a_horse__snap_video.mp4",
    "snap_vs_research/two_pandas_sitting_at_a_table_playing_ca__video_ldm.mp4",
    "motionctrl_basic/landscape_zoom_in__motionctrl_videocrafter.mp4",
    "motionctrl_basic/landscape_pan_left__motionctrl_videocrafter.mp4",
    "vd3d/squirrel_right__vd3d.mp4",
    "snap_commercial/a_horse_gallops_through_a_field_kicking__gen_2.mp4",
    "snap_commercial/a_surfer_paddles_out_into_the_ocean_scan__pika_labs.mp4",
]


def filtered(path: Path, name: str, options: str = "") -> list[dict[str, str]]:
    """What one of FFmpeg's filters says of each frame."""

    def pulled(graph: av.filter.Graph) -> Iterator[dict[str, str]]:
        while True:
            try:
                yield dict(graph.pull().metadata)
            except (av.error.BlockingIOError, av.error.EOFError):
                return

    found: list[dict[str, str]] = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        graph = av.filter.Graph()
        chain = [graph.add_buffer(template=stream), graph.add(name, options), graph.add("buffersink")]
        for one, following in itertools.pairwise(chain):
            one.link_to(following)
        graph.configure()
        for frame in container.decode(stream):
            graph.push(frame)
            found += pulled(graph)
        graph.push(None)
        found += pulled(graph)
    return found


def lossless(pictures: Sequence[np.ndarray], path: Path) -> Path:
    """Gray pictures as they are, at 24 frames a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.height, stream.width = pictures[0].shape
        stream.pix_fmt = "gray"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="gray")))
        container.mux(stream.encode())
    return path


def numbers(path: Path, name: str, key: str, options: str = "") -> np.ndarray:
    """One number a frame from a filter."""
    return np.array([float(said[key]) for said in filtered(path, name, options) if key in said])


@pytest.fixture(scope="module")
def clips(clips_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Ten real clips of many sizes, and one rendered."""
    made = tmp_path_factory.mktemp("reference") / "made.mp4"
    render("A boat on the sea.", model="sandbox-steady", out=made, seconds=1, width=640, height=360)
    return [*(clips_dir / name for name in CLIPS), made]


@pytest.fixture(scope="module")
def ours(clips: list[Path]) -> Callable[[str], np.ndarray]:
    """Our value of a metric on each of the clips."""
    found = [{m.metric: m.value for m in measure_clip(clip).measurements} for clip in clips]
    return lambda metric: np.array([values[metric] for values in found])


def theirs(clips: list[Path], name: str, key: str, options: str = "") -> np.ndarray:
    """FFmpeg's mean over the frames of each of the clips."""
    return np.array([numbers(clip, name, key, options).mean() for clip in clips])


@pytest.mark.clips
def test_spatial_information_is_that_of_siti(clips, ours):
    """From 16,000 points and four frames a second, SI is within 6 % of FFmpeg's over all pixels and frames."""
    assert ours("spatial_information") == pytest.approx(theirs(clips, "siti", "lavfi.siti.si"), rel=0.06)


@pytest.mark.clips
def test_temporal_information_is_that_of_siti(clips, ours):
    """TI from 16,000 points of every frame is within 3 %; FFmpeg counts the first frame as 0, which ours leaves out."""
    expected = [numbers(clip, "siti", "lavfi.siti.ti")[1:].mean() for clip in clips]
    assert ours("temporal_information") == pytest.approx(np.array(expected), rel=0.03)


@pytest.mark.clips
def test_exposure_is_that_of_signalstats(clips, ours):
    """YAVG in codes from 16 to 235 is our exposure, to half a hundredth of the range."""
    expected = (theirs(clips, "signalstats", "lavfi.signalstats.YAVG") - 16) / 219
    assert ours("exposure") == pytest.approx(expected, abs=0.005)


@pytest.mark.clips
def test_flicker_orders_clips_as_signalstats_does(clips, ours):
    """YDIF is the same difference at full size: the order agrees, the values don't, since small pictures average."""
    expected = theirs(clips, "signalstats", "lavfi.signalstats.YDIF")
    assert spearman(1 - ours("flicker"), expected) > 0.95


@pytest.mark.clips
def test_colourfulness_is_akin_to_saturation(clips, ours):
    """SATAVG is the mean saturation; M3 is mostly its spread, so the orders agree in part only."""
    assert spearman(ours("colourfulness"), theirs(clips, "signalstats", "lavfi.signalstats.SATAVG")) > 0.6


@pytest.mark.clips
def test_blockiness_orders_clips_as_blockdetect_does(clips, ours):
    """Both look for a grid; FFmpeg's takes any period from 3 to 24 and whole pictures: the order agrees."""
    assert spearman(ours("blockiness"), theirs(clips, "blockdetect", "lavfi.block")) > 0.8


@pytest.mark.clips
@pytest.mark.parametrize("metric", ["sharpness", "effective_resolution"])
def test_blur_is_seen_as_by_blurdetect(clips_dir, tmp_path, metric):
    """FFmpeg's blur is the mean width of edges, whatever their height: as one clip is blurred, the orders mirror."""
    piece = cut_out(clips_dir / CLIPS[1], width=416, height=240, seconds=0.5)
    one, two = [], []
    for strength in (0, *STRENGTHS):
        file = write(damage(piece, "blur", strength), tmp_path / f"{strength}.mkv")
        one.append(measure_clip(file, [metric]).measurements[0].value)
        two.append(numbers(file, "blurdetect", "lavfi.blur").mean())
    assert spearman(one, two) < -0.95


def test_freezes_are_those_of_freezedetect(texture, tmp_path):
    """With the same limit and the same 0.2 s, start and end of a freeze are FFmpeg's."""
    moving = [texture(96, 160, dx=-2.0 * i) for i in range(48)]
    pictures = moving[:12] + [moving[12]] * 12 + moving[24:]
    file = lossless(pictures, tmp_path / "freeze.mkv")
    said = {
        k.split(".")[-1]: float(v) for one in filtered(file, "freezedetect", "d=0.2") for k, v in one.items()
    }
    (found,) = measure_clip(file, ["freezes"]).measurements
    assert found.events == ((said["freeze_start"], said["freeze_end"]),)


@pytest.mark.clips
def test_black_frames_are_those_of_blackdetect(clips_dir):
    """The lead-in of the FramePack clip: FFmpeg gives the same start and end."""
    file = clips_dir / "showdown_t2v/hummingbird__framepack_hunyuan.mp4"
    said = {
        k.split("_")[-1]: float(v) for one in filtered(file, "blackdetect", "d=0.05") for k, v in one.items()
    }
    (found,) = measure_clip(file, ["black_frames"]).measurements
    assert found.events == ((pytest.approx(said["start"], abs=2e-3), pytest.approx(said["end"], abs=2e-3)),)


def test_cuts_are_those_of_scdet(texture, tmp_path):
    """Between two different scenes FFmpeg's score is past its default limit of 10 at the same frame, and nowhere else."""
    pictures = [texture(96, 160, dx=-2.0 * i) for i in range(20)]
    # A darker scene: scdet looks at brightness alone, and would pass over one that is as bright.
    pictures += [texture(96, 160, seed=1, dx=-2.0 * i) // 2 for i in range(20)]
    file = lossless(pictures, tmp_path / "cut.mkv")
    scores = numbers(file, "scdet", "lavfi.scd.score")
    (found,) = measure_clip(file, ["cuts"]).measurements
    assert [round(i / 24, 3) for i in np.nonzero(scores >= 10)[0]] == [start for start, _ in found.events]
