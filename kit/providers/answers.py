"""What an answer that is no success means: the one place where a status becomes an error of the kit.

For a submit the question is whether a paid task may exist. Only words from a message field count as a reason, never
the rest of an answer: it may echo the prompt.
"""

import re
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any

from kit.errors import KeyRejected, NoCredit, ProviderDown, ProviderError, RateLimited, SubmitUnknown
from kit.providers.base import BadAnswer, SubmitRefused, TaskNotFound
from kit.providers.http import UNKNOWN, Reply
from kit.providers.scrub import Scrubber

WORDS_LIMIT = 500
# Stands for a code inside an answer that is no status of HTTP: a refusal, since HTTP itself said success.
ENVELOPE = 600
_WORD_KEYS = (
    *("message", "msg", "raw_message", "error", "error_msg", "error_message"),
    *("detail", "details", "title", "reason", "description", "task_status_msg"),
)
_MONEY = re.compile(
    r"\b(?:insufficient|not enough)\b(?!\s+(?:permission|privilege|scope|right|access|authori|image|frame|pixel"
    r"|character|resolution|detail|data|shot|input|length|parameter|argument))"
    r"|\barrears\b|\boverdue\b|\bpayment required\b|\b(?:exhausted|negative|no remaining|out of|run out of)\s+"
    r"(?:the\s+|your\s+)?(?:account\s+)?(?:balance|credit|fund|quota|unit)|\btop up\b|\brecharge\b"
    r"|\bbalance (?:is )?(?:not enough|too low|insufficient|exhausted)|\bresource pack (?:is )?(?:used|exhausted|depleted)",
    re.IGNORECASE,
)
_POLICY = re.compile(
    r"moderat|\bnsfw\b|(?<!case )\bsensitive\b|risk control|inappropriate|\bcensor|\bsafety\b|\bprohibited\b"
    r"|\b(?:content|usage|community|safety|acceptable use)\b.{0,30}\b(?:polic|guideline|rule|filter|check|security|risk)"
    r"|\bpolic(?:y|ies)\b.{0,20}\bviolat|\bviolat\w*\b.{0,40}\b(?:polic|guideline|terms|rule|law)"
    r"|\b(?:prompt|content|image|input|text)\s+(?:was |is |has been )?(?:rejected|refused|blocked|flagged)"
    r"|\bflagged (?:as|by|for)\b",
    re.IGNORECASE,
)
_OVERLOAD = re.compile(
    r"overload|over capacity|at capacity|no capacity|too many|rate.?limit|concurren|maintenance|not accepted"
    r"|not accepting|queue is full|\bbusy\b",
    re.IGNORECASE,
)
_MISSING = re.compile(r"not found|not exist|no such|unknown task|invalid task", re.IGNORECASE)


def words(value: Any, depth: int = 0) -> str:
    """What a JSON answer says in words: its message fields, those inside them, and lists of them; "" if nothing."""
    if isinstance(value, str):
        return value.strip()
    if depth > 4:
        return ""
    found: list[str] = []
    if isinstance(value, dict):
        found = [words(value.get(key), depth + 1) for key in _WORD_KEYS]
        if "msg" in value:
            # pydantic's style, {loc, msg, type}: the field it is about, and the type, which may be the telling word.
            place = value.get("loc")
            found.insert(0, ".".join(str(step) for step in place[:8]) if isinstance(place, list) else "")
            found.append(value["type"] if isinstance(value.get("type"), str) else "")
    elif isinstance(value, list):
        found = [words(item, depth + 1) for item in value[:10]]
    return "; ".join(dict.fromkeys(text for text in found if text))


def is_policy(text: str) -> bool:
    """Whether words of a provider say that the content itself was refused."""
    return bool(_POLICY.search(re.sub(r"[_-]", " ", text)))


def is_money(text: str) -> bool:
    """Whether words of a provider say that the account cannot pay."""
    return bool(_MONEY.search(re.sub(r"[_-]", " ", text)))


def says(reply: Reply, scrubber: Scrubber) -> str:
    """What an answer says, fit to be shown: its message fields, else its text if that is short, else what it is."""
    if reply.data is not None:
        return scrubber.text(words(reply.data), WORDS_LIMIT)
    text = reply.text.strip()
    if not reply.whole:
        return "an answer that broke off or was too large"
    if not text:
        return "an empty answer"
    if text.startswith("<"):
        return "a page of HTML instead of JSON"
    return scrubber.text(" ".join(text.split()), 200)


