"""The audit log: who did what in an organization. It is written beside the deed, and never changed."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from domain.jobs.ports import Clock, IdSource
from domain.organizations.audit_entry import AuditEntry, AuditEntryId, AuditPlace
from domain.organizations.ports import Audited, Directory
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class AuditLog:
    """Adds entries, and reads them."""

    directory: Directory
    clock: Clock
    ids: IdSource

    def add(self, tenant: TenantContext, *, action: str, subject: str, details: Mapping[str, str]) -> None:
        """
        Store that the tenant's user did *action* to *subject*, in a transaction of its own.

        *details* are for people; whoever hands in a secret there has published it.
        """
        with self.directory.begin(tenant.organization_id) as work:
            self.note(work, tenant, action=action, subject=subject, details=details)
            work.commit()

    def note(
        self, work: Audited, tenant: TenantContext, *, action: str, subject: str, details: Mapping[str, str]
    ) -> None:
        """Store the same as part of *work*, so that there is no deed without its entry, nor the other way round."""
        work.entries.add(
            AuditEntry(
                id=AuditEntryId(self.ids.new_id()),
                at=self.clock.now(),
                user_id=tenant.user_id,
                action=action,
                subject=subject,
                details=dict(details),
            )
        )

    def page(self, tenant: TenantContext, *, before: AuditPlace | None = None, limit: int = 50) -> list[AuditEntry]:
        """Return entries of the tenant's organization, the newest first, from just behind *before*."""
        with self.directory.view(tenant.organization_id) as work:
            return work.entries.page(before=before, limit=limit)
