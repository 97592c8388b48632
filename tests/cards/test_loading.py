"""Cards from folders: the bundled ones are whole, users' own override and extend, wrong ones are refused by line."""

import contextlib
import re
from pathlib import Path

import pytest

from kit.cards import Settings, estimate, input_for, load_cards, offer
from kit.cards.capabilities import capability_table
from kit.cards.document import Node, read_node
from kit.cards.loading import BUNDLED, Cards
from kit.cards.parsing import parse_card
from kit.cards.spelling import CERTAINTIES, Fact
from kit.errors import BadCard, BadInput, BadParameter

# The source keys of the facts that the cards were written from, and names of documents beside them.
SOURCES = re.compile(
    r"P-[a-z0-9]+|K-off|K-high|F-doc|F-src|R-doc|R-src|Bench|Prod|Mind|Skills|Siray blog|resellers|kit|not named"
    r"|made up for the sandbox|twice the price of 5 s|piapi\.ai/hunyuan"
    r"|PiAPI (dream-machine|veo|veo31|sora2|file-upload) docs|PiAPI dream-machine docs"
)
KLING = {
    *("kling-1.0", "kling-1.5", "kling-1.6", "kling-2.0", "kling-2.1", "kling-2.1-master", "kling-2.5"),
    *("kling-2.5-turbo", "kling-2.6", "kling-3.0", "kling-3.0-omni", "kling-3.0-turbo", "kling-4.0"),
    *("kling-4.0-flash", "kling-o1"),
}
OTHERS = {
    *("luma-ray-2", "hailuo-2.3", "wan-2.6", "wan-2.2", "hunyuan", "hunyuan-fast", "seedance-2"),
    *("seedance-2-fast", "veo-3", "veo-3-fast", "veo-3.1", "veo-3.1-fast", "sora-2", "sora-2-pro"),
}
CARD = """\
schema: 1
id: my-model
title: My Model
vendor: me
limits:
  durations: {value: [4, 8], certainty: confirmed, source: my test}
  modes:
    std: {value: 720p, certainty: unconfirmed}
defaults: {duration: 4, mode: std}
providers:
  piapi:
    certainty: third_party
    source: my test
    body: {model: mine, task_type: film}
    fields:
      prompt: {name: prompt}
      duration: {name: seconds, form: int}
      mode: {name: tier, values: {std: plain}}
"""


