"""A study's votes, scores and measurements as files for other programs.

kit.export("my-study", "exports/")                                   # votes.csv, scores.csv, measurements.csv
kit.export("my-study", "exports/", format="parquet")
kit.export("my-study", "exports/", format="label-studio")            # tasks.json and config.xml
kit.export("my-study", "exports/", format="labelbox", media="https://bucket.example/")
"""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kit.cells import nearest, show
from kit.errors import BadParameter
from kit.exporting import label_studio, labelbox, tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.study import Study

FORMATS = ("csv", "parquet", "label-studio", "labelbox")


class Exported(NamedTuple):
    """The files that were written, how many rows or records are in each, and remarks for the user."""

    files: dict[Path, int]
    notes: tuple[str, ...]


def export(
    study: "Study | str | Path",
    folder: str | Path,
    *,
    format: str = "csv",  # noqa: A002  the word of the command line
    media: str = "",
    spreadsheet: bool = False,
) -> Exported:
    """Write what a study holds into `folder` (made where there is none) and return the files.

    `format`:

    - "csv": votes.csv and scores.csv, which `study.import_votes` and `study.import_scores` take back unchanged, and
      measurements.csv (see `kit.exporting.tables`). Cells are written as they are. A program for spreadsheets takes a
      text that begins with = + - @ for a formula, and may run it: where there is one a note says so, and
      `spreadsheet=True` puts an apostrophe before each, after which the file no longer reads back unchanged.
    - "parquet": the same three tables, for which the extra `parquet` is needed.
    - "label-studio": tasks.json and config.xml; `media` stands before the path of each clip, by default Label
      Studio's own address of local files (see `kit.exporting.label_studio`).
    - "labelbox": data-rows.json, ontology.json and a file of labels a rater; `media` is the https address under which
      the clips lie (see `kit.exporting.labelbox`).

    The same study gives the same bytes. Each file is written whole or not at all; a file of that name is replaced.
    Raises BadParameter for an unknown format and a missing or unusable `media`, MissingExtra, and StudyMissing.
    """
    from kit.study import Study

    if format not in FORMATS:
        raise BadParameter(
            f"there is no format {show(format)}{nearest(format, FORMATS)}; there are: {', '.join(FORMATS)}"
        )
    if isinstance(study, str | Path):
        with Study.open(study) as opened:
            return export(opened, folder, format=format, media=media, spreadsheet=spreadsheet)
    if spreadsheet and format != "csv":
        raise BadParameter(
            "only CSV files are opened in spreadsheets; leave spreadsheet out, or use the format csv"
        )
    writers: dict[str, Callable[[], tables.Files]] = {
        "csv": lambda: tables.as_csv(study, spreadsheet=spreadsheet),
        "parquet": lambda: tables.as_parquet(study),
        "label-studio": lambda: label_studio.tasks(study, media=media),
        "labelbox": lambda: labelbox.records(study, media=media),
    }
    made, notes = writers[format]()
    out = Path(folder)
    written = {out / name: count for name, (_, count) in made.items()}
    for name, (content, _) in made.items():
        _put(out / name, content)
    return Exported(written, tuple(notes))


def _put(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.part")
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        raise BadParameter(f"{path} cannot be written: {error.strerror}; choose another folder") from error
