"""Webhooks and deliveries in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import RLock
from typing import TypeVar

import attrs
from attrs import define, field, frozen

from domain.jobs.errors import Conflict, NotFound
from domain.notifications.delivery import Delivery, DeliveryId, DeliveryPlace, DeliveryState
from domain.notifications.ports import Errand, Wish
from domain.notifications.webhook import Webhook, WebhookId, disabled
from domain.tenancy import OrganizationId, TenantContext

Key = tuple[OrganizationId, str]
T = TypeVar("T")


@define(kw_only=True, eq=False)
class NotificationRows:
    """The rows of all organizations, by organization and id; *holds*: until when a delivery is somebody's."""

    webhooks: dict[Key, Webhook] = field(factory=dict)
    deliveries: dict[Key, Delivery] = field(factory=dict)
    holds: dict[Key, datetime] = field(factory=dict)
    lock: RLock = field(factory=RLock)


@frozen
class MemoryWebhooks:
    """`WebhookRows` that live as long as the process."""

    rows: NotificationRows

    def add(self, tenant: TenantContext, webhook: Webhook, *, at_most: int) -> None:
        """Store a new webhook."""
        with self.rows.lock:
            there = len(self.all(tenant))
            if there >= at_most:
                raise Conflict(f"the organization has {there} webhooks, the most there may be; remove one first")
            self.rows.webhooks[tenant.organization_id, webhook.id] = webhook

    def get(self, tenant: TenantContext, webhook_id: WebhookId) -> Webhook:
        """Return the webhook."""
        with self.rows.lock:
            return _found(self.rows.webhooks, (tenant.organization_id, webhook_id), "webhook")

    def all(self, tenant: TenantContext) -> list[Webhook]:
        """Return the organization's webhooks, oldest first."""
        with self.rows.lock:
            ours = [one for key, one in self.rows.webhooks.items() if key[0] == tenant.organization_id]
        return sorted(ours, key=lambda one: (one.made_at, one.id))

    def put(self, tenant: TenantContext, webhook: Webhook) -> None:
        """Store a changed webhook."""
        with self.rows.lock:
            self.get(tenant, webhook.id)
            self.rows.webhooks[tenant.organization_id, webhook.id] = webhook

    def note_failing(self, tenant: TenantContext, webhook_id: WebhookId, since: datetime | None) -> None:
        """Note since when every attempt fails, or, with None, that one worked."""
        self._change(
            tenant,
            webhook_id,
            lambda one: attrs.evolve(one, failing_since=since and (one.failing_since or since)),
        )

    def disable(self, tenant: TenantContext, webhook_id: WebhookId, reason: str) -> None:
        """Deliver nothing any more; a reason that is there stays."""
        self._change(tenant, webhook_id, lambda one: disabled(one, reason))

    def remove(self, tenant: TenantContext, webhook_id: WebhookId) -> None:
        """Forget the webhook and its deliveries."""
        with self.rows.lock:
            self.get(tenant, webhook_id)
            del self.rows.webhooks[tenant.organization_id, webhook_id]
            for key, one in list(self.rows.deliveries.items()):
                if (key[0], one.webhook_id) == (tenant.organization_id, webhook_id):
                    del self.rows.deliveries[key]

    def _change(self, tenant: TenantContext, webhook_id: WebhookId, change: Callable[[Webhook], Webhook]) -> None:
        key = (tenant.organization_id, webhook_id)
        with self.rows.lock:
            if key in self.rows.webhooks:
                self.rows.webhooks[key] = change(self.rows.webhooks[key])


