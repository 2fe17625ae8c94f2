"""The page that Prometheus reads, and who may read it."""

from __future__ import annotations

import hmac

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def page(registry: CollectorRegistry) -> bytes:
    """Return the figures of the registry as text."""
    return generate_latest(registry)


def may_read(authorization: str | None, *, token: str) -> bool:
    """Return whether the Authorization header carries the *token*, compared in constant time; no token: anybody may."""
    if not token:
        return True
    return hmac.compare_digest((authorization or "").encode(), f"Bearer {token}".encode())
