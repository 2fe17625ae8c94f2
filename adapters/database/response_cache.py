"""The response cache as rows; each call is a transaction of its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock
from typing import cast

from attrs import define, field
from sqlalchemy import BindParameter, Engine, Executable, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from adapters.database import tables
from adapters.database.connection import connected
from adapters.database.types import Name, UtcTime
from domain.jobs.item import Document
from domain.jobs.ports import Clock
from domain.tenancy import TenantContext
from domain.test_execution.response_cache import CacheKey

TIDY_EVERY = 1000
"""With each so manieth entry of a process, what has expired is deleted: the table does not grow without end."""

_entries = tables.response_cache


def _of(name: str) -> BindParameter[str]:
    return bindparam(f"of_{name}", type_=Name)


_now = bindparam("now", type_=UtcTime)
_ours = _entries.c.organization_id == _of("organization")
_GET = select(_entries.c.body).where(_ours, _entries.c.key == _of("key"), _entries.c.expires_at > _now)
_COUNT = select(func.count()).select_from(_entries).where(_ours, _entries.c.expires_at > _now)
_add = insert(_entries)
_PUT = _add.on_conflict_do_update(
    index_elements=["organization_id", "key"], set_={name: _add.excluded[name] for name in ("body", "expires_at")}
)
_TIDY = delete(_entries).where(_ours, _entries.c.expires_at <= _now)
_CLEAR = delete(_entries).where(_ours)


@define(eq=False)
class SqlResponseCache:
    """`ResponseCache` over a database, by *clock*."""

    engine: Engine
    clock: Clock
    _puts: int = field(default=0, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def get(self, tenant: TenantContext, key: CacheKey) -> Document | None:
        """Return what is kept under the key."""
        values = {"of_organization": tenant.organization_id, "of_key": key, "now": self.clock.now()}
        with connected(self.engine, tenant=tenant.organization_id, reads=True) as connection:
            return cast(Document | None, connection.execute(_GET, values).scalar())

    def put(self, tenant: TenantContext, key: CacheKey, entry: Document, *, keep_s: float) -> None:
        """Keep the entry, and now and then delete what has expired."""
        now = self.clock.now()
        row = {
            "organization_id": tenant.organization_id,
            "key": key,
            "body": entry,
            "expires_at": now + timedelta(seconds=keep_s),
        }
        with connected(self.engine, tenant=tenant.organization_id) as connection:
            connection.execute(_PUT, row)
            connection.commit()
        if self._is_to_tidy():
            self._delete(_TIDY, tenant, now=now)

    def count(self, tenant: TenantContext) -> int:
        """Return how many entries there are."""
        values = {"of_organization": tenant.organization_id, "now": self.clock.now()}
        with connected(self.engine, tenant=tenant.organization_id, reads=True) as connection:
            return int(connection.execute(_COUNT, values).scalar_one())

    def clear(self, tenant: TenantContext) -> int:
        """Forget all entries."""
        self._delete(_TIDY, tenant, now=self.clock.now())
        return self._delete(_CLEAR, tenant)

    def _is_to_tidy(self) -> bool:
        with self._lock:
            self._puts += 1
            return self._puts % TIDY_EVERY == 1

    def _delete(self, statement: Executable, tenant: TenantContext, **values: datetime) -> int:
        with connected(self.engine, tenant=tenant.organization_id) as connection:
            gone = connection.execute(statement, {"of_organization": tenant.organization_id, **values}).rowcount
            connection.commit()
        return int(gone)
