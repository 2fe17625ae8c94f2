"""The migrations make the tables the program expects, on both databases, however many processes ask at once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from pkgutil import iter_modules, resolve_name

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Table, create_engine, inspect, text

import adapters.database.schema
from adapters.database.engine import make_engine
from adapters.database.schema import HEAD, is_current, upgrade
from adapters.database.tables import METADATA
from domain.jobs.errors import ServiceUnavailable
from tests.services.logins import administrator_of, fresh_database

PROCESSES = 4

for module in iter_modules(adapters.database.__path__, "adapters.database."):
    if module.name.endswith("_tables"):  # whatever adds to METADATA
        resolve_name(module.name)

OF_NOBODY = {"duty"}
"""Tables of the installation itself: who sweeps. They hold nobody's work."""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database without a table."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'antiphon.db'}")
        yield engine
        engine.dispose()
        return
    with fresh_database(os.environ["ANTIPHON_TEST_DATABASE_URL"]) as database:
        engine = make_engine(database.owner)
        yield engine
        engine.dispose()


@contextmanager
def beyond_all_rules(engine: Engine) -> Iterator[Connection]:
    """Yield a connection to the same database that sees and changes everything; committed at the end."""
    url = engine.url.render_as_string(hide_password=False)
    other = create_engine(administrator_of(url) if engine.dialect.name == "postgresql" else url)
    with other.begin() as connection:
        yield connection
    other.dispose()


def test_an_empty_database_becomes_current(empty: Engine) -> None:
    """The first command on a new machine makes the database; nothing else has to be run."""
    assert not is_current(empty)

    upgrade(empty)

    assert is_current(empty)


def test_upgrading_again_changes_nothing(empty: Engine) -> None:
    """Every start upgrades; the rows of earlier runs must be there afterwards."""
    upgrade(empty)
    with beyond_all_rules(empty) as connection:
        columns = "organization_id, id, name, content_hash, size"
        connection.execute(text(f"INSERT INTO test_set ({columns}) VALUES ('acme', 'one', 'smoke', 'hash', 3)"))

    upgrade(empty)

    with beyond_all_rules(empty) as connection:
        assert connection.execute(text("SELECT size FROM test_set")).scalars().all() == [3]


def test_the_migrations_make_the_tables_of_the_program(empty: Engine) -> None:
    """A changed table without its migration would work on new databases and break the old ones."""
    upgrade(empty)

    with beyond_all_rules(empty) as connection:
        has_defaults = connection.dialect.name != "sqlite"  # it has no identity columns
        options = {"compare_type": True, "compare_server_default": has_defaults}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), METADATA) == []


def test_the_migrations_make_the_indexes_of_the_program(empty: Engine) -> None:
    """The duplicate guard is the condition of an index, and Alembic's comparison does not look at conditions."""
    upgrade(empty)
    with beyond_all_rules(empty) as connection:
        migrated = _indexes(connection)
    with beyond_all_rules(empty) as connection:
        connection.execute(text("DROP TABLE alembic_version"))
        METADATA.drop_all(connection)
        METADATA.create_all(connection)

    with beyond_all_rules(empty) as connection:
        assert migrated == _indexes(connection)
    assert any("subject IS NOT NULL" in index for index in migrated)


def test_several_processes_may_upgrade_at_once(empty: Engine) -> None:
    """Workers of a new release start together, and each of them upgrades first."""
    url = empty.url.render_as_string(hide_password=False)

    processes = get_context("spawn")
    start_line = processes.Barrier(PROCESSES)
    with ProcessPoolExecutor(PROCESSES, mp_context=processes, initializer=_wait_at, initargs=(start_line,)) as pool:
        assert list(pool.map(_upgraded, [url] * PROCESSES)) == [True] * PROCESSES


def test_a_newer_database_is_refused_and_left_alone(empty: Engine) -> None:
    """An old worker beside a new one must not write rows that the new tables do not understand."""
    upgrade(empty)
    with beyond_all_rules(empty) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    assert not is_current(empty)
    with pytest.raises(ServiceUnavailable, match=f"version 9999, and this program knows those up to {HEAD}"):
        upgrade(empty)


def test_a_migration_that_fails_leaves_nothing_behind(empty: Engine) -> None:
    """Half a schema could neither be used nor be upgraded again."""
    with beyond_all_rules(empty) as connection:
        connection.execute(text("CREATE TABLE test_configuration (x INTEGER)"))

    with pytest.raises(ServiceUnavailable, match="a database of its own"):
        upgrade(empty)

    with beyond_all_rules(empty) as connection:
        assert inspect(connection).get_table_names() == ["test_configuration"]


def test_the_newest_migration_is_the_one_the_program_asks_for() -> None:
    """`HEAD` is written by hand, so that a command needs not load Alembic only to find nothing to do."""
    migrations = Path(adapters.database.schema.__file__).parent / "migrations"

    assert ScriptDirectory(str(migrations)).get_heads() == [HEAD]


@pytest.mark.parametrize(
    "table", [table for table in METADATA.sorted_tables if table.name not in OF_NOBODY], ids=lambda table: table.name
)
def test_rows_belong_to_an_organization_by_their_key(table: Table) -> None:
    """Isolation of tenants begins with the keys: a row that refers to another organization's must be impossible."""
    assert next(iter(table.primary_key.columns)).name == "organization_id"
    for reference in table.foreign_key_constraints:
        assert reference.column_keys[0] == "organization_id"
        assert reference.elements[0].target_fullname.endswith(".organization_id")


def _wait_at(start_line: Barrier) -> None:
    import alembic.command  # noqa: F401  # takes longer than the migrations: they would not meet

    start_line.wait(60)


def _upgraded(url: str) -> bool:
    engine = make_engine(url)
    upgrade(engine)
    current = is_current(engine)
    engine.dispose()
    return current


def _indexes(connection: Connection) -> set[str]:
    of_sqlite = "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    of_postgres = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    found = connection.execute(text(of_sqlite if connection.dialect.name == "sqlite" else of_postgres)).scalars()
    return {re.sub(r"\s+", " ", definition) for definition in found}
