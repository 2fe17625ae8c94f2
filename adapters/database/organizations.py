"""Organizations, their people, keys and audit logs in a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from attrs import frozen
from sqlalchemy import Engine, and_, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from adapters.database.api_keys import SqlKeys
from adapters.database.audit_entries import SqlEntries
from adapters.database.connection import as_installation, connected
from adapters.database.organization_rows import key_from, organization_from
from adapters.database.organization_tables import api_key, membership, organization
from adapters.database.people import SqlPeople
from adapters.database.scope import Scope, of_organization, scoped
from adapters.database.types import Name
from domain.jobs.errors import Conflict, NotFound
from domain.organizations.api_key import Credential
from domain.organizations.organization import Organization, Role
from domain.tenancy import OrganizationId

_ADD = insert(organization)
_GET = select(organization).where(of_organization(organization))
_LOCK = _GET.with_for_update(key_share=True)  # users may be added meanwhile by who does not care for the others
_ALL = select(organization).order_by(organization.c.name)
_its_member = and_(membership.c.organization_id == api_key.c.organization_id, membership.c.user_id == api_key.c.user_id)
_CREDENTIAL = (
    select(api_key, membership.c.role)
    .select_from(api_key.outerjoin(membership, _its_member))
    .where(api_key.c.prefix == bindparam("of_prefix", type_=Name))
)


@frozen(kw_only=True)
class SqlOrganizationWork:
    """`OrganizationWork`: one transaction in one organization."""

    people: SqlPeople
    keys: SqlKeys
    entries: SqlEntries
    scope: Scope

    def add(self, made: Organization) -> None:
        """Store the organization itself."""
        row = {"organization_id": made.id, "name": made.name, "created_at": made.created_at}
        try:
            with as_installation(self.scope.connection):  # a tenant that could would try out which names are taken
                self.scope.connection.execute(_ADD, row)
        except IntegrityError as error:
            raise Conflict(f"organization {made.name!r} is there already; choose another name") from error

    def get(self, *, lock: bool = False) -> Organization:
        """Return the organization."""
        row = self.scope.execute(_LOCK if lock else _GET).one_or_none()
        if row is None:
            raise NotFound(
                f"there is no organization {self.scope.organization_id}; `antiphon orgs list` shows those there are"
            )
        return organization_from(row)

    def commit(self) -> None:
        """Make the changes durable and visible; leaving the unit without it undoes them."""
        self.scope.commit()


@frozen
class SqlDirectory:
    """`Directory` over a database."""

    engine: Engine

    @contextmanager
    def begin(self, organization_id: OrganizationId) -> Iterator[SqlOrganizationWork]:
        """Begin a unit of work in one organization."""
        with self._unit(organization_id, is_view=False) as work:
            yield work

    @contextmanager
    def view(self, organization_id: OrganizationId) -> Iterator[SqlOrganizationWork]:
        """Begin a read-only unit of work, which waits for no writer."""
        with self._unit(organization_id, is_view=True) as work:
            yield work

    def organizations(self) -> list[Organization]:
        """Return all organizations, by name."""
        with connected(self.engine, tenant=None, reads=True) as connection:
            return [organization_from(row) for row in connection.execute(_ALL)]

    def credential(self, prefix: str) -> Credential | None:
        """Return the key with the prefix, whichever organization it belongs to."""
        with connected(self.engine, tenant=None, reads=True) as connection:
            row = connection.execute(_CREDENTIAL, {"of_prefix": prefix}).one_or_none()
        return None if row is None else Credential(key=key_from(row), role=Role(row.role) if row.role else None)

    @contextmanager
    def _unit(self, organization_id: OrganizationId, *, is_view: bool) -> Iterator[SqlOrganizationWork]:
        with scoped(self.engine, organization_id=organization_id, is_view=is_view) as scope:
            yield SqlOrganizationWork(
                people=SqlPeople(scope=scope), keys=SqlKeys(scope=scope), entries=SqlEntries(scope=scope), scope=scope
            )
