"""The page for every reader: axe-core, headings, narrow and wide, and paper."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.report_pages import READY, save
from tests.many_clips import many_clips

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Path:
    """Four prompts by two models with everything measured, voted on and noted."""
    folder = tmp_path_factory.mktemp("looks")
    with many_clips(folder / "s", make_clip, prompts=4, width=64, height=32, frames=6) as study:
        return save(study, folder / "out", authors=["A. Writer"])


def open_all(page: Any) -> None:
    """Opens every disclosure and brings every plot into view."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for box in page.locator(".canvas").all():
        box.scroll_into_view_if_needed()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.canvas')].every(b => b.dataset.state === 'drawn')"
    )


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing(page_file: Path, open_page: Callable, scheme: str, width: int) -> None:
    """With everything opened and drawn axe-core has nothing to say of the page, contrast included."""
    # The page's own policy keeps axe out, so it is set aside here; another test holds it.
    page = open_page(
        page_file, color_scheme=scheme, viewport={"width": width, "height": 860}, bypass_csp=True
    ).page
    page.wait_for_selector(READY)
    open_all(page)
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200], v["nodes"][0]["failureSummary"]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_plots_have_a_message_a_text_and_numbers(page_file: Path, open_page: Callable) -> None:
    """Each plot's title is a sentence with a number or a name in it, and beside it stand a text and a table."""
    page = open_page(page_file).page
    page.wait_for_selector(READY)
    figures = page.locator("figure.plot")
    assert figures.count() > 10
    for figure in figures.all():
        title = figure.locator("figcaption strong").text_content() or ""
        assert re.search(r"\d|model-|No ", title), title
        assert len(figure.locator(".canvas").get_attribute("aria-label") or "") > 40
        assert figure.locator("table").count() == 1


def test_paper_has_everything_but_controls(page_file: Path, open_page: Callable) -> None:
    """Printed, closed parts are open, filter, contents and transports are gone, and players and rows stay whole."""
    page = open_page(page_file, viewport={"width": 1000, "height": 1400}).page
    page.wait_for_selector(READY)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    for gone in (".contents", ".filter", ".kit-transport"):
        assert page.locator(f"{gone}:visible").count() == 0
    whole = page.evaluate(
        "['.kit-player', '#per_prompt tr', '.verdict'].map(s => getComputedStyle(document.querySelector(s)).breakInside)"
    )
    assert whole == ["avoid", "avoid", "avoid"]
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details:not([open])").count() > 0
    assert page.pdf()[:5] == b"%PDF-"
