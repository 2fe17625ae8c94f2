"""
Making the table that pgvector searches, its partitions and their indexes: work of the tables' owner.

The app's own user may change no table. `antiphon db vectors` runs all of this, and may be run again at any time.
"""

from __future__ import annotations

import hashlib

from attrs import frozen
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from adapters.database.connection import logged_in
from adapters.database.engine import ACTING, LOGIN
from adapters.database.errors import sql_errors
from adapters.database.migrations.row_security import all_rows, protect
from adapters.database.vector_index import TABLE, IndexedModel, is_set_up
from domain.tenancy import OrganizationId

SHARED = f"{TABLE}_shared"
MOST_DIMENSIONS = 2_000
"""That an HNSW index takes; longer vectors are compared one by one."""
PARTITION_FROM = 10_000
"""Vectors of an organization, from which on comparing all of them takes longer than a person notices."""

_HAS_EXTENSION = text("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'vector')")
_MAKE = f"""
CREATE TABLE {TABLE} (
    organization_id text COLLATE "C" NOT NULL,
    fingerprint text COLLATE "C" NOT NULL,
    text_hash text COLLATE "C" NOT NULL,
    embedding vector NOT NULL,
    PRIMARY KEY (organization_id, fingerprint, text_hash),
    FOREIGN KEY (organization_id, fingerprint, text_hash) REFERENCES library_vector ON DELETE CASCADE
) PARTITION BY LIST (organization_id)
"""
_KNOWN = text("SELECT to_regclass(:name) IS NOT NULL")
_IS_VALID = text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")


@frozen
class _Statements:
    """What `protect` needs of Alembic."""

    connection: Connection

    def get_bind(self) -> Connection:
        """Return the connection."""
        return self.connection

    def execute(self, sqltext: str) -> None:
        """Run a statement."""
        self.connection.execute(text(sqltext))


def set_up(owner: Engine) -> bool:
    """
    Make the table, as the owner of the others; return whether it is there now.

    It is not where the extension is missing and this user may not make it: it is machine code in the server, so an
    administrator runs `CREATE EXTENSION vector` once.
    """
    with logged_in(owner) as connection:
        if connection.dialect.name != "postgresql" or not _has_extension(connection):
            return False
        if not is_set_up(connection):
            connection.execute(text(_MAKE))
            connection.execute(text(f"CREATE TABLE {SHARED} PARTITION OF {TABLE} DEFAULT"))
            for table in (TABLE, SHARED):
                protect(_Statements(connection), table)
        connection.commit()
        return True


def add_partition(owner: Engine, organization_id: OrganizationId) -> bool:
    """Give an organization a partition of its own, with what it has in the shared one; return whether it had none."""
    name = partition_of(organization_id)
    with logged_in(owner) as connection:
        if connection.execute(_KNOWN, {"name": name}).scalar():
            return False
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        its = {"its": organization_id}
        connection.execute(text(f"CREATE TEMP TABLE moved (LIKE {TABLE}) ON COMMIT DROP"))
        with all_rows(_Statements(connection), SHARED):
            taken = f"WITH taken AS (DELETE FROM {SHARED} WHERE organization_id = :its RETURNING *)"
            connection.execute(text(f"{taken} INSERT INTO moved SELECT * FROM taken"), its)
        # Empty when it is attached: the references of rows would be judged as the owner, who may see none of them.
        connection.execute(text(f"CREATE TABLE {name} PARTITION OF {TABLE} FOR VALUES IN (:its)"), its)
        connection.execute(text(f"INSERT INTO {name} SELECT * FROM moved"))
        protect(_Statements(connection), name)
        connection.commit()
        return True


def add_index(owner: Engine, organization_id: OrganizationId, model: IndexedModel) -> bool:
    """
    Make the index of one model on an organization's own partition; return whether there was none that is whole.

    Others write meanwhile. One that a crash left half made is made anew.
    """
    name = f"ix_{TABLE}_{_short(organization_id)}_{_short(model.fingerprint)}"
    autocommit = owner.execution_options(isolation_level="AUTOCOMMIT", **{ACTING: LOGIN})
    with sql_errors(owner), autocommit.connect() as connection:
        is_valid = connection.execute(_IS_VALID, {"name": name}).scalar()
        if is_valid:
            return False
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SET maintenance_work_mem = '256MB'"))  # below that, making it takes many times as long
        connection.execute(text("SET lock_timeout = 0"))  # it waits for all transactions that began before it
        connection.execute(text(f"DROP INDEX CONCURRENTLY IF EXISTS {name}"))
        vectors = f"(embedding::vector({model.dimensions})) vector_ip_ops"
        connection.execute(
            text(
                f"CREATE INDEX CONCURRENTLY {name} ON {partition_of(organization_id)} USING hnsw ({vectors}) "
                "WHERE fingerprint = :its"
            ),
            {"its": model.fingerprint},
        )
        connection.execute(text("RESET ALL"))
        return True


def analyze(owner: Engine) -> None:
    """Have the planner look at the tables of a search: of rows it knows nothing about it compares all, one by one."""
    with logged_in(owner) as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text(f"ANALYZE {TABLE}, library_vector, library_chunk, library_document"))
        connection.commit()


def partition_of(organization_id: str) -> str:
    """Return the name of an organization's own partition."""
    return f"{TABLE}_{_short(organization_id)}"


def _short(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def _has_extension(connection: Connection) -> bool:
    if connection.execute(_HAS_EXTENSION).scalar():
        return True
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION vector"))
    except DBAPIError:
        return False
    return True
