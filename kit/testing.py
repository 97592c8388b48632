"""For whoever tests against a provider: the sandbox server in a thread or in a process, and a small clip.

    with sandbox_server(any_model=True, manual_clock=True) as server:
        server.set_faults([{"on": "submit", "nth": 1, "fault": "reset", "when": "after"}])
        ...                             # talk to server.url("piapi") with server.key("piapi")
        server.advance(600)             # the clock stands still otherwise
        assert len(server.journal().created) == 1

The options are those of `kit.sandbox_server.Options`; a test's server takes any model, serves one small clip for every
order at once, answers in mixed manners, runs four tasks at a time and has a million of play money, unless told
otherwise. Fault plans: see `kit.sandbox_server.faults`.
"""

import contextlib
import json
import secrets
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from kit.errors import BadParameter
from kit.listening import address, listen
from kit.sandbox import render
from kit.sandbox_server.app import ADMIN_HEADER, Sandbox
from kit.sandbox_server.clock import Clock
from kit.sandbox_server.fault_reading import read_plan
from kit.sandbox_server.filming import Film
from kit.sandbox_server.options import PROVIDERS, Options, read_options
from kit.sandbox_server.schedule import Price, Schedule
from kit.sandbox_server.serve import RunningServer

__all__ = ["JournalView", "SandboxHandle", "sandbox_process", "sandbox_server", "tiny_clip"]

START_SECONDS = 60.0
_DEFAULTS: dict[str, Any] = {
    "any_model": True,
    "film": "stub",
    "manners": "mixed",
    "concurrency": 4,
    "credit_usd": 1e6,
}
# The environment's names of the providers' addresses and keys, as the kit's own clients read them.
_VARIABLES = {
    "piapi": ("KIT_PIAPI_URL", ("PIAPI_API_KEY",)),
    "kling": ("KIT_KLING_URL", ("KLING_ACCESS_KEY", "KLING_SECRET_KEY")),
    "fal": ("KIT_FAL_URL", ("FAL_KEY",)),
    "replicate": ("KIT_REPLICATE_URL", ("REPLICATE_API_TOKEN",)),
    "sandbox": ("KIT_SANDBOX_URL", ()),
}


@dataclass(frozen=True)
class JournalView:
    """What happened on the server up to now; see `kit.sandbox_server.journal.Journal` for what each entry has.

    `counts` says how often each kind of thing happened: requests by kind ("submit", "poll", ...), "created", "ended",
    "completed", "failed", "cancelled", "download".
    """

    created: list[dict[str, Any]]
    ended: list[dict[str, Any]]
    downloads: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    counts: dict[str, int]

    @property
    def paid(self) -> list[dict[str, Any]]:
        """The tasks that were charged."""
        return [entry for entry in self.ended if entry["paid"]]

    @property
    def spent_usd(self) -> float:
        """What was charged in all, in play money."""
        return round(sum((float(entry["usd"]) for entry in self.ended), 0.0), 6)

    def created_by_fingerprint(self) -> Counter[str]:
        """How many tasks were created for each request body: more than the takes asked for is a double payment."""
        return Counter(entry["fingerprint"] for entry in self.created)

    def created_by_external_id(self) -> Counter[str]:
        """The same for the ids that a client gave (kling); tasks without one are left out."""
        return Counter(entry["external_id"] for entry in self.created if entry["external_id"])


