"""Taking secrets out of whatever a provider sent, before it is kept or shown.

What goes: the keys in use (also percent-encoded, in base64, cut short or in another case), other texts that look like
keys, JSON web tokens, the values of telling names (Authorization, x-api-key, secret, ...), and of every link the user
part, the query and the fragment, since signed links carry their signature there.
"""

import base64
import json
import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

MASK = "***"
TEXT_LIMIT = 20_000
DEPTH_LIMIT = 40
# Shorter ones are no keys, and would blot out half of every sentence.
SHORTEST = 6
# The shortest of the shapes below.
SHAPE_LENGTH = 16
# One of these is in everything that the patterns of names and schemes can match.
_STEMS = ("auth", "key", "secret", "token", "pass", "cookie", "sig", "x-", "bearer", "basic")

# A link, also as JSON escapes it (https:\/\/host, \u0026) or percent-encoded into another link's query.
_LINK = re.compile(r"\b[a-z][a-z0-9+.-]{1,15}:(?:\\?/){2}(?:\\u[0-9a-f]{4}|\\/|[^\s\"'<>\\])*", re.IGNORECASE)
_CODED_LINK = re.compile(r"\b[a-z][a-z0-9+.-]{1,15}%3a%2f%2f[^\s\"'<>\\]*", re.IGNORECASE)
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*)*")
_BEARER = re.compile(
    r"\b(bearer|basic)(\s+|%20)(?=[^\s]*[0-9._~+/=-]|[A-Za-z]{20})[A-Za-z0-9._~+/=:%-]{6,}", re.IGNORECASE
)
_KEY_SCHEME = re.compile(r"\b(key|token)\s+(?=[^\s]*\d)[A-Za-z0-9._~+/=:-]{16,}", re.IGNORECASE)
_NAMES = (
    r"(?:proxy-)?authorization|x-api-key|api[-_ ]?key|x-webhook-secret|webhook[-_]?secret|(?:client[-_]?)?secret"
    r"(?:[-_]?key)?|access[-_]?key(?:[-_]?(?:id|secret))?|(?:access|auth|security|session|refresh)[-_]?token|token"
    r"|pass(?:word|wd)|(?:set-)?cookie|signature|x-(?:amz|goog|oss|ms)-[a-z-]{1,40}|ossaccesskeyid|awsaccesskeyid"
    r"|key-pair-id|sig"
)
_NAMED = re.compile(
    rf"\b({_NAMES})(\\?[\"']?\s*(?:[:=]|%3d)\s*\\?[\"']?)(?!\*\*\*)(?:(?:bearer|basic|key|token)\s+)?[^\s\"'\\,;&}}\]<>]+",
    re.IGNORECASE,
)
_SHAPES = re.compile(
    r"\bsk-[A-Za-z0-9_-]{16,}|\br8_[A-Za-z0-9]{16,}|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bLTAI[0-9A-Za-z]{12,}"
    r"|\bhf_[A-Za-z0-9]{20,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bAIza[0-9A-Za-z_-]{30,}"
    r"|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}:[0-9a-f]{16,}",
    re.IGNORECASE,
)
_TELLING = frozenset(
    (
        *("authorization", "proxyauthorization", "apikey", "xapikey", "credential", "credentials", "jwt"),
        *(
            "secret",
            "webhooksecret",
            "xwebhooksecret",
            "clientsecret",
            "secretkey",
            "privatekey",
            "signature",
        ),
        *("accesskey", "accesskeyid", "accesskeysecret", "secretaccesskey", "password", "passwd"),
        *("token", "accesstoken", "authtoken", "refreshtoken", "securitytoken", "sessiontoken"),
        *("cookie", "setcookie"),
    )
)


def bare_link(link: str) -> str:
    """A link without user, query and fragment, as it may stand in a message."""
    link = link.replace("\\/", "/")
    try:
        parts = urlsplit(link)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return MASK
    path = parts.path.partition("%3F")[0].partition("%3f")[0].partition("\\")[0]
    cut = path != parts.path or parts.query or parts.fragment or host != parts.netloc
    return f"{parts.scheme}://{host}{path}" + (f"?{MASK}" if cut else "")


def _bare_coded(match: re.Match[str]) -> str:
    text = match.group()
    cut = re.split(r"%3f|%23|\?|&", text, maxsplit=1, flags=re.IGNORECASE)[0]
    return cut if cut == text else f"{cut}%3F{MASK}"


