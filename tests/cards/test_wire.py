"""What is sent to each provider, written out by hand from the providers' documents."""

import json

import pytest

from kit.cards import Settings, Shot, input_for, load_cards
from kit.errors import BadParameter

CARDS = load_cards()
PIAPI = {"config": {"service_mode": "public"}}
TWO_SHOTS = (Shot("a dog runs on a beach", 3), Shot("it stops before a cat", 2))
URL = "https://files.example/first.png"
LAST = "https://files.example/last.png"


def sent(model, provider, prompt="a paper boat on a puddle", images=None, **settings):
    return input_for(CARDS[model], provider, prompt, Settings(**settings), images)


def exact(body):
    """JSON text, so that 5 and "5", and 1 and true, are not the same."""
    return json.dumps(body, sort_keys=True)


def test_kling_26_through_piapi():
    """The 2.6 body of the product page: duration a number, audio said explicitly, the version always sent."""
    request = sent("kling-2.6", "piapi", "close-up of a ceramic cup, steam rising")
    assert (request.method, request.path) == ("POST", "/api/v1/task")
    assert exact(request.body) == exact(
        {
            "model": "kling",
            "task_type": "video_generation",
            "input": {
                "prompt": "close-up of a ceramic cup, steam rising",
                "version": "2.6",
                "mode": "std",
                "duration": 5,
                "aspect_ratio": "16:9",
                "enable_audio": False,
            },
            **PIAPI,
        }
    )


def test_kling_30_single_shot_through_piapi():
    """The 3.0 body of the docs: prefer_multi_shots is false for a single shot."""
    assert exact(sent("kling-3.0", "piapi").body) == exact(
        {
            "model": "kling",
            "task_type": "video_generation",
            "input": {
                "prompt": "a paper boat on a puddle",
                "version": "3.0",
                "mode": "std",
                "duration": 5,
                "aspect_ratio": "16:9",
                "enable_audio": False,
                "prefer_multi_shots": False,
            },
            **PIAPI,
        }
    )


def test_kling_30_multi_shot_through_piapi():
    """With shots the prompt and the duration, which would be ignored, are not sent."""
    request = sent("kling-3.0", "piapi", "", mode="pro", audio=True, shots=TWO_SHOTS)
    assert exact(request.body) == exact(
        {
            "model": "kling",
            "task_type": "video_generation",
            "input": {
                "version": "3.0",
                "mode": "pro",
                "aspect_ratio": "16:9",
                "enable_audio": True,
                "multi_shots": [
                    {"prompt": "a dog runs on a beach", "duration": 3},
                    {"prompt": "it stops before a cat", "duration": 2},
                ],
            },
            **PIAPI,
        }
    )


@pytest.mark.parametrize("model", ["kling-3.0", "kling-3.0-omni", "kling-4.0"])
def test_no_negative_prompt_where_piapi_has_no_field_for_it(model):
    """Newer models never get a negative prompt or cfg_scale: the request is refused rather than quietly changed."""
    body = sent(model, "piapi").body["input"]
    assert "negative_prompt" not in body
    assert "cfg_scale" not in body
    with pytest.raises(BadParameter, match="negative_prompt"):
        sent(model, "piapi", negative_prompt="blur")


def test_negative_prompt_of_26_only_when_asked_for():
    """Classic versions take one; nothing is sent for an empty one."""
    assert (
        sent("kling-2.6", "piapi", negative_prompt="text, logo").body["input"]["negative_prompt"]
        == "text, logo"
    )
    assert "negative_prompt" not in sent("kling-2.6", "piapi").body["input"]


def test_frames_through_piapi():
    """Start and end frame go in as addresses; the ratio, which is for text only, stays out."""
    body = sent("kling-2.6", "piapi", mode="pro", start_frame=URL, end_frame=LAST).body["input"]
    assert (body["image_url"], body["image_tail_url"]) == (URL, LAST)
    assert "aspect_ratio" not in body


def test_local_image_is_what_was_uploaded():
    """A local file enters as the address that the caller got for it; its path is never sent."""
    body = sent("kling-2.6", "piapi", images={"start_frame": URL}, start_frame="/home/me/dog.png").body
    assert body["input"]["image_url"] == URL
    assert "/home/me" not in json.dumps(body)
    with pytest.raises(BadParameter, match="start_frame: the image has not been uploaded"):
        sent("kling-2.6", "piapi", start_frame="dog.png")
    with pytest.raises(BadParameter, match="goes in as base64; the card allows: url"):
        sent("kling-2.6", "piapi", images={"start_frame": "iVBORw0KGgo="}, start_frame="dog.png")


