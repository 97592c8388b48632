"""A page of many clips: what is loaded and alive at any time, what is packed, and the one file that borrows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.report_pages import ALIVE, READY, save
from tests.many_clips import many_clips

pytestmark = pytest.mark.browser

SMALL = {"width": 64, "height": 32, "frames": 12}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Path:
    """The page of 60 prompts by two models."""
    folder = tmp_path_factory.mktemp("grows")
    metrics = ["sharpness", "motion_amount", "freezes", "camera_motion"]
    with many_clips(folder / "s", make_clip, prompts=60, raters=1, metrics=metrics, **SMALL) as study:
        return save(study, folder / "out")


def bring(page: Any, selector: str) -> None:
    """Goes to a place of the page."""
    page.evaluate("s => document.querySelector(s).scrollIntoView({behavior: 'instant'})", selector)


def test_it_opens_with_the_answer_and_loads_nothing_else(many: Path, open_page: Callable) -> None:
    """At first neither a clip nor a poster is asked for, and the four verdicts can be read."""
    opened = open_page(many, viewport={"width": 1280, "height": 860})
    asked: list[str] = []
    opened.page.on("request", lambda request: asked.append(request.url))
    opened.page.reload()
    opened.page.wait_for_selector(READY)
    assert opened.page.locator(".verdict").count() == 4
    assert [url for url in asked if not url.endswith("page.html")] == []


def test_players_live_where_the_reader_is(many: Path, open_page: Callable) -> None:
    """Players near the window are alive, those left behind have given their media back, and come to life again."""
    page = open_page(many, viewport={"width": 1280, "height": 860}).page
    page.wait_for_selector(READY)
    bring(page, "#prompt-30")
    page.locator(f"#prompt-30 {ALIVE}").wait_for()
    page.wait_for_function("() => document.querySelector('#prompt-30 video').readyState > 0")
    assert page.locator(ALIVE).count() <= 14
    bring(page, "#answer")
    page.wait_for_function(
        "() => [...document.querySelectorAll('#clips video')].every(v => v.readyState === 0 && v.controls)"
    )
    assert page.locator(f"#clips {ALIVE}").count() == 0
    bring(page, "#prompt-30")
    page.locator(f"#prompt-30 {ALIVE}").wait_for()
    page.locator("#prompt-30 .kit-play").click()
    page.wait_for_function("() => document.querySelector('#prompt-30 video').currentTime > 0.05")


def test_a_player_with_the_focus_is_kept(many: Path, open_page: Callable) -> None:
    """A player with the keyboard's focus stays as it is, however far the page is scrolled."""
    page = open_page(many, viewport={"width": 1280, "height": 860}).page
    page.wait_for_selector(READY)
    bring(page, "#prompt-20")
    page.locator(f"#prompt-20 {ALIVE}").wait_for()
    page.locator("#prompt-20 .kit-play").focus()
    bring(page, "#prompt-55")
    page.locator(f"#prompt-55 {ALIVE}").wait_for()
    assert page.locator(f"#prompt-20 {ALIVE}").count() == 1
    assert "kit-play" in page.evaluate("document.activeElement.className")


def test_links_land_on_their_prompt(many: Path, open_page: Callable) -> None:
    """Far down a page whose heights are guesses, a link brings its goal to the window's top and keeps it there."""
    page = open_page(many, viewport={"width": 1280, "height": 860}).page
    page.wait_for_selector(READY)
    for number in (50, 5, 41):
        page.locator(f"#per_prompt a[href='#prompt-{number}']").click()
        page.wait_for_function(
            "n => Math.abs(document.querySelector('#prompt-' + n).getBoundingClientRect().top - 16) < 3",
            arg=number,
        )


def test_what_is_packed_is_unpacked_when_it_is_opened(many: Path, open_page: Callable) -> None:
    """Tables come when their disclosure is opened, marks and strips with the player, plots as they come near."""
    page = open_page(many, viewport={"width": 1280, "height": 860}).page
    page.wait_for_selector(READY)
    bring(page, "#prompt-40")
    page.locator(f"#prompt-40 {ALIVE}").wait_for()
    assert page.locator("#prompt-40 .kit-film").count() == 2
    assert page.locator("#prompt-40 table").count() == 0
    page.locator("#prompt-40 details.measured > summary").click()
    page.locator("#prompt-40 table", has_text="Sharpness").wait_for()
    page.locator("#prompt-40 table", has_text="Asked of the camera").wait_for()
    page.evaluate("document.querySelectorAll('#measurements details').forEach(d => d.open = true)")
    bring(page, "#measured-sharpness")
    page.locator("#measured-sharpness .main-svg").first.wait_for()


def test_one_file_holds_each_clip_once_and_plays_it_twice(
    tmp_path: Path, open_page: Callable, make_clip: Callable[..., Path]
) -> None:
    """Embedded, an example plays the bytes of the player further down, before and after that one has lived."""
    with many_clips(tmp_path / "s", make_clip, prompts=2, metrics=["sharpness"], **SMALL) as study:
        path = save(study, tmp_path / "out", assets="embed")
    page = open_page(path).page
    page.wait_for_selector(READY)
    for place in ("#example-1-1", "#prompt-1", "#example-1-1"):
        bring(page, place)
        page.locator(f"{place} {ALIVE}").wait_for()
        page.locator(f"{place} .kit-play").click()
        page.wait_for_function(
            "s => [...document.querySelectorAll(s + ' video')].every(v => v.currentTime > 0.02 && !v.error)",
            arg=place,
        )
        page.locator(f"{place} .kit-play").click()
