"""What a card says of a provider's answer: where to look for the link, the times and the charge."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from kit.cards.spelling import Answer

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def look_up(answer: Any, path: str) -> Any:
    """The value at a dotted path ('data.output.works.0.video'), None if anything on the way is missing."""
    found = answer
    for step in path.split("."):
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found


def links(spelled: Answer, answer: Any) -> Iterator[str]:
    """Every link to a result, in the order in which the card looks, each once.

    Only https counts, or http on this machine, where the sandbox listens.
    """
    seen: set[str] = set()
    for path in spelled.links:
        value = look_up(answer, path)
        if isinstance(value, str) and value not in seen and _fetchable(value):
            seen.add(value)
            yield value


def first_link(spelled: Answer, answer: Any) -> str | None:
    """The link to the result, None if there is none: of a finished task that is an error of its own."""
    return next(links(spelled, answer), None)


def charge(spelled: Answer, answer: Any) -> float | None:
    """The charge in US$ that the answer states, None if it states none or 0."""
    value = look_up(answer, spelled.cost) if spelled.cost else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not spelled.units_per_usd:
        return None
    return value / spelled.units_per_usd if value > 0 else None


def _fetchable(link: str) -> bool:
    try:
        parts = urlsplit(link)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK))
