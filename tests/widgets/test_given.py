"""What the widgets refuse before they show anything, in words for whoever wrote the cell."""

import gc
from pathlib import Path
from typing import Any

import pytest

from kit.errors import BadParameter
from kit.study import Study
from kit.widgets.pair_player import PairPlayer
from kit.widgets.prompt_form import PromptForm
from kit.widgets.rating_panel import RatingPanel


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path / "study")


@pytest.mark.parametrize("given", ["my-study", None, 3])
def test_something_else_for_a_study(given: Any) -> None:
    says = r"give an open one, as kit\.Study\('my-study'\)"
    with pytest.raises(BadParameter, match=says):
        PromptForm(given)
    with pytest.raises(BadParameter, match=says):
        RatingPanel(given, rater="Mira")
    if given is not None:
        with pytest.raises(BadParameter, match=says):
            PairPlayer(["a" * 64, "b" * 64], study=given)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rater": 3}, "the rater's name: 3 is no text"),
        ({"rater": ""}, "the rater's name: it is empty"),
        ({"dimensions": "artifacts"}, r"give a list, such as \['artifacts'\]"),
        ({"repeats": "a"}, "a share from 0 to 0.5"),
        ({"known": 1.5}, "a whole number from 0 to 20"),
        ({"scores": "yes"}, "scores is 'yes'; it is True or False"),
        ({"budget_mb": -3}, "budget_mb is -3"),
    ],
)
def test_a_panel_that_is_refused_leaves_nothing_behind(
    study: Study, options: dict[str, Any], message: str
) -> None:
    """An error while it is cleared away would be printed below the message (pytest turns it into a warning)."""
    with pytest.raises(BadParameter, match=message):
        RatingPanel(study, **{"rater": "Mira", **options})
    gc.collect()
