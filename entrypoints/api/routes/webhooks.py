"""/v1/webhooks: who is told of what happens, and how that went."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from domain.notifications.delivery import DeliveryId, DeliveryPlace, DeliveryState
from domain.notifications.webhook import WebhookId
from entrypoints.api.callers import Administrator, Reader, Services, Writer
from entrypoints.api.cursors import cursor
from entrypoints.api.documents.webhooks import (
    DeliveryDocument,
    NewWebhook,
    RevealedWebhook,
    Rotation,
    WebhookChange,
    WebhookDocument,
    revealed_webhook,
    shown_delivery,
    shown_webhook,
)
from entrypoints.api.paging import After, Limit, Page, dated, page_of, position
from entrypoints.api.problems import documented

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])


def _webhook_id(webhook_id: Annotated[UUID, Path(description="The webhook's id.")]) -> WebhookId:
    return WebhookId(str(webhook_id))


def _delivery_id(delivery_id: Annotated[UUID, Path(description="The delivery's id.")]) -> DeliveryId:
    return DeliveryId(str(delivery_id))


TheWebhook = Annotated[WebhookId, Depends(_webhook_id)]
TheDelivery = Annotated[DeliveryId, Depends(_delivery_id)]


@router.get("", operation_id="list_webhooks")
def list_webhooks(caller: Reader, antiphon: Services) -> Page[WebhookDocument]:
    """List the webhooks, oldest first; an organization has at most 100."""
    found = antiphon.notifications.webhooks.all(caller)
    return Page(items=[shown_webhook(webhook) for webhook in found], next=None)


@router.post("", operation_id="add_webhook", status_code=201, responses=documented(409))
def add_webhook(caller: Administrator, antiphon: Services, wanted: NewWebhook, response: Response) -> RevealedWebhook:
    """Tell an address of events from now on; its signing secret is in this answer, and in no other."""
    revealed = antiphon.notifications.webhooks.add(
        caller, wanted.url, events=wanted.events, description=wanted.description
    )
    response.headers["Location"] = f"/v1/webhooks/{revealed.webhook.id}"
    return revealed_webhook(revealed)


@router.get("/{webhook_id}", operation_id="get_webhook", responses=documented(404))
def get_webhook(caller: Reader, antiphon: Services, webhook_id: TheWebhook) -> WebhookDocument:
    """Look at a webhook, and how it is doing."""
    return shown_webhook(antiphon.notifications.webhooks.get(caller, webhook_id))


@router.patch("/{webhook_id}", operation_id="change_webhook", responses=documented(404))
def change_webhook(
    caller: Administrator, antiphon: Services, webhook_id: TheWebhook, change: WebhookChange
) -> WebhookDocument:
    """Change the address, the events or the description."""
    service = antiphon.notifications.webhooks
    changed = service.change(caller, webhook_id, url=change.url, events=change.events, description=change.description)
    return shown_webhook(changed)


@router.delete("/{webhook_id}", operation_id="remove_webhook", status_code=204, responses=documented(404))
def remove_webhook(caller: Administrator, antiphon: Services, webhook_id: TheWebhook) -> None:
    """Forget a webhook and its log."""
    antiphon.notifications.webhooks.remove(caller, webhook_id)


@router.post("/{webhook_id}/enable", operation_id="enable_webhook", responses=documented(404))
def enable_webhook(caller: Administrator, antiphon: Services, webhook_id: TheWebhook) -> WebhookDocument:
    """Deliver to a disabled webhook again what happens from now on."""
    return shown_webhook(antiphon.notifications.webhooks.enable(caller, webhook_id))


@router.post("/{webhook_id}/disable", operation_id="disable_webhook", responses=documented(404))
def disable_webhook(caller: Administrator, antiphon: Services, webhook_id: TheWebhook) -> WebhookDocument:
    """Deliver nothing to it until it is enabled again."""
    return shown_webhook(antiphon.notifications.webhooks.disable(caller, webhook_id))


@router.post("/{webhook_id}/rotate-secret", operation_id="rotate_webhook_secret", responses=documented(404))
def rotate_webhook_secret(
    caller: Administrator, antiphon: Services, webhook_id: TheWebhook, rotation: Rotation
) -> RevealedWebhook:
    """Give it a new signing secret, shown this once; for a while, messages are signed with both."""
    overlap = timedelta(hours=rotation.overlap_hours)
    return revealed_webhook(antiphon.notifications.webhooks.rotate_secret(caller, webhook_id, overlap=overlap))


@router.post("/{webhook_id}/test", operation_id="test_webhook", responses=documented(404))
def test_webhook(caller: Writer, antiphon: Services, webhook_id: TheWebhook) -> DeliveryDocument:
    """Send a `webhook.test` event now; `state` and `tries` of the answer say how that went."""
    return shown_delivery(antiphon.notifications.webhooks.test(caller, webhook_id))


@router.get("/{webhook_id}/deliveries", operation_id="list_deliveries", responses=documented(404))
def list_deliveries(
    caller: Reader,
    antiphon: Services,
    webhook_id: TheWebhook,
    limit: Limit = 20,
    after: After = None,
    state: Annotated[DeliveryState | None, Query(description="Only deliveries that are so.")] = None,
) -> Page[DeliveryDocument]:
    """List what was delivered, what is still tried and what was given up, newest first."""
    found = antiphon.notifications.webhooks.log(
        caller, webhook_id, before=position(after, _place), state=state, limit=limit + 1
    )
    return page_of([shown_delivery(delivery) for delivery in found], limit=limit, place=_cursor)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/redeliver",
    operation_id="redeliver",
    status_code=202,
    responses=documented(404, 409),
)
def redeliver(caller: Writer, antiphon: Services, webhook_id: TheWebhook, delivery_id: TheDelivery) -> DeliveryDocument:
    """Have a delivery that ended sent again by the workers, with the same event id."""
    return shown_delivery(antiphon.notifications.webhooks.redeliver(caller, webhook_id, delivery_id))


def _cursor(delivery: DeliveryDocument) -> str:
    return cursor(delivery.opened_at.isoformat(), delivery.id)


def _place(moment: str, row_id: str) -> DeliveryPlace:
    opened_at, delivery_id = dated(moment, row_id)
    return DeliveryPlace(opened_at=opened_at, id=DeliveryId(delivery_id))
