"""The finished page in Chromium, opened from disk: it plays, draws, stays at home, and can be read without scripts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.reporting import Page
from kit.storage.records import NewRequest
from kit.study import Study

pytestmark = pytest.mark.browser

SECTIONS = (
    *("answer", "models", "findings", "examples", "clips", "per_prompt", "leaderboards", "agreement"),
    *("measurements", "speed_and_cost", "recommendation", "scope", "method", "provenance"),
)
NASTY = "<img src=x onerror=window.hit=1>\"'</script><script>window.hit=1</script>${window.hit=1}%{x}"
READY = "html[data-report=ready]"


def save(study: Study, out: Path, **options: Any) -> Path:
    """The page with every section."""
    page = Page(study, **{"draws": 100, "name": "page", **options})
    for section in SECTIONS:
        getattr(page, section)()
    return page.save(out).html


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Study:
    """Two made-up models on two prompts, one with a hostile name, voted on and measured."""
    from kit.importing import new_clip
    from kit.metrics import Measurement
    from kit.storage.records import NewVote

    folder = tmp_path_factory.mktemp("browser")
    study = Study(folder / "study", now=lambda: "2026-11-22T12:00:00.000Z")
    models = ("first-model", NASTY)
    for i in range(4):
        path = make_clip(folder / f"{i}.mp4", seed=i, frames=12 + 6 * (i % 2))
        clip = new_clip(path)
        request = NewRequest(
            prompt_id=f"p{i // 2}", prompt=NASTY, model=models[i % 2], take=1, provider="import", clip=clip.clip,
            seconds=10.0 + i, cost_usd=0.2,
        )  # fmt: skip
        study.store_clips([(path, clip)], [request])
        study.add_measurements(
            clip.clip, [Measurement("sharpness", 1, 5.0 + i, None, "grey levels squared", (), None)]
        )
    study.add_votes(
        [
            NewVote(
                prompt_id=f"p{i}", model_a=models[0], model_b=models[1], take=1, dimension="artifacts", choice="a",
                rater="r1", rater_kind="person", note=NASTY,
            )
            for i in range(2)
        ]
    )  # fmt: skip
    return study


@pytest.fixture(scope="module")
def linked(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page with its files beside it, for tests that only look."""
    return save(study, tmp_path_factory.mktemp("linked"))


def play_all(page: Any) -> None:
    """Starts every player in turn and waits until each of its clips has moved on."""
    for i in range(page.locator(".kit-player").count()):
        player = page.locator(".kit-player").nth(i)
        player.scroll_into_view_if_needed()
        player.locator(".kit-play").click()
        page.wait_for_function(
            "i => [...document.querySelectorAll('.kit-player')[i].querySelectorAll('video')]"
            ".every(v => v.currentTime > 0.05 && !v.error)",
            arg=i,
        )
        player.locator(".kit-play").click()


def draw_all(page: Any) -> None:
    """Brings every plot into view and waits until it is drawn."""
    for box in page.locator(".canvas").all():
        box.scroll_into_view_if_needed()
        box.locator(".main-svg").first.wait_for()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.canvas')].every(b => b.dataset.state === 'drawn')"
    )


@pytest.mark.parametrize("assets", ["link", "embed"])
def test_plays_draws_and_runs_nothing_from_outside(
    study: Study, tmp_path: Path, open_page: Callable, assets: str
) -> None:
    """Under the page's own policy every clip plays and every plot is drawn; hostile names stay text."""
    page = open_page(save(study, tmp_path, assets=assets)).page
    page.wait_for_selector(READY)
    play_all(page)
    draw_all(page)
    assert page.locator(".canvas").count() >= 3
    assert page.evaluate("window.hit") is None
    assert page.locator("bdi", has_text="onerror=window.hit").count() > 3
    assert page.evaluate("document.querySelectorAll('img[src=x]').length") == 0


def test_policy_stops_what_is_not_the_pages_own(study: Study, tmp_path: Path, open_page: Callable) -> None:
    """Even markup that somebody slipped into the page cannot run a script or call home."""
    path = save(study, tmp_path)
    evil = (
        "<script>window.hit=1</script><img src=x onerror=window.hit=2><img src=https://example.invalid/x.png>"
    )
    path.write_text(path.read_text("utf-8").replace("</footer>", f"{evil}</footer>"), encoding="utf-8")
    opened = open_page(path)
    opened.page.wait_for_selector(READY)
    assert opened.page.evaluate("window.hit") is None
    assert any("Content Security Policy" in line for line in opened.complaints)
    opened.complaints.clear()
    # Chromium tells of the request before its policy stops it; nothing was sent.
    opened.outside.clear()


def test_readable_without_scripts(linked: Path, open_page: Callable) -> None:
    """With scripts off the answer, intervals, tables and plain players are all there, and no empty plot."""
    page = open_page(linked, java_script_enabled=False).page
    assert page.locator(".verdict").count() == 4
    assert page.locator(".verdict svg.interval").first.is_visible()
    assert page.locator("#clips video[controls]").count() == 4
    assert page.locator("table").first.is_visible()
    assert page.locator(".canvas:visible").count() == 0
    assert page.locator(".plot-table").first.is_visible()


