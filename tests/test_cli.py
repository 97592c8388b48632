"""The command line: results on standard output, errors as sentences, exit codes, the whole line by hand."""

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.cli import main
from kit.errors import Incomplete


@pytest.fixture
def kit_(capsys: pytest.CaptureFixture[str], monkeypatch, tmp_path) -> Callable[..., tuple[int, str, str]]:
    """Runs a command in an empty folder: (exit code, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            code = main(arguments)
        except SystemExit as stop:
            code = int(stop.code or 0)
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


@pytest.fixture
def clips(tmp_path: Path, make_clip: Callable[..., Path]) -> Path:
    """A manifest of one pair on each of two prompts."""
    lines = ["file,prompt,model,prompt_id"]
    for prompt in ("boat", "kite"):
        for model in ("alpha", "beta"):
            name = f"{prompt}_{model}.mp4"
            make_clip(tmp_path / name, seed=len(lines))
            lines.append(f"{name},A {prompt}.,{model},{prompt}")
    path = tmp_path / "clips.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_whole_line(kit_, clips, tmp_path):
    """Init, import, measure, votes, compare and report, each with what it says; and again, changing nothing."""
    assert kit_("init", "study", "--title", "Boats and kites")[0] == 0
    assert (
        kit_("import", "study", "clips.csv")[1] == "4 clips added, 0 changed, 0 there already (4 new files)\n"
    )
    assert (
        kit_("import", "study", "clips.csv")[1] == "0 clips added, 0 changed, 4 there already (0 new files)\n"
    )
    assert kit_("measure", "study", "--jobs", "2")[1] == "measured 4 clips; 0 had been measured already\n"
    assert kit_("measure", "study")[1] == "measured 0 clips; 4 had been measured already\n"
    votes = "prompt_id,model_a,model_b,take,dimension,choice,rater\nboat,alpha,beta,1,artifacts,a,r1\n"
    (tmp_path / "votes.csv").write_text(votes)
    assert kit_("votes", "import", "study", "votes.csv")[1] == "1 vote added, 0 changed, 0 there already\n"
    scores = "prompt_id,model,take,dimension,score,rater\nboat,alpha,1,artifacts,4,r1\n"
    (tmp_path / "scores.csv").write_text(scores)
    assert kit_("scores", "import", "study", "scores.csv")[1] == "1 score added, 0 changed, 0 there already\n"
    assert kit_("votes", "export", "study", "out.csv")[1] == "wrote 1 vote to out.csv\n"
    assert kit_("scores", "export", "study", "out2.csv")[1] == "wrote 1 score to out2.csv\n"
    code, out, _ = kit_("compare", "study")
    assert code == 0
    assert "1 vote" in out
    code, out, err = kit_("report", "study", "--out", "pages")
    assert code == 0, err
    assert Path(out.strip()).is_file()
    assert sorted(p.suffix for p in (tmp_path / "pages").iterdir() if p.is_file()) == [
        ".html",
        ".ipynb",
        ".json",
    ]


def test_json_is_one_document_on_standard_output(kit_, clips):
    """With --json, standard output parses as a whole, whatever else is said."""
    assert json.loads(kit_("init", "study", "--json")[1]) == {"study": "study", "prompts": 0, "models": []}
    done: dict[str, Any] = json.loads(kit_("import", "study", "clips.csv", "--json")[1])
    assert (done["added"], done["new_clips"]) == (4, 4)
    document = json.loads(kit_("compare", "study", "--json")[1])
    assert document["missing"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["import", "nowhere", "clips.csv"], "there is no study at nowhere; make one with: kit init nowhere"),
        (["measure", "nowhere"], "there is no study at nowhere"),
        (["report", "nowhere"], "there is no study at nowhere"),
        (["compare", "nowhere"], "there is no study at nowhere"),
        (["init", "study", "--suite", "artcle-four"], "article-four"),
        (["init", "clips.csv"], "is a file"),
        (["init", "study", "--rubric", "none.yaml"], "none.yaml: there is no such file"),
    ],
)
def test_errors_are_sentences(kit_, clips, arguments, message):
    """An error is one sentence on standard error, exit code 1, no traceback, nothing on standard output."""
    code, out, err = kit_(*arguments)
    assert (code, out) == (1, "")
    assert err.startswith("kit: ")
    assert message in err
    assert "Traceback" not in err


def test_debug_shows_the_traceback(kit_):
    """With --debug the same error comes with its traceback."""
    code, _, err = kit_("measure", "nowhere", "--debug")
    assert code == 1
    assert "Traceback" in err
    assert "StudyMissing" in err


def test_all_faults_of_a_manifest_at_once(kit_, clips, tmp_path):
    """Every fault is listed with file, line and column, and nothing was imported."""
    kit_("init", "study")
    (tmp_path / "bad.csv").write_text(
        "file,prompt,model\nnone.mp4,A boat.,alpha\n../boat_alpha.mp4,A boat.,alpha\nboat_alpha.mp4,A boat.,\n"
    )
    code, _, err = kit_("import", "study", "bad.csv")
    assert code == 1
    assert [
        line.split(":")[0].replace("kit", "") or line for line in err.splitlines() if "bad.csv, line" in line
    ]
    for place in ("bad.csv, line 2, file", "bad.csv, line 3, file", "bad.csv, line 4, model"):
        assert place in err
    assert json.loads(kit_("import", "study", "clips.csv", "--json")[1])["added"] == 4


@pytest.mark.parametrize(
    "arguments",
    [[], ["nonsense"], ["measure"], ["measure", "study", "--jobs", "0"], ["report", "s", "--assets", "x"]],
)
def test_wrong_usage_is_exit_2(kit_, arguments):
    """The parser's own errors: exit 2, usage on standard error."""
    code, out, err = kit_(*arguments)
    assert (code, out) == (2, "")
    assert "usage: kit" in err