def write(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder


def refused(folder: Path) -> list[str]:
    with pytest.raises(BadCard) as caught:
        load_cards(folder)
    return [str(fault).replace(f"{folder}/", "") for fault in caught.value.faults]


def facts_of(value):
    """Every fact that a card holds, however deep."""
    if isinstance(value, Fact):
        yield value
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from facts_of(getattr(value, name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from facts_of(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from facts_of(item)


def test_bundled_models():
    """One card each for the models and gateways that the comparison is about."""
    cards = load_cards()
    sandbox = ["sandbox-quick", "sandbox-steady"]
    assert set(cards) == {*KLING, *OTHERS, *sandbox}
    for name in cards:
        assert cards[name].id == name
        assert cards[name].sandbox == (name in sandbox)
        assert ("piapi" in cards[name].providers) == (name not in sandbox)
    assert set(cards["kling-2.6"].providers) == set(cards["kling-3.0"].providers)
    assert list(cards["kling-3.0"].providers) == ["piapi", "kling", "fal", "replicate"]


@pytest.mark.parametrize("model", list(load_cards()))
def test_bundled_cards_name_known_sources(model):
    """Every certain fact, price and spelling of a bundled card names a source that is known."""
    card = load_cards()[model]
    sources = [fact.source for fact in facts_of(card) if fact.certainty != "unconfirmed"]
    for spelling in card.providers.values():
        sources.append(spelling.source)
        sources.extend(field.source for field in spelling.fields.values())
        assert spelling.certainty in CERTAINTIES
        assert spelling.answer.links
    for prices in card.prices.values():
        sources.extend(rate.source for rate in prices.rates)
    for source in sources:
        for part in source.split(","):
            assert SOURCES.fullmatch(part.strip()), part


def test_bundled_files_are_named_for_their_ids():
    """One file a model."""
    assert {p.stem for p in BUNDLED.glob("*.yaml")} == set(load_cards())


def test_order_is_that_of_the_names():
    """A model stands before its variants."""
    names = list(load_cards())
    assert names.index("kling-3.0") < names.index("kling-3.0-omni") < names.index("kling-4.0")


def test_unknown_ids_are_refused_with_the_nearest():
    """Looking up, asking whether, and getting with a default agree."""
    cards = load_cards()
    with pytest.raises(BadParameter, match=r"'kling 2.6' \(did you mean 'kling-2.6'\?\)"):
        cards["kling 2.6"]
    assert "kling 2.6" not in cards
    assert cards.get("kling 2.6") is None
    assert cards.get("kling-2.6") is cards["kling-2.6"]


def test_a_new_model_needs_no_code(tmp_path):
    """A card of one's own makes a request at once, on top of what is known of the provider."""
    card = load_cards(write(tmp_path, CARD))["my-model"]
    request = input_for(card, "piapi", "a kite", Settings(duration=8))
    assert request.path == "/api/v1/task"
    assert request.body == {
        "model": "mine",
        "task_type": "film",
        "config": {"service_mode": "public"},
        "input": {"prompt": "a kite", "seconds": 8, "tier": "plain"},
    }
    assert card.providers["piapi"].answer.links[0] == "data.output.video_url"
    assert card.providers["piapi"].certainty == "third_party"


def test_extending_states_only_what_is_different(tmp_path):
    """Maps are joined, facts and lists replaced whole, null takes away; what a card is called is never inherited."""
    text = """\
schema: 1
id: kling-2.6-lab
extends: kling-2.6
title: Kling 2.6 (our account)
limits:
  durations: {value: [5], certainty: confirmed, source: our test}
  refused: []
prices:
  fal: null
providers:
  piapi:
    constants: {version: 2.6-lab}
    fields: {negative_prompt: null}
  kling: null
"""
    cards = load_cards(write(tmp_path, text))
    own, base = cards["kling-2.6-lab"], cards["kling-2.6"]
    assert own.limits.durations == Fact(offer(own, "piapi").durations, "confirmed", "our test", "")
    assert str(own.limits.durations.value) == "5 s only"
    assert list(own.prices) == ["piapi"]
    assert list(own.providers) == ["piapi", "fal", "replicate"]
    body = input_for(own, "piapi", "a kite", Settings(audio=True)).body
    assert body["input"]["version"] == "2.6-lab"
    assert body["model"] == "kling"
    assert not offer(own, "piapi").negative_prompt
    assert own.fingerprint != base.fingerprint
    assert own.capabilities == base.capabilities


def test_overriding_a_bundled_card_by_its_id(tmp_path):
    """A card may keep the name and extend the earlier one: here a price that the user knows better."""
    text = """\
schema: 1
id: kling-2.6
extends: kling-2.6
title: Kling 2.6
prices:
  piapi:
    looked_up: 2026-12
    rates:
      - {a_clip: 0.25, certainty: confirmed, source: our invoice}
"""
    own = load_cards(write(tmp_path, text))["kling-2.6"]
    found = estimate(own, "piapi", Settings())
    assert (found.usd_low, found.source, found.date) == (0.25, "our invoice", "2026-12")
    assert len(load_cards(tmp_path)) == len(load_cards())
    assert estimate(load_cards()["kling-2.6"], "piapi", Settings()).usd_low == 0.20


def test_later_folders_win(tmp_path):
    """The order of the folders is the order of precedence, and a later one can extend an earlier one."""
    first = write(tmp_path / "a", CARD)
    second = write(tmp_path / "b", "schema: 1\nid: my-model\nextends: my-model\ntitle: Mine, again\n")
    assert load_cards(first, second)["my-model"].title == "Mine, again"
    assert load_cards(first)["my-model"].title == "My Model"


def test_a_provider_can_be_overridden_for_all_its_models(tmp_path):
    """providers/NAME.yaml is laid upon the bundled one, and holds for bundled cards too."""
    folder = write(tmp_path / "providers", "schema: 1\nprovider: piapi\npath: /api/v2/task\n", "piapi.yaml")
    cards = load_cards(folder.parent)
    for model in ("kling-2.6", "veo-3"):
        assert input_for(cards[model], "piapi", "a kite", Settings()).path == "/api/v2/task"
    assert input_for(cards["kling-2.6"], "kling", "a kite", Settings()).path == "/v1/videos/text2video"


def test_every_fault_at_once_with_file_and_line(tmp_path):
    """Unknown keys with the nearest name, wrong kinds, missing marks: all of them, by line."""
    text = (
        CARD.replace("vendor: me", "vendr: me")
        .replace("[4, 8]", "[8, 4]")
        .replace("certainty: unconfirmed", "certainty: sure")
        .replace("form: int", "form: integer")
        .replace("{std: plain}", "{pro: plain}")
    )
    found = refused(write(tmp_path, text))
    expected = [
        r"mine.yaml, line 4, vendr: unknown key 'vendr' \(did you mean 'vendor'\?\).*",
        r"mine.yaml, line 1, vendor: a text is needed, it is missing.*",
        r"mine.yaml, line 6, limits.durations.value: lengths in seconds are needed in rising order.*",
        r"mine.yaml, line 8, limits.modes.std.certainty: unknown word 'sure'.*",
        r"mine.yaml, line 17, providers.piapi.fields.duration.form: unknown word 'integer'.*known: string, int.*",
        r"mine.yaml, line 18, providers.piapi.fields.mode.values: the card has no mode 'pro'; it has: std",
    ]
    for pattern in expected:
        assert any(re.fullmatch(pattern, fault) for fault in found), (pattern, found)
    assert len(found) == len(expected)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("schema: 1", "schema: 2", "line 1, schema: schema 2; this kit reads schema 1"),
        ("id: my-model", "id: ../x", "line 2, id: '../x' is no id"),
        ("source: my test}", "source: ''}", "line 6, limits.durations.source"),
        ("duration: 4,", "duration: 5,", "line 9, providers.piapi.defaults: the default duration is 5"),
        (
            "mode: std}",
            "mode: pro}",
            "line 9, providers.piapi.defaults: the default mode is 'pro'; one of std",
        ),
        (
            "fields:",
            "fieldz:",
            "line 15, providers.piapi.fieldz: unknown key 'fieldz' (did you mean 'fields'?)",
        ),
        ("  piapi:", "  pipi:", "line 11, providers.pipi: unknown key 'pipi' (did you mean 'piapi'?)"),
        (
            "prompt: {name: prompt}",
            "prompt: {name: 3.0}",
            "line 16, providers.piapi.fields.prompt.name: a text",
        ),
        ("{name: prompt}", "{name: prompt, form: int}", "'int' is no form for prompt; known: string"),
        (
            "    body:",
            "    path: //evil.example/x\n    body:",
            "is no path; write it from the first slash on",
        ),
        ("    body:", "    path: '/a/{mode}'\n    body:", "nothing fills {mode}"),
        ("vendor: me", "vendor: me\nextends: my-modl", "there is no card 'my-modl'"),
        (
            "vendor: me",
            "vendor: me\nextends: kling-26",
            "no card 'kling-26' (did you mean 'kling-2.6'?) to extend",
        ),
        ("durations:", "aspect_ratios: {value: [16:9], certainty: unconfirmed}\n  durations:", "line 6,"),
        (
            "durations:",
            "aspect_ratios: {value: ['16x9'], certainty: unconfirmed}\n  durations:",
            "'16x9' is no aspect ratio",
        ),
        ("task_type: film", "task_type: film, x: [.nan]", "line 14: nan is no number that can be sent"),
        ("fields:", "fields: {value: {name: x}}\n    xields:", "unknown key 'value'"),
        ("{value: 720p", "{value: {a: 1}", "limits.modes.std.value: a text is needed, found {'a': 1}"),
    ],
)
def test_one_fault(tmp_path, old, new, problem):
    """A single slip is named where it stands."""
    assert old in CARD
    found = refused(write(tmp_path, CARD.replace(old, new, 1)))
    assert any(problem in fault for fault in found), found


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ("elements: {name: images, form: string}", "'string' is no form for elements"),
        ("shots: {name: shots, form: list}", "write what a shot looks like"),
        (
            "shots: {name: shots, form: list, item: {p: $promt}}",
            "nothing fills '$promt' (did you mean '$prompt'?)",
        ),
        ("start_frame: {name: image, form: object}", "write what the map looks like"),
        ("audio: {name: sound, form: bool, values: {a: b}}", "have values to choose from"),
    ],
)
def test_no_request_can_go_out_with_a_placeholder(tmp_path, field, problem):
    """What nothing would fill is found when the card is read, not when a request is paid for."""
    text = CARD.replace("    fields:\n", f"    fields:\n      {field}\n")
    assert any(problem in fault and "line 16" in fault for fault in refused(write(tmp_path, text)))


