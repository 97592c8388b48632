"""Sandbox clips: the same twice, different where they should be, and as their truth says."""

import json
from dataclasses import asdict
from pathlib import Path

import av
import numpy as np
import pytest

from kit.errors import BadParameter
from kit.sandbox import MODELS, render
from kit.sandbox.camera import Segment
from kit.sandbox.canvas import Frame
from kit.sandbox.faults import spoil
from kit.sandbox.plan import Plan
from kit.sandbox.scenes.catalogue import SPECS
from kit.sandbox.truth import TimedFault

KITCHEN = "In a bright kitchen somebody chops vegetables on a board and lays the food on a plate; the camera pans from left to right."
SMALL = {"width": 320, "height": 180, "fps": 12, "seconds": 2.0}


def gray(path: Path) -> np.ndarray:
    """All frames of a clip as float32 luma, (frames, height, width)."""
    with av.open(path) as box:
        return np.stack([f.to_ndarray(format="gray") for f in box.decode(video=0)]).astype(np.float32)


def shift(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """How far content moves from a to b, (down, right) in whole pixels, by phase correlation (Kuglin and Hines 1975)."""
    window = np.hanning(a.shape[0])[:, None] * np.hanning(a.shape[1])[None, :]
    fa, fb = (np.fft.rfft2((p - p.mean()) * window) for p in (a, b))
    cross = fb * np.conj(fa)
    peak = np.fft.irfft2(cross / np.maximum(np.abs(cross), 1e-9), s=a.shape)
    y, x = np.unravel_index(int(peak.argmax()), peak.shape)
    h, w = a.shape
    return (y - h if y > h / 2 else y), (x - w if x > w / 2 else x)


def first_take(prompt: str, model: str, tmp_path: Path, want, **settings):
    """The first of twelve takes whose truth satisfies `want`, as (truth, path)."""
    for take in range(1, 13):
        out = tmp_path / f"{take}.mp4"
        truth = render(prompt, model=model, take=take, out=out, **settings)
        if want(truth):
            return truth, out
    pytest.fail("none of twelve takes has the fault looked for")


def kinds(truth) -> dict[str, TimedFault]:
    """The faults of a truth by kind."""
    return {f.kind: f for f in truth.faults}


def test_same_bytes_twice(tmp_path):
    """The same arguments give the same clip and the same truth, byte for byte."""
    for name in ("a", "b"):
        render("A fox runs over snow at dusk", model="sandbox-quick", out=tmp_path / f"{name}.mp4", **SMALL)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert (tmp_path / "a.truth.json").read_bytes() == (tmp_path / "b.truth.json").read_bytes()


@pytest.mark.parametrize(
    "prompt_id", ["rain-umbrella", "steaming-cup", "code-on-laptop", "chop-and-plate", None]
)
def test_takes_and_models_differ(tmp_path, prompt_id):
    """Another take and another model give visibly other pictures of the same prompt."""
    first = []
    for model, take in (("sandbox-quick", 1), ("sandbox-steady", 1), ("sandbox-steady", 2)):
        out = tmp_path / f"{model}{take}.mp4"
        render(
            "something to film",
            model=model,
            take=take,
            out=out,
            prompt_id=prompt_id,
            width=160,
            height=90,
            fps=4,
            seconds=0.5,
        )
        first.append(gray(out)[0])
    for a, b in ((0, 1), (1, 2)):
        assert np.abs(first[a] - first[b]).mean() > 1.5


def test_file_is_what_browsers_play(tmp_path):
    """H.264, yuv420p, BT.709, the index before the pictures, the right size, count and rate, and a mark in the metadata."""
    out = tmp_path / "c.mp4"
    truth = render(
        "A boat at sea", model="sandbox-steady", take=3, out=out, width=322, height=182, fps=10, seconds=1.0
    )
    with av.open(out) as box:
        stream = box.streams.video[0]
        frames = list(box.decode(video=0))
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height, stream.average_rate) == (322, 182, 10)
        assert stream.codec_context.colorspace == 1
        assert box.metadata["comment"] == "kit-sandbox; model=sandbox-steady; take=3"
    assert len(frames) == truth.frames == 10
    data = out.read_bytes()
    assert data.find(b"moov") < data.find(b"mdat")


@pytest.mark.parametrize("size", [(64, 64), (90, 160), (64, 640), (640, 64)])
@pytest.mark.parametrize(
    "prompt_id", ["rain-umbrella", "steaming-cup", "code-on-laptop", "chop-and-plate", "generic"]
)
def test_odd_shapes_of_picture(tmp_path, prompt_id, size):
    """Small, upright and very wide pictures come out at their size and are not one flat colour."""
    out = tmp_path / "c.mp4"
    render(
        "a lake",
        model="sandbox-quick",
        out=out,
        prompt_id=prompt_id,
        width=size[0],
        height=size[1],
        fps=3,
        seconds=1.0,
    )
    frames = gray(out)
    assert frames.shape == (3, size[1], size[0])
    assert frames.std() > 8


