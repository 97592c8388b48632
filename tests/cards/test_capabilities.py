"""The comparison table: Kling 2.6 against 3.0 as their sources state it, each cell with its mark."""

import pytest

from kit.cards import load_cards
from kit.cards.capabilities import ROWS, Cell, as_text, capability_table
from kit.errors import BadParameter

ARTICLE = {
    "text-to-video": ("yes (confirmed)", "yes (confirmed)"),
    "image-to-video": ("yes (confirmed)", "yes (confirmed)"),
    "start and end frames": ("yes (confirmed)", "yes (confirmed)"),
    "native audio": ("yes, in mode pro only (confirmed)", "yes (confirmed)"),
    "multi-shot": ("no (confirmed)", "yes, up to 6 shots (confirmed)"),
    "start frame with elements": ("no (confirmed)", "yes, not through PiAPI (confirmed)"),
    "three or more characters": ("no (confirmed)", "yes (confirmed)"),
    "languages": ("zh, en (confirmed)", "zh, en, ja, ko, es (confirmed)"),
    "dialects": ("no (confirmed)", "yes, some (confirmed)"),
    "longest clip": ("10 s (confirmed)", "15 s (confirmed)"),
    "flexible duration": ("no, 5 or 10 s (confirmed)", "yes, 3 to 15 s, any whole second (confirmed)"),
    "resolution": ("std 720p, pro 1080p (third party)", "std 720p, pro 1080p (confirmed)"),
    "price of 5 s, silent": ("std $0.20, pro $0.33 (confirmed)", "std $0.50, pro $0.75 (confirmed)"),
    "audio default": ("not stated (unconfirmed)", "not stated (unconfirmed)"),
}


def test_kling_26_against_30():
    """The table that the first comparison needs, cell by cell."""
    table = as_text(capability_table(["kling-2.6", "kling-3.0"]))
    assert {row: tuple(table.loc[row]) for row in table.index} == ARTICLE


def test_order_is_the_callers():
    """Columns as asked for, rows always the same."""
    table = capability_table(["kling-3.0", "sandbox-steady", "kling-2.6"])
    assert list(table.columns) == ["kling-3.0", "sandbox-steady", "kling-2.6"]
    assert tuple(table.index) == ROWS


@pytest.mark.parametrize("model", list(load_cards()))
def test_every_card_fills_its_column(model):
    """A cell is never empty: what nobody states says so, and what is stated names its source."""
    for cell in capability_table([model])[model]:
        assert isinstance(cell, Cell)
        assert cell.value
        if cell.value == "not stated":
            assert cell.certainty == "unconfirmed"
        elif cell.certainty != "unconfirmed":
            assert cell.source


def test_provider_decides_price_and_audio_default():
    """The same model through fal: another price, only one mode, and audio on by default."""
    table = as_text(capability_table(["kling-2.6"], provider_of={"kling-2.6": "fal"}))["kling-2.6"]
    assert table["price of 5 s, silent"] == "pro $0.35 (confirmed)"
    assert table["audio default"] == "on (confirmed)"


def test_what_nobody_states_is_not_made_up():
    """Kling 4.0's full list of fields is unknown, and the table says so instead of no."""
    table = as_text(capability_table(["kling-4.0", "kling-2.1"]))
    assert table.loc["native audio", "kling-4.0"] == "not stated (unconfirmed)"
    assert table.loc["multi-shot", "kling-4.0"] == "not stated (unconfirmed)"
    assert table.loc["text-to-video", "kling-2.1"] == "no (confirmed)"


def test_a_clip_without_5_s_names_its_length():
    """Veo's shortest clip through PiAPI is 8 s: its price is not passed off as one of 5 s."""
    table = as_text(capability_table(["veo-3", "hunyuan", "sora-2"]))
    assert table.loc["price of 5 s, silent", "veo-3"] == "720p $0.96 for 8 s (confirmed)"
    assert table.loc["price of 5 s, silent", "hunyuan"] == "$0.09 a clip (confirmed)"
    assert table.loc["longest clip", "sora-2"] == "not stated (unconfirmed)"


def test_unknown_model_is_refused():
    """With the nearest name."""
    with pytest.raises(BadParameter, match=r"did you mean 'kling-3.0'"):
        capability_table(["kling-3"])
