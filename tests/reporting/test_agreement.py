"""Agreement on the page, against published examples and counts made by hand."""

import math

import pandas as pd
import pytest

from kit.reporting.sections.agreement import section
from tests.report_material import cells, material, part, votes

MODELS = ("x", "y")
NAN = math.nan
# Krippendorff's worked examples (sources in tests/stats/test_alpha.py): .691 nominal, and .815 ordinal for scores 1 to 5.
THREE = [
    [NAN, NAN, NAN, NAN, NAN, 3, 4, 1, 2, 1, 1, 3, 3, NAN, 3],
    [1, NAN, 2, 1, 3, 3, 4, 3, NAN, NAN, NAN, NAN, NAN, NAN, NAN],
    [NAN, NAN, 2, 1, 3, 4, 4, NAN, 2, 1, 1, 3, 3, NAN, 4],
]
FOUR = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]
CHOICES = {1: "a", 2: "b", 3: "both_good", 4: "both_bad"}
# Cohen (1960, table 2): 200 patients, two raters, three diagnoses; kappa .492, agreement .70, by chance .41.
COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]


def given(rows):
    """(unit, rater, value) of each rating that there is."""
    return [
        (f"p{unit:02}", f"r{rater}", int(value))
        for rater, row in enumerate(rows, start=1)
        for unit, value in enumerate(row)
        if not math.isnan(value)
    ]


def krippendorffs(kind="person"):
    """His three observers as raters who vote."""
    return votes([(unit, *MODELS, rater, CHOICES[value]) for unit, rater, value in given(THREE)], kind=kind)


def test_alpha_of_a_published_example_is_on_the_page():
    """.691, with an interval, over the twelve units of fifteen that two raters or more rated."""
    data = section(material(MODELS, krippendorffs()))
    (row,) = cells(data["tables"][0])
    assert row["nominal"]["text"] == "0.69"
    assert row["nominal"]["value"] == pytest.approx(0.691, abs=5.1e-4)
    assert row["nominal"]["low"] < 0.691 < row["nominal"]["high"]
    # By hand: units 0 and 1 have one rating and none, 13 none; 14 and the rest have two or three.
    assert (row["units"]["value"], row["raters"]["value"], row["prompts"]["value"]) == (12, 3, 12)
    assert row["raw"]["interval"]
    assert "Agreement is not being right" in " ".join(data["lines"])
    assert data["lines"][0] == "People agree more than chance would have them on artifacts."


def test_scores_have_the_ordinal_example():
    """Four observers' values as scores: .815; nothing is said of votes."""
    scores = [
        {"prompt_id": unit, "model": "x", "dimension": "artifacts", "score": value, "rater": rater}
        for unit, rater, value in given(FOUR)
    ]
    data = section(material(MODELS, scores=scores))
    (row,) = cells(data["tables"][0])
    assert row["ordinal"]["value"] == pytest.approx(0.815, abs=5.1e-4)
    assert row["nominal"] is None
    assert [column["label"] for column in data["tables"][0]["columns"]].count(
        "Clips rated twice or more"
    ) == 1


@pytest.mark.parametrize(("kind", "who"), [("simulated", "Simulated raters"), ("judge", "Judges")])
def test_programs_are_not_called_people(kind, who):
    """The same votes by simulated raters and by judges say whose they are."""
    data = section(material(MODELS, krippendorffs(kind)))
    assert data["lines"][0].startswith(f"{who} agree")
    assert "People agree" not in str(data)


def test_each_raters_counts_by_hand():
    """k of n for the other raters, for repeats and for known answers, as counted by hand."""
    # r1 and r2 say the same on six of eight pairs.
    cast = [(f"p{i}", *MODELS, "r1", "a") for i in range(8)]
    cast += [(f"p{i}", *MODELS, "r2", "a" if i < 6 else "b") for i in range(8)]
    columns = ["rater", "position", "kind", "of_position", "dimension", "choice", "step", "undoes"]
    log = pd.DataFrame(
        [
            *(("r1", i, "pair", None, "artifacts", "a", "vote", None) for i in range(3)),
            ("r1", 3, "repeat", 0, "artifacts", "a", "vote", None),
            ("r1", 4, "repeat", 1, "artifacts", "b", "vote", None),
            ("r1", 5, "repeat", 2, "artifacts", "a", "vote", None),
            *(("r1", 6 + i, "known", None, "artifacts", c, "vote", None) for i, c in enumerate("aaab")),
        ],
        columns=columns,
    ).assign(rater_kind="person")
    log["id"] = range(1, len(log) + 1)
    data = section(material(MODELS, votes(cast), judgements=log))
    one, two = cells(part(data, "raters")["tables"][0])
    assert (one["rater"], one["votes"]["value"]) == ("r1", 8)
    assert one["agree"]["text"] == "6 of 8 (75%)"
    assert one["repeats"]["text"] == "2 of 3 (67%)"
    assert one["known"]["text"] == "3 of 4 (75%)"
    assert one["wrong"]["value"] == 1
    # Wilson's interval of 3 of 4, from the formula: (0.75 + z2/8 -+ z sqrt(0.75 * 0.25 / 4 + z2/64)) / (1 + z2/4).
    z = 1.959964
    middle, half = 0.75 + z * z / 8, z * math.sqrt(0.75 * 0.25 / 4 + z * z / 64)
    ends = [(middle + sign * half) / (1 + z * z / 4) for sign in (-1, 1)]
    assert [one["known"]["low"], one["known"]["high"]] == pytest.approx(ends, abs=1e-5)
    assert (two["repeats"], two["known"]) == (None, None)


