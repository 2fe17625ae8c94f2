"""Making organizations and finding them: for whoever operates the installation."""

from __future__ import annotations

from attrs import frozen

from domain.jobs.errors import Conflict, NotFound
from domain.jobs.ports import Clock, IdSource
from domain.organizations.audit_log import AuditLog
from domain.organizations.organization import Organization, Role, User, email_address, organization_name
from domain.organizations.ports import Directory, OrganizationWork
from domain.tenancy import OrganizationId, TenantContext


@frozen(kw_only=True)
class OrganizationService:
    """The organizations of an installation."""

    directory: Directory
    audit: AuditLog
    clock: Clock
    ids: IdSource

    def create(self, tenant: TenantContext, words: str) -> Organization:
        """
        Make an organization called *words*; nobody is in it yet. The tenant's user is who did it.

        Raises:
            InvalidInput: nothing can be called so.
            Conflict: another one is.
        """
        name = organization_name(words)
        made = Organization(id=OrganizationId(self.ids.new_id()), name=name, created_at=self.clock.now())
        with self.directory.begin(made.id) as work:
            self._add(work, tenant, made)
            work.commit()
        return made

    def all(self) -> list[Organization]:
        """Return the organizations, by name."""
        return self.directory.organizations()

    def of(self, tenant: TenantContext) -> Organization:
        """
        Return the tenant's organization.

        Raises:
            NotFound: there is no such organization.
        """
        with self.directory.view(tenant.organization_id) as work:
            return work.get()

    def find(self, words: str) -> Organization:
        """
        Return the organization with that name or id.

        Raises:
            NotFound: there is none.
        """
        found = [one for one in self.directory.organizations() if words in (one.name, one.id)]
        if not found:
            raise NotFound(f"organization {words!r}: no such organization; `antiphon orgs list` shows those there are")
        return found[0]

    def ensure(self, tenant: TenantContext, *, name: str, email: str) -> None:
        """
        Make the tenant's organization, and its user an owner, where they are missing.

        Safe to repeat, also when many processes do it at once: one makes them, and the others find them made.

        Raises:
            Conflict: another organization has the name, or another user the address.
        """
        if self._is_there(tenant):
            return
        try:
            self._make(tenant, name=organization_name(name), email=email_address(email))
        except Conflict:
            if not self._is_there(tenant):
                raise

    def _is_there(self, tenant: TenantContext) -> bool:
        with self.directory.view(tenant.organization_id) as work:
            return _exists(work) and any(user.id == tenant.user_id for user in work.people.users())

    def _make(self, tenant: TenantContext, *, name: str, email: str) -> None:
        now = self.clock.now()
        with self.directory.begin(tenant.organization_id) as work:
            if not _exists(work):
                self._add(work, tenant, Organization(id=tenant.organization_id, name=name, created_at=now))
            work.people.add(User(id=tenant.user_id, email=email, created_at=now))
            work.people.put_role(tenant.user_id, Role.OWNER, now=now)
            work.commit()

    def _add(self, work: OrganizationWork, tenant: TenantContext, made: Organization) -> None:
        work.add(made)
        self.audit.note(
            work, tenant, action="organization.created", subject=f"organization {made.id}", details={"name": made.name}
        )


def _exists(work: OrganizationWork) -> bool:
    try:
        work.get()
    except NotFound:
        return False
    return True
