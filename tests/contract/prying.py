"""What an organization may try with SQL of its own: each attempt on any table, and what the database answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from psycopg2 import Error as PostgresError
from sqlalchemy import Connection, Engine, Table, bindparam, text
from sqlalchemy.exc import DBAPIError

from adapters.database.connection import connected
from domain.tenancy import OrganizationId, TenantContext

DENIED = "42501"
Row = Mapping[str, Any]
UNIQUE_BY_CHANCE = {"outbox": ("id",), "api_key": ("prefix",)}
"""Columns that are unique over all organizations: the first can't be chosen, the second can't be guessed."""

COUNT = "SELECT count(*) FROM {table}"
ALL = "SELECT * FROM {table}"
THEIRS: Mapping[str, str] = {
    "read": "SELECT * FROM {table} WHERE organization_id = :other",
    "count": "SELECT organization_id FROM {table} WHERE organization_id = :other GROUP BY 1",
    "subquery": "SELECT 1 WHERE EXISTS (SELECT FROM {table} WHERE organization_id = :other)",
    "join": "SELECT 1 FROM {table} a JOIN {table} b ON a.organization_id <> b.organization_id",
    "least": "SELECT 1 FROM (SELECT min(organization_id) a, max(organization_id) z FROM {table}) WHERE :other IN (a,z)",
    "lock": "SELECT organization_id FROM {table} WHERE organization_id = :other FOR UPDATE",
    "change": "UPDATE {table} SET organization_id = organization_id WHERE organization_id = :other RETURNING 1",
    "give away": "UPDATE {table} SET organization_id = :other RETURNING 1",
    "take": "UPDATE {table} SET organization_id = :own WHERE organization_id = :other RETURNING 1",
    "delete": "DELETE FROM {table} WHERE organization_id = :other RETURNING 1",
    "merge": "MERGE INTO {table} t USING (SELECT :other AS o) s ON t.organization_id = s.o WHEN MATCHED THEN DELETE",
    "empty": "TRUNCATE {table} CASCADE",
}
"""Statements that must bring nothing: no row, or a refusal."""


def asked(engine: Engine, tenant: TenantContext, table: Table, statement: str, **values: object) -> list[Any] | str:
    """Run a statement as the tenant; return the rows it brought, or the code it was refused with. Nothing is kept."""
    return _tried(engine, tenant, lambda connection: _rows(connection, statement.format(table=table.name), values))


def inserted(
    engine: Engine, tenant: TenantContext, table: Table, row: Row, *, on_conflict: str = ""
) -> list[Any] | str:
    """Try to insert the row as the tenant; return the number of rows, or the code it was refused with."""
    columns = list(row)
    statement = (
        f"INSERT INTO {table.name} ({', '.join(_quoted(columns))}) VALUES "
        f"({', '.join(f':{column}' for column in columns)}) {on_conflict}"
    )
    return _tried(
        engine,
        tenant,
        lambda connection: [connection.execute(text(statement).bindparams(*_typed(table, columns)), row).rowcount],
    )


def as_if_of(row: Row, organization_id: OrganizationId, table: Table) -> Row:
    """Return a copy of the row that claims to be of the organization, without what is unique by chance."""
    chance = UNIQUE_BY_CHANCE.get(table.name, ())
    copy = {name: value for name, value in row.items() if name not in chance or table.name != "outbox"}
    changed = {name: uuid4().hex for name in chance if name in copy}
    return {**copy, **changed, "organization_id": organization_id}


def of_nothing(row: Row, table: Table) -> Row:
    """Return a copy of the row whose key, and what it refers to, exist nowhere."""
    keys = {column.name for column in table.primary_key.columns} | {key.parent.name for key in table.foreign_keys}
    keys |= {column.name for index in table.constraints for column in getattr(index, "columns", ())}
    return {name: _unknown(value) if name in keys - {"organization_id"} else value for name, value in row.items()}


def _unknown(value: object) -> object:
    if isinstance(value, datetime):
        return value + timedelta(days=1000)
    return value + 1_000_000 if isinstance(value, int) else uuid4().hex


def _tried(engine: Engine, tenant: TenantContext, attempt: Callable[[Connection], list[Any]]) -> list[Any] | str:
    with connected(engine, tenant=tenant.organization_id) as connection:
        try:
            return attempt(connection)
        except DBAPIError as error:
            return str(error.orig.pgcode) if isinstance(error.orig, PostgresError) else "no answer"


def _rows(connection: Connection, statement: str, values: Mapping[str, object]) -> list[Any]:
    used = {name: value for name, value in values.items() if f":{name}" in statement}
    result = connection.execute(text(statement), used)
    return [tuple(row) for row in result] if result.returns_rows else [()] * max(result.rowcount, 0)


def _typed(table: Table, columns: Sequence[str]) -> list[Any]:
    return [bindparam(name, type_=table.c[name].type) for name in columns]


def _quoted(columns: Sequence[str]) -> list[str]:
    return [f'"{name}"' for name in columns]
