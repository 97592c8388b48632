"""The system's Chromium, and pages that remember what went wrong in them and where they went."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

# Fixtures for every browser test: servers that start only where a test asks for one.
from tests.browser.jupyter import lab, notebook7, open_notebook, voila

__all__ = ["lab", "notebook7", "open_notebook", "voila"]

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOCAL = ("file:", "data:", "blob:", "about:", "http://127.0.0.1:", "ws://127.0.0.1:")


@dataclass
class Opened:
    """A page, what it said on its console or threw, and the addresses outside this machine that it asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


# Not for the session: while playwright runs, this thread has an event loop, and other modules' tests need none.
@pytest.fixture(scope="module")
def chromium(chromium_program: str) -> Iterator[Browser]:
    """The system's Chromium, running."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_program, headless=True, args=list(ARGUMENTS)
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Opens a page from a file and watches it.

    Takes a path, or HTML text that is first written to a file, and options of the browser context. When the test
    ends, no page may have asked for anything outside this machine, nor put an error or a warning on its console,
    unless the test emptied these lists.
    """
    opened: list[Opened] = []

    def open_(source: Path | str, **context: Any) -> Opened:
        path = source
        if isinstance(source, str):
            path = tmp_path / f"page-{len(opened)}.html"
            path.write_text(source, encoding="utf-8")
        page = chromium.new_context(**{"viewport": {"width": 1000, "height": 800}, **context}).new_page()
        page.set_default_timeout(20_000)
        watched = Opened(page)
        page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        page.on("console", lambda message: _note(watched, message))
        page.on("request", lambda request: _look(watched, request.url))
        opened.append(watched)
        page.goto(Path(path).as_uri())
        return watched

    yield open_
    for one in opened:
        one.page.context.close()
    assert [line for one in opened for line in one.complaints] == []
    assert [url for one in opened for url in one.outside] == []


def _note(watched: Opened, message: Any) -> None:
    if message.type in {"error", "warning"}:
        watched.complaints.append(message.text)


def _look(watched: Opened, url: str) -> None:
    if not url.startswith(LOCAL):
        watched.outside.append(url)