@frozen
class MemoryDeliveries:
    """`DeliveryRows` that live as long as the process."""

    rows: NotificationRows

    def add(self, tenant: TenantContext, deliveries: Sequence[Delivery]) -> int:
        """Store those whose event the webhook does not have yet, and return how many."""
        with self.rows.lock:
            there = {(key[0], one.webhook_id, one.event_id) for key, one in self.rows.deliveries.items()}
            new = [one for one in deliveries if (tenant.organization_id, one.webhook_id, one.event_id) not in there]
            self.rows.deliveries |= {(tenant.organization_id, one.id): one for one in new}
        return len(new)

    def get(self, tenant: TenantContext, delivery_id: DeliveryId) -> Delivery:
        """Return the delivery."""
        with self.rows.lock:
            return _found(self.rows.deliveries, (tenant.organization_id, delivery_id), "delivery")

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
        wanted = [one for one in self._of(tenant, webhook_id) if state in (None, one.state)]
        newest = sorted(wanted, key=_age, reverse=True)
        return [one for one in newest if before is None or _age(one) < _age(before)][:limit]

    def record(self, tenant: TenantContext, delivery: Delivery, *, attempt: int) -> bool:
        """Store what became of an attempt, unless another was begun since."""
        with self.rows.lock:
            if self._held(tenant, delivery.id, attempt) is None:
                return False
            self._put(tenant, delivery)
        return True

    def hand_back(self, tenant: TenantContext, errands: Sequence[Errand]) -> None:
        """Let others take deliveries that were not attempted after all."""
        with self.rows.lock:
            for errand in errands:
                mine = self._held(tenant, errand.delivery_id, errand.attempt)
                if mine is not None:
                    self._put(tenant, attrs.evolve(mine, attempts=mine.attempts - 1))

    def hasten(self, tenant: TenantContext, webhook_id: WebhookId, *, now: datetime) -> None:
        """Make all deliveries due that wait to be tried again."""
        with self.rows.lock:
            for one in self._of(tenant, webhook_id):
                if one.state is DeliveryState.PENDING and one.next_try_at > now:
                    self.rows.deliveries[tenant.organization_id, one.id] = attrs.evolve(one, next_try_at=now)

    def open_again(self, tenant: TenantContext, delivery: Delivery) -> bool:
        """Store an ended delivery as pending again."""
        with self.rows.lock:
            stored = self.rows.deliveries.get((tenant.organization_id, delivery.id))
            if stored is None or stored.state is DeliveryState.PENDING:
                return False
            self._put(tenant, delivery)
        return True

    def given_up_in_a_row(self, tenant: TenantContext, webhook_id: WebhookId, *, since: datetime) -> int:
        """Return how many deliveries failed after the last one that was delivered, and after *since*."""
        ours = [(one.ended_at, one) for one in self._of(tenant, webhook_id) if one.ended_at is not None]
        good = [ended_at for ended_at, one in ours if one.state is DeliveryState.DELIVERED]
        after = max([since, *good])
        failed = [one for ended_at, one in ours if one.state is DeliveryState.FAILED and ended_at > after]
        return sum(one.event_id.startswith("evt_") for one in failed)

    def take(self, wish: Wish) -> list[Errand]:
        """Take due deliveries of all organizations."""
        with self.rows.lock:
            due = [(key, one) for key, one in self.rows.deliveries.items() if self._is_wished(key, one, wish)]
            places: Counter[Key] = Counter()
            in_line: list[tuple[int, Key, Delivery]] = []
            for key, one in sorted(due, key=lambda pair: _age(pair[1])):
                places[key[0], one.webhook_id] += 1
                in_line.append((places[key[0], one.webhook_id], key, one))
            first = sorted((place for place in in_line if place[0] <= wish.of_each), key=lambda place: place[0])
            taken = sorted(first[: wish.limit], key=lambda place: _age(place[2]))
            return [self._take(key, one, wish) for _, key, one in taken]

    def waiting(self, tenant: TenantContext) -> int:
        """Return how many deliveries of the organization are pending."""
        with self.rows.lock:
            ours = [one for key, one in self.rows.deliveries.items() if key[0] == tenant.organization_id]
        return sum(one.state is DeliveryState.PENDING for one in ours)

    def forget(self, *, ended_before: datetime) -> int:
        """Delete the deliveries of all organizations that ended before then."""
        with self.rows.lock:
            old = [key for key, one in self.rows.deliveries.items() if one.ended_at and one.ended_at < ended_before]
            for key in old:
                del self.rows.deliveries[key]
        return len(old)

    def _of(self, tenant: TenantContext, webhook_id: WebhookId) -> list[Delivery]:
        with self.rows.lock:
            rows = self.rows.deliveries.items()
            return [one for key, one in rows if (key[0], one.webhook_id) == (tenant.organization_id, webhook_id)]

    def _held(self, tenant: TenantContext, delivery_id: DeliveryId, attempt: int) -> Delivery | None:
        one = self.rows.deliveries.get((tenant.organization_id, delivery_id))
        is_mine = one is not None and one.state is DeliveryState.PENDING and one.attempts == attempt
        return one if is_mine else None

    def _put(self, tenant: TenantContext, delivery: Delivery) -> None:
        self.rows.holds.pop((tenant.organization_id, delivery.id), None)
        self.rows.deliveries[tenant.organization_id, delivery.id] = delivery

    def _is_wished(self, key: Key, one: Delivery, wish: Wish) -> bool:
        hold = self.rows.holds.get(key)
        is_free = hold is None or hold <= wish.now
        is_due = one.state is DeliveryState.PENDING and one.next_try_at <= wish.now and is_free
        failing = self.rows.webhooks[key[0], one.webhook_id].failing_since is not None
        return is_due and failing == wish.failing and one.webhook_id not in wish.busy

    def _take(self, key: Key, one: Delivery, wish: Wish) -> Errand:
        self.rows.holds[key] = wish.hold_until
        self.rows.deliveries[key] = attrs.evolve(one, attempts=one.attempts + 1)
        return Errand(organization_id=key[0], webhook_id=one.webhook_id, delivery_id=one.id, attempt=one.attempts + 1)


def _age(delivery: Delivery | DeliveryPlace) -> tuple[datetime, DeliveryId]:
    return (delivery.opened_at, delivery.id)


def _found(rows: dict[Key, T], key: Key, what: str) -> T:
    if key not in rows:
        raise NotFound(
            f"there is no {what} {key[1]} in this organization; `antiphon webhooks list` shows those there are"
        )
    return rows[key]