def test_watermark_is_on_every_frame(tmp_path, monkeypatch):
    """The corner with the mark differs from a clip rendered without it, in every frame; the rest hardly does."""
    pictures = []
    for name in ("marked", "bare"):
        if name == "bare":
            monkeypatch.setattr("kit.sandbox.film._stamp", lambda _plan: [])
        render(
            "A red balloon over hills", model="sandbox-steady", out=tmp_path / f"{name}.mp4", crf=12, **SMALL
        )
        pictures.append(gray(tmp_path / f"{name}.mp4"))
    gap = np.abs(pictures[0] - pictures[1])
    assert gap[:, -12:, -52:].max(axis=(1, 2)).min() > 40
    assert gap[:, :150].mean() < 1.0


@pytest.mark.parametrize(
    ("model", "word", "sign"), [("sandbox-steady", "pan_right", -1), ("sandbox-quick", "pan_left", 1)]
)
def test_pan_goes_where_the_truth_says(tmp_path, model, word, sign):
    """The steady model pans right (content moves left); the quick one's reversed pan is in its truth and in its pixels."""
    truth, out = first_take(
        KITCHEN,
        model,
        tmp_path,
        lambda t: t.camera[0].word == word and "cut" not in kinds(t),
        camera=["pan_right"],
        **SMALL,
    )
    assert truth.wanted_camera == ("pan_right",)
    assert ("camera" in kinds(truth)) == (word != "pan_right")
    frames = gray(out)[:, :100]  # the wall: no hands in it
    moves = [shift(frames[k], frames[k + 3])[1] for k in range(3, 18, 3)]
    assert np.sign(np.median(moves)) == sign


@pytest.mark.parametrize(
    ("word", "axis", "sign"),
    [("tilt_up", 0, 1), ("tilt_down", 0, -1), ("pan_left", 1, 1), ("pan_right", 1, -1)],
)
def test_generic_moves_have_the_projects_signs(tmp_path, word, axis, sign):
    """Pans and tilts of a free prompt move the content as the project's camera words say."""
    out = tmp_path / "c.mp4"
    truth = render("Hills in summer", model="sandbox-steady", out=out, camera=[word], **SMALL)
    assert [s.word for s in truth.camera] == [word]
    frames = gray(out)[:, 90:165]
    moves = [shift(frames[k], frames[k + 2])[axis] for k in range(4, 20, 2)]
    assert np.sign(np.median(moves)) == sign


@pytest.mark.parametrize("prompt", ["Hills in summer", "A city by day", "A boat at sea", "A living room"])
def test_an_orbit_turns_the_ground_under_the_subject(tmp_path, prompt):
    """What is behind the subject slides right, and the ground before its feet left; nothing uncovers an old picture."""
    out = tmp_path / "c.mp4"
    truth = render(prompt, model="sandbox-steady", out=out, camera=["orbit"], **SMALL)
    assert [s.word for s in truth.camera] == ["orbit"]
    frames = gray(out)
    far = [shift(frames[k, 5:95], frames[k + 4, 5:95])[1] for k in range(4, 20, 2)]
    near = [shift(frames[k, 165:, :240], frames[k + 4, 165:, :240])[1] for k in range(4, 20, 2)]
    assert np.median(far) > 1
    assert np.median(near) < 0


def test_clouds_never_drift_against_a_pan(tmp_path):
    """The sky of a pan goes the way of its ground, to either side."""
    for word, sign in (("pan_left", 1), ("pan_right", -1)):
        out = tmp_path / f"{word}.mp4"
        render("A boat at sea", model="sandbox-steady", out=out, camera=[word], **SMALL)
        frames = gray(out)[:, :80]
        assert np.sign(shift(frames[4], frames[20])[1]) == sign


@pytest.mark.parametrize(("word", "grows"), [("zoom_in", True), ("zoom_out", False)])
def test_zoom_changes_scale(tmp_path, word, grows):
    """A push in makes content on the right move right, and on the left move left; a pull out the other way."""
    out = tmp_path / "c.mp4"
    render("A quiet living room with a lamp", model="sandbox-steady", out=out, camera=[word], **SMALL)
    frames = gray(out)
    left = [shift(frames[k, :, :110], frames[k + 4, :, :110])[1] for k in range(2, 18, 4)]
    right = [shift(frames[k, :, 210:], frames[k + 4, :, 210:])[1] for k in range(2, 18, 4)]
    assert bool(np.median(right) - np.median(left) > 0) is grows


