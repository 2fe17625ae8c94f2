"""Secrets in memory, for tests: the rows, and what `${NAME}` stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import define, field, frozen

from domain.secrets.secret import SecretName, StoredSecret
from domain.tenancy import OrganizationId, TenantContext


@define
class MemorySecretRows:
    """`SecretRows`, gone with the process."""

    _rows: dict[tuple[OrganizationId, SecretName], StoredSecret] = field(factory=dict, init=False, repr=False)

    def put(self, tenant: TenantContext, secret: StoredSecret) -> None:
        """Keep the secret, in place of the one of that name."""
        self._rows[tenant.organization_id, secret.secret.name] = secret

    def find(self, tenant: TenantContext, name: SecretName) -> StoredSecret | None:
        """Return the secret of that name, if there is one."""
        return self._rows.get((tenant.organization_id, name))

    def all(self, tenant: TenantContext) -> Sequence[StoredSecret]:
        """Return the organization's secrets, by name."""
        ours = [secret for (organization, _), secret in self._rows.items() if organization == tenant.organization_id]
        return sorted(ours, key=lambda secret: secret.secret.name)

    def delete(self, tenant: TenantContext, name: SecretName) -> bool:
        """Forget the secret; return whether there was one."""
        return self._rows.pop((tenant.organization_id, name), None) is not None


@frozen
class SameForAll:
    """`Environments` with the same values for every organization."""

    _values: Mapping[str, str] = field(factory=dict, repr=False)

    def of(self, tenant: TenantContext) -> Mapping[str, str]:  # noqa: ARG002  # the port's signature
        """Return the values."""
        return self._values
