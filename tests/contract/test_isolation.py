"""Nothing in the migrated database escapes row-level security; and whatever would, is found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

import adapters.database.migrations
from adapters.database.isolation import escapes

pytestmark = pytest.mark.postgres

PLANTED = [
    ("CREATE TABLE note (organization_id text, id text, PRIMARY KEY (organization_id, id))", "table note: row-level"),
    ("CREATE TABLE note (id text PRIMARY KEY)", "table note: it has no organization_id"),
    ("CREATE TABLE closed.note (organization_id text PRIMARY KEY)", "table note: row-level security is not enabled"),
    ("ALTER TABLE item DISABLE ROW LEVEL SECURITY", "table item: row-level security is not enabled"),
    ("ALTER TABLE item NO FORCE ROW LEVEL SECURITY", "table item: row-level security is not forced"),
    ("DROP POLICY of_organization ON item", "table item: it has no policy for tenants"),
    ("CREATE POLICY friendly ON item TO antiphon_app USING (true)", "policy friendly of item: it lets tenants see"),
    ("CREATE POLICY friendly ON item USING (true)", "policy friendly of item: it lets tenants see"),
    ("ALTER POLICY of_organization ON item WITH CHECK (true)", "policy of_organization of item: it lets tenants see"),
    ("ALTER TABLE item DROP CONSTRAINT pk_item", "table item: its primary key does not begin with"),
    ("CREATE UNIQUE INDEX uq_item_key ON item (key)", "index uq_item_key: it is unique over all organizations"),
    (
        "ALTER TABLE shard ADD CONSTRAINT fk_shard_outbox FOREIGN KEY (no) REFERENCES outbox (id)",
        "reference fk_shard_outbox: it does not begin with organization_id",
    ),
    ("GRANT TRUNCATE ON item TO antiphon_app", "table item: it grants what row-level security does not look at"),
    ("GRANT SELECT ON item TO PUBLIC", "table item: it grants what row-level security does not look at"),
    ("CREATE VIEW items AS SELECT * FROM item", "view items: it shows what its owner sees"),
    ("CREATE MATERIALIZED VIEW items AS SELECT 1 AS organization_id", "materialised view items: it holds"),
    (
        "CREATE FUNCTION peek() RETURNS bigint SECURITY DEFINER LANGUAGE sql AS 'SELECT count(*) FROM item'",
        "function peek: it runs with the rights of its owner",
    ),
    ("ALTER ROLE antiphon_system BYPASSRLS", "role antiphon_system: it is not bound by row-level security"),
    ("GRANT antiphon_system TO antiphon_app", "role antiphon_app: it may become the other one"),
]


@pytest.fixture
def connection(postgres_administrator: Engine) -> Iterator[Connection]:
    """A transaction that may do everything, and is undone."""
    with postgres_administrator.connect() as connection:
        connection.execute(text("CREATE SCHEMA closed"))
        yield connection
        connection.rollback()


def test_nothing_escapes_row_level_security(connection: Connection) -> None:
    """One table that a migration forgot to protect is open to every organization."""
    assert escapes(connection) == []


@pytest.mark.parametrize(("statement", "found"), PLANTED, ids=[statement[:60] for statement, _ in PLANTED])
def test_what_escapes_is_found(connection: Connection, statement: str, found: str) -> None:
    """A search that finds nothing says something only if it would have found what there might be."""
    connection.execute(text(statement))

    assert [line for line in escapes(connection) if line.startswith(found)]


def test_a_view_that_asks_as_its_reader_is_none(connection: Connection) -> None:
    """Such a view shows each organization its own rows."""
    connection.execute(text("CREATE VIEW items WITH (security_invoker = true) AS SELECT * FROM item"))

    assert escapes(connection) == []


def test_migrations_that_change_rows_do_it_where_they_see_them() -> None:
    """The owner of the tables is bound too: an UPDATE in a migration would find no row, and say nothing."""
    versions = Path(adapters.database.migrations.__file__).parent / "versions"
    changing = re.compile(r"""execute\(\s*f?["'](UPDATE|DELETE|INSERT)\b""")
    since_policies = [path for path in versions.glob("*.py") if path.name >= "0008"]

    careless = [path.name for path in since_policies if _is_careless(path.read_text(), changing)]

    assert since_policies
    assert careless == []
    assert _is_careless('op.execute("UPDATE job SET x = 1")', changing)


def _is_careless(source: str, changing: re.Pattern[str]) -> bool:
    return bool(changing.search(source)) and "all_rows(" not in source
