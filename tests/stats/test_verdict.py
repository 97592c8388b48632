"""The verdict rule, held against studies whose truth is known."""

import math

import numpy as np
import pandas as pd
import pytest

from kit.stats.counts import CHOICES, Grid
from kit.stats.verdict import VERDICT_COLUMNS, WIN_COLUMNS, weigh, weigh_grids

MODELS = ["model-a", "model-b"]
FAMILIES = 500


def made(net):
    """A grid of one vote a cell."""
    net = np.asarray(net, dtype=np.int64)
    names = tuple(f"p{i:02}" for i in range(len(net))), tuple(f"r{i}" for i in range(net.shape[1]))
    return Grid(*names, net, np.ones_like(net))


@pytest.mark.parametrize(
    ("prompts", "raters", "taste"),
    [(4, 3, 0.2), (12, 4, 0.2), (24, 3, 0.2), (48, 5, 0.3), (48, 2, 0.3), (16, 1, 0.0)],
)
def test_null_studies_name_a_winner_in_at_most_one_of_twenty(simulated_grid, prompts, raters, taste):
    """Four dimensions without any true difference: a claim on any of them in at most 5%, plus 2.6 sd of chance."""
    rng = np.random.default_rng(17)
    named = 0
    for _ in range(FAMILIES):
        grids = [simulated_grid(rng, prompts, raters, taste=taste) for _ in range(4)]
        named += any(w.better for w in weigh_grids(grids, draws=200))
    assert named / FAMILIES <= 0.05 + 2.6 * math.sqrt(0.05 * 0.95 / FAMILIES)


def test_a_true_difference_is_found(simulated_grid):
    """The guard of the test above: a rule that never claims would pass it. Effect .8 sd, 32 prompts, 4 raters."""
    rng = np.random.default_rng(19)
    weights = [
        w for _ in range(10) for w in weigh_grids([simulated_grid(rng, 32, 4, effect=0.8) for _ in range(4)])
    ]
    assert sum(w.better == 1 for w in weights) >= 30
    assert not any(w.better == -1 for w in weights)


def test_four_of_four_on_one_dimension_each_is_no_claim(votes_of, dimensions):
    """What an article with one example a dimension has: four prompts, all won, p = .125 and no winner."""
    weighed = weigh(votes_of(dict.fromkeys(dimensions, made([[1]] * 4))), MODELS, dimensions)
    assert list(weighed.wins["p_sign"]) == [0.125] * 4
    assert list(weighed.wins["p_holm"]) == [0.5] * 4
    assert set(weighed.verdicts["verdict"]) == {"no difference shown"}
    # Eight prompts all one way are the fewest whose exact p, 2 / 2^8, is within .05 / 4.
    assert list(weighed.verdicts["prompts_needed"]) == [4.0] * 4


def test_eight_of_eight_is_a_claim_in_a_family_of_four(votes_of, dimensions):
    """2 / 2^8 x 4 = .03125, and the exact interval at the corrected level excludes a half: both conditions hold."""
    weighed = weigh(votes_of(dict.fromkeys(dimensions, made([[-1]] * 8))), MODELS, dimensions)
    assert list(weighed.wins["p_holm"]) == pytest.approx([8 / 2**8] * 4)
    assert set(weighed.verdicts["better"]) == {"model-b"}
    assert (weighed.wins["corrected_high"] < 0.5).all()
    assert set(weighed.wins["interval_kind"]) == {"exact"}


def test_seven_of_seven_is_none_in_a_family_of_four(votes_of, dimensions):
    """2 / 2^7 x 4 = .0625; alone it would be one."""
    grids = dict.fromkeys(dimensions, made([[1]] * 7))
    assert set(weigh(votes_of(grids), MODELS, dimensions).verdicts["verdict"]) == {"no difference shown"}
    alone = {"artifacts": grids["artifacts"]}
    verdicts = weigh(votes_of(alone), MODELS, dimensions).verdicts
    assert list(verdicts["verdict"]) == ["no votes", "no votes", "no votes", "better"]


def test_one_rater_and_one_prompt_give_a_table_and_no_claim(votes_of, dimensions):
    """Counts, but neither interval nor winner nor number of prompts."""
    weighed = weigh(votes_of({"artifacts": made([[1]])}), MODELS, dimensions)
    row, verdict = weighed.wins.iloc[3], weighed.verdicts.iloc[3]
    assert (row["n_votes"], row["win_rate"], row["interval_kind"]) == (1, 1.0, "none")
    assert (verdict["verdict"], verdict["better"]) == ("no difference shown", None)
    assert math.isnan(verdict["prompts_needed"])


def test_many_raters_on_one_prompt_are_no_claim():
    """Fifty votes one way on one prompt say nothing of other prompts."""
    (weight,) = weigh_grids([made([[1] * 50])])
    assert (weight.better, weight.flips.p) == (0, 1.0)


