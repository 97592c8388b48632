"""A start frame, an end frame, the elements: uploaded into the study, or given by address."""

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from ipywidgets import Button, FileUpload, HBox, Text, VBox

from kit.errors import BadParameter
from kit.widgets.prompt_form.fields import classed, html, icon_button, paragraph, set_text, show_if

if TYPE_CHECKING:
    from kit.widgets.prompt_form.callbacks import Callbacks

TYPES = ".png,.jpg,.jpeg,.webp,image/png,image/jpeg,image/webp"

_MOST = 80  # characters of a file's name


class ImageField:
    """One image. `store` keeps bytes in the study and returns the path; it is called on the worker's thread."""

    def __init__(
        self,
        label: str,
        *,
        store: Callable[[bytes], str],
        callbacks: "Callbacks",
        changed: Callable[[], None],
    ) -> None:
        self._store, self._callbacks, self._changed = store, callbacks, changed
        self._trouble = ""
        # What the user calls the images that were uploaded here, by the path that stands in the field for each.
        self._names: dict[str, str] = {}
        self.address = Text(
            description=label, placeholder="https://… or upload (up to 9 MB)", continuous_update=False
        )
        self.upload = classed(
            FileUpload(
                accept=TYPES,
                multiple=False,
                description="Upload",
                tooltip=f"{label}: upload a file of at most 9 MB",
            ),
            "button",
            "upload",
        )
        self.clear = icon_button("times", f"{label}: take it out")
        self._note = html("", "note")
        self.box = classed(
            VBox([classed(HBox([self.address, self.upload, self.clear]), "image"), self._note]), "field"
        )
        self.address.observe(callbacks.guarded(lambda _: self._edited()), names=["value"])
        self.upload.observe(callbacks.guarded(self._uploaded), names=["value"])
        self.clear.on_click(callbacks.guarded(lambda _: self.set("")))

    @property
    def value(self) -> str | None:
        """The address or the path, None for no image."""
        return str(self.address.value).strip() or None

    def set(self, value: str) -> None:
        """Put an address or a path in."""
        self._trouble = ""
        if self.address.value == value:
            self._changed()
        self.address.value = value

    def show(self, *, open_: bool, note: str = "", faults: Sequence[str] = ()) -> None:
        """Open or closed, with a note and with what is wrong."""
        for control in (self.address, self.upload, self.clear):
            if control.disabled == open_:
                control.disabled = not open_
        kept = "kept here, but not sent: " if not open_ and self.value else ""
        wrong = [*([self._trouble] if self._trouble else []), *(faults if open_ else ())]
        text = "".join(paragraph(fault, "bad") for fault in wrong)
        set_text(self._note, text + self._uploaded_as() + paragraph(f"{kept}{note}"))

    @property
    def note(self) -> str:
        """The note's HTML."""
        return str(self._note.value)

    def _uploaded_as(self) -> str:
        """The file's own name: the path in the field names it by its bytes, which nobody can tell from another's."""
        name = self._names.get(self.value or "")
        return f'<p class="kit-form-plain">Your file: <bdi>{escape(name)}</bdi></p>' if name else ""

    def _edited(self) -> None:
        self._trouble = ""
        self._changed()

    def _uploaded(self, change: Any) -> None:
        if not change["new"]:
            return
        name, data = str(change["new"][0]["name"]), bytes(change["new"][0]["content"])
        # The upload's value is part of what a notebook saves: the bytes must not stay in it.
        self.upload.value = ()
        self._callbacks.later(lambda: self._keep(name, data))

    def _keep(self, name: str, data: bytes) -> None:
        try:
            path = self._store(data)
        except BadParameter as bad:
            problem = "; ".join(fault.problem for fault in bad.faults)
            self._trouble = f"{_short(name)}: {problem}"
            self._changed()
        else:
            self._names[path] = _short(name)
            self.set(path)


def _short(name: str) -> str:
    """A file's name in one line of at most 80 characters, its end kept: the end tells versions and types apart."""
    line = "".join(c if c.isprintable() else " " for c in name).strip()
    return line if len(line) <= _MOST else f"{line[: _MOST - 21]}…{line[-20:]}"


class ElementsField:
    """Several images, as many as the models take."""

    def __init__(
        self, *, store: Callable[[bytes], str], callbacks: "Callbacks", changed: Callable[[], None]
    ) -> None:
        self._make: Callable[[int], ImageField] = lambda n: ImageField(
            f"Element {n}", store=store, callbacks=callbacks, changed=changed
        )
        self._changed = changed
        self.fields: list[ImageField] = []
        self._rows = classed(VBox([]), "rows")
        self.add = classed(Button(description="Add an element"), "button")
        self._note = html("", "note")
        self.box = classed(VBox([self._rows, self.add, self._note]), "field")
        self.add.on_click(callbacks.guarded(lambda _: self.more()))

    @property
    def value(self) -> list[str]:
        """Addresses and paths, in order; empty ones left out."""
        return [field.value for field in list(self.fields) if field.value]

    def more(self) -> ImageField:
        """Add an empty place and return it."""
        field = self._make(len(self.fields) + 1)
        self.fields.append(field)
        self._rows.children = [f.box for f in self.fields]
        self._changed()
        return field

    def show(self, *, open_: bool, most: int, note: str = "", faults: Sequence[str] = ()) -> None:
        """Open or closed, with a note and with what is wrong."""
        self.add.disabled = not open_ or len(self.fields) >= most
        for field in self.fields:
            field.show(open_=open_)
        kept = "kept here, but not sent: " if not open_ and self.value else ""
        text = "".join(paragraph(fault, "bad") for fault in (faults if open_ else ()))
        text += paragraph(f"{kept}{note}")
        set_text(self._note, text)
        show_if(self._rows, bool(self.fields))

    @property
    def note(self) -> str:
        """The note's HTML."""
        return str(self._note.value)
