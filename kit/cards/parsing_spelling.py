"""From the tree to the part of a card that says how one provider is asked."""

import re
from collections.abc import Iterator
from typing import Any

from kit.cards.card import Defaults, Limits, Spelling
from kit.cards.document import Section
from kit.cards.settings import SETTINGS
from kit.cards.spelling import FORMS, Answer, Certainty, Condition, Field, ImageForms, Variation
from kit.cells import nearest, show

SPELLING_KEYS = (
    "schema",
    "provider",
    "method",
    "path",
    "wrap",
    "body",
    "constants",
    "fields",
    "variations",
    "images",
    "answer",
    "limits",
    "defaults",
    "certainty",
    "source",
    "notes",
)
FIELD_KEYS = (
    "name",
    "form",
    "unit",
    "values",
    "item",
    "in_path",
    "always",
    "accepts",
    "default",
    "certainty",
    "source",
    "note",
)
_ANSWER_KEYS = ("links", "times", "times_form", "seconds", "cost", "units_per_usd", "certainty", "source")
IMAGE_FORMS = ("url", "base64", "data_uri")
_LOCAL = ("upload", "base64", "data_uri")
# What a setting can be written as; a shot or an element is one of several.
_FORMS_OF = {
    "prompt": ("string",),
    "duration": ("string", "int", "number"),
    "aspect_ratio": ("string",),
    "mode": ("string",),
    "audio": ("bool", "on_off"),
    "negative_prompt": ("string",),
    "start_frame": ("string", "list", "object"),
    "end_frame": ("string", "list", "object"),
    "elements": ("list", "json_string"),
    "shots": ("list", "json_string"),
}
_CHOSEN = ("duration", "aspect_ratio", "mode")
_PLACES = ("$value", "$index")
_SHOT_PLACES = ("$index", "$prompt", "$seconds", "$seconds_text")
_PATH = re.compile(r"/[A-Za-z0-9._~/{}-]*")
_PLACE = re.compile(r"\{([^{}]*)\}")


def parse_spelling(section: Section, limits: Limits, defaults: Defaults) -> Spelling:
    """One provider's spelling; `limits` and `defaults` are the card's with the provider's own laid upon them."""
    for key in section.values:
        if key not in SPELLING_KEYS:
            section.fault(
                key,
                f"unknown key {show(key)}{nearest(key, SPELLING_KEYS)}; known: {', '.join(SPELLING_KEYS)}",
            )
    certainty, source = section.certainty(), section.text("source")
    fields = {
        setting: _field(one, setting, limits, certainty, source)
        for setting, one in section.section("fields", ("prompt", *SETTINGS)).named(FIELD_KEYS)
        if setting in _FORMS_OF
    }
    if "prompt" not in fields:
        section.fault("fields", "the field for the prompt is missing")
    in_path = {name for name, field in fields.items() if field.in_path}
    variations = tuple(
        _variation(item, in_path)
        for item in section.sections("variations", ("when", "path", "body", "constants", "drop"))
    )
    return Spelling(
        method=section.choice("method", ("POST", "PUT"), "POST"),
        path=_path(section, in_path) or "/",
        wrap=section.text("wrap", ""),
        body=section.plain_map("body"),
        constants=section.plain_map("constants"),
        fields=fields,
        variations=variations,
        images=_images(section.section("images", ("accepts", "local", "certainty", "source"))),
        answer=_answer(section.section("answer", _ANSWER_KEYS)),
        limits=limits,
        defaults=defaults,
        certainty=certainty,
        source=source,
        notes=section.texts("notes"),
    )


def _path(section: Section, in_path: set[str]) -> str | None:
    path = section.text("path")
    if not _PATH.fullmatch(path) or "//" in path or ".." in path:
        section.fault("path", f"{show(path)} is no path; write it from the first slash on, without the host")
    for name in _PLACE.findall(path):
        if name not in in_path:
            section.fault("path", f"nothing fills {{{name}}}; give the field {name} in_path: true")
    return path