class Scrubber:
    """Removes secrets from texts and from JSON values; knows the keys in use."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        spellings, starts = _spellings(secrets)
        self._known = _pattern(spellings, starts)
        # Looking for a text is many times faster than matching a pattern, and most texts hold none.
        self._probes = tuple({text.lower() for text in (*spellings, *starts)})
        self._learnt: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Scrubber(***)"

    def learn(self, secret: str) -> None:
        """Another text to remove, as it stands: a token made of the keys. The last eight are remembered."""
        self._learnt = (*self._learnt[-7:], secret)

    def keys(self, text: str) -> str:
        """`text` without the keys in use and nothing else changed, so that links in it still work."""
        for secret in self._learnt:
            text = text.replace(secret, MASK)
        low = text.lower()
        if self._known is not None and any(probe in low for probe in self._probes):
            text = self._known.sub(MASK, text)
        return text

    def text(self, text: str, limit: int = TEXT_LIMIT) -> str:
        """`text` without secrets, at most `limit` characters."""
        if len(text) > TEXT_LIMIT:
            # The word at the cut goes too: half a key is recognised by nothing below.
            text = text[:TEXT_LIMIT].rpartition(" ")[0] + " ..."
        text = self.keys(text)
        low = text.lower()
        if "//" in text or "\\/" in text:
            text = _LINK.sub(lambda m: bare_link(m.group()), text)
        if "%3a%2f" in low:
            text = _CODED_LINK.sub(_bare_coded, text)
        if "eyJ" in text:
            text = _JWT.sub(MASK, text)
        if any(stem in low for stem in _STEMS):
            text = _NAMED.sub(rf"\1\2{MASK}", text)
            text = _BEARER.sub(rf"\1 {MASK}", text)
            text = _KEY_SCHEME.sub(rf"\1 {MASK}", text)
        if len(text) >= SHAPE_LENGTH:
            text = _SHAPES.sub(MASK, text)
        # What no database or page could hold: halves of surrogate pairs, and zero bytes.
        text = text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
        return text if len(text) <= limit else text[: max(0, limit - 4)] + " ..."

    def value(self, value: Any, depth: int = 0) -> Any:
        """A copy of a JSON value without secrets; NaN and infinities become None, so that it is JSON again."""
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        if value is None or isinstance(value, bool | int):
            return value
        if depth >= DEPTH_LIMIT:
            value = "(nested too deep)"
        if isinstance(value, Mapping):
            return {self._name(str(k)): self._member(str(k), v, depth) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item, depth + 1) for item in value]
        return self.text(str(value))

    def record(self, value: Any) -> dict[str, Any]:
        """`value` as a JSON object without secrets; what is none stands under "answer"."""
        scrubbed = self.value(value)
        return scrubbed if isinstance(scrubbed, dict) else {"answer": scrubbed}

    def _name(self, name: str) -> str:
        return self.keys(name) if len(name) < SHAPE_LENGTH and name.isidentifier() else self.text(name, 200)

    def _member(self, name: str, value: Any, depth: int) -> Any:
        if _is_telling(name) and value not in (None, "") and not isinstance(value, bool):
            return MASK
        return self.value(value, depth + 1)


@lru_cache(maxsize=1_000)
def _is_telling(name: str) -> bool:
    return re.sub(r"[^a-z]", "", name[:60].casefold()) in _TELLING


def scrub(value: Any, secrets: Iterable[str] = ()) -> Any:
    """A text or JSON value without the given secrets and without what looks like one."""
    return Scrubber(secrets).value(value)


def _spellings(secrets: Iterable[str]) -> tuple[set[str], set[str]]:
    """How each key, and each part of one, may be written; and the first letters of the long ones."""
    spellings: set[str] = set()
    starts: set[str] = set()
    for secret in secrets:
        for part in {secret, *secret.split(":")}:
            if len(part) < SHORTEST:
                continue
            spellings |= {part, quote(part, safe=""), json.dumps(part)[1:-1], part.replace("/", "\\/")}
            spellings.add(base64.b64encode(part.encode()).decode().rstrip("="))
            if len(part) >= 16:
                # A server may echo a key cut short.
                starts.add(part[:12])
                spellings.add(part[-12:])
    return spellings, starts


def _pattern(spellings: set[str], starts: set[str]) -> re.Pattern[str] | None:
    exact = [re.escape(s) for s in sorted(spellings, key=lambda s: (-len(s), s))]
    cut = [re.escape(s) + r"[\w.~+/=-]*" for s in sorted(starts)]
    return re.compile("|".join([*cut, *exact]), re.IGNORECASE) if exact else None
