"""The signing secrets of webhooks: made at random, encrypted for their row and column, opened to sign a message."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime

from domain.notifications.signature import SECRET_PREFIX
from domain.notifications.webhook import SigningSecret, Webhook, WebhookId
from domain.secrets.vault import Place, Vault
from domain.tenancy import OrganizationId

TABLE = "webhook"
COLUMNS = ("secret", "previous_secret")
"""The encrypted columns; the newest secret is in the first."""

SECRET_BYTES = 32


def new_secret() -> str:
    """Return a signing secret of 256 random bits, as receivers are given it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sealed_secret(text: str, *, vault: Vault, place: Place) -> SigningSecret:
    """Return the secret encrypted for that place."""
    return SigningSecret(sealed=vault.encrypt(text, place=place), last_four=text[-4:])


def place_of(organization_id: OrganizationId, webhook_id: WebhookId, *, column: str = COLUMNS[0]) -> Place:
    """Return where a webhook's secret stands."""
    return Place(organization_id=organization_id, table=TABLE, row=webhook_id, column=column)


def opened_secrets(webhook: Webhook, *, vault: Vault, now: datetime) -> list[str]:
    """Return the secrets to sign with, newest first."""
    stored = webhook.secrets_at(now)
    return [
        vault.decrypt(one.sealed, place=place_of(webhook.organization_id, webhook.id, column=column))
        for one, column in zip(stored, COLUMNS, strict=False)
    ]


def set_aside(secret: SigningSecret, webhook: Webhook, *, vault: Vault) -> SigningSecret:
    """Return the newest secret encrypted for the column of the one before it."""
    text = vault.decrypt(secret.sealed, place=place_of(webhook.organization_id, webhook.id))
    return sealed_secret(text, vault=vault, place=place_of(webhook.organization_id, webhook.id, column=COLUMNS[1]))
