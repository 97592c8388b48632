"""The tables of a study, as SQLAlchemy sees them. `migrations` makes them; a test holds the two against each other.

Times are ISO 8601 texts in UTC ending in Z, so that SQLite and PostgreSQL sort and return them alike.
JSON is kept as text, written by `kit.canonical`.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

# What a vote and a score are about: of rows with the same key the newest revision counts.
VOTE_KEY = ("prompt_id", "model_a", "model_b", "take", "dimension", "rater", "rater_kind")
SCORE_KEY = ("prompt_id", "model", "take", "dimension", "rater", "rater_kind")

meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),
)

clips = Table(
    "clips",
    metadata,
    Column("clip", String(64), primary_key=True),
    Column("suffix", String, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("container", String, nullable=False),
    Column("codec", String, nullable=False),
    Column("pix_fmt", String),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("fps", Double),
    Column("frames", Integer),
    Column("seconds", Double),
    Column("has_audio", Boolean, nullable=False),
    Column("browser_plays", Boolean, nullable=False),
    Column("sandbox", Boolean, nullable=False),
    Column("created_at", String, nullable=False),
)

requests = Table(
    "requests",
    metadata,
    Column("request", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("prompt_id", String, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("model", String, nullable=False),
    Column("provider", String, nullable=False),
    Column("settings", Text, nullable=False),
    Column("take", Integer, nullable=False),
    Column("clip", String(64), ForeignKey("clips.clip")),
    Column("state", String, nullable=False),
    Column("seconds", Double),
    Column("cost_usd", Double),
    Column("camera_motion", String),
    Column("notes", Text),
    Column("extra", Text, nullable=False),
    Column("created_at", String, nullable=False),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("request", String(64), ForeignKey("requests.request"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("provider", String, nullable=False),
    Column("base_url", String, nullable=False),
    Column("state", String, nullable=False),
    Column("external_id", String, nullable=False),
    Column("provider_task_id", String),
    Column("links", Text, nullable=False),
    Column("intent_at", String, nullable=False),
    Column("sending_at", String),
    Column("submitted_at", String),
    Column("finished_at", String),
    Column("stored_at", String),
    Column("provider_created_at", String),
    Column("provider_started_at", String),
    Column("provider_ended_at", String),
    Column("queue_seconds", Double),
    Column("processing_seconds", Double),
    Column("wall_seconds", Double),
    Column("estimated_usd", Double),
    Column("cost_usd", Double),
    Column("cost_source", String),
    Column("error_class", String),
    Column("error", Text),
    Column("raw", Text),
    Column("created_at", String, nullable=False),
    UniqueConstraint("request", "attempt", name="one_attempt"),
)

measurements = Table(
    "measurements",
    metadata,
    Column("clip", String(64), ForeignKey("clips.clip"), primary_key=True),
    Column("metric", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("value", Double),
    Column("text", Text),
    Column("unit", String),
    Column("events", Text, nullable=False),
    Column("series", LargeBinary),
)

faults = Table(
    "faults",
    metadata,
    Column("clip", String(64), ForeignKey("clips.clip"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("reason", Text, nullable=False),
)

votes = Table(
    "votes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("prompt_id", String, nullable=False),
    Column("model_a", String, nullable=False),
    Column("model_b", String, nullable=False),
    Column("take", Integer, nullable=False),
    Column("dimension", String, nullable=False),
    Column("rater", String, nullable=False),
    Column("rater_kind", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("choice", String, nullable=False),
    Column("left_model", String),
    Column("seconds", Double),
    Column("note", Text),
    Column("created_at", String, nullable=False),
    UniqueConstraint(*VOTE_KEY, "revision", name="one_vote"),
)

scores = Table(
    "scores",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("prompt_id", String, nullable=False),
    Column("model", String, nullable=False),
    Column("take", Integer, nullable=False),
    Column("dimension", String, nullable=False),
    Column("rater", String, nullable=False),
    Column("rater_kind", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("score", Double, nullable=False),
    Column("note", Text),
    Column("created_at", String, nullable=False),
    UniqueConstraint(*SCORE_KEY, "revision", name="one_score"),
)
