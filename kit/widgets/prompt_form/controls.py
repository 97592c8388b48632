"""The form's fields: read as one value, and shown as the judgement of that value has it."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ipywidgets import BoundedIntText, Dropdown, Text, Textarea, ToggleButton, VBox

from kit.cards import Card, Settings
from kit.widgets.prompt_form.choices import Choices
from kit.widgets.prompt_form.fields import Field, classed, grid, html, set_options, show_if
from kit.widgets.prompt_form.images import ElementsField, ImageField
from kit.widgets.prompt_form.judging import EMPTY, Judged
from kit.widgets.prompt_form.limits import Limits, limits
from kit.widgets.prompt_form.models import ModelPicker
from kit.widgets.prompt_form.shots import ShotsEditor

if TYPE_CHECKING:
    from kit.widgets.prompt_form.callbacks import Callbacks

LISTED = ("duration", "aspect_ratio", "mode", "audio")
_LABELS = {"duration": "Length", "aspect_ratio": "Aspect ratio", "mode": "Mode", "audio": "Sound"}
_OFF_ON = (("off", False), ("on", True))


class Controls:
    """All fields. `changed` is called after every change by hand, in the thread that it came in."""

    def __init__(
        self,
        cards: Mapping[str, Card],
        *,
        models: Sequence[str],
        provider: str | Mapping[str, str] | None,
        keys: Mapping[str, str],
        settings: Settings,
        store: Callable[[bytes], str],
        callbacks: "Callbacks",
        changed: Callable[[], None],
    ) -> None:
        guard = callbacks.guarded
        self._cards, self._changed = cards, changed
        # Changes that `show` makes are not the user's; other threads may report those at the same moment.
        self._mine = threading.local()
        self._prompts: dict[str, str] = {}
        self._wanted: dict[str, Any] = {
            "duration": settings.duration,
            "aspect_ratio": settings.aspect_ratio,
            "mode": settings.mode,
            "audio": settings.audio,
        }
        self.source = Dropdown(description="From the study", options=[("a new prompt", "")])
        self.text = Textarea(
            description="Prompt", placeholder="What is to be filmed, in a sentence or two", rows=3
        )
        self.models = ModelPicker(
            cards, chosen=models, provider=provider, keys=keys, guard=guard, changed=self._by_hand
        )
        self.listed = {name: Dropdown(description=_LABELS[name]) for name in LISTED}
        self.takes = BoundedIntText(1, min=1, max=20, description="Takes of each")
        self.first_take = BoundedIntText(1, min=1, max=1000, description="First take no.")
        self.negative = Text(
            settings.negative_prompt, description="Negative prompt", placeholder="What must not be seen"
        )
        self.start = ImageField("Start frame", store=store, callbacks=callbacks, changed=self._by_hand)
        self.end = ImageField("End frame", store=store, callbacks=callbacks, changed=self._by_hand)
        self.elements = ElementsField(store=store, callbacks=callbacks, changed=self._by_hand)
        self.shots = ShotsEditor(guard=guard, changed=self._by_hand)
        self.more = classed(ToggleButton(description="Frames, elements, shots", icon="caret-right"), "fold")
        self._lay_out()
        self._fill(settings)
        self._listen(guard)

    # Reading

    def read(self) -> Choices:
        """What is entered at this moment; closed settings are left out."""
        models, provider_of = self.models.chosen, self.models.provider_of
        found = limits([self._cards[m] for m in models], provider_of)
        text = str(self.text.value)
        picked = str(self.source.value or "")
        return Choices(
            text=text,
            prompt_id=picked if picked and self._prompts.get(picked) == text.strip() else None,
            models=models,
            provider_of=provider_of,
            values=self._values(found),
            takes=int(self.takes.value),
            first_take=int(self.first_take.value),
        )

    def _values(self, found: Limits) -> dict[str, Any]:
        values: dict[str, Any] = {"audio": bool(self._wanted["audio"]) and found["audio"].open}
        for name in ("duration", "aspect_ratio", "mode"):
            if found[name].open:
                values[name] = self._settled(name, found)
        single = {
            "negative_prompt": str(self.negative.value),
            "start_frame": self.start.value,
            "end_frame": self.end.value,
        }
        several = {"elements": self.elements.value, "shots": self.shots.value}
        values |= {name: value for name, value in {**single, **several}.items() if value and found[name].open}
        if values.get("shots"):
            # Together they last what they last.
            values.pop("duration", None)
        return values

    def _settled(self, name: str, found: Limits) -> Any:
        limit, wanted = found[name], self._wanted[name]
        return wanted if any(wanted == value for _, value in limit.options) else limit.default

    # Showing

    def show(self, judged: Judged, *, tried: bool) -> None:
        """Every field as it now stands. `tried`: an empty prompt counts as a mistake, no longer as a beginning."""
        self._mine.on = True
        try:
            self._show_prompt(judged, tried=tried)
            self._show_settings(judged)
            self._show_more(judged)
        finally:
            self._mine.on = False

    def set_prompts(self, rows: Sequence[Mapping[Any, Any]]) -> None:
        """The study's prompts, to choose from."""
        self._mine.on = True
        try:
            self._prompts = {str(row["prompt_id"]): str(row["text"]) for row in rows}
            options = [("a new prompt", "")]
            options += [
                (f"{row['title'] or row['prompt_id']}: {row['text'][:60]}", str(row["prompt_id"]))
                for row in rows
            ]
            kept = self.source.value if self.source.value in self._prompts else ""
            set_options(self.source, options, kept)
            show_if(self.source, bool(rows))
        finally:
            self._mine.on = False

    def _show_prompt(self, judged: Judged, *, tried: bool) -> None:
        faults = judged.faults.get("prompt", ())
        if not tried:
            faults = tuple(f for f in faults if f != EMPTY)
        if judged.known_id is None and self.source.value:
            self.source.value = ""
        parts = [_count(len(judged.choices.text.strip()), judged.limits.characters)]
        if judged.known_id is not None:
            parts.append(f"in the study as {judged.known_id}")
        self._text.show(note="; ".join(parts), faults=faults)

    def _show_settings(self, judged: Judged) -> None:
        found = judged.limits
        for name, control in self.listed.items():
            limit, faults = found[name], judged.faults.get(name, ())
            if name == "audio":
                set_options(control, _OFF_ON, bool(self._wanted[name]) and limit.open)
                self._fields[name].show(open_=limit.open, note=limit.note, faults=faults)
                continue
            by_shots = name == "duration" and bool(judged.settings and judged.settings.shots)
            if limit.open and not by_shots:
                set_options(control, limit.options, self._settled(name, found))
                self._fields[name].show(note=self._lost(name, found), faults=faults)
            else:
                set_options(control, [("as the shots" if by_shots else "each model's own", "")], "")
                note = "the shots together make it" if by_shots else limit.note
                self._fields[name].show(open_=False, note=note, faults=faults)
        limit, faults = found["negative_prompt"], judged.faults.get("negative_prompt", ())
        note = limit.note
        if judged.own_negative:
            note = f"this prompt brings its own: {judged.own_negative}"
        elif not limit.open and self.negative.value:
            note = f"kept here, but not sent: {limit.note}"
        elif limit.open and self.negative.value:
            note = _count(len(str(self.negative.value)), found.negative_characters)
        self._negative.show(open_=limit.open and not judged.own_negative, note=note, faults=faults)
        last = judged.choices.numbers[-1]
        which = (
            f"take {last}" if judged.choices.takes == 1 else f"takes {judged.choices.first_take} to {last}"
        )
        self._takes.show(note=f"{which} of each model", faults=judged.faults.get("takes", ()))
        self._first.show()

    def _lost(self, name: str, found: Limits) -> str:
        wanted, limit = self._wanted[name], found[name]
        if wanted is None or any(wanted == value for _, value in limit.options):
            return limit.note
        return f"{wanted}{' s' if name == 'duration' else ''} is not taken by all"

    def _show_more(self, judged: Judged) -> None:
        found, faults = judged.limits, judged.faults
        for name, field in (("start_frame", self.start), ("end_frame", self.end)):
            field.show(open_=found[name].open, note=found[name].note, faults=faults.get(name, ()))
        limit = found["elements"]
        self.elements.show(
            open_=limit.open, most=found.elements, note=limit.note, faults=faults.get("elements", ())
        )
        limit = found["shots"]
        most = found.shots.most if found.shots else 0
        self.shots.show(open_=limit.open, most=most, note=limit.note, faults=faults.get("shots", ()))
        if any(faults.get(name) for name in ("start_frame", "end_frame", "elements", "shots")):
            self.more.value = True

    # Building

    def _lay_out(self) -> None:
        self._text = Field(self.text, "prompt")
        self._fields = {name: Field(control) for name, control in self.listed.items()}
        self._negative = Field(self.negative, "wide")
        self._takes, self._first = Field(self.takes), Field(self.first_take)
        self._folded = classed(
            VBox([
                grid([self.start.box, self.end.box], "pair"),
                html("<h4>Elements</h4>"), self.elements.box,
                html("<h4>Shots</h4>"), self.shots.box,
            ]),
            "folded",
        )  # fmt: skip
        self.box = classed(
            VBox([
                classed(VBox([html("<h3>Prompt</h3>"), self.source, self._text.box]), "section"),
                classed(VBox([html("<h3>Models</h3>"), self.models.box]), "section"),
                classed(
                    VBox([
                        html("<h3>Settings, the same for all</h3>"),
                        grid([*(f.box for f in self._fields.values()), self._takes.box, self._first.box]),
                        self._negative.box,
                        self.more,
                        self._folded,
                    ]),
                    "section",
                ),
            ]),
            "fields",
            "own",
        )  # fmt: skip
        show_if(self._folded, wanted=False)
        show_if(self.source, wanted=False)

    def _fill(self, settings: Settings) -> None:
        self.start.address.value = settings.start_frame or ""
        self.end.address.value = settings.end_frame or ""
        for value in settings.elements:
            self.elements.more().address.value = value
        for shot in settings.shots:
            self.shots.more(shot.prompt, shot.seconds)
        self.more.value = bool(settings.images() or settings.shots)
        self._fold()

    def _listen(self, guard: Callable[[Callable[..., object]], Callable[..., None]]) -> None:
        for name, control in self.listed.items():
            control.observe(guard(lambda change, name=name: self._want(name, change["new"])), names=["value"])
        for control in (self.text, self.takes, self.first_take, self.negative):
            control.observe(guard(lambda _: self._by_hand()), names=["value"])
        self.source.observe(guard(self._pick), names=["value"])
        self.more.observe(guard(lambda _: self._fold()), names=["value"])

    def _want(self, name: str, value: Any) -> None:
        if not getattr(self._mine, "on", False):
            self._wanted[name] = value
            self._changed()

    def _pick(self, change: Any) -> None:
        if not getattr(self._mine, "on", False):
            # Choosing "a new prompt" leaves the text as it is, to be changed.
            self.text.value = self._prompts.get(str(change["new"]), self.text.value)
            self._changed()

    def _by_hand(self) -> None:
        if not getattr(self._mine, "on", False):
            self._changed()

    def _fold(self) -> None:
        self.more.icon = "caret-down" if self.more.value else "caret-right"
        show_if(self._folded, bool(self.more.value))


def _count(characters: int, most: int | None) -> str:
    if most is None:
        return f"{characters:,} characters"
    return f"{characters:,} of {most:,} characters"
