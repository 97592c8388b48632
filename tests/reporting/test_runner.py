"""The report notebook, run by the kit's runner and by papermill alone."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from jsonschema import Draft202012Validator

from kit.cli import main
from kit.errors import BadParameter, ReportError, StudyMissing
from kit.notebooks_path import notebook_path
from kit.reporting import notebook_parameters, report, runner, schema, watch


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
    options += ["-y", "{sections: [answer, beside], authors: [Ann]}", "-p", "beside_until", "2026-11-19"]
    done = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "reports" / "my-study.html").is_file()
    data = json.loads((tmp_path / "reports" / "my-study.json").read_text())
    assert [s["id"] for s in data["sections"]] == ["answer", "beside"]
    assert data["authors"] == ["Ann"]


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


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"sections": ["anwser"]}, "did you mean 'answer'"),
        ({"without": ["answer", "modles"]}, "did you mean 'models'"),
        ({"sections": "answer"}, "takes a list"),
        ({"authors": ["Ann", 3]}, "takes a list"),
        ({"until": "yesterday"}, "no day and no moment"),
        ({"beside_until": "2026-02-30"}, "no day and no moment"),
        ({"besides": "x"}, "did you mean 'beside'"),
        ({"beside": "postgresql+psycopg://ann:s3cret@host/x"}, "PGPASSWORD"),
    ],
)
def test_values_of_the_kits_own_notebook_are_checked_first(
    usual: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parameters: dict, words: str
) -> None:
    """Lists and what is in them, days, and the study beside: a slip is told before a kernel starts."""
    monkeypatch.setattr(runner, "_execute", lambda *_: pytest.fail("the notebook ran"))
    with pytest.raises(BadParameter, match=words) as caught:
        report(usual, out=tmp_path / "out", parameters=parameters)
    assert "s3cret" not in str(caught.value)


def test_no_study_beside_no_report(usual: Path, tmp_path: Path) -> None:
    """A place beside that has no study is told before anything runs."""
    with pytest.raises(StudyMissing):
        report(usual, out=tmp_path / "out", parameters={"beside": str(tmp_path / "nowhere")})
    assert not (tmp_path / "out").exists()


def test_the_flags_of_the_command_reach_the_page(
    usual: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Authors, sections, days and a study beside, by flags and by -p: one run of the notebook shows them all."""
    flags = [
        "--author",
        "Ann, of the lab",
        "--author",
        "Bo",
        "--sections",
        "answer,beside",
        "--sections",
        "provenance",
    ]
    more = [
        "--until",
        "2026-12-01",
        "--beside-until",
        "2026-11-19",
        "-p",
        "without",
        '["answer"]',
        "-p",
        "draws",
        "200",
    ]
    assert main(["report", str(usual), "--out", str(tmp_path), "--json", *flags, *more]) == 0
    made = json.loads(capsys.readouterr().out)
    data = json.loads(Path(made["json"]).read_text())
    Draft202012Validator(schema()).validate(data)
    assert data["authors"] == ["Ann, of the lab", "Bo"]
    assert [s["id"] for s in data["sections"]] == ["beside", "provenance"]
    assert data["sections"][1]["command"] == (
        "kit report STUDY --name usual -p draws 200 --author 'Ann, of the lab' --author Bo --sections answer "
        "--sections beside --sections provenance --without answer --until 2026-12-01 --beside STUDY "
        "--beside-until 2026-11-19"
    )
    assert "By <bdi>Ann, of the lab</bdi> and <bdi>Bo</bdi>" in Path(made["html"]).read_text()


def test_help_documents_every_parameter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`kit report --help` lists each parameter of the notebook with type, default and comment; one's own notebook's too."""
    assert main(["report", "--help"]) == 0
    text = capsys.readouterr().out
    for name, parameter in notebook_parameters().items():
        assert (
            f"  {name} ({parameter.annotation}), default {parameter.default}\n      {parameter.help}\n"
            in text
        )
    for flag in (
        "--author",
        "--sections",
        "--without",
        "--until",
        "--beside",
        "--watch",
        "--notebook",
        "--schema",
    ):
        assert flag in text
    own = own_notebook(tmp_path / "own.ipynb", parameters="study: str = ''\nwarmth: int = 3  # how warm")
    assert main(["report", "--help", "--notebook", str(own)]) == 0
    text = capsys.readouterr().out
    assert "warmth (int), default 3\n      how warm" in text
    assert "max_embed_mb" not in text
    assert main(["report", "--help", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["parameters"]) == set(notebook_parameters())


def test_report_without_a_study_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither --help nor --schema nor a study: exit 2, as for any command."""
    with pytest.raises(SystemExit) as stop:
        main(["report", "--out", "x"])
    assert stop.value.code == 2
    assert "required: study" in capsys.readouterr().err


def test_a_failing_building_while_watching_keeps_the_older_page(
    usual: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The cell is named, the older page of that name is there as it was, and nothing half-written is left."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "r.html").write_text("older")
    notebook = own_notebook(
        tmp_path / "own.ipynb",
        "from pathlib import Path\n(Path(out) / f'{name}.html').write_text('half')",
        "1 / 0",
    )
    said: list[str] = []

    def stop(_seconds: float) -> None:
        raise KeyboardInterrupt

    done = watch(
        lambda: "a", lambda: report(usual, out=out, name="r", notebook=notebook), say=said.append, wait=stop
    )
    assert done == (0, 1)
    assert "'1 / 0'" in said[0]
    assert [(p.name, p.read_text()) for p in out.iterdir()] == [("r.html", "older")]
