"""Two studies, or two dates of one, side by side: what is set against what, and what is never claimed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.errors import BadParameter, StudyMissing
from kit.reporting import Page
from kit.rubric import DEFAULT, Dimension, Rubric
from kit.study import Study

PROMPTS = tuple((f"p{i}", f"Prompt {i}.") for i in range(8))
HEAD = "prompt_id,model_a,model_b,take,dimension,choice,rater,created_at\n"


def votes(
    study: Study, path: Path, choice: Callable[[int, int], str], *, raters: str = "r", day: str = "20"
) -> None:
    """Votes on artifacts by five raters on every prompt."""
    rows = [
        f"p{i},first-model,second-model,1,artifacts,{choice(i, j)},{raters}{j},2026-11-{day}T08:00:00Z"
        for i in range(8) for j in range(5)
    ]  # fmt: skip
    path.write_text(HEAD + "\n".join(rows))
    study.import_votes(path)


@pytest.fixture(scope="module")
def pair(build, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One study in which the first model always wins, one in which nobody has a preference; other clips, other raters."""
    folder = tmp_path_factory.mktemp("beside")
    plain: dict[str, Any] = {"prompts": PROMPTS, "votes": False, "scores": False, "measured": False}
    with build(folder / "one", **plain, title="Spring") as study:
        votes(study, folder / "v1.csv", lambda *_: "a")
    with build(folder / "two", **plain, title="Autumn", models=("second-model", "first-model")) as study:
        votes(study, folder / "v2.csv", lambda i, j: ("a", "b")[(i + j) % 2], raters="q")
    return folder / "one", folder / "two"


def section_of(page: Page) -> dict[str, Any]:
    """The data of the section."""
    return next(s for s in page.document()["sections"] if s["id"] == "beside")


def cells(table: dict[str, Any]) -> dict[str, Any]:
    """The first row of a table by its columns."""
    return dict(zip([c["key"] for c in table["columns"]], table["rows"][0], strict=True))


def test_two_studies(pair: tuple[Path, Path]) -> None:
    """Both rates with intervals and verdicts, seen from the same model, and their difference with its interval."""
    page = Page(pair[0], draws=200)
    page.beside(pair[1])
    section = section_of(page)
    row = cells(section["tables"][0])
    assert (row["dimension"], row["pair"]) == ("Artifacts", "first-model against second-model")
    assert (row["rate"]["value"], row["votes"]["value"], row["verdict"]) == (1, 40, "first-model better")
    # By hand: 20 of 40 votes each way, whichever model comes first there.
    assert (row["rate_beside"]["value"], row["verdict_beside"]) == (0.5, "No difference shown")
    assert row["difference"]["value"] == 50
    assert 0 < row["difference"]["low"] < 50 < row["difference"]["high"] <= 100
    said = " ".join(section["lines"])
    assert "first-model better here, no difference shown beside: Artifacts." in said
    assert "no difference between the two by itself" in said
    assert "not corrected for 1 comparison" in said
    assert "8 prompts stand in both" in said


def test_facts_in_common(pair: tuple[Path, Path]) -> None:
    """Title, state, models, rubric, prompts, clips, raters and votes, each with whether it is the same."""
    page = Page(pair[0], draws=200)
    page.beside(pair[1])
    facts = {row[0]: row[1:] for row in section_of(page)["tables"][1]["rows"]}
    assert facts["Study"] == ["Spring", "Autumn", "no"]
    assert facts["Models"][2] == "no"
    assert facts["Rubric"][2] == "yes"
    assert facts["Prompts filmed"][2] == "yes"
    # Both were made of the same small clips.
    assert facts["Clips"][2] == "yes"
    assert facts["Raters"][2] == "none in common"
    assert (facts["Votes"][0]["value"], facts["Votes"][2]) == (40, "none in common")


def test_two_dates_of_one_study_are_not_tested(build, tmp_path: Path) -> None:
    """What was voted by a day stands beside all votes; these are not independent, and no difference is given."""
    study = build(tmp_path / "s", prompts=PROMPTS, votes=False, scores=False, measured=False)
    votes(study, tmp_path / "a.csv", lambda *_: "a", day="10")
    votes(study, tmp_path / "b.csv", lambda *_: "b", raters="late", day="20")
    page = Page(study, draws=200)
    page.beside(until="2026-11-15")
    section = section_of(page)
    row = cells(section["tables"][0])
    assert (row["rate"]["value"], row["rate_beside"]["value"]) == (0.5, 1)
    assert "difference" not in row
    said = " ".join(section["lines"])
    assert "the same study, as it was until 2026-11-15: 40 votes by people, 8 prompts" in said
    assert "40 votes are in both" in said
    assert "is not tested" in said
    assert section["tables"][1]["rows"][2][1:3] == ["now", "2026-11-15"]
    page.provenance()
    command = next(s for s in page.document()["sections"] if s["id"] == "provenance")["command"]
    assert command.endswith("--beside STUDY --beside-until 2026-11-15")
    study.close()


def test_another_question_is_not_set_against_it(pair: tuple[Path, Path], build, tmp_path: Path) -> None:
    """Where raters were asked something else, both rates stand there and no difference; the page says why."""
    other = Rubric(
        "own", 1, tuple(Dimension(d.id, d.title, "Which has fewer ghosts?") for d in DEFAULT.dimensions)
    )
    plain: dict[str, Any] = {"prompts": PROMPTS, "votes": False, "scores": False, "measured": False}
    with build(tmp_path / "own", **plain, rubric=other) as study:
        votes(study, tmp_path / "v.csv", lambda *_: "b", raters="z")
    page = Page(pair[0], draws=200)
    page.beside(tmp_path / "own")
    section = section_of(page)
    assert "difference" not in cells(section["tables"][0])
    assert any("were not asked the same about artifacts" in line for line in section["lines"])
    assert any(
        line.startswith("first-model better here, second-model better beside") for line in section["lines"]
    )


def test_nothing_in_common(pair: tuple[Path, Path], build, tmp_path: Path) -> None:
    """Other models: both stand there, and nothing is set against anything."""
    with build(tmp_path / "other", models=("third-model", "fourth-model"), scores=False, measured=False):
        pass
    page = Page(pair[0], draws=200)
    page.beside(tmp_path / "other")
    section = section_of(page)
    pairs = {row[1] for row in section["tables"][0]["rows"]}
    assert pairs == {"first-model against second-model", "third-model against fourth-model"}
    assert "nothing can be set against each other" in section["lines"][-1]


def test_without_another_there_is_no_section(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """Nothing laid beside, nothing shown; a study that is not there, and a day that is none, are refused."""
    page = Page(pair[0], draws=200)
    page.beside()
    assert page.document()["sections"] == []
    with pytest.raises(StudyMissing):
        Page(pair[0], draws=200).beside(tmp_path / "nowhere")
    with pytest.raises(BadParameter, match="no day"):
        Page(pair[0], draws=200).beside(until="spring")


def test_a_page_of_an_earlier_day_says_so(pair: tuple[Path, Path], whole, tmp_path: Path) -> None:
    """`until` marks the page with a banner and the command with the day, and leaves later votes out."""
    files = whole(pair[0], until="2026-11-19").save(tmp_path)
    html = files.html.read_text("utf-8")
    assert "As it was until 2026-11-19:" in html
    data = json.loads(files.json.read_text("utf-8"))
    assert sum(row["n_votes"] for row in data["comparison"]["wins"]) == 0
    provenance = next(s for s in data["sections"] if s["id"] == "provenance")
    assert provenance["command"].endswith("--until 2026-11-19")
