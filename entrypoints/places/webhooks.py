"""What `antiphon webhooks` asks of where it acts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from domain.notifications.delivery import DeliveryState
from entrypoints.api.documents.webhooks import (
    DeliveryDocument,
    NewWebhook,
    RevealedWebhook,
    Rotation,
    WebhookDocument,
)


class Webhooks(Protocol):
    """Who is told of what happens in one organization; every move raises NotFound for an id that is none."""

    def all(self) -> Iterable[WebhookDocument]:
        """Return the webhooks, oldest first."""

    def add(self, words: NewWebhook) -> RevealedWebhook:
        """
        Tell an address from now on; its signing secret is in this answer, and in no other.

        Raises:
            InvalidInput: an address that can't be called, or an event that there is not.
            Conflict: the organization has too many webhooks.
        """

    def enable(self, webhook_id: str) -> WebhookDocument:
        """Deliver again what happens from now on."""

    def disable(self, webhook_id: str) -> WebhookDocument:
        """Deliver nothing until it is enabled again."""

    def rotate_secret(self, webhook_id: str, words: Rotation) -> RevealedWebhook:
        """
        Give it a new signing secret; for a while, messages are signed with both.

        Raises:
            InvalidInput: it is a mailbox.
        """

    def remove(self, webhook_id: str) -> None:
        """Forget a webhook and its log."""

    def test(self, webhook_id: str) -> DeliveryDocument:
        """Send a `webhook.test` event now, and return how that went."""

    def log(self, webhook_id: str, *, state: DeliveryState | None, limit: int) -> Iterable[DeliveryDocument]:
        """Return at most *limit* deliveries, newest first; only those in *state*, where one is named."""

    def redeliver(self, webhook_id: str, delivery_id: str) -> DeliveryDocument:
        """
        Have a delivery that ended sent again, with the same event id.

        Raises:
            Conflict: it is under way, or the webhook is disabled.
        """
