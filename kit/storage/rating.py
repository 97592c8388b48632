"""Blind rating in the database: a queue for each rater, and a log of judgements that is only ever added to.

One answer is one transaction: its row in the log, the vote (score, check) that it becomes, and how far the item is.
A token that the sender makes up names the answer, so that the same answer sent twice is stored once.
"""

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import Connection, Row, Table, and_, func, insert, select, true, update

from kit import canonical
from kit.storage import frames, schema
from kit.storage.records import NewCheck, NewScore, NewVote, add_checks, add_scores, add_votes

if TYPE_CHECKING:
    from kit.storage.database import Database

# An item's state: nobody answered it; skipped once, so it is offered again; skipped twice; answered; its clips are gone.
OPEN, SKIPPED, PASSED, DONE, GONE = "open", "skipped", "passed", "done", "gone"
# What an item is: two models' clips, the same again with sides swapped, a clip against its own degraded copy.
KINDS = ("pair", "repeat", "known")
_META = "rating"


@dataclass(frozen=True)
class Item:
    """One thing in a rater's queue; `position` counts from 0.

    `kind` is 'pair', 'repeat' (of the pair at `of_position`, sides swapped) or 'known' (clip_a against its own
    degraded copy, which stands on the side `degraded`; model_b, clip_b and left_model are None).
    """

    position: int
    kind: str
    prompt_id: str
    take: int
    model_a: str
    model_b: str | None
    clip_a: str
    clip_b: str | None
    left_model: str | None = None
    of_position: int | None = None
    degraded: str | None = None
    state: str = OPEN

    @property
    def left(self) -> str:
        """'a' or 'b': which of the two stands left. Of a known answer the clip itself is 'a', its copy 'b'."""
        if self.kind == "known":
            return "b" if self.degraded == "left" else "a"
        return "a" if self.left_model == self.model_a else "b"

    @property
    def right(self) -> str:
        """'a' or 'b': which of the two stands right."""
        return "b" if self.left == "a" else "a"


@dataclass(frozen=True)
class NewJudgement:
    """One answer, or the taking back of one. `side` is as on the screen, `choice` 'a' or 'b' as in the item.

    `answer` holds scores ({"a": {dimension: 1..5 or None}, "b": ...}) or checks ({"a": {check: answer or None}, ...}).
    """

    token: str
    step: str
    rubric: str
    position: int | None = None
    dimension: str | None = None
    side: str | None = None
    choice: str | None = None
    left_model: str | None = None
    answer: dict[str, dict[str, Any]] | None = None
    note: str | None = None
    seconds: float | None = None
    through: bool | None = None
    plays: int | None = None
    mode: str | None = None
    undoes: int | None = None

    def same_as(self, other: "NewJudgement") -> bool:
        """Whether both say the same; how long it took and what was watched meanwhile does not matter."""
        return all(getattr(self, name) == getattr(other, name) for name in _SAID)


@dataclass(frozen=True, kw_only=True)
class Judgement(NewJudgement):
    """One answer as the log has it; `result` is what its sender was told."""

    id: int
    result: dict[str, Any]
    created_at: str


_SAID = ("step", "position", "dimension", "side", "answer", "note")
_ITEM = tuple(field.name for field in fields(Item))
_NEW = tuple(field.name for field in fields(NewJudgement))
_JUDGEMENT = tuple(field.name for field in fields(Judgement))


class Ratings:
    """Queues and judgements of one study."""

    def __init__(self, database: "Database", now: Callable[[], str]) -> None:
        self._database, self._now = database, now

    def at(self, now: Callable[[], str]) -> "Ratings":
        """The same with another clock."""
        return Ratings(self._database, now)

    def hold(self) -> None:
        """Be ready for many small answers one after another, until the study is closed."""
        self._database.hold()

    def secret(self) -> bytes:
        """32 bytes that only this study's owner has: what names of blind clips are made with. Made once."""
        with self._database.writing() as connection:
            mine = schema.meta.c.key == _META
            found = connection.execute(select(schema.meta.c.value).where(mine)).scalar()
            if found is None:
                found = secrets.token_hex(32)
                connection.execute(insert(schema.meta).values(key=_META, value=found))
        return bytes.fromhex(found)

    @contextmanager
    def reading(self, rater: str, rater_kind: str) -> Iterator["RaterRows"]:
        """One rater's rows as they are at one moment."""
        with self._database.reading() as connection:
            yield RaterRows(connection, rater, rater_kind, self._now)

    @contextmanager
    def writing(self, rater: str, rater_kind: str) -> Iterator["RaterRows"]:
        """One rater's rows, alone in writing; all that is changed is kept at the end, or nothing of it."""
        with self._database.writing() as connection:
            yield RaterRows(connection, rater, rater_kind, self._now)


