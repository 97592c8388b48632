"""Clip manifests: the real ones read cleanly, and every way to be wrong is refused with line and column."""

import os

import pytest

from kit.errors import BadManifest
from kit.manifest import assign_ids, read_manifest


def faults(call, *args, **kwargs):
    with pytest.raises(BadManifest) as caught:
        call(*args, **kwargs)
    return caught.value.faults


@pytest.fixture
def write(tmp_path):
    """Write a manifest beside the clips a.mp4, b.mp4 and sub/c.mp4 (any bytes: reading does not look into them)."""
    folder = tmp_path / "set"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.mp4", "b.mp4", "sub/c.mp4"):
        (folder / name).write_bytes(b"x")
    (tmp_path / "secret.mp4").write_bytes(b"x")

    def write(text):
        path = folder / "clips.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return write


def test_every_column_is_read(write):
    """Values have their types, blank cells are None, unknown columns are kept, files are found."""
    path = write(
        "file,prompt,model,prompt_id,take,seconds,cost_usd,camera_motion,notes,fps\n"
        'a.mp4," A cat, asleep ",Model A ,cat,2,41.5,0.35,pan_left + zoom_in," as, is ",24\n'
        "sub/c.mp4,A dog,Model B,,,,,,,\n"
    )
    manifest = read_manifest(path)
    first, second = manifest.rows
    assert (first.line, first.file, first.prompt, first.model) == (
        2,
        path.parent / "a.mp4",
        "A cat, asleep",
        "Model A",
    )
    assert (first.prompt_id, first.take, first.seconds, first.cost_usd) == ("cat", 2, 41.5, 0.35)
    assert (first.camera_motion, first.notes, dict(first.extra)) == (
        "pan_left+zoom_in",
        " as, is ",
        {"fps": "24"},
    )
    assert second.file == path.parent / "sub" / "c.mp4"
    assert (second.prompt_id, second.take, second.seconds, second.cost_usd) == (None, None, None, None)
    assert (second.camera_motion, second.notes, dict(second.extra)) == (None, None, {"fps": ""})
    assert manifest.models == ["Model A", "Model B"]
    assert manifest.notes == ("the column 'fps' is not known and is kept as it is",)


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"file": ""}, "file", "empty"),
        ({"file": "missing.mp4"}, "file", "there is no file"),
        ({"file": "sub"}, "file", "is a directory"),
        ({"file": "."}, "file", "is a directory"),
        ({"file": "/etc/hostname"}, "file", "absolute"),
        ({"file": "C:\\clips\\a.mp4"}, "file", "absolute"),
        ({"file": "\\\\host\\a.mp4"}, "file", "absolute"),
        ({"file": "sub\\c.mp4"}, "file", "backslash"),
        ({"file": "https://x.example/a.mp4"}, "file", "download"),
        ({"file": "../secret.mp4"}, "file", "leads out of"),
        ({"file": "sub/../../secret.mp4"}, "file", "leads out of"),
        ({"file": "../set"}, "file", "is a directory"),
        ({"file": "link.mp4"}, "file", "leads out of"),
        ({"file": "linked/secret.mp4"}, "file", "leads out of"),
        ({"file": "loop.mp4"}, "file", "link"),
        ({"file": "pipe"}, "file", "not a plain file"),
        ({"file": "a.mp4/x"}, "file", "there is no file"),
        ({"file": "x" * 300}, "file", "too long"),
        ({"file": "x" * 2_000}, "file", "at most 1,000"),
        ({"file": "a\x07.mp4"}, "file", "control character"),
        ({"model": " "}, "model", "empty"),
        ({"model": "x" * 121}, "model", "at most 120"),
        ({"model": "a\x1b[31m"}, "model", "control character"),
        ({"model": '"a\nb"'}, "model", "control character"),
        ({"prompt": "", "prompt_id": ""}, "prompt", "neither a prompt nor a prompt_id"),
        ({"prompt": "a\x08"}, "prompt", "control character"),
        ({"prompt": "x" * 20_001}, "prompt", "at most 20,000"),
        ({"prompt_id": "a b"}, "prompt_id", "is no id"),
        ({"prompt_id": "../x"}, "prompt_id", "is no id"),
        ({"take": "0"}, "take", "whole number from 1"),
        ({"take": "1.5"}, "take", "whole number from 1"),
        ({"take": "one"}, "take", "whole number from 1"),
        ({"seconds": "-1"}, "seconds", "number from 0"),
        ({"seconds": "nan"}, "seconds", "number from 0"),
        ({"seconds": '"41,5"'}, "seconds", "with a point"),
        ({"cost_usd": "inf"}, "cost_usd", "number from 0"),
        ({"cost_usd": "$1"}, "cost_usd", "number from 0"),
        ({"camera_motion": "pan_left+dolly"}, "camera_motion", "unknown camera word 'dolly'"),
        ({"camera_motion": "pan-left"}, "camera_motion", "did you mean 'pan_left'?"),
        ({"notes": "a\x00b"}, None, "NUL"),
        ({"notes": "a\x01b"}, "notes", "control character"),
        ({"extra": "a\x01b"}, "extra", "control character"),
    ],
)
def test_each_wrong_cell_is_refused(write, tmp_path, cells, column, said):
    """One wrong cell is one fault, with the file as given, the line and the column."""
    folder = tmp_path / "set"
    (folder / "link.mp4").symlink_to(tmp_path / "secret.mp4")
    (folder / "linked").symlink_to(tmp_path)
    (folder / "loop.mp4").symlink_to(folder / "loop.mp4")
    os.mkfifo(folder / "pipe")
    row = {
        "file": "a.mp4",
        "prompt": "A cat",
        "model": "M",
        "prompt_id": "",
        "take": "",
        "seconds": "",
        "cost_usd": "",
        "camera_motion": "",
        "notes": "",
        "extra": "",
    }
    path = write(",".join(row) + "\n" + ",".join({**row, **cells}.values()) + "\n")
    (fault,) = faults(read_manifest, path)
    assert (fault.where, fault.line, fault.column) == (str(path), 2, column)
    assert said in fault.problem


