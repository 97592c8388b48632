"""Suites: reading, refusing, going round, and the shape of the bundled ones."""

import json
import re
from collections import Counter

import pytest
import yaml

from kit import suite
from kit.errors import BadSuite
from kit.rubric import DEFAULT

HOSTILE = [
    "<script>alert(1)</script>",
    "'; DROP TABLE prompts; --",
    '=HYPERLINK("http://x.example","y")',
    "../../etc/passwd",
    "{{ 7*7 }} ${x} %s %n",
    "\u202egnp.exe",
    "猫がキーボードの上を歩く",
    "e\u0301 \U0001f9d1\u200d\U0001f680",
    'a "quoted", text\nover two lines',
    "null",
]


def faults(call, *args, **kwargs):
    with pytest.raises(BadSuite) as caught:
        call(*args, **kwargs)
    return caught.value.faults


def data(*prompts):
    return {"name": "s", "prompts": list(prompts)}


@pytest.fixture
def write(tmp_path):
    def write(text, name="s.yaml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return write


def test_only_text_is_required(write):
    """Ids come from the texts, the name from the file, the title from the name."""
    found = suite.load(write("prompts:\n  - text: A red ball rolls.\n", "My Suite.yaml"))
    assert found == suite.Suite(
        "my-suite", "my-suite", (suite.Prompt("a-red-ball-rolls", "A red ball rolls."),)
    )


def test_round_trip_of_everything():
    """A suite with every field, hostile texts included, comes back equal from its own data, through YAML and JSON."""
    prompts = tuple(
        suite.Prompt(f"p{i}", text, f"t{i}", "artifacts", text, ("static", "pan_left"), (text, "b"), (text,))
        for i, text in enumerate(HOSTILE)
    )
    given = suite.Suite("s", "A title", (*prompts, suite.Prompt("bare", "Bare.")))
    for again in (
        given.to_data(),
        yaml.safe_load(yaml.safe_dump(given.to_data())),
        json.loads(json.dumps(given.to_data())),
    ):
        assert suite.Suite.from_data(again, "x") == given


def test_csv_and_jsonl_have_the_same_columns(write):
    """The same prompt in the three forms is the same; lists are separated by ';' in CSV."""
    fields = {
        "id": "p1", "text": "A cat, a dog.", "title": "Pets", "stresses": "artifacts", "negative_prompt": "blur",
        "camera": ["zoom_in", "static"], "checks": ["There is a cat.", "There is a dog."], "tags": ["animals"],
    }  # fmt: skip
    cells = [";".join(v) if isinstance(v, list) else v for v in fields.values()]
    as_csv = ",".join(fields) + "\n" + ",".join(f'"{cell}"' for cell in cells) + "\n"
    expected = suite.Suite.from_data(data(fields), "x").prompts
    assert suite.load(write(as_csv, "s.csv")).prompts == expected
    assert suite.load(write(json.dumps(fields) + "\n", "s.jsonl")).prompts == expected
    assert suite.load(write(yaml.safe_dump(data(fields)), "s.yaml")).prompts == expected


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_pass_unharmed_through_files(write, text):
    """A text is data in each form of file."""
    quoted = '"' + text.replace('"', '""') + '"'
    assert suite.load(write(f"text\n{quoted}\n", "s.csv")).prompts[0].text == text
    assert suite.load(write(json.dumps({"text": text}), "s.jsonl")).prompts[0].text == text
    assert suite.load(write(yaml.safe_dump(data({"text": text})))).prompts[0].text == text


def test_all_faults_of_a_yaml_suite_at_once(write):
    """Each mistake is named with its line, its prompt and field, and what was probably meant."""
    path = write(
        "name: s\n"
        "titel: x\n"
        "prompts:\n"
        "  - id: one\n"
        "    text: A.\n"
        "    stresses: video_realsim\n"
        "  - id: one\n"
        "    text: A.\n"
        "    camera: [pan-left, hover]\n"
        "  - id: .hidden\n"
        "    text: ''\n"
        "    chekcs: [x]\n"
        "  - just text\n"
    )
    found = faults(suite.load, path)
    assert {fault.where for fault in found} == {str(path)}
    said = {(fault.line, fault.column): fault.problem for fault in found}
    assert set(said) == {
        (2, None),
        (6, "prompt 1, stresses"),
        (7, "prompt 2, id"),
        (8, "prompt 2, text"),
        (9, "prompt 2, camera"),
        (10, "prompt 3, id"),
        (11, "prompt 3, text"),
        (12, "prompt 3, chekcs"),
        (13, "prompt 4"),
    }
    assert "did you mean 'title'?" in said[2, None]
    assert "did you mean 'video_realism'?" in said[6, "prompt 1, stresses"]
    assert "first in line 4" in said[7, "prompt 2, id"]
    assert "same text as in line 4" in said[8, "prompt 2, text"]
    assert next(f.problem for f in found if f.line == 9).startswith(
        "unknown camera word 'pan-left' (did you mean 'pan_left'?)"
    )
    assert "is no id" in said[10, "prompt 3, id"]
    assert "missing or empty" in said[11, "prompt 3, text"]
    assert "did you mean 'checks'?" in said[12, "prompt 3, chekcs"]
    assert "- text:" in said[13, "prompt 4"]
    assert [fault.line for fault in found] == sorted(fault.line for fault in found)


def test_csv_faults_have_line_and_column(write):
    """Structure and values are refused together."""
    path = write('text,stresses,camera\n"A\nlong one",artefacts,static\nB\nC,,hover;static\n', "s.csv")
    assert [(f.line, f.column) for f in faults(suite.load, path)] == [
        (2, "stresses"),
        (4, None),
        (5, "camera"),
    ]


@pytest.mark.parametrize(
    ("prompt", "column", "said"),
    [
        ({"text": 5}, "text", "put it in quotes"),
        ({"text": None}, "text", "missing or empty"),
        ({"text": " \n "}, "text", "missing or empty"),
        ({"text": "x" * 20_001}, "text", "at most 20,000"),
        ({"text": "a\x1b[2Jb"}, "text", "control character"),
        ({"text": "a\ud800"}, "text", "control character"),
        ({"text": "a", "id": 7}, "id", "put it in quotes"),
        ({"text": "a", "id": "a b"}, "id", "is no id"),
        ({"text": "a", "id": "a/b"}, "id", "is no id"),
        ({"text": "a", "id": "x" * 81}, "id", "is no id"),
        ({"text": "a", "title": "a\nb"}, "title", "control character"),
        ({"text": "a", "title": "x" * 121}, "title", "at most 120"),
        ({"text": "a", "stresses": ["artifacts"]}, "stresses", "a text is needed"),
        ({"text": "a", "camera": "static"}, "camera", "write camera: [static]"),
        ({"text": "a", "camera": [1]}, "camera", "a text is needed"),
        ({"text": "a", "checks": {"x": 1}}, "checks", "a list is needed"),
        ({"text": "a", "checks": [""]}, "checks", "empty"),
        ({"text": "a", "tags": [None]}, "tags", "a text is needed"),
    ],
)
def test_wrong_values_are_refused(prompt, column, said):
    """Wrong types, lengths and characters, each with the field's name."""
    (fault,) = faults(suite.Suite.from_data, data(prompt), "study.yaml")
    assert fault.where == "study.yaml"
    assert fault.column == f"prompt 1, {column}"
    assert said in fault.problem


@pytest.mark.parametrize(
    "given", [None, [], "text", {}, {"prompts": []}, {"prompts": "x"}, {"prompts": {"a": 1}}]
)
def test_what_is_no_suite_is_refused(given):
    """Other shapes of data are faults, not crashes."""
    assert len(faults(suite.Suite.from_data, given, "x")) == 1


def test_same_text_with_another_negative_prompt_is_another_prompt():
    """Such a pair is allowed and gets two ids; the same in both is refused."""
    found = suite.Suite.from_data(data({"text": "A."}, {"text": "A.", "negative_prompt": "blur"}), "x")
    assert len({prompt.id for prompt in found.prompts}) == 2


def test_stresses_follows_the_rubric_of_the_study():
    """A study with its own rubric names its own dimensions; None lets any in."""
    given = data({"text": "A.", "stresses": "smoothness"})
    assert suite.Suite.from_data(given, "x", dimensions=["smoothness"]).prompts[0].stresses == "smoothness"
    assert suite.Suite.from_data(given, "x", dimensions=None).prompts[0].stresses == "smoothness"
    assert "unknown dimension" in faults(suite.Suite.from_data, given, "x")[0].problem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A red ball rolls.", "a-red-ball-rolls"),
        ("Café Über", "cafe-uber"),
        (
            "one two three four five six seven eight nine ten eleven",
            "one-two-three-four-five-six-seven-eight-nine-ten",
        ),
        ("x" * 60, "x" * 48),
    ],
)
def test_slugs(text, expected):
    """Lower-case ASCII words, cut at a word."""
    assert suite.slug(text) == expected


