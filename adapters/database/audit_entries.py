"""The audit log of one organization, in a database; nothing here changes or deletes an entry."""

from __future__ import annotations

from attrs import frozen
from sqlalchemy import bindparam, insert, select, tuple_

from adapters.database.organization_rows import entry_from, entry_values
from adapters.database.organization_tables import audit_entry
from adapters.database.scope import Scope, of_organization
from adapters.database.types import Name, UtcTime
from domain.organizations.audit_entry import AuditEntry, AuditPlace

_age = (audit_entry.c.at, audit_entry.c.id)
_ADD = insert(audit_entry)
_NEWEST = (
    select(audit_entry)
    .where(of_organization(audit_entry))
    .order_by(*(column.desc() for column in _age))
    .limit(bindparam("at_most"))
)
_BEFORE = _NEWEST.where(
    tuple_(*_age) < tuple_(bindparam("before_at", type_=UtcTime), bindparam("before_id", type_=Name))
)


@frozen(kw_only=True)
class SqlEntries:
    """`Entries` in the transaction of *scope*."""

    scope: Scope

    def add(self, entry: AuditEntry) -> None:
        """Store an entry."""
        self.scope.insert(_ADD, entry_values(entry))

    def page(self, *, before: AuditPlace | None, limit: int) -> list[AuditEntry]:
        """Return entries, the newest first, from just behind *before*."""
        if before is None:
            rows = self.scope.execute(_NEWEST, at_most=limit)
        else:
            rows = self.scope.execute(_BEFORE, at_most=limit, before_at=before.at, before_id=before.id)
        return [entry_from(row) for row in rows]
