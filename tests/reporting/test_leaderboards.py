"""Leaderboards against published tables, and ranks that are no more precise than their intervals."""

import math
import re

import numpy as np
import pandas as pd
import pytest

from kit.leading import lead_of, sentence, short
from kit.plots import strength_plot
from kit.reporting.sections.agreement import section as agreement_section
from kit.reporting.sections.leaderboards import section
from tests.paired_data import BASEBALL, CITATIONS, JOURNALS, TEAMS, Ladder, votes_from
from tests.report_material import cells, figures, material, part, votes


def boards(made):
    """The section's data."""
    return section(made, figures(made))


def on(frame, dimension="artifacts"):
    """The votes of `votes_from` on a dimension of the rubric."""
    return frame.assign(dimension=dimension, rater_kind="person")


def test_agrestis_citations_in_their_order():
    """Statistics journals by citations: coefficients -2.9491, -0.4796, 0.2690 against Biometrika, here about their mean."""
    data = boards(material(JOURNALS, on(votes_from(CITATIONS))))
    (board,) = data["dimensions"]
    rows = {row["model"]: row for row in cells(board["plot"]["table"])}
    assert list(rows) == ["JRSS-B", "Biometrika", "JASA", "Comm Statist"]
    known = {"Biometrika": 0.0, "Comm Statist": -2.9491, "JASA": -0.4796, "JRSS-B": 0.2690}
    mean = sum(known.values()) / 4
    for name, value in known.items():
        assert rows[name]["strength"]["value"] == pytest.approx(value - mean, abs=1e-3)
        assert rows[name]["strength"]["low"] < value - mean < rows[name]["strength"]["high"]
    assert [row["rank"]["text"] for row in rows.values()] == ["1", "2", "3", "4"]
    # From the table itself: 284 of 505 to JRSS-B against Biometrika.
    matrix = {row["model"]: row for row in cells(board["matrix"])}
    assert matrix["JRSS-B"]["m1"]["value"] == pytest.approx(284 / 505, abs=1e-5)
    assert matrix["Biometrika"]["m0"]["value"] == pytest.approx(221 / 505, abs=1e-5)
    assert matrix["JRSS-B"]["m0"] is None


def test_the_home_teams_advantage_is_a_sides():
    """Agresti's baseball: at home .3023, s.e. .1309; between equals that is 57.5% of games."""
    data = boards(material(TEAMS, on(votes_from(BASEBALL, left=True))))
    (row,) = cells(part(data, "sides")["tables"][0])
    assert row["side"]["value"] == pytest.approx(0.3023, abs=5e-4)
    assert row["rate"]["value"] == pytest.approx(1 / (1 + math.exp(-0.3023)), abs=2e-4)
    # His standard error is of independent games: each of these is a prompt of its own.
    assert row["side"]["high"] - row["side"]["low"] == pytest.approx(2 * 1.96 * 0.1309, rel=0.05)
    assert row["sided"]["value"] == sum(won + lost for _, _, won, lost in BASEBALL)
    assert part(data, "sides")["lines"] == [
        "The clip on the left was chosen more often than its model explains on artifacts."
    ]


def test_two_models_have_no_leaderboard_and_their_sides_elsewhere():
    """Below three models a win rate says it all; the advantage of a side then stands under agreement."""
    rows = [
        (f"p{i}", "x", "y", r, "a" if i % 3 else "b", ("x", "y")[i % 2])
        for i in range(12)
        for r in ("r1", "r2")
    ]
    made = material(("x", "y"), votes(rows))
    assert boards(made) is None
    (row,) = cells(part(agreement_section(made), "sides")["tables"][0])
    # By hand: x stands left on p0, p2 and so on and wins 8 of 12 on prompts not divisible by 3, as y does: no gain.
    assert row["rate"]["text"] == "50%"
    assert row["sided"]["value"] == 24


def test_unknown_sides_are_said():
    """Without a recorded side, an advantage of one cannot be ruled out."""
    rows = [(f"p{i}", a, b, "r1", "a") for i in range(6) for a, b in (("x", "y"), ("y", "z"), ("z", "x"))]
    sides = part(boards(material(("x", "y", "z"), votes(rows))), "sides")
    assert "not recorded" in sides["lines"][0]
    assert sides["tables"] == []


