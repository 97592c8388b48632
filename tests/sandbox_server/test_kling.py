"""Kling's own protocol against what its documents show, written out by hand."""

import pytest

T2V = "/v1/videos/text2video"
BODY = {
    "model_name": "kling-v3",
    "prompt": "a paper boat on a puddle",
    "mode": "std",
    "duration": "5",
    "aspect_ratio": "16:9",
    "sound": "off",
    "external_task_id": "run7-p3-v3",
}
# {"iss":"ak","exp":1772361000,"nbf":1772359195}, signed with "sk" by OpenSSL.
SIGNED = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    "eyJpc3MiOiJhayIsImV4cCI6MTc3MjM2MTAwMCwibmJmIjoxNzcyMzU5MTk1fQ."
    "oB7vF2q4N1Z0sRHh4u6Fdr-54Ih4mE9cfKSpycOSKVc"
)
UNSIGNED = (
    "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJpc3MiOiJhayIsImV4cCI6MTc3MjM2MTAwMCwibmJmIjoxNzcyMzU5MTk1fQ."
)


def data_of(response):
    """The data of a successful envelope."""
    answer = response.json()
    assert (response.status_code, answer["code"], answer["message"]) == (200, 0, "SUCCEED"), response.text
    assert answer["request_id"]
    return answer["data"]


def refusal(response):
    """HTTP status and code of an error."""
    return response.status_code, response.json()["code"]


def test_create_poll_result_download(start, client, fetch):
    """A task goes from submitted to succeed as in the documents' example."""
    server = start(schedule={"kling-v3": [1, 113]}, price_by=lambda _: 0.42)
    api = client(server, "kling")
    made = data_of(api.post(T2V, json=BODY))
    task_id = made.pop("task_id")
    assert task_id.isdigit()
    assert made == {
        "task_status": "submitted",
        "task_status_msg": "",
        "task_info": {"external_task_id": "run7-p3-v3"},
        "created_at": 1772359200000,
        "updated_at": 1772359200000,
    }
    server.advance(2)
    assert data_of(api.get(f"{T2V}/{task_id}"))["task_status"] == "processing"
    server.advance(200)
    done = data_of(api.get(f"{T2V}/{task_id}"))
    video = done["task_result"]["videos"][0]
    assert video.pop("truth")["prompt"] == BODY["prompt"]
    url = video.pop("url")
    assert done == {
        "task_id": task_id,
        "task_status": "succeed",
        "task_status_msg": "",
        "task_info": {"external_task_id": "run7-p3-v3"},
        "task_result": {"videos": [{"id": f"v-{task_id}", "duration": "5.1"}]},
        "final_unit_deduction": "3",
        "created_at": 1772359200000,
        "updated_at": 1772359314000,
    }
    part = fetch(url, range="bytes=4-7")
    assert (part.status_code, part.content) == (206, b"ftyp")


def test_external_task_id(start, client):
    """A task is found by the client's own id, in the list too, and the id can be used once only."""
    server = start()
    api = client(server, "kling")
    task_id = data_of(api.post(T2V, json=BODY))["task_id"]
    assert data_of(api.get(f"{T2V}/run7-p3-v3"))["task_id"] == task_id
    assert refusal(api.post(T2V, json=BODY)) == (400, 1201)
    assert refusal(api.get(f"{T2V}/run7-p3-v4")) == (404, 1203)
    assert refusal(api.get(f"/v1/videos/omni-video/{task_id}")) == (404, 1203)
    other = data_of(api.post(T2V, json={**BODY, "external_task_id": "b"}))["task_id"]
    assert [t["task_id"] for t in data_of(api.get(T2V, params={"pageNum": 1, "pageSize": 500}))] == [
        other,
        task_id,
    ]
    assert [t["task_id"] for t in data_of(api.get(T2V, params={"pageNum": 2, "pageSize": 1}))] == [task_id]
    assert data_of(api.get("/v1/videos/image2video", params={"pageNum": 1, "pageSize": 30})) == []
    assert refusal(api.get(T2V, params={"pageNum": 1, "pageSize": 501}))[0] == 400
    assert server.journal().created_by_external_id() == {"run7-p3-v3": 1, "b": 1}


