"""/v1/audit: who did what."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from attrs import frozen

from entrypoints.api.documents.organizations import AuditEntryDocument
from entrypoints.calls.asking import Calls, path


@frozen(kw_only=True)
class AuditCalls(Calls):
    """`Audit` of a server; it asks for a key with the scope `admin`."""

    def newest(self, limit: int) -> Iterator[AuditEntryDocument]:
        return islice(self._pages(path("audit"), AuditEntryDocument), limit)
