"""What models have in common, and what was and was not held constant."""

import pytest

from kit.cards import Settings, Shot, check, held_constant, load_cards, shared_settings
from kit.cards.card import nominal_size

CARDS = load_cards()


def cards(names):
    return [CARDS[name] for name in names.split()]


def test_shared_by_kling_26_and_30():
    """The settings that a fair comparison can use: 5 or 10 s, three ratios, both modes, audio in pro only."""
    shared = shared_settings(cards("kling-2.6 kling-3.0"))
    assert shared.durations == (5, 10)
    assert shared.aspect_ratios == ("16:9", "9:16", "1:1")
    assert shared.modes == ("std", "pro")
    assert shared.audio
    assert shared.audio_modes == ("pro",)
    assert shared.prompt_characters == 2500
    assert shared.negative_prompt == 0
    assert shared.start_frame
    assert shared.shots is None
    assert shared.blocked["negative_prompt"] == ("kling-3.0",)
    assert shared.blocked["shots"] == ("kling-2.6",)


def test_modes_meet_by_resolution_where_names_differ():
    """std of one and 720p of the other are the same thing to ask for."""
    shared = shared_settings(cards("kling-3.0 wan-2.6"))
    assert shared.modes == ("720p", "1080p")
    settings = Settings(duration=5, mode="720p")
    assert (
        check("a kite", settings, cards("kling-3.0 wan-2.6"), {"kling-3.0": "piapi", "wan-2.6": "piapi"})
        == []
    )


def test_what_one_model_cannot_set_is_left_to_the_defaults():
    """Nothing is offered for it, and the model that stands in the way is named."""
    shared = shared_settings(cards("kling-3.0 hunyuan"))
    assert shared.durations == ()
    assert shared.modes == ()
    assert shared.blocked["duration"] == ("hunyuan",)
    assert shared.blocked["mode"] == ("hunyuan",)


def test_the_provider_narrows_what_is_shared():
    """Through fal 2.6 has the mode pro only."""
    assert shared_settings(cards("kling-2.6"), {"kling-2.6": "fal"}).modes == ("pro",)
    with pytest.raises(ValueError, match="at least one model"):
        shared_settings([])


def test_shots_share_the_narrower_limits():
    """Of two models with shots the stricter limit counts."""
    shots = shared_settings(cards("kling-3.0 kling-3.0-omni")).shots
    assert (shots.most, shots.longest, shots.total_to) == (6, 14, 15)
    assert (
        check("", Settings(shots=(Shot("a", 7), Shot("b", 8))), cards("kling-3.0"), {"kling-3.0": "piapi"})
        == []
    )


def by_setting(names, settings, provider_of=None):
    held = held_constant(cards(names), settings, provider_of)
    return {h.setting: h for h in held.same}, {d.setting: d for d in held.differences}


def test_held_constant_in_the_articles_comparison():
    """Through one gateway all but the single-shot wish, which 2.6 has no field for; the resolution has its doubt."""
    same, different = by_setting("kling-2.6 kling-3.0", Settings())
    assert same["duration"].value == "5 s"
    assert same["audio"].value == "off"
    assert same["provider"].value == "piapi"
    assert same["resolution"].value == "720p, nominally 1280 x 720"
    assert same["resolution"].note == "kling-2.6: third party"
    assert set(different) == {"also sent"}
    assert different["also sent"].values == {"kling-2.6": "nothing", "kling-3.0": "prefer_multi_shots: false"}


def test_differences_are_recorded():
    """Different defaults, gateways and pixel sizes are data for the report."""
    _, different = by_setting("kling-2.6 hailuo-2.3", Settings(), {"kling-2.6": "fal"})
    assert different["duration"].values == {"kling-2.6": "5 s", "hailuo-2.3": "6 s"}
    assert different["aspect ratio"].values["hailuo-2.3"] == "not settable"
    assert different["resolution"].values == {
        "kling-2.6": "1080p, nominally 1920 x 1080",
        "hailuo-2.3": "768p",
    }
    assert different["longest prompt allowed"].values["hailuo-2.3"] == "2,000 characters"
    assert "audio: true" in different["provider's defaults, overridden"].values["kling-2.6"]
    assert "blur, distort" in different["provider's defaults, overridden"].values["kling-2.6"]


def test_a_start_frame_sets_the_ratio():
    """Where the ratio is not sent, the record does not claim one."""
    same, _ = by_setting("kling-2.6 kling-3.0", Settings(start_frame="https://files.example/a.png"))
    assert same["aspect ratio"].value == "follows the start frame"
    assert same["images"].value == "start frame"


@pytest.mark.parametrize(
    ("resolution", "ratio", "size"),
    [
        ("720p", "16:9", (1280, 720)),
        ("1080p", "9:16", (1080, 1920)),
        ("720p", "1:1", (720, 720)),
        ("360p", "16:9", (640, 360)),
        ("480p", "16:9", (854, 480)),
        ("720p", "auto", None),
        ("720p", None, None),
        (None, "16:9", None),
    ],
)
def test_nominal_sizes(resolution, ratio, size):
    """The short side is named, the long one follows, even as encoders need it."""
    assert nominal_size(resolution, ratio) == size
