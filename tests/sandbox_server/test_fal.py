"""fal's queue protocol against what its documents show, written out by hand."""

import pytest

ENDPOINT = "/fal-ai/kling-video/v3/standard/text-to-video"
BODY = {
    "prompt": "a boat",
    "duration": "5",
    "aspect_ratio": "16:9",
    "negative_prompt": "",
    "generate_audio": False,
}


def test_create_poll_result_download(start, client, fetch):
    """A request goes from IN_QUEUE to COMPLETED by the addresses that the server gave."""
    server = start(schedule={"*": [2, 90.5]})
    api = client(server, "fal")
    made = api.post(ENDPOINT, json=BODY)
    assert made.status_code == 200
    given = made.json()
    one = f"{server.url('fal')}/fal-ai/kling-video/requests/{given['request_id']}"
    addresses = {
        "request_id": given["request_id"],
        "response_url": one,
        "status_url": f"{one}/status",
        "cancel_url": f"{one}/cancel",
    }
    assert given == {**addresses, "queue_position": 0}

    assert api.get(given["status_url"]).json() == {**addresses, "status": "IN_QUEUE", "queue_position": 0}
    early = api.get(given["response_url"])
    assert (early.status_code, early.json()) == (400, {"detail": "Request is still in progress"})
    server.advance(3)
    assert api.get(given["status_url"], params={"logs": 1}).json() == {
        **addresses,
        "status": "IN_PROGRESS",
        "logs": [],
    }
    server.advance(200)
    done = api.get(given["status_url"]).json()
    assert done == {**addresses, "status": "COMPLETED", "metrics": {"inference_time": 90.5}}

    result = api.get(given["response_url"]).json()
    assert result.pop("truth")["prompt"] == "a boat"
    clip = fetch(result["video"]["url"])
    assert result == {
        "video": {
            "url": result["video"]["url"],
            "content_type": "video/mp4",
            "file_name": result["video"]["file_name"],
            "file_size": len(clip.content),
        }
    }
    assert result["video"]["file_name"].endswith(".mp4")
    assert fetch(result["video"]["url"], range="bytes=4-7").content == b"ftyp"


def test_paths_use_owner_and_alias_only(start, client):
    """The whole endpoint, or another application, does not lead to the request."""
    server = start()
    api = client(server, "fal")
    request_id = api.post(ENDPOINT, json=BODY).json()["request_id"]
    assert api.get(f"/fal-ai/kling-video/requests/{request_id}/status").status_code == 200
    assert api.get(f"{ENDPOINT}/requests/{request_id}/status").status_code == 404
    assert api.get(f"/fal-ai/other/requests/{request_id}/status").status_code == 404


def test_failure_is_completed_with_an_error(start, client):
    """There is no FAILED: the status is COMPLETED, at times with an error, and the result is an error answer."""
    server = start(
        manners="mixed", faults=[{"on": "task", "fault": "refused", "message": "flagged by moderation"}]
    )
    api = client(server, "fal")
    told = []
    for prompt in ("one", "two"):
        given = api.post(ENDPOINT, json={**BODY, "prompt": prompt}).json()
        server.advance(1000)
        status = api.get(given["status_url"]).json()
        assert status["status"] == "COMPLETED"
        told.append((status.get("error"), status.get("error_type")))
        result = api.get(given["response_url"])
        assert (result.status_code, result.json()) == (422, {"detail": "flagged by moderation"})
        assert result.headers["x-fal-error-type"] == "content_policy_violation"
    assert sorted(told, key=str) == [("flagged by moderation", "content_policy_violation"), (None, None)]
    assert server.journal().paid == []


def test_cancel(start, client):
    """Cancelling answers 202, and 400 when it is too late."""
    server = start()
    api = client(server, "fal")
    given = api.post(ENDPOINT, json=BODY).json()
    assert api.put(given["cancel_url"]).status_code == 202
    assert api.put(given["cancel_url"]).status_code == 400
    assert [e["status"] for e in server.journal().ended] == ["cancelled"]


@pytest.mark.parametrize("header", [None, "Bearer sandbox", "Key wrong", "sandbox"])
def test_key(start, client, header):
    """Only `Key` and the right key let one in."""
    server = start()
    headers = {} if header is None else {"authorization": header}
    refused = client(server, "fal", None).post(ENDPOINT, json=BODY, headers=headers)
    assert refused.status_code == 401
    assert isinstance(refused.json()["detail"], str)
    assert server.journal().created == []


def test_wrong_fields(start, client):
    """A wrong type is answered with 422 and the place of the fault."""
    server = start()
    api = client(server, "fal")
    refused = api.post(ENDPOINT, json={**BODY, "duration": 5})
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["loc"] == ["body", "duration"]
    assert api.post("/kling", json=BODY).status_code == 404
    assert server.journal().created == []


def test_queue_position(start, client):
    """Requests over the concurrency wait, and are told how many are before them."""
    server = start(concurrency=1, schedule={"*": [0, 60]})
    api = client(server, "fal")
    given = [api.post(ENDPOINT, json={**BODY, "prompt": str(i)}).json() for i in range(3)]
    assert [g["queue_position"] for g in given] == [0, 0, 1]
    server.advance(60)
    words = [api.get(g["status_url"]).json()["status"] for g in given]
    assert words == ["COMPLETED", "IN_PROGRESS", "IN_QUEUE"]
