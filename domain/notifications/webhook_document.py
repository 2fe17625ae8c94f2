"""Webhooks and deliveries as documents, the same for the command line and the API; no secret but its end is in them."""

from __future__ import annotations

from datetime import datetime

import attrs

from domain.jobs.item import Document
from domain.notifications.delivery import Delivery
from domain.notifications.webhook import Webhook


def webhook_document(webhook: Webhook) -> Document:
    """Return what is shown of a webhook."""
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": list(webhook.events),
        "description": webhook.description,
        "state": webhook.state,
        "failing_since": _text(webhook.failing_since),
        "disabled_because": webhook.disabled_because,
        "secret_last_four": webhook.secret.last_four if webhook.secret else None,
        "previous_secret_until": _text(webhook.previous_until),
        "made_by": webhook.made_by,
        "made_at": _text(webhook.made_at),
        "active_since": _text(webhook.active_since),
    }


def delivery_document(delivery: Delivery) -> Document:
    """Return what the log says of a delivery; its last attempt is the last of `tries`."""
    return {
        "id": delivery.id,
        "webhook_id": delivery.webhook_id,
        "event_id": delivery.event_id,
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "opened_at": _text(delivery.opened_at),
        "next_try_at": None if delivery.ended_at else _text(delivery.next_try_at),
        "ended_at": _text(delivery.ended_at),
        "event": delivery.event,
        "tries": [{**attrs.asdict(one), "at": _text(one.at)} for one in delivery.tries],
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
