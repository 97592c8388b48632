"""What the page says of its rule is the rule by which it decides."""

from pathlib import Path

import pytest

from kit.reporting.figures import Figures
from kit.reporting.material import gather
from kit.reporting.sections import findings, method
from kit.stats.exact import holm
from tests.reporting.conftest import Builder


def test_the_rule_named_is_the_rule_used(build: Builder, tmp_path: Path) -> None:
    """Both tests are named, and the p that decides is the larger of the two after Holm's correction."""
    with build(tmp_path / "study") as study:
        material = gather(study, rater_kind="", draws=200, seed=0)
    figures = Figures(prompts={}, models=[], dimensions={})
    rows = [row for d in findings.section(material, figures)["dimensions"] for row in d["rates"]]
    larger = [max(row["p_permutation"]["value"], row["p_clustered"]["value"]) for row in rows]
    assert [row["p_holm"]["value"] for row in rows] == pytest.approx(holm(larger))
    text = next(p for p in method.section(material)["parts"] if p["title"] == "When a model is called better")
    said = " ".join(text["lines"])
    assert "flips the signs" in said
    assert "prompts and raters both" in said
