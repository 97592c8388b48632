"""Reading what providers say of a task: status words, times, amounts, links. Tolerant, since all of it drifts."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kit.cards.answers import look_up
from kit.cards.spelling import Answer
from kit.providers.addresses import is_fetchable
from kit.providers.answers import is_policy, words
from kit.providers.base import TERMINAL, Status, TaskState
from kit.providers.scrub import Scrubber

NO_LINK = "completed without a clip link"
ERROR_LIMIT = 1_000

_WORDS: dict[Status, str] = {
    "queued": "pending staged queued queue in_queue waiting submitted created starting retry retrying",
    "running": "processing running in_progress started generating active canceling cancelling",
    "completed": "completed complete success succeeded succeed successful done finished",
    "failed": "failed fail failure error errored rejected timeout timed_out expired",
    "refused": "refused moderated content_moderated request_moderated blocked nsfw",
    "cancelled": "cancelled canceled aborted",
}
_STATUS: dict[str, Status] = {word: status for status, listed in _WORDS.items() for word in listed.split()}


def read_word(word: object) -> tuple[Status, str, bool]:
    """Status, the word as sent (at most 60 characters), and whether it is known; an unknown one counts as running."""
    text = "" if word is None else str(word).strip()
    status = _STATUS.get(text.casefold().replace("-", "_").replace(" ", "_"))
    return status or "running", text[:60], status is not None


def read_time(value: object) -> datetime | None:
    """An RFC 3339 text (any number of decimals, any offset), or seconds or milliseconds since 1970; else None.

    Go's zero time (year 1) and anything not after 1970 mean that there is no time yet.
    """
    if isinstance(value, str) and value.strip().replace(".", "", 1).isdecimal():
        value = float(value)
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            seconds = value / 1000 if value > 1e11 else value
            return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
        if not isinstance(value, str):
            return None
        found = datetime.fromisoformat(value.strip().upper())
        if found.year <= 1970:
            return None
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def read_amount(value: object) -> float | None:
    """A finite number from 0 up, also written as text; else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = float(value)
    except (ValueError, OverflowError):
        return None
    return amount if math.isfinite(amount) and amount >= 0 else None


def links(value: object) -> Iterator[str]:
    """Every link in a place where results stand: a text, an object that has one, or a list of these.

    Of an object with and without a watermark only the one without counts.
    """
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, Mapping):
        for key in ("resource_without_watermark", "resource", "url", "video_url", "video"):
            if found := list(links(value.get(key))):
                yield from found
                return
    elif isinstance(value, Sequence) and not isinstance(value, bytes):
        for item in value:
            yield from links(item)


def _marked(value: object) -> Iterator[str]:
    """Links to copies with a watermark of clips that are there without one too, anywhere in an answer."""
    if isinstance(value, Mapping):
        marked, clean = value.get("resource"), value.get("resource_without_watermark")
        if clean and marked != clean and isinstance(marked, str):
            yield marked
        for inner in value.values():
            yield from _marked(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _marked(inner)


def error_words(error: object) -> tuple[str | None, str | None]:
    """Code and text of a task's error in any shape; (None, None) if it holds none (code 0 and empty texts)."""
    if isinstance(error, Mapping):
        code = error.get("code")
        code = None if code in (None, 0, "0", "") or isinstance(code, dict | list) else str(code)[:60]
        return code, words(dict(error)) or None
    text = words(error)
    return None, text or None


class Reader:
    """Reads one provider's task records into TaskState.

    `usual` says where things stand when a card says nothing; its links are looked at after the card's, so that a clip
    is not lost because a provider moved its link. `local` allows links to this machine.
    """

    def __init__(self, usual: Answer, *, scrubber: Scrubber, local: bool) -> None:
        self._usual = usual
        self._scrubber = scrubber
        self._local = local

    def state(
        self,
        record: Mapping[str, Any],
        *,
        word: object,
        error: object,
        whole: Any,
        answer: Answer | None = None,
        failed: bool = False,
    ) -> TaskState:
        """The state of a task whose `record` was found in the answer `whole`; `failed` overrules a happy word."""
        card = answer or self._usual
        places = (whole, record, {"data": record})
        status, text, known = read_word(word)
        code, why = error_words(error)
        if failed and status == "completed":
            status = "failed"
        urls: tuple[str, ...] = ()
        if status == "completed":
            urls = self._urls(places, card)
            if not urls:
                status, why = "failed", NO_LINK + (f" ({why})" if why else "")
        if status == "failed" and is_policy(f"{why or ''} {code or ''} {text}"):
            status = "refused"
        seconds = _first(places, card.seconds)
        times = {**self._usual.times, **card.times}
        ended = read_time(_first(places, times.get("ended"))) if status in TERMINAL else None
        return TaskState(
            status=status,
            word=self._scrubber.text(text),
            known_word=known,
            urls=urls,
            created_at=read_time(_first(places, times.get("created"))),
            started_at=read_time(_first(places, times.get("started"))),
            ended_at=ended,
            cost_usd=self._cost(places, card, status),
            error_code=None if code is None or status == "completed" else self._scrubber.text(code),
            error=None if why is None or status == "completed" else self._scrubber.text(why, ERROR_LIMIT),
            stated_seconds=read_amount(_first(places, self._usual.seconds) if seconds is None else seconds),
            raw=self._scrubber.record(whole),
        )

    def _urls(self, places: Sequence[Any], card: Answer) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for path in (*card.links, *self._usual.links):
            for place in places:
                for link in links(look_up(place, path)):
                    if is_fetchable(link, local=self._local):
                        found[link] = None
        # A card may list the marked copy as a last resort: it is none where the clip is there without the mark.
        marked = set(_marked(places[0]))
        return tuple(link for link in found if link not in marked)

    def _cost(self, places: Sequence[Any], card: Answer, status: Status) -> float | None:
        spelled = card if card.cost else self._usual
        if status not in TERMINAL or not spelled.cost or not spelled.units_per_usd:
            return None
        amount = read_amount(_first(places, spelled.cost))
        # A finished clip is never free: 0 means that the charge is not stated (yet).
        if amount is None or (amount == 0 and status == "completed"):
            return None
        return amount / spelled.units_per_usd


def _first(places: Sequence[Any], path: str | None) -> Any:
    """The first value that stands at `path` in any of the places."""
    if path:
        for place in places:
            if (value := look_up(place, path)) is not None:
                return value
    return None
