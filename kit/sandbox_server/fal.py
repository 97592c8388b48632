"""fal's queue protocol: submit, status and result are three addresses; failure is COMPLETED with an error."""

import hmac
from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from kit.sandbox_server.jobs import Refused, read_job
from kit.sandbox_server.protocol import Call, Json, Protocol, Way, bearer
from kit.sandbox_server.spelled import check_fal
from kit.sandbox_server.tasks import Task

_WORDS = {
    "pending": "IN_QUEUE",
    "processing": "IN_PROGRESS",
    "completed": "COMPLETED",
    "failed": "COMPLETED",
    "cancelled": "COMPLETED",
}


class Fal(Protocol):
    """No envelope: the answer is the thing itself, or `detail` under an error status."""

    name, prefix = "fal", "/fal"

    def ways(self) -> Iterator[Way]:
        """Every call there is."""
        one = "/{owner}/{alias}/requests/{task_id}"
        yield Way("GET", f"{one}/status", "poll", self.status)
        yield Way("GET", one, "result", self.result)
        yield Way("PUT", f"{one}/cancel", "cancel", self.cancel)
        yield Way("POST", "/{endpoint:path}", "submit", self.create)

    def check_key(self, call: Call) -> None:
        """Raise Refused unless `Authorization: Key ...` is right."""
        given = bearer(call.request, "Key")
        if not hmac.compare_digest(given.encode(), self.desk.options.key(self.name).encode()):
            raise Refused(401, "Cannot access application: authentication is required", kind="key")

    def error(self, refused: Refused) -> Response:
        """`detail`: a list of faults for a wrong field, a text otherwise."""
        headers = {**self.retry_headers(refused), "x-fal-error-type": refused.kind or "request_error"}
        detail: Any = refused.message
        if refused.status == 422:
            detail = [{"loc": ["body", refused.kind], "msg": refused.message, "type": "value_error"}]
        return Json({"detail": detail}, refused.status, headers=headers)

    async def create(self, call: Call) -> Response:
        """POST /{endpoint}."""
        endpoint, body = call.param("endpoint").strip("/"), call.json()
        parts = endpoint.split("/")
        if len(parts) < 2 or not all(parts):
            raise Refused(404, "an endpoint is owner/name, perhaps with more parts", kind="endpoint")
        check_fal(body)
        # The sandbox models are sandbox/sandbox-quick and so on; everything after the name is a variant.
        model = parts[1] if parts[0] == "sandbox" else endpoint
        try:
            job = read_job(
                self.name, model, body, body, any_model=self.desk.options.any_model, shape="/".join(parts[:2])
            )
        except Refused as refused:
            refused.status = 404 if refused.kind == "model" else 422
            raise
        task = self.desk.take_on(
            job, broke=lambda: Refused(402, "insufficient balance: top up your account", kind="money")
        )
        return Json({**self._addresses(call, task), "queue_position": self.desk.table.ahead_of(task)})

    async def status(self, call: Call) -> Response:
        """GET .../requests/{id}/status."""
        task = self._task(call)
        answer: dict[str, Any] = {"status": call.word or _WORDS[task.state], **self._addresses(call, task)}
        if task.state == "pending":
            answer["queue_position"] = self.desk.table.ahead_of(task)
        if call.request.query_params.get("logs") == "1":
            answer["logs"] = []
        if task.over and task.started_at is not None and task.ended_at is not None:
            answer["metrics"] = {"inference_time": round(task.ended_at - task.started_at, 6)}
        # A failure stands in the status at times, and at times only in the result.
        if task.state in ("failed", "cancelled") and not task.manner.capital:
            answer["error"], answer["error_type"] = _failure(task)
        return Json(answer, 202 if task.manner.created and not task.over else 200)

    async def result(self, call: Call) -> Response:
        """GET .../requests/{id}."""
        task = self._task(call)
        if not task.over:
            raise Refused(400, "Request is still in progress", kind="request_in_progress")
        if task.state != "completed":
            message, kind = _failure(task)
            return Json({"detail": message}, 422, headers={"x-fal-error-type": kind})
        url = self.desk.link(call, task)
        video: dict[str, Any] = {"url": url, "content_type": "video/mp4"}
        if url:
            video["file_name"] = task.file
            video["file_size"] = len(task.footage.result().read())
        truth = task.truth()
        return Json({"video": video} if truth is None else {"video": video, "truth": dict(truth)})

    async def cancel(self, call: Call) -> Response:
        """PUT .../requests/{id}/cancel."""
        task = self._task(call)
        if task.over:
            return Json({"status": "ALREADY_COMPLETED"}, 400)
        self.desk.table.cancel(task)
        return Json({"status": "CANCELLATION_REQUESTED"}, 202)

    def _task(self, call: Call) -> Task:
        task = self.task(call)
        if task.job.shape != f"{call.param('owner')}/{call.param('alias')}":
            raise Refused(404, "there is no such request of this application", kind="missing")
        return task

    def _addresses(self, call: Call, task: Task) -> dict[str, Any]:
        one = f"{call.base}{self.prefix}/{task.job.shape}/requests/{task.id}"
        return {
            "request_id": task.id,
            "response_url": one,
            "status_url": f"{one}/status",
            "cancel_url": f"{one}/cancel",
        }


def _failure(task: Task) -> tuple[str, str]:
    if task.error is None:
        return "the request was cancelled", "request_cancelled"
    return task.error.message, "content_policy_violation" if task.error.refused else "internal_server_error"
