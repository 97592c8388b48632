"""Reading camera words and scenes out of prompts."""

import pytest
import yaml

from kit.sandbox.camera import pose_at, read_words, segments_for
from kit.sandbox.glyphs import glyph
from kit.sandbox.plan import generator
from kit.sandbox.scenes.catalogue import SPECS
from kit.sandbox.scenes.code_text import listing
from kit.sandbox.scenes.words import article_scene, read_wish
from kit.sandbox.shapes import ellipse, polygon, rect


def suite():
    """The prompts of article-four."""
    from importlib.resources import files

    return yaml.safe_load((files("kit") / "suites" / "article-four.yaml").read_text(encoding="utf-8"))[
        "prompts"
    ]


def test_article_prompts_are_known_by_id_and_by_words():
    """Each prompt of article-four leads to its own scene, camera words and claims."""
    for prompt in suite():
        assert article_scene(prompt["text"]) == prompt["id"]
        assert list(read_words(prompt["text"])) == prompt["camera"]
        assert list(SPECS[prompt["id"]].claims) == prompt["checks"]
        assert list(SPECS[prompt["id"]].camera) == prompt["camera"]


@pytest.mark.parametrize(
    ("text", "scene"),
    [
        ("A lady with an umbrella in heavy rain", "rain-umbrella"),
        ("Steam rises from a mug of coffee", "steaming-cup"),
        ("A laptop on a tidy desk with code on its screen", "code-on-laptop"),
        ("Close-up of somebody slicing carrots with a knife in a kitchen", "chop-and-plate"),
        ("A dog runs on the beach", None),
        ("An umbrella factory", None),
    ],
)
def test_similar_prompts_find_the_scene(text, scene):
    """A free prompt with two marks of a scene gets it; one with fewer does not."""
    assert article_scene(text) == scene


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the camera pans left", ("pan_left",)),
        ("the camera pans slowly from right to left", ("pan_left",)),
        ("pan to the right, then tilt up", ("pan_right", "tilt_up")),
        ("a slow zoom out", ("zoom_out",)),
        ("the camera pulls back", ("zoom_out",)),
        ("the camera orbits the statue", ("orbit",)),
        ("a static shot of a pan on a stove", ("static",)),
        ("the camera rolls counterclockwise", ("roll_ccw",)),
        ("a frying pan", ("static",)),
    ],
)
def test_camera_words_are_read(text, words):
    """Plain descriptions of camera moves are read as the project's words, in order."""
    assert read_words(text) == words


def test_poses_start_at_rest_and_reach_their_amount():
    """A move begins at nothing and ends at its stated amount; moves one after another do not disturb each other."""
    segments = segments_for(("pan_right", "zoom_in"), 4.0)
    assert pose_at(segments, 0.0, wide=1000).x == 0
    middle, end = pose_at(segments, 2.0, wide=1000), pose_at(segments, 4.0, wide=1000)
    assert middle.x == pytest.approx(segments[0].amount * 1000)
    assert (middle.zoom, end.x) == (1.0, middle.x)
    assert end.zoom == pytest.approx(segments[1].amount)


def test_wishes_follow_the_words():
    """Setting, light, weather and subject are taken from the prompt."""
    assert read_wish("A taxi in the city on a rainy night", 0) == ("city", "night", "rain", "car")
    assert read_wish("A sailing boat on the ocean at sunset", 0) == ("sea", "sunset", "", "boat")


def test_areas_of_shapes():
    """The fill's total cover is the shape's area, also where the picture's edge cuts it, and for two outlines at once."""
    circle = polygon(ellipse(50.3, 40.7, 20, 20), 100, 100)
    assert circle.cover.sum() == pytest.approx(3.14159 * 400, rel=0.015)
    assert polygon(rect(-10.5, 10.25, 20, 30.5), 100, 100).cover.sum() == pytest.approx(9.5 * 30.5, rel=0.01)
    both = [*rect(1, 1, 10, 10), *rect(30, 5, 4, 6)]
    assert polygon(both, 60, 60, parts=2).cover.sum() == pytest.approx(124, rel=1e-3)
    assert polygon(rect(200, 200, 5, 5), 100, 100) is None


def test_every_character_of_the_code_has_a_glyph():
    """No character on the laptop's screen is blank except the space, and no two glyphs are alike."""
    text = {c for row in listing(generator("x"), 200) for piece, _ in row for c in piece} | set("SANDBOX")
    shapes = {c: glyph(c, 12, 20).tobytes() for c in sorted(text)}
    blank = glyph(" ", 12, 20).tobytes()
    assert [c for c, s in shapes.items() if s == blank] == [" "]
    assert len(set(shapes.values())) == len(shapes)
