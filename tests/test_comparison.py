"""The whole comparison: one kind of rater, what is missing, plain data, and the same bytes every time."""

import json
import math
import os
import subprocess
import sys
from types import SimpleNamespace

import pandas as pd
import pytest

from kit.comparison import Comparison, choose_kind, compare, compare_frames
from kit.errors import BadParameter

MODELS = ["model-a", "model-b"]
DIMENSIONS = ["prompt_adherence", "video_realism", "video_resolution", "artifacts"]
FRAMES = (
    *("wins", "verdicts", "strengths", "fits", "win_matrix"),
    *("scores", "measured", "speed", "cost"),
)


def votes(prompts=8, raters=("r1", "r2"), dimensions=DIMENSIONS, kind="person", choice="a"):
    """Votes of every rater on every prompt, all with one choice."""
    rows = [
        (f"p{i}", "model-a", "model-b", 1, d, choice, r, kind)
        for d in dimensions
        for i in range(prompts)
        for r in raters
    ]
    columns = ["prompt_id", "model_a", "model_b", "take", "dimension", "choice", "rater", "rater_kind"]
    return pd.DataFrame(rows, columns=columns)


def scores(prompts=3, kind="person"):
    """Scores of one rater: 4 for model-a, 3 for model-b."""
    rows = [
        (f"p{i}", m, 1, d, s, "r1", kind)
        for d in DIMENSIONS
        for i in range(prompts)
        for m, s in zip(MODELS, (4, 3), strict=True)
    ]
    return pd.DataFrame(
        rows, columns=["prompt_id", "model", "take", "dimension", "score", "rater", "rater_kind"]
    )


def requests(prompts=3):
    """A finished request of each model for each prompt."""
    rows = [
        (f"{m}{i}", f"p{i}", m, 1, f"clip-{m}-{i}", "done", 10.0 * i + len(m), math.nan)
        for i in range(prompts)
        for m in MODELS
    ]
    columns = ["request", "prompt_id", "model", "take", "clip", "state", "seconds", "cost_usd"]
    return pd.DataFrame(rows, columns=columns)


def measurements(prompts=3):
    """One metric on every clip."""
    rows = [(f"clip-{m}-{i}", "sharpness", 1, i + 0.1 * len(m), "px") for i in range(prompts) for m in MODELS]
    return pd.DataFrame(rows, columns=["clip", "metric", "version", "value", "unit"])


def made(**changes) -> Comparison:
    """A comparison of the frames above, with some of them changed."""
    given = {
        "votes": votes(), "scores": scores(), "requests": requests(), "measurements": measurements(),
        "models": MODELS, "dimensions": DIMENSIONS, "draws": 200,
    }  # fmt: skip
    return compare_frames(**(given | changes))


def test_kinds_of_raters_are_never_pooled():
    """People who all chose a, judges who all chose b: each is compared alone, and the other is said to be left out."""
    both = pd.concat([votes(), votes(kind="judge", choice="b", raters=("j",))], ignore_index=True)
    people, judges = made(votes=both), made(votes=both, rater_kind="judge")
    assert (people.rater_kind, set(people.wins["win_rate"]), set(people.wins["n_votes"])) == (
        "person",
        {1.0},
        {16},
    )
    assert (judges.rater_kind, set(judges.wins["win_rate"]), set(judges.wins["n_votes"])) == (
        "judge",
        {0.0},
        {8},
    )
    assert "32 votes by judges left out: kinds of raters are compared one at a time." in people.missing
    assert "64 votes by people left out: kinds of raters are compared one at a time." in judges.missing


def test_the_kind_is_people_then_simulated_then_judges():
    """Whoever comes first in that order, in votes or in scores."""
    nobody = pd.DataFrame()
    assert choose_kind(nobody, nobody) is None
    assert choose_kind(votes(kind="judge"), scores(kind="simulated")) == "simulated"
    assert choose_kind(votes(kind="simulated"), scores(kind="person")) == "person"
    assert choose_kind(votes(), nobody, "judge") == "judge"
    with pytest.raises(BadParameter, match="'robot'"):
        choose_kind(votes(), nobody, "robot")


def test_what_is_missing_is_said_in_sentences():
    """Votes on three of four dimensions, no scores, no prices, one clip not measured, one take."""
    few = made(votes=votes(dimensions=DIMENSIONS[:3]), scores=pd.DataFrame(), measurements=measurements()[:5])
    assert few.missing == (
        "No votes on artifacts for model-a and model-b.",
        "No scores.",
        "1 clip of 6 not measured.",
        "One take of each prompt: the luck of a single clip is not covered.",
        "No prices for model-a and model-b.",
    )


