"""
Deliveries as rows: a log for each organization, and over all of them a queue.

Taking is one statement, with SKIP LOCKED: two couriers that ask at once get different deliveries, and neither waits.
What is taken keeps its time and gets a hold, so that one that was lost in a killed process comes again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import frozen
from sqlalchemy import Engine, Update

from adapters.database.connection import connected
from adapters.database.delivery_rows import delivery_from, ended_values, new_values
from adapters.database.delivery_statements import (
    ADD,
    COUNT_WAITING,
    FORGET,
    GET,
    GIVEN_UP_IN_A_ROW,
    HAND_BACK,
    HASTEN,
    OPEN_AGAIN,
    RECORD,
    is_any_due,
    page_of,
    taking,
)
from domain.jobs.errors import NotFound
from domain.notifications.delivery import Delivery, DeliveryId, DeliveryPlace, DeliveryState
from domain.notifications.ports import Errand, Wish
from domain.notifications.webhook import WebhookId
from domain.tenancy import OrganizationId, TenantContext


@frozen
class SqlDeliveries:
    """`DeliveryRows` over a database; each call is a transaction of its own."""

    engine: Engine

    def add(self, tenant: TenantContext, deliveries: Sequence[Delivery]) -> int:
        """Store those whose event the webhook does not have yet, and return how many."""
        with connected(self.engine, tenant=tenant.organization_id) as connection:
            rows = [new_values(one) for one in sorted(deliveries, key=lambda one: one.id)]
            added = sum(connection.execute(ADD, row).rowcount for row in rows)
            connection.commit()
        return added

    def get(self, tenant: TenantContext, delivery_id: DeliveryId) -> Delivery:
        """Return the delivery."""
        with connected(self.engine, tenant=tenant.organization_id, reads=True) as connection:
            row = connection.execute(GET, {"of_organization": tenant.organization_id, "of_id": delivery_id}).first()
        if row is None:
            raise NotFound(f"there is no delivery {delivery_id} in this organization; see the log of its webhook")
        return delivery_from(row)

    def page(
        self,
        tenant: TenantContext,
        webhook_id: WebhookId,
        *,
        before: DeliveryPlace | None = None,
        state: DeliveryState | None = None,
        limit: int,
    ) -> list[Delivery]:
        """Return deliveries of the webhook, newest first, from just behind *before*."""
        statement, values = page_of(before=before, state=state)
        values |= {"of_organization": tenant.organization_id, "of_webhook": webhook_id, "at_most": limit}
        with connected(self.engine, tenant=tenant.organization_id, reads=True) as connection:
            return [delivery_from(row) for row in connection.execute(statement, values)]

    def record(self, tenant: TenantContext, delivery: Delivery, *, attempt: int) -> bool:
        """Store what became of an attempt, unless another was begun since."""
        return self._change(RECORD, tenant, of_id=delivery.id, of_attempt=attempt, **ended_values(delivery)) == 1

    def hand_back(self, tenant: TenantContext, errands: Sequence[Errand]) -> None:
        """Let others take deliveries that were not attempted after all."""
        for errand in errands:
            self._change(HAND_BACK, tenant, of_id=errand.delivery_id, of_attempt=errand.attempt)

    def hasten(self, tenant: TenantContext, webhook_id: WebhookId, *, now: datetime) -> None:
        """Make all deliveries due that wait to be tried again."""
        self._change(HASTEN, tenant, of_webhook=webhook_id, at=now)

    def open_again(self, tenant: TenantContext, delivery: Delivery) -> bool:
        """Store an ended delivery as pending again."""
        values = {"opened_at": delivery.opened_at, "earlier": delivery.earlier}
        return self._change(OPEN_AGAIN, tenant, of_id=delivery.id, **values, **ended_values(delivery)) == 1

    def given_up_in_a_row(self, tenant: TenantContext, webhook_id: WebhookId, *, since: datetime) -> int:
        """Return how many deliveries failed after the last one that was delivered, and after *since*."""
        values = {"of_organization": tenant.organization_id, "of_webhook": webhook_id, "since": since}
        with connected(self.engine, tenant=tenant.organization_id, reads=True) as connection:
            return int(connection.execute(GIVEN_UP_IN_A_ROW, values).scalar_one())

    def take(self, wish: Wish) -> list[Errand]:
        """Take due deliveries of all organizations."""
        if not self._is_any_due(wish):  # on SQLite a look is free, and taking waits for every writer
            return []
        with connected(self.engine, tenant=None) as connection:
            statement, values = taking(wish)
            rows = connection.execute(statement, values).all()
            connection.commit()
        return [
            Errand(
                organization_id=OrganizationId(row.organization_id),
                webhook_id=WebhookId(row.webhook_id),
                delivery_id=DeliveryId(row.id),
                attempt=row.attempts,
            )
            for row in sorted(rows, key=lambda row: (row.opened_at, row.id))
        ]

    def waiting(self, tenant: TenantContext) -> int:
        """Return how many deliveries of the organization are pending."""
        with connected(self.engine, tenant=tenant.organization_id, reads=True) as connection:
            return int(connection.execute(COUNT_WAITING, {"of_organization": tenant.organization_id}).scalar_one())

    def forget(self, *, ended_before: datetime) -> int:
        """Delete the deliveries of all organizations that ended before then."""
        with connected(self.engine, tenant=None) as connection:
            gone = connection.execute(FORGET, {"before": ended_before}).rowcount
            connection.commit()
        return int(gone)

    def _is_any_due(self, wish: Wish) -> bool:
        with connected(self.engine, tenant=None, reads=True) as connection:
            return connection.execute(is_any_due(), {"due_at": wish.now}).first() is not None

    def _change(self, statement: Update, tenant: TenantContext, **values: object) -> int:
        with connected(self.engine, tenant=tenant.organization_id) as connection:
            changed = connection.execute(statement, {"of_organization": tenant.organization_id, **values}).rowcount
            connection.commit()
        return int(changed)