def test_without_votes_there_is_no_section():
    """Three models and nobody who voted."""
    assert boards(material(("x", "y", "z"))) is None


def test_a_circle_has_no_leader_and_every_rank():
    """Rock, paper, scissors: each won against one and lost to the other, so every rank is from first to last."""
    rows = [
        (f"p{i}", a, b, r, "a")
        for i in range(8)
        for a, b in (("x", "y"), ("y", "z"), ("z", "x"))
        for r in ("r1", "r2")
    ]
    made = material(("x", "y", "z"), votes(rows))
    data = boards(made)
    (board,) = data["dimensions"]
    assert {row["rank"]["text"] for row in cells(board["plot"]["table"])} == {"1 to 3"}
    assert board["sentences"][0].startswith("No model leads on artifacts")
    assert "every model is behind another" in board["sentences"][0]
    # Each pair went one way in all votes, and one scale expects half.
    (fit,) = cells(part(data, "fits")["tables"][0])
    assert fit["apart"]["text"].startswith("50")


def test_a_model_that_won_every_vote_is_said_so():
    """x never lost: its strength has no finite estimate, and the page says what was done."""
    rows = [(f"p{i}", "x", other, r, "a") for i in range(8) for other in ("y", "z") for r in ("r1", "r2")]
    rows += [(f"p{i}", "y", "z", r, "ab"[i % 2]) for i in range(8) for r in ("r1", "r2")]
    made = material(("x", "y", "z"), votes(rows))
    data = boards(made)
    assert "every vote between them put x before y and z" in part(data, "fits")["lines"][0]
    assert cells(part(data, "fits")["tables"][0])[0]["method"].startswith("bias-reduced")
    board = data["dimensions"][0]
    assert board["sentences"][0] == "x is preferred to y and z on artifacts."
    assert board["plot"]["title"] == "Artifacts: x leads"
    # Eight prompts of no error to measure: the fit itself leaves the first place open, and the page says so.
    assert cells(board["plot"]["table"])[0]["rank"]["text"] == "1 to 3"
    assert board["sentences"][1].startswith("The ranks below do not say as much")


def test_groups_that_no_vote_joins_are_ranked_apart():
    """w with x, y with z: two groups, ranks within each, and a model without votes named."""
    rows = [
        (f"p{i}", a, b, r, "a" if i % 4 else "b")
        for i in range(8)
        for a, b in (("w", "x"), ("y", "z"))
        for r in ("r1", "r2")
    ]
    data = boards(material(("w", "x", "y", "z", "silent"), votes(rows)))
    (board,) = data["dimensions"]
    assert "no votes join these models" in part(data, "fits")["lines"][0]
    assert "No votes here on silent." in board["sentences"]
    table = cells(board["plot"]["table"])
    assert [(row["model"], row["group"]["value"]) for row in table] == [
        ("w", 1), ("x", 1), ("y", 2), ("z", 2), ("silent", None),
    ]  # fmt: skip
    assert "within a group only" in board["plot"]["caption"]
    assert {row["m2"] is None for row in cells(board["matrix"]) if row["model"] in "wx"} == {True}


def test_simulated_raters_are_not_people():
    """Sentences say whose votes they are."""
    rows = [(f"p{i}", "x", other, "s1", "a") for i in range(10) for other in ("y", "z")]
    made = material(("x", "y", "z"), votes(rows, kind="simulated"))
    assert all(s.startswith("In simulated votes, ") for s in [boards(made)["dimensions"][0]["sentences"][0]])


def test_no_rank_or_leader_is_claimed_beyond_the_numbers():
    """In 20 studies without any difference no sentence names a leader, and a rank in a table is always its interval."""
    ladder = Ladder([0.0, 0.0, 0.0], side=0.0)
    rng = np.random.default_rng(7)
    for _ in range(20):
        frame = ladder.votes(rng, 10, 3).assign(dimension="artifacts", rater_kind="person")
        made = material(ladder.models, frame)
        (board,) = boards(made)["dimensions"]
        ranks = made.comparison.strengths.set_index(["dimension", "model"])
        for row in cells(board["plot"]["table"]):
            known = ranks.loc[("artifacts", row["model"])]
            low, high = int(known["rank_low"]), int(known["rank_high"])
            assert row["rank"]["text"] == (f"{low}" if low == high else f"{low} to {high}")
        lead = lead_of(made.comparison.verdicts, "artifacts", made.models)
        if lead.leader is None:
            assert not re.search(
                r"m\d (leads|is preferred)", " ".join([*board["sentences"], board["plot"]["title"]])
            )


