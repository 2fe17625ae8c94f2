"""How entries of the response cache are written where only texts are kept: Redis and Memcached."""

from __future__ import annotations

import hashlib
import json

from domain.jobs.item import Document
from domain.tenancy import TenantContext


def organization_word(tenant: TenantContext) -> str:
    """Return the organization as a part of keys: whatever its id is made of, a word of 32 letters and digits."""
    return hashlib.sha256(tenant.organization_id.encode()).hexdigest()[:32]


def entry_of(text: str | bytes | None) -> Document | None:
    """Return the entry that was written as *text*; None where it is none: others may write there too."""
    try:
        entry = json.loads(text) if text is not None else None
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None
