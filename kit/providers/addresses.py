"""Which addresses are talked to: base URLs that may see a key, and links that a clip may come from."""

import ipaddress
import os
from collections.abc import Mapping
from urllib.parse import SplitResult, urljoin, urlsplit

from kit.cells import show
from kit.errors import BadParameter
from kit.providers.scrub import bare_link

LINK_LIMIT = 8_192

# Facts' addresses; the environment's name of each comes first.
BASES = {
    "piapi": ("KIT_PIAPI_URL", "https://api.piapi.ai"),
    "kling": ("KIT_KLING_URL", "https://api-singapore.klingai.com"),
    "fal": ("KIT_FAL_URL", "https://queue.fal.run"),
    "replicate": ("KIT_REPLICATE_URL", "https://api.replicate.com"),
    "sandbox": ("KIT_SANDBOX_URL", "http://127.0.0.1:8787"),
    "piapi uploads": ("KIT_PIAPI_UPLOAD_URL", "https://upload.theapi.app"),
}


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine: localhost, 127.0.0.0/8 or ::1."""
    return _loopback(_split(url))


def base_url(
    name: str,
    given: str | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    allow_http: bool = False,
) -> str:
    """Where a provider is: the given address, else the environment's, else the known one.

    Raises BadParameter unless it is https, or http on this machine, or http was allowed (`allow_http`, or
    KIT_ALLOW_HTTP=1 in the environment, for a sandbox in a network of one's own).
    """
    environ = os.environ if environ is None else environ
    variable, known = BASES[name]
    url = (given or environ.get(variable, "").strip() or known).rstrip("/")
    parts = _split(url)
    allow_http = allow_http or environ.get("KIT_ALLOW_HTTP") == "1"
    seen = show(bare_link(url))
    if parts is None or not parts.hostname or parts.scheme not in {"https", "http"}:
        raise BadParameter(f"{variable}: {seen} is no address; write https://host or http://127.0.0.1:port")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise BadParameter(
            f"{variable}: {seen} must have neither a user nor a query; write https://host/path"
        )
    if parts.scheme == "http" and not (allow_http or _loopback(parts)):
        raise BadParameter(
            f"{variable}: {seen} would send the key in the clear; use https, or set KIT_ALLOW_HTTP=1 if that is meant"
        )
    return url


def path_below(base: str, url: object) -> str | None:
    """The path below `base` of an address on the same scheme, host and port; None for any other. The query goes."""
    if not isinstance(url, str):
        return None
    ours, theirs = _split(base), _split(url)
    if ours is None or theirs is None or "@" in theirs.netloc:
        return None
    path = theirs.path.removeprefix(ours.path.rstrip("/"))
    same = (ours.scheme, ours.hostname, _port(ours)) == (theirs.scheme, theirs.hostname, _port(theirs))
    if not same or not theirs.path.startswith(ours.path.rstrip("/") + "/") or not is_path(path):
        return None
    return path


def is_path(path: str) -> bool:
    """Whether a text can be joined to a base URL without leaving it."""
    plain = path.isascii() and path.isprintable() and not any(c in path for c in " \\?#")
    return plain and path.startswith("/") and "//" not in path and not {".", ".."} & set(path.split("/"))


def is_fetchable(link: object, *, local: bool) -> bool:
    """Whether a clip may come from there: https, or if the provider itself is on this machine (`local`) http on it."""
    if not isinstance(link, str) or len(link) > LINK_LIMIT or not link.isprintable() or " " in link:
        return False
    parts = _split(link)
    if parts is None or not parts.hostname or "@" in parts.netloc:
        return False
    if _loopback(parts):
        return local and parts.scheme in {"http", "https"}
    return parts.scheme == "https"


def redirected(link: str, location: str, *, local: bool) -> str | None:
    """Where a redirect leads, None if it must not be followed."""
    try:
        target = urljoin(link, location)
    except ValueError:
        return None
    downgraded = link.startswith("https:") and not target.startswith("https:")
    return target if is_fetchable(target, local=local) and not downgraded else None


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port out of range raises here
    except ValueError:
        return None
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _loopback(parts: SplitResult | None) -> bool:
    host = (parts.hostname if parts else None) or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
