"""The rubric: the default's shape, a study's own, and what is refused."""

import json

import pytest
import yaml

from kit.errors import BadConfig
from kit.reading_yaml import parse_yaml
from kit.rubric import DEFAULT, Rubric

OWN = """
rubric:
  name: motion-only
  version: 3
  dimensions:
    - id: smoothness
      question: Which clip moves more smoothly?
      look_at: [Judder, Jumps]
      anchors: {1: Jumps all the time., 5: Perfectly smooth.}
"""


def faults(data, **kwargs):
    with pytest.raises(BadConfig) as caught:
        Rubric.from_data(data, "study.yaml", **kwargs)
    return caught.value.faults


def test_default_has_the_four_dimensions_in_order():
    """The ids that every other part relies on, each with a question, angles and five anchors."""
    assert DEFAULT.ids == ("prompt_adherence", "video_realism", "video_resolution", "artifacts")
    for dimension in DEFAULT.dimensions:
        assert dimension.question.endswith("?")
        assert len(dimension.look_at) >= 3
        assert sorted(dimension.anchors) == [1, 2, 3, 4, 5]


def test_missing_content_and_camera_belong_to_adherence_only():
    """The other dimensions do not ask for the camera or for missing content, but to send raters to adherence."""
    assert any(item.startswith("Camera:") for item in DEFAULT["prompt_adherence"].look_at)
    for name in ("video_realism", "video_resolution", "artifacts"):
        assert not any(item.startswith("Camera") for item in DEFAULT[name].look_at)
    assert any(
        "Missing content and camera moves belong to prompt adherence" in i
        for i in DEFAULT["artifacts"].look_at
    )
    assert "fewer" in DEFAULT["artifacts"].question


def test_round_trip_through_yaml_and_json():
    """Plain data gives back an equal rubric with an equal fingerprint, also where JSON made the scores strings."""
    for data in (
        yaml.safe_load(yaml.safe_dump(DEFAULT.to_data())),
        json.loads(json.dumps(DEFAULT.to_data())),
    ):
        again = Rubric.from_data(data, "x")
        assert again == DEFAULT
        assert again.fingerprint() == DEFAULT.fingerprint()


def test_fingerprint_sees_every_word():
    """Another word in one anchor is another fingerprint."""
    data = DEFAULT.to_data()
    data["dimensions"][3]["anchors"][5] += " At all."
    assert Rubric.from_data(data, "x").fingerprint() != DEFAULT.fingerprint()


def test_own_rubric_is_read():
    """A study's own rubric needs only ids and questions; a title is made from the id."""
    located = parse_yaml(OWN, where="study.yaml", error=BadConfig)
    rubric = Rubric.from_data(located.data["rubric"], "study.yaml", lines=located.lines, at=("rubric",))
    assert rubric.ids == ("smoothness",)
    assert rubric["smoothness"].title == "Smoothness"
    assert rubric["smoothness"].anchors == {1: "Jumps all the time.", 5: "Perfectly smooth."}


def test_all_faults_at_once_with_lines():
    """Every mistake in a rubric is named, with its line in study.yaml and the path to it."""
    text = (
        OWN.replace("question:", "qestion:")
        .replace("version: 3", "version: 0")
        .replace("{1:", "{7:")
        .replace("[Judder, Jumps]", "Judder")
    )
    located = parse_yaml(text, where="study.yaml", error=BadConfig)
    found = faults(located.data["rubric"], lines=located.lines, at=("rubric",))
    places = {(fault.line, fault.column) for fault in found}
    assert places == {
        (4, "rubric, version"),
        (7, "rubric, dimensions, no. 1, qestion"),
        (6, "rubric, dimensions, no. 1, question"),
        (8, "rubric, dimensions, no. 1, look_at"),
        (9, "rubric, dimensions, no. 1, anchors, 7"),
    }
    assert any("did you mean 'question'?" in fault.problem for fault in found)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (None, "a rubric is a map"),
        ([], "a rubric is a map"),
        ({"name": "x"}, "at least one dimension"),
        ({"name": "x", "dimensions": []}, "at least one dimension"),
        ({"name": "x", "dimensions": "artifacts"}, "at least one dimension"),
        ({"name": "x", "dimensions": ["artifacts"]}, "a dimension is a map"),
        ({"name": 1, "dimensions": [{"id": "a", "question": "?"}]}, "a text is needed"),
        ({"name": "x", "dimensions": [{"id": "A b", "question": "?"}]}, "is no id"),
        ({"name": "x", "dimensions": [{"id": "a", "question": "?"}] * 2}, "twice"),
        ({"name": "x", "dimensions": [{"id": "a", "question": "a\x1bb"}]}, "control character"),
        ({"name": "x", "dimensions": [{"id": "a", "question": "?", "look_at": [1]}]}, "a text is needed"),
        ({"name": "x", "dimensions": [{"id": "a", "question": "?", "anchors": {"1": "x", 1: "y"}}]}, "twice"),
        ({"name": "x", "dimensions": [{"id": "a", "question": "?", "anchors": {True: "x"}}]}, "whole number"),
        ({"name": "x", "version": True, "dimensions": [{"id": "a", "question": "?"}]}, "whole number"),
    ],
)
def test_wrong_shapes_are_refused(data, said):
    """Wrong types and values are faults, not crashes."""
    found = faults(data)
    assert any(said in fault.problem for fault in found), found


def test_unknown_dimension_names_the_nearest():
    """Asking for a dimension that is not there says which was probably meant."""
    with pytest.raises(KeyError, match="'artifacts'"):
        DEFAULT["artefacts"]
