"""Who belongs to an organization, and as what."""

from __future__ import annotations

from attrs import evolve, frozen

from domain.jobs.errors import Conflict, NotFound
from domain.jobs.ports import Clock, IdSource
from domain.organizations.audit_log import AuditLog
from domain.organizations.giving import refuse_beyond_own
from domain.organizations.organization import Membership, Role, User, email_address
from domain.organizations.ports import Directory, OrganizationWork
from domain.tenancy import TenantContext, UserId


@frozen(kw_only=True)
class MemberService:
    """The members of the tenant's organization."""

    directory: Directory
    audit: AuditLog
    clock: Clock
    ids: IdSource

    def add(self, tenant: TenantContext, words: str, *, role: Role) -> Membership:
        """
        Let the user with the address *words* be a member in this role; who is one already gets the role.

        Raises:
            InvalidInput: that is no address.
            Forbidden: the role may do more than the tenant.
            NotFound: there is no such organization.
            Conflict: it would leave the organization without an owner.
        """
        email = email_address(words)
        refuse_beyond_own(tenant, role.scopes, what=f"role {role}")
        with self.directory.begin(tenant.organization_id) as work:
            work.get(lock=True)  # so that two owners can't make each other something else at once
            before = _member(work, email)
            if before is not None and before.role is role:
                return before
            if before is not None:
                _refuse_last_owner(work, before, to=f"made {role}")
            user = before.user if before else self._user(work, email)
            work.people.put_role(user.id, role, now=self.clock.now())
            said = {"role": role.value, **({"was": before.role.value} if before else {})}
            action = "user.role_changed" if before else "user.added"
            self.audit.note(work, tenant, action=action, subject=f"user {email}", details=said)
            work.commit()
        return Membership(user=user, role=role, since=self.clock.now())

    def all(self, tenant: TenantContext) -> list[Membership]:
        """
        Return the members, by address.

        Raises:
            NotFound: there is no such organization.
        """
        with self.directory.view(tenant.organization_id) as work:
            work.get()
            return work.people.members()

    def remove(self, tenant: TenantContext, words: str) -> Membership:
        """
        Let a user be a member no longer, and revoke their keys; what they did stays under their name.

        Raises:
            NotFound: no member has this address.
            Conflict: it is the last owner.
        """
        email = email_address(words)
        with self.directory.begin(tenant.organization_id) as work:
            work.get(lock=True)
            gone = _member(work, email)
            if gone is None:
                raise NotFound(f"user {email}: no member of this organization; `antiphon users list` shows who is")
            _refuse_last_owner(work, gone, to="removed")
            work.people.take_role(gone.user.id)
            revoked = self._revoke_keys(work, gone.user.id)
            self.audit.note(
                work, tenant, action="user.removed", subject=f"user {email}", details={"keys_revoked": str(revoked)}
            )
            work.commit()
        return gone

    def _user(self, work: OrganizationWork, email: str) -> User:
        known = work.people.with_email(email)  # a former member comes back as who they were
        if known is not None:
            return known
        user = User(id=UserId(self.ids.new_id()), email=email, created_at=self.clock.now())
        work.people.add(user)
        return user

    def _revoke_keys(self, work: OrganizationWork, user_id: UserId) -> int:
        keys = [key for key in work.keys.all() if key.user_id == user_id and key.revoked_at is None]
        for key in keys:
            work.keys.put(evolve(key, revoked_at=self.clock.now()))
        return len(keys)


def _member(work: OrganizationWork, email: str) -> Membership | None:
    return next((member for member in work.people.members() if member.user.email == email), None)


def _refuse_last_owner(work: OrganizationWork, member: Membership, *, to: str) -> None:
    owners = [one for one in work.people.members() if one.role is Role.OWNER]
    if member.role is Role.OWNER and len(owners) == 1:
        raise Conflict(
            f"user {member.user.email} is the last owner of this organization and can't be {to}; make somebody else an "
            "owner first"
        )