def test_classic_versions_and_elements_through_piapi():
    """1.6 takes elements as a list of maps; 2.1 master is a version of its own, in mode pro."""
    body = sent("kling-1.6", "piapi", elements=(URL, LAST)).body["input"]
    assert body["elements"] == [{"image_url": URL}, {"image_url": LAST}]
    assert body["version"] == "1.6"
    master = sent("kling-2.1-master", "piapi").body["input"]
    assert (master["version"], master["mode"]) == ("2.1-master", "pro")


def test_omni_and_o1_through_piapi():
    """Omni has a task type of its own, a resolution instead of a mode, and a list of images."""
    request = sent("kling-3.0-omni", "piapi", "@image_1 turns", mode="pro", elements=(URL,))
    assert exact(request.body) == exact(
        {
            "model": "kling",
            "task_type": "omni_video_generation",
            "input": {
                "prompt": "@image_1 turns",
                "version": "3.0",
                "resolution": "1080p",
                "duration": 5,
                "aspect_ratio": "16:9",
                "enable_audio": False,
                "images": [URL],
            },
            **PIAPI,
        }
    )
    o1 = sent("kling-o1", "piapi").body
    assert (o1["task_type"], o1["input"]["version"], o1["input"]["resolution"]) == (
        "omni_video_generation",
        "o1",
        "720p",
    )


def test_kling_40_through_piapi():
    """The quickstart's body: another task type, service_mode public, a duration from 3 to 30."""
    request = sent("kling-4.0", "piapi", "slow orbit around a blue bottle", duration=3)
    assert exact(request.body) == exact(
        {
            "model": "kling",
            "task_type": "text_to_video",
            "input": {
                "prompt": "slow orbit around a blue bottle",
                "version": "4.0",
                "mode": "std",
                "duration": 3,
                "aspect_ratio": "16:9",
            },
            "config": {"service_mode": "public"},
        }
    )
    assert sent("kling-4.0-flash", "piapi").body["input"]["version"] == "4.0-flash"


def test_turbo_through_piapi():
    """2.5 turbo is a model of its own."""
    body = sent("kling-2.5-turbo", "piapi").body
    assert body["model"] == "kling-turbo"
    assert body["input"]["version"] == "2.5-turbo"


def test_kling_26_through_kling():
    """A flat body; duration is a string, sound is on or off."""
    request = sent("kling-2.6", "kling", duration=10, mode="pro", audio=True)
    assert request.path == "/v1/videos/text2video"
    assert exact(request.body) == exact(
        {
            "model_name": "kling-v2-6",
            "prompt": "a paper boat on a puddle",
            "mode": "pro",
            "duration": "10",
            "aspect_ratio": "16:9",
            "sound": "on",
        }
    )


def test_kling_30_multi_shot_through_kling():
    """Customised shots: numbered from 1, lengths as strings, their sum as the duration."""
    request = sent("kling-3.0", "kling", "", shots=TWO_SHOTS)
    assert exact(request.body) == exact(
        {
            "model_name": "kling-v3",
            "mode": "std",
            "duration": "5",
            "aspect_ratio": "16:9",
            "sound": "off",
            "multi_shot": True,
            "shot_type": "customize",
            "multi_prompt": [
                {"index": 1, "prompt": "a dog runs on a beach", "duration": "3"},
                {"index": 2, "prompt": "it stops before a cat", "duration": "2"},
            ],
        }
    )
    assert sent("kling-3.0", "kling").body["multi_shot"] is False


def test_images_through_kling():
    """A start frame changes the path; local files go in as bare base64; elements by their id."""
    request = sent(
        "kling-3.0",
        "kling",
        images={"start_frame": "iVBORw0KGgo="},
        start_frame="dog.png",
        end_frame=LAST,
        elements=("8123",),
    )
    assert request.path == "/v1/videos/image2video"
    assert request.body["image"] == "iVBORw0KGgo="
    assert request.body["image_tail"] == LAST
    assert request.body["element_list"] == [{"element_id": "8123"}]
    assert "aspect_ratio" not in request.body
    with pytest.raises(BadParameter, match="goes in as data_uri"):
        sent(
            "kling-3.0", "kling", images={"start_frame": "data:image/png;base64,iVBO"}, start_frame="dog.png"
        )