@pytest.mark.parametrize("text", ["猫がキーボードの上を歩く", "猫が HD で歩く", "...", "\U0001f680"])
def test_texts_without_latin_letters_get_a_hash(text):
    """What would leave nothing to read becomes a stable, valid id."""
    assert re.fullmatch(r"prompt-[0-9a-f]{10}", suite.slug(text))
    assert suite.slug(text) == suite.slug(text)
    assert suite.slug(text) != suite.slug(text + "x")


def test_made_ids_are_unique_and_give_way_to_stated_ones():
    """Two texts with one slug, and a text whose slug somebody stated: all different, the stated one kept."""
    found = suite.Suite.from_data(
        data({"text": "A cat!"}, {"text": "A cat?"}, {"text": "A dog."}, {"id": "a-dog", "text": "Other."}),
        "x",
    )
    ids = [prompt.id for prompt in found.prompts]
    assert ids[0] == "a-cat"
    assert ids[1].startswith("a-cat-")
    assert ids[3] == "a-dog"
    assert len(set(ids)) == 4
    assert all(len(prompt_id) <= 80 for prompt_id in ids)


def test_unknown_name_gets_the_nearest_and_the_list():
    """A mistyped bundled suite is answered with what there is."""
    (fault,) = faults(suite.load, "artcle-four")
    assert "did you mean 'article-four'?" in fault.problem
    assert "core-48" in fault.problem