def test_prompts_and_votes_that_disagree_are_no_claim():
    """One prompt with a hundred votes for a cannot outvote nine prompts that lean to b."""
    net = np.zeros((10, 100), dtype=np.int64)
    votes = np.zeros_like(net)
    net[0], votes[0] = 1, 1
    net[1:, 0], votes[1:, 0] = -1, 1
    (weight,) = weigh_grids([Grid(tuple("abcdefghij"), tuple(str(i) for i in range(100)), net, votes)])
    assert weight.better == 0


def test_raters_whose_tastes_split_are_named_as_what_is_short():
    """Three raters of four always choose a, on every prompt: more prompts alone would change nothing."""
    (weight,) = weigh_grids([made([[1, 1, 1, -1]] * 12)])
    assert weight.flips.p < 0.001
    assert (weight.better, weight.needs) == (0, "raters")
    assert math.isnan(weight.prompts_needed)


def test_swapping_the_models_mirrors_everything(simulated_grid, votes_of, dimensions):
    """Each rate, interval, count and verdict is the mirror image; the p values are the same."""
    rng = np.random.default_rng(23)
    grids = {
        d: simulated_grid(rng, 20, 3, effect=e)
        for d, e in zip(dimensions, (0.0, 0.3, 0.9, -1.2), strict=True)
    }
    votes = votes_of(grids)
    one, other = weigh(votes, MODELS, dimensions), weigh(votes, MODELS[::-1], dimensions)
    for low, high in (("low", "high"), ("corrected_low", "corrected_high"), ("win_rate", "win_rate")):
        np.testing.assert_allclose(one.wins[low], 1 - other.wins[high], atol=1e-9)
    np.testing.assert_allclose(one.wins["net_win_rate"], -other.wins["net_win_rate"])
    for column in (
        "p_sign",
        "p_permutation",
        "p_clustered",
        "p_holm",
        "n_votes",
        "both_good",
        "prompts_level",
    ):
        assert list(one.wins[column]) == list(other.wins[column])
    assert list(one.wins["a"]) == list(other.wins["b"])
    assert list(one.wins["prompts_a"]) == list(other.wins["prompts_b"])
    assert list(one.verdicts["better"]) == list(other.verdicts["better"])
    assert {"model-a", "model-b", None} == set(one.verdicts["better"])
    np.testing.assert_allclose(one.verdicts["prompts_needed"], other.verdicts["prompts_needed"])


def test_the_order_of_votes_does_not_matter(simulated_grid, votes_of, dimensions):
    """Shuffled rows give the same frames, to the last bit."""
    rng = np.random.default_rng(29)
    votes = votes_of({d: simulated_grid(rng, 9, 3, effect=0.4) for d in dimensions})
    shuffled = votes.sample(frac=1, random_state=1)
    for one, other in zip(weigh(votes, MODELS, dimensions), weigh(shuffled, MODELS, dimensions), strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_the_family_is_every_pair_and_dimension_with_votes(simulated_grid, votes_of):
    """Three models, two dimensions, votes on four of six combinations: a family of four."""
    rng = np.random.default_rng(31)
    grids = {d: simulated_grid(rng, 8, 2) for d in ("video_realism", "artifacts")}
    votes = pd.concat([votes_of(grids), votes_of(grids, "model-a", "model-c")], ignore_index=True)
    wins = weigh(votes, [*MODELS, "model-c"], ["video_realism", "artifacts"]).wins
    assert set(wins["family"]) == {4}
    tested = wins[wins["n_votes"] > 0]
    assert (tested["p_holm"] >= tested["p_permutation"]).all()
    assert wins.loc[wins["n_votes"] == 0, ["p_holm", "low", "corrected_level"]].isna().all(axis=None)


def test_ties_of_every_kind_count_as_halves(votes_of):
    """All ties: level at a half with a real interval, and nothing claimed."""
    votes = votes_of({"artifacts": made([[0]] * 9)})
    votes["choice"] = [CHOICES[2 + i % 3] for i in range(9)]
    wins, verdicts = weigh(votes, MODELS, ["artifacts"])
    row = wins.iloc[0]
    assert (row["win_rate"], row["tie"], row["both_good"], row["both_bad"], row["p_holm"]) == (
        0.5,
        3,
        3,
        3,
        1.0,
    )
    assert row["low"] < 0.25
    assert row["high"] > 0.75
    assert math.isnan(verdicts["prompts_needed"].iloc[0])


def test_no_votes_and_no_models_give_empty_or_bare_frames(dimensions):
    """The columns are there whatever is missing."""
    for models, rows in (([], 0), (["one"], 0), (MODELS, 4)):
        for votes in (pd.DataFrame(), pd.DataFrame(columns=["prompt_id", "model_a", "model_b", "choice"])):
            wins, verdicts = weigh(votes, models, dimensions)
            assert (list(wins), list(verdicts)) == (list(WIN_COLUMNS), list(VERDICT_COLUMNS))
            assert (len(wins), len(verdicts)) == (rows, rows)
            assert set(verdicts["verdict"]) <= {"no votes"}