def test_omni_video_through_kling():
    """Frames are a list of typed images, in order."""
    request = sent("kling-3.0-omni", "kling", start_frame=URL, end_frame=LAST)
    assert request.path == "/v1/videos/omni-video"
    assert request.body["model_name"] == "kling-v3-omni"
    assert request.body["image_list"] == [
        {"image_url": URL, "type": "first_frame"},
        {"image_url": LAST, "type": "end_frame"},
    ]


def test_kling_26_through_fal():
    """The tier is in the path; fal's own audio and negative prompt are switched off."""
    request = sent("kling-2.6", "fal")
    assert request.path == "/fal-ai/kling-video/v2.6/pro/text-to-video"
    assert exact(request.body) == exact(
        {
            "prompt": "a paper boat on a puddle",
            "duration": "5",
            "aspect_ratio": "16:9",
            "generate_audio": False,
            "negative_prompt": "",
        }
    )
    with pytest.raises(BadParameter, match="mode: 'std' is not allowed"):
        sent("kling-2.6", "fal", mode="std")


def test_kling_30_through_fal():
    """Standard and pro, text and image are four endpoints; prompt and multi_prompt exclude one another."""
    text = sent("kling-3.0", "fal", duration=15)
    assert text.path == "/fal-ai/kling-video/v3/standard/text-to-video"
    assert text.body["duration"] == "15"
    image = sent("kling-3.0", "fal", mode="pro", start_frame=URL, end_frame=LAST, elements=(URL,))
    assert image.path == "/fal-ai/kling-video/v3/pro/image-to-video"
    assert image.body["start_image_url"] == URL
    assert image.body["end_image_url"] == LAST
    assert image.body["elements"] == [{"frontal_image_url": URL}]
    shots = sent("kling-3.0", "fal", "not sent", shots=TWO_SHOTS).body
    assert "prompt" not in shots
    assert shots["shot_type"] == "customize"
    assert len(shots["multi_prompt"]) == 2


def test_kling_26_through_replicate():
    """Fields stand in input; no mode is sent, since the model page has none."""
    request = sent("kling-2.6", "replicate", duration=10, start_frame=URL)
    assert request.path == "/v1/models/kwaivgi/kling-v2.6/predictions"
    assert exact(request.body) == exact(
        {
            "input": {
                "prompt": "a paper boat on a puddle",
                "duration": 10,
                "aspect_ratio": "16:9",
                "generate_audio": False,
                "start_image": URL,
            }
        }
    )


def test_kling_30_through_replicate():
    """Replicate's own words for the tiers, duration a number, the shots a JSON text in a string."""
    request = sent("kling-3.0", "replicate", mode="pro", duration=7)
    assert request.path == "/v1/models/kwaivgi/kling-v3-video/predictions"
    assert exact(request.body) == exact(
        {
            "input": {
                "prompt": "a paper boat on a puddle",
                "duration": 7,
                "aspect_ratio": "16:9",
                "mode": "pro",
                "generate_audio": False,
            }
        }
    )
    assert sent("kling-3.0", "replicate").body["input"]["mode"] == "standard"
    shots = sent("kling-3.0", "replicate", shots=TWO_SHOTS).body["input"]["multi_prompt"]
    assert isinstance(shots, str)
    assert [shot["prompt"] for shot in json.loads(shots)] == [
        "a dog runs on a beach",
        "it stops before a cat",
    ]


