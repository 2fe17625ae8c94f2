"""The encrypted secrets of organizations as rows; each call is a transaction of its own."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen
from sqlalchemy import BindParameter, Engine, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from adapters.database.connection import connected
from adapters.database.rows import AnyRow
from adapters.database.secret_tables import secret as _secrets
from adapters.database.types import SafeText
from domain.secrets.secret import Secret, SecretName, StoredSecret
from domain.secrets.vault import Sealed
from domain.tenancy import TenantContext, UserId


def _of(name: str) -> BindParameter[str]:
    return bindparam(f"of_{name}", type_=SafeText)


_ours = _secrets.c.organization_id == _of("organization")
_named = _secrets.c.name == _of("name")
_ALL = select(_secrets).where(_ours).order_by(_secrets.c.name)
_FIND = select(_secrets).where(_ours, _named)
_DELETE = delete(_secrets).where(_ours, _named)
_add = insert(_secrets)
_PUT = _add.on_conflict_do_update(
    index_elements=["organization_id", "name"],
    set_={name: _add.excluded[name] for name in ("sealed", "last_four", "updated_at", "updated_by")},
)


@frozen
class SqlSecretRows:
    """`SecretRows` over a database."""

    engine: Engine

    def put(self, tenant: TenantContext, secret: StoredSecret) -> None:
        """Store the secret, in place of the one of that name."""
        known = secret.secret
        row = {
            "organization_id": tenant.organization_id,
            "name": known.name,
            "sealed": secret.sealed,
            "last_four": known.last_four,
            "created_at": known.created_at,
            "updated_at": known.updated_at,
            "updated_by": known.updated_by,
        }
        with connected(self.engine, tenant=tenant.organization_id) as connection:
            connection.execute(_PUT, row)
            connection.commit()

    def find(self, tenant: TenantContext, name: SecretName) -> StoredSecret | None:
        """Return the secret of that name, if there is one."""
        values = {"of_organization": tenant.organization_id, "of_name": name}
        with connected(self.engine, tenant=tenant.organization_id, reads=True) as connection:
            row = connection.execute(_FIND, values).one_or_none()
        return None if row is None else _stored(row)

    def all(self, tenant: TenantContext) -> Sequence[StoredSecret]:
        """Return the organization's secrets, by name."""
        with connected(self.engine, tenant=tenant.organization_id, reads=True) as connection:
            rows = connection.execute(_ALL, {"of_organization": tenant.organization_id}).all()
        return [_stored(row) for row in rows]

    def delete(self, tenant: TenantContext, name: SecretName) -> bool:
        """Forget the secret; return whether there was one."""
        values = {"of_organization": tenant.organization_id, "of_name": name}
        with connected(self.engine, tenant=tenant.organization_id) as connection:
            gone = connection.execute(_DELETE, values).rowcount
            connection.commit()
        return bool(gone)


def _stored(row: AnyRow) -> StoredSecret:
    return StoredSecret(
        secret=Secret(
            name=SecretName(row.name),
            last_four=row.last_four,
            created_at=row.created_at,
            updated_at=row.updated_at,
            updated_by=UserId(row.updated_by),
        ),
        sealed=Sealed(row.sealed),
    )
