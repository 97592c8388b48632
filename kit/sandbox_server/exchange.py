"""One exchange from arrival to answer: journal, faults before, key, handler, faults after."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response

from kit.sandbox_server.broken import Hangup, Silence
from kit.sandbox_server.faults import Event, Rule
from kit.sandbox_server.jobs import Refused
from kit.sandbox_server.protocol import Call, Desk, Protocol, Way

PAGE = (
    "<!doctype html><html><head><title>{0}</title></head><body><h1>{0}</h1><p>sandbox edge</p></body></html>"
)
_SAYS = {
    429: "too many requests",
    500: "internal server error",
    502: "bad gateway",
    503: "service unavailable",
}
_BEFORE_ONLY = ("unknown_word", "expired_link")


async def exchange(desk: Desk, protocol: Protocol, way: Way, request: Request) -> Response:
    """Answer one request of a protocol."""
    path = request.url.path
    entry = desk.journal.arrived(kind=way.kind, provider=protocol.name, method=request.method, path=path)
    try:
        call = Call(way.kind, request, await read_body(request, desk.options.max_body))
    except Refused as refused:
        entry["status"] = refused.status
        return protocol.error(refused)
    except ClientDisconnect:
        entry["status"] = "left"
        return Response(status_code=400)
    rules = desk.faults.strike(_event(desk, protocol, call))
    rule = rules[0] if rules else None
    entry["fault"] = rule.fault if rule else None
    if rule is not None and rule.fault in _BEFORE_ONLY:
        call.word = rule.details.get("word", "warming_up") if rule.fault == "unknown_word" else None
        call.expired = rule.fault == "expired_link"
        rule = None
    if rule is not None and rule.before and rule.fault != "half_json":
        return _noted(entry, spoiled(rule, None, protocol.error))
    try:
        protocol.check_key(call)
        response = await way.handler(call)
    except Refused as refused:
        response = protocol.error(refused)
    return _noted(entry, spoiled(rule, response, protocol.error) if rule else response)


def spoiled(rule: Rule, response: Response | None, error: Callable[[Refused], Response]) -> Response:
    """The answer that a fault puts in the place of `response` (None: there is none yet)."""
    match rule.fault:
        case "status":
            return error(refusal(rule.details))
        case "html":
            status = rule.details.get("status", 502)
            return HTMLResponse(PAGE.format(_SAYS.get(status, "error")), status)
        case "half_json" if response is not None:
            whole = bytes(response.body)
            return Response(whole[: len(whole) // 2], response.status_code, media_type="application/json")
        case "silence":
            return Silence()
        case "reset" | "close":
            return Hangup(reset=rule.fault == "reset")
        case _:
            # `on: any` may meet a download with a fault of other exchanges only; nothing is spoiled then.
            return response if response is not None else error(Refused(502, "bad gateway"))


def refusal(details: Mapping[str, Any]) -> Refused:
    """The refusal that a `status` fault asks for."""
    status = details["status"]
    made = Refused(
        status, details.get("message") or _SAYS.get(status, f"error {status}"), code=details.get("code")
    )
    made.envelope = bool(details.get("envelope"))
    wait = details.get("retry_after")
    made.retry_after = None if wait is None else f"{wait:g}" if isinstance(wait, int | float) else wait
    return made


async def read_body(request: Request, limit: int) -> bytes:
    """The body. Raises Refused (413) if it is longer than `limit`.

    What is too long is read to the end, up to four times the limit, so that the client gets to read the answer.
    """
    if request.method not in ("POST", "PUT", "PATCH"):
        return b""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size <= limit:
            parts.append(part)
        elif size > 4 * limit:
            break
    if size > limit:
        raise Refused(413, f"the body is larger than {limit} bytes", kind="large")
    return b"".join(parts)


def _event(desk: Desk, protocol: Protocol, call: Call) -> Event:
    """What a fault plan may know of this exchange."""
    task_id = call.request.path_params.get("task_id")
    task = desk.table.get(protocol.name, str(task_id)) if task_id else None
    path = call.request.url.path
    if task is not None:
        return Event(call.kind, protocol.name, path, task.job.model, task.job.prompt, task.number)
    prompt = ""
    if call.kind == "submit" and desk.faults.needs_prompt():
        try:
            prompt = str(call.json())
        except Refused:
            prompt = ""
    return Event(call.kind, protocol.name, path, prompt=prompt)


def _noted(entry: dict[str, Any], response: Response) -> Response:
    if isinstance(response, Hangup):
        entry["status"] = "reset" if response.reset else "close"
    else:
        entry["status"] = "silence" if isinstance(response, Silence) else response.status_code
    return response
