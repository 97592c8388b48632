"""fal's queue: three states and none for failure, which shows as an error beside COMPLETED or on the result."""

from collections.abc import Mapping
from typing import Any

from kit.cards.spelling import Answer
from kit.providers.adapter import Adapter, json_object
from kit.providers.addresses import is_path, path_below
from kit.providers.answers import says
from kit.providers.base import TaskNotFound, TaskRef, TaskState, Wire
from kit.providers.http import Reply

_LINKS = {"status": "status_url", "response": "response_url", "cancel": "cancel_url"}


class Fal(Adapter):
    """Requests in fal's queue. It states no price and one time, `metrics.inference_time`."""

    usual = Answer(
        links=("result.video", "result.videos", "result.output", "result"),
        seconds="status.metrics.inference_time",
    )

    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Key {self._key[0].reveal()}"}

    async def submit(self, wire: Wire, *, external_id: str) -> TaskRef:  # noqa: ARG002 - it keeps no id of ours
        """See `Provider.submit`. The addresses in the answer count only below the base URL: the key goes nowhere else."""
        reply = await self._http.call("POST", wire.path, dict(wire.body), paid=True)
        body = json_object(reply.data)
        task_id = self._task_id(body.get("request_id"))
        if task_id is None:
            self._no_task(reply)
        task = TaskRef(task_id)
        # fal keeps requests under owner and alias alone, without the rest of the endpoint.
        root = "/" + "/".join(wire.path.strip("/").split("/")[:2]) + f"/requests/{self._segment(task)}"
        paths = {"status": f"{root}/status", "response": root, "cancel": f"{root}/cancel"}
        for name, key in _LINKS.items():
            paths[name] = path_below(self._http.base_url, body.get(key)) or paths[name]
        return TaskRef(task_id, paths)

    async def poll(self, task: TaskRef, *, answer: Answer | None = None) -> TaskState:
        """See `Provider.poll`. A finished task costs a second call, for its result."""
        reply = await self._http.call("GET", self._link(task, "status"))
        status = json_object(reply.data)
        if not reply.ok or "status" not in status:
            self._no_answer(reply)
        whole: dict[str, Any] = {"status": status}
        error: Any = None
        if status.get("error"):
            error = {"message": status["error"], "code": status.get("error_type")}
        elif str(status["status"]).strip().casefold() == "completed":
            result = await self._http.call("GET", self._link(task, "response"))
            whole["result"] = result.data
            if not result.ok:
                error = self._result_error(result)
                if error is None:
                    return self._reader.state(status, word="IN_PROGRESS", error=None, whole=whole)
            elif not isinstance(result.data, dict | list | str):
                self._no_answer(result)
        return self._reader.state(
            json_object(whole.get("result")),
            word=status["status"],
            error=error,
            whole=whole,
            answer=answer,
            failed=error is not None,
        )

    def _result_error(self, reply: Reply) -> dict[str, Any] | None:
        """The task's own failure in an answer to the result call; None if it is not ready yet.

        Raises what `poll` raises if the answer says nothing about the task.
        """
        kind = reply.headers.get("x-fal-error-type")
        said = says(reply, self._scrubber)
        if reply.status == 400 and "in progress" in said.casefold():
            return None
        about_task = 400 <= reply.status < 500 and reply.status not in {
            401,
            403,
            404,
            408,
            409,
            410,
            425,
            429,
        }
        if not (json_object(reply.data).get("detail") and (about_task or (reply.status >= 500 and kind))):
            self._no_answer(reply)
        return {"message": said, "code": kind or reply.status}

    async def cancel(self, task: TaskRef) -> bool:
        """Works while the request waits."""
        return await self._stopped("PUT", self._link(task, "cancel"))

    def _link(self, task: TaskRef, name: str) -> str:
        path = task.links.get(name, "")
        if not is_path(path):
            raise TaskNotFound(self.name, "the task was stored without the paths by which fal is asked")
        return path
