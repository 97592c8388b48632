"""Example pairs: which are chosen from votes worked out by hand, which are named, and how they stand on the page."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kit.errors import BadParameter
from kit.reporting import Page
from kit.storage.records import NewVote
from kit.study import Study

PROMPTS = [("boat", "A boat."), ("city", "A city."), ("dune", "A dune."), ("elk", "An elk.")]


def vote(prompt: str, rater: int, choice: str, **more: Any) -> NewVote:
    """One vote between the two models of these tests, on artifacts."""
    return NewVote(
        **{
            "prompt_id": prompt, "model_a": "first-model", "model_b": "second-model", "take": 1,
            "dimension": "artifacts", "choice": choice, "rater": f"r{rater}", "created_at": "2026-11-20T08:00:00Z",
        }
        | more
    )  # fmt: skip


def cast(study: Study, choices: dict[str, str], **more: Any) -> None:
    """The votes of raters r0, r1 ... on each prompt: one letter a vote, t for a tie."""
    words = {"a": "a", "b": "b", "t": "both_good"}
    study.add_votes(
        [vote(p, i, words[c], **more) for p, letters in choices.items() for i, c in enumerate(letters)]
    )


def examples(study: Study, **options: Any) -> dict[str, Any]:
    """The data of the section."""
    page = Page(study, draws=100, **options)
    page.examples()
    return page.document()["sections"][0]


@pytest.fixture
def silent(build, tmp_path: Path) -> Study:
    """Four prompts by two models, nobody has voted."""
    return build(tmp_path / "silent", prompts=PROMPTS, votes=False, scores=False)


def test_the_rules_choose_the_pairs_worked_out_by_hand(silent: Study) -> None:
    """Leads 4, 1, 3 and 2; votes for the model with fewer 0, 2, 1 and 0; in all 13 of 16 votes for the first."""
    # 13 of 16 are 0.8125: the 0.8 of dune's 4 of 5 is nearest to it.
    cast(silent, {"boat": "aaaa", "city": "aaabb", "dune": "aaaab", "elk": "aa"})
    (part,) = examples(silent)["parts"]
    assert part["title"] == "Artifacts"
    assert [(e["label"], e["title"]) for e in part["examples"]] == [
        ("Most decisive", "boat"),
        ("Most disputed", "city"),
        ("Most typical", "dune"),
    ]
    decisive, disputed, typical = (e["votes"][0] for e in part["examples"])
    assert decisive["words"] == "4 of 4 votes for first-model, none for second-model"
    assert disputed["words"] == "3 of 5 votes for first-model, 2 for second-model"
    assert typical["counts"][1]["votes"]["value"] == 1
    assert typical["all"]["value"] == 5


def test_level_pairs_are_parted_by_fewer_votes_then_by_the_page(silent: Study) -> None:
    """Leads of 2 on 4, 2 and 2 votes: of the two with fewer votes the one that stands first on the page."""
    cast(silent, {"boat": "aatt", "city": "bb", "dune": "ab", "elk": "aa"})
    (part,) = examples(silent)["parts"]
    # All pairs: 6 of 10 for the first; dune's 0.5 is nearest to it, and the only one with a vote on either side.
    assert [(e["label"], e["title"]) for e in part["examples"]] == [
        ("Most decisive", "city"),
        ("Most disputed and most typical", "dune"),
    ]


def test_a_pair_chosen_twice_stands_once(silent: Study) -> None:
    """One voted pair is most decisive and most typical, said in one label; without opposition none is disputed."""
    cast(silent, {"city": "aat"})
    (part,) = examples(silent)["parts"]
    assert [e["label"] for e in part["examples"]] == ["Most decisive and most typical"]
    assert part["examples"][0]["votes"][0]["words"] == (
        "2 of 3 votes for first-model, none for second-model, 1 for neither"
    )


def test_all_ties_are_typical_and_nothing_else(silent: Study) -> None:
    """Without any lead there is no decisive pair, and the words say that neither was better."""
    cast(silent, {"city": "tt"})
    (part,) = examples(silent)["parts"]
    assert [e["label"] for e in part["examples"]] == ["Most typical"]
    assert part["examples"][0]["votes"][0]["words"] == "2 of 2 votes: neither better"


def test_without_votes_a_measurement_chooses(build, tmp_path: Path) -> None:
    """Sharpness differs by 1 on each prompt of the usual study: the first stands for largest and median."""
    from kit.metrics import Measurement

    study = build(tmp_path / "still", prompts=PROMPTS[:3], votes=False, scores=False, measured=False)
    values = iter((5.0, 6.0, 5.0, 9.0, 5.0, 7.0))  # differences 1, 4 and 2
    for clip in study.requests["clip"]:
        study.add_measurements(clip, [Measurement("sharpness", 1, next(values), None, "u", (), None)])
    section = examples(study)
    assert "Nobody has voted" in section["lines"][0]
    (part,) = section["parts"]
    assert part["title"] == "Video resolution"
    assert [(e["label"], e["title"]) for e in part["examples"]] == [
        ("Largest difference in sharpness", "city"),
        ("Median difference in sharpness", "dune"),
    ]
    assert [v["value"]["text"] for v in part["examples"][0]["measured"][0]["values"]] == ["5", "9"]
    study.close()


def test_one_model_has_no_examples(build, whole, tmp_path: Path) -> None:
    """Where nothing is paired there is nothing to show, and no heading."""
    study = build(tmp_path / "lone", models=("only-model",), votes=False, scores=False)
    assert 'id="examples"' not in whole(study).save(tmp_path).html.read_text("utf-8")
    study.close()


def test_named_prompts_take_the_place_of_rules(silent: Study, tmp_path: Path) -> None:
    """The prompts that were named stand in their order with the votes of every dimension, and the page says by whom."""
    cast(silent, {"boat": "aaaa", "elk": "ab"})
    section = examples(silent, examples=["elk", "boat"])
    assert "Chosen by whoever made this report, by no rule: 2 prompts of 4." in section["lines"][0]
    assert [e["title"] for e in section["parts"][0]["examples"]] == ["elk", "boat"]
    assert section["parts"][0]["examples"][0]["votes"][0]["dimension"] == "Artifacts"


def test_of_three_models_the_votes_on_every_two_are_shown(build, whole, tmp_path: Path) -> None:
    """A named prompt of three models has what was voted on each two of them, by dimension, with notes and counts."""
    names = ("first-model", "second-model", "third <b>model")
    study = build(tmp_path / "three", prompts=PROMPTS, models=names, votes=False, scores=False)
    cast(study, {"boat": "aab"})
    cast(study, {"boat": "tt"}, model_b=names[2])
    study.add_votes([vote("boat", 0, "b", model_a="second-model", model_b=names[2], note="sharper")])
    study.add_votes([vote("boat", 0, "b", dimension="video_realism")])
    (example,) = examples(study, examples=["boat"])["parts"][0]["examples"]
    assert [(v["dimension"], v["words"]) for v in example["votes"]] == [
        ("Video realism", "1 of 1 vote for second-model, none for first-model"),
        ("Artifacts", "2 of 3 votes for first-model, 1 for second-model"),
        ("Artifacts", f"2 of 2 votes: neither first-model nor {names[2]} better"),
        ("Artifacts", f"1 of 1 vote for {names[2]}, none for second-model"),
    ]
    assert [v["all"]["value"] for v in example["votes"]] == [1, 3, 2, 1]
    assert example["votes"][3]["notes"] == [{"rater": "r0", "note": "sharper"}]
    page = whole(study, examples=["boat"])
    html = page.save(tmp_path).html.read_text("utf-8")
    section = re.search(r'<section id="examples".*?</section>', html, re.DOTALL)
    assert section
    assert section[0].count("<b>Artifacts</b>") == 1
    assert "for third &lt;b&gt;model, none for second-model" in section[0]
    assert section[0].count("<figure") == 1
    study.close()


def test_an_unknown_prompt_is_refused_with_the_nearest(silent: Study) -> None:
    """A slip in a prompt's id stops before anything is written, and names what was meant."""
    with pytest.raises(
        BadParameter, match=r"'boot', which the study does not have \(did you mean 'boat'\?\)"
    ):
        Page(silent, draws=100, examples=["boot"])


