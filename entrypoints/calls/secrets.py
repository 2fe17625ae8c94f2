"""/v1/secrets: keys and passwords that the organization's targets and models name."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from domain.secrets.secret import checked_name
from entrypoints.api.documents.secrets import SecretDocument
from entrypoints.calls.asking import Calls, path


@frozen(kw_only=True)
class SecretCalls(Calls):
    """`Secrets` of a server; changing them asks for a key with the scope `admin`."""

    def all(self) -> Iterator[SecretDocument]:
        return self._pages(path("secrets"), SecretDocument)

    def put(self, name: str, value: str) -> SecretDocument:
        return self._put(path("secrets", checked_name(name)), SecretDocument, {"value": value})

    def delete(self, name: str) -> None:
        self._delete(path("secrets", checked_name(name)))
