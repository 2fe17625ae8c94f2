"""Between deliveries and their rows."""

from __future__ import annotations

from datetime import datetime

from adapters.database.rows import AnyRow, Values
from domain.jobs.item import Document
from domain.notifications.delivery import Delivery, DeliveryId, DeliveryState, Try
from domain.notifications.webhook import WebhookId
from domain.tenancy import OrganizationId


def new_values(delivery: Delivery) -> Values:
    """Return the whole row of a new delivery."""
    return {
        "organization_id": delivery.organization_id,
        "id": delivery.id,
        "webhook_id": delivery.webhook_id,
        "event_id": delivery.event_id,
        "event": delivery.event,
        "attempts": delivery.attempts,
        "earlier": delivery.earlier,
        "opened_at": delivery.opened_at,
        "held_until": None,
        **ended_values(delivery),
    }


def ended_values(delivery: Delivery) -> Values:
    """Return the columns that an attempt changes."""
    return {
        "state": delivery.state.value,
        "next_try_at": delivery.next_try_at,
        "ended_at": delivery.ended_at,
        "tries": [_document(one) for one in delivery.tries],
    }


def delivery_from(row: AnyRow) -> Delivery:
    """Return the delivery of a row."""
    return Delivery(
        id=DeliveryId(row.id),
        organization_id=OrganizationId(row.organization_id),
        webhook_id=WebhookId(row.webhook_id),
        event_id=row.event_id,
        event=row.event,
        opened_at=row.opened_at,
        next_try_at=row.next_try_at,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        earlier=row.earlier,
        ended_at=row.ended_at,
        tries=tuple(_try_from(one) for one in row.tries),
    )


def _document(one: Try) -> Document:
    return {"at": one.at.isoformat(), "status": one.status, "error": one.error, "took_s": one.took_s}


def _try_from(kept: dict[str, object]) -> Try:
    status, took_s = kept["status"], kept["took_s"]
    return Try(
        at=datetime.fromisoformat(str(kept["at"])),
        status=status if isinstance(status, int) else None,
        error=str(kept["error"]),
        took_s=float(took_s) if isinstance(took_s, int | float) else 0.0,
    )
