"""Servers and raw clients for the tests of the sandbox server; none of them uses the kit's own clients."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from kit.testing import SandboxHandle, sandbox_server

# 2026-03-01T10:00:00Z, where a hand-moved clock starts.
START = 1_772_359_200.0


def _coded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def make_token(
    access: str = "sandbox",
    secret: str = "sandbox",
    *,
    now: float | None = None,
    alg: str = "HS256",
    **claims: Any,
) -> str:
    """A JWT as Kling's documents describe it."""
    now = time.time() if now is None else now
    payload = {"iss": access, "exp": int(now) + 1800, "nbf": int(now) - 5, **claims}
    head, body = (_coded(json.dumps(part).encode()) for part in ({"alg": alg, "typ": "JWT"}, payload))
    return f"{head}.{body}.{_coded(hmac.new(secret.encode(), f'{head}.{body}'.encode(), hashlib.sha256).digest())}"


@pytest.fixture
def token() -> Callable[..., str]:
    """Makes a token for Kling's part."""
    return make_token


class Pool(ExitStack):
    """Servers that are kept for later tests with the same options."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, SandboxHandle] = {}


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """The servers of all tests."""
    with Pool() as servers:
        yield servers


@pytest.fixture
def start(pool: Pool) -> Iterator[Callable[..., SandboxHandle]]:
    """Starts a server with a hand-moved clock and plain manners unless told otherwise, or gives a used one, reset."""
    with ExitStack() as stack:

        def begin(**options: Any) -> SandboxHandle:
            options = {"manual_clock": True, "manners": "plain", **options}
            try:
                name = json.dumps(options, sort_keys=True)
            except TypeError:  # a function among the options
                return stack.enter_context(sandbox_server(**options))
            if name in pool.kept:
                pool.kept[name].reset()
            else:
                pool.kept[name] = pool.enter_context(sandbox_server(**options))
            return pool.kept[name]

        yield begin


@pytest.fixture
def client() -> Iterator[Callable[..., httpx.Client]]:
    """Makes a client of one provider's part, with the key in its headers unless `key=None`."""
    with ExitStack() as stack:

        def make(server: SandboxHandle, provider: str, key: str | None = "sandbox") -> httpx.Client:
            headers = {}
            if key is not None:
                headers = {
                    "kling": {"authorization": f"Bearer {make_token()}"},
                    "fal": {"authorization": f"Key {key}"},
                    "replicate": {"authorization": f"Bearer {key}"},
                }.get(provider, {"x-api-key": key})
            made = httpx.Client(base_url=server.url(provider), headers=headers, timeout=20, trust_env=False)
            return stack.enter_context(made)

        yield make


@pytest.fixture
def fetch() -> Iterator[Callable[..., httpx.Response]]:
    """Gets a file without any key."""
    with httpx.Client(timeout=20, trust_env=False) as plain:

        def get(url: str, **headers: str) -> httpx.Response:
            return plain.get(url, headers={name.replace("_", "-"): value for name, value in headers.items()})

        yield get
