"""Published prompt files: invented prompts in the shape of VBench's, VBench-2.0's and FETV's."""

import json

import pytest

from kit import suite
from kit.errors import BadSuite

VBENCH = [
    {"prompt_en": "a blue kettle", "dimension": ["color"], "auxiliary_info": {"color": {"color": "blue"}}},
    {"prompt_en": "a kettle, perfectly still", "dimension": ["temporal_flickering"]},
    {
        "prompt_en": "a heron fishing",
        "dimension": ["dynamic_degree", "motion_smoothness", "subject_consistency"],
    },
    {"prompt_en": "a bowl", "dimension": ["aesthetic_quality"]},
]
VBENCH2 = [
    {"prompt_en": "Orchard, pan left.", "dimension": ["Camera_Motion"], "auxiliary_info": "pan_left"},
    {
        "prompt_en": "The camera circles the orchard.",
        "dimension": "Camera_Motion",
        "auxiliary_info": "orbits",
    },
    {"prompt_en": "Orchard, slanted view.", "dimension": ["Camera_Motion"], "auxiliary_info": "oblique"},
    {"prompt_en": "A man mows.", "dimension": ["Human_Clothes"]},
    {"prompt_en": "A man mows.", "dimension": ["Human_Anatomy"]},
    {
        "prompt_en": "Butter melts.",
        "dimension": ["Diversity", "Thermotics"],
        "auxiliary_info": ["Is it solid?"],
    },
]
FETV = [
    {
        "video_id": "v7", "prompt": "two red kites over a hill", "source": "ours", "video_url": None,
        "major content": {"spatial": ["artifacts"], "temporal": ["kinetic motions"]},
        "attribute control": {"spatial": ["quantity", "color"], "temporal": None}, "prompt complexity": ["medium"],
    },
    {
        "video_id": 12, "prompt": "a brook", "source": "ours",
        "major content": {"spatial": ["scenery & natural objects"], "temporal": ["fluid motions"]},
        "attribute control": {"spatial": None, "temporal": None}, "prompt complexity": ["simple"],
    },
]  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def write(content, name="prompts.json"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


def faults(*args, **kwargs):
    with pytest.raises(BadSuite) as caught:
        suite.load(*args, **kwargs)
    return caught.value.faults


def test_vbench_is_recognised(write):
    """Dimensions become tags, and the first with a counterpart becomes what the prompt stresses."""
    found = suite.load(write(VBENCH))
    assert found.name == "vbench"
    assert [(p.text, p.stresses) for p in found.prompts] == [
        ("a blue kettle", "prompt_adherence"),
        ("a kettle, perfectly still", "artifacts"),
        ("a heron fishing", "video_realism"),
        ("a bowl", None),
    ]
    assert found.prompts[2].tags == (
        "vbench:dynamic_degree",
        "vbench:motion_smoothness",
        "vbench:subject_consistency",
    )
    assert not any(p.camera for p in found.prompts)


def test_vbench2_is_recognised(write):
    """Camera moves become camera words, what has no word becomes a tag, entries with one text become one prompt."""
    found = suite.load(write(VBENCH2))
    assert found.name == "vbench2"
    assert [p.camera for p in found.prompts] == [("pan_left",), ("orbit",), (), (), ()]
    assert found.prompts[2].tags == ("vbench2:Camera_Motion", "vbench2:camera:oblique")
    assert found.prompts[3].tags == ("vbench2:Human_Clothes", "vbench2:Human_Anatomy")
    assert [p.stresses for p in found.prompts] == [*["prompt_adherence"] * 3, "artifacts", "video_realism"]


def test_vbench2_by_text_is_recognised(write):
    """The file that maps (shortened) texts to captions and dimensions: the whole caption counts."""
    found = suite.load(
        write({"A long st": {"caption": "A long story.", "dimension": ["Complex_Plot", "Diversity"]}})
    )
    assert [(p.text, p.stresses) for p in found.prompts] == [("A long story.", "prompt_adherence")]


@pytest.mark.parametrize(("name", "expected"), [("Mechanics.txt", "vbench2"), ("human_action.txt", "vbench")])
def test_text_files_are_recognised_by_their_dimension(write, name, expected):
    """A prompt a line, named for its dimension; empty lines do not count."""
    found = suite.load(write("A ball falls.\n\nA ball rolls.\n", name))
    assert [p.text for p in found.prompts] == ["A ball falls.", "A ball rolls."]
    assert found.prompts[0].tags == (f"{expected}:{name[:-4]}",)
    assert found.name.startswith(expected)


@pytest.mark.parametrize("name", ["fetv_data.json", "fetv_data.jsonl"])
def test_fetv_is_recognised(write, name):
    """One object a line, whatever the file is called; its video ids are the prompt ids."""
    found = suite.load(write("\n".join(map(json.dumps, FETV)) + "\n", name))
    assert [(p.id, p.text, p.stresses) for p in found.prompts] == [
        ("v7", "two red kites over a hill", "prompt_adherence"),
        ("12", "a brook", "video_realism"),
    ]
    assert "fetv:quantity" in found.prompts[0].tags
    assert "fetv:complexity simple" in found.prompts[1].tags


def test_a_single_fetv_line_is_enough(write):
    """One line of FETV is also a whole JSON document; it is FETV all the same."""
    assert suite.load(write(FETV[0])).name == "fetv"


def test_own_dimensions_leave_out_what_has_no_counterpart(write):
    """A study whose rubric lacks a dimension does not get it as `stresses`."""
    found = suite.load(write(VBENCH), dimensions=["artifacts"])
    assert [p.stresses for p in found.prompts] == [None, "artifacts", None, None]


def test_published_suites_go_round(write):
    """They are suites like any other."""
    for content in (VBENCH, VBENCH2, FETV):
        found = suite.load(write(content))
        assert suite.Suite.from_data(found.to_data(), "x") == found


def test_all_faults_of_a_published_file_at_once(write):
    """Entries that do not fit are named by their place in the file."""
    content = [
        *VBENCH,
        {"prompt_en": "", "dimension": ["color"]},
        {"prompt_en": "x"},
        "y",
        {"prompt_en": "a\x07b", "dimension": ["color"]},
    ]
    found = faults(write(content))
    assert [fault.column for fault in found] == [
        "entry 5, prompt_en",
        "entry 6, dimension",
        "entry 7, prompt_en",
        "entry 8, prompt_en",
    ]


def test_broken_fetv_lines_are_named(write):
    """A line that is no JSON, and an aspect of a wrong shape."""
    found = faults(write(json.dumps(FETV[0]) + "\n{\n", "fetv_data.json"))
    assert [fault.line for fault in found] == [2]
    (fault,) = faults(write({**FETV[0], "major content": ["people"]}))
    assert fault.column == "entry 1, major content"


@pytest.mark.parametrize(
    "content", ["[]", "{}", "5", '{"a": 1}', '[{"text": "x"}]', "not json", "[" * 50_000]
)
def test_other_json_is_no_suite(write, content):
    """Any other JSON is refused, without a crash."""
    assert faults(write(content))


def test_named_format_says_what_it_expected(write):
    """With the kind named, a file of another shape is refused for what it lacks."""
    assert [f.column for f in faults(write(VBENCH), format="fetv")] == [
        f"entry {n}, prompt" for n in (1, 2, 3, 4)
    ]
    assert [f.column for f in faults(write(FETV), format="vbench")] == [
        "entry 1, prompt_en",
        "entry 2, prompt_en",
    ]


def test_plain_jsonl_is_still_a_suite_of_our_own(write):
    """Looking for published shapes does not get in the way of our own JSONL."""
    assert suite.load(write('{"text": "A ball."}\n', "s.jsonl")).prompts[0].id == "a-ball"