def test_a_link_inside_the_folder_is_followed(write, tmp_path):
    """Only what leaves the folder is refused."""
    (tmp_path / "set" / "again.mp4").symlink_to("a.mp4")
    path = write("file,prompt,model\nagain.mp4,A,M\n")
    assert read_manifest(path).rows[0].file == path.parent / "a.mp4"


def test_missing_file_names_the_nearest(write):
    """A slip in a clip's name is answered with the clip that is there."""
    (fault,) = faults(read_manifest, write("file,prompt,model\nsub/d.mp4,A,M\n"))
    assert "'c.mp4'" in fault.problem


def test_all_faults_at_once_in_the_order_of_the_file(write):
    """Structure, cells and contradictions between rows are reported together; the text of the error has them all."""
    path = write(
        "file,prompt,model,prompt_id,take\n"
        "a.mp4,A cat,,cat,1\n"
        "b.mp4,A cat,M,cat,x\n"
        "b.mp4,A cat,M\n"
        "nope.mp4,A dog,M,cat,1\n"
        "b.mp4,A cat,M,cat,2\n"
        "a.mp4,A cat,M,cat,2\n"
    )
    with pytest.raises(BadManifest) as caught:
        read_manifest(path)
    found = caught.value.faults
    assert [(fault.line, fault.column) for fault in found] == [
        (2, "model"), (3, "take"), (4, None), (5, "file"), (5, "prompt"), (7, "take"),
    ]  # fmt: skip
    assert "stands for 'A cat' in line 2 and for 'A dog' here" in found[4].problem
    assert "already in line 6" in found[5].problem
    assert str(caught.value).splitlines() == [str(fault) for fault in found]


def test_the_same_take_is_found_whether_by_id_or_text(write):
    """A row that names the prompt by text and one that names it by id are the same prompt."""
    path = write("file,prompt,model,prompt_id,take\na.mp4,A cat,M,cat,1\nb.mp4,A cat,M,,1\n")
    assert [(f.line, f.column) for f in faults(read_manifest, path)] == [(3, "take")]


def test_missing_columns_are_refused_with_a_hint(write):
    """The name that the column was probably given is in the message."""
    said = {f.column: f.problem for f in faults(read_manifest, write("fiel,promt,modle\na.mp4,A,M\n"))}
    assert "is it 'fiel'?" in said["file"]
    assert "is it 'modle'?" in said["model"]
    (fault,) = faults(read_manifest, write("file,promt,model\na.mp4,A,M\n"))
    assert "is it 'promt'?" in fault.problem


def test_prompts_without_text_are_allowed(write):
    """An id alone is enough, with or without a column for the text."""
    for text in ("file,model,prompt_id\na.mp4,M,p1\n", "file,prompt,model,prompt_id\na.mp4,,M,p1\n"):
        (row,) = assign_ids(read_manifest(write(text)).rows, {})
        assert (row.prompt_id, row.prompt, row.take) == ("p1", "", 1)


