"""
Messages that name another organization than the job's own: forged, or sent by a mistake of ours.

The job's row is the truth: a unit of work of the named organization does not find the job, so that nothing was read or
changed. What is left to do is to write it down where the job's owner sees it.
"""

from __future__ import annotations

from attrs import frozen

from domain.jobs.job import JobId
from domain.jobs.ports import Installation
from domain.jobs.relaying import system_context
from domain.organizations.audit_log import AuditLog
from domain.tenancy import OrganizationId, TenantContext

REFUSED = "message.refused"


@frozen(kw_only=True)
class ForeignMessages:
    """Finds out whose job a message was about, and notes the refusal."""

    installation: Installation
    audit: AuditLog

    def note(self, tenant: TenantContext, job_id: JobId, *, task: str) -> OrganizationId | None:
        """
        Return whose the job is, when it is another's than *tenant*'s, and None otherwise.

        The entry stands in the owner's audit log, and names the task but not who was meant to act: whose header it was
        is for the operator's log.
        """
        owner = self.installation.owner_of(job_id)
        if owner is None or owner == tenant.organization_id:
            return None
        self.audit.add(system_context(owner), action=REFUSED, subject=job_id, details={"task": task})
        return owner
