"""PairPlayer in real JupyterLab, Notebook 7 and Voila, and in frames like VS Code's.

Guards against clips that do not come or drift apart in a front end, bytes sent where a link would do, notebooks that
show nothing without trust or scripts, a dead kernel that takes what is on screen with it, and memory that grows.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import comm
import nbformat
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Locator, Page

from kit.widgets.pair_player import PairPlayer
from tests.browser.jupyter import Notebook, Server, notebook_of
from tests.browser.webview import Webview, Wire

pytestmark = pytest.mark.browser

FPS = 24
IMPORT = "from kit.widgets.pair_player import PairPlayer"
# The times of the clips of one player at every frame of the page, for some while.
SAMPLE = """(root, ms) => new Promise((resolve) => {
  const videos = [...root.querySelectorAll("video")];
  const samples = [];
  const begin = performance.now();
  const look = (now) => {
    samples.push(videos.map((video) => video.currentTime));
    if (now - begin < ms) requestAnimationFrame(look); else resolve(samples);
  };
  requestAnimationFrame(look);
})"""


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Path:
    """A folder: two clips that play, a large one, one that no browser decodes. Outside any server's root."""
    folder = tmp_path_factory.mktemp("clips")
    for i, name in enumerate(("a.mp4", "b.mp4")):
        make_clip(folder / name, seed=i, frames=4 * FPS, fps=FPS, width=320, height=184)
    grain = np.random.default_rng(3).integers(0, 40, (720, 1280, 1), dtype=np.uint8)
    with av.open(str(folder / "large.mp4"), "w") as box:
        stream = box.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        stream.options = {"crf": "18", "preset": "ultrafast"}
        for i in range(2 * FPS):
            picture = np.repeat(np.roll(grain, 7 * i, axis=1) + np.uint8(2 * i), 3, axis=2)
            box.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        box.mux(stream.encode(None))
    with av.open(str(folder / "old.mp4"), "w") as box:
        stream = box.add_stream("mpeg4", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 320, 184, "yuv420p"
        for i in range(2 * FPS):
            grey = np.full((184, 320, 3), 4 * i, np.uint8)
            box.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        box.mux(stream.encode(None))
    return folder


def inside(server: Server, clips: Path, *names: str) -> list[str]:
    """The clips in a folder of the server's root that is not easily written as an address."""
    folder = server.root / "my clips 50%#"
    folder.mkdir(exist_ok=True)
    for name in names:
        if not (folder / name).exists():
            (folder / name).write_bytes((clips / name).read_bytes())
    return [f"my clips 50%#/{name}" for name in names]


def in_state(player: Locator, state: str) -> Locator:
    """The player within a widget, once it has come to a state."""
    found = player.locator(f'.kit-player[data-state="{state}"]')
    found.wait_for()
    return found


def play(widget: Locator) -> None:
    widget.scroll_into_view_if_needed()
    widget.locator(".kit-play").click()
    in_state(widget, "playing")


def assert_in_step(widget: Locator, milliseconds: int = 1200) -> None:
    """Every clip goes on, and nine looks of ten find them within a frame of one another."""
    samples = widget.locator(".kit-player").evaluate(SAMPLE, milliseconds)
    first, last = samples[0], samples[-1]
    assert all(b > a for a, b in zip(first, last, strict=True)), (first, last)
    spreads = sorted(max(times) - min(times) for times in samples)
    assert spreads[int(0.9 * len(spreads))] <= 1 / FPS, spreads[-5:]


def ways(widget: Locator, expected: str) -> None:
    """Waits until the clips came in these ways: link, bytes or proxy."""
    widget.locator(f'.kit-supply[data-ways="{expected}"]').wait_for()


@pytest.mark.alone
@pytest.mark.parametrize("kind", ["lab", "notebook7"])
def test_clips_below_the_root_come_by_link(
    kind: str, request: pytest.FixtureRequest, open_notebook: Callable[..., Notebook], clips: Path
) -> None:
    """They play in step; the server answers parts (206), and no byte of a clip goes through the kernel."""
    server = request.getfixturevalue(kind)
    names = inside(server, clips, "a.mp4", "b.mp4")
    notebook = open_notebook(server, [IMPORT, f"PairPlayer({names})"])
    answers: list[tuple[str, int]] = []
    notebook.page.on("response", lambda r: answers.append((r.url, r.status)))
    notebook.run_all()
    widget = notebook.widget()
    play(widget)
    ways(widget, "link link")
    assert_in_step(widget)
    files = [status for url, status in answers if "/files/my%20clips%2050%25%23/" in url]
    # Asked for all of it, the server says 200 and that it takes ranges; the clip can be sought in all the same.
    assert files.count(206) >= 2
    assert set(files) <= {200, 206}
    assert widget.locator("video").first.evaluate("(v) => v.seekable.end(0)") == pytest.approx(4, abs=0.1)
    assert "2 clips read from the Jupyter server" in widget.locator(".kit-supply").inner_text()
    assert "sent to this page" not in widget.locator(".kit-supply").inner_text()


@pytest.mark.alone
def test_clips_in_voila_come_as_bytes(
    voila: Server, open_notebook: Callable[..., Notebook], clips: Path
) -> None:
    """Voila serves no videos: the bytes are sent, and the page says how many."""
    names = inside(voila, clips, "a.mp4", "b.mp4")
    notebook = open_notebook(voila, [IMPORT, f"PairPlayer({names})"])
    widget = notebook.widget()
    play(widget)
    ways(widget, "bytes bytes")
    assert_in_step(widget)
    kb = sum((clips / name).stat().st_size for name in ("a.mp4", "b.mp4")) / 1e3
    assert f"{kb:.0f} kB sent to this page" in widget.locator(".kit-supply").inner_text()


def test_what_cannot_be_linked_is_sent_and_what_is_large_is_a_proxy(
    lab: Server, open_notebook: Callable[..., Notebook], clips: Path
) -> None:
    """Outside the root and in hidden folders: bytes within the budget, above it a marked proxy that says why."""
    hidden = lab.root / ".hidden"
    hidden.mkdir(exist_ok=True)
    (hidden / "a.mp4").write_bytes((clips / "a.mp4").read_bytes())
    size = (clips / "large.mp4").stat().st_size
    budget = 0.9 * size / 1e6
    given = [".hidden/a.mp4", str(clips / "b.mp4"), str(clips / "large.mp4")]
    notebook = open_notebook(lab, [IMPORT, f"PairPlayer({given}, budget_mb={budget})"])
    notebook.run_all()
    widget = notebook.widget()
    play(widget)
    ways(widget, "bytes bytes proxy")
    boxes = widget.locator(".kit-clip")
    assert boxes.nth(2).locator(".kit-badge-proxy").is_visible()
    assert f"the original has {size / 1e6:.1f} MB" in boxes.nth(2).locator(".kit-note").inner_text()
    assert boxes.nth(0).locator(".kit-badge-proxy").count() == 0
    assert boxes.nth(2).locator("video").evaluate("(v) => v.videoWidth") <= 854


def test_a_clip_that_the_browser_cannot_decode_gets_a_proxy(
    lab: Server, open_notebook: Callable[..., Notebook], clips: Path
) -> None:
    """It says so, offers one, and plays it beside the other, marked."""
    names = inside(lab, clips, "a.mp4", "old.mp4")
    notebook = open_notebook(lab, [IMPORT, f"PairPlayer({names})"])
    notebook.run_all()
    widget = notebook.widget()
    widget.scroll_into_view_if_needed()
    offer = widget.get_by_role("button", name="smaller copy")
    offer.wait_for()
    assert "MPEG-4 part 2" in widget.locator(".kit-message").inner_text()
    offer.click()
    ways(widget, "link proxy")
    widget.locator(".kit-badge-proxy").wait_for()
    assert widget.locator(".kit-message").count() == 0
    play(widget)


def test_a_dead_kernel_takes_nothing_away(
    lab: Server, open_notebook: Callable[..., Notebook], clips: Path
) -> None:
    """What has come plays on; what is asked for then says that the kernel does not answer, and the offer stays."""
    notebook = open_notebook(lab, [IMPORT, f"PairPlayer({[str(clips / n) for n in ('a.mp4', 'old.mp4')]})"])
    notebook.run_all()
    widget = notebook.widget()
    widget.scroll_into_view_if_needed()
    offer = widget.get_by_role("button", name="smaller copy")
    offer.wait_for()
    notebook.kill_kernel()
    offer.click()
    widget.get_by_text("The kernel did not answer").wait_for()
    assert offer.is_enabled()
    play(widget)
    time = widget.locator("video").first.evaluate("(v) => v.currentTime")
    notebook.page.wait_for_function(
        "(t) => document.querySelector('.kit-widget video').currentTime > t + 0.2", arg=time
    )


def test_a_restarted_kernel_plays_again_when_the_cells_are_run_again(
    lab: Server, open_notebook: Callable[..., Notebook], clips: Path
) -> None:
    """The view of the old kernel gives way to one of the new."""
    notebook = open_notebook(lab, [IMPORT, f"PairPlayer({inside(lab, clips, 'a.mp4', 'b.mp4')})"])
    notebook.run_all()
    notebook.widget()
    notebook.restart_kernel()
    notebook.run_all()
    play(notebook.widget())


def test_the_widget_loads_while_the_kernel_is_busy(
    lab: Server, open_notebook: Callable[..., Notebook], clips: Path
) -> None:
    """Asked while a long cell runs, the kernel answers at the latest when that cell ends; nothing is lost."""
    names = inside(lab, clips, "a.mp4", "b.mp4")
    busy = "import pathlib\nwhile not pathlib.Path('go').exists():\n    pass"
    notebook = open_notebook(lab, [IMPORT, f"PairPlayer({names})", busy])
    notebook.run_all(wait=False)
    notebook.widgets.first.wait_for()
    (lab.root / "go").touch()
    play(notebook.widget())
    ways(notebook.widget(), "link link")


def test_two_views_of_one_player_both_play(
    lab: Server, open_notebook: Callable[..., Notebook], clips: Path
) -> None:
    """Each view has its own videos; the one that starts stops the other."""
    names = inside(lab, clips, "a.mp4", "b.mp4")
    notebook = open_notebook(lab, [IMPORT, f"p = PairPlayer({names})\np", "p"])
    notebook.run_all()
    for i in range(2):
        play(notebook.widget(i))
    in_state(notebook.widget(0), "paused")


def test_off_screen_a_player_stops_and_keeps_its_time(
    lab: Server, open_notebook: Callable[..., Notebook], clips: Path
) -> None:
    """Scrolled out of sight it pauses; back in sight it stands where it stood."""
    names = inside(lab, clips, "a.mp4", "b.mp4")
    notebook = open_notebook(lab, [IMPORT, f"PairPlayer({names})", "print('\\n' * 300)", "1"])
    notebook.run_all()
    widget = notebook.widget()
    play(widget)
    notebook.page.locator(".jp-CodeCell").nth(2).scroll_into_view_if_needed()
    notebook.page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 1e6)")
    widget.locator('.kit-player[data-state="paused"]').wait_for(state="attached")
    time = widget.locator("video").first.evaluate("(v) => v.currentTime")
    widget.scroll_into_view_if_needed()
    in_state(widget, "paused")
    assert widget.locator("video").first.evaluate("(v) => v.currentTime") == time
    play(widget)


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory, clips: Path) -> Path:
    """A notebook with one player, run without a front end and without widget state."""
    import papermill

    folder = tmp_path_factory.mktemp("executed")
    given = {"alpha": str(clips / "a.mp4"), "beta": str(clips / "b.mp4")}
    nbformat.write(notebook_of([IMPORT, f"PairPlayer({given}, label='A <b>cat</b>')"]), folder / "in.ipynb")
    papermill.execute_notebook(
        folder / "in.ipynb", folder / "out.ipynb", progress_bar=False, store_widget_state=False
    )
    return folder / "out.ipynb"


