# ruff: noqa: T201  the figures of speed and memory are part of what a run reports
"""The rating panel in real Chromium, with a channel that answers in the page: what keys do, what is kept, what it costs.

The clips are real; their decoders and bytes are what a panel that is open for hours could leak. The tests guard against
answers that are lost or counted twice, keys that go astray, and a thousandth pair that costs more than the first.
"""

import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.rating_fake import CHECKS, fake_page

pytestmark = pytest.mark.browser

VOTES = ["prompt_adherence", "video_realism", "video_resolution", "artifacts"]


@pytest.fixture(scope="module")
def clips(make_clip: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two clips of one second."""
    folder = tmp_path_factory.mktemp("clips")
    return [make_clip(folder / f"{i}.mp4", seed=i, frames=12) for i in range(2)]


def panel(page: Page) -> Locator:
    """The panel of a page."""
    return page.locator(".kit-rating")


def at(page: Page, position: int, step: str) -> None:
    """Waits until a step of a pair is asked, and its clips can be played."""
    page.locator(
        f".kit-rating[data-state=rating][data-position='{position}'][data-step='{step}'][data-ready=true]"
    ).wait_for()


def log(page: Page, step: str | None = None) -> list[dict[str, Any]]:
    """What the other side has stored, in order."""
    found: list[dict[str, Any]] = page.evaluate("fake.log.filter(({ op }) => op === 'save' || op === 'undo')")
    return [row for row in found if step is None or row.get("step") == step]


@pytest.fixture
def begun(open_page: Callable[..., Any], clips: list[Path]) -> Callable[..., Page]:
    """Opens a panel and begins by keyboard."""

    def begin(html: dict[str, Any] | None = None, **context: Any) -> Page:
        page = open_page(fake_page(clips, **(html or {})), **context).page
        page.locator(".kit-rating[data-state=start]").wait_for()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        at(page, 0, "vote:prompt_adherence")
        return page

    return begin


def test_votes_points_and_checks_by_keyboard(begun):
    """A pair from the first question to the last, by key and with an undo; what is stored is what was pressed."""
    page = begun({"scores": True, "checks": CHECKS})
    for key, step in zip("agubn", (1, 2, 1, 2, 3), strict=True):
        page.keyboard.press(key)
        at(page, 0, f"vote:{VOTES[step]}")
    page.keyboard.press("G")
    at(page, 0, "scores")
    for key in ("1", "5", "2", "4", "3", "ArrowUp", "ArrowLeft", "1", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".kit-rating-question .kit-rating-hint")).to_contain_text("3 of 8 are still open")
    page.keyboard.press("Enter")
    at(page, 0, "checks")
    for key in ("y", "n", "t", "y", "Enter"):
        page.keyboard.press(key)
    at(page, 1, "vote:prompt_adherence")
    assert [(row["dimension"], row["choice"]) for row in log(page, "vote")] == [
        ("prompt_adherence", "left"), ("video_realism", "both_good"), ("video_realism", "right"),
        ("video_resolution", "both_bad"), ("artifacts", "both_good"),
    ]  # fmt: skip
    first = log(page, "scores")[0]["scores"]
    assert list(first["left"].values()) == [1, 1, 3, None]
    assert list(first["right"].values()) == [5, 4, None, None]
    assert log(page, "checks")[0]["checks"] == {"left": ["yes", "cant_tell"], "right": ["no", "yes"]}
    tokens = [row["token"] for row in log(page)]
    assert len(set(tokens)) == len(tokens)


def test_note_skip_and_back_by_keyboard(begun):
    """A note is written without its letters answering anything; a pair is skipped, gone back to and answered."""
    page = begun({"total": 2})
    page.keyboard.press("e")
    page.keyboard.type("a dog is missing? yes")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".kit-rating-note")).to_have_count(0)
    page.keyboard.press("s")
    at(page, 1, "vote:prompt_adherence")
    page.keyboard.press("p")
    at(page, 0, "vote:prompt_adherence")
    page.keyboard.press("e")
    expect(page.locator("textarea")).to_have_value("a dog is missing? yes")
    page.keyboard.press("Escape")
    for step in VOTES:
        at(page, 0, f"vote:{step}")
        page.keyboard.press("b")
    at(page, 1, "vote:prompt_adherence")
    page.keyboard.press("s")
    page.locator(".kit-rating[data-state=end]").wait_for()
    assert [(row["step"], row["position"]) for row in log(page)] == [
        ("note", 0), ("skip", 0), *[("vote", 0)] * 4, ("skip", 1),
    ]  # fmt: skip
    assert log(page)[0]["note"] == "a dog is missing? yes"


def test_an_answer_says_how_it_was_come_by(begun):
    """Beside an answer stand the time it took, how often play was pressed, the mode, and whether all was seen."""
    page = begun()
    page.keyboard.press("a")
    at(page, 0, "vote:video_realism")
    unseen = log(page)[0]
    assert unseen["watched"] == {"through": False, "plays": 0, "mode": "side"}
    page.evaluate(
        "void (window.round = new Promise((resolve) => document.querySelector('.kit-rating-pair:not([data-waiting]) .kit-player')"
        ".addEventListener('kit-round', resolve, { once: true })))"
    )
    page.keyboard.press(" ")
    page.evaluate("window.round")
    page.keyboard.press(" ")
    page.keyboard.press("w")
    page.keyboard.press("b")
    at(page, 0, "vote:video_resolution")
    seen = log(page)[1]
    assert seen["watched"] == {"through": True, "plays": 1, "mode": "wipe"}
    assert 0.9 < seen["seconds"] < 60


def test_keys_go_where_they_belong(begun):
    """The panel's keys answer from inside the player too; the player's work from outside it; none leaves the panel."""
    page = begun()
    page.evaluate("window.leaked = []; document.addEventListener('keydown', ({ key }) => leaked.push(key))")
    player = page.locator(".kit-rating-pair:not([data-waiting]) .kit-player")
    before = float(player.get_attribute("data-time") or "0")
    page.keyboard.press(".")
    page.wait_for_function(
        "(t) => Number(document.querySelector('.kit-rating-pair:not([data-waiting]) .kit-player').dataset.time) > t",
        arg=before,
    )
    page.keyboard.press(" ")
    expect(player).to_have_attribute("data-state", "playing")
    player.locator(".kit-play").focus()
    page.keyboard.press("s")
    at(page, 1, "vote:prompt_adherence")
    assert log(page)[0]["step"] == "skip"
    page.keyboard.press("x")
    page.keyboard.press("y")
    assert page.evaluate("leaked") == []
    assert len(log(page)) == 1


def test_a_key_held_down_answers_once(begun):
    """A key that repeats because it is held does not answer the next questions too."""
    page = begun()
    page.keyboard.down("a")
    at(page, 0, "vote:video_realism")
    page.keyboard.down("a")
    page.keyboard.down("a")
    page.keyboard.up("a")
    page.keyboard.press("b")
    at(page, 0, "vote:video_resolution")
    assert [row["choice"] for row in log(page)] == ["left", "right"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_that_fails_is_kept(begun, when):
    """Whether the answer or only its confirmation got lost: it stays, says so, and is stored once at the next try."""
    page = begun()
    page.evaluate("(when) => (fake.trouble = { [when]: 'The kernel did not answer.' })", when)
    page.keyboard.press("a")
    page.locator(".kit-rating[data-saving=failed]").wait_for()
    notice = page.locator(".kit-rating-notice")
    expect(notice).to_contain_text("Your last answer is not saved yet. The kernel did not answer.")
    expect(panel(page)).to_have_attribute("data-step", "vote:prompt_adherence")
    page.keyboard.press("b")
    assert page.evaluate(
        "(() => { const e = new Event('beforeunload', { cancelable: true }); return !dispatchEvent(e); })()"
    )
    page.evaluate("fake.trouble = null")
    notice.get_by_role("button", name="Try again").click()
    at(page, 0, "vote:video_realism")
    assert [row["choice"] for row in log(page)] == ["left"]
    assert page.evaluate(
        "(() => { const e = new Event('beforeunload', { cancelable: true }); return dispatchEvent(e); })()"
    )


def test_an_unsaved_answer_outlives_the_panel(begun):
    """A panel that is torn down over an unsaved answer and made again, as a cell that is run again, sends it first."""
    page = begun()
    page.evaluate("fake.trouble = { before: 'gone' }")
    page.keyboard.press("n")
    page.locator(".kit-rating[data-saving=failed]").wait_for()
    page.evaluate("fake.life.abort()")
    expect(panel(page)).to_have_count(0)
    page.evaluate("fake.trouble = null; fake.life = new AbortController(); fake.attach()")
    page.locator(".kit-rating[data-state=start]").wait_for()
    assert [(row["dimension"], row["choice"]) for row in log(page)] == [("prompt_adherence", "both_bad")]
    page.get_by_role("button", name="Begin").click()
    at(page, 0, "vote:video_realism")


def test_saved_is_said_when_it_is_so(begun):
    """While an answer is on its way the panel says so, takes no other, and speaks of it as saved only after."""
    page = begun()
    page.evaluate("fake.delay = 400")
    page.keyboard.press("a")
    expect(panel(page)).to_have_attribute("data-saving", "saving")
    expect(page.locator(".kit-rating-saved")).to_have_text("Saving…")
    page.keyboard.press("b")
    at(page, 0, "vote:video_realism")
    expect(page.locator(".kit-rating-saved")).to_have_text("✓Saved")
    expect(page.locator(".kit-rating-live")).to_have_text("Pair 1 of 3, saved")
    assert len(log(page)) == 1


def test_nothing_plays_by_itself_unless_asked(open_page, clips):
    """A pair waits for play; with the box ticked every pair plays at once; where little motion is wanted, never."""
    page = open_page(fake_page(clips)).page
    page.get_by_label("Play each pair at once").check()
    page.get_by_role("button", name="Begin").click()
    page.locator(".kit-rating-pair:not([data-waiting]) .kit-player[data-state=playing]").wait_for()
    page.keyboard.press("s")
    page.locator("[data-position='1'] .kit-player[data-state=playing]").last.wait_for()
    still = open_page(fake_page(clips), reduced_motion="reduce").page
    expect(still.get_by_label("Play each pair at once")).to_be_hidden()
    still.get_by_role("button", name="Begin").click()
    at(still, 0, "vote:prompt_adherence")
    expect(still.locator(".kit-rating-pair:not([data-waiting]) .kit-player")).to_have_attribute(
        "data-state", "paused"
    )


def test_the_end_and_the_reveal(begun):
    """The end thanks, shows the rater's own figures and the open pairs, and reveals when asked to."""
    page = begun()
    for position in range(3):
        at(page, position, "vote:prompt_adherence")
        page.keyboard.press("s")
    page.locator(".kit-rating[data-state=end]").wait_for()
    expect(page.locator(".kit-rating-end")).to_contain_text(
        "same answer 3 of 4 times (95% interval 30% to 95%)"
    )
    page.get_by_role("button", name="Pair 2").click()
    at(page, 1, "vote:prompt_adherence")
    page.keyboard.press("s")
    page.get_by_role("button", name="Reveal").click()
    page.locator(".kit-rating[data-state=reveal]").wait_for()
    expect(page.locator(".kit-rating-reveal")).to_contain_text("preferred 7 of 10 times")
    expect(page.get_by_role("row").nth(1)).to_contain_text("Model A")


def test_pairs_that_came_meanwhile_follow(begun):
    """At the end of the queue the new pairs come up, the page says so, and the end counts every pair that was shown."""
    page = begun({"total": 1, "dimensions": 1})
    page.evaluate("fake.arrived = 2")
    page.keyboard.press("a")
    at(page, 1, "vote:prompt_adherence")
    notice = page.locator(".kit-rating-notice")
    expect(notice).to_contain_text("2 pairs have come to the study since you began. They follow now.")
    expect(page.locator(".kit-rating-where")).to_have_text("Pair 2 of 3")
    assert [row["position"] for row in log(page, "vote")] == [0]
    page.keyboard.press("b")
    at(page, 2, "vote:prompt_adherence")
    expect(notice).to_be_hidden()
    page.keyboard.press("s")
    page.locator(".kit-rating[data-state=end]").wait_for()
    expect(page.locator(".kit-rating-end")).to_contain_text("1 pair is still open")
    expect(page.locator(".kit-rating-figures")).to_contain_text("2 of 3 finished.")


def test_new_pairs_are_not_put_before_who_has_seen_the_models(begun):
    """After the reveal the pairs that came meanwhile stand among the open ones, and only the rater's click shows one."""
    page = begun({"total": 1, "dimensions": 1})
    page.keyboard.press("a")
    page.get_by_role("button", name="Reveal").click()
    page.locator(".kit-rating[data-state=reveal]").wait_for()
    page.evaluate("fake.arrived = 1")
    page.get_by_role("button", name="Back").click()
    page.locator(".kit-rating[data-state=end]").wait_for()
    expect(page.get_by_role("button", name="Pair 2")).to_be_visible()
    expect(page.locator(".kit-rating-notice")).to_be_hidden()


def test_the_owner_can_reveal_at_any_time(begun):
    """What the other side pushes is shown at once, and the way back leads to the pair that was on screen."""
    page = begun()
    page.evaluate(
        "channel => fake.push('reveal', { kind: 'study', findings: ['Not decided.'], rows: [], pairs: [] })"
    )
    page.locator(".kit-rating[data-state=reveal]").wait_for()
    page.get_by_role("button", name="Back").click()
    at(page, 0, "vote:prompt_adherence")


def test_markup_in_texts_stays_text(open_page, clips):
    """A prompt or check that looks like markup is shown as it was written."""
    page = open_page(
        fake_page(clips, prompt="<img src=x onerror=alert(1)> & <b>bold</b>", checks=["<b>check</b>"])
    ).page
    page.get_by_role("button", name="Begin").click()
    expect(page.locator(".kit-rating-prompt-text")).to_have_text(
        "1: <img src=x onerror=alert(1)> & <b>bold</b>"
    )
    assert page.locator(".kit-rating b, .kit-rating img[src=x]").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(open_page, clips, theme):
    """Every screen of the panel passes axe-core, contrast included, in both themes."""
    page = open_page(
        fake_page(clips, scores=True, checks=CHECKS, sandbox=True, total=1), color_scheme=theme
    ).page
    axe = Axe()

    def look() -> None:
        found = axe.run(page).response["violations"]
        assert [
            (v["id"], [n["html"] for n in v["nodes"]][:3])
            for v in found
            if v["impact"] in {"serious", "critical"}
        ] == []

    page.locator(".kit-rating[data-state=start]").wait_for()
    look()
    page.get_by_role("button", name="Begin").click()
    for step in VOTES:
        at(page, 0, f"vote:{step}")
        if step == "video_realism":
            page.keyboard.press("h")
            page.keyboard.press("e")
            look()
            page.keyboard.press("Escape")
            page.keyboard.press("?")
            look()
            page.keyboard.press("Escape")
            page.keyboard.press("h")
        look() if step == "prompt_adherence" else None
        page.keyboard.press("a")
    at(page, 0, "scores")
    page.keyboard.press("4")
    look()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    at(page, 0, "checks")
    look()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.locator(".kit-rating[data-state=end]").wait_for()
    look()
    page.get_by_role("button", name="Reveal").click()
    page.locator(".kit-rating[data-state=reveal]").wait_for()
    look()


def test_targets_are_large_enough(begun):
    """Everything of the panel that can be pressed has at least 24 by 24 CSS pixels."""
    page = begun({"checks": CHECKS})
    small = page.evaluate(
        """[...document.querySelectorAll('.kit-rating button, .kit-rating summary, .kit-rating label')]
        .filter((e) => !e.closest('[data-waiting]') && e.checkVisibility())
        .map((e) => [e.textContent, e.getBoundingClientRect()])
        .filter(([, { width, height }]) => width < 24 || height < 24).map(([text, r]) => [text, r.width, r.height])"""
    )
    assert small == []


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (640, 640)])
def test_pair_and_answers_share_one_screen(open_page, make_clip, tmp_path, size):
    """On a laptop's screen the clips, the question and its answers are seen together, whatever the clips' shape."""
    shape = (size[0] // 8 - size[0] // 8 % 16, size[1] // 8 - size[1] // 8 % 16)
    pair = [make_clip(tmp_path / f"{i}.mp4", seed=i, width=shape[0], height=shape[1]) for i in range(2)]
    page = open_page(fake_page(pair, size=shape), viewport={"width": 1280, "height": 720}).page
    page.get_by_role("button", name="Begin").click()
    at(page, 0, "vote:prompt_adherence")
    bottom = page.locator(".kit-rating-choices").evaluate("(e) => e.getBoundingClientRect().bottom")
    top = page.locator(".kit-rating-where").evaluate("(e) => e.getBoundingClientRect().top")
    height = page.locator(".kit-rating-pair:not([data-waiting]) video").first.evaluate(
        "(e) => e.clientHeight"
    )
    assert top >= 0
    assert bottom <= 720
    assert height >= 240


# Answers pairs one after the other as soon as the next one is ready behind the one on screen, as it is for anybody who
# looks at a pair at all; tells what each turn took, in milliseconds.
TURNS = """
async (count) => {
  const root = document.querySelector(".kit-rating");
  const until = (test) => new Promise((resolve) => {
    const look = () => (test() ? (watcher.disconnect(), resolve(performance.now())) : null);
    const watcher = new MutationObserver(look);
    watcher.observe(root, { attributes: true, subtree: true, childList: true });
    look();
  });
  const turns = [];
  for (let i = 0; i < count; i += 1) {
    const begun = performance.now();
    const position = root.dataset.position;
    await until(() => root.dataset.ready === "true" && root.querySelector(".kit-rating-pair[data-waiting][data-state=ready]"));
    root.querySelector("[data-choice=left]").click();
    const there = await until(() => root.dataset.position !== position && root.dataset.position && root.dataset.ready === "true");
    const painted = await new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(performance.now()))));
    turns.push({ ready: there - fake.confirmed, painted: painted - fake.confirmed, whole: performance.now() - begun });
  }
  return turns;
}
"""


def test_the_next_pair_is_there_at_once(begun):
    """From the last answer's confirmation to the next pair, ready to play and painted: within a few frames."""
    page = begun({"total": 40, "dimensions": 1})
    turns = page.evaluate(TURNS, 30)
    ready, painted = ([turn[key] for turn in turns] for key in ("ready", "painted"))
    print(
        f"\nnext pair: ready after {statistics.median(ready):.1f} ms (worst {max(ready):.1f}), "
        f"painted after {statistics.median(painted):.1f} ms (worst {max(painted):.1f}), {len(turns)} turns"
    )
    # Frames of a 60 Hz display; a machine under load may miss many, but a pair that is only then fetched takes longer.
    assert statistics.median(painted) < 12 * 1000 / 60


def test_a_thousand_pairs_cost_no_more_than_ten(begun):
    """Memory, elements, listeners and addresses of bytes stay flat over a thousand pairs in one panel.

    The time of each pair is printed; it is held by nothing here, since other tests run beside this one.
    """
    page = begun({"total": 1010, "dimensions": 1})
    page.evaluate("fake.keepLog = false")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def costs() -> dict[str, float]:
        for _ in range(3):
            session.send("HeapProfiler.collectGarbage")
        metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
        return {
            "heap_mb": metrics["JSHeapUsedSize"] / 1e6,
            "nodes": metrics["Nodes"],
            "listeners": metrics["JSEventListeners"],
            "held": page.evaluate("held.size"),
            "elements": page.evaluate("document.querySelectorAll('*').length"),
        }

    costs_at = {}
    for pairs in (250, 500, 750, 1000):
        turns = page.evaluate(TURNS, 250)
        costs_at[pairs], milliseconds = costs(), statistics.median(turn["whole"] for turn in turns)
        print(f"\nafter {pairs} pairs {costs_at[pairs]}, {milliseconds:.0f} ms a pair", end="")
    # The first quarter pays for what the browser compiles and keeps once.
    early, late = costs_at[250], costs_at[1000]
    assert late["held"] <= early["held"] <= 4
    assert late["elements"] <= early["elements"] * 1.05
    assert late["nodes"] <= early["nodes"] * 1.2
    assert late["listeners"] <= early["listeners"] * 1.2
    assert late["heap_mb"] <= early["heap_mb"] * 1.2
