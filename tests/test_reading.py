"""The strict readers: what is refused, where it is said to stand, and what passes through unharmed."""

import itertools
import os
import time

import pytest

from kit import cells, reading, reading_yaml
from kit.errors import BadManifest, BadSuite


def refusal(call, *args, **kwargs):
    """The faults with which a call is refused."""
    with pytest.raises(kwargs.get("error", BadManifest)) as caught:
        call(*args, **kwargs)
    assert caught.value.faults
    return caught.value.faults


def table(path, required=("file", "model"), optional=("take",)):
    return reading.read_table(path, required=required, optional=optional, error=BadManifest)


@pytest.fixture
def write(tmp_path):
    """Write bytes or text to a file in the test's folder."""

    def write(content, name="t.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_rows_carry_lines_as_an_editor_shows_them(write):
    """A quoted field over three lines and a blank line move the lines of the rows after it."""
    path = write('file,model\na,"one\ntwo\nthree"\n\nb,m\n')
    rows = table(path).rows
    assert [(row.line, row.values["file"]) for row in rows] == [(2, "a"), (6, "b")]
    assert rows[0].values["model"] == "one\ntwo\nthree"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_are_read(write, end):
    """Files of Unix, Windows and old Macs give the same rows and lines."""
    rows = table(write(end.join(["file,model", "a,m", "b,n"]))).rows
    assert [(row.line, dict(row.values)) for row in rows] == [
        (2, {"file": "a", "model": "m"}),
        (3, {"file": "b", "model": "n"}),
    ]


def test_byte_order_mark_is_dropped(write):
    """The mark that spreadsheets put in front is no part of the first column's name."""
    assert table(write(b"\xef\xbb\xbffile,model\na,m\n")).columns == ("file", "model")


def test_wrong_encoding_names_offset_line_and_meaning(write):
    """A Windows-1252 file is refused with the place of its first foreign byte and what it probably meant."""
    content = "file,model\na,m\nb,caf\xe9\n".encode("cp1252")
    (fault,) = refusal(table, write(content))
    assert fault.line == 3
    assert f"offset {content.index(0xE9)} " in fault.problem
    assert "0xE9" in fault.problem
    assert "'é'" in fault.problem
    assert "save the file as UTF-8" in fault.problem


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"", None, "empty"),
        (b"\n \r\n", None, "empty"),
        (b"\xef\xbb\xbf", None, "empty"),
        ("file,model\na,m\n".encode("utf-16"), None, "UTF-16"),
        (b"file,model\na,\x00\n", 2, "NUL byte at offset 13"),
        (b"PK\x03\x04rest", None, "export it as 'CSV UTF-8'"),
        (b"\xd0\xcf\x11\xe0rest", None, "export it as 'CSV UTF-8'"),
        (b"file,model\n", 1, "no row"),
        (b"file;model;take\na;m;1\n", 1, "separated by semicolons"),
        (b"file\tmodel\na\tm\n", 1, "separated by tabs"),
        (b'file,model\na,"m\n', 2, "never ends"),
        (b'file,model\na,"m"x\n', 2, "quoting is wrong"),
        (b"file,model\na,b,c\n", 2, "3 fields, more than the header's 2"),
        (b"file,model,take\na,b\n", 2, "2 fields, fewer than the header's 3"),
        (b"file,model\na," + b"x" * 140_000 + b"\n", 2, "131,072"),
    ],
)
def test_broken_files_are_refused_with_line_and_reason(write, content, line, said):
    """Each way in which a file is no CSV gets one fault that says where and what."""
    path = write(content)
    faults = refusal(
        reading.read_rows, path, required=["file", "model"], optional=["take"], error=BadManifest
    )
    assert len(faults) == 1
    assert faults[0].where == str(path)
    assert faults[0].line == line
    assert said in faults[0].problem


