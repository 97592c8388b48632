"""Model cards: what each model can do, what it costs, and how each provider is asked for it. Data, not code."""

from kit.cards.card import Card
from kit.cards.checking import check, check_images
from kit.cards.loading import Cards, load_cards, own_folders
from kit.cards.offers import first_provider, offer, settle
from kit.cards.pricing import Estimate, estimate
from kit.cards.settings import Settings, Shot
from kit.cards.sharing import held_constant, shared_settings
from kit.cards.spelling import Fact
from kit.cards.wire import WireRequest, input_for

__all__ = [
    "Card",
    "Cards",
    "Estimate",
    "Fact",
    "Settings",
    "Shot",
    "WireRequest",
    "check",
    "check_images",
    "estimate",
    "first_provider",
    "held_constant",
    "input_for",
    "load_cards",
    "offer",
    "own_folders",
    "settle",
    "shared_settings",
]
