"""Sentences of findings and recommendation held against simulated studies whose truth is known."""

import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kit.reporting.numbers import MINUS
from kit.reporting.sections import recommendation
from kit.reporting.sections.checked import answers
from kit.reporting.sections.evidence import how_measured
from kit.reporting.sections.notes import notes_on, quoted
from tests.sentence_studies import Truth, parsed, praise, said, study


def everything(parts):
    """All sentences of a study, wherever they stand."""
    return [line for lines in parts.values() for line in lines]


DIMENSIONS = ("prompt_adherence", "video_realism", "video_resolution", "artifacts")
MIXED = Truth(
    raters=5,
    prompts=32,
    votes={"video_realism": 1.2, "artifacts": -1.2},
    metrics={"effective_resolution": 3, "noise": 3, "warping": -3, "banding": 3},
    time=0.4,
    price=0.5,
    listed=True,
)


@pytest.fixture(scope="module")
def mixed():
    """A study in which each model is ahead in something."""
    return study(np.random.default_rng(5), MIXED)


def test_studies_without_a_difference_name_nobody():
    """At most 5 of 30: at a true rate of 5% more happen in about 3 of 1,000 runs; the bench has the rate of 1,000."""
    rng = np.random.default_rng(21)
    named = [praise(everything(said(study(rng, Truth(prompts=12), draws=100)))) for _ in range(30)]
    assert sum(map(bool, named)) <= 5, named


@pytest.mark.parametrize(("right", "sign"), [("Model A", 1), ("Model B", -1)])
def test_a_strong_difference_names_the_right_model_and_never_the_other(right, sign):
    """Votes, metrics, times and prices all for one model: every sentence that names one names this."""
    other = {"Model A": "Model B", "Model B": "Model A"}[right]
    truth = Truth(
        raters=5,
        votes=dict.fromkeys(DIMENSIONS, 1.4 * sign),
        metrics={"noise": -3.0 * sign, "effective_resolution": 3.0 * sign},
        time=0.4 if sign > 0 else 2.5,
        price=0.6 if sign > 0 else 1.7,
    )
    for seed in range(3):
        parts = said(study(np.random.default_rng(seed), truth, draws=100))
        assert parts["headline"][0].startswith(f"{right} was preferred to {other}")
        assert [s.split(" is preferred to ")[0] for s in parts["votes"]] == [right] * 4
        assert parts["recommendation"][0].startswith(f"For quick iteration and for final renders: {right}, ")
        text = " ".join(everything(parts))
        assert not re.search(
            rf"{other} (is|was) preferred to|(points? to|lower for|higher for) {other}", text
        )
        assert f"{other} is shown to be" not in text
        assert f"renders: {other}" not in text


def test_sentences_carry_the_counts_and_intervals_of_the_votes(mixed):
    """Parsed back out of the text: votes, prompts, the rate of the model ahead, its interval rounded outwards."""
    wins = mixed.comparison.wins.to_dict("records")
    verdicts = mixed.comparison.verdicts.to_dict("records")
    for text, win, verdict in zip(said(mixed)["votes"], wins, verdicts, strict=True):
        found = parsed(text)
        turned = win["win_rate"] < 0.5 and "close to level" not in text
        rate, low, high = win["win_rate"], win["low"], win["high"]
        if turned:
            rate, low, high = 1 - rate, 1 - high, 1 - low
        assert (found["votes"], found["prompts"]) == (win["n_votes"], win["n_prompts"])
        assert abs(found["rate"] - 100 * rate) <= 0.5 + 1e-9
        assert low * 100 - 1 < found["low"] <= low * 100 + 1e-6
        assert high * 100 - 1e-6 <= found["high"] < high * 100 + 1
        assert ("No difference shown" in text) == (verdict["verdict"] != "better")


def test_a_measurement_says_no_more_than_its_interval(mixed):
    """Every one that is named has an interval off zero on the side said; the numbers are the frame's."""
    rows = {r["metric"]: r for r in mixed.comparison.measured.to_dict("records")}
    text = " ".join(said(mixed)["measured"])
    pattern = (
        r"([a-z][^;:]*?) is (higher|lower) for (Model [AB]) on (\d+) of (\d+) prompts, in the median by ([\d.]+)[^(]*"
        r"\(95% interval ([\d.]+) to ([\d.]+)\)"
    )
    found = re.findall(pattern, text)
    assert len(found) >= 3
    labels = {m.label[0].lower() + m.label[1:]: m for m in mixed.metrics.values()}
    for label, word, model, on, of, size, low, high in found:
        metric = labels[label]
        row = rows[metric.name]
        # How far the model's values lie to the side that the sentence names.
        sign = (1 if model == "Model A" else -1) * (1 if word == "higher" else -1)
        ends = sorted((sign * row["low"], sign * row["high"]))
        assert ends[0] > 0
        assert word == metric.better
        assert int(on) == row["a_higher" if sign > 0 else "b_higher"]
        assert int(of) == row["n_prompts"]
        for shown, value in ((size, sign * row["median_difference"]), (low, ends[0]), (high, ends[1])):
            assert float(shown) == pytest.approx(value, rel=6e-3)
        assert metric.name in MIXED.metrics


