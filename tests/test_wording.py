"""Sentences held against numbers: plain, counted, and never stronger than the verdict."""

import math

import pandas as pd
import pytest

from kit.comparison import compare_frames
from kit.wording import about, finding, findings, interval, percent

WINS = {"win_rate": 0.58, "low": 0.351, "high": 0.789, "n_votes": 12, "n_prompts": 4, "n_raters": 3}
VERDICT = {
    "dimension": "video_realism", "model_a": "sandbox-steady", "model_b": "sandbox-quick",
    "verdict": "no difference shown", "better": None, "prompts_needed": 58.0, "needs": "prompts",
}  # fmt: skip


def test_no_difference_with_count_interval_and_next_step():
    """The sentence in full; the interval is rounded outwards."""
    assert finding(VERDICT, WINS) == (
        "No difference shown on video realism: 12 votes on 4 prompts, sandbox-steady preferred to sandbox-quick in "
        "58% (95% interval 35% to 79%), ties as halves. About 58 more prompts would be needed to show a difference "
        "of this size."
    )


def test_the_model_ahead_is_named_whichever_side_it_is_on():
    """A win rate of 42% for a is 58% for b, with the interval turned."""
    said = finding(VERDICT, WINS | {"win_rate": 0.42, "low": 0.211, "high": 0.649})
    assert "sandbox-quick preferred to sandbox-steady in 58% (95% interval 35% to 79%)" in said


def test_a_better_model_is_named_with_its_own_rate():
    """Better on the second side: rate and interval are that model's."""
    won = VERDICT | {"verdict": "better", "better": "sandbox-quick", "prompts_needed": 0.0, "needs": None}
    said = finding(won, WINS | {"win_rate": 0.2, "low": 0.1, "high": 0.34, "n_votes": 240, "n_prompts": 48})
    assert said == (
        "sandbox-quick is preferred to sandbox-steady on video realism: 80% (95% interval 66% to 90%), 240 votes on "
        "48 prompts, ties as halves."
    )


def test_who_voted_is_said():
    """One rater, simulated raters and judges are named as such."""
    alone = WINS | {"n_raters": 1, "n_votes": 1, "n_prompts": 1, "low": math.nan, "high": math.nan}
    assert "1 simulated vote by one rater on 1 prompt" in finding(VERDICT, alone, rater_kind="simulated")
    assert "12 judge's votes on 4 prompts" in finding(VERDICT, WINS, rater_kind="judge")


def test_a_single_prompt_gets_no_interval_and_no_promise():
    """No number of prompts is derived from one."""
    alone = WINS | {"n_prompts": 1, "low": math.nan, "high": math.nan}
    said = finding(VERDICT | {"prompts_needed": math.nan, "needs": None}, alone)
    assert "(no interval from a single prompt)" in said
    assert said.endswith("One prompt cannot show a difference.")


def test_level_votes_raters_and_silence():
    """A tie names nobody as preferred; raters can be what is short; no votes are no finding."""
    level = finding(VERDICT | {"prompts_needed": math.nan}, WINS | {"win_rate": 0.5})
    assert "level at 50%" in level
    assert "preferred" not in level
    # What rounds to half is not called ahead.
    close = finding(VERDICT | {"prompts_needed": math.nan}, WINS | {"win_rate": 0.504})
    assert (
        "sandbox-steady and sandbox-quick close to level, sandbox-steady at 50% (95% interval 35% to 79%)"
        in close
    )
    assert "preferred" not in close
    assert "raters' tastes may differ" in finding(
        VERDICT | {"prompts_needed": math.nan, "needs": "raters"}, WINS
    )
    silent = finding(VERDICT | {"verdict": "no votes"}, WINS | {"n_votes": 0})
    assert silent == "No votes on video realism for sandbox-steady and sandbox-quick."


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, "0%"), (0.004, "under 1%"), (0.583, "58%"), (0.996, "over 99%"), (1.0, "100%")]
)
def test_percentages_are_whole_and_never_falsely_certain(share, said):
    """Nearly all is not all."""
    assert percent(share) == said


def test_rounding():
    """Intervals outwards, needed numbers upwards to two digits."""
    assert interval(0.5 + 1e-12, 0.7801) == "50% to 79%"
    assert [about(n) for n in (1, 58, 783, 1234)] == ["1", "58", "790", "1,300"]


def test_findings_follow_the_comparison_and_the_rubrics_titles():
    """One sentence a dimension with votes or without, in order; none at all without any vote."""
    columns = ["prompt_id", "model_a", "model_b", "take", "dimension", "choice", "rater", "rater_kind"]
    votes = pd.DataFrame([("p", "x", "y", 1, "artifacts", "a", "r", "person")], columns=columns)
    nothing = pd.DataFrame()
    given = {"scores": nothing, "requests": nothing, "measurements": nothing, "models": ["x", "y"]}
    compared = compare_frames(votes=votes, dimensions=["video_realism", "artifacts"], draws=100, **given)
    said = findings(compared)
    assert said[0] == "No votes on video realism for x and y."
    assert said[1].startswith(
        "No difference shown on artifacts (fewer is better): 1 vote by one rater on 1 prompt"
    )
    assert findings(compare_frames(votes=nothing, dimensions=["artifacts"], draws=100, **given)) == []
