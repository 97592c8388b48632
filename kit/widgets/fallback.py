"""A player without a kernel, without scripts or without trust: posters, names, the prompt, and what to do."""

import base64

from markupsafe import Markup

from kit.errors import ClipError
from kit.guarded import poster
from kit.player import LETTERS, codec_name
from kit.widgets.shown import Shown, ShownClip

_POSTER_EDGE = 320
_POSTER_BYTES = 9_000  # of JPEG; six of them stay below 75 kB of notebook
_HOW = "To see the clips play, run this cell; in a notebook that is not trusted, trust it first."


def static_html(shown: Shown) -> str:
    """The posters side by side with names and facts below; small, escaped, and without any script."""
    label = Markup('<p dir="auto"><strong>{}</strong></p>').format(shown.label) if shown.label else Markup()
    boxes = Markup("").join(_box(clip, letter) for clip, letter in zip(shown.clips, LETTERS, strict=False))
    return str(
        Markup(
            '<div class="kit-static">{label}<div style="display: flex; flex-wrap: wrap; gap: 12px">{boxes}</div>'
            "<p>{how}</p></div>"
        ).format(label=label, boxes=boxes, how=_HOW)
    )


def static_text(shown: Shown) -> str:
    """One line a clip, the prompt above, what to do below."""
    lines = [shown.label] if shown.label else []
    lines += [
        f"{letter}  {clip.name} ({_facts(clip)})" for clip, letter in zip(shown.clips, LETTERS, strict=False)
    ]
    return "\n".join([*lines, _HOW])


def _box(clip: ShownClip, letter: str) -> Markup:
    return Markup(
        '<div style="max-width: {width}px">{picture}<div><strong>{letter}</strong> <bdi>{name}</bdi></div>'
        "<div><small>{facts}</small></div></div>"
    ).format(
        width=_POSTER_EDGE, picture=_picture(clip, letter), letter=letter, name=clip.name, facts=_facts(clip)
    )


def _picture(clip: ShownClip, letter: str) -> Markup:
    try:
        with clip.open() as path:
            data = poster(path, long_edge=_POSTER_EDGE, most=_POSTER_BYTES)
    except ClipError:
        return Markup("<p>No picture: the clip cannot be read.</p>")
    scale = min(1.0, _POSTER_EDGE / max(clip.width, clip.height))
    return Markup(
        '<img alt="A frame of clip {}: {}" width="{}" height="{}" src="data:image/jpeg;base64,{}">'
    ).format(
        letter,
        clip.name,
        round(clip.width * scale),
        round(clip.height * scale),
        base64.b64encode(data).decode(),
    )


def _facts(clip: ShownClip) -> str:
    facts = [
        "made by the sandbox" if clip.sandbox else "",
        f"{clip.width} × {clip.height}",  # noqa: RUF001  the sign for sizes
        "" if clip.fps is None else f"{clip.fps:.4g} fps",
        "" if clip.seconds is None else f"{clip.seconds:.2f} s",
        codec_name(clip.codec),
    ]
    return ", ".join(fact for fact in facts if fact)
