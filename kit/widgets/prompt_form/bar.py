"""Below the fields: what it costs, what stands in the way, the buttons, the question, and how the run goes."""

from html import escape
from typing import TYPE_CHECKING

from ipywidgets import Button, HBox, ToggleButton, VBox

from kit.widgets.prompt_form import cost
from kit.widgets.prompt_form.fields import classed, html, paragraph, set_text, show_if
from kit.widgets.prompt_form.judging import EMPTY, Judged
from kit.widgets.prompt_form.keys_help import help_html
from kit.widgets.prompt_form.limits import NAMES, joined
from kit.widgets.prompt_form.preview import request_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kit.cards.sharing import Difference

BUSY = "one run at a time: this one is still going on"


class Bar:
    """The buttons and the words around them; `form` decides what they do."""

    def __init__(self) -> None:
        self.generate = classed(Button(description="Generate", disabled=True), "button", "primary")
        self.cancel = classed(Button(description="Cancel", tooltip="Send nothing more"), "button")
        self.again = classed(Button(description="Film another take"), "button")
        self.yes = classed(Button(description="Yes, film them"), "button", "primary")
        self.no = classed(Button(description="No"), "button")
        self.look = classed(Button(description="Look for keys again"), "button")
        self.preview = classed(ToggleButton(description="What would be sent", icon="caret-right"), "fold")
        self._cost, self._reasons, self._status, self._error = (
            html("", "cost"), html("", "reasons"), html("", "status"), html("", "error"),
        )  # fmt: skip
        self._question, self._requests, self._differences = (
            html(),
            html("", "requests"),
            html("", "differences"),
        )
        self._keys = html("", "keys-text")
        self._ask = classed(VBox([self._question, classed(HBox([self.yes, self.no]), "buttons")]), "ask")
        self._key_box = classed(VBox([self._keys, self.look]), "keys")
        self.box = classed(
            VBox([
                self._key_box,
                self._differences,
                self.preview,
                self._requests,
                classed(
                    VBox([
                        self._cost,
                        classed(HBox([self.generate, self.cancel, self.again]), "buttons"),
                        self._ask,
                        self._reasons,
                        self._status,
                        self._error,
                    ]),
                    "go",
                ),
            ]),
            "bar",
            "own",
        )  # fmt: skip
        for part in (self._ask, self.cancel, self.again, self._key_box, self._requests):
            show_if(part, wanted=False)

    def show(self, judged: Judged, *, busy: bool, asking: bool, tried: bool) -> None:
        """What the choices cost, and whether they can be filmed."""
        set_text(
            self._cost,
            f"<p><strong>{escape(cost.total(judged))}</strong></p>"
            f"{paragraph(cost.spent(judged))}{paragraph(cost.can_show(judged))}",
        )
        use = judged.to_send or judged.counted("running", "done")
        ready = bool(use) and not judged.faults and not busy and not asking
        self.generate.disabled = not ready
        self.generate.description = label(judged)
        show_if(self.cancel, busy)
        # Where any take is there already, the next one is a click away.
        there = judged.plan is not None and judged.to_send < len(judged.plan.requests)
        show_if(self.again, there and not busy and not asking)
        self.again.description = f"Film take {judged.free_take} instead"
        set_text(self._reasons, "" if asking else _reasons(judged, busy=busy, tried=tried))
        set_text(self._differences, _differences(judged))
        missing = dict.fromkeys(
            line.provider
            for line in judged.lines
            if any(f.startswith("no key") for f in judged.faults.get(f"model {line.card.id}", ()))
        )
        set_text(self._keys, help_html(missing))
        show_if(self._key_box, bool(missing))

    def show_requests(self, judged: Judged) -> None:
        """What would be sent, if that is unfolded."""
        self.preview.icon = "caret-down" if self.preview.value else "caret-right"
        show_if(self._requests, bool(self.preview.value))
        if not self.preview.value:
            return
        if judged.settings is None:
            set_text(self._requests, paragraph("nothing: the settings are not complete"))
            return
        text = judged.choices.text.strip()
        parts = [
            f'<h4>{escape(line.card.title)}</h4><pre tabindex="0">'
            f"{escape(request_text(line.card, line.provider, text, judged.settings))}</pre>"
            for line in judged.lines
        ]
        note = "Images stand as placeholders, and the key goes into a header that is not shown."
        if any(line.card.sandbox for line in judged.lines):
            note += " The sandbox is also told the take, the prompt's id, its camera moves and its checks."
        set_text(self._requests, "".join(parts) + paragraph(note))

    def ask(self, text: str) -> None:
        """Ask before it is paid; '' takes the question away."""
        set_text(self._question, paragraph(text, "plain"))
        show_if(self._ask, bool(text))

    def say(self, text: str, kind: str = "plain") -> None:
        """How the run goes."""
        set_text(self._status, paragraph(text, kind))

    def complain(self, text: str) -> None:
        """An error that belongs to no field; '' takes it away."""
        set_text(self._error, paragraph(text, "bad"))

    @property
    def texts(self) -> dict[str, str]:
        """Everything it says, as HTML by part."""
        parts = {
            "cost": self._cost, "reasons": self._reasons, "status": self._status, "error": self._error,
            "question": self._question, "requests": self._requests, "differences": self._differences, "keys": self._keys,
        }  # fmt: skip
        return {name: str(part.value) for name, part in parts.items()}

    @property
    def asking(self) -> bool:
        """Whether the question is on the page."""
        return bool(self._ask.layout.display is None)


