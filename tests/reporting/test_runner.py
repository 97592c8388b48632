"""The report notebook, run by the kit's runner and by papermill alone."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from kit.errors import BadParameter, ReportError, StudyMissing
from kit.notebooks_path import notebook_path
from kit.reporting import report, runner


def own_notebook(
    path: Path, *cells: str, parameters: str = 'study: str = ""\nout: str = ""\nname: str = ""'
) -> Path:
    """A notebook of one's own with a parameters cell."""
    first = nbformat.v4.new_code_cell(parameters)
    first.metadata["tags"] = ["parameters"]
    nb = nbformat.v4.new_notebook(cells=[first, *(nbformat.v4.new_code_cell(c) for c in cells)])
    nb.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nb, path)
    return path


def test_the_notebook_is_clean() -> None:
    """The bundled notebook has no outputs, a kernel, one parameters cell, and short cells that call the kit only."""
    nb = nbformat.read(notebook_path("report.ipynb"), 4)
    nbformat.validate(nb)
    assert nb.metadata.kernelspec.name == "python3"
    code = [c for c in nb.cells if c.cell_type == "code"]
    assert [c.metadata.get("tags") for c in code].count(["parameters"]) == 1
    assert all(not c.outputs and c.execution_count is None for c in code)
    assert all(len(c.source.splitlines()) <= 6 for c in code[1:])
    assert not any("def " in c.source or "import" in c.source.replace("import kit", "") for c in code)


def test_the_whole_way(usual: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Braces in paths, a title, a parameter: page, JSON and executed notebook are there, and nothing else."""
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "in {braces} & 'quotes'" / "my study"
    shutil.copytree(usual, place)
    said: list[str] = []
    out = Path("out {x}")
    files = report(place, out=out, title="Given title", parameters={"draws": 200}, progress=said.append)
    assert sorted(p.name for p in out.iterdir()) == [
        "my-study.html",
        "my-study.ipynb",
        "my-study.json",
        "my-study_files",
    ]
    assert files.html == out / "my-study.html"
    data = json.loads(files.json.read_text())
    assert data["title"] == "Given title"
    assert data["comparison"]["draws"] == 200
    assert any("page.save(out)" in line for line in said)
    text = files.ipynb.read_text()
    assert ".kit-report-" not in text
    nb = nbformat.reads(text, 4)
    assert "No difference" in json.dumps(nb.cells)
    assert len(text) < 200_000
    provenance = next(s for s in data["sections"] if s["id"] == "provenance")
    assert provenance["command"] == "kit report STUDY --name my-study --title 'Given title' -p draws 200"


def test_same_page_by_the_runner_and_by_hand(usual: Path, whole, tmp_path: Path) -> None:
    """The notebook adds nothing to what its calls give."""
    files = report(usual, out=tmp_path / "a", parameters={"draws": 200})
    by_hand = whole(usual).save(tmp_path / "b")
    assert files.html.read_bytes() == by_hand.html.read_bytes()
    assert files.json.read_bytes() == by_hand.json.read_bytes()


def test_papermill_alone(usual: Path, tmp_path: Path) -> None:
    """`papermill notebooks/report.ipynb OUT.ipynb -p study my-study` writes into reports/ under the study's name."""
    shutil.copytree(usual, tmp_path / "my-study")
    command = [sys.executable, "-m", "papermill", notebook_path("report.ipynb"), "OUT.ipynb"]
    options = ["-p", "study", "my-study", "-p", "draws", "200", "--no-progress-bar", "--log-level", "ERROR"]
    done = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "reports" / "my-study.html").is_file()
    assert (tmp_path / "reports" / "my-study.json").is_file()


def test_a_failing_cell_is_named_and_leaves_nothing(usual: Path, tmp_path: Path) -> None:
    """The error names the cell and ends with the error's own words; an older report of that name stays."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "r.html").write_text("older")
    notebook = own_notebook(
        tmp_path / "own.ipynb",
        "from pathlib import Path\n(Path(out) / f'{name}.html').write_text('half')",
        "# a comment\nanswer = 1 / 0\nprint(answer)",
    )
    with pytest.raises(ReportError) as caught:
        report(usual, out=out, name="r", notebook=notebook)
    assert "'answer = 1 / 0'" in str(caught.value)
    assert "ZeroDivisionError: division by zero" in str(caught.value)
    assert [(p.name, p.read_text()) for p in out.iterdir()] == [("r.html", "older")]


def test_a_notebook_that_saves_nothing_is_told_how(usual: Path, tmp_path: Path) -> None:
    """A notebook of one's own that forgets to save ends in an error that says what to write."""
    notebook = own_notebook(tmp_path / "own.ipynb", "1 + 1")
    with pytest.raises(ReportError, match=r"page\.save\(out\)"):
        report(usual, out=tmp_path / "out", notebook=notebook)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"parameters": {"sede": 1}}, "did you mean 'seed'"),
        ({"parameters": {"draws": "5000"}}, "a whole number"),
        ({"assets": 3}, "takes text"),
        ({"name": "a/b"}, "cannot be a file name"),
        ({"notebook": "nowhere.ipynb"}, "no notebook at"),
    ],
)
def test_wrong_parameters_stop_before_anything_runs(
    usual: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict, words: str
) -> None:
    """Names and types are checked first: no kernel starts and no folder is made."""
    monkeypatch.setattr(runner, "_execute", lambda *_: pytest.fail("the notebook ran"))
    with pytest.raises(BadParameter, match=words):
        report(usual, out=tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_no_study_no_report(tmp_path: Path) -> None:
    """A place without a study is told before anything runs, and is not made into one."""
    with pytest.raises(StudyMissing):
        report(tmp_path / "nowhere", out=tmp_path)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("url", ["ann:s3cret%40x@host/studies", "ann@host/studies?password=s3cret%40x"])
def test_a_password_travels_by_environment_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """The password of a database URL reaches the kernel in PGPASSWORD, and no notebook or error."""
    monkeypatch.delenv("PGPASSWORD", raising=False)
    seen: dict = {}

    def execute(node, parameters, progress):
        seen.update(parameters, environment=os.environ.get("PGPASSWORD"))
        raise ReportError("stopped here")

    monkeypatch.setattr(runner, "_execute", execute)
    with pytest.raises(ReportError, match="stopped here"):
        report(f"postgresql+psycopg://{url}", out=tmp_path)
    assert seen["environment"] == "s3cret@x"
    assert "s3cret" not in str({k: v for k, v in seen.items() if k != "environment"})
    assert seen["study"] == "postgresql+psycopg://ann@host/studies"
    assert seen["name"] == "studies"
    assert "PGPASSWORD" not in os.environ