def test_static_clip_stands_still(tmp_path):
    """The steady desk does not move: corners away from screen and plant stay equal but for coding noise."""
    out = tmp_path / "c.mp4"
    truth = render("x", model="sandbox-steady", out=out, prompt_id="code-on-laptop", crf=14, **SMALL)
    assert [s.word for s in truth.camera] == ["static"]
    frames = gray(out)
    assert np.abs(frames[-1, :40, :60] - frames[0, :40, :60]).mean() < 1.5
    assert np.abs(frames[-1, 40:120, 90:220] - frames[0, 40:120, 90:220]).mean() > 4  # the code has scrolled


def test_flicker_is_where_the_truth_says(tmp_path):
    """Mean brightness changes far more from frame to frame inside the flicker's interval than outside."""
    truth, out = first_take(
        "A quiet living room",
        "sandbox-quick",
        tmp_path,
        lambda t: "flicker" in kinds(t) and not {"cut", "pop"} & set(kinds(t)),
        camera=["static"],
        **SMALL,
    )
    fault = kinds(truth)["flicker"]
    mean = gray(out).mean(axis=(1, 2))
    step = np.abs(np.diff(mean)) / mean.mean()
    at = (np.arange(len(step)) + 1) / truth.fps
    inside = (at > fault.start) & (at < fault.end - 1 / truth.fps)
    outside = (at < fault.start) | (at > fault.end + 1 / truth.fps)
    assert step[inside].mean() > 5 * step[outside].mean()
    assert step[inside].max() > fault.strength


def test_frozen_frames_are_equal(tmp_path):
    """Within a freeze nothing but coding noise changes; before and after it the picture moves."""
    truth, out = first_take(
        "A taxi in the city in the rain",
        "sandbox-quick",
        tmp_path,
        lambda t: "freeze" in kinds(t),
        camera=["pan_left"],
        crf=10,
        **SMALL,
    )
    fault = kinds(truth)["freeze"]
    frames = gray(out)
    step = np.abs(np.diff(frames, axis=0)).mean(axis=(1, 2))
    first, last = round(fault.start * truth.fps), round(fault.end * truth.fps) - 1
    assert last - first + 1 == fault.strength
    assert step[first:last].max() < 0.25 * np.median(np.delete(step, np.arange(first, last)))


