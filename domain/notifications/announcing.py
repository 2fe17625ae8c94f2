"""From a fact to deliveries: exactly one for each webhook that wants it, however often the fact is told."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid5

from attrs import frozen

from domain.jobs.errors import NotFound
from domain.jobs.events import Envelope
from domain.jobs.item import Document
from domain.jobs.ports import Store
from domain.jobs.relaying import system_context
from domain.notifications.delivery import Delivery, DeliveryId
from domain.notifications.event import Event, EventType, event_of, wants
from domain.notifications.ports import DeliveryRows, WebhookRows
from domain.notifications.webhook import Webhook

_OURS = UUID("6b1b4f0e-2f5c-4c58-9a0c-0f6d3a6b9d11")


@frozen(kw_only=True)
class Notifier:
    """The reaction to facts that can be subscribed to; *events* by the kind of fact."""

    store: Store
    webhooks: WebhookRows
    deliveries: DeliveryRows
    events: Mapping[str, EventType]

    def notify(self, envelope: Envelope) -> None:
        """
        Make a delivery for each active webhook that wants the event and was there when it happened.

        Told again, the same fact makes nothing: the deliveries are there.
        """
        event_type = self.events[envelope.message.kind]
        tenant = system_context(envelope.organization_id)
        wanting = [webhook for webhook in self.webhooks.all(tenant) if _is_told(webhook, envelope, event_type)]
        if wanting:
            event = event_of(envelope, event_type, about=self._job_of(envelope))
            self.deliveries.add(tenant, [delivery_of(event, webhook) for webhook in wanting])

    def _job_of(self, envelope: Envelope) -> Document:
        """Return what a receiver needs to know of the job to tell whether it is one of those it looks after."""
        if envelope.message.job_id is None:
            return {}
        with self.store.view(system_context(envelope.organization_id)) as work:
            try:
                job = work.jobs.get(envelope.message.job_id)
            except NotFound:  # what happened to it did happen
                return {}
        return {"job_kind": job.kind, "subject": job.subject, "started_by": job.started_by}


def delivery_of(event: Event, webhook: Webhook) -> Delivery:
    """Return the delivery of an event to a webhook: the same one however often it is made."""
    return Delivery(
        id=DeliveryId(str(uuid5(_OURS, f"{webhook.organization_id}|{webhook.id}|{event.id}"))),
        organization_id=webhook.organization_id,
        webhook_id=webhook.id,
        event_id=event.id,
        event=event.document(),
        opened_at=event.occurred_at,
        next_try_at=event.occurred_at,
    )


def _is_told(webhook: Webhook, envelope: Envelope, event_type: EventType) -> bool:
    was_there = webhook.active_since <= envelope.created_at
    return webhook.is_active and was_there and wants(webhook.events, event_type.name)
