"""The shared time line in Chromium: strips, marks and charts stand where they belong in time, and follow playback.

The clips are the sandbox's, whose faults are known: a mark is checked against the truth, not against the measurement.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from kit.decode import probe
from kit.filmstrip import film_strip
from kit.frontend import module_source, stylesheet
from kit.measure import measure_clip
from kit.player import PlayerClip, PlayerStrip, markup
from kit.player_data import ClipData, clip_data
from kit.sandbox import Truth, render

pytestmark = pytest.mark.browser

NASTY = "<img src=x onerror=window.hit=1>"
EMPTY: ClipData = {"marks": [], "curves": []}


@dataclass(frozen=True)
class Shelf:
    """Two clips, the second longer and slower, and the truth about the first."""

    clips: tuple[PlayerClip, PlayerClip]
    truth: Truth


def player_clip(path: Path, name: str) -> PlayerClip:
    """A clip with its strip and what is measured of it."""
    facts, strip = probe(path), film_strip(path)
    return PlayerClip(
        name=name,
        src=path.as_uri(),
        mime="video/mp4",
        poster=None,
        width=facts.width,
        height=facts.height,
        fps=facts.fps,
        seconds=facts.seconds,
        frames=facts.frames,
        codec=facts.codec,
        has_audio=facts.has_audio,
        sandbox=facts.sandbox,
        strip=PlayerStrip(
            "data:image/jpeg;base64," + base64.b64encode(strip.jpeg).decode(),
            strip.frames,
            strip.width,
            strip.height,
        ),
        data=clip_data(measure_clip(path).measurements),
    )


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Rendered nearly without loss, since what a coder adds to a held picture can hide that it is held."""
    folder = tmp_path_factory.mktemp("timeline")
    size = {"width": 320, "height": 180, "crf": 8}
    prompt = "A red fox runs through snow"
    truth = render(
        prompt, model="sandbox-quick", take=1, out=folder / "a.mp4", seconds=4.0, fps=24, **size
    )  # fmt: skip
    render(prompt, model="sandbox-steady", take=2, out=folder / "b.mp4", seconds=5.0, fps=12, **size)
    return Shelf((player_clip(folder / "a.mp4", "alpha"), player_clip(folder / "b.mp4", "beta")), truth)


def html(*figures: Any) -> str:
    """A page of its own, as the report makes one."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>time line</title>'
        f"<style>body {{ margin: 12px }} {stylesheet('player')}</style><body>{''.join(map(str, figures))}"
        f'<script type="module">{module_source("player")}\nwindow.players = mountAll();</script>'
    )


@pytest.fixture
def opened(open_page: Callable, shelf: Shelf) -> Page:
    """A page with both clips, their facts loaded."""
    page = open_page(html(markup(shelf.clips, label="A prompt"))).page
    wait_ready(page)
    return page


def wait_ready(page: Page) -> None:
    """Until the player's clips are loaded, so that the time line has its length."""
    page.wait_for_function(
        "() => window.players && players[0].clips.every((c) => c.broken || c.video.readyState > 0)"
    )


def box(page: Page, selector: str, place: int = 0) -> dict[str, float]:
    """Where an element stands."""
    found = page.locator(selector).nth(place).bounding_box()
    assert found is not None
    return found


def at_rest(page: Page, time: float) -> None:
    """Until the player stands still within a frame of a time."""
    page.wait_for_function(
        "(time) => players[0].state === 'paused' && Math.abs(players[0].time - time) < 0.1", arg=time
    )


def share_of(inner: dict[str, float], track: dict[str, float]) -> tuple[float, float]:
    """Start and end of a box as shares of a track."""
    start = (inner["x"] - track["x"]) / track["width"]
    return start, start + inner["width"] / track["width"]


def test_marks_stand_at_the_true_times(opened: Page, shelf: Shelf) -> None:
    """The freeze and the cut that were put into a clip have their marks at these times, on its own lane."""
    track = box(opened, ".kit-lane")
    freeze = next(f for f in shelf.truth.faults if f.kind == "freeze")
    cut = next(f for f in shelf.truth.faults if f.kind == "cut")
    pixel = 1.5 / track["width"]
    lane = opened.locator(".kit-lane").nth(0)
    assert lane.locator(".kit-mark-freeze").count() == 1
    start, end = share_of(box(opened, ".kit-lane .kit-mark-freeze"), track)
    assert start * 5 == pytest.approx(freeze.start, abs=5 * pixel + 0.001)
    assert end * 5 == pytest.approx(freeze.end, abs=5 * pixel + 0.001)
    start, end = share_of(box(opened, ".kit-lane .kit-mark-cut"), track)
    assert (start + end) / 2 * 5 == pytest.approx(cut.start, abs=5 * pixel + 0.001)
    assert opened.locator(".kit-lane").count() == 2


