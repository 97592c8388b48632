"""Names of report files, and how they come into place."""

from pathlib import Path

import pytest

from kit.errors import BadParameter, ReportError
from kit.reporting.files import check_name, publish, slug, staging


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My Study, 2026!", "my-study-2026"),
        ("Müller & Söhne", "muller-sohne"),
        ("日本", "report"),
        ("../../x", "x"),
    ],
)
def test_slug(text: str, name: str) -> None:
    """Any title gives a plain file name."""
    assert slug(text) == name
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "a/b", "..", ".hidden", "a b", "x" * 101, "a\n", "end."])
def test_bad_names_are_refused(name: str) -> None:
    """A name that could leave the folder, hide, or not exist on some system is refused."""
    with pytest.raises(BadParameter, match="cannot be a file name"):
        check_name(name)


def fill(stage: Path, text: str) -> None:
    """Writes a small finished report."""
    (stage / "r_files").mkdir()
    (stage / "r_files" / text).write_text(text)
    for suffix in ("html", "json"):
        (stage / f"r.{suffix}").write_text(text)


def test_an_older_report_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """Nothing of the older report stays behind, and nothing of the work folder either."""
    for text in ("old", "new"):
        with staging(tmp_path) as stage:
            fill(stage, text)
            files = publish(stage, tmp_path, "r")
    assert files.html.read_text() == "new"
    assert files.assets_dir is not None
    assert [p.name for p in files.assets_dir.iterdir()] == ["new"]
    assert files.ipynb is None
    assert sorted(p.name for p in tmp_path.iterdir()) == ["r.html", "r.json", "r_files"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """Where `out` is a file, the error says so and names it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="file"), staging(tmp_path / "file"):
        pass