def test_prices_are_read_strictly(tmp_path):
    """A price is for a second or a clip, of modes that there are, with a date."""
    prices = """\
prices:
  piapi:
    looked_up: yesterday
    rates:
      - {modes: [pro], a_second: 0.1, a_clip: 1, certainty: confirmed, source: me}
      - {a_clip: [2, 1], certainty: confirmed, source: me}
      - {a_clip: -1, source: me}
"""
    found = "\n".join(refused(write(tmp_path, CARD + prices)))
    for problem in (
        "'yesterday' is no date",
        "either a_second or a_clip",
        "the card has no mode pro; it has: std",
        "two numbers in rising order, found [2, 1]",
        "a number from 0 to 10000 is needed, found -1",
        "how certain is this?",
    ):
        assert problem in found


def test_faults_of_several_files_come_together(tmp_path):
    """One bad file does not hide the next, and an unreadable one is among them."""
    write(tmp_path, CARD.replace("id: my-model", "id: one").replace("vendor: me", ""), "a.yaml")
    write(tmp_path, "- just a list\n", "b.yaml")
    write(tmp_path, "id: [\n", "c.yaml")
    found = refused(tmp_path)
    assert [fault.split(",")[0].split(":")[0] for fault in found] == ["b.yaml", "c.yaml", "a.yaml"]