def test_every_number_of_three_models_is_in_the_data(build, whole, tmp_path):
    """The whole page of three models: each number in a cell stands in NAME.json, and every id is there once."""
    models = ("one-model", "two-model", "three-model")
    study = build(tmp_path / "three", models=models, prompts=[(f"p{i}", f"Prompt {i}.") for i in range(5)])
    rows = ["prompt_id,model_a,model_b,take,dimension,choice,rater,left_model"]
    rows += [
        f"p{i},{a},{b},1,{d},{'a' if (i + j) % 3 else 'both_bad'},r{j},{(a, b)[(i + j) % 2]}"
        for i in range(5)
        for j in range(3)
        for a, b in ((models[0], models[2]), (models[1], models[2]))
        for d in ("prompt_adherence", "artifacts")
    ]
    path = tmp_path / "more.csv"
    path.write_text("\n".join(rows))
    study.import_votes(path)
    files = whole(study, name="three").save(tmp_path)
    html, text = files.html.read_text("utf-8"), files.json.read_text("utf-8")
    assert {"leaderboards", "agreement"} <= set(re.findall(r'<section id="(\w+)"', html))
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(set(ids)) == len(ids)
    cut = re.sub(r"<[^>]*>", " ", " ".join(re.findall(r"<t[dh][ >].*?</t[dh]>", html, flags=re.DOTALL)))
    shown = set(re.findall(r"\d[\d,]*(?:\.\d+)?", cut))
    assert len(shown) > 60
    assert [token for token in shown if token not in text] == []
    study.close()


def verdicts(*rows):
    """Verdicts from (a, b, better or None)."""
    table = pd.DataFrame(rows, columns=["model_a", "model_b", "better"])
    named = {"?": "no votes", None: "no difference shown"}
    verdict = [named.get(better, "better") for _, _, better in rows]
    return table.assign(dimension="d", verdict=verdict)


@pytest.mark.parametrize(
    ("rows", "leader", "unbeaten", "said"),
    [
        ([("x", "y", "x"), ("x", "z", "x"), ("y", "z", None)], "x", ("x",), "x leads"),
        ([("x", "y", "x"), ("x", "z", None), ("y", "z", None)], None, ("x", "z"), "No single leader"),
        (
            [("x", "y", None), ("x", "z", None), ("y", "z", None)],
            None,
            ("x", "y", "z"),
            "No difference shown",
        ),
        # Not compared with z, so not shown to be better than it.
        ([("x", "y", "x"), ("x", "z", "?"), ("y", "z", "y")], None, ("x",), "No single leader"),
        ([("x", "y", "?"), ("x", "z", "?"), ("y", "z", "?")], None, (), "No votes"),
        # Nobody voted on z: x leads those that were voted on.
        ([("x", "y", "x"), ("x", "z", "?"), ("y", "z", "?")], "x", ("x",), "x leads"),
    ],
)
def test_who_leads(rows, leader, unbeaten, said):
    """A model leads only where the verdicts put it above every other one."""
    lead = lead_of(verdicts(*rows), "d", ("x", "y", "z"))
    assert (lead.leader, lead.unbeaten, short(lead)) == (leader, unbeaten, said)
    assert (leader is not None) == ("is preferred to" in sentence(lead, "light"))


def test_the_plot_says_its_numbers_in_words():
    """Every model with strength, interval and rank stands in the text for whoever does not see the plot."""
    plot = strength_plot(material(JOURNALS, on(votes_from(CITATIONS))).comparison, "artifacts")
    assert all(name in plot.alt for name in JOURNALS)
    assert plot.alt.count("rank ") == 4
    assert len(plot.table) == 4
