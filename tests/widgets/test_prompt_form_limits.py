"""What the form says of choices, without a form: limits and reasons, faults beside fields, cost, requests, keys."""

import json
import re
from dataclasses import replace

import pytest

from kit.cards import Settings, estimate, load_cards
from kit.storage.config import StudyConfig
from kit.study import Study
from kit.widgets.prompt_form import cost
from kit.widgets.prompt_form.choices import Choices
from kit.widgets.prompt_form.judging import EMPTY, judge
from kit.widgets.prompt_form.keys_help import help_html
from kit.widgets.prompt_form.limits import limits
from kit.widgets.prompt_form.preview import request_text
from tests.storage.test_prompts import png

CARDS = load_cards()
KEYS = {"piapi": "environment PIAPI_API_KEY", "kling": "keyring"}


@pytest.fixture
def study(tmp_path):
    """An empty study."""
    with Study.create(tmp_path / "study", StudyConfig()) as study:
        yield study


def choices(*models, via="piapi", **changes):
    provider_of = {m: "sandbox" if CARDS[m].sandbox else via for m in models}
    given = {"text": "A paper boat.", "models": models, "provider_of": provider_of} | changes
    return Choices(**given)


def limits_of(*models, via="piapi"):
    return limits([CARDS[m] for m in models], {m: "sandbox" if CARDS[m].sandbox else via for m in models})


def test_without_a_model_everything_is_closed():
    """Each setting says what to do first."""
    found = limits([], {})
    assert {(limit.open, limit.note) for limit in found.of.values()} == {(False, "choose a model first")}


@pytest.mark.parametrize(
    ("models", "via", "setting", "note"),
    [
        (("sandbox-quick",), "piapi", "elements", "Sandbox Quick does not take elements"),
        (("kling-2.6",), "piapi", "elements", "Kling 2.6 through piapi does not take elements"),
        (("kling-2.6", "kling-3.0"), "piapi", "shots", "Kling 2.6 through piapi does not take several shots"),
        (("veo-3", "hailuo-2.3"), "piapi", "start_frame", "Veo 3 and Hailuo 2.3 do not take a start frame"),
        (("kling-2.6", "kling-3.0"), "piapi", "negative_prompt", "Kling 3.0 through piapi does not take a negative prompt"),
        (("kling-1.0",), "kling", "audio", "Kling 1.0 through kling has no sound that can be switched"),
    ],
)  # fmt: skip
def test_a_closed_setting_says_which_models_stand_in_the_way(models, via, setting, note):
    """The reason names the models by title, and the provider where another might do."""
    limit = limits_of(*models, via=via)[setting]
    assert not limit.open
    assert limit.note == note


def test_another_provider_can_open_a_setting():
    """Kling's own service takes a negative prompt for a model whose request elsewhere has no field for it."""
    assert not limits_of("kling-3.0", via="piapi")["negative_prompt"].open
    assert limits_of("kling-3.0", via="kling")["negative_prompt"].open


def test_options_are_what_all_share():
    """Two lengths that both know, with the default that they agree on."""
    found = limits_of("kling-2.6", "kling-3.0")
    assert [value for _, value in found["duration"].options] == [5, 10]
    assert found["duration"].default == 5
    assert ("pro, 1080p", "pro") in found["mode"].options


def test_no_common_length_is_said_with_each_models_own():
    """Nothing is shared, so nothing can be set, and every model is named with what it takes."""
    limit = limits_of("kling-2.6", "veo-3")["duration"]
    assert not limit.open
    assert "5 or 10 s" in limit.note
    assert "8 s only" in limit.note


def test_an_empty_prompt_is_said_once(study):
    """However many models there are."""
    found = judge(study, CARDS, choices("kling-2.6", "kling-3.0", text="  "), KEYS)
    assert found.faults == {"prompt": (EMPTY,)}


def test_a_fault_of_one_model_names_it(study):
    """What only one of two models refuses begins with that model's name, beside the field it belongs to."""
    one = choices("kling-2.6", "veo-3", values={"duration": 8})
    assert [f.split(":")[0] for f in judge(study, CARDS, one, KEYS).faults["duration"]] == ["Kling 2.6"]


@pytest.mark.parametrize(
    ("models", "values", "field", "words"),
    [
        (("kling-3.0",), {"duration": 99}, "duration", "99 s is not allowed"),
        (("kling-2.6",), {"aspect_ratio": "2:1"}, "aspect_ratio", "16:9"),
        (("kling-2.6",), {"end_frame": "https://a.test/b.png"}, "end_frame", "needs a start frame"),
        (("kling-2.6",), {"start_frame": "ftp://a.test/b.png"}, "start_frame", "http(s)"),
        (("kling-2.6",), {"start_frame": "images/gone.png"}, "start_frame", "cannot be read"),
        (("kling-1.6",), {"elements": ["images/gone.png"]}, "elements", "no. 1"),
        (("kling-3.0",), {"shots": [{"prompt": "", "seconds": 3}]}, "shots", "no. 1: its prompt is empty"),
        (("kling-3.0",), {"shots": [{"prompt": "a", "seconds": 9}] * 2}, "shots", "together 18 s"),
    ],
)
def test_faults_stand_beside_their_fields(study, models, values, field, words):
    """Each setting's faults are filed under the setting, and under no other."""
    found = judge(study, CARDS, choices(*models, values=values), KEYS)
    assert list(found.faults) == [field]
    assert words in " ".join(found.faults[field])


