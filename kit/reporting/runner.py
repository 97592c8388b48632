"""Runs the report notebook through papermill, with the checks that papermill leaves out."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from kit.errors import BadParameter, ReportError
from kit.notebooks_path import notebook_path
from kit.reporting.files import ReportFiles, check_name, publish, slug, staging
from kit.reporting.parameters import Parameter, check_parameters, read_parameters

if TYPE_CHECKING:
    from kit.study import Study

CELL_TIMEOUT = 3600  # seconds; papermill's own default is to wait for ever
Progress = Callable[[str], None]


def report(
    study: "Study | str | Path",
    *,
    out: str | Path = "reports/",
    name: str | None = None,
    title: str | None = None,
    assets: str = "link",
    notebook: str | Path | None = None,
    parameters: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> ReportFiles:
    """Run the report notebook on a study and put NAME.html, NAME.json and NAME.ipynb into `out`.

    `assets` is "link" (clips in NAME_files beside the page) or "embed" (one file). `notebook` is one of your own
    instead of the kit's; it needs the parameters study, out and name. `parameters` go to it by name
    (`notebook_parameters` lists them); names and types are checked first. `progress(text)` is told of every cell.

    Nothing is put into place unless every cell has run: an older report of that name stays as it was.

    Raises BadParameter for an unknown or mistyped parameter, ReportError for a cell that fails (it names the cell),
    StudyMissing where there is no study.
    """
    place, password = _without_password(_place_of(study))
    _check_study(study, place)
    label = check_name(name if name is not None else slug(_last_part(place)))
    folder = Path(out)
    node = _read_notebook(Path(notebook) if notebook is not None else notebook_path("report.ipynb"))
    known = read_parameters(node)
    given: dict[str, Any] = {"study": place, "out": str(folder), "name": label, **(parameters or {})}
    given |= {k: v for k, v in {"title": title, "assets": assets}.items() if _wanted(k, v, known, parameters)}
    check_parameters(known, given)
    if notebook is None:
        _check_values(given)
    with staging(folder) as stage, _environment("PGPASSWORD", password):
        executed = _execute(node, given | {"out": str(stage)}, progress)
        for suffix in (".html", ".json"):
            if not (stage / f"{label}{suffix}").is_file():
                raise ReportError(
                    f"the notebook ended without writing {label}{suffix}; its last cell should be: page.save(out)"
                )
        # The reader of the notebook should see where the report went, not where it was put together.
        text = str(nbformat.writes(executed))  # type: ignore[no-untyped-call]
        text = text.replace(_json_text(str(stage)), _json_text(str(folder)))
        (stage / f"{label}.ipynb").write_text(text, encoding="utf-8")
        return publish(stage, folder, label)


def notebook_parameters(notebook: str | Path | None = None) -> dict[str, Parameter]:
    """The parameters that the report notebook (or one of your own) takes, by name, for a help text."""
    return read_parameters(_read_notebook(Path(notebook) if notebook else notebook_path("report.ipynb")))


def _wanted(
    key: str, value: Any, known: Mapping[str, Parameter], parameters: Mapping[str, Any] | None
) -> bool:
    # A notebook of one's own need not have a title or know of assets, as long as the default is asked for.
    if key in (parameters or {}):
        return False
    return value is not None and (key in known or (key, value) != ("assets", "link"))


def _place_of(study: "Study | str | Path") -> str:
    return str(study) if isinstance(study, str | Path) else study.location


def _without_password(place: str) -> tuple[str, str | None]:
    """The place as it may be written into a notebook, and the password taken out of it."""
    if "://" not in place:
        return place, None
    try:
        url = make_url(place)
    except ArgumentError:
        return place, None
    asked = url.query.get("password")
    password = url.password if url.password is not None else asked if isinstance(asked, str) else None
    # `URL.set` takes None for "as it is".
    bare = url._replace(password=None).difference_update_query(["password"])
    return bare.render_as_string(hide_password=False), None if password is None else str(password)


def _last_part(place: str) -> str:
    return (
        place.partition("?")[0].rstrip("/").rpartition("/")[2]
        if "://" in place
        else Path(place).resolve().name
    )


def _check_study(study: "Study | str | Path", place: str) -> None:
    if isinstance(study, str | Path) and "://" not in place:
        from kit.study import Study

        Study.open(place).close()


def _check_values(given: Mapping[str, Any]) -> None:
    """What the kit's own notebook would refuse in its first cell, refused before a kernel is started."""
    from kit.reporting.page import chosen
    from kit.until import moment_of

    chosen(given.get("sections", ()), given.get("without", ()))
    for name in ("until", "beside_until"):
        if given.get(name):
            moment_of(given[name])
    beside = given.get("beside", "")
    if _without_password(beside)[1] is not None:
        raise BadParameter(
            "the URL of the study beside has a password in it, and would stand in the notebook; "
            "leave it out, and put it into PGPASSWORD or ~/.pgpass"
        )
    if beside:
        _check_study(beside, beside)


def _read_notebook(path: Path) -> Any:
    if not path.is_file():
        raise BadParameter(f"there is no notebook at {path}")
    try:
        return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except (ValueError, nbformat.reader.NotJSONError, nbformat.ValidationError) as error:
        raise BadParameter(
            f"{path} is not a notebook that can be read: {str(error).splitlines()[0]}"
        ) from error


def _execute(node: Any, parameters: dict[str, Any], progress: Progress | None) -> Any:
    # Imported here since it takes more than a second, and a mistyped parameter should be told at once.
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    total = sum(cell.cell_type == "code" for cell in node.cells) + 1
    done = 0

    def started(cell: Any, cell_index: int) -> None:  # noqa: ARG001  nbclient passes both by name
        nonlocal done
        if progress is not None and cell.cell_type == "code":
            done += 1
            progress(f"cell {done} of {total}: {_first_line(cell.source)}")

    try:
        # The notebook goes in as a node and comes back as one: papermill formats paths, so a brace would break it.
        return papermill.execute_notebook(
            node,
            None,
            parameters=parameters,
            progress_bar=False,
            log_output=False,
            execution_timeout=CELL_TIMEOUT,
            store_widget_state=False,
            on_cell_start=started,
            # The kernel's notes (it listens on this machine only, it was stopped) are not for whoever runs this; what
            # goes wrong in a cell comes back as an error.
            extra_arguments=["--IPKernelApp.log_level=50"],
        )
    except PapermillExecutionError as error:
        reason = f"{error.ename}: {error.evalue}".strip().rstrip(":")
        raise ReportError(
            f"the report notebook failed in the cell that begins with {_first_line(error.source)!r}:\n  "
            + "\n  ".join(reason.splitlines())
            + "\nNothing was written."
        ) from error
    except (CellTimeoutError, DeadKernelError) as error:
        raise ReportError(f"the report notebook did not end: {error}\nNothing was written.") from error


def _first_line(source: str) -> str:
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    code = [line for line in lines if not line.startswith("#")]
    return (code or lines or ["(an empty cell)"])[0][:120]


def _json_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


@contextmanager
def _environment(name: str, value: str | None) -> Iterator[None]:
    """Set an environment variable for the duration, for the kernel to inherit."""
    if value is None:
        yield
        return
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
