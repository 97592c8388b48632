"""Several shots in one clip: a row for each with its prompt and its length, and what they last together."""

from collections.abc import Callable, Sequence
from typing import Any

from ipywidgets import BoundedIntText, Button, HBox, Text, VBox

from kit.widgets.prompt_form.fields import classed, html, icon_button, named, paragraph, set_text

MOST = 20


class ShotsEditor:
    """The rows. `changed` is called after every change by hand, in the thread that it came in."""

    def __init__(
        self, *, guard: Callable[[Callable[..., object]], Callable[..., None]], changed: Callable[[], None]
    ) -> None:
        self._guard, self._changed = guard, changed
        self.rows: list[ShotRow] = []
        self._places = classed(VBox([]), "rows")
        self.add = classed(Button(description="Add a shot"), "button")
        self._note = html("", "note")
        self.box = classed(VBox([self._places, self.add, self._note]), "field")
        self.add.on_click(guard(lambda _: self.more()))

    @property
    def value(self) -> list[dict[str, Any]]:
        """The shots as settings take them."""
        return [
            {"prompt": str(row.prompt.value), "seconds": int(row.seconds.value)} for row in list(self.rows)
        ]

    def more(self, prompt: str = "", seconds: int = 3) -> "ShotRow":
        """Add a shot at the end and return its row."""
        row = ShotRow(prompt, seconds)
        for control in (row.prompt, row.seconds):
            control.observe(self._guard(lambda _: self._changed()), names=["value"])
        row.up.on_click(self._guard(lambda _: self._move(row, -1)))
        row.down.on_click(self._guard(lambda _: self._move(row, 1)))
        row.out.on_click(self._guard(lambda _: self._drop(row)))
        self.rows.append(row)
        self._arrange()
        return row

    def show(self, *, open_: bool, most: int, note: str = "", faults: Sequence[str] = ()) -> None:
        """Open or closed, with the sum, a note and what is wrong."""
        self.add.disabled = not open_ or len(self.rows) >= min(most, MOST)
        for row in self.rows:
            row.close(not open_)
        parts = []
        if self.rows:
            total = sum(shot["seconds"] for shot in self.value)
            parts.append(
                f"{len(self.rows)} shots, together {total} s" if len(self.rows) > 1 else f"1 shot, {total} s"
            )
            parts += [] if open_ else ["kept here, but not sent"]
        parts += [note] if note else []
        text = "".join(paragraph(fault, "bad") for fault in (faults if open_ else ()))
        text += paragraph("; ".join(parts))
        set_text(self._note, text)

    @property
    def note(self) -> str:
        """The note's HTML."""
        return str(self._note.value)

    def _move(self, row: "ShotRow", by: int) -> None:
        here = self.rows.index(row)
        there = here + by
        if 0 <= there < len(self.rows):
            self.rows[here], self.rows[there] = self.rows[there], self.rows[here]
            self._arrange()

    def _drop(self, row: "ShotRow") -> None:
        if row in self.rows:
            self.rows.remove(row)
            self._arrange()

    def _arrange(self) -> None:
        for number, row in enumerate(self.rows, start=1):
            row.number(number, len(self.rows))
        self._places.children = [row.box for row in self.rows]
        self._changed()


class ShotRow:
    """One shot's controls."""

    def __init__(self, prompt: str, seconds: int) -> None:
        self.prompt = classed(Text(prompt, continuous_update=True), "shot")
        self.seconds = classed(BoundedIntText(seconds, min=1, max=60, description="Seconds"), "seconds")
        self.up = icon_button("arrow-up")
        self.down = icon_button("arrow-down")
        self.out = icon_button("times")
        self.box = classed(HBox([self.prompt, self.seconds, self.up, self.down, self.out]), "shotrow")

    def number(self, number: int, of: int) -> None:
        """Say in every label which shot it is."""
        self.prompt.description = f"Shot {number}"
        self.seconds.tooltip = f"Seconds of shot {number}"
        named(self.up, f"Move shot {number} up").disabled = number == 1
        named(self.down, f"Move shot {number} down").disabled = number == of
        named(self.out, f"Take shot {number} out")

    def close(self, closed: bool) -> None:
        """Close or open the fields; a closed row can still be taken out."""
        self.prompt.disabled = self.seconds.disabled = closed