def assert_static(page: Page) -> None:
    """Posters with pictures in them, names, the prompt as text, and what to do."""
    static = page.locator(".kit-static, .jp-RenderedHTMLCommon").filter(has_text="run this cell").first
    static.wait_for()
    images = static.get_by_role("img")
    assert images.count() == 2
    page.wait_for_function("() => [...document.querySelectorAll('img[alt^=\"A frame of clip\"]')].every((i) => i.naturalWidth === 320)")  # fmt: skip
    text = static.inner_text()
    assert "A <b>cat</b>" in text
    assert "alpha" in text
    assert page.locator("video").count() == 0


@pytest.mark.parametrize("kind", ["lab", "notebook7"])
def test_an_untrusted_notebook_shows_posters_and_text(
    kind: str, request: pytest.FixtureRequest, open_notebook: Callable[..., Notebook], executed: Path
) -> None:
    """A notebook that came from elsewhere: no script of its outputs runs, and what is there can be read."""
    server = request.getfixturevalue(kind)
    node = nbformat.read(executed, 4)
    notebook = open_notebook(server, node)
    assert_static(notebook.page)
    assert notebook.widgets.count() == 0


def test_an_exported_page_with_scripts_off_shows_posters_and_text(
    executed: Path, tmp_path: Path, open_page: Callable[..., Any]
) -> None:
    """nbconvert's HTML of the executed notebook, read without scripts."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(require_js_url="", mathjax_url="", mermaid_js_url="")
    text, _ = exporter.from_notebook_node(nbformat.read(executed, 4))
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    opened = open_page(tmp_path / "page.html", java_script_enabled=False)
    images = opened.page.get_by_role("img", name="A frame of clip")
    assert images.count() == 2
    assert images.first.bounding_box()["width"] == 320
    assert opened.page.get_by_text("A <b>cat</b>", exact=True).is_visible()
    assert opened.page.get_by_text("run this cell").is_visible()


def test_an_export_with_saved_state_by_the_command_of_the_readme(
    tmp_path: Path, clips: Path, open_page: Callable[..., Any]
) -> None:
    """Where papermill kept widget state, the option that the README names gives posters and text all the same."""
    import papermill

    given = {"alpha": str(clips / "a.mp4"), "beta": str(clips / "b.mp4")}
    nbformat.write(notebook_of([IMPORT, f"PairPlayer({given})"]), tmp_path / "in.ipynb")
    papermill.execute_notebook(tmp_path / "in.ipynb", tmp_path / "out.ipynb", progress_bar=False)
    assert nbformat.read(tmp_path / "out.ipynb", 4).metadata["widgets"]
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    option = re.search(r"`(--NbConvertBase\.[a-z_]+=)'(.+?)'`", readme)
    assert option is not None
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "out.ipynb", option[1] + option[2]]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    opened = open_page(tmp_path / "out.html", java_script_enabled=False, offline=True)
    assert opened.page.get_by_role("img", name="A frame of clip").count() == 2
    assert opened.page.get_by_text("run this cell").is_visible()
    # nbconvert's own template asks a CDN for its scripts; nothing of ours does.
    opened.outside.clear()
    opened.complaints.clear()


def test_a_notebook_saved_by_jupyterlab_stays_small(
    lab: Server, open_notebook: Callable[..., Notebook], clips: Path
) -> None:
    """With widget state saved, three players: posters and stubs, no clip and no module."""
    names = inside(lab, clips, "a.mp4", "b.mp4")
    notebook = open_notebook(lab, [IMPORT, *[f"PairPlayer({names})"] * 3])
    notebook.run_all()
    play(notebook.widget(0))
    node = notebook.save()
    text = notebook.path.read_text(encoding="utf-8")
    assert "application/vnd.jupyter.widget-state+json" in node.metadata["widgets"]
    assert text.count('"model_name": "AnyModel"') == 3
    assert len(text) < 150_000
    for absent in ("data:video", "ZnR5c", "class Player", "keepTogether", ".kit-transport {"):
        assert absent not in text, absent


def test_nothing_serious_for_assistive_technology(
    lab: Server, open_notebook: Callable[..., Notebook], clips: Path
) -> None:
    """axe-core finds nothing serious or critical in the widget, in Lab's light and dark theme."""
    names = inside(lab, clips, "a.mp4", "b.mp4")
    notebook = open_notebook(lab, [IMPORT, f"PairPlayer({names}, label='A cat on a sofa')"])
    notebook.run_all()
    widget = notebook.widget()
    play(widget)
    widget.locator(".kit-play").click()
    in_state(widget, "paused")
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        notebook.page.evaluate(
            "async (theme) => { await window.jupyterapp.commands.execute('apputils:change-theme', { theme }); }",
            theme,
        )
        light = str("Light" in theme).lower()
        notebook.page.locator(f'body[data-jp-theme-light="{light}"]').wait_for(state="attached")
        found = Axe().run(notebook.page, context=".kit-widget").response["violations"]
        assert [
            (v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in {"serious", "critical"}
        ] == []


@pytest.mark.clips
def test_every_real_clip_plays_in_a_notebook(
    lab: Server, open_notebook: Callable[..., Notebook], clips_dir: Path
) -> None:
    """All published clips, up to six a player: VP9 under .mp4, 6 to 30 frames a second, upright, 256x144."""
    cells = [IMPORT]
    shown = 0
    for folder in sorted(path for path in clips_dir.iterdir() if path.is_dir()):
        files = sorted(str(p) for p in folder.iterdir() if p.suffix in {".mp4", ".webm"})
        shown += len(files)
        # A clip alone is shown beside itself.
        rows = [files[i : i + 6] for i in range(0, len(files), 6)]
        cells += [f"PairPlayer({row * 2 if len(row) == 1 else row})" for row in rows]
    assert shown >= 40
    notebook = open_notebook(lab, cells)
    notebook.run_all()
    for i in range(len(cells) - 1):
        widget = notebook.widget(i)
        play(widget)
        notebook.page.wait_for_function(
            "(i) => [...document.querySelectorAll('.kit-widget')[i].querySelectorAll('video')]"
            ".every((v) => v.currentTime > 0.1 && !v.error)",
            arg=i,
        )
        widget.locator(".kit-play").click()
        in_state(widget, "paused")


# In frames like VS Code's


@pytest.fixture
def webview(open_page: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Webview]:
    """An empty page of nested frames; widgets that are made from here on talk to it."""
    monkeypatch.setattr(comm, "create_comm", Wire)
    opened = open_page("<!doctype html><title>empty</title>")
    yield Webview(opened.page)
    # Chromium warns of the two flags that let a frame out of its sandbox; VS Code has them too.
    opened.complaints[:] = [line for line in opened.complaints if "can escape its sandboxing" not in line]


def inner_state(frame: Frame, state: str) -> None:
    frame.locator(f'.kit-player[data-state="{state}"]').wait_for()


@pytest.mark.alone
def test_in_nested_frames_clips_come_as_bytes_and_play(webview: Webview, clips: Path) -> None:
    """Without a Jupyter server in reach the bytes are sent into Blob addresses, and the clips play in step."""
    frame = webview.show(PairPlayer([clips / "a.mp4", clips / "b.mp4"]))
    widget = frame.locator(".kit-widget")
    play(widget)
    ways(widget, "bytes bytes")
    assert_in_step(widget)
    assert frame.evaluate("[...document.querySelectorAll('video')].every((v) => v.src.startsWith('blob:'))")


def test_taken_out_and_put_back_a_player_keeps_its_time(webview: Webview, clips: Path) -> None:
    """A notebook that removes outputs out of sight: the player stops, and stands where it stood when it is back."""
    frame = webview.show(PairPlayer([clips / "a.mp4", clips / "b.mp4"]))
    play(frame.locator(".kit-widget"))
    frame.evaluate(
        "window.taken = document.querySelector('.kit-widget'); window.place = taken.parentNode; taken.remove()"
    )
    frame.wait_for_function("() => window.taken.querySelector('.kit-player').dataset.state === 'paused'")
    before = frame.evaluate("[...window.taken.querySelectorAll('video')].map((v) => v.currentTime)")
    frame.evaluate("window.place.append(window.taken)")
    inner_state(frame, "paused")
    assert frame.evaluate("[...document.querySelectorAll('video')].map((v) => v.currentTime)") == before
    play(frame.locator(".kit-widget"))


def test_fifty_players_made_and_removed_leave_nothing_behind(webview: Webview, clips: Path) -> None:
    """Every Blob address that was made is given back when the view goes."""
    player = PairPlayer([clips / "a.mp4", clips / "old.mp4"])
    for i in range(50):
        frame = webview.show(player)
        frame.locator('.kit-supply[data-ways="bytes bytes"]').wait_for()
        if i == 0:
            assert frame.evaluate("window.kept.size") >= 2
        frame.evaluate("window.remove()")
        assert frame.locator(".kit-widget").count() == 0
    assert frame.evaluate("window.kept.size") == 0


def test_an_error_of_the_module_is_drawn(
    webview: Webview, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails on the way is said where the player would stand."""
    monkeypatch.setattr(PairPlayer, "_markup", lambda _: 1 / 0)
    frame = webview.show(PairPlayer([clips / "a.mp4", clips / "b.mp4"]))
    alert = frame.locator('.kit-widget[data-state="error"] [role=alert]')
    alert.wait_for()
    assert "ZeroDivisionError" in alert.inner_text()
