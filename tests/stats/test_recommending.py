"""Which model for which use: the rules, case by case."""

import pandas as pd
import pytest

from kit.stats.recommending import recommend
from kit.stats.verdict import BETTER, NO_DIFFERENCE

DIMENSIONS = ("prompt_adherence", "video_realism", "artifacts")


def decide(better=(), less=(), models=("x", "y"), dimensions=DIMENSIONS):
    """Recommend from (dimension, better, other) and ('time' or 'price', less, other)."""
    verdicts = pd.DataFrame(
        [(d, *sorted((m, o)), BETTER, m) for d, m, o in better]
        + [("artifacts", models[0], models[1], NO_DIFFERENCE, None)],
        columns=["dimension", "model_a", "model_b", "verdict", "better"],
    )
    ratios = pd.DataFrame(
        [(w, *sorted((m, o)), m) for w, m, o in less] + [("time", models[0], models[1], None)],
        columns=["what", "model_a", "model_b", "less"],
    )
    return recommend(verdicts, ratios, models, dimensions)


def test_nothing_shown_recommends_nothing():
    """No verdict names a model, no ratio either."""
    made = decide()
    assert (made.quick.outcome, made.final.outcome) == ("none", "none")
    assert made.quick.models == made.final.models == ()


def test_final_wants_better_somewhere_and_worse_nowhere():
    """Better on one of three dimensions is enough; a verdict each way depends."""
    assert decide([("artifacts", "y", "x")]).final == ("one", ("y",), "")
    both = decide([("artifacts", "y", "x"), ("video_realism", "x", "y")])
    assert both.final == ("depends", ("x", "y"), "trade")


def test_quick_wants_time_or_money_and_nothing_against_it():
    """Faster, cheaper, or both; faster but dearer depends."""
    assert decide(less=[("time", "x", "y")]).quick == ("one", ("x",), "")
    assert decide(less=[("price", "y", "x")]).quick == ("one", ("y",), "")
    traded = decide(less=[("time", "x", "y"), ("price", "y", "x")])
    assert traded.quick == ("depends", ("x", "y"), "trade")


@pytest.mark.parametrize(
    ("dimension", "outcome"), [("video_realism", "one"), ("prompt_adherence", "depends")]
)
def test_quick_trades_looks_and_not_adherence(dimension, outcome):
    """A draft may look worse, but one that follows the prompt worse is no draft."""
    made = decide([(dimension, "y", "x")], [("time", "x", "y")])
    assert made.quick.outcome == outcome
    assert made.quick.models == ("x",)
    assert made.final.models == ("y",)


def test_a_rubric_without_adherence_asks_for_all_of_its_dimensions():
    """Nobody knows which of them a draft can do without."""
    made = decide([("artifacts", "y", "x")], [("time", "x", "y")], dimensions=("artifacts", "style"))
    assert made.needed == ("artifacts", "style")
    assert made.quick == ("depends", ("x",), "worse")


def test_three_models():
    """Of x and y, both faster than z, nothing tells which; if x is faster than y too, it is x."""
    models = ("x", "y", "z")
    two = decide(less=[("time", "x", "z"), ("time", "y", "z")], models=models)
    assert two.quick == ("several", ("x", "y"), "")
    one = decide(less=[("time", "x", "z"), ("time", "y", "z"), ("time", "x", "y")], models=models)
    assert one.quick == ("one", ("x",), "")
    assert one.advantage("x", "y")
    assert not one.advantage("y", "x")
    # The fastest follows prompts worse than z, so the next one is taken.
    next_ = decide(
        [("prompt_adherence", "z", "x")], one.less and [(w, m, o) for m, o, w in one.less], models=models
    )
    assert next_.quick == ("one", ("y",), "")


def test_a_ring_of_better_models_depends():
    """x over y, y over z, z over x: each is worse than another."""
    ring = [("artifacts", "x", "y"), ("artifacts", "y", "z"), ("artifacts", "z", "x")]
    assert decide(ring, models=("x", "y", "z")).final == ("depends", ("x", "y", "z"), "trade")
