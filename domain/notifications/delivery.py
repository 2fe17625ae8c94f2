"""
A delivery: one event on its way to one webhook, and the rules of trying again.

Delays double from ten seconds up to two hours, with full jitter, for a day; then the delivery is failed. What was
answered is kept as a status and the start of a text, for the owner to see; never more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

import attrs
from attrs import field, frozen

from domain.jobs.item import Document
from domain.jobs.retry import full_jitter_s
from domain.notifications.webhook import WebhookId
from domain.tenancy import OrganizationId

DeliveryId = NewType("DeliveryId", str)

FIRST_DELAY_S = 10.0
LONGEST_DELAY_S = 2 * 3600.0
GIVE_UP_AFTER = timedelta(hours=24)
MOST_ATTEMPTS = 50
"""The day ends first; this bounds what a receiver gets that asks to be tried again at once, always."""

LONGEST_ERROR = 300
TRIES_KEPT = 10


def _bounded(text: str) -> str:
    return text[:LONGEST_ERROR]


class DeliveryState(StrEnum):
    """Where a delivery stands; `failed` means given up, and only its owner sends it again."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@frozen(kw_only=True)
class Answer:
    """
    What came of one attempt. *status*: HTTP's or SMTP's, None where there was no answer; *error* is empty if it worked.

    *is_final*: the receiver says that no later attempt will do. *is_gone*: it says so for all that might still come.
    """

    status: int | None = None
    error: str = field(default="", converter=_bounded)
    took_s: float = 0.0
    retry_after_s: float | None = None
    is_final: bool = False
    is_gone: bool = False

    @property
    def is_success(self) -> bool:
        """Whether the receiver has the event."""
        return not self.error


@frozen(kw_only=True)
class Try:
    """One attempt as it is kept in the log."""

    at: datetime
    status: int | None
    error: str
    took_s: float


@frozen(kw_only=True)
class DeliveryPlace:
    """Where a delivery stands in the log of its webhook: what pages go on behind."""

    opened_at: datetime
    id: DeliveryId


@frozen(kw_only=True)
class Delivery:
    """
    One event for one webhook.

    *attempts* counts those begun, and is the fence: an attempt that comes back after its hold may not record. *tries*
    are the last ones, oldest first. *opened_at*: when the day of trying began, after *earlier* attempts.
    """

    id: DeliveryId
    organization_id: OrganizationId
    webhook_id: WebhookId
    event_id: str
    event: Document
    opened_at: datetime
    next_try_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    earlier: int = 0
    ended_at: datetime | None = None
    tries: tuple[Try, ...] = ()

    @property
    def place(self) -> DeliveryPlace:
        """Where it stands in the log."""
        return DeliveryPlace(opened_at=self.opened_at, id=self.id)


def answered(delivery: Delivery, answer: Answer, *, now: datetime, jitter: Callable[[], float]) -> Delivery:
    """Return the delivery after an attempt: delivered, given up, or pending with the time of the next attempt."""
    one = Try(at=now, status=answer.status, error=answer.error, took_s=round(answer.took_s, 3))
    tried = attrs.evolve(delivery, tries=(*delivery.tries, one)[-TRIES_KEPT:])
    if answer.is_success:
        return attrs.evolve(tried, state=DeliveryState.DELIVERED, ended_at=now)
    attempts = delivery.attempts - delivery.earlier
    next_try_at = now + timedelta(seconds=_pause_s(attempts, answer, jitter=jitter))
    gives_up = answer.is_final or answer.is_gone or attempts >= MOST_ATTEMPTS
    if gives_up or next_try_at >= delivery.opened_at + GIVE_UP_AFTER:
        return attrs.evolve(tried, state=DeliveryState.FAILED, ended_at=now)
    return attrs.evolve(tried, next_try_at=next_try_at)


def opened_again(delivery: Delivery, *, now: datetime) -> Delivery:
    """Return a delivery that ended as due now, with a new day of trying; its log stays."""
    fresh = attrs.evolve(delivery, state=DeliveryState.PENDING, ended_at=None, earlier=delivery.attempts)
    return attrs.evolve(fresh, opened_at=now, next_try_at=now)


def _pause_s(attempts: int, answer: Answer, *, jitter: Callable[[], float]) -> float:
    """Return the wait before the next attempt; what the receiver asked for is kept to, within the longest delay."""
    pause_s = full_jitter_s(attempts, first_delay_s=FIRST_DELAY_S, cap_s=LONGEST_DELAY_S, jitter=jitter)
    return max(pause_s, min(answer.retry_after_s or 0.0, LONGEST_DELAY_S))
