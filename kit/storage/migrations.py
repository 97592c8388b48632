"""How a study's database came to its present shape: named steps in order, each applied once and recorded.

A step is frozen SQL, never derived from `schema`, so that an old database takes the same road as a new one.
`{id}`, `{double}` and `{blob}` stand for what SQLite and PostgreSQL spell differently.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, inspect, text

from kit.errors import StudyTooNew


class Migration(NamedTuple):
    """One step: its name, as recorded in the database, and its statements."""

    name: str
    statements: tuple[str, ...]


_FIRST = (
    "CREATE TABLE meta (key VARCHAR NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE clips (
        clip VARCHAR(64) NOT NULL PRIMARY KEY, suffix VARCHAR NOT NULL, bytes INTEGER NOT NULL,
        container VARCHAR NOT NULL, codec VARCHAR NOT NULL, pix_fmt VARCHAR,
        width INTEGER NOT NULL, height INTEGER NOT NULL, fps {double}, frames INTEGER, seconds {double},
        has_audio BOOLEAN NOT NULL, browser_plays BOOLEAN NOT NULL, sandbox BOOLEAN NOT NULL,
        created_at VARCHAR NOT NULL)""",
    """CREATE TABLE requests (
        request VARCHAR(64) NOT NULL PRIMARY KEY, position INTEGER NOT NULL, prompt_id VARCHAR NOT NULL,
        prompt TEXT NOT NULL, model VARCHAR NOT NULL, provider VARCHAR NOT NULL, settings TEXT NOT NULL,
        take INTEGER NOT NULL, clip VARCHAR(64) REFERENCES clips (clip), state VARCHAR NOT NULL,
        seconds {double}, cost_usd {double}, camera_motion VARCHAR, notes TEXT, extra TEXT NOT NULL,
        created_at VARCHAR NOT NULL)""",
    "CREATE INDEX requests_by_prompt ON requests (prompt_id, model, take)",
    """CREATE TABLE measurements (
        clip VARCHAR(64) NOT NULL REFERENCES clips (clip), metric VARCHAR NOT NULL, version INTEGER NOT NULL,
        value {double}, text TEXT, unit VARCHAR, events TEXT NOT NULL, series {blob},
        PRIMARY KEY (clip, metric, version))""",
    """CREATE TABLE faults (
        clip VARCHAR(64) NOT NULL PRIMARY KEY REFERENCES clips (clip), version INTEGER NOT NULL,
        reason TEXT NOT NULL)""",
    """CREATE TABLE votes (
        id {id}, prompt_id VARCHAR NOT NULL, model_a VARCHAR NOT NULL, model_b VARCHAR NOT NULL,
        take INTEGER NOT NULL, dimension VARCHAR NOT NULL, rater VARCHAR NOT NULL, rater_kind VARCHAR NOT NULL,
        revision INTEGER NOT NULL, choice VARCHAR NOT NULL, left_model VARCHAR, seconds {double}, note TEXT,
        created_at VARCHAR NOT NULL,
        CONSTRAINT one_vote UNIQUE
        (prompt_id, model_a, model_b, take, dimension, rater, rater_kind, revision))""",
    """CREATE TABLE scores (
        id {id}, prompt_id VARCHAR NOT NULL, model VARCHAR NOT NULL, take INTEGER NOT NULL,
        dimension VARCHAR NOT NULL, rater VARCHAR NOT NULL, rater_kind VARCHAR NOT NULL,
        revision INTEGER NOT NULL, score {double} NOT NULL, note TEXT, created_at VARCHAR NOT NULL,
        CONSTRAINT one_score UNIQUE (prompt_id, model, take, dimension, rater, rater_kind, revision))""",
)

_TASKS = (
    """CREATE TABLE tasks (
        id {id}, request VARCHAR(64) NOT NULL REFERENCES requests (request), attempt INTEGER NOT NULL,
        provider VARCHAR NOT NULL, base_url VARCHAR NOT NULL, state VARCHAR NOT NULL,
        external_id VARCHAR NOT NULL, provider_task_id VARCHAR, links TEXT NOT NULL,
        intent_at VARCHAR NOT NULL, sending_at VARCHAR, submitted_at VARCHAR, finished_at VARCHAR, stored_at VARCHAR,
        provider_created_at VARCHAR, provider_started_at VARCHAR, provider_ended_at VARCHAR,
        queue_seconds {double}, processing_seconds {double}, wall_seconds {double},
        estimated_usd {double}, cost_usd {double}, cost_source VARCHAR,
        error_class VARCHAR, error TEXT, raw TEXT, created_at VARCHAR NOT NULL,
        CONSTRAINT one_attempt UNIQUE (request, attempt))""",
    "CREATE INDEX tasks_by_state ON tasks (state)",
)

