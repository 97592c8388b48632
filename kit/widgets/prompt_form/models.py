"""Which models film the prompt, each through which provider: a row for each, and a list to add from."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from ipywidgets import Button, Dropdown, HBox, VBox

from kit.cards import Card, first_provider
from kit.widgets.prompt_form.fields import (
    classed,
    html,
    icon_button,
    paragraph,
    set_options,
    set_text,
    show_if,
)

MOST = 6


class ModelPicker:
    """The models' part of the form. `changed` is called after every change by hand, in the thread that it came in."""

    def __init__(
        self,
        cards: Mapping[str, Card],
        *,
        chosen: Sequence[str],
        provider: str | Mapping[str, str] | None,
        keys: Mapping[str, str],
        guard: Callable[[Callable[..., object]], Callable[..., None]],
        changed: Callable[[], None],
    ) -> None:
        self._cards, self._keys, self._guard, self._changed = cards, keys, guard, changed
        self._rows: dict[str, _Row] = {}
        self._wish = provider
        self._list = Dropdown(description="Add a model", options=[("", "")])
        self._add = classed(Button(description="Add", tooltip="Add the model that the list shows"), "button")
        self._all = Dropdown(description="All through")
        self._note = html("", "note")
        self._places = classed(VBox([]), "rows")
        self._below = classed(HBox([self._list, self._add, self._all]), "below")
        self.box = classed(VBox([self._places, self._note, self._below]), "models")
        self._add.on_click(guard(self._on_add))
        self._all.observe(guard(self._on_all), names=["value"])
        for name in chosen:
            self._put(name)
        self._arrange()

    @property
    def chosen(self) -> tuple[str, ...]:
        """Ids of the models, in order."""
        return tuple(self._rows)

    @property
    def provider_of(self) -> dict[str, str]:
        """The provider of each."""
        return {name: str(row.provider.value) for name, row in list(self._rows.items())}

    def add(self, name: str) -> None:
        """Add a model."""
        if name in self._cards and name not in self._rows and len(self._rows) < MOST:
            self._put(name)
            self._arrange()
            self._changed()

    def remove(self, name: str) -> None:
        """Take a model out."""
        if self._rows.pop(name, None) is not None:
            self._arrange()
            self._changed()

    def set_keys(self, keys: Mapping[str, str]) -> None:
        """Say beside each provider whether a key is there."""
        self._keys = keys
        for row in self._rows.values():
            row.label(keys)

    def show(self, name: str, *, price: str, standing: str, faults: Sequence[str]) -> None:
        """What there is to say of one model."""
        if name in self._rows:
            self._rows[name].show(price, standing, faults)

    def say(self, name: str, text: str) -> None:
        """How the model's clips get on, or what came of them: HTML, '' for nothing."""
        if name in self._rows:
            set_text(self._rows[name].progress, text)

    def note(self, faults: Sequence[str], note: str) -> None:
        """What there is to say of all of them."""
        text = "".join(paragraph(fault, "bad") for fault in faults) + paragraph(note)
        set_text(self._note, text)

    def text_of(self, name: str) -> str:
        """All that a model's row says, as HTML."""
        row = self._rows[name]
        return f"{row.words.value}{row.progress.value}"

    def _put(self, name: str) -> None:
        card = self._cards[name]
        wish = self._wish if isinstance(self._wish, str) else (self._wish or {}).get(name)
        usable = next((p for p in card.providers if p in self._keys), first_provider(card))
        provider = wish if wish is not None and wish in card.providers else usable
        row = _Row(card, provider)
        row.label(self._keys)
        row.provider.observe(self._guard(lambda _: self._changed()), names=["value"])
        row.out.on_click(self._guard(lambda _: self.remove(name)))
        self._rows[name] = row

    def _arrange(self) -> None:
        self._places.children = [row.box for row in self._rows.values()]
        # Without any key only the sandbox can film, so it comes first; else it comes last.
        order = sorted(self._cards.values(), key=lambda card: card.sandbox == bool(self._keys))
        left = [(_label(card), card.id) for card in order if card.id not in self._rows]
        set_options(self._list, [("choose one", ""), *left], "")
        full = len(self._rows) >= MOST
        self._list.disabled = self._add.disabled = full or not left
        common = list(
            dict.fromkeys(p for n in self._rows for p in self._cards[n].providers if p != "sandbox")
        )
        several = sum(len(self._cards[n].providers) > 1 for n in self._rows) > 1
        set_options(self._all, [("as chosen above", ""), *((p, p) for p in common)], "")
        show_if(self._all, several)

    def _on_add(self, _: object) -> None:
        if self._list.value:
            self.add(str(self._list.value))

    def _on_all(self, change: Any) -> None:
        if change["new"]:
            for row in self._rows.values():
                if change["new"] in row.card.providers:
                    row.provider.value = change["new"]
            self._changed()


class _Row:
    def __init__(self, card: Card, provider: str) -> None:
        self.card = card
        self.provider = classed(Dropdown(description=card.title, options=list(card.providers)), "provider")
        self.provider.value = provider
        self.words = html("", "words")
        self.progress = html("", "progress")
        self.out = icon_button("times", f"Take {card.title} out")
        self.box = classed(VBox([HBox([self.provider, self.words, self.out]), self.progress]), "row")

    def label(self, keys: Mapping[str, str]) -> None:
        """The providers, each with whether it can be used."""
        options = [
            (f"through {p}" if p == "sandbox" or p in keys else f"through {p} (no key)", p)
            for p in self.card.providers
        ]
        set_options(self.provider, options, self.provider.value)

    def show(self, price: str, standing: str, faults: Sequence[str]) -> None:
        text = (
            f'<p class="kit-form-soft">{escape(price)}</p>'
            + paragraph(standing)
            + "".join(paragraph(fault, "bad") for fault in faults)
        )
        set_text(self.words, text)


def _label(card: Card) -> str:
    return f"{card.title} ({'no key needed' if card.sandbox else card.vendor})"
