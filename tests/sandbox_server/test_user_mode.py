"""What the server does for users: the sandbox models, and nothing else."""

import pytest

from kit.cards import Settings, estimate, input_for, load_cards
from kit.sandbox import MODELS
from kit.sandbox_server.jobs import LONGEST, MODES, RATIOS, read_job
from kit.sandbox_server.schedule import usual_price

WHY = "sandbox-quick and sandbox-steady only; it says nothing of real models"
KLING = {
    "piapi": (
        "/api/v1/task",
        {"model": "kling", "task_type": "video_generation", "input": {"prompt": "p", "version": "2.6"}},
    ),
    "sandbox": (
        "/api/v1/task",
        {"model": "kling", "task_type": "video_generation", "input": {"prompt": "p"}},
    ),
    "kling": ("/v1/videos/text2video", {"model_name": "kling-v2-6", "prompt": "p"}),
    "fal": ("/fal-ai/kling-video/v2.6/pro/text-to-video", {"prompt": "p"}),
    "replicate": ("/v1/models/kwaivgi/kling-v2.6/predictions", {"input": {"prompt": "p"}}),
}


def message(provider, response):
    """The words of a refusal, where the provider puts them."""
    answer = response.json()
    if provider in ("fal", "replicate"):
        assert response.status_code == 404
        return answer["detail"]
    assert response.status_code == 400
    assert answer["code"] == (1201 if provider == "kling" else 400)
    return answer["message"]


@pytest.mark.parametrize("provider", KLING)
def test_real_models_are_refused(start, client, provider):
    """Asked for a real model the server says what it is, in the provider's own form, and creates nothing."""
    server = start(any_model=False)
    path, body = KLING[provider]
    assert WHY in message(provider, client(server, provider).post(path, json=body))
    assert server.journal().created == []


@pytest.mark.parametrize("model", MODELS)
def test_the_cards_request_is_filmed(start, client, fetch, model):
    """What the model's own card sends is accepted, costs what the card says, and brings a clip."""
    server = start(any_model=False)
    card = load_cards()[model]
    for mode in MODES:
        settings = Settings(duration=3, mode=mode, aspect_ratio="9:16")
        wire = input_for(card, "sandbox", "a paper boat on a puddle", settings)
        api = client(server, "sandbox")
        made = api.request(wire.method, wire.path, json=wire.body)
        assert made.status_code == 200, made.text
        server.advance(100)
        done = api.get(f"/api/v1/task/{made.json()['data']['task_id']}").json()["data"]
        assert done["status"] == "completed"
        assert done["meta"]["usage"]["consume"] == round(
            estimate(card, "sandbox", settings).usd_low * 10_000_000
        )
        assert done["output"]["truth"]["prompt"] == "a paper boat on a puddle"
        assert b"kit-sandbox" in fetch(done["output"]["video"]).content
    assert server.journal().created[0]["model"] == model


def test_limits_are_the_cards():
    """The server allows the sandbox models what their cards allow."""
    for model in MODELS:
        limits = load_cards()[model].limits
        assert limits.durations.value.longest == LONGEST
        assert tuple(limits.aspect_ratios.value) == RATIOS
        assert set(limits.modes) == set(MODES)


@pytest.mark.parametrize(("provider", "path"), [("fal", "/sandbox/sandbox-quick"), ("replicate", "/v1/models/sandbox/sandbox-quick/predictions"), ("kling", "/v1/videos/text2video")])  # fmt: skip
def test_sandbox_models_by_other_protocols(start, client, provider, path):
    """The sandbox models can be asked for in any of the four protocols."""
    server = start(any_model=False)
    fields = {"prompt": "a boat"}
    body = {"input": fields} if provider == "replicate" else {**fields, "model_name": "sandbox-quick"}
    made = client(server, provider).post(path, json=body)
    assert made.status_code in (200, 201), made.text
    assert [e["model"] for e in server.journal().created] == ["sandbox-quick"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"duration": 11}, "duration"),
        ({"duration": 0}, "duration"),
        ({"duration": "soon"}, "duration"),
        ({"duration": None}, "duration"),
        ({"aspect_ratio": "21:9"}, "aspect_ratio"),
        ({"aspect_ratio": ["16:9"]}, "aspect_ratio"),
        ({"mode": "pro"}, "mode"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": None}, "prompt"),
        ({"prompt": "x" * 2501}, "2501"),
    ],
)
def test_faulty_requests(start, client, change, word):
    """What the renderer could not film is refused before anything is created."""
    server = start(any_model=False)
    body = {
        "model": "sandbox-quick",
        "task_type": "video_generation",
        "input": {"prompt": "a boat", **change},
    }
    refused = client(server, "sandbox").post("/api/v1/task", json=body)
    assert refused.status_code == 400
    assert word in refused.json()["message"]
    assert server.journal().created == []


@pytest.mark.parametrize(
    ("fields", "size", "seconds"),
    [
        ({"duration": 3}, (1280, 720), 3),
        ({"mode": "draft", "aspect_ratio": "9:16"}, (360, 640), 5),
        ({"mode": "draft", "aspect_ratio": "1:1"}, (360, 360), 5),
        ({"mode": "pro"}, (1920, 1080), 5),
        ({"resolution": "480P", "duration": "8s"}, (854, 480), 8),
        ({"resolution": 768, "aspect_ratio": "auto"}, (1366, 768), 5),
        ({"aspect_ratio": "21:9"}, (1680, 720), 5),
    ],
)
def test_sizes_and_lengths(fields, size, seconds):
    """Pixel sizes are even, follow mode and ratio, and stay within what the renderer takes."""
    job = read_job("piapi", "some-model", {"prompt": "p", **fields}, {}, any_model=True)
    assert (job.width, job.height) == size
    assert job.seconds == seconds


def test_shots_are_one_prompt():
    """Prompts and lengths of several shots are put together."""
    shots = [{"prompt": "a dog runs", "duration": 3}, {"prompt": "it stops", "duration": 2}]
    job = read_job("piapi", "kling 3.0", {"multi_shots": shots}, {}, any_model=True)
    assert (job.prompt, job.seconds) == ("a dog runs it stops", 5)
    assert usual_price(job) == 0.5
