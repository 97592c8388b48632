"""Votes for Label Studio and Labelbox: the documented forms, every vote in them, programs apart from people."""

import json
from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest

import kit
from kit.errors import BadParameter
from kit.study import Study
from tests.exporting.conftest import NOTE


def test_label_studio_tasks(study: Study, tmp_path: Path) -> None:
    """A task a pair; people's votes as annotations with their seconds, a judge's and a simulated rater's as predictions."""
    kit.export(study, tmp_path, format="label-studio", media="https://x.example/c/")
    first, second = json.loads((tmp_path / "tasks.json").read_text())
    clips = list(study.requests["clip"])
    assert first["data"]["video_a"] == f"https://x.example/c/{clips[0][:2]}/{clips[0]}.mp4"
    assert (first["data"]["prompt"], first["data"]["model_b"]) == ("Prompt <0> & more", "beta")
    assert first["predictions"] == []
    quiet, r1 = first["annotations"]
    assert "lead_time" not in quiet
    assert r1["lead_time"] == 6.75
    said = {one["from_name"]: one["value"] for one in r1["result"]}
    assert said == {
        "rater": {"text": ["r1"]},
        "artifacts": {"choices": ["First is better"]},
        "note_artifacts": {"text": [NOTE]},
        "video_realism": {"choices": ["Tie"]},
    }
    assert second["annotations"] == []
    assert [p["model_version"] for p in second["predictions"]] == ["judge: gpt", "simulated: s1"]


def test_every_result_names_a_part_of_the_interface(study: Study, tmp_path: Path) -> None:
    """config.xml is XML, has a control for each result with that choice in it, and shows each video of the data."""
    kit.export(study, tmp_path, format="label-studio")
    view = ET.fromstring((tmp_path / "config.xml").read_text())
    controls = {e.get("name"): e for e in view.iter() if e.get("toName")}
    objects = {e.get("name"): e for e in view.iter() if e.get("value", "").startswith("$") and e.get("name")}
    for task in json.loads((tmp_path / "tasks.json").read_text()):
        assert {e.get("value")[1:] for e in objects.values()} <= set(task["data"])
        assert task["data"]["video_a"].startswith("/data/local-files/?d=")
        for result in (r for part in task["annotations"] + task["predictions"] for r in part["result"]):
            control = controls[result["from_name"]]
            assert control.get("toName") == result["to_name"]
            assert result["to_name"] in objects
            assert control.tag.lower() == result["type"]
            words = {e.get("value") for e in control}
            assert set(result["value"].get("choices", ())) <= words


def test_labelbox_rows_and_labels(study: Study, tmp_path: Path) -> None:
    """A data row a pair with the second clip attached, a file of labels a rater, each answer one of the ontology's."""
    done = kit.export(study, tmp_path, format="labelbox", media="https://x.example/c")
    listed = json.loads((tmp_path / "data-rows.json").read_text())
    clips = list(study.requests["clip"])
    assert [row["row_data"] for row in listed] == [
        f"https://x.example/c/{clip[:2]}/{clip}.mp4" for clip in (clips[0], clips[2])
    ]
    assert listed[0]["attachments"][0] == {
        "type": "VIDEO",
        "value": f"https://x.example/c/{clips[1][:2]}/{clips[1]}.mp4",
    }
    names = sorted(str(p.relative_to(tmp_path)) for p in done.files if p.suffix == ".ndjson")
    assert names == [
        "labels/002-r2.ndjson",
        "labels/003-r1.ndjson",
        "prelabels/001-gpt.ndjson",
        "prelabels/004-s1.ndjson",
    ]
    questions = {
        c["name"]: c for c in json.loads((tmp_path / "ontology.json").read_text())["classifications"]
    }
    keys = {row["global_key"] for row in listed}
    ids, answers = set(), []
    for name in names:
        for line in (tmp_path / name).read_text().splitlines():
            label = json.loads(line)
            assert label["dataRow"]["globalKey"] in keys
            question = questions[label["name"]]
            if question["type"] == "radio":
                assert label["answer"]["name"] in {o["value"] for o in question["options"]}
                answers.append((name[-9:-7], label["name"], label["answer"]["name"]))
            else:
                assert label["answer"] == NOTE
            ids.add(UUID(label["uuid"]))
    assert len(ids) == 6
    assert ("r2", "artifacts", "Both bad") in answers
    assert len(answers) == 5


def test_the_same_study_gives_the_same_bytes(study: Study, tmp_path: Path) -> None:
    """Ids of tasks and labels come from what they are about."""
    for name in ("one", "two"):
        kit.export(study, tmp_path / name / "lb", format="labelbox", media="https://x.example/c/")
        kit.export(study, tmp_path / name / "ls", format="label-studio")
    for path in (tmp_path / "one").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()


@pytest.mark.parametrize(
    "media", ["", "http://x.example/", "https://", "https://x.example/a b", "https://x/#y"]
)
def test_labelbox_needs_an_https_address(study: Study, tmp_path: Path, media: str) -> None:
    """Clips on a disk cannot be fetched; the error says what to give."""
    with pytest.raises(BadParameter, match="--media https://"):
        kit.export(study, tmp_path, format="labelbox", media=media)