def test_a_mark_shows_its_event_s_first_frame(opened: Page, shelf: Shelf) -> None:
    """Clicking the mark of a cut shows the first frame after it, and says which mark it was."""
    cut = next(f for f in shelf.truth.faults if f.kind == "cut")
    opened.locator(".kit-lane .kit-mark-cut").click()
    at_rest(opened, cut.start)
    assert int(opened.locator(".kit-clip").nth(0).get_attribute("data-frame") or "") >= round(cut.start * 24)
    assert opened.locator(".kit-mark-said").text_content() == "cut, clip A, at 2.88 s"


def test_marks_by_keyboard(opened: Page, shelf: Shelf) -> None:
    """Two buttons walk through all marks in the order of time; a live region reads each; the ends are said."""
    freeze = next(f for f in shelf.truth.faults if f.kind == "freeze")
    said = opened.locator(".kit-mark-said")
    assert said.get_attribute("aria-live") == "polite"
    nothing = opened.locator(".kit-mark-bar button").count()
    assert nothing == 2
    total = opened.evaluate("document.querySelectorAll('.kit-lane .kit-mark').length")
    opened.get_by_role("button", name="Next mark").focus()
    heard = []
    for _ in range(total):
        opened.keyboard.press("Enter")
        heard.append(said.text_content())
        opened.wait_for_function("() => players[0].state === 'paused'")
    assert len(set(heard)) == total
    assert f"freeze, clip A, from {freeze.start:.2f} s to {freeze.end:.2f} s" in heard
    opened.keyboard.press("Enter")
    assert said.text_content() == "No mark after this"
    opened.get_by_role("button", name="Previous mark").focus()
    opened.keyboard.press("Enter")
    assert said.text_content() == heard[-2] if total > 1 else heard[0]


def test_strips_are_in_proportion_to_time(opened: Page) -> None:
    """A shorter clip's strip ends where the clip ends; both are drawn, and they share their beginning."""
    opened.wait_for_function("() => document.querySelectorAll('.kit-film[data-state=drawn]').length === 2")
    first, second = box(opened, ".kit-film", 0), box(opened, ".kit-film", 1)
    assert first["x"] == second["x"]
    assert first["width"] / second["width"] == pytest.approx(4 / 5, abs=0.01)
    drawn = opened.evaluate(
        """() => [...document.querySelectorAll('.kit-film')].map((canvas) => {
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          return data.reduce((sum, value, i) => sum + (i % 4 === 3 ? value : 0), 0) / (canvas.width * canvas.height);
        })"""
    )
    assert min(drawn) > 200
    assert opened.locator(".kit-clip img.kit-strip:visible").count() == 0


def test_pointing_at_a_strip_jumps_and_dragging_follows(opened: Page) -> None:
    """A click on a strip goes to that moment, and so does a drag, wherever it ends."""
    track = box(opened, ".kit-film-track")
    y = track["y"] + track["height"] / 2
    opened.mouse.click(track["x"] + 0.5 * track["width"], y)
    at_rest(opened, 2.5)
    opened.mouse.move(track["x"] + 0.5 * track["width"], y)
    opened.mouse.down()
    opened.mouse.move(track["x"] + 0.7 * track["width"], y, steps=4)
    opened.mouse.move(track["x"] + 0.8 * track["width"], y + 200, steps=4)
    opened.mouse.up()
    at_rest(opened, 4.0)
    opened.mouse.move(track["x"] + 0.2 * track["width"], y)
    at_rest(opened, 4.0)


def test_shift_and_a_drag_mark_a_stretch(opened: Page) -> None:
    """With Shift held a drag marks the part to loop in, which is drawn over all rows."""
    track = box(opened, ".kit-film-track")
    y = track["y"] + track["height"] / 2
    opened.keyboard.down("Shift")
    opened.mouse.move(track["x"] + 0.2 * track["width"], y)
    opened.mouse.down()
    opened.mouse.move(track["x"] + 0.6 * track["width"], y, steps=5)
    opened.mouse.up()
    opened.keyboard.up("Shift")
    opened.wait_for_selector(".kit-tracks .kit-stretch.kit-marked")
    start, end = share_of(box(opened, ".kit-tracks .kit-stretch"), track)
    # Widened to whole frames of the slower clip.
    assert start * 5 == pytest.approx(1.0, abs=1 / 12 + 0.02)
    assert end * 5 == pytest.approx(3.0, abs=1 / 12 + 0.02)
    assert opened.evaluate("players[0].stretch") == pytest.approx([start * 5, end * 5], abs=0.02)


