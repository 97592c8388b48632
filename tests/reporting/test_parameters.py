"""The parameters of a notebook are checked before it runs."""

import nbformat
import pytest

from kit.errors import BadParameter, ReportError
from kit.reporting import from_text, notebook_parameters
from kit.reporting.parameters import check_parameters, read_parameters


def node(source: str, tags: tuple[str, ...] = ("parameters",)):
    """A notebook with one cell."""
    cell = nbformat.v4.new_code_cell(source)
    cell.metadata["tags"] = list(tags)
    return nbformat.v4.new_notebook(cells=[cell])


CELL = 'study: str = "x"  # where it is\nseed: int = 0\nlimit: float = 1\nkinds: list[str] = []\nname: str | None = None\nmode: "Literal[\'a\', \'b\']" = "a"\nfree = 3'


def test_reads_names_annotations_defaults_and_comments() -> None:
    """The cell says everything that a help text needs, annotations with `|` and in quotes included."""
    known = read_parameters(node(CELL))
    assert list(known) == ["study", "seed", "limit", "kinds", "name", "mode", "free"]
    assert known["study"] == ("study", "str", "'x'", "where it is")
    assert known["name"].annotation == "str | None"
    assert known["mode"].annotation == "Literal['a', 'b']"


@pytest.mark.parametrize(
    "given",
    [
        {"study": 1},
        {"seed": "7"},
        {"seed": True},
        {"seed": 1.5},
        {"limit": "1"},
        {"kinds": "person"},
        {"kinds": [1]},
        {"name": 3},
        {"mode": "c"},
    ],
)
def test_wrong_types_are_refused_by_name(given: dict) -> None:
    """A value of another type than the cell declares is refused, with its name and what was given."""
    with pytest.raises(BadParameter, match=next(iter(given))):
        check_parameters(read_parameters(node(CELL)), given)


def test_right_types_pass() -> None:
    """What fits passes: a whole number as a float, None where it is allowed, anything where nothing is declared."""
    good = {"study": "s", "seed": 3, "limit": 2, "kinds": ["a"], "name": None, "mode": "b", "free": object()}
    check_parameters(read_parameters(node(CELL)), good)


def test_unknown_name_comes_with_the_nearest_and_the_list() -> None:
    """A slip is answered by the name that was meant; every fault is told at once."""
    with pytest.raises(BadParameter) as caught:
        check_parameters(read_parameters(node(CELL)), {"sede": 1, "study": 2})
    message = str(caught.value)
    assert "'sede'" in message
    assert "did you mean 'seed'" in message
    assert "kinds" in message
    assert "'study' takes text" in message


def test_a_notebook_without_the_cell_is_refused() -> None:
    """Without a tagged cell papermill would set nothing and say nothing."""
    with pytest.raises(ReportError, match="tagged 'parameters'"):
        read_parameters(node("a = 1", tags=()))


def test_text_from_a_command_line_becomes_the_declared_type() -> None:
    """`-p seed 7` is a number, `-p study 007` stays text, and what cannot be read is left for the check."""
    known = read_parameters(node(CELL))
    given = {"seed": "7", "study": "007", "kinds": '["a"]', "limit": "0.5", "name": "none"}
    assert from_text(known, given) == {"seed": 7, "study": "007", "kinds": ["a"], "limit": 0.5, "name": None}
    with pytest.raises(BadParameter, match="whole number"):
        check_parameters(known, from_text(known, {"seed": "seven"}))


def test_every_parameter_of_the_report_is_typed_and_explained() -> None:
    """The report notebook's own cell is the documentation of its parameters."""
    for parameter in notebook_parameters().values():
        assert parameter.annotation
        assert len(parameter.help) > 10, parameter.name
