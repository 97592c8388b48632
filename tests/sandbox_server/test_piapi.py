"""PiAPI's protocol against what its documents show, written out by hand."""

import base64
import re

import pytest

TASK = "/api/v1/task"
ZERO = "0001-01-01T00:00:00Z"
V3 = {
    "prompt": "a paper boat on a puddle",
    "version": "3.0",
    "mode": "std",
    "duration": 5,
    "enable_audio": False,
}
NO_ERROR = {"code": 0, "raw_message": "", "message": "", "detail": None}


def body(**changes):
    """A create body for Kling 3.0."""
    fields = {**V3, **changes}
    return {
        "model": "kling",
        "task_type": "video_generation",
        "input": fields,
        "config": {"service_mode": "public", "webhook_config": {"endpoint": "", "secret": ""}},
    }


def data_of(response):
    """The data of a successful envelope."""
    assert response.status_code in (200, 201), response.text
    answer = response.json()
    assert (answer["code"], answer["message"]) == (200, "success")
    return answer["data"]


def test_create_poll_result_download(start, client, fetch):
    """A 3.0 task goes from pending to completed as in the documents' example, and its clip comes down in ranges."""
    server = start(schedule={"kling 3.0": [0.5, 110.25]}, price_by=lambda _: 0.5)
    api = client(server, "piapi")

    made = api.post(TASK, json=body())
    data = data_of(made)
    task_id = data.pop("task_id")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", task_id)
    assert data == {
        "model": "kling",
        "task_type": "video_generation",
        "status": "pending",
        "config": {"service_mode": "public", "webhook_config": {"endpoint": "", "secret": ""}},
        "input": V3,
        "output": {"video": ""},
        "meta": {
            "created_at": "2026-03-01T10:00:00Z",
            "started_at": ZERO,
            "ended_at": ZERO,
            "is_using_private_pool": False,
            "usage": {"type": "point", "frozen": 5_000_000, "consume": 0},
        },
        "detail": None,
        "logs": [],
        "error": NO_ERROR,
    }

    server.advance(10)
    running = data_of(api.get(f"{TASK}/{task_id}"))
    assert running["status"] == "processing"
    assert running["meta"]["started_at"] == "2026-03-01T10:00:00.5Z"
    assert running["meta"]["ended_at"] == ZERO

    server.advance(200)
    done = data_of(api.get(f"{TASK}/{task_id}"))
    assert done["status"] == "completed"
    assert done["meta"]["ended_at"] == "2026-03-01T10:01:50.75Z"
    assert done["meta"]["usage"] == {"type": "point", "frozen": 0, "consume": 5_000_000}
    assert done["error"] == NO_ERROR
    assert done["output"]["truth"]["prompt"] == V3["prompt"]

    url = done["output"]["video"]
    whole = fetch(url)
    assert (whole.status_code, whole.headers["content-type"]) == (200, "video/mp4")
    assert b"kit-sandbox" in whole.content
    part = fetch(url, range="bytes=100-199")
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"


def finished(server, api, given):
    """The output of a task that has completed."""
    task_id = data_of(api.post(TASK, json=given))["task_id"]
    server.advance(1000)
    data = data_of(api.get(f"{TASK}/{task_id}"))
    assert data["status"].casefold() == "completed"
    data["output"].pop("truth")
    return data["output"]


def test_classic_shape(start, client, fetch):
    """2.6 and older answer in the classic shape, with milliseconds and a cover."""
    server = start()
    output = finished(server, client(server, "piapi"), body(version="2.6"))
    url = output["video_url"]
    assert output == {
        "type": "m2v_txt2video",
        "status": 99,
        "video_url": url,
        "works": [
            {
                "status": 99,
                "type": "m2v_txt2video",
                "content_type": "video",
                "cover": {"resource": url.replace(".mp4", ".png")},
                "video": {
                    "resource": url,
                    "resource_without_watermark": url,
                    "width": 1280,
                    "height": 720,
                    "duration": 5100,
                },
            }
        ],
    }
    assert fetch(url).headers["content-type"] == "video/mp4"
    cover = fetch(output["works"][0]["cover"]["resource"])
    assert (cover.status_code, cover.headers["content-type"]) == (200, "image/png")


