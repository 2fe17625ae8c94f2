"""What `antiphon audit` asks of where it acts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from entrypoints.api.documents.organizations import AuditEntryDocument


class Audit(Protocol):
    """Who did what in one organization."""

    def newest(self, limit: int) -> Iterable[AuditEntryDocument]:
        """Return at most *limit* entries, the newest first."""
