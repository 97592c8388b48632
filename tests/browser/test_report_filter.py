"""The filter over all pairs and the sorted table, by keyboard, by ear and without scripts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.report_pages import READY, save
from tests.many_clips import many_clips

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Path:
    """Six prompts by two models: 'Paper boat 0' to 5, with votes on every second one."""
    folder = tmp_path_factory.mktemp("filter")
    options = {"width": 32, "height": 32, "frames": 2, "metrics": ["sharpness", "camera_motion"]}
    with many_clips(folder / "s", make_clip, prompts=6, every=2, **options) as study:
        return save(study, folder / "out")


def shown(page: Any) -> list[str]:
    """The titles of the prompts that are not filtered out."""
    texts: list[str] = page.evaluate(
        "[...document.querySelectorAll('#clips article.prompt:not([hidden]) h3')].map(h => h.textContent)"
    )
    return texts


def test_words_and_choices_narrow_it_down_by_keyboard(page_file: Path, open_page: Callable) -> None:
    """Typed words and a chosen option leave those prompts, the number is announced, and one key shows all again."""
    page = open_page(page_file).page
    page.wait_for_selector(READY)
    assert len(shown(page)) == 6
    page.locator("#filter-words").focus()
    page.keyboard.type("BOAT 3")
    assert shown(page) == ["Paper boat 3"]
    status = page.locator("#clips-filter [role=status]")
    status.get_by_text("1 of 6 prompts shown.").wait_for()
    assert status.get_attribute("aria-live") == "polite"
    page.locator("#clips-filter button").focus()
    page.keyboard.press("Enter")
    assert len(shown(page)) == 6
    assert page.evaluate("document.activeElement.id") == "filter-words"
    page.locator("#filter-votes").select_option(label="no votes (3)")
    assert shown(page) == ["Paper boat 1", "Paper boat 3", "Paper boat 5"]
    page.locator("#filter-stresses").select_option(label="Prompt adherence (2)")
    assert shown(page) == []
    assert page.locator("#clips-none").is_visible()


def test_a_link_to_a_filtered_prompt_shows_it(page_file: Path, open_page: Callable) -> None:
    """Who follows a link to a prompt that is filtered out sees it at the top of the window."""
    page = open_page(page_file).page
    page.wait_for_selector(READY)
    page.locator("#filter-words").fill("boat 3")
    page.locator("#per_prompt a[href='#prompt-6']").click()
    page.wait_for_function(
        "() => Math.abs(document.querySelector('#prompt-6').getBoundingClientRect().top) < 40"
    )
    assert len(shown(page)) == 6


def test_the_table_sorts_by_a_heading(page_file: Path, open_page: Callable) -> None:
    """Enter on a heading sorts by it, says so, and a third press brings the page's order back."""
    page = open_page(page_file).page
    page.wait_for_selector(READY)
    heads = page.locator("#per_prompt thead th")
    place = heads.all_inner_texts().index(next(t for t in heads.all_inner_texts() if "Made in, model-b" in t))
    button = heads.nth(place).locator("button")

    def seconds() -> list[float]:
        cells = page.locator(f"#per_prompt tbody tr td:nth-child({place + 1})").all()
        return [float(cell.get_attribute("data-value") or "nan") for cell in cells]

    # Clip i took 20 + i mod 7 seconds, and model-b has those of odd i.
    before = [21, 23, 25, 20, 22, 24]
    assert seconds() == before
    button.focus()
    page.keyboard.press("Enter")
    assert seconds() == sorted(before)
    assert heads.nth(place).get_attribute("aria-sort") == "ascending"
    page.locator("#per_prompt [role=status]").get_by_text("ascending", exact=False).wait_for(state="attached")
    page.keyboard.press("Enter")
    assert seconds() == sorted(before, reverse=True)
    page.keyboard.press("Enter")
    assert seconds() == before
    assert heads.nth(place).get_attribute("aria-sort") is None


def test_without_scripts_all_pairs_are_there(page_file: Path, open_page: Callable) -> None:
    """No filter, no hidden prompt, posters beneath plain players, and the table in the page's order."""
    page = open_page(page_file, java_script_enabled=False).page
    assert not page.locator("#clips-filter").is_visible()
    assert page.locator("#clips article.prompt").count() == 6
    assert page.locator("#clips article.prompt[hidden]").count() == 0
    assert page.locator("#prompt-1 video[controls]").count() == 2
    assert page.locator("#per_prompt tbody tr").count() == 6
    assert page.locator("#per_prompt thead button").count() == 0