def test_header_faults_come_all_at_once(write):
    """A missing column (with the name it was probably given), one without a name and a repeated one."""
    faults = refusal(table, write("fiel,,take,take\na,b,1,2\n"))
    said = [(fault.column, fault.problem) for fault in faults]
    assert [column for column, _ in said] == ["file", "model", "column 2", "take"]
    assert "is it 'fiel'?" in said[0][1]
    assert "no name" in said[2][1]
    assert "twice" in said[3][1]
    assert all(fault.line == 1 for fault in faults)


def test_structural_faults_keep_the_good_rows_readable(write):
    """The table has the sound rows and the faults of the others, so that a caller can find more before refusing."""
    found = table(write("file,model\na,m\nb\nc,m\nd,m,x\n"))
    assert [row.line for row in found.rows] == [2, 4]
    assert [fault.line for fault in found.faults] == [3, 5]


def test_unknown_columns_are_kept_apart_and_noted(write):
    """They land in `extra`, and the note names the column that was probably meant."""
    found = table(write("file,model,taek,fps\na,m,2,24\n"))
    assert dict(found.rows[0].extra) == {"taek": "2", "fps": "24"}
    assert "did you mean 'take'?" in found.notes[0]
    assert found.notes[1] == "the column 'fps' is not known and is ignored"


def test_missing_file_names_its_neighbour(write, tmp_path):
    """A mistyped name is refused with the name that is there."""
    write("x", "manifest.csv")
    (fault,) = refusal(table, tmp_path / "manifset.csv")
    assert "no such file" in fault.problem
    assert "'manifest.csv'" in fault.problem


def test_what_is_no_plain_file_is_refused(tmp_path):
    """A directory, a pipe, a link to itself, a name with NUL, a name too long: no crash and no waiting."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    expected = {
        tmp_path: "directory",
        tmp_path / "pipe": "not a plain file",
        tmp_path / "loop": "cannot be read",
        tmp_path / "a\0b": "NUL",
        tmp_path / ("x" * 300): "cannot be read",
    }
    for path, said in expected.items():
        (fault,) = refusal(table, path)
        assert said in fault.problem, path


def test_size_limit_is_checked_before_reading(write):
    """A file past the limit is refused by its size."""
    (fault,) = refusal(reading.read_text, write("x" * 11), error=BadManifest, size_limit=10)
    assert "11 bytes, the limit is 10" in fault.problem


def test_the_place_is_written_as_the_user_wrote_it(write, monkeypatch, tmp_path):
    """A relative path stays relative in the message."""
    write("file\n", "t.csv")
    monkeypatch.chdir(tmp_path)
    (fault,) = refusal(table, "t.csv")
    assert str(fault).startswith("t.csv, line 1, model: ")


def test_jsonl_faults_have_lines(write):
    """Each bad line of a JSONL file is named; the good ones are read, U+2028 in a string included."""
    lines = [
        '{"file": "a\u2028b", "model": "m"}',
        "",
        "[1]",
        '{"file": 1, "file": 2}',
        '{"file": NaN}',
        "{",
        '{"model": "m"}',
    ]
    found = table(write("\n".join(lines), "t.jsonl"))
    assert [(row.line, row.values.get("file")) for row in found.rows] == [(1, "a\u2028b"), (7, None)]
    assert [fault.line for fault in found.faults] == [3, 4, 5, 6, 7]
    said = [fault.problem for fault in found.faults]
    for text, expected in zip(
        said, ["object", "'file' is there twice", "NaN", "not JSON", "'file' is missing"], strict=True
    ):
        assert expected in text


def test_deep_json_is_refused():
    """A hundred thousand brackets are a refusal, not a crash."""
    with pytest.raises(ValueError, match="nested too deeply"):
        reading.parse_json("[" * 100_000)


def test_yaml_values_have_lines():
    """Every value's line is known, also behind a folded text."""
    located = reading_yaml.parse_yaml(
        "a: 1\nb:\n  - x: >-\n      long\n      text\n    y: 2\n", where="t", error=BadSuite
    )
    assert located.data == {"a": 1, "b": [{"x": "long text", "y": 2}]}
    assert located.lines["a",] == 1
    assert located.lines["b", 0, "x"] == 3
    assert located.lines["b", 0, "y"] == 6


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: [1\n", 3, "not YAML"),
        ("# only this\n", 1, "nothing"),
        ("a: 1\n---\nb: 2\n", 2, "another document"),
        ("a: \x07\n", 1, "U+0007"),
        ("a: 1\nb: !!python/object/apply:os.system [ls]\n", 2, "tag"),
        ("a: !!python/name:os.system x\n", 1, "tag"),
        ("? [a]\n: 1\n", 1, "key"),
        ("a: &a [*a]\n", 1, "alias"),
        ("a: *nowhere\n", 1, "alias"),
        ("\n" + "[" * 100_000, 2, "nested"),
        ("- " * 5_000, 1, "nested"),
        ("a: " + "1" * 5_000, 1, "int"),
    ],
)
def test_hostile_yaml_is_refused_with_its_line(text, line, said):
    """What YAML could be abused for, and plain mistakes, each end in one fault."""
    (fault, *_) = refusal(reading_yaml.parse_yaml, text, where="t.yaml", error=BadSuite)
    assert fault.where == "t.yaml"
    assert fault.line == line
    assert said in fault.problem