def test_circles_and_twins_are_refused(tmp_path):
    """Cards that extend one another, and one id in two files."""
    write(tmp_path / "circle", "schema: 1\nid: a\nextends: b\ntitle: A\n", "a.yaml")
    write(tmp_path / "circle", "schema: 1\nid: b\nextends: a\ntitle: B\n", "b.yaml")
    assert "goes round in a circle: a -> b -> a" in "\n".join(refused(tmp_path / "circle"))
    write(tmp_path / "twins", CARD, "a.yaml")
    write(tmp_path / "twins", CARD, "b.yaml")
    assert "the id 'my-model' is there twice" in "\n".join(refused(tmp_path / "twins"))


def test_a_missing_folder_is_said(tmp_path):
    """Rather than silently giving the bundled cards alone."""
    assert "no such folder of model cards" in refused(tmp_path / "nowhere")[0]


def test_other_files_are_left_alone(tmp_path):
    """A folder of cards may hold notes and hidden files."""
    write(tmp_path, CARD)
    write(tmp_path, "nothing to see", "README.md")
    write(tmp_path, "{", ".draft.yaml")
    assert "my-model" in load_cards(tmp_path)


def variants(node, junk):
    """The tree once for every value in it, with junk in that value's place."""
    yield Node(junk, "f", 1)
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            for other in variants(child, junk):
                yield Node({**node.value, key: other}, "f", 1)
    elif isinstance(node.value, list):
        for i, child in enumerate(node.value):
            for other in variants(child, junk):
                yield Node([*node.value[:i], other, *node.value[i + 1 :]], "f", 1)


@pytest.mark.parametrize(
    "junk", [None, [], {}, "x", 5, True, -1, 1e300, "$value", "{mode}", [Node({}, "f", 1)]]
)
@pytest.mark.parametrize("model", ["luma-ray-2", "hailuo-2.3"])
def test_any_wrong_value_is_a_fault_or_harmless(model, junk):
    """Whatever stands in the place of a value, reading finds a fault, or the card works or refuses in words."""
    providers = {"piapi": read_node(BUNDLED / "providers" / "piapi.yaml")}
    tried = 0
    for tree in variants(read_node(BUNDLED / f"{model}.yaml"), junk):
        tried += 1
        faults = []
        card = parse_card(tree, providers, faults)
        if faults:
            continue
        assert len(capability_table([card.id], Cards({card.id: card}))) == 14
        with contextlib.suppress(BadInput):
            input_for(card, "piapi", "a kite", Settings())
    assert tried > 60
