"""Clip manifests: which file shows which prompt, filmed by which model.

A manifest is a CSV beside the clips: `file`, `prompt`, `model`, and optionally `prompt_id`, `take`, `seconds` (how long
the generation took), `cost_usd`, `camera_motion` (camera words joined with '+'), `notes`. `file` is relative to the
manifest's folder and may not leave it, since a manifest from elsewhere must not pull in other files of this machine.
Columns of other names are kept. Names are read without the white space around them; notes exactly.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from kit.cells import Cells, amount_cell, id_cell, name_cell, nearest, one_of, show, text_cell, whole_cell
from kit.errors import BadManifest, Fault
from kit.reading import Table, read_table
from kit.suite import CAMERA_WORDS, free_id

TAKE_LIMIT = 1_000_000
_REQUIRED = ("file", "model")
_OPTIONAL = ("prompt", "prompt_id", "take", "seconds", "cost_usd", "camera_motion", "notes")


@dataclass(frozen=True)
class ManifestRow:
    """One clip. `file` is a resolved path; `prompt` is '' where the text is not known; None where a cell was blank."""

    line: int
    file: Path
    prompt: str
    model: str
    prompt_id: str | None
    take: int | None
    seconds: float | None
    cost_usd: float | None
    camera_motion: str | None
    notes: str | None
    extra: Mapping[str, str]


@dataclass(frozen=True)
class Manifest:
    """The rows of a manifest in its order, and remarks for the user."""

    rows: tuple[ManifestRow, ...]
    notes: tuple[str, ...]

    @property
    def models(self) -> list[str]:
        """The models in order of first appearance."""
        return list(dict.fromkeys(row.model for row in self.rows))


def read_manifest(path: Path | str) -> Manifest:
    """Read a manifest; raises BadManifest with every fault, each with its line and column."""
    table = read_table(
        path, required=_REQUIRED, optional=_OPTIONAL, error=BadManifest, unknown="kept as it is"
    )
    faults = list(table.faults)
    if "prompt" not in table.columns and "prompt_id" not in table.columns:
        hint = nearest("prompt", [c for c in table.columns if c not in _REQUIRED], ask="is it")
        problem = f"neither a column 'prompt' nor a column 'prompt_id'{hint}; one of them is needed"
        raise BadManifest([Fault(table.where, problem, 1, "prompt")])
    folder = Path(path).parent.resolve()
    rows = _rows(table, folder, faults)
    faults += _conflicts(rows, table.where)
    if faults:
        raise BadManifest(sorted(faults, key=lambda fault: fault.line or 0))
    return Manifest(tuple(rows), (*table.notes, *_shared_files(rows)))


def assign_ids(
    rows: Sequence[ManifestRow], known_prompts: Mapping[str, str], *, where: str = "manifest"
) -> list[ManifestRow]:
    """The rows with `prompt_id` and `take` filled in.

    `known_prompts` maps the ids of the study's prompts to their texts. A row without an id gets that of the prompt
    with the same text, in the manifest or among the known, else one made from its text. Takes that are not stated are
    numbered from 1 in the order of the file, past those that are. Raises BadManifest if an id stands for another text
    than in the study, if a text belongs to several prompts, or if two rows are the same take.
    """
    faults: list[Fault] = []
    by_text = _ids_by_text([*known_prompts.items(), *((r.prompt_id, r.prompt) for r in rows if r.prompt_id)])
    taken = {*known_prompts, *(row.prompt_id for row in rows if row.prompt_id)}
    named: list[ManifestRow] = []
    for row in rows:
        prompt_id = row.prompt_id
        if prompt_id is None:
            ids = by_text.get(row.prompt, [])
            if len(ids) > 1:
                problem = f"this text belongs to several prompts ({', '.join(ids)}); name one in the column prompt_id"
                faults.append(Fault(where, problem, row.line, "prompt"))
            prompt_id = ids[0] if ids else free_id(row.prompt, taken)
            taken.add(prompt_id)
            by_text.setdefault(row.prompt, [prompt_id])
        elif row.prompt and known_prompts.get(prompt_id) and known_prompts[prompt_id] != row.prompt:
            problem = (
                f"the prompt {prompt_id!r} has another text in the study, {show(known_prompts[prompt_id])}, "
                f"than here, {show(row.prompt)}; give it another id or correct the text"
            )
            faults.append(Fault(where, problem, row.line, "prompt"))
        named.append(replace(row, prompt_id=prompt_id))
    faults += _conflicts(named, where)
    if faults:
        raise BadManifest(sorted(faults, key=lambda fault: fault.line or 0))
    return _number_takes(named)


def _number_takes(rows: Sequence[ManifestRow]) -> list[ManifestRow]:
    stated = {(row.prompt_id, row.model, row.take) for row in rows}
    following: dict[tuple[str | None, str], int] = {}
    numbered = []
    for row in rows:
        take = row.take
        if take is None:
            take = following.get((row.prompt_id, row.model), 1)
            while (row.prompt_id, row.model, take) in stated:
                take += 1
            following[row.prompt_id, row.model] = take + 1
        numbered.append(replace(row, take=take))
    return numbered


def _rows(table: Table, folder: Path, faults: list[Fault]) -> list[ManifestRow]:
    rows = []
    for row in table.rows:
        cells = Cells(table.where, row.line, row.values, faults)
        prompt = cells.read("prompt", _prompt_text, "")
        prompt_id = cells.maybe("prompt_id", id_cell)
        if not cells.raw("prompt").strip() and not cells.raw("prompt_id").strip():
            cells.fault("neither a prompt nor a prompt_id; fill in one of them", "prompt")
        extra = {}
        for column in row.extra:
            try:
                extra[column] = text_cell(str(row.extra[column]))
            except ValueError as bad:
                cells.fault(str(bad), column)
        rows.append(
            ManifestRow(
                line=row.line,
                file=cells.read("file", lambda name: _inside(folder, name), folder),
                prompt=prompt,
                model=cells.read("model", name_cell, ""),
                prompt_id=prompt_id,
                take=cells.maybe("take", lambda value: whole_cell(value, low=1, high=TAKE_LIMIT)),
                seconds=cells.maybe("seconds", amount_cell),
                cost_usd=cells.maybe("cost_usd", amount_cell),
                camera_motion=cells.maybe("camera_motion", _camera_motion),
                notes=cells.maybe("notes", text_cell),
                extra=extra,
            )
        )
    return rows


def _prompt_text(value: str) -> str:
    return text_cell(value.strip())


def _camera_motion(value: str) -> str:
    return "+".join(one_of(word.strip(), CAMERA_WORDS, "camera word") for word in value.split("+"))


def _inside(folder: Path, name: str) -> Path:
    """The file of this name in the folder; ValueError unless it is a plain file in there, links followed."""
    name = name_cell(name, limit=1_000)
    if "://" in name:
        raise ValueError(f"{show(name)} is an address; download the clip first and name the file")
    if PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive or name.startswith("\\"):
        raise ValueError(
            f"{show(name)} is an absolute path; give it relative to the manifest, and keep clips beside it"
        )
    if "\\" in name:
        raise ValueError(f"{show(name)} has a backslash; write folders with '/'")
    try:
        found = (folder / name).resolve()
        if not found.is_relative_to(folder):
            raise ValueError(f"{show(name)} leads out of the manifest's folder; move the clip into it")
        if found.is_dir():
            raise ValueError(
                f"{show(name)} is a directory, a clip was expected; give one row for each clip in it"
            )
        if not found.exists():
            near = nearest(found.name, _siblings(found.parent))
            raise ValueError(f"there is no file {show(name)} in the manifest's folder{near}; check the name")
        if not found.is_file():
            raise ValueError(f"{show(name)} is not a plain file")
    except (OSError, RuntimeError):
        raise ValueError(
            f"{show(name)} cannot be looked up (too long, or a link that leads to itself)"
        ) from None
    return found


def _siblings(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())[:5_000] if folder.is_dir() else []


def _ids_by_text(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for prompt_id, text in pairs:
        if text and prompt_id not in found.setdefault(text, []):
            found[text].append(prompt_id)
    return found


def _conflicts(rows: Sequence[ManifestRow], where: str) -> list[Fault]:
    """Rows that contradict each other: one id with two texts, one take twice."""
    faults = []
    texts: dict[str, ManifestRow] = {}
    takes: dict[tuple[str, str, int], ManifestRow] = {}
    by_text = _ids_by_text((row.prompt_id, row.prompt) for row in rows if row.prompt_id)
    for row in rows:
        if row.prompt_id and row.prompt:
            first = texts.setdefault(row.prompt_id, row)
            if first.prompt != row.prompt:
                problem = (
                    f"the prompt_id {row.prompt_id!r} stands for {show(first.prompt)} in line {first.line} and for "
                    f"{show(row.prompt)} here; one id, one text"
                )
                faults.append(Fault(where, problem, row.line, "prompt"))
        if row.take is not None and row.model:
            identity = row.prompt_id or by_text.get(row.prompt, [f"text {row.prompt}"])[0]
            twin = takes.setdefault((identity, row.model, row.take), row)
            if twin is not row:
                problem = f"take {row.take} of this prompt by {show(row.model)} is already in line {twin.line}; number it anew"
                faults.append(Fault(where, problem, row.line, "take"))
    return faults


def _shared_files(rows: Iterable[ManifestRow]) -> list[str]:
    first: dict[Path, int] = {}
    return [
        f"line {row.line} names the same file as line {first[row.file]}"
        for row in rows
        if first.setdefault(row.file, row.line) != row.line
    ]
