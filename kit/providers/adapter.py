"""What the four adapters share: connections, the way from a reply to an id, a state or an error."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NoReturn, Self
from urllib.parse import quote

from kit.cards.spelling import Answer
from kit.errors import CannotAsk, ProviderError
from kit.providers import files, images
from kit.providers.answers import read_error, submit_error
from kit.providers.base import GIB, Account, Download, Progress, TaskNotFound, TaskRef
from kit.providers.http import Http, Reply, Timeouts
from kit.providers.keys import Secret
from kit.providers.scrub import Scrubber
from kit.providers.states import Reader

ID_LIMIT = 200


class Adapter:
    """The common part of a provider; see `kit.providers.base.Provider` for what each method promises."""

    usual: Answer  # where things stand in a task record when no card says so

    def __init__(
        self,
        name: str,
        base_url: str,
        key: tuple[Secret, ...],
        *,
        timeouts: Timeouts,
        clock: Callable[[], float],
    ) -> None:
        self.name = name
        self.base_url = base_url
        self._key = key
        self._clock = clock
        # The built-in sandbox's key is no secret, and a word of every sentence about it.
        self._scrubber = Scrubber(() if name == "sandbox" else [part.reveal() for part in key])
        self._http = Http(name, base_url, headers=self._headers, scrubber=self._scrubber, timeouts=timeouts)
        self._reader = Reader(self.usual, scrubber=self._scrubber, local=self._http.local)

    def _headers(self) -> Mapping[str, str]:
        """The headers that carry the key; made anew for each call and seen by nothing else."""
        raise NotImplementedError

    async def find(self, external_id: str, *, path: str | None = None) -> TaskRef | None:  # noqa: ARG002
        """Only Kling keeps the ids of callers."""
        raise CannotAsk(self.name, "it keeps no id of ours, so it cannot be asked whether a task was created")

    async def account(self) -> Account | None:
        """None: there is no free call that tells."""
        return None

    async def upload(self, path: Path) -> str:
        """The image as a data URI, inside the request."""
        return images.data_uri(path)

    async def download(
        self, url: str, into: Path, *, max_bytes: int = 2 * GIB, on_progress: Progress | None = None
    ) -> Download:
        """Fetch a result; see `kit.providers.files.fetch`."""
        return await files.fetch(self._http, url, into, max_bytes=max_bytes, on_progress=on_progress)

    async def cancel(self, task: TaskRef) -> bool:  # noqa: ARG002
        """There is no way."""
        return False

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _task_id(self, value: object) -> str | None:
        """A provider's task id as text, None if it is none that can be asked for."""
        text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        good = (
            0 < len(text) <= ID_LIMIT and text.isprintable() and " " not in text and text not in {".", ".."}
        )
        return text if good else None

    def _segment(self, task: TaskRef) -> str:
        """A task id as one segment of a path."""
        if self._task_id(task.task_id) != task.task_id:
            raise TaskNotFound(self.name, "the stored task id is none")
        return quote(task.task_id, safe="")

    def _no_task(self, reply: Reply, *, status: int | None = None, code: str | None = None) -> NoReturn:
        raise submit_error(self.name, reply, self._scrubber, status=status, code=code, clock=self._clock)

    def _no_answer(self, reply: Reply, *, status: int | None = None, code: str | None = None) -> NoReturn:
        raise read_error(self.name, reply, self._scrubber, status=status, code=code, clock=self._clock)

    async def _stopped(self, method: Literal["POST", "PUT", "DELETE"], path: str) -> bool:
        """Whether a call to cancel was accepted; no failure of it matters."""
        try:
            return (await self._http.call(method, path)).ok
        except ProviderError:
            return False


def json_object(value: Any) -> dict[str, Any]:
    """`value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}
