"""Measurements on the page: by dimension, in pairs, against the votes, and never stability alone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.metrics import Measurement, registry
from kit.reporting import Page
from kit.study import Study

NASTY = "<script>window.hit=1</script>"


def section_of(page: Page, out: Path) -> tuple[dict[str, Any], str]:
    """The measurements' data and the whole page."""
    page.clips()
    page.measurements()
    page.method()
    files = page.save(out)
    data = json.loads(files.json.read_text("utf-8"))
    return next(s for s in data["sections"] if s["id"] == "measurements"), files.html.read_text("utf-8")


def group_of(section: dict[str, Any], name: str) -> dict[str, Any]:
    return next(g for g in section["groups"] if g["id"] == name)


def rows_of(table: dict[str, Any]) -> dict[str, list[Any]]:
    """A table's rows by their headings."""
    return {row[0]: row[1:] for row in table["rows"]}


@pytest.fixture
def study(build: Callable[..., Study], tmp_path: Path) -> Study:
    """Two prompts, two models, votes; every metric of the kit that has a number, and one of a stranger."""
    made = build(tmp_path / "study", measured=False)
    for i, clip in enumerate(made.clips["clip"]):
        found = [Measurement(name, 9, float(i + 1), None, m.unit, (), None) for name, m in registry().items()]
        made.add_measurements(clip, [*found, Measurement(NASTY, 1, float(i), None, NASTY, (), None)])
    return made


def test_every_metric_stands_in_its_dimension_and_facts_come_last(study: Study, tmp_path: Path) -> None:
    """Groups in the dimensions' order, then what the kit does not know, then what the files say."""
    section, html = section_of(Page(study, name="page", draws=100), tmp_path / "out")
    assert [g["id"] for g in section["groups"]] == [
        "prompt_adherence", "video_realism", "video_resolution", "artifacts", "other", "facts",
    ]  # fmt: skip
    for group in section["groups"]:
        shown = list(rows_of(group["tables"][0]))
        if group["id"] == "other":
            assert shown == [NASTY]
        else:
            assert shown == [m.label for m in registry().values() if m.dimension == group["id"]]
    assert group_of(section, "facts")["parts"] == []
    assert NASTY not in html
    study.close()


def test_pairs_have_cliffs_delta(study: Study, tmp_path: Path) -> None:
    """Values 1, 3 against 2, 4 by prompt: of four comparisons one is larger and three smaller, so -0.5."""
    section, _ = section_of(Page(study, name="page", draws=100), tmp_path / "out")
    table = group_of(section, "artifacts")["tables"][0]
    keys = [column["key"] for column in table["columns"]]
    row = dict(zip(keys, next(r for r in table["rows"] if r[0] == "Noise"), strict=True))
    assert row["difference"]["value"] == -1
    assert row["cliffs_delta"]["value"] == -0.5
    assert (row["cliffs_delta"]["n"], row["higher"]["text"]) == (2, "0 / 2")
    study.close()


def test_correlations_with_votes_come_with_a_warning(build: Callable[..., Study], tmp_path: Path) -> None:
    """Differences -4, -1 and 2 against votes for b, neither and a: noise has 1 and ringing, turned round, -1.

    Three prompts are too few: the caption and the section say so, and no interval is claimed.
    """
    made = build(
        tmp_path / "study", prompts=[(p, p) for p in "xyz"], votes=False, scores=False, measured=False
    )
    clips = made.requests.set_index(["prompt_id", "model"])["clip"]
    for prompt, a, b in (("x", 1, 5), ("y", 3, 4), ("z", 6, 4)):
        for model, value in (("first-model", a), ("second-model", b)):
            found = [Measurement("noise", 9, value, None, "", (), None), Measurement("ringing", 9, -value, None, "", (), None)]  # fmt: skip
            made.add_measurements(clips[prompt, model], found)
    votes = tmp_path / "votes.csv"
    cast = [f"{p},first-model,second-model,1,artifacts,{c},r" for p, c in zip("xyz", ("b", "both_good", "a"), strict=True)]  # fmt: skip
    votes.write_text("prompt_id,model_a,model_b,take,dimension,choice,rater\n" + "\n".join(cast))
    made.import_votes(votes)
    section, html = section_of(Page(made, name="page", draws=100), tmp_path / "out")
    shown = group_of(section, "artifacts")["votes"]
    assert [column["label"] for column in shown["columns"]] == ["Measurement", "Votes on artifacts", "Pairs"]
    cells = {name: row[0] for name, row in rows_of(shown).items()}
    assert {name: cell["value"] for name, cell in cells.items()} == {"Noise": 1, "Ringing": -1}
    assert all("interval" not in cell and cell["n"] == 3 for cell in cells.values())
    assert "Too few prompts" in shown["caption"]
    assert any("With 3 prompts that is too few" in line for line in section["lines"])
    assert "There is no overall score" in html
    made.close()


