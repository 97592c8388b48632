"""Kling's own protocol: signed tokens, three kinds of task, and `external_task_id` as a handle of the client's own."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from kit.sandbox_server.jobs import Refused, read_job
from kit.sandbox_server.protocol import Call, Json, Protocol, Way, bearer
from kit.sandbox_server.spelled import check_kling
from kit.sandbox_server.tasks import Task

KINDS = ("text2video", "image2video", "omni-video")
# A unit of a resource pack in US$; the real price differs from pack to pack.
USD_A_UNIT = 0.14
_WORDS = {
    "pending": "submitted",
    "processing": "processing",
    "completed": "succeed",
    "failed": "failed",
    "cancelled": "failed",
}
_CODES = {400: 1201, 401: 1000, 402: 1101, 403: 1103, 404: 1203, 413: 1201, 429: 1302, 503: 5001, 504: 5002}


class Kling(Protocol):
    """`{code, message, request_id, data}`, where code 0 is success."""

    name, prefix = "kling", "/kling"

    def ways(self) -> Iterator[Way]:
        """Every call there is."""
        for kind in KINDS:
            yield Way("POST", f"/v1/videos/{kind}", "submit", self.create)
            yield Way("GET", f"/v1/videos/{kind}", "find", self.listing)
            yield Way("GET", f"/v1/videos/{kind}/{{task_id}}", "poll", self.read)
        yield Way("GET", "/account/costs", "account", self.costs)

    def check_key(self, call: Call) -> None:
        """Raise Refused unless the token is signed with the secret key and is valid now."""
        access, _, secret = self.desk.options.key(self.name).partition(":")
        token = bearer(call.request, "Bearer")
        if not token:
            raise Refused(401, "Authorization is empty", code=1001)
        _check_token(token, access, secret or access, self.desk.wall())

    def error(self, refused: Refused) -> Response:
        """The envelope with an error code."""
        code = refused.code
        if code is None:
            code = _CODES.get(refused.status, 5000 if refused.status >= 500 else 1200)
        # Too many tasks and no money both come as 429 here.
        status = 429 if refused.status == 402 else refused.status
        return Json(_envelope(code, refused.message), status, headers=self.retry_headers(refused))

    async def create(self, call: Call) -> Response:
        """POST /v1/videos/{kind}."""
        desk, body = self.desk, call.json()
        model = body.get("model_name", "kling-v1")
        check_kling({**body, "model_name": model})
        external = body.get("external_task_id")
        job = read_job(
            self.name,
            model,
            body,
            body,
            any_model=desk.options.any_model,
            shape=_kind(call),
            external_id=external or None,
        )
        places = desk.table.places(self.name)
        if external and desk.table.get(self.name, external) is not None:
            raise Refused(400, "external_task_id has been used already", code=1201)
        if places is not None and desk.table.active(self.name) >= places:
            raise Refused(429, "parallel tasks over the limit of the resource pack", code=1303)
        task = desk.take_on(
            job, broke=lambda: Refused(429, "account in arrears: the balance is not enough", code=1101)
        )
        return Json(_envelope(0, "SUCCEED", self._data(call, task)))

    async def read(self, call: Call) -> Response:
        """GET /v1/videos/{kind}/{task_id or external_task_id}."""
        task = self.task(call)
        if task.job.shape != _kind(call):
            raise Refused(404, "there is no such task of this kind", code=1203)
        return Json(_envelope(0, "SUCCEED", self._data(call, task)))

    async def listing(self, call: Call) -> Response:
        """GET /v1/videos/{kind}?pageNum=&pageSize=: newest first."""
        page = call.whole("pageNum", 1, low=1, high=1000)
        size = call.whole("pageSize", 30, low=1, high=500)
        found = [task for task in self.desk.table.of(self.name) if task.job.shape == _kind(call)][::-1]
        shown = found[(page - 1) * size : page * size]
        return Json(_envelope(0, "SUCCEED", [self._data(call, task) for task in shown]))

    async def costs(self, call: Call) -> Response:
        """GET /account/costs?start_time=&end_time= (milliseconds)."""
        for name in ("start_time", "end_time"):
            if name not in call.request.query_params:
                raise Refused(400, f"{name} is missing", code=1200)
            call.whole(name, 0, low=0, high=10**15)
        pack = {
            "resource_pack_name": "sandbox",
            "resource_pack_id": "sandbox-pack",
            "resource_pack_type": "decreasing_total",
            "total_quantity": round(self.desk.options.credit_usd / USD_A_UNIT, 2),
            "remaining_quantity": round(self.desk.balance(self.name) / USD_A_UNIT, 2),
            "status": "online",
        }
        return Json(
            _envelope(0, "SUCCEED", {"code": 0, "msg": "SUCCEED", "resource_pack_subscribe_infos": [pack]})
        )

    def _data(self, call: Call, task: Task) -> dict[str, Any]:
        updated = task.ended_at or task.started_at or task.created_at
        data: dict[str, Any] = {
            "task_id": task.id,
            "task_status": call.word or _WORDS[task.state],
            "task_status_msg": task.error.message if task.error else "",
            "task_info": {"external_task_id": task.job.external_id} if task.job.external_id else {},
            "created_at": round(1000 * task.created_at),
            "updated_at": round(1000 * updated),
        }
        if task.state == "completed" or "early_link" in task.traits:
            url = self.desk.link(call, task)
            video: dict[str, Any] = {
                "id": f"v-{task.id}",
                "url": url,
                "duration": f"{task.job.seconds + 0.1:.1f}",
            }
            truth = task.truth()
            if truth is not None:
                video["truth"] = dict(truth)
            data["task_result"] = {"videos": [video] if url else []}
        if task.over:
            paid = 0.0 if "no_cost" in task.traits else task.paid
            data["final_unit_deduction"] = f"{round(paid / USD_A_UNIT, 4):g}"
        return data


def _kind(call: Call) -> str:
    return next(kind for kind in KINDS if f"/v1/videos/{kind}" in call.request.url.path)


def _envelope(code: int, message: str, data: Any = None) -> dict[str, Any]:
    answer = {"code": code, "message": message, "request_id": str(uuid.uuid4())}
    return answer if data is None else {**answer, "data": data}


def _check_token(token: str, access: str, secret: str, now: float) -> None:
    """Verify a JWT signed with HS256. Raises Refused with the codes 1000 to 1004."""
    try:
        head, payload, signature = token.split(".")
        alg, claims = _part(head).get("alg"), _part(payload)
        expected = hmac.new(secret.encode(), f"{head}.{payload}".encode(), hashlib.sha256).digest()
        # As text: the last character of base64 has bits to spare, and another spelling is not the same token.
        coded = base64.urlsafe_b64encode(expected).rstrip(b"=")
        genuine = hmac.compare_digest(signature.encode(), coded)
    except (ValueError, RecursionError):
        raise Refused(401, "Authorization is invalid: no JSON web token", code=1002) from None
    if alg != "HS256":
        raise Refused(401, "Authorization is invalid: the algorithm must be HS256", code=1002)
    if not genuine or claims.get("iss") != access:
        raise Refused(401, "authentication failed: access key or signature is wrong", code=1000)
    until, since = claims.get("exp"), claims.get("nbf", 0)
    if not isinstance(until, int | float) or not isinstance(since, int | float):
        raise Refused(401, "Authorization is invalid: exp and nbf must be numbers", code=1002)
    if now < since:
        raise Refused(401, "Authorization is not valid yet", code=1003)
    if now >= until:
        raise Refused(401, "Authorization has expired", code=1004)


def _bytes(part: str) -> bytes:
    return base64.b64decode((part + "=" * (-len(part) % 4)).encode(), altchars=b"-_", validate=True)


def _part(part: str) -> dict[str, Any]:
    found = json.loads(_bytes(part))
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004 - the caller asks whether it is a token, not of which type
    return found
