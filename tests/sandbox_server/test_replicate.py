"""Replicate's protocol against what its documents show, written out by hand."""

import pytest

CREATE = "/v1/models/kwaivgi/kling-v3-video/predictions"
INPUT = {
    "prompt": "a boat",
    "duration": 5,
    "aspect_ratio": "16:9",
    "mode": "standard",
    "generate_audio": False,
}


def test_create_poll_result_download(start, client, fetch):
    """A prediction goes from starting to succeeded as in the documents' example."""
    server = start(schedule={"*": [1, 96.4]})
    api = client(server, "replicate")
    made = api.post(CREATE, json={"input": INPUT})
    assert made.status_code == 201
    prediction = made.json()
    one = f"{server.url('replicate')}/v1/predictions/{prediction['id']}"
    pending = {
        "id": prediction["id"],
        "model": "kwaivgi/kling-v3-video",
        "version": "sandbox",
        "input": INPUT,
        "logs": "",
        "output": None,
        "error": None,
        "status": "starting",
        "created_at": "2026-03-01T10:00:00Z",
        "started_at": None,
        "completed_at": None,
        "urls": {"get": one, "cancel": f"{one}/cancel"},
    }
    assert prediction == pending
    server.advance(5)
    assert api.get(one).json() == {**pending, "status": "processing", "started_at": "2026-03-01T10:00:01Z"}
    server.advance(200)
    done = api.get(one).json()
    assert done.pop("truth")["prompt"] == "a boat"
    assert done == {
        **pending,
        "status": "succeeded",
        "output": done["output"],
        "started_at": "2026-03-01T10:00:01Z",
        "completed_at": "2026-03-01T10:01:37.4Z",
        "metrics": {"predict_time": 96.4},
    }
    assert fetch(done["output"], range="bytes=4-7").content == b"ftyp"


def test_failure_and_cancel(start, client):
    """A failed prediction says why; a cancelled one is `canceled`; neither is charged."""
    server = start(faults=[{"on": "task", "task": 1, "fault": "failed", "message": "out of memory"}])
    api = client(server, "replicate")
    first, second = (api.post(CREATE, json={"input": {**INPUT, "prompt": p}}).json() for p in ("one", "two"))
    cancelled = api.post(second["urls"]["cancel"])
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "canceled")
    server.advance(1000)
    failed = api.get(first["urls"]["get"]).json()
    assert (failed["status"], failed["error"], failed["output"]) == ("failed", "out of memory", None)
    assert server.journal().paid == []


@pytest.mark.parametrize("header", [None, "Key sandbox", "Bearer wrong"])
def test_key(start, client, header):
    """Only `Bearer` and the right token let one in."""
    server = start()
    headers = {} if header is None else {"authorization": header}
    refused = client(server, "replicate", None).post(CREATE, json={"input": INPUT}, headers=headers)
    assert (refused.status_code, refused.json()["title"]) == (401, "Unauthenticated")
    assert server.journal().created == []


@pytest.mark.parametrize(
    "given",
    [{}, {"input": []}, {"input": {**INPUT, "duration": "5"}}, {"input": {**INPUT, "multi_prompt": []}}],
)
def test_wrong_fields(start, client, given):
    """A wrong type is answered with 422 and a detail."""
    server = start()
    refused = client(server, "replicate").post(CREATE, json=given)
    assert refused.status_code == 422
    assert "input" in refused.json()["detail"]
    assert server.journal().created == []


def test_no_credit_and_unknown(start, client):
    """No money is 402, an unknown prediction 404, both with a detail."""
    server = start(credit_usd=0)
    api = client(server, "replicate")
    assert api.post(CREATE, json={"input": INPUT}).status_code == 402
    assert api.get("/v1/predictions/nothing").json()["status"] == 404
