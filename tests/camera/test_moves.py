"""The camera metric on clips whose moves are known: synthetic, rendered and real."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from kit.calibration import moves
from kit.calibration.stills import rendered
from kit.camera.check import check
from kit.camera.estimate import fit
from kit.camera.segments import parse
from kit.measure import measure_clip
from kit.metrics.flow import flow, pyramid
from kit.sandbox import render
from kit.suite import load

# A move of each kind, slow and fast, under the conditions where nothing should go wrong.
SLICE = {
    "clean": [
        "static 0",
        "pan_left 0.2",
        "tilt_up 12",
        "zoom_in 0.003",
        "roll_cw 0.15",
        "pan_right 2|tilt_up 2",
    ],
    "flicker": ["pan_right 0.4", "zoom_out 0.02", "static 0"],
    "noise": ["tilt_down 1.5", "roll_ccw 0.5"],
    "shake 1 px": ["static 0", "pan_left 1.5", "zoom_in 0.008"],
    "shake 2 px": ["static 0", "pan_left 0.2", "static 0|pan_right 1.5"],
    "7 frames/s": ["pan_right 12", "tilt_up 0.4", "roll_cw 1.5"],
    "256 px": ["pan_left 5", "zoom_out 0.008"],
    "cut": ["pan_right 1.5", "static 0"],
    "object": ["pan_left 1.5", "static 0"],
}


@cache
def pictures():
    """Two rendered scenes."""
    return rendered(("chop-and-plate", "busy-crossing"))


def chosen():
    """The cases of the slice over the first picture."""
    for case in moves.cases(["busy-crossing"]):
        if "|".join(f"{word} {rate:g}" for word, rate in case.moves) in SLICE.get(case.condition.name, ()):
            yield case


@pytest.mark.parametrize("case", list(chosen()), ids=lambda case: case.name)
def test_synthetic_moves_are_found(case, tmp_path):
    """The clip's words are found, in order, and nothing else."""
    path = tmp_path / "a.mp4"
    moves.film(case, pictures(), path)
    (measured,) = measure_clip(path, ["camera_motion"]).measurements
    assert parse(measured.text).words == case.words


def test_amounts_and_times_are_right(tmp_path):
    """A pan of 1.5 px a frame over 48 frames comes to 0.22 widths, a zoom of 0.8 % to 1.46; a change of move has its time."""
    by_name = {case.name: case for case in moves.cases(["busy-crossing"])}
    found = {}
    for name in ("pan_right 1.5", "zoom_in 0.008", "pan_right 2|tilt_up 2"):
        moves.film(by_name[f"clean|busy-crossing|{name}"], pictures(), tmp_path / "a.mp4")
        (measured,) = measure_clip(tmp_path / "a.mp4", ["camera_motion"]).measurements
        found[name] = parse(measured.text).segments
    assert found["pan_right 1.5"][0].amount == pytest.approx(47 * 1.5 / 320, rel=0.03)
    assert found["zoom_in 0.008"][0].amount == pytest.approx(1.008**47, rel=0.03)
    one, two = found["pan_right 2|tilt_up 2"]
    assert one.end == pytest.approx(1.0, abs=0.15)
    assert two.start == pytest.approx(1.0, abs=0.15)


def test_the_same_case_gives_the_same_clip(tmp_path):
    """A calibration can be made again to the bit."""
    case = next(case for case in moves.cases(["busy-crossing"]) if case.condition.name == "all at once")
    for name in ("a", "b"):
        moves.film(case, pictures(), tmp_path / f"{name}.mp4")
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_frames_of_a_calibration(tmp_path):
    """Accuracy has a row a condition and one over all; the confusion matrix counts single moves."""
    found = moves.results({"busy-crossing": pictures()["busy-crossing"], **pictures()}, tmp_path, every=150)
    table = moves.accuracy(found)
    assert table["clips"].iloc[-1] == len(found) == table["clips"].iloc[:-1].sum()
    single = ~found["truth"].str.contains("+", regex=False)
    assert moves.confusion(found).to_numpy().sum() == single.sum()
    assert isinstance(found, pd.DataFrame)


