"""What was held constant, what was compared, and what was not tested."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kit.cards import load_cards
from kit.reporting.material import gather
from kit.reporting.sections.constant import constant
from kit.reporting.sections.models import known_cards
from kit.reporting.sections.scope import section
from kit.study import Study
from tests.report_material import material


def held(*rows: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    """What `constant` says of requests given as (model, provider, settings)."""
    requests = [
        {"request": str(i), "prompt_id": "p", "model": m, "provider": p, "settings": s}
        for i, (m, p, s) in enumerate(rows)
    ]
    made = material([m for m, _, _ in rows], requests=requests)
    return constant(made, known_cards(made.models, load_cards()))


def test_imported_clips_have_no_stated_settings() -> None:
    """Nothing is claimed of clips from elsewhere."""
    found = held(("Model A", "import", {}), ("Model B", "import", {}))
    assert found["tables"] == []
    assert "not recorded" in found["lines"][0]


def test_filmed_clips_tell_what_was_the_same() -> None:
    """Settings as each model was really asked: here length and shape are the same."""
    asked = {"duration": 5, "aspect_ratio": "16:9", "mode": "std"}
    found = held(("sandbox-quick", "sandbox", asked), ("sandbox-steady", "sandbox", asked))
    same = {row[0]: row[1] for row in found["tables"][0]["rows"]}
    assert (same["duration"], same["aspect ratio"]) == ("5 s", "16:9")
    assert found["lines"] == []


def test_a_provider_that_no_card_knows_stops_no_page() -> None:
    """A model filmed in a way its card does not tell of is named, and nothing is claimed of it."""
    found = held(("kling-2.6", "elsewhere", {"duration": 5}))
    assert found["tables"] == []
    assert found["lines"] == [
        "What was asked of kling-2.6 is not set beside the rest: no card covers the provider that was used."
    ]


def seen(study: Study) -> dict[str, Any]:
    """The section's data."""
    return section(gather(study, rater_kind="", draws=100, seed=0), load_cards()) or {}


def test_what_was_compared_and_what_was_not(build: Callable[..., Study], tmp_path: Path) -> None:
    """Counts by hand; dimensions without votes, the single take and sound are said not to have been tested."""
    study = build(tmp_path / "study")
    data = seen(study)
    facts = {item["label"]: item["text"] for item in data["compared"]}
    assert facts["Votes"] == "12 votes by 3 people, 2026-11-20"
    assert facts["Clips"] == "4 clips"
    left = " ".join(data["not_compared"])
    assert "No votes on video realism and video resolution." in left
    assert "there is one take of each prompt" in left
    assert "Sound: no clip has any." in left
    assert "one rater" not in left
    study.close()


def test_one_rater_and_other_kinds_are_named(build: Callable[..., Study], tmp_path: Path) -> None:
    """One person's votes, and a judge's that are left out, are both said."""
    study = build(tmp_path / "study", votes=False)
    rows = ["prompt_id,model_a,model_b,take,dimension,choice,rater,rater_kind"]
    rows += [f"{p},first-model,second-model,1,artifacts,a,anna,person" for p in ("river", "tower")]
    rows += ["river,first-model,second-model,1,artifacts,b,judge-1,judge"]
    path = tmp_path / "votes.csv"
    path.write_text("\n".join(rows))
    study.import_votes(path)
    left = " ".join(seen(study)["not_compared"])
    assert "How others would choose: all votes come from one rater." in left
    assert "1 vote by other kinds of raters" in left
    study.close()


def test_without_clips_there_is_no_section(tmp_path: Path) -> None:
    """An empty study compared nothing."""
    with Study(tmp_path / "empty") as study:
        assert seen(study) == {}
