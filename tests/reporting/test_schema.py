"""NAME.json keeps to its schema, and the schema to the code."""

import copy
import json
import typing
from pathlib import Path

import pandas as pd
import pytest
from jsonschema import Draft202012Validator, ValidationError

from kit.cli import main
from kit.comparison import Comparison
from kit.reporting import numbers, schema, tables
from kit.reporting.schema import SCHEMA_VERSION, comparison_columns


@pytest.fixture(scope="module")
def data(usual: Path, whole) -> dict:
    """The data of the usual page."""
    return whole(usual, name="usual").document()


def test_the_schema_is_one_and_says_its_version() -> None:
    """It keeps to draft 2020-12 itself, explains every part of the top, and names the version that pages carry."""
    made = schema()
    Draft202012Validator.check_schema(made)
    assert made["properties"]["schema_version"]["const"] == SCHEMA_VERSION == 2
    assert made["$id"] == f"urn:t2v-eval-kit:report:{SCHEMA_VERSION}"
    frames = made["$defs"]["comparison"]["properties"]
    assert all(len(part["description"]) > 10 for part in frames.values())


def test_rows_of_the_comparison_are_those_of_the_code(data: dict) -> None:
    """Every frame of a comparison has the columns by which it is described, in that order, and no frame is left out."""
    frames = {name for name, kind in typing.get_type_hints(Comparison).items() if kind is pd.DataFrame}
    assert frames == set(comparison_columns())
    for name, columns in comparison_columns().items():
        row = schema()["$defs"][name]
        assert list(row["properties"]) == row["required"] == list(columns)
        for found in data["comparison"][name]:
            assert set(found) == set(columns), name
    assert data["comparison"]["wins"]
    assert data["comparison"]["speed"]


def test_a_number_and_a_table_are_what_the_code_says() -> None:
    """The schema knows the fields of `Number`, `Column` and `Table`, and which of them are always there."""
    for name, kind in (("number", numbers.Number), ("column", tables.Column), ("table", tables.Table)):
        part = schema()["$defs"][name]
        assert set(part["properties"]) == set(kind.__annotations__)
        assert set(part["required"]) == kind.__required_keys__


def test_a_page_keeps_to_it(data: dict) -> None:
    """The usual page is valid; so is every other that the tests here build (see conftest)."""
    Draft202012Validator(schema()).validate(data)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema_version",), 1),
        (("study", "fingerprint"), "abc"),
        (("comparison", "wins", 0, "win_rate"), "50%"),
        (("comparison", "wins", 0, "n_votes"), None),
        (("comparison", "wins", 0, "extra"), 1),
        (("sections", 0, "heading"), None),
        (("sections", 0, "glance", "rows", 0, 0), True),
        (("sections", 0, "verdicts", 0, "rate", "low"), None),
        (("sections", 0, "verdicts", 0, "lead", "rate", "text"), ""),
    ],
)
def test_what_is_wrong_is_found(data: dict, path: tuple, value: object) -> None:
    """A wrong type is found wherever it lies, deep within a section as well."""
    wrong = copy.deepcopy(data)
    place = wrong
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(ValidationError):
        Draft202012Validator(schema()).validate(wrong)


def test_a_section_of_ones_own_is_welcome(data: dict) -> None:
    """What a section holds beside its frame is its own affair."""
    more = copy.deepcopy(data)
    more["sections"].append(
        {"id": "mine", "template": "plain", "heading": "Mine", "found": {"deep": [1, "x", None]}}
    )
    Draft202012Validator(schema()).validate(more)


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    """`kit report --schema` prints the schema and needs no study."""
    assert main(["report", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()
