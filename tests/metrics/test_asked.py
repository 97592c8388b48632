import pandas as pd

from kit.metrics.asked import ASKED_COLUMNS, compare_with_asked

FOUND = {"duration": 5.04, "aspect_ratio": 16 / 9, "nominal_size": 720.0, "shots": 2.0, "audio": 0.0}


def frames(settings, found=FOUND, clip="c1"):
    """One request with these settings and its clip's measurements."""
    requests = pd.DataFrame(
        [("q1", "p1", "m1", 1, clip, settings)],
        columns=["request", "prompt_id", "model", "take", "clip", "settings"],
    )
    measurements = pd.DataFrame(
        [("c1", name, value) for name, value in found.items()], columns=["clip", "metric", "value"]
    )
    return requests, measurements


def told(settings, found=FOUND):
    """Setting -> (asked, found, met)."""
    table = compare_with_asked(*frames(settings, found))
    return {row.setting: (row.asked, row.found, row.met) for row in table.itertuples()}


def test_what_was_asked_for_is_held_against_the_clip():
    """Five seconds, 16:9, 720p and no sound are met; two shots where one was asked for are not."""
    assert told({"duration": 5, "aspect_ratio": "16:9", "mode": "720p", "audio": False}) == {
        "duration": ("5 s", "5.04 s", True),
        "aspect_ratio": ("16:9", "1.778", True),
        "size": ("720 px", "720 px", True),
        "shots": ("1", "2", False),
        "audio": ("no", "no", True),
    }


def test_what_is_not_met_is_told():
    """Ten seconds, upright, 1080p and sound are not what the clip is; two shots are."""
    shots = [{"prompt": "one", "seconds": 5}, {"prompt": "two", "seconds": 5}]
    found = told({"duration": 10, "aspect_ratio": "9:16", "mode": "1080p", "audio": True, "shots": shots})
    assert {name: met for name, (_, _, met) in found.items()} == {
        "duration": False,
        "aspect_ratio": False,
        "size": False,
        "shots": True,
        "audio": False,
    }


def test_a_mode_that_names_no_size_is_not_compared():
    """`std` says nothing of pixels."""
    assert "size" not in told({"mode": "std"})


def test_what_was_not_measured_is_neither():
    """Without a measurement there is no answer, rather than a wrong one."""
    assert told({"duration": 5}, {})["duration"] == ("5 s", "", None)


def test_clips_without_settings_have_no_rows():
    """Imported clips, and requests without a clip, are left out; the columns stay."""
    assert list(compare_with_asked(*frames({})).columns) == ASKED_COLUMNS
    assert compare_with_asked(*frames({})).empty
    assert compare_with_asked(*frames({"duration": 5}, clip=None)).empty
