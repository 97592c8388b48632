"""Where results stand in the providers' answers, as their documents show them."""

import pytest

from kit.cards import load_cards
from kit.cards.answers import charge, first_link, links, look_up

CARDS = load_cards()


def spelled(model, provider):
    return CARDS[model].providers[provider].answer


def test_piapi_classic_and_new_shapes():
    """The link is found in either shape; without the watermark before with it; a pending task has none."""
    answer = spelled("kling-2.6", "piapi")
    work = {
        "video": {
            "resource": "https://img.example/wm.mp4",
            "resource_without_watermark": "https://img.example/clean.mp4",
        }
    }
    classic = {"data": {"output": {"video_url": "https://img.example/a.mp4", "works": [work]}}}
    assert first_link(answer, classic) == "https://img.example/a.mp4"
    assert list(links(answer, classic)) == [
        "https://img.example/a.mp4",
        "https://img.example/clean.mp4",
        "https://img.example/wm.mp4",
    ]
    assert first_link(answer, {"data": {"output": {"works": [work]}}}) == "https://img.example/clean.mp4"
    assert (
        first_link(answer, {"data": {"output": {"video": "https://img.example/b.mp4"}}})
        == "https://img.example/b.mp4"
    )
    luma = {"data": {"output": {"video": {"url": "https://img.example/c.mp4", "width": 1}}}}
    assert first_link(answer, luma) == "https://img.example/c.mp4"
    for pending in (None, {"video": ""}, {"type": "", "status": 0, "works": None}):
        assert first_link(answer, {"data": {"output": pending}}) is None


def test_other_providers():
    """Kling's list, fal's file, Replicate's bare address or list of them."""
    kling = {"data": {"task_result": {"videos": [{"id": "v1", "url": "https://cdn.example/v1.mp4"}]}}}
    assert first_link(spelled("kling-3.0", "kling"), kling) == "https://cdn.example/v1.mp4"
    fal = {"video": {"url": "https://v3.example/out.mp4", "content_type": "video/mp4"}}
    assert first_link(spelled("kling-3.0", "fal"), fal) == "https://v3.example/out.mp4"
    for output in ("https://r.example/out.mp4", ["https://r.example/out.mp4"]):
        assert (
            first_link(spelled("kling-3.0", "replicate"), {"output": output}) == "https://r.example/out.mp4"
        )


@pytest.mark.parametrize(
    "link",
    ["http://files.example/a.mp4", "file:///etc/passwd", "javascript:x", "https://", "http://[", 7, "", None],
)
def test_only_what_can_be_fetched_safely_is_a_link(link):
    """https, or http on this machine for the sandbox."""
    assert first_link(spelled("kling-3.0", "replicate"), {"output": link}) is None
    local = {"data": {"output": {"video_url": "http://127.0.0.1:8765/a.mp4"}}}
    assert first_link(spelled("sandbox-quick", "sandbox"), local) == "http://127.0.0.1:8765/a.mp4"


@pytest.mark.parametrize(
    ("consume", "usd"), [(2_800_000, 0.28), (9_600_000, 0.96), (0, None), ("x", None), (True, None)]
)
def test_charges(consume, usd):
    """Ten million units are a dollar; a finished task that says 0 says nothing."""
    answer = {"data": {"meta": {"usage": {"type": "point", "frozen": 0, "consume": consume}}}}
    assert charge(spelled("kling-3.0", "piapi"), answer) == usd
    assert charge(spelled("kling-3.0", "kling"), answer) is None


def test_looking_up():
    """Anything missing on the way is None, never an error."""
    data = {"a": [{"b": 1}], "0": "x"}
    assert look_up(data, "a.0.b") == 1
    for path in ("a.1.b", "a.b", "a.0.b.c", "z", "a.-1.b"):
        assert look_up(data, path) is None