def test_without_repeats_the_page_says_what_is_lacking():
    """No empty columns: a sentence says that neither repeats nor known answers are recorded."""
    raters = part(section(material(MODELS, krippendorffs())), "raters")
    assert [c["key"] for c in raters["tables"][0]["columns"]] == ["rater", "votes", "agree"]
    assert "No pair shown twice and no known answer is recorded" in " ".join(raters["lines"])


def test_one_rater():
    """No alpha, no empty table; the page says that others are not known, and how to ask them."""
    data = section(material(MODELS, votes([(f"p{i}", *MODELS, "r1", "a") for i in range(8)])))
    assert data["tables"] == []
    assert data["lines"] == []
    assert "All of it comes from one person" in data["missing"][0]["text"]
    assert data["missing"][0]["command"] == "kit rate STUDY --rater NAME"


def test_two_raters_on_no_common_pair():
    """Two raters who never met say nothing of agreement."""
    cast = [(f"p{i}", *MODELS, f"r{i % 2}", "a") for i in range(8)]
    assert (
        "No pair or clip was rated by two raters"
        in section(material(MODELS, votes(cast)))["missing"][0]["text"]
    )


def test_few_prompts_give_no_certainty():
    """Below six prompts there is no interval, and a sentence says so."""
    cast = [(f"p{i}", *MODELS, r, "ab"[i % 2]) for i in range(4) for r in ("r1", "r2")]
    data = section(material(MODELS, votes(cast)))
    assert data["lines"][0] == (
        "Whether people agree more than chance would have them on artifacts cannot be said: an interval takes 6 prompts that "
        "two raters rated."
    )
    assert "interval" not in cells(data["tables"][0])[0]["nominal"]


def test_all_alike_is_nothing_to_disagree_on():
    """Where every choice is the same alpha is not defined, and the page says why."""
    cast = [(f"p{i}", *MODELS, r, "a") for i in range(8) for r in ("r1", "r2")]
    data = section(material(MODELS, votes(cast)))
    assert "Every choice on artifacts was the same" in data["lines"][0]
    assert cells(data["tables"][0])[0]["nominal"]["value"] is None


def test_without_any_vote_there_is_no_section():
    """Nothing to agree on."""
    assert section(material(MODELS)) is None


def test_a_judge_against_people_as_cohen_has_it():
    """His 200 patients as pairs: kappa .49, the same choice on 70%, 41% by chance."""
    names = ("a", "b", "both_good")
    both = [(names[i], names[j]) for i, row in enumerate(COHEN) for j, n in enumerate(row) for _ in range(n)]
    cast = votes([(f"p{i}", *MODELS, "anna", one) for i, (one, _) in enumerate(both)])
    cast += votes([(f"p{i}", *MODELS, "Qwen@1", two) for i, (_, two) in enumerate(both)], kind="judge")
    data = section(material(MODELS, cast))
    (row,) = cells(part(data, "judges")["tables"][0])
    assert (row["judge"], row["kappa"]["text"], row["pairs"]["value"]) == ("Qwen@1", "0.49", 200)
    assert (row["same"]["text"], row["chance"]["text"]) == ("70%", "41%")
    assert row["kappa"]["low"] == pytest.approx(0.384, abs=0.04)
    # A judge's name keeps its capitals, and the row says at which level it is.
    correlations = part(data, "correlations")["tables"][0]
    assert [c["label"] for c in correlations["columns"]] == ["Between", "Dimension", "At clip level", "Clips"]
    assert cells(correlations)[0]["who"] == "Votes of people and votes of judge Qwen@1"
    assert cells(correlations)[0]["n_clip"]["value"] == 400


def test_judges_alone_are_held_against_nobody():
    """Judges without people: a sentence, and no table."""
    cast = votes([(f"p{i}", *MODELS, "judge-1", "a") for i in range(8)], kind="judge")
    judges = part(section(material(MODELS, cast)), "judges")
    assert judges["tables"] == []
    assert "nothing says whether these judges see what people see" in judges["lines"][0]


def measured(prompts, models):
    """A finished request and one measurement for each prompt and model: y above x, growing with the prompt."""
    asked = [
        {"request": f"{p}{m}", "prompt_id": p, "model": m, "clip": f"{p}{m}"} for p in prompts for m in models
    ]
    values = [
        {
            "clip": row["clip"],
            "metric": "sharpness",
            "value": 10.0 * models.index(row["model"]) + int(row["prompt_id"][1:]),
        }
        for row in asked
    ]
    return {"requests": asked, "measured": values}


def test_two_models_do_not_say_twice_what_stands_beside_the_measurements():
    """Votes and measurements of two models are compared pair by pair elsewhere, so nothing is repeated here."""
    made = material(MODELS, krippendorffs(), **measured([f"p{i:02}" for i in range(15)], MODELS))
    assert "correlations" not in [p["anchor"] for p in section(made)["parts"]]


def test_three_models_have_both_levels():
    """Sharpness orders the models as the votes do (+1.00 over 3 models), and says less of a single clip."""
    models = ("x", "y", "z")
    prompts = [f"p{i}" for i in range(8)]
    cast = [
        (p, a, b, r, "b")
        for p in prompts
        for a, b in (("x", "y"), ("x", "z"), ("y", "z"))
        for r in ("r1", "r2")
    ]
    data = section(material(models, votes(cast), **measured(prompts, models)))
    (folded,) = part(data, "correlations")["folded"]
    assert folded["summary"] == "Votes of people and measurements, at clip level and at model level"
    at_clips, at_models = folded["tables"]
    assert at_clips["caption"].startswith("At clip level")
    assert at_models["caption"].startswith("At model level")
    (clips,), (means,) = cells(at_clips), cells(at_models)
    assert (means["artifacts"]["text"], means["n"]["value"]) == ("+1.00", 3)
    assert clips["n"]["value"] == 24
    assert 0 < clips["artifacts"]["value"] < 1
