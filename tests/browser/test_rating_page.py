"""The rating server's page in real Chromium: a rater without a notebook, from the link to the reveal.

The tests guard against answers lost with the server's process, a page that needs more than its own origin, and one that
says nothing where scripts are off.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from kit.rating.server import rating_server
from kit.study import Study
from tests.rating_study import MODELS, rating_study

pytestmark = pytest.mark.browser

PROGRAM = Path(__file__).with_name("rate_process.py")
VOTES = ("prompt_adherence", "video_realism", "video_resolution", "artifacts")
CHOICES = {"a": "left", "b": "right", "g": "both_good", "n": "both_bad"}


class Rated:
    """A rating server's process, started anew as often as it was killed, always on the same port."""

    def __init__(self, study: Path) -> None:
        self.study, self.port = study, 0
        self.start()

    def start(self) -> None:
        """Start it, and wait until it listens."""
        command = [sys.executable, str(PROGRAM), str(self.study), str(self.port), "Ada"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
        assert self.process.stdout is not None
        ready = json.loads(self.process.stdout.readline())
        self.link = ready["links"]["Ada"]
        self.port = int(ready["root"].rpartition(":")[2])

    def kill(self, how: signal.Signals = signal.SIGKILL) -> int:
        """Kill it, with everything that it had in mind."""
        self.process.send_signal(how)
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@pytest.fixture
def study(tmp_path: Path, make_clip: Callable[..., Path]) -> Iterator[Study]:
    """Four pairs of clips."""
    with rating_study(tmp_path / "study", tmp_path / "clips", make_clip, prompts=4, size=(160, 96)) as made:
        yield made


@pytest.fixture
def rated(study: Study) -> Iterator[Rated]:
    """A server for Ada, in a process of its own."""
    assert study.folder is not None
    server = Rated(study.folder)
    yield server
    if server.process.poll() is None:
        server.kill(signal.SIGTERM)


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a link in a browser of its own; afterwards no page may have thrown, complained or asked anybody else."""
    pages: list[Page] = []
    complaints: list[str] = []

    def open_(link: str, **context: Any) -> Page:
        page = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **context}).new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type == "error" else None
        )
        page.on(
            "request", lambda request: complaints.append(request.url) if not own(request.url, link) else None
        )
        pages.append(page)
        page.goto(link)
        return page

    yield open_
    for page in pages:
        page.context.close()
    # What the browser itself says of a server that is down is no fault of the page.
    assert [line for line in complaints if "net::ERR_" not in line] == []


def own(url: str, link: str) -> bool:
    """Whether an address is the server's, or bytes in the page."""
    return url.startswith((link.partition("/r/")[0], "blob:", "data:"))


def at(page: Page, step: str) -> str:
    """Waits until a step is asked and the clips can be played; returns the pair's number."""
    page.locator(f".kit-rating[data-state=rating][data-step='{step}'][data-ready=true]").wait_for()
    return page.locator(".kit-rating-where").inner_text()


def answer(page: Page, key: str) -> None:
    """Presses an answer's key and waits until what comes next is there."""
    panel = page.locator(".kit-rating")
    before = [panel.get_attribute("data-position"), panel.get_attribute("data-step")]
    page.keyboard.press(key)
    page.wait_for_function(
        """([position, step]) => { const { dataset } = document.querySelector('.kit-rating');
        return dataset.state === 'end' ||
          (dataset.ready === 'true' && (dataset.position !== position || dataset.step !== step)); }""",
        arg=before,
    )


def begin(page: Page) -> None:
    """From the first screen to the first question, by key."""
    page.locator(".kit-rating[data-state=start]").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    at(page, "vote:prompt_adherence")


def test_a_whole_queue_by_keyboard_while_the_server_is_killed(study, rated, visit):
    """A queue by key alone; the server's process is killed with an answer under way; nothing is lost or doubled."""
    page = visit(rated.link)
    begin(page)
    keys = "abgn" * 4
    asked = []
    for i, key in enumerate(keys):
        if i == 6:
            rated.kill()
            page.keyboard.press(key)
            page.locator(".kit-rating[data-saving=waiting]").wait_for()
            expect(page.locator(".kit-rating-notice")).to_contain_text("Your answer is kept")
            assert len(study.votes) == 6
            page.keyboard.press("a")
            rated.start()
            page.get_by_role("button", name="Try now").click()
            page.locator(".kit-rating[data-saving=saved]").wait_for()
            expect(page.locator(".kit-rating-notice")).to_be_hidden()
            at(page, "vote:artifacts")
        else:
            answer(page, key)
        asked.append(CHOICES[key])
    page.locator(".kit-rating[data-state=end]").wait_for()
    expect(page.locator(".kit-rating-figures")).to_contain_text("4 of 4 finished.")
    expect(page.locator(".kit-rating-figures")).to_contain_text("16 votes on the study")
    votes = study.judgements[study.judgements["step"] == "vote"]
    assert list(votes["side"]) == asked
    assert len(study.votes) == len(study.vote_history) == 16
    page.get_by_role("button", name="Reveal").click()
    page.locator(".kit-rating[data-state=reveal]").wait_for()
    for model in MODELS:
        expect(page.locator(".kit-rating-table")).to_contain_text(model)


def test_a_rater_goes_on_where_they_stopped(study, rated, visit):
    """Another browser with the same link goes on at the first open question, after the server was told to stop, too."""
    page = visit(rated.link)
    begin(page)
    for key in "abgna":
        answer(page, key)
    number = at(page, "vote:video_realism")
    page.context.close()
    assert rated.kill(signal.SIGTERM) == 0
    rated.start()
    other = visit(rated.link)
    expect(other.locator(".kit-rating-start")).to_contain_text(
        "Welcome back, Ada. 1 of 4 pairs finished, 3 still open."
    )
    other.get_by_role("button", name="Go on").click()
    assert at(other, "vote:video_realism") == number == "Pair 2 of 4"


def test_without_scripts_it_says_what_is_needed(study, chromium):
    """Where scripts are off the page is not blank: it says what to do."""
    with rating_server(study, ["Ada"]) as links:
        page = chromium.new_context(java_script_enabled=False).new_page()
        page.goto(links.links["Ada"])
        assert "This page needs JavaScript" in page.locator("body").inner_text()
        page.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_and_the_policy_have_nothing_to_say(study, visit, theme):
    """The page as served passes axe-core, plays in every mode, and breaks no rule of its own security policy."""
    with rating_server(study, ["Ada"]) as links:
        page = visit(links.links["Ada"], color_scheme=theme)
        page.locator(".kit-rating[data-state=start]").wait_for()
        for step in ("start", "rating"):
            found = Axe().run(page).response["violations"]
            assert [v["id"] for v in found if v["impact"] in {"serious", "critical"}] == []
            if step == "start":
                begin(page)
        for key, state in (
            (" ", "playing"),
            (" ", "paused"),
            ("w", "paused"),
            ("f", "paused"),
            ("d", "paused"),
        ):
            page.keyboard.press(key)
            page.locator(f".kit-rating-pair:not([data-waiting]) .kit-player[data-state={state}]").wait_for()


def test_under_reduced_motion_nothing_moves_by_itself(study, visit):
    """Where little motion is wanted, clips stand until play is pressed, and playing at once is not offered."""
    with rating_server(study, ["Ada"]) as links:
        page = visit(links.links["Ada"], reduced_motion="reduce")
        page.locator(".kit-rating[data-state=start]").wait_for()
        expect(page.get_by_label("Play each pair at once")).to_be_hidden()
        begin(page)
        answer(page, "a")
        expect(page.locator(".kit-rating-pair:not([data-waiting]) .kit-player")).to_have_attribute(
            "data-state", "paused"
        )
