"""What the suites about notifications build on: webhooks, deliveries, and rows of every kind."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs
import pytest
from attrs import frozen

from adapters.database.deliveries import SqlDeliveries
from adapters.database.webhooks import SqlWebhooks
from adapters.memory.notifications import MemoryDeliveries, MemoryWebhooks, NotificationRows
from domain.notifications.announcing import delivery_of
from domain.notifications.delivery import Delivery, DeliveryState
from domain.notifications.event import Event
from domain.notifications.ports import DeliveryRows, Errand, WebhookRows, Wish
from domain.notifications.webhook import SigningSecret, Webhook, WebhookId
from domain.secrets.vault import Sealed
from domain.tenancy import TenantContext
from tests.contract.building import NOW, US, after

HOLD_S = 60


@frozen
class Rows:
    """Webhooks and their deliveries, of one kind."""

    webhooks: WebhookRows
    deliveries: DeliveryRows

    def add(self, *webhooks: Webhook) -> None:
        """Store webhooks, each in its organization."""
        for webhook in webhooks:
            self.webhooks.add(tenant_of(webhook), webhook, at_most=100)

    def on_its_way(self, webhook: Webhook, *numbers: int) -> list[Delivery]:
        """Store a delivery of each of these events to the webhook."""
        deliveries = [delivery_of(an_event(number, webhook), webhook) for number in numbers]
        self.deliveries.add(tenant_of(webhook), deliveries)
        return deliveries

    def take(
        self,
        *,
        now: datetime = NOW,
        limit: int = 10,
        of_each: int = 10,
        failing: bool = False,
        busy: frozenset[WebhookId] = frozenset(),
    ) -> list[Errand]:
        """Take what is due, for a minute."""
        hold_until = now + timedelta(seconds=HOLD_S)
        wish = Wish(now=now, hold_until=hold_until, limit=limit, of_each=of_each, failing=failing, busy=busy)
        return self.deliveries.take(wish)

    def end(self, errand: Errand, state: DeliveryState, *, at: datetime) -> None:
        """Record how an attempt ended."""
        tenant = attrs.evolve(US, organization_id=errand.organization_id)
        ended = attrs.evolve(self.deliveries.get(tenant, errand.delivery_id), state=state, ended_at=at)
        assert self.deliveries.record(tenant, ended, attempt=errand.attempt)


def rows_of(request: pytest.FixtureRequest) -> Rows:
    """Return the rows that the parameter names, empty."""
    if request.param == "memory":
        rows = NotificationRows()
        return Rows(MemoryWebhooks(rows), MemoryDeliveries(rows))
    engine = request.getfixturevalue(f"{request.param}_engine")
    return Rows(SqlWebhooks(engine), SqlDeliveries(engine))


def a_webhook(no: int = 1, *, tenant: TenantContext = US, made_at: datetime = NOW) -> Webhook:
    """Return a webhook that wants everything about jobs."""
    return Webhook(
        id=WebhookId(f"00000000-0000-4000-8000-0000000000{no:02d}"),
        organization_id=tenant.organization_id,
        url="https://example.org/hook",
        events=("job.*",),
        made_by=tenant.user_id,
        made_at=made_at,
        active_since=made_at,
        secret=SigningSecret(sealed=Sealed("v1.k.data"), last_four="wxyz"),
    )


def an_event(no: int, webhook: Webhook) -> Event:
    """Return the *no*-th event of the webhook's organization, which happened *no* seconds before `NOW`'s minute."""
    return Event(
        id=f"evt_{no}",
        name="job.ended",
        organization_id=webhook.organization_id,
        occurred_at=after(no - 100),
        data={"job_id": f"job-{no}", "status": "completed"},
    )


def tenant_of(webhook: Webhook) -> TenantContext:
    """Return the context of the webhook's organization."""
    return attrs.evolve(US, organization_id=webhook.organization_id)


def numbers_of(errands: list[Errand], deliveries: list[Delivery]) -> list[int]:
    """Return the numbers of the events that were taken, in the order of the errands."""
    events = {one.id: int(one.event_id.removeprefix("evt_")) for one in deliveries}
    return [events[errand.delivery_id] for errand in errands]
