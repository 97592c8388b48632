"""The rating panel in real JupyterLab, Notebook 7 and Voila: a queue by keyboard, through a kernel that is killed.

The tests guard against answers lost with the kernel, keys that reach the notebook's own commands, and a panel that works
in one front end only.
"""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

from kit.notebooks_path import notebook_path
from kit.study import Study
from tests.rating_study import MODELS, rating_study

if TYPE_CHECKING:
    from tests.browser.jupyter import Notebook, Server

pytestmark = pytest.mark.browser

CHOICES = {"a": "left", "b": "right", "g": "both_good", "n": "both_bad"}
FIRST, SECOND = "vote:prompt_adherence", "vote:artifacts"


@pytest.fixture
def study(tmp_path: Path, make_clip: Callable[..., Path]) -> Iterator[Study]:
    """Three pairs."""
    with rating_study(tmp_path / "study", tmp_path / "clips", make_clip, size=(160, 96)) as made:
        yield made


def cells(study: Study, **options: Any) -> list[str]:
    """A notebook that shows the panel for Ada, with two questions a pair."""
    given = {
        "rater": "Ada",
        "dimensions": ["prompt_adherence", "artifacts"],
        "repeats": 0,
        "known": 0,
        **options,
    }
    listed = ", ".join(f"{name}={value!r}" for name, value in given.items())
    # Its process is known by a file beside the study, so that a test can kill it.
    pid = f"import os, pathlib\npathlib.Path({str(study.folder)!r}, 'kernel.pid').write_text(str(os.getpid()))\n"
    return [
        f"{pid}import kit\nstudy = kit.Study({str(study.folder)!r})\npanel = kit.RatingPanel(study, {listed})\npanel"
    ]


def panel(page: Page) -> Locator:
    """The panel on the page."""
    return page.locator(".kit-rating")


def at(page: Page, position: int, step: str) -> None:
    """Waits until a step of a pair is asked and its clips can be played."""
    page.locator(
        f".kit-rating[data-state=rating][data-position='{position}'][data-step='{step}'][data-ready=true]"
    ).wait_for()


def begin(page: Page) -> None:
    """From the first screen to the first question, by key."""
    page.locator(".kit-rating[data-state=start]").wait_for()
    button = page.locator(".kit-rating-begin")
    button.focus()
    page.keyboard.press("Enter")


def test_a_queue_by_keyboard_in_lab_while_the_kernel_is_killed(lab, open_notebook, study):
    """By key alone; the kernel goes with an answer under way, the cell is run again, and nothing is lost or doubled."""
    notebook: Notebook = open_notebook(lab, cells(study))
    notebook.run_all()
    page = notebook.page
    before = cell_count(page)
    begin(page)
    at(page, 0, FIRST)
    page.keyboard.press("a")
    at(page, 0, SECOND)
    page.keyboard.press("b")
    at(page, 1, FIRST)
    page.keyboard.press("n")
    at(page, 1, SECOND)
    assert len(study.votes) == 3
    # Letters are the notebook's commands: "a" and "b" would have made cells.
    assert cell_count(page) == before
    assert study.folder is not None
    os.kill(int((study.folder / "kernel.pid").read_text()), signal.SIGKILL)
    page.keyboard.press("g")
    expect(panel(page)).to_have_attribute("data-saving", "saving")
    assert len(study.votes) == 3
    # The server starts another kernel by itself, and JupyterLab says so.
    page.locator(".jp-Dialog").get_by_role("button", name="Ok").click()
    notebook.run_all()
    begin(page)
    at(page, 2, FIRST)
    assert len(study.votes) == 4
    page.keyboard.press("b")
    at(page, 2, SECOND)
    page.keyboard.press("a")
    page.locator(".kit-rating[data-state=end]").wait_for()
    votes = study.judgements[study.judgements["step"] == "vote"]
    assert list(votes["side"]) == [CHOICES[key] for key in "abngba"]
    assert len(study.votes) == len(study.vote_history) == 6
    page.get_by_role("button", name="Reveal").click()
    for model in MODELS:
        expect(page.locator(".kit-rating-table")).to_contain_text(model)


def cell_count(page: Page) -> int:
    """How many cells the notebook has."""
    count: int = page.evaluate("window.jupyterapp.shell.currentWidget.content.model.cells.length")
    return count


