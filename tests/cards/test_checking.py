"""Every reason why a model would not take a request, before anything is sent, all at once."""

import re
import struct

import pytest

from kit.cards import Settings, Shot, check, check_images, load_cards

CARDS = load_cards()
URL = "https://files.example/a.png"


def found(models, prompt="a red kite", provider="piapi", **settings):
    cards = [CARDS[m] for m in models.split()]
    return [str(f) for f in check(prompt, Settings(**settings), cards, {c.id: provider for c in cards})]


def test_nothing_to_say():
    """The comparison of the article passes as it is."""
    assert found("kling-2.6 kling-3.0") == []
    assert found("kling-2.6 kling-3.0", duration=10, mode="pro", audio=True) == []
    assert found("kling-2.6 kling-3.0", mode="1080p", start_frame=URL, end_frame=URL) == []


def test_all_faults_of_all_models():
    """Each names model, provider, setting, value and what is allowed."""
    no_field = "'blur', but piapi has no known field for it; leave it out, for all models alike"
    faults = found(
        "kling-2.6 kling-3.0", duration=17, aspect_ratio="4:3", mode="4k", negative_prompt="blur", audio=True
    )
    assert faults == [
        "kling-2.6 through piapi, duration: 17 s is not allowed; allowed: 5 or 10 s",
        "kling-2.6 through piapi, aspect_ratio: '4:3' is not allowed; allowed: 16:9, 9:16, 1:1",
        "kling-2.6 through piapi, mode: '4k' is not allowed; allowed: std (720p), pro (1080p)",
        "kling-3.0 through piapi, duration: 17 s is not allowed; allowed: 3 to 15 s, any whole second",
        "kling-3.0 through piapi, aspect_ratio: '4:3' is not allowed; allowed: 16:9, 9:16, 1:1",
        "kling-3.0 through piapi, mode: '4k' is not allowed; allowed: std (720p), pro (1080p)",
        f"kling-3.0 through piapi, negative_prompt: {no_field}",
    ]


@pytest.mark.parametrize(
    ("models", "settings", "problem"),
    [
        ("kling-2.6", {"audio": True}, "audio: on is not allowed here: 2.6 makes audio in mode pro only"),
        ("kling-2.6", {"end_frame": URL, "start_frame": URL}, "end_frame: .* in mode pro only"),
        (
            "kling-2.6",
            {"end_frame": URL, "start_frame": URL, "mode": "pro", "audio": True},
            "end_frame: .* without audio only",
        ),
        ("kling-2.6", {"end_frame": URL, "mode": "pro"}, "end_frame: .* needs a start frame as well"),
        (
            "kling-2.6",
            {"shots": (Shot("a", 2), Shot("b", 3))},
            "shots: 2 given, but piapi has no known field",
        ),
        ("kling-2.6", {"elements": (URL,)}, "elements: 1 given, but"),
        ("kling-1.6", {"elements": (URL,) * 5}, "elements: 5 given; at most 4 are allowed"),
        ("kling-2.1", {}, "start_frame: it is missing, and the model does not film text alone"),
        (
            "kling-2.5",
            {"audio": True},
            "audio: on is not allowed: piapi has no known field for it; allowed: off",
        ),
        ("kling-4.0", {"aspect_ratio": "4:3"}, r"allowed: 16:9, 9:16, 1:1 \(unconfirmed; a card of your own"),
        ("kling-4.0-flash", {"mode": "pro"}, r"mode: 'pro' is not allowed; allowed: std \(720p\)"),
        ("kling-4.0-flash", {"duration": 21}, "allowed: 3 to 20 s"),
        (
            "hailuo-2.3",
            {"duration": 10, "mode": "1080p"},
            "duration: 10 s is not allowed here: 1080p comes in 6 s",
        ),
        ("hailuo-2.3", {"aspect_ratio": "16:9"}, "aspect_ratio: '16:9', but it cannot be set"),
        ("hunyuan", {"duration": 5}, "duration: 5 s, but it cannot be set: piapi has no known field for it"),
        ("hunyuan", {"mode": "std"}, "mode: 'std', but it cannot be set"),
        ("veo-3", {"duration": 5}, "duration: 5 s is not allowed; allowed: 8 s only"),
        ("sora-2", {"duration": 3}, "duration: 3 s is not allowed; allowed: 4 s and longer"),
        ("seedance-2", {"start_frame": URL, "elements": (URL,)}, "elements: .*two modes of the request"),
        ("kling-3.0", {"shots": (Shot("a", 1),) * 7}, "shots: 7 given; at most 6 are allowed"),
        ("kling-3.0", {"shots": (Shot("a", 14), Shot("b", 2))}, "shots: together 16 s; allowed: 1 to 15 s"),
        ("kling-3.0", {"shots": (Shot("a", 15),)}, "shots, no. 1: 15 s; allowed: 1 to 14 s"),
        ("kling-3.0", {"shots": (Shot("", 3),)}, "shots, no. 1: its prompt is empty"),
        (
            "kling-3.0",
            {"shots": (Shot("a", 3),), "duration": 5},
            "duration: 5 s, but the shots together last 3 s",
        ),
        ("kling-2.6", {"negative_prompt": "x" * 2501}, "negative_prompt: 2,501 characters; at most 2,500"),
    ],
)
def test_one_fault(models, settings, problem):
    """Each limit on its own, and no other fault beside it."""
    faults = found(models, **settings)
    assert len(faults) == 1, faults
    assert re.search(problem, faults[0]), faults