class SandboxHandle:
    """A running sandbox server. Every call here blocks, and goes by HTTP, whether it is a thread or a process.

    root  its address, "http://127.0.0.1:PORT"
    """

    def __init__(
        self, root: str, admin: str, options: Options, process: subprocess.Popen[bytes] | None = None
    ) -> None:
        self.root, self.options, self.process = root, options, process
        self._admin = admin
        # No proxy of the environment may come between a test and its own machine.
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def url(self, provider: str = "sandbox") -> str:
        """The base URL of a provider's part."""
        if provider not in PROVIDERS:
            raise BadParameter(f"no provider is called {provider!r}; there are: {', '.join(PROVIDERS)}")
        return self.root if provider == "sandbox" else f"{self.root}/{provider}"

    def key(self, provider: str = "sandbox") -> str:
        """The key that a provider's part accepts; for kling "access:secret"."""
        key = self.options.key(provider)
        return f"{key}:{key}" if provider == "kling" and ":" not in key else key

    def environ(self) -> dict[str, str]:
        """Addresses and keys under the names that the kit's clients read from the environment."""
        found = {}
        for provider, (address_name, key_names) in _VARIABLES.items():
            found[address_name] = self.url(provider)
            found.update(zip(key_names, self.key(provider).split(":"), strict=False))
        return found

    def journal(self) -> JournalView:
        """What happened up to now."""
        return JournalView(**self._ask("GET", "journal"))

    def status(self) -> dict[str, Any]:
        """How many tasks there are in each state, and the server's time (`now`)."""
        found: dict[str, Any] = self._ask("GET", "status")
        return found

    def set_faults(self, plan: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
        """Put a fault plan in force, [] for none; counting starts again. Raises BadParameter."""
        rules = plan if isinstance(plan, Mapping) else {"rules": list(plan)}
        read_plan(rules)
        self._ask("PUT", "faults", rules)

    def advance(self, seconds: float) -> None:
        """Move the server's clock, if it was started with `manual_clock`."""
        self._ask("POST", "advance", {"seconds": seconds})

    def reset(self) -> None:
        """Be as if just started: no tasks, files or journal, the first faults, a hand-moved clock at its start."""
        self._ask("POST", "reset", {})

    def wait(self, what: str, count: int = 1, *, timeout: float = 30.0) -> None:
        """Wait until something (see `JournalView.counts`) has happened so often. Raises TimeoutError."""
        try:
            self._ask("GET", "wait?" + urlencode({"what": what, "count": count}), timeout=timeout)
        except (TimeoutError, urllib.error.URLError):
            seen = self.journal().counts.get(what, 0)
            raise TimeoutError(f"{what!r} happened {seen} times in {timeout:g} s, not {count}") from None

    def _ask(self, method: str, what: str, body: Any = None, *, timeout: float = 30.0) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {ADMIN_HEADER: self._admin}
        request = urllib.request.Request(f"{self.root}/_sandbox/{what}", data, headers, method=method)  # noqa: S310
        try:
            with self._open(request, timeout=timeout) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise BadParameter(f"the sandbox refused {what!r}: {error.read().decode().strip()}") from None


@contextlib.contextmanager
def sandbox_server(
    *,
    clock: Clock | None = None,
    film_by: Film | None = None,
    schedule_by: Schedule | None = None,
    price_by: Price | None = None,
    wall: Callable[[], float] | None = None,
    **options: Any,
) -> Iterator[SandboxHandle]:
    """A sandbox server in a thread of this process, on a free port of this machine; it listens when the block begins.

    `options` are those of `kit.sandbox_server.Options` as JSON would have them; the other arguments are what JSON
    cannot say: a clock, a film, a schedule and a price as functions of the job, the time for Kling's tokens.
    Raises BadParameter.
    """
    settled = read_options(_settled(options))
    admin = secrets.token_urlsafe(24)
    given: dict[str, Any] = {} if wall is None else {"wall": wall}
    film_given: dict[str, Any] = {} if film_by is None else {"film": film_by}
    sandbox = Sandbox(
        settled, clock=clock, schedule=schedule_by, price=price_by, admin=admin, **film_given, **given
    )
    listening = listen()
    ready = threading.Event()
    server = RunningServer(sandbox, ready=ready.set)

    def run() -> None:
        try:
            server.run(sockets=[listening])
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="kit-sandbox", daemon=True)
    thread.start()
    try:
        if not ready.wait(START_SECONDS) or not server.started:
            raise RuntimeError("the sandbox server did not start")
        yield SandboxHandle(address(listening), admin, settled)
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
        sandbox.close()


@contextlib.contextmanager
def sandbox_process(**options: Any) -> Iterator[SandboxHandle]:
    """The same in a process of its own, which ends with the block, or with this process, however that ends.

    The handle's `process` is the subprocess. Raises BadParameter.
    """
    settled = read_options(_settled(options))
    process = subprocess.Popen(  # noqa: S603 - this Python, with options as one argument
        [sys.executable, "-m", "kit.sandbox_server", json.dumps(settled.plain())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Ctrl-C in a terminal is for the client; the server stops when its client has.
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the sandbox server did not start; it ended with {process.wait()}")
        ready = json.loads(line)
        yield SandboxHandle(ready["url"], ready["admin"], settled, process)
    finally:
        # The server stops when its standard input ends.
        process.stdin.close()
        try:
            process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def tiny_clip(
    path: Path, *, prompt: str = "a paper boat on a puddle", seconds: float = 0.25, take: int = 1
) -> Path:
    """Write a clip of the sandbox renderer, 96x64 pixels and 8 frames a second, to `path` (.mp4) and return `path`.

    Its bytes are marked as the sandbox's; other prompts and takes give other bytes.
    """
    with tempfile.TemporaryDirectory(prefix="kit-tiny-") as folder:
        out = Path(folder) / "clip.mp4"
        render(prompt, model="sandbox-quick", take=take, out=out, seconds=seconds, width=96, height=64, fps=8)
        path.write_bytes(out.read_bytes())
    return path


def _settled(options: Mapping[str, Any]) -> dict[str, Any]:
    chosen = {**_DEFAULTS, **options}
    if isinstance(chosen.get("faults"), Sequence):
        chosen["faults"] = {"rules": list(chosen["faults"])}
    if isinstance(chosen.get("journal"), Path):
        chosen["journal"] = str(chosen["journal"])
    return chosen
