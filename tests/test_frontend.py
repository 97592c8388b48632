"""The front-end modules as text, and their own tests."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import kit.frontend
from kit.errors import BadParameter
from kit.frontend import module_source, stylesheet

ROOT = Path(__file__).resolve().parent.parent
MODULES = ("timing", "elements", "measured", "marks", "strips", "track", "charts", "lanes", "timeline", "clip", "keys", "layout", "together", "controls", "view", "player")  # fmt: skip


def node() -> str:
    """Where node is; skips without one."""
    found = shutil.which("node")
    if found is None:
        if "node" in os.environ.get("KIT_REQUIRE", "").split(","):
            pytest.fail("node is required here and is not on the path")
        pytest.skip("no node on the path; install the package nodejs")
    assert found is not None
    return found


def test_the_node_tests_pass() -> None:
    """The arithmetic of the player holds, by its own tests in node."""
    files = sorted(str(path) for path in (ROOT / "tests" / "node").glob("*.test.mjs"))
    assert files
    done = subprocess.run(
        [node(), "--test", *files], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_the_player_is_one_module_that_node_accepts(tmp_path: Path) -> None:
    """No import is left, no name is declared twice, and `mount` and `mountAll` are exported."""
    path = tmp_path / "player.mjs"
    path.write_text(module_source("player"), encoding="utf-8")
    # Loading it touches no document: a widget's host may load it before there is anything to show.
    code = f"import({path.as_uri()!r}).then((m) => console.log(typeof m.mount, typeof m.mountAll, typeof m.frameAt))"
    done = subprocess.run([node(), "-e", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout.strip(), done.stderr) == ("function function function", "")


def test_every_sibling_stands_in_the_player_once_and_unchanged() -> None:
    """What a page carries is what the files say, less the import lines."""
    source = module_source("player")
    assert re.search(r"^\s*import\b(?!\()", source, re.MULTILINE) is None
    for name in MODULES:
        assert source.count(f"// ---- {name}.js ----") == 1
        text = (ROOT / "kit" / "static" / f"{name}.js").read_text(encoding="utf-8")
        body = re.sub(r'^import\s*\{[^}]*\}\s*from\s*"[^"]*";\n', "", text, flags=re.MULTILINE)
        assert body in source
    assert source == module_source("player")


@pytest.mark.parametrize("fatal", ["</script", "</SCRIPT", "<script", "<!--", "</style"])
def test_text_is_safe_inside_its_element(fatal: str) -> None:
    """Neither text can end or confuse the element that it is put into."""
    assert fatal not in module_source("player")
    assert fatal not in stylesheet("player")


def test_nothing_is_fetched_from_elsewhere() -> None:
    """No address of another machine stands in script or style; the one below is a name, not an address to load."""
    text = (module_source("player") + stylesheet("player")).replace("http://www.w3.org/2000/svg", "")
    assert "http" not in text
    assert "@import" not in text
    assert "innerHTML" not in text


def test_sheets_that_a_sheet_takes_in_stand_in_it() -> None:
    """The style sheet of the player carries its parts whole, in place of the lines that name them."""
    folder = ROOT / "kit" / "static"
    text = stylesheet("player")
    parts = re.findall(
        r'^@import "\./([a-z_]+)\.css";$', (folder / "player.css").read_text("utf-8"), re.MULTILINE
    )
    assert "timeline" in parts
    for name in parts:
        assert (folder / f"{name}.css").read_text("utf-8") in text


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"a": '@import url("https://example.org/x.css");\n'}, "@import"),
        ({"a": '@import "./b.css";\n', "b": '@import "./c.css";\n', "c": ""}, "@import"),
        ({"a": '@import "./b.css";\n', "b": ".x::before { content: '</style>'; }"}, "</style"),
    ],
)
def test_a_sheet_that_cannot_be_put_in_line_is_refused(
    files: dict[str, str], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sheet from elsewhere, or one that would end its element, is found when the page is made."""
    monkeypatch.setattr(kit.frontend, "_read", lambda name, _suffix: files[name])
    with pytest.raises(ValueError, match=problem):
        stylesheet("a")


@pytest.mark.parametrize("name", ["nothing", "../player", "player.js", "", "Player", "static/player"])
def test_an_unknown_name_is_refused(name: str) -> None:
    """Only the names of the kit's own files are taken, and no path."""
    with pytest.raises(BadParameter, match="no front-end file"):
        module_source(name)
    with pytest.raises(BadParameter, match="no front-end file"):
        stylesheet(name)


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"a": 'import { b as c } from "./b.js";\n', "b": "export const b = 1;\n"}, "renames"),
        ({"a": 'import b from "./b.js";\n', "b": ""}, "cannot be put in line"),
        ({"a": 'import "./b.js";\n', "b": ""}, "cannot be put in line"),
        ({"a": 'export { b } from "./b.js";\n', "b": "export const b = 1;\n"}, "cannot be put in line"),
        ({"a": 'import { b } from "./b.js";\n', "b": 'import { a } from "./a.js";\n'}, "circle"),
        ({"a": 'export const a = "</script>";\n'}, "not safe"),
    ],
)
def test_a_module_that_cannot_be_put_in_line_is_refused(
    files: dict[str, str], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake in a module is found when the page is made, not by its reader."""
    monkeypatch.setattr(kit.frontend, "_read", lambda name, _suffix: files[name])
    with pytest.raises(ValueError, match=problem):
        module_source("a")
