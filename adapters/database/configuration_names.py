"""The names of test configurations, in a database; each call is a transaction of its own."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen
from sqlalchemy import BindParameter, Engine, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from adapters.database import tables
from adapters.database.connection import connected
from adapters.database.rows import AnyRow
from adapters.database.types import SafeText
from domain.jobs.errors import Conflict, NotFound
from domain.tenancy import TenantContext
from domain.test_execution.configuration import SavedConfiguration
from domain.test_execution.test_set import ConfigurationId

_saved = tables.saved_configuration


def _of(name: str) -> BindParameter[str]:
    return bindparam(f"of_{name}", type_=SafeText)


_ours = _saved.c.organization_id == _of("organization")
_named = _saved.c.name == _of("name")
_ADD = insert(_saved)
_VERSIONS = select(_saved).where(_ours, _named).order_by(_saved.c.version.desc())
_ALL = select(_saved).where(_ours).order_by(_saved.c.name, _saved.c.version)
_DELETE = delete(_saved).where(_ours, _named)


@frozen
class SqlConfigurationNames:
    """`ConfigurationNames` over a database."""

    engine: Engine

    def save(
        self, tenant: TenantContext, name: str, configuration_id: ConfigurationId, *, now: datetime
    ) -> SavedConfiguration:
        """
        Make the configuration the newest version of the name, if it is not that already.

        Raises:
            NotFound: no such configuration in this organization.
            Conflict: somebody saved another version meanwhile.
        """
        versions = self.versions(tenant, name)
        if versions and versions[0].configuration_id == configuration_id:
            return versions[0]
        number = versions[0].version + 1 if versions else 1
        saved = SavedConfiguration(name=name, version=number, configuration_id=configuration_id, saved_at=now)
        try:
            self._add(tenant, saved)
        except IntegrityError as error:
            if any(found.version == number for found in self.versions(tenant, name)):
                raise Conflict(
                    f"configuration {name!r}: somebody saved version {number} of it at the same time; save again"
                ) from error
            raise NotFound(f"There is no test configuration {configuration_id} in this organization") from error
        return saved

    def versions(self, tenant: TenantContext, name: str) -> list[SavedConfiguration]:
        """Return the versions of a name, the newest first."""
        with connected(self.engine, tenant=tenant.organization_id, reads=True) as connection:
            rows = connection.execute(_VERSIONS, {"of_organization": tenant.organization_id, "of_name": name}).all()
        return [_version(row) for row in rows]

    def newest(self, tenant: TenantContext) -> list[SavedConfiguration]:
        """Return the newest version of each name, by name."""
        with connected(self.engine, tenant=tenant.organization_id, reads=True) as connection:
            rows = connection.execute(_ALL, {"of_organization": tenant.organization_id}).all()
        return list({row.name: _version(row) for row in rows}.values())  # of each name the last row stays

    def delete(self, tenant: TenantContext, name: str) -> int:
        """Forget the name; return how many versions it had."""
        with connected(self.engine, tenant=tenant.organization_id) as connection:
            gone = connection.execute(_DELETE, {"of_organization": tenant.organization_id, "of_name": name}).rowcount
            connection.commit()
        return int(gone)

    def _add(self, tenant: TenantContext, saved: SavedConfiguration) -> None:
        row = {
            "organization_id": tenant.organization_id,
            "name": saved.name,
            "version": saved.version,
            "configuration_id": saved.configuration_id,
            "saved_at": saved.saved_at,
        }
        with connected(self.engine, tenant=tenant.organization_id) as connection:
            connection.execute(_ADD, row)
            connection.commit()


def _version(row: AnyRow) -> SavedConfiguration:
    return SavedConfiguration(
        name=row.name,
        version=row.version,
        configuration_id=ConfigurationId(row.configuration_id),
        saved_at=row.saved_at,
    )
