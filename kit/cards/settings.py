"""What is asked of a model beside the prompt, in the kit's own words; cards say how each provider spells it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.cells import NOT_NAME, NOT_TEXT, TEXT_LIMIT, nearest, show
from kit.errors import BadInput, BadParameter, Fault

SETTINGS = (
    "duration",
    "aspect_ratio",
    "mode",
    "audio",
    "negative_prompt",
    "start_frame",
    "end_frame",
    "elements",
    "shots",
)
IMAGES = ("start_frame", "end_frame")
LONGEST = 3600
_SHOT_KEYS = ("prompt", "seconds")
_HASHED = re.compile(r"sha256:[0-9a-f]{64}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclass(frozen=True)
class Shot:
    """One shot of a clip with several: its own prompt and its length in whole seconds."""

    prompt: str
    seconds: int


@dataclass(frozen=True)
class Settings:
    """What is asked of every model of a comparison.

    `duration` is in whole seconds. None leaves duration, aspect ratio or mode to the card's default, which is then
    sent explicitly. `mode` is a mode of the card (`std`, `pro`) or a resolution (`720p`). `start_frame`, `end_frame`
    and `elements` are http(s) URLs, paths of local images, or `sha256:<hex>` for a local image that only its hash is
    left of; for providers that keep elements, an element is the provider's id. With `shots` the duration is their sum.
    """

    duration: int | None = None
    aspect_ratio: str | None = None
    mode: str | None = None
    audio: bool = False
    negative_prompt: str = ""
    start_frame: str | None = None
    end_frame: str | None = None
    elements: tuple[str, ...] = ()
    shots: tuple[Shot, ...] = ()

    @classmethod
    def from_data(
        cls,
        data: Any,
        where: str = "settings",
        *,
        line: int | None = None,
        error: type[BadInput] = BadParameter,
    ) -> "Settings":
        """Settings from plain data (JSON or YAML); raises `error` with every fault. Unknown keys are refused."""
        faults: list[Fault] = []
        found = _Reader(where, line, faults).settings(data)
        if faults:
            raise error(faults)
        return found

    def to_data(self, image_hashes: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Canonical plain data, for hashing and for the study; what is not set is left out, audio never is.

        `image_hashes` maps names of `images()` to the SHA-256 (64 hex digits) of the file's bytes: a local image
        enters by it, wherever the file lies. A local image without a hash raises ValueError.
        """
        hashes = image_hashes or {}
        data: dict[str, Any] = {"audio": self.audio}
        for key in ("duration", "aspect_ratio", "mode", "negative_prompt"):
            if getattr(self, key):
                data[key] = getattr(self, key)
        for key in IMAGES:
            if getattr(self, key):
                data[key] = _named(key, getattr(self, key), hashes)
        if self.elements:
            data["elements"] = [
                _named(f"element_{i}", value, hashes) for i, value in enumerate(self.elements, start=1)
            ]
        if self.shots:
            data["shots"] = [{"prompt": shot.prompt, "seconds": shot.seconds} for shot in self.shots]
        return data

    def images(self) -> dict[str, str]:
        """Every image by name (`start_frame`, `end_frame`, `element_1`, ...), as given: a URL, a path or an id."""
        found = {key: str(getattr(self, key)) for key in IMAGES if getattr(self, key)}
        return {**found, **{f"element_{i}": value for i, value in enumerate(self.elements, start=1)}}

    def has(self, setting: str) -> bool:
        """Whether the setting is given: an image, elements, shots, a negative prompt."""
        return bool(getattr(self, setting))


def is_url(value: str) -> bool:
    """Whether an image is given by its address."""
    return value.lower().startswith(("http://", "https://"))


def is_local(value: str) -> bool:
    """Whether an image of a request would have to be read from a file."""
    return not is_url(value) and not _HASHED.fullmatch(value)


def is_element_id(value: str) -> bool:
    """Whether an element could be an id that a provider gave."""
    return bool(_ID.fullmatch(value))


def _named(name: str, value: str, hashes: Mapping[str, str]) -> str:
    if not is_local(value):
        return value
    if name in hashes:
        named = f"sha256:{hashes[name]}"
        if not _HASHED.fullmatch(named):
            raise ValueError(
                f"{name}: {show(hashes[name])} is no SHA-256; 64 lower-case hexadecimal digits are needed"
            )
        return named
    # A provider's id of an element names the same thing everywhere.
    if name.startswith("element_") and is_element_id(value):
        return value
    raise ValueError(
        f"{name}: the SHA-256 of the file's bytes is needed to name the local image {show(value)}"
    )


