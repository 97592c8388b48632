"""Where a report's files lie, and how they come into place: all together or not at all."""

import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from kit.errors import BadParameter, ReportError


class ReportFiles(NamedTuple):
    """The files of one report. `ipynb` is None where no notebook was run, `assets_dir` where nothing lies beside."""

    html: Path
    ipynb: Path | None
    json: Path
    assets_dir: Path | None


def slug(text: str) -> str:
    """The text where it can name a file as it is, so that a report is called like its study; else made into a name.

    What is made has lower-case letters, digits and hyphens, at most 60 characters.
    """
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", text):
        return text
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "report"


def check_name(name: str) -> str:
    """The name unchanged if it can name a file anywhere; else BadParameter."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name) or name.endswith("."):
        raise BadParameter(
            f"the report's name {name[:120]!r} cannot be a file name; "
            "use letters, digits, hyphens, dots and underscores, for example my-report"
        )
    return name


@contextmanager
def staging(out: Path) -> Iterator[Path]:
    """A folder inside `out` for files that are not finished; gone when the block ends. Raises ReportError."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".kit-report-", dir=out))
    except OSError as error:
        raise ReportError(
            f"the report cannot be written to {out}: {error.strerror}; choose another folder"
        ) from error
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def publish(stage: Path, out: Path, name: str) -> ReportFiles:
    """Move a finished report from `stage` to `out`; an older one of that name is replaced as a whole.

    The page comes last: whoever finds it finds all that it needs.
    """
    assets = f"{name}_files"
    older = out / assets
    if older.exists():
        older.rename(stage / f"{assets}.older")
    if (stage / assets).exists():
        (stage / assets).rename(older)
    for suffix in (".ipynb", ".json", ".html"):
        if (stage / f"{name}{suffix}").exists():
            (stage / f"{name}{suffix}").replace(out / f"{name}{suffix}")
    return ReportFiles(
        html=out / f"{name}.html",
        ipynb=out / f"{name}.ipynb" if (out / f"{name}.ipynb").exists() else None,
        json=out / f"{name}.json",
        assets_dir=older if older.exists() else None,
    )