@pytest.mark.parametrize("width", [360, 768, 1280, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_every_width(linked: Path, open_page: Callable, width: int, scheme: str) -> None:
    """Nothing but the boxes of wide tables scrolls sideways, from a phone to a wide screen."""
    page = open_page(linked, viewport={"width": width, "height": 800}, color_scheme=scheme).page
    page.wait_for_selector(READY)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ink, paper = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert (ink < paper) == (scheme == "light") or ink != paper


def test_first_screen_gives_the_answer(linked: Path, open_page: Callable) -> None:
    """On a laptop's screen all four verdicts stand above the fold."""
    page = open_page(linked, viewport={"width": 1280, "height": 860}).page
    page.wait_for_selector(READY)
    boxes = [v.bounding_box() for v in page.locator(".verdict").all()]
    assert max(b["y"] + b["height"] for b in boxes) < 860


def test_keyboard_reaches_content_and_tables(linked: Path, open_page: Callable) -> None:
    """The first Tab shows the skip link, Enter goes to the report, and boxes that scroll can be focused."""
    page = open_page(linked).page
    page.wait_for_selector(READY)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    assert page.locator(".scroll:not([tabindex='0'])").count() == 0


def test_without_plotly_the_tables_stay(study: Study, tmp_path: Path, open_page: Callable) -> None:
    """Where plotly.js is gone, a sentence says so beside each table."""
    path = save(study, tmp_path)
    (tmp_path / "page_files" / "plotly.min.js").unlink()
    opened = open_page(path)
    opened.page.wait_for_selector(READY)
    opened.page.locator(".canvas").first.scroll_into_view_if_needed()
    opened.page.wait_for_selector(".canvas.undrawn")
    assert "Its numbers are in the table" in opened.page.locator(".canvas.undrawn").first.inner_text()
    opened.complaints[:] = [line for line in opened.complaints if "ERR_FILE_NOT_FOUND" not in line]


def test_a_link_to_a_closed_place_opens_it(linked: Path, open_page: Callable) -> None:
    """A name in a table leads to its meaning, which is then in view."""
    page = open_page(linked).page
    page.wait_for_selector(READY)
    page.locator("a[href='#metric-sharpness']").first.click()
    page.wait_for_function(
        "() => document.getElementById('metric-sharpness').getBoundingClientRect().top < innerHeight"
    )
    assert page.locator("#metric-sharpness").is_visible()


@pytest.mark.clips
@pytest.mark.parametrize("name", ["showdown_t2v", "snap_commercial", "snap_vs_research", "videoalign"])
def test_every_real_clip_plays(clips_dir: Path, tmp_path: Path, open_page: Callable, name: str) -> None:
    """Every clip of every page made of real sets plays, in VP9 and H.264, from 1 prompt x 5 models to 4 x 4."""
    with Study(tmp_path / name) as real:
        real.import_clips(clips_dir / name / "manifest.csv")
        path = save(real, tmp_path / "out")
    page = open_page(path).page
    page.wait_for_selector(READY)
    play_all(page)


def test_strips_marks_and_copies_work_under_the_pages_policy(
    tmp_path: Path, open_page: Callable, make_clip: Callable[..., Path]
) -> None:
    """Linked and embedded, strips are drawn, marks lead to their time, and what browsers can't play plays as a copy."""
    import av
    import numpy as np

    from kit.importing import new_clip
    from kit.metrics import Measurement

    old = tmp_path / "old.mp4"
    with av.open(str(old), "w") as container:
        stream = container.add_stream("mpeg4", rate=12)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for i in range(24):
            picture = np.full((64, 96, 3), 8 * i, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    study = Study(tmp_path / "study", now=lambda: "2026-11-22T12:00:00.000Z")
    for model, path in (("alpha", make_clip(tmp_path / "new.mp4", frames=24)), ("beta", old)):
        clip = new_clip(path)
        request = NewRequest(
            prompt_id="p", prompt="A river", model=model, take=1, provider="import", clip=clip.clip
        )
        study.store_clips([(path, clip)], [request])
        series = np.array([[i / 12, i] for i in range(24)], np.float32)
        study.add_measurements(
            clip.clip, [Measurement("sharpness", 1, 5.0, None, "u", ((1.0, 1.5),), series)]
        )
    for assets in ("link", "embed"):
        page = open_page(save(study, tmp_path / assets, assets=assets)).page
        page.wait_for_selector(READY)
        play_all(page)
        assert page.locator(".kit-badge", has_text="proxy").count() == 1
        page.wait_for_function("() => document.querySelectorAll('.kit-film[data-state=drawn]').length === 2")
        page.locator(".kit-charts summary").click()
        page.locator(".kit-plot .kit-curve").nth(1).wait_for(state="attached")
        page.get_by_role("button", name="Next mark").click()
        page.wait_for_function("() => document.querySelector('.kit-player').dataset.state === 'paused'")
        assert "Sharpness, clip" in (page.locator(".kit-mark-said").text_content() or "")


def test_a_time_beside_a_finding_goes_to_its_moment(
    study: Study, tmp_path: Path, open_page: Callable, make_clip: Callable[..., Path]
) -> None:
    """Pressed in the findings, a measured move's time brings its player into view, at the move's first second."""
    from kit.importing import new_clip
    from kit.metrics import Measurement

    path = make_clip(tmp_path / "clip.mp4", seed=7, frames=24)
    clip = new_clip(path)
    with Study(tmp_path / "study", now=lambda: "2026-11-22T12:00:00.000Z") as own:
        request = NewRequest(
            prompt_id="p",
            prompt="The camera pans right.",
            model="m",
            take=1,
            provider="import",
            clip=clip.clip,
        )
        own.store_clips([(path, clip)], [request])
        text = "static, 0.00-0.50 s, sure 0.99; pan_left 0.300 widths, 0.50-1.00 s, sure 0.97"
        own.add_measurements(
            clip.clip, [Measurement("camera_motion", 1, 0.5, text, "share of time", (), None)]
        )
        page = open_page(save(own, tmp_path / "out")).page
    page.wait_for_selector(READY)
    page.locator("#camera .moment", has_text="0.50").first.click()
    page.wait_for_function("() => document.querySelector('.kit-player video').currentTime >= 0.49")
    assert page.locator(".kit-player").first.is_visible()
    assert page.url.endswith("#player-1-1")
