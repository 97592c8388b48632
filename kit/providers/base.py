"""What every provider does for a run, and what it hands back: one protocol, four answers, three finer errors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol, Self

from kit.cards.spelling import Answer
from kit.errors import ProviderDown, RequestRefused

Status = Literal["queued", "running", "completed", "failed", "refused", "cancelled"]
TERMINAL: frozenset[Status] = frozenset({"completed", "failed", "refused", "cancelled"})

GIB = 1 << 30
Progress = Callable[[int, int | None], None]  # bytes so far, bytes in all if known


class SubmitRefused(RequestRefused):
    """The provider refused the request as such; nothing was created.

    `policy`: it refused what the prompt or an image shows, which is a result ("refused") and not a mistake.
    `code`: the provider's own code, where it sent one.
    """

    def __init__(self, provider: str, message: str, *, policy: bool = False, code: str | None = None) -> None:
        self.policy = policy
        self.code = code
        super().__init__(provider, message)


class TaskNotFound(ProviderDown):
    """The provider does not know the task id: not yet visible, deleted, or of another account."""


class BadAnswer(ProviderDown):
    """The provider answered a question with something that cannot be read; ask again later."""


class Wire(Protocol):
    """The part of `kit.cards.wire.WireRequest` that a provider needs."""

    @property
    def path(self) -> str:
        """From the first slash on; joined to the provider's base URL."""

    @property
    def body(self) -> Mapping[str, Any]:
        """Sent as JSON."""


@dataclass(frozen=True)
class TaskRef:
    """A provider's task. `links` holds paths below the base URL by which it is asked: no hosts, no secrets, JSON."""

    task_id: str
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TaskState:
    """What a provider says of a task at one moment.

    `word` is the raw status word, cut at 60 characters; a word nobody knows counts as running, with `known_word` False.
    `urls` are links to the result, the best first; only of completed tasks. They may be signed: never store or show
    them. `cost_usd` comes from finished records only; None means that the provider does not say. `stated_seconds` is a
    processing time that the provider measured itself. `raw` is the whole answer without secrets.
    """

    status: Status
    word: str
    known_word: bool
    urls: tuple[str, ...] = field(default=(), repr=False)
    created_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    cost_usd: float | None = None
    error_code: str | None = None
    error: str | None = None
    stated_seconds: float | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def queue_seconds(self) -> float | None:
        """From creation to the start of processing, by the provider's clock."""
        return _between(self.created_at, self.started_at)

    @property
    def processing_seconds(self) -> float | None:
        """What the provider states, else from the start of processing to the end, by the provider's clock."""
        return (
            _between(self.started_at, self.ended_at) if self.stated_seconds is None else self.stated_seconds
        )


def _between(first: datetime | None, last: datetime | None) -> float | None:
    if first is None or last is None or last < first:
        return None
    return (last - first).total_seconds()


@dataclass(frozen=True)
class Account:
    """What an account may do: tasks at once and money left in US$, None where the provider does not say."""

    concurrency: int | None
    balance_usd: float | None
    raw: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Download:
    """A file that came down whole: its size, SHA-256 (64 hex digits) and the suffix that its first bytes ask for."""

    bytes: int
    sha256: str
    suffix: str
    content_type: str


class Provider(Protocol):
    """One gateway to models. An object serves one event loop; use it as `async with open_provider(...) as p`."""

    @property
    def name(self) -> str:
        """The name that errors and the study's tables carry."""

    async def submit(self, wire: Wire, *, external_id: str) -> TaskRef:
        """Ask for one clip: one POST at most, never repeated here.

        RateLimited, NotSent, KeyRejected, NoCredit and RequestRefused mean that nothing was created. SubmitUnknown
        means that a paid task may have been. A cancelled call means the same as SubmitUnknown.
        """

    async def poll(self, task: TaskRef, *, answer: Answer | None = None) -> TaskState:
        """How the task stands; `answer` is where the model's card says that things are.

        Raises ProviderDown (TaskNotFound, BadAnswer), RateLimited: ask again later; and KeyRejected.
        """

    async def find(self, external_id: str, *, path: str | None = None) -> TaskRef | None:
        """The task that was submitted under this id, None if there surely is none; `path` is the submit's.

        Raises CannotAsk where the provider keeps no such id, and what `poll` raises.
        """

    async def account(self) -> Account | None:
        """What the account may do, by a free call; None where the provider has none."""

    async def upload(self, path: Path) -> str:
        """A local image as the provider takes it: a URL, bare base64 or a data URI. Raises BadParameter for no image."""

    async def download(
        self, url: str, into: Path, *, max_bytes: int = 2 * GIB, on_progress: Progress | None = None
    ) -> Download:
        """Fetch a result into a file of the caller's, without any key; raises DownloadFailed, OSError (disk full)."""

    async def cancel(self, task: TaskRef) -> bool:
        """Try to stop a task that waits; True if the provider agreed. Never a refund."""

    async def aclose(self) -> None:
        """Close the connections."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