def test_luma_shape(start, client):
    """Luma answers with objects."""
    server = start()
    given = {
        "model": "luma",
        "task_type": "video_generation",
        "input": {"prompt": "a cup", "model_name": "ray-v2", "duration": 5, "aspect_ratio": "9:16"},
    }
    output = finished(server, client(server, "piapi"), given)
    assert set(output) == {"video", "video_raw", "last_frame", "thumbnail"}
    assert (output["video"]["width"], output["video"]["height"]) == (720, 1280)
    assert output["video"]["url"].startswith(server.root)


def test_mixed_manners_show_every_habit(start, client):
    """Over six tasks: both casings, both offsets, 200 and 201, both kinds of usage, three outputs of a pending task."""
    server = start(manners="mixed", concurrency=None)
    api = client(server, "piapi")
    made = [api.post(TASK, json=body(version="2.6", prompt=f"boat {i}")) for i in range(6)]
    data = [data_of(m) for m in made]
    assert {m.status_code for m in made} == {200, 201}
    assert {d["status"] for d in data} == {"pending", "Pending"}
    assert {d["meta"]["created_at"] for d in data} == {"2026-03-01T10:00:00Z", "2026-03-01T18:00:00+08:00"}
    outputs = [d["output"] for d in data]
    assert None in outputs
    assert {"video": ""} in outputs
    assert {"type": "", "status": 0, "works": None} in outputs
    assert {d["meta"]["usage"]["type"] for d in data} == {"point", "llm"}
    for one in data:
        usage = one["meta"]["usage"]
        # llm: charged at once; point: set aside until the end.
        assert (usage["consume"] > 0, usage["frozen"] > 0) == (
            (True, False) if usage["type"] == "llm" else (False, True)
        )
    server.advance(1000)
    done = [data_of(api.get(f"{TASK}/{d['task_id']}")) for d in data]
    assert {d["status"] for d in done} == {"completed", "Completed"}
    assert {"video_url" in d["output"] for d in done} == {True, False}
    assert all(d["meta"]["usage"] == {**d["meta"]["usage"], "frozen": 0, "consume": 5_000_000} for d in done)
    assert any("version" not in d["input"] for d in done)


def test_nine_digit_fractions(start, client):
    """Times have up to nine digits of a second, as Go writes them."""
    server = start()
    server.advance(0.108326563)
    data = data_of(client(server, "piapi").post(TASK, json=body()))
    # A float of seconds since 1970 is good to about a quarter of a microsecond.
    found = re.fullmatch(r"2026-03-01T10:00:00\.1083265?[0-9]{1,3}Z", data["meta"]["created_at"])
    assert found, data["meta"]["created_at"]


@pytest.mark.parametrize("key", [None, "wrong", ""])
def test_key(start, client, key):
    """Without the right key nothing is told and nothing is made."""
    server = start()
    api = client(server, "piapi", key)
    for response in (api.post(TASK, json=body()), api.get("/account/info"), api.get(f"{TASK}/x")):
        assert response.status_code == 401
        assert response.json()["code"] == 401
        assert response.json()["data"] is None
    assert server.journal().created == []


def test_unknown_task(start, client):
    """A task that is not there is a 404 in the envelope."""
    response = client(start(), "piapi").get(f"{TASK}/1f0c2c1e-0000-4000-8000-000000000001")
    assert (response.status_code, response.json()["code"]) == (404, 404)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"cfg_scale": "0.5"}, "cannot unmarshal string"),
        ({"duration": "5"}, "cannot unmarshal string"),
        ({"enable_audio": "true"}, "cannot unmarshal string"),
        ({"version": 2.6}, "cannot unmarshal number"),
        ({"prompt": "  "}, "prompt is empty"),
        ({"prompt": "x" * 2501}, "2501 characters"),
        ({"image_url": "data:image/png;base64," + "A" * 1_100_000}, "task input too large"),
    ],
)
def test_refused_bodies(start, client, change, word):
    """Wrong types, an empty or too long prompt and an inlined image are refused; nothing is created."""
    server = start()
    response = client(server, "piapi").post(TASK, json=body(**change))
    assert (response.status_code, response.json()["code"]) == (400, 400)
    assert word in response.json()["message"]
    assert server.journal().created == []


