"""Texts from outside that try to leave their place: in names, prompts, notes and reasons."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from jinja2 import UndefinedError

from kit.reporting import Section
from kit.reporting.files import ReportFiles
from kit.reporting.media import Media
from kit.reporting.render import clean, page
from kit.script_json import script_json
from kit.study import Study
from tests.reporting.hostile import CORPUS, FAMILIES, MODELS, NOTES, STORABLE, hostile_study, together

TITLE = together(1, CORPUS)[0]
# What a page may have of the elements that load or run something, and with which attributes.
PICTURE = re.compile(r"x_files/[0-9a-f]{64}(\.strip)?\.jpg")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, pictures: list[Path]) -> Iterator[Study]:
    """A study whose every text is hostile, in a folder whose name is."""
    folder = tmp_path_factory.mktemp("hostile") / "'><img src=x onerror=window.__hit=1> {x} $(id)"
    with hostile_study(folder, pictures[:4]) as study:
        yield study


@pytest.fixture(scope="module")
def files(hostile: Study, whole, tmp_path_factory: pytest.TempPathFactory) -> ReportFiles:
    """Its page, with a hostile title and hostile authors."""
    out = tmp_path_factory.mktemp("out")
    return whole(hostile, name="x", title=TITLE, authors=CORPUS).save(out)


@pytest.fixture(scope="module")
def soup(files: ReportFiles) -> BeautifulSoup:
    """The page as a parser sees it."""
    return BeautifulSoup(files.html.read_text("utf-8"), "html.parser")


def strings(value: Any) -> set[str]:
    """Every text in a JSON document, keys included."""
    if isinstance(value, dict):
        return set(value) | {s for v in value.values() for s in strings(v)}
    if isinstance(value, list):
        return {s for v in value for s in strings(v)}
    return {value} if isinstance(value, str) else set()


def on_page(text: str) -> str:
    """A text as HTML can hold it: no control characters, and every end of a line is a line feed."""
    return re.sub("\r\n?", "\n", clean(text))


def test_the_corpus_is_large_and_of_many_kinds() -> None:
    """At least a hundred texts, none twice, in ten families."""
    assert len(CORPUS) == len(set(CORPUS)) >= 100
    assert len(FAMILIES) == 10
    assert all(len(family) >= 8 for family in FAMILIES.values())


def test_nothing_from_outside_becomes_markup(soup: BeautifulSoup) -> None:
    """No element, handler, address or script of the texts is on the page; its own are all there is."""
    for kind in soup.find_all("script"):
        assert kind.get("type") in {"application/json", "module", "text/plain"}
        assert kind.get("src") is None
    for tag in (
        "iframe",
        "object",
        "embed",
        "textarea",
        "base",
        "frameset",
        "marquee",
        "plaintext",
        "noscript",
    ):
        assert soup.find(tag) is None, tag
    assert [m.get("http-equiv") for m in soup.find_all("meta") if m.get("http-equiv")] == [
        "Content-Security-Policy"
    ]
    assert [link["href"] for link in soup.find_all("link")] == ["data:,"]
    assert all(PICTURE.fullmatch(image["src"]) for image in soup.find_all("img"))
    for element in soup.find_all():
        for name, value in element.attrs.items():
            assert not name.startswith("on"), (element.name, name)
            assert name not in {"autofocus", "srcdoc", "formaction"}, (element.name, name)
            if name in {"href", "src", "poster", "action", "data", "xlink:href"}:
                assert re.match(r"#|x_files/|data:,$", str(value)), (name, value)
            if name == "style":
                assert not re.search(r"url|expression|import|[<>]", str(value)), value


def test_the_policy_is_strict(soup: BeautifulSoup) -> None:
    """Nothing by default; scripts by their hash and what these load; no base, no form, no frame, nothing from elsewhere."""
    policy = soup.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split("; ")}
    assert rules["default-src"] == ["'none'"]
    assert rules["base-uri"] == rules["form-action"] == ["'none'"]
    assert all(
        re.fullmatch(r"'sha256-[A-Za-z0-9+/=]{44}'|'strict-dynamic'", source)
        for source in rules["script-src"]
    )
    assert set(rules["img-src"]) == set(rules["media-src"]) == {"'self'", "file:", "data:", "blob:"}
    assert "unsafe-inline" not in str({k: v for k, v in rules.items() if k != "style-src"})
    assert "unsafe-eval" not in policy


def test_the_texts_stand_there_unchanged(soup: BeautifulSoup) -> None:
    """A reader sees what was written: prompts, titles, checks, authors, each in its place and in its order."""

    def shown(selector: str) -> list[str]:
        return [element.get_text() for element in soup.select(selector)]

    def wanted(texts: list[str], turned: int = 0) -> list[str]:
        return [on_page(text) for text in texts[turned:] + texts[:turned]]

    assert shown("h1") == [on_page(TITLE)]
    assert soup.title.get_text() == on_page(TITLE)
    assert shown(".authors bdi") == wanted(CORPUS)
    assert shown("article.prompt blockquote") == wanted(STORABLE)
    assert shown("article.prompt h3 bdi") == wanted(STORABLE, 1)
    assert shown("#prompt-1 .checks li") == wanted(STORABLE)
    assert shown("article.finding q")
    assert set(shown("article.finding q")) <= {on_page(note) for note in NOTES}
    assert {on_page(model) for model in MODELS} <= set(shown("bdi"))


def test_the_json_reads_back(files: ReportFiles, soup: BeautifulSoup) -> None:
    """NAME.json and every script of data are JSON, with the texts unchanged in them."""
    data = json.loads(files.json.read_text("utf-8"))
    assert data["title"] == clean(TITLE)
    assert data["authors"] == [clean(text) for text in CORPUS]
    assert data["models"] == [clean(model) for model in MODELS]
    assert {clean(text) for text in STORABLE} <= strings(data)
    held = [s for s in soup.find_all("script") if s.get("type") == "application/json"]
    assert len(held) > 3
    for script in held:
        json.loads(script.string)


@pytest.mark.parametrize("text", CORPUS)
def test_json_in_a_script_element_is_the_same_text(text: str) -> None:
    """Whatever the text: the element ends where it should, and what is in it reads back the same."""
    text = clean(text)
    soup = BeautifulSoup(
        f'<script type="application/json">{script_json({text: [text]})}</script><p>end</p>', "html.parser"
    )
    assert json.loads(soup.script.string) == {text: [text]}
    assert [element.name for element in soup.find_all()] == ["script", "p"]


def test_the_notebook_output_is_escaped_too(hostile: Study, whole) -> None:
    """What a cell shows is as safe as the page, and is not read as mathematics where a text has dollars in it."""
    built = whole(hostile)
    assert len(built._sections) > 6
    for section in built._sections:
        soup = BeautifulSoup(Section(clean(section))._repr_html_(), "html.parser")
        assert {e.name for e in soup.find_all()} <= {
            *(
                "section",
                "h3",
                "p",
                "div",
                "table",
                "caption",
                "span",
                "thead",
                "tbody",
                "tr",
                "th",
                "td",
                "a",
                "bdi",
            ),
        }
        assert all(re.match("#", a["href"]) for a in soup.find_all("a"))
        assert not any(name.startswith("on") for e in soup.find_all() for name in e.attrs)
        assert {"mathjax_ignore", "tex2jax_ignore"} <= set(soup.section["class"])


def test_controls_and_lone_surrogates_are_replaced() -> None:
    """Characters that no file or parser takes become a replacement sign; others stay."""
    assert clean({"a\x00": ["b\ud800", "c\n\t", 3]}) == {"a\ufffd": ["b\ufffd", "c\n\t", 3]}


def test_a_template_never_meets_a_missing_value() -> None:
    """A field that the data does not have is an error when the page is built, not an empty place on it."""
    with pytest.raises(UndefinedError):
        page({"title": "x"}, {}, Media({}, {}, "", ""))