def test_a_known_similarity_is_fitted(texture):
    """A shift and a growth together are found from one pair, though a fifth of the picture goes its own way."""
    one, two = texture(180, 320), texture(180, 320, dx=3.0, dy=-2.0, zoom=1.02)
    one[60:120, 100:200] = texture(60, 100, seed=3)
    two[60:120, 100:200] = texture(60, 100, seed=3, dx=-5.0)
    pair = fit(flow(pyramid(one), pyramid(two)))
    assert pair.tells
    assert pair.motion.dx * 320 == pytest.approx(3.0 * 1.02, abs=0.15)
    assert pair.motion.dy * 180 == pytest.approx(-2.0 * 1.02, abs=0.15)
    assert pair.motion.scale == pytest.approx(1.02, abs=0.002)
    assert pair.motion.turn == pytest.approx(0, abs=0.1)


def test_a_flat_picture_tells_nothing(film):
    """Without texture the camera is unsure, not still; one frame alone has nothing to tell either."""
    measured = film(
        [np.full((90, 160), 90 + k, np.uint8) for k in range(12)], fps=12, metrics=["camera_motion"]
    )
    assert parse(measured["camera_motion"].text).words == ("unsure",)
    assert np.isnan(measured["camera_motion"].value)
    alone = film([np.full((90, 160), 90, np.uint8)], metrics=["camera_motion"])["camera_motion"]
    assert alone.text.startswith("one frame only")


@pytest.mark.parametrize("take", [1, 2, 3])
def test_the_articles_reversed_pan_is_found(take, tmp_path):
    """A pan from left to right is asked for; where the truth says it was filmed the other way, the check says reversed."""
    prompt = load("article-four")["chop-and-plate"]
    for model in ("sandbox-quick", "sandbox-steady"):
        out = tmp_path / "a.mp4"
        truth = render(
            prompt.text,
            model=model,
            take=take,
            out=out,
            prompt_id=prompt.id,
            width=320,
            height=180,
            fps=12,
            seconds=3.0,
        )
        (measured,) = measure_clip(out, ["camera_motion"]).measurements
        (outcome,) = check(prompt.camera, parse(measured.text))
        filmed = truth.camera[0].word
        assert filmed == "pan_left" if model == "sandbox-quick" else filmed == "pan_right"
        assert outcome.verdict == ("met" if filmed == "pan_right" else "reversed")


@pytest.mark.parametrize(
    ("prompt_id", "suite"),
    [
        ("rain-umbrella", "article-four"),
        ("cyclist-in-the-rain", "core-48"),
        ("campfire-sparks", "core-48"),
        ("chess-in-the-park", "core-48"),
    ],
)
def test_travels_and_orbits_of_the_sandbox_are_found(prompt_id, suite, tmp_path):
    """Whoever is followed stays in place, slim or seen from behind; round whom the camera goes, the ground turns."""
    prompt = load(suite)[prompt_id]
    out = tmp_path / "a.mp4"
    truth = render(
        prompt.text,
        model="sandbox-steady",
        out=out,
        prompt_id=prompt.id,
        camera=prompt.camera,
        width=320,
        height=180,
        fps=12,
    )
    (measured,) = measure_clip(out, ["camera_motion"]).measurements
    filmed = [segment.word for segment in truth.camera]
    assert filmed == list(prompt.camera)
    assert {outcome.verdict for outcome in check(filmed, parse(measured.text))} == {"met"}


@pytest.mark.clips
@pytest.mark.parametrize("folder", ["motionctrl_basic", "vd3d", "lumiere_static"])
def test_labelled_real_clips(folder, clips_dir):
    """The largest move of every real clip with a label is the labelled one."""
    table = pd.read_csv(clips_dir / folder / "manifest.csv")
    for file, label in zip(table["file"], table["camera_motion"], strict=True):
        (measured,) = measure_clip(clips_dir / folder / file, ["camera_motion"]).measurements
        assert max(parse(measured.text).segments, key=lambda segment: segment.size).word == label, file