def test_cancel_only_while_pending(start, client):
    """A pending task can be cancelled and costs nothing; one that is processing cannot."""
    server = start(concurrency=1)
    api = client(server, "piapi")
    first, second = (data_of(api.post(TASK, json=body(prompt=p)))["task_id"] for p in ("one", "two"))
    server.advance(1)
    assert data_of(api.delete(f"{TASK}/{second}"))["status"] == "cancelled"
    late = api.delete(f"{TASK}/{first}")
    assert (late.status_code, late.json()["code"]) == (400, 400)
    server.advance(1000)
    ended = {e["task"]: e for e in server.journal().ended}
    assert (ended[second]["status"], ended[second]["paid"]) == ("cancelled", False)
    assert (ended[first]["status"], ended[first]["paid"]) == ("completed", True)


def test_cancel_many(start, client):
    """Many tasks are cancelled by age and model."""
    server = start(concurrency=1)
    api = client(server, "piapi")
    for prompt in ("one", "two", "three"):
        api.post(TASK, json=body(prompt=prompt))
    server.advance(1)
    assert data_of(api.delete("/api/v1/tasks", params={"created_before": 1, "model": "kling"})) == {
        "cancelled": 0
    }
    assert data_of(
        api.delete("/api/v1/tasks", params={"created_before": 1_772_359_300, "model": "luma"})
    ) == {"cancelled": 0}
    assert data_of(
        api.delete("/api/v1/tasks", params={"created_before": 1_772_359_300, "model": "kling"})
    ) == {"cancelled": 2}


def test_account(start, client):
    """The account tells plan, concurrency and money; what is set aside is not there to be spent."""
    server = start(concurrency=3, credit_usd=12.5, price_by=lambda _: 0.5)
    api = client(server, "piapi")
    api.post(TASK, json=body())
    info = data_of(api.get("/account/info"))
    assert (info["max_concurrent_task_count"], info["equivalent_in_usd"]) == (3, 12.0)
    assert info["credit_pack_info"] == {
        "available_credits": 120_000_000,
        "used_credits": 0,
        "total_credits": 125_000_000,
        "frozen_credits": 5_000_000,
        "expired_credits": 0,
    }
    active = data_of(api.get("/account/active_tasks"))["kling"]
    assert (active["staged_count"], active["pending_count"], active["processing_count"]) == (0, 1, 0)
    server.advance(1000)
    assert data_of(api.get("/account/active_tasks")) == {}
    info = data_of(api.get("/account/info"))
    assert (info["credit_pack_info"]["used_credits"], info["credit_pack_info"]["frozen_credits"]) == (
        5_000_000,
        0,
    )


def test_no_credit(start, client):
    """A task that the account cannot pay for is refused with 402."""
    server = start(credit_usd=0.7, price_by=lambda _: 0.5)
    api = client(server, "piapi")
    assert api.post(TASK, json=body()).status_code == 200
    broke = api.post(TASK, json=body(prompt="another"))
    assert (broke.status_code, broke.json()["code"]) == (402, 402)
    assert "insufficient" in broke.json()["message"]
    assert len(server.journal().created) == 1


def test_upload(start, client, fetch):
    """An uploaded image comes back as a link that can be fetched."""
    server = start()
    api = client(server, "piapi")
    content = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    given = {"file_name": "start.png", "file_data": base64.b64encode(content).decode()}
    url = data_of(api.post("/api/ephemeral_resource", json=given))["url"]
    got = fetch(url)
    assert (got.status_code, got.headers["content-type"], got.content) == (200, "image/png", content)
    for wrong in (
        {"file_name": "a.png"},
        {**given, "file_data": "§"},
        {**given, "file_name": "../../etc/passwd"},
    ):
        assert api.post("/api/ephemeral_resource", json=wrong).status_code == 400


def test_the_root_speaks_it_too(start, client):
    """The provider `sandbox` is the same protocol without a prefix, with an account of its own."""
    server = start()
    data_of(client(server, "sandbox").post(TASK, json=body()))
    assert data_of(client(server, "piapi").get("/account/active_tasks")) == {}
    assert list(data_of(client(server, "sandbox").get("/account/active_tasks"))) == ["kling"]


def test_unknown_path(start, client):
    """A path that nobody answers is an error in the provider's own form."""
    server = start()
    for provider in ("piapi", "sandbox"):
        response = client(server, provider).get("/v1/nothing")
        assert (response.status_code, response.json()["code"]) == (404, 404)
