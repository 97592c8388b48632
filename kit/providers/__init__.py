"""The gateways that run models, each behind the same few calls. `open_provider` is the way in."""

import os
import time
from collections.abc import Callable, Iterable, Mapping

from kit.cells import one_of
from kit.errors import BadParameter
from kit.providers.addresses import base_url as _base_url
from kit.providers.base import (
    TERMINAL,
    Account,
    BadAnswer,
    Download,
    Provider,
    Status,
    SubmitRefused,
    TaskNotFound,
    TaskRef,
    TaskState,
    Wire,
)
from kit.providers.fal import Fal
from kit.providers.http import Timeouts
from kit.providers.keys import Secret, credential, present
from kit.providers.kling import Kling
from kit.providers.piapi import Piapi
from kit.providers.replicate import Replicate
from kit.providers.scrub import Scrubber, scrub

__all__ = [
    "NAMES",
    "TERMINAL",
    "Account",
    "BadAnswer",
    "Download",
    "Provider",
    "Scrubber",
    "Secret",
    "Status",
    "SubmitRefused",
    "TaskNotFound",
    "TaskRef",
    "TaskState",
    "Timeouts",
    "Wire",
    "open_provider",
    "present",
    "scrub",
]

NAMES = ("piapi", "kling", "fal", "replicate", "sandbox")


def open_provider(
    name: str,
    *,
    key: str | Secret | Iterable[str | Secret] | None = None,
    base_url: str | None = None,
    timeouts: Timeouts | None = None,
    allow_http: bool = False,
    clock: Callable[[], float] = time.time,
    environ: Mapping[str, str] | None = None,
) -> Provider:
    """The provider of that name, to be used as `async with ... as provider`. Nothing is sent yet.

    `key` and `base_url` come from the environment when they are not given (see `kit.providers.keys`; KIT_PIAPI_URL,
    KIT_KLING_URL, KIT_FAL_URL, KIT_REPLICATE_URL, KIT_SANDBOX_URL); a kling key is (access, secret). `clock` gives
    seconds since 1970. Raises BadParameter for an unknown name or a bad address, KeyMissing, KeyRejected.
    """
    try:
        one_of(name, NAMES, "provider")
    except ValueError as bad:
        raise BadParameter(str(bad)) from None
    environ = os.environ if environ is None else environ
    base = _base_url(name, base_url, environ=environ, allow_http=allow_http)
    parts = credential(name, key, environ=environ).parts
    timeouts = timeouts or Timeouts()
    match name:
        case "kling":
            return Kling(name, base, parts, timeouts=timeouts, clock=clock)
        case "fal":
            return Fal(name, base, parts, timeouts=timeouts, clock=clock)
        case "replicate":
            return Replicate(name, base, parts, timeouts=timeouts, clock=clock)
        case _:
            # A PiAPI that was put elsewhere takes its images there too, unless the environment says otherwise.
            elsewhere = name == "sandbox" or base != _base_url("piapi", environ={})
            uploads = base if elsewhere and not environ.get("KIT_PIAPI_UPLOAD_URL") else None
            upload_url = _base_url("piapi uploads", uploads, environ=environ, allow_http=allow_http)
            return Piapi(name, base, parts, timeouts=timeouts, clock=clock, upload_url=upload_url)
