"""Prompts and images that are added to a study by hand."""

import hashlib
import struct

import pytest

from kit.errors import BadParameter
from kit.storage.config import StudyConfig
from kit.storage.images import IMAGE_LIMIT
from kit.storage.records import NewRequest
from kit.study import Study
from kit.suite import Prompt, Suite

SUITE = Suite("s", "S", (Prompt("cup", "A cup is filled.", checks=("the cup is blue",)),))


def png(width=640, height=480, *, tail=b""):
    """The beginning of a PNG file: enough to state its size."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, 2, 0, 0, 0) + tail


@pytest.fixture(params=["folder", "postgresql"])
def study(request, tmp_path):
    """A study with a suite of one prompt, in a folder and on a server."""
    if request.param == "folder":
        study = Study.create(tmp_path / "study", StudyConfig(suite=SUITE))
    else:
        url = request.getfixturevalue("postgres_url")
        study = Study.create(url, StudyConfig(suite=SUITE, clips=str(tmp_path / "clips")))
    yield study
    study.close()


def test_the_same_text_is_the_same_prompt(study):
    """A prompt gets a readable id, again the same one, and stands after the suite's."""
    name = study.add_prompt("  A paper boat drifts across a puddle. ")
    assert name == "a-paper-boat-drifts-across-a-puddle"
    assert study.add_prompt("A paper boat drifts across a puddle.") == name
    assert list(study.prompts["prompt_id"]) == ["cup", name]
    assert study.prompts["text"].iloc[1] == "A paper boat drifts across a puddle."


def test_a_prompt_of_the_suite_keeps_its_id(study):
    """A text that the suite has is the suite's; other words beside it are refused and name the field."""
    assert study.add_prompt("A cup is filled.") == "cup"
    assert study.add_prompt("A cup is filled.", checks=["the cup is blue"]) == "cup"
    with pytest.raises(BadParameter) as bad:
        study.add_prompt("A cup is filled.", checks=["the cup is red"])
    assert [fault.column for fault in bad.value.faults] == ["checks"]
    assert len(study.prompts) == 1


def test_another_negative_prompt_is_another_prompt(study):
    """Text and negative prompt together say which prompt it is."""
    plain, other = study.add_prompt("A dog."), study.add_prompt("A dog.", negative_prompt="cats")
    assert plain != other
    assert study.add_prompt("A dog.", negative_prompt="cats") == other


def test_what_stands_beside_the_text_can_be_changed(study):
    """Later words take the place of earlier ones; leaving them out changes nothing."""
    name = study.add_prompt("A dog runs.", stresses="artifacts", camera=["static"], checks=["the dog runs"])
    study.add_prompt("A dog runs.", checks=["the dog is brown"])
    study.add_prompt("A dog runs.")
    row = study.prompts.set_index("prompt_id").loc[name]
    assert (row["stresses"], row["camera"], row["checks"]) == ("artifacts", ["static"], ["the dog is brown"])


def test_ids_are_unique_and_safe(study):
    """Two texts with one slug differ; a given id is checked, and refused where it is taken."""
    first, second = study.add_prompt("A dog!"), study.add_prompt("A dog?")
    assert first == "a-dog"
    assert second.startswith("a-dog-")
    assert study.add_prompt("A cat.", id="tom") == "tom"
    for text, name in (("A bird.", "tom"), ("A bird.", "../x"), ("A bird.", "cup"), ("A cat.", "other")):
        with pytest.raises(BadParameter) as bad:
            study.add_prompt(text, id=name)
        assert bad.value.faults[0].column == "id"


@pytest.mark.parametrize(
    ("given", "column"),
    [
        ({"text": " "}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": "A dog.", "camera": ["sideways"]}, "camera"),
        ({"text": "A dog.", "stresses": "beauty"}, "stresses"),
    ],
)
def test_what_a_suite_refuses_is_refused(study, given, column):
    """The fault names the argument, and nothing is kept."""
    with pytest.raises(BadParameter) as bad:
        study.add_prompt(**given)
    assert [fault.column for fault in bad.value.faults] == [column]
    assert len(study.prompts) == 1


def test_a_prompt_that_only_clips_know_keeps_its_id(study):
    """The same text is not a second prompt, also when something is added beside it."""
    study.store_clips([], [NewRequest("imported-1", "A red kite.", "alpha", 1, "import", None)])
    assert study.add_prompt("A red kite.") == "imported-1"
    assert study.add_prompt("A red kite.", checks=["the kite is red"]) == "imported-1"
    assert study.prompts.set_index("prompt_id").loc["imported-1", "checks"] == ["the kite is red"]


def test_the_fingerprint_changes_only_when_a_prompt_is_added(study):
    """A study without added prompts has the fingerprint that it always had."""
    before = study.fingerprint()
    study.add_prompt("A cup is filled.")
    assert study.fingerprint() == before
    study.add_prompt("A dog.")
    assert study.fingerprint() != before


def test_study_yaml_stays_as_it_is(tmp_path):
    """Comments written by hand survive."""
    with Study.create(tmp_path / "study", StudyConfig(suite=SUITE)) as study:
        path = tmp_path / "study" / "study.yaml"
        path.write_text("# by hand\n" + path.read_text())
        before = path.read_bytes()
        study.add_prompt("A dog.")
        assert path.read_bytes() == before


def test_an_image_is_kept_once_under_its_hash(tmp_path):
    """The path returned is relative to the study's folder; nothing half-written is left beside it."""
    with Study(tmp_path / "study") as study:
        data = png()
        path = study.add_image(data)
        assert path == f"images/{hashlib.sha256(data).hexdigest()}.png"
        assert study.add_image(data) == path
        assert (tmp_path / "study" / path).read_bytes() == data
        assert [p.name for p in (tmp_path / "study" / "images").iterdir()] == [path.split("/")[1]]


def test_a_study_on_a_server_keeps_images_at_home(postgres_url, tmp_path, monkeypatch):
    """There the path is absolute, so that a run finds it from anywhere."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with Study.create(postgres_url, StudyConfig(clips=str(tmp_path / "clips"))) as study:
        path = study.add_image(png())
    assert path.startswith(str(tmp_path / "home"))
    with open(path, "rb") as file:  # noqa: PTH123 - the text of the path is what is tested
        assert file.read() == png()


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a" + bytes(30), b"\x89PNG\r\n\x1a\n", png(tail=bytes(IMAGE_LIMIT))]
)
def test_what_is_no_image_is_not_kept(tmp_path, data):
    """Bytes of another kind, cut off, or too many are refused, and no file is made."""
    with Study(tmp_path / "study") as study, pytest.raises(BadParameter):
        study.add_image(data)
    assert not (tmp_path / "study" / "images").exists()
