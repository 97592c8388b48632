"""Settings: strict to read, and one spelling for the same request wherever its files lie."""

import pytest

from kit.canonical import digest
from kit.cards import Settings, Shot, load_cards, settle
from kit.errors import BadConfig, BadParameter

SHA = "ab" * 32


def test_round_trip():
    """What is written is what is read."""
    settings = Settings(
        duration=5,
        aspect_ratio="16:9",
        mode="pro",
        audio=True,
        negative_prompt="blur",
        start_frame="https://files.example/a.png",
        end_frame=f"sha256:{SHA}",
        elements=("8123",),
        shots=(Shot("a dog", 2), Shot("a cat", 3)),
    )
    assert Settings.from_data(settings.to_data()) == settings
    assert Settings.from_data({}) == Settings()
    assert Settings().to_data() == {"audio": False}


def test_local_files_are_named_by_their_bytes():
    """Two paths of the same bytes are one request; other bytes under the same path are another."""
    here, there = Settings(start_frame="dog.png"), Settings(start_frame="/elsewhere/hund.png")
    same = {"start_frame": SHA}
    assert digest(here.to_data(same)) == digest(there.to_data(same))
    assert digest(here.to_data(same)) != digest(here.to_data({"start_frame": "cd" * 32}))
    assert "dog.png" not in str(here.to_data(same))
    with pytest.raises(ValueError, match="start_frame: the SHA-256"):
        here.to_data()
    with pytest.raises(ValueError, match="is no SHA-256"):
        here.to_data({"start_frame": "abc"})


def test_images_by_name():
    """Frames and elements, as the caller must bring them."""
    settings = Settings(start_frame="a.png", elements=("b.png", "https://files.example/c.png"))
    assert settings.images() == {
        "start_frame": "a.png",
        "element_1": "b.png",
        "element_2": "https://files.example/c.png",
    }
    data = settings.to_data({"start_frame": SHA, "element_1": SHA})
    assert data["elements"] == [f"sha256:{SHA}", "https://files.example/c.png"]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"lenght": 5}, "unknown setting 'lenght'"),
        ({"aspect-ratio": "16:9"}, "did you mean 'aspect_ratio'"),
        ({"duration": "5"}, "duration: whole seconds are needed, found '5'"),
        ({"duration": True}, "found True"),
        ({"duration": 2.5}, "found 2.5"),
        ({"duration": float("nan")}, "found nan"),
        ({"duration": float("inf")}, "found inf"),
        ({"duration": 0}, "from 1 to 3,600"),
        ({"aspect_ratio": 969}, "YAML reads 16:9 as a number"),
        ({"mode": ["std"]}, "mode: a word is needed"),
        ({"audio": "yes"}, "audio: true or false is needed, found 'yes'"),
        ({"negative_prompt": "a\x00b"}, "control character"),
        ({"start_frame": "file:///etc/passwd"}, "begins with 'file'"),
        ({"start_frame": "data:image/png;base64,AAAA"}, "begins with 'data'"),
        ({"elements": "a.png"}, "a list of images is needed"),
        ({"shots": [{"prompt": "a"}]}, "shots, no. 1, seconds: whole seconds are needed, found None"),
        ({"shots": [{"prompt": "a", "seconds": 1, "text": "b"}]}, "unknown key 'text'"),
        ([], "settings are a map"),
    ],
)
def test_refused(data, problem):
    """Each slip with the setting and what was found."""
    with pytest.raises(BadParameter) as caught:
        Settings.from_data(data)
    assert problem in str(caught.value)


def test_all_faults_at_once():
    """In the words and the error of the file that they stand in."""
    with pytest.raises(BadConfig) as caught:
        Settings.from_data({"duration": "x", "audio": 1, "mod": "std"}, "study.yaml", line=7, error=BadConfig)
    assert [fault.column for fault in caught.value.faults] == ["mod", "audio", "duration"]
    assert all(fault.where == "study.yaml" and fault.line == 7 for fault in caught.value.faults)


def test_whole_floats_count():
    """JSON from elsewhere may write 5.0."""
    assert Settings.from_data({"duration": 5.0}).duration == 5


def test_settling_fills_in_the_cards_defaults():
    """What is left open is the card's default, and a resolution becomes the card's name for it."""
    cards = load_cards()
    assert settle(cards["kling-2.6"], "piapi", Settings()) == Settings(5, "16:9", "std")
    assert settle(cards["kling-2.6"], "piapi", Settings(mode="1080p")).mode == "pro"
    assert settle(cards["kling-2.6"], "fal", Settings()).mode == "pro"
    assert settle(cards["hailuo-2.3"], "piapi", Settings()) == Settings(6, None, "768p")
    shots = (Shot("a", 3), Shot("b", 4))
    assert settle(cards["kling-3.0"], "piapi", Settings(shots=shots)).duration == 7