def test_measurements_against_the_votes_are_said_so():
    """Noise is lower for the model that votes do not prefer."""
    truth = Truth(prompts=32, raters=5, votes={"artifacts": -1.4}, metrics={"noise": -3.0})
    material = study(np.random.default_rng(3), truth)
    text = " ".join(said(material)["measured"])
    assert "It points to Model A, and so the other way than the votes, which prefer Model B." in text
    # 32 prompts are enough to say how noise goes with the votes pair by pair; the frame has it the other way round.
    row = next(
        r
        for r in material.correlations.to_dict("records")
        if (r["metric"], r["dimension"]) == ("noise", "artifacts")
    )
    shown = re.search(
        r"lower noise (.*?) the votes \(rank correlation (\S+), 95% interval (\S+) to (\S+),", text
    )
    assert shown is not None
    rate, low, high = (float(g.replace(MINUS, "-")) for g in shown.groups()[1:])
    assert (rate, low, high) == pytest.approx((-row["correlation"], -row["high"], -row["low"]), abs=0.0051)
    assert shown[1] == ("goes with" if low > 0 else "runs against" if high < 0 else "is not shown to go with")


def test_few_prompts_leave_it_open_whether_a_measurement_follows_votes():
    """24 prompts: said in one sentence, with the number that would do."""
    text = " ".join(said(study(np.random.default_rng(3), Truth(metrics={"noise": -3.0})))["measured"])
    assert "Whether it follows the votes pair by pair is not known: 24 prompts with votes are too few" in text
    few = study(np.random.default_rng(3), Truth(prompts=4, metrics={"noise": -3.0}))
    assert said(few)["measured"] == []
    assert how_measured(few).startswith("No measurement can be shown to differ between models on 4 prompts:")


def test_no_sentence_says_better_where_the_verdict_does_not(mixed):
    """A measurement is never 'better'; votes are, where the verdict is."""
    parts = said(mixed)
    assert "better" not in " ".join([*parts["measured"], how_measured(mixed)])
    level = said(study(np.random.default_rng(8), Truth(prompts=12)))
    assert not [s for s in everything(level) if re.search(r"\bbetter\b|\bbest\b|\bwins?\b", s)]


def test_the_recommendations_ratios_are_the_frames(mixed):
    """Time in the sentence is the other's over the model's own; a list price is given as it is."""
    time, price = mixed.ratios.to_dict("records")
    line = recommendation.short(mixed)[0]
    assert line.startswith("For quick iteration: Model A, shown to be faster (Model B takes ")
    shown = re.search(r"takes ([\d.]+) times as long, 95% interval ([\d.]+) to ([\d.]+), (\d+) prompts", line)
    assert shown is not None
    ratio, low, high = (float(g) for g in shown.groups()[:3])
    assert ratio == pytest.approx(1 / time["ratio"], abs=0.0051)
    assert low <= 1 / time["high"] < low + 0.0101
    assert high - 0.0101 < 1 / time["low"] <= high
    assert int(shown[4]) == time["n_prompts"]
    assert price["interval_kind"] == "constant"
    assert "cheaper ($0.15 a clip against $0.30 for Model B, the same on 32 prompts)" in line


def test_a_ratio_that_is_not_enough_says_why():
    """Logs -ln 2 and -2 ln 2, twice each: e to 3.182 standard errors of ln 2 / 2 / sqrt 3 about 2.83, but not to 7.453."""
    made = study(np.random.default_rng(1), Truth(prompts=4))
    seconds = [10, 20, 10, 40, 30, 60, 5, 20]
    material = replace(made, requests=made.requests.assign(seconds=seconds, cost_usd=math.nan))
    (line,) = [s for s in recommendation.short(material) if s.startswith("For quick iteration")]
    assert line == (
        "For quick iteration: no recommendation. No difference in time is shown: for the same prompts Model B took 2.83 times "
        "as long as Model A (95% interval 1.49 to 5.35, 4 prompts); at the level of 99.5% that is asked for here, the interval "
        "holds 1. What they cost is not recorded."
    )


def test_each_better_on_something_depends(mixed):
    """The final line lists the dimensions and recommends nobody."""
    assert recommendation.short(mixed)[1] == (
        "For final renders: it depends on which dimension matters to you. By the votes, video realism: Model A; artifacts: Model B."
    )


