"""The webhooks of an organization, looked after beside its database."""

from __future__ import annotations

from datetime import timedelta

from attrs import frozen

from domain.notifications.delivery import DeliveryId, DeliveryState
from domain.notifications.service import Webhooks
from domain.notifications.webhook import WebhookId
from domain.tenancy import TenantContext
from entrypoints.api.documents.webhooks import (
    DeliveryDocument,
    NewWebhook,
    RevealedWebhook,
    Rotation,
    WebhookDocument,
    revealed_webhook,
    shown_delivery,
    shown_webhook,
)


@frozen(kw_only=True)
class LocalWebhooks:
    """`Webhooks` of this machine's database."""

    service: Webhooks
    tenant: TenantContext

    def all(self) -> list[WebhookDocument]:
        return [shown_webhook(webhook) for webhook in self.service.all(self.tenant)]

    def add(self, words: NewWebhook) -> RevealedWebhook:
        added = self.service.add(self.tenant, words.url, events=words.events, description=words.description)
        return revealed_webhook(added)

    def enable(self, webhook_id: str) -> WebhookDocument:
        return shown_webhook(self.service.enable(self.tenant, WebhookId(webhook_id)))

    def disable(self, webhook_id: str) -> WebhookDocument:
        return shown_webhook(self.service.disable(self.tenant, WebhookId(webhook_id)))

    def rotate_secret(self, webhook_id: str, words: Rotation) -> RevealedWebhook:
        overlap = timedelta(hours=words.overlap_hours)
        return revealed_webhook(self.service.rotate_secret(self.tenant, WebhookId(webhook_id), overlap=overlap))

    def remove(self, webhook_id: str) -> None:
        self.service.remove(self.tenant, WebhookId(webhook_id))

    def test(self, webhook_id: str) -> DeliveryDocument:
        return shown_delivery(self.service.test(self.tenant, WebhookId(webhook_id)))

    def log(self, webhook_id: str, *, state: DeliveryState | None, limit: int) -> list[DeliveryDocument]:
        found = self.service.log(self.tenant, WebhookId(webhook_id), state=state, limit=limit)
        return [shown_delivery(delivery) for delivery in found]

    def redeliver(self, webhook_id: str, delivery_id: str) -> DeliveryDocument:
        return shown_delivery(self.service.redeliver(self.tenant, WebhookId(webhook_id), DeliveryId(delivery_id)))
