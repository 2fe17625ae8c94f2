"""Webhooks and deliveries as the API shows them, and what is asked for of them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from domain.notifications.delivery import Delivery, DeliveryState
from domain.notifications.service import Revealed
from domain.notifications.webhook import LONGEST_URL, Webhook
from domain.notifications.webhook_document import delivery_document, webhook_document
from entrypoints.api.documents.words import Words

EVENTS = "Names (`job.ended`), families (`job.*`) or `*`."


class NewWebhook(Words):
    """Who is to be told, of what."""

    url: str = Field(
        max_length=LONGEST_URL,
        description="Where events are posted; or `mailto:NAME@HOST`, where they are mailed.",
        examples=["https://example.org/hooks/antiphon"],
    )
    events: list[str] = Field(max_length=20, description=EVENTS, examples=[["job.ended"]])
    description: str = Field(default="", max_length=200)


class WebhookChange(Words):
    """What is to be changed; what is left out stays."""

    url: str | None = Field(default=None, max_length=LONGEST_URL)
    events: list[str] | None = Field(default=None, max_length=20, description=EVENTS)
    description: str | None = Field(default=None, max_length=200)


class Rotation(Words):
    """How long the old secret is good beside the new one."""

    overlap_hours: float = Field(default=24.0, ge=0, le=168)


class WebhookDocument(BaseModel):
    """An address that is told of events."""

    id: str
    url: str
    events: list[str]
    description: str
    state: str = Field(description="`active`, `failing` (its last attempt failed) or `disabled`.")
    failing_since: datetime | None
    disabled_because: str
    secret_last_four: str | None = Field(description="The end of the signing secret; a mailbox has none.")
    previous_secret_until: datetime | None
    made_by: str
    made_at: datetime
    active_since: datetime


class RevealedWebhook(WebhookDocument):
    """A webhook with its new signing secret, which is shown this once."""

    secret: str | None = Field(repr=False, examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])


class TryDocument(BaseModel):
    """One attempt at a delivery."""

    at: datetime
    status: int | None = Field(description="HTTP's or SMTP's; null where there was no answer.")
    error: str = Field(description="What went wrong; empty where nothing did.")
    took_s: float


class DeliveryDocument(BaseModel):
    """One event on its way to a webhook."""

    id: str
    webhook_id: str
    event_id: str = Field(description="The `webhook-id` header: the same however often it is delivered.")
    state: DeliveryState
    attempts: int
    opened_at: datetime = Field(description="Since when it is tried.")
    next_try_at: datetime | None
    ended_at: datetime | None
    event: dict[str, object] = Field(description="The body that is sent.")
    tries: list[TryDocument] = Field(description="The last attempts, oldest first.")


def shown_webhook(webhook: Webhook) -> WebhookDocument:
    """Return the document of a webhook."""
    return WebhookDocument.model_validate(webhook_document(webhook))


def revealed_webhook(revealed: Revealed) -> RevealedWebhook:
    """Return the document of a webhook with its new secret."""
    return RevealedWebhook.model_validate({**webhook_document(revealed.webhook), "secret": revealed.secret or None})


def shown_delivery(delivery: Delivery) -> DeliveryDocument:
    """Return the document of a delivery."""
    return DeliveryDocument.model_validate(delivery_document(delivery))
