"""Clips, posters and plotly.js: as files beside the page, or inside it."""

import base64
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kit.errors import ClipError, ReportError

if TYPE_CHECKING:
    from kit.study import Study

PLOTLY = "plotly.min.js"
_TYPES = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/mp4",
    ".webm": "video/webm",
    ".mkv": "video/webm",
}


class ClipRef(NamedTuple):
    """A clip that the page shows."""

    clip: str
    suffix: str
    container: str
    bytes: int


class Source(NamedTuple):
    """Where the page finds a clip: address, media type, and the poster's address ('' where there is none)."""

    src: str
    type: str
    poster: str


@dataclass(frozen=True)
class Media:
    """The addresses of everything that the page loads, and what could not be brought along.

    `plotly_src` is the address of plotly.js, '' where its text stands in the page (`plotly_text`).
    """

    sources: dict[str, Source]
    missing: dict[str, str]
    plotly_src: str
    plotly_text: str


def media_type(ref: ClipRef) -> str:
    """The media type that fits the bytes: names lie (WebM under .mp4), and some browsers believe the type."""
    if ref.container in {"matroska", "webm", "matroska,webm"}:
        return "video/webm"
    return _TYPES.get(ref.suffix.lower(), "video/mp4")


def link(study: "Study", clips: Sequence[ClipRef], folder: Path, name: str, *, plotly: bool) -> Media:
    """Put clips (original bytes, named by hash), posters and plotly.js into `folder`/NAME_files."""
    beside = folder / f"{name}_files"
    sources: dict[str, Source] = {}
    missing: dict[str, str] = {}

    def place(ref: ClipRef, path: Path, poster: bytes | None) -> None:
        beside.mkdir(exist_ok=True)
        shutil.copyfile(path, beside / f"{ref.clip}{ref.suffix}")
        address = ""
        if poster is not None:
            (beside / f"{ref.clip}.jpg").write_bytes(poster)
            address = f"{beside.name}/{ref.clip}.jpg"
        sources[ref.clip] = Source(f"{beside.name}/{ref.clip}{ref.suffix}", media_type(ref), address)

    _each(study, clips, place, missing)
    if plotly:
        beside.mkdir(exist_ok=True)
        (beside / PLOTLY).write_text(plotly_source(), encoding="utf-8")
    return Media(sources, missing, f"{beside.name}/{PLOTLY}" if plotly else "", "")


def embed(study: "Study", clips: Sequence[ClipRef], *, plotly: bool, max_mb: float) -> Media:
    """Everything as data URIs. Raises ReportError, with the sizes, where that comes to more than `max_mb`."""
    text = plotly_source() if plotly else ""
    # Base64 makes four bytes of three.
    total = sum(ref.bytes for ref in clips) * 4 / 3 + len(text)
    if total > max_mb * 1e6:
        largest = sorted(clips, key=lambda r: (-r.bytes, r.clip))[:3]
        raise ReportError(
            f"one file would take {total / 1e6:.1f} MB, and the budget is {max_mb:g} MB: {len(clips)} clips of "
            f"{sum(r.bytes for r in clips) / 1e6:.1f} MB (the largest: "
            + ", ".join(f"{r.clip[:12]}… {r.bytes / 1e6:.1f} MB" for r in largest)
            + ") become a third more when they are embedded; "
            "use assets='link' (--assets link), which keeps them beside the page, or raise max_embed_mb"
        )
    sources: dict[str, Source] = {}
    missing: dict[str, str] = {}

    def place(ref: ClipRef, path: Path, poster: bytes | None) -> None:
        kind = media_type(ref)
        address = "" if poster is None else _data_uri("image/jpeg", poster)
        sources[ref.clip] = Source(_data_uri(kind, path.read_bytes()), kind, address)

    _each(study, clips, place, missing)
    return Media(sources, missing, "", text)


def _each(
    study: "Study",
    clips: Sequence[ClipRef],
    place: Callable[[ClipRef, Path, bytes | None], None],
    missing: dict[str, str],
) -> None:
    for ref in clips:
        try:
            with study.clip_file(ref.clip) as path:
                place(ref, path, _poster(path))
        except ClipError:
            # The message may name a folder of this machine; the page must not.
            missing[ref.clip] = "its file is gone from the study"


def _poster(path: Path) -> bytes | None:
    from kit.decode import poster

    try:
        return poster(path, long_edge=640)
    except ClipError:
        return None


def _data_uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def plotly_source() -> str:
    """plotly.js as the plotly package ships it."""
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())