def open_charts(page: Page) -> None:
    """Unfolds the charts, by keyboard."""
    page.locator(".kit-charts summary").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".kit-plot")


def press_all(page: Page, *, pressed: bool) -> None:
    """Presses every button of a measurement that is pressed, or that is not."""
    buttons = page.locator(f".kit-metrics button[aria-pressed={str(pressed).lower()}]")
    while buttons.count():
        buttons.first.click()


def test_charts_are_folded_and_drawn_when_asked_for(opened: Page) -> None:
    """Nothing is drawn before it is asked for; then a line a clip, told apart by more than colour, unit and numbers."""
    assert opened.locator(".kit-plot").count() == 0
    open_charts(opened)
    plots = opened.locator(".kit-plot")
    assert plots.count() == 1
    dashes = opened.evaluate(
        "[...document.querySelectorAll('.kit-plot .kit-curve')].map((path) => getComputedStyle(path).strokeDasharray)"
    )
    assert len(set(dashes)) == 2
    opened.get_by_role("button", name="Motion amount").click()
    assert plots.count() == 2
    assert "short sides/s" in (opened.locator(".kit-plot-title").nth(1).text_content() or "")
    rows = opened.locator(".kit-numbers tbody td").all_text_contents()
    assert len(rows) == 16
    assert all(float(text) >= 0 for text in rows)
    press_all(opened, pressed=True)
    assert opened.locator(".kit-none").is_visible()


def test_numbers_are_those_measured(opened: Page, shelf: Shelf) -> None:
    """Lowest and highest in the table, and the value at the cursor, are the measurement's own."""
    curves = [
        next(c for c in clip.data["curves"] if c["metric"] == "sharpness")
        for clip in shelf.clips
        if clip.data
    ]
    open_charts(opened)
    press_all(opened, pressed=True)
    opened.get_by_role("button", name="Sharpness", exact=True).click()
    cells = opened.locator(".kit-numbers tbody td").all_text_contents()
    for i, curve in enumerate(curves):
        low, median, high, _ = (float(text) for text in cells[4 * i : 4 * i + 4])
        for shown, stored in ((low, curve["low"]), (median, curve["median"]), (high, curve["high"])):
            assert shown == pytest.approx(stored, rel=0.006)
        read = float(opened.locator(".kit-reading b").nth(i).text_content() or "")
        assert curve["low"] * 0.99 <= read <= curve["high"] * 1.01


def test_the_cursor_follows_playback(opened: Page) -> None:
    """While the clips play, the cursor in strips and charts stands at the player's time, on one line."""
    open_charts(opened)
    off = opened.evaluate(
        """async () => {
          const player = players[0];
          player.setSpeed(1);
          await player.play();
          const seen = [];
          const began = performance.now();
          while (performance.now() - began < 1500) {
            await new Promise((resolve) => requestAnimationFrame(resolve));
            if (player.state !== 'playing') continue;
            for (const track of document.querySelectorAll('.kit-film-track, .kit-plot')) {
              const overlay = track.querySelector('.kit-overlay') ?? document.querySelector('.kit-tracks > .kit-overlay');
              const { left, width } = track.getBoundingClientRect();
              const cursor = overlay.querySelector('.kit-cursor').getBoundingClientRect().left;
              seen.push([player.time, ((cursor - left) / width) * player.duration]);
            }
          }
          await player.pause();
          return seen;
        }"""
    )
    times = {round(time, 3) for time, _ in off}
    assert len(times) > 10
    # A border of the plot is a pixel; a frame lies between the player's time and what was drawn last.
    assert max(abs(time - shown) for time, shown in off) < 0.05
    assert max(time for time, _ in off) > 0.5


def test_nothing_is_built_while_playing(opened: Page) -> None:
    """Playback changes attributes and a few texts, but neither rows nor marks nor curves."""
    open_charts(opened)
    built = opened.evaluate(
        """async () => {
          const player = players[0];
          await player.play();
          const found = [];
          const watcher = new MutationObserver((records) => {
            for (const { target, addedNodes } of records) {
              for (const node of addedNodes) if (node.nodeType === 1) found.push(target.className);
            }
          });
          for (const part of document.querySelectorAll('.kit-timeline, .kit-charts')) watcher.observe(part, { subtree: true, childList: true });
          const began = performance.now();
          while (performance.now() - began < 800) await new Promise((resolve) => requestAnimationFrame(resolve));
          const moved = player.time;
          await player.pause();
          return { found, moved };
        }"""
    )
    assert built["moved"] > 0.3
    assert built["found"] == []


