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
CHECK_KEY = ("prompt_id", "model", "take", "check", "rater", "rater_kind")
# What a newest revision says that takes back what the ones before it said: such a row counts as not there.
WITHDRAWN, NO_SCORE = "withdrawn", 0.0

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

# Prompts that were typed; those of the suite are in study.yaml.
prompts = Table(
    "prompts",
    metadata,
    Column("prompt_id", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("title", String, nullable=False),
    Column("stresses", String),
    Column("negative_prompt", Text, nullable=False),
    Column("camera", Text, nullable=False),
    Column("checks", Text, nullable=False),
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

check_answers = Table(
    "check_answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("prompt_id", String, nullable=False),
    Column("model", String, nullable=False),
    Column("take", Integer, nullable=False),
    Column("check", Text, nullable=False),
    Column("rater", String, nullable=False),
    Column("rater_kind", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("answer", String, nullable=False),
    Column("created_at", String, nullable=False),
    UniqueConstraint(*CHECK_KEY, "revision", name="one_check"),
)

rating_items = Table(
    "rating_items",
    metadata,
    Column("rater", String, primary_key=True),
    Column("rater_kind", String, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("prompt_id", String, nullable=False),
    Column("take", Integer, nullable=False),
    Column("model_a", String, nullable=False),
    Column("model_b", String),
    Column("clip_a", String(64), nullable=False),
    Column("clip_b", String(64)),
    Column("left_model", String),
    Column("of_position", Integer),
    Column("degraded", String),
    Column("state", String, nullable=False),
    Column("created_at", String, nullable=False),
)

judgements = Table(
    "judgements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rater", String, nullable=False),
    Column("rater_kind", String, nullable=False),
    Column("token", String, nullable=False),
    Column("position", Integer),
    Column("step", String, nullable=False),
    Column("dimension", String),
    Column("side", String),
    Column("choice", String),
    Column("left_model", String),
    Column("answer", Text),
    Column("note", Text),
    Column("seconds", Double),
    Column("through", Boolean),
    Column("plays", Integer),
    Column("mode", String),
    Column("rubric", String(64), nullable=False),
    Column("undoes", Integer, ForeignKey("judgements.id")),
    Column("result", Text, nullable=False),
    Column("created_at", String, nullable=False),
    UniqueConstraint("rater", "rater_kind", "token", name="one_token"),
)
