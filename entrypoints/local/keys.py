"""The API keys of an organization, looked after beside its database."""

from __future__ import annotations

from datetime import timedelta

from attrs import frozen

from domain.organizations.api_key import KeyState
from domain.organizations.key_service import KeyService
from domain.tenancy import TenantContext
from entrypoints.api.documents.organizations import (
    IssuedKeyDocument,
    KeyDocument,
    NewKey,
    Rotation,
    issued_key_document,
    key_document,
)


@frozen(kw_only=True)
class LocalKeys:
    """`Keys` of this machine's database."""

    service: KeyService
    tenant: TenantContext

    def all(self) -> list[KeyDocument]:
        return [key_document(owned, state=self.service.state(owned.key)) for owned in self.service.all(self.tenant)]

    def create(self, words: NewKey) -> IssuedKeyDocument:
        lifetime = timedelta(seconds=words.expires_in_s) if words.expires_in_s else None
        issued = self.service.create(self.tenant, email=words.email, scopes=words.scopes, lifetime=lifetime)
        return issued_key_document(issued)

    def revoke(self, key: str) -> KeyDocument:
        return key_document(self.service.revoke(self.tenant, key), state=KeyState.REVOKED)

    def rotate(self, key: str, words: Rotation) -> IssuedKeyDocument:
        return issued_key_document(self.service.rotate(self.tenant, key, grace=timedelta(seconds=words.grace_s)))
