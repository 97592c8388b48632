"""The file host: clips and uploads by signed link, in ranges, with the faults of a download."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse

from kit.sandbox_server.broken import Raw
from kit.sandbox_server.clock import Clock
from kit.sandbox_server.exchange import PAGE, spoiled
from kit.sandbox_server.faults import Event, Rule
from kit.sandbox_server.files import Stored, read_range
from kit.sandbox_server.jobs import Refused
from kit.sandbox_server.protocol import Desk

# A grey pixel: what stands behind the still pictures of some result shapes.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c6368000000820081"
    "77cd72b60000000049454e44ae426082"
)
_NO_FILE = ("status", "html", "silence", "reset", "close")
CARRIES_KEY = ("authorization", "x-api-key", "cookie")


async def download(desk: Desk, request: Request) -> Response:
    """GET or HEAD /files/{name}."""
    name = str(request.path_params["name"])
    clip = f"{name[:-4]}.mp4" if name.endswith(".png") and desk.files.get(name) is None else name
    stored = desk.files.get(clip)
    provider = stored.provider if stored else ""
    entry = desk.journal.arrived(
        kind="download", provider=provider, method=request.method, path=request.url.path
    )
    task = desk.table.get(provider, stored.task) if stored and stored.task else None
    event = Event("download", provider, request.url.path)
    if task is not None:
        event = Event("download", provider, request.url.path, task.job.model, task.job.prompt, task.number)
    rule = next(iter(desk.faults.strike(event)), None)
    entry["fault"] = rule.fault if rule else None
    response, sent = await _answer(desk, request, stored, clip, rule, still=clip != name)
    entry["status"] = response.status_code if response.status_code != 599 else (rule.fault if rule else None)
    desk.journal.note(
        "download",
        task=stored.task if stored else "",
        provider=provider,
        status=entry["status"],
        bytes=sent,
        range=request.headers.get("range"),
        carried_key=any(header in request.headers for header in CARRIES_KEY),
        fault=entry["fault"],
    )
    return response


async def _answer(
    desk: Desk, request: Request, stored: Stored | None, name: str, rule: Rule | None, *, still: bool
) -> tuple[Response, int]:
    """The answer and how many bytes of content it has."""
    if rule is not None and rule.fault in _NO_FILE:
        return spoiled(rule, None, _plain_error), 0
    query = request.query_params
    if stored is None:
        return PlainTextResponse("no such file\n", 404), 0
    if not desk.files.allows(name, query.get("expires", ""), query.get("signature", "")):
        return PlainTextResponse("this link has expired or is not genuine\n", 403), 0
    data = PIXEL if still else await to_thread.run_sync(stored.read)
    headers = {
        "content-type": "image/png" if still else stored.content_type,
        "accept-ranges": "bytes",
        "etag": f'"{hashlib.sha256(data).hexdigest()[:32]}"',
        "cache-control": "private",
        "x-content-type-options": "nosniff",
    }
    data = _replaced(rule, data, headers)
    status, data = _ranged(request, data, headers, ignore=rule is not None and rule.fault == "no_range")
    headers["content-length"] = str(len(data))
    return _sent(desk, rule, status, headers, data)


def _replaced(rule: Rule | None, data: bytes, headers: dict[str, str]) -> bytes:
    """The content, as a fault would have it."""
    match rule:
        case Rule(fault="truncated", details=details):
            return data[: int(len(data) * details.get("part", 0.5))]
        case Rule(fault="empty"):
            return b""
        case Rule(fault="wrong_type", details=details):
            headers["content-type"] = details.get("content_type", "text/html")
            return PAGE.format("sign in").encode()
        case _:
            return data


def _sent(
    desk: Desk, rule: Rule | None, status: int, headers: dict[str, str], data: bytes
) -> tuple[Response, int]:
    """The answer, sent as a fault would have it."""
    match rule:
        case Rule(fault="cut", details=details):
            part = data[: int(len(data) * details.get("part", 0.5))]
            return Raw(status, headers, part, reset=bool(details.get("reset"))), len(part)
        case Rule(fault="wrong_length", details=details):
            headers["content-length"] = str(max(0, len(data) + details.get("by", 100)))
            return Raw(status, headers, data), len(data)
        case Rule(fault="slow_link", details=details):
            return _slow(desk.clock, data, status, headers, details), len(data)
        case _:
            return Response(data, status, headers=headers), len(data)


def _ranged(request: Request, data: bytes, headers: dict[str, str], *, ignore: bool) -> tuple[int, bytes]:
    """Status and content for the Range header, if there is one and the file is still the one that the client knows."""
    asked = request.headers.get("range")
    known = request.headers.get("if-range")
    if ignore or asked is None or (known is not None and known != headers["etag"]):
        return 200, data
    try:
        span = read_range(asked, len(data))
    except ValueError:
        headers["content-range"] = f"bytes */{len(data)}"
        return 416, b""
    if span is None:
        return 200, data
    headers["content-range"] = f"bytes {span.first}-{span.stop - 1}/{len(data)}"
    return 206, data[span.first : span.stop]


def _slow(clock: Clock, data: bytes, status: int, headers: dict[str, str], details: Any) -> StreamingResponse:
    chunk, pause = details.get("chunk", 1024), details.get("pause", 1.0)

    async def drip() -> AsyncIterator[bytes]:
        for start in range(0, len(data), chunk):
            if start:
                await clock.sleep(pause)
            yield data[start : start + chunk]

    return StreamingResponse(drip(), status, headers=headers)


def _plain_error(refused: Refused) -> Response:
    headers = {} if refused.retry_after is None else {"retry-after": refused.retry_after}
    if refused.status == 403:
        page = "<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
        return Response(page, 403, media_type="application/xml", headers=headers)
    return HTMLResponse(PAGE.format(refused.message), refused.status, headers=headers)
