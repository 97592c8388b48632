"""Where a study is: a folder of its own, or a database server."""

import re
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from kit.errors import BadParameter, StudyError
from kit.storage.database import Database
from kit.storage.records import get_meta

YAML, DB, CLIPS = "study.yaml", "study.db", "clips"


class Place(NamedTuple):
    """A study's folder (None for a server) and the URL of its database."""

    folder: Path | None
    url: URL


def place_of(location: str | Path) -> Place:
    """The place that a folder's path or a database URL names. Raises BadParameter."""
    text = str(location)
    if not text.strip():
        raise BadParameter("the study's place is empty; give a folder or a database URL")
    if re.match(r"^[a-z0-9+]{2,}://", text):
        try:
            return Place(None, make_url(text))
        except (ArgumentError, ValueError) as error:
            raise BadParameter(
                "the database URL cannot be read; expected for example postgresql+psycopg://user@host/name"
            ) from error
    folder = Path(text).expanduser()
    return Place(folder, URL.create("sqlite", database=str(folder / DB)))


def shown(location: str | Path) -> str:
    """The place as it can stand in a message: a database URL without its password. Raises BadParameter."""
    place = place_of(location)
    return str(location) if place.folder is not None else place.url.render_as_string(hide_password=True)


def exists(place: Place) -> bool:
    """Whether there is a study at this place; looks, and changes nothing."""
    if place.folder is not None:
        return (place.folder / YAML).is_file() or (place.folder / DB).is_file()
    database = Database(place.url, str, migrate=False)
    try:
        return get_meta(database, "config") is not None
    finally:
        database.close()


def clips_folder(folder: Path | None) -> str:
    """Where a study in a folder keeps its clips. Raises BadParameter for one that has no folder."""
    if folder is None:
        raise BadParameter(
            "a study on a database server needs a place for its clips; "
            "give one, for example clips='s3://bucket/study' or clips='/mnt/shared/clips'"
        )
    return str(folder / CLIPS)


def make_folder(folder: Path) -> None:
    """Make a study's folder where it is missing. Raises StudyError for one that holds something else."""
    if folder.exists() and not folder.is_dir():
        raise StudyError(f"{folder} is a file; a study is a folder")
    if folder.exists() and not exists(place_of(folder)):
        others = sorted(path.name for path in folder.iterdir())
        if others:
            named = ", ".join(others[:3]) + (", …" if others[3:] else "")
            raise StudyError(
                f"{folder} holds other files ({named}) and no study; choose a new or an empty folder"
            )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudyError(f"{folder} cannot be made: {error.strerror}") from error
