"""What owners do with their webhooks: add, change, test, look at the log, send again, rotate the secret, remove."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

import attrs
from attrs import field, frozen

from domain.jobs.errors import Conflict, InvalidInput, NotFound
from domain.jobs.ports import Clock, IdSource
from domain.notifications.announcing import delivery_of
from domain.notifications.delivery import Delivery, DeliveryId, DeliveryPlace, DeliveryState, answered, opened_again
from domain.notifications.event import TEST_EVENT, Event, EventType, checked_patterns
from domain.notifications.ports import Carrier, DeliveryRows, WebhookRows
from domain.notifications.sending import Courier
from domain.notifications.signing import new_secret, place_of, sealed_secret, set_aside
from domain.notifications.webhook import (
    LONGEST_URL,
    MOST_WEBHOOKS,
    OVERLAP,
    Channel,
    Webhook,
    WebhookId,
    checked_mailbox,
    disabled,
    enabled,
    rotated,
)
from domain.organizations.audit_log import AuditLog
from domain.secrets.vault import Vault
from domain.tenancy import TenantContext

LONGEST_OVERLAP = timedelta(days=7)


@frozen(kw_only=True)
class Revealed:
    """A webhook with its new secret, which is shown this once; a mailbox has none."""

    webhook: Webhook
    secret: str = field(default="", repr=False)


@frozen(kw_only=True)
class Webhooks:
    """The webhooks of organizations, for their owners."""

    webhooks: WebhookRows
    deliveries: DeliveryRows
    carriers: Mapping[Channel, Carrier]
    courier: Courier
    vault: Vault
    clock: Clock
    ids: IdSource
    audit: AuditLog
    event_types: Sequence[EventType]

    def add(self, tenant: TenantContext, url: str, *, events: Sequence[str], description: str = "") -> Revealed:
        """
        Store a webhook; it is told of what happens from now on.

        Raises:
            InvalidInput: an address that can't be called, or an event that there is not.
            Conflict: the organization has too many webhooks.
        """
        now = self.clock.now()
        webhook = Webhook(
            id=WebhookId(self.ids.new_id()),
            organization_id=tenant.organization_id,
            url=self._checked(url),
            events=checked_patterns(events, known=self.event_types),
            description=_checked_description(description),
            made_by=tenant.user_id,
            made_at=now,
            active_since=now,
        )
        secret = ""
        if webhook.channel is Channel.HTTP:
            secret = new_secret()
            place = place_of(tenant.organization_id, webhook.id)
            webhook = attrs.evolve(webhook, secret=sealed_secret(secret, vault=self.vault, place=place))
        self.webhooks.add(tenant, webhook, at_most=MOST_WEBHOOKS)
        self._note(tenant, "webhook.added", webhook)
        return Revealed(webhook=webhook, secret=secret)

    def all(self, tenant: TenantContext) -> list[Webhook]:
        """Return the organization's webhooks, oldest first."""
        return self.webhooks.all(tenant)

    def get(self, tenant: TenantContext, webhook_id: WebhookId) -> Webhook:
        """
        Return a webhook.

        Raises:
            NotFound: there is none of this id in the organization.
        """
        return self.webhooks.get(tenant, webhook_id)

    def change(
        self,
        tenant: TenantContext,
        webhook_id: WebhookId,
        *,
        url: str | None = None,
        events: Sequence[str] | None = None,
        description: str | None = None,
    ) -> Webhook:
        """
        Change what is named; deliveries under way go to the address as it is then.

        Raises:
            InvalidInput: as for `add`, or a mailbox for a URL: those are different things.
        """
        webhook = self.webhooks.get(tenant, webhook_id)
        changed = webhook
        if url is not None:
            changed = attrs.evolve(changed, url=self._checked(url))
        if events is not None:
            changed = attrs.evolve(changed, events=checked_patterns(events, known=self.event_types))
        if description is not None:
            changed = attrs.evolve(changed, description=_checked_description(description))
        if changed.channel is not webhook.channel:
            raise InvalidInput("url: a mailbox can't become a URL, nor the other way; add another webhook")
        self.webhooks.put(tenant, changed)
        self._note(tenant, "webhook.changed", changed)
        return changed

    def enable(self, tenant: TenantContext, webhook_id: WebhookId) -> Webhook:
        """Deliver again what happens from now on; what was given up is sent again one by one (`redeliver`)."""
        webhook = self.webhooks.get(tenant, webhook_id)
        if not webhook.is_active:
            webhook = enabled(webhook, now=self.clock.now())
            self.webhooks.put(tenant, webhook)
            self._note(tenant, "webhook.enabled", webhook)
        return webhook

    def disable(self, tenant: TenantContext, webhook_id: WebhookId) -> Webhook:
        """Deliver nothing until it is enabled again; what is under way is failed."""
        webhook = disabled(self.webhooks.get(tenant, webhook_id), f"by {tenant.user_id}")
        self.webhooks.disable(tenant, webhook_id, webhook.disabled_because)
        self._note(tenant, "webhook.disabled", webhook)
        return webhook

    def rotate_secret(self, tenant: TenantContext, webhook_id: WebhookId, *, overlap: timedelta = OVERLAP) -> Revealed:
        """
        Give the webhook a new secret; for *overlap*, messages are signed with both.

        Raises:
            InvalidInput: it is a mailbox, or *overlap* is longer than a week.
        """
        if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
            raise InvalidInput(f"overlap: {overlap} is not between 0 and {LONGEST_OVERLAP.days} days")
        webhook = self.webhooks.get(tenant, webhook_id)
        text, place = new_secret(), place_of(tenant.organization_id, webhook_id)
        fresh = sealed_secret(text, vault=self.vault, place=place)
        changed = rotated(webhook, fresh, now=self.clock.now(), overlap=overlap)
        if webhook.secret is not None:
            aside = set_aside(webhook.secret, webhook, vault=self.vault)
            changed = attrs.evolve(changed, previous_secret=aside)
        self.webhooks.put(tenant, changed)
        self._note(tenant, "webhook.secret_rotated", changed)
        return Revealed(webhook=changed, secret=text)

    def remove(self, tenant: TenantContext, webhook_id: WebhookId) -> None:
        """Forget the webhook with its log; what is under way is not delivered any more."""
        webhook = self.webhooks.get(tenant, webhook_id)
        self.webhooks.remove(tenant, webhook_id)
        self._note(tenant, "webhook.removed", webhook)

    def test(self, tenant: TenantContext, webhook_id: WebhookId) -> Delivery:
        """Send a `webhook.test` event at once, and return how that went; it stands in the log, and is not repeated."""
        webhook = self.webhooks.get(tenant, webhook_id)
        now = self.clock.now()
        event = Event(
            id=f"test_{self.ids.new_id()}",
            name=TEST_EVENT,
            organization_id=tenant.organization_id,
            occurred_at=now,
            data={"webhook_id": webhook_id, "asked_by": tenant.user_id},
        )
        delivery = attrs.evolve(delivery_of(event, webhook), attempts=1)
        answer = self.courier.call(webhook, delivery)
        tested = answered(delivery, attrs.evolve(answer, is_final=True), now=self.clock.now(), jitter=lambda: 0.0)
        self.deliveries.add(tenant, [tested])
        self.courier.note(webhook, tested, answer)
        return tested

    def log(
        self,
        tenant: TenantContext,
        webhook_id: WebhookId,
        *,
        before: DeliveryPlace | None = None,
        state: DeliveryState | None = None,
        limit: int = 20,
    ) -> list[Delivery]:
        """Return the webhook's deliveries, newest first, from just behind *before*."""
        self.webhooks.get(tenant, webhook_id)
        return self.deliveries.page(tenant, webhook_id, before=before, state=state, limit=limit)

    def delivery(self, tenant: TenantContext, webhook_id: WebhookId, delivery_id: DeliveryId) -> Delivery:
        """
        Return a delivery of the webhook.

        Raises:
            NotFound: there is none of this id.
        """
        found = self.deliveries.get(tenant, delivery_id)
        if found.webhook_id != webhook_id:
            raise NotFound(f"webhook {webhook_id} has no delivery {delivery_id}; its log lists those there are")
        return found

    def redeliver(self, tenant: TenantContext, webhook_id: WebhookId, delivery_id: DeliveryId) -> Delivery:
        """
        Have an ended delivery sent again by the workers, with the same event id and a new day of trying.

        Raises:
            Conflict: it is under way, or the webhook is disabled.
        """
        if not self.webhooks.get(tenant, webhook_id).is_active:
            raise Conflict(f"webhook {webhook_id} is disabled; enable it first, then send again what it missed")
        delivery = opened_again(self.delivery(tenant, webhook_id, delivery_id), now=self.clock.now())
        if not self.deliveries.open_again(tenant, delivery):
            raise Conflict(f"delivery {delivery_id} is under way: it is tried again by itself")
        return delivery

    def _note(self, tenant: TenantContext, action: str, webhook: Webhook) -> None:
        """Store who did it; the address without its path, where a token of somebody's may stand."""
        details = {"to": _place_of(webhook.url), "events": ", ".join(webhook.events)}
        self.audit.add(tenant, action=action, subject=f"webhook {webhook.id}", details=details)

    def _checked(self, url: str) -> str:
        if len(url) > LONGEST_URL:
            raise InvalidInput(f"url: it has {len(url)} characters; expected at most {LONGEST_URL}")
        if url.startswith("mailto:"):
            checked = checked_mailbox(url)
            self.carriers[Channel.EMAIL].check(checked)
            return checked
        self.carriers[Channel.HTTP].check(url)
        return url


def _place_of(url: str) -> str:
    parts = urlsplit(url)
    return url if parts.scheme == "mailto" else f"{parts.scheme}://{parts.netloc}"


def _checked_description(text: str) -> str:
    if len(text) > 200:
        raise InvalidInput(f"description: it has {len(text)} characters; expected at most 200")
    return text
