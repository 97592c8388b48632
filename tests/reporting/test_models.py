"""What the models can do, by their cards, and what was held constant between them."""

from dataclasses import dataclass

import pandas as pd

from kit.cards import load_cards
from kit.reporting.sections.models import section


@dataclass
class Made:
    """The part of a report's material that the section reads."""

    models: tuple[str, ...]
    requests: pd.DataFrame


def made(*rows: tuple[str, str, dict]) -> Made:
    frame = pd.DataFrame(rows, columns=["model", "provider", "settings"])
    return Made(tuple(dict.fromkeys(frame["model"])), frame)


def cells(table: dict) -> list[list[object]]:
    return [list(row) for row in table["rows"]]


def test_imported_clips_of_unknown_models_claim_nothing():
    """Without cards there is no table of capabilities, and imported clips have no stated settings."""
    data = section(made(("Model A", "import", {}), ("Model B", "import", {})), load_cards())
    assert [part["anchor"] for part in data["parts"]] == ["constant"]
    assert "Model A, Model B" in str(data["missing"])
    assert "not recorded" in data["parts"][0]["lines"][0]
    assert data["parts"][0]["tables"] == []


def test_filmed_clips_tell_what_was_the_same_and_what_was_not():
    """Settings as each model was really asked: here the length is the same and the price is not part of it."""
    asked = {"duration": 5, "aspect_ratio": "16:9", "mode": "std"}
    data = section(
        made(("sandbox-quick", "sandbox", asked), ("sandbox-steady", "sandbox", asked)), load_cards()
    )
    assert [part["anchor"] for part in data["parts"]] == ["capabilities", "constant"]
    assert data["missing"] == []
    same = {row[0]: row[1] for row in cells(data["parts"][1]["tables"][0])}
    assert same["duration"] == "5 s"
    assert same["aspect ratio"] == "16:9"
    assert data["parts"][1]["lines"] == []


def test_a_model_is_known_by_its_cards_title_too():
    """An imported clip may name the model as people write it."""
    data = section(made(("Sandbox Quick", "import", {})), load_cards())
    assert [part["anchor"] for part in data["parts"]] == ["capabilities", "constant"]
