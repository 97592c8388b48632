"""What would be sent: each model's request as JSON, with placeholders for images and without any key."""

import json
from collections.abc import Mapping

from kit.cards import Card, Settings, input_for
from kit.cards.offers import offer
from kit.cards.settings import is_local
from kit.errors import BadParameter
from kit.providers.addresses import base_url


def request_text(card: Card, provider: str, prompt: str, settings: Settings) -> str:
    """Method, address and body of one model's request; or in words why there is none."""
    try:
        wire = input_for(card, provider, prompt, settings, _placeholders(card, provider, settings))
        address = base_url(provider)
    except BadParameter as bad:
        return f"Nothing would be sent: {bad}"
    body = json.dumps(wire.body, indent=2, ensure_ascii=False)
    return f"{wire.method} {address}{wire.path}\n{body}"


def _placeholders(card: Card, provider: str, settings: Settings) -> Mapping[str, str]:
    form = offer(card, provider).spelling.images.local
    stands = {
        "upload": "https://uploaded.invalid/{}",
        "data_uri": "data:image;base64,({})",
        "base64": "({}, base64)",
    }
    if form is None:
        return {}
    return {name: stands[form].format(name) for name, value in settings.images().items() if is_local(value)}