def test_the_chart_s_cursor_by_pointer_and_keyboard(opened: Page) -> None:
    """A drag on a plot seeks; with the focus on it the arrow keys step, and the value at the cursor is read out."""
    open_charts(opened)
    plot = opened.locator(".kit-plot").first
    plot.scroll_into_view_if_needed()
    area = box(opened, ".kit-plot")
    y = area["y"] + area["height"] / 2
    opened.mouse.move(area["x"] + 0.1 * area["width"], y)
    opened.mouse.down()
    opened.mouse.move(area["x"] + 0.4 * area["width"], y, steps=5)
    opened.mouse.up()
    at_rest(opened, 2.0)
    assert plot.get_attribute("role") == "slider"
    plot.focus()
    before = opened.evaluate("players[0].time")
    opened.keyboard.press("ArrowRight")
    opened.wait_for_function("(before) => players[0].time > before + 0.05", arg=before)
    at_rest(opened, before + 1 / 12)
    opened.keyboard.press("Home")
    at_rest(opened, 0)
    opened.wait_for_function(
        "() => /^0\\.00 s of 5\\.00 s: A [0-9.]+, B [0-9.]+$/.test(document.querySelector('.kit-plot').ariaValueText)"
    )


def test_only_clips_in_view_have_rows(opened: Page) -> None:
    """Where one clip is out of view or cannot be played, its strip, lane and line go."""
    open_charts(opened)
    opened.evaluate(
        """() => { const [player] = players; player.clips[1].broken = true; player.view.timeline.setClips(player.clips); }"""
    )
    assert opened.locator(".kit-film").count() == 1
    assert opened.locator(".kit-lane").count() == 1
    assert opened.locator(".kit-plot .kit-curve").count() == 1


def test_six_clips_take_one_strip(open_page: Callable, shelf: Shelf) -> None:
    """Of more than three clips the chosen one's strip is shown; each still has its lane."""
    clips = [replace(shelf.clips[i % 2], name=f"clip {i}") for i in range(6)]
    page = open_page(html(markup(clips, label=""))).page
    wait_ready(page)
    assert page.locator(".kit-film").count() == 1
    assert page.locator(".kit-lane").count() == 6
    page.wait_for_selector(".kit-film[data-state=drawn]")
    wide = box(page, ".kit-film")["width"]
    page.get_by_label("Clip of the film strip").select_option(label="B")
    page.wait_for_function("(wide) => document.querySelector('.kit-film').clientWidth > wide * 1.2", arg=wide)
    assert page.locator(".kit-film").count() == 1


def test_blind_has_none_of_it(open_page: Callable, shelf: Shelf) -> None:
    """For raters there is the line and nothing measured, whatever the clips carry."""
    page = open_page(html(markup(shelf.clips, label="", blind=True))).page
    wait_ready(page)
    assert page.locator("input.kit-line").is_visible()
    for selector in (
        ".kit-film",
        ".kit-lane",
        ".kit-mark-bar",
        ".kit-charts",
        "img.kit-strip",
        ".kit-player-data",
    ):
        assert page.locator(selector).count() == 0
    assert "alpha" not in page.content().split("<script", maxsplit=1)[0]


def test_a_mount_that_is_blind_uses_no_data(open_page: Callable, shelf: Shelf) -> None:
    """A host that mounts blind gets no rows, even from markup that has measurements and strips in it."""
    text = html(markup(shelf.clips, label="")).replace("mountAll();", "mountAll(document, { blind: true });")
    page = open_page(text).page
    wait_ready(page)
    assert page.locator("input.kit-line").is_visible()
    for selector in (".kit-film", ".kit-lane", ".kit-mark-bar", ".kit-charts"):
        assert page.locator(selector).count() == 0


def test_without_measurements_there_are_only_strips(open_page: Callable, shelf: Shelf) -> None:
    """Clips that nobody measured have strips and no lane, no chart; without strips only the line is left."""
    bare = [replace(clip, data=None) for clip in shelf.clips]
    page = open_page(html(markup(bare, label=""))).page
    wait_ready(page)
    assert page.locator(".kit-film").count() == 2
    assert page.locator(".kit-lane, .kit-mark-bar, .kit-charts").count() == 0
    page = open_page(html(markup([replace(clip, strip=None) for clip in bare], label=""))).page
    wait_ready(page)
    assert page.locator(".kit-films, .kit-lane, .kit-charts").count() == 0


