"""The request that goes to a provider, spelled by the card's data alone."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from kit.cards.card import Card, Spelling
from kit.cards.checking import check, raise_faults
from kit.cards.offers import Offer, offer
from kit.cards.settings import IMAGES, SETTINGS, Settings, is_url
from kit.cards.spelling import Field
from kit.errors import BadParameter, Fault


@dataclass(frozen=True)
class WireRequest:
    """One request: `path` begins with a slash and is joined to the provider's base address; `body` is sent as JSON."""

    provider: str
    method: str
    path: str
    body: dict[str, Any]


def input_for(
    card: Card, provider: str, prompt: str, settings: Settings, images: Mapping[str, str] | None = None
) -> WireRequest:
    """What is sent for one clip.

    `images` maps names of `settings.images()` to what stands for them on the wire: an address, bare base64 or a data
    URI, as the card's `images` says. Images that are addresses already, and ids of elements, need no entry.
    Raises BadParameter with every fault if the card does not allow the request or an image is missing.
    """
    raise_faults(check(prompt, settings, [card], {card.id: provider}))
    one = offer(card, provider)
    settled = one.settled(settings)
    sources = _sources(one, settled, images or {})
    spelling = one.spelling
    path, body, fields = spelling.path, deepcopy(dict(spelling.body)), deepcopy(dict(spelling.constants))
    drops: list[str] = []
    for variation in spelling.variations:
        if variation.when.holds(settled):
            path = variation.path or path
            body = _joined(body, variation.body)
            fields = _joined(fields, variation.constants)
            drops.extend(variation.drop)
    for setting in ("prompt", *SETTINGS):
        if setting not in spelling.fields:
            continue
        field = spelling.fields[setting]
        value = _value(setting, prompt, settled, sources)
        if value in (None, "", ()) and not field.always:
            continue
        if field.in_path:
            path = path.replace(f"{{{setting}}}", str(field.values.get(str(value), value)))
        else:
            _put(fields, field, _spelled(field, value))
    for name in drops:
        fields.pop(name, None)
    return WireRequest(provider, spelling.method, path, _wrapped(spelling, body, fields))


def _wrapped(spelling: Spelling, body: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    return {**body, spelling.wrap: fields} if spelling.wrap else {**body, **fields}


def _sources(one: Offer, settled: Settings, images: Mapping[str, str]) -> dict[str, str]:
    """What stands for each image on the wire; refuses what the provider could not read."""
    found: dict[str, str] = {}
    faults = []
    elements = one.spelling.fields.get("elements")
    for name, given in settled.images().items():
        if name not in IMAGES and elements is not None and elements.accepts == "id":
            found[name] = given
            continue
        source = images.get(name, given if is_url(given) else "")
        form = "url" if is_url(source) else "data_uri" if source.startswith("data:") else "base64"
        accepts = one.spelling.images.accepts
        if not source:
            faults.append(Fault(one.name, "the image has not been uploaded or read yet", None, name))
        elif form not in accepts:
            problem = f"the image goes in as {form}; the card allows: {', '.join(accepts)}"
            faults.append(Fault(one.name, problem, None, name))
        found[name] = source
    if faults:
        raise BadParameter(faults)
    return found


def _value(setting: str, prompt: str, settled: Settings, sources: Mapping[str, str]) -> Any:
    if setting == "prompt":
        return prompt
    if setting in IMAGES:
        return sources.get(setting)
    if setting == "elements":
        return tuple(sources[f"element_{i}"] for i in range(1, len(settled.elements) + 1))
    return getattr(settled, setting)


def _spelled(field: Field, value: Any) -> Any:
    if field.values and str(value) in field.values:
        return field.values[str(value)]
    if field.form in {"list", "json_string"}:
        several = value if isinstance(value, tuple) else (value,)
        items = [_item(field.item, one, i) for i, one in enumerate(several, start=1)]
        return items if field.form == "list" else json.dumps(items, ensure_ascii=False)
    return _item(field.item, value, 1) if field.form == "object" else _FORMS[field.form](value, field.unit)


_FORMS: dict[str, Callable[[Any, str], Any]] = {
    "string": lambda value, unit: f"{value}{unit}",
    "int": lambda value, _: int(value),
    "number": lambda value, _: value,
    "bool": lambda value, _: bool(value),
    "on_off": lambda value, _: "on" if value else "off",
}


def _item(item: Any, value: Any, index: int) -> Any:
    """A copy of the card's `item` with the placeholders filled in."""
    if isinstance(item, Mapping):
        return {key: _item(inner, value, index) for key, inner in item.items()}
    if item is None or item == "$value":
        return value
    if item == "$index":
        return index
    if item in ("$prompt", "$seconds"):
        return getattr(value, item[1:])
    return str(value.seconds) if item == "$seconds_text" else item


def _put(fields: dict[str, Any], field: Field, value: Any) -> None:
    """Set a field; lists under one name are joined, dots in the name lead into maps."""
    *ways, last = field.name.split(".")
    target = fields
    for way in ways:
        target = target.setdefault(way, {})
    if isinstance(value, list) and isinstance(target.get(last), list):
        value = [*target[last], *value]
    target[last] = value


def _joined(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid upon `base`, maps key by key."""
    joined = dict(base)
    for key, value in over.items():
        mine = joined.get(key)
        both = isinstance(mine, Mapping) and isinstance(value, Mapping)
        joined[key] = _joined(mine, value) if both else deepcopy(value)  # type: ignore[arg-type]
    return joined
