"""The audit log of an organization, read beside its database."""

from __future__ import annotations

from attrs import frozen

from domain.organizations.audit_log import AuditLog
from domain.tenancy import TenantContext
from entrypoints.api.documents.organizations import AuditEntryDocument, audit_entry_document


@frozen(kw_only=True)
class LocalAudit:
    """`Audit` of this machine's database."""

    audit_log: AuditLog
    tenant: TenantContext

    def newest(self, limit: int) -> list[AuditEntryDocument]:
        return [audit_entry_document(entry) for entry in self.audit_log.page(self.tenant, limit=limit)]
