"""Where keys come from: the environment first, then the system keyring. Their values never show.

    piapi      KIT_PIAPI_KEY, PIAPI_API_KEY or PIAPI_KEY
    kling      KLING_ACCESS_KEY with KLING_SECRET_KEY (or KIT_KLING_ACCESS_KEY, KIT_KLING_SECRET_KEY)
    fal        KIT_FAL_KEY or FAL_KEY
    replicate  KIT_REPLICATE_TOKEN or REPLICATE_API_TOKEN

In the keyring the service is "t2v-eval-kit" and the user name the first name above that applies, in lower case without
KIT_: piapi_key, kling_access_key, kling_secret_key, fal_key, replicate_token.
"""

import hmac
import importlib
import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple, NoReturn, Protocol, cast

from kit.errors import BadParameter, KeyMissing, KeyRejected

SERVICE = "t2v-eval-kit"


class Secret:
    """A key that does not show: `repr`, `str` and formats give ***, and it cannot be pickled."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself; call this only where a header is made."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    def __format__(self, form: str) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is never written anywhere")

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> "Secret":
        return self


class Keyring(Protocol):
    """The part of the package `keyring` that is used."""

    def get_password(self, service: str, user: str) -> str | None:
        """The stored password, None if there is none."""


class Credential(NamedTuple):
    """The parts of one provider's key (two for kling, else one), and where they were found."""

    parts: tuple[Secret, ...]
    source: str


# For each part of a key: the environment's names in the order in which to look, and the name in the keyring.
_PARTS: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "piapi": ((("KIT_PIAPI_KEY", "PIAPI_API_KEY", "PIAPI_KEY"), "piapi_key"),),
    "kling": (
        (("KIT_KLING_ACCESS_KEY", "KLING_ACCESS_KEY"), "kling_access_key"),
        (("KIT_KLING_SECRET_KEY", "KLING_SECRET_KEY"), "kling_secret_key"),
    ),
    "fal": ((("KIT_FAL_KEY", "FAL_KEY"), "fal_key"),),
    "replicate": ((("KIT_REPLICATE_TOKEN", "REPLICATE_API_TOKEN"), "replicate_token"),),
}


def credential(
    provider: str,
    given: "str | Secret | Iterable[str | Secret] | None" = None,
    *,
    environ: Mapping[str, str] | None = None,
    keyring: Keyring | None = None,
) -> Credential:
    """The key of a provider: the given one, else the environment's, else the keyring's.

    A kling key is given as two parts, or as one text "ACCESS:SECRET". Raises KeyMissing, or KeyRejected for a text
    that cannot be a key (line ends, quotes, letters beyond ASCII).
    """
    if given is not None:
        return Credential(_given(provider, given), "given")
    if provider == "sandbox":
        return Credential((Secret("sandbox"),), "built in")
    environ = os.environ if environ is None else environ
    keyring = _keyring() if keyring is None else keyring
    parts, sources, missing = [], [], []
    for (names, user), (usual, _) in zip(_PARTS[provider], key_names(provider), strict=True):
        value, source = _look(names, user, environ, keyring)
        if value:
            parts.append(_checked(provider, value))
            sources.append(source)
        else:
            missing.append(usual)
    if missing:
        raise KeyMissing(
            provider,
            f"no key was found; set {' and '.join(missing)} in the environment, "
            f"or store it in the system keyring under the service {SERVICE!r}",
        )
    return Credential(tuple(parts), ", ".join(dict.fromkeys(sources)))


def present(environ: Mapping[str, str] | None = None, keyring: Keyring | None = None) -> dict[str, str]:
    """Which providers have a key, and where each was found ("environment FAL_KEY", "keyring"); never a value."""
    environ = os.environ if environ is None else environ
    keyring = _keyring() if keyring is None else keyring
    found = {}
    for provider, parts in _PARTS.items():
        looked = [_look(names, user, environ, keyring) for names, user in parts]
        if all(value for value, _ in looked):
            found[provider] = ", ".join(dict.fromkeys(source for _, source in looked))
    return found


def key_names(provider: str) -> list[tuple[str, str]]:
    """The parts of a provider's key: the environment's name that providers' own pages use, and the keyring's name."""
    return [(names[-1] if len(names) < 3 else names[1], user) for names, user in _PARTS[provider]]


def _look(
    names: tuple[str, ...], user: str, environ: Mapping[str, str], keyring: Keyring | None
) -> tuple[str, str]:
    for name in names:
        if value := environ.get(name, "").strip():
            return value, f"environment {name}"
    if keyring is not None:
        try:
            value = (keyring.get_password(SERVICE, user) or "").strip()
        except Exception:  # noqa: BLE001 - a locked or missing keyring raises what it likes, and means: no key there
            value = ""
        if value:
            return value, "keyring"
    return "", ""


def _keyring() -> Keyring | None:
    """The package `keyring` if it is installed."""
    try:
        return cast("Keyring", importlib.import_module("keyring"))
    except ImportError:
        return None


def _given(provider: str, given: "str | Secret | Iterable[str | Secret]") -> tuple[Secret, ...]:
    parts: list[str | Secret] = [given] if isinstance(given, str | Secret) else list(given)
    texts = [part.reveal() if isinstance(part, Secret) else part for part in parts]
    if provider == "kling" and len(texts) == 1:
        access, _, secret = texts[0].partition(":")
        texts = [access, secret]
    wanted = 2 if provider == "kling" else 1
    if len(texts) != wanted:
        raise BadParameter(f"key: {len(texts)} parts were given for {provider}; it takes {wanted}")
    if not all(text.strip() for text in texts):
        raise KeyMissing(provider, "the key given is empty" + ("; give ACCESS:SECRET" if wanted == 2 else ""))
    return tuple(_checked(provider, text.strip()) for text in texts)


def _checked(provider: str, value: str) -> Secret:
    if value[0] in "\"'" or value[-1] in "\"'":
        raise KeyRejected(provider, "the key has quotation marks around it; store it without them")
    for i, letter in enumerate(value):
        if not "!" <= letter <= "~":
            raise KeyRejected(
                provider, f"character {i + 1} of {len(value)} is none that a key can have; copy the key again"
            )
    return Secret(value)