def test_one_file_for_two_rows_is_noted(write):
    """Allowed, since two models may have given the same bytes, but said."""
    notes = read_manifest(write("file,prompt,model\na.mp4,A,M\na.mp4,A,N\n")).notes
    assert notes == ("line 3 names the same file as line 2",)


HOSTILE = [
    "<img src=x onerror=alert(1)>", "'; DROP TABLE clips; --", "=cmd|' /C calc'!A0", "{{ 7*7 }}", "-1+1", "@SUM(A1)",
    'say "hi", now', "\u202etxt.exe", "日本語のモデル", "a\u200bb", "%s%n", "$(reboot)", "nan", "None", "#N/A",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_strings_are_data(write, text):
    """They come out of every text column exactly as they went in."""
    cell = '"' + text.replace('"', '""') + '"'
    (row,) = read_manifest(write(f"file,prompt,model,notes,more\na.mp4,{cell},{cell},{cell},{cell}\n")).rows
    assert (row.prompt, row.model, row.notes, row.extra["more"]) == (text, text, text, text)


def test_ids_come_from_the_suite_the_manifest_or_the_text(write):
    """By equal text in the study, by equal text in the manifest, else a slug that no other prompt has."""
    path = write(
        "file,prompt,model,prompt_id\n"
        "a.mp4,A cat.,M,\n"
        "a.mp4,A dog.,M,hound\n"
        "a.mp4,A dog.,N,\n"
        "a.mp4,A fox.,M,\n"
        "a.mp4,A fox!,M,\n"
    )
    rows = assign_ids(read_manifest(path).rows, {"kitty": "A cat.", "a-fox": "Another."})
    ids = [row.prompt_id for row in rows]
    assert ids[:3] == ["kitty", "hound", "hound"]
    assert len(set(ids[3:]) | {"a-fox"}) == 3
    assert all(prompt_id.startswith("a-fox-") for prompt_id in ids[3:])


def test_takes_are_numbered_past_the_stated_ones(write):
    """In the order of the file, for each prompt and model by itself."""
    path = write(
        "file,prompt,model,take\na.mp4,A,M,\na.mp4,A,M,2\na.mp4,A,M,\na.mp4,A,N,\na.mp4,B,M,\na.mp4,A,M,1\na.mp4,A,M,\n"
    )
    rows = assign_ids(read_manifest(path).rows, {})
    assert [row.take for row in rows] == [3, 2, 4, 1, 1, 1, 5]


def test_assigning_twice_changes_nothing(write):
    """What has been filled in stays."""
    rows = assign_ids(read_manifest(write("file,prompt,model\na.mp4,A cat,M\nb.mp4,A cat,M\n")).rows, {})
    assert assign_ids(rows, {"a-cat": "A cat"}) == rows


def test_conflicts_with_the_study_are_refused(write):
    """An id with another text, a text of several prompts, and a take that turns out to be there twice."""
    path = write(
        "file,prompt,model,prompt_id,take\n"
        "a.mp4,A dog,M,cat,1\n"
        "a.mp4,A bird,M,,1\n"
        "a.mp4,,M,fish,1\n"
        "a.mp4,A fish,M,,1\n"
    )
    known = {"cat": "A cat", "b1": "A bird", "b2": "A bird", "fish": "A fish"}
    found = faults(assign_ids, read_manifest(path).rows, known, where="clips.csv")
    assert [(f.where, f.line, f.column) for f in found] == [
        ("clips.csv", 2, "prompt"), ("clips.csv", 3, "prompt"), ("clips.csv", 5, "take"),
    ]  # fmt: skip
    assert "'A cat'" in found[0].problem
    assert "b1, b2" in found[1].problem


@pytest.mark.clips
def test_all_real_manifests_read_cleanly(clips_dir):
    """Every manifest beside the real clips gives one row a clip, unique takes and existing files."""
    manifests = sorted(clips_dir.glob("*/manifest.csv"))
    assert len(manifests) >= 7
    for path in manifests:
        manifest = read_manifest(path)
        rows = assign_ids(manifest.rows, {})
        clips = [p for p in path.parent.iterdir() if p.suffix in {".mp4", ".webm"}]
        assert {row.file for row in rows} == {p.resolve() for p in clips}
        assert len({(row.prompt_id, row.model, row.take) for row in rows}) == len(rows)
        assert manifest.notes == ()