def _field(one: Section, setting: str, limits: Limits, certainty: Certainty, source: str) -> Field:
    form = one.choice("form", FORMS, "string")
    values = one.plain_map("values")
    for mode in values if setting == "mode" else ():
        if mode not in limits.modes:
            has = ", ".join(limits.modes) or "none"
            one.fault("values", f"the card has no mode {show(mode)}; it has: {has}")
    if form not in _FORMS_OF[setting]:
        one.fault("form", f"{show(form)} is no form for {setting}; known: {', '.join(_FORMS_OF[setting])}")
    if values and setting not in _CHOSEN:
        one.fault("values", f"only {', '.join(_CHOSEN)} have values to choose from")
    item = one.values["item"].plain() if "item" in one else None
    _check_item(one, setting, item, form)
    in_path = one.flag("in_path")
    return Field(
        name=setting if in_path else one.text("name"),
        form=form,
        unit=one.text("unit", ""),
        values=values,
        item=item,
        in_path=in_path,
        always=one.flag("always"),
        accepts=one.choice("accepts", ("image", "id"), "image"),
        default=one.fact("default", lambda s: s.values["value"].plain(), None),
        certainty=one.certainty() if "certainty" in one else certainty,
        source=one.text("source", source),
        note=one.text("note", ""),
    )


def _check_item(one: Section, setting: str, item: Any, form: str) -> None:
    """Refuse placeholders that nothing fills, so that no request is sent with one."""
    if setting == "shots" and not isinstance(item, dict):
        one.fault("item", "write what a shot looks like: a map with $prompt and $seconds, or $seconds_text")
    if form == "object" and not isinstance(item, dict):
        one.fault("item", "write what the map looks like, with $value in it")
    known = _SHOT_PLACES if setting == "shots" else _PLACES
    for text in _texts(item):
        if text.startswith("$") and text not in known:
            one.fault("item", f"nothing fills {show(text)}{nearest(text, known)}; known: {', '.join(known)}")


def _texts(item: Any) -> Iterator[str]:
    if isinstance(item, dict):
        for value in item.values():
            yield from _texts(value)
    elif isinstance(item, str):
        yield item


def _variation(section: Section, in_path: set[str]) -> Variation:
    return Variation(
        when=parse_condition(section),
        path=_path(section, in_path) if "path" in section else None,
        body=section.plain_map("body"),
        constants=section.plain_map("constants"),
        drop=section.texts("drop"),
    )


def parse_condition(section: Section) -> Condition:
    """`when:`; at least one condition, since what always holds needs none."""
    when = section.section("when", ("has", "lacks", "modes", "audio", "seconds"))
    if not when.values:
        section.fault("when", "when does this hold? write has, lacks, modes, audio or seconds")
    for key in ("has", "lacks"):
        for name in when.texts(key):
            if name not in SETTINGS:
                when.fault(
                    key,
                    f"unknown setting {show(name)}{nearest(name, SETTINGS)}; known: {', '.join(SETTINGS)}",
                )
    return Condition(
        has=tuple(name for name in when.texts("has") if name in SETTINGS),
        lacks=tuple(name for name in when.texts("lacks") if name in SETTINGS),
        modes=when.texts("modes"),
        audio=when.flag("audio") if "audio" in when else None,
        seconds=when.wholes("seconds"),
    )


def _images(section: Section) -> ImageForms:
    if not section.values:
        return ImageForms()
    accepts = section.texts("accepts") or ("url",)
    if unknown := sorted(set(accepts) - set(IMAGE_FORMS)):
        section.fault("accepts", f"unknown: {', '.join(unknown)}; known: {', '.join(IMAGE_FORMS)}")
    local = section.choice("local", _LOCAL, "upload") if "local" in section else None
    return ImageForms(accepts, local, section.certainty(), section.text("source", ""))


def _answer(section: Section) -> Answer:
    links = section.texts("links")
    if not links:
        section.fault(
            "links", "where does the result's link stand? list the paths in the order in which to look"
        )
    times = section.plain_map("times")
    for name, path in times.items():
        if name not in {"created", "started", "ended"} or not isinstance(path, str):
            section.fault("times", f"{show(name)}: the paths of created, started and ended are needed")
    return Answer(
        links=links,
        times=times,
        times_form=section.choice("times_form", ("rfc3339", "epoch_ms"), "rfc3339"),
        seconds=section.maybe("seconds"),
        cost=section.maybe("cost"),
        units_per_usd=section.number("units_per_usd", 1e-9, 1e12),
        certainty=section.certainty(),
        source=section.text("source", ""),
    )