def test_simulated_votes_are_called_so(build: Callable[..., Study], tmp_path: Path) -> None:
    """Where the votes are a program's, so says the sentence on them."""
    made = build(tmp_path / "study", votes=False, scores=False)
    votes = tmp_path / "votes.csv"
    votes.write_text(
        "prompt_id,model_a,model_b,take,dimension,choice,rater,rater_kind\n"
        "river,first-model,second-model,1,artifacts,a,s1,simulated\n"
    )
    made.import_votes(votes)
    section, _ = section_of(Page(made, name="page", draws=100), tmp_path / "out")
    assert any("the simulated votes of this study" in line for line in section["lines"])
    made.close()


def test_without_votes_there_are_no_correlations(build: Callable[..., Study], tmp_path: Path) -> None:
    """No votes: no table of them, and no warning about them."""
    made = build(tmp_path / "study", votes=False)
    section, html = section_of(Page(made, name="page", draws=100), tmp_path / "out")
    assert [g["votes"] for g in section["groups"]] == [None] * len(section["groups"])
    assert "Do these follow the votes" not in html
    made.close()


def test_stability_stands_with_motion(study: Study, tmp_path: Path) -> None:
    """In tables motion comes right before it, and its plots are in motion's part."""
    section, html = section_of(Page(study, name="page", draws=100), tmp_path / "out")
    realism = group_of(section, "video_realism")
    names = list(rows_of(realism["tables"][0]))
    assert names[:3] == ["Motion amount", "Stability, frame to frame", "Stability, to the first frame"]
    (part,) = [p for p in realism["parts"] if any("stability" in m["anchor"] for m in p["metrics"])]
    assert [m["anchor"] for m in part["metrics"]] == [
        "measured-motion_amount", "measured-stability", "measured-stability_first",
    ]  # fmt: skip
    assert "A still picture is perfectly stable" in html
    study.close()


def test_stability_without_motion_is_left_out(build: Callable[..., Study], tmp_path: Path) -> None:
    """Measured by an older kit, or by choice, without the motion amount: not shown, and the page says why."""
    made = build(tmp_path / "study", measured=False)
    for clip in made.clips["clip"]:
        made.add_measurements(clip, [Measurement("stability", 1, 0.98, None, "SSIM", (), None)])
    section, html = section_of(Page(made, name="page", draws=100), tmp_path / "out")
    assert section["groups"] == []
    assert "Stability is left out" in html
    assert "0.980" not in html
    made.close()


def test_more_than_two_models_have_medians_and_every_pair(
    build: Callable[..., Study], tmp_path: Path
) -> None:
    """Three models: a column of medians each, and three differences a metric below."""
    made = build(tmp_path / "study", models=("one", "two", "three"))
    section, _ = section_of(Page(made, name="page", draws=100), tmp_path / "out")
    group = group_of(section, "video_resolution")
    assert [c["label"] for c in group["tables"][0]["columns"]] == [
        "Measurement", "one", "two", "three", "Unit",
    ]  # fmt: skip
    assert [row[1] for row in group["more"]["rows"]] == [
        "one against two", "one against three", "two against three",
    ]  # fmt: skip
    made.close()


def test_many_metrics_are_folded_and_few_are_not(
    study: Study, build: Callable[..., Study], tmp_path: Path
) -> None:
    """A page with all metrics is read by its tables; one with two shows its plots at once."""
    many, _ = section_of(Page(study, name="page", draws=100), tmp_path / "many")
    few_study = build(tmp_path / "few")
    few, _ = section_of(Page(few_study, name="page", draws=100), tmp_path / "few-out")
    assert (many["open_parts"], few["open_parts"]) == (False, True)
    study.close()
    few_study.close()