def retry_after(reply: Reply, clock: Callable[[], float] = time.time) -> float | None:
    """Seconds to wait as the answer asks (RFC 9110: seconds or a date; else a `retry_after` in its JSON), or None."""
    text = reply.headers.get("retry-after", "").strip()
    body = reply.data.get("retry_after") if isinstance(reply.data, dict) else None
    if not text and isinstance(body, int | float) and not isinstance(body, bool):
        text = str(body)
    try:
        seconds = float(text)
    except ValueError:
        when, now = _date(text), _date(reply.headers.get("date", ""))
        if when is None:
            return None
        # By the provider's own clock if it tells it: ours may be wrong.
        seconds = when - (clock() if now is None else now)
    return max(0.0, seconds) if isfinite(seconds) else None


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def submit_error(  # noqa: PLR0911 - one branch for each line of the policy, in its order
    provider: str,
    reply: Reply,
    scrubber: Scrubber,
    *,
    status: int | None = None,
    code: str | None = None,
    clock: Callable[[], float] = time.time,
) -> ProviderError:
    """What an answer to a submit means that brought no task id.

    `status` is the provider's verdict where it differs from HTTP's (PiAPI's envelope). Nothing was created only where
    the answer says so clearly.
    """
    status = reply.status if status is None else status
    said = says(reply, scrubber)
    about = f"HTTP {reply.status}" + (f", code {code}" if code and code != str(reply.status) else "")
    seen = f"{about}: {said}" if said else about
    readable = reply.data is not None or not reply.text.lstrip().startswith("<")
    if 200 <= status < 300:
        return SubmitUnknown(
            provider, f"no task id in the answer ({seen}){_glimpse(provider, reply)}: {UNKNOWN}"
        )
    if status == 429:
        if is_money(said):
            return NoCredit(provider, f"the account cannot pay ({seen})")
        return RateLimited(provider, f"too many requests ({seen})", retry_after(reply, clock))
    if status == 503 and readable and reply.whole and _OVERLOAD.search(said):
        return RateLimited(provider, f"it takes no requests just now ({seen})", retry_after(reply, clock))
    if status in {301, 307, 308}:
        return SubmitRefused(provider, f"the address has moved ({about}); check the base URL", code=code)
    if status < 400 or 500 <= status < ENVELOPE or status in {408, 409, 425}:
        return SubmitUnknown(provider, f"{seen}: {UNKNOWN}")
    if status == 402 or is_money(said):
        return NoCredit(provider, f"the account cannot pay ({seen}); add credit, then go on")
    if status == 401:
        return KeyRejected(provider, f"it does not accept the key ({seen}); check the key")
    if is_policy(said):
        return SubmitRefused(provider, f"it refused the content ({seen})", policy=True, code=code)
    if status == 403:
        return KeyRejected(
            provider, f"it does not accept the key for this ({seen}); check the key and its rights"
        )
    return SubmitRefused(provider, f"it refused the request ({seen})", code=code)


def _glimpse(provider: str, reply: Reply) -> str:
    """The task id that stands in an answer that cannot be read as a whole, for a person to check."""
    name = {"fal": "request_id", "replicate": "id"}.get(provider, "task_id")
    found = (
        re.search(rf'"{name}"\s*:\s*"([A-Za-z0-9_-]{{1,100}})"', reply.text) if reply.data is None else None
    )
    return f", though it names the task {found[1]}" if found else ""


def read_error(
    provider: str,
    reply: Reply,
    scrubber: Scrubber,
    *,
    status: int | None = None,
    code: str | None = None,
    clock: Callable[[], float] = time.time,
) -> ProviderError:
    """What an answer to a question (poll, account, find) means that is no answer."""
    status = reply.status if status is None else status
    said = says(reply, scrubber)
    about = f"HTTP {reply.status}" + (f", code {code}" if code and code != str(reply.status) else "")
    seen = f"{about}: {said}" if said else about
    if status == 401 or (status == 403 and not reply.text.lstrip().startswith("<")):
        return KeyRejected(provider, f"it does not accept the key ({seen}); check the key")
    if status == 429 or (status == 503 and "retry-after" in reply.headers):
        return RateLimited(provider, f"asked too often ({seen})", retry_after(reply, clock))
    if reply.data is not None and (
        status in {400, 404, 410, 422} or (status == ENVELOPE and _MISSING.search(said))
    ):
        return TaskNotFound(provider, f"it does not know the task ({seen})")
    if 200 <= status < 300:
        return BadAnswer(provider, f"the answer cannot be read ({seen})")
    if 300 <= status < 400:
        return ProviderDown(provider, f"the address has moved ({about}); check the base URL")
    return ProviderDown(provider, f"no answer to the question ({seen})")
