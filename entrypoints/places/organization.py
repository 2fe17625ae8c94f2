"""What `antiphon orgs show` and `antiphon users` ask of where they act."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from entrypoints.api.documents.organizations import MemberDocument, MemberRole, OrganizationDocument


class Organization(Protocol):
    """The organization to act in, and who is in it."""

    def get(self) -> OrganizationDocument:
        """Return the organization."""

    def members(self) -> Iterable[MemberDocument]:
        """Return the members, by address."""

    def put_member(self, email: str, words: MemberRole) -> MemberDocument:
        """
        Let somebody be a member in a role, or change the role.

        Raises:
            InvalidInput: that is no address.
            Forbidden: the role may do more than the caller.
            Conflict: it would leave nobody who is an owner.
        """

    def remove_member(self, email: str) -> None:
        """
        Let somebody be a member no longer, and revoke their keys.

        Raises:
            NotFound: no member has the address.
            Conflict: it is the last owner.
        """
