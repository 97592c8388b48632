"""The markup of the synchronised player: readable without scripts, brought to life by `static/player.js`.

Without scripts a player is a row of plain videos with the browser's own controls, posters and captions. With scripts
those controls give way to one shared transport. Report and notebook widget use the same markup.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from markupsafe import Markup

from kit.errors import BadParameter

Preload = Literal["none", "metadata", "auto"]

MOST_CLIPS = 6
LETTERS = "ABCDEF"

_CODECS = {
    "h264": "H.264",
    "hevc": "HEVC",
    "vp8": "VP8",
    "vp9": "VP9",
    "av1": "AV1",
    "mpeg4": "MPEG-4 part 2",
    "prores": "ProRes",
    "ffv1": "FFV1",
}

# Browsers drop these anywhere in an address, so that "java\nscript:" would still be a script.
_CONTROL = re.compile(r"[\x00-\x20\x7f]")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_SAFE_SCHEMES = frozenset({"http", "https", "file", "blob"})
_SAFE_DATA = ("data:video/", "data:image/", "data:application/octet-stream")


@dataclass(frozen=True, slots=True)
class PlayerClip:
    """One clip as the player shows it.

    `src`, `poster` and `download` are addresses: relative, http(s), file, blob, or data: of a video or picture.
    `width` and `height` are the display size in pixels, after rotation. `fps`, `seconds` and `frames` may be None
    where they are unknown; the browser's own figures, or 25 frames a second, then stand in. `codec` is FFmpeg's short
    name ("h264"). `sandbox` marks what the built-in sandbox rendered, `proxy` a smaller copy of the original.
    """

    name: str
    src: str
    mime: str
    poster: str | None
    width: int
    height: int
    fps: float | None
    seconds: float | None
    frames: int | None
    codec: str
    has_audio: bool
    sandbox: bool
    note: str = ""
    proxy: bool = False
    download: str | None = None


def markup(clips: Sequence[PlayerClip], *, label: str, preload: Preload = "none") -> Markup:
    """The `<figure class="kit-player">` of one to six clips; everything from outside is escaped.

    `label` is the figure's caption (the prompt, say) and may be empty. With `preload="none"` no clip is loaded before
    it is needed. Raises BadParameter for a wrong number of clips, a size that is not positive, an unknown `preload`
    or an address that could run a script.
    """
    if not 1 <= len(clips) <= MOST_CLIPS:
        raise BadParameter(
            f"a player takes 1 to {MOST_CLIPS} clips, not {len(clips)}: split them over several players"
        )
    if preload not in get_args(Preload):
        raise BadParameter(f"preload is {preload!r}; it must be one of {', '.join(get_args(Preload))}")
    caption = (
        Markup('<figcaption class="kit-player-label">{}</figcaption>').format(label) if label else Markup()
    )
    boxes = Markup("").join(
        _clip(clip, letter, preload) for clip, letter in zip(clips, LETTERS, strict=False)
    )
    return Markup(
        '<figure class="kit-player" data-state="static" data-clips="{count}" data-lm-suppress-shortcuts="true">'
        '{caption}<div class="kit-stage">{boxes}</div></figure>'
    ).format(count=len(clips), caption=caption, boxes=boxes)


def codec_name(codec: str) -> str:
    """A codec as people write it: "H.264" for FFmpeg's "h264"; unknown names stay as they are."""
    return _CODECS.get(codec.lower(), codec)


def _clip(clip: PlayerClip, letter: str, preload: str) -> Markup:
    if clip.width <= 0 or clip.height <= 0:
        raise BadParameter(
            f"clip {clip.name!r} has the size {clip.width} x {clip.height}; both must be above 0"
        )
    fps, seconds = _positive(clip.fps), _positive(clip.seconds)
    data = {
        "data-name": clip.name,
        "data-width": clip.width,
        "data-height": clip.height,
        "data-fps": _plain(fps),
        "data-seconds": _plain(seconds),
        "data-frames": _plain(_positive(clip.frames)),
        "data-codec": codec_name(clip.codec),
        "data-audio": "true" if clip.has_audio else "false",
    }
    video = {
        "src": _address(clip.src, clip.name),
        "data-mime": clip.mime,
        "poster": None if clip.poster is None else _address(clip.poster, clip.name),
        "preload": preload,
        "width": clip.width,
        "height": clip.height,
        "aria-label": f"Clip {letter}: {clip.name}",
    }
    return Markup(
        '<div class="kit-clip"{data} style="--kit-w: {width}; --kit-h: {height}">'
        '<div class="kit-tag"><span class="kit-letter">{letter}</span>'
        '<span class="kit-name" title="{name}">{name}</span>{badges}</div>'
        '<div class="kit-frame"><video controls playsinline muted{video}></video></div>'
        '<div class="kit-facts">{facts}</div>{note}</div>'
    ).format(
        data=_attributes(data),
        width=clip.width,
        height=clip.height,
        letter=letter,
        name=clip.name,
        badges=_badges(clip),
        video=_attributes(video),
        facts=_facts(clip, fps, seconds),
        note=Markup('<p class="kit-note">{}</p>').format(clip.note) if clip.note else Markup(),
    )


def _badges(clip: PlayerClip) -> Markup:
    badge = Markup('<span class="kit-badge" title="{title}">{text}</span>')
    badges = Markup()
    if clip.sandbox:
        title = "Rendered by the kit's sandbox; says nothing of any real model"
        badges += badge.format(title=title, text="sandbox")
    if clip.proxy:
        badges += badge.format(title="A smaller copy, not the original file", text="proxy")
    return badges


def _facts(clip: PlayerClip, fps: float | None, seconds: float | None) -> Markup:
    facts = [
        f"{clip.width} × {clip.height}",  # noqa: RUF001  the sign for sizes
        "rate unknown" if fps is None else f"{_short(fps)} fps",
        "length unknown" if seconds is None else f"{seconds:.2f} s",
        codec_name(clip.codec),
    ]
    if not clip.has_audio:
        facts.append("no sound")
    shown = Markup("").join(Markup("<span>{}</span>").format(fact) for fact in facts)
    if clip.download is not None:
        link = Markup('<a href="{}" download aria-label="Download clip {}">download</a>')
        shown += link.format(_address(clip.download, clip.name), clip.name)
    return shown


def _attributes(values: Mapping[str, object]) -> Markup:
    """Attributes with a leading blank each; those that are None are left out."""
    given = ((name, value) for name, value in values.items() if value is not None)
    return Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in given)


def _address(address: str, name: str) -> str:
    bare = _CONTROL.sub("", address)
    scheme = _SCHEME.match(bare)
    if scheme is None or scheme[1].lower() in _SAFE_SCHEMES or bare.lower().startswith(_SAFE_DATA):
        return address
    shown = address if len(address) <= 40 else f"{address[:40]}…"
    raise BadParameter(
        f"clip {name!r} has the address {shown!r}; expected a relative one (begin it with ./ if its first part "
        "has a colon), http, https, file, blob, or data of a video or picture"
    )


def _positive(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) or value <= 0 else value


def _plain(value: float | None) -> str | None:
    """A number for a data attribute: all its digits, no exponent for whole ones."""
    if value is None:
        return None
    return str(int(value)) if value == int(value) else repr(float(value))


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
