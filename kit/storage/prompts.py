"""Prompts that were typed into a form or a cell: in the database, so that the hand-edited study.yaml keeps its comments."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, insert, select, update

from kit.cells import id_cell, show
from kit.errors import BadParameter, BadSuite, Fault
from kit.storage import schema
from kit.storage.config import stressable
from kit.suite import Prompt, Suite, free_id

if TYPE_CHECKING:
    from kit.storage.config import StudyConfig
    from kit.storage.database import Database

_BESIDE = ("title", "stresses", "camera", "checks")


def add_prompt(database: "Database", config: "StudyConfig", given: Prompt, now: str) -> str:
    """Keep a prompt; see `Study.add_prompt`. `given.id` is empty where the id is to be made from the text."""
    prompt = _checked(config, given)
    suite = config.suite.prompts if config.suite else ()
    with database.writing() as connection:
        added = added_prompts(connection)
        clips = _of_requests(connection)
        there = next((p for p in (*suite, *added, *clips) if _same(p, prompt)), None)
        if there is not None:
            _require_id(prompt, there)
            if there in suite:
                _require_nothing_else(prompt, there)
            elif there in added:
                _bring_up_to_date(connection, prompt, there)
            elif any(getattr(prompt, name) for name in _BESIDE):
                _insert(connection, prompt, there.id, now)
            return there.id
        taken = {p.id: p for p in (*clips, *added, *suite)}
        if prompt.id in taken:
            problem = f"the id {prompt.id!r} belongs to another prompt, {show(taken[prompt.id].text)}; choose another, or none"
            raise BadParameter([Fault("prompt", problem, None, "id")])
        name = prompt.id or free_id(prompt.text, taken)
        _insert(connection, prompt, name, now)
        return name


def added_prompts(connection: Connection) -> list[Prompt]:
    """The prompts that were added, in that order."""
    table = schema.prompts
    return [
        Prompt(
            row.prompt_id,
            row.text,
            row.title,
            row.stresses,
            row.negative_prompt,
            tuple(json.loads(row.camera)),
            tuple(json.loads(row.checks)),
        )
        for row in connection.execute(select(table).order_by(table.c.position))
    ]


def _checked(config: "StudyConfig", given: Prompt) -> Prompt:
    """The prompt as a suite would read it: the same is refused for the same reason."""
    fields = {name: getattr(given, name) for name in ("text", "negative_prompt", *_BESIDE)}
    plain = {k: list(v) if isinstance(v, tuple) else v for k, v in fields.items() if v not in ("", None, ())}
    try:
        if given.id:
            id_cell(given.id)
        read = Suite.from_data(
            {"name": "x", "prompts": [plain]}, "prompt", dimensions=stressable(config.rubric)
        )
    except BadSuite as bad:
        raise BadParameter(
            Fault("prompt", f.problem, None, (f.column or "text").removeprefix("prompt 1, "))
            for f in bad.faults
        ) from None
    except ValueError as bad:
        raise BadParameter([Fault("prompt", str(bad), None, "id")]) from None
    prompt = read.prompts[0]
    return Prompt(
        given.id,
        prompt.text,
        prompt.title,
        prompt.stresses,
        prompt.negative_prompt,
        prompt.camera,
        prompt.checks,
    )


def _of_requests(connection: Connection) -> list[Prompt]:
    table = schema.requests
    rows = connection.execute(select(table.c.prompt_id, table.c.prompt).order_by(table.c.position))
    return [Prompt(row.prompt_id, row.prompt) for row in rows]


def _same(one: Prompt, other: Prompt) -> bool:
    return (one.text, one.negative_prompt) == (other.text, other.negative_prompt)


def _require_id(prompt: Prompt, there: Prompt) -> None:
    if prompt.id not in ("", there.id):
        problem = f"the study has this prompt already, as {there.id!r}; leave the id out, or give that one"
        raise BadParameter([Fault("prompt", problem, None, "id")])


def _require_nothing_else(prompt: Prompt, there: Prompt) -> None:
    faults = [
        Fault("prompt", f"the suite has this prompt ({there.id}) with another {name}; change the suite, or leave it out", None, name)
        for name in _BESIDE
        if getattr(prompt, name) and getattr(prompt, name) != getattr(there, name)
    ]  # fmt: skip
    if faults:
        raise BadParameter(faults)


def _bring_up_to_date(connection: Connection, prompt: Prompt, there: Prompt) -> None:
    given = {name: value for name, value in _beside(prompt).items() if getattr(prompt, name)}
    if given:
        table = schema.prompts
        connection.execute(update(table).where(table.c.prompt_id == there.id).values(**given))


def _insert(connection: Connection, prompt: Prompt, name: str, now: str) -> None:
    table = schema.prompts
    last = connection.execute(select(func.coalesce(func.max(table.c.position), -1))).scalar_one()
    connection.execute(
        insert(table).values(
            prompt_id=name,
            position=last + 1,
            text=prompt.text,
            negative_prompt=prompt.negative_prompt,
            **_beside(prompt),
            created_at=now,
        )
    )


def _beside(prompt: Prompt) -> dict[str, Any]:
    return {
        "title": prompt.title,
        "stresses": prompt.stresses,
        "camera": _listed(prompt.camera),
        "checks": _listed(prompt.checks),
    }


def _listed(words: Sequence[str]) -> str:
    return json.dumps(list(words), ensure_ascii=False)