def label(judged: Judged) -> str:
    """What the button says that it does."""
    if judged.to_send:
        return f"Generate {cost.clips(judged.to_send)}"
    if judged.counted("running"):
        return "Go on with what is under way"
    return "Show the clips" if judged.counted("done") else "Generate"


def _reasons(judged: Judged, *, busy: bool, tried: bool) -> str:
    if busy:
        return paragraph(BUSY)
    if not judged.faults:
        return paragraph(_there(judged))
    titles = {f"model {line.card.id}": line.card.title for line in judged.lines}
    named: dict[tuple[str, ...], list[str]] = {}
    for field, sentences in judged.faults.items():
        named.setdefault(tuple(sentences), []).append(titles.get(field) or NAMES.get(field, field))
    if not tried and list(judged.faults.items()) == [("prompt", (EMPTY,))]:
        return paragraph("Write a prompt to begin.")
    items = "".join(
        f"<li><strong>{escape(joined(names))}</strong>: {escape('; '.join(sentences))}</li>"
        for sentences, names in named.items()
    )
    return f'<div class="kit-form-summary"><p>Before it can be generated:</p><ul>{items}</ul></div>'


def _there(judged: Judged) -> str:
    """What is in the study already, so that nothing is left out in silence."""
    if judged.plan is None:
        return ""
    said = [
        (judged.counted("done"), "in the study already and not filmed again"),
        (judged.counted("running"), "under way and not sent again"),
        (judged.counted("unknown"), "unknown: a paid task may exist; settle with kit tasks STUDY --resolve"),
        (
            judged.counted("elsewhere"),
            "in the study with other settings; take another number to film it with these",
        ),
    ]
    return "; ".join(f"{cost.clips(n)} {words}" for n, words in said if n)


def _differences(judged: Judged) -> str:
    listed: Sequence[Difference] = judged.differences
    if not listed:
        return ""
    titles = {line.card.id: line.card.title for line in judged.lines}
    rows = "".join(
        f"<tr><th scope='row'>{escape(d.setting)}</th><td>"
        + "<br>".join(f"{escape(titles[m])}: {escape(v)}" for m, v in d.values.items())
        + (f"<br>{escape(d.note)}" if d.note else "")
        + "</td></tr>"
        for d in listed
    )
    number = f"{len(listed)} thing is" if len(listed) == 1 else f"{len(listed)} things are"
    return f"<details><summary>{number} not the same for all</summary><table>{rows}</table></details>"
