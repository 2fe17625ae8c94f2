"""What notifications need of the world: rows for webhooks and deliveries, and ways to reach an address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from attrs import frozen

from domain.notifications.delivery import Answer, Delivery, DeliveryId, DeliveryPlace, DeliveryState
from domain.notifications.webhook import Webhook, WebhookId
from domain.tenancy import OrganizationId, TenantContext


class WebhookRows(Protocol):
    """The webhooks of each organization; each call is a transaction of its own."""

    def add(self, tenant: TenantContext, webhook: Webhook, *, at_most: int) -> None:
        """
        Store a new webhook.

        Raises:
            Conflict: the organization has *at_most* webhooks already.
        """

    def get(self, tenant: TenantContext, webhook_id: WebhookId) -> Webhook:
        """
        Return the webhook.

        Raises:
            NotFound: there is none of this id in the organization.
        """

    def all(self, tenant: TenantContext) -> list[Webhook]:
        """Return the organization's webhooks, oldest first."""

    def put(self, tenant: TenantContext, webhook: Webhook) -> None:
        """
        Store a changed webhook.

        Raises:
            NotFound: it was removed.
        """

    def note_failing(self, tenant: TenantContext, webhook_id: WebhookId, since: datetime | None) -> None:
        """Note since when every attempt fails (a noted time stays), or, with None, that one worked."""

    def disable(self, tenant: TenantContext, webhook_id: WebhookId, reason: str) -> None:
        """Deliver nothing any more; a reason that is there stays."""

    def remove(self, tenant: TenantContext, webhook_id: WebhookId) -> None:
        """
        Forget the webhook and its deliveries.

        Raises:
            NotFound: there is none of this id in the organization.
        """


@frozen(kw_only=True)
class Errand:
    """A delivery that was taken to be attempted; *attempt* is the fence under which it may be recorded."""

    organization_id: OrganizationId
    webhook_id: WebhookId
    delivery_id: DeliveryId
    attempt: int


@frozen(kw_only=True)
class Wish:
    """
    What to take: due deliveries, oldest first.

    Up to *limit*, and of one webhook up to *of_each*; of webhooks that are *failing*, or of those that are not. The
    *busy* ones are left out. What is taken is kept from others until *hold_until*.
    """

    now: datetime
    hold_until: datetime
    limit: int
    of_each: int
    failing: bool
    busy: frozenset[WebhookId] = frozenset()


class DeliveryRows(Protocol):
    """Deliveries: a queue over all organizations, and the log of each of them."""

    def add(self, tenant: TenantContext, deliveries: Sequence[Delivery]) -> int:
        """Store those whose event the webhook does not have yet, and return how many; the others stay as they are."""

    def get(self, tenant: TenantContext, delivery_id: DeliveryId) -> Delivery:
        """
        Return the delivery.

        Raises:
            NotFound: there is none of this id in the organization.
        """

    def page(
        self,
        tenant: TenantContext,
        webhook_id: WebhookId,
        *,
        before: DeliveryPlace | None = None,
        state: DeliveryState | None = None,
        limit: int,
    ) -> list[Delivery]:
        """Return deliveries of the webhook, newest first (by `opened_at` and id), from just behind *before*."""

    def record(self, tenant: TenantContext, delivery: Delivery, *, attempt: int) -> bool:
        """Store what became of an attempt, unless another was begun since; return whether this one was the last."""

    def hand_back(self, tenant: TenantContext, errands: Sequence[Errand]) -> None:
        """Let others take deliveries that were not attempted after all; these attempts do not count."""

    def hasten(self, tenant: TenantContext, webhook_id: WebhookId, *, now: datetime) -> None:
        """Make all deliveries due that wait to be tried again: their receiver answers."""

    def open_again(self, tenant: TenantContext, delivery: Delivery) -> bool:
        """Store an ended delivery as pending again; False where it is pending already."""

    def given_up_in_a_row(self, tenant: TenantContext, webhook_id: WebhookId, *, since: datetime) -> int:
        """Return how many deliveries failed after the last one that was delivered, and after *since*."""

    def take(self, wish: Wish) -> list[Errand]:
        """Take due deliveries of all organizations; several that ask at once get different ones."""

    def waiting(self, tenant: TenantContext) -> int:
        """Return how many deliveries of the organization are pending."""

    def forget(self, *, ended_before: datetime) -> int:
        """Delete the deliveries of all organizations that ended before then; return how many."""


class Carrier(Protocol):
    """A way to reach an address."""

    def check(self, url: str) -> None:
        """
        Refuse an address that can't be reached this way; nothing is sent.

        Raises:
            InvalidInput: what is wrong with it.
        """

    def carry(self, webhook: Webhook, *, event: Mapping[str, object], secrets: Sequence[str], now: datetime) -> Answer:
        """Bring the event there, once; whatever goes wrong is an answer. Returns within a minute."""
