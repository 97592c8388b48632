import math

import numpy as np
import pytest

from kit.stats.metric_votes import FEW, VOTE_COLUMNS, paired, vote_correlations
from kit.stats.ranks import spearman

MODELS = ["x", "y"]
DIMENSION = "artifacts"


def test_differences_stand_beside_the_net_vote(paired_study):
    """Two votes for x and one tie are a net vote of 2/3; the difference is x minus y."""
    table = paired(*paired_study([("p", [7.0], [4.0], ["a", "a", "both_bad"])]), MODELS, DIMENSION)
    (row,) = table.to_dict("records")
    assert row["net"] == pytest.approx(2 / 3)
    assert (row["votes"], row["sharpness"]) == (3, 3.0)


def test_turned_votes_are_turned_back(paired_study):
    """The same vote given with the models the other way round is the same vote."""
    measurements, requests, votes = paired_study([("p", [7.0], [4.0], ["a"])])
    turned = votes.assign(model_a="y", model_b="x", choice="b")
    one, two = (paired(measurements, requests, v, MODELS, DIMENSION) for v in (votes, turned))
    assert one.equals(two)


def following(count, noise=0.0):
    """Prompts whose votes follow the sign of the difference, but for noise."""
    random = np.random.default_rng(0)
    rows = []
    for i in range(count):
        difference = random.normal()
        choice = "a" if difference + noise * random.normal() > 0 else "b"
        rows.append((f"p{i:03}", [5 + difference], [5.0], [choice]))
    return rows


def test_few_prompts_are_warned_of(paired_study):
    """Eight prompts have an interval and a warning that says how many are needed; five have no interval."""
    (row,) = vote_correlations(*paired_study(following(8)), MODELS, [DIMENSION]).to_dict("records")
    assert row["n_prompts"] == 8
    assert "8 prompts with votes: too few" in row["warning"]
    assert row["low"] <= row["correlation"] <= row["high"]
    (row,) = vote_correlations(*paired_study(following(5)), MODELS, [DIMENSION]).to_dict("records")
    assert math.isnan(row["low"])


def test_a_metric_that_follows_votes_is_told_from_one_that_does_not(paired_study):
    """Over 60 prompts, the interval of the one lies above 0.5, that of a random one holds 0; neither is warned of."""
    random = np.random.default_rng(1)
    rows = [
        (prompt, [*x, random.normal()], [*y, random.normal()], votes)
        for prompt, x, y, votes in following(60, noise=0.2)
    ]
    table = vote_correlations(*paired_study(rows, ("good", "random")), MODELS, [DIMENSION]).set_index(
        "metric"
    )
    assert table.loc["good", "low"] > 0.5
    assert table.loc["random", "low"] < 0 < table.loc["random", "high"]
    assert set(table["warning"]) == {""}
    assert FEW <= 60


def test_resampling_agrees_with_a_slow_one(paired_study):
    """The interval's ends are those of a plain loop over the same number of resampled prompts, to 0.03."""
    rows = following(40, noise=1.0)
    measurements, requests, votes = paired_study(rows)
    (row,) = vote_correlations(measurements, requests, votes, MODELS, [DIMENSION], draws=2000).to_dict(
        "records"
    )
    table = paired(measurements, requests, votes, MODELS, DIMENSION)
    random = np.random.default_rng(5)
    drawn = []
    for _ in range(2000):
        part = table.iloc[random.integers(0, len(table), len(table))]
        drawn.append(spearman(part["sharpness"], part["net"]))
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert row["low"] == pytest.approx(low, abs=0.03)
    assert row["high"] == pytest.approx(high, abs=0.03)


def test_no_votes_give_an_empty_table(paired_study):
    """The columns are there without rows."""
    measurements, requests, votes = paired_study([("p", [1.0], [2.0], ["a"])])
    empty = vote_correlations(measurements, requests, votes.iloc[:0], MODELS, [DIMENSION])
    assert (len(empty), list(empty)) == (0, list(VOTE_COLUMNS))
