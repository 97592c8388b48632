"""Where keys and downloads may go."""

import pytest

from kit.errors import BadParameter
from kit.providers import open_provider
from kit.providers.addresses import base_url, is_fetchable, is_loopback, is_path, path_below, redirected


def test_the_order_of_addresses():
    """Given, else the environment's, else the documented one."""
    environ = {"KIT_PIAPI_URL": "https://gate.example/piapi/"}
    assert base_url("piapi", "http://127.0.0.1:1", environ=environ) == "http://127.0.0.1:1"
    assert base_url("piapi", environ=environ) == "https://gate.example/piapi"
    assert base_url("piapi", environ={}) == "https://api.piapi.ai"
    assert base_url("kling", environ={}) == "https://api-singapore.klingai.com"
    assert base_url("fal", environ={}) == "https://queue.fal.run"
    assert base_url("replicate", environ={}) == "https://api.replicate.com"
    assert base_url("sandbox", environ={}) == "http://127.0.0.1:8787"


@pytest.mark.parametrize(
    "url", ["http://api.piapi.ai", "http://10.0.0.1:80", "http://127.0.0.1.evil.example"]
)
def test_no_key_in_the_clear(url):
    """Plain http is for this machine, unless somebody says that they mean it."""
    with pytest.raises(BadParameter, match="in the clear"):
        base_url("piapi", url, environ={})
    assert base_url("piapi", url, environ={}, allow_http=True) == url
    assert base_url("piapi", url, environ={"KIT_ALLOW_HTTP": "1"}) == url


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x",
        "api.piapi.ai",
        "https://",
        "https://x:99999",
        "https://u:canary@x",
        "https://x/?k=canary",
        "http://[",
    ],
)
def test_addresses_that_are_none(url):
    """Each is refused by the name of its variable, and without what may be a secret in it."""
    with pytest.raises(BadParameter, match="KIT_FAL_URL") as caught:
        base_url("fal", environ={"KIT_FAL_URL": url})
    assert "canary" not in str(caught.value)


def test_uploads_go_with_the_base():
    """A PiAPI put elsewhere keeps its images there; the real one has a host for them."""

    def uploads(**options):
        return open_provider(key="abcdefgh", **options)._uploads.base_url

    assert uploads(name="piapi", environ={}) == "https://upload.theapi.app"
    assert uploads(name="piapi", environ={"KIT_PIAPI_URL": "http://localhost:5"}) == "http://localhost:5"
    assert uploads(name="sandbox", environ={}) == "http://127.0.0.1:8787"
    own = {"KIT_PIAPI_UPLOAD_URL": "https://up.example"}
    assert uploads(name="piapi", environ=own, base_url="http://localhost:5") == "https://up.example"


def test_loopback():
    """This machine, and nothing that looks like it."""
    assert all(
        is_loopback(f"http://{host}/")
        for host in ("localhost", "127.0.0.1:80", "127.9.9.9", "[::1]:5", "LOCALHOST")
    )
    assert not any(
        is_loopback(f"http://{host}/")
        for host in ("127.0.0.1.x.y", "10.0.0.1", "localhost.x", "0x7f.1", "", "[")
    )


def test_fetchable():
    """https from anywhere; this machine only for a provider that is on it."""
    assert is_fetchable("https://x.y/v.mp4?a=b", local=False)
    assert is_fetchable("http://127.0.0.1:5/v.mp4", local=True)
    assert not is_fetchable("http://127.0.0.1:5/v.mp4", local=False)
    assert not is_fetchable("https://localhost/v.mp4", local=False)
    assert not is_fetchable("https://x.y/" + "a" * 9000, local=True)
    assert not any(is_fetchable(x, local=True) for x in (None, 5, "", "https://x.y/a\nb", "HTTP://x.y/"))


def test_redirected():
    """From https never down to http."""
    assert redirected("https://x.y/a", "/b", local=True) == "https://x.y/b"
    assert redirected("https://x.y/a", "http://127.0.0.1/b", local=True) is None
    assert redirected("http://127.0.0.1/a", "https://x.y/b", local=True) == "https://x.y/b"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://h/p/a/b", "/a/b"),
        ("https://H:443/p/a?x=1", "/a"),
        ("http://h/p/a", None),
        ("https://h:444/p/a", None),
        ("https://h/q/a", None),
        ("https://h/pp/a", None),
        ("https://h/p/../q", None),
        ("https://u@h/p/a", None),
        (None, None),
    ],
)
def test_path_below(url, path):
    """Same scheme, host, port and base path, or nothing."""
    assert path_below("https://h/p", url) == path


def test_paths():
    """What can be joined to a base without leaving it."""
    assert is_path("/a/b-c_d.e/~f%20")
    assert not any(
        is_path(p)
        for p in ("", "a", "//a", "/a//b", "/../a", "/a/./b", "/a?b", "/a#b", "/a b", "/ä", "/a\\b")
    )