_PROMPTS = (
    """CREATE TABLE prompts (
        prompt_id VARCHAR NOT NULL PRIMARY KEY, position INTEGER NOT NULL, text TEXT NOT NULL, title VARCHAR NOT NULL,
        stresses VARCHAR, negative_prompt TEXT NOT NULL, camera TEXT NOT NULL, checks TEXT NOT NULL,
        created_at VARCHAR NOT NULL)""",
)

_RATING = (
    """CREATE TABLE check_answers (
        id {id}, prompt_id VARCHAR NOT NULL, model VARCHAR NOT NULL, take INTEGER NOT NULL, "check" TEXT NOT NULL,
        rater VARCHAR NOT NULL, rater_kind VARCHAR NOT NULL, revision INTEGER NOT NULL, answer VARCHAR NOT NULL,
        created_at VARCHAR NOT NULL,
        CONSTRAINT one_check UNIQUE (prompt_id, model, take, "check", rater, rater_kind, revision))""",
    """CREATE TABLE rating_items (
        rater VARCHAR NOT NULL, rater_kind VARCHAR NOT NULL, position INTEGER NOT NULL, kind VARCHAR NOT NULL,
        prompt_id VARCHAR NOT NULL, take INTEGER NOT NULL, model_a VARCHAR NOT NULL, model_b VARCHAR,
        clip_a VARCHAR(64) NOT NULL, clip_b VARCHAR(64), left_model VARCHAR, of_position INTEGER, degraded VARCHAR,
        state VARCHAR NOT NULL, created_at VARCHAR NOT NULL,
        PRIMARY KEY (rater, rater_kind, position))""",
    "CREATE INDEX rating_items_by_state ON rating_items (rater, rater_kind, state, position)",
    "CREATE INDEX rating_items_by_prompt ON rating_items (rater, rater_kind, prompt_id, take)",
    """CREATE TABLE judgements (
        id {id}, rater VARCHAR NOT NULL, rater_kind VARCHAR NOT NULL, token VARCHAR NOT NULL, position INTEGER,
        step VARCHAR NOT NULL, dimension VARCHAR, side VARCHAR, choice VARCHAR, left_model VARCHAR,
        answer TEXT, note TEXT, seconds {double}, through BOOLEAN, plays INTEGER, mode VARCHAR,
        rubric VARCHAR(64) NOT NULL, undoes INTEGER REFERENCES judgements (id), result TEXT NOT NULL,
        created_at VARCHAR NOT NULL,
        CONSTRAINT one_token UNIQUE (rater, rater_kind, token))""",
    "CREATE INDEX judgements_by_item ON judgements (rater, rater_kind, position)",
    "CREATE INDEX judgements_in_order ON judgements (rater, rater_kind, id)",
    "CREATE UNIQUE INDEX judgements_undone_once ON judgements (undoes)",
)

MIGRATIONS: tuple[Migration, ...] = (
    Migration("0001_clips_votes_measurements", _FIRST),
    Migration("0002_tasks", _TASKS),
    Migration("0003_rating", _RATING),
    Migration("0004_prompts", _PROMPTS),
)

_SPELLINGS = {
    "sqlite": {"id": "INTEGER NOT NULL PRIMARY KEY", "double": "DOUBLE", "blob": "BLOB"},
    "postgresql": {"id": "SERIAL PRIMARY KEY", "double": "DOUBLE PRECISION", "blob": "BYTEA"},
}


def applied(connection: Connection) -> list[str]:
    """Names of the steps that this database has taken, in order; empty for a new one."""
    if not inspect(connection).has_table("kit_migrations"):
        return []
    return list(connection.execute(text("SELECT name FROM kit_migrations ORDER BY name")).scalars())


def pending(connection: Connection, migrations: Sequence[Migration] = MIGRATIONS) -> list[Migration]:
    """Steps still to take. Raises StudyTooNew where the database knows steps that this kit does not."""
    taken = applied(connection)
    unknown = sorted(set(taken) - {m.name for m in migrations})
    if unknown:
        raise StudyTooNew(
            f"this study was last written by a newer kit (it has the step {unknown[-1]!r}, "
            f"and this kit knows steps up to {migrations[-1].name!r}); "
            "upgrade with: pip install --upgrade t2v-eval-kit"
        )
    return [m for m in migrations if m.name not in taken]


def migrate(connection: Connection, now: str, migrations: Sequence[Migration] = MIGRATIONS) -> list[str]:
    """Take every pending step inside the caller's transaction; return the names of those taken."""
    steps = pending(connection, migrations)
    if steps and not inspect(connection).has_table("kit_migrations"):
        connection.execute(text("CREATE TABLE kit_migrations (name VARCHAR PRIMARY KEY, applied_at VARCHAR)"))
    spelling = _SPELLINGS[connection.dialect.name]
    for step in steps:
        for statement in step.statements:
            connection.execute(text(statement.format(**spelling)))
        connection.execute(
            text("INSERT INTO kit_migrations (name, applied_at) VALUES (:name, :now)"),
            {"name": step.name, "now": now},
        )
    return [m.name for m in steps]