class RaterRows:
    """One rater's queue and log inside a transaction.

    Nothing here reads more than one item needs, but for `items`, `frame`, and `log` without a position, which read the
    whole queue or log of this rater.
    """

    def __init__(self, connection: Connection, rater: str, rater_kind: str, now: Callable[[], str]) -> None:
        self._connection, self._now = connection, now
        self.rater, self.rater_kind = rater, rater_kind

    def _mine(self, table: Table) -> Any:
        return and_(table.c.rater == self.rater, table.c.rater_kind == self.rater_kind)

    # The queue

    def items(self) -> list[Item]:
        """The whole queue, in order."""
        return self._items(true())

    def item(self, position: int) -> Item | None:
        """The item at a position; None where the queue has none."""
        found = self._items(schema.rating_items.c.position == position)
        return found[0] if found else None

    def _items(self, where: Any) -> list[Item]:
        table = schema.rating_items
        query = select(*(table.c[name] for name in _ITEM)).where(self._mine(table), where)
        return [Item(*row) for row in self._connection.execute(query.order_by(table.c.position))]

    def add_items(self, items: Sequence[Item]) -> None:
        """Items at the end of the queue."""
        common = {"rater": self.rater, "rater_kind": self.rater_kind, "created_at": self._now()}
        if items:
            self._connection.execute(insert(schema.rating_items), [asdict(item) | common for item in items])

    def set_state(self, position: int, state: str) -> None:
        """How far an item is."""
        table = schema.rating_items
        mine = and_(self._mine(table), table.c.position == position)
        self._connection.execute(update(table).where(mine).values(state=state))

    def counts(self) -> dict[str, int]:
        """How many items are in each state."""
        table = schema.rating_items
        query = select(table.c.state, func.count()).where(self._mine(table)).group_by(table.c.state)
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def number(self, position: int) -> int:
        """How many items up to this one, it included, have not lost their clips."""
        table = schema.rating_items
        query = select(func.count()).where(
            self._mine(table), table.c.position <= position, table.c.state != GONE
        )
        return int(self._connection.execute(query).scalar_one())

    def first(self, states: Sequence[str], *, after: int = -1) -> int | None:
        """The first position after `after` whose item is in one of these states."""
        return self._position(func.min, states, schema.rating_items.c.position > after)

    def last(self, states: Sequence[str], *, before: int) -> int | None:
        """The last position before `before` whose item is in one of these states."""
        return self._position(func.max, states, schema.rating_items.c.position < before)

    def _position(self, which: Callable[..., Any], states: Sequence[str], where: Any) -> int | None:
        table = schema.rating_items
        found = []
        # A state at a time, so that each is one step into the index.
        for state in states:
            query = select(which(table.c.position)).where(self._mine(table), table.c.state == state, where)
            position = self._connection.execute(query).scalar()
            found += [] if position is None else [int(position)]
        if not found:
            return None
        return min(found) if which is func.min else max(found)

    # The log

    def told(self, token: str) -> Judgement | None:
        """What was stored under this token; None where nothing was."""
        found = self._log(schema.judgements.c.token == token)
        return found[0] if found else None

    def log(self, position: int | None = None) -> list[Judgement]:
        """The judgements on one item, or all of them, oldest first."""
        return self._log(true() if position is None else schema.judgements.c.position == position)

    def log_on(self, prompt_id: str, take: int) -> list[tuple[Item, Judgement]]:
        """The judgements on this prompt's pairs, with the items they are about, oldest first."""
        table = schema.rating_items
        same = and_(table.c.prompt_id == prompt_id, table.c.take == take, table.c.kind == "pair")
        items = {item.position: item for item in self._items(same)}
        rows = self._log(schema.judgements.c.position.in_(list(items)))
        return [(items[row.position], row) for row in rows if row.position is not None]

    def _log(self, where: Any) -> list[Judgement]:
        table = schema.judgements
        query = select(*(table.c[name] for name in _JUDGEMENT)).where(self._mine(table), where)
        return [_judgement(row) for row in self._connection.execute(query.order_by(table.c.id))]

    def frame(self) -> pd.DataFrame:
        """This rater's part of `Study.judgements`."""
        return frames.judgements(self._connection, self._mine(schema.judgements))

    def last_standing(self, steps: Sequence[str]) -> Judgement | None:
        """The newest answer of these steps that has not been taken back."""
        table, undo = schema.judgements, schema.judgements.alias("undo")
        query = (
            select(*(table.c[name] for name in _JUDGEMENT))
            .where(
                self._mine(table),
                table.c.step.in_(steps),
                ~select(undo.c.id).where(undo.c.undoes == table.c.id).exists(),
            )
            .order_by(table.c.id.desc())
            .limit(1)
        )
        row = self._connection.execute(query).first()
        return None if row is None else _judgement(row)

    def add(self, judgement: NewJudgement, result: dict[str, Any]) -> None:
        """A row at the end of the log; `result` is what its sender is told, now and whenever it is sent again."""
        row = {name: getattr(judgement, name) for name in _NEW}
        row["result"] = canonical.canonical(result)
        if judgement.answer is not None:
            row["answer"] = canonical.canonical(judgement.answer)
        common = {"rater": self.rater, "rater_kind": self.rater_kind, "created_at": self._now()}
        self._connection.execute(insert(schema.judgements).values(**row, **common))

    # What the answers become

    def add_votes(self, votes: Sequence[NewVote]) -> None:
        """Votes as revisions; the choice 'withdrawn' takes a vote back."""
        add_votes(self._connection, votes, self._now())

    def add_scores(self, scores: Sequence[NewScore]) -> None:
        """Scores as revisions; a score of 0 takes back one that is there."""
        kept = [
            s
            for s in scores
            if s.score != schema.NO_SCORE or self._is_there(schema.scores, schema.SCORE_KEY, s)
        ]
        add_scores(self._connection, kept, self._now())

    def add_checks(self, checks: Sequence[NewCheck]) -> None:
        """Answers to checks as revisions; 'withdrawn' takes back one that is there."""
        table, key = schema.check_answers, schema.CHECK_KEY
        kept = [c for c in checks if c.answer != schema.WITHDRAWN or self._is_there(table, key, c)]
        add_checks(self._connection, kept, self._now())

    def _is_there(self, table: Table, key: Sequence[str], row: object) -> bool:
        same = and_(*(table.c[name] == getattr(row, name) for name in key))
        return self._connection.execute(select(table.c.id).where(same).limit(1)).first() is not None


def _judgement(row: Row[Any]) -> Judgement:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    if values["answer"] is not None:
        values["answer"] = json.loads(values["answer"])
    return Judgement(**values | {"result": json.loads(values["result"])})
