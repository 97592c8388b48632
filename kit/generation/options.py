"""What `generate` takes, as types: for `Study.generate`, which hands it on."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from kit.cards import Card, Settings
    from kit.generation.plan import Plan
    from kit.generation.policy import Policy
    from kit.generation.progress import Progress
    from kit.providers.base import Provider


class GenerateOptions(TypedDict, total=False):
    """See `kit.generation.agenerate`."""

    models: Sequence[str] | None
    prompts: Sequence[str] | None
    takes: int | Sequence[int]
    settings: "Settings | Mapping[str, Any] | None"
    via: str | Mapping[str, str] | None
    retry_failed: bool
    max_usd: float | None
    allow_unpriced: bool
    confirm: "Callable[[Plan], bool | Awaitable[bool]] | None"
    concurrency: int | None
    deadline: float | None
    progress: "Callable[[Progress], None] | None"
    cards: "Mapping[str, Card] | None"
    providers: "Callable[[str], Provider]"
    policy: "Policy | None"
