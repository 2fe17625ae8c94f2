"""The secrets of an organization, looked after beside its database."""

from __future__ import annotations

from attrs import frozen

from domain.secrets.secret import checked_name
from domain.secrets.service import SecretStore
from domain.tenancy import TenantContext
from entrypoints.api.documents.secrets import SecretDocument, secret_document


@frozen(kw_only=True)
class LocalSecrets:
    """`Secrets` of this machine's database."""

    store: SecretStore
    tenant: TenantContext

    def all(self) -> list[SecretDocument]:
        return [secret_document(secret) for secret in self.store.names(self.tenant)]

    def put(self, name: str, value: str) -> SecretDocument:
        return secret_document(self.store.put(self.tenant, checked_name(name), value))

    def delete(self, name: str) -> None:
        self.store.delete(self.tenant, checked_name(name))
