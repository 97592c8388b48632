"""The table prompt by prompt: its cells worked out by hand."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kit.reporting import Page
from kit.reporting.numbers import NONE
from kit.study import Study
from tests.reporting.test_examples import PROMPTS, cast, vote

NO_BREAK = "\u00a0"


def table(study: Study) -> dict[str, Any]:
    """The section's table."""
    page = Page(study, draws=100)
    page.per_prompt()
    (section,) = page.document()["sections"]
    return dict(section["table"])


def column(found: dict[str, Any], key: str) -> list[str]:
    """The texts of a column; a dash where there is nothing."""
    place = [c["key"] for c in found["columns"]].index(key)
    cells = [row[place] for row in found["rows"]]
    return [NONE if c is None else c["text"] if isinstance(c, dict) else c for c in cells]


def test_votes_are_counted_by_prompt(build, tmp_path: Path) -> None:
    """The model that is ahead with its votes of all cast; level where both have as many, neither where all are ties."""
    study = build(tmp_path / "s", prompts=PROMPTS, votes=False, scores=False, timed=False)
    cast(study, {"boat": "aab", "city": "bbt", "dune": "ab"})
    study.add_votes([vote("elk", 1, "both_bad"), vote("elk", 2, "tie")])
    texts = [text.replace(NO_BREAK, " ") for text in column(table(study), "votes_artifacts")]
    assert texts == ["first-model, 2 of 3", "second-model, 2 of 3", "level, 1 of 2 each", "neither, 2 of 2"]
    values = [row[1]["value"] for row in table(study)["rows"]]
    # By how much of the votes the first model is ahead: (2 - 1) / 3, (0 - 2) / 3, and nothing twice.
    assert [round(v, 6) for v in values] == [0.333333, -0.666667, 0, 0]
    study.close()


def test_differences_time_and_price_stand_beside(build, tmp_path: Path) -> None:
    """The first model's sharpness less the second's, and each clip's seconds and price as they were imported."""
    study = build(tmp_path / "s", votes=False, scores=False)
    stored = dict(zip(study.requests["clip"], study.requests["prompt_id"], strict=True))
    values = {c: v for c, v in zip(study.measurements["clip"], study.measurements["value"], strict=True) if v}
    river = [values[c] for c, prompt in stored.items() if prompt == "river"]
    found = table(study)
    (first, _) = column(found, "measured_sharpness")
    # A whole number: the usual values are 10.25, 11.25 and so on.
    assert first == f"{int(river[0] - river[1]):+d}".replace("-", "\u2212")
    assert column(found, "seconds_0") == ["20.00\u202fs", "23.00\u202fs"]
    assert column(found, "cost_usd_1") == ["$0.25", "$0.25"]
    assert found["row_help"] == ["prompt-1", "prompt-2"]
    study.close()


def test_three_models_share_columns(build, tmp_path: Path) -> None:
    """With three models the one with the largest share of its votes stands, and time and price are taken together."""
    study = build(tmp_path / "s", models=("x", "y", "z"), votes=False, scores=False)
    pairs = [("x", "y", "b"), ("x", "z", "a"), ("y", "z", "a")]
    study.add_votes([vote("river", 1, c, model_a=a, model_b=b) for a, b, c in pairs])
    found = table(study)
    # y won both of its two votes.
    assert column(found, "votes_artifacts")[0].replace(NO_BREAK, " ") == "y, 2 of 2"
    assert column(found, "cost_usd")[0] == "$0.75"
    assert column(found, "seconds")[0] == "23.00\u202fs"
    requests, measured = study.requests, study.measurements.set_index(["clip", "metric"])["value"]
    river = requests[requests["prompt_id"] == "river"].set_index("model")["clip"]
    sharpness = {model: measured[clip, "sharpness"] for model, clip in river.items()}
    low, high = min(sharpness, key=sharpness.__getitem__), max(sharpness, key=sharpness.__getitem__)
    ends = re.fullmatch(r"([\d.]+) \((.)\) to ([\d.]+) \((.)\)", column(found, "measured_sharpness")[0])
    assert ends
    assert (ends[2], ends[4]) == (low, high)
    assert [float(ends[1]), float(ends[3])] == pytest.approx([sharpness[low], sharpness[high]], abs=0.051)
    study.close()


def test_without_anything_to_say_of_a_prompt_there_is_no_table(build, tmp_path: Path) -> None:
    """One model, imported and not measured: a list of prompts alone would say nothing."""
    study = build(tmp_path / "s", models=("x",), votes=False, scores=False, timed=False, measured=False)
    page = Page(study, draws=100)
    page.per_prompt()
    assert page.document()["sections"] == []
    study.close()


def test_one_prompt_needs_no_table(build, tmp_path: Path) -> None:
    """A study of one prompt has said it all above."""
    study = build(tmp_path / "s", prompts=PROMPTS[:1])
    page = Page(study, draws=100)
    page.per_prompt()
    assert page.document()["sections"] == []
    study.close()


def test_rows_lead_to_their_pair_only_where_it_is_shown(usual: Path, whole, tmp_path: Path) -> None:
    """A row's heading is a link to the pair; with the pairs switched off it is plain, and no link leads nowhere."""
    html = whole(usual, name="with").save(tmp_path).html.read_text("utf-8")
    section = re.search(r'<section id="per_prompt".*?</section>', html, re.DOTALL)
    assert section
    assert '<a href="#prompt-1">river</a>' in section[0]
    files = whole(usual, name="bare", without=["clips"]).save(tmp_path)
    assert 'href="#prompt-1"' not in files.html.read_text("utf-8")
    assert json.loads(files.json.read_text("utf-8"))["name"] == "bare"