def test_an_answer_that_the_kernel_never_got_is_kept(lab, open_notebook, study):
    """Without an answer from the kernel the panel says so after a while, in words, and keeps what was pressed."""
    notebook: Notebook = open_notebook(lab, cells(study))
    notebook.run_all()
    page = notebook.page
    begin(page)
    at(page, 0, FIRST)
    notebook.kill_kernel()
    page.keyboard.press("a")
    page.locator(".kit-rating[data-saving=failed]").wait_for()
    notice = page.locator(".kit-rating-notice")
    expect(notice).to_contain_text("not saved yet")
    expect(notice.get_by_role("button", name="Try again")).to_be_visible()
    expect(page.locator("[data-choice=left]")).to_have_attribute("aria-pressed", "true")
    assert len(study.votes) == 0


@pytest.mark.parametrize("kind", ["notebook7", "voila"])
def test_it_works_elsewhere(request, open_notebook, study, kind):
    """In Notebook 7 and in Voila a pair is played and answered, and the answer is in the study."""
    server: Server = request.getfixturevalue(kind)
    notebook: Notebook = open_notebook(server, cells(study))
    notebook.run_all()
    page = notebook.page
    begin(page)
    at(page, 0, FIRST)
    page.keyboard.press(" ")
    page.locator(".kit-rating-pair:not([data-waiting]) .kit-player[data-state=playing]").wait_for()
    page.keyboard.press("g")
    at(page, 0, SECOND)
    page.keyboard.press("b")
    at(page, 1, FIRST)
    assert list(study.judgements["side"]) == ["both_good", "right"]
    assert list(study.judgements["plays"]) == [1, 1]


def test_the_rating_notebook_without_a_study(voila, open_notebook):
    """Voila shows words on how to give the notebook a study, and not a page of its own about an error."""
    notebook: Notebook = open_notebook(voila, nbformat.read(notebook_path("rate.ipynb"), as_version=4))
    said = notebook.page.locator(".kit-cannot-open")
    expect(said).to_contain_text("there is no study at my-study")
    expect(said).to_contain_text("-p place /path/to/my-study")
    expect(said).to_contain_text("kit rate /path/to/my-study --rater ann")
    expect(notebook.page.get_by_role("heading", name="Rate clips, blind")).to_be_visible()
    expect(notebook.page.get_by_text("There was an error")).to_have_count(0)


def test_a_saved_notebook_gives_nothing_away(lab, open_notebook, study):
    """What is saved has no clip, no script and no model's name; without a kernel it says how far the rater is."""
    notebook: Notebook = open_notebook(lab, cells(study))
    notebook.run_all()
    begin(notebook.page)
    at(notebook.page, 0, FIRST)
    saved = notebook.save()
    text = str(saved)
    assert "Blind rating by Ada" in text
    assert len(text) < 20_000
    assert [model for model in MODELS if model in text] == []


def test_python_sees_what_was_rated(study):
    """The panel's frame and result come from the study; its text names the rater, escaped, and how far they are."""
    import kit

    panel = kit.RatingPanel(study, rater="<Ada>", repeats=0, known=0, dimensions=["artifacts"])
    assert "not begun" in panel.static_text()
    told, _ = panel.answer("start", {}, [])
    data = {"token": "token-0001", "position": told["position"], "step": "vote", "dimension": "artifacts",
            "choice": "left", "seconds": 2.0, "watched": None}  # fmt: skip
    panel.answer("save", data, [])
    assert "1 of 3 pairs finished" in panel.static_text()
    assert "&lt;Ada&gt;" in panel.static_html()
    assert list(panel.summary()["votes"]) == [1]
    assert panel.result().to_dict()["wins"]
    clip = panel.answer("media", {"name": told["item"]["media"][0]["name"]}, [])[1][0]
    assert len(clip) == told["item"]["media"][0]["bytes"]
    panel.close()


def test_a_clip_over_the_budget_is_refused_in_words(study):
    """A clip larger than the panel may send is an error that says what to do."""
    import kit

    panel = kit.RatingPanel(study, rater="Ada", budget_mb=0.0001)
    told, _ = panel.answer("start", {}, [])
    with pytest.raises(kit.KitError, match="budget_mb"):
        panel.answer("media", {"name": told["item"]["media"][0]["name"]}, [])
    panel.close()
