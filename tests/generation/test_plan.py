"""What a run would do, before it does anything."""

import json

import pytest

from kit.errors import BadParameter, RequestRefused, SubmitUnknown
from kit.generation import plan


def standings(world, **changes):
    found = plan(world.study, cards=world.cards, **changes)
    return [(r.request.prompt_id, r.request.model, r.request.take, r.standing) for r in found.requests]


def test_what_would_be_sent(make_world):
    """Take by take, prompt by prompt, the models side by side, with the price list's ends; nothing is written."""
    world = make_world(2, ("alpha", "beta"))
    found = plan(world.study, cards=world.cards, takes=2)
    assert standings(world, takes=2)[:3] == [
        ("p1", "alpha", 1, "send"), ("p1", "beta", 1, "send"), ("p2", "alpha", 1, "send"),
    ]  # fmt: skip
    assert len(found.to_send) == 8
    assert (found.low_usd, found.high_usd, found.unpriced) == (4.0, 4.0, 0)
    assert len(world.study.requests) == 0
    document = json.loads(json.dumps(found.to_dict()))
    assert document["models"][0] == document["models"][0] | {"model": "alpha", "send": 4, "high_usd": 2.0}
    assert "estimated $4.00" in str(found)


def test_after_a_run(make_world):
    """Each request is where its newest task left it."""
    world = make_world(4)
    world.gateway.on_submit = [RequestRefused("piapi", "no"), SubmitUnknown("piapi", "reset")]
    world.gateway.ends = lambda p: {"status": "running", "word": "stuck", "urls": ()} if p.id == "t1" else {}
    world.run(concurrency=1)
    assert [s[-1] for s in standings(world)] == ["failed", "unknown", "running", "done"]
    assert [s[-1] for s in standings(world, retry_failed=True)] == ["send", "unknown", "running", "done"]
    found = plan(world.study, cards=world.cards)
    assert found.going_on == 1
    assert found.committed_usd == pytest.approx(1.5)
    assert "sent again only with --retry-failed" in str(found)


def test_no_price_is_said(world):
    """A request without a known price is counted apart from the sum."""
    world.cards["alpha"].prices.clear()
    found = plan(world.study, cards=world.cards)
    assert (found.high_usd, found.unpriced) == (0, 2)
    assert "no prices of piapi" in str(found)


def test_a_range_of_prices(world):
    """Both ends are summed, and the upper one counts."""
    from kit.cards.card import Prices, Rate

    world.cards["alpha"].prices["piapi"] = Prices((Rate(0.1, 0.3, a_second=True),), looked_up="2026-11")
    found = plan(world.study, cards=world.cards)
    assert (found.low_usd, found.high_usd) == (1.0, 3.0)
    assert "$1.00 to $3.00" in str(found)


def test_every_fault_at_once(make_world):
    """Settings that a card does not allow, and a prompt that is too long, named with model, setting and prompt."""
    world = make_world(2)
    with pytest.raises(BadParameter) as caught:
        plan(world.study, cards=world.cards, settings={"duration": 99, "mode": "cinema", "audio": True})
    settings = {fault.column for fault in caught.value.faults}
    assert {"duration", "mode", "audio"} <= settings
    assert len(caught.value.faults) == len(settings)
    for wrong, words in (
        ({"models": ["alpa"]}, "did you mean 'alpha'"),
        ({"prompts": ["p9"]}, "no prompt 'p9'"),
        ({"takes": 0}, "takes is 0"),
        ({"takes": [1, "x"]}, "takes"),
        ({"models": []}, "no model"),
        ({"settings": {"seconds": 5}}, "unknown"),
        ({"via": "fal"}, "fal"),
    ):
        with pytest.raises(BadParameter, match=words):
            plan(world.study, cards=load(world), **wrong)


def load(world):
    from kit.cards.loading import Cards

    return Cards(world.cards)


