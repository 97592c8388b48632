"""PiAPI's protocol, for `piapi` and, at the root, for `sandbox`: one envelope for everything."""

import base64
import binascii
import hmac
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.responses import Response

from kit.sandbox import MODELS
from kit.sandbox_server.clock import rfc3339
from kit.sandbox_server.jobs import REFUSAL, Job, Refused, read_job
from kit.sandbox_server.protocol import Call, Desk, Json, Protocol, Way
from kit.sandbox_server.spelled import check_piapi
from kit.sandbox_server.tasks import Task

UNITS = 10_000_000
IMAGE_LIMIT = 1_000_000
_TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}
_FLAT_ONLY = ("3.0", "3.0-turbo", "4.0", "4.0-flash", "o1", "2.5-turbo")


class PiAPI(Protocol):
    """`{code, message, data}`, where code 200 is success and the task's own status tells the rest."""

    def __init__(self, desk: Desk, name: str, prefix: str) -> None:
        super().__init__(desk)
        self.name, self.prefix = name, prefix

    def ways(self) -> Iterator[Way]:
        """Every call there is."""
        yield Way("POST", "/api/v1/task", "submit", self.create)
        yield Way("GET", "/api/v1/task/{task_id}", "poll", self.read)
        yield Way("DELETE", "/api/v1/task/{task_id}", "cancel", self.cancel)
        yield Way("DELETE", "/api/v1/tasks", "cancel", self.cancel_many)
        yield Way("GET", "/account/info", "account", self.account)
        yield Way("GET", "/account/active_tasks", "account", self.active_tasks)
        yield Way("POST", "/api/ephemeral_resource", "upload", self.upload)

    def check_key(self, call: Call) -> None:
        """Raise Refused unless x-api-key is right."""
        given = call.request.headers.get("x-api-key", "")
        if not hmac.compare_digest(given.encode(), self.desk.options.key(self.name).encode()):
            raise Refused(401, "invalid api key" if given else "the header x-api-key is missing", kind="key")

    def error(self, refused: Refused) -> Response:
        """The envelope with an error; `envelope` puts it under HTTP 200."""
        code = refused.code if refused.code is not None else refused.status
        status = 200 if refused.envelope else refused.status
        headers = self.retry_headers(refused)
        return Json({"code": code, "message": refused.message, "data": None}, status, headers=headers)

    async def create(self, call: Call) -> Response:
        """POST /api/v1/task."""
        body = call.json()
        job = self._job(body)
        task = self.desk.take_on(
            job, broke=lambda: Refused(402, "insufficient credits: top up your account", kind="money")
        )
        return Json(_envelope(self._data(call, task)), 201 if task.manner.created else 200)

    async def read(self, call: Call) -> Response:
        """GET /api/v1/task/{task_id}."""
        return Json(_envelope(self._data(call, self.task(call))))

    async def cancel(self, call: Call) -> Response:
        """DELETE /api/v1/task/{task_id}: while pending only."""
        task = self.task(call)
        if task.state != "pending":
            raise Refused(400, f"only pending tasks can be cancelled; this one is {task.state}", kind="late")
        self.desk.table.cancel(task)
        return Json(_envelope(self._data(call, task)))

    async def cancel_many(self, call: Call) -> Response:
        """DELETE /api/v1/tasks?created_before=&model=."""
        before = call.whole("created_before", 10**12, low=0, high=10**15)
        model = call.request.query_params.get("model", "all")
        chosen = [
            task
            for task in self.desk.table.of(self.name)
            if task.state == "pending"
            and task.created_at < before
            and model in ("all", task.job.given.get("model"))
        ]
        for task in chosen:
            self.desk.table.cancel(task)
        return Json(_envelope({"cancelled": len(chosen)}))

    async def account(self, _: Call) -> Response:
        """GET /account/info."""
        table, credit = self.desk.table, self.desk.options.credit_usd
        spent, frozen = table.money(self.name)
        left = self.desk.balance(self.name)
        return Json(
            _envelope(
                {
                    "id": "sandbox-account",
                    "name": "sandbox",
                    "plan": "creator",
                    "is_enable": True,
                    "max_concurrent_task_count": table.places(self.name) or 1_000_000,
                    "equivalent_in_usd": left,
                    "wallet": {"point_remain": _units(left), "point_frozen": _units(frozen), "llm_remain": 0},
                    "credit_pack_info": {
                        "available_credits": _units(left),
                        "used_credits": _units(spent),
                        "total_credits": _units(credit),
                        "frozen_credits": _units(frozen),
                        "expired_credits": 0,
                    },
                }
            )
        )

    async def active_tasks(self, _: Call) -> Response:
        """GET /account/active_tasks."""
        found: dict[str, dict[str, Any]] = {}
        for task in self.desk.table.of(self.name):
            if not task.over:
                model = str(task.job.given.get("model"))
                row = found.setdefault(
                    model, {"staged_count": 0, "pending_count": 0, "processing_count": 0, "active_tasks": []}
                )
                row[f"{task.state}_count"] += 1
                row["active_tasks"].append({"task_id": task.id, "status": task.state})
        return Json(_envelope(found))

    async def upload(self, call: Call) -> Response:
        """POST /api/ephemeral_resource: {file_name, file_data in base64}."""
        body = call.json()
        name, data = body.get("file_name"), body.get("file_data")
        if not isinstance(name, str) or not isinstance(data, str):
            raise Refused(400, "`file_name` and `file_data` (base64) must be texts", kind="upload")
        suffix = name.rpartition(".")[2].casefold()
        if suffix not in _TYPES:
            raise Refused(400, f"`file_name` must end in one of: {', '.join(_TYPES)}", kind="upload")
        try:
            content = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            raise Refused(400, "`file_data` is no base64", kind="upload") from None
        stored = self.desk.files.add_upload(content, _TYPES[suffix], f".{suffix}", self.name)
        expires = self.desk.clock.now() + self.desk.options.link_seconds
        return Json(_envelope({"url": self.desk.files.link(call.base, stored, expires)}))

    def _job(self, body: dict[str, Any]) -> Job:
        model, kind, fields = body.get("model"), body.get("task_type"), body.get("input")
        if not isinstance(model, str) or not isinstance(kind, str) or not isinstance(fields, dict):
            raise Refused(400, "`model` and `task_type` must be texts and `input` an object", kind="body")
        version = fields.get("version")
        if model in MODELS and kind == "video_generation":
            label, shape = model, "flat"
        else:
            if not self.desk.options.any_model:
                raise Refused(400, REFUSAL, kind="model")
            check_piapi(model, fields)
            if any(isinstance(value, str) and len(value) > IMAGE_LIMIT for value in fields.values()):
                raise Refused(400, "task input too large", kind="large")
            label = " ".join(str(part) for part in (model, version) if part)
            shape = _shape(model, kind, version)
        return read_job(self.name, label, fields, body, any_model=self.desk.options.any_model, shape=shape)

    def _data(self, call: Call, task: Task) -> dict[str, Any]:
        given, manner = task.job.given, task.manner
        data: dict[str, Any] = {
            "task_id": task.id,
            "model": given["model"],
            "task_type": given["task_type"],
            "status": call.word or (task.state.capitalize() if manner.capital else task.state),
            "config": given.get("config")
            or {"service_mode": "", "webhook_config": {"endpoint": "", "secret": ""}},
            "input": _echo(given["input"], lossy=manner.capital),
            "output": self._output(call, task),
            "meta": self._meta(task),
            "detail": None,
            "logs": None if manner.east else [],
            "error": {"code": 0, "raw_message": "", "message": "", "detail": None},
        }
        if task.error is not None:
            raw = task.error.message
            data["error"] = {
                "code": task.error.code,
                "raw_message": raw,
                "message": "task failed",
                "detail": None,
            }
        if manner.capital:
            data["failover_triggered"] = False
        return data

    def _meta(self, task: Task) -> dict[str, Any]:
        usd = 0.0 if "no_cost" in task.traits and task.over else task.usd
        set_aside = 0.0 if task.over or task.manner.llm else usd
        # An llm task is charged at once; a point task when it has ended.
        charged = (task.paid and usd) if task.over else (usd if task.manner.llm else 0.0)
        return {
            "created_at": rfc3339(task.created_at, east=task.manner.east),
            "started_at": rfc3339(task.started_at, east=task.manner.east),
            "ended_at": rfc3339(task.ended_at, east=task.manner.east),
            "is_using_private_pool": False,
            "usage": {
                "type": "llm" if task.manner.llm else "point",
                "frozen": _units(set_aside),
                "consume": _units(charged),
            },
        }

    def _output(self, call: Call, task: Task) -> dict[str, Any] | None:
        url = self.desk.link(call, task)
        if not url and task.state != "completed":
            return ({"video": ""}, None, {"type": "", "status": 0, "works": None})[task.manner.bare]
        output = _output(task, url, self.desk.cover(call, task))
        truth = task.truth()
        return {**output, "truth": dict(truth)} if truth is not None else output


