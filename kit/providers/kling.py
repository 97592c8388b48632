"""Kling's own API: signed tokens, ids of ours that can be asked for, and codes of its own.

Success is `code` 0. Statuses are submitted, processing, succeed, failed. Times are in milliseconds since 1970; the
start of processing is not told.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

from kit.cards.spelling import Answer
from kit.errors import KeyRejected, NoCredit, ProviderDown, RateLimited, SubmitUnknown
from kit.providers import images
from kit.providers.adapter import Adapter, json_object
from kit.providers.addresses import is_path
from kit.providers.answers import retry_after, says
from kit.providers.base import Account, BadAnswer, SubmitRefused, TaskNotFound, TaskRef, TaskState, Wire
from kit.providers.http import UNKNOWN, Reply, Timeouts
from kit.providers.keys import Secret

PATHS = ("/v1/videos/text2video", "/v1/videos/image2video", "/v1/videos/omni-video")
TOKEN_SECONDS = 1_800
# A token is replaced this long before it ends, so that none runs out on its way.
MARGIN_SECONDS = 300
EARLIER_SECONDS = 5
COSTS_DAYS = 30
SHORTEST_WAIT = 1.0

_TOKEN = frozenset({1000, 1001, 1002, 1003, 1004})
_CLOCK = frozenset({1003, 1004})
_ACCOUNT = {
    1100: "there is a problem with the account",
    1103: "no right to this",
    1304: "this IP is not on its list",
}
_CREDIT = {1101: "the account is in arrears", 1102: "the resource pack is used up"}
_REQUEST = frozenset({1200, 1201, 1202, 1203})
_POLICY = frozenset({1300, 1301})
_BUSY = {1302: "too many requests", 1303: "more tasks at once than the resource pack allows"}
_MAINTENANCE = 5001


def signed_token(access: str, secret: str, now: int) -> str:
    """A JSON web token (RFC 7519) signed with HS256, valid from `now` - 5 s for half an hour."""
    header = {"alg": "HS256", "typ": "JWT"}
    payload = {"iss": access, "exp": now + TOKEN_SECONDS, "nbf": now - EARLIER_SECONDS}
    signed = ".".join(_coded(json.dumps(part, separators=(",", ":")).encode()) for part in (header, payload))
    return f"{signed}.{_coded(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest())}"


def _coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Kling(Adapter):
    """Tasks at Kling itself."""

    usual = Answer(
        links=("data.task_result.videos", "data.task_result"),
        times={"created": "data.created_at", "ended": "data.updated_at"},
    )

    def __init__(
        self,
        name: str,
        base_url: str,
        key: tuple[Secret, ...],
        *,
        timeouts: Timeouts,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(name, base_url, key, timeouts=timeouts, clock=clock)
        self._token: tuple[Secret, float] | None = None  # and until when it is used

    def _headers(self) -> Mapping[str, str]:
        now = self._clock()
        # A clock set back makes the kept token one from the future.
        if self._token is None or not self._token[1] - TOKEN_SECONDS <= now < self._token[1]:
            access, secret = self._key
            token = Secret(signed_token(access.reveal(), secret.reveal(), int(now)))
            self._token = token, now + TOKEN_SECONDS - MARGIN_SECONDS
            self._scrubber.learn(token.reveal())
        return {"Authorization": f"Bearer {self._token[0].reveal()}"}

    async def submit(self, wire: Wire, *, external_id: str) -> TaskRef:
        """See `Provider.submit`. `external_id` goes along, so that `find` can ask for it."""
        body = {**wire.body, "external_task_id": external_id}
        reply = await self._http.call("POST", wire.path, body, paid=True)
        answer = json_object(reply.data)
        if task_id := self._task_id(json_object(answer.get("data")).get("task_id")):
            return TaskRef(task_id, {"path": wire.path})
        code = _code(reply)
        if code in _TOKEN:
            self._token = None
        return self._refused(reply, code)

    async def poll(self, task: TaskRef, *, answer: Answer | None = None) -> TaskState:
        """See `Provider.poll`."""
        path = task.links.get("path", "")
        if not is_path(path):
            raise TaskNotFound(self.name, "the task was stored without the path by which it is asked")
        reply = await self._read(f"{path}/{self._segment(task)}")
        body = json_object(reply.data)
        record = json_object(body.get("data"))
        if "task_status" not in record:
            raise BadAnswer(self.name, f"HTTP {reply.status}: the answer names no status")
        if str(record.get("task_id", task.task_id)) != task.task_id:
            raise BadAnswer(self.name, "it answered for another task than was asked for")
        return self._reader.state(
            record, word=record["task_status"], error=record.get("task_status_msg"), whole=body, answer=answer
        )

    async def find(self, external_id: str, *, path: str | None = None) -> TaskRef | None:
        """See `Provider.find`. Without `path` all three kinds of tasks are asked; queries are free."""
        for one in (path,) if path else PATHS:
            try:
                reply = await self._read(f"{one}/{quote(external_id, safe='')}")
            except TaskNotFound:
                continue
            record = json_object(json_object(reply.data).get("data"))
            task_id = self._task_id(record.get("task_id"))
            ours = json_object(record.get("task_info")).get("external_task_id", external_id)
            if task_id is None:
                raise BadAnswer(self.name, f"HTTP {reply.status}: the answer names no task id")
            if ours == external_id:
                return TaskRef(task_id, {"path": one})
        return None

    async def account(self) -> Account | None:
        """A free call that shows whether the key is good; Kling tells neither tasks at once nor dollars."""
        now = int(self._clock() * 1000)
        reply = await self._read(f"/account/costs?start_time={now - COSTS_DAYS * 86_400_000}&end_time={now}")
        return Account(concurrency=None, balance_usd=None, raw=self._scrubber.record(reply.data))

    async def upload(self, path: Path) -> str:
        """The image in bare base64, inside the request."""
        return images.bare_base64(path)

    async def _read(self, path: str) -> Reply:
        """A question, asked once more with a new token if the token was refused. Raises for all but success."""
        reply = await self._http.call("GET", path)
        if _code(reply) in _TOKEN or (reply.status == 401 and _code(reply) is None):
            self._token = None
            reply = await self._http.call("GET", path)
        code = _code(reply)
        if reply.ok and code in {0, None} and json_object(reply.data):
            return reply
        if code in _TOKEN or code in _ACCOUNT:
            raise self._key_error(reply, code)
        if code in _BUSY:
            raise RateLimited(self.name, self._seen(reply, code), self._wait(reply))
        if code in _REQUEST:
            raise TaskNotFound(self.name, f"it does not know the task ({self._seen(reply, code)})")
        if code:
            raise ProviderDown(self.name, f"no answer to the question ({self._seen(reply, code)})")
        return self._no_answer(reply)

    def _refused(self, reply: Reply, code: int | None) -> NoReturn:
        """Raise what Kling's code says of a submit; without one, what HTTP says."""
        seen = self._seen(reply, code)
        if code in _TOKEN or code in _ACCOUNT:
            raise self._key_error(reply, code)
        if code in _CREDIT:
            raise NoCredit(self.name, f"{_CREDIT[code]} ({seen}); add credit, then go on")
        if code in _REQUEST and _is_repeated(says(reply, self._scrubber)):
            raise SubmitUnknown(self.name, f"a task with this external id exists already ({seen}): {UNKNOWN}")
        if code in _REQUEST or code in _POLICY:
            policy = code in _POLICY
            what = "the content" if policy else "the request"
            raise SubmitRefused(self.name, f"it refused {what} ({seen})", policy=policy, code=str(code))
        if code in _BUSY or (code == _MAINTENANCE and reply.status == 503):
            raise RateLimited(self.name, f"{_BUSY.get(code, 'maintenance')} ({seen})", self._wait(reply))
        if code is not None and 5000 <= code < 6000:
            raise SubmitUnknown(self.name, f"{seen}: {UNKNOWN}")
        if code and reply.ok:
            raise SubmitRefused(self.name, f"it refused the request ({seen})", code=str(code))
        self._no_task(reply, code=None if code is None else str(code))

    def _key_error(self, reply: Reply, code: int | None) -> KeyRejected:
        seen = self._seen(reply, code)
        if code in _CLOCK:
            return KeyRejected(
                self.name,
                f"the signed token was refused as not valid at this time ({seen}){self._skew(reply)}; "
                "check the clock of this computer",
            )
        if code in _ACCOUNT:
            return KeyRejected(self.name, f"{_ACCOUNT[code]} ({seen}); look at the account at Kling")
        return KeyRejected(self.name, f"it does not accept the key ({seen}); check access key and secret key")

    def _skew(self, reply: Reply) -> str:
        """How far this computer's clock is from the answer's, in words."""
        try:
            theirs = parsedate_to_datetime(reply.headers.get("date", "")).timestamp()
        except (ValueError, TypeError, OverflowError, IndexError):
            return ""
        off = round(self._clock() - theirs)
        return (
            f"; the clock here is {abs(off):,} s {'ahead of' if off > 0 else 'behind'} Kling's" if off else ""
        )

    def _wait(self, reply: Reply) -> float:
        return max(SHORTEST_WAIT, retry_after(reply, self._clock) or 0.0)

    def _seen(self, reply: Reply, code: int | None) -> str:
        said = says(reply, self._scrubber)
        return (
            f"HTTP {reply.status}"
            + (f", code {code}" if code is not None else "")
            + (f": {said}" if said else "")
        )


def _code(reply: Reply) -> int | None:
    code = json_object(reply.data).get("code")
    if isinstance(code, str) and code.strip().isdecimal() and len(code) < 10:
        code = int(code)
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _is_repeated(said: str) -> bool:
    """Whether a refusal says that the external id is taken: then an earlier submit did arrive."""
    text = said.casefold().replace("_", " ")
    return "external task id" in text and any(
        word in text for word in ("exist", "duplicate", "repeat", "unique", "already", "used")
    )
