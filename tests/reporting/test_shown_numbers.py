"""Every number that the page prints is in NAME.json, letter by letter."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, NavigableString

NUMBERS = re.compile(r"\d[\d,]*(?:\.\d+)?")
# Classes of what is a number and nothing else: the whole text has to be in the file.
WHOLE = ("ci", "num", "amount")
# Classes of what holds numbers among words.
AMONG = (
    "basis",
    "lede",
    "sentence",
    "headline",
    "count",
    "barcell",
    "noticed",
    "banner",
    "meta",
    "note",
    "remarks",
    "moment",
)


def strings(value: Any) -> set[str]:
    """Every text and number of a JSON document, as text."""
    if isinstance(value, dict):
        return {s for v in value.values() for s in strings(v)}
    if isinstance(value, list):
        return {s for v in value for s in strings(v)}
    return {str(value)}


@pytest.fixture(scope="module", params=["two", "three"])
def made(
    request, build, whole, usual: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[BeautifulSoup, set[str]]:
    """A page of two models with a study beside it, and one of three; the page parsed, and the texts of its data."""
    folder = tmp_path_factory.mktemp("shown")
    models = ("first-model", "second-model", "third-model")[: 2 if request.param == "two" else 3]
    with build(
        folder / "study", models=models, prompts=tuple((f"p{i}", f"Prompt {i}.") for i in range(4))
    ) as study:
        page = whole(study, name="x")
        page.beside(usual)
        files = page.save(folder)
    soup = BeautifulSoup(files.html.read_text("utf-8"), "html.parser")
    for element in soup.find_all(["script", "style", "svg"]):
        element.decompose()
    return soup, strings(json.loads(files.json.read_text("utf-8")))


def own_text(element: Any) -> str:
    """The text of an element without that of the elements in it."""
    return "".join(child for child in element.children if type(child) is NavigableString).strip()


def test_numbers_are_printed_as_the_file_has_them(made) -> None:
    """Cells of numbers, rates and intervals: what is printed is a text of NAME.json."""
    soup, known = made
    shown = [own_text(e) for e in soup.select("td.number")] + [
        e.get_text().strip() for c in WHOLE for e in soup.select(f".{c}")
    ]
    shown = [text for text in shown if re.search(r"\d", text)]
    assert len(shown) > 100
    assert [text for text in shown if text not in known] == []


def test_no_other_number_is_made_up_either(made) -> None:
    """Whatever stands in a table, a sentence or beside a rate: its numbers are in texts of NAME.json."""
    soup, known = made
    tokens = {token for text in known for token in NUMBERS.findall(text)}
    found = [e.get_text(" ") for e in soup.find_all(["td", "th"])]
    found += [e.get_text(" ") for name in AMONG for e in soup.select(f".{name}")]
    shown = [token for text in found for token in NUMBERS.findall(text)]
    assert len(shown) > 300
    assert [token for token in shown if token not in tokens] == []
