"""The documentation sources of one organization, as rows."""

from __future__ import annotations

from attrs import frozen
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters.database.documentation_source_tables import documentation_source as _source
from adapters.database.rows import AnyRow, Values
from adapters.database.scope import Scope, of_organization
from adapters.database.types import Name
from domain.embedding.documentation_source import DocumentationSource
from domain.embedding.library_document import SourceId
from domain.embedding.source_codec import settings_from_json, settings_to_json
from domain.embedding.source_errors import name_taken, unknown_source
from domain.tenancy import OrganizationId, UserId

_ours = of_organization(_source)
_is_there = _source.c.removed_at.is_(None)
_by_id = _source.c.id == bindparam("of_id", type_=Name)
# DO NOTHING instead of an error: an error would end the transaction on Postgres.
_ADD = insert(_source).on_conflict_do_nothing().returning(_source.c.id)
_PUT = update(_source).where(_ours, _by_id)
_GET = select(_source).where(_ours, _is_there, _by_id)
_GET_LOCKED = _GET.with_for_update()
_NAMED = select(_source).where(_ours, _is_there, _source.c.name == bindparam("of_name", type_=Name))
_ALL = select(_source).where(_ours, _is_there).order_by(_source.c.name)


@frozen(kw_only=True)
class SqlSourceRows:
    """`SourceRows` in the transaction of *scope*."""

    scope: Scope

    def add(self, source: DocumentationSource) -> None:
        """Store a new source."""
        if self.scope.insert(_ADD, {"id": source.id, **_values(source)}).first() is None:
            raise name_taken(source.name)

    def put(self, source: DocumentationSource) -> None:
        """Store a changed source."""
        if not self.scope.execute(_PUT, of_id=source.id, **_values(source)).rowcount:
            raise unknown_source(source.id)

    def get(self, source_id: SourceId, *, lock: bool = False) -> DocumentationSource:
        """Return the source; with *lock*, nobody else locks it until this unit of work ends."""
        row = self.scope.execute(_GET_LOCKED if lock else _GET, of_id=source_id).first()
        if row is None:
            raise unknown_source(source_id)
        return _source_from(row)

    def named(self, name: str) -> DocumentationSource | None:
        """Return the source of that name, if there is one."""
        row = self.scope.execute(_NAMED, of_name=name).first()
        return None if row is None else _source_from(row)

    def all(self) -> list[DocumentationSource]:
        """Return the sources that were not removed, by name."""
        return [_source_from(row) for row in self.scope.execute(_ALL)]


def _values(source: DocumentationSource) -> Values:
    return {
        "name": source.name,
        "settings": settings_to_json(source.settings),
        "is_trusted": source.is_trusted,
        "made_by": source.made_by,
        "made_at": source.made_at,
        "deletions_at": source.deletions_at,
        "holds_deletions": source.holds_deletions,
        "removed_at": source.removed_at,
    }


def _source_from(row: AnyRow) -> DocumentationSource:
    return DocumentationSource(
        id=SourceId(row.id),
        organization_id=OrganizationId(row.organization_id),
        name=row.name,
        settings=settings_from_json(row.settings),
        is_trusted=row.is_trusted,
        made_by=UserId(row.made_by),
        made_at=row.made_at,
        deletions_at=row.deletions_at,
        holds_deletions=row.holds_deletions,
        removed_at=row.removed_at,
    )
