"""study.yaml: what a study is about, written to be read and edited by hand, checked whenever it is loaded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import yaml

from kit.cells import name_cell, nearest, show
from kit.errors import BadConfig, BadInput, Fault
from kit.reading_yaml import Located, parse_yaml, read_yaml
from kit.rubric import DEFAULT, Rubric
from kit.storage import places
from kit.storage.records import get_meta, set_meta
from kit.suite import Suite

if TYPE_CHECKING:
    from kit.storage.database import Database

T = TypeVar("T")

FORMAT = 1
_KEYS = ("kit_study", "title", "models", "settings", "suite", "rubric", "clips")
_HEAD = """\
# A study of text-to-video models. Edit it by hand if you like; it is checked whenever the study is opened.
# Prompts and models that only the imported clips know need not be listed here.
"""


@dataclass(frozen=True)
class StudyConfig:
    """Title, models in order, settings, prompt suite, rubric, and where clips are kept (None: the study's folder)."""

    title: str = ""
    models: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    suite: Suite | None = None
    rubric: Rubric = DEFAULT
    clips: str | None = None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read study.yaml; raises BadConfig with every fault found, each with its line."""
        return cls._from_located(read_yaml(path, error=BadConfig), str(path))

    @classmethod
    def from_yaml(cls, text: str, where: str) -> Self:
        """Read the same from text."""
        return cls._from_located(parse_yaml(text, where=where, error=BadConfig), where)

    def to_data(self) -> dict[str, Any]:
        """Plain values, in the order in which they are written. The default rubric is left out."""
        data: dict[str, Any] = {"kit_study": FORMAT, "title": self.title, "models": list(self.models)}
        data["settings"] = dict(self.settings)
        if self.suite is not None:
            data["suite"] = self.suite.to_data()
        if self.rubric != DEFAULT:
            data["rubric"] = self.rubric.to_data()
        if self.clips is not None:
            data["clips"] = self.clips
        return data

    def to_yaml(self) -> str:
        """The text of study.yaml."""
        return _HEAD + yaml.safe_dump(self.to_data(), sort_keys=False, allow_unicode=True, width=100)

    def write(self, path: Path) -> None:
        """Write study.yaml, whole or not at all."""
        temporary = path.with_suffix(".yaml.part")
        temporary.write_text(self.to_yaml(), encoding="utf-8")
        temporary.replace(path)

    @classmethod
    def _from_located(cls, located: Located, where: str) -> Self:
        data, faults = located.data, list[Fault]()
        if not isinstance(data, dict):
            raise BadConfig([Fault(where, f"expected keys such as title and models, found {show(data)}", 1)])

        def fault(key: str, problem: str) -> None:
            faults.append(Fault(where, problem, located.lines.get((key,)), key))

        def value(key: str, kind: type[T], what: str, default: T) -> T:
            found = default if data.get(key) is None else data[key]
            if isinstance(found, kind):
                return found
            fault(key, f"expected {what}, found {show(found)}")
            return default

        for key in data:
            if key not in _KEYS:
                fault(key, f"unknown key {show(key)}{nearest(str(key), _KEYS)}; known: {', '.join(_KEYS)}")
        if data.get("kit_study", FORMAT) != FORMAT:
            fault(
                "kit_study", f"format {show(data['kit_study'])} is not known; this kit reads format {FORMAT}"
            )
        rubric, suite = DEFAULT, None
        try:
            if data.get("rubric") is not None:
                rubric = Rubric.from_data(data["rubric"], where, lines=located.lines, at=("rubric",))
            if data.get("suite") is not None:
                lines = {path[1:]: line for path, line in located.lines.items() if path[:1] == ("suite",)}
                suite = Suite.from_data(data["suite"], where, dimensions=stressable(rubric), lines=lines)
        except BadInput as bad:
            faults += bad.faults
        config = cls(
            title=value("title", str, "text", ""),
            models=_models(value("models", list, "a list of names", []), fault),
            settings=value("settings", dict, "keys and values", {}),
            suite=suite,
            rubric=rubric,
            clips=value("clips", str, "a folder or URL", "") or None,
        )
        if faults:
            raise BadConfig(faults)
        return config


def stressable(rubric: Rubric) -> tuple[str, ...]:
    """What a prompt of the study may stress: the rubric's dimensions, and the four that bundled suites name."""
    return tuple(dict.fromkeys([*rubric.ids, *DEFAULT.ids]))


def _models(items: list[Any], fault: Callable[[str, str], None]) -> tuple[str, ...]:
    names: list[str] = []
    for item in items:
        try:
            name = name_cell(str(item))
        except ValueError as error:
            fault("models", f"{show(item)}: {error}")
            continue
        if name in names:
            fault("models", f"{show(name)} is there twice; remove one")
        names.append(name)
    return tuple(names)


def stored_config(folder: Path | None, database: "Database", clips: str | None) -> StudyConfig:
    """The configuration of the study in a folder, or on a server; a new study's is written down first.

    `clips` takes the place of what it says of where clips are. Raises BadConfig.
    """
    if folder is not None:
        path = folder / places.YAML
        if not path.exists():
            # The title is written down, so that a copy of the folder under another name is the same study.
            StudyConfig(title=folder.resolve().name, clips=clips).write(path)
        config = StudyConfig.read(path)
    else:
        stored = get_meta(database, "config")
        if stored is not None:
            config = StudyConfig.from_yaml(stored, "the study's configuration")
        else:
            config = StudyConfig(clips=clips or places.clips_folder(folder))
            set_meta(database, "config", config.to_yaml())
    return config if clips is None else replace(config, clips=clips)
