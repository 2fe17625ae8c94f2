"""
What is needed of a store of organizations: one unit of work for one of them, and a look across all.

Looking across serves those who can't know the organization yet: whoever presents a key, and who names an organization.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from domain.organizations.api_key import ApiKey, ApiKeyId, Credential
from domain.organizations.audit_entry import AuditEntry, AuditPlace
from domain.organizations.key_material import Seal
from domain.organizations.organization import Membership, Organization, Role, User
from domain.tenancy import OrganizationId, UserId


class People(Protocol):
    """The users of one organization, and their roles."""

    def add(self, user: User) -> None:
        """
        Store a user, who is no member yet.

        Raises:
            Conflict: there is one with this id or address.
        """

    def with_email(self, email: str) -> User | None:
        """Return the user with the address, member or not."""

    def put_role(self, user_id: UserId, role: Role, *, now: datetime) -> None:
        """Make a user a member, or change what the member is."""

    def take_role(self, user_id: UserId) -> None:
        """Let a user be a member no longer."""

    def members(self) -> list[Membership]:
        """Return the members, by address."""

    def users(self) -> list[User]:
        """Return everybody, former members too."""


class Keys(Protocol):
    """The API keys of one organization."""

    def add(self, key: ApiKey) -> None:
        """Store a new key."""

    def put(self, key: ApiKey) -> None:
        """Store a changed key; seal and last use stay as they are stored."""

    def used(self, key_id: ApiKeyId, *, at: datetime, seal: Seal) -> None:
        """Store when a key was last used, and its seal, which a newer pepper may have made anew."""

    def all(self) -> list[ApiKey]:
        """Return the keys, revoked ones too, the newest first."""


class Entries(Protocol):
    """The audit log of one organization."""

    def add(self, entry: AuditEntry) -> None:
        """Store an entry."""

    def page(self, *, before: AuditPlace | None, limit: int) -> list[AuditEntry]:
        """Return entries, the newest first, from just behind *before*."""


class Audited(Protocol):
    """A transaction in one organization that can note what it does: there is no deed without its entry."""

    @property
    def entries(self) -> Entries:
        """The organization's audit log."""


class OrganizationWork(Protocol):
    """One transaction in one organization."""

    @property
    def people(self) -> People:
        """Its users and members."""

    @property
    def keys(self) -> Keys:
        """Its API keys."""

    @property
    def entries(self) -> Entries:
        """Its audit log."""

    def add(self, organization: Organization) -> None:
        """
        Store the organization itself.

        Raises:
            Conflict: its id or its name is taken.
        """

    def get(self, *, lock: bool = False) -> Organization:
        """
        Return the organization; with *lock*, nobody else locks it until this unit of work ends.

        Raises:
            NotFound: there is no such organization.
        """

    def commit(self) -> None:
        """Make the changes durable and visible; leaving the unit without it undoes them."""


class Directory(Protocol):
    """Every organization of the installation."""

    def begin(self, organization_id: OrganizationId) -> AbstractContextManager[OrganizationWork]:
        """Begin a unit of work in one organization."""

    def view(self, organization_id: OrganizationId) -> AbstractContextManager[OrganizationWork]:
        """Begin a read-only unit of work, which waits for no writer."""

    def organizations(self) -> list[Organization]:
        """Return all organizations, by name."""

    def credential(self, prefix: str) -> Credential | None:
        """Return the key with the prefix, whichever organization it belongs to."""
