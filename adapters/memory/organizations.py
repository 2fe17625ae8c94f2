"""Organizations, their people, keys and audit logs in memory; units of work of all threads take turns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock

from attrs import evolve, field, frozen

from adapters.memory.journal import Journal, journaled
from domain.jobs.errors import Conflict, NotFound
from domain.organizations.api_key import ApiKey, ApiKeyId, Credential
from domain.organizations.audit_entry import AuditEntry, AuditEntryId, AuditPlace
from domain.organizations.key_material import Seal
from domain.organizations.organization import Membership, Organization, Role, User
from domain.tenancy import OrganizationId, UserId


@frozen(kw_only=True)
class _Rows:
    """What one organization has."""

    users: dict[UserId, User] = field(factory=dict)
    memberships: dict[UserId, Membership] = field(factory=dict)
    keys: dict[ApiKeyId, ApiKey] = field(factory=dict)
    entries: dict[AuditEntryId, AuditEntry] = field(factory=dict)


@frozen(kw_only=True)
class MemoryPeople:
    """`People` of one organization."""

    rows: _Rows
    journal: Journal

    def add(self, user: User) -> None:
        """Store a user, who is no member yet."""
        if user.id in self.rows.users or self.with_email(user.email):
            raise Conflict(f"user {user.email}: somebody added this user at the same time; try again")
        self.journal.put(self.rows.users, user.id, user)

    def with_email(self, email: str) -> User | None:
        """Return the user with the address, member or not."""
        return next((user for user in self.rows.users.values() if user.email == email), None)

    def put_role(self, user_id: UserId, role: Role, *, now: datetime) -> None:
        """Make a user a member, or change what the member is."""
        member = Membership(user=self.rows.users[user_id], role=role, since=now)
        self.journal.put(self.rows.memberships, user_id, member)

    def take_role(self, user_id: UserId) -> None:
        """Let a user be a member no longer."""
        self.journal.drop(self.rows.memberships, user_id)

    def members(self) -> list[Membership]:
        """Return the members, by address."""
        return sorted(self.rows.memberships.values(), key=lambda member: member.user.email)

    def users(self) -> list[User]:
        """Return everybody, former members too."""
        return list(self.rows.users.values())


@frozen(kw_only=True)
class MemoryKeys:
    """`Keys` of one organization."""

    rows: _Rows
    journal: Journal

    def add(self, key: ApiKey) -> None:
        """Store a new key."""
        self.journal.put(self.rows.keys, key.id, key)

    def put(self, key: ApiKey) -> None:
        """Store a changed key; seal and last use stay as they are stored."""
        if stored := self.rows.keys.get(key.id):
            self.journal.put(self.rows.keys, key.id, evolve(key, seal=stored.seal, last_used_at=stored.last_used_at))

    def used(self, key_id: ApiKeyId, *, at: datetime, seal: Seal) -> None:
        """Store when a key was last used, and its seal."""
        self.journal.put(self.rows.keys, key_id, evolve(self.rows.keys[key_id], last_used_at=at, seal=seal))

    def all(self) -> list[ApiKey]:
        """Return the keys, revoked ones too, the newest first."""
        return sorted(self.rows.keys.values(), key=lambda key: (key.created_at, key.id), reverse=True)


@frozen(kw_only=True)
class MemoryEntries:
    """`Entries` of one organization."""

    entries: dict[AuditEntryId, AuditEntry]
    journal: Journal

    def add(self, entry: AuditEntry) -> None:
        """Store an entry."""
        self.journal.put(self.entries, entry.id, entry)

    def page(self, *, before: AuditPlace | None, limit: int) -> list[AuditEntry]:
        """Return entries, the newest first, from just behind *before*."""
        newest = sorted(self.entries.values(), key=lambda entry: _age(entry.place), reverse=True)
        return [entry for entry in newest if before is None or _age(entry.place) < _age(before)][:limit]


@frozen(kw_only=True)
class MemoryOrganizationWork:
    """`OrganizationWork`: it changes the rows themselves, which nobody else sees meanwhile; undone by default."""

    organization_id: OrganizationId
    organizations: dict[OrganizationId, Organization]
    people: MemoryPeople
    keys: MemoryKeys
    entries: MemoryEntries
    journal: Journal

    def add(self, organization: Organization) -> None:
        """Store the organization itself."""
        for other in self.organizations.values():
            if organization.id == other.id or organization.name == other.name:
                raise Conflict(f"organization {organization.name!r} is there already; choose another name")
        self.journal.put(self.organizations, organization.id, organization)

    def get(self, *, lock: bool = False) -> Organization:  # noqa: ARG002  # the whole directory is locked
        """Return the organization."""
        if self.organization_id not in self.organizations:
            raise NotFound(
                f"there is no organization {self.organization_id}; `antiphon orgs list` shows those there are"
            )
        return self.organizations[self.organization_id]

    def commit(self) -> None:
        """Keep the changes; leaving the unit without it undoes them."""
        self.journal.commit()


class MemoryDirectory:
    """`Directory` that lives as long as the process."""

    def __init__(self) -> None:
        self._organizations: dict[OrganizationId, Organization] = {}
        self._rows: dict[OrganizationId, _Rows] = {}
        self._lock = Lock()

    @contextmanager
    def begin(self, organization_id: OrganizationId) -> Iterator[MemoryOrganizationWork]:
        """Begin a unit of work in one organization."""
        with self._unit(organization_id, is_view=False) as work:
            yield work

    @contextmanager
    def view(self, organization_id: OrganizationId) -> Iterator[MemoryOrganizationWork]:
        """Begin a read-only unit of work."""
        with self._unit(organization_id, is_view=True) as work:
            yield work

    def organizations(self) -> list[Organization]:
        """Return all organizations, by name."""
        with self._lock:
            return sorted(self._organizations.values(), key=lambda organization: organization.name)

    def credential(self, prefix: str) -> Credential | None:
        """Return the key with the prefix, whichever organization it belongs to."""
        with self._lock:
            for rows in self._rows.values():
                for key in rows.keys.values():
                    if key.prefix == prefix:
                        member = rows.memberships.get(key.user_id)
                        return Credential(key=key, role=member.role if member else None)
        return None

    @contextmanager
    def _unit(self, organization_id: OrganizationId, *, is_view: bool) -> Iterator[MemoryOrganizationWork]:
        with self._lock, journaled(is_view=is_view) as journal:
            rows = self._rows.setdefault(organization_id, _Rows())
            yield MemoryOrganizationWork(
                organization_id=organization_id,
                organizations=self._organizations,
                people=MemoryPeople(rows=rows, journal=journal),
                keys=MemoryKeys(rows=rows, journal=journal),
                entries=MemoryEntries(entries=rows.entries, journal=journal),
                journal=journal,
            )


def _age(place: AuditPlace) -> tuple[datetime, AuditEntryId]:
    return (place.at, place.id)
