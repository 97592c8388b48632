"""`kit plan`: numbers that add up, prices from cards, and refusals that say what to do."""

import json
import math

import pytest

import kit
from kit.cards import Settings, estimate, first_provider, load_cards
from kit.cli import main
from kit.errors import BadParameter
from kit.planning import PLAN_COLUMNS, in_words
from kit.stats.planning import Design, power
from kit.storage.config import StudyConfig
from kit.study import Study

MODELS = ["kling-2.6", "kling-3.0"]


def test_a_row_adds_up():
    """Clips are prompts x takes x models, votes prompts x takes x raters x dimensions, dollars by the cards."""
    table = kit.plan(models=MODELS, difference=0.7, raters=[5], takes=[2])
    assert list(table) == list(PLAN_COLUMNS)
    (row,) = table.to_dict("records")
    n = row["prompts"]
    assert (row["clips"], row["votes"]) == (n * 2 * 2, n * 2 * 5 * 4)
    assert row["hours_a_rater"] == pytest.approx(n * 2 * 4 * 8 / 3600)
    assert row["chance"] >= 0.8 > power(Design(int(n) - 1, 2, 5), 0.7)
    assert row["smallest_shown"] <= 0.7
    cards = load_cards()
    prices = [estimate(cards[m], first_provider(cards[m]), Settings()).usd_high for m in MODELS]
    assert row["usd_high"] == pytest.approx(n * 2 * sum(prices))


def test_given_prompts_are_not_searched_for():
    """Four prompts, as an article has: nothing can be shown."""
    (row,) = kit.plan(models=MODELS, prompts=4, raters=[3], takes=[1]).to_dict("records")
    assert (row["prompts"], row["chance"]) == (4, 0.0)
    assert math.isnan(row["smallest_shown"])
    assert "cannot show any difference" in in_words(kit.plan(models=MODELS, prompts=4), 0.65, searched=False)


def test_sandbox_clips_are_free_and_unknown_models_have_no_price():
    """A model without a card is named, and no sum is given that leaves it out."""
    free = kit.plan(models=["sandbox-quick", "sandbox-steady"], raters=[8], takes=[1]).iloc[0]
    assert (free["usd_low"], free["usd_high"]) == (0.0, 0.0)
    other = kit.plan(models=["kling-2.6", "made-elsewhere"], raters=[8], takes=[1]).iloc[0]
    assert (other["unpriced"], other["unknown"]) == ("made-elsewhere", "made-elsewhere")
    assert math.isnan(other["usd_high"])
    said = in_words(kit.plan(models=["kling-2.6", "made-elsewhere"], raters=[8], takes=[1]), 0.65)
    assert "no card knows made-elsewhere" in said
    assert "no card knows" not in in_words(kit.plan(models=MODELS, raters=[8], takes=[1]), 0.65)


@pytest.mark.parametrize("slip", ["kling-26", "Kling-2.6", "kling_2.6"])
def test_a_mistyped_model_is_answered_by_the_nearest_card(slip):
    """A slip of the pen stops with the name that was meant, and is not taken for a model without a price."""
    with pytest.raises(BadParameter, match=r"did you mean 'kling-2\.6'"):
        kit.plan(models=[slip, "kling-3.0"])


def test_a_studys_own_model_may_read_like_a_card(tmp_path):
    """Clips made elsewhere under a name of their own are no slip: their model has no price, and that is said."""
    config = StudyConfig(models=("kling-2.6-web", "kling-3.0"))
    with Study.create(tmp_path / "study", config) as study:
        row = kit.plan(study, raters=[8], takes=[1]).iloc[0]
    assert row["unknown"] == "kling-2.6-web"


def test_three_models_test_three_times_as_much():
    """Three pairs on four dimensions: twelve claims, so more prompts."""
    two, three = (
        kit.plan(models=m, raters=[8], takes=[1], difference=0.7).iloc[0] for m in (MODELS, [*MODELS, "x"])
    )
    assert three["prompts"] > two["prompts"]
    assert three["votes"] == three["prompts"] * 8 * 12


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"models": ["x"]}, "two models"),
        ({"models": MODELS, "difference": 0.5}, "above 0.5"),
        ({"models": MODELS, "chance": 1.0}, "between 0 and 1"),
        ({"models": MODELS, "prompts": 0}, "at least one prompt"),
    ],
)
def test_refusals(wrong, said):
    """Each says what is needed."""
    with pytest.raises(BadParameter, match=said):
        kit.plan(**wrong)


def test_the_command_prints_lines_or_json(capsys):
    """One line a design and what it rests on; JSON holds the frame, without NaN."""
    arguments = [
        "plan",
        "--model",
        MODELS[0],
        "--model",
        MODELS[1],
        "--raters",
        "3",
        "--raters",
        "8",
        "--takes",
        "1",
    ]
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert "ask more raters" in lines[0]
    assert lines[1].startswith("8 raters, 1 take: ")
    assert "published votes" in lines[2]
    assert main([*arguments, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [row["raters"] for row in document["plan"]] == [3, 8]
    assert document["plan"][0]["prompts"] is None
