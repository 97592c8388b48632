"""Clips, posters, film strips and plotly.js: as files beside the page, or inside it."""

import base64
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kit.apart import dismiss
from kit.errors import ClipError, ReportError
from kit.player import PlayerStrip

if TYPE_CHECKING:
    from kit.filmstrip import FilmStrip
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
    plays: bool = True  # in a usual browser


class Source(NamedTuple):
    """Where the page finds a clip: address and media type of what is played, and the poster's address ('' for none).

    `proxy` says that a smaller copy is played, since browsers can't play the original. `download` is the original's
    address where a reader could not get at it otherwise.
    """

    src: str
    type: str
    poster: str
    strip: PlayerStrip | None = None
    proxy: bool = False
    download: str | None = None


class _Made(NamedTuple):
    """What was made of a clip for the page; None where it could not be."""

    poster: bytes | None
    strip: "FilmStrip | None"
    proxy: Path | None


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
    """Put clips (original bytes, named by hash), what was made of them, and plotly.js into `folder`/NAME_files."""
    beside = folder / f"{name}_files"
    sources: dict[str, Source] = {}
    missing: dict[str, str] = {}

    def place(ref: ClipRef, path: Path, made: _Made) -> None:
        beside.mkdir(exist_ok=True)

        def put(suffix: str, content: bytes | Path) -> str:
            target = beside / f"{ref.clip}{suffix}"
            if isinstance(content, bytes):
                target.write_bytes(content)
            else:
                shutil.copyfile(content, target)
            return f"{beside.name}/{target.name}"

        original = put(ref.suffix, path)
        sources[ref.clip] = Source(
            src=original if made.proxy is None else put(".proxy.mp4", made.proxy),
            type=media_type(ref) if made.proxy is None else "video/mp4",
            poster="" if made.poster is None else put(".jpg", made.poster),
            strip=None if made.strip is None else _strip(put(".strip.jpg", made.strip.jpeg), made.strip),
            proxy=made.proxy is not None,
            download=original,
        )

    _each(study, clips, place, missing)
    if plotly:
        beside.mkdir(exist_ok=True)
        (beside / PLOTLY).write_text(plotly_source(), encoding="utf-8")
    return Media(sources, missing, f"{beside.name}/{PLOTLY}" if plotly else "", "")


def embed(study: "Study", clips: Sequence[ClipRef], *, plotly: bool, max_mb: float) -> Media:
    """Everything as data URIs. Raises ReportError, with the sizes, where that comes to more than `max_mb`.

    Of a clip that browsers can't play both the original and the copy that they can play are embedded.
    """
    text = plotly_source() if plotly else ""
    _check_size(clips, len(text), 0, max_mb)
    sources: dict[str, Source] = {}
    missing: dict[str, str] = {}
    copies = 0

    def place(ref: ClipRef, path: Path, made: _Made) -> None:
        nonlocal copies
        kind = media_type(ref)
        original = _data_uri(kind, path.read_bytes())
        source = original
        if made.proxy is not None:
            copies += made.proxy.stat().st_size
            _check_size(clips, len(text), copies, max_mb)
            kind, source = "video/mp4", _data_uri("video/mp4", made.proxy.read_bytes())
        sources[ref.clip] = Source(
            src=source,
            type=kind,
            poster="" if made.poster is None else _data_uri("image/jpeg", made.poster),
            strip=None
            if made.strip is None
            else _strip(_data_uri("image/jpeg", made.strip.jpeg), made.strip),
            proxy=made.proxy is not None,
            download=None if made.proxy is None else original,
        )

    _each(study, clips, place, missing)
    return Media(sources, missing, "", text)


def _check_size(clips: Sequence[ClipRef], text: int, copies: int, max_mb: float) -> None:
    # Base64 makes four bytes of three.
    total = (sum(ref.bytes for ref in clips) + copies) * 4 / 3 + text
    if total <= max_mb * 1e6:
        return
    largest = sorted(clips, key=lambda r: (-r.bytes, r.clip))[:3]
    raise ReportError(
        f"one file would take {total / 1e6:.1f} MB, and the budget is {max_mb:g} MB: {len(clips)} clips of "
        f"{sum(r.bytes for r in clips) / 1e6:.1f} MB (the largest: "
        + ", ".join(f"{r.clip[:12]}… {r.bytes / 1e6:.1f} MB" for r in largest)
        + ") become a third more when they are embedded; "
        "use assets='link' (--assets link), which keeps them beside the page, or raise max_embed_mb"
    )


def _each(
    study: "Study",
    clips: Sequence[ClipRef],
    place: Callable[[ClipRef, Path, _Made], None],
    missing: dict[str, str],
) -> None:
    with ExitStack() as after:
        folder = after.enter_context(tempfile.TemporaryDirectory())
        after.callback(dismiss)
        for ref in clips:
            try:
                with study.clip_file(ref.clip) as path:
                    made = _made(ref, path, Path(folder))
                    place(ref, path, made)
                if made.proxy is not None:
                    made.proxy.unlink()
            except ClipError:
                # The message may name a folder of this machine; the page must not.
                missing[ref.clip] = "its file is gone from the study"


def _made(ref: ClipRef, path: Path, folder: Path) -> _Made:
    from kit.guarded import film_strip, guarded, poster
    from kit.transcode import make_proxy

    found_poster = found_strip = proxy = None
    # A clip that can't be decoded is shown by its name and facts.
    with suppress(ClipError):
        found_poster = poster(path, long_edge=640)
        found_strip = film_strip(path)
        if not ref.plays:
            copy = folder / f"{ref.clip}.mp4"
            guarded(make_proxy, path, copy)
            proxy = copy
    return _Made(found_poster, found_strip, proxy)


def _strip(address: str, strip: "FilmStrip") -> PlayerStrip:
    return PlayerStrip(address, strip.frames, strip.width, strip.height)


def _data_uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def plotly_source() -> str:
    """plotly.js as the plotly package ships it."""
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())
