"""The API keys of one organization, in a database."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen
from sqlalchemy import bindparam, insert, select, update

from adapters.database.organization_rows import key_from, key_values, seal_values
from adapters.database.organization_tables import api_key
from adapters.database.scope import Scope, of_organization
from adapters.database.types import SafeText
from domain.organizations.api_key import ApiKey, ApiKeyId
from domain.organizations.key_material import Seal

_this = (of_organization(api_key), api_key.c.id == bindparam("of_key", type_=SafeText))
_ADD = insert(api_key)
_PUT = update(api_key).where(*_this).values(expires_at=bindparam("new_expiry"), revoked_at=bindparam("new_revocation"))
_USED = (
    update(api_key)
    .where(*_this)
    .values(last_used_at=bindparam("used_at"), digest=bindparam("new_digest"), pepper_id=bindparam("new_pepper_id"))
)
_ALL = select(api_key).where(of_organization(api_key)).order_by(api_key.c.created_at.desc(), api_key.c.id.desc())


@frozen(kw_only=True)
class SqlKeys:
    """`Keys` in the transaction of *scope*."""

    scope: Scope

    def add(self, key: ApiKey) -> None:
        """Store a new key."""
        self.scope.insert(_ADD, key_values(key))

    def put(self, key: ApiKey) -> None:
        """Store a changed key; seal and last use stay as they are stored."""
        self.scope.execute(_PUT, of_key=key.id, new_expiry=key.expires_at, new_revocation=key.revoked_at)

    def used(self, key_id: ApiKeyId, *, at: datetime, seal: Seal) -> None:
        """Store when a key was last used, and its seal, which a newer pepper may have made anew."""
        sealed = {f"new_{name}": value for name, value in seal_values(seal).items()}
        self.scope.execute(_USED, of_key=key_id, used_at=at, **sealed)

    def all(self) -> list[ApiKey]:
        """Return the keys, revoked ones too, the newest first."""
        return [key_from(row) for row in self.scope.execute(_ALL)]
