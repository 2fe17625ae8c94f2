"""Making API keys, and taking them back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from attrs import evolve, frozen

from domain.jobs.errors import Conflict, InvalidInput, NotFound
from domain.jobs.ports import Clock, IdSource
from domain.organizations.api_key import ApiKey, ApiKeyId, IssuedKey, KeyState, OwnedKey, scopes_named
from domain.organizations.audit_log import AuditLog
from domain.organizations.giving import refuse_beyond_own
from domain.organizations.key_material import Peppers, new_key_text, without_secret
from domain.organizations.organization import Membership, email_address
from domain.organizations.ports import Directory, OrganizationWork
from domain.tenancy import TenantContext

AT_ONCE = timedelta(0)


@frozen(kw_only=True)
class KeyService:
    """The API keys of the tenant's organization."""

    directory: Directory
    audit: AuditLog
    clock: Clock
    ids: IdSource
    peppers: Peppers

    def create(
        self, tenant: TenantContext, *, email: str, scopes: Iterable[str], lifetime: timedelta | None = None
    ) -> IssuedKey:
        """
        Make a key for a member; its text is in the answer, and nowhere else ever again.

        Raises:
            InvalidInput: no such scope, a lifetime below nothing, or more than the member's role may do.
            Forbidden: more than the tenant may do.
            NotFound: no member has the address.
        """
        owner, wanted = email_address(email), scopes_named(scopes)
        if lifetime is not None and lifetime <= AT_ONCE:
            raise InvalidInput(f"lifetime {lifetime}: expected more than nothing; leave it out for a key without end")
        with self.directory.begin(tenant.organization_id) as work:
            member = _member(work, owner)
            _refuse_too_much(tenant, member, wanted)
            issued = self._issue(work, tenant, member, wanted, lifetime=lifetime)
            self.audit.note(
                work, tenant, action="key.created", subject=f"key {issued.key.prefix}", details=_told(issued.key, owner)
            )
            work.commit()
        return issued

    def all(self, tenant: TenantContext) -> list[OwnedKey]:
        """
        Return the keys, the newest first, revoked and expired ones too.

        Raises:
            NotFound: there is no such organization.
        """
        with self.directory.view(tenant.organization_id) as work:
            work.get()
            return _owned(work)

    def state(self, key: ApiKey) -> KeyState:
        """Return whether a key opens anything now."""
        state = key.state(self.clock.now())
        return KeyState.LOCKED if state is KeyState.ACTIVE and not self.peppers.knows(key.seal) else state

    def revoke(self, tenant: TenantContext, words: str) -> OwnedKey:
        """
        Let a key (by its prefix or id) open nothing from now on; one that is revoked already stays as it is.

        Raises:
            NotFound: there is no such key in this organization.
        """
        with self.directory.begin(tenant.organization_id) as work:
            work.get(lock=True)
            found = _find(work, words)
            if found.key.revoked_at is not None:
                return found
            revoked = evolve(found.key, revoked_at=self.clock.now())
            work.keys.put(revoked)
            self.audit.note(work, tenant, action="key.revoked", subject=f"key {revoked.prefix}", details={})
            work.commit()
        return evolve(found, key=revoked)

    def rotate(self, tenant: TenantContext, words: str, *, grace: timedelta = AT_ONCE) -> IssuedKey:
        """
        Make a key in place of another one, which opens nothing from the end of *grace* on.

        The new key has the old one's user, scopes and lifetime, counted from now.

        Raises:
            InvalidInput: a grace below nothing.
            Forbidden: the key may do more than the tenant.
            NotFound: there is no such key in this organization.
            Conflict: the old one is not active.
        """
        if grace < AT_ONCE:
            raise InvalidInput(f"grace {grace}: expected 0 or more")
        with self.directory.begin(tenant.organization_id) as work:
            work.get(lock=True)
            old = _find(work, words).key
            member = self._owner_of(work, old)
            refuse_beyond_own(tenant, old.scopes & member.role.scopes, what="scopes")
            lifetime = old.expires_at - old.created_at if old.expires_at else None
            issued = self._issue(work, tenant, member, old.scopes & member.role.scopes, lifetime=lifetime)
            work.keys.put(self._ending(old, grace=grace))
            self.audit.note(
                work,
                tenant,
                action="key.rotated",
                subject=f"key {old.prefix}",
                details={"to": issued.key.prefix, "grace_s": f"{grace.total_seconds():g}"},
            )
            work.commit()
        return issued

    def _issue(
        self,
        work: OrganizationWork,
        tenant: TenantContext,
        member: Membership,
        scopes: frozenset[str],
        *,
        lifetime: timedelta | None,
    ) -> IssuedKey:
        now, text = self.clock.now(), new_key_text()
        key = ApiKey(
            id=ApiKeyId(self.ids.new_id()),
            organization_id=tenant.organization_id,
            user_id=member.user.id,
            prefix=text.prefix,
            seal=self.peppers.seal(text.secret),
            scopes=scopes,
            created_at=now,
            created_by=tenant.user_id,
            expires_at=now + lifetime if lifetime else None,
        )
        work.keys.add(key)
        return IssuedKey(key=key, user=member.user, text=text.whole)

    def _owner_of(self, work: OrganizationWork, key: ApiKey) -> Membership:
        state = key.state(self.clock.now())
        owner = next((one for one in work.people.members() if one.user.id == key.user_id), None)
        if state is not KeyState.ACTIVE or owner is None:
            raise Conflict(
                f"key {key.prefix} is {state} and can't be rotated; make another with `antiphon keys create`"
            )
        return owner

    def _ending(self, key: ApiKey, *, grace: timedelta) -> ApiKey:
        now = self.clock.now()
        if grace == AT_ONCE:
            return evolve(key, revoked_at=now)
        return evolve(key, expires_at=min(now + grace, key.expires_at or now + grace))


def _member(work: OrganizationWork, email: str) -> Membership:
    work.get()
    found = [member for member in work.people.members() if member.user.email == email]
    if not found:
        raise NotFound(f"user {email}: no member of this organization; add them with `antiphon users add`")
    return found[0]


def _owned(work: OrganizationWork) -> list[OwnedKey]:
    users = {user.id: user for user in work.people.users()}
    return [OwnedKey(key=key, user=users[key.user_id]) for key in work.keys.all()]


def _find(work: OrganizationWork, words: str) -> OwnedKey:
    wanted = without_secret(words)
    found = [owned for owned in _owned(work) if wanted in (owned.key.prefix, owned.key.id)]
    if not found:
        raise NotFound(f"key {wanted!r}: no such key in this organization; `antiphon keys list` shows those there are")
    return found[0]


def _refuse_too_much(tenant: TenantContext, member: Membership, scopes: frozenset[str]) -> None:
    beyond = sorted(scopes - member.role.scopes)
    if beyond:
        may = ", ".join(sorted(member.role.scopes))
        raise InvalidInput(
            f"scopes: {', '.join(beyond)} is more than {member.user.email} may do, who is {member.role} ({may}); ask "
            "for less, or change the role"
        )
    refuse_beyond_own(tenant, scopes, what="scopes")


def _told(key: ApiKey, email: str) -> dict[str, str]:
    until = {"expires_at": key.expires_at.isoformat(timespec="seconds")} if key.expires_at else {}
    return {"user": email, "scopes": ", ".join(sorted(key.scopes)), **until}