def test_other_paths_are_refused(tmp_path):
    """A missing file, a directory, a kind of file that is no suite, and an unknown format."""
    (tmp_path / "x.docx").write_text("x")
    assert "no such file" in faults(suite.load, tmp_path / "x.yaml")[0].problem
    assert "directory" in faults(suite.load, f"{tmp_path}/")[0].problem
    assert ".yaml, .csv and .jsonl" in faults(suite.load, tmp_path / "x.docx")[0].problem
    assert "did you mean 'vbench2'?" in faults(suite.load, tmp_path / "x.docx", format="vbench-2")[0].problem


def test_unknown_prompt_names_the_nearest():
    """Looking up a prompt by a mistyped id helps."""
    with pytest.raises(KeyError, match="'steaming-cup'"):
        suite.load("article-four")["steaming-cups"]


def test_bundled_suites_load_and_go_round():
    """Both are there, and neither loses anything."""
    assert suite.bundled() == ["article-four", "core-48"]
    for name in suite.bundled():
        found = suite.load(name)
        assert found.name == name
        assert suite.Suite.from_data(found.to_data(), name) == found


def test_article_four_has_one_prompt_a_dimension():
    """The four of the article, each with checks and camera."""
    found = suite.load("article-four")
    assert [prompt.stresses for prompt in found.prompts] == list(DEFAULT.ids)
    assert [p.id for p in found.prompts] == [
        "rain-umbrella",
        "steaming-cup",
        "code-on-laptop",
        "chop-and-plate",
    ]
    assert all(prompt.camera and prompt.checks for prompt in found.prompts)


# What the text has to say for a camera word to be asked for.
WORDING = {
    "static": r"still camera|camera (is|remains|stays|looks|sees)?.*?(fixed|still|locked off|does not move)|fixed camera",
    "pan_left": r"pans? (slowly )?(left|from right to left)",
    "pan_right": r"pans? (slowly )?(to the right|from left to right)",
    "tilt_up": r"tilts? up",
    "tilt_down": r"tilts? down",
    "zoom_in": r"zooms in",
    "zoom_out": r"zooms out",
    "roll_cw": r"rolls (slowly )?clockwise",
    "roll_ccw": r"rolls anti-clockwise",
    "orbit": r"orbits",
    "track": r"tracks|follows",
}


@pytest.fixture(scope="module")
def core():
    return suite.load("core-48")


def test_core_is_stratified(core):
    """12 prompts a dimension, 16 a level of motion, 4 in each cell of the two."""
    levels = {"motion-low", "motion-medium", "motion-high"}
    cells = Counter()
    for prompt in core.prompts:
        (level,) = levels & set(prompt.tags)
        cells[prompt.stresses, level] += 1
    assert cells == {(dimension, level): 4 for dimension in DEFAULT.ids for level in levels}


def test_core_uses_every_camera_word(core):
    """Each at least three times, the still camera most often, none without any."""
    used = Counter(word for prompt in core.prompts for word in prompt.camera)
    assert set(used) == set(suite.CAMERA_WORDS)
    assert min(used.values()) >= 3
    assert used.most_common(1)[0][0] == "static"
    assert all(prompt.camera for prompt in core.prompts)


def test_core_says_each_camera_move_in_words(core):
    """The text asks for exactly the moves that `camera` lists, and no other word's wording is in it."""
    for prompt in core.prompts:
        said = {word for word, pattern in WORDING.items() if re.search(pattern, prompt.text)}
        assert said == set(prompt.camera), prompt.id


def test_core_is_complete_and_varied(core):
    """Titles, 2-5 checks each, one of them on the camera, no text twice, and many kinds of content."""
    for prompt in core.prompts:
        assert prompt.title
        assert 2 <= len(prompt.checks) <= 5
        assert all(check.endswith(".") for check in prompt.checks)
        assert any("camera" in check.lower() for check in prompt.checks), prompt.id
        assert 100 <= len(prompt.text) <= 400, prompt.id
    tags = Counter(tag for prompt in core.prompts for tag in prompt.tags)
    for wanted in (
        "people",
        "animals",
        "nature",
        "city",
        "objects",
        "text",
        "food",
        "hands",
        "water",
        "smoke/fire",
        "crowds",
        "fantasy",
    ):
        assert tags[wanted] >= 2, wanted
    assert len({prompt.title for prompt in core.prompts}) == 48