def test_an_image_that_is_too_small_is_refused_before_sending(study):
    """The first bytes of an uploaded file are enough to see it."""
    path = study.add_image(png(20, 20))
    found = judge(study, CARDS, choices("kling-2.6", values={"start_frame": path}), KEYS)
    assert "at least 300" in found.faults["start_frame"][0]


def test_a_missing_key_stands_beside_the_model(study):
    """Not beside the sandbox, which needs none."""
    found = judge(study, CARDS, choices("kling-2.6", "sandbox-quick", via="fal"), KEYS)
    assert list(found.faults) == ["model kling-2.6"]
    assert "no key for fal" in found.faults["model kling-2.6"][0]


@pytest.mark.parametrize("takes", [1, 3])
def test_the_cost_is_the_cards(study, takes):
    """The sum is each card's estimate times the clips; the sandbox's play money is left out."""
    values = {"duration": 10, "mode": "pro"}
    found = judge(
        study, CARDS, choices("kling-2.6", "kling-3.0", "sandbox-quick", values=values, takes=takes), KEYS
    )
    prices = [estimate(CARDS[m], "piapi", Settings.from_data(values)) for m in ("kling-2.6", "kling-3.0")]
    assert found.low_usd == pytest.approx(takes * sum(p.usd_low for p in prices))
    assert found.high_usd == pytest.approx(takes * sum(p.usd_high for p in prices))
    assert found.to_send == 3 * takes
    assert f"${found.low_usd:.2f}" in cost.total(found)


def test_an_unknown_price_is_said_and_asked_about(study):
    """A model without a price counts as unpriced, and is never sent without a question."""
    cards = {"kling-2.6": replace(CARDS["kling-2.6"], prices={})}
    found = judge(study, cards, choices("kling-2.6"), KEYS)
    assert cost.total(found) == "1 clip, no price known"
    assert cost.price(found.lines[0]) == "no price known"
    assert cost.needs_confirmation(found, 1000.0)


@pytest.mark.parametrize(("above", "asked"), [(0.0, True), (0.19, True), (5.0, False)])
def test_it_asks_above_the_amount(study, above, asked):
    """One clip of a known price, against several limits."""
    found = judge(study, CARDS, choices("kling-2.6", values={"duration": 5, "mode": "std"}), KEYS)
    assert cost.needs_confirmation(found, above) is asked


def test_the_sandbox_is_never_asked_about(study):
    """Its money is made up."""
    assert not cost.needs_confirmation(judge(study, CARDS, choices("sandbox-quick"), {}), 0.0)


def test_what_would_be_sent_is_the_request(study):
    """Method, address and the body that the card spells; images are placeholders, and no key is anywhere."""
    settings = Settings(duration=5, start_frame=study.add_image(png()))
    text = request_text(CARDS["kling-2.6"], "piapi", "A <b>boat</b>.", settings)
    first, _, body = text.partition("\n")
    assert first == "POST https://api.piapi.ai/api/v1/task"
    assert json.loads(body)["input"]["prompt"] == "A <b>boat</b>."
    assert "https://uploaded.invalid/start_frame" in text


def test_every_models_request_can_be_shown():
    """For each card and provider, with a local start frame where that is taken."""
    for card in CARDS.values():
        for provider, spelling in card.providers.items():
            frame = (
                "a.png" if "start_frame" in spelling.fields and spelling.limits.start_frame.value else None
            )
            assert not request_text(card, provider, "A boat.", Settings(start_frame=frame)).startswith(
                "Nothing"
            )


@pytest.mark.parametrize(
    ("provider", "names"),
    [
        ("piapi", ["PIAPI_API_KEY", "piapi_key"]),
        ("kling", ["KLING_ACCESS_KEY", "KLING_SECRET_KEY", "kling_access_key", "kling_secret_key"]),
        ("fal", ["FAL_KEY", "fal_key"]),
        ("replicate", ["REPLICATE_API_TOKEN", "replicate_token"]),
    ],
)
def test_how_to_give_a_key(provider, names):
    """The lines for this provider, neither of which leaves the key in a file or a shell's history."""
    text = help_html([provider])
    for name in names:
        assert re.search(rf"\b{name}\b", text)
    assert "getpass" in text
    assert "read -rs" in text
    assert "saved in the notebook" in text