@pytest.mark.parametrize(
    ("model", "settings", "expected"),
    [
        (
            "luma-ray-2",
            {"duration": 10, "start_frame": URL},
            {
                "model": "luma",
                "task_type": "video_generation",
                "input": {
                    "prompt": "p",
                    "model_name": "ray-v2",
                    "duration": 10,
                    "aspect_ratio": "16:9",
                    "key_frames": {"frame0": {"type": "image", "url": URL}},
                },
            },
        ),
        (
            "hailuo-2.3",
            {"mode": "1080p"},
            {
                "model": "hailuo",
                "task_type": "video_generation",
                "input": {
                    "prompt": "p",
                    "model": "v2.3",
                    "expand_prompt": False,
                    "duration": 6,
                    "resolution": 1080,
                },
            },
        ),
        (
            "wan-2.6",
            {"start_frame": URL, "negative_prompt": "n", "duration": 15},
            {
                "model": "Wan",
                "task_type": "wan26-img2video",
                "input": {
                    "prompt": "p",
                    "negative_prompt": "n",
                    "duration": 15,
                    "resolution": "720P",
                    "aspect_ratio": "16:9",
                    "audio": False,
                    "watermark": False,
                    "image": URL,
                },
            },
        ),
        (
            "wan-2.2",
            {},
            {
                "model": "Qubico/wanx",
                "task_type": "wan22-txt2video-14b",
                "input": {"prompt": "p", "aspect_ratio": "16:9", "video_resolution": "480P"},
            },
        ),
        (
            "hunyuan-fast",
            {},
            {
                "model": "Qubico/hunyuan",
                "task_type": "fast-txt2video",
                "input": {"prompt": "p", "aspect_ratio": "16:9"},
            },
        ),
        (
            "seedance-2",
            {"start_frame": URL, "end_frame": LAST, "duration": 4},
            {
                "model": "seedance",
                "task_type": "seedance-2",
                "input": {
                    "prompt": "p",
                    "mode": "first_last_frames",
                    "duration": 4,
                    "aspect_ratio": "16:9",
                    "resolution": "720p",
                    "image_urls": [URL, LAST],
                },
            },
        ),
        (
            "veo-3.1-fast",
            {"duration": 6, "audio": True},
            {
                "model": "veo3.1",
                "task_type": "veo3.1-video-fast",
                "input": {
                    "prompt": "p",
                    "duration": "6s",
                    "resolution": "720p",
                    "aspect_ratio": "16:9",
                    "generate_audio": True,
                },
            },
        ),
        (
            "sora-2",
            {"duration": 8},
            {
                "model": "sora2",
                "task_type": "sora2-video",
                "input": {"prompt": "p", "duration": 8, "aspect_ratio": "16:9"},
            },
        ),
    ],
)
def test_other_models_through_piapi(model, settings, expected):
    """The models and task types that the gateway's own client lists, each with its own way to say a resolution."""
    assert exact(sent(model, "piapi", "p", **settings).body) == exact({**expected, **PIAPI})


def test_sandbox_speaks_as_piapi_does():
    """The kit's own server gets the same envelope under the sandbox's name."""
    request = sent("sandbox-quick", "sandbox", mode="draft", duration=2, negative_prompt="text")
    assert request.path == "/api/v1/task"
    assert exact(request.body) == exact(
        {
            "model": "sandbox-quick",
            "task_type": "video_generation",
            "input": {
                "prompt": "a paper boat on a puddle",
                "negative_prompt": "text",
                "duration": 2,
                "aspect_ratio": "16:9",
                "mode": "draft",
            },
            **PIAPI,
        }
    )


@pytest.mark.parametrize(("model", "provider"), [(m, p) for m in CARDS for p in CARDS[m].providers])
def test_every_card_speaks_for_its_defaults(model, provider):
    """A prompt alone (and a start frame where text is not enough) gives a body with the prompt and no placeholder."""
    films_text = CARDS[model].capabilities.text_to_video.value is not False
    request = sent(model, provider, "a red kite", start_frame=None if films_text else URL)
    text = json.dumps(request.body)
    assert "a red kite" in text
    assert "$" not in text
    assert "{" not in request.path
    assert request.path.startswith("/")


@pytest.mark.parametrize(("model", "provider"), [(m, p) for m in CARDS for p in CARDS[m].providers])
def test_audio_is_always_said(model, provider):
    """Wherever a request has a field for audio, it is sent for on and off, since providers' defaults differ."""
    field = CARDS[model].providers[provider].fields.get("audio")
    if field is None:
        with pytest.raises(BadParameter, match="audio"):
            sent(model, provider, start_frame=URL, audio=True)
        return
    mode = "pro" if model == "kling-2.6" and provider != "replicate" else None
    wrap = CARDS[model].providers[provider].wrap
    said = []
    for audio in (False, True):
        body = sent(model, provider, mode=mode, audio=audio).body
        said.append((body[wrap] if wrap else body)[field.name])
    assert said in ([False, True], ["off", "on"])


def test_requests_do_not_share_what_can_change():
    """Changing one body changes neither the next one nor the card."""
    first = sent("kling-3.0", "piapi")
    first.body["config"]["service_mode"] = "private"
    first.body["input"]["version"] = "9"
    assert sent("kling-3.0", "piapi").body["config"] == {"service_mode": "public"}
    assert sent("kling-3.0", "piapi").body["input"]["version"] == "3.0"
