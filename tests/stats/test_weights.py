import math

import numpy as np

from kit.stats.weights import FEWEST_PROMPTS, fit_weights

MODELS = ["x", "y"]
DIMENSION = "artifacts"


def prompts(count, weights, noise, seed=0):
    """Prompts whose votes follow a weighted sum of the metrics' differences, with noise of a known size."""
    random = np.random.default_rng(seed)
    rows = []
    for i in range(count):
        difference = random.normal(size=len(weights))
        choice = "a" if difference @ np.array(weights) + noise * random.normal() > 0 else "b"
        rows.append((f"p{i:03}", [*(5 + difference)], [5.0] * len(weights), [choice]))
    return rows


def fit(tables, metrics):
    """Weights on the only dimension."""
    return fit_weights(*tables, MODELS, dimension=DIMENSION, metrics=metrics)


def test_weights_are_found_with_their_signs(paired_study):
    """Votes that follow the first metric and go against the second give weights of these signs in every fold."""
    found = fit(paired_study(prompts(60, [1.0, -1.0], 0.3), ("one", "two")), ["one", "two"])
    table = found.table.set_index("metric")
    assert table.loc["one", "weight"] > 0.2
    assert table.loc["two", "weight"] < -0.2
    assert (table["same_sign"] == 1).all()
    assert found.error < 0.7 * found.baseline
    assert found.right > 0.85
    assert "for other models or prompts they say nothing" in found.sentence


def test_votes_by_chance_are_worth_nothing(paired_study):
    """Where votes have nothing to do with the metrics, left-out prompts show it, and the sentence says so."""
    found = fit(paired_study(prompts(40, [0.0, 0.0], 1.0, seed=3), ("one", "two")), ["one", "two"])
    assert found.error > 0.95 * found.baseline
    assert "do worse" in found.sentence or "explain 0%" in found.sentence or "explain 1%" in found.sentence


def test_too_few_votes_are_refused_with_a_sentence(paired_study):
    """Eleven prompts fit nothing: the sentence says how many there are and how many are needed."""
    found = fit(paired_study(prompts(11, [1.0], 0.1), ("one",)), ["one"])
    assert found.table.empty
    assert math.isnan(found.error)
    assert found.sentence.startswith(f"11 prompts with votes on artifacts: at least {FEWEST_PROMPTS}")


def test_more_metrics_need_more_prompts(paired_study):
    """Five metrics need fifteen prompts."""
    names = ("a", "b", "c", "d", "e")
    found = fit(paired_study(prompts(14, [1.0] * 5, 0.1), names), names)
    assert "at least 15 are needed to fit 5 weights" in found.sentence


def test_a_metric_that_was_not_measured_is_named(paired_study):
    """The sentence says which metric has no values."""
    found = fit(paired_study(prompts(20, [1.0], 0.1), ("one",)), ["one", "other"])
    assert "value of other" in found.sentence
    assert found.table.empty


def test_swapping_the_models_swaps_the_answer(paired_study):
    """There is no intercept: with the models the other way round, the weights are the same."""
    measurements, requests, votes = paired_study(prompts(30, [1.0], 0.3), ("one",))
    one = fit_weights(measurements, requests, votes, MODELS, dimension=DIMENSION, metrics=["one"])
    two = fit_weights(measurements, requests, votes, MODELS[::-1], dimension=DIMENSION, metrics=["one"])
    assert np.allclose(one.table["weight"], two.table["weight"])
    assert np.isclose(one.error, two.error)
