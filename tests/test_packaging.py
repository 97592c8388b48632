"""What is installed is what was tested: dependencies agree, and the wheel works alone in any folder."""

import json
import re
import subprocess
import sys
import tomllib
import venv
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

import kit

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_conda_and_pip_install_the_same():
    """environment.yml lists exactly the dependencies of pyproject.toml and of the lab extra."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    conda = {line for line in environment if isinstance(line, str)} - {"pip"}
    wanted = {*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["lab"]}
    assert conda == wanted | {f"python{PROJECT['requires-python']}"}


def test_every_dependency_says_why():
    """Each runtime dependency stands on a line with its reason."""
    text = (ROOT / "pyproject.toml").read_text()
    block = re.search(r"\ndependencies = \[\n(.*?)\n\]", text, re.DOTALL).group(1)
    lines = [line for line in block.splitlines() if line.strip().startswith('"')]
    assert len(lines) == len(PROJECT["dependencies"])
    assert all(re.search(r'",\s+# \S', line) for line in lines)


def test_the_version_is_said_once():
    """The package, its metadata and the changelog agree."""
    assert kit.__version__ == PROJECT["version"] == version("t2v-eval-kit")
    assert f"## {kit.__version__}" in (ROOT / "CHANGELOG.md").read_text()


@pytest.fixture(scope="module")
def wheel_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has the built wheel and sees the test environment's other packages, but not the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    target = folder / "env"
    venv.create(target, with_pip=False)
    python = target / "bin" / "python"
    site = next((target / "lib").glob("python*/site-packages"))
    # Dependencies come from the environment of the tests; the editable install of the checkout must not.
    here = Path(next(p for p in sys.path if p.endswith("site-packages")))
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(site),
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    for path in here.iterdir():
        if "t2v_eval_kit" not in path.name and path.suffix != ".pth" and not (site / path.name).exists():
            (site / path.name).symlink_to(path)
    return python


def test_the_wheel_works_in_any_folder(wheel_python, tmp_path, make_clip):
    """From the wheel alone, in an empty folder: suites, notebook, templates and front-end travel in it."""

    def kit_(*arguments: str) -> str:
        run = subprocess.run(
            [wheel_python, "-m", "kit", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        return run.stdout

    where = subprocess.run(
        [wheel_python, "-c", "import kit; print(kit.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not where.stdout.startswith(str(ROOT))
    kit_("init", "study", "--suite", "article-four", "--model", "alpha", "--model", "beta")
    make_clip(tmp_path / "a.mp4", seed=1)
    make_clip(tmp_path / "b.mp4", seed=2)
    (tmp_path / "clips.csv").write_text(
        "file,prompt,model,prompt_id\na.mp4,,alpha,steaming-cup\nb.mp4,,beta,steaming-cup\n"
    )
    kit_("import", "study", "clips.csv")
    kit_("measure", "study")
    document = json.loads(kit_("report", "study", "--json"))
    page = (tmp_path / document["html"]).read_text()
    assert "steaming-cup" in page or "Steam in morning light" in page
    assert "kit-player" in page
