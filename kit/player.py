"""The markup of the synchronised player: readable without scripts, brought to life by `static/player.js`.

Without scripts a player is a row of plain videos with the browser's own controls, posters, film strips and captions.
With scripts those controls give way to one shared transport, and the strips move above its time line. Report,
notebook widget and rating panel use the same markup.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from markupsafe import Markup

from kit.errors import BadParameter
from kit.player_data import ClipData, player_data
from kit.script_json import script_json

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
_NO_CAPTIONS = (
    "data:text/vtt,WEBVTT%0A%0A00:00.000%20--%3E%2099:59.000%0A%5Bsound;%20no%20captions%20were%20given%5D%0A"
)
_SAFE_SCHEMES = frozenset({"http", "https", "file", "blob"})
_SAFE_DATA = ("data:video/", "data:image/", "data:text/vtt", "data:application/octet-stream")


@dataclass(frozen=True, slots=True)
class PlayerStrip:
    """A film strip: `frames` pictures side by side at the address `src`, `width` x `height` pixels each."""

    src: str
    frames: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PlayerClip:
    """One clip as the player shows it.

    `src`, `poster` and `download` are addresses: relative, http(s), file, blob, or data: of a video or picture.
    `src` is None where a script puts the address in later. `width` and `height` are the display size in pixels,
    after rotation. `fps`, `seconds` and `frames` may be None where they are unknown; the browser's own figures, or
    25 frames a second, then stand in. `codec` is FFmpeg's short name ("h264"). `sandbox` marks what the built-in
    sandbox rendered, `proxy` a smaller copy of the original. `data` (`kit.player_data.clip_data`) holds the marks
    and curves of the time line, in the order of what was measured. `key` names the clip for the page's own script. `captions` is the address of a WebVTT
    file; a clip with sound and without one gets a track that says so.
    """

    name: str
    src: str | None
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
    strip: PlayerStrip | None = None
    data: ClipData | None = None
    key: str | None = None
    captions: str | None = None


def markup(
    clips: Sequence[PlayerClip],
    *,
    label: str,
    preload: Preload = "none",
    blind: bool = False,
    offer_proxy: bool = False,
    lazy: bool = False,
) -> Markup:
    """The `<figure class="kit-player">` of one to six clips; everything from outside is escaped.

    `label` is the figure's caption (the prompt, say) and may be empty. With `preload="none"` no clip is loaded before
    it is needed. `blind` is for raters: clips are called A, B and so on, and nothing that tells them apart but
    their pictures is in the markup: no names, facts, notes, badges, downloads, sound, strips or measurements (`src`
    and `poster` are the caller's, and must tell nothing either). `offer_proxy` says that somebody listens who can
    make a smaller copy of a clip that the browser can't play. `lazy` is for pages of many players: posters are pictures
    of their own, which a browser loads as they come near (it loads the posters of videos all at once), and the page's
    script hands each to its video when it brings the player to life.

    Raises BadParameter for a wrong number of clips, a size that is not positive, an unknown `preload` or an address
    that could run a script.
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
    shown = [_blind(clip, letter) for clip, letter in zip(clips, LETTERS, strict=False)] if blind else clips
    boxes = Markup("").join(
        _clip(clip, letter, preload, blind=blind, lazy=lazy)
        for clip, letter in zip(shown, LETTERS, strict=False)
    )
    figure = {
        "data-state": "static",
        "data-clips": len(clips),
        "data-blind": "true" if blind else None,
        "data-proxy": "offer" if offer_proxy else None,
        "data-lm-suppress-shortcuts": "true",
    }
    return Markup(
        '<figure class="kit-player"{figure}>{caption}<div class="kit-stage">{boxes}</div>{data}</figure>'
    ).format(figure=_attributes(figure), caption=caption, boxes=boxes, data=_data(shown))


def codec_name(codec: str) -> str:
    """A codec as people write it: "H.264" for FFmpeg's "h264"; unknown names stay as they are."""
    return _CODECS.get(codec.lower(), codec)


def _blind(clip: PlayerClip, letter: str) -> PlayerClip:
    return replace(
        clip,
        name=letter,
        codec="",
        has_audio=False,
        sandbox=False,
        note="",
        proxy=False,
        download=None,
        strip=None,
        data=None,
    )


def _data(clips: Sequence[PlayerClip]) -> Markup:
    if all(clip.data is None for clip in clips):
        return Markup()
    empty: ClipData = {"marks": [], "curves": []}
    data = player_data([clip.data or empty for clip in clips])
    return Markup('<script type="application/json" class="kit-player-data">{}</script>').format(
        script_json(data)
    )


def _clip(clip: PlayerClip, letter: str, preload: str, *, blind: bool, lazy: bool) -> Markup:
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
        "data-codec": codec_name(clip.codec) or None,
        "data-audio": "true" if clip.has_audio else "false",
        "data-key": None if blind else clip.key,
    }
    video = {
        "src": None if clip.src is None else _address(clip.src, clip.name),
        "data-src": "later" if clip.src is None else None,
        "data-mime": clip.mime,
        "poster": None if lazy or clip.poster is None else _address(clip.poster, clip.name),
        "preload": preload,
        "width": clip.width,
        "height": clip.height,
        "aria-label": f"Clip {letter}" if blind else f"Clip {letter}: {clip.name}",
    }
    name = Markup() if blind else Markup('<span class="kit-name" title="{0}">{0}</span>').format(clip.name)
    facts = (
        Markup() if blind else Markup('<div class="kit-facts">{}</div>').format(_facts(clip, fps, seconds))
    )
    return Markup(
        '<div class="kit-clip"{data} style="--kit-w: {width}; --kit-h: {height}">'
        '<div class="kit-tag"><span class="kit-letter">{letter}</span>{name}{badges}</div>'
        '<div class="kit-frame">{poster}<video controls playsinline muted{video}>{track}</video></div>{strip}{facts}{note}</div>'
    ).format(
        data=_attributes(data),
        width=clip.width,
        height=clip.height,
        letter=letter,
        name=name,
        badges=_badges(clip),
        poster=_poster(clip) if lazy else Markup(),
        video=_attributes(video),
        track=Markup() if blind else _captions(clip),
        strip=_strip(clip, letter),
        facts=facts,
        note=Markup('<p class="kit-note">{}</p>').format(clip.note) if clip.note else Markup(),
    )


