"""The types that each provider wants for its fields, as far as they are known: a wrong one is refused, as there."""

from collections.abc import Callable, Mapping
from typing import Any

from kit.sandbox_server.jobs import Refused

Check = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _digits(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit()


def _any_text_or_none(value: Any) -> bool:
    return value is None or isinstance(value, str)


# field -> (test, what is wanted)
_PIAPI: dict[str, tuple[Check, str]] = {
    "prompt": (_text, "string"),
    "negative_prompt": (_text, "string"),
    "version": (_text, "string"),
    "cfg_scale": (_number, "float64"),
    "enable_audio": (_flag, "bool"),
    "prefer_multi_shots": (_flag, "bool"),
    "aspect_ratio": (_text, "string"),
}
_KLING: dict[str, tuple[Check, str]] = {
    "model_name": (_text, "string"),
    "prompt": (_any_text_or_none, "string"),
    "negative_prompt": (_text, "string"),
    "mode": (lambda v: v in ("std", "pro"), "std or pro"),
    "duration": (_digits, "a string of digits"),
    "aspect_ratio": (lambda v: v in ("16:9", "9:16", "1:1"), "16:9, 9:16 or 1:1"),
    "sound": (lambda v: v in ("on", "off"), "on or off"),
    "cfg_scale": (_number, "float"),
    "multi_shot": (_flag, "boolean"),
    "shot_type": (lambda v: v in ("customize", "intelligence"), "customize or intelligence"),
    "multi_prompt": (lambda v: isinstance(v, list), "a list"),
    "external_task_id": (_text, "string"),
}
_FAL: dict[str, tuple[Check, str]] = {
    "prompt": (_any_text_or_none, "string"),
    "duration": (_digits, "a string of digits"),
    "aspect_ratio": (_text, "string"),
    "negative_prompt": (_text, "string"),
    "cfg_scale": (_number, "float"),
    "generate_audio": (_flag, "boolean"),
}
_REPLICATE: dict[str, tuple[Check, str]] = {
    "prompt": (_text, "string"),
    "duration": (_whole, "integer"),
    "mode": (lambda v: v in ("standard", "pro"), "standard or pro"),
    "aspect_ratio": (_text, "string"),
    "negative_prompt": (_text, "string"),
    "generate_audio": (_flag, "boolean"),
    "multi_prompt": (_text, "string"),
}


def check_piapi(model: str, fields: Mapping[str, Any]) -> None:
    """PiAPI's own complaint about a wrong type. Raises Refused."""
    for name, want in _wrong(_PIAPI, fields):
        seen = _go_kind(fields[name])
        raise Refused(
            400, f"json: cannot unmarshal {seen} into Go struct field input.{name} of type {want}", kind=name
        )
    if model in ("kling", "kling-turbo", "hailuo", "sora2") and not _whole(fields.get("duration", 5)):
        seen = _go_kind(fields["duration"])
        raise Refused(
            400,
            f"json: cannot unmarshal {seen} into Go struct field input.duration of type int",
            kind="duration",
        )


def check_kling(fields: Mapping[str, Any]) -> None:
    """Raises Refused (code 1201) for a field of the wrong type or an unknown word."""
    for name, want in _wrong(_KLING, fields):
        raise Refused(400, f"{name} must be {want}, found {_go_kind(fields[name])}", code=1201, kind=name)


def check_fal(fields: Mapping[str, Any]) -> None:
    """Raises Refused (422) for a field of the wrong type."""
    for name, want in _wrong(_FAL, fields):
        raise Refused(422, f"input should be {want}", kind=name)


def check_replicate(fields: Mapping[str, Any]) -> None:
    """Raises Refused (422) for a field of the wrong type."""
    for name, want in _wrong(_REPLICATE, fields):
        raise Refused(422, f"- input.{name}: invalid type, expected {want}", kind=name)


def _wrong(table: Mapping[str, tuple[Check, str]], fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, want) for name, (good, want) in table.items() if name in fields and not good(fields[name])]


def _go_kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if value is None:
        return "null"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"
