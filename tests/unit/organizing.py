"""Organizations in memory, with a clock that stands still: what the tests of their rules begin with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from attrs import field, frozen

from adapters.identifiers import CountingIds
from adapters.memory.clock import ManualClock
from adapters.memory.organizations import MemoryDirectory
from domain.organizations.api_key import IssuedKey
from domain.organizations.audit_log import AuditLog
from domain.organizations.authentication import Authentication
from domain.organizations.key_material import Peppers
from domain.organizations.key_service import KeyService
from domain.organizations.member_service import MemberService
from domain.organizations.organization import Role
from domain.organizations.organization_service import OrganizationService
from domain.organizations.ports import Directory
from domain.tenancy import ALL_SCOPES, OrganizationId, TenantContext, UserId

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
US = TenantContext(organization_id=OrganizationId("us"), user_id=UserId("operator"), scopes=ALL_SCOPES)
THEM = TenantContext(organization_id=OrganizationId("them"), user_id=UserId("eve"), scopes=ALL_SCOPES)
OWNER = "operator@localhost"


@frozen(kw_only=True)
class Office:
    """Every service over one directory, in which `US` is an organization with one owner."""

    directory: Directory = field(factory=MemoryDirectory)
    clock: ManualClock = field(factory=lambda: ManualClock(NOON))
    ids: CountingIds = field(factory=CountingIds)
    peppers: Peppers = field(factory=Peppers)

    def __attrs_post_init__(self) -> None:
        self.organizations.ensure(US, name="us", email=OWNER)

    @property
    def audit(self) -> AuditLog:
        """The audit log."""
        return AuditLog(directory=self.directory, clock=self.clock, ids=self.ids)

    @property
    def organizations(self) -> OrganizationService:
        """Organizations."""
        return OrganizationService(directory=self.directory, audit=self.audit, clock=self.clock, ids=self.ids)

    @property
    def members(self) -> MemberService:
        """Their members."""
        return MemberService(directory=self.directory, audit=self.audit, clock=self.clock, ids=self.ids)

    @property
    def keys(self) -> KeyService:
        """Their keys."""
        return KeyService(
            directory=self.directory, audit=self.audit, clock=self.clock, ids=self.ids, peppers=self.peppers
        )

    @property
    def authentication(self) -> Authentication:
        """The door."""
        return Authentication(directory=self.directory, clock=self.clock, peppers=self.peppers)

    def key_for(
        self, email: str, role: Role, *, scopes: Iterable[str] | None = None, lifetime: timedelta | None = None
    ) -> IssuedKey:
        """Make a member with a key, by default for all that the role may do."""
        self.members.add(US, email, role=role)
        return self.keys.create(US, email=email, scopes=scopes or role.scopes, lifetime=lifetime)
