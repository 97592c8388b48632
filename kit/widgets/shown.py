"""What a player was asked to show: a pair of a study, clips by hash, or files, each turned into the same description."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.errors import BadParameter, ClipMissing
from kit.open_studies import study_of
from kit.player import MOST_CLIPS

if TYPE_CHECKING:
    from kit.study import Study

_HASH = re.compile(r"[0-9a-f]{64}")
_EXPECTED = (
    "a row of study.pairs() (as study.pairs().iloc[0]), a list of 2 to 6 clip hashes with study=..., "
    "a list of 2 to 6 video files, or a dict {name: file}"
)


@dataclass(frozen=True)
class ShownClip:
    """One clip of a player. `open` gives its file for as long as a block lasts; `path` is where it lies for good.

    `width` and `height` are in pixels as shown. `clip` is its hash in the study, None for a file.
    """

    name: str
    clip: str | None
    path: Path | None
    open: Callable[[], AbstractContextManager[Path]]
    bytes: int
    container: str
    codec: str
    width: int
    height: int
    fps: float | None
    seconds: float | None
    frames: int | None
    has_audio: bool
    sandbox: bool

    @property
    def mime(self) -> str:
        """The media type that fits the bytes, whatever the file is called."""
        return "video/webm" if self.container in {"webm", "matroska"} else "video/mp4"


@dataclass(frozen=True)
class Shown:
    """The clips of one player, what stands above them, and the study that they are from."""

    clips: tuple[ShownClip, ...]
    label: str
    study: "Study | None"


def what_is_shown(given: Any, study: "Study | None", label: str | None) -> Shown:
    """Everything that `PairPlayer` takes, as `Shown`. Raises BadParameter, ClipMissing or ClipUnreadable."""
    if label is not None and not isinstance(label, str):
        raise BadParameter(f"label is {label!r}; it must be text")
    row = _pair_row(given)
    if row is not None:
        owner = study or study_of(given)
        if owner is None:
            raise BadParameter(
                "this pair does not know its study (it was built by hand, or the study is gone); "
                "say PairPlayer(pair, study=study)"
            )
        clips = _of_study(owner, [row["clip_a"], row["clip_b"]], [row.get("model_a"), row.get("model_b")])
        return Shown(tuple(clips), str(row.get("prompt") or "") if label is None else label, owner)
    names, values = _listed(given)
    if names is None and all(isinstance(value, str) and _HASH.fullmatch(value) for value in values):
        if study is None:
            raise BadParameter(
                "clip hashes alone do not say where the clips are; say PairPlayer([...], study=study)"
            )
        clips = _of_study(study, values, [None] * len(values))
        return Shown(tuple(clips), _common_prompt(study, values) if label is None else label, study)
    files = [_file(value, i) for i, value in enumerate(values)]
    return Shown(tuple(_of_files(files, names or [file.name for file in files])), label or "", study)


def _pair_row(given: Any) -> dict[str, Any] | None:
    """The columns of a row of `study.pairs()`, as a Series, a named tuple or a mapping; None for anything else."""
    if hasattr(given, "_asdict"):
        given = given._asdict()
    elif hasattr(given, "columns"):
        raise BadParameter(f"a table of {len(given)} rows was given; choose one row, as pairs.iloc[0]")
    elif hasattr(given, "to_dict") and hasattr(given, "index"):
        given = given.to_dict()
    if not isinstance(given, Mapping) or not {"clip_a", "clip_b"} <= given.keys():
        return None
    for name in ("clip_a", "clip_b"):
        if not isinstance(given[name], str) or not _HASH.fullmatch(given[name]):
            raise BadParameter(
                f"{name} of the pair is {given[name]!r}; expected a clip's hash of 64 hexadecimal digits"
            )
    return dict(given)


def _listed(given: Any) -> tuple[list[str] | None, list[Any]]:
    if isinstance(given, Mapping):
        names, values = [str(name) for name in given], list(given.values())
    elif isinstance(given, Sequence) and not isinstance(given, str | bytes):
        names, values = None, list(given)
    else:
        raise BadParameter(f"{type(given).__name__} cannot be played; expected {_EXPECTED}")
    if not 2 <= len(values) <= MOST_CLIPS:
        raise BadParameter(f"{len(values)} clips were given; a player takes 2 to {MOST_CLIPS}")
    return names, values


def _file(value: Any, index: int) -> Path:
    if not isinstance(value, str | PathLike):
        raise BadParameter(f"clip {index + 1} is {value!r}; expected {_EXPECTED}")
    path = Path(value).expanduser()
    if not path.is_file():
        hint = "; a clip of a study goes with the others of that study" if _HASH.fullmatch(str(value)) else ""
        raise BadParameter(f"clip {index + 1}: there is no file {path}{hint}")
    return path.absolute()


def _of_files(files: Sequence[Path], names: Sequence[str]) -> Iterator[ShownClip]:
    from kit.guarded import probe

    for path, name in zip(files, names, strict=True):
        facts = probe(path)
        yield ShownClip(
            name=name, clip=None, path=path, open=partial(_itself, path), bytes=path.stat().st_size,
            container=facts.container, codec=facts.codec, width=facts.width, height=facts.height, fps=facts.fps,
            seconds=facts.seconds, frames=facts.frames, has_audio=facts.has_audio, sandbox=facts.sandbox,
        )  # fmt: skip


@contextmanager
def _itself(path: Path) -> Iterator[Path]:
    if not path.is_file():
        raise ClipMissing(f"the file {path.name} is gone; put it back, or make the player again")
    yield path


def _of_study(study: "Study", clips: Sequence[str], names: Sequence[str | None]) -> Iterator[ShownClip]:
    facts = {row.clip: row for row in study.clips.itertuples(index=False)}
    titles = _titles(study, clips)
    for clip, name in zip(clips, names, strict=True):
        if clip not in facts:
            raise ClipMissing(f"there is no clip {clip[:12]}… in {study.title!r}; study.clips lists them")
        row: Any = facts[clip]
        yield ShownClip(
            name=name or titles[clip], clip=clip, path=study.clip_path(clip), open=partial(study.clip_file, clip),
            bytes=int(row.bytes), container=row.container, codec=row.codec, width=int(row.width),
            height=int(row.height), fps=_number(row.fps), seconds=_number(row.seconds), frames=_count(row.frames),
            has_audio=bool(row.has_audio), sandbox=bool(row.sandbox),
        )  # fmt: skip


def _titles(study: "Study", clips: Sequence[str]) -> dict[str, str]:
    """The model that made each clip, with prompt and take where that alone tells no two of them apart.

    Several models, where their files are the same to the byte.
    """
    found: dict[str, dict[str, tuple[str, int]]] = {}
    requests = study.requests
    columns = (requests[name] for name in ("clip", "model", "prompt_id", "take"))
    for clip, model, prompt, take in zip(*columns, strict=True):
        if clip in clips:
            found.setdefault(clip, {}).setdefault(model, (prompt, int(take)))
    models = [model for made in found.values() for model in made]
    several = len({prompt for made in found.values() for prompt, _ in made.values()}) > 1
    takes = {take for made in found.values() for _, take in made.values()}

    def title(model: str, prompt: str, take: int) -> str:
        if models.count(model) == 1:
            return model
        parts = [model, *([prompt] if several else []), *([f"take {take}"] if len(takes) > 1 else [])]
        return ", ".join(parts)

    return {clip: clip[:12] for clip in clips} | {
        clip: " and ".join(title(model, *where) for model, where in made.items())
        for clip, made in found.items()
    }


def _common_prompt(study: "Study", clips: Sequence[str]) -> str:
    """The prompt of all these clips; nothing where they have several."""
    requests = study.requests
    texts = set(requests.loc[requests["clip"].isin(list(clips)), "prompt"])
    return str(texts.pop()) if len(texts) == 1 else ""


def _number(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _count(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else int(number)
