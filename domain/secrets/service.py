"""The secrets of an organization: set, listed by name, read by what calls its targets, and deleted."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from domain.jobs.errors import NotFound
from domain.jobs.ports import Clock
from domain.organizations.audit_log import AuditLog
from domain.secrets.ports import SecretRows
from domain.secrets.secret import Secret, SecretName, StoredSecret, checked_name, checked_value, last_four
from domain.secrets.vault import Place, Vault
from domain.tenancy import TenantContext

TABLE, COLUMN = "secret", "sealed"


@frozen(kw_only=True)
class SecretStore:
    """What people and programs do with secrets. A value goes in and is used; no one can ask for it back."""

    rows: SecretRows
    vault: Vault
    clock: Clock
    audit: AuditLog

    def put(self, tenant: TenantContext, name: str, value: str) -> Secret:
        """
        Store the value under the name, in place of an earlier one.

        Raises:
            InvalidInput: a name or value that can't be one.
            BrokenSettings: there is no master key to encrypt with.
        """
        checked, now = checked_name(name), self.clock.now()
        sealed = self.vault.encrypt(checked_value(value), place=place_of(tenant, checked))
        before = self.rows.find(tenant, checked)
        secret = Secret(
            name=checked,
            last_four=last_four(value),
            created_at=before.secret.created_at if before else now,
            updated_at=now,
            updated_by=tenant.user_id,
        )
        self.rows.put(tenant, StoredSecret(secret=secret, sealed=sealed))
        self._note(tenant, "secret.replaced" if before else "secret.set", checked)
        return secret

    def names(self, tenant: TenantContext) -> Sequence[Secret]:
        """Return the organization's secrets without their values, by name."""
        return [stored.secret for stored in self.rows.all(tenant)]

    def reveal(self, tenant: TenantContext, name: str) -> str | None:
        """
        Return the value, for a call that needs it; None where there is no such secret.

        Raises:
            ServiceUnavailable: the master key it was encrypted under is not here.
            Conflict: the row was changed by somebody without the key.
        """
        stored = self.rows.find(tenant, SecretName(name))
        if stored is None:
            return None
        return self.vault.decrypt(stored.sealed, place=place_of(tenant, stored.secret.name))

    def delete(self, tenant: TenantContext, name: str) -> None:
        """
        Forget the secret.

        Raises:
            NotFound: there is none of that name in this organization.
        """
        if not self.rows.delete(tenant, checked_name(name)):
            raise NotFound(f"there is no secret {name!r} in this organization")
        self._note(tenant, "secret.deleted", name)

    def _note(self, tenant: TenantContext, action: str, name: str) -> None:
        self.audit.add(tenant, action=action, subject=name, details={})


def place_of(tenant: TenantContext, name: SecretName) -> Place:
    """Return where a secret's value stands."""
    return Place(organization_id=tenant.organization_id, table=TABLE, row=name, column=COLUMN)