def test_init_on_an_existing_study_is_refused(kit_):
    """A second init names the way on."""
    assert kit_("init", "study")[0] == 0
    code, _, err = kit_("init", "study")
    assert code == 1
    assert "there is a study at study already" in err


def test_a_rubric_of_ones_own(kit_, clips, tmp_path):
    """Dimensions come from the file given, and votes are checked against them."""
    (tmp_path / "rubric.yaml").write_text(
        "name: mine\nversion: 1\ndimensions:\n  - {id: charm, title: Charm, question: Which clip has more charm?}\n"
    )
    assert kit_("init", "study", "--rubric", "rubric.yaml", "--suite", "article-four")[0] == 0
    assert kit_("import", "study", "clips.csv", "--add")[0] == 0
    votes = "prompt_id,model_a,model_b,take,dimension,choice,rater\nboat,alpha,beta,1,charm,a,r1\n"
    (tmp_path / "votes.csv").write_text(votes)
    assert kit_("votes", "import", "study", "votes.csv")[0] == 0
    (tmp_path / "votes.csv").write_text(votes.replace("charm", "artifacts"))
    code, _, err = kit_("votes", "import", "study", "votes.csv")
    assert code == 1
    assert "votes.csv, line 2, dimension" in err


def test_models_are_listed_and_compared(kit_):
    """`kit models` lists every card; with names it gives the table, each cell with its certainty."""
    assert "kling-3.0" in kit_("models")[1].split()
    document = json.loads(kit_("models", "kling-2.6", "kling-3.0", "--json")[1])["models"]
    assert (
        document["kling-2.6"]["longest clip"]["value"],
        document["kling-3.0"]["longest clip"]["value"],
    ) == (
        "10 s",
        "15 s",
    )
    assert document["kling-2.6"]["resolution"]["certainty"] == "third_party"
    code, _, err = kit_("models", "kling-2.7")
    assert code == 1
    assert "did you mean 'kling-2.6'?" in err


def test_a_command_that_did_not_do_all_prints_its_result_and_fails(kit_, monkeypatch):
    """What was done is on standard output as ever; the exit code is 1."""

    def unfinished(_options):
        raise Incomplete({"done": 1, "total": 2}, "1 of 2 done")

    monkeypatch.setattr("kit.commands.measure", unfinished)
    assert kit_("measure", "study")[:2] == (1, "1 of 2 done\n")
    code, out, _ = kit_("measure", "study", "--json")
    assert (code, json.loads(out)) == (1, {"done": 1, "total": 2})


def test_the_command_is_installed(tmp_path):
    """`kit --version` runs as a program."""
    program = Path(sys.executable).with_name("kit")
    run = subprocess.run([program, "--version"], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert run.stdout.startswith("kit ")


def test_rate_serves_links_until_interrupted(kit_, clips) -> None:
    """One link a rater on standard error, a page behind each, and Ctrl-C ends it with a count of the votes and of each rater's pairs."""
    assert kit_("init", "study")[0] == 0
    assert kit_("import", "study", str(clips))[0] == 0
    command = [sys.executable, "-m", "kit", "rate", "study", "--port", "0", "--json"]
    with subprocess.Popen(
        [*command, "--rater", "Ann", "--rater", "Ben"],
        cwd=clips.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        said = [process.stderr.readline() for _ in range(3)]
        links = dict(line.strip().split(": ", 1) for line in said[1:])
        pages = []
        for link in links.values():
            with urllib.request.urlopen(link) as answer:
                pages.append(answer.read().decode())
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert list(links) == ["Ann", "Ben"]
    assert len(set(links.values())) == 2
    assert all(page.startswith("<!doctype html>") for page in pages)
    assert "alpha" not in "".join(pages)
    assert (process.returncode, json.loads(out)) == (
        0,
        {"votes": 0, "new_votes": 0, "raters": {name: {"done": 0, "total": 0} for name in links}},
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "--rater"),
        (("--rater", "Ann", "--dimension", "realism"), 1, "did you mean 'video_realism'?"),
        (("--rater", "Ann", "--host", "0.0.0.0"), 1, "--allow-remote"),
        (("--rater", "Ann", "--rater", "Ann"), 1, "twice"),
    ],
)
def test_rate_says_what_is_wrong(kit_, clips, arguments, code, said) -> None:
    """A missing rater, a dimension that is none, a door to other machines, a name given twice."""
    assert kit_("init", "study")[0] == 0
    assert kit_("import", "study", str(clips))[0] == 0
    got, out, err = kit_("rate", "study", "--port", "0", *arguments)
    assert (got, out) == (code, "")
    assert said in err
