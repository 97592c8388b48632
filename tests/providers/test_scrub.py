"""Secrets that must go, and words that must stay."""

import base64
import json
import time

import pytest

from kit.providers import Scrubber, scrub
from kit.providers.scrub import TEXT_LIMIT, bare_link

KEY = "pk-Canary+9f8e7d6c5b4a/3210=="
JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ"


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        (f"Incorrect API key provided: {KEY}.", "Canary"),
        (f"bad key {KEY[:20]}... (cut)", "9f8e7d6c"),
        (f"bad key {KEY.lower()}", "canary"),
        ("https://x/?k=1 pk-Canary%2B9f8e7d6c5b4a%2F3210%3D%3D", "9f8e7d6c"),
        (f"sent {base64.b64encode(KEY.encode()).decode()}", base64.b64encode(KEY.encode()).decode()[:20]),
        (f"Authorization: Bearer {JWT}", "eyJ"),
        (f"token was {JWT} until noon", "eyJpc3Mi"),
        ("Authorization: Basic dXNlcjpwYXNzd29yZA==", "dXNlcjpw"),
        ("Authorization: Key 0f0e-canary-1234:abcdef", "canary"),
        ("{'x-api-key': 'abcdef12345'}", "abcdef12345"),
        ('{"X-API-KEY": "abc def"}', "abc"),
        ('{\\"authorization\\": \\"Bearer abcdef12345\\"}', "abcdef12345"),
        ("x-webhook-secret=hunter2hunter2", "hunter2"),
        ("cookie: session=canary; path=/", "canary"),
        ("https://b.s3.amazonaws.com/v.mp4?X-Amz-Credential=AKIACANARY&X-Amz-Signature=deadbeef", "deadbeef"),
        (
            "https://b.oss-cn.aliyuncs.com/v.mp4?Expires=17&OSSAccessKeyId=LTAIcanary&Signature=c%2Fanary%3D",
            "anary",
        ),
        ('{"url": "https:\\/\\/x.y\\/v.mp4?Signature=canary"}', "canary"),
        ('{"url": "https://x.y/v.mp4?Expires=1\\u0026Signature=canary"}', "canary"),
        ("https://x.y/v.mp4?a=1&amp;Signature=canary", "canary"),
        ("go to https%3A%2F%2Fx.y%2Fv.mp4%3FSignature%3Dcanary now", "canary"),
        ("x.y/v.mp4?X-Amz-Signature=canary&other=1", "canary"),
        ("https://user:canary@x.y/v.mp4", "canary"),
        ("https://x.y/v.mp4#token=canary", "canary"),
        ("r8_canaryCanary1234567890 is not valid", "canaryCanary"),
        ("sk-canary1234567890abcdef", "canary1234"),
        ("01234567-89ab-cdef-0123-456789abcdef:0123456789abcdef0123456789abcdef", "cdef-0123"),
        ("AKIAIOSFODNN7EXAMPLE", "IOSFODNN"),
        ("redis://:canary@host:6379/0", "canary"),
    ],
)
def test_what_goes(text, gone):
    """Each kind of secret, however it is dressed."""
    assert gone.casefold() in text.casefold()
    assert gone.casefold() not in Scrubber([KEY]).text(text).casefold()
    assert gone.casefold() not in json.dumps(scrub({"a": [text]}, [KEY])).casefold()


@pytest.mark.parametrize(
    "text",
    [
        "duration must be 5 or 10, not 7",
        "the key turns in the lock and the token woman smiles",
        "task 1f0c2c1e-0000-4000-8000-000000000001 failed with code 10000",
        "see https://example.org/docs/errors",
        "a basic understanding of bearer tokens",
        "kling-v2-6 / std / 16:9",
        "雨の中の透明な傘",
    ],
)
def test_what_stays(text):
    """Ordinary messages are not mangled."""
    assert Scrubber([KEY]).text(text) == text


def test_links_keep_host_and_path():
    """Enough is left to see where a link led."""
    assert scrub("at https://x.y/a/v.mp4?Signature=1, then") == "at https://x.y/a/v.mp4?*** then"
    assert bare_link("https://u:p@x.y:8/a?b#c") == "https://x.y:8/a?***"
    assert bare_link("https://x.y/a") == "https://x.y/a"
    assert bare_link("http://[bad") == "***"


def test_telling_names():
    """Values of telling names go in any nesting and spelling; empty ones and others stay."""
    value = {
        "config": {"webhook_config": {"endpoint": "https://me/hook?id=9", "secret": "s3"}},
        "headers": [{"Authorization": ["Bearer", "x"], "x_api_key": "k", "X-Webhook-Secret": 5}],
        "secret": "",
        "token": None,
        "usage": {"prompt_tokens": 7, "tokens": 3},
        "key_frames": "a",
    }
    assert scrub(value) == {
        "config": {"webhook_config": {"endpoint": "https://me/hook?***", "secret": "***"}},
        "headers": [{"Authorization": "***", "x_api_key": "***", "X-Webhook-Secret": "***"}],
        "secret": "",
        "token": None,
        "usage": {"prompt_tokens": 7, "tokens": 3},
        "key_frames": "a",
    }


def test_a_key_as_the_name_of_a_field():
    """A server may answer with the key as a field's name."""
    assert scrub({KEY: 1}, [KEY]) == {"***": 1}


def test_what_is_left_is_json():
    """No NaN, no halves of surrogate pairs, no zero bytes, no endless nesting."""
    deep = value = {}
    for _ in range(200):
        deep["a"] = deep = {}
    cleaned = scrub({"n": float("nan"), "s": "a\ud800b\0", "deep": value, "o": object, "i": 10**30})
    text = json.dumps(cleaned, allow_nan=False)
    text.encode()
    assert "\\u0000" not in text
    assert cleaned["n"] is None
    assert len(text) < 2_000


def test_long_texts_are_cut_without_leaving_half_a_key():
    """A key that straddles the cut does not stay in part."""
    for start in range(TEXT_LIMIT - 40, TEXT_LIMIT + 2):
        text = "a" * (start - 1) + " " + KEY + " tail"
        assert "Canary" not in Scrubber([KEY]).text(text)
    assert len(scrub("x" * 10_000_000)) < 100


def test_short_words_are_no_secrets():
    """A key of a few letters would blot out the message."""
    assert scrub("abc is abc", ["abc"]) == "abc is abc"


@pytest.mark.parametrize(
    "part",
    [
        "a",
        "eyJ",
        "eyJaaaa.",
        "key ",
        "https://",
        "a:",
        "authorization:",
        "x-amz-",
        "bearer ",
        "a%3a%2f%2f",
        " ",
        "0123abcd-",
    ],
)
def test_no_text_takes_long(part):
    """Texts made to tire a pattern are done in a moment."""
    text = part * (TEXT_LIMIT // len(part))
    began = time.process_time()
    Scrubber([KEY]).text(text)
    Scrubber([KEY]).text("authorization" + text)
    assert time.process_time() - began < 0.5
