"""Webhooks as rows; each call is a transaction of its own."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen
from sqlalchemy import (
    BindParameter,
    Connection,
    Engine,
    Executable,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from adapters.database.connection import connected
from adapters.database.notification_tables import webhook as _webhook
from adapters.database.rows import AnyRow, Values
from adapters.database.types import Name, SafeText, UtcTime
from domain.jobs.errors import Conflict, NotFound
from domain.notifications.webhook import SigningSecret, Webhook, WebhookId
from domain.secrets.vault import Sealed
from domain.tenancy import OrganizationId, TenantContext, UserId


def _of(name: str) -> BindParameter[str]:
    return bindparam(f"of_{name}", type_=Name)


_ours = _webhook.c.organization_id == _of("organization")
_ALL = select(_webhook).where(_ours).order_by(_webhook.c.made_at, _webhook.c.id)
_COUNT = select(func.count()).select_from(_webhook).where(_ours)
_ADD = insert(_webhook)
_GET = select(_webhook).where(_ours, _webhook.c.id == _of("id"))
_PUT = update(_webhook).where(_ours, _webhook.c.id == _of("id"))
_REMOVE = delete(_webhook).where(_ours, _webhook.c.id == _of("id"))
_FAILING = _PUT.where(_webhook.c.failing_since.is_(None)).values(failing_since=bindparam("since", type_=UtcTime))
_WORKS = _PUT.values(failing_since=None)
_DISABLE = _PUT.where(_webhook.c.disabled_because == "").values(disabled_because=bindparam("reason", type_=SafeText))


@frozen
class SqlWebhooks:
    """`WebhookRows` over a database."""

    engine: Engine

    def add(self, tenant: TenantContext, webhook: Webhook, *, at_most: int) -> None:
        """Store a new webhook; on Postgres two at once may go one above *at_most*, which costs nothing."""
        with connected(self.engine, tenant=tenant.organization_id) as connection:
            there = connection.execute(_COUNT, {"of_organization": tenant.organization_id}).scalar_one()
            if there >= at_most:
                raise Conflict(f"the organization has {there} webhooks, the most there may be; remove one first")
            key = {"organization_id": tenant.organization_id, "id": webhook.id}
            connection.execute(_ADD, {**key, **_values(webhook)})
            connection.commit()

    def get(self, tenant: TenantContext, webhook_id: WebhookId) -> Webhook:
        """Return the webhook."""
        with connected(self.engine, tenant=tenant.organization_id, reads=True) as connection:
            row = connection.execute(_GET, {"of_organization": tenant.organization_id, "of_id": webhook_id}).first()
        if row is None:
            raise _unknown(webhook_id)
        return _webhook_from(row)

    def all(self, tenant: TenantContext) -> list[Webhook]:
        """Return the organization's webhooks, oldest first."""
        with connected(self.engine, tenant=tenant.organization_id, reads=True) as connection:
            return [_webhook_from(row) for row in connection.execute(_ALL, {"of_organization": tenant.organization_id})]

    def put(self, tenant: TenantContext, webhook: Webhook) -> None:
        """Store a changed webhook."""
        if not self._change(_PUT, tenant, webhook.id, _values(webhook)):
            raise _unknown(webhook.id)

    def note_failing(self, tenant: TenantContext, webhook_id: WebhookId, since: datetime | None) -> None:
        """Note since when every attempt fails, or, with None, that one worked."""
        if since is None:
            self._change(_WORKS, tenant, webhook_id, {})
        else:
            self._change(_FAILING, tenant, webhook_id, {"since": since})

    def disable(self, tenant: TenantContext, webhook_id: WebhookId, reason: str) -> None:
        """Deliver nothing any more; a reason that is there stays."""
        self._change(_DISABLE, tenant, webhook_id, {"reason": reason})

    def remove(self, tenant: TenantContext, webhook_id: WebhookId) -> None:
        """Forget the webhook and its deliveries."""
        if not self._change(_REMOVE, tenant, webhook_id, {}):
            raise _unknown(webhook_id)

    def _change(self, statement: Executable, tenant: TenantContext, webhook_id: WebhookId, values: Values) -> int:
        with connected(self.engine, tenant=tenant.organization_id) as connection:
            changed = _changed(connection, statement, tenant, webhook_id, values)
            connection.commit()
        return changed


def _changed(
    connection: Connection, statement: Executable, tenant: TenantContext, webhook_id: WebhookId, values: Values
) -> int:
    key = {"of_organization": tenant.organization_id, "of_id": webhook_id}
    return int(connection.execute(statement, {**key, **values}).rowcount)


def _unknown(webhook_id: WebhookId) -> NotFound:
    return NotFound(
        f"there is no webhook {webhook_id} in this organization; `antiphon webhooks list` shows those there are"
    )


def _values(webhook: Webhook) -> Values:
    return {
        "url": webhook.url,
        "events": list(webhook.events),
        "description": webhook.description,
        "made_by": webhook.made_by,
        "made_at": webhook.made_at,
        "active_since": webhook.active_since,
        "failing_since": webhook.failing_since,
        "disabled_because": webhook.disabled_because,
        "secret": webhook.secret.sealed if webhook.secret else None,
        "secret_last_four": webhook.secret.last_four if webhook.secret else None,
        "previous_secret": webhook.previous_secret.sealed if webhook.previous_secret else None,
        "previous_last_four": webhook.previous_secret.last_four if webhook.previous_secret else None,
        "previous_until": webhook.previous_until,
    }


def _webhook_from(row: AnyRow) -> Webhook:
    return Webhook(
        id=WebhookId(row.id),
        organization_id=OrganizationId(row.organization_id),
        url=row.url,
        events=tuple(row.events),
        description=row.description,
        made_by=UserId(row.made_by),
        made_at=row.made_at,
        active_since=row.active_since,
        failing_since=row.failing_since,
        disabled_because=row.disabled_because,
        secret=_secret_from(row.secret, row.secret_last_four),
        previous_secret=_secret_from(row.previous_secret, row.previous_last_four),
        previous_until=row.previous_until,
    )


def _secret_from(sealed: str | None, last_four: str | None) -> SigningSecret | None:
    return None if sealed is None else SigningSecret(sealed=Sealed(sealed), last_four=last_four or "")