def test_simulated_votes_are_not_passed_off_as_peoples(silent: Study) -> None:
    """The section itself says that nobody watched."""
    cast(silent, {"city": "aab"}, rater_kind="simulated")
    assert any("simulated raters" in line for line in examples(silent)["lines"])


def test_notes_are_signed_and_players_stand_once(silent: Study, whole, tmp_path: Path) -> None:
    """A pair's notes stand with it under their rater's name; no id is twice, and a pair chosen again is linked to."""
    silent.add_votes([vote("city", 1, "a", note="</q><b>bold</b>"), vote("city", 2, "b")])
    silent.add_votes([vote("city", 1, "a", dimension="video_realism")])
    html = whole(silent).save(tmp_path).html.read_text("utf-8")
    section = re.search(r'<section id="examples".*?</section>', html, re.DOTALL)
    assert section
    assert '<q dir="auto">&lt;/q&gt;&lt;b&gt;bold' in section[0]
    assert ">r1</bdi>" in section[0]
    assert section[0].count("<figure") == 1
    assert "stands above, under <a" in section[0]
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_in_one_file_every_clip_is_held_once(usual: Path, whole, tmp_path: Path) -> None:
    """Embedded, an example borrows its clip from the player further down; where that is switched off it has its own."""
    both = whole(usual, name="both", assets="embed").save(tmp_path).html.read_text("utf-8")
    assert both.count('src="data:video/mp4;base64,') == 4
    assert both.count('data-src="later"') > 0
    alone = whole(usual, name="alone", assets="embed", without=["clips"]).save(tmp_path)
    html = alone.html.read_text("utf-8")
    assert 'data-src="later"' not in html
    assert html.count('src="data:video/mp4;base64,') > 0
    assert json.loads(alone.json.read_text("utf-8"))["sections"]