def test_repeated_keys_are_all_named():
    """Each repeated key is a fault of its own, with the line of the first."""
    faults = refusal(reading_yaml.parse_yaml, "a: 1\na: 2\nb:\n  c: 3\n  c: 4\n", where="t", error=BadSuite)
    assert [(fault.line, "first in line" in fault.problem) for fault in faults] == [(2, True), (5, True)]


def test_alias_bomb_costs_little():
    """Nine levels of nine aliases (387 million values) are refused within a moment."""
    names = "abcdefghi"
    text = "a: &a [x,x,x,x,x,x,x,x,x]\n"
    text += "".join(
        f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n" for before, name in itertools.pairwise(names)
    )
    began = time.perf_counter()
    (fault, *_) = refusal(reading_yaml.parse_yaml, text, where="t", error=BadSuite)
    assert "100,000 values" in fault.problem
    assert time.perf_counter() - began < 5


def test_nearest_ignores_case_and_separators_and_order():
    """The hint does not depend on the order in which the known names come, and says nothing when none is like it."""
    known = ["both_bad", "both_good", "tie"]
    assert cells.nearest("Both Good", known) == cells.nearest("Both Good", reversed(known))
    assert "'both_good'" in cells.nearest("Both Good", known)
    assert cells.nearest("zebra", known) == ""


@pytest.mark.parametrize("value", ["1", " 5 ", "3.0", "+4", "2."])
def test_whole_numbers_are_read(value):
    """Plain digits, a sign, and the '.0' of spreadsheets."""
    assert cells.whole_cell(value, low=1, high=5) == int(float(value))


@pytest.mark.parametrize(
    "value", ["", "0", "6", "1.5", "1e0", "1_0", "\uff11", "nan", "one", "-1", "9" * 5_000, "1,0"]
)
def test_other_numbers_are_no_whole_numbers(value):
    """Out of range, in other digits, or in any other notation: refused."""
    with pytest.raises(ValueError, match="whole number from 1 to 5"):
        cells.whole_cell(value, low=1, high=5)


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "1e400", "1_0", "", "\uff11", "0x1", "1 2"])
def test_amounts_are_finite_and_not_negative(value):
    """Nothing that could poison a sum is let in."""
    with pytest.raises(ValueError, match="number from 0"):
        cells.amount_cell(value)


def test_decimal_comma_gets_advice():
    """The commonest slip is named."""
    with pytest.raises(ValueError, match="with a point"):
        cells.amount_cell("1,5")


def test_messages_never_carry_control_characters():
    """A hostile value is shown escaped and cut, so that a message cannot move the cursor or fill the screen."""
    shown = cells.show("\x1b[2J\u202e" + "x" * 500)
    assert shown.isprintable()
    assert len(shown) <= 60
