"""Steps are taken in order, once, and end at the tables that the code expects."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, inspect, make_url, text

from kit.storage import schema
from kit.storage.database import Database
from kit.storage.migrations import MIGRATIONS, Migration, applied, migrate


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path) -> Iterator[Database]:
    url = make_url(
        f"sqlite:///{tmp_path}/x.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    )
    database = Database(url, lambda: "2026-11-22T12:00:00Z", migrate=False)
    yield database
    database.close()


def columns(engine: Engine, table: str) -> dict[str, tuple[bool, str]]:
    return {
        c["name"]: (c["nullable"], c["type"].python_type.__name__) for c in inspect(engine).get_columns(table)
    }


def test_the_steps_end_at_the_schema(database):
    """Every table and column that the code names is there with the same type and nullability, and no other."""
    with database.writing() as connection:
        migrate(connection, "now")
    engine = database.engine
    assert set(inspect(engine).get_table_names()) == {*schema.metadata.tables, "kit_migrations"}
    for name, table in schema.metadata.tables.items():
        expected = {c.name: (bool(c.nullable), c.type.python_type.__name__) for c in table.columns}
        assert columns(engine, name) == expected
        found = {tuple(c["column_names"]) for c in inspect(engine).get_unique_constraints(name)}
        wanted = {
            tuple(c.name for c in u.columns)
            for u in table.constraints
            if u.__visit_name__ == "unique_constraint"
        }
        assert found == wanted


def test_an_old_database_takes_only_the_steps_it_lacks(database):
    """A second step runs on a database that has taken the first, and nothing runs twice."""
    extended = (*MIGRATIONS, Migration("9999_colour", ("ALTER TABLE clips ADD COLUMN colour VARCHAR",)))
    with database.writing() as connection:
        assert migrate(connection, "then") == [m.name for m in MIGRATIONS]
    with database.writing() as connection:
        assert migrate(connection, "now", extended) == ["9999_colour"]
        assert migrate(connection, "now", extended) == []
        assert applied(connection) == [m.name for m in extended]
        times = (
            connection.execute(text("SELECT applied_at FROM kit_migrations ORDER BY name")).scalars().all()
        )
    assert times == [*["then"] * len(MIGRATIONS), "now"]


def test_a_step_that_fails_leaves_nothing_behind(database):
    """The steps of one opening are one transaction."""
    broken = (
        *MIGRATIONS,
        Migration("9999_broken", ("ALTER TABLE clips ADD COLUMN colour VARCHAR", "NONSENSE")),
    )
    with pytest.raises(Exception, match="NONSENSE"), database.writing() as connection:
        migrate(connection, "now", broken)
    assert inspect(database.engine).get_table_names() == []
