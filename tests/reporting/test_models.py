"""What the models can do, by their cards."""

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


def test_models_without_a_card_claim_nothing():
    """Without cards there is no table of capabilities, and the models are named."""
    data = section(made(("Model A", "import", {}), ("Model B", "import", {})), load_cards())
    assert data["parts"] == []
    assert "Model A, Model B" in str(data["missing"])


def test_models_with_a_card_show_what_they_can_do():
    """A column a model."""
    asked = {"duration": 5}
    data = section(
        made(("sandbox-quick", "sandbox", asked), ("sandbox-steady", "sandbox", asked)), load_cards()
    )
    assert [part["anchor"] for part in data["parts"]] == ["capabilities"]
    assert data["missing"] == []
    assert len(data["parts"][0]["tables"][0]["columns"]) == 3


def test_a_model_is_known_by_its_cards_title_too():
    """An imported clip may name the model as people write it."""
    data = section(made(("Sandbox Quick", "import", {})), load_cards())
    assert [part["anchor"] for part in data["parts"]] == ["capabilities"]
