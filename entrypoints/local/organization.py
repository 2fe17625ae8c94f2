"""An organization and who is in it, looked after beside its database."""

from __future__ import annotations

from attrs import frozen

from domain.organizations.member_service import MemberService
from domain.organizations.organization_service import OrganizationService
from domain.tenancy import TenantContext
from entrypoints.api.documents.organizations import (
    MemberDocument,
    MemberRole,
    OrganizationDocument,
    member_document,
    organization_document,
)


@frozen(kw_only=True)
class LocalOrganization:
    """`Organization` of this machine's database."""

    organizations: OrganizationService
    people: MemberService
    tenant: TenantContext

    def get(self) -> OrganizationDocument:
        return organization_document(self.organizations.of(self.tenant))

    def members(self) -> list[MemberDocument]:
        return [member_document(member) for member in self.people.all(self.tenant)]

    def put_member(self, email: str, words: MemberRole) -> MemberDocument:
        return member_document(self.people.add(self.tenant, email, role=words.role))

    def remove_member(self, email: str) -> None:
        self.people.remove(self.tenant, email)
