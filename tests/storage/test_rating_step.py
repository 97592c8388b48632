"""A study from before blind rating: opening it adds the tables for that, and changes nothing else."""

import json
import shutil
import sqlite3
from pathlib import Path

from sqlalchemy import make_url, text

from kit.rating import BlindMedia, RatingOptions, RatingSession
from kit.storage.database import Database
from kit.storage.migrations import MIGRATIONS, migrate
from kit.study import Study

EXAMPLE = Path(__file__).parents[2] / "reports" / "example"
OLD = ("meta", "clips", "requests", "tasks", "measurements", "faults", "votes", "scores")


def rows(file: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(file) as connection:
        found = {table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr) for table in OLD}
    connection.close()
    return found


def test_the_example_keeps_its_rows_and_its_fingerprint(tmp_path):
    """Taken back to the second step and opened, it is what its report was made from, and can be rated at once."""
    shutil.copytree(EXAMPLE / "study", tmp_path / "study")
    file = tmp_path / "study" / "study.db"
    with sqlite3.connect(file) as connection:
        for table in ("judgements", "rating_items", "check_answers", "prompts"):
            connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute("DELETE FROM kit_migrations WHERE name > '0002_tasks'")
    connection.close()
    before = rows(file)
    assert len(before["votes"]) > 0
    told = json.loads((EXAMPLE / "example.json").read_text())["study"]["fingerprint"]
    with Study.open(tmp_path / "study") as study:
        assert rows(file) == before
        assert study.fingerprint() == told
        assert study.checks.empty
        assert study.judgements.empty
        media = BlindMedia(study, study.rating.secret())
        session = RatingSession(study, rater="mira", options=RatingOptions(), media=media)
        start = session.ask("start", {})
        assert start["total"] == len(study.pairs())
        assert start["sandbox"] is True
        assert "sandbox" in start["caveats"][1]
        media.close()
        # A queue alone, and the secret of the study, are nothing that a report is made from.
        assert study.fingerprint() == told
    # The connection that was held for many small writes is gone, and SQLite's log with it.
    assert sorted(path.name for path in (tmp_path / "study").iterdir()) == ["clips", "study.db", "study.yaml"]


def test_a_server_takes_the_step_with_its_rows(postgres_url):
    """On PostgreSQL the rows of the second step are there after the third, and the new tables are empty."""
    database = Database(make_url(postgres_url), lambda: "2026-11-22T12:00:00Z", migrate=False)
    with database.writing() as connection:
        migrate(connection, "then", MIGRATIONS[:2])
        connection.execute(
            text(
                "INSERT INTO votes (prompt_id, model_a, model_b, take, dimension, rater, rater_kind, revision, choice, "
                "created_at) VALUES ('p', 'a', 'b', 1, 'artifacts', 'mira', 'person', 1, 'tie', '2026-01-01T00:00:00Z')"
            )
        )
        old = connection.execute(text("SELECT * FROM votes")).all()
    with database.writing() as connection:
        assert migrate(connection, "now") == [step.name for step in MIGRATIONS[2:]]
        assert connection.execute(text("SELECT * FROM votes")).all() == old
        for table in ("judgements", "rating_items", "check_answers"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0
    database.close()
