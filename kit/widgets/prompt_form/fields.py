"""A control with what there is to say of it right below: why it is closed, what is wrong, what else to know."""

from collections.abc import Sequence
from html import escape
from typing import Any

from ipywidgets import HTML, Box, Button, DOMWidget, VBox


def html(text: str = "", *classes: str) -> HTML:
    """A piece of the page; whoever makes the text escapes what came from outside."""
    return classed(HTML(text), *classes)


def classed(widget: Any, *classes: str) -> Any:
    """The widget with CSS classes of the form's sheet."""
    for name in classes:
        widget.add_class(f"kit-form-{name}")
    return widget


def paragraph(text: str, kind: str = "soft") -> str:
    """An escaped paragraph: `soft`, `bad` (marked as an error, not by colour alone), `good` or `plain`."""
    if not text:
        return ""
    mark = '<span class="kit-form-mark">Error</span> ' if kind == "bad" else ""
    return f'<p class="kit-form-{kind}">{mark}{escape(text)}</p>'


def set_text(part: HTML, text: str) -> None:
    """Change a piece of the page, if it is to be another: what is unfolded in it would fold up."""
    if part.value != text:
        part.value = text


def icon_button(icon: str, label: str = "") -> Button:
    """A button that shows an icon; its label is text that the sheet hides.

    A title alone would be no name for a screen reader, since the icon's own letter comes before it.
    """
    return named(classed(Button(icon=icon), "icon"), label)


def named(button: Button, label: str) -> Button:
    """The icon button with this label."""
    button.description = button.tooltip = label
    return button


def show_if(widget: DOMWidget, wanted: bool) -> None:
    """Show a part of the form, or take it out of the page and of the tab order."""
    display = None if wanted else "none"
    if widget.layout.display != display:
        widget.layout.display = display


class Field:
    """One control, labelled by its description, and the note below it."""

    def __init__(self, control: Any, *classes: str) -> None:
        self.control = control
        self._note = html("", "note")
        self.box = classed(VBox([control, self._note]), "field", *classes)

    def show(self, *, open_: bool = True, note: str = "", faults: Sequence[str] = ()) -> None:
        """Open or closed, with a note and with what is wrong."""
        if self.control.disabled == open_:
            self.control.disabled = not open_
        text = "".join(paragraph(fault, "bad") for fault in faults) + paragraph(note)
        set_text(self._note, text)

    @property
    def note(self) -> str:
        """The note's HTML."""
        return str(self._note.value)


def set_options(control: Any, options: Sequence[tuple[str, Any]], wanted: Any) -> None:
    """Give a Dropdown these options and this value; the browser hears of both at once."""
    options = tuple(options)
    if tuple(control.options) != options:
        with control.hold_sync():
            control.options = options
            control.value = wanted
    elif control.value != wanted:
        control.value = wanted


def grid(children: Sequence[Any], *classes: str) -> Box:
    """Fields side by side, as many as there is room for."""
    return classed(Box(list(children)), "grid", *classes)
