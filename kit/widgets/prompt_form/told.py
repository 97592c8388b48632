"""What a form shows where no widget can live: what the study was asked to film and what came, as text and plain HTML."""

from html import escape
from typing import TYPE_CHECKING

from kit.widgets.prompt_form.cost import clips

if TYPE_CHECKING:
    from kit.study import Study

NEWEST = 20
TEXT_LIMIT = 300
_NEEDS = "It needs a running kernel: run this cell to use it."


def as_text(study: "Study") -> str:
    """For terminals and text/plain."""
    head = f"Prompt form of the study {study.title!r}. {_NEEDS}"
    return "\n".join([head, *(f"- {prompt}: {came}" for prompt, came in _asked(study))])


def as_html(study: "Study") -> str:
    """For text/html: escaped, without script, and useful in a notebook that is not trusted."""
    rows = "".join(f"<li>{escape(prompt)}<br>{escape(came)}</li>" for prompt, came in _asked(study))
    listed = f"<ul>{rows}</ul>" if rows else ""
    return f"<div><p><strong>Prompt form</strong> of the study <em>{escape(study.title)}</em>. {_NEEDS}</p>{listed}</div>"


def _asked(study: "Study") -> list[tuple[str, str]]:
    """The newest prompts that were filmed, each with how many clips of which model there are."""
    found: dict[str, dict[str, list[int]]] = {}
    for row in study.ledger.requests().values():
        there = found.setdefault(row.prompt, {}).setdefault(row.model, [0, 0])
        there[0] += row.clip is not None
        there[1] += 1
    return [
        (_cut(prompt), ", ".join(f"{model} {_count(*number)}" for model, number in models.items()))
        for prompt, models in list(found.items())[-NEWEST:]
    ]


def _count(there: int, asked: int) -> str:
    return clips(there) if there == asked else f"{there} of {clips(asked)}"


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_LIMIT else f"{text[: TEXT_LIMIT - 1]}…"
