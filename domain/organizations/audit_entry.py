"""One line of the audit log: who did what, to which thing, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NewType

from attrs import field, frozen

from domain.tenancy import UserId

AuditEntryId = NewType("AuditEntryId", str)


@frozen(kw_only=True)
class AuditPlace:
    """Where an entry stands in the log, which begins with the newest; of one moment, the greater id is first."""

    at: datetime
    id: AuditEntryId


@frozen(kw_only=True)
class AuditEntry:
    """
    What happened: *action* such as `key.created`, done by a user to a *subject*; *details* never hold a secret.

    Entries are only ever added.
    """

    id: AuditEntryId
    at: datetime
    user_id: UserId
    action: str
    subject: str
    details: Mapping[str, str] = field(factory=dict)

    @property
    def place(self) -> AuditPlace:
        """Where it stands in the log."""
        return AuditPlace(at=self.at, id=self.id)
