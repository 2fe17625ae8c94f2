"""
The courier: takes due deliveries, attempts them outside of any transaction, and records what was answered.

Whatever happens between call and record (a killed process, a lost database), the delivery is attempted again when its
hold is over: a receiver may hear of an event twice, with the same id, and never not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import groupby

from attrs import frozen

from domain.jobs.errors import AntiphonError, NotFound
from domain.jobs.ports import Clock
from domain.jobs.relaying import system_context
from domain.notifications.delivery import Answer, Delivery, DeliveryState, answered
from domain.notifications.ports import Carrier, DeliveryRows, Errand, WebhookRows, Wish
from domain.notifications.signing import opened_secrets
from domain.notifications.webhook import MOST_GIVEN_UP, Channel, Webhook, WebhookId
from domain.secrets.vault import Vault

PLACES = 16
PLACES_FOR_FAILING = 4
"""Receivers that hang can't take the places of those that answer."""

ROUND_OF_ONE = 10
"""Deliveries one receiver gets in a row, over one thread, in their order."""

ROUND_S = 20.0
"""A round with a slow receiver ends behind the delivery in which this has passed; the rest is handed back."""

HOLD_S = 120.0
"""Longer than a round and one last attempt can take."""

KEEP_DAYS = 30

Round = tuple[Errand, ...]
"""Deliveries of one webhook, taken together."""


@frozen(kw_only=True)
class Courier:
    """Brings deliveries to their receivers; any number of processes may have one."""

    webhooks: WebhookRows
    deliveries: DeliveryRows
    carriers: Mapping[Channel, Carrier]
    vault: Vault
    clock: Clock
    jitter: Callable[[], float]

    def take(self, *, busy: frozenset[WebhookId], failing: bool, limit: int) -> list[Round]:
        """Take what is due of webhooks that are not *busy*: a round for each; one delivery where all fail."""
        now = self.clock.now()
        wish = Wish(
            now=now,
            hold_until=now + timedelta(seconds=HOLD_S),
            limit=limit if failing else limit * ROUND_OF_ONE,
            of_each=1 if failing else ROUND_OF_ONE,
            failing=failing,
            busy=busy,
        )
        taken = sorted(self.deliveries.take(wish), key=lambda errand: errand.webhook_id)
        return [tuple(group) for _, group in groupby(taken, key=lambda errand: errand.webhook_id)]

    def carry_out(self, errands: Round) -> None:
        """Attempt these deliveries, in order, until one fails or the round is over; the rest is handed back."""
        began = self.clock.now()
        for position, errand in enumerate(errands):
            late = self.clock.now() - began >= timedelta(seconds=ROUND_S)
            if late or not self.attempt(errand):
                rest = errands[position:] if late else errands[position + 1 :]
                self.deliveries.hand_back(system_context(errand.organization_id), rest)
                return

    def attempt(self, errand: Errand) -> bool:
        """Attempt one delivery and record the answer; return whether the receiver has the event."""
        tenant = system_context(errand.organization_id)
        try:
            delivery = self.deliveries.get(tenant, errand.delivery_id)
            webhook = self.webhooks.get(tenant, errand.webhook_id)
        except NotFound:  # removed meanwhile, and nobody wants to know any more
            return True
        if delivery.attempts != errand.attempt or delivery.state is not DeliveryState.PENDING:
            return True
        answer = self.call(webhook, delivery) if webhook.is_active else _refused_by(webhook)
        after = answered(delivery, answer, now=self.clock.now(), jitter=self.jitter)
        if self.deliveries.record(tenant, after, attempt=errand.attempt):
            self.note(webhook, after, answer)
        return answer.is_success

    def call(self, webhook: Webhook, delivery: Delivery) -> Answer:
        """Bring the event to the webhook, once, and return what came of it."""
        now = self.clock.now()
        try:
            secrets = opened_secrets(webhook, vault=self.vault, now=now)
            return self.carriers[webhook.channel].carry(webhook, event=delivery.event, secrets=secrets, now=now)
        except AntiphonError as error:  # a master key that is not here, a mail server that nobody has set
            return Answer(error=str(error))

    def tidy(self) -> int:
        """Delete what ended long ago; return how much."""
        return self.deliveries.forget(ended_before=self.clock.now() - timedelta(days=KEEP_DAYS))

    def note(self, webhook: Webhook, delivery: Delivery, answer: Answer) -> None:
        """Note how the webhook is doing; each step follows from the rows, so one that was lost comes with the next."""
        tenant, now = system_context(webhook.organization_id), self.clock.now()
        if answer.is_success:
            if webhook.failing_since is not None:
                self.webhooks.note_failing(tenant, webhook.id, None)
                self.deliveries.hasten(tenant, webhook.id, now=now)
        elif webhook.is_active:
            self.webhooks.note_failing(tenant, webhook.id, now)
            reason = self._why_disable(webhook, delivery, answer)
            if reason:
                self.webhooks.disable(tenant, webhook.id, reason)

    def _why_disable(self, webhook: Webhook, delivery: Delivery, answer: Answer) -> str:
        if answer.is_gone:
            return f"its address says that it is gone for good ({answer.error})"
        if delivery.state is not DeliveryState.FAILED:
            return ""
        tenant = system_context(webhook.organization_id)
        in_a_row = self.deliveries.given_up_in_a_row(tenant, webhook.id, since=webhook.active_since)
        if in_a_row < MOST_GIVEN_UP:
            return ""
        return f"{in_a_row} deliveries in a row were given up; the last error: {answer.error}"


def _refused_by(webhook: Webhook) -> Answer:
    return Answer(error=f"not sent: the webhook was disabled ({webhook.disabled_because})", is_final=True)
