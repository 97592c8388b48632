"""Replicate's predictions: created by model name, asked by id, with the times in the record itself."""

from collections.abc import Mapping

from kit.cards.spelling import Answer
from kit.providers.adapter import Adapter, json_object
from kit.providers.base import BadAnswer, TaskRef, TaskState, Wire


class Replicate(Adapter):
    """Predictions. No price is stated in an answer, and no account call is known."""

    usual = Answer(
        links=("output", "output.video", "output.videos"),
        times={"created": "created_at", "started": "started_at", "ended": "completed_at"},
        seconds="metrics.predict_time",
    )

    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._key[0].reveal()}"}

    async def submit(self, wire: Wire, *, external_id: str) -> TaskRef:  # noqa: ARG002 - it keeps no id of ours
        """See `Provider.submit`. Never waits for the result, since a cut connection would hide the id."""
        reply = await self._http.call("POST", wire.path, dict(wire.body), paid=True)
        if task_id := self._task_id(json_object(reply.data).get("id")):
            return TaskRef(task_id)
        return self._no_task(reply)

    async def poll(self, task: TaskRef, *, answer: Answer | None = None) -> TaskState:
        """See `Provider.poll`."""
        reply = await self._http.call("GET", f"/v1/predictions/{self._segment(task)}")
        record = json_object(reply.data)
        if not reply.ok or "status" not in record:
            self._no_answer(reply)
        if str(record.get("id", task.task_id)) != task.task_id:
            raise BadAnswer(self.name, "it answered for another task than was asked for")
        return self._reader.state(
            record, word=record["status"], error=record.get("error"), whole=record, answer=answer
        )

    async def cancel(self, task: TaskRef) -> bool:
        """Stop a prediction that waits or runs."""
        return await self._stopped("POST", f"/v1/predictions/{self._segment(task)}/cancel")
