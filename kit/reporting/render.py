"""From the report's data to its page: nothing is computed here, and everything from outside is escaped."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kit.frontend import module_source, stylesheet
from kit.player import PlayerClip, codec_name, markup
from kit.player_data import player_data
from kit.reporting.media import Media
from kit.reporting.packing import MANY_CLIPS, Stow, packed
from kit.script_json import script_json

_TEMPLATES = Path(__file__).parent / "templates"
_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def page(doc: Mapping[str, Any], figures: Mapping[str, Any], media: Media) -> str:
    """The page as one HTML text. `doc` is the report's data (what NAME.json holds), `figures` plotly's by plot id."""
    script = module_source("report")
    hashes = [_hash(text) for text in (script, media.plotly_text) if text]
    large = len(media.sources) > MANY_CLIPS
    folded, curves = Stow("t"), Stow("c")
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            doc=doc,
            shown={section["id"] for section in doc.get("sections", ())},
            figures=figures,
            large=large,
            folded=folded,
            curves=curves,
            player=lambda clips, again=False: _player(media, clips, curves if large else None, again=again),
            options={"plotly": media.plotly_src},
            # These texts are the kit's own; the front-end module refuses what could end its element.
            plotly_text=Markup(media.plotly_text),  # noqa: S704
            script=Markup(script),  # noqa: S704
            styles=Markup(stylesheet("player") + "\n" + stylesheet("report")),  # noqa: S704
            policy=_policy(hashes),
        )
    )


def brief(section: Mapping[str, Any]) -> str:
    """A section in short, for the output of a notebook cell: its sentences and its first tables."""
    tables = [_first_rows(t, 12) for t in list(_tables(section))[:3]]
    count = len(list(_tables(section)))
    more = f"{count - 3} more tables are on the page." if count > 3 else ""
    return (
        _environment()
        .get_template("notebook.html.j2")
        .render(
            section=section,
            lines=list(sentences(section))[:8],
            tables=tables,
            more=more,
            figures={},
            shown=set(),
            large=False,
            folded=None,
        )
    )


def sentences(section: Mapping[str, Any]) -> Sequence[str]:
    """The sentences of a section in their order."""
    found: list[str] = [section[key] for key in ("headline",) if section.get(key)]
    found += [
        f"{v['title']}: {v['short']} ({v['basis']})"
        for key in ("verdicts", "leads")
        for v in section.get(key, ())
    ]
    found += section.get("recommended", ())
    found += [f"{m['text']} {m['command']}".strip() for m in section.get("missing", ())]
    found += section.get("noticed", ())
    found += section.get("lines", ())
    for part in section.get("parts", ()):
        found += [*part.get("lines", ()), *part.get("bullets", ())]
    for dimension in section.get("dimensions", ()):
        found += [*dimension.get("sentences", ()), *dimension.get("beside", ())]
        for checked in ("camera", "delivered"):
            found += (dimension.get(checked) or {}).get("sentences", ())
    for part in section.get("parts", ()):
        for one in part.get("examples", ()):
            said = "; ".join(votes["words"] for votes in one["votes"])
            chosen = f"{part['title']}, {one['label'].lower()}" if one["label"] else part["title"]
            found.append(f"{chosen}: {one['title']}{f' ({said})' if said else ''}")
    for prompt in section.get("prompts", ()):
        clips = sum(len(clips) for take in prompt["takes"] for clips in take["players"])
        found.append(f"{prompt['title']}: {clips} clip{'' if clips == 1 else 's'}")
    return found


def clean(value: Any) -> Any:
    """The same data without characters that no page and no JSON reader takes: controls and lone surrogates."""
    if isinstance(value, str):
        return _BAD.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {clean(str(k)): clean(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [clean(v) for v in value]
    return value


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["script_json"] = script_json
    # Of base64's characters none means anything in HTML.
    environment.filters["packed"] = lambda text: Markup(packed(str(text)))  # noqa: S704
    return environment


def _player(media: Media, clips: Sequence[Mapping[str, Any]], stow: Stow | None, *, again: bool) -> Markup:
    """The player of some clips. `again`: the page has these clips in another player, and holds their bytes once.

    With a `stow` its film strips and the marks and curves of its time line go there, for the page's script to fetch.
    """
    shown = [clip for clip in clips if clip["clip"] in media.sources]
    gone = [clip["model"] for clip in clips if clip["clip"] not in media.sources]
    lost = Markup("").join(
        Markup('<p class="none"><bdi>{}</bdi>: {}.</p>').format(
            clip["model"], media.missing.get(clip["clip"], "the clip is not in the study")
        )
        for clip in clips
        if clip["model"] in gone
    )
    if not shown:
        return lost
    listed = [_player_clip(media, clip, again=again) for clip in shown]
    if stow is not None:
        bare = [replace(clip, data=None, strip=None) for clip in listed]
        made = markup(bare, label="", preload="none", lazy=True)
        return Markup('<div data-stowed="{}">{}</div>').format(stow.put(_late(listed)), made) + lost
    return markup(listed, label="", preload="none", lazy=True) + lost


def _late(clips: Sequence[PlayerClip]) -> str:
    strips = [clip.strip and asdict(clip.strip) for clip in clips]
    known = any(clip.data for clip in clips)
    data = player_data([clip.data or {"marks": [], "curves": []} for clip in clips]) if known else None
    return json.dumps(
        {"strips": strips, "data": data}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def _player_clip(media: Media, clip: Mapping[str, Any], *, again: bool) -> PlayerClip:
    source = media.sources[clip["clip"]]
    inside = source.src.startswith("data:")
    borrowed = again and inside
    return PlayerClip(
        name=clip["model"],
        src=None if borrowed else source.src,
        mime=source.type,
        poster=None if borrowed else source.poster or None,
        width=clip["width"],
        height=clip["height"],
        fps=clip["fps"]["value"],
        seconds=clip["seconds"]["value"],
        frames=clip["frames"]["value"],
        codec=clip["codec"],
        has_audio=clip["audio"],
        sandbox=clip["sandbox"],
        note=_proxy_note(clip) if source.proxy else "",
        proxy=source.proxy,
        download=None if borrowed else source.download,
        strip=None if borrowed else source.strip,
        data=clip["over_time"],
        key=clip["clip"][:16] if inside else None,
    )


def _proxy_note(clip: Mapping[str, Any]) -> str:
    size = clip["bytes"]["value"]
    return (
        f"Shown is a smaller H.264 copy: most browsers cannot play the original, {codec_name(clip['codec'])} of "
        f"{clip['width']} × {clip['height']} in {size / 1e6:.1f} MB. Measurements are of the original."  # noqa: RUF001
    )


def _policy(hashes: Sequence[str]) -> str:
    """The page's content-security policy: its own scripts by hash, media beside it or in it, and nothing else.

    'strict-dynamic' lets the page's own script load plotly.js from beside the page, and nobody else load anything.
    Styles stand inline, since clips carry their shape in a style attribute and plotly writes style elements.
    """
    scripts = " ".join(f"'{h}'" for h in hashes)
    return (
        f"default-src 'none'; script-src {scripts} 'strict-dynamic'; style-src 'unsafe-inline'; "
        "img-src 'self' file: data: blob:; media-src 'self' file: data: blob:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _tables(value: Any) -> list[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        if "columns" in value and "rows" in value:
            return [value]
        return [t for v in value.values() for t in _tables(v)]
    if isinstance(value, list):
        return [t for v in value for t in _tables(v)]
    return []


def _first_rows(table: Mapping[str, Any], most: int) -> Mapping[str, Any]:
    if len(table["rows"]) <= most:
        return table
    cut = f"{table['caption']} (the first {most} of {len(table['rows'])} rows)"
    return {**table, "rows": table["rows"][:most], "caption": cut}
