"""PiAPI's task API, which the built-in sandbox speaks too.

Every answer is an envelope {code, message, data}; `code` 200 is success. Unset times are Go's zero time, the charge is
in ten-millionths of a dollar, and the link stands in one of several fields.
"""

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kit.cards.spelling import Answer
from kit.errors import ProviderDown
from kit.providers import images
from kit.providers.adapter import Adapter, json_object
from kit.providers.answers import ENVELOPE
from kit.providers.base import Account, BadAnswer, TaskRef, TaskState, Wire
from kit.providers.http import Http, Reply, Timeouts
from kit.providers.keys import Secret
from kit.providers.states import links, read_amount

TASKS = "/api/v1/task"


class Piapi(Adapter):
    """Tasks at PiAPI. `upload_url` is the host for local images, which PiAPI keeps apart."""

    usual = Answer(
        links=(
            "output.video_url",
            "output.video",
            "output.video_raw",
            "output.works",
            "output.videos",
            "output",
        ),
        times={"created": "meta.created_at", "started": "meta.started_at", "ended": "meta.ended_at"},
        cost="meta.usage.consume",
        units_per_usd=1e7,
    )

    def __init__(
        self,
        name: str,
        base_url: str,
        key: tuple[Secret, ...],
        *,
        timeouts: Timeouts,
        clock: Callable[[], float],
        upload_url: str,
    ) -> None:
        super().__init__(name, base_url, key, timeouts=timeouts, clock=clock)
        self._uploads = Http(
            name, upload_url, headers=self._headers, scrubber=self._scrubber, timeouts=timeouts
        )

    def _headers(self) -> Mapping[str, str]:
        return {"x-api-key": self._key[0].reveal()}

    async def submit(self, wire: Wire, *, external_id: str) -> TaskRef:  # noqa: ARG002 - PiAPI keeps no id of ours
        """See `Provider.submit`. An answer that names a task id counts, whatever else it says."""
        reply = await self._http.call("POST", wire.path, dict(wire.body), paid=True)
        body = json_object(reply.data)
        record = json_object(body.get("data")) or body
        if task_id := self._task_id(record.get("task_id")):
            return TaskRef(task_id)
        status, code = _verdict(reply)
        return self._no_task(reply, status=status, code=code)

    async def poll(self, task: TaskRef, *, answer: Answer | None = None) -> TaskState:
        """See `Provider.poll`."""
        reply = await self._http.call("GET", f"{TASKS}/{self._segment(task)}")
        body = json_object(reply.data)
        record = json_object(body.get("data")) or body
        status, code = _verdict(reply)
        # A whole record counts even in an error's clothes: a failed task may be answered with a 4xx or 5xx.
        if "status" not in record or ("task_id" not in record and (status or not reply.ok)):
            self._no_answer(reply, status=status, code=code)
        if str(record.get("task_id", task.task_id)) != task.task_id:
            raise BadAnswer(self.name, "it answered for another task than was asked for")
        return self._reader.state(
            record, word=record["status"], error=record.get("error"), whole=body, answer=answer
        )

    async def account(self) -> Account | None:
        """Tasks at once and US$ left."""
        data = await self._data("/account/info")
        limit = read_amount(data.get("max_concurrent_task_count"))
        return Account(
            concurrency=int(limit) if limit else None,
            balance_usd=read_amount(data.get("equivalent_in_usd")),
            raw=self._scrubber.record(data),
        )

    async def active_tasks(self) -> dict[str, Any]:
        """How many tasks wait and run, for each of the models behind PiAPI: what it tells of an unknown submit."""
        return self._scrubber.record(await self._data("/account/active_tasks"))

    async def upload(self, path: Path) -> str:
        """Put a local image on PiAPI's short-lived file host; returns its URL."""
        image = images.read_image(path)
        # The file's own name may tell what nobody else has to know.
        body = {"file_name": f"image.{image.suffix}", "file_data": base64.b64encode(image.data).decode()}
        reply = await self._uploads.call("POST", "/api/ephemeral_resource", body)
        answer = json_object(reply.data)
        status, code = _verdict(reply)
        if not reply.ok or status:
            self._no_answer(reply, status=status, code=code)
        for place in (answer.get("data"), answer):
            for link in links(place):
                if link.startswith(("https://", "http://")):
                    return link
        raise ProviderDown(self.name, "the image was uploaded, but the answer names no link")

    async def cancel(self, task: TaskRef) -> bool:
        """Works only while the task is pending, and for few models."""
        return await self._stopped("DELETE", f"{TASKS}/{self._segment(task)}")

    async def aclose(self) -> None:
        """Close the connections."""
        await self._uploads.aclose()
        await super().aclose()

    async def _data(self, path: str) -> dict[str, Any]:
        reply = await self._http.call("GET", path)
        status, code = _verdict(reply)
        body = json_object(reply.data)
        if not reply.ok or not body or status:
            self._no_answer(reply, status=status, code=code)
        return json_object(body["data"]) if "data" in body else body


def _verdict(reply: Reply) -> tuple[int | None, str | None]:
    """The status to go by where it is not HTTP's, and the envelope's code.

    Inside an HTTP success the envelope decides. A code that is no HTTP status becomes ENVELOPE.
    """
    code = json_object(reply.data).get("code")
    if isinstance(code, str) and code.strip().isdecimal() and len(code) < 10:
        code = int(code)
    if isinstance(code, bool) or not isinstance(code, int):
        return None, None
    if not reply.ok or code == 0 or 200 <= code < 300:
        return None, str(code)
    return code if 300 <= code < 600 else ENVELOPE, str(code)
