"""Who is it that presents this API key? Asked with every request, so it costs one look-up."""

from __future__ import annotations

from attrs import frozen

from domain.jobs.ports import Clock
from domain.organizations.api_key import Credential, KeyState
from domain.organizations.errors import Unauthenticated
from domain.organizations.key_material import KeyText, Peppers, key_text
from domain.organizations.ports import Directory
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class Authentication:
    """Turns API keys into tenant contexts."""

    directory: Directory
    clock: Clock
    peppers: Peppers

    def authenticate(self, presented: str) -> TenantContext:
        """
        Return who presents the key, and what both the key and its user's role of today allow.

        An unknown prefix costs the same comparison as a wrong secret, so that the time tells nothing.

        Raises:
            Unauthenticated: it is no key, or an unknown, revoked or expired one, or one of a former member.
            ServiceUnavailable: the store can't be asked.
        """
        text = key_text(presented)
        found = self.directory.credential(text.prefix) if text else None
        fits = self.peppers.fits(text.secret if text else "", found.key.seal if found else None)
        if text is None or found is None or not fits:
            raise Unauthenticated
        return self._admitted(found, text)

    def _admitted(self, found: Credential, text: KeyText) -> TenantContext:
        now, key = self.clock.now(), found.key
        scopes = key.scopes & found.role.scopes if found.role else frozenset[str]()
        if key.state(now) is not KeyState.ACTIVE or not scopes:
            raise Unauthenticated
        if key.is_use_worth_a_write(now):
            with self.directory.begin(key.organization_id) as work:
                work.keys.used(key.id, at=now, seal=self.peppers.seal(text.secret))
                work.commit()
        return TenantContext(organization_id=key.organization_id, user_id=key.user_id, scopes=scopes)