def test_names_from_outside_stay_text(open_page: Callable, shelf: Shelf) -> None:
    """Hostile names of clips and metrics are shown as they are written, and run nothing."""
    strange: ClipData = {
        "marks": [{"metric": NASTY, "label": NASTY, "start": 1.0, "end": 2.0}],
        "curves": [{"metric": NASTY, "label": NASTY, "unit": NASTY, "version": 1, "low": 0.0, "high": 1.0, "median": 0.5,
                    "v": "AAD//w==", "start": 0.0, "step": 1.0}],
    }  # fmt: skip
    clips = [replace(shelf.clips[0], name=NASTY, data=strange), replace(shelf.clips[1], data=EMPTY)]
    page = open_page(html(markup(clips, label=NASTY))).page
    wait_ready(page)
    open_charts(page)
    page.get_by_role("button", name="Next mark").click()
    assert page.locator(".kit-mark-said").text_content() == f"{NASTY}, clip A, from 1.00 s to 2.00 s"
    assert page.locator(".kit-no-mark").text_content() == "not measured"
    assert NASTY in (page.locator(".kit-plot-title").text_content() or "")
    assert page.evaluate("document.querySelectorAll('img[src=x]').length") == 0
    assert page.evaluate("window.hit") is None


def test_without_scripts_strips_are_pictures(open_page: Callable, shelf: Shelf) -> None:
    """With scripts off each clip has its strip below it as an image, and the data shows nowhere."""
    page = open_page(html(markup(shelf.clips, label="")), java_script_enabled=False).page
    strips = page.locator("img.kit-strip")
    assert strips.count() == 2
    assert strips.first.is_visible()
    assert "metrics" not in page.locator("figure").inner_text()


@pytest.mark.parametrize("width", [360, 1400])
def test_fits_every_width(open_page: Callable, shelf: Shelf, width: int) -> None:
    """Nothing of strips, lanes and charts makes the page scroll sideways."""
    page = open_page(html(markup(shelf.clips, label="")), viewport={"width": width, "height": 900}).page
    wait_ready(page)
    open_charts(page)
    press_all(page, pressed=False)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    line, track = box(page, "input.kit-line"), box(page, ".kit-film-track")
    plot = box(page, ".kit-plot")
    # The tracks lie where the middle of the thumb goes.
    assert track["x"] == pytest.approx(line["x"] + 8, abs=1)
    assert track["width"] == pytest.approx(line["width"] - 16, abs=1)
    assert (plot["x"], plot["width"]) == pytest.approx((track["x"], track["width"]), abs=1)


def test_destroy_takes_it_all_away(opened: Page) -> None:
    """After the player is gone the markup is what Python wrote."""
    open_charts(opened)
    opened.evaluate("players[0].destroy()")
    assert opened.locator(".kit-timeline, .kit-charts, .kit-lane, canvas").count() == 0
    assert opened.locator("img.kit-strip:visible").count() == 2


def test_real_clips(open_page: Callable, clips_dir: Path) -> None:
    """Clips of several makers, rates and shapes: each has its strip, lane and lines, and their marks lie inside them."""
    names = ("hummingbird__cogvideox_1_5", "hummingbird__sora_s1", "hummingbird__wan_2_1")
    clips = [
        player_clip(clips_dir / "showdown_t2v" / f"{name}.mp4", f"clip {i}") for i, name in enumerate(names)
    ]
    page = open_page(html(markup(clips, label=""))).page
    wait_ready(page)
    page.wait_for_function("() => document.querySelectorAll('.kit-film[data-state=drawn]').length === 3")
    open_charts(page)
    assert page.locator(".kit-plot .kit-curve").count() == 3
    for i, clip in enumerate(clips):
        lane = page.locator(".kit-lane").nth(i)
        film = box(page, ".kit-film", i)
        for mark in lane.locator(".kit-mark").all():
            found = mark.bounding_box()
            assert found is not None
            assert found["x"] >= film["x"] - 6
            assert found["x"] + found["width"] <= film["x"] + film["width"] + 6, clip.name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    open_page: Callable, shelf: Shelf, scheme: Literal["light", "dark"]
) -> None:
    """With charts open and a mark gone to, names, roles and contrasts are in order, by day and by night."""
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(html(markup(shelf.clips, label="A prompt")), color_scheme=scheme).page
    wait_ready(page)
    open_charts(page)
    press_all(page, pressed=False)
    page.get_by_role("button", name="Next mark").click()
    page.wait_for_function("() => players[0].state === 'paused'")
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"]) for v in found if v["impact"] in {"serious", "critical"}] == []