class _Reader:
    def __init__(self, where: str, line: int | None, faults: list[Fault]) -> None:
        self._where, self._line, self._faults = where, line, faults

    def _fault(self, setting: str | None, problem: str) -> None:
        self._faults.append(Fault(self._where, problem, self._line, setting))

    def settings(self, data: Any) -> Settings:
        if not isinstance(data, Mapping):
            self._fault(None, f"settings are a map with the keys {', '.join(SETTINGS)}; found {show(data)}")
            return Settings()
        for key in data:
            if key not in SETTINGS:
                hint = nearest(str(key), SETTINGS)
                self._fault(str(key), f"unknown setting {show(key)}{hint}; known: {', '.join(SETTINGS)}")
        audio = data.get("audio", False)
        if not isinstance(audio, bool):
            self._fault("audio", f"true or false is needed, found {show(audio)}")
        return Settings(
            duration=None if data.get("duration") is None else self._seconds(data["duration"], "duration"),
            aspect_ratio=self._word(data, "aspect_ratio"),
            mode=self._word(data, "mode"),
            audio=audio is True,
            negative_prompt=self._text(data.get("negative_prompt") or "", "negative_prompt"),
            start_frame=self._image(data, "start_frame"),
            end_frame=self._image(data, "end_frame"),
            elements=self._elements(data.get("elements")),
            shots=self._shots(data.get("shots")),
        )

    def _seconds(self, value: Any, setting: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
            self._fault(setting, f"whole seconds are needed, found {show(value)}")
            return 1
        if not 1 <= value <= LONGEST:
            self._fault(setting, f"{show(value)} seconds; a whole number from 1 to {LONGEST:,} is needed")
            return 1
        return int(value)

    def _word(self, data: Mapping[Any, Any], setting: str) -> str | None:
        value = data.get(setting)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip() or NOT_NAME.search(value):
            hint = "; put it in quotes (YAML reads 16:9 as a number)" if isinstance(value, int) else ""
            self._fault(setting, f"a word is needed, found {show(value)}{hint}")
            return None
        return value.strip()

    def _text(self, value: Any, setting: str) -> str:
        if not isinstance(value, str):
            self._fault(setting, f"a text is needed, found {show(value)}; put it in quotes")
            return ""
        text = value.strip()
        if len(text) > TEXT_LIMIT:
            self._fault(setting, f"{len(text):,} characters, at most {TEXT_LIMIT:,} are allowed; shorten it")
        elif bad := NOT_TEXT.search(text):
            self._fault(setting, f"it has the control character {bad.group()!r}; take it out")
        return text

    def _image(self, data: Mapping[Any, Any], setting: str) -> str | None:
        return None if data.get(setting) is None else self._reference(data[setting], setting)

    def _reference(self, value: Any, setting: str) -> str:
        text = value.strip() if isinstance(value, str) else ""
        if not text or NOT_NAME.search(text):
            self._fault(
                setting, f"the path or the http(s) address of an image is needed, found {show(value)}"
            )
            return "?"
        if re.match(r"[a-z][a-z0-9+.-]+:", text, re.IGNORECASE) and is_local(text):
            kind = text.split(":", 1)[0]
            self._fault(
                setting, f"an address that begins with {kind!r}; use http(s), or the path of a local file"
            )
        return text

    def _elements(self, listed: Any) -> tuple[str, ...]:
        if listed is None:
            return ()
        if not isinstance(listed, Sequence) or isinstance(listed, str):
            self._fault("elements", f"a list of images is needed, found {show(listed)}")
            return ()
        return tuple(self._reference(value, f"elements, no. {i}") for i, value in enumerate(listed, start=1))

    def _shots(self, listed: Any) -> tuple[Shot, ...]:
        if listed is None:
            return ()
        if not isinstance(listed, Sequence) or isinstance(listed, str):
            self._fault(
                "shots", f"a list of shots, each with prompt and seconds, is needed, found {show(listed)}"
            )
            return ()
        shots = []
        for i, item in enumerate(listed, start=1):
            at = f"shots, no. {i}"
            if not isinstance(item, Mapping):
                self._fault(at, f"a map with prompt and seconds is needed, found {show(item)}")
                continue
            for key in item:
                if key not in _SHOT_KEYS:
                    hint = nearest(str(key), _SHOT_KEYS)
                    self._fault(at, f"unknown key {show(key)}{hint}; known: {', '.join(_SHOT_KEYS)}")
            prompt = self._text(item.get("prompt", ""), f"{at}, prompt")
            shots.append(Shot(prompt, self._seconds(item.get("seconds"), f"{at}, seconds")))
        return tuple(shots)
