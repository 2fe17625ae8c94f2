"""/v1/keys: the keys of the organization's members."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from domain.organizations.key_material import without_secret
from entrypoints.api.documents.organizations import IssuedKeyDocument, KeyDocument, NewKey, Rotation
from entrypoints.calls.asking import Calls, path


@frozen(kw_only=True)
class KeyCalls(Calls):
    """`Keys` of a server; it asks for a key with the scope `admin`."""

    def all(self) -> Iterator[KeyDocument]:
        return self._pages(path("keys"), KeyDocument)

    def create(self, words: NewKey) -> IssuedKeyDocument:
        return self._post(path("keys"), IssuedKeyDocument, words)

    def revoke(self, key: str) -> KeyDocument:
        return KeyDocument.model_validate_json(self._delete(path("keys", without_secret(key))))

    def rotate(self, key: str, words: Rotation) -> IssuedKeyDocument:
        return self._post(path("keys", without_secret(key), "rotate"), IssuedKeyDocument, words)
