"""The answer and the leaderboards in Chromium: one screen on a laptop, nothing cut off on a phone."""

from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from kit.importing import new_clip
from kit.reporting import Page
from kit.storage.records import NewRequest, NewVote
from kit.study import Study

pytestmark = pytest.mark.browser
READY = "html[data-report=ready]"
NAMES = ("sandbox-quick", "sandbox-steady", "another-model-2.6", "another-model-3.0")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Callable[[int], Path]:
    """Saves the page of a study of so many models on one filmed prompt, with simulated votes on eight."""
    folder = tmp_path_factory.mktemp("answers")
    clips = [make_clip(folder / f"{i}.mp4", seed=i, frames=6) for i in range(4)]
    made: dict[int, Path] = {}

    def save(models: int) -> Path:
        if models not in made:
            made[models] = _page(folder / str(models), NAMES[:models], clips)
        return made[models]

    return save


def _page(folder: Path, models: Sequence[str], clips: Sequence[Path]) -> Path:
    study = Study(folder / "study", now=lambda: "2026-11-22T12:00:00.000Z")
    for path, model in zip(clips, models, strict=False):
        clip = new_clip(path)
        request = NewRequest(
            prompt_id="p0", prompt="A river.", model=model, take=1, provider="import", clip=clip.clip,
            seconds=20.0, cost_usd=0.2,
        )  # fmt: skip
        study.store_clips([(path, clip)], [request])
    votes: list[NewVote] = []
    for a, b in combinations(models, 2):
        votes += [
            NewVote(
                prompt_id=f"p{i}", model_a=a, model_b=b, take=1, dimension=dimension, rater=f"s{j}",
                choice="a" if (i + j + place) % 3 else "both_good", rater_kind="simulated",
                left_model=(a, b)[(i + j) % 2],
            )
            for i in range(8)
            for j in range(3)
            for place, dimension in enumerate(study.rubric.ids)
        ]  # fmt: skip
    study.add_votes(votes)
    page = Page(study, name="page", draws=100)
    for name in ("answer", "findings", "leaderboards", "agreement", "speed_and_cost", "scope", "method"):
        getattr(page, name)()
    return page.save(folder).html


@pytest.mark.parametrize("models", [2, 4])
def test_one_screen_holds_the_whole_answer(
    saved: Callable[[int], Path], open_page: Callable, models: int
) -> None:
    """At 1280 x 800 the verdicts, how sure they are, speed and cost all stand above the fold."""
    page = open_page(saved(models), viewport={"width": 1280, "height": 800}).page
    page.wait_for_selector(READY)
    box = page.locator(".strip").bounding_box()
    assert box["y"] + box["height"] <= 800
    assert page.locator(".verdict").count() == 4
    # No model's name is cut in the strip.
    cut = "es => es.filter(e => e.scrollWidth > e.clientWidth).length"
    assert page.locator(".pace tbody th").evaluate_all(cut) == 0


@pytest.mark.parametrize("width", [360, 390])
def test_nothing_scrolls_sideways_on_a_phone(
    saved: Callable[[int], Path], open_page: Callable, width: int
) -> None:
    """Four models' answer, leaderboards and agreement fit a phone; only boxes of wide tables scroll."""
    page = open_page(saved(4), viewport={"width": width, "height": 800}).page
    page.wait_for_selector(READY)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".sure .basis:visible").count() == 3


def test_the_leaderboards_plots_are_drawn(saved: Callable[[int], Path], open_page: Callable) -> None:
    """Every dimension has its plot, with each model's name on it and a text for whoever does not see it."""
    page: Any = open_page(saved(4)).page
    page.wait_for_selector(READY)
    boxes = page.locator("#leaderboards .canvas")
    assert boxes.count() == 4
    first = boxes.first
    first.scroll_into_view_if_needed()
    first.locator(".main-svg").first.wait_for()
    assert all(name in first.inner_text() for name in NAMES)
    assert all(name in (first.get_attribute("aria-label") or "") for name in NAMES)
