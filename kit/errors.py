"""Every error that a user of the kit can cause, in one place.

    KitError
    ├── BadInput            something given to the kit is wrong; carries every fault found
    │   ├── BadSuite        a prompt suite
    │   ├── BadManifest     a clip manifest
    │   ├── BadVotes        a file of votes
    │   ├── BadScores       a file of scores
    │   ├── BadConfig       study.yaml
    │   ├── BadCard         a model card
    │   └── BadParameter    an argument, a setting or a notebook parameter
    ├── StudyError
    │   ├── StudyMissing    there is no study where one was looked for
    │   ├── StudyExists     there is one where a new one was to be made
    │   ├── StudyTooNew     written by a newer kit
    │   └── StudyBusy       another process holds the database for too long
    ├── ClipError
    │   ├── ClipMissing     the study names a clip whose file is gone
    │   └── ClipUnreadable  the bytes are not a video that can be decoded
    ├── ProviderError       something about a provider; names it
    │   ├── KeyMissing      no key was found for it
    │   ├── KeyRejected     it does not accept the key
    │   ├── NoCredit        the account cannot pay for the task
    │   ├── RequestRefused  it refused the request as such; nothing was created
    │   ├── RateLimited     too many requests; nothing was created
    │   ├── NotSent         the request cannot have reached it
    │   ├── SubmitUnknown   a paid task may have been created; never sent again by itself
    │   ├── CannotAsk       it has no way to be asked that
    │   ├── ProviderDown    it could not answer a question; ask again later
    │   └── DownloadFailed  a finished clip could not be fetched
    ├── Incomplete          a command did something, but not all; carries its result
    ├── BudgetExceeded      the next task would cost more than was allowed
    ├── ReportError         the report notebook failed; names the cell
    └── MissingExtra        an optional package is not installed

A message says what was seen, what was expected and what to do. Messages never carry keys.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple


class Fault(NamedTuple):
    """One thing wrong with something given to the kit, and where it stands.

    `line` counts from 1 as an editor shows it (the header of a CSV file is line 1).
    """

    where: str
    problem: str
    line: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        place = self.where
        if self.line is not None:
            place += f", line {self.line}"
        if self.column is not None:
            place += f", {self.column}"
        return f"{place}: {self.problem}"


class KitError(Exception):
    """The root of the kit's own errors: catch this to catch them all."""


class BadInput(KitError):
    """Something given to the kit is wrong. `faults` holds every fault found, in the order of the file."""

    def __init__(self, faults: Iterable[Fault] | str) -> None:
        self.faults: tuple[Fault, ...] = () if isinstance(faults, str) else tuple(faults)
        text = faults if isinstance(faults, str) else "\n".join(str(f) for f in self.faults)
        super().__init__(text)


class BadSuite(BadInput):
    """A prompt suite is wrong."""


class BadManifest(BadInput):
    """A clip manifest is wrong."""


class BadVotes(BadInput):
    """A file of votes is wrong."""


class BadScores(BadInput):
    """A file of scores is wrong."""


class BadConfig(BadInput):
    """A study.yaml is wrong."""


class BadCard(BadInput):
    """A model card is wrong."""


class BadParameter(BadInput):
    """An argument, a setting or a notebook parameter is wrong."""


class StudyError(KitError):
    """Something about the study as a whole."""


class StudyMissing(StudyError):
    """There is no study where one was looked for."""


class StudyExists(StudyError):
    """There is a study already where a new one was to be made."""


class StudyTooNew(StudyError):
    """The study was written by a newer version of the kit."""


class StudyBusy(StudyError):
    """Another process held the study's database for too long."""


class ClipError(KitError):
    """Something about one clip."""


class ClipMissing(ClipError):
    """The study names a clip whose file is gone."""


class ClipUnreadable(ClipError):
    """The bytes are not a video that can be decoded."""


class ProviderError(KitError):
    """Something about a provider. The message carries no key and no signed link."""

    def __init__(self, provider: str, message: str) -> None:
        self.provider = provider
        super().__init__(f"{provider}: {message}")


class KeyMissing(ProviderError):
    """No key was found for the provider."""


class KeyRejected(ProviderError):
    """The provider does not accept the key."""


class NoCredit(ProviderError):
    """The account cannot pay for the task; nothing was created."""


class RequestRefused(ProviderError):
    """The provider refused the request as such; nothing was created, and sending it again would not help."""


class RateLimited(ProviderError):
    """Too many requests; nothing was created. `retry_after` is in seconds, where the provider said so."""

    def __init__(self, provider: str, message: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(provider, message)


class NotSent(ProviderError):
    """The request cannot have reached the provider, so nothing was created."""


class SubmitUnknown(ProviderError):
    """The provider may have created a paid task without our learning its id. Never sent again by itself."""


class CannotAsk(ProviderError):
    """The provider has no way to be asked that."""


class ProviderDown(ProviderError):
    """The provider could not answer a question (a poll, an account call); ask again later."""


class DownloadFailed(ProviderError):
    """A finished clip could not be fetched. `final`: trying the same link again would not help."""

    def __init__(self, provider: str, message: str, *, final: bool = False) -> None:
        self.final = final
        super().__init__(provider, message)


class Incomplete(KitError):
    """A command did something, but not all: its result is printed all the same, and the exit code is 1."""

    def __init__(self, document: dict[str, Any], text: str) -> None:
        self.document, self.text = document, text
        super().__init__(text)


class BudgetExceeded(KitError):
    """The next task would cost more than was allowed."""


class ReportError(KitError):
    """The report notebook failed."""


class MissingExtra(KitError):
    """An optional package is not installed."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package!r}, which is not installed; "
            f"install it with: pip install 't2v-eval-kit[{extra}]'"
        )