def test_only_one_prompt_is_at_fault(make_world, tmp_path):
    """The message says which of the prompts it is."""
    from kit.storage.config import StudyConfig
    from kit.study import Study
    from kit.suite import Prompt, Suite

    world = make_world()
    suite = Suite("s", "S", (Prompt("short", "A boat."), Prompt("long", "boat " * 1000)))
    with Study.create(tmp_path / "x", StudyConfig(models=("alpha",), suite=suite)) as study:
        with pytest.raises(BadParameter, match="prompt long") as caught:
            plan(study, cards=world.cards)
        assert len(caught.value.faults) == 1


def test_a_prompts_own_negative_prompt(make_world, tmp_path):
    """It comes before the study's, and is sent."""
    from kit.storage.config import StudyConfig
    from kit.study import Study
    from kit.suite import Prompt, Suite

    world = make_world()
    suite = Suite("s", "S", (Prompt("a", "A boat."), Prompt("b", "A kite.", negative_prompt="birds")))
    with Study.create(tmp_path / "x", StudyConfig(models=("alpha",), suite=suite)) as study:
        found = plan(study, cards=world.cards, settings={"negative_prompt": "rain"})
        assert [r.request.settings["negative_prompt"] for r in found.requests] == ["rain", "birds"]


def test_an_imported_clip_keeps_its_place(make_world, make_clip, tmp_path):
    """Prompt, model and take are there from elsewhere: not filmed again, and the plan says why."""
    world = make_world()
    make_clip(tmp_path / "a.mp4")
    (tmp_path / "m.csv").write_text("file,prompt_id,prompt,model\na.mp4,p1,,alpha\n")
    world.study.import_clips(tmp_path / "m.csv")
    assert [s[-1] for s in standings(world)] == ["elsewhere", "send"]
    assert "imported or with other settings" in str(plan(world.study, cards=world.cards))


def test_a_local_image_enters_by_its_bytes(make_world, tmp_path):
    """The request's name depends on what the image shows, not on where it lies; it is uploaded once."""
    from dataclasses import replace

    from kit.cards import load_cards

    world = make_world(2)
    model = load_cards()["kling-2.6"]
    world.cards = {"alpha": replace(model, id="alpha", sandbox=False)}
    png = bytes.fromhex("89504e470d0a1a0a0000000d49484452000004000000040008020000") + b"\0" * 40
    (world.study.folder / "start.png").write_bytes(png)
    (world.study.folder / "other.png").write_bytes(png)
    options = {"cards": world.cards, "via": "piapi"}
    one = plan(world.study, settings={"start_frame": "start.png"}, **options)
    two = plan(world.study, settings={"start_frame": "other.png"}, **options)
    assert [r.request.request for r in one.requests] == [r.request.request for r in two.requests]
    assert one.requests[0].request.settings["start_frame"].startswith("sha256:")
    assert world.run(settings={"start_frame": "start.png"}, via="piapi").ok
    assert "https://files.gateway.test/start.png" in json.dumps(world.gateway.bodies)


def test_what_cannot_be_the_same_is_said_before_anything_is_sent(tmp_path):
    """Kling 3.0 is told to keep to one shot, for which 2.6 has no field: the plan names the difference, per model."""
    from kit.storage.config import StudyConfig
    from kit.study import Study
    from kit.suite import Prompt, Suite

    models = ("kling-2.6", "kling-3.0")
    suite = Suite("s", "S", (Prompt("a", "A boat."),))
    with Study.create(tmp_path / "x", StudyConfig(models=models, suite=suite)) as study:
        both = plan(study, settings={"duration": 5, "aspect_ratio": "16:9", "mode": "pro"})
        one = plan(study, models=models[:1])
    (difference,) = both.differences
    assert difference.values == {"kling-2.6": "nothing", "kling-3.0": "prefer_multi_shots: false"}
    assert "not the same for all" in str(both)
    assert both.to_dict()["differences"][0]["values"] == dict(difference.values)
    assert one.differences == ()
