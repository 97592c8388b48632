"""Every card's request, really sent: what the cards spell is what the protocols take."""

import pytest

from kit.cards import Settings, Shot, check, input_for, load_cards

CARDS = load_cards()
OFFERS = [(model, provider) for model in CARDS for provider in CARDS[model].providers]
PICTURE = "https://example.org/start.png"


CANDIDATES = (
    Settings(),
    Settings(mode="pro"),
    Settings(audio=True),
    Settings(audio=True, mode="pro"),
    Settings(start_frame=PICTURE),
    Settings(start_frame=PICTURE, end_frame=PICTURE, mode="pro"),
    Settings(elements=(PICTURE,)),
    Settings(shots=(Shot("a dog runs", 3), Shot("it stops", 2)), duration=5),
)


def requests_of(card, provider):
    """What the card makes of those candidates that it allows."""
    for settings in CANDIDATES:
        prompt = "" if settings.shots else "a paper boat on a puddle"
        if not check(prompt, settings, [card], {card.id: provider}):
            yield input_for(card, provider, prompt, settings)


@pytest.mark.parametrize(("model", "provider"), OFFERS)
def test_the_cards_request_brings_a_clip(start, client, fetch, model, provider):
    """Each request of each card is accepted, ends, and has its link where the card looks for it."""
    server = start(manners="mixed", concurrency=None, credit_usd=1e6, link_seconds=1e6)
    api = client(server, provider)
    card = CARDS[model]
    wires = list(requests_of(card, provider))
    assert wires
    for wire in wires:
        for _ in range(2):  # the second one in another manner
            made = api.request(wire.method, wire.path, json=wire.body)
            assert made.status_code in (200, 201), (wire, made.text)
            server.advance(10_000)
            answer = result(api, provider, wire.path, made.json())
            urls = [u for u in (found(answer, path) for path in card.providers[provider].answer.links) if u]
            assert urls, answer
            assert b"kit-sandbox" in fetch(urls[0]).content
    assert {e["status"] for e in server.journal().ended} == {"completed"}


def result(api, provider, path, made):
    """The answer that has the links."""
    if provider == "fal":
        return api.get(made["response_url"]).json()
    if provider == "replicate":
        return api.get(f"/v1/predictions/{made['id']}").json()
    return api.get(f"{path}/{made['data']['task_id']}").json()


def found(answer, path):
    """What stands at a dotted path, if it is a text."""
    for step in path.split("."):
        if isinstance(answer, list) and step.isdigit() and int(step) < len(answer):
            answer = answer[int(step)]
        elif isinstance(answer, dict):
            answer = answer.get(step)
        else:
            return None
    return answer if isinstance(answer, str) else None