def test_prompts():
    """Empty, blank and too long are refused; exactly as long as allowed is not."""
    assert "prompt: the prompt is empty" in found("kling-2.6", "  ")[0]
    assert found("kling-2.6", "x" * 2500) == []
    assert "prompt: 2,501 characters; at most 2,500 are allowed" in found("kling-2.6", "x" * 2501)[0]
    assert "control character" in found("kling-2.6", "a\x1bb")[0]
    assert found("kling-3.0", "", shots=(Shot("a", 3), Shot("b", 3))) == []


def test_shots_through_kling():
    """Kling's own API is stricter: 512 characters a shot, and at least 3 s together."""
    shots = (Shot("x" * 513, 1), Shot("b", 1))
    faults = found("kling-3.0", provider="kling", shots=shots)
    assert "together 2 s; allowed: 3 to 15 s" in faults[0]
    assert "shots, no. 1: 513 characters; at most 512" in faults[1]
    assert found("kling-3.0", shots=shots) == []


def test_elements_by_id():
    """Where a provider keeps elements, a file or an address is no element."""
    faults = found("kling-3.0", provider="kling", start_frame=URL, elements=(URL,))
    assert "no id; kling takes the ids of elements made there before" in faults[0]
    assert "together with a start frame only" in found("kling-3.0", provider="kling", elements=("8123",))[0]


def test_a_provider_must_be_chosen_and_known():
    """Both are faults like any other, beside those of the other models."""
    cards = [CARDS["kling-2.6"], CARDS["kling-3.0"], CARDS["kling-4.0"]]
    faults = check("", Settings(), cards, {"kling-3.0": "runway", "kling-4.0": "piapi"})
    assert [(f.where, f.column) for f in faults] == [
        ("kling-2.6", "provider"),
        ("kling-3.0", "provider"),
        ("kling-4.0 through piapi", "prompt"),
    ]
    assert "it knows: piapi, kling, fal, replicate" in faults[1].problem


def png(width, height, size=0):
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", width, height)
    return head + b"\x08\x02\x00\x00\x00" + bytes(size)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (png(300, 300), None),
        (png(299, 400), "299 x 400 pixels; each side must have at least 300"),
        (png(600, 600, 10_000_000), "10.0 MB; at most 10 MB are allowed"),
        (png(3000, 300), "the sides may differ by at most 1:2.5"),
        (b"<html>", "is no image: neither PNG, JPEG nor WebP by its first bytes"),
        (None, "cannot be read"),
    ],
)
def test_local_images(tmp_path, content, problem):
    """Type by first bytes, size in bytes and pixels, against the card's limits."""
    if content is not None:
        (tmp_path / "start.png").write_bytes(content)
    settings = Settings(start_frame="start.png")
    faults = check_images(settings, [CARDS["kling-3.0"]], {"kling-3.0": "piapi"}, folder=tmp_path)
    if problem is None:
        assert faults == []
    else:
        (fault,) = faults
        assert problem in fault.problem
        assert (fault.where, fault.column) == ("kling-3.0 through piapi", "start_frame")


def test_addresses_and_ids_are_not_looked_up_as_files(tmp_path):
    """Only paths are opened."""
    settings = Settings(start_frame=URL, end_frame="sha256:" + "ab" * 32, elements=("8123",))
    assert check_images(settings, [CARDS["kling-3.0"]], {"kling-3.0": "kling"}, folder=tmp_path) == []