def test_one_rater_and_one_prompt_are_said():
    """The two limits that no interval shows."""
    said = made(votes=votes(prompts=1, raters=("r1",))).missing
    assert "All votes come from one rater: how others would choose is not known." in said
    assert "All votes are on one prompt: how other prompts would come out is not known." in said


def test_votes_and_scores_outside_the_comparison_are_left_out_and_said():
    """A third model and an unknown dimension change no number."""
    strange = pd.concat(
        [votes(), votes(dimensions=["taste"]), votes().assign(model_b="model-z")], ignore_index=True
    )
    compared = made(votes=strange)
    assert set(compared.wins["n_votes"]) == {16}
    (said,) = [s for s in compared.missing if "left out" in s]
    assert said.startswith("80 votes left out: on models or dimensions that are not compared")


EMPTY = {
    "votes": (pd.DataFrame(), votes()[:0], votes(prompts=1, raters=("r",)), votes()),
    "scores": (pd.DataFrame(), scores()[:0], scores(prompts=1)),
    "requests": (
        pd.DataFrame(),
        requests()[:0],
        requests().assign(clip=None, seconds=math.nan),
        requests(prompts=1),
    ),
    "measurements": (pd.DataFrame(), measurements()[:0], measurements().assign(value=math.nan)),
    "models": ([], ["model-a"], MODELS, [*MODELS, "model-c"]),
}


def test_no_combination_of_empty_inputs_crashes_or_claims():
    """Every input empty, bare or tiny, with any other: the same columns, JSON-ready, and no winner without votes."""
    columns = {name: list(getattr(made(), name)) for name in FRAMES}
    tried = 0
    for v in EMPTY["votes"]:
        for s, r, m in zip(
            (*EMPTY["scores"], scores()),
            EMPTY["requests"],
            (*EMPTY["measurements"], measurements()),
            strict=True,
        ):
            for models in EMPTY["models"]:
                compared = made(votes=v, scores=s, requests=r, measurements=m, models=models)
                assert {name: list(getattr(compared, name)) for name in FRAMES} == columns
                json.dumps(compared.to_dict(), allow_nan=False)
                if len(v) < 10:
                    assert not compared.verdicts["better"].notna().any()
                tried += 1
    assert tried == 64


@pytest.mark.parametrize("name", ["votes", "scores", "requests", "measurements"])
def test_each_input_alone_may_be_empty(name):
    """All else full, one empty."""
    for empty in EMPTY[name][:2]:
        assert json.dumps(made(**{name: empty}).to_dict(), allow_nan=False)


def three_models(prompts=8):
    """Votes of two raters on three models in two dimensions: on the second, model-c loses every vote."""
    rows = [
        (f"p{i}", *pair, 1, dimension, choice, rater, "person")
        for i in range(prompts)
        for rater in ("r1", "r2")
        for pair, fair in (
            (("model-a", "model-b"), "ab"),
            (("model-a", "model-c"), "aab"),
            (("model-b", "model-c"), "ab"),
        )
        for dimension, choices in (
            ("prompt_adherence", fair),
            ("artifacts", "a" if "model-c" in pair else "ab"),
        )
        for choice in choices[(i + (rater == "r2")) % len(choices)]
    ]
    columns = ["prompt_id", "model_a", "model_b", "take", "dimension", "choice", "rater", "rater_kind"]
    return pd.DataFrame(rows, columns=columns)


def test_three_models_stand_on_one_scale():
    """Strengths, fits and win matrix of each dimension; where one model lost every vote, `missing` says so."""
    compared = made(
        votes=three_models(), models=[*MODELS, "model-c"], dimensions=["prompt_adherence", "artifacts"]
    )
    fair, lost = (compared.strengths[compared.strengths["dimension"] == d] for d in compared.dimensions)
    assert list(fair["model"]) == [*MODELS, "model-c"]
    assert set(fair["method"]) == {"maximum likelihood"}
    assert set(lost["method"]) == {"bias-reduced"}
    assert lost["rank"].to_list() == [1, 1, 3]
    assert list(compared.fits["dimension"]) == ["prompt_adherence", "artifacts"]
    assert len(compared.win_matrix) == 2 * 6
    (said,) = [s for s in compared.missing if "bias-reduced" in s]
    assert said.startswith("On artifacts every vote between them put model-a and model-b before model-c:")
    assert len(compared.to_dict()["strengths"]) == 6


def test_two_models_need_no_scale():
    """Their win rate says it all: the frames of three and more are empty, with their columns; a side may still gain."""
    mixed = votes().assign(
        choice=["a", "a", "b", "a"] * 16, left_model=["model-a", "model-b", "model-b", "model-a"] * 16
    )
    compared = made(votes=mixed)
    assert compared.strengths.empty
    assert compared.win_matrix.empty
    assert list(compared.fits["dimension"]) == DIMENSIONS
    assert (compared.fits["side"] > 0).all()
    assert not any("bias-reduced" in s for s in made().missing)
    assert {"rank_low", "rank_high"} <= set(compared.strengths)


