"""Rank correlations: worked by hand, and with the level said."""

import math

import numpy as np
import pandas as pd
import pytest

from kit.stats.associations import (
    CORRELATION_COLUMNS,
    SOURCE_COLUMNS,
    clip_opinions,
    rank_correlations,
    sentence,
)
from kit.stats.ranks import spearman

MODELS = ["x", "y", "z"]


def opinions(rows):
    """Rows of (kind, source, dimension, prompt, model, value)."""
    columns = ["kind", "source", "dimension", "prompt_id", "model", "value"]
    return pd.DataFrame(rows, columns=columns).assign(take=1)[list(SOURCE_COLUMNS)]


def test_votes_scores_and_measurements_by_clip():
    """Two votes for x and a tie: x is at 2/3, y at -2/3; judges stay apart; scores and metrics are means."""
    votes = pd.DataFrame(
        [
            ("p", "x", "y", "a", "r1", "person"), ("p", "y", "x", "b", "r2", "person"),
            ("p", "x", "y", "both_bad", "r3", "person"), ("p", "x", "y", "b", "gpt", "judge"),
            ("p", "x", "y", "b", "s", "simulated"),
        ],
        columns=["prompt_id", "model_a", "model_b", "choice", "rater", "rater_kind"],
    ).assign(dimension="artifacts", take=1)  # fmt: skip
    scores = pd.DataFrame(
        [("p", "x", 4, "r1", "person"), ("p", "x", 5, "r2", "person")],
        columns=["prompt_id", "model", "score", "rater", "rater_kind"],
    ).assign(dimension="artifacts", take=1)
    requests = pd.DataFrame(
        [("p", "x", 1, "c1"), ("p", "y", 1, "c2")], columns=["prompt_id", "model", "take", "clip"]
    )
    measurements = pd.DataFrame(
        [("c1", "flicker", 1, 0.5, "u"), ("c2", "flicker", 1, 0.25, "u")],
        columns=["clip", "metric", "version", "value", "unit"],
    )
    given = {
        "votes": votes,
        "scores": scores,
        "measurements": measurements,
        "requests": requests,
        "models": MODELS,
        "dimensions": ["artifacts"],
    }
    table = clip_opinions(**given)
    values = table.set_index(["source", "model"])["value"].to_dict()
    assert values == {
        ("people: votes", "x"): pytest.approx(2 / 3),
        ("people: votes", "y"): pytest.approx(-2 / 3),
        ("judge gpt: votes", "x"): -1.0,
        ("judge gpt: votes", "y"): 1.0,
        ("people: scores", "x"): 4.5,
        ("metric flicker", "x"): 0.5,
        ("metric flicker", "y"): 0.25,
    }
    simulated = clip_opinions(**given, people="simulated")
    assert simulated.set_index(["source", "model"])["value"]["people: votes", "y"] == 1.0


def test_levels_can_say_the_opposite():
    """Within each model the metric falls as people's scores rise, between models it rises: about .5 against 1."""
    rows = []
    for m, model in enumerate(MODELS):
        for i in range(8):
            rows.append(("people", "people: scores", "artifacts", f"p{i}", model, 10 * m + i))
            rows.append(("metric", "metric s", None, f"p{i}", model, 10 * m - 3 * i))
    table = rank_correlations(opinions(rows))
    assert list(table) == list(CORRELATION_COLUMNS)
    clip, model = table.to_dict("records")
    assert (clip["level"], clip["n"], model["level"], model["n"], model["n_models"]) == (
        "clip",
        24,
        "model",
        3,
        3,
    )
    one = [10 * m + i for m in range(3) for i in range(8)]
    two = [10 * m - 3 * i for m in range(3) for i in range(8)]
    assert clip["correlation"] == pytest.approx(spearman(one, two))
    assert clip["correlation"] < 0.6
    assert model["correlation"] == 1.0
    assert clip["low"] < clip["correlation"] < clip["high"]


def test_sources_meet_on_what_both_speak_of():
    """A judge who saw four of eight prompts is compared on those; another dimension is another row."""
    rows = [
        ("people", "people: votes", d, f"p{i}", "x", i) for i in range(8) for d in ("artifacts", "realism")
    ]
    rows += [("judge", "judge g: votes", "artifacts", f"p{i}", "x", -i) for i in range(4)]
    clip, model = rank_correlations(opinions(rows)).to_dict("records")
    assert (clip["one"], clip["two"], clip["dimension"]) == ("people: votes", "judge g: votes", "artifacts")
    assert (clip["n"], clip["correlation"], clip["interval_kind"]) == (4, pytest.approx(-1.0), "none")
    assert math.isnan(model["correlation"])


def test_metrics_among_themselves_only_when_asked():
    """They have no dimension."""
    rows = [
        ("metric", f"metric {m}", None, f"p{i}", "x", v) for i in range(6) for m, v in (("a", i), ("b", -i))
    ]
    assert rank_correlations(opinions(rows)).empty
    clip, _ = rank_correlations(opinions(rows), among_metrics=True).to_dict("records")
    assert (clip["dimension"], clip["correlation"]) == (None, pytest.approx(-1.0))


def test_model_level_interval_covers():
    """Five models whose true means order as people's do but for one pair: the interval holds the true .9 in 95% of 200."""
    rng, truth = np.random.default_rng(3), ([0, 1, 2, 3, 4], [0, 2, 1, 3, 4])
    inside = 0
    for _ in range(200):
        shift = rng.normal(size=(30, 1))
        values = [np.array(t) * 0.25 + shift + rng.normal(size=(30, 5)) for t in truth]
        rows = [
            (kind, source, dimension, f"p{i}", f"m{j}", values[k][i, j])
            for i in range(30) for j in range(5)
            for k, (kind, source, dimension) in enumerate(
                (("people", "people: scores", "artifacts"), ("metric", "metric s", None))
            )
        ]  # fmt: skip
        row = rank_correlations(opinions(rows), draws=200).iloc[1]
        inside += row["low"] <= 0.9 <= row["high"]
    assert inside / 200 >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / 200)


def test_sentences_say_the_level_first():
    """With its interval, or that there is none, or that nothing can be said."""
    row = {"one": "people: votes", "two": "metric s", "dimension": "video_realism", "level": "clip", "n": 96}
    assert sentence(row | {"correlation": 0.314, "low": 0.1, "high": 0.5}) == (
        "At clip level, over 96 clips, the rank correlation of people: votes and metric s on video realism is 0.31 "
        "(95% interval 0.10 to 0.50)."
    )
    assert "no interval" in sentence(row | {"correlation": 1.0, "low": math.nan, "high": math.nan})
    assert "nothing can be said" in sentence(
        row | {"correlation": math.nan, "low": math.nan, "high": math.nan}
    )


def test_order_does_not_matter_and_nothing_gives_columns():
    """Shuffled rows give the same frame; no sources none."""
    rng = np.random.default_rng(1)
    rows = [
        (kind, s, d, f"p{i}", m, rng.normal())
        for i in range(7) for m in MODELS
        for kind, s, d in (("people", "people: votes", "artifacts"), ("metric", "metric s", None))
    ]  # fmt: skip
    given = opinions(rows)
    shuffled = given.sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(rank_correlations(given, draws=200), rank_correlations(shuffled, draws=200))
    empty = clip_opinions(
        **dict.fromkeys(("votes", "scores", "measurements", "requests"), pd.DataFrame()),
        models=[],
        dimensions=[],
    )
    assert list(empty) == list(SOURCE_COLUMNS)
    assert list(rank_correlations(empty)) == list(CORRELATION_COLUMNS)