def _output(task: Task, url: str, cover: str) -> dict[str, Any]:
    job = task.job
    match job.shape:
        case "classic":
            video = {
                "resource": url,
                "resource_without_watermark": url,
                "width": job.width,
                "height": job.height,
                "duration": round(1000 * job.seconds) + 100,
            }
            work = {
                "status": 99,
                "type": "m2v_txt2video",
                "content_type": "video",
                "cover": {"resource": cover},
            }
            return {
                "type": "m2v_txt2video",
                "status": 99,
                "works": [{**work, "video": video}],
                **({} if task.manner.capital else {"video_url": url}),
            }
        case "luma":
            sized = {"url": url, "width": job.width, "height": job.height}
            still = {"url": cover, "width": job.width, "height": job.height}
            return {"video": sized, "video_raw": sized, "last_frame": still, "thumbnail": still}
        case "either":
            return {"video_url": url} if task.manner.capital else {"video": url}
        case _:
            return {"video": url}


def _shape(model: str, kind: str, version: Any) -> str:
    if model == "kling" and kind == "video_generation" and version not in _FLAT_ONLY:
        return "classic"
    if model in ("kling", "kling-turbo"):
        return "flat"
    return "luma" if model == "luma" else "either"


def _echo(fields: Mapping[str, Any], *, lossy: bool) -> dict[str, Any]:
    """The input as the provider echoes it: sorted, and at times without some fields."""
    return {key: fields[key] for key in sorted(fields) if not (lossy and key in ("mode", "version"))}


def _envelope(data: Any) -> dict[str, Any]:
    return {"code": 200, "message": "success", "data": data}


def _units(usd: float) -> int:
    return round(usd * UNITS)
