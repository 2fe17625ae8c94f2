"""Notifications, put together from the settings: who is told of what, and over which ways."""

from __future__ import annotations

from random import random

from attrs import frozen

from adapters.database.deliveries import SqlDeliveries
from adapters.database.webhooks import SqlWebhooks
from adapters.notifications.http import HttpCarrier
from adapters.notifications.mail import MailCarrier
from adapters.notifications.mail_server import MailServer, mail_server
from domain.jobs.errors import BrokenSettings
from domain.llm_validation.events import LLM_EVENTS
from domain.notifications.announcing import Notifier
from domain.notifications.event import JOB_EVENTS
from domain.notifications.ports import Carrier
from domain.notifications.sending import Courier
from domain.notifications.service import Webhooks
from domain.notifications.webhook import Channel
from domain.tenancy import TenantContext
from entrypoints.foundation import Foundation
from entrypoints.outgoing import make_guard
from entrypoints.settings import Settings

EVENTS = (*JOB_EVENTS, *LLM_EVENTS)
"""All that can be subscribed to; a family adds its own."""


@frozen(kw_only=True)
class Notifications:
    """What a process needs of notifications: the owners' moves, and what makes and sends deliveries."""

    webhooks: Webhooks
    notifier: Notifier
    courier: Courier
    deliveries: SqlDeliveries

    def waiting(self, tenant: TenantContext) -> int:
        """Return how many deliveries of the organization are still to be made."""
        return self.deliveries.waiting(tenant)


def make_notifications(base: Foundation) -> Notifications:
    """
    Plug them together.

    Raises:
        BrokenSettings: a mail server that can't be used.
    """
    settings, clock, vault = base.settings, base.clock, base.secrets.vault
    rows, deliveries = SqlWebhooks(base.engine), SqlDeliveries(base.engine)
    carriers: dict[Channel, Carrier] = {
        Channel.HTTP: HttpCarrier(guard=make_guard(settings)),
        Channel.EMAIL: MailCarrier(server=_mail_server(settings)),
    }
    courier = Courier(webhooks=rows, deliveries=deliveries, carriers=carriers, vault=vault, clock=clock, jitter=random)
    webhooks = Webhooks(
        webhooks=rows,
        deliveries=deliveries,
        carriers=carriers,
        courier=courier,
        vault=vault,
        clock=clock,
        ids=base.ids,
        audit=base.audit,
        event_types=EVENTS,
    )
    events = {event.kind: event for event in EVENTS}
    notifier = Notifier(store=base.store, webhooks=rows, deliveries=deliveries, events=events)
    return Notifications(webhooks=webhooks, notifier=notifier, courier=courier, deliveries=deliveries)


def _mail_server(settings: Settings) -> MailServer | None:
    if settings.smtp_url and not settings.mail_from:
        raise BrokenSettings(
            "ANTIPHON_SMTP_URL is set and ANTIPHON_MAIL_FROM is not: set it to the address mail comes from"
        )
    return mail_server(settings.smtp_url, sender=settings.mail_from) if settings.smtp_url else None
