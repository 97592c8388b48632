"""Where keys are found, and that they never show."""

import copy
import json
import pickle

import pytest

from kit.errors import BadParameter, KeyMissing, KeyRejected
from kit.providers import Secret, open_provider, present
from kit.providers.keys import SERVICE, credential


class Ring:
    """A keyring of a test."""

    def __init__(self, **stored):
        self.stored = stored

    def get_password(self, service, user):
        assert service == SERVICE
        if "locked" in self.stored:
            raise RuntimeError("locked, and the password is canary")
        return self.stored.get(user)


EMPTY = Ring()


def test_a_secret_does_not_show():
    """No usual way of writing a value down writes a key."""
    secret = Secret("canary")
    shown = [
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret:>9}",
        "%s" % secret,  # noqa: UP031 - one more way
        repr([secret]),
        repr({"k": secret}),
    ]
    assert all("canary" not in text for text in shown)
    assert secret.reveal() == "canary"
    assert copy.deepcopy(secret) is secret
    assert secret == Secret("canary") != Secret("other")
    assert not hasattr(secret, "__dict__")
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)


def test_the_environment_comes_first():
    """The kit's own name, then the provider's, then the keyring."""
    ring = Ring(piapi_key="from-ring")
    environ = {"PIAPI_API_KEY": "from-piapi", "KIT_PIAPI_KEY": "from-kit"}
    found = credential("piapi", environ=environ, keyring=ring)
    assert (found.parts[0].reveal(), found.source) == ("from-kit", "environment KIT_PIAPI_KEY")
    del environ["KIT_PIAPI_KEY"]
    assert credential("piapi", environ=environ, keyring=ring).source == "environment PIAPI_API_KEY"
    found = credential("piapi", environ={"PIAPI_API_KEY": "  "}, keyring=ring)
    assert (found.parts[0].reveal(), found.source) == ("from-ring", "keyring")


def test_kling_needs_both():
    """One half of a key names the other as missing."""
    environ = {"KLING_ACCESS_KEY": "aaaa"}
    with pytest.raises(KeyMissing, match="set KLING_SECRET_KEY in"):
        credential("kling", environ=environ, keyring=EMPTY)
    found = credential("kling", environ={**environ, "KLING_SECRET_KEY": "bbbb"}, keyring=EMPTY)
    assert [part.reveal() for part in found.parts] == ["aaaa", "bbbb"]


@pytest.mark.parametrize("provider", ["piapi", "kling", "fal", "replicate"])
def test_missing(provider):
    """No key anywhere says what to set, and a locked keyring is no key."""
    for ring in (EMPTY, Ring(locked="yes")):
        with pytest.raises(KeyMissing, match=r"set \w+") as caught:
            credential(provider, environ={}, keyring=ring)
        assert "canary" not in str(caught.value)


def test_present_tells_where_and_not_what():
    """Sources only, of providers whose key is complete."""
    environ = {"FAL_KEY": "canary", "KLING_ACCESS_KEY": "canary", "REPLICATE_API_TOKEN": ""}
    ring = Ring(replicate_token="canary", kling_secret_key="canary")
    assert present(environ, ring) == {
        "kling": "environment KLING_ACCESS_KEY, keyring",
        "fal": "environment FAL_KEY",
        "replicate": "keyring",
    }


@pytest.mark.parametrize("key", ["ab\ncd", "kéy-abcdef", '"quoted"', "a b", "abc\x00"])
def test_what_can_be_no_key(key):
    """A key that was copied badly is refused before it goes into a header, without being told."""
    with pytest.raises(KeyRejected) as caught:
        credential("piapi", key)
    assert key not in str(caught.value)


def test_given_keys():
    """A key may be given as text, as Secret, and Kling's as two parts or one text."""
    for given in (
        "a-key:b-key",
        ("a-key", "b-key"),
        [Secret("a-key"), Secret("b-key")],
        Secret("a-key:b-key"),
    ):
        assert [part.reveal() for part in credential("kling", given).parts] == ["a-key", "b-key"]
    assert credential("fal", " id:part\n").parts[0].reveal() == "id:part"
    with pytest.raises(KeyMissing, match="ACCESS:SECRET"):
        credential("kling", "only-one")
    with pytest.raises(KeyMissing):
        credential("piapi", "")
    with pytest.raises(BadParameter, match="2 parts"):
        credential("piapi", ("a", "b"))


def test_the_sandbox_needs_none():
    """Its key is built in."""
    assert credential("sandbox", environ={}, keyring=EMPTY).parts[0].reveal() == "sandbox"


def test_unknown_provider():
    """A misspelt name is told the nearest."""
    with pytest.raises(BadParameter, match="did you mean 'replicate'"):
        open_provider("replicat", key="abcdef")