@pytest.mark.parametrize(
    ("header", "now", "answer"),
    [
        (f"Bearer {SIGNED}", 1772359200, (404, 1203)),
        (f"Bearer {SIGNED}", 1772359195, (404, 1203)),
        (f"Bearer {SIGNED}", 1772359194, (401, 1003)),
        (f"Bearer {SIGNED}", 1772360999, (404, 1203)),
        (f"Bearer {SIGNED}", 1772361000, (401, 1004)),
        (f"Bearer {SIGNED[:-1]}d", 1772359200, (401, 1000)),
        (f"Bearer {UNSIGNED}", 1772359200, (401, 1002)),
        ("Bearer sk", 1772359200, (401, 1002)),
        ("Bearer a.b.c", 1772359200, (401, 1002)),
        (f"Key {SIGNED}", 1772359200, (401, 1001)),
        ("", 1772359200, (401, 1001)),
    ],
)
def test_tokens(start, client, header, now, answer):
    """A token signed elsewhere is accepted while it is valid, and each fault has its own code."""
    server = start(keys={"kling": "ak:sk"}, wall=lambda: float(now))
    api = client(server, "kling", None)
    headers = {"authorization": header} if header else {}
    assert refusal(api.get(f"{T2V}/nothing", headers=headers)) == answer


def test_wrong_access_key_and_claims(start, client, token):
    """The issuer must be the access key, and the times must be numbers."""
    server = start(keys={"kling": "ak:sk"})
    api = client(server, "kling", None)

    def ask(**claims):
        return refusal(
            api.get(f"{T2V}/x", headers={"authorization": f"Bearer {token('ak', 'sk', **claims)}"})
        )

    assert ask() == (404, 1203)
    assert ask(iss="someone") == (401, 1000)
    assert ask(exp="tomorrow") == (401, 1002)
    assert ask(alg="HS512") == (401, 1002)


@pytest.mark.parametrize(
    "change",
    [
        {"duration": 5},
        {"sound": True},
        {"mode": "fast"},
        {"aspect_ratio": "4:3"},
        {"model_name": 3},
        {"multi_prompt": "[]"},
        {"cfg_scale": "0.5"},
    ],
)
def test_wrong_fields(start, client, change):
    """Fields of another provider's type are refused with 1201, and nothing is created."""
    server = start()
    assert refusal(client(server, "kling").post(T2V, json={**BODY, **change})) == (400, 1201)
    assert server.journal().created == []


def test_over_the_concurrency(start, client):
    """More tasks than the pack allows are refused with 429 and 1303, counted from submitted to end."""
    server = start(concurrency=2)
    api = client(server, "kling")

    def create(name):
        return api.post(T2V, json={**BODY, "external_task_id": name})

    data_of(create("a"))
    data_of(create("b"))
    assert refusal(create("c")) == (429, 1303)
    server.advance(1000)
    data_of(create("c"))
    assert len(server.journal().created) == 3


def test_arrears_and_costs(start, client):
    """An account without money answers 429 and 1101; the costs tell what is left in units."""
    server = start(credit_usd=0.5, price_by=lambda _: 0.42)
    api = client(server, "kling")
    data_of(api.post(T2V, json=BODY))
    assert refusal(api.post(T2V, json={**BODY, "external_task_id": "b"})) == (429, 1101)
    costs = data_of(api.get("/account/costs", params={"start_time": 1, "end_time": 2}))
    (pack,) = costs["resource_pack_subscribe_infos"]
    assert pack["remaining_quantity"] == 0.57
    assert refusal(api.get("/account/costs"))[0] == 400


def test_late_refusal(start, client):
    """A task that moderation stops in the end is failed, says why, and is not charged."""
    server = start(faults=[{"on": "task", "fault": "refused", "message": "risk control"}])
    api = client(server, "kling")
    task_id = data_of(api.post(T2V, json=BODY))["task_id"]
    server.advance(1000)
    done = data_of(api.get(f"{T2V}/{task_id}"))
    assert (done["task_status"], done["task_status_msg"], done["final_unit_deduction"]) == (
        "failed",
        "risk control",
        "0",
    )
    assert "task_result" not in done
    assert server.journal().paid == []