def test_quick_iteration_says_what_it_gives_up():
    """A faster model that votes prefer less on adherence is not recommended; on realism it is, and the loss is said."""
    worse = study(np.random.default_rng(2), Truth(raters=5, votes={"prompt_adherence": -1.4}, time=0.3))
    assert recommendation.short(worse)[0].startswith(
        "For quick iteration: it depends on whether a draft may do worse on prompt adherence. Model A is shown to be faster"
    )
    looks = study(np.random.default_rng(2), Truth(raters=5, votes={"video_realism": -1.4}, time=0.3))
    parts = (recommendation.section(looks) or {})["parts"]
    assert parts[0]["lines"][0].startswith("Recommended: Model A, shown to be faster (")
    assert parts[0]["lines"][1].startswith(
        "What that costs: the votes prefer Model B to it on video realism. On prompt "
    )
    assert parts[1]["lines"][0] == "Recommended: Model B."
    assert parts[1]["lines"][1].endswith("It takes longer than Model A.")
    # What a draft cannot do without is given with its rate, interval and counts.
    win = looks.comparison.wins.query("dimension == 'prompt_adherence'").iloc[0]
    shown = re.search(
        r"shown: (\d+)% for Model A \(95% interval (\d+)% to (\d+)%, (\d+) votes on (\d+) prompts\)",
        parts[0]["lines"][1],
    )
    assert shown is not None
    rate, low, high, votes, prompts = (int(g) for g in shown.groups())
    assert abs(rate - 100 * win["win_rate"]) <= 0.5
    assert (low, high) == (math.floor(100 * win["low"]), math.ceil(100 * win["high"]))
    assert (votes, prompts) == (win["n_votes"], win["n_prompts"])


@pytest.mark.parametrize(("kind", "words"), [("simulated", "simulated votes"), ("judge", "judges' votes")])
def test_whose_votes_decide_is_said(kind, words):
    """Votes of a program are called so in the first lines and in every recommendation that rests on them."""
    material = study(
        np.random.default_rng(4), Truth(raters=5, votes={"artifacts": 1.4}, kind=kind, prompts=12)
    )
    section = recommendation.section(material) or {}
    assert re.search(r"made by a program|those of judges", section["lines"][0])
    assert f"preferred by the {words} to Model B on artifacts" in recommendation.short(material)[-1]


def test_one_raters_votes_are_called_so():
    """A verdict from a single rater is about that rater, and the recommendation says so."""
    material = study(np.random.default_rng(4), Truth(raters=1, votes={"artifacts": 2.5}, prompts=24))
    text = " ".join(recommendation.short(material))
    assert "preferred by the votes of one rater to Model B on artifacts" in text
    change = (recommendation.section(material) or {})["parts"][2]["bullets"]
    assert "Votes of others: all are one rater's, and others may choose otherwise." in change


def test_sandbox_clips_recommend_no_real_model():
    """The first line says so."""
    material = study(np.random.default_rng(4), Truth(prompts=12, time=0.2, sandbox=True))
    section = recommendation.section(material) or {}
    assert "nothing here recommends a real model" in section["lines"][0]
    assert section["parts"][0]["lines"][0].startswith("By the rule: Model A, ")
    assert (
        "Clips of real models: those of the kit's own renderer say nothing of any."
        in section["parts"][2]["bullets"]
    )


def test_what_is_missing_is_what_would_change_it():
    """No votes, no times, no prices: no recommendation, and each of them is named."""
    made = study(np.random.default_rng(4), Truth(prompts=4))
    untimed = made.requests.assign(seconds=math.nan, cost_usd=math.nan)
    bare = replace(made, requests=untimed, votes=made.votes[:0])
    comparison = replace(
        made.comparison,
        wins=made.comparison.wins.assign(n_votes=0),
        verdicts=made.comparison.verdicts.assign(verdict="no votes"),
        speed=made.comparison.speed.assign(n_timed=0),
        cost=made.comparison.cost.assign(n_priced=0),
    )
    bare = replace(bare, comparison=comparison)
    assert recommendation.short(bare) == [
        "For quick iteration: no recommendation. How long these clips took to make and what they cost is not recorded.",
        "For final renders: no recommendation. Nobody has voted.",
    ]
    section = recommendation.section(bare) or {}
    # With nothing to decide from, one line for each use stands over what would change it.
    assert section["lines"] == recommendation.short(bare)
    change = section["parts"][0]["bullets"]
    assert change[0].startswith("Votes: there are none.")
    assert "Generation times of every clip: none is recorded." in change
    assert "Generation prices of every clip: none is recorded." in change


