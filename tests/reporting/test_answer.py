"""The first screen: verdicts, how sure they are, speed and cost, and who leads among three and more models."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.reporting import Page
from kit.reporting.sections import recommendation
from kit.reporting.sections.answer import section
from kit.reporting.sections.strip import pace, sureness
from kit.study import Study
from tests.report_material import cells, material, votes

TWO = ("x", "y")
PAIRS = (("x", "y"), ("x", "z"), ("y", "z"))


def test_how_sure_in_three_numbers():
    """Votes, prompts and raters counted by hand; one dimension has one alpha with its interval."""
    rows = [(f"p{i}", *TWO, r, "a" if i % 4 else "b") for i in range(12) for r in ("r1", "r2", "r3")]
    made = material(TWO, votes(rows))
    cast, agreed, reach = sureness(made)
    assert (cast["numbers"][0]["value"], cast["note"]) == (36, "12 prompts, 3 people")
    # All three say the same on each pair, and not the same on all: full agreement.
    assert [one["text"] for one in agreed["numbers"]] == ["1.00"]
    (least,) = reach["numbers"]
    assert least["value"] == pytest.approx(
        made.comparison.verdicts["smallest_shown"].dropna().iloc[0], abs=1e-5
    )
    assert "80% power" in reach["note"]


def test_one_rater_on_few_prompts_is_told_as_it_is():
    """One rater: alpha is not known. Three prompts: no difference of any size could have been shown."""
    cast, agreed, reach = sureness(material(TWO, votes([(f"p{i}", *TWO, "r1", "a") for i in range(3)])))
    assert cast["note"] == "3 prompts, 1 person"
    assert (agreed["numbers"], agreed["note"]) == ([], "not known: one rater")
    assert (reach["numbers"], reach["note"]) == ([], "no difference, however large: that takes 6 prompts")


def test_more_comparisons_take_more_prompts():
    """Eight prompts show nothing at .05 / 12, since 2 / 2^8 is more than that; 2 / 2^9 is less."""
    dimensions = ("prompt_adherence", "video_realism", "video_resolution", "artifacts")
    cast = [
        vote
        for dimension in dimensions
        for vote in votes(
            [(f"p{i}", a, b, "r1", "a") for i in range(8) for a, b in PAIRS], dimension=dimension
        )
    ]
    assert sureness(material(("x", "y", "z"), cast))[2]["note"].endswith("that takes 9 prompts")


@pytest.mark.parametrize(("kind", "who"), [("simulated", "2 simulated raters"), ("judge", "2 judges")])
def test_programs_are_named_as_such(kind, who):
    """Whoever voted is named in the first number."""
    made = material(TWO, votes([(f"p{i}", *TWO, r, "a") for i in range(8) for r in ("s1", "s2")], kind=kind))
    assert sureness(made)[0]["note"] == f"8 prompts, {who}"
    assert section(made)["headline"].startswith(
        {"simulated": "In simulated votes, ", "judge": "In judges' votes, "}[kind]
    )


def test_no_votes():
    """Nothing is said of how sure nothing is."""
    made = material(TWO)
    assert sureness(made) == []
    assert (section(made)["verdicts"], section(made)["leads"]) == ([], [])


def test_a_leader_of_three_is_named_only_where_it_beats_both():
    """x wins every vote on artifacts; on realism it beats only y, so there nobody leads."""
    rows = votes([(f"p{i}", a, b, r, "a") for i in range(12) for a, b in PAIRS for r in ("r1", "r2", "r3")])
    half = [
        (f"p{i}", a, b, r, "a" if (a, b) == ("x", "y") or i % 2 else "b")
        for i in range(12)
        for a, b in PAIRS
        for r in ("r1", "r2", "r3")
    ]
    rows += votes(half, dimension="video_realism")
    data = section(material(("x", "y", "z"), rows))
    leads = {lead["dimension"]: lead for lead in data["leads"]}
    assert (leads["artifacts"]["short"], leads["artifacts"]["text"]) == ("x leads", "better than y and z")
    assert (leads["artifacts"]["shown"]["value"], leads["artifacts"]["pairs"]["value"]) == (3, 3)
    assert leads["artifacts"]["basis"] == "108 votes, 12 prompts, 3 raters"
    assert leads["video_realism"]["short"] == "No single leader"
    assert leads["video_realism"]["text"] == "none is shown better than x or z"
    assert leads["prompt_adherence"]["short"] == "No votes"
    assert data["headline"] == (
        "x was preferred to every other model on artifacts. No single model leads on video realism."
    )
    assert data["verdicts"] == []
    assert len(data["matrix"]["rows"]) == 3


def test_three_models_that_are_alike():
    """Votes that cancel show no difference, and the headline says so without a name."""
    rows = [(f"p{i}", a, b, r, "ab"[i % 2]) for i in range(12) for a, b in PAIRS for r in ("r1", "r2")]
    data = section(material(("x", "y", "z"), votes(rows)))
    assert data["headline"].startswith(
        "No difference between the models is shown on any dimension, on 12 prompts."
    )
    assert {lead["short"] for lead in data["leads"]} == {"No difference shown", "No votes"}


def test_recommendations_stand_where_the_section_gives_any(monkeypatch: pytest.MonkeyPatch):
    """The lines of recommendation.short, where there is one, come on the first screen as they are."""
    monkeypatch.setattr(recommendation, "short", lambda _: ["For quick iteration: x."], raising=False)
    assert section(material(TWO))["recommended"] == ["For quick iteration: x."]


@pytest.fixture
def page(build: Callable[..., Study], tmp_path: Path) -> Callable[..., tuple[str, dict]]:
    """Saves the page of a usual study; gives its HTML and data."""

    def make(**options: object) -> tuple[str, dict]:
        study = build(tmp_path / "study")
        made = Page(study, name="page", draws=100, **options)  # type: ignore[arg-type]
        for name in (
            "answer",
            "findings",
            "agreement",
            "speed_and_cost",
            "recommendation",
            "scope",
            "method",
        ):
            getattr(made, name)()
        files = made.save(tmp_path)
        study.close()
        return files.html.read_text("utf-8"), json.loads(files.json.read_text("utf-8"))

    return make


def test_speed_and_cost_stand_under_the_verdicts(page: Callable[..., tuple[str, dict]]) -> None:
    """Times of the four clips are 20, 21.5, 23 and 24.5 s, two a model: medians by hand; each clip cost 0.25."""
    html, data = page()
    answer = next(s for s in data["sections"] if s["id"] == "answer")
    rows = {row["model"]: row for row in cells(answer["pace"]["table"])}
    assert (rows["first-model"]["time"]["value"], rows["second-model"]["time"]["value"]) == (21.5, 23)
    assert rows["first-model"]["price"]["text"] == "$0.25"
    places = [html.index(mark) for mark in ('class="verdicts"', 'class="strip"', ">At a glance<")]
    assert places == sorted(places)


def test_every_number_of_the_answer_is_in_the_data(page: Callable[..., tuple[str, dict]]) -> None:
    """What the strip and the verdicts print stands in NAME.json."""
    html, data = page()
    start = html.index('<section id="answer"')
    text = re.sub(r"<[^>]*>", " ", html[start : html.index("</section>", start)])
    known = json.dumps(data, ensure_ascii=False)
    shown = re.findall(r"\d[\d,]*(?:\.\d+)?", text)
    assert len(shown) > 30
    # The ends of the scale are no numbers of the study.
    assert [token for token in shown if token not in known] == []


def test_the_answer_leads_to_the_scope_only_where_that_is(page: Callable[..., tuple[str, dict]]) -> None:
    """One line leads to what was held constant; without that section there is none, and no dead link."""
    html, data = page()
    assert html.count('<a href="#scope">What was held constant, and what was not tested</a>') == 2
    assert "not_compared" not in next(s for s in data["sections"] if s["id"] == "answer")


def test_without_the_scope_there_is_no_link(page: Callable[..., tuple[str, dict]]) -> None:
    """Switched off, the section and both links to it are gone."""
    html, _ = page(without=["scope"])
    assert "#scope" not in html


def test_pace_without_times_and_prices() -> None:
    """Nothing to show without clips."""
    assert pace(material(TWO)) is None