@pytest.mark.parametrize("height", [180, 720])
def test_soften_blurs_by_the_sigma_stated(height):
    """A hard edge comes out with the spread of a Gaussian of that sigma, at small sizes and at large ones."""
    width, sigma = height * 16 // 9, 3.0
    frame = Frame(width, height)
    frame.px[:, :, width // 2 :] = 255
    spoil(frame, (TimedFault("soften", 0.0, 1.0, sigma, "px", ""),), 0.5, (0.5, 0.5), 24)
    slope = np.diff(frame.px[1, height // 2].astype(float))
    at = np.arange(len(slope)) - (slope * np.arange(len(slope))).sum() / slope.sum()
    assert np.sqrt((slope * at**2).sum() / slope.sum()) == pytest.approx(sigma, rel=0.12)


def test_warp_moves_only_its_own_part():
    """The warp displaces pixels round the focus by at most what is stated and leaves the corners alone."""
    frame = Frame(320, 180)
    frame.px[:] = (np.indices((180, 320))[1] % 200).astype(np.uint16)
    before = frame.px.copy()
    spoil(frame, (TimedFault("warp", 0.0, 1.0, 6.0, "px", ""),), 0.5, (0.5, 0.5), 24)
    gap = np.abs(frame.px.astype(int) - before)[0]
    assert gap[:20, :60].max() == 0
    assert 2 <= gap[80:100, 110:190].max() <= 6


@pytest.mark.parametrize("spec", [s for s in SPECS.values() if s.name != "generic"], ids=lambda s: s.name)
def test_dropped_actions_and_pops_change_the_picture(spec):
    """Everything that a scene can leave out is really there when it is not left out."""
    segments = (
        (Segment("track", 0.0, 1.3, 1.2, "metres"), Segment("orbit", 0.7, 1.8, 80.0, "degrees"))
        if spec.name == "rain-umbrella"
        else ()
    )

    def draw(dropped=frozenset(), faults=()):
        plan = Plan("p", "sandbox-steady", 1, 2.0, 320, 180, 12, segments, dropped, faults)
        scene, frame, out = spec.build(plan), Frame(320, 180), []
        for t in (0.6, 1.9):
            scene.draw(frame, t)
            out.append(frame.px.astype(np.float32).copy())
        return np.stack(out)

    whole = draw()
    for name in spec.actions:
        assert np.abs(draw(frozenset((name,))) - whole).max() > 25, name
    gone = draw(faults=(TimedFault("pop", 0.5, 0.7, 1.0, "thing", "", spec.pops),))
    assert np.abs(gone[0] - whole[0]).max() > 40
    assert np.abs(gone[1] - whole[1]).max() == 0


def test_steady_has_few_slight_faults_and_quick_has_several(tmp_path):
    """Over six takes the quick model has at least two faults in each clip, the steady one at most one, and a slight one."""
    for take in range(1, 7):
        quick, steady = (
            render(
                "Waves on a beach",
                model=m,
                take=take,
                out=tmp_path / "c.mp4",
                width=64,
                height=64,
                fps=4,
                seconds=1.0,
            )
            for m in ("sandbox-quick", "sandbox-steady")
        )
        assert len(quick.faults) >= 2
        assert len(steady.faults) <= 1
        assert all(f.kind in ("soften", "flicker", "warp") for f in steady.faults)


def test_truth_beside_the_clip(tmp_path):
    """The JSON beside the clip says what the returned truth says, with a schema version and sorted keys."""
    out = tmp_path / "c.mp4"
    checks = ["Steam rises from the cup.", "the light comes from the LEFT", "A cat sleeps."]
    truth = render(
        "A cup of tea, steam rising, on a wooden table",
        model="sandbox-steady",
        out=out,
        checks=checks,
        **SMALL,
    )
    text = (tmp_path / "c.truth.json").read_text(encoding="utf-8")
    assert json.loads(text) == json.loads(json.dumps(asdict(truth)))
    assert json.loads(text)["schema"] == 1
    assert list(json.loads(text)) == sorted(json.loads(text))
    assert truth.scene == "steaming-cup"
    assert truth.checks == {checks[0]: True, checks[1]: True, checks[2]: None}


def test_checks_follow_the_faults(tmp_path):
    """A claim about something the clip drops is false in its truth, and only such claims are."""
    claims = SPECS["rain-umbrella"].claims
    for take in range(1, 5):
        truth = render(
            "x",
            model="sandbox-quick",
            take=take,
            out=tmp_path / "c.mp4",
            prompt_id="rain-umbrella",
            width=64,
            height=64,
            fps=2,
            seconds=0.5,
        )
        lost = {f.target for f in truth.faults if f.kind == "action"} | {
            "camera" for f in truth.faults if f.kind == "camera"
        }
        assert lost
        assert truth.checks == {claim: need not in lost for claim, need in claims.items()}


def test_no_model_name_reaches_the_pixels(tmp_path):
    """Every model is called a sandbox model, and both carry the same watermark."""
    assert all(name.startswith("sandbox-") and name == m.name for name, m in MODELS.items())
    assert set(MODELS) == {"sandbox-quick", "sandbox-steady"}


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ({"model": "sandbox-quik"}, "did you mean 'sandbox-quick'"),
        ({"width": 321}, "321"),
        ({"height": 4320}, "4320"),
        ({"width": 0}, "width is 0"),
        ({"seconds": 0.1}, "0.2 to 30"),
        ({"seconds": float("nan")}, "nan"),
        ({"seconds": 31}, "31"),
        ({"fps": 0}, "1 to 60"),
        ({"fps": 61}, "61"),
        ({"take": 0}, "take is 0"),
        ({"camera": ["pan_rigth"]}, "did you mean 'pan_right'"),
        ({"crf": 60}, "0 to 51"),
        ({"prompt": " \n"}, "empty"),
        ({"out": Path("c.webm")}, "c.webm"),
    ],
)
def test_wrong_parameters_are_refused(tmp_path, change, seen):
    """Each wrong parameter is refused with what was seen or expected, before any file is made."""
    given = {"prompt": "A hill", "model": "sandbox-quick", "out": tmp_path / "c.mp4"} | change
    with pytest.raises(BadParameter, match=seen.replace("[", r"\[")):
        render(**given)
    assert list(tmp_path.iterdir()) == []


def test_no_half_file_is_left(tmp_path, monkeypatch):
    """When drawing fails midway, neither a clip nor a temporary file remains."""

    def fail(*_args, **_kw):
        raise RuntimeError("drawing failed")

    monkeypatch.setattr("kit.sandbox.film.spoil", fail)
    with pytest.raises(RuntimeError, match="drawing failed"):
        render("A hill", model="sandbox-quick", out=tmp_path / "c.mp4", **SMALL)
    assert list(tmp_path.iterdir()) == []
