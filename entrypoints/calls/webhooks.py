"""/v1/webhooks: who is told of what happens, and how that went."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from attrs import frozen

from domain.notifications.delivery import DeliveryState
from entrypoints.api.documents.webhooks import (
    DeliveryDocument,
    NewWebhook,
    RevealedWebhook,
    Rotation,
    WebhookDocument,
)
from entrypoints.calls.asking import Calls, path


@frozen(kw_only=True)
class WebhookCalls(Calls):
    """`Webhooks` of a server; changing them asks for a key with the scope `admin`."""

    def all(self) -> Iterator[WebhookDocument]:
        return self._pages(path("webhooks"), WebhookDocument)

    def add(self, words: NewWebhook) -> RevealedWebhook:
        return self._post(path("webhooks"), RevealedWebhook, words)

    def enable(self, webhook_id: str) -> WebhookDocument:
        return self._post(path("webhooks", webhook_id, "enable"), WebhookDocument, repeatable=True)

    def disable(self, webhook_id: str) -> WebhookDocument:
        return self._post(path("webhooks", webhook_id, "disable"), WebhookDocument, repeatable=True)

    def rotate_secret(self, webhook_id: str, words: Rotation) -> RevealedWebhook:
        return self._post(path("webhooks", webhook_id, "rotate-secret"), RevealedWebhook, words)

    def remove(self, webhook_id: str) -> None:
        self._delete(path("webhooks", webhook_id))

    def test(self, webhook_id: str) -> DeliveryDocument:
        return self._post(path("webhooks", webhook_id, "test"), DeliveryDocument)

    def log(self, webhook_id: str, *, state: DeliveryState | None, limit: int) -> Iterator[DeliveryDocument]:
        found = self._pages(path("webhooks", webhook_id, "deliveries"), DeliveryDocument, state=state)
        return islice(found, limit)

    def redeliver(self, webhook_id: str, delivery_id: str) -> DeliveryDocument:
        where = path("webhooks", webhook_id, "deliveries", delivery_id, "redeliver")
        return self._post(where, DeliveryDocument)
