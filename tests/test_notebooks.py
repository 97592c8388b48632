"""The notebooks as somebody finds them: without outputs, every cell running, whatever the study holds."""

import json
import os
import re
import shutil
from pathlib import Path

import papermill
import pytest

from kit.study import Study

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
NOTEBOOKS = [path for path in NOTEBOOKS if ".ipynb_checkpoints" not in path.parts]


def cells(path: Path, kind: str = "code") -> list[dict]:
    return [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == kind]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_source_only(path: Path) -> None:
    """No outputs and counts are in git, no cell is a program, the first cell says what it is, parameters are marked."""
    code = cells(path)
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
    # The cell of parameters is as long as its documentation.
    programs = [cell for cell in code if "parameters" not in cell["metadata"].get("tags", [])]
    assert all(len("".join(cell["source"]).splitlines()) <= 14 for cell in programs)
    assert not any(re.search(r"^\s*(def|class) ", "".join(cell["source"]), re.MULTILINE) for cell in code)
    assert json.loads(path.read_text(encoding="utf-8"))["cells"][0]["cell_type"] == "markdown"
    assert [cell["metadata"].get("tags") for cell in code if cell["metadata"].get("tags")] == [["parameters"]]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A copy of the example's study: eight small sandbox clips, measured and voted on by simulated raters."""
    shutil.copytree(ROOT / "reports" / "example" / "study", tmp_path / "study")
    return tmp_path / "study"


def run(name: str, tmp_path: Path, **parameters: str) -> dict:
    """The notebook as papermill leaves it, run in a folder of its own."""
    out = tmp_path / f"out-{name}"
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        papermill.execute_notebook(
            str(ROOT / "notebooks" / name),
            str(out),
            parameters=parameters,
            progress_bar=False,
            kernel_name="python3",
        )
    finally:
        os.chdir(here)
    return json.loads(out.read_text(encoding="utf-8"))


def test_the_analyst_s_notebook_on_a_study_with_clips(tmp_path: Path, study: Path) -> None:
    """From the form to the report: a player of the newest pair, a panel, findings, and the report's files."""
    done = run("compare.ipynb", tmp_path, place="study", rater="me", out="reports")
    text = json.dumps([cell["outputs"] for cell in done["cells"] if cell["cell_type"] == "code"])
    assert "No difference shown on" in text
    assert "sandbox-steady" in text
    assert (tmp_path / "reports" / "study.html").is_file()
    # Small enough to send and to keep in git: no clip, no copy of a script.
    assert len(json.dumps(done)) < 400_000
    assert "requestVideoFrameCallback" not in json.dumps(done)


def test_the_analyst_s_notebook_on_a_study_that_is_new(tmp_path: Path) -> None:
    """With nothing filmed yet every cell still runs, and says what is missing."""
    done = run("compare.ipynb", tmp_path, place="new-study", out="reports")
    text = json.dumps([cell["outputs"] for cell in done["cells"] if cell["cell_type"] == "code"])
    assert "No pair yet" in text
    with Study.open(tmp_path / "new-study") as study:
        assert len(study.requests) == 0


def test_the_rater_s_notebook(tmp_path: Path, study: Path) -> None:
    """It shows a panel that names no model."""
    done = run("rate.ipynb", tmp_path, place="study", rater="r7")
    text = json.dumps([cell["outputs"] for cell in done["cells"] if cell["cell_type"] == "code"])
    assert "widget-view" in text
    assert "sandbox-quick" not in text
    assert "sandbox-steady" not in text


def test_the_rater_s_notebook_without_a_study(tmp_path: Path) -> None:
    """It runs to its end, says that there is no study and how to give one, and raises nothing."""
    done = run("rate.ipynb", tmp_path, place="no-<i>study</i>", rater="r7")
    (output,) = [out for cell in done["cells"] for out in cell.get("outputs", [])]
    plain, page = ("".join(output["data"][kind]) for kind in ("text/plain", "text/html"))
    assert "there is no study at no-<i>study</i>" in plain
    assert "--prepare-only -p place" in plain
    assert "there is no study at no-&lt;i&gt;study&lt;/i&gt;" in page
    assert "<i>" not in page
