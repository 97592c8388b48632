"""NAME.json as text."""

import json
import math

import pytest

from kit.reporting.written import WIDTH, written


def test_it_reads_back_and_is_laid_out() -> None:
    """Short things stay on a line, long ones are indented, keys are in order, and nothing is changed."""
    data = {"b": {"value": 1.5, "text": "1.5"}, "a": [["x" * 60, "\u2028é"], [None, True] * 30, {}, []]}
    text = written(data)
    assert json.loads(text) == data
    assert text.splitlines()[:2] == ["{", ' "a": [']
    assert ' "b": {"text": "1.5", "value": 1.5}' in text.splitlines()
    assert max(len(line) for line in text.split("\n")) <= WIDTH + 10


def test_what_json_lacks_is_refused() -> None:
    """NaN never reaches the file."""
    with pytest.raises(ValueError, match="JSON"):
        written({"a": math.nan})
