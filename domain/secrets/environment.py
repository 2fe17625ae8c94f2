"""
What `${NAME}` stands for in an organization's targets and models.

On a server it is a secret of the organization, and nothing else: the environment of the server's own processes holds
the passwords of its database and its master key. On a machine of one's own it is a secret, or what the user has set in
the shell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import field, frozen

from domain.secrets.service import SecretStore
from domain.tenancy import OrganizationId, TenantContext

OUR_OWN = "ANTIPHON_"
"""How the names of our own settings begin, passwords and the master key among them: no target may send them."""


@frozen
class OrganizationEnvironments:
    """`Environments` of a server."""

    _secrets: SecretStore

    def of(self, tenant: TenantContext) -> Mapping[str, str]:
        """Return the organization's secrets by name."""
        return _Secrets(self._secrets, tenant)


@frozen(kw_only=True)
class LocalEnvironments:
    """`Environments` of one's own machine: *process* is the shell's, and counts for the user's *own* organization."""

    secrets: SecretStore
    own: OrganizationId
    process: Mapping[str, str] = field(repr=False)

    def of(self, tenant: TenantContext) -> Mapping[str, str]:
        """Return the organization's secrets by name, and behind them the shell's variables, but for our settings."""
        secrets = _Secrets(self.secrets, tenant)
        return _WithShell(secrets, self.process) if tenant.organization_id == self.own else secrets


@frozen(eq=False)
class _Secrets(Mapping[str, str]):
    _secrets: SecretStore
    _tenant: TenantContext

    def __getitem__(self, name: str) -> str:
        value = self._secrets.reveal(self._tenant, name)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter([secret.name for secret in self._secrets.names(self._tenant)])

    def __len__(self) -> int:
        return len(self._secrets.names(self._tenant))


@frozen(eq=False)
class _WithShell(Mapping[str, str]):
    _secrets: Mapping[str, str]
    _shell: Mapping[str, str] = field(repr=False)

    def __getitem__(self, name: str) -> str:
        if name in self._secrets:
            return self._secrets[name]
        if name.upper().startswith(OUR_OWN):
            raise KeyError(name)
        return self._shell[name]

    def __iter__(self) -> Iterator[str]:
        shell = {name for name in self._shell if not name.upper().startswith(OUR_OWN)}
        return iter(sorted({*self._secrets, *shell}))

    def __len__(self) -> int:
        return sum(1 for _ in self)
