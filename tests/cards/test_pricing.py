"""Prices as the providers' pages state them, and what is said where none is known."""

import pytest

from kit.cards import Settings, Shot, estimate, load_cards
from kit.errors import BadParameter

CARDS = load_cards()


@pytest.mark.parametrize(
    ("model", "provider", "settings", "usd", "certainty"),
    [
        ("kling-3.0", "piapi", {"duration": 5}, 0.50, "confirmed"),
        ("kling-3.0", "piapi", {"duration": 5, "mode": "pro"}, 0.75, "confirmed"),
        ("kling-3.0", "piapi", {"duration": 5, "audio": True}, 0.75, "confirmed"),
        ("kling-3.0", "piapi", {"duration": 5, "mode": "1080p", "audio": True}, 1.00, "confirmed"),
        ("kling-3.0", "piapi", {"shots": (Shot("a", 1), Shot("b", 2))}, 0.30, "confirmed"),
        ("kling-3.0-omni", "piapi", {"duration": 5, "mode": "pro"}, 0.75, "confirmed"),
        ("kling-3.0-turbo", "piapi", {"duration": 5}, 0.65, "confirmed"),
        ("kling-3.0-turbo", "piapi", {"duration": 5, "mode": "pro"}, 0.95, "confirmed"),
        ("kling-2.6", "piapi", {"duration": 5}, 0.20, "confirmed"),
        ("kling-2.6", "piapi", {"duration": 5, "mode": "pro"}, 0.33, "confirmed"),
        ("kling-2.6", "piapi", {"duration": 5, "mode": "pro", "audio": True}, 0.66, "confirmed"),
        ("kling-2.6", "piapi", {"duration": 10}, 0.40, "third_party"),
        ("kling-2.6", "piapi", {"duration": 10, "mode": "pro"}, 0.66, "third_party"),
        ("kling-2.5", "piapi", {"duration": 5, "mode": "pro"}, 0.33, "confirmed"),
        ("kling-2.5-turbo", "piapi", {"duration": 10}, 0.56, "confirmed"),
        ("kling-2.0", "piapi", {"duration": 10}, 1.92, "confirmed"),
        ("kling-2.1-master", "piapi", {"duration": 5}, 0.96, "confirmed"),
        ("kling-1.6", "piapi", {"duration": 10, "mode": "pro"}, 0.92, "confirmed"),
        ("kling-2.1", "piapi", {"duration": 5}, 0.26, "confirmed"),
        ("kling-o1", "piapi", {"duration": 5}, 0.39, "confirmed"),
        ("kling-o1", "piapi", {"duration": 5, "mode": "pro"}, 0.52, "derived"),
        ("kling-o1", "piapi", {"duration": 10, "mode": "pro"}, 1.04, "confirmed"),
        ("kling-4.0", "piapi", {"duration": 30, "mode": "pro"}, 7.50, "confirmed"),
        ("kling-4.0-flash", "piapi", {"duration": 5}, 0.50, "confirmed"),
        ("kling-2.6", "fal", {"duration": 5, "audio": True}, 0.70, "confirmed"),
        ("kling-3.0", "fal", {"duration": 5}, 0.42, "confirmed"),
        ("kling-3.0", "fal", {"duration": 10, "mode": "pro", "audio": True}, 1.68, "confirmed"),
        ("kling-3.0", "kling", {"duration": 10}, 0.84, "third_party"),
        ("luma-ray-2", "piapi", {}, 0.20, "confirmed"),
        ("hunyuan", "piapi", {}, 0.09, "confirmed"),
        ("hunyuan-fast", "piapi", {}, 0.03, "confirmed"),
        ("veo-3", "piapi", {}, 0.96, "confirmed"),
        ("veo-3-fast", "piapi", {"audio": True}, 0.72, "confirmed"),
        ("veo-3.1", "piapi", {"duration": 4, "audio": True}, 0.96, "confirmed"),
        ("sora-2", "piapi", {"duration": 4}, 0.32, "confirmed"),
        ("sora-2-pro", "piapi", {"duration": 4}, 0.96, "confirmed"),
    ],
)
def test_known_prices(model, provider, settings, usd, certainty):
    """Exact to the cent, with the mark that the source deserves, a source and a date."""
    found = estimate(CARDS[model], provider, Settings(**settings))
    assert found
    assert found.usd_low == found.usd_high == pytest.approx(usd, abs=1e-9)
    assert found.certainty == certainty
    assert found.source
    assert found.date == "2026-11"


def test_since_when_a_price_holds():
    """The 3.0 prices came into force on a day that is known."""
    assert estimate(CARDS["kling-3.0"], "piapi", Settings()).since == "2026-02-13"


def test_a_range_stays_a_range():
    """Where sources disagree both ends are given, and in words too."""
    found = estimate(CARDS["seedance-2"], "piapi", Settings(duration=10))
    assert (found.usd_low, found.usd_high, found.certainty) == (1.0, 1.3, "third_party")
    assert str(found) == "$1.00 to $1.30"
    kling = estimate(CARDS["kling-3.0"], "kling", Settings(duration=10, audio=True))
    assert (kling.usd_low, kling.usd_high) == (1.12, 1.26)


@pytest.mark.parametrize(
    ("model", "provider", "settings"),
    [
        ("kling-2.6", "piapi", {"mode": "std", "audio": True}),
        ("kling-2.5", "piapi", {"duration": 10}),
        ("kling-2.6", "replicate", {}),
        ("kling-1.5", "piapi", {}),
        ("hailuo-2.3", "piapi", {}),
        ("luma-ray-2", "piapi", {"duration": 10}),
    ],
)
def test_unknown_prices_are_said_not_guessed(model, provider, settings):
    """No number at all, false, and words that name model and provider."""
    found = estimate(CARDS[model], provider, Settings(**settings))
    assert not found
    assert found.usd_low is None
    assert found.usd_high is None
    assert "no price known" in str(found)
    assert model in str(found)
    assert provider in str(found)


def test_an_unknown_provider_is_refused():
    """The nearest name is offered."""
    with pytest.raises(BadParameter, match=r"'piap' \(did you mean 'piapi'\?\)"):
        estimate(CARDS["kling-2.6"], "piap", Settings())


def test_sandbox_prices_are_named_as_made_up():
    """Nobody may take them for a real price."""
    found = estimate(CARDS["sandbox-quick"], "sandbox", Settings(duration=10))
    assert found
    assert "made up" in found.source
    assert "made up" in found.note