def _captions(clip: PlayerClip) -> Markup:
    """The track of captions. A clip without sound has nothing to be captioned."""
    if clip.captions is None and not clip.has_audio:
        return Markup()
    track = Markup('<track kind="captions" label="Captions" srclang="en" src="{}">')
    return track.format(_NO_CAPTIONS if clip.captions is None else _address(clip.captions, clip.name))


def _poster(clip: PlayerClip) -> Markup:
    if clip.poster is None:
        return Markup()
    return Markup('<img class="kit-poster" src="{}" alt="" loading="lazy">').format(
        _address(clip.poster, clip.name)
    )


def _strip(clip: PlayerClip, letter: str) -> Markup:
    strip = clip.strip
    if strip is None:
        return Markup()
    if min(strip.frames, strip.width, strip.height) <= 0:
        raise BadParameter(
            f"the strip of clip {clip.name!r} has {strip.frames} frames of {strip.width} x {strip.height}; "
            "all three must be above 0"
        )
    image = {
        "src": _address(strip.src, clip.name),
        "alt": f"{strip.frames} pictures of clip {letter} from start to end",
        "width": strip.frames * strip.width,
        "height": strip.height,
        "data-frames": strip.frames,
        "loading": "lazy",
    }
    return Markup('<img class="kit-strip"{}>').format(_attributes(image))


def _badges(clip: PlayerClip) -> Markup:
    badge = Markup('<span class="kit-badge kit-badge-{text}" title="{title}">{text}</span>')
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