def test_three_models_are_told_in_short():
    """At most six sentences a dimension; who is ahead of whom is named; the recommendation names the one."""
    truth = Truth(
        models=("A-1", "B-2", "C-3", "D-4"), raters=5, prompts=16, votes={"artifacts": 1.6}, time=0.3,
        metrics={"noise": -4.0},
    )  # fmt: skip
    material = study(np.random.default_rng(6), truth, draws=100)
    parts = said(material)
    votes = [s for s in parts["votes"] if "artifacts" in s]
    assert len(votes) <= 6
    better = material.comparison.verdicts.query("dimension == 'artifacts' and verdict == 'better'")
    assert len(better) == 3
    assert [s for s in votes if "A-1 is preferred to" in s]
    counted = next(s for s in parts["measured"] if "of artifacts" in s)
    assert "point to the model that the votes prefer" in counted
    assert parts["recommendation"][0].startswith(
        "For quick iteration and for final renders: A-1, shown to be faster ("
    )
    assert "preferred by the votes to B-2, C-3 and D-4 on artifacts" in parts["recommendation"][0]


def test_many_pairs_are_counted_first():
    """Ten pairs of five models: a count, then those that differ, six sentences at most."""
    truth = Truth(models=tuple("VWXYZ"), raters=5, prompts=12, votes={"artifacts": 2.0})
    votes = [s for s in said(study(np.random.default_rng(6), truth, draws=100))["votes"] if "artifacts" in s]
    assert re.match(r"Of 10 pairs of models with votes on artifacts, \d show", votes[0])
    assert 2 <= len(votes) <= 6
    assert all(s.startswith("V is preferred to ") for s in votes[1:])


def test_against_many_the_nearest_is_given():
    """Five models, the first a fifth of the time of each: the one that comes nearest stands with its interval."""
    material = study(
        np.random.default_rng(6),
        Truth(models=tuple("VWXYZ"), prompts=20, time=0.2, queue=0, listed=True),
        draws=100,
    )
    times = material.ratios.query("what == 'time' and model_a == 'V'")
    nearest = times.loc[times["ratio"].idxmax()]
    (line,) = [s for s in recommendation.short(material) if s.startswith("For quick iteration: V, ")]
    assert (
        f"faster than all 4 others (the nearest: {nearest['model_b']} takes {1 / nearest['ratio']:.2f} times"
        in line
    )


def test_checks_are_averaged_over_prompts():
    """By hand: x has yes on both of p1 and one of two on p2: 75%; 'can't tell' is left out and counted."""
    rows = [
        ("p000", "Model A", "one", "yes"), ("p000", "Model A", "two", "yes"), ("p001", "Model A", "one", "yes"),
        ("p001", "Model A", "two", "no"), ("p000", "Model B", "one", "no"), ("p001", "Model B", "one", "no"),
        ("p001", "Model B", "two", "cant_tell"),
    ]  # fmt: skip
    checks = pd.DataFrame(rows, columns=["prompt_id", "model", "check", "answer"])
    checks = checks.assign(take=1, rater="r", rater_kind="person")
    (text,) = answers(replace(study(np.random.default_rng(1), Truth(prompts=4)), checks=checks))
    assert text.startswith("What the prompts' checks ask for is there, by people: Model A 75% (95% interval ")
    assert "; 3 of 4 answers on 2 prompts) and Model B 0% (" in text
    assert text.endswith("0 of 2 answers on 2 prompts). Left out: 1 answer that it cannot be told.")


def test_one_note_is_quoted_by_a_stated_rule():
    """The longest that fits, of the raters that are compared; a judge's note stays in the list, marked."""
    made = study(np.random.default_rng(1), Truth(prompts=4))
    notes = {0: "short", 1: "a somewhat longer note", 2: "x" * 300}
    votes = made.votes.assign(note=[notes.get(i, "") for i in range(len(made.votes))])
    judged = votes[:1].assign(
        rater_kind="judge", rater="eye", note="a judge's note that is longer than all the others"
    )
    material = replace(made, votes=pd.concat([votes, judged], ignore_index=True))
    found = notes_on(material, "prompt_adherence")
    shown = quoted(material, found)
    assert shown is not None
    assert shown["lead"].startswith("3 notes on this by 3 raters; the longest of up to 240 characters")
    assert shown["quote"]["note"] == "a somewhat longer note"
    assert [n["by"] for n in found if n["rater"] == "eye"] == ["a judge"]
    assert quoted(material, notes_on(material, "artifacts")) is None


def test_the_page_shows_recommendation_and_note(build, whole, tmp_path):
    """On the page the note stands quoted and escaped beside its rater, and the recommendation has its four parts."""
    study_ = build(tmp_path / "noted", note="<b>smoother</b> water")
    html = whole(study_).save(tmp_path).html.read_text("utf-8")
    assert '<q dir="auto">&lt;b&gt;smoother&lt;/b&gt; water</q> <span class="by"><bdi>r0</bdi>' in html
    for part in ("quick", "final", "change", "rule"):
        assert f'id="recommended-{part}"' in html
    assert "No difference in time can be shown on 2 prompts: at least 4 are needed." in html
    study_.close()
