"""For whom a schedule runs: who said last what it does, for as long as they may say so."""

from __future__ import annotations

from attrs import frozen

from domain.organizations.ports import Directory
from domain.tenancy import WRITE, OrganizationId, UserId


@frozen(kw_only=True)
class Ownership:
    """Knows whether owners may still start work."""

    directory: Directory

    def objection(self, organization_id: OrganizationId, owner: UserId) -> str:
        """Return why nothing may run for *owner* in the organization (any more); empty: it may."""
        with self.directory.view(organization_id) as work:
            member = next((one for one in work.people.members() if one.user.id == owner), None)
        if member is None:
            return f"its owner {owner} is no member of the organization any more"
        if WRITE not in member.role.scopes:
            return f"its owner {member.user.email} is a {member.role} now, and may start nothing"
        return ""
