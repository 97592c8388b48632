"""Progress for people: lines in a terminal, one table in a notebook cell. Neither leaves a widget behind."""

import html
import sys
from typing import Any, TextIO

from kit.generation.progress import Listener, ModelProgress, Progress

PLAIN_EVERY = 10.0
NOTEBOOK_EVERY = 0.3


def listener() -> Listener:
    """What suits where this runs: a table in a notebook, else lines on standard error."""
    return Notebook() if in_notebook() else Terminal(sys.stderr)


def in_notebook() -> bool:
    """Whether this is a Jupyter kernel (papermill's included)."""
    ipython: Any = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")


def duration(seconds: float) -> str:
    """Seconds as people say them: '45 s', '3 min', '1 h 20 min'."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def line(m: ModelProgress) -> str:
    """One model's progress in words; what is zero is left out, but never the number done."""
    parts = [f"{m.done} of {m.total} done"]
    parts += [
        f"{number} {word}"
        for number, word in (
            (m.running, "running"), (m.queued, "waiting"), (m.failed, "failed"), (m.refused, "refused"),
            (m.unknown, "unknown"), (m.left, "left for later"), (m.unsent, "not sent"),
        )
        if number
    ]  # fmt: skip
    parts.append(f"${m.spent_usd:.2f}")
    if m.seconds_left:
        parts.append(f"about {duration(m.seconds_left)} left")
    return f"{m.model}: {', '.join(parts)}"


class Terminal:
    """One line a model, rewritten in place on a terminal; elsewhere plain lines, at most every ten seconds."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._live = out.isatty()
        self._drawn = 0
        self._last: float | None = None

    def __call__(self, progress: Progress) -> None:
        """Show a snapshot."""
        if self._live:
            # Back to the first line; each is cleared before it is written again.
            self._out.write(f"\x1b[{self._drawn}A" if self._drawn else "")
            for text in (progress.message or "").splitlines():
                self._out.write(f"\x1b[2K{_printable(text)}\n")
            for m in progress.models:
                self._out.write(f"\x1b[2K{_printable(line(m))}\n")
            self._drawn = 0 if progress.last else len(progress.models)
        else:
            due = self._last is None or progress.seconds - self._last >= PLAIN_EVERY or progress.last
            for text in (progress.message or "").splitlines():
                self._out.write(_printable(text) + "\n")
            if due:
                self._last = progress.seconds
                for m in progress.models:
                    self._out.write(_printable(line(m)) + "\n")
        self._out.flush()


def _printable(text: str) -> str:
    """Without control characters, which could move a terminal's cursor."""
    return "".join(c if c.isprintable() else " " for c in text)


class Notebook:
    """One HTML table in the cell's output, replaced as the run goes on; the last one stays."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._last = float("-inf")
        self._messages: list[str] = []

    def __call__(self, progress: Progress) -> None:
        """Show a snapshot."""
        from IPython.display import HTML, display

        if progress.message:
            self._messages.append(progress.message)
        elif not progress.last and progress.seconds - self._last < NOTEBOOK_EVERY:
            return
        self._last = progress.seconds
        page = HTML(table(progress, self._messages))  # type: ignore[no-untyped-call]
        if self._handle is None:
            self._handle = display(page, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(page)


def table(progress: Progress, messages: list[str]) -> str:
    """The table's HTML; everything that came from outside is escaped."""
    names = (
        "model",
        "waiting",
        "running",
        "done",
        "failed",
        "refused",
        "unknown",
        "later",
        "not sent",
        "US$",
        "left",
    )
    head = "".join(f"<th scope='col'>{name}</th>" for name in names)
    rows = []
    for m in progress.models:
        left = "" if not m.seconds_left else f"about {duration(m.seconds_left)}"
        numbers = (m.queued, m.running, m.done, m.failed, m.refused, m.unknown, m.left, m.unsent)
        cells = [*(str(n) for n in numbers), f"{m.spent_usd:.2f}", left]
        rows.append(
            f"<tr><th scope='row'>{html.escape(m.model)}</th>"
            + "".join(f"<td>{c}</td>" for c in cells)
            + "</tr>"
        )
    said = "".join(f"<div>{html.escape(text)}</div>" for text in messages[-5:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>{said}"
