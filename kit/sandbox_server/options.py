"""What a server is told when it is started. Plain data, so that another process can be told the same."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from kit.cells import nearest
from kit.errors import BadParameter

PROVIDERS = ("piapi", "kling", "fal", "replicate", "sandbox")
KEYS = dict.fromkeys(PROVIDERS, "sandbox")
MIB = 1024 * 1024


@dataclass(frozen=True)
class Options:
    """How the server behaves.

    any_model     take any model's request, where a user's server takes the sandbox models only
    film          "render": the sandbox renderer in its own processes; "stub": one small clip for every order, at once
    jobs          how many clips are rendered at a time; None: as many as there are processors
    speed         the schedule runs so many times faster
    schedule      model -> [seconds in the queue, seconds of processing]; "*" for all others; see kit.sandbox_server.schedule
    concurrency   tasks that run at a time for each provider; None: any number. More than that wait (kling: are refused)
    credit_usd    play money in each account
    link_seconds  how long a link to a clip works after the task has ended
    manners       "plain", or "mixed": each task answers in other casings, time zones, result shapes
    keys          the key that each provider's part accepts; for kling it is both access key and secret key unless
                  written "access:secret"
    faults        a fault plan, see kit.sandbox_server.faults
    journal       a file to which created and ended tasks and downloads are appended
    manual_clock  the clock stands still until it is moved by hand
    max_body      bytes of a request body
    """

    any_model: bool = False
    film: Literal["render", "stub"] = "render"
    jobs: int | None = None
    speed: float = 1.0
    schedule: Mapping[str, Sequence[float]] | None = None
    concurrency: int | None = 2
    credit_usd: float = 100.0
    link_seconds: float = 3600.0
    manners: Literal["plain", "mixed"] = "plain"
    keys: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, Any] | None = None
    journal: str | None = None
    manual_clock: bool = False
    max_body: int = 32 * MIB

    def __post_init__(self) -> None:
        """Refuse what cannot work. Raises BadParameter."""
        _one_of("film", self.film, ("render", "stub"))
        _one_of("manners", self.manners, ("plain", "mixed"))
        for name in self.keys:
            _one_of("the provider of a key", name, PROVIDERS)
        for name, low in (("speed", 1e-6), ("credit_usd", 0), ("link_seconds", 0), ("max_body", 1)):
            value = getattr(self, name)
            if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value < 1e12:
                raise BadParameter(f"{name} is {value!r}; a number of at least {low:g} is needed")
        for name in ("jobs", "concurrency"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or value < 1):
                raise BadParameter(f"{name} is {value!r}; a whole number from 1, or None, is needed")

    def key(self, provider: str) -> str:
        """The key that a provider's part accepts."""
        return self.keys.get(provider, KEYS[provider])

    def plain(self) -> dict[str, Any]:
        """The options as JSON."""
        return asdict(self)


def read_options(data: Mapping[str, Any]) -> Options:
    """Options from JSON. Raises BadParameter for unknown names."""
    known = [f.name for f in fields(Options)]
    for name in data:
        if name not in known:
            raise BadParameter(
                f"no option is called {name!r}{nearest(name, known)}; there are: {', '.join(known)}"
            )
    return Options(**data)


def _one_of(what: str, value: object, known: Sequence[str]) -> None:
    if value not in known:
        raise BadParameter(f"{what} is {value!r}; there are: {', '.join(known)}")
