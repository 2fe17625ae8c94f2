"""/v1/organization: the organization the key belongs to, and who is in it."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from entrypoints.api.documents.organizations import MemberDocument, MemberRole, OrganizationDocument
from entrypoints.calls.asking import Calls, path


@frozen(kw_only=True)
class OrganizationCalls(Calls):
    """`Organization` of a server: that of the key."""

    def get(self) -> OrganizationDocument:
        return self._get(path("organization"), OrganizationDocument)

    def members(self) -> Iterator[MemberDocument]:
        return self._pages(path("organization", "members"), MemberDocument)

    def put_member(self, email: str, words: MemberRole) -> MemberDocument:
        return self._put(path("organization", "members", email), MemberDocument, words)

    def remove_member(self, email: str) -> None:
        self._delete(path("organization", "members", email))