def test_agreement_repeats_and_judges_come_along():
    """Who agreed with whom, by dimension and by rater, from the same votes; judges against people whatever is compared."""
    cast = votes(prompts=6)
    judged = cast[cast["rater"] == cast["rater"].iloc[0]].assign(rater="gpt", rater_kind="judge")
    compared = made(votes=pd.concat([cast, judged], ignore_index=True))
    assert list(dict.fromkeys(compared.agreement["dimension"])) == DIMENSIONS
    assert "gpt" not in set(compared.raters["rater"])
    assert set(compared.judges["judge"]) == {"gpt"}
    assert (compared.judges["accuracy"] == 1.0).all()
    alone = made(votes=judged, rater_kind="judge")
    assert alone.agreement["of"].isin(["scores"]).all()


def test_plain_data_is_rounded_and_has_no_nan():
    """Six significant digits, None for what is not known, the order of the frames."""
    compared = made(votes=votes(prompts=9, choice="a").assign(choice=["a", "a", "b"] * 24))
    plain = compared.to_dict()
    assert plain["wins"][0]["win_rate"] == 0.666667
    assert plain["cost"][0]["total_usd"] is None
    assert plain["verdicts"][0]["better"] is None
    assert [row["dimension"] for row in plain["wins"]] == DIMENSIONS
    assert list(plain)[:5] == ["models", "dimensions", "rater_kind", "draws", "seed"]


def test_a_study_is_compared_through_its_frames():
    """Only the frames, models and rubric of a study are used; all takes come as they are."""
    study = SimpleNamespace(
        votes=votes(), scores=scores(), requests=requests(), measurements=measurements(), judgements=pd.DataFrame(),
        models=MODELS, rubric=SimpleNamespace(ids=tuple(DIMENSIONS)),
    )  # fmt: skip
    assert compare(study, draws=200).to_dict() == made().to_dict()
    assert set(compare(study, draws=200).verdicts["better"]) == {"model-a"}


def test_impossible_parameters_are_refused():
    """A model named twice, too few draws, a negative seed: before anything is computed, even without votes."""
    for wrong in (
        {"models": ["x", "x"]},
        {"draws": 5},
        {"seed": -1},
        {"dimensions": ["artifacts", "artifacts"]},
    ):
        with pytest.raises(BadParameter):
            made(votes=pd.DataFrame(), **wrong)


def test_shown_in_sentences_and_escaped():
    """A cell that ends with a comparison shows what may be said of it, a list of sentences, names as text."""
    named = votes(dimensions=["artifacts"]).replace({"model-b": "<b>&model"})
    shown = made(
        votes=named, models=["model-a", "<b>&model"], dimensions=["artifacts"], scores=scores().iloc[:0],
        requests=requests().iloc[:0], measurements=measurements().iloc[:0],
    )  # fmt: skip
    first, *others = repr(shown).splitlines()
    assert first.startswith("model-a is preferred to <b>&model on artifacts")
    assert others == list(shown.missing)
    page = shown._repr_html_()
    assert "<b>" not in page
    assert "&lt;b&gt;&amp;model" in page
    assert page.count("<li>") == 1 + len(others)


SCRIPT = """
import json, sys
import importlib.util
spec = importlib.util.spec_from_file_location("made", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
from kit.plots import cost_plot, measurement_plot, speed_plot, win_plot
choices = ["a", "b", "tie", "both_bad", "a"]
votes = module.votes(prompts=7)
votes["choice"] = [choices[i % 5] for i in range(len(votes))]
compared = module.made(votes=votes)
plots = [
    win_plot(compared),
    measurement_plot(module.measurements(), module.requests(), "sharpness", module.MODELS),
    speed_plot(compared, module.requests()),
    cost_plot(compared, module.requests()),
]
print(json.dumps(compared.to_dict()))
print("".join(p.to_json() + p.title + p.caption + p.alt + p.table.to_json() for p in plots))
"""


def test_the_same_bytes_under_any_hash_seed_and_time_zone():
    """Comparison and figures, from two interpreters with other hash seeds and time zones."""
    seen = set()
    for hash_seed, zone in (("1", "UTC"), ("4242", "Pacific/Auckland")):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, __file__],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone},
            capture_output=True, check=True,
        )  # fmt: skip
        seen.add(done.stdout)
    assert len(seen) == 1
    assert len(seen.pop()) > 5000
