"""A page full of hostile texts in Chromium, and the executed notebook behind one: nothing runs, nothing breaks."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter

from kit.reporting import Page, report
from kit.reporting.render import clean
from kit.study import Study
from tests.browser.conftest import Opened
from tests.reporting.hostile import CORPUS, LET_IN, MODELS, NOTES, STORABLE, hostile_study, together

pytestmark = pytest.mark.browser

TITLE = together(1, CORPUS)[0]
SECTIONS = (
    *("answer", "models", "findings", "examples", "clips", "per_prompt", "leaderboards", "agreement"),
    *("measurements", "speed_and_cost", "recommendation", "beside", "scope", "method", "provenance"),
)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> list[Path]:
    """Four small clips."""
    folder = tmp_path_factory.mktemp("clips")
    return [make_clip(folder / f"{i}.mp4", seed=i, frames=6) for i in range(4)]


@pytest.fixture
def unharmed(open_page: Callable[..., Opened]) -> Iterator[Callable[..., Opened]]:
    """Opens a page that must show no dialog and leave `window.__hit` unset, whatever is done with it."""
    opened: list[Opened] = []
    dialogs: list[str] = []

    def open_(source: Path | str, **context: object) -> Opened:
        found = open_page(source, **context)
        found.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        opened.append(found)
        return found

    yield open_
    for one in opened:
        assert one.page.evaluate("window.__hit") is None
        assert len(one.page.context.pages) == 1
    assert dialogs == []


def on_page(text: str) -> str:
    """A text as HTML can hold it."""
    return re.sub("\r\n?", "\n", clean(text))


def test_a_page_of_all_of_them(clips: list[Path], tmp_path: Path, unharmed: Callable[..., Opened]) -> None:
    """Every text stands in the page as it was written, in its place; plots are drawn; pointer and keys set nothing off."""
    with hostile_study(tmp_path / "study", clips) as study:
        built = Page(study, draws=100, name="x", title=TITLE, authors=CORPUS)
        for section in SECTIONS:
            getattr(built, section)()
        html = built.save(tmp_path / "out").html
    page = unharmed(html).page
    page.wait_for_selector("html[data-report=ready]")

    def shown(selector: str) -> list[str]:
        return page.eval_on_selector_all(selector, "all => all.map(e => e.textContent)")

    assert shown("h1") == [on_page(TITLE)]
    assert page.evaluate("document.querySelector('title').textContent") == on_page(TITLE)
    assert shown(".authors bdi") == [on_page(text) for text in CORPUS]
    assert shown("article.prompt blockquote") == [on_page(text) for text in STORABLE]
    assert shown("article.prompt h3 bdi") == [on_page(text) for text in STORABLE[1:] + STORABLE[:1]]
    assert shown("#prompt-1 .checks li") == [on_page(text) for text in STORABLE]
    assert {on_page(model) for model in MODELS} <= set(shown("bdi"))
    assert set(shown("article.finding q")) <= {on_page(note) for note in NOTES}
    assert page.locator("video").count() == len(clips)
    assert page.evaluate("document.querySelectorAll('main, nav, footer').length") == 3
    for box in page.locator(".canvas").all():
        if box.is_visible():
            box.scroll_into_view_if_needed()
            box.locator(".main-svg").first.wait_for()
    page.locator(".canvas:visible").first.hover()
    player = page.locator(".kit-player").first
    player.scroll_into_view_if_needed()
    player.hover()
    for _ in range(12):
        page.keyboard.press("Tab")
    assert page.evaluate("document.querySelectorAll('img[src=x], iframe, base, object, marquee').length") == 0
    assert page.locator("footer").is_visible()


def test_the_executed_notebook(clips: list[Path], tmp_path: Path, unharmed: Callable[..., Opened]) -> None:
    """Run by the kit and turned into HTML by nbconvert, the notebook shows the texts and runs none of them."""
    hostile_study(tmp_path / "study", clips, texts=LET_IN).close()
    given = {"draws": 100, "authors": list(LET_IN), "without": ["clips"]}
    made = report(
        tmp_path / "study", out=tmp_path / "out", name="x", title=together(1, LET_IN)[0], parameters=given
    )
    notebook = nbformat.read(made.ipynb, 4)
    outputs = [
        o["data"].get("text/html", "") for c in notebook.cells if c.cell_type == "code" for o in c.outputs
    ]
    assert sum("<section" in html for html in outputs) >= 8
    text, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    frame = f"<!doctype html><html><head><meta charset=utf-8><link rel=icon href='data:,'></head><body>{text}</body></html>"
    page = unharmed(frame).page
    own = page.eval_on_selector_all(
        "section", "all => all.flatMap(s => [...s.querySelectorAll('*')].map(e => e.localName))"
    )
    assert not {"script", "img", "iframe", "svg", "video", "style"} & set(own)
    assert page.locator("section").count() >= 8
    body = page.evaluate("document.body.textContent")
    assert on_page(MODELS[0]) in body
    assert page.evaluate("document.querySelectorAll('img[src=x], iframe, base, object, marquee').length") == 0


def test_the_hostile_title_does_not_change_the_policy(
    clips: list[Path], tmp_path: Path, unharmed: Callable[..., Opened]
) -> None:
    """Markup slipped into such a page by hand is still stopped: no inline script, handler, frame or address elsewhere."""
    with Study(tmp_path / "plain") as study:
        built = Page(study, draws=100, name="x", title=TITLE)
        built.answer()
        html = built.save(tmp_path / "out").html
    evil = "".join(CORPUS[:40])
    html.write_text(html.read_text("utf-8").replace("</footer>", f"{evil}</footer>"), encoding="utf-8")
    opened = unharmed(html)
    assert any("Content Security Policy" in line for line in opened.complaints)
    opened.complaints.clear()
    # Chromium tells of a request before the policy stops it; nothing was sent.
    opened.outside.clear()
