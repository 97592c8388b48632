"""Replicate's protocol: predictions."""

import hmac
from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from kit.sandbox_server.clock import rfc3339
from kit.sandbox_server.jobs import Refused, read_job
from kit.sandbox_server.protocol import Call, Json, Protocol, Way, bearer
from kit.sandbox_server.spelled import check_replicate
from kit.sandbox_server.tasks import Task

_WORDS = {
    "pending": "starting",
    "processing": "processing",
    "completed": "succeeded",
    "failed": "failed",
    "cancelled": "canceled",
}
_TITLES = {
    401: "Unauthenticated",
    402: "Insufficient credit",
    404: "Not found",
    422: "Input validation failed",
}


class Replicate(Protocol):
    """A prediction is one object from creation to end; errors are `{title, detail, status}`."""

    name, prefix = "replicate", "/replicate"

    def ways(self) -> Iterator[Way]:
        """Every call there is."""
        yield Way("POST", "/v1/models/{owner}/{model}/predictions", "submit", self.create)
        yield Way("GET", "/v1/predictions/{task_id}", "poll", self.read)
        yield Way("POST", "/v1/predictions/{task_id}/cancel", "cancel", self.cancel)

    def check_key(self, call: Call) -> None:
        """Raise Refused unless `Authorization: Bearer ...` is right."""
        given = bearer(call.request, "Bearer")
        if not hmac.compare_digest(given.encode(), self.desk.options.key(self.name).encode()):
            raise Refused(401, "You did not pass a valid authentication token", kind="key")

    def error(self, refused: Refused) -> Response:
        """Title, detail and status."""
        body = {
            "title": _TITLES.get(refused.status, "Request failed"),
            "detail": refused.message,
            "status": refused.status,
        }
        return Json(body, refused.status, headers=self.retry_headers(refused))

    async def create(self, call: Call) -> Response:
        """POST /v1/models/{owner}/{name}/predictions."""
        body = call.json()
        owner, name, fields = call.param("owner"), call.param("model"), body.get("input")
        if not isinstance(fields, dict):
            raise Refused(422, "- input: an object is required", kind="input")
        check_replicate(fields)
        model = name if owner == "sandbox" else f"{owner}/{name}"
        try:
            job = read_job(
                self.name, model, fields, body, any_model=self.desk.options.any_model, shape=f"{owner}/{name}"
            )
        except Refused as refused:
            refused.status = 404 if refused.kind == "model" else 422
            raise
        task = self.desk.take_on(
            job, broke=lambda: Refused(402, "You have insufficient credit to run this model", kind="money")
        )
        return Json(self._prediction(call, task), 201)

    async def read(self, call: Call) -> Response:
        """GET /v1/predictions/{id}."""
        return Json(self._prediction(call, self.task(call)))

    async def cancel(self, call: Call) -> Response:
        """POST /v1/predictions/{id}/cancel."""
        task = self.task(call)
        if not task.over:
            self.desk.table.cancel(task)
        return Json(self._prediction(call, task))

    def _prediction(self, call: Call, task: Task) -> dict[str, Any]:
        one = f"{call.base}{self.prefix}/v1/predictions/{task.id}"
        prediction: dict[str, Any] = {
            "id": task.id,
            "model": task.job.shape,
            "version": "sandbox",
            "input": task.job.given["input"],
            "logs": "",
            "output": self.desk.link(call, task) or None,
            "error": task.error.message if task.error else None,
            "status": call.word or _WORDS[task.state],
            "created_at": _when(task.created_at),
            "started_at": _when(task.started_at),
            "completed_at": _when(task.ended_at),
            "urls": {"get": one, "cancel": f"{one}/cancel"},
        }
        if task.over and task.started_at is not None and task.ended_at is not None:
            prediction["metrics"] = {"predict_time": round(task.ended_at - task.started_at, 6)}
        truth = task.truth()
        if truth is not None and task.state == "completed":
            prediction["truth"] = dict(truth)
        return prediction


def _when(moment: float | None) -> str | None:
    return None if moment is None else rfc3339(moment)
