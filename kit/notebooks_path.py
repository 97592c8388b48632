"""Finds the kit's own notebooks: inside the installed package, or beside it in a checkout."""

from pathlib import Path

from kit.errors import ReportError

_PACKAGE = Path(__file__).resolve().parent


def notebook_path(name: str) -> Path:
    """The path of one of the kit's notebooks, for example `report.ipynb`. Raises ReportError where it is missing."""
    places = (_PACKAGE / "notebooks" / name, _PACKAGE.parent / "notebooks" / name)
    for path in places:
        if path.is_file():
            return path
    raise ReportError(
        f"the notebook {name} is not where the kit looks for it ({places[0].parent}); "
        "install the kit again, or name a notebook of your own"
    )
